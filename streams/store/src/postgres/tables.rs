//! The rows of a batch, table by table, within the writer's transaction: a few statements of many rows each, given as one array a column.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgConnection};
use yiping_model::AlarmId;

use super::events;
use super::layout::Layout;
use crate::Settings;
use crate::rows::{Batch, Day, Memory, ObservationRow, Time, names};

/// Writes all of them; what others refer to comes first.
pub(super) async fn write(
    connection: &mut PgConnection,
    batch: &mut Batch,
    memory: &mut Memory,
    layout: Layout,
    settings: &Settings,
) -> Result<(), sqlx::Error> {
    let rows_max = settings.postgres.statement_rows_max.max(1);
    registry(connection, memory, rows_max).await?;
    parts(connection, batch, memory, layout).await?;
    packs(connection, batch, memory, rows_max).await?;
    observations(connection, batch, rows_max).await?;
    latest(connection, batch, rows_max).await?;
    events::write(connection, batch, memory, rows_max).await?;
    figures(connection, batch, rows_max).await?;
    rejects(connection, batch, memory, settings).await?;
    windows(connection, batch, memory, rows_max).await?;
    indices(connection, batch, rows_max).await?;
    alarms(connection, batch, memory, rows_max).await
}

/// The table of a part: `observations_20260226`, by its first day.
pub(super) fn part_of(first: Day) -> String {
    format!("observations_{}", first.name())
}

pub(super) fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

async fn registry(
    connection: &mut PgConnection,
    memory: &mut Memory,
    rows_max: usize,
) -> Result<(), sqlx::Error> {
    let changes = memory.registry.take_changes();
    let things: Vec<_> = changes.things.into_iter().collect();
    for rows in things.chunks(rows_max) {
        sqlx::query(
            "INSERT INTO things (id, name, latest)
                SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::timestamptz[])
                ON CONFLICT (id) DO UPDATE SET latest = excluded.latest",
        )
        .bind(column(rows, |(id, _)| *id))
        .bind(column(rows, |(_, (name, _))| name.as_str()))
        .bind(column(rows, |(_, (_, latest))| latest.map(Time)))
        .execute(&mut *connection)
        .await?;
    }
    for rows in changes.datastreams.chunks(rows_max) {
        sqlx::query(
            "INSERT INTO datastreams (id, thing, property)
                SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::text[])",
        )
        .bind(column(rows, |row| row.0))
        .bind(column(rows, |row| row.1))
        .bind(column(rows, |row| row.2.as_str()))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Makes the parts that the observations need. A part is made beside the table and then attached, so that no reader is locked out.
async fn parts(
    connection: &mut PgConnection,
    batch: &Batch,
    memory: &mut Memory,
    layout: Layout,
) -> Result<(), sqlx::Error> {
    if layout.timescale {
        return Ok(());
    }
    let days = layout.partition_days;
    let needed: BTreeSet<Day> = batch
        .observations
        .keys()
        .map(|group| group.day.first_of_part(days))
        .collect();
    for first in needed {
        if !memory.parts.insert(first) {
            continue;
        }
        let (table, from, to) = (part_of(first), first.start(), first.start_after(days));
        let make = format!(
            "CREATE TABLE {table} (LIKE observations INCLUDING DEFAULTS);
            ALTER TABLE observations ATTACH PARTITION {table} FOR VALUES FROM ('{from}') TO ('{to}')"
        );
        sqlx::raw_sql(AssertSqlSafe(make))
            .execute(&mut *connection)
            .await?;
        sqlx::query("INSERT INTO parts (first_day) VALUES ($1)")
            .bind(first.number())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// A day that gets observations loses its packs.
async fn packs(
    connection: &mut PgConnection,
    batch: &Batch,
    memory: &mut Memory,
    rows_max: usize,
) -> Result<(), sqlx::Error> {
    for rows in memory.touch(batch).chunks(rows_max) {
        let (days, datastreams) = (column(rows, |row| row.0), column(rows, |row| row.1));
        for statement in [
            "DELETE FROM packs USING UNNEST($1::bigint[], $2::bigint[]) AS touched (day, datastream)
                WHERE packs.datastream = touched.datastream AND packs.day = touched.day",
            "INSERT INTO unpacked (day, datastream) SELECT * FROM UNNEST($1::bigint[], $2::bigint[])",
        ] {
            sqlx::query(statement)
                .bind(&days)
                .bind(&datastreams)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

async fn observations(
    connection: &mut PgConnection,
    batch: &mut Batch,
    rows_max: usize,
) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO observations (datastream, source, phenomenon_time, received_at, value, zero_sign, quality)
        SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::float8[], $6::bigint[], $7::bigint[])
        ON CONFLICT DO NOTHING";
    for (group, mut rows) in std::mem::take(&mut batch.observations) {
        // Neighbours in the index go in together. The sort is stable: the first arrival stays first.
        rows.sort_by_key(|row| (row.datastream, row.phenomenon_time));
        for rows in rows.chunks(rows_max) {
            let taken = insert_observations(connection, insert, rows).await?;
            batch.accept(group, taken);
        }
    }
    Ok(())
}

async fn latest(
    connection: &mut PgConnection,
    batch: &Batch,
    rows_max: usize,
) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO latest (datastream, source, phenomenon_time, received_at, value, zero_sign, quality)
        SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::float8[], $6::bigint[], $7::bigint[])
        ON CONFLICT (datastream) DO UPDATE SET
            source = excluded.source, phenomenon_time = excluded.phenomenon_time, received_at = excluded.received_at,
            value = excluded.value, zero_sign = excluded.zero_sign, quality = excluded.quality
            WHERE (excluded.phenomenon_time, excluded.value, excluded.zero_sign, excluded.source)
                > (latest.phenomenon_time, latest.value, latest.zero_sign, latest.source)";
    let rows: Vec<ObservationRow> = batch.latest.values().copied().collect();
    for rows in rows.chunks(rows_max) {
        insert_observations(connection, insert, rows).await?;
    }
    Ok(())
}

async fn insert_observations(
    connection: &mut PgConnection,
    insert: &'static str,
    rows: &[ObservationRow],
) -> Result<u64, sqlx::Error> {
    let taken = sqlx::query(insert)
        .bind(column(rows, |row| row.datastream))
        .bind(column(rows, |row| row.source))
        .bind(column(rows, |row| Time(row.phenomenon_time)))
        .bind(column(rows, |row| Time(row.received_at)))
        .bind(column(rows, |row| row.value))
        .bind(column(rows, |row| row.zero_sign))
        .bind(column(rows, |row| row.quality))
        .execute(connection)
        .await?;
    Ok(taken.rows_affected())
}

async fn figures(
    connection: &mut PgConnection,
    batch: &Batch,
    rows_max: usize,
) -> Result<(), sqlx::Error> {
    let figures: Vec<_> = batch.figures.iter().collect();
    for rows in figures.chunks(rows_max) {
        sqlx::query(
            "INSERT INTO sources AS s (id, name, accepted, duplicate, quarantined, rejected, late, last_received_at)
                SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::timestamptz[])
                ON CONFLICT (id) DO UPDATE SET
                    accepted = s.accepted + excluded.accepted,
                    duplicate = s.duplicate + excluded.duplicate,
                    quarantined = s.quarantined + excluded.quarantined,
                    rejected = s.rejected + excluded.rejected,
                    late = s.late + excluded.late,
                    last_received_at = excluded.last_received_at",
        )
        .bind(column(rows, |(id, _)| **id))
        .bind(column(rows, |(_, figures)| figures.name.as_str()))
        .bind(column(rows, |(_, figures)| figures.accepted as i64))
        .bind(column(rows, |(_, figures)| figures.duplicate() as i64))
        .bind(column(rows, |(_, figures)| figures.quarantined as i64))
        .bind(column(rows, |(_, figures)| figures.rejected as i64))
        .bind(column(rows, |(_, figures)| figures.late as i64))
        .bind(column(rows, |(_, figures)| Time(figures.last_received_at)))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn rejects(
    connection: &mut PgConnection,
    batch: &Batch,
    memory: &mut Memory,
    settings: &Settings,
) -> Result<(), sqlx::Error> {
    // A letter is long, compared with other rows.
    for rows in batch
        .rejects
        .chunks(settings.postgres.statement_rows_max.div_ceil(16))
    {
        let texts: Vec<String> = texts(rows.iter().map(|row| names::text(&row.reject)))?;
        sqlx::query(
            "INSERT INTO rejects (position, received_at, source, reason, reject)
                SELECT * FROM UNNEST($1::bigint[], $2::timestamptz[], $3::bigint[], $4::text[], $5::text[])",
        )
        .bind(column(rows, |row| row.position.0 as i64))
        .bind(column(rows, |row| Time(row.received_at)))
        .bind(column(rows, |row| row.source))
        .bind(column(rows, |row| row.reject.reason.name()))
        .bind(texts)
        .execute(&mut *connection)
        .await?;
    }
    let surplus = memory.surplus_rejects(batch.rejects.len() as u64, settings.rejects_kept_max);
    if surplus > 0 {
        sqlx::query(
            "DELETE FROM rejects WHERE position IN
                (SELECT position FROM rejects ORDER BY position LIMIT $1)",
        )
        .bind(surplus as i64)
        .execute(connection)
        .await?;
    }
    Ok(())
}

async fn windows(
    connection: &mut PgConnection,
    batch: &Batch,
    memory: &mut Memory,
    rows_max: usize,
) -> Result<(), sqlx::Error> {
    for &(_, length_secs, hop_secs, _) in batch.windows.keys() {
        if memory.shapes.insert((length_secs, hop_secs)) {
            sqlx::query("INSERT INTO window_shapes VALUES ($1, $2)")
                .bind(i64::from(length_secs))
                .bind(i64::from(hop_secs))
                .execute(&mut *connection)
                .await?;
        }
    }
    let windows: Vec<_> = batch.windows.values().collect();
    // A window has twice as many columns as an observation.
    for rows in windows.chunks(rows_max.div_ceil(2)) {
        let quantiles: Vec<Option<String>> = texts(rows.iter().map(|row| row.quantiles()))?;
        let before: Vec<Option<String>> = texts(rows.iter().map(|row| row.before()))?;
        sqlx::query(
            "INSERT INTO windows AS w (datastream, length_secs, hop_secs, start, revision, stage, count, expected,
                    mean, min, max, last, std_dev, quantiles, before)
                SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::bigint[], $6::bigint[],
                    $7::bigint[], $8::bigint[], $9::float8[], $10::float8[], $11::float8[], $12::float8[], $13::float8[],
                    $14::text[], $15::text[])
                ON CONFLICT (datastream, length_secs, hop_secs, start) DO UPDATE SET
                    revision = excluded.revision, stage = excluded.stage, count = excluded.count,
                    expected = excluded.expected, mean = excluded.mean, min = excluded.min, max = excluded.max,
                    last = excluded.last, std_dev = excluded.std_dev, quantiles = excluded.quantiles, before = excluded.before
                    WHERE (excluded.revision, excluded.stage) >= (w.revision, w.stage)",
        )
        .bind(column(rows, |row| row.datastream))
        .bind(column(rows, |row| i64::from(row.result.length.secs())))
        .bind(column(rows, |row| i64::from(row.hop_secs)))
        .bind(column(rows, |row| Time(row.result.start)))
        .bind(column(rows, |row| i64::from(row.result.revision)))
        .bind(column(rows, |row| names::stage(row.result.stage)))
        .bind(column(rows, |row| i64::from(row.result.count)))
        .bind(column(rows, |row| i64::from(row.result.expected)))
        .bind(column(rows, |row| row.result.mean))
        .bind(column(rows, |row| row.result.min))
        .bind(column(rows, |row| row.result.max))
        .bind(column(rows, |row| row.result.last))
        .bind(column(rows, |row| row.result.std_dev))
        .bind(quantiles)
        .bind(before)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn indices(
    connection: &mut PgConnection,
    batch: &Batch,
    rows_max: usize,
) -> Result<(), sqlx::Error> {
    let indices: Vec<_> = batch.indices.values().collect();
    for rows in indices.chunks(rows_max.div_ceil(16)) {
        let texts: Vec<String> = texts(rows.iter().map(|row| names::text(&row.result)))?;
        sqlx::query(
            "INSERT INTO indices AS i (thing, kind, start, revision, result)
                SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[], $5::text[])
                ON CONFLICT (thing, kind, start) DO UPDATE SET revision = excluded.revision, result = excluded.result
                    WHERE excluded.revision >= i.revision",
        )
        .bind(column(rows, |row| row.thing))
        .bind(column(rows, |row| names::kind(row.result.kind)))
        .bind(column(rows, |row| Time(row.result.start)))
        .bind(column(rows, |row| i64::from(row.result.revision)))
        .bind(texts)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn alarms(
    connection: &mut PgConnection,
    batch: &Batch,
    memory: &mut Memory,
    rows_max: usize,
) -> Result<(), sqlx::Error> {
    if batch.alarms.is_empty() {
        return Ok(());
    }
    let alarms: Vec<_> = batch.alarms.values().collect();
    for rows in alarms.chunks(rows_max.div_ceil(16)) {
        let texts: Vec<String> = texts(rows.iter().map(names::text))?;
        sqlx::query(
            "INSERT INTO alarms (id, raised_at, state, position, alarm, remembered)
                SELECT *, true FROM UNNEST($1::text[], $2::timestamptz[], $3::text[], $4::bigint[], $5::text[])
                ON CONFLICT (id) DO UPDATE SET
                    raised_at = excluded.raised_at, state = excluded.state, position = excluded.position,
                    alarm = excluded.alarm, remembered = true",
        )
        .bind(column(rows, |alarm| alarm.event.alarm.as_str()))
        .bind(column(rows, |alarm| Time(alarm.raised_at)))
        .bind(column(rows, |alarm| names::state(alarm.state())))
        .bind(column(rows, |alarm| alarm.position.0 as i64))
        .bind(texts)
        .execute(&mut *connection)
        .await?;
    }
    memory.remembered.extend(batch.alarms.keys().cloned());
    let forgotten = memory.take_forgotten();
    if !forgotten.is_empty() {
        sqlx::query("UPDATE alarms SET remembered = false WHERE id = ANY($1)")
            .bind(column(&forgotten, AlarmId::as_str))
            .execute(connection)
            .await?;
    }
    Ok(())
}

pub(super) fn texts<T>(
    texts: impl Iterator<Item = Result<T, serde_json::Error>>,
) -> Result<Vec<T>, sqlx::Error> {
    texts
        .collect::<Result<_, _>>()
        .map_err(|error| sqlx::Error::Encode(error.into()))
}
