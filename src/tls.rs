//! The certificate by which the program is known, read from its files again and again.

use std::fs;
use std::io::Write as _;
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::Context as _;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, version};

use crate::config::Tls;

/// The certificate that holds now.
#[derive(Debug)]
pub(crate) struct Certificate {
    settings: Tls,
    provider: Arc<CryptoProvider>,
    held: RwLock<Held>,
}

#[derive(Debug)]
struct Held {
    /// The bytes of the two files, to see when they change.
    files: (Vec<u8>, Vec<u8>),
    certified: Arc<CertifiedKey>,
}

impl Certificate {
    /// The certificate of the configuration, where there is one.
    pub(crate) fn of(settings: &Tls) -> anyhow::Result<Option<Arc<Self>>> {
        settings.is_set().then(|| Self::open(settings)).transpose()
    }

    /// Reads the files.
    fn open(settings: &Tls) -> anyhow::Result<Arc<Self>> {
        let provider = Arc::new(ring::default_provider());
        let files = read(settings)?;
        let certified = certified(&files, &provider).with_context(|| {
            format!(
                "{} and {} are no certificate and its key",
                settings.certificate.display(),
                settings.key.display()
            )
        })?;
        let held = RwLock::new(Held { files, certified });
        Ok(Arc::new(Self {
            settings: settings.clone(),
            provider,
            held,
        }))
    }

    /// What makes connections secure with it, TLS 1.2 and 1.3; with a file of `authorities` only those who have a certificate signed by one.
    pub(crate) fn acceptor(
        self: &Arc<Self>,
        authorities: Option<&Path>,
    ) -> anyhow::Result<TlsAcceptor> {
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])?;
        let builder = match authorities {
            None => builder.with_no_client_auth(),
            Some(file) => {
                let verifier = self.verifier(file);
                builder.with_client_cert_verifier(verifier.with_context(|| {
                    format!("{} holds no certificates of authorities", file.display())
                })?)
            }
        };
        let config = builder.with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn verifier(&self, file: &Path) -> anyhow::Result<Arc<dyn ClientCertVerifier>> {
        let mut roots = RootCertStore::empty();
        for authority in CertificateDer::pem_slice_iter(&fs::read(file)?) {
            roots.add(authority?)?;
        }
        let provider = Arc::clone(&self.provider);
        Ok(WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?)
    }

    /// Looks at the files again and again; a certificate that cannot be read leaves the one before in its place, and is told once.
    pub(crate) async fn keep(&self) {
        let mut beat = tokio::time::interval(Duration::from_secs(self.settings.check_secs));
        let mut told = String::new();
        loop {
            beat.tick().await;
            match self.look() {
                Ok(false) => told.clear(),
                Ok(true) => {
                    told.clear();
                    tracing::info!("a new certificate holds from now on");
                }
                Err(error) => {
                    let error = format!("{error:#}");
                    if error != told {
                        tracing::error!(
                            error,
                            "the new certificate cannot be used; the one before holds"
                        );
                        told = error;
                    }
                }
            }
        }
    }

    /// Takes new files; false when they are as they were.
    fn look(&self) -> anyhow::Result<bool> {
        let files = read(&self.settings)?;
        if self.held().files == files {
            return Ok(false);
        }
        let certified = certified(&files, &self.provider)?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Held { files, certified };
        Ok(true)
    }

    fn held(&self) -> std::sync::RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.held().certified))
    }
}

fn read(settings: &Tls) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let file =
        |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    Ok((file(&settings.certificate)?, file(&settings.key)?))
}

fn certified(
    (certificate, key): &(Vec<u8>, Vec<u8>),
    provider: &CryptoProvider,
) -> anyhow::Result<Arc<CertifiedKey>> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate).collect::<Result<_, _>>()?;
    anyhow::ensure!(!chain.is_empty(), "there is no certificate in the file");
    let key = PrivateKeyDer::from_pem_slice(key)?;
    Ok(Arc::new(CertifiedKey::from_der(chain, key, provider)?))
}

/// Makes a certificate that only this program vouches for, for a demonstration, where there is none in this folder.
pub(crate) fn self_signed(folder: &Path, address: IpAddr) -> anyhow::Result<Tls> {
    let tls = Tls {
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
        ..Tls::default()
    };
    if tls.certificate.exists() && tls.key.exists() {
        return Ok(tls);
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let names = vec!["localhost".to_owned(), address.to_string()];
    let made = rcgen::generate_simple_self_signed(names)?;
    let mut key = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&tls.key)?;
    key.write_all(made.signing_key.serialize_pem().as_bytes())?;
    fs::write(&tls.certificate, made.cert.pem())?;
    Ok(tls)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> IpAddr {
        IpAddr::from([127, 0, 0, 1])
    }

    #[test]
    fn a_new_certificate_holds_without_a_restart_and_a_broken_one_does_not() {
        let dir = tempfile::tempdir().expect("a folder");
        let tls = self_signed(dir.path(), address()).expect("made");
        let certificate = Certificate::open(&tls).expect("read");
        let leaf = || certificate.held().certified.cert[0].clone();
        let first = leaf();
        assert!(!certificate.look().expect("the same"));
        let good = fs::read(&tls.certificate).expect("there");
        fs::write(&tls.certificate, "no certificate").expect("written");
        assert!(certificate.look().is_err());
        assert_eq!(leaf(), first);
        // Another certificate with the old key does not belong to it.
        let other = tempfile::tempdir().expect("a folder");
        let fresh = self_signed(other.path(), address()).expect("made");
        fs::copy(&fresh.certificate, &tls.certificate).expect("copied");
        assert!(certificate.look().is_err());
        fs::copy(&fresh.key, &tls.key).expect("copied");
        assert!(certificate.look().expect("both are new"));
        assert_ne!(leaf(), first);
        assert_ne!(fs::read(&tls.certificate).expect("there"), good);
    }

    #[test]
    fn a_certificate_that_was_made_is_kept() {
        let dir = tempfile::tempdir().expect("a folder");
        let tls = self_signed(dir.path(), address()).expect("made");
        let before = fs::read(&tls.certificate).expect("there");
        assert_eq!(self_signed(dir.path(), address()).expect("kept"), tls);
        assert_eq!(fs::read(&tls.certificate).expect("there"), before);
    }
}
