//! The one error of the API. Every answer that is not 2xx has this body:
//!
//! ```json
//! {"error": {"code": "bad_query", "message": "`from` …, for example …"}}
//! ```
//!
//! Which variant: the caller can mend it by asking differently → 4xx with what to change; the same request may succeed later → 503; the
//! program is broken → [`ApiError::Internal`], which is logged here and nowhere else.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use yiping_desk::people::Refused;
use yiping_log::LogError;
use yiping_store::StoreError;

use super::answer::Acknowledged;
use crate::people::PeopleError;

/// How long a message may be: an error that quotes what came must not send it all back.
const MESSAGE_CHARS_MAX: usize = 400;

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// A query or path parameter cannot be read, or is not known. Say which, and give an example.
    #[error("{0}")]
    BadQuery(String),
    /// The body is not what the route takes. Say which field.
    #[error("{0}")]
    BadBody(String),
    /// The path, or the thing that it names, does not exist. Say where to look.
    #[error("{0}")]
    NotFound(String),
    /// The path exists, the method does not.
    #[error("this path does not take that method: see /api/openapi.json")]
    MethodNotAllowed,
    /// Somebody acknowledged before. Name them.
    #[error("alarm was acknowledged by {} at {}", .0.by(), .0.at)]
    AlreadyAcknowledged(Acknowledged),
    /// Nobody is signed in, or not any more.
    #[error("sign in first: POST /api/v1/session, or send a token as `Authorization: Bearer`")]
    NotSignedIn,
    /// Name, password or token do not open.
    #[error("{0}")]
    WrongSignIn(String),
    /// Name and password are right, and the code of the second factor is missing or wrong.
    #[error("{0}")]
    SecondFactor(String),
    /// Who is signed in may not do it. Say what is missing.
    #[error("{0}")]
    NotAllowed(String),
    /// Too many sign-ins failed; seconds until the next try.
    #[error("too many sign-ins failed: try again in {0} s")]
    TooManyTries(u64),
    /// Too many requests came of one; seconds until the next one.
    #[error("too many requests: try again in {0} s, or ask for more at once")]
    TooManyRequests(u64),
    /// The name is taken, or there are too many.
    #[error("{0}")]
    Conflict(String),
    /// What a screen showed is not what there is. Say what to do.
    #[error("{0}")]
    ShownOtherwise(String),
    /// The request comes under a name, or from a page, that is not answered.
    #[error("{0}")]
    Forbidden(String),
    /// A `POST` that is not JSON.
    #[error("send the body as JSON, with content-type: application/json")]
    NotJson,
    /// The body exceeds the limit.
    #[error("body exceeds the limit of {0} bytes")]
    TooLarge(usize),
    /// The live path without a WebSocket handshake.
    #[error("this path speaks WebSocket: connect with ws://")]
    UpgradeRequired,
    /// All places for screens are taken.
    #[error(
        "all {0} places for live screens are taken: close one, or raise server.live.clients_max"
    )]
    TooManyClients(usize),
    /// The same request may succeed later. Say what is missing.
    #[error("{0}")]
    Unavailable(String),
    /// The request took longer than the limit.
    #[error("the answer took longer than {0} s: ask for less")]
    TimedOut(u64),
    /// The program, its disk or its database is broken.
    #[error("{0}")]
    Internal(String),
}

/// The body of every answer that is not 2xx.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorAnswer {
    /// What went wrong.
    error: ErrorBody,
    /// Who acknowledged first; only with code `already_acknowledged`.
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged: Option<Acknowledged>,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// A stable name, for programs.
    #[schema(example = "bad_query")]
    code: &'static str,
    /// What failed and what to do, for people.
    message: String,
}

impl ApiError {
    const fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::BadQuery(_) => (StatusCode::BAD_REQUEST, "bad_query"),
            Self::BadBody(_) => (StatusCode::BAD_REQUEST, "bad_body"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::AlreadyAcknowledged(_) => (StatusCode::CONFLICT, "already_acknowledged"),
            Self::NotSignedIn | Self::WrongSignIn(_) => (StatusCode::UNAUTHORIZED, "not_signed_in"),
            Self::SecondFactor(_) => (StatusCode::UNAUTHORIZED, "second_factor"),
            Self::NotAllowed(_) => (StatusCode::FORBIDDEN, "not_allowed"),
            Self::TooManyTries(_) => (StatusCode::TOO_MANY_REQUESTS, "too_many_tries"),
            Self::TooManyRequests(_) => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"),
            Self::ShownOtherwise(_) => (StatusCode::CONFLICT, "shown_otherwise"),
            Self::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Self::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json"),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::UpgradeRequired => (StatusCode::UPGRADE_REQUIRED, "upgrade_required"),
            Self::TooManyClients(_) => (StatusCode::SERVICE_UNAVAILABLE, "too_many_clients"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::TimedOut(_) => (StatusCode::SERVICE_UNAVAILABLE, "timed_out"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code) = self.kind();
        let mut message = self.to_string();
        if let Self::Internal(_) = self {
            tracing::error!(%message, "request failed");
        }
        if let Some((end, _)) = message.char_indices().nth(MESSAGE_CHARS_MAX) {
            message.truncate(end);
            message.push('…');
        }
        let patience = match self {
            Self::TooManyTries(secs) | Self::TooManyRequests(secs) => {
                Some([(header::RETRY_AFTER, secs.to_string())])
            }
            _ => None,
        };
        let acknowledged = match self {
            Self::AlreadyAcknowledged(first) => Some(first),
            _ => None,
        };
        let body = ErrorAnswer {
            error: ErrorBody { code, message },
            acknowledged,
        };
        (status, patience, Json(body)).into_response()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if error.is_retryable() || matches!(error, StoreError::Nowhere) {
            Self::Unavailable(with_sources(&error))
        } else {
            Self::Internal(with_sources(&error))
        }
    }
}

impl From<LogError> for ApiError {
    fn from(error: LogError) -> Self {
        if error.is_retryable() {
            Self::Unavailable(error.to_string())
        } else {
            Self::Internal(with_sources(&error))
        }
    }
}

impl From<PeopleError> for ApiError {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Wrong => Self::WrongSignIn(error.to_string()),
            PeopleError::SecondFactor | PeopleError::WrongCode => {
                Self::SecondFactor(error.to_string())
            }
            PeopleError::Wait(wait) => Self::TooManyTries(wait.secs),
            PeopleError::Busy => Self::Unavailable(error.to_string()),
            PeopleError::FirstGone | PeopleError::Refused(Refused::NotAllowed(_)) => {
                Self::NotAllowed(error.to_string())
            }
            PeopleError::Password(_) | PeopleError::Refused(Refused::Form(_)) => {
                Self::BadBody(error.to_string())
            }
            PeopleError::Refused(Refused::None(_)) => Self::NotFound(error.to_string()),
            PeopleError::NoSecondFactor
            | PeopleError::Refused(Refused::Taken(_) | Refused::Full(_) | Refused::Conflict(_)) => {
                Self::Conflict(error.to_string())
            }
            PeopleError::Log(error) => error.into(),
            PeopleError::File { .. } | PeopleError::Secret(_) => {
                Self::Internal(with_sources(&error))
            }
        }
    }
}

fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
