//! What people say of units: status, check-in, stock. Each is a decision in the log; in a race the first in the log counts.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;
use yiping_desk::units::MoveError;
use yiping_model::{Act, Body, Decision, Position, Timestamp, UnitId, UnitStatus};

use super::super::error::{ApiError, ErrorAnswer};
use super::super::params::{Params, taken};
use super::{UnitAnswer, may_dispatch, unknown};
use crate::admission::Caller;
use crate::state::ServerState;

const NOTE_CHARS_MAX: usize = 1_000;

/// A unit's status.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusRequest {
    /// `available`, `assigned`, `en_route`, `on_scene`, `returning` or `out_of_service`.
    #[schema(value_type = String)]
    status: UnitStatus,
    /// `said` of the unit as it was shown: when somebody said something else since, this does not count.
    #[serde(default)]
    seen: Option<u64>,
    /// When it will be free again, RFC 3339.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// What is to be remembered, at most 1000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

/// A check-in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckInRequest {
    /// What is to be remembered, at most 1000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

/// A count of goods, or of taken places.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StockRequest {
    /// What was counted, as the register names it; `taken` for the places of a shelter or a hospital.
    item: String,
    /// How much there is.
    amount: u32,
    /// What is to be remembered, at most 1000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

/// Says what a unit is busy with. Who acts outside says it of the own unit only.
///
/// Answers when it is durable and counts.
#[utoipa::path(
    put,
    path = "/api/v1/units/{id}/status",
    tag = "units",
    params(("id" = String, Path, description = "The unit's id")),
    request_body = StatusRequest,
    responses(
        (status = 200, description = "The unit as it is now", body = UnitAnswer),
        (status = 400, description = "The body is not as it must be", body = ErrorAnswer),
        (status = 403, description = "The unit lies outside the own areas, or is not the own one", body = ErrorAnswer),
        (status = 404, description = "No such unit", body = ErrorAnswer),
        (status = 409, description = "This status cannot follow the one that the unit has, or somebody was first: the sentence says what may follow", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the units are behind", body = ErrorAnswer),
    )
)]
pub(in super::super) async fn status(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
    body: Result<Json<StatusRequest>, JsonRejection>,
) -> Result<Json<UnitAnswer>, ApiError> {
    params.finish()?;
    let example = r#"{"status": "assigned", "seen": 0, "note": ""}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    perform(&state, caller, &id, |unit| Act::SetUnitStatus {
        unit,
        status: request.status,
        seen: request.seen.map(Position),
        until: request.until,
        note: request.note,
    })
    .await
}

/// Says that who is on scene with a unit is well.
#[utoipa::path(
    post,
    path = "/api/v1/units/{id}/check-in",
    tag = "units",
    params(("id" = String, Path, description = "The unit's id")),
    request_body = CheckInRequest,
    responses(
        (status = 200, description = "The unit as it is now", body = UnitAnswer),
        (status = 400, description = "The body is not as it must be", body = ErrorAnswer),
        (status = 403, description = "The unit lies outside the own areas, or is not the own one", body = ErrorAnswer),
        (status = 404, description = "No such unit", body = ErrorAnswer),
        (status = 409, description = "The unit is not on scene", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the units are behind", body = ErrorAnswer),
    )
)]
pub(in super::super) async fn check_in(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
    body: Result<Json<CheckInRequest>, JsonRejection>,
) -> Result<Json<UnitAnswer>, ApiError> {
    params.finish()?;
    let request = taken(body, state.settings.body_bytes_max, r#"{"note": ""}"#)?;
    perform(&state, caller, &id, |unit| Act::CheckInUnit {
        unit,
        note: request.note,
    })
    .await
}

/// Says how much there is of something, or how many places are taken.
#[utoipa::path(
    put,
    path = "/api/v1/units/{id}/stock",
    tag = "units",
    params(("id" = String, Path, description = "The unit's id")),
    request_body = StockRequest,
    responses(
        (status = 200, description = "The unit as it is now", body = UnitAnswer),
        (status = 400, description = "The body is not as it must be", body = ErrorAnswer),
        (status = 403, description = "The unit lies outside the own areas, or is not the own one", body = ErrorAnswer),
        (status = 404, description = "No such unit", body = ErrorAnswer),
        (status = 409, description = "The unit has no such item, or not so many places", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the units are behind", body = ErrorAnswer),
    )
)]
pub(in super::super) async fn stock(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
    body: Result<Json<StockRequest>, JsonRejection>,
) -> Result<Json<UnitAnswer>, ApiError> {
    params.finish()?;
    let example = r#"{"item": "taken", "amount": 12, "note": ""}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    perform(&state, caller, &id, |unit| Act::SetUnitStock {
        unit,
        item: request.item,
        amount: request.amount,
        note: request.note,
    })
    .await
}

/// Appends an act of a unit, and answers when the book says whether it counts.
async fn perform(
    state: &ServerState,
    caller: Caller,
    id: &str,
    act: impl FnOnce(UnitId) -> Act,
) -> Result<Json<UnitAnswer>, ApiError> {
    let unit = UnitId::new(id).map_err(|_no_id| unknown(id))?;
    let act = act(unit);
    state.units.look(|book| {
        let (unit, _) = book.unit(id).ok_or_else(|| unknown(id))?;
        if !may_dispatch(&caller.who, unit) {
            return Err(ApiError::NotAllowed(format!(
                "unit {id:?} is not yours, or lies outside your areas: tell the officer in charge"
            )));
        }
        book.judge(&act).map_err(refused)
    })?;
    if note(&act).chars().count() > NOTE_CHARS_MAX {
        return Err(ApiError::BadBody(format!(
            "`note` has more than {NOTE_CHARS_MAX} characters"
        )));
    }
    let decision = Decision {
        person: caller.who.person,
        seat: caller.who.seat,
        act,
    };
    let appended = state.log.append(vec![Body::Decision(decision)]).await?;
    let patience = Duration::from_millis(state.settings.ack_wait_ms);
    if !state.units.reaches(appended.last, patience).await {
        return Err(ApiError::Unavailable(format!(
            "it is kept as record {}, but the units are behind: look at the unit again before repeating it",
            appended.last
        )));
    }
    state.units.look(|book| {
        if let Some(error) = book.refusal(appended.first) {
            return Err(refused(error.clone()));
        }
        let (unit, known) = book.unit(id).ok_or_else(|| unknown(id))?;
        Ok(Json(UnitAnswer::of(book, unit, known)))
    })
}

fn note(act: &Act) -> &str {
    match act {
        Act::SetUnitStatus { note, .. }
        | Act::CheckInUnit { note, .. }
        | Act::SetUnitStock { note, .. } => note,
        _ => "",
    }
}

fn refused(error: MoveError) -> ApiError {
    match error {
        MoveError::Unknown(id) => unknown(&id),
        other => ApiError::Conflict(other.to_string()),
    }
}
