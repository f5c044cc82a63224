//! Much of the past at once: long series, last values of many datastreams, hours and days.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yiping_model::{DatastreamId, Timestamp};
use yiping_store::{Aggregate, AggregateQuery, AggregateWidth, ObservationQuery, Point};

use super::answer::{ObservationAnswer, Rows};
use super::error::{ApiError, ErrorAnswer};
use super::history::{Range, RangeParams};
use super::params::{Params, ROWS_DEFAULT};
use crate::state::ServerState;

/// Points of one datastream, by time: a year of minutes is one answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesAnswer {
    /// `thing:property`
    #[schema(value_type = String, example = "qz-air-001:pm25")]
    datastream: DatastreamId,
    /// Phenomenon times, microseconds since 1970-01-01T00:00:00Z.
    times_us: Vec<i64>,
    /// The values at these times, in the property's unit.
    values: Vec<f64>,
    /// Whether there are more than `limit`: ask again from the last one on.
    truncated: bool,
}

impl SeriesAnswer {
    /// From points that were asked for with `limit + 1`.
    fn cut(datastream: DatastreamId, mut points: Vec<Point>, limit: usize) -> Self {
        let truncated = points.len() > limit;
        points.truncate(limit);
        Self {
            datastream,
            times_us: points
                .iter()
                .map(|point| point.phenomenon_time.as_micros())
                .collect(),
            values: points.iter().map(|point| point.value).collect(),
            truncated,
        }
    }
}

/// The last observations, in the order in which they were asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LatestAnswer {
    /// One for each datastream that was asked for.
    items: Vec<LastKept>,
}

/// The last observation of a datastream that history holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastKept {
    /// `thing:property`
    #[schema(value_type = String, example = "qz-air-001:pm25")]
    datastream: DatastreamId,
    /// The one with the latest phenomenon time, also when its day fell out of retention; null when none was ever heard.
    last: Option<ObservationAnswer>,
}

/// What the final tumbling minute windows of an hour or day say together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AggregateAnswer {
    /// Start of the hour or day, in the city's zone.
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    /// Good observations.
    count: u64,
    /// Their arithmetic mean, in the property's unit.
    mean: f64,
    /// Smallest value.
    min: f64,
    /// Largest value.
    max: f64,
}

impl From<Aggregate> for AggregateAnswer {
    fn from(row: Aggregate) -> Self {
        Self {
            start: row.start,
            count: row.count,
            mean: row.mean,
            min: row.min,
            max: row.max,
        }
    }
}

fn datastream(params: &mut Params) -> Result<DatastreamId, ApiError> {
    let given = params.parsed("datastream", "qz-air-001:pm25", |text| {
        DatastreamId::parse(text).ok()
    })?;
    given.ok_or_else(|| missing("datastream", "qz-air-001:pm25"))
}

fn missing(name: &str, example: &str) -> ApiError {
    ApiError::BadQuery(format!("`{name}` is missing: write {name}={example}"))
}

/// The observations of a datastream as times and values, for charts.
#[utoipa::path(
    get,
    path = "/api/v1/series",
    tag = "history",
    params(
        ("datastream" = String, Query, description = "`thing:property`", example = "qz-air-001:pm25"),
        ("from" = Option<String>, Query, description = "RFC 3339; by default 24 h of city time ago"),
        ("to" = Option<String>, Query, description = "RFC 3339, exclusive; by default without end"),
        ("limit" = Option<u32>, Query, description = "1 to 600000, which is the default"),
    ),
    responses(
        (status = 200, description = "Oldest first", body = SeriesAnswer),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
        (status = 503, description = "History is away, or none is kept", body = ErrorAnswer),
    )
)]
pub(super) async fn series(
    State(state): State<ServerState>,
    mut params: Params,
) -> Result<Json<SeriesAnswer>, ApiError> {
    let datastream = datastream(&mut params)?;
    let points_max = state.settings.points_max;
    let range = Range::take(params, &state, points_max, points_max)?;
    let query = ObservationQuery {
        datastream,
        from: range.from,
        to: range.to,
        limit: range.limit + 1,
    };
    let points = state.history.series(&query).await?;
    let answer = SeriesAnswer::cut(query.datastream, points, range.limit);
    Ok(Json(answer))
}

/// The last observation of each of these datastreams that history holds.
#[utoipa::path(
    get,
    path = "/api/v1/latest",
    tag = "history",
    params(
        ("datastreams" = String, Query, description = "1 to 1000 of `thing:property`, divided by commas", example = "qz-air-001:pm25,qz-air-002:pm25"),
    ),
    responses(
        (status = 200, description = "In the order in which they were asked for", body = LatestAnswer),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
        (status = 503, description = "History is away, or none is kept", body = ErrorAnswer),
    )
)]
pub(super) async fn latest(
    State(state): State<ServerState>,
    mut params: Params,
) -> Result<Json<LatestAnswer>, ApiError> {
    let example = "qz-air-001:pm25,qz-air-002:pm25";
    let asked = params.parsed("datastreams", example, |text| {
        let ids = text.split(',').map(DatastreamId::parse);
        ids.collect::<Result<Vec<_>, _>>().ok()
    })?;
    params.finish()?;
    let asked = asked.ok_or_else(|| missing("datastreams", example))?;
    if asked.len() > ROWS_DEFAULT {
        return Err(ApiError::BadQuery(format!(
            "`datastreams` names {}, more than {ROWS_DEFAULT}: ask in parts",
            asked.len()
        )));
    }
    let kept = state.history.latest(&asked).await?;
    let items = asked
        .into_iter()
        .zip(kept)
        .map(|(datastream, last)| LastKept {
            datastream,
            last: last.map(ObservationAnswer::from),
        });
    Ok(Json(LatestAnswer {
        items: items.collect(),
    }))
}

/// Hourly or daily figures of a datastream, worked out from its final tumbling minute windows.
#[utoipa::path(
    get,
    path = "/api/v1/aggregates",
    tag = "history",
    params(
        ("datastream" = String, Query, description = "`thing:property`", example = "qz-air-001:pm25"),
        ("length" = String, Query, description = "`1h` or `1d`, of the city's zone", example = "1h"),
        RangeParams,
    ),
    responses(
        (status = 200, description = "By start, oldest first; hours and days without observations are left out", body = Rows<AggregateAnswer>),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
        (status = 503, description = "History is away, or none is kept", body = ErrorAnswer),
    )
)]
pub(super) async fn aggregates(
    State(state): State<ServerState>,
    mut params: Params,
) -> Result<Json<Rows<AggregateAnswer>>, ApiError> {
    let datastream = datastream(&mut params)?;
    let width = params.parsed("length", "1h", |text| match text {
        "1h" => Some(AggregateWidth::Hour),
        "1d" => Some(AggregateWidth::Day),
        _ => None,
    })?;
    let width = width.ok_or_else(|| missing("length", "1h"))?;
    let range = Range::of_rows(params, &state)?;
    let query = AggregateQuery {
        datastream,
        width,
        from: range.from,
        to: range.to,
        limit: range.limit + 1,
    };
    let rows = state.history.aggregates(&query).await?;
    Ok(Json(Rows::cut(rows, range.limit)))
}
