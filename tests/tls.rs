//! TLS from outside: the wall and the API over it, a new certificate without a restart, and devices that show certificates of their own.

use crate::support;

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use support::{Process, free_port, until};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

type Secure = StreamOwned<ClientConnection, TcpStream>;

/// A program whose certificate is made here, with these doors.
struct Program {
    process: Process,
    port: u16,
    folder: tempfile::TempDir,
}

fn certificate(folder: &Path) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("made");
    std::fs::write(folder.join("certificate.pem"), made.cert.pem()).expect("written");
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
}

impl Program {
    fn start(doors: impl FnOnce(&Path) -> String) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        certificate(folder.path());
        let port = free_port();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let text = format!(
            "[data]\ndir = \"{}\"\n[tls]\ncertificate = \"{}\"\nkey = \"{}\"\ncheck_secs = 1\n[server]\nlisten = \"127.0.0.1:{port}\"\n{}",
            at("data"),
            at("certificate.pem"),
            at("key.pem"),
            doors(folder.path())
        );
        let file = at("yiping.toml");
        std::fs::write(&file, text).expect("written");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_yiping"));
        let process = Process::start(command.args(["run", "--config", &file]));
        let mut program = Self {
            process,
            port,
            folder,
        };
        let root = program.root();
        until("the program is ready", || {
            let process = &mut program.process;
            assert!(!process.has_ended(), "{}", process.output());
            connect(port, &root, None)
                .and_then(|stream| ask(stream, "GET /readyz", ""))
                .is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
        });
        program
    }

    /// The certificate that is in the file now.
    fn root(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.folder.path().join("certificate.pem")).expect("PEM")
    }
}

type Identity = (CertificateDer<'static>, PrivateKeyDer<'static>);

/// A connection that trusts this certificate alone; `None` when the handshake fails.
fn connect(
    port: u16,
    root: &CertificateDer<'static>,
    identity: Option<Identity>,
) -> Option<Secure> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).expect("a certificate");
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots);
    let config = match identity {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => builder
            .with_client_auth_cert(vec![certificate], key)
            .expect("they belong together"),
    };
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a client");
    let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a socket");
    let mut stream = StreamOwned::new(connection, socket);
    stream.conn.complete_io(&mut stream.sock).ok()?;
    Some(stream)
}

/// The head and what came of the body.
fn ask(mut stream: Secure, request: &str, body: &str) -> Option<String> {
    write!(
        stream,
        "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = Vec::new();
    // A close without a farewell of TLS ends the answer too.
    drop(stream.read_to_end(&mut answer));
    (!answer.is_empty()).then(|| String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn the_wall_is_asked_over_tls_and_a_new_certificate_holds_without_a_restart() {
    let program = Program::start(|_| String::new());
    let old = program.root();
    let mut secret = String::new();
    until("the link of the first administrator is printed", || {
        let said = program.process.output();
        let link = said.split("#first=").nth(1).unwrap_or_default();
        secret = link.trim().chars().take(64).collect();
        secret.len() == 64
    });
    let body = format!(
        r#"{{"token": "{secret}", "name": "root", "display": "管理员", "password": "Qujiang-2026"}}"#
    );
    let stream = connect(program.port, &old, None).expect("trusted");
    let made = ask(stream, "POST /api/v1/session/first", &body).expect("an answer");
    assert!(made.starts_with("HTTP/1.1 200"), "{made}");
    let head = made.to_ascii_lowercase();
    assert!(
        head.contains("strict-transport-security: max-age="),
        "{made}"
    );
    assert!(head.contains("set-cookie: __host-yiping="), "{made}");
    assert!(
        head.contains("samesite=strict") && head.contains("; secure"),
        "{made}"
    );

    // One who does not speak TLS gets nothing.
    let mut plain = TcpStream::connect((Ipv4Addr::LOCALHOST, program.port)).expect("it listens");
    plain
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .expect("sent");
    let mut answer = Vec::new();
    drop(plain.read_to_end(&mut answer));
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");

    let kept = connect(program.port, &old, None).expect("trusted");
    certificate(program.folder.path());
    let new = program.root();
    until("the new certificate holds", || {
        connect(program.port, &new, None).is_some()
    });
    assert!(
        connect(program.port, &old, None).is_none(),
        "the old one holds no more"
    );
    let still = ask(kept, "GET /healthz", "").expect("an open connection goes on");
    assert!(still.starts_with("HTTP/1.1 200"), "{still}");
}

/// An authority and a device that it knows.
fn device(folder: &Path) -> Identity {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::new(Vec::new()).expect("valid");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).expect("signed");
    std::fs::write(folder.join("devices.pem"), authority.pem()).expect("written");
    let issuer = rcgen::Issuer::new(params, key);
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(vec!["pump-7".to_owned()]).expect("valid");
    let certificate = params.signed_by(&key, &issuer).expect("signed");
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).expect("PEM");
    (certificate.der().clone(), key)
}

/// CONNECT of version 3.1.1 with the client id `p`, and its CONNACK.
fn introduce(stream: &mut Secure) -> Option<[u8; 4]> {
    stream
        .write_all(b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01p")
        .ok()?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).ok()?;
    Some(answer)
}

#[test]
fn a_device_shows_its_certificate_and_its_reading_is_acknowledged() {
    let (port, mut identity) = (free_port(), None);
    let program = Program::start(|folder| {
        identity = Some(device(folder));
        format!(
            "[ingest]\nunknown = \"accept\"\n[[ingest.mqttd]]\nlisten = \"127.0.0.1:{port}\"\ntls = true\nclient_ca = \"{}\"\n\
             [[ingest.mqttd.route]]\ntopic = \"city/#\"\n",
            folder.join("devices.pem").display()
        )
    });
    let root = program.root();
    let mut device = None;
    until("the door lets in a device that it knows", || {
        let identity = identity
            .as_ref()
            .map(|(one, key)| (one.clone(), key.clone_key()));
        device = connect(port, &root, identity);
        device.is_some()
    });
    let mut device = device.expect("it is let in");
    assert_eq!(introduce(&mut device), Some([0x20, 2, 0, 0]));
    let reading = br#"{"id":"p","ts":"2026-01-01T00:00:00Z","metrics":{"pm25":7}}"#;
    let mut publish = vec![0x32, 0, 0, 6];
    publish.extend(b"city/p\x00\x09");
    publish.extend(reading);
    publish[1] = u8::try_from(publish.len() - 2).expect("short");
    device.write_all(&publish).expect("sent");
    let mut acknowledged = [0; 4];
    device.read_exact(&mut acknowledged).expect("a PUBACK");
    assert_eq!(acknowledged, [0x40, 2, 0, 9]);

    // TLS 1.3 tells the client after its handshake that a certificate was missing.
    let stranger = connect(port, &root, None);
    assert_eq!(stranger.and_then(|mut stream| introduce(&mut stream)), None);
}
