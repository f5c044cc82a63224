//! Photographs: brought by whoever does tasks, shown to whoever may see one on the task that names it.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::Serialize;
use utoipa::ToSchema;
use yiping_desk::people::Who;
use yiping_desk::rights::Right;
use yiping_desk::task::Task;

use super::super::{ActError, Incidents, metrics};
use super::{Chinese, CommandError, answered, reaches};

impl Incidents {
    /// Photographs brought by whoever does tasks; they have a limit of their own.
    pub fn bring_router(&self) -> Router {
        Router::new()
            .route("/api/v1/evidence", post(bring))
            .layer(DefaultBodyLimit::max(self.0.evidence.file_bytes_max()))
            .with_state(self.clone())
    }

    /// Photographs, for whoever may see them.
    pub fn evidence_router(&self) -> Router {
        Router::new()
            .route("/api/v1/evidence/{digest}", get(show))
            .with_state(self.clone())
    }
}

/// It is a picture and runs nothing, wherever it is opened.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
/// What somebody may see they may see again for an hour, in the same browser.
const KEEPING: &str = "private, max-age=3600";

/// A photograph that is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeptAnswer {
    /// SHA-256 of its bytes as they are kept, 64 hex digits: by this a step names it. It is that of what was sent, unless something was left out.
    digest: String,
    /// `image/jpeg`, `image/png` or `image/webp`, by its own bytes.
    media: &'static str,
    /// Its size as it is kept.
    size_bytes: usize,
    /// Whether it was here already.
    again: bool,
}

/// Brings a photograph: JPEG, PNG or WebP, told by its bytes. What a camera writes beside the picture (place, time, device, preview) is left out; which side
/// is up stays. Answers when it is durable; the same one again is answered for at once.
#[utoipa::path(
    post,
    path = "/api/v1/evidence",
    tag = "incidents",
    request_body(content_type = "image/jpeg", description = "The bytes of the photograph; `image/png` and `image/webp` too"),
    responses(
        (status = 200, description = "It is kept", body = KeptAnswer),
        (status = 400, description = "The body was not read to its end", body = CommandError),
        (status = 413, description = "It exceeds `evidence.file_bytes_max`", body = CommandError),
        (status = 415, description = "It is no photograph, is cut off or broken, or moves", body = CommandError),
        (status = 503, description = "The log or the disk cannot take it", body = CommandError),
        (status = 507, description = "The store is full: `evidence.total_bytes_max`", body = CommandError),
    )
)]
pub(super) async fn bring(
    State(state): State<Incidents>,
    Extension(who): Extension<Who>,
    language: Chinese,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let evidence = &state.0.evidence;
    let brought = async {
        let bytes = body.map_err(|error| match error {
            BytesRejection::FailedToBufferBody(
                axum::extract::rejection::FailedToBufferBody::LengthLimitError(_),
            ) => ActError::TooLarge(evidence.file_bytes_max()),
            other => ActError::Request(other.body_text()),
        })?;
        let kept = evidence.keep(&who, bytes).await?;
        Ok(KeptAnswer {
            digest: kept.photograph.digest.to_string(),
            media: kept.photograph.media.name(),
            size_bytes: kept.photograph.bytes.len(),
            again: kept.again,
        })
    };
    let brought: Result<KeptAnswer, ActError> = brought.await;
    metrics::brought(brought.as_ref().err());
    answered(language, brought)
}

/// A photograph, for whoever has the right to see one on a task that names it. What no task names is shown to nobody.
#[utoipa::path(
    get,
    path = "/api/v1/evidence/{digest}",
    tag = "incidents",
    params(("digest" = String, Path, description = "SHA-256 of the photograph, 64 hex digits")),
    responses(
        (status = 200, description = "The picture", content_type = "image/jpeg"),
        (status = 404, description = "It is not here, or no task that you may see names it", body = CommandError),
        (status = 503, description = "The disk cannot give it", body = CommandError),
    )
)]
pub(super) async fn show(
    State(state): State<Incidents>,
    Extension(who): Extension<Who>,
    language: Chinese,
    Path(digest): Path<String>,
) -> Response {
    let shown = async {
        if !may_see(&state, &who, &digest) {
            return Err(ActError::NothingToShow);
        }
        let found = state.0.evidence.read(&digest).await?;
        found.ok_or(ActError::NothingToShow)
    };
    match shown.await {
        Ok((media, bytes)) => {
            let head = [
                (header::CONTENT_TYPE, media.name()),
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::CACHE_CONTROL, KEEPING),
            ];
            (head, bytes).into_response()
        }
        Err(error) => language.refuse(&error),
    }
}

/// Whether a step of a task names this photograph, and the right of who asks reaches to its incident.
fn may_see(state: &Incidents, who: &Who, digest: &str) -> bool {
    let folded = state.0.folded();
    let book = folded.desk.book();
    let names = |task: &&Task| {
        let mut photos = task.steps.iter().flat_map(|took| &took.photos);
        photos.any(|photo| photo.digest == digest)
    };
    book.tasks().filter(names).any(|task| {
        let incident = book.incident(&task.incident);
        incident.is_some_and(|incident| reaches(who, Right::Evidence, incident))
    })
}
