//! The built app, carried inside the program (a debug build reads it from the folder instead).
//!
//! Names below `assets/` carry a hash of their content and never change; everything else is asked for again each time, by its tag.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::RustEmbed;
use yiping_model::hex;

use crate::api::ApiError;

const INDEX: &str = "index.html";

#[derive(RustEmbed)]
#[folder = "../app/dist"]
#[allow_missing = true]
struct Dist;

/// A file of the app.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) bytes: Cow<'static, [u8]>,
    pub(crate) kind: String,
    pub(crate) tag: String,
}

/// Finds a file by its path below the app's folder.
pub(crate) type Files = fn(&str) -> Option<File>;

/// The files of the built app.
pub(crate) fn embedded() -> Files {
    |path| {
        let found = Dist::get(path)?;
        let tag = format!("W/\"{}\"", hex(&found.metadata.sha256_hash()[..8]));
        Some(File {
            kind: found.metadata.mimetype().to_owned(),
            bytes: found.data,
            tag,
        })
    }
}

/// The answer to whatever is not a route.
pub(crate) fn answer(files: Files, request: &Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("api/") {
        return ApiError::NotFound(format!("there is no path /{path}: see /api/openapi.json"))
            .into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::MethodNotAllowed.into_response();
    }
    let name = if path.is_empty() { INDEX } else { path };
    match files(name) {
        Some(file) => served(name, file, request),
        None if name == INDEX => missing(),
        None => ApiError::NotFound(format!("there is no path /{path}: the wall is at /"))
            .into_response(),
    }
}

fn served(name: &str, file: File, request: &Request) -> Response {
    let caching = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    tagged(
        request.headers(),
        &file.tag,
        &file.kind,
        caching,
        file.bytes,
    )
}

/// What this tag stands for, or 304 to whom it is known.
pub(crate) fn tagged(
    asked: &HeaderMap,
    tag: &str,
    kind: &str,
    caching: &'static str,
    body: impl Into<Body>,
) -> Response {
    let known = asked.get(header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body.into().into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(kind) = HeaderValue::from_str(kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn missing() -> Response {
    let page = "<!doctype html><meta charset=\"utf-8\"><title>一屏</title>\
        <p>本程序构建时没有包含界面。请在源码目录运行 <code>make build</code>。</p>\
        <p lang=\"en\">This program was built without the app. Run <code>make build</code> in the source folder.</p>";
    (StatusCode::SERVICE_UNAVAILABLE, Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(path: &str) -> Option<File> {
        let kind = match path {
            "index.html" => "text/html",
            "assets/index-1a2b.js" => "text/javascript",
            _ => return None,
        };
        Some(File {
            bytes: Cow::Borrowed(b"content"),
            kind: kind.to_owned(),
            tag: "W/\"1\"".to_owned(),
        })
    }

    fn get(files: Files, path: &str, tag: Option<&str>) -> Response {
        let mut request = Request::builder().uri(path);
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        let request = request.body(Body::empty()).expect("valid");
        answer(files, &request)
    }

    fn header_of(response: &Response, name: header::HeaderName) -> &str {
        response.headers()[name].to_str().expect("text")
    }

    #[test]
    fn the_page_is_asked_for_again_and_its_assets_are_kept() {
        let page = get(built, "/", None);
        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(header_of(&page, header::CONTENT_TYPE), "text/html");
        assert_eq!(header_of(&page, header::CACHE_CONTROL), "no-cache");
        let script = get(built, "/assets/index-1a2b.js", None);
        assert!(header_of(&script, header::CACHE_CONTROL).contains("immutable"));
    }

    #[test]
    fn a_known_page_is_not_sent_again() {
        let page = get(built, "/", Some("W/\"1\""));
        assert_eq!(page.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn only_the_root_is_the_page() {
        for path in [
            "/wall",
            "/api/v2/things",
            "/../Cargo.toml",
            "/assets/none.js",
        ] {
            assert_eq!(
                get(built, path, None).status(),
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
    }

    #[test]
    fn a_program_without_the_app_says_how_to_build_it() {
        let page = get(|_| None, "/", None);
        assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(header_of(&page, header::CONTENT_TYPE).starts_with("text/html"));
    }
}
