//! The HTTP API under `/api/v1`, and what operators ask for. One table lists every route; the OpenAPI document says the same.

mod accounts;
mod alarms;
mod answer;
mod duty;
mod error;
mod events;
mod figures;
mod handover;
mod health;
mod history;
mod oidc;
mod out_of_service;
mod packs;
mod params;
mod register;
mod roads;
mod series;
mod session;
mod shelving;
mod things;
mod tokens;
mod totp;
mod units;

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use utoipa::OpenApi;
use yiping_desk::rights::Right;

use crate::admission::Need;
use crate::live;
use crate::state::ServerState;

pub(crate) use error::{ApiError, ErrorAnswer};
pub(crate) use params::Params;

/// The route of the OpenAPI document itself.
pub(crate) const DOCUMENT_PATH: &str = "/api/openapi.json";

/// Largest import of units, and largest draft of a pack: a hundred bytes a unit and more.
const DRAFT_BYTES_MAX: usize = 4 * 1_024 * 1_024;

/// A route: how and where it is asked, what it asks of who comes, and what answers.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) need: Need,
    pub(crate) answer: MethodRouter<ServerState>,
}

fn route<H: Handler<T, ServerState>, T: 'static>(
    method: Method,
    path: &'static str,
    need: Need,
    handler: H,
) -> Route {
    let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
    Route {
        method,
        path,
        need,
        answer: on(filter, handler),
    }
}

impl Route {
    /// The same with a body as large as a draft.
    fn of_drafts(mut self) -> Self {
        self.answer = self.answer.layer(DefaultBodyLimit::max(DRAFT_BYTES_MAX));
        self
    }
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

/// Every route of this room but [`DOCUMENT_PATH`], which asks nothing.
pub(crate) fn routes() -> Vec<Route> {
    let mut all = door_routes();
    all.extend(city_routes());
    all
}

/// Who comes in, and who may.
#[rustfmt::skip]
fn door_routes() -> Vec<Route> {
    let right = Need::Right;
    vec![
        route(POST, "/api/v1/session", Need::Nothing, session::sign_in),
        route(GET, "/api/v1/session", Need::SignedIn, session::shown),
        route(DELETE, "/api/v1/session", Need::SignedIn, session::sign_out),
        route(POST, "/api/v1/session/first", Need::Nothing, session::first),
        route(PUT, "/api/v1/session/link", Need::Nothing, session::link),
        route(PUT, "/api/v1/session/password", Need::SignedIn, session::password),
        route(POST, "/api/v1/session/totp", Need::SignedIn, totp::offer),
        route(PUT, "/api/v1/session/totp", Need::SignedIn, totp::confirm),
        route(POST, "/api/v1/session/totp/removal", Need::SignedIn, totp::remove),
        route(GET, "/api/v1/session/ways", Need::Nothing, oidc::ways),
        route(GET, "/api/v1/session/oidc", Need::Nothing, oidc::start),
        route(GET, "/api/v1/session/oidc/answer", Need::Nothing, oidc::answer),
        route(GET, "/api/v1/accounts", right(Right::Accounts), accounts::list),
        route(POST, "/api/v1/accounts", right(Right::Accounts), accounts::make),
        route(PUT, "/api/v1/accounts/{name}", right(Right::Accounts), accounts::change),
        route(POST, "/api/v1/accounts/{name}/link", right(Right::Accounts), accounts::link),
        route(DELETE, "/api/v1/accounts/{name}/sessions", right(Right::Accounts), accounts::end_sessions),
        route(GET, "/api/v1/tokens", right(Right::Accounts), tokens::list),
        route(POST, "/api/v1/tokens", right(Right::Accounts), tokens::issue),
        route(DELETE, "/api/v1/tokens/{name}", right(Right::Accounts), tokens::revoke),
    ]
}

/// What the city is asked, and what is done about it.
#[rustfmt::skip]
fn city_routes() -> Vec<Route> {
    let right = Need::Right;
    vec![
        route(GET, "/api/v1/things", right(Right::Watch), things::things),
        route(GET, "/api/v1/datastreams", right(Right::Watch), things::datastreams),
        route(GET, "/api/v1/datastreams/{id}/observations", right(Right::History), history::observations),
        route(GET, "/api/v1/series", right(Right::History), series::series),
        route(GET, "/api/v1/latest", right(Right::Watch), series::latest),
        route(GET, "/api/v1/aggregates", right(Right::History), series::aggregates),
        route(GET, "/api/v1/windows", right(Right::History), history::windows),
        route(GET, "/api/v1/indices", right(Right::History), history::indices),
        route(GET, "/api/v1/events", right(Right::History), events::events),
        route(GET, "/api/v1/alarms", right(Right::Watch), alarms::list),
        route(GET, "/api/v1/alarms/{id}/shown", right(Right::Watch), alarms::shown),
        route(POST, "/api/v1/alarms/{id}/ack", right(Right::Acknowledge), alarms::acknowledge),
        route(POST, "/api/v1/alarms/{id}/shelve", right(Right::Shelve), shelving::shelve),
        route(POST, "/api/v1/alarms/{id}/false-alarm", right(Right::Shelve), shelving::mark_false),
        route(POST, "/api/v1/alarms/{id}/false-alarm/withdrawal", right(Right::Shelve), shelving::unmark_false),
        route(POST, "/api/v1/alarms/{id}/out-of-service", right(Right::Shelve), out_of_service::ask),
        route(GET, "/api/v1/shelved", right(Right::Watch), shelving::list),
        route(POST, "/api/v1/shelved/{id}/return", right(Right::Shelve), shelving::unshelve),
        route(POST, "/api/v1/out-of-service/{id}/approval", right(Right::Approve), out_of_service::approve),
        route(POST, "/api/v1/out-of-service/{id}/return", right(Right::Shelve), out_of_service::end),
        route(GET, "/api/v1/units", right(Right::Units), units::list),
        route(GET, "/api/v1/units/recommend", right(Right::Units), units::recommend::recommend),
        route(GET, "/api/v1/roads", right(Right::Watch), roads::roads),
        route(GET, "/api/v1/units/plume", right(Right::Units), units::plume::plume),
        route(GET, "/api/v1/units/mine", right(Right::Dispatch), units::mine),
        route(GET, "/api/v1/units/mine/route", right(Right::Dispatch), units::route::mine),
        route(GET, "/api/v1/units/{id}", right(Right::Units), units::one),
        route(PUT, "/api/v1/units/{id}/status", right(Right::Dispatch), units::acts::status),
        route(POST, "/api/v1/units/{id}/check-in", right(Right::Dispatch), units::acts::check_in),
        route(PUT, "/api/v1/units/{id}/stock", right(Right::Dispatch), units::acts::stock),
        route(GET, "/api/v1/register/units", right(Right::Registers), register::units),
        route(POST, "/api/v1/register/units", right(Right::Registers), register::import).of_drafts(),
        route(GET, "/api/v1/packs", right(Right::Registers), packs::list),
        route(POST, "/api/v1/packs/check", right(Right::Registers), packs::check).of_drafts(),
        route(POST, "/api/v1/positions", right(Right::Locate), units::positions::post),
        route(GET, "/api/v1/duty", right(Right::Watch), duty::standing),
        route(POST, "/api/v1/duty/take", right(Right::Duty), duty::take),
        route(POST, "/api/v1/duty/leave", right(Right::Duty), duty::leave),
        route(GET, "/api/v1/duty/log", right(Right::Watch), duty::log),
        route(POST, "/api/v1/duty/log", right(Right::Duty), duty::write),
        route(POST, "/api/v1/duty/handover", right(Right::Duty), handover::draft),
        route(GET, "/api/v1/duty/handover/{digest}", right(Right::Watch), handover::show),
        route(POST, "/api/v1/duty/handover/{digest}/sign", right(Right::Duty), handover::sign),
        route(GET, "/api/v1/rejects", right(Right::Figures), figures::rejects),
        route(GET, "/api/v1/sources", right(Right::Figures), figures::sources),
        route(GET, "/api/v1/live", right(Right::Watch), live::connect),
        route(GET, "/api/v1/feed", right(Right::Records), live::feed::connect),
        route(GET, "/healthz", Need::Nothing, health::healthz),
        route(GET, "/readyz", Need::Nothing, health::readyz),
        route(GET, "/metrics", right(Right::Metrics), health::metrics),
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
        session::sign_in,
        session::shown,
        session::sign_out,
        session::first,
        session::link,
        session::password,
        totp::offer,
        totp::confirm,
        totp::remove,
        oidc::ways,
        oidc::start,
        oidc::answer,
        accounts::list,
        accounts::make,
        accounts::change,
        accounts::link,
        accounts::end_sessions,
        tokens::list,
        tokens::issue,
        tokens::revoke,
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
        alarms::shown,
        shelving::list,
        shelving::shelve,
        shelving::unshelve,
        shelving::mark_false,
        shelving::unmark_false,
        out_of_service::ask,
        out_of_service::approve,
        out_of_service::end,
        units::list,
        units::recommend::recommend,
        units::plume::plume,
        roads::roads,
        units::mine,
        units::route::mine,
        units::one,
        units::acts::status,
        units::acts::check_in,
        units::acts::stock,
        units::positions::post,
        register::units,
        register::import,
        packs::list,
        packs::check,
        duty::standing,
        duty::take,
        duty::leave,
        duty::log,
        duty::write,
        handover::draft,
        handover::show,
        handover::sign,
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
        ("kinds" = Option<String>, Query, description = "Of `reading`, `event`, `reject`, `window`, `index`, `derived`, `alarm`, `decision`, `notice`, `duty`, separated by commas; `window,index,alarm,decision` by default"),
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
            .map(|route| route.path.to_owned())
            .collect();
        routes.insert(DOCUMENT_PATH.to_owned());
        let documented: BTreeSet<String> = Document::openapi().paths.paths.into_keys().collect();
        assert_eq!(routes, documented);
    }
}
