//! Alarms: what there were, and the acknowledgement of one.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yiping_desk::people::Who;
use yiping_desk::rights::Right;
use yiping_model::alarm::Acknowledgement;
use yiping_model::{Act, Alarm, AlarmId, Body, Decision, Position, Seen, Timestamp};
use yiping_scene::evidence;
use yiping_scene::message::AlarmView;
use yiping_store::AlarmQuery;

use super::answer::{Acknowledged, AlarmAnswer, Rows};
use super::error::{ApiError, ErrorAnswer};
use super::history::named;
use super::params::{Params, ROWS_DEFAULT, taken};
use crate::admission::Caller;
use crate::state::ServerState;

const NOTE_CHARS_MAX: usize = 1_000;

/// An acknowledgement. Who gives it, and from which seat, is known from the sign-in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcknowledgeRequest {
    /// What is to be remembered, at most 1000 characters.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
    /// What the seat's screen showed of the alarm.
    seen: SeenRequest,
}

/// What a screen showed of an alarm: the evidence on which it is acknowledged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeenRequest {
    /// The position of the scene that the screen held.
    position: u64,
    /// SHA-256 of the alarm's canonical JSON (RFC 8785) as the live feed sent it, 64 hex digits.
    #[schema(min_length = 64, max_length = 64)]
    digest: String,
}

/// An alarm as the live scene shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownAnswer {
    /// The position of the scene.
    position: u64,
    /// The digest of what it shows.
    digest: String,
    /// What it shows; `docs/asyncapi.yaml` has its form (`AlarmView`).
    #[schema(value_type = Object)]
    alarm: AlarmView,
}

/// Alarms by the time at which they were raised.
#[utoipa::path(
    get,
    path = "/api/v1/alarms",
    tag = "alarms",
    params(
        ("state" = Option<String>, Query, description = "`unacknowledged`, `acknowledged`, `returned_unacknowledged` or `normal`; by default all"),
        ("from" = Option<String>, Query, description = "Raised at or after, RFC 3339; by default without beginning"),
        ("to" = Option<String>, Query, description = "Raised before, RFC 3339; by default without end"),
        ("limit" = Option<u32>, Query, description = "1 to 10000; by default 1000"),
    ),
    responses(
        (status = 200, description = "Newest first", body = Rows<AlarmAnswer>),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
    )
)]
pub(super) async fn list(
    State(state): State<ServerState>,
    mut params: Params,
) -> Result<Json<Rows<AlarmAnswer>>, ApiError> {
    let in_state = params.parsed("state", "unacknowledged", named)?;
    let (from, to) = (params.time("from")?, params.time("to")?);
    let limit = params.limit(ROWS_DEFAULT, state.settings.rows_max)?;
    params.finish()?;
    let query = AlarmQuery {
        state: in_state,
        from: from.unwrap_or(Timestamp::MIN),
        to: to.unwrap_or(Timestamp::from_micros(i64::MAX)),
        limit: limit + 1,
    };
    Ok(Json(Rows::cut(state.history.alarms(&query).await?, limit)))
}

/// An open alarm as the live scene shows it now, with what an acknowledgement says of it.
#[utoipa::path(
    get,
    path = "/api/v1/alarms/{id}/shown",
    tag = "alarms",
    params(("id" = String, Path, description = "The alarm's id, 32 hex digits")),
    responses(
        (status = 200, description = "As screens show it", body = ShownAnswer),
        (status = 404, description = "No such alarm is open", body = ErrorAnswer),
    )
)]
pub(super) async fn shown(
    State(state): State<ServerState>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<ShownAnswer>, ApiError> {
    params.finish()?;
    let shown = AlarmId::parse(&id).and_then(|id| state.live.shown(&id));
    let Some((_, Some(alarm), position)) = shown else {
        return Err(unknown(&id));
    };
    Ok(Json(ShownAnswer {
        position: position.0,
        digest: evidence::digest(&alarm),
        alarm,
    }))
}

/// Acknowledges an alarm, on the evidence of what a screen showed of it. The first acknowledgement in the log counts.
///
/// Answers when the acknowledgement is durable and the live scene shows it.
#[utoipa::path(
    post,
    path = "/api/v1/alarms/{id}/ack",
    tag = "alarms",
    params(("id" = String, Path, description = "The alarm's id, 32 hex digits")),
    request_body = AcknowledgeRequest,
    responses(
        (status = 200, description = "This acknowledgement was the first", body = AlarmAnswer),
        (status = 400, description = "The note is not as it must be", body = ErrorAnswer),
        (status = 403, description = "The alarm lies outside the own areas and domains", body = ErrorAnswer),
        (status = 404, description = "No such alarm is open or lately closed", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 409, description = "Somebody was first: `acknowledged` says who; or the screen showed something else than the alarm is now: look again", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the live scene does not show it yet", body = ErrorAnswer),
    )
)]
pub(super) async fn acknowledge(
    State(state): State<ServerState>,
    caller: Caller,
    Path(id): Path<String>,
    params: Params,
    body: Result<Json<AcknowledgeRequest>, JsonRejection>,
) -> Result<Json<AlarmAnswer>, ApiError> {
    params.finish()?;
    let example = r#"{"note": "", "seen": {"position": 812345, "digest": "9f2c…"}}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    if request.note.chars().count() > NOTE_CHARS_MAX {
        return Err(ApiError::BadBody(format!(
            "`note` has more than {NOTE_CHARS_MAX} characters"
        )));
    }
    let id = AlarmId::parse(&id).ok_or_else(|| unknown(&id))?;
    let shown = state.live.shown(&id);
    let (alarm, view, position) = shown.ok_or_else(|| unknown(id.as_str()))?;
    may_reach(&state, &caller.who, Right::Acknowledge, &alarm)?;
    if let Some(first) = alarm.acknowledgement {
        return Err(taken_by(&state, first));
    }
    let seen = checked(request.seen, &alarm, view.as_ref(), position)?;
    let decision = Decision {
        person: caller.who.person,
        seat: caller.who.seat,
        act: Act::Acknowledge {
            alarm: id.clone(),
            note: request.note,
            seen: Some(seen),
        },
    };
    let appended = state.log.append(vec![Body::Decision(decision)]).await?;
    let patience = Duration::from_millis(state.settings.ack_wait_ms);
    if !state.live.reaches(appended.last, patience).await {
        return Err(ApiError::Unavailable(format!(
            "acknowledgement is kept as record {}, but the live scene is behind: look at the alarm again before repeating it",
            appended.last
        )));
    }
    let alarm = state.live.alarm(&id).ok_or_else(|| unknown(id.as_str()))?;
    if state.live.counted(appended.first) {
        return Ok(Json(alarm.into()));
    }
    match alarm.acknowledgement {
        Some(first) => Err(taken_by(&state, first)),
        None => Err(unknown(id.as_str())),
    }
}

/// Somebody was first.
fn taken_by(state: &ServerState, first: Acknowledgement) -> ApiError {
    let person = first.person.as_deref();
    let display = person.and_then(|account| state.live.display(account));
    ApiError::AlreadyAcknowledged(Acknowledged {
        display,
        ..first.into()
    })
}

/// Whether the right of who asks reaches to the alarm: its thing's area, and the pack of its rule.
pub(super) fn may_reach(
    state: &ServerState,
    who: &Who,
    right: Right,
    alarm: &Alarm,
) -> Result<(), ApiError> {
    let thing = state.catalogue.things.get(&alarm.event.subject.thing);
    let area = thing.and_then(|thing| thing.area.as_deref());
    let rule = alarm.event.rule_version.as_ref();
    let domain = rule.map(|rule| rule.pack.as_str());
    if who.may_at(right, area, domain) {
        return Ok(());
    }
    Err(ApiError::NotAllowed(format!(
        "this alarm of {} lies outside your areas and domains: tell the officer in charge",
        alarm.event.subject.thing
    )))
}

/// Whether the screen showed what the alarm is: it has not changed since the position that the screen held, and its digest is that of the present
/// one.
pub(super) fn checked(
    said: SeenRequest,
    alarm: &Alarm,
    view: Option<&AlarmView>,
    position: Position,
) -> Result<Seen, ApiError> {
    if said.position > position.0 {
        return Err(ApiError::BadBody(format!(
            "`seen.position` {} is ahead of the scene, which is at {position}",
            said.position
        )));
    }
    if alarm.position.0 > said.position {
        return Err(ApiError::ShownOtherwise(format!(
            "the alarm changed at record {}, after what your screen showed (record {}): look at it again",
            alarm.position, said.position
        )));
    }
    if view.map(evidence::digest).as_ref() != Some(&said.digest) {
        return Err(ApiError::ShownOtherwise(
            "your screen showed something else than the alarm is: load the screen anew, and tell the administrator if it happens again"
                .into(),
        ));
    }
    Ok(Seen {
        position: Position(said.position),
        digest: said.digest,
    })
}

pub(super) fn unknown(id: &str) -> ApiError {
    ApiError::NotFound(format!(
        "no alarm {id:?} is open or lately closed: see /api/v1/alarms"
    ))
}
