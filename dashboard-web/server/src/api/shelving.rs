//! What is kept quiet: the list of it, and alarms on the shelf; and the mark of a false alarm.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yiping_desk::people::Who;
use yiping_desk::rights::Right;
use yiping_model::alarm::Acknowledgement;
use yiping_model::{
    Act, Alarm, AlarmId, Body, Decision, Position, Quiet, Shelf, ThingId, Timestamp,
};
use yiping_scene::message::AlarmView;

use super::alarms::{SeenRequest, checked, may_reach, unknown};
use super::answer::Acknowledged;
use super::error::{Already, ApiError, ErrorAnswer};
use super::params::{Params, taken};
use crate::admission::Caller;
use crate::state::ServerState;

const REASON_CHARS_MAX: usize = 500;

/// A shelving. Who shelves, and from which seat, is known from the sign-in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShelveRequest {
    /// For how long, at most `duty.shelving.minutes_max`.
    #[schema(minimum = 1, example = 60)]
    minutes: u32,
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// What the seat's screen showed of the alarm.
    seen: SeenRequest,
}

/// Something said of an alarm that a screen shows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaidRequest {
    /// Why, 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub(super) reason: String,
    /// What the seat's screen showed of the alarm; may be left out for one that is closed.
    #[serde(default)]
    pub(super) seen: Option<SeenRequest>,
}

/// Why something is brought back, withdrawn or approved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonRequest {
    /// Why, 1 to 500 characters; of an approval it may be empty.
    #[schema(max_length = 500)]
    #[serde(default)]
    pub(super) reason: String,
}

/// What counts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountedAnswer {
    /// Its record in the log, by which a shelf and a request are named.
    record: u64,
}

/// What is kept quiet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuietAnswer {
    /// City time.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// What is on the shelf, the first to come back first.
    shelved: Vec<ShelfAnswer>,
    /// What is out of service at a thing, or asked to be, the oldest first.
    out_of_service: Vec<OutAnswer>,
}

/// A point on the shelf: all that its rule raises of its datastream is kept quiet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShelfAnswer {
    /// Its record, by which it is named.
    record: u64,
    /// The alarm that was shelved.
    alarm: String,
    /// The rule.
    rule: String,
    /// The thing.
    thing: String,
    /// The property.
    metric: String,
    /// The track whose alarm it is, where each has its own.
    key: Option<String>,
    /// The level when it was shelved; a graver one brings it back.
    level: u8,
    /// When it comes back by itself.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// Who shelved it, when, and why (`note`).
    by: Acknowledged,
}

/// A rule that is out of service at a thing, or asked to be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutAnswer {
    /// The record that asked, by which it is named.
    record: u64,
    /// The rule.
    rule: String,
    /// The thing.
    thing: String,
    /// Who asked, when, and why (`note`).
    asked: Acknowledged,
    /// Who approved, and when; null while nobody has: then alarms call people as ever.
    approved: Option<Acknowledged>,
}

/// What is on the shelf, and what is out of service.
#[utoipa::path(
    get,
    path = "/api/v1/shelved",
    tag = "alarms",
    responses((status = 200, description = "As the live scene has it", body = QuietAnswer))
)]
pub(super) async fn list(
    State(state): State<ServerState>,
    params: Params,
) -> Result<Json<QuietAnswer>, ApiError> {
    params.finish()?;
    let shelving = state.live.shelving();
    let held = shelving.shelves().iter();
    let mut shelved: Vec<ShelfAnswer> = held
        .map(|(record, shelf)| ShelfAnswer {
            record: record.0,
            alarm: shelf.alarm.to_string(),
            rule: shelf.point.rule.to_string(),
            thing: shelf.point.subject.thing.to_string(),
            metric: shelf.point.subject.property.to_string(),
            key: shelf.point.key.as_ref().map(ToString::to_string),
            level: shelf.level.into(),
            until: shelf.until,
            by: named(&state, shelf.by.clone()),
        })
        .collect();
    shelved.sort_by_key(|shelf| (shelf.until, shelf.record));
    let out = shelving.out_of_service().iter();
    let out = out.map(|(record, out)| OutAnswer {
        record: record.0,
        rule: out.rule.to_string(),
        thing: out.thing.to_string(),
        asked: named(&state, out.asked.clone()),
        approved: out.approved.clone().map(|by| named(&state, by)),
    });
    Ok(Json(QuietAnswer {
        now: state.live.now(),
        shelved,
        out_of_service: out.collect(),
    }))
}

/// Keeps an alarm quiet for a while, and whatever its rule raises of its datastream meanwhile. The first who does counts.
///
/// It comes back when the time is over, by hand, or at once when its datastream has a graver alarm.
#[utoipa::path(
    post,
    path = "/api/v1/alarms/{id}/shelve",
    tag = "alarms",
    params(("id" = String, Path, description = "The alarm's id, 32 hex digits")),
    request_body = ShelveRequest,
    responses(
        (status = 200, description = "It is on the shelf", body = CountedAnswer),
        (status = 400, description = "The reason or the time is not as it must be (`shelved_too_long`)", body = ErrorAnswer),
        (status = 403, description = "The alarm lies outside the own areas and domains, or is of level 1 (`top_priority`)", body = ErrorAnswer),
        (status = 404, description = "No such alarm is open", body = ErrorAnswer),
        (status = 409, description = "It is quiet already: `acknowledged` says by whom; or the screen showed something else; or too much is shelved (`shelf_full`)", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the live scene does not show it yet", body = ErrorAnswer),
    )
)]
pub(super) async fn shelve(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
    body: Result<Json<ShelveRequest>, JsonRejection>,
) -> Result<Json<CountedAnswer>, ApiError> {
    params.finish()?;
    let example =
        r#"{"minutes": 60, "reason": "筒体清淤", "seen": {"position": 812345, "digest": "9f2c…"}}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let reason = given(&request.reason)?;
    let (alarm, view, position) = shown(&state, &caller.who, &id)?;
    if view.is_none() {
        return Err(unknown(&id));
    }
    if let Some(first) = quiet_by(&state, &alarm) {
        return Err(first);
    }
    let room = state.duty.room();
    let settings = &room.house().shelving;
    let (held, now) = (state.live.shelving(), state.live.now());
    let until = settings.until(&alarm, &held, request.minutes, now)?;
    let seen = checked(request.seen, &alarm, view.as_ref(), position)?;
    let id = alarm.event.alarm.clone();
    let act = Act::Shelve {
        alarm: id.clone(),
        level: alarm.event.level,
        domain: alarm.event.domain(),
        until,
        reason,
        seen,
    };
    counted(&state, caller.who, act, || {
        let now = state.live.alarm(&id);
        now.and_then(|alarm| quiet_by(&state, &alarm))
            .unwrap_or_else(changed)
    })
    .await
}

/// Brings back what is on the shelf.
#[utoipa::path(
    post,
    path = "/api/v1/shelved/{id}/return",
    tag = "alarms",
    params(("id" = String, Path, description = "The record of the shelf: `/api/v1/shelved`")),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "Its alarms call people again", body = CountedAnswer),
        (status = 403, description = "It lies outside the own areas and domains", body = ErrorAnswer),
        (status = 404, description = "There is no such shelf any more", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the live scene does not show it yet", body = ErrorAnswer),
    )
)]
pub(super) async fn unshelve(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
    body: Result<Json<ReasonRequest>, JsonRejection>,
) -> Result<Json<CountedAnswer>, ApiError> {
    params.finish()?;
    let request = taken(body, state.settings.body_bytes_max, REASON_EXAMPLE)?;
    let reason = given(&request.reason)?;
    let gone = || {
        ApiError::NotFound(format!(
            "nothing is shelved by the record {id:?} any more: it came back, or somebody brought it back; see /api/v1/shelved"
        ))
    };
    let shelf = record_of(&id).ok_or_else(gone)?;
    let held = state.live.shelving();
    let Shelf { point, domain, .. } = held.shelves().get(&shelf).ok_or_else(gone)?;
    let (thing, domain) = (&point.subject.thing, domain.as_deref());
    reaches(&state, &caller.who, Right::Shelve, thing, domain)?;
    counted(&state, caller.who, Act::Unshelve { shelf, reason }, gone).await
}

/// Marks an alarm, open or lately closed, as a false one. The first mark counts; it acknowledges nothing.
#[utoipa::path(
    post,
    path = "/api/v1/alarms/{id}/false-alarm",
    tag = "alarms",
    params(("id" = String, Path, description = "The alarm's id, 32 hex digits")),
    request_body = SaidRequest,
    responses(
        (status = 200, description = "It is marked", body = CountedAnswer),
        (status = 400, description = "The reason is missing or too long", body = ErrorAnswer),
        (status = 403, description = "The alarm lies outside the own areas and domains", body = ErrorAnswer),
        (status = 404, description = "No such alarm is open or lately closed", body = ErrorAnswer),
        (status = 409, description = "It is marked already: `acknowledged` says by whom; or the screen showed something else", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the live scene does not show it yet", body = ErrorAnswer),
    )
)]
pub(super) async fn mark_false(
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
    let marked = |alarm: &Alarm| {
        let by = alarm.false_alarm.clone()?;
        Some(ApiError::Already(Already::False, named(&state, by)))
    };
    if let Some(first) = marked(&alarm) {
        return Err(first);
    }
    let seen = match (request.seen, &view) {
        (Some(seen), Some(_)) => Some(checked(seen, &alarm, view.as_ref(), position)?),
        (None, Some(_)) => {
            return Err(ApiError::BadBody(format!(
                "`seen` is missing: {SAID_EXAMPLE}"
            )));
        }
        (_, None) => None,
    };
    let id = alarm.event.alarm.clone();
    let act = Act::MarkFalse {
        alarm: id.clone(),
        reason,
        seen,
    };
    counted(&state, caller.who, act, || {
        let now = state.live.alarm(&id);
        now.and_then(|alarm| marked(&alarm)).unwrap_or_else(changed)
    })
    .await
}

/// Withdraws the mark of a false alarm.
#[utoipa::path(
    post,
    path = "/api/v1/alarms/{id}/false-alarm/withdrawal",
    tag = "alarms",
    params(("id" = String, Path, description = "The alarm's id, 32 hex digits")),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "It is not marked any more", body = CountedAnswer),
        (status = 403, description = "The alarm lies outside the own areas and domains", body = ErrorAnswer),
        (status = 404, description = "No such alarm is open or lately closed, or it is not marked", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the live scene does not show it yet", body = ErrorAnswer),
    )
)]
pub(super) async fn unmark_false(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
    body: Result<Json<ReasonRequest>, JsonRejection>,
) -> Result<Json<CountedAnswer>, ApiError> {
    params.finish()?;
    let request = taken(body, state.settings.body_bytes_max, REASON_EXAMPLE)?;
    let reason = given(&request.reason)?;
    let (alarm, ..) = shown(&state, &caller.who, &id)?;
    let none = || ApiError::NotFound(format!("the alarm {id} is not marked as false"));
    if alarm.false_alarm.is_none() {
        return Err(none());
    }
    let alarm = alarm.event.alarm;
    counted(&state, caller.who, Act::UnmarkFalse { alarm, reason }, none).await
}

pub(super) const REASON_EXAMPLE: &str = r#"{"reason": "已修复"}"#;
pub(super) const SAID_EXAMPLE: &str =
    r#"{"reason": "雨量筒堵塞", "seen": {"position": 812345, "digest": "9f2c…"}}"#;

/// A reason that says something.
pub(super) fn given(reason: &str) -> Result<String, ApiError> {
    let reason = short(reason)?;
    if reason.is_empty() {
        return Err(ApiError::BadBody("`reason` must say why".into()));
    }
    Ok(reason)
}

pub(super) fn short(reason: &str) -> Result<String, ApiError> {
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(ApiError::BadBody(format!(
            "`reason` has more than {REASON_CHARS_MAX} characters"
        )));
    }
    Ok(reason.trim().to_owned())
}

/// The alarm of this id, as screens show it, to who may keep it quiet.
pub(super) fn shown(
    state: &ServerState,
    who: &Who,
    id: &str,
) -> Result<(Alarm, Option<AlarmView>, Position), ApiError> {
    let shown = AlarmId::parse(id).and_then(|id| state.live.shown(&id));
    let (alarm, view, position) = shown.ok_or_else(|| unknown(id))?;
    may_reach(state, who, Right::Shelve, &alarm)?;
    Ok((alarm, view, position))
}

/// Whether the right of who asks reaches to what a rule says of a thing.
pub(super) fn reaches(
    state: &ServerState,
    who: &Who,
    right: Right,
    thing: &ThingId,
    domain: Option<&str>,
) -> Result<(), ApiError> {
    let known = state.catalogue.things.get(thing);
    let area = known.and_then(|thing| thing.area.as_deref());
    if who.may_at(right, area, domain) {
        return Ok(());
    }
    Err(ApiError::NotAllowed(format!(
        "{thing} lies outside your areas and domains, or this asks for the right `{right}`: docs/RIGHTS.md"
    )))
}

pub(super) fn record_of(id: &str) -> Option<Position> {
    id.parse().ok().map(Position)
}

/// Who keeps this alarm quiet.
fn quiet_by(state: &ServerState, alarm: &Alarm) -> Option<ApiError> {
    let held = state.live.shelving();
    let (what, by) = match alarm.quiet? {
        Quiet::Shelved(shelf) => (Already::Shelved, held.shelves().get(&shelf)?.by.clone()),
        Quiet::OutOfService(request) => {
            let out = held.out_of_service().get(&request)?;
            (Already::OutOfService, out.approved.clone()?)
        }
        Quiet::AtPeace => return None,
    };
    Some(ApiError::Already(what, named(state, by)))
}

pub(super) fn named(state: &ServerState, by: Acknowledgement) -> Acknowledged {
    let display = by.person.as_deref();
    let display = display.and_then(|account| state.live.display(account));
    Acknowledged {
        display,
        ..by.into()
    }
}

pub(super) fn changed() -> ApiError {
    ApiError::ShownOtherwise("the alarm changed at the same moment: look at it again".into())
}

/// Appends an act; answers when it is durable and the live scene has it. `lost` says why it does not count.
pub(super) async fn counted(
    state: &ServerState,
    who: Who,
    act: Act,
    lost: impl FnOnce() -> ApiError,
) -> Result<Json<CountedAnswer>, ApiError> {
    let decision = Decision {
        person: who.person,
        seat: who.seat,
        act,
    };
    let appended = state.log.append(vec![Body::Decision(decision)]).await?;
    let patience = Duration::from_millis(state.settings.ack_wait_ms);
    if !state.live.reaches(appended.last, patience).await {
        return Err(ApiError::Unavailable(format!(
            "it is kept as record {}, but the live scene is behind: look again before repeating it",
            appended.last
        )));
    }
    if !state.live.counted(appended.first) {
        return Err(lost());
    }
    let record = appended.first.0;
    Ok(Json(CountedAnswer { record }))
}
