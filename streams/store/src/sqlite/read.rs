//! Answers. Each is read in one transaction, so it sees the tables as they were between two batches.

use serde::de::DeserializeOwned;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, SqlitePool};
use yiping_model::{Alarm, IndexResult, Position, PropertyId, ThingId, WindowResult};

use crate::error::Doing;
use crate::rows::answer::{self, RejectCells, SourceCells, WindowCells};
use crate::rows::{names, parsed, rows_max};
use crate::{
    AlarmQuery, HopFilter, IndexQuery, RejectQuery, SourceFigures, StoreError, StoredReject,
    WindowQuery,
};

pub(super) const READ: &str = "read";

pub(super) async fn position(pool: &SqlitePool) -> Result<Position, StoreError> {
    let position: i64 = sqlx::query_scalar("SELECT position FROM progress")
        .fetch_one(pool)
        .await
        .doing(READ)?;
    Ok(Position(position as u64))
}

pub(super) async fn sources(pool: &SqlitePool) -> Result<Vec<SourceFigures>, StoreError> {
    let rows: Vec<SourceCells> = sqlx::query_as(
        "SELECT name, accepted, duplicate, quarantined, rejected, late, last_received_at
            FROM sources ORDER BY name",
    )
    .fetch_all(pool)
    .await
    .doing(READ)?;
    rows.into_iter().map(answer::source).collect()
}

/// Walks each length and hop (and, for one thing, each datastream) along its key up to the limit, then puts the walks together.
pub(super) async fn windows(
    pool: &SqlitePool,
    query: &WindowQuery,
) -> Result<Vec<WindowResult>, StoreError> {
    let mut transaction = pool.begin().await.doing(READ)?;
    let shapes: Vec<(u32, u32)> =
        sqlx::query_as("SELECT length_secs, hop_secs FROM window_shapes ORDER BY 1, 2")
            .fetch_all(&mut *transaction)
            .await
            .doing(READ)?;
    let hop = query.hop.map(HopFilter::secs);
    let asked = |&&(length_secs, hop_secs): &&(u32, u32)| {
        query
            .length
            .is_none_or(|length| length.secs() == length_secs)
            && hop.is_none_or(|hop| hop == hop_secs)
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
        for &shape in shapes.iter().filter(asked) {
            let rows = window_rows(&mut transaction, shape, datastream, query).await;
            for row in rows.doing(READ)? {
                windows.push(answer::window(row)?);
            }
        }
    }
    windows.sort_by(|a, b| {
        (a.start, &a.datastream, a.length, a.hop).cmp(&(b.start, &b.datastream, b.length, b.hop))
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
    (length_secs, hop_secs): (u32, u32),
    datastream: Option<i64>,
    query: &WindowQuery,
) -> Result<Vec<WindowCells>, sqlx::Error> {
    let mut select = QueryBuilder::<Sqlite>::new(
        "SELECT w.start, w.length_secs, w.hop_secs, w.revision, w.stage, w.count, w.expected, w.mean, w.min, w.max, w.last, w.std_dev,
                w.quantiles, w.before, t.name, d.property
            FROM windows w CROSS JOIN datastreams d ON d.id = w.datastream CROSS JOIN things t ON t.id = d.thing
            WHERE w.length_secs = ",
    );
    select.push_bind(length_secs);
    select.push(" AND w.hop_secs = ").push_bind(hop_secs);
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
    select.build_query_as().fetch_all(connection).await
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
    let rows = select.build_query_scalar().fetch_all(pool).await;
    all("index", &rows.doing(READ)?)
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
    let rows = select.build_query_scalar().fetch_all(pool).await;
    all("alarm", &rows.doing(READ)?)
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
    let rows: Vec<RejectCells> = select.build_query_as().fetch_all(pool).await.doing(READ)?;
    rows.into_iter().map(answer::reject).collect()
}

fn all<T: DeserializeOwned>(what: &'static str, rows: &[String]) -> Result<Vec<T>, StoreError> {
    rows.iter().map(|row| parsed(what, row)).collect()
}
