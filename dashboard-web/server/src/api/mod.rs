//! The HTTP API under `/api/v1`, and what operators ask for. One table lists every route; the OpenAPI document says the same.

mod alarms;
mod answer;
mod error;
mod events;
mod figures;
mod health;
mod history;
mod params;
mod series;
mod things;

use axum::routing::{MethodRouter, get, post};
use utoipa::OpenApi;

use crate::live;
use crate::state::ServerState;

pub(crate) use error::{ApiError, ErrorAnswer};
pub(crate) use params::Params;

/// The route of the OpenAPI document itself.
pub(crate) const DOCUMENT_PATH: &str = "/api/openapi.json";

/// Every route of this room but [`DOCUMENT_PATH`].
pub(crate) fn routes() -> Vec<(&'static str, MethodRouter<ServerState>)> {
    vec![
        ("/api/v1/things", get(things::things)),
        ("/api/v1/datastreams", get(things::datastreams)),
        (
            "/api/v1/datastreams/{id}/observations",
            get(history::observations),
        ),
        ("/api/v1/series", get(series::series)),
        ("/api/v1/latest", get(series::latest)),
        ("/api/v1/aggregates", get(series::aggregates)),
        ("/api/v1/windows", get(history::windows)),
        ("/api/v1/indices", get(history::indices)),
        ("/api/v1/events", get(events::events)),
        ("/api/v1/alarms", get(alarms::list)),
        ("/api/v1/alarms/{id}/ack", post(alarms::acknowledge)),
        ("/api/v1/rejects", get(figures::rejects)),
        ("/api/v1/sources", get(figures::sources)),
        ("/api/v1/live", get(live::connect)),
        ("/api/v1/feed", get(live::feed::connect)),
        ("/healthz", get(health::healthz)),
        ("/readyz", get(health::readyz)),
        ("/metrics", get(health::metrics)),
    ]
}

/// The OpenAPI document of this room.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Yiping",
        description = "Feeds and asks the city's command centre. Times are RFC 3339; `now` is the city clock. Unknown parameters are refused."
    ),
    paths(
        things::things,
        things::datastreams,
        history::observations,
        series::series,
        series::latest,
        series::aggregates,
        history::windows,
        history::indices,
        events::events,
        alarms::list,
        alarms::acknowledge,
        figures::rejects,
        figures::sources,
        live_feed,
        record_feed,
        document,
        health::healthz,
        health::readyz,
        health::metrics,
    )
)]
pub(crate) struct Document;

/// The live feed, a WebSocket: a snapshot, then deltas. `docs/asyncapi.yaml` describes the messages.
#[utoipa::path(
    get,
    path = "/api/v1/live",
    tag = "live",
    params(
        ("scene" = Option<String>, Query, description = "`wall`, which is the default"),
        ("after" = Option<u64>, Query, description = "Resume after this position: deltas, if they are still remembered"),
    ),
    responses(
        (status = 101, description = "Text frames, each one message"),
        (status = 403, description = "From a page of another origin", body = ErrorAnswer),
        (status = 404, description = "No such scene", body = ErrorAnswer),
        (status = 426, description = "Not a WebSocket handshake", body = ErrorAnswer),
        (status = 503, description = "All places for screens are taken", body = ErrorAnswer),
    )
)]
#[expect(
    dead_code,
    reason = "it carries the description; the handler is live::connect"
)]
fn live_feed() {}

/// The record feed, a WebSocket for programs: what was measured, found and decided, as it comes. `docs/asyncapi.yaml` describes the messages.
#[utoipa::path(
    get,
    path = "/api/v1/feed",
    tag = "live",
    params(
        ("kinds" = Option<String>, Query, description = "Of `reading`, `event`, `reject`, `window`, `index`, `derived`, `alarm`, `decision`, separated by commas; `window,index,alarm,decision` by default"),
        ("thing" = Option<String>, Query, description = "Only of this thing"),
        ("property" = Option<String>, Query, description = "Only of this property"),
        ("after" = Option<u64>, Query, description = "Resume after this position; without it the feed begins at the end of the log"),
    ),
    responses(
        (status = 101, description = "Text frames, each one message"),
        (status = 400, description = "A parameter that cannot be read", body = ErrorAnswer),
        (status = 403, description = "From a page of another origin", body = ErrorAnswer),
        (status = 426, description = "Not a WebSocket handshake", body = ErrorAnswer),
        (status = 503, description = "All places for listeners are taken", body = ErrorAnswer),
    )
)]
#[expect(
    dead_code,
    reason = "it carries the description; the handler is live::feed::connect"
)]
fn record_feed() {}

/// This document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "operation",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"))
)]
#[expect(
    dead_code,
    reason = "it carries the description; the answer is made once, in router.rs"
)]
fn document() {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_lists_every_route_and_no_other() {
        let mut routes: BTreeSet<String> = routes()
            .into_iter()
            .map(|(path, _)| path.to_owned())
            .collect();
        routes.insert(DOCUMENT_PATH.to_owned());
        let documented: BTreeSet<String> = Document::openapi().paths.paths.into_keys().collect();
        assert_eq!(routes, documented);
    }
}
