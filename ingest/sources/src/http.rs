//! The HTTP door: `POST /api/v1/observations`, `/detections` and `/tickets`, one message or an array of them in the plain JSON form, answered
//! after they are durable.

mod answer;
mod events;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::post;
use futures_util::StreamExt as _;
use tokio::sync::Semaphore;
use tokio::time::{Duration, timeout};
use utoipa::OpenApi;
use yiping_model::Reason;
use yiping_protocols::{Format, JsonMapping, Refusal};

use crate::door::{Batch, Door, Payload};
use crate::settings::HttpSettings;
use answer::{Answer, Failure};

/// The path of observations.
pub const PATH: &str = "/api/v1/observations";

#[derive(OpenApi)]
#[openapi(
    paths(post_observations, events::post_detections, events::post_tickets),
    components(schemas(
        answer::ObservationsOutcome,
        answer::RefusedMessage,
        answer::ObservationsError,
        answer::ObservationsErrorBody
    ))
)]
struct Description;

/// What this door says of itself, for the one description of the whole program.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

struct HttpDoor {
    door: Door,
    settings: HttpSettings,
    requests: Semaphore,
}

/// The door as a router, to be mounted.
pub fn router(door: Door, settings: HttpSettings) -> Router {
    let requests = Semaphore::new(settings.requests_max);
    Router::new()
        .route(PATH, post(post_observations))
        .route(events::DETECTIONS, post(events::post_detections))
        .route(events::TICKETS, post(events::post_tickets))
        .with_state(Arc::new(HttpDoor {
            door,
            settings,
            requests,
        }))
}

#[utoipa::path(
    post,
    path = PATH,
    operation_id = "post_observations",
    request_body(
        content_type = "application/json",
        description = "One message `{\"id\",\"ts\",\"metrics\":{…}}` or an array of them; `ts` is epoch milliseconds or an RFC 3339 text with an offset"
    ),
    responses(answer::Answers)
)]
async fn post_observations(State(http): State<Arc<HttpDoor>>, request: Request) -> Response {
    http.respond(request, &Format::Json(JsonMapping::default()))
        .await
}

impl HttpDoor {
    /// Takes what a request brings in this format, and answers after it is durable.
    async fn respond(&self, request: Request, format: &Format) -> Response {
        match self.take(request, format).await {
            Ok(answer) => answer.into_response(),
            Err(failure) => failure.into_response(self.settings.retry_after_secs),
        }
    }

    async fn take(&self, request: Request, format: &Format) -> Result<Answer, Failure> {
        let _permit = self.requests.try_acquire().map_err(|_full| Failure::Busy {
            detail: format!("{} requests are being taken", self.settings.requests_max),
        })?;
        let (head, body) = request.into_parts();
        let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
        let origin = peer.map_or_else(|| "http".to_owned(), |ConnectInfo(peer)| peer.to_string());
        let declared = declared_bytes(&head.headers);
        if !is_json(&head.headers) {
            let detail = "content type is not application/json".to_owned();
            let refusal = Refusal::whole(Reason::NotJson, detail, None);
            self.bury(refusal, &origin, &[], declared).await?;
            return Err(Failure::ContentType);
        }
        let limit = self.settings.payload_bytes_max;
        let wait = Duration::from_secs(self.settings.body_timeout_secs);
        let collected = timeout(wait, collect(body, limit))
            .await
            .map_err(|_elapsed| Failure::Slow)?
            .map_err(|error| Failure::Unreadable {
                detail: error.to_string(),
            })?;
        let bytes = match collected {
            Collected::Whole(bytes) => bytes,
            Collected::TooLarge(start) => {
                let size = declared.max(start.len());
                let detail = format!("body has {size} bytes or more, the limit is {limit}");
                let refusal = Refusal::whole(Reason::TooLarge, detail, None);
                self.bury(refusal, &origin, &start, size).await?;
                return Err(Failure::TooLarge { limit });
            }
        };
        let mut batch = Batch::default();
        let payload = Payload::whole(&origin, &bytes);
        self.door.read(&mut batch, format, payload, None);
        let taken = self.door.keep(batch).await.map_err(Failure::Log)?;
        Answer::of(taken)
    }

    async fn bury(
        &self,
        refusal: Refusal,
        origin: &str,
        bytes: &[u8],
        size_bytes: usize,
    ) -> Result<(), Failure> {
        let mut batch = Batch::default();
        let payload = Payload {
            origin,
            bytes,
            size_bytes,
        };
        self.door.refuse(&mut batch, refusal, payload);
        self.door
            .keep(batch)
            .await
            .map(|_taken| ())
            .map_err(Failure::Log)
    }
}

enum Collected {
    Whole(Vec<u8>),
    TooLarge(Vec<u8>),
}

/// Reads a body, and no more of it than the limit and one chunk.
async fn collect(body: Body, limit: usize) -> Result<Collected, axum::Error> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk: Bytes = chunk?;
        bytes.extend_from_slice(&chunk);
        if bytes.len() > limit {
            return Ok(Collected::TooLarge(bytes));
        }
    }
    Ok(Collected::Whole(bytes))
}

fn declared_bytes(headers: &HeaderMap) -> usize {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok());
    length.and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    let text = value.and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = text.split(';').next().unwrap_or("").trim();
    kind.eq_ignore_ascii_case("application/json")
}
