//! Everything that is served, behind one guard.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;

use crate::admission::{self, Need};
use crate::api::{self, ApiError};
use crate::app::{self, Files};
use crate::guard;
use crate::state::ServerState;

/// What another room serves beside this one: its routes, with their own body limit, and what OpenAPI says of them.
pub struct Extra {
    /// The routes.
    pub router: Router,
    /// What each of them asks of who comes.
    pub need: Need,
    /// Their description.
    pub document: utoipa::openapi::OpenApi,
}

impl fmt::Debug for Extra {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Extra")
            .field("router", &self.router)
            .finish_non_exhaustive()
    }
}

/// The whole service: API, live feed, the app, and what other rooms hand out.
///
/// Only requests under a loopback name are answered; what changes something and WebSocket only from a page of the same origin or from no
/// page; `POST` and `PUT` only with JSON. Who may ask for what is in `api::routes` and in the table of rights.
pub fn router(state: ServerState, extras: Vec<Extra>) -> Router {
    serving(state, extras, app::embedded())
}

pub(crate) fn serving(state: ServerState, extras: Vec<Extra>, files: Files) -> Router {
    let mut document = api::Document::openapi();
    state.version.clone_into(&mut document.info.version);
    let limit = DefaultBodyLimit::max(state.settings.body_bytes_max);
    let mut own = Router::new();
    let admitting = |need| from_fn_with_state((state.people.clone(), need), admission::admit);
    for (path, need, methods) in api::routes() {
        own = own.route(path, methods.route_layer(admitting(need)));
    }
    let mut all = own.layer(limit).with_state(state.clone());
    for extra in extras {
        document.merge(extra.document);
        all = all.merge(extra.router.route_layer(admitting(extra.need)));
    }
    let document: Arc<str> = serde_json::to_string(&document)
        .expect("an OpenAPI document is made of texts and lists")
        .into();
    let answer = move || {
        let json = [(header::CONTENT_TYPE, "application/json")];
        std::future::ready((json, document.to_string()))
    };
    all.route(api::DOCUMENT_PATH, get(answer))
        .method_not_allowed_fallback(|| std::future::ready(ApiError::MethodNotAllowed))
        .fallback(move |request: axum::extract::Request| {
            std::future::ready(app::answer(files, &request))
        })
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(state.settings, guard::in_time))
        .layer(from_fn(guard::check))
        .layer(from_fn(guard::secure))
}
