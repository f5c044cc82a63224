//! Events and derived values: their tables, and the answers about them.

use sqlx::{PgConnection, Postgres, QueryBuilder};
use yiping_model::DatastreamId;

use super::READ;
use super::tables::{column, texts};
use crate::error::Doing;
use crate::rows::events::{DerivedCells, DerivedLatestCells, EventCells, EventRow, event};
use crate::rows::{Batch, Day, DerivedRow, Memory, Time, rows_max};
use crate::{EventQuery, ObservationQuery, StoreError, StoredEvent};

pub(super) async fn write(
    connection: &mut PgConnection,
    batch: &mut Batch,
    memory: &mut Memory,
    rows_max: usize,
) -> Result<(), sqlx::Error> {
    for (group, rows) in std::mem::take(&mut batch.events) {
        // An event is long, compared with an observation.
        for rows in rows.chunks(rows_max.div_ceil(4)) {
            let taken = insert_events(connection, rows).await?;
            batch.accept(group, taken);
        }
    }
    let newly = memory.newly_derived(batch);
    if !newly.is_empty() {
        sqlx::query("UPDATE datastreams SET derived = true WHERE id = ANY($1)")
            .bind(newly)
            .execute(&mut *connection)
            .await?;
    }
    let derived: Vec<DerivedRow> = batch.derived.values().copied().collect();
    for rows in derived.chunks(rows_max) {
        sqlx::query(
            "INSERT INTO derived AS v (datastream, time, revision, value, zero_sign, received_at)
                SELECT * FROM UNNEST($1::bigint[], $2::timestamptz[], $3::bigint[], $4::float8[], $5::bigint[], $6::timestamptz[])
                ON CONFLICT (datastream, time) DO UPDATE SET
                    revision = excluded.revision, value = excluded.value, zero_sign = excluded.zero_sign,
                    received_at = excluded.received_at
                    WHERE excluded.revision >= v.revision",
        )
        .bind(column(rows, |row| row.datastream))
        .bind(column(rows, |row| Time(row.time)))
        .bind(column(rows, |row| i64::from(row.revision)))
        .bind(column(rows, |row| row.value))
        .bind(column(rows, DerivedRow::zero_sign))
        .bind(column(rows, |row| Time(row.received_at)))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn insert_events(
    connection: &mut PgConnection,
    rows: &[EventRow],
) -> Result<u64, sqlx::Error> {
    let measured: Vec<String> = texts(rows.iter().map(EventRow::measured))?;
    let taken = sqlx::query(
        "INSERT INTO events (thing, phenomenon_time, kind, key, source, position, received_at, part, measured)
            SELECT * FROM UNNEST($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
                $7::timestamptz[], $8::text[], $9::text[])
            ON CONFLICT DO NOTHING",
    )
    .bind(column(rows, |row| row.thing))
    .bind(column(rows, |row| Time(row.event.phenomenon_time)))
    .bind(column(rows, |row| row.event.kind.as_str()))
    .bind(column(rows, EventRow::key))
    .bind(column(rows, |row| row.source))
    .bind(column(rows, |row| row.position))
    .bind(column(rows, |row| Time(row.received_at)))
    .bind(column(rows, EventRow::part))
    .bind(measured)
    .execute(connection)
    .await?;
    Ok(taken.rows_affected())
}

/// Deletes at most so many events of the days before this one; says how many.
pub(super) async fn prune(
    connection: &mut PgConnection,
    first_kept: Day,
    rows_max: usize,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query(
        "DELETE FROM events WHERE ctid = ANY(ARRAY(SELECT ctid FROM events WHERE phenomenon_time < $1 LIMIT $2))",
    )
    .bind(Time(first_kept.start()))
    .bind(rows_max as i64)
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}

pub(super) async fn events(
    connection: &mut PgConnection,
    query: &EventQuery,
) -> Result<Vec<StoredEvent>, StoreError> {
    let mut select = QueryBuilder::<Postgres>::new(
        "SELECT e.position, e.received_at, s.name, t.name, e.phenomenon_time, e.kind, e.key, e.part, e.measured
            FROM events e JOIN things t ON t.id = e.thing JOIN sources s ON s.id = e.source WHERE e.phenomenon_time >= ",
    );
    select.push_bind(Time(query.from));
    select
        .push(" AND e.phenomenon_time < ")
        .push_bind(Time(query.to));
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
            .push_bind(Time(at))
            .push(", ")
            .push_bind(i64::try_from(position.0).unwrap_or(i64::MAX))
            .push(")");
    }
    select
        .push(" ORDER BY e.phenomenon_time, e.position LIMIT ")
        .push_bind(rows_max(query.limit));
    let rows: Vec<EventCells> = select
        .build_query_as()
        .fetch_all(connection)
        .await
        .doing(READ)?;
    rows.into_iter().map(event).collect()
}

/// The derived values of a datastream.
pub(super) async fn derived(
    connection: &mut PgConnection,
    query: &ObservationQuery,
) -> Result<Vec<DerivedCells>, sqlx::Error> {
    sqlx::query_as(
        "SELECT time, received_at, value, zero_sign::bigint FROM derived
            WHERE datastream = (SELECT d.id FROM things t JOIN datastreams d ON d.thing = t.id
                    WHERE t.name = $1 AND d.property = $2 AND d.derived)
                AND time >= $3 AND time < $4 AND value IS NOT NULL
            ORDER BY time LIMIT $5",
    )
    .bind(query.datastream.thing.as_str())
    .bind(query.datastream.property.as_str())
    .bind(Time(query.from))
    .bind(Time(query.to))
    .bind(rows_max(query.limit))
    .fetch_all(connection)
    .await
}

/// The last derived value of each of these datastreams that has any.
pub(super) async fn latest(
    connection: &mut PgConnection,
    datastreams: &[DatastreamId],
) -> Result<Vec<DerivedLatestCells>, sqlx::Error> {
    let names = |name: fn(&DatastreamId) -> &str| datastreams.iter().map(name).collect::<Vec<_>>();
    sqlx::query_as(
        "SELECT a.place - 1, v.time, v.received_at, v.value, v.zero_sign::bigint
            FROM UNNEST($1::text[], $2::text[]) WITH ORDINALITY a (thing, property, place)
            JOIN things t ON t.name = a.thing
            JOIN datastreams d ON d.thing = t.id AND d.property = a.property AND d.derived
            CROSS JOIN LATERAL (SELECT * FROM derived WHERE datastream = d.id AND value IS NOT NULL
                ORDER BY time DESC LIMIT 1) v",
    )
    .bind(names(|id| id.thing.as_str()))
    .bind(names(|id| id.property.as_str()))
    .fetch_all(connection)
    .await
}
