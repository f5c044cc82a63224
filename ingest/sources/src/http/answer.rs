//! What the HTTP door answers.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};
use yiping_log::LogError;
use yiping_model::{Disposition, Reason};
use yiping_protocols::Refusal;

use crate::door::Taken;

const REFUSED_MAX: usize = 100;

/// What became of a body, in observations; an event counts as one, and each of its values as one more.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ObservationsOutcome {
    /// What counts.
    accepted: u64,
    /// What was refused; at most 100 are told, all are dead letters.
    rejected: Vec<RefusedMessage>,
    /// What was set aside because the catalogue does not know them.
    quarantined: u64,
}

/// One refusal.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RefusedMessage {
    /// Which message of the array, counted from 0.
    index: u32,
    /// Why, by its name.
    reason: &'static str,
    /// Why, in a sentence.
    detail: String,
}

/// An error, and what of the body was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ObservationsError {
    error: ObservationsErrorBody,
    /// What was refused; at most 100 are told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rejected: Vec<RefusedMessage>,
}

/// What failed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ObservationsErrorBody {
    /// Its name, for programs.
    code: &'static str,
    /// Its sentence, for people: in Chinese for who prefers it.
    message: String,
    /// With a Chinese one: what the English would say of this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// What every path of the door may answer, for its description.
#[expect(
    dead_code,
    reason = "only described: the answers themselves are `Answer` and `Failure`"
)]
#[derive(IntoResponses)]
pub(super) enum Answers {
    /// Durable: what was accepted counts, the rest is a dead letter each
    #[response(status = 202)]
    Kept(#[to_schema] ObservationsOutcome),
    /// The body is not JSON
    #[response(status = 400)]
    NotJson(#[to_schema] ObservationsError),
    /// The body took too long to arrive
    #[response(status = 408)]
    Slow(#[to_schema] ObservationsError),
    /// The body exceeds the limit
    #[response(status = 413)]
    TooLarge(#[to_schema] ObservationsError),
    /// The content type is not application/json
    #[response(status = 415)]
    ContentType(#[to_schema] ObservationsError),
    /// No message was usable
    #[response(status = 422)]
    Unusable(#[to_schema] ObservationsError),
    /// The log cannot take it; send again after `Retry-After`
    #[response(status = 503)]
    Away(#[to_schema] ObservationsError),
}

/// A body of which something was taken or set aside.
pub(super) struct Answer(ObservationsOutcome);

/// Why nothing was.
#[derive(Debug)]
pub(super) enum Failure {
    /// Not JSON at all.
    NotJson(Vec<Refusal>),
    /// JSON, but nothing that can be used.
    Unusable(Vec<Refusal>),
    TooLarge {
        limit: usize,
    },
    ContentType,
    Unreadable {
        detail: String,
    },
    Slow,
    Busy {
        detail: String,
    },
    Log(LogError),
}

impl Answer {
    /// The answer to a body that was decoded and kept.
    pub(super) fn of(taken: Taken) -> Result<Self, Failure> {
        if taken.accepted + taken.quarantined > 0 {
            return Ok(Self(ObservationsOutcome {
                accepted: taken.accepted,
                rejected: refused(taken.refusals),
                quarantined: taken.quarantined,
            }));
        }
        let not_json = matches!(
            taken.refusals.as_slice(),
            [Refusal {
                reason: Reason::NotJson | Reason::NotText,
                ..
            }]
        );
        Err(if not_json {
            Failure::NotJson(taken.refusals)
        } else {
            Failure::Unusable(taken.refusals)
        })
    }

    pub(super) fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, Json(self.0)).into_response()
    }
}

fn refused(refusals: Vec<Refusal>) -> Vec<RefusedMessage> {
    refusals
        .into_iter()
        .filter(|refusal| refusal.disposition == Disposition::Rejected)
        .take(REFUSED_MAX)
        .map(|refusal| RefusedMessage {
            index: refusal.index,
            reason: refusal.reason.name(),
            detail: refusal.detail,
        })
        .collect()
}

impl Failure {
    pub(super) fn into_response(self, retry_after_secs: u32) -> Response {
        let (status, code, message, refusals) = self.parts();
        let answer = ObservationsError {
            error: ObservationsErrorBody {
                code,
                message,
                detail: None,
            },
            rejected: refused(refusals),
        };
        let mut response = (status, Json(answer)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(retry_after_secs));
        }
        response
    }

    fn parts(self) -> (StatusCode, &'static str, String, Vec<Refusal>) {
        let plain = |status, code, message: String| (status, code, message, Vec::new());
        match self {
            Self::NotJson(refusals) => {
                let message = first_detail(&refusals);
                (StatusCode::BAD_REQUEST, "not_json", message, refusals)
            }
            Self::Unusable(refusals) => {
                let message = format!("nothing was usable; the first: {}", first_detail(&refusals));
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                (status, "nothing_usable", message, refusals)
            }
            Self::TooLarge { limit } => plain(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("the body exceeds {limit} bytes; send fewer messages at a time"),
            ),
            Self::ContentType => plain(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "content_type",
                "send content-type: application/json".to_owned(),
            ),
            Self::Unreadable { detail } => plain(
                StatusCode::BAD_REQUEST,
                "unreadable",
                format!("the body could not be read: {detail}; send it again"),
            ),
            Self::Slow => plain(
                StatusCode::REQUEST_TIMEOUT,
                "slow",
                "the body took too long to arrive; send it again".to_owned(),
            ),
            Self::Busy { detail } => plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                format!("{detail}; send it again later"),
            ),
            Self::Log(error) => {
                tracing::warn!(%error, "what came over http was not kept");
                plain(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "log",
                    "the log cannot take it; send it again later".to_owned(),
                )
            }
        }
    }
}

fn first_detail(refusals: &[Refusal]) -> String {
    refusals
        .first()
        .map_or_else(String::new, |refusal| refusal.detail.clone())
}
