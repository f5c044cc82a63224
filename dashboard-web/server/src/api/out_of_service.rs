//! Rules out of service at a thing: one person asks, another one approves.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use yiping_desk::rights::Right;
use yiping_model::{Act, OutOfService, Position, Shelving};

use super::alarms::checked;
use super::error::{Already, ApiError, ErrorAnswer};
use super::params::{Params, taken};
use super::shelving::{
    CountedAnswer, REASON_EXAMPLE, ReasonRequest, SAID_EXAMPLE, SaidRequest, changed, counted,
    given, named, reaches, record_of, short, shown,
};
use crate::admission::Caller;
use crate::state::ServerState;

/// Asks that the rule of an alarm is out of service at its thing. It is once another person approves.
#[utoipa::path(
    post,
    path = "/api/v1/alarms/{id}/out-of-service",
    tag = "alarms",
    params(("id" = String, Path, description = "The alarm's id, 32 hex digits")),
    request_body = SaidRequest,
    responses(
        (status = 200, description = "It is asked", body = CountedAnswer),
        (status = 400, description = "The reason is missing or too long", body = ErrorAnswer),
        (status = 403, description = "The alarm lies outside the own areas and domains, or is of level 1 (`top_priority`)", body = ErrorAnswer),
        (status = 404, description = "No such alarm is open or lately closed", body = ErrorAnswer),
        (status = 409, description = "It is asked or so already: `acknowledged` says by whom; or too much is (`shelf_full`)", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the live scene does not show it yet", body = ErrorAnswer),
    )
)]
pub(super) async fn ask(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
    body: Result<Json<SaidRequest>, JsonRejection>,
) -> Result<Json<CountedAnswer>, ApiError> {
    params.finish()?;
    let request = taken(body, state.settings.body_bytes_max, SAID_EXAMPLE)?;
    let reason = given(&request.reason)?;
    let (alarm, view, position) = shown(&state, &caller.who, &id)?;
    let held = state.live.shelving();
    let out = |held: &Shelving| {
        let mut known = held.out_of_service().values();
        let known = known.find(|out| out.covers(&alarm.event))?;
        Some(ApiError::Already(
            Already::OutOfService,
            named(&state, known.asked.clone()),
        ))
    };
    if let Some(first) = out(&held) {
        return Err(first);
    }
    state.duty.room().house().shelving.may_ask(&alarm, &held)?;
    if let (Some(seen), Some(_)) = (request.seen, &view) {
        checked(seen, &alarm, view.as_ref(), position)?;
    }
    let act = Act::AskOutOfService {
        alarm: alarm.event.alarm.clone(),
        rule: alarm.event.rule.clone(),
        thing: alarm.event.subject.thing.clone(),
        domain: alarm.event.domain(),
        reason,
    };
    counted(&state, caller.who, act, || {
        out(&state.live.shelving()).unwrap_or_else(changed)
    })
    .await
}

/// Approves what another person asked: the rule is out of service at the thing until somebody brings it back.
#[utoipa::path(
    post,
    path = "/api/v1/out-of-service/{id}/approval",
    tag = "alarms",
    params(("id" = String, Path, description = "The record that asked: `/api/v1/shelved`")),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "It is out of service", body = CountedAnswer),
        (status = 403, description = "It lies outside the own areas and domains, or the same person asked (`same_person`)", body = ErrorAnswer),
        (status = 404, description = "That is not asked any more", body = ErrorAnswer),
        (status = 409, description = "Somebody approved before: `acknowledged` says who", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the live scene does not show it yet", body = ErrorAnswer),
    )
)]
pub(super) async fn approve(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
    body: Result<Json<ReasonRequest>, JsonRejection>,
) -> Result<Json<CountedAnswer>, ApiError> {
    params.finish()?;
    let request = taken(body, state.settings.body_bytes_max, REASON_EXAMPLE)?;
    let note = short(&request.reason)?;
    let (record, out) = asked(&state, &id)?;
    let domain = out.domain.as_deref();
    reaches(&state, &caller.who, Right::Approve, &out.thing, domain)?;
    if out.asked.person == caller.who.person {
        return Err(ApiError::SamePerson);
    }
    let approved = |out: OutOfService| {
        let by = out.approved?;
        Some(ApiError::Already(Already::Approved, named(&state, by)))
    };
    if let Some(first) = approved(out) {
        return Err(first);
    }
    let request = record;
    let act = Act::ApproveOutOfService { request, note };
    counted(&state, caller.who, act, || match asked(&state, &id) {
        Ok((_, out)) => approved(out).unwrap_or_else(changed),
        Err(gone) => gone,
    })
    .await
}

/// Brings a rule back into service at a thing. A request that nobody has approved is withdrawn so, also by who asked.
#[utoipa::path(
    post,
    path = "/api/v1/out-of-service/{id}/return",
    tag = "alarms",
    params(("id" = String, Path, description = "The record that asked: `/api/v1/shelved`")),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "Its alarms call people again", body = CountedAnswer),
        (status = 403, description = "It lies outside the own areas and domains, or it is approved and asks for the right `approve`", body = ErrorAnswer),
        (status = 404, description = "That is not so any more", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the live scene does not show it yet", body = ErrorAnswer),
    )
)]
pub(super) async fn end(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
    body: Result<Json<ReasonRequest>, JsonRejection>,
) -> Result<Json<CountedAnswer>, ApiError> {
    params.finish()?;
    let request = taken(body, state.settings.body_bytes_max, REASON_EXAMPLE)?;
    let reason = given(&request.reason)?;
    let (request, out) = asked(&state, &id)?;
    let right = match out.approved {
        Some(_) => Right::Approve,
        None => Right::Shelve,
    };
    let domain = out.domain.as_deref();
    reaches(&state, &caller.who, right, &out.thing, domain)?;
    let act = Act::EndOutOfService { request, reason };
    counted(&state, caller.who, act, || gone(&id)).await
}

fn gone(id: &str) -> ApiError {
    ApiError::NotFound(format!(
        "nothing is out of service by the record {id:?}, nor asked to be: see /api/v1/shelved"
    ))
}

fn asked(state: &ServerState, id: &str) -> Result<(Position, OutOfService), ApiError> {
    let record = record_of(id).ok_or_else(|| gone(id))?;
    let held = state.live.shelving();
    let out = held.out_of_service().get(&record);
    let out = out.cloned().ok_or_else(|| gone(id))?;
    Ok((record, out))
}
