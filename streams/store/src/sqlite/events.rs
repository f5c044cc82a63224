//! Events and derived values: their tables, and the answers about them.

use sqlx::{Arguments, QueryBuilder, Sqlite, SqliteConnection, SqlitePool};
use yiping_model::DatastreamId;

use super::bulk::{Shape, insert};
use super::read::READ;
use crate::error::Doing;
use crate::rows::events::{DerivedCells, DerivedLatestCells, EventCells, event};
use crate::rows::{Batch, Day, DerivedRow, Memory, rows_max};
use crate::{EventQuery, ObservationQuery, StoreError, StoredEvent};

pub(super) async fn write(
    connection: &mut SqliteConnection,
    batch: &mut Batch,
    memory: &mut Memory,
) -> Result<(), sqlx::Error> {
    write_events(connection, batch).await?;
    for datastream in memory.newly_derived(batch) {
        sqlx::query("UPDATE datastreams SET derived = 1 WHERE id = ?")
            .bind(datastream)
            .execute(&mut *connection)
            .await?;
    }
    let shape = Shape {
        head: "INSERT INTO derived (datastream, time, revision, value, zero_sign, received_at) VALUES",
        columns: 6,
        tail: "ON CONFLICT (datastream, time) DO UPDATE SET
            revision = excluded.revision, value = excluded.value, zero_sign = excluded.zero_sign,
            received_at = excluded.received_at
            WHERE excluded.revision >= revision",
    };
    let rows: Vec<DerivedRow> = batch.derived.values().copied().collect();
    insert(connection, &shape, &rows, |derived, row| {
        row.add(derived.datastream)?;
        row.add(derived.time.as_micros())?;
        row.add(derived.revision)?;
        row.add(derived.value)?;
        row.add(derived.zero_sign())?;
        row.add(derived.received_at.as_micros())
    })
    .await?;
    Ok(())
}

async fn write_events(
    connection: &mut SqliteConnection,
    batch: &mut Batch,
) -> Result<(), sqlx::Error> {
    let shape = Shape {
        head: "INSERT INTO events (thing, phenomenon_time, kind, key, source, position, received_at, part, measured) VALUES",
        columns: 9,
        tail: "ON CONFLICT DO NOTHING",
    };
    for (group, rows) in std::mem::take(&mut batch.events) {
        let taken = insert(connection, &shape, &rows, |event, row| {
            row.add(event.thing)?;
            row.add(event.event.phenomenon_time.as_micros())?;
            row.add(event.event.kind.as_str())?;
            row.add(event.key())?;
            row.add(event.source)?;
            row.add(event.position)?;
            row.add(event.received_at.as_micros())?;
            row.add(event.part())?;
            row.add(event.measured()?)
        })
        .await?;
        batch.accept(group, taken);
    }
    Ok(())
}

/// Deletes at most so many events of the days before this one; says how many.
pub(super) async fn prune(
    connection: &mut SqliteConnection,
    first_kept: Day,
    rows_max: usize,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query(
        "DELETE FROM events WHERE (thing, phenomenon_time, kind, key, part, source) IN (
            SELECT thing, phenomenon_time, kind, key, part, source FROM events WHERE phenomenon_time < ? LIMIT ?)",
    )
    .bind(first_kept.start().as_micros())
    .bind(rows_max as i64)
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}

pub(super) async fn events(
    pool: &SqlitePool,
    query: &EventQuery,
) -> Result<Vec<StoredEvent>, StoreError> {
    let mut select = QueryBuilder::<Sqlite>::new(
        "SELECT e.position, e.received_at, s.name, t.name, e.phenomenon_time, e.kind, e.key, e.part, e.measured
            FROM events e JOIN things t ON t.id = e.thing JOIN sources s ON s.id = e.source WHERE e.phenomenon_time >= ",
    );
    select.push_bind(query.from.as_micros());
    select
        .push(" AND e.phenomenon_time < ")
        .push_bind(query.to.as_micros());
    if let Some(thing) = &query.thing {
        // Looked up by itself, so that the walk is along the key.
        select
            .push(" AND e.thing = (SELECT id FROM things WHERE name = ")
            .push_bind(thing.as_str())
            .push(")");
    }
    if let Some(kind) = &query.kind {
        select.push(" AND e.kind = ").push_bind(kind.as_str());
    }
    if let Some(key) = &query.key {
        select.push(" AND e.key = ").push_bind(key.as_str());
    }
    if let Some((at, position)) = query.after {
        select
            .push(" AND (e.phenomenon_time, e.position) > (")
            .push_bind(at.as_micros())
            .push(", ")
            .push_bind(i64::try_from(position.0).unwrap_or(i64::MAX))
            .push(")");
    }
    select
        .push(" ORDER BY e.phenomenon_time, e.position LIMIT ")
        .push_bind(rows_max(query.limit));
    let rows: Vec<EventCells> = select.build_query_as().fetch_all(pool).await.doing(READ)?;
    rows.into_iter().map(event).collect()
}

/// The derived values of a datastream.
pub(super) async fn derived(
    connection: &mut SqliteConnection,
    query: &ObservationQuery,
) -> Result<Vec<DerivedCells>, sqlx::Error> {
    sqlx::query_as(
        "SELECT v.time, v.received_at, v.value, v.zero_sign
            FROM things t JOIN datastreams d ON d.thing = t.id JOIN derived v ON v.datastream = d.id
            WHERE t.name = ? AND d.property = ? AND v.time >= ? AND v.time < ? AND v.value IS NOT NULL
            ORDER BY v.time LIMIT ?",
    )
    .bind(query.datastream.thing.as_str())
    .bind(query.datastream.property.as_str())
    .bind(query.from.as_micros())
    .bind(query.to.as_micros())
    .bind(rows_max(query.limit))
    .fetch_all(connection)
    .await
}

/// The last derived value of each of these datastreams that has any.
pub(super) async fn latest(
    connection: &mut SqliteConnection,
    asked: &[(i64, &DatastreamId)],
) -> Result<Vec<DerivedLatestCells>, sqlx::Error> {
    let mut select = QueryBuilder::<Sqlite>::new("WITH asked (place, thing, property) AS (");
    select.push_values(asked, |mut row, (place, id)| {
        row.push_bind(place)
            .push_bind(id.thing.as_str())
            .push_bind(id.property.as_str());
    });
    select.push(
        ") SELECT a.place, v.time, v.received_at, v.value, v.zero_sign
            FROM asked a CROSS JOIN things t ON t.name = a.thing
            CROSS JOIN datastreams d ON d.thing = t.id AND d.property = a.property
            CROSS JOIN derived v ON v.datastream = d.id
            WHERE d.derived = 1 AND v.time = (
                SELECT time FROM derived WHERE datastream = d.id AND value IS NOT NULL ORDER BY time DESC LIMIT 1)",
    );
    select.build_query_as().fetch_all(connection).await
}
