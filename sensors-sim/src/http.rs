//! The way to the program's API: as a source, with its token.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use yiping_model::Secret;

const PATIENCE: Duration = Duration::from_secs(5);

/// Where the program is, and as whom to speak to it.
#[derive(Debug, Clone)]
pub struct HttpTarget {
    /// The address of the program, for example `http://127.0.0.1:8080`.
    pub address: String,
    /// The token of a source.
    pub token: Secret,
    /// The certificate of the program, PEM, where it is its own.
    pub certificate: Option<Vec<u8>>,
}

impl HttpTarget {
    pub(crate) fn agent(&self) -> Agent {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = &self.certificate
            && let Ok(certificate) = Certificate::from_pem(pem)
        {
            tls = tls.root_certs(RootCerts::new_with_certs(&[certificate]));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .tls_config(tls.build())
            .build();
        config.new_agent()
    }

    /// What goes into the header `authorization`.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.token.reveal())
    }
}
