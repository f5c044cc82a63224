//! Everything that is served, behind one guard.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};

use crate::admission::{self, Need};
use crate::api::{self, ApiError};
use crate::app::{self, Files};
use crate::guard;
use crate::refusal;
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
/// Only requests under a loopback name are answered, over TLS also under an address or a name of the settings; what changes something and WebSocket only from a page of the same origin or from no
/// page; `POST` and `PUT` only with JSON or a photograph. Who may ask for what is in `api::routes` and in the table of rights.
pub fn router(state: ServerState, extras: Vec<Extra>) -> Router {
    serving(state, extras, app::embedded())
}

const METHODS: [Method; 4] = [Method::GET, Method::POST, Method::PUT, Method::DELETE];

/// Writes into the document what a route asks of who comes, and how it refuses.
fn asks(document: &mut utoipa::openapi::OpenApi, path: &str, method: &Method, need: Need) {
    let Some(item) = document.paths.paths.get_mut(path) else {
        return;
    };
    let operation = match *method {
        Method::GET => &mut item.get,
        Method::POST => &mut item.post,
        Method::PUT => &mut item.put,
        _ => &mut item.delete,
    };
    let Some(operation) = operation else {
        return;
    };
    let mut refusals = vec![
        ("400", "A parameter is not known or cannot be read"),
        (
            "403",
            "From a page of another origin, or under another name",
        ),
        (
            "429",
            "Too many requests; `retry-after` says how long to wait",
        ),
        ("503", "The answer takes too long"),
    ];
    if matches!(*method, Method::POST | Method::PUT) {
        refusals.push(("415", "The body is not JSON"));
    }
    if need != Need::Nothing {
        refusals[1].1 = "No right to it, from a page of another origin, or under another name";
        refusals.push(("401", "Nobody is signed in"));
    }
    for (status, why) in refusals {
        let told = operation.responses.responses.entry(status.to_owned());
        told.or_insert_with(|| {
            let error = Ref::from_schema_name("ErrorAnswer");
            let content = ContentBuilder::new().schema(Some(error)).build();
            let response = ResponseBuilder::new()
                .description(why)
                .content("application/json", content);
            response.build().into()
        });
    }
    if need != Need::Nothing {
        let anyone: Vec<String> = Vec::new();
        let ways = ["cookie", "token"].map(|way| SecurityRequirement::new(way, anyone.clone()));
        operation.security = Some(ways.into());
    }
    if let Need::Right(right) = need {
        let said = operation.description.take().unwrap_or_default();
        let asks = format!("Asks for the right `{right}`: docs/RIGHTS.md.");
        operation.description = Some(if said.is_empty() {
            asks
        } else {
            format!("{said}\n\n{asks}")
        });
    }
}

/// How somebody is known.
fn ways(document: &mut utoipa::openapi::OpenApi) {
    let parts = document.components.get_or_insert_default();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("yiping")));
    parts.add_security_scheme("cookie", cookie);
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    parts.add_security_scheme("token", token);
}

pub(crate) fn serving(state: ServerState, extras: Vec<Extra>, files: Files) -> Router {
    let mut document = api::Document::openapi();
    state.version.clone_into(&mut document.info.version);
    ways(&mut document);
    let asked = guard::Asked::new(&state.settings, state.secure);
    let limit = DefaultBodyLimit::max(state.settings.body_bytes_max);
    let mut own = Router::new();
    let admitting = |need: Need| from_fn_with_state(need, admission::admit);
    let door = admission::Door::new(state.people.clone(), &state.settings);
    for route in api::routes() {
        asks(&mut document, route.path, &route.method, route.need);
        own = own.route(route.path, route.answer.route_layer(admitting(route.need)));
    }
    let mut all = own.layer(limit).with_state(state.clone());
    for mut extra in extras {
        for path in extra
            .document
            .paths
            .paths
            .keys()
            .cloned()
            .collect::<Vec<_>>()
        {
            for method in METHODS {
                asks(&mut extra.document, &path, &method, extra.need);
            }
        }
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
        .layer(from_fn_with_state(state.settings, guard::in_time))
        .layer(from_fn_with_state(door, admission::know))
        .layer(from_fn_with_state(asked.clone(), guard::check))
        .layer(from_fn(refusal::spoken))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(asked, guard::secure))
}
