//! Answers about findings, dead letters and doors, each in one statement.

use serde::de::DeserializeOwned;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use yiping_model::{Alarm, IndexResult, Timestamp, WindowResult};

use super::READ;
use crate::error::Doing;
use crate::rows::answer::{self, RejectCells, SourceCells, WindowCells};
use crate::rows::{Time, names, parsed, rows_max};
use crate::{
    AlarmQuery, IndexQuery, RejectQuery, SourceFigures, StoreError, StoredReject, WindowQuery,
};

pub(super) async fn sources(
    connection: &mut PgConnection,
) -> Result<Vec<SourceFigures>, StoreError> {
    let rows: Vec<SourceCells> = sqlx::query_as(
        "SELECT name, accepted, duplicate, quarantined, rejected, late, last_received_at
            FROM sources ORDER BY name",
    )
    .fetch_all(connection)
    .await
    .doing(READ)?;
    rows.into_iter().map(answer::source).collect()
}

/// A statement whose last condition is that this time lies in the range.
fn in_range(
    head: &'static str,
    time: &'static str,
    from: Timestamp,
    to: Timestamp,
) -> QueryBuilder<Postgres> {
    let mut select = QueryBuilder::new(head);
    select.push(time).push(" >= ").push_bind(Time(from));
    select
        .push(" AND ")
        .push(time)
        .push(" < ")
        .push_bind(Time(to));
    select
}

pub(super) async fn windows(
    connection: &mut PgConnection,
    query: &WindowQuery,
) -> Result<Vec<WindowResult>, StoreError> {
    let head = "SELECT w.start, w.length_secs::bigint, w.hop_secs::bigint, w.revision, w.stage::bigint, w.count, w.expected,
            w.mean, w.min, w.max, w.last, w.std_dev, w.quantiles, w.before, t.name, d.property
        FROM windows w JOIN datastreams d ON d.id = w.datastream JOIN things t ON t.id = d.thing WHERE ";
    let mut select = in_range(head, "w.start", query.from, query.to);
    if let Some(thing) = &query.thing {
        select.push(" AND t.name = ").push_bind(thing.as_str());
    }
    if let Some(property) = &query.property {
        select
            .push(" AND d.property = ")
            .push_bind(property.as_str());
    }
    if let Some(length) = query.length {
        select
            .push(" AND w.length_secs = ")
            .push_bind(length.secs() as i32);
    }
    if let Some(hop) = query.hop {
        select
            .push(" AND w.hop_secs = ")
            .push_bind(hop.secs() as i32);
    }
    select
        .push(" ORDER BY w.start, t.name, d.property, w.length_secs, w.hop_secs LIMIT ")
        .push_bind(rows_max(query.limit));
    let rows: Vec<WindowCells> = select
        .build_query_as()
        .fetch_all(connection)
        .await
        .doing(READ)?;
    rows.into_iter().map(answer::window).collect()
}

pub(super) async fn indices(
    connection: &mut PgConnection,
    query: &IndexQuery,
) -> Result<Vec<IndexResult>, StoreError> {
    let head = "SELECT i.result FROM indices i JOIN things t ON t.id = i.thing WHERE ";
    let mut select = in_range(head, "i.start", query.from, query.to);
    if let Some(thing) = &query.thing {
        select.push(" AND t.name = ").push_bind(thing.as_str());
    }
    if let Some(kind) = query.kind {
        select.push(" AND i.kind = ").push_bind(names::kind(kind));
    }
    select
        .push(" ORDER BY i.start, t.name, i.kind LIMIT ")
        .push_bind(rows_max(query.limit));
    all("index", select, connection).await
}

pub(super) async fn alarms(
    connection: &mut PgConnection,
    query: &AlarmQuery,
) -> Result<Vec<Alarm>, StoreError> {
    let head = "SELECT alarm FROM alarms WHERE ";
    let mut select = in_range(head, "raised_at", query.from, query.to);
    if let Some(state) = query.state {
        select.push(" AND state = ").push_bind(names::state(state));
    }
    select
        .push(" ORDER BY raised_at DESC, id LIMIT ")
        .push_bind(rows_max(query.limit));
    all("alarm", select, connection).await
}

async fn all<T: DeserializeOwned>(
    what: &'static str,
    mut select: QueryBuilder<Postgres>,
    connection: &mut PgConnection,
) -> Result<Vec<T>, StoreError> {
    let rows: Vec<String> = select
        .build_query_scalar()
        .fetch_all(connection)
        .await
        .doing(READ)?;
    rows.iter().map(|row| parsed(what, row)).collect()
}

pub(super) async fn rejects(
    connection: &mut PgConnection,
    query: &RejectQuery,
) -> Result<Vec<StoredReject>, StoreError> {
    let mut select = QueryBuilder::<Postgres>::new(
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
    let rows: Vec<RejectCells> = select
        .build_query_as()
        .fetch_all(connection)
        .await
        .doing(READ)?;
    rows.into_iter().map(answer::reject).collect()
}
