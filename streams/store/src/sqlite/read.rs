//! Answers. Each is read in one transaction, so it sees the tables as they were between two batches.

use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite, SqliteConnection, SqlitePool};
use yiping_model::{
    Alarm, DatastreamId, IdError, IndexResult, Position, PropertyId, SourceId, Stage, ThingId,
    Timestamp, WindowLength, WindowResult,
};

use super::day::Day;
use super::names;
use crate::error::Doing;
use crate::{
    AlarmQuery, IndexQuery, Observation, ObservationQuery, RejectQuery, SourceFigures, StoreError,
    StoredReject, WindowQuery,
};

const READ: &str = "read";

/// An id as a table keeps it.
pub(super) fn id<T>(what: &'static str, id: Result<T, IdError>) -> Result<T, StoreError> {
    id.map_err(|error| StoreError::Row {
        what,
        detail: error.to_string(),
    })
}

/// A value as a table keeps it, in JSON.
pub(super) fn parsed<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Row {
        what,
        detail: error.to_string(),
    })
}

fn rows_max(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) async fn position(pool: &SqlitePool) -> Result<Position, StoreError> {
    let position: i64 = sqlx::query_scalar("SELECT position FROM progress")
        .fetch_one(pool)
        .await
        .doing(READ)?;
    Ok(Position(position as u64))
}

pub(super) async fn sources(pool: &SqlitePool) -> Result<Vec<SourceFigures>, StoreError> {
    let rows = sqlx::query(
        "SELECT name, accepted, duplicate, quarantined, rejected, late, last_received_at
            FROM sources ORDER BY name",
    )
    .fetch_all(pool)
    .await
    .doing(READ)?;
    rows.iter().map(source_of).collect()
}

fn source_of(row: &SqliteRow) -> Result<SourceFigures, StoreError> {
    let figure = |index: usize| row.try_get::<i64, _>(index).doing(READ);
    let (accepted, duplicate) = (figure(1)? as u64, figure(2)? as u64);
    let (quarantined, rejected) = (figure(3)? as u64, figure(4)? as u64);
    Ok(SourceFigures {
        source: id("source", SourceId::new(text(row, 0)?))?,
        received: accepted + duplicate + quarantined + rejected,
        accepted,
        duplicate,
        quarantined,
        rejected,
        late: figure(5)? as u64,
        last_received_at: Timestamp::from_micros(figure(6)?),
    })
}

/// Reads the tables of the days one after the other, until there are enough rows.
pub(super) async fn observations(
    pool: &SqlitePool,
    query: &ObservationQuery,
) -> Result<Vec<Observation>, StoreError> {
    let mut observations = Vec::new();
    if query.from >= query.to || query.limit == 0 {
        return Ok(observations);
    }
    let mut transaction = pool.begin().await.doing(READ)?;
    let datastream: Option<i64> = sqlx::query_scalar(
        "SELECT d.id FROM things t JOIN datastreams d ON d.thing = t.id WHERE t.name = ? AND d.property = ?",
    )
    .bind(query.datastream.thing.as_str())
    .bind(query.datastream.property.as_str())
    .fetch_optional(&mut *transaction)
    .await
    .doing(READ)?;
    let Some(datastream) = datastream else {
        return Ok(observations);
    };
    let last = Timestamp::from_micros(query.to.as_micros() - 1);
    let days: Vec<i64> =
        sqlx::query_scalar("SELECT day FROM days WHERE day >= ? AND day <= ? ORDER BY day")
            .bind(Day::of(query.from).number())
            .bind(Day::of(last).number())
            .fetch_all(&mut *transaction)
            .await
            .doing(READ)?;
    for day in days {
        let wanted = query.limit - observations.len();
        if wanted == 0 {
            break;
        }
        let rows = day_rows(
            &mut transaction,
            Day::from_number(day),
            datastream,
            query,
            wanted,
        );
        for row in rows.await.doing(READ)? {
            observations.push(observation_of(&row)?);
        }
    }
    Ok(observations)
}

async fn day_rows(
    connection: &mut SqliteConnection,
    day: Day,
    datastream: i64,
    query: &ObservationQuery,
    limit: usize,
) -> Result<Vec<SqliteRow>, sqlx::Error> {
    // CROSS JOIN keeps the table in the order of its key, which is the order of the answer.
    let select = format!(
        "SELECT o.phenomenon_time, o.received_at, o.value, o.zero_sign, o.quality, s.name
            FROM {} o CROSS JOIN sources s ON s.id = o.source
            WHERE o.datastream = ? AND o.phenomenon_time >= ? AND o.phenomenon_time < ?
            ORDER BY o.phenomenon_time, o.value, o.zero_sign, o.source LIMIT ?",
        day.table()
    );
    sqlx::query(AssertSqlSafe(select))
        .bind(datastream)
        .bind(query.from.as_micros())
        .bind(query.to.as_micros())
        .bind(rows_max(limit))
        .fetch_all(connection)
        .await
}

fn observation_of(row: &SqliteRow) -> Result<Observation, StoreError> {
    let value: f64 = row.try_get(2).doing(READ)?;
    let zero_sign = number(row, 3)?;
    Ok(Observation {
        phenomenon_time: Timestamp::from_micros(number(row, 0)?),
        received_at: Timestamp::from_micros(number(row, 1)?),
        value: if zero_sign < 0 { -0.0 } else { value },
        quality: names::quality_of(number(row, 4)?)?,
        source: id("source", SourceId::new(text(row, 5)?))?,
    })
}

/// Walks each length (and, for one thing, each datastream) along its key up to the limit, then puts the walks together.
pub(super) async fn windows(
    pool: &SqlitePool,
    query: &WindowQuery,
) -> Result<Vec<WindowResult>, StoreError> {
    let mut transaction = pool.begin().await.doing(READ)?;
    let lengths: Vec<u32> = match query.length {
        Some(length) => vec![length.secs()],
        None => sqlx::query_scalar("SELECT length_secs FROM window_lengths")
            .fetch_all(&mut *transaction)
            .await
            .doing(READ)?,
    };
    let datastreams = match &query.thing {
        Some(thing) => datastreams(&mut transaction, thing, query.property.as_ref())
            .await
            .doing(READ)?
            .into_iter()
            .map(Some)
            .collect(),
        None => vec![None],
    };
    let mut windows = Vec::new();
    for datastream in datastreams {
        for &length_secs in &lengths {
            let rows = window_rows(&mut transaction, length_secs, datastream, query).await;
            for row in rows.doing(READ)? {
                windows.push(window_of(&row)?);
            }
        }
    }
    windows.sort_by(|a, b| {
        (a.start, &a.datastream, a.length).cmp(&(b.start, &b.datastream, b.length))
    });
    windows.truncate(query.limit);
    Ok(windows)
}

async fn datastreams(
    connection: &mut SqliteConnection,
    thing: &ThingId,
    property: Option<&PropertyId>,
) -> Result<Vec<i64>, sqlx::Error> {
    let mut select = QueryBuilder::<Sqlite>::new(
        "SELECT d.id FROM things t JOIN datastreams d ON d.thing = t.id WHERE t.name = ",
    );
    select.push_bind(thing.as_str());
    if let Some(property) = property {
        select
            .push(" AND d.property = ")
            .push_bind(property.as_str());
    }
    select.build_query_scalar().fetch_all(connection).await
}

async fn window_rows(
    connection: &mut SqliteConnection,
    length_secs: u32,
    datastream: Option<i64>,
    query: &WindowQuery,
) -> Result<Vec<SqliteRow>, sqlx::Error> {
    let mut select = QueryBuilder::<Sqlite>::new(
        "SELECT w.start, w.length_secs, w.revision, w.count, w.expected, w.mean, w.min, w.max, w.last, w.std_dev, t.name, d.property
            FROM windows w CROSS JOIN datastreams d ON d.id = w.datastream CROSS JOIN things t ON t.id = d.thing
            WHERE w.length_secs = ",
    );
    select.push_bind(length_secs);
    select
        .push(" AND w.start >= ")
        .push_bind(query.from.as_micros());
    select
        .push(" AND w.start < ")
        .push_bind(query.to.as_micros());
    if let Some(datastream) = datastream {
        select.push(" AND w.datastream = ").push_bind(datastream);
    } else if let Some(property) = &query.property {
        select
            .push(" AND d.property = ")
            .push_bind(property.as_str());
    }
    select
        .push(" ORDER BY w.start, t.name, d.property LIMIT ")
        .push_bind(rows_max(query.limit));
    select.build().fetch_all(connection).await
}

fn window_of(row: &SqliteRow) -> Result<WindowResult, StoreError> {
    let count = |index: usize| row.try_get::<u32, _>(index).doing(READ);
    let value = |index: usize| row.try_get::<f64, _>(index).doing(READ);
    let length_secs = count(1)?;
    Ok(WindowResult {
        datastream: DatastreamId {
            thing: id("thing", ThingId::new(text(row, 10)?))?,
            property: id("datastream", PropertyId::new(text(row, 11)?))?,
        },
        start: Timestamp::from_micros(number(row, 0)?),
        length: WindowLength::from_secs(length_secs).ok_or_else(|| StoreError::Row {
            what: "window",
            detail: format!("length of {length_secs} s does not divide a day"),
        })?,
        hop: None,
        stage: Stage::Final,
        revision: count(2)?,
        count: count(3)?,
        expected: count(4)?,
        mean: value(5)?,
        min: value(6)?,
        max: value(7)?,
        last: value(8)?,
        std_dev: value(9)?,
        quantiles: Vec::new(),
        before: None,
    })
}

pub(super) async fn indices(
    pool: &SqlitePool,
    query: &IndexQuery,
) -> Result<Vec<IndexResult>, StoreError> {
    let mut select = QueryBuilder::<Sqlite>::new(
        "SELECT i.result FROM indices i JOIN things t ON t.id = i.thing WHERE i.start >= ",
    );
    select.push_bind(query.from.as_micros());
    select
        .push(" AND i.start < ")
        .push_bind(query.to.as_micros());
    if let Some(thing) = &query.thing {
        select.push(" AND t.name = ").push_bind(thing.as_str());
    }
    if let Some(kind) = query.kind {
        select.push(" AND i.kind = ").push_bind(names::kind(kind));
    }
    select
        .push(" ORDER BY i.start, t.name, i.kind LIMIT ")
        .push_bind(rows_max(query.limit));
    let rows = select.build().fetch_all(pool).await.doing(READ)?;
    rows.iter()
        .map(|row| parsed("index", text(row, 0)?))
        .collect()
}

pub(super) async fn alarms(
    pool: &SqlitePool,
    query: &AlarmQuery,
) -> Result<Vec<Alarm>, StoreError> {
    let mut select = QueryBuilder::<Sqlite>::new("SELECT alarm FROM alarms WHERE raised_at >= ");
    select.push_bind(query.from.as_micros());
    select
        .push(" AND raised_at < ")
        .push_bind(query.to.as_micros());
    if let Some(state) = query.state {
        select.push(" AND state = ").push_bind(names::state(state));
    }
    select
        .push(" ORDER BY raised_at DESC, id LIMIT ")
        .push_bind(rows_max(query.limit));
    let rows = select.build().fetch_all(pool).await.doing(READ)?;
    rows.iter()
        .map(|row| parsed("alarm", text(row, 0)?))
        .collect()
}

pub(super) async fn rejects(
    pool: &SqlitePool,
    query: &RejectQuery,
) -> Result<Vec<StoredReject>, StoreError> {
    let mut select = QueryBuilder::<Sqlite>::new(
        "SELECT position, received_at, reject FROM rejects WHERE position < ",
    );
    let before = query.before.map_or(i64::MAX, |before| {
        i64::try_from(before.0).unwrap_or(i64::MAX)
    });
    select.push_bind(before);
    if let Some(source) = &query.source {
        select
            .push(" AND source = (SELECT id FROM sources WHERE name = ")
            .push_bind(source.as_str())
            .push(")");
    }
    if let Some(reason) = query.reason {
        select.push(" AND reason = ").push_bind(reason.name());
    }
    select
        .push(" ORDER BY position DESC LIMIT ")
        .push_bind(rows_max(query.limit));
    let rows = select.build().fetch_all(pool).await.doing(READ)?;
    rows.iter().map(reject_of).collect()
}

fn reject_of(row: &SqliteRow) -> Result<StoredReject, StoreError> {
    Ok(StoredReject {
        position: Position(number(row, 0)? as u64),
        received_at: Timestamp::from_micros(number(row, 1)?),
        reject: parsed("reject", text(row, 2)?)?,
    })
}

fn number(row: &SqliteRow, index: usize) -> Result<i64, StoreError> {
    row.try_get(index).doing(READ)
}

fn text(row: &SqliteRow, index: usize) -> Result<&str, StoreError> {
    row.try_get(index).doing(READ)
}
