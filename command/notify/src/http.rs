//! One request and its answer. No redirection is followed, and no proxy of the environment is asked.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{Request, Response};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// What is read of an answer.
const ANSWER_BYTES_MAX: u64 = 64 * 1_024;
/// What is told of one.
const ANSWER_CHARS_MAX: usize = 200;

/// Who asks over HTTP: the one client of the house.
#[derive(Clone)]
pub struct Client(Agent);

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Client")
    }
}

/// What the other side answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// In one line, for the record.
    pub(crate) fn told(&self) -> String {
        let text: String = self.text.chars().take(ANSWER_CHARS_MAX).collect();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("HTTP {} {line}", self.status).trim_end().to_owned()
    }
}

/// Certificates of a PEM file.
pub(crate) fn certificates(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("ca_file {}: {error}", path.display()))
}

impl Client {
    /// One that waits so long, and trusts the certificates of this file, or the public ones.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn open(timeout: Duration, ca_file: Option<&Path>) -> Result<Self, String> {
        let mut tls = TlsConfig::builder();
        if let Some(path) = ca_file {
            let pem = certificates(path)?;
            let mut roots = Vec::new();
            for item in parse_pem(&pem) {
                match item {
                    Ok(PemItem::Certificate(certificate)) => roots.push(certificate),
                    Ok(_) => {}
                    Err(error) => return Err(format!("ca_file {}: {error}", path.display())),
                }
            }
            if roots.is_empty() {
                return Err(format!("ca_file {} holds no certificate", path.display()));
            }
            tls = tls.root_certs(RootCerts::new_with_certs(&roots));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(timeout))
            .user_agent("yiping")
            .tls_config(tls.build())
            .build();
        Ok(Self(config.new_agent()))
    }

    /// Sends a request and reads its answer, up to a limit. Blocks.
    ///
    /// # Errors
    /// What went wrong on the way; an answer of any status is none.
    pub fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String> {
        let told = |error: ureq::Error| error.to_string();
        let (head, mut body) = self.0.run(request).map_err(told)?.into_parts();
        let bytes = body.with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        Ok(Response::from_parts(head, bytes.map_err(told)?))
    }

    /// Posts this body.
    pub(crate) fn post<'a>(
        &self,
        url: &str,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        body: &str,
    ) -> Result<Answer, String> {
        let mut request = self.0.post(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        // The address may hold a token.
        let told = |error: ureq::Error| error.to_string().replace(url, "the address");
        let mut answer = request.send(body).map_err(told)?;
        let status = answer.status().as_u16();
        let text = answer
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .lossy_utf8(true)
            .read_to_string()
            .map_err(|error| format!("HTTP {status}, and then: {}", told(error)))?;
        Ok(Answer { status, text })
    }
}

/// Checks an address before anybody is asked.
pub(crate) fn check(url: &str) -> Result<(), String> {
    let is_known = url.starts_with("https://") || url.starts_with("http://");
    let uri = url.parse::<ureq::http::Uri>();
    match uri {
        Ok(uri) if is_known && uri.host().is_some_and(|host| !host.is_empty()) => Ok(()),
        _ => Err("url must be an address such as https://host/path".to_owned()),
    }
}
