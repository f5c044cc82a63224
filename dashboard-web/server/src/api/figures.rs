//! What the doors brought, and what of it could not be used.

use axum::Json;
use axum::extract::State;
use yiping_model::{Position, SourceId};
use yiping_store::RejectQuery;

use super::answer::{RejectAnswer, Rows, SourceAnswer, SourcesAnswer};
use super::error::{ApiError, ErrorAnswer};
use super::history::named;
use super::params::{Params, ROWS_DEFAULT};
use crate::state::ServerState;

/// Dead letters: input that did not become an observation, with the reason.
#[utoipa::path(
    get,
    path = "/api/v1/rejects",
    tag = "doors",
    params(
        ("source" = Option<String>, Query, description = "Only from this door"),
        ("reason" = Option<String>, Query, description = "Only for this reason", example = "not_json"),
        ("before" = Option<u64>, Query, description = "Only before this position, to page back"),
        ("limit" = Option<u32>, Query, description = "1 to 10000; by default 1000"),
    ),
    responses(
        (status = 200, description = "Newest first", body = Rows<RejectAnswer>),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
    )
)]
pub(super) async fn rejects(
    State(state): State<ServerState>,
    mut params: Params,
) -> Result<Json<Rows<RejectAnswer>>, ApiError> {
    let source = params.parsed("source", "http", |text| SourceId::new(text).ok())?;
    let reason = params.parsed("reason", "not_json", named)?;
    let before = params.parsed("before", "812345", |text| text.parse().ok().map(Position))?;
    let limit = params.limit(ROWS_DEFAULT, state.settings.rows_max)?;
    params.finish()?;
    let query = RejectQuery {
        source,
        reason,
        before,
        limit: limit + 1,
    };
    Ok(Json(Rows::cut(state.history.rejects(&query).await?, limit)))
}

/// What each door brought since the log began.
#[utoipa::path(
    get,
    path = "/api/v1/sources",
    tag = "doors",
    responses(
        (status = 200, description = "By door", body = SourcesAnswer),
        (status = 400, description = "There are no parameters", body = ErrorAnswer),
    )
)]
pub(super) async fn sources(
    State(state): State<ServerState>,
    params: Params,
) -> Result<Json<SourcesAnswer>, ApiError> {
    params.finish()?;
    let position = state.store.position().await?;
    let figures = state.store.sources().await?;
    Ok(Json(SourcesAnswer {
        position: position.0,
        items: figures.into_iter().map(SourceAnswer::from).collect(),
    }))
}
