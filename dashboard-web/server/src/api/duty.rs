//! Who is on duty, the seats, and the duty log.

use std::collections::VecDeque;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yiping_desk::duty::{DutyBook, Holding, LogLine, SeatStanding, ShiftTime, Standing};
use yiping_desk::ledger::{Entry, Line, Place};
use yiping_desk::people::Who;
use yiping_desk::rights::Role;
use yiping_model::{Act, AlarmId, Body, Decision, Position, Timestamp};

use super::error::{ApiError, ErrorAnswer};
use super::params::{Params, taken};
use crate::admission::Caller;
use crate::state::ServerState;

/// What is written in one entry.
const TEXT_CHARS_MAX: usize = 2_000;
/// Alarms or incidents of which one entry speaks.
const NAMED_MAX: usize = 20;
const INCIDENT_CHARS_MAX: usize = 64;
/// Promises that are open at one time.
const PROMISES_MAX: usize = 1_000;
/// Lines of the log in one answer.
const LINES_DEFAULT: usize = 200;
const LINES_MAX: usize = 1_000;

/// How duty stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyAnswer {
    /// City time.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// The shift that lasts; null between shifts.
    shift: Option<ShiftAnswer>,
    /// The shift that begins next; null when none does within a year.
    next: Option<ShiftAnswer>,
    /// The seats, in the order of the configuration.
    seats: Vec<SeatAnswer>,
    /// The seats that the shift wants somebody at, and nobody has.
    gaps: Vec<String>,
    /// What was promised in the duty log and is not done, the first due first.
    promises: Vec<PromiseAnswer>,
    /// Handovers that the giver has signed, and the taker has not.
    signed: Vec<SignedAnswer>,
}

/// A shift at its time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShiftAnswer {
    /// Its name.
    name: String,
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    end: Timestamp,
    /// The seats that it wants somebody at.
    seats: Vec<String>,
}

/// A seat, and who has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeatAnswer {
    /// Its name.
    seat: String,
    /// The role that may take it; null for a seat that is not in the configuration any more.
    role: Option<&'static str>,
    /// Whether the shift wants somebody there.
    wanted: bool,
    /// The account of who has it; null for nobody.
    person: Option<String>,
    /// The name on screens.
    display: Option<String>,
    /// City time since which.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
}

/// A promise that is open.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromiseAnswer {
    /// Its entry; an entry that says `fulfils` with this closes it.
    entry: u64,
    /// What.
    text: String,
    /// By when.
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
    /// Whether that is past.
    overdue: bool,
    /// The account of who promised.
    person: String,
}

/// A handover that waits for the taker.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedAnswer {
    /// The digest of its document.
    handover: String,
    /// The seat.
    seat: String,
}

/// Which seat.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeatRequest {
    /// Its name in the configuration.
    #[schema(example = "一号席")]
    pub(super) seat: String,
}

/// An entry of the duty log. Who writes it is known from the sign-in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryRequest {
    /// What is to be remembered, 1 to 2000 characters.
    #[schema(max_length = 2000, min_length = 1)]
    text: String,
    /// City time of which it speaks; by default now.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    of: Option<Timestamp>,
    /// The alarms of which it speaks, at most 20.
    #[serde(default)]
    #[schema(max_items = 20)]
    alarms: Vec<String>,
    /// The incidents of which it speaks, at most 20.
    #[serde(default)]
    #[schema(max_items = 20)]
    incidents: Vec<String>,
    /// It promises something by this time.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    promised: Option<Timestamp>,
    /// It says that what this entry promised is done.
    #[serde(default)]
    fulfils: Option<u64>,
    /// It stands in the place of this entry, which was wrong.
    #[serde(default)]
    corrects: Option<u64>,
}

/// An entry that is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryAnswer {
    /// Its id: the record of the log.
    entry: u64,
}

/// Lines of the duty log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogAnswer {
    /// In the order of time.
    #[schema(value_type = Vec<Object>)]
    items: Vec<LogLine>,
    /// Whether there are more before these: ask again with an earlier `to`.
    more: bool,
}

impl From<ShiftTime> for ShiftAnswer {
    fn from(shift: ShiftTime) -> Self {
        let ShiftTime {
            name,
            start,
            end,
            seats,
        } = shift;
        Self {
            name,
            start,
            end,
            seats,
        }
    }
}

impl From<SeatStanding> for SeatAnswer {
    fn from(standing: SeatStanding) -> Self {
        let (person, since) = match standing.holding {
            Some(Holding { person, since, .. }) => (Some(person), Some(since)),
            None => (None, None),
        };
        Self {
            seat: standing.seat,
            role: standing.role.map(Role::name),
            wanted: standing.wanted,
            person,
            display: standing.display,
            since,
        }
    }
}

/// Which shift lasts, which seats there are, who has them since when, and which nobody has.
#[utoipa::path(
    get,
    path = "/api/v1/duty",
    tag = "duty",
    responses((status = 200, description = "How it stands", body = DutyAnswer))
)]
pub(super) async fn standing(
    State(state): State<ServerState>,
    params: Params,
) -> Result<Json<DutyAnswer>, ApiError> {
    params.finish()?;
    let room = state.duty.room();
    let (now, pattern) = (room.now(), &room.house().pattern);
    let seen = state.duty.see(|book| {
        let mut promises: Vec<PromiseAnswer> = book
            .promises()
            .iter()
            .map(|(entry, promise)| PromiseAnswer {
                entry: entry.0,
                text: promise.text.clone(),
                due: promise.due,
                overdue: promise.due <= now,
                person: promise.person.clone(),
            })
            .collect();
        promises.sort_by_key(|promise| (promise.due, promise.entry));
        let signed = book.all_signed().map(|(handover, signed)| SignedAnswer {
            handover: handover.to_owned(),
            seat: signed.seat.clone(),
        });
        let standing = book.standing(pattern, now);
        (standing, promises, signed.collect())
    });
    let (standing, promises, signed) = seen.ok_or_else(unseen)?;
    let gaps = standing.gaps().into_iter().map(str::to_owned).collect();
    let Standing { shift, next, seats } = standing;
    Ok(Json(DutyAnswer {
        now,
        shift: shift.map(Into::into),
        next: next.map(Into::into),
        seats: seats.into_iter().map(Into::into).collect(),
        gaps,
        promises,
        signed,
    }))
}

pub(super) fn unseen() -> ApiError {
    ApiError::Internal("the book of duty was not shown".into())
}

/// Takes a seat that nobody has. The first who does has it.
#[utoipa::path(
    post,
    path = "/api/v1/duty/take",
    tag = "duty",
    request_body = SeatRequest,
    responses(
        (status = 200, description = "Taken", body = SeatAnswer),
        (status = 400, description = "The body cannot be read", body = ErrorAnswer),
        (status = 403, description = "The seat is for another role", body = ErrorAnswer),
        (status = 404, description = "There is no such seat", body = ErrorAnswer),
        (status = 409, description = "Somebody has it; the message says who: let them hand it over", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn take(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
    body: Result<Json<SeatRequest>, JsonRejection>,
) -> Result<Json<SeatAnswer>, ApiError> {
    params.finish()?;
    let SeatRequest { seat } = taken(body, state.settings.body_bytes_max, SEAT_EXAMPLE)?;
    may_take(&state, &caller.who, &seat)?;
    if let Some(held) = state
        .duty
        .see(|book| book.holding(&seat).cloned())
        .flatten()
    {
        return Err(held_by(&seat, &held));
    }
    let of_seat = seat.clone();
    let position = decide(&state, &caller.who, Act::TakeDuty { of_seat }).await?;
    match state
        .duty
        .see(|book| book.holding(&seat).cloned())
        .flatten()
    {
        Some(held) if held.position == position => seat_answer(&state, &seat),
        Some(held) => Err(held_by(&seat, &held)),
        None => Err(ApiError::Conflict(format!(
            "the seat {seat} was left again"
        ))),
    }
}

/// Leaves a seat without a successor: it is a gap until somebody takes it.
#[utoipa::path(
    post,
    path = "/api/v1/duty/leave",
    tag = "duty",
    request_body = SeatRequest,
    responses(
        (status = 200, description = "Left", body = SeatAnswer),
        (status = 400, description = "The body cannot be read", body = ErrorAnswer),
        (status = 409, description = "The seat is not the own one", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn leave(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
    body: Result<Json<SeatRequest>, JsonRejection>,
) -> Result<Json<SeatAnswer>, ApiError> {
    params.finish()?;
    let SeatRequest { seat } = taken(body, state.settings.body_bytes_max, SEAT_EXAMPLE)?;
    let held = state
        .duty
        .see(|book| book.holding(&seat).cloned())
        .flatten();
    if held.is_none_or(|held| Some(held.person) != caller.who.person) {
        let named: String = seat.chars().take(64).collect();
        return Err(ApiError::Conflict(format!(
            "you do not have the seat {named:?}"
        )));
    }
    let of_seat = seat.clone();
    decide(&state, &caller.who, Act::LeaveDuty { of_seat }).await?;
    seat_answer(&state, &seat)
}

/// What people wrote in a stretch of time, and what the ledger knows of it: sign-ins, seats, alarms and their acknowledgement and escalation,
/// notices that were given up. An entry that corrects another stands beside it.
#[utoipa::path(
    get,
    path = "/api/v1/duty/log",
    tag = "duty",
    params(
        ("from" = Option<String>, Query, description = "City time at or after, RFC 3339; by default a day before now"),
        ("to" = Option<String>, Query, description = "City time before, RFC 3339; by default without end"),
        ("entries" = Option<String>, Query, description = "`only`: what people wrote, took and handed over"),
        ("limit" = Option<u32>, Query, description = "The last so many, 1 to 1000; by default 200"),
    ),
    responses(
        (status = 200, description = "The lines", body = LogAnswer),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
    )
)]
pub(super) async fn log(
    State(state): State<ServerState>,
    mut params: Params,
) -> Result<Json<LogAnswer>, ApiError> {
    let (from, to) = (params.time("from")?, params.time("to")?);
    let only = params.parsed("entries", "only", |text| (text == "only").then_some(()))?;
    let limit = params.limit(LINES_DEFAULT, LINES_MAX)?;
    params.finish()?;
    let room = state.duty.room();
    let from = from.unwrap_or_else(|| room.now() - Duration::from_hours(24));
    let to = to.unwrap_or(Timestamp::from_micros(i64::MAX));
    let read = tokio::task::spawn_blocking(move || {
        let (mut items, mut more) = (VecDeque::new(), false);
        room.entries(Place::Time(from), &mut |entry| {
            if entry.at >= to {
                return false;
            }
            let line = LogLine::of(&entry);
            if let Some(line) = line.filter(|line| only.is_none() || line.is_of_people()) {
                if items.len() == limit {
                    items.pop_front();
                    more = true;
                }
                items.push_back(line);
            }
            true
        })?;
        let items = items.into();
        Ok::<_, String>(LogAnswer { items, more })
    });
    let read = read
        .await
        .map_err(|broke| ApiError::Internal(broke.to_string()))?;
    read.map(Json).map_err(ApiError::Unavailable)
}

/// Writes an entry. It is never changed: an entry that was wrong is corrected by another one.
#[utoipa::path(
    post,
    path = "/api/v1/duty/log",
    tag = "duty",
    request_body = EntryRequest,
    responses(
        (status = 201, description = "Kept, on the ledger too", body = EntryAnswer),
        (status = 400, description = "The entry is not as it must be; the message says where", body = ErrorAnswer),
        (status = 409, description = "Too many promises are open", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn write(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
    body: Result<Json<EntryRequest>, JsonRejection>,
) -> Result<(StatusCode, Json<EntryAnswer>), ApiError> {
    params.finish()?;
    let example = r#"{"text": "已电话通知厂方", "alarms": [], "promised": "2026-03-01T10:00:00Z"}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let act = entry(&state, request).await?;
    let position = decide(&state, &caller.who, act).await?;
    let entry = EntryAnswer { entry: position.0 };
    Ok((StatusCode::CREATED, Json(entry)))
}

async fn entry(state: &ServerState, request: EntryRequest) -> Result<Act, ApiError> {
    let wrong = |text: String| Err(ApiError::BadBody(text));
    let text = request.text.trim().to_owned();
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX {
        return wrong(format!("`text` must have 1 to {TEXT_CHARS_MAX} characters"));
    }
    let (alarms, incidents) = (request.alarms, request.incidents);
    if alarms.len() > NAMED_MAX || incidents.len() > NAMED_MAX {
        return wrong(format!(
            "an entry names at most {NAMED_MAX} alarms and incidents"
        ));
    }
    let is_incident = |id: &String| (1..=INCIDENT_CHARS_MAX).contains(&id.chars().count());
    if !incidents.iter().all(is_incident) {
        return wrong(format!(
            "an incident has an id of 1 to {INCIDENT_CHARS_MAX} characters"
        ));
    }
    let alarms: Option<Vec<AlarmId>> = alarms.iter().map(|id| AlarmId::parse(id)).collect();
    let Some(alarms) = alarms else {
        return wrong("`alarms` must be ids of alarms, 32 hex digits each".into());
    };
    let (fulfils, corrects) = (
        request.fulfils.map(Position),
        request.corrects.map(Position),
    );
    let known = state.duty.see(|book| {
        let promises = book.promises();
        let open = fulfils.is_none_or(|entry| promises.contains_key(&entry));
        (open, promises.len())
    });
    let (is_open, promises) = known.ok_or_else(unseen)?;
    if !is_open {
        return wrong("`fulfils` names no entry whose promise is open".into());
    }
    if request.promised.is_some() && promises >= PROMISES_MAX {
        return Err(ApiError::Conflict(format!(
            "{PROMISES_MAX} promises are open: fulfil some first"
        )));
    }
    if let Some(corrected) = corrects
        && !is_entry(state, corrected).await?
    {
        return wrong("`corrects` names no entry of the duty log".into());
    }
    Ok(Act::DutyNote {
        text,
        of: request.of,
        alarms,
        incidents,
        promised: request.promised,
        fulfils,
        corrects,
    })
}

/// Whether this record is an entry that somebody wrote.
async fn is_entry(state: &ServerState, position: Position) -> Result<bool, ApiError> {
    let is_note = move |entry: &Entry<'_>| {
        let Line::Decision(decision) = &entry.line else {
            return false;
        };
        entry.position == position && matches!(decision.act, Act::DutyNote { .. })
    };
    let found = found_at(state, position, is_note).await?;
    Ok(found.is_some())
}

/// The entry of the ledger that this record made, if it is what is wanted.
pub(super) async fn found_at(
    state: &ServerState,
    position: Position,
    wanted: impl Fn(&Entry<'_>) -> bool + Send + 'static,
) -> Result<Option<Entry<'static>>, ApiError> {
    let room = state.duty.room();
    // What the ledger has of it, it has when it has looked at the last record of which there is an entry.
    let entered = state.duty.see(DutyBook::entered).ok_or_else(unseen)?;
    if room
        .ledger(entered.min(position), patience(state))
        .await
        .is_none()
    {
        return Err(ApiError::Unavailable(
            "the ledger is behind: try again".into(),
        ));
    }
    let read = tokio::task::spawn_blocking(move || {
        let mut found = None;
        room.entries(Place::Record(position), &mut |entry| {
            found = Some(entry).filter(&wanted);
            false
        })?;
        Ok::<_, String>(found)
    });
    let read = read
        .await
        .map_err(|broke| ApiError::Internal(broke.to_string()))?;
    read.map_err(ApiError::Unavailable)
}

pub(super) fn patience(state: &ServerState) -> Duration {
    Duration::from_millis(state.settings.ack_wait_ms)
}

pub(super) const SEAT_EXAMPLE: &str = r#"{"seat": "一号席"}"#;

/// Appends what somebody decided, and waits until the book of duty has it; its record.
pub(super) async fn decide(state: &ServerState, who: &Who, act: Act) -> Result<Position, ApiError> {
    let decision = Decision {
        person: who.person.clone(),
        seat: who.seat.clone(),
        act,
    };
    let appended = state.log.append(vec![Body::Decision(decision)]).await?;
    let room = state.duty.room();
    if room.reaches(appended.last, patience(state)).await {
        return Ok(appended.first);
    }
    Err(ApiError::Unavailable(format!(
        "it is kept as record {}, but the book of duty is behind: look at it before you repeat it",
        appended.last
    )))
}

/// Whether somebody may take this seat: by its role, or as a commander.
pub(super) fn may_take(state: &ServerState, who: &Who, seat: &str) -> Result<(), ApiError> {
    let room = state.duty.room();
    let Some(known) = room.house().pattern.seat(seat) else {
        let named: String = seat.chars().take(64).collect();
        return Err(ApiError::NotFound(format!(
            "there is no seat {named:?}: see /api/v1/duty"
        )));
    };
    if who.roles.contains(&known.role) || who.roles.contains(&Role::Commander) {
        return Ok(());
    }
    Err(ApiError::NotAllowed(format!(
        "the seat {seat} is for {} and commander",
        known.role
    )))
}

fn held_by(seat: &str, held: &Holding) -> ApiError {
    ApiError::Conflict(format!(
        "{} has the seat {seat} since {}: let them hand it over",
        held.person, held.since
    ))
}

pub(super) fn seat_answer(state: &ServerState, seat: &str) -> Result<Json<SeatAnswer>, ApiError> {
    let room = state.duty.room();
    let (now, pattern) = (room.now(), &room.house().pattern);
    let seats = state.duty.see(|book| book.standing(pattern, now).seats);
    let mut seats = seats.ok_or_else(unseen)?.into_iter();
    let found = seats.find(|one| one.seat == seat);
    found
        .map(|found| Json(found.into()))
        .ok_or_else(|| ApiError::NotFound(format!("there is no seat {seat:?} any more")))
}
