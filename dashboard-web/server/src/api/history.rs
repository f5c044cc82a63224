//! What was: observations, windows, indices. Times are half open, `from <= t < to`; rows come oldest first.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use yiping_model::{DatastreamId, PropertyId, ThingId, Timestamp, WindowLength};
use yiping_store::{HopFilter, IndexQuery, ObservationQuery, WindowQuery};

use super::answer::{IndexAnswer, ObservationAnswer, Rows, WindowAnswer};
use super::error::{ApiError, ErrorAnswer};
use super::params::{Params, ROWS_DEFAULT};
use crate::state::ServerState;

const DAY: Duration = Duration::from_hours(24);

type Answer<T> = Result<Json<Rows<T>>, ApiError>;

/// A value by its name in the API.
pub(super) fn named<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}

/// What every question about the past has.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it is there to be described")]
pub(super) struct RangeParams {
    /// RFC 3339; by default 24 h of city time ago
    from: Option<String>,
    /// RFC 3339, exclusive; by default without end
    to: Option<String>,
    /// 1 to 10000; by default 1000
    limit: Option<u32>,
}

/// The same, read.
pub(super) struct Range {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) limit: usize,
}

impl Range {
    /// Takes the last of the parameters, for an answer of rows.
    pub(super) fn of_rows(params: Params, state: &ServerState) -> Result<Self, ApiError> {
        Self::take(params, state, ROWS_DEFAULT, state.settings.rows_max)
    }

    /// `from` and `to`: by default from a day before `to` (or before the city clock) until a day after the city clock, so that a device
    /// whose clock is ahead is seen.
    pub(super) fn take(
        mut params: Params,
        state: &ServerState,
        limit_default: usize,
        limit_max: usize,
    ) -> Result<Self, ApiError> {
        let (from, to) = (params.time("from")?, params.time("to")?);
        let now = state.live.now();
        let from = from.unwrap_or_else(|| to.unwrap_or(now) - DAY);
        let to = to.unwrap_or(now.max(from) + DAY);
        if from >= to {
            return Err(ApiError::BadQuery(format!(
                "`from` {from} is not before `to` {to}: write from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z"
            )));
        }
        let limit = params.limit(limit_default, limit_max)?;
        params.finish()?;
        Ok(Self { from, to, limit })
    }
}

/// Observations of a datastream.
#[utoipa::path(
    get,
    path = "/api/v1/datastreams/{id}/observations",
    tag = "history",
    params(
        ("id" = String, Path, description = "`thing:property`", example = "qz-air-001:pm25"),
        RangeParams,
    ),
    responses(
        (status = 200, description = "Oldest first", body = Rows<ObservationAnswer>),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
    )
)]
pub(super) async fn observations(
    State(state): State<ServerState>,
    Path(id): Path<String>,
    params: Params,
) -> Answer<ObservationAnswer> {
    let datastream = DatastreamId::parse(&id).map_err(|_not_an_id| {
        ApiError::BadQuery(format!(
            "{id:?} is not a datastream: write it as thing:property, for example qz-air-001:pm25"
        ))
    })?;
    let range = Range::of_rows(params, &state)?;
    let query = ObservationQuery {
        datastream,
        from: range.from,
        to: range.to,
        limit: range.limit + 1,
    };
    let rows = state.history.observations(&query).await?;
    Ok(Json(Rows::cut(rows, range.limit)))
}

/// Window results, the last revision of each.
#[utoipa::path(
    get,
    path = "/api/v1/windows",
    tag = "history",
    params(
        ("thing" = Option<String>, Query, description = "Only of this thing"),
        ("metric" = Option<String>, Query, description = "Only of this property", example = "pm25"),
        ("length" = Option<String>, Query, description = "Only of this length", example = "1h"),
        ("hop" = Option<String>, Query, description = "Only hopping windows that begin so far apart, or `none` for tumbling ones", example = "5m"),
        RangeParams,
    ),
    responses(
        (status = 200, description = "By start, oldest first", body = Rows<WindowAnswer>),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
    )
)]
pub(super) async fn windows(
    State(state): State<ServerState>,
    mut params: Params,
) -> Answer<WindowAnswer> {
    let thing = params.parsed("thing", "qz-air-001", |text| ThingId::new(text).ok())?;
    let property = params.parsed("metric", "pm25", |text| PropertyId::new(text).ok())?;
    let length = params.parsed("length", "1h", |text| WindowLength::parse(text).ok())?;
    let hop = params.parsed("hop", "5m", |text| match text {
        "none" => Some(HopFilter::Tumbling),
        every => WindowLength::parse(every).ok().map(HopFilter::Every),
    })?;
    let range = Range::of_rows(params, &state)?;
    let query = WindowQuery {
        thing,
        property,
        length,
        hop,
        from: range.from,
        to: range.to,
        limit: range.limit + 1,
    };
    let rows = state.history.windows(&query).await?;
    Ok(Json(Rows::cut(rows, range.limit)))
}

/// Indices, the last revision of each.
#[utoipa::path(
    get,
    path = "/api/v1/indices",
    tag = "history",
    params(
        ("thing" = Option<String>, Query, description = "Only of this thing"),
        ("kind" = Option<String>, Query, description = "`aqi_hourly` or `aqi_daily`"),
        RangeParams,
    ),
    responses(
        (status = 200, description = "By start, oldest first", body = Rows<IndexAnswer>),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
    )
)]
pub(super) async fn indices(
    State(state): State<ServerState>,
    mut params: Params,
) -> Answer<IndexAnswer> {
    let thing = params.parsed("thing", "qz-air-001", |text| ThingId::new(text).ok())?;
    let kind = params.parsed("kind", "aqi_hourly", named)?;
    let range = Range::of_rows(params, &state)?;
    let query = IndexQuery {
        thing,
        kind,
        from: range.from,
        to: range.to,
        limit: range.limit + 1,
    };
    let rows = state.history.indices(&query).await?;
    Ok(Json(Rows::cut(rows, range.limit)))
}
