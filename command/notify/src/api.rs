//! The list of notices, and the button that tries a channel: two routers, for who may do which is not the same.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use yiping_desk::notices::{Row, State as Stands};
use yiping_desk::people::Who;
use yiping_model::{Message, Timestamp};

use crate::follow::Notices;

/// Notices in one answer.
const ROWS_MAX: usize = 1_000;
const BODY_BYTES_MAX: usize = 4_096;

#[derive(OpenApi)]
#[openapi(paths(list))]
struct ListDocument;

#[derive(OpenApi)]
#[openapi(paths(test))]
struct TestDocument;

/// What the list says of itself.
pub fn list_openapi() -> utoipa::openapi::OpenApi {
    ListDocument::openapi()
}

/// What the button says of itself.
pub fn test_openapi() -> utoipa::openapi::OpenApi {
    TestDocument::openapi()
}

impl Notices {
    /// The list, to be mounted.
    pub fn list_router(&self) -> Router {
        Router::new()
            .route("/api/v1/notices", get(list))
            .with_state(self.clone())
    }

    /// The button, to be mounted. It wants to know who presses it, as an extension of the request.
    pub fn test_router(&self) -> Router {
        Router::new()
            .route("/api/v1/notices/test", post(test))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(self.clone())
    }
}

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NoticeState {
    /// Queued, and not delivered yet.
    Waiting,
    /// Taken by the other side.
    Delivered,
    /// Not tried any more.
    GivenUp,
}

impl From<Stands> for NoticeState {
    fn from(state: Stands) -> Self {
        match state {
            Stands::Waiting => Self::Waiting,
            Stands::Delivered => Self::Delivered,
            Stands::GivenUp => Self::GivenUp,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    state: Option<NoticeState>,
}

/// Notices, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticesAnswer {
    /// At most 1000; of those that are done, the last 1000 are remembered.
    items: Vec<NoticeAnswer>,
}

/// A notice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeAnswer {
    /// Its id; the other side got it too.
    notice: String,
    /// Where it stands.
    state: NoticeState,
    /// The channel.
    channel: String,
    /// The route; null for a test.
    route: Option<String>,
    /// The alarms that it tells of, one once for each change; none for a test.
    alarms: Vec<String>,
    /// Its title.
    title: String,
    /// Its text.
    text: String,
    /// City time at which it was queued.
    #[schema(value_type = String, format = DateTime)]
    queued: Timestamp,
    /// City time of the next try at the earliest, or at which it was delivered or given up.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How often it was tried.
    attempts: u32,
    /// Why the last try failed, or what the other side answered.
    said: Option<String>,
}

impl From<Row> for NoticeAnswer {
    fn from(row: Row) -> Self {
        let Message {
            channel,
            cause,
            title,
            text,
            ..
        } = row.message;
        Self {
            notice: row.notice.to_string(),
            state: row.state.into(),
            channel,
            route: cause.route().map(str::to_owned),
            alarms: cause.alarms().map(|(alarm, _)| alarm.to_string()).collect(),
            title,
            text,
            queued: row.queued,
            at: row.at,
            attempts: row.attempts,
            said: row.said,
        }
    }
}

/// Which channel is tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestRequest {
    /// The channel, by its name in the configuration.
    channel: String,
}

/// The notice of a test.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TestAnswer {
    /// Its id: `GET /api/v1/notices` says what becomes of it.
    notice: String,
}

/// An error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticesError {
    error: NoticesErrorBody,
}

/// What failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticesErrorBody {
    /// Its name, for programs.
    code: &'static str,
    /// Its sentence, for people: in Chinese for who prefers it.
    message: String,
    /// With a Chinese one: what the English would say of this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

fn refuse(status: StatusCode, code: &'static str, message: String) -> Response {
    let error = NoticesErrorBody {
        code,
        message,
        detail: None,
    };
    (status, Json(NoticesError { error })).into_response()
}

/// What is told to people outside, and what became of it.
#[utoipa::path(
    get,
    path = "/api/v1/notices",
    operation_id = "list_notices",
    tag = "notices",
    params(("state" = Option<NoticeState>, Query, description = "Only those that stand there")),
    responses(
        (status = 200, description = "Newest first", body = NoticesAnswer),
        (status = 400, description = "A parameter cannot be read", body = NoticesError),
    )
)]
async fn list(
    State(notices): State<Notices>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Ok(Query(asked)) = asked else {
        let message = "this path takes state: write it as state=waiting, delivered or given_up";
        return refuse(StatusCode::BAD_REQUEST, "bad_query", message.to_owned());
    };
    let rows = notices.inner().rows().into_iter();
    let items = rows
        .map(NoticeAnswer::from)
        .filter(|row| asked.state.is_none_or(|state| state == row.state))
        .take(ROWS_MAX)
        .collect();
    Json(NoticesAnswer { items }).into_response()
}

/// Sends a test by a channel.
#[utoipa::path(
    post,
    path = "/api/v1/notices/test",
    operation_id = "test_channel",
    tag = "notices",
    request_body = TestRequest,
    responses(
        (status = 202, description = "Queued; it is on the ledger who did", body = TestAnswer),
        (status = 400, description = "The body cannot be read", body = NoticesError),
        (status = 404, description = "There is no such channel", body = NoticesError),
        (status = 413, description = "The body exceeds the limit", body = NoticesError),
        (status = 503, description = "The log cannot take it", body = NoticesError),
    )
)]
async fn test(
    State(notices): State<Notices>,
    Extension(who): Extension<Who>,
    body: Result<Json<TestRequest>, JsonRejection>,
) -> Response {
    let channel = match body {
        Ok(Json(request)) => request.channel,
        Err(JsonRejection::BytesRejection(_)) => {
            let message = format!("body exceeds the limit of {BODY_BYTES_MAX} bytes");
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message);
        }
        Err(other) => {
            let message = format!("body must be {{\"channel\":\"…\"}}: {}", other.body_text());
            return refuse(StatusCode::BAD_REQUEST, "bad_body", message);
        }
    };
    if notices.inner().channels.get(&channel).is_none() {
        let named: String = channel.chars().take(64).collect();
        let message = format!("there is no channel {named:?}: see [[notify.channel]]");
        return refuse(StatusCode::NOT_FOUND, "not_found", message);
    }
    match notices.inner().test(&channel, who.person, who.seat).await {
        Ok(notice) => {
            let notice = notice.to_string();
            (StatusCode::ACCEPTED, Json(TestAnswer { notice })).into_response()
        }
        Err(error) => refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            error.to_string(),
        ),
    }
}
