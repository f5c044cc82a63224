//! Where phones and trackers say that units are.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use yiping_desk::units::{Judged, Refused, Sender, judge};
use yiping_model::{Body, Disposition, Reason, SourceId};

use super::super::error::{ApiError, ErrorAnswer};
use super::super::params::Params;
use crate::admission::{Caller, Peer};
use crate::metrics;
use crate::state::ServerState;

/// The door by whose name positions stand in records and lists.
const SOURCE: &str = "positions";
const REFUSED_MAX: usize = 100;

/// What became of a message of positions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PositionsAnswer {
    /// How many count.
    accepted: usize,
    /// What was refused; at most 100 are told, all are counted in dead letters, which do not say where anybody was.
    rejected: Vec<RefusedPosition>,
    /// How many were set aside because the register does not know the unit.
    quarantined: usize,
}

/// One refusal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedPosition {
    /// Which of the message's, counted from 0.
    index: u32,
    /// Why, by its name.
    reason: &'static str,
    /// Why, in a sentence.
    detail: String,
}

/// Positions of units, from phones and trackers. A person tells only where the own unit is, while on duty.
#[utoipa::path(
    post,
    path = "/api/v1/positions",
    tag = "units",
    request_body(
        content_type = "application/json",
        description = "One position `{\"unit\",\"ts\",\"lon\",\"lat\",\"accuracy_m\"}` or an array of them; `ts` is epoch milliseconds or an RFC 3339 text with an offset, `accuracy_m` may be absent"
    ),
    responses(
        (status = 202, description = "Durable: what was accepted counts", body = PositionsAnswer),
        (status = 400, description = "Nothing was usable", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(in super::super) async fn post(
    State(state): State<ServerState>,
    caller: Caller,
    peer: Peer,
    params: Params,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<PositionsAnswer>), ApiError> {
    params.finish()?;
    let body = body.map_err(|_large| ApiError::TooLarge(state.settings.body_bytes_max))?;
    let source = SourceId::new(SOURCE).map_err(|error| ApiError::Internal(error.to_string()))?;
    let sender = Sender {
        source,
        account: caller.who.person.as_deref(),
        origin: peer.address(),
    };
    let now = state.units.clock();
    let judged = state.units.look(|book| judge(book, &sender, &body, now));
    let answer = PositionsAnswer::of(&judged);
    let letters = judged.letters(&sender);
    for letter in &letters {
        metrics::count_positions_refused(letter.reason.name(), letter.items.into());
    }
    metrics::count(metrics::POSITIONS, answer.accepted as u64);
    let mut bodies: Vec<Body> = letters.into_iter().map(Body::Reject).collect();
    let first = judged.refused.first().map(|refused| refused.detail.clone());
    bodies.extend(judged.positions.map(Body::Positions));
    if !bodies.is_empty() {
        state.log.append(bodies).await?;
    }
    match first {
        Some(first) if answer.accepted + answer.quarantined == 0 => Err(ApiError::BadBody(
            format!("nothing was usable; the first: {first}"),
        )),
        _ => Ok((StatusCode::ACCEPTED, Json(answer))),
    }
}

impl PositionsAnswer {
    fn of(judged: &Judged) -> Self {
        let set_aside = |refused: &&Refused| refused.disposition() == Disposition::Quarantined;
        let rejected = judged.refused.iter().filter(|refused| !set_aside(refused));
        let positions = judged.positions.as_ref();
        Self {
            accepted: positions.map_or(0, |positions| positions.fixes.len()),
            rejected: rejected
                .take(REFUSED_MAX)
                .map(RefusedPosition::from)
                .collect(),
            quarantined: judged.refused.iter().filter(set_aside).count(),
        }
    }
}

impl From<&Refused> for RefusedPosition {
    fn from(refused: &Refused) -> Self {
        let reason: Reason = refused.reason;
        Self {
            index: refused.index,
            reason: reason.name(),
            detail: refused.detail.clone(),
        }
    }
}
