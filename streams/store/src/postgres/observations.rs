//! Answers about observations. Those that need more than one statement see the tables as they were at the first.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, FromRow, PgConnection};
use yiping_model::{DatastreamId, Zone};

use super::{READ, events};
use crate::error::Doing;
use crate::rows::answer::{self, Doors, LatestCells, ObservationCells, PointCells, RecallCells};
use crate::rows::events::{self as rows_of, merged, merged_points};
use crate::rows::pack::Series;
use crate::rows::{Part, Time, rows_max};
use crate::{
    Aggregate, AggregateQuery, AggregateWidth, Observation, ObservationQuery, Point, Recalled,
    StoreError,
};

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

pub(super) async fn observations(
    connection: &mut PgConnection,
    query: &ObservationQuery,
) -> Result<Vec<Observation>, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.doing(READ)?;
    let doors = doors(&mut snapshot).await?;
    let columns =
        "phenomenon_time, received_at, value, zero_sign::bigint, quality::bigint, source::bigint";
    let rows = rows::<ObservationCells>(&mut snapshot, query, columns, "").await;
    let rows = rows.doing(READ)?;
    let observed: Result<Vec<_>, _> = rows.iter().map(|row| doors.observation(row)).collect();
    let derived = events::derived(&mut snapshot, query).await.doing(READ)?;
    snapshot.commit().await.doing(READ)?;
    Ok(merged(observed?, rows_of::derived(&derived)?, query.limit))
}

pub(super) async fn series(
    connection: &mut PgConnection,
    query: &ObservationQuery,
) -> Result<Vec<Point>, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.doing(READ)?;
    let mut series = Series::of(query);
    let Some((first, last)) = series.days() else {
        return Ok(Vec::new());
    };
    let Some(datastream) = known(&mut snapshot, &query.datastream).await.doing(READ)? else {
        return Ok(Vec::new());
    };
    let packs: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT day, points FROM packs WHERE datastream = $1 AND day >= $2 AND day <= $3 ORDER BY day",
    )
    .bind(datastream)
    .bind(first)
    .bind(last)
    .fetch_all(&mut *snapshot)
    .await
    .doing(READ)?;
    let mut reached = query.from;
    for pack in packs.iter().map(Some).chain([None]) {
        if let Some(gap) = series.gap(reached, pack.map(|(day, _)| *day)) {
            let columns = "phenomenon_time, value, zero_sign::bigint";
            let rows = rows::<PointCells>(&mut snapshot, &gap, columns, "").await;
            series.extend(rows.doing(READ)?.into_iter().map(answer::point));
        }
        if let Some((day, bytes)) = pack {
            reached = series.unpack(*day, bytes)?;
        }
    }
    let derived = events::derived(&mut snapshot, query).await.doing(READ)?;
    snapshot.commit().await.doing(READ)?;
    Ok(merged_points(series.finish(), &derived, query.limit))
}

pub(super) async fn recall(
    connection: &mut PgConnection,
    query: &ObservationQuery,
) -> Result<Recalled, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.doing(READ)?;
    let position = sqlx::query_scalar("SELECT position FROM progress")
        .fetch_one(&mut *snapshot)
        .await
        .doing(READ)?;
    let doors = doors(&mut snapshot).await?;
    let columns = "phenomenon_time, received_at, value, zero_sign::bigint, source::bigint";
    let rows = rows::<RecallCells>(&mut snapshot, query, columns, "AND quality = 0").await;
    let answer = doors.recalled(position, &rows.doing(READ)?);
    snapshot.commit().await.doing(READ)?;
    answer
}

/// The columns of the answer, each in one array, and those of the doors: a thousand short rows cost the server more than finding them.
type LatestColumns = (
    Vec<i64>,
    Vec<Time>,
    Vec<Time>,
    Vec<f64>,
    Vec<i64>,
    Vec<i64>,
    Vec<i64>,
    Vec<i64>,
    Vec<String>,
);

pub(super) async fn latest(
    connection: &mut PgConnection,
    datastreams: &[DatastreamId],
) -> Result<Vec<Option<Observation>>, StoreError> {
    let mut snapshot = connection.begin_with(SNAPSHOT).await.doing(READ)?;
    let names = |name: fn(&DatastreamId) -> &str| datastreams.iter().map(name).collect::<Vec<_>>();
    let columns: LatestColumns = sqlx::query_as(
        "SELECT coalesce(array_agg(a.place - 1), '{}'), coalesce(array_agg(l.phenomenon_time), '{}'),
                coalesce(array_agg(l.received_at), '{}'), coalesce(array_agg(l.value), '{}'),
                coalesce(array_agg(l.zero_sign::bigint), '{}'), coalesce(array_agg(l.quality::bigint), '{}'),
                coalesce(array_agg(l.source::bigint), '{}'),
                ARRAY(SELECT id::bigint FROM sources ORDER BY id), ARRAY(SELECT name FROM sources ORDER BY id)
            FROM UNNEST($1::text[], $2::text[]) WITH ORDINALITY a (thing, property, place)
            JOIN things t ON t.name = a.thing
            JOIN datastreams d ON d.thing = t.id AND d.property = a.property
            JOIN latest l ON l.datastream = d.id",
    )
    .bind(names(|id| id.thing.as_str()))
    .bind(names(|id| id.property.as_str()))
    .fetch_one(&mut *snapshot)
    .await
    .doing(READ)?;
    let (places, times, received, values, signs, qualities, sources, ids, names) = columns;
    let rows: Vec<LatestCells> = (0..places.len())
        .map(|row| {
            (
                places[row],
                times[row],
                received[row],
                values[row],
                signs[row],
                qualities[row],
                sources[row],
            )
        })
        .collect();
    let doors = Doors::of(ids.into_iter().zip(names).collect())?;
    let mut answers = doors.latest(datastreams.len(), &rows)?;
    let derived = events::latest(&mut snapshot, datastreams).await;
    rows_of::latest(&mut answers, &derived.doing(READ)?)?;
    snapshot.commit().await.doing(READ)?;
    Ok(answers)
}

/// TimescaleDB has the hours and days at hand; in plain PostgreSQL they are worked out from the minutes.
pub(super) async fn aggregates(
    connection: &mut PgConnection,
    query: &AggregateQuery,
    zone: &Zone,
) -> Result<Vec<Aggregate>, StoreError> {
    let timescale: bool = sqlx::query_scalar("SELECT timescale FROM progress")
        .fetch_one(&mut *connection)
        .await
        .doing(READ)?;
    let Some(datastream) = known(connection, &query.datastream).await.doing(READ)? else {
        return Ok(Vec::new());
    };
    let (view, unit) = match query.width {
        AggregateWidth::Hour => ("hours", "hour"),
        AggregateWidth::Day => ("days", "day"),
    };
    let select = if timescale {
        format!(
            "SELECT bucket, count::bigint, sum, min, max FROM {view}
                WHERE datastream = $1 AND bucket >= $2 AND bucket < $3 AND $4 <> '' AND $5 > TIMESTAMPTZ '-infinity'
                ORDER BY bucket LIMIT $6"
        )
    } else {
        format!(
            "SELECT * FROM (
                SELECT date_trunc('{unit}', start, $4) AS bucket, sum(count)::bigint, sum(mean * count), min(min), max(max)
                FROM windows WHERE datastream = $1 AND length_secs = 60 AND hop_secs = 0
                    AND start >= $2 AND start < $5 AND stage = 1 AND count > 0
                GROUP BY 1) buckets
            WHERE bucket >= $2 AND bucket < $3 ORDER BY bucket LIMIT $6"
        )
    };
    let (from, to) = query.windows();
    let rows: Vec<(Time, i64, f64, f64, f64)> = sqlx::query_as(AssertSqlSafe(select))
        .bind(datastream)
        .bind(Time(from))
        .bind(Time(query.to))
        .bind(zone.name())
        .bind(Time(to))
        .bind(rows_max(query.limit))
        .fetch_all(connection)
        .await
        .doing(READ)?;
    let aggregate = |(at, count, sum, min, max): (Time, i64, f64, f64, f64)| {
        let part = Part {
            at: at.0,
            count: count as u64,
            sum,
            min,
            max,
        };
        part.aggregate(at.0)
    };
    Ok(rows.into_iter().filter_map(aggregate).collect())
}

async fn doors(connection: &mut PgConnection) -> Result<Doors, StoreError> {
    let rows = sqlx::query_as("SELECT id::bigint, name FROM sources")
        .fetch_all(connection)
        .await
        .doing(READ)?;
    Doors::of(rows)
}

async fn known(
    connection: &mut PgConnection,
    datastream: &DatastreamId,
) -> Result<Option<i32>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT d.id FROM things t JOIN datastreams d ON d.thing = t.id WHERE t.name = $1 AND d.property = $2",
    )
    .bind(datastream.thing.as_str())
    .bind(datastream.property.as_str())
    .fetch_optional(connection)
    .await
}

/// These columns of the observations in their order, which is that of the key; `and` narrows them.
async fn rows<T>(
    connection: &mut PgConnection,
    query: &ObservationQuery,
    columns: &str,
    and: &str,
) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let Some(datastream) = known(connection, &query.datastream).await? else {
        return Ok(Vec::new());
    };
    let select = format!(
        "SELECT {columns} FROM observations o
            WHERE datastream = $1 AND phenomenon_time >= $2 AND phenomenon_time < $3 {and}
            ORDER BY phenomenon_time, value, o.zero_sign, o.source LIMIT $4"
    );
    sqlx::query_as(AssertSqlSafe(select))
        .bind(datastream)
        .bind(Time(query.from))
        .bind(Time(query.to))
        .bind(rows_max(query.limit))
        .fetch_all(connection)
        .await
}
