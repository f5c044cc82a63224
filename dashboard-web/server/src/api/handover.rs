//! The handover of a seat: drafted, shown, signed by two people.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use yiping_desk::duty::{Document, Done, DutyBook, Tally};
use yiping_desk::ledger::{Line, Place};
use yiping_desk::people::Who;
use yiping_desk::rights::Right;
use yiping_model::{Act, Class, Part, Position, Secret, Timestamp};

use super::duty::{SEAT_EXAMPLE, SeatRequest, decide, found_at, may_take, patience, unseen};
use super::error::{ApiError, ErrorAnswer};
use super::params::{Params, taken};
use crate::admission::{Caller, Peer, refused};
use crate::duty::Draft;
use crate::state::ServerState;

/// A handover.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandoverAnswer {
    /// SHA-256 of the document's canonical JSON (RFC 8785), 64 hex digits.
    handover: String,
    /// The document; docs/DUTY.md has its form.
    #[schema(value_type = Object)]
    document: Value,
    /// Whether the giver has signed.
    given: bool,
    /// The handover that ended the giver's time, this or another one; null while the seat is the giver's.
    done: Option<DoneAnswer>,
}

/// A handover that counts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DoneAnswer {
    /// The digest of its document.
    handover: String,
    /// The account of who gave.
    giver: String,
    /// The account of who took.
    taker: String,
    /// Whether the giver was absent.
    absent: bool,
    /// City time.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl From<&Done> for DoneAnswer {
    fn from(done: &Done) -> Self {
        Self {
            handover: done.handover.clone(),
            giver: done.giver.clone(),
            taker: done.taker.clone(),
            absent: done.absent,
            at: done.at,
        }
    }
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartRequest {
    /// Who has the seat.
    Giver,
    /// Who takes it.
    Taker,
}

/// A signature: whoever signs says the own password again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignRequest {
    /// Who signs.
    part: PartRequest,
    /// The account of who signs; by default who is signed in, so that two people can sign at one desk.
    #[serde(default)]
    name: Option<String>,
    /// The password of who signs.
    #[schema(value_type = String)]
    password: Secret,
    /// The taker says that the giver is absent and does not sign; the ledger says so too.
    #[serde(default)]
    absent: bool,
}

/// Drafts the handover of a seat as it is at this moment. A draft is forgotten at a restart, or when 64 newer ones were made.
#[utoipa::path(
    post,
    path = "/api/v1/duty/handover",
    tag = "duty",
    request_body = SeatRequest,
    responses(
        (status = 200, description = "The draft", body = HandoverAnswer),
        (status = 400, description = "The body cannot be read", body = ErrorAnswer),
        (status = 409, description = "Nobody has the seat: take it", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The ledger is behind", body = ErrorAnswer),
    )
)]
pub(super) async fn draft(
    State(state): State<ServerState>,
    params: Params,
    body: Result<Json<SeatRequest>, JsonRejection>,
) -> Result<Json<HandoverAnswer>, ApiError> {
    params.finish()?;
    let SeatRequest { seat } = taken(body, state.settings.body_bytes_max, SEAT_EXAMPLE)?;
    let room = state.duty.room();
    let decided = *state.log.end_of(Class::Alarm).borrow();
    if !room.reaches(decided, patience(&state)).await {
        return Err(ApiError::Unavailable(
            "the book of duty is behind: try again".into(),
        ));
    }
    let book = state.duty.see(DutyBook::clone).ok_or_else(unseen)?;
    let Some(holding) = book.holding(&seat).cloned() else {
        let named: String = seat.chars().take(64).collect();
        return Err(ApiError::Conflict(format!(
            "nobody has the seat {named:?}: take it"
        )));
    };
    let Some(ledger) = room.ledger(book.entered(), patience(&state)).await else {
        return Err(ApiError::Unavailable(
            "the ledger is behind: try again".into(),
        ));
    };
    let made = tokio::task::spawn_blocking(move || {
        let mut tally = Tally::new(&book);
        let since = Place::Record(holding.position.next());
        room.entries(since, &mut |entry| tally.take(&entry))?;
        let pattern = &room.house().pattern;
        Ok::<_, String>(Document::make(
            &book, pattern, &seat, &holding, ledger, tally,
        ))
    });
    let made = made
        .await
        .map_err(|broke| ApiError::Internal(broke.to_string()))?;
    let draft = state.duty.keep(&made.map_err(ApiError::Unavailable)?);
    shown(&state, draft)
}

/// A handover: drafted, signed or done.
#[utoipa::path(
    get,
    path = "/api/v1/duty/handover/{digest}",
    tag = "duty",
    params(("digest" = String, Path, description = "The digest of its document, 64 hex digits")),
    responses(
        (status = 200, description = "The handover", body = HandoverAnswer),
        (status = 404, description = "There is none, or its draft is forgotten", body = ErrorAnswer),
        (status = 503, description = "The ledger is behind", body = ErrorAnswer),
    )
)]
pub(super) async fn show(
    State(state): State<ServerState>,
    Path(digest): Path<String>,
    params: Params,
) -> Result<Json<HandoverAnswer>, ApiError> {
    params.finish()?;
    let draft = find(&state, &digest).await?;
    shown(&state, draft)
}

/// Signs a handover. The giver's signature lets a taker sign; the first taker's hands the seat over, and every later one is told who was first.
#[utoipa::path(
    post,
    path = "/api/v1/duty/handover/{digest}/sign",
    tag = "duty",
    params(("digest" = String, Path, description = "The digest of its document, 64 hex digits")),
    request_body = SignRequest,
    responses(
        (status = 200, description = "Signed", body = HandoverAnswer),
        (status = 400, description = "The body cannot be read", body = ErrorAnswer),
        (status = 401, description = "Name and password do not fit together, or nobody is signed in", body = ErrorAnswer),
        (status = 403, description = "Who signs may not: another role, or not who has the seat", body = ErrorAnswer),
        (status = 404, description = "There is none, or its draft is forgotten", body = ErrorAnswer),
        (status = 409, description = "The giver has not signed, or the seat is not as the document says any more; the message says who has it", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 429, description = "Too many passwords were wrong; `retry-after` says how long to wait", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the ledger is behind", body = ErrorAnswer),
    )
)]
pub(super) async fn sign(
    State(state): State<ServerState>,
    caller: Caller,
    peer: Peer,
    Path(digest): Path<String>,
    params: Params,
    body: Result<Json<SignRequest>, JsonRejection>,
) -> Result<Json<HandoverAnswer>, ApiError> {
    params.finish()?;
    let example = r#"{"part": "giver", "password": "…"} or {"part": "taker", "name": "li.na", "password": "…"}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let draft = find(&state, &digest).await?;
    let name = request.name.or(caller.who.person).unwrap_or_default();
    let password = request.password.reveal().to_owned();
    let (seat, from) = (&caller.who.seat, peer.address());
    let signer = state.people.vouch(&name, password, seat, &from).await?;
    let document = read(&draft)?;
    let part = match request.part {
        PartRequest::Giver => Part::Giver,
        PartRequest::Taker => Part::Taker,
    };
    let absent = request.absent && part == Part::Taker;
    check(&state, &draft, &document, &signer, part, absent)?;
    let act = Act::SignHandover {
        handover: draft.handover.clone(),
        of_seat: document.seat.clone(),
        holding: document.holding,
        part,
        absent,
        document: draft.document.clone(),
    };
    let position = decide(&state, &signer, act).await?;
    counted(&state, &draft, &document, part, position)?;
    shown(&state, draft)
}

/// Whether this person may sign this part at this moment.
fn check(
    state: &ServerState,
    draft: &Draft,
    document: &Document,
    signer: &Who,
    part: Part,
    absent: bool,
) -> Result<(), ApiError> {
    if !signer.may(Right::Duty) {
        return Err(refused(Right::Duty, signer));
    }
    still_held(state, document)?;
    let is_giver = signer.person.as_deref() == Some(document.giver.person.as_str());
    match part {
        Part::Giver if !is_giver => Err(ApiError::NotAllowed(format!(
            "{} has the seat {} and must sign as giver",
            document.giver.person, document.seat
        ))),
        Part::Taker if is_giver => Err(ApiError::NotAllowed(
            "who gives a seat cannot take it: another person must sign".into(),
        )),
        Part::Giver => Ok(()),
        Part::Taker => {
            may_take(state, signer, &document.seat)?;
            let is_signed = state
                .duty
                .see(|book| book.signed(&draft.handover).is_some());
            if absent || is_signed == Some(true) {
                return Ok(());
            }
            // Somebody may have taken the seat over since: then there is no signature left.
            still_held(state, document)?;
            Err(ApiError::Conflict(format!(
                "{} has not signed: let them sign first, or say that they are absent",
                document.giver.person
            )))
        }
    }
}

/// Whether the seat is still held as the document says.
fn still_held(state: &ServerState, document: &Document) -> Result<(), ApiError> {
    let (seat, holding) = (&document.seat, document.holding);
    let seen = state.duty.see(|book| {
        let held = book.holding(seat).cloned();
        (held, book.done_of(seat, holding).cloned())
    });
    let (held, done) = seen.ok_or_else(unseen)?;
    if held.as_ref().is_some_and(|held| held.position == holding) {
        return Ok(());
    }
    Err(ApiError::Conflict(match (done, held) {
        (Some(done), _) => format!("{} took the seat {seat} over at {}", done.taker, done.at),
        (None, Some(held)) => format!("{} has the seat {seat} since {}", held.person, held.since),
        (None, None) => format!("nobody has the seat {seat} any more: take it"),
    }))
}

/// Whether the signature of this record is the one that counts.
fn counted(
    state: &ServerState,
    draft: &Draft,
    document: &Document,
    part: Part,
    position: Position,
) -> Result<(), ApiError> {
    if part == Part::Giver {
        let is_signed = state
            .duty
            .see(|book| book.signed(&draft.handover).is_some());
        return match is_signed {
            Some(true) => Ok(()),
            _ => still_held(state, document),
        };
    }
    let done = state
        .duty
        .see(|book| book.done_of(&document.seat, document.holding).cloned());
    if done.flatten().is_some_and(|done| done.position == position) {
        return Ok(());
    }
    still_held(state, document)?;
    Err(ApiError::Conflict(
        "the signature does not count: draft the handover anew".into(),
    ))
}

fn read(draft: &Draft) -> Result<Document, ApiError> {
    serde_json::from_str(&draft.document)
        .map_err(|error| ApiError::Internal(format!("a handover cannot be read: {error}")))
}

/// A handover by its digest: among the drafts, or on the ledger.
async fn find(state: &ServerState, digest: &str) -> Result<Draft, ApiError> {
    if let Some(draft) = state.duty.draft(digest) {
        return Ok(draft);
    }
    let unknown = || {
        let named: String = digest.chars().take(64).collect();
        ApiError::NotFound(format!(
            "there is no handover {named:?}, or its draft is forgotten: draft it anew"
        ))
    };
    let position = state.duty.see(|book| {
        let done = book.done().rev().find(|done| done.handover == digest);
        let signed = || book.signed(digest).map(|signed| signed.position);
        done.map(|done| done.position).or_else(signed)
    });
    let position = position.flatten().ok_or_else(unknown)?;
    let entry = found_at(state, position, |_| true).await?;
    match entry.map(|entry| entry.line) {
        Some(Line::Decision(decision)) => match decision.into_owned().act {
            Act::SignHandover {
                handover, document, ..
            } => Ok(Draft { handover, document }),
            _ => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

fn shown(state: &ServerState, draft: Draft) -> Result<Json<HandoverAnswer>, ApiError> {
    let document = read(&draft)?;
    let seen = state.duty.see(|book| {
        let done = book.done_of(&document.seat, document.holding);
        let is_done = done.is_some_and(|done| done.handover == draft.handover && !done.absent);
        let given = is_done || book.signed(&draft.handover).is_some();
        (given, done.map(DoneAnswer::from))
    });
    let (given, done) = seen.ok_or_else(unseen)?;
    let value = serde_json::from_str(&draft.document)
        .map_err(|error| ApiError::Internal(format!("a handover cannot be read: {error}")))?;
    Ok(Json(HandoverAnswer {
        handover: draft.handover,
        document: value,
        given,
        done,
    }))
}
