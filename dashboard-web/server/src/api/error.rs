//! The one error of the API. Every answer that is not 2xx has this body:
//!
//! ```json
//! {"error": {"code": "bad_query", "message": "`from` …, for example …"}}
//! ```
//!
//! Who prefers Chinese reads `message` in Chinese, and the sentence of here as `detail`: `refusal.rs`, which has words for every code.
//!
//! Which variant: the caller can mend it by asking differently → 4xx with what to change; the same request may succeed later → 503; the
//! program is broken → [`ApiError::Internal`], which is logged here and nowhere else.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use yiping_desk::duty::NoShelving;
use yiping_desk::people::{PasswordFault, Refused};
use yiping_log::LogError;
use yiping_store::StoreError;

use super::answer::Acknowledged;
use crate::people::PeopleError;
use crate::refusal::OfCase;

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
    /// Somebody kept it quiet, or marked it, before. Name them.
    #[error("{} by {} at {}", .0.what(), .1.by(), .1.at)]
    Already(Already, Acknowledged),
    /// It is not kept quiet. Say why.
    #[error(transparent)]
    NotShelved(#[from] NoShelving),
    /// Two people are needed, and this is the first one.
    #[error("you asked for this: another person must approve it")]
    SamePerson,
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
    /// The new password breaks a rule.
    #[error(transparent)]
    Password(PasswordFault),
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

/// What somebody else did before.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Already {
    /// Shelved it.
    Shelved,
    /// Took it out of service, or asked for that.
    OutOfService,
    /// Approved that.
    Approved,
    /// Marked it as a false alarm.
    False,
}

impl Already {
    const fn what(self) -> &'static str {
        match self {
            Self::Shelved => "alarm was shelved",
            Self::OutOfService => "out of service was asked for",
            Self::Approved => "out of service was approved",
            Self::False => "alarm was marked as false",
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Shelved => "already_shelved",
            Self::OutOfService => "already_out_of_service",
            Self::Approved => "already_approved",
            Self::False => "already_false",
        }
    }
}

const fn shelving_kind(why: &NoShelving) -> (StatusCode, &'static str) {
    match why {
        NoShelving::TopPriority => (StatusCode::FORBIDDEN, "top_priority"),
        NoShelving::Minutes(_) => (StatusCode::BAD_REQUEST, "shelved_too_long"),
        NoShelving::Full(_) => (StatusCode::CONFLICT, "shelf_full"),
    }
}

/// The body of every answer that is not 2xx.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorAnswer {
    /// What went wrong.
    error: ErrorBody,
    /// Who was first; only with codes that begin with `already_`.
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged: Option<Acknowledged>,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// A stable name, for programs.
    #[schema(example = "bad_query")]
    code: &'static str,
    /// What failed and what to do, for people: in Chinese for who prefers it (`Accept-Language`), else in English.
    message: String,
    /// With a Chinese `message`: what the English one would say of this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl ApiError {
    const fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::BadQuery(_) => (StatusCode::BAD_REQUEST, "bad_query"),
            Self::BadBody(_) => (StatusCode::BAD_REQUEST, "bad_body"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::AlreadyAcknowledged(_) => (StatusCode::CONFLICT, "already_acknowledged"),
            Self::Already(what, _) => (StatusCode::CONFLICT, what.code()),
            Self::NotShelved(why) => shelving_kind(why),
            Self::SamePerson => (StatusCode::FORBIDDEN, "same_person"),
            Self::NotSignedIn | Self::WrongSignIn(_) => (StatusCode::UNAUTHORIZED, "not_signed_in"),
            Self::SecondFactor(_) => (StatusCode::UNAUTHORIZED, "second_factor"),
            Self::NotAllowed(_) => (StatusCode::FORBIDDEN, "not_allowed"),
            Self::Password(fault) => (StatusCode::BAD_REQUEST, password_code(fault)),
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

const fn password_code(fault: &PasswordFault) -> &'static str {
    match fault {
        PasswordFault::Short(_) => "password_short",
        PasswordFault::Long => "password_long",
        PasswordFault::Plain(_) => "password_plain",
        PasswordFault::Named => "password_named",
        PasswordFault::Same => "password_same",
    }
}

impl ApiError {
    /// What its sentence has of the case, in whatever language it is said.
    fn of_case(&self) -> Option<String> {
        Some(match self {
            Self::AlreadyAcknowledged(first) | Self::Already(_, first) => first.by(),
            Self::NotShelved(NoShelving::Minutes(most)) => most.to_string(),

            Self::Password(PasswordFault::Short(least) | PasswordFault::Plain(least)) => {
                least.to_string()
            }
            Self::TooManyTries(secs) | Self::TooManyRequests(secs) | Self::TimedOut(secs) => {
                secs.to_string()
            }
            Self::TooLarge(most)
            | Self::TooManyClients(most)
            | Self::NotShelved(NoShelving::Full(most)) => most.to_string(),
            _ => return None,
        })
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
        let of_case = self.of_case().map(OfCase);
        let patience = match self {
            Self::TooManyTries(secs) | Self::TooManyRequests(secs) => {
                Some([(header::RETRY_AFTER, secs.to_string())])
            }
            _ => None,
        };
        let acknowledged = match self {
            Self::AlreadyAcknowledged(first) | Self::Already(_, first) => Some(first),
            _ => None,
        };
        let body = ErrorAnswer {
            error: ErrorBody {
                code,
                message,
                detail: None,
            },
            acknowledged,
        };
        let mut response = (status, patience, Json(body)).into_response();
        if let Some(of_case) = of_case {
            response.extensions_mut().insert(of_case);
        }
        response
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
            PeopleError::Password(fault) => Self::Password(fault),
            PeopleError::Refused(Refused::Form(_)) => Self::BadBody(error.to_string()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::chinese;

    fn first() -> Acknowledged {
        Acknowledged {
            person: Some("officer".to_owned()),
            display: None,
            seat: String::new(),
            at: yiping_model::Timestamp::MIN,
            note: String::new(),
        }
    }

    /// Those of what is kept quiet.
    fn quieting() -> Vec<ApiError> {
        vec![
            ApiError::Already(Already::Shelved, first()),
            ApiError::Already(Already::OutOfService, first()),
            ApiError::Already(Already::Approved, first()),
            ApiError::Already(Already::False, first()),
            ApiError::NotShelved(NoShelving::TopPriority),
            ApiError::NotShelved(NoShelving::Minutes(720)),
            ApiError::NotShelved(NoShelving::Full(200)),
            ApiError::SamePerson,
        ]
    }

    /// One of each; a new one does not compile until it stands here too.
    fn each() -> Vec<ApiError> {
        let text = || "x".to_owned();
        let mut all = vec![
            ApiError::BadQuery(text()),
            ApiError::BadBody(text()),
            ApiError::NotFound(text()),
            ApiError::MethodNotAllowed,
            ApiError::AlreadyAcknowledged(first()),
            ApiError::NotSignedIn,
            ApiError::WrongSignIn(text()),
            ApiError::NotAllowed(text()),
            ApiError::Password(PasswordFault::Short(10)),
            ApiError::Password(PasswordFault::Long),
            ApiError::Password(PasswordFault::Plain(3)),
            ApiError::Password(PasswordFault::Named),
            ApiError::Password(PasswordFault::Same),
            ApiError::TooManyTries(1),
            ApiError::TooManyRequests(1),
            ApiError::SecondFactor(text()),
            ApiError::Conflict(text()),
            ApiError::ShownOtherwise(text()),
            ApiError::Forbidden(text()),
            ApiError::NotJson,
            ApiError::TooLarge(1),
            ApiError::UpgradeRequired,
            ApiError::TooManyClients(1),
            ApiError::Unavailable(text()),
            ApiError::TimedOut(1),
            ApiError::Internal(text()),
        ];
        all.extend(quieting());
        for error in &all {
            match error {
                ApiError::BadQuery(_)
                | ApiError::BadBody(_)
                | ApiError::NotFound(_)
                | ApiError::MethodNotAllowed
                | ApiError::AlreadyAcknowledged(_)
                | ApiError::Already(..)
                | ApiError::NotShelved(_)
                | ApiError::SamePerson
                | ApiError::NotSignedIn
                | ApiError::WrongSignIn(_)
                | ApiError::NotAllowed(_)
                | ApiError::Password(_)
                | ApiError::TooManyTries(_)
                | ApiError::TooManyRequests(_)
                | ApiError::SecondFactor(_)
                | ApiError::Conflict(_)
                | ApiError::ShownOtherwise(_)
                | ApiError::Forbidden(_)
                | ApiError::NotJson
                | ApiError::TooLarge(_)
                | ApiError::UpgradeRequired
                | ApiError::TooManyClients(_)
                | ApiError::Unavailable(_)
                | ApiError::TimedOut(_)
                | ApiError::Internal(_) => {}
            }
        }
        all
    }

    #[test]
    fn every_refusal_has_a_sentence_in_both_languages() {
        for error in each() {
            let (_, code) = error.kind();
            let words = chinese(code).unwrap_or_else(|| panic!("{code} has no Chinese"));
            assert!(!error.to_string().is_empty());
            let needs = words.contains("{}");
            assert_eq!(needs, error.of_case().is_some(), "{code}: {words}");
        }
    }
}
