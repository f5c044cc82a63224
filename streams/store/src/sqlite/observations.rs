//! Answers about observations: the tables of the days are read one after the other, until there are enough rows.

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, QueryBuilder, Sqlite, SqliteConnection, SqlitePool};
use yiping_model::{DatastreamId, Timestamp, Zone};

use super::events;
use super::read::READ;
use super::table_of;
use crate::error::Doing;
use crate::rows::answer::{self, Doors, LatestCells, ObservationCells, PointCells, RecallCells};
use crate::rows::events::{self as rows, DerivedLatestCells, merged, merged_points};
use crate::rows::pack::Series;
use crate::rows::{Day, Part, Time, fold, rows_max};
use crate::{
    Aggregate, AggregateQuery, Observation, ObservationQuery, Point, Recalled, StoreError,
};

/// Three variables each: far below the 32,766 variables that SQLite allows in a statement.
const LATEST_MAX: usize = 1_000;

pub(super) async fn observations(
    pool: &SqlitePool,
    query: &ObservationQuery,
) -> Result<Vec<Observation>, StoreError> {
    let mut transaction = pool.begin().await.doing(READ)?;
    let doors = doors(&mut transaction).await?;
    let columns = "phenomenon_time, received_at, value, zero_sign, quality, source";
    let rows = walk::<ObservationCells>(&mut transaction, query, columns, "").await;
    let rows = rows.doing(READ)?;
    let observed: Result<Vec<_>, _> = rows.iter().map(|row| doors.observation(row)).collect();
    let derived = events::derived(&mut transaction, query).await.doing(READ)?;
    Ok(merged(observed?, rows::derived(&derived)?, query.limit))
}

pub(super) async fn series(
    pool: &SqlitePool,
    query: &ObservationQuery,
) -> Result<Vec<Point>, StoreError> {
    let mut transaction = pool.begin().await.doing(READ)?;
    let mut series = Series::of(query);
    let Some((first, last)) = series.days() else {
        return Ok(Vec::new());
    };
    let Some(datastream) = known(&mut transaction, &query.datastream)
        .await
        .doing(READ)?
    else {
        return Ok(Vec::new());
    };
    let packs: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT day, points FROM packs WHERE datastream = ? AND day >= ? AND day <= ? ORDER BY day",
    )
    .bind(datastream)
    .bind(first)
    .bind(last)
    .fetch_all(&mut *transaction)
    .await
    .doing(READ)?;
    let mut reached = query.from;
    for pack in packs.iter().map(Some).chain([None]) {
        if let Some(gap) = series.gap(reached, pack.map(|(day, _)| *day)) {
            let columns = "phenomenon_time, value, zero_sign";
            let rows = walk::<PointCells>(&mut transaction, &gap, columns, "").await;
            series.extend(rows.doing(READ)?.into_iter().map(answer::point));
        }
        if let Some((day, bytes)) = pack {
            reached = series.unpack(*day, bytes)?;
        }
    }
    let derived = events::derived(&mut transaction, query).await.doing(READ)?;
    Ok(merged_points(series.finish(), &derived, query.limit))
}

pub(super) async fn recall(
    pool: &SqlitePool,
    query: &ObservationQuery,
) -> Result<Recalled, StoreError> {
    let mut transaction = pool.begin().await.doing(READ)?;
    let position = sqlx::query_scalar("SELECT position FROM progress")
        .fetch_one(&mut *transaction)
        .await
        .doing(READ)?;
    let doors = doors(&mut transaction).await?;
    let columns = "phenomenon_time, received_at, value, zero_sign, source";
    let rows = walk::<RecallCells>(&mut transaction, query, columns, "AND quality = 0").await;
    doors.recalled(position, &rows.doing(READ)?)
}

pub(super) async fn latest(
    pool: &SqlitePool,
    datastreams: &[DatastreamId],
) -> Result<Vec<Option<Observation>>, StoreError> {
    let mut transaction = pool.begin().await.doing(READ)?;
    let doors = doors(&mut transaction).await?;
    let mut rows: Vec<LatestCells> = Vec::with_capacity(datastreams.len());
    let mut derived: Vec<DerivedLatestCells> = Vec::new();
    let asked: Vec<(i64, &DatastreamId)> = (0..).zip(datastreams).collect();
    for asked_now in asked.chunks(LATEST_MAX) {
        let mut select = QueryBuilder::<Sqlite>::new("WITH asked (place, thing, property) AS (");
        select.push_values(asked_now, |mut row, (place, id)| {
            row.push_bind(place)
                .push_bind(id.thing.as_str())
                .push_bind(id.property.as_str());
        });
        select.push(
            ") SELECT a.place, l.phenomenon_time, l.received_at, l.value, l.zero_sign, l.quality, l.source
                FROM asked a CROSS JOIN things t ON t.name = a.thing
                CROSS JOIN datastreams d ON d.thing = t.id AND d.property = a.property
                CROSS JOIN latest l ON l.datastream = d.id",
        );
        let some = select.build_query_as().fetch_all(&mut *transaction).await;
        rows.append(&mut some.doing(READ)?);
        let of_derived = events::latest(&mut transaction, asked_now).await;
        derived.append(&mut of_derived.doing(READ)?);
    }
    let mut answers = doors.latest(datastreams.len(), &rows)?;
    rows::latest(&mut answers, &derived)?;
    Ok(answers)
}

/// Minute windows are put together by quarters of an hour, of which the hours and days of every zone consist.
pub(super) async fn aggregates(
    pool: &SqlitePool,
    query: &AggregateQuery,
    zone: &Zone,
) -> Result<Vec<Aggregate>, StoreError> {
    let mut transaction = pool.begin().await.doing(READ)?;
    let Some(datastream) = known(&mut transaction, &query.datastream)
        .await
        .doing(READ)?
    else {
        return Ok(Vec::new());
    };
    let (from, to) = query.windows();
    let rows: Vec<(Time, i64, f64, f64, f64)> = sqlx::query_as(
        "SELECT min(start), sum(count), sum(mean * count), min(min), max(max) FROM windows
            WHERE datastream = ? AND length_secs = 60 AND hop_secs = 0 AND start >= ? AND start < ?
                AND stage = 1 AND count > 0
            GROUP BY start / 900000000 - (start < 0 AND start % 900000000 <> 0)",
    )
    .bind(datastream)
    .bind(from.as_micros())
    .bind(to.as_micros())
    .fetch_all(&mut *transaction)
    .await
    .doing(READ)?;
    let parts = rows.into_iter().map(|(at, count, sum, min, max)| Part {
        at: at.0,
        count: count as u64,
        sum,
        min,
        max,
    });
    Ok(fold(parts, query, zone))
}

async fn doors(connection: &mut SqliteConnection) -> Result<Doors, StoreError> {
    let rows = sqlx::query_as("SELECT id, name FROM sources")
        .fetch_all(connection)
        .await
        .doing(READ)?;
    Doors::of(rows)
}

async fn known(
    connection: &mut SqliteConnection,
    datastream: &DatastreamId,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT d.id FROM things t JOIN datastreams d ON d.thing = t.id WHERE t.name = ? AND d.property = ?",
    )
    .bind(datastream.thing.as_str())
    .bind(datastream.property.as_str())
    .fetch_optional(connection)
    .await
}

/// These columns of the observations in their order; `and` narrows them.
async fn walk<T>(
    connection: &mut SqliteConnection,
    query: &ObservationQuery,
    columns: &str,
    and: &str,
) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    let mut rows = Vec::new();
    if query.from >= query.to || query.limit == 0 {
        return Ok(rows);
    }
    let Some(datastream) = known(connection, &query.datastream).await? else {
        return Ok(rows);
    };
    let last = Timestamp::from_micros(query.to.as_micros() - 1);
    let days: Vec<i64> =
        sqlx::query_scalar("SELECT day FROM days WHERE day >= ? AND day <= ? ORDER BY day")
            .bind(Day::of(query.from).number())
            .bind(Day::of(last).number())
            .fetch_all(&mut *connection)
            .await?;
    for day in days.into_iter().map(Day::from_number) {
        let wanted = query.limit - rows.len();
        if wanted == 0 {
            break;
        }
        let select = format!(
            "SELECT {columns} FROM {} WHERE datastream = ? AND phenomenon_time >= ? AND phenomenon_time < ? {and}
                ORDER BY phenomenon_time, value, zero_sign, source LIMIT ?",
            table_of(day)
        );
        let mut of_day = sqlx::query_as(AssertSqlSafe(select))
            .bind(datastream)
            .bind(query.from.as_micros())
            .bind(query.to.as_micros())
            .bind(rows_max(wanted))
            .fetch_all(&mut *connection)
            .await?;
        rows.append(&mut of_day);
    }
    Ok(rows)
}
