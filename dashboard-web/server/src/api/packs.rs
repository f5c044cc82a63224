//! The packs that are loaded, and drafts of packs and plans, checked and never applied.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::Deserialize;
use utoipa::ToSchema;

use super::DRAFT_BYTES_MAX;
use super::error::{ApiError, ErrorAnswer};
use super::params::{Params, taken};
use crate::packs::{CheckedPack, PackView};
use crate::state::ServerState;

/// Most files of a draft.
const FILES_MAX: usize = 16;

/// A draft that is to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackDraft {
    /// The loaded pack in which these files are to take the place of those of their names; without it they are a pack of their own.
    #[schema(example = "air")]
    pack: Option<String>,
    /// The files.
    files: Vec<DraftFile>,
}

/// A file of a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftFile {
    /// Its name in the pack's folder.
    #[schema(example = "plans.toml")]
    name: String,
    /// What is written in it.
    text: String,
}

/// The packs that are loaded, with their rules, and what came of the cases of the rules.
#[utoipa::path(
    get,
    path = "/api/v1/packs",
    tag = "packs",
    responses((status = 200, description = "In the order of the configuration", body = Vec<PackView>))
)]
pub(super) async fn list(
    State(state): State<ServerState>,
    params: Params,
) -> Result<Json<Vec<PackView>>, ApiError> {
    params.finish()?;
    let packs = state.packs;
    blocking(move || packs.loaded()).await.map(Json)
}

/// Checks a draft of a pack, or of one file of it, for example its plans, by the same reader that reads packs at the start. Nothing is applied.
#[utoipa::path(
    post,
    path = "/api/v1/packs/check",
    tag = "packs",
    request_body = PackDraft,
    responses(
        (status = 200, description = "What is wrong with it by file and line, and what it would be", body = CheckedPack),
        (status = 400, description = "The body is not as it must be", body = ErrorAnswer),
        (status = 404, description = "No such pack is loaded", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
    )
)]
pub(super) async fn check(
    State(state): State<ServerState>,
    params: Params,
    body: Result<Json<PackDraft>, JsonRejection>,
) -> Result<Json<CheckedPack>, ApiError> {
    params.finish()?;
    let example = r#"{"pack": "air", "files": [{"name": "plans.toml", "text": "…"}]}"#;
    let draft = taken(body, DRAFT_BYTES_MAX, example)?;
    if !(1..=FILES_MAX).contains(&draft.files.len()) {
        return Err(ApiError::BadBody(format!(
            "a draft has 1 to {FILES_MAX} files"
        )));
    }
    let files = draft.files.into_iter().map(|file| (file.name, file.text));
    let (packs, files, base) = (state.packs, files.collect(), draft.pack);
    let checked = blocking(move || packs.check(base.as_deref(), files)).await?;
    checked
        .map(Json)
        .ok_or_else(|| ApiError::NotFound("no such pack is loaded: see /api/v1/packs".into()))
}

/// Reads on a thread that may take its time: cases of rules run through the engine.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ApiError::Internal(error.to_string()))
}
