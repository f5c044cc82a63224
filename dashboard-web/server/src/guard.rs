//! Under which name, and from which page, the server may be asked.
//!
//! A listener on loopback alone does not keep a web page of elsewhere out: the browser on this machine can be made to ask for it. So the
//! name in `Host` must be a loopback name, over TLS also an address or a name of the configuration (a page cannot rebind one); whoever changes something or listens live must come from the same
//! origin or from no page at all, and a `POST` or `PUT` must be JSON or a photograph, which no page can send elsewhere unasked.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::ApiError;
use crate::metrics;
use crate::settings::Settings;

/// What the page may load: itself. `MapLibre` runs its worker from a blob and sets styles on elements.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; worker-src 'self' blob:; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
     object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Browsers that were here over TLS come so for a year.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// How the server is asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    names: Arc<[String]>,
    /// Another origin whose pages are ours, through a proxy.
    public: Option<Arc<str>>,
    secure: bool,
}

impl Asked {
    pub(crate) fn new(settings: &Settings, secure: bool) -> Self {
        Self {
            names: settings.names.as_slice().into(),
            public: settings.public_origin().map(Into::into),
            secure,
        }
    }

    /// Whether it may be asked under this host, which may have a port.
    fn answers(&self, host: &str) -> bool {
        let Some(name) = host_name(host) else {
            return false;
        };
        let address = name.parse::<IpAddr>();
        name.eq_ignore_ascii_case("localhost")
            || address.is_ok_and(|address| self.secure || address.is_loopback())
            || self
                .names
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
    }

    const fn scheme(&self) -> &'static str {
        if self.secure { "https://" } else { "http://" }
    }
}

/// Puts the security headers on every answer, refusals included.
pub(crate) async fn secure(State(asked): State<Asked>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if asked.secure {
        response
            .headers_mut()
            .insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    for (name, value) in HEADERS {
        let headers = response.headers_mut();
        // What is not a page of this program may say that it may do less.
        if name != header::CONTENT_SECURITY_POLICY || !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

/// Refuses what comes under another name, from another origin, or as a `POST` that is neither JSON nor a photograph.
pub(crate) async fn check(State(asked): State<Asked>, request: Request, next: Next) -> Response {
    match refusal(&asked, request.method(), request.headers()) {
        Some((reason, error)) => {
            metrics::count_refused(reason);
            error.into_response()
        }
        None => next.run(request).await,
    }
}

/// Gives up on an answer that takes too long.
pub(crate) async fn in_time(
    State(settings): State<Arc<Settings>>,
    request: Request,
    next: Next,
) -> Response {
    let limit_secs = settings.request_timeout_secs;
    match tokio::time::timeout(Duration::from_secs(limit_secs), next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            metrics::count(metrics::REQUESTS_TIMED_OUT, 1);
            ApiError::TimedOut(limit_secs).into_response()
        }
    }
}

fn refusal(
    asked: &Asked,
    method: &Method,
    headers: &HeaderMap,
) -> Option<(&'static str, ApiError)> {
    let Some(host) = only(headers, &header::HOST).filter(|host| asked.answers(host)) else {
        let error = ApiError::Forbidden(
            "without TLS only this machine is answered: ask for 127.0.0.1, localhost or [::1]"
                .into(),
        );
        return Some(("host", error));
    };
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let upgrades = headers.contains_key(header::UPGRADE);
    if (!reads || upgrades) && headers.contains_key(header::ORIGIN) {
        let origin = only(headers, &header::ORIGIN);
        let same = origin
            .and_then(|origin| origin.strip_prefix(asked.scheme()))
            .is_some_and(|authority| authority.eq_ignore_ascii_case(host));
        let public = asked.public.as_deref().zip(origin);
        if !same && !public.is_some_and(|(ours, origin)| ours.eq_ignore_ascii_case(origin)) {
            let error = ApiError::Forbidden(format!(
                "a page of another origin may not do this: open {}{host}/",
                asked.scheme()
            ));
            return Some(("origin", error));
        }
    }
    if matches!(*method, Method::POST | Method::PUT) && !is_asked_for(headers) {
        return Some(("content_type", ApiError::NotJson));
    }
    None
}

/// The header's one value; `None` when it is absent, given twice, or not text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

/// The name of a host without its port; `None` when it is no host.
fn host_name(host: &str) -> Option<&str> {
    let (name, port) = if let Some(rest) = host.strip_prefix('[') {
        let (name, port) = rest.split_once(']')?;
        (
            name,
            port.strip_prefix(':').or(port.is_empty().then_some(""))?,
        )
    } else {
        host.split_once(':').unwrap_or((host, ""))
    };
    port.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(name)
}

/// Whether a body is of a kind that no page can send elsewhere unasked: JSON, or a photograph.
fn is_asked_for(headers: &HeaderMap) -> bool {
    const KINDS: [&str; 4] = ["application/json", "image/jpeg", "image/png", "image/webp"];
    only(headers, &header::CONTENT_TYPE).is_some_and(|content_type| {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        KINDS.iter().any(|known| kind.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(method: &Method, given: &[(HeaderName, &'static str)]) -> Option<&'static str> {
        reason_of(&Asked::new(&Settings::default(), false), method, given)
    }

    fn reason_of(
        asked: &Asked,
        method: &Method,
        given: &[(HeaderName, &'static str)],
    ) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        refusal(asked, method, &headers).map(|(reason, _)| reason)
    }

    #[test]
    fn only_loopback_names_are_answered() {
        for host in [
            "127.0.0.1:8080",
            "localhost",
            "LOCALHOST:80",
            "[::1]:8080",
            "127.9.9.9",
        ] {
            assert_eq!(
                reason(&Method::GET, &[(header::HOST, host)]),
                None,
                "{host}"
            );
        }
        for host in [
            "example.org",
            "10.0.0.1:8080",
            "127.0.0.1.example.org",
            "localhost.",
            "[::1]x",
            "127.0.0.1:80@x",
            "",
        ] {
            assert_eq!(
                reason(&Method::GET, &[(header::HOST, host)]),
                Some("host"),
                "{host}"
            );
        }
        assert_eq!(reason(&Method::GET, &[]), Some("host"));
    }

    #[test]
    fn over_tls_addresses_and_the_names_of_the_configuration_are_answered() {
        let settings = Settings {
            names: vec!["yiping.example.org".into()],
            ..Settings::default()
        };
        let asked = Asked::new(&settings, true);
        let get = |host| reason_of(&asked, &Method::GET, &[(header::HOST, host)]);
        for host in ["10.0.0.1:8443", "[2001:db8::1]", "YIPING.example.org:8443"] {
            assert_eq!(get(host), None, "{host}");
        }
        for host in ["example.org", "x.yiping.example.org", "yiping.example.org."] {
            assert_eq!(get(host), Some("host"), "{host}");
        }
        let host = (header::HOST, "10.0.0.1:8443");
        let json = (header::CONTENT_TYPE, "application/json");
        let post = |origin| {
            let from = (header::ORIGIN, origin);
            reason_of(&asked, &Method::POST, &[host.clone(), json.clone(), from])
        };
        assert_eq!(post("https://10.0.0.1:8443"), None);
        assert_eq!(post("http://10.0.0.1:8443"), Some("origin"));
    }

    #[test]
    fn a_page_of_another_origin_changes_nothing_and_hears_nothing() {
        let host = (header::HOST, "127.0.0.1:8080");
        let json = (header::CONTENT_TYPE, "application/json");
        for origin in [
            "http://example.org",
            "http://127.0.0.1:9090",
            "https://127.0.0.1:8080",
            "null",
        ] {
            let from = (header::ORIGIN, origin);
            let post = [host.clone(), json.clone(), from.clone()];
            assert_eq!(reason(&Method::POST, &post), Some("origin"), "{origin}");
            let socket = [host.clone(), (header::UPGRADE, "websocket"), from];
            assert_eq!(reason(&Method::GET, &socket), Some("origin"), "{origin}");
        }
        let own = (header::ORIGIN, "http://127.0.0.1:8080");
        assert_eq!(reason(&Method::POST, &[host, json, own]), None);
    }

    #[test]
    fn a_post_must_be_json() {
        let host = (header::HOST, "localhost");
        assert_eq!(
            reason(&Method::POST, std::slice::from_ref(&host)),
            Some("content_type")
        );
        let form = (header::CONTENT_TYPE, "text/plain");
        assert_eq!(
            reason(&Method::POST, &[host.clone(), form]),
            Some("content_type")
        );
        for kind in ["application/json; charset=utf-8", "image/jpeg", "image/png"] {
            let taken = (header::CONTENT_TYPE, kind);
            assert_eq!(reason(&Method::POST, &[host.clone(), taken]), None);
        }
        for kind in ["image/svg+xml", "multipart/form-data", "text/html"] {
            let other = (header::CONTENT_TYPE, kind);
            let told = reason(&Method::POST, &[host.clone(), other]);
            assert_eq!(told, Some("content_type"), "{kind}");
        }
    }
}
