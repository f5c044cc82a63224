//! The rows of a batch, table by table, within the writer's transaction.

use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection};
use yiping_model::Timestamp;

use super::bulk::{Shape, insert};
use super::events;
use super::table_of;
use crate::Settings;
use crate::rows::{Batch, Day, Memory, ObservationRow, names};

/// Writes all of them; what others refer to comes first.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    batch: &mut Batch,
    memory: &mut Memory,
    settings: &Settings,
) -> Result<(), sqlx::Error> {
    registry(connection, memory).await?;
    packs(connection, batch, memory).await?;
    observations(connection, batch, memory).await?;
    latest(connection, batch).await?;
    events::write(connection, batch, memory).await?;
    figures(connection, batch).await?;
    rejects(connection, batch, memory, settings).await?;
    windows(connection, batch, memory).await?;
    indices(connection, batch).await?;
    alarms(connection, batch, memory).await
}

async fn registry(
    connection: &mut SqliteConnection,
    memory: &mut Memory,
) -> Result<(), sqlx::Error> {
    let changes = memory.registry.take_changes();
    let things: Vec<_> = changes.things.into_iter().collect();
    let shape = Shape {
        head: "INSERT INTO things (id, name, latest) VALUES",
        columns: 3,
        tail: "ON CONFLICT (id) DO UPDATE SET latest = excluded.latest",
    };
    insert(connection, &shape, &things, |(id, (name, latest)), row| {
        row.add(*id)?;
        row.add(name.as_str())?;
        row.add(latest.map(Timestamp::as_micros))
    })
    .await?;
    let shape = Shape {
        head: "INSERT INTO datastreams (id, thing, property) VALUES",
        columns: 3,
        tail: "",
    };
    insert(
        connection,
        &shape,
        &changes.datastreams,
        |datastream, row| {
            let (id, thing, property) = datastream;
            row.add(*id)?;
            row.add(*thing)?;
            row.add(property.as_str())
        },
    )
    .await?;
    Ok(())
}

/// A day that gets observations loses its packs.
async fn packs(
    connection: &mut SqliteConnection,
    batch: &Batch,
    memory: &mut Memory,
) -> Result<(), sqlx::Error> {
    let touched = memory.touch(batch);
    for (day, datastream) in &touched {
        sqlx::query("DELETE FROM packs WHERE datastream = ? AND day = ?")
            .bind(datastream)
            .bind(day)
            .execute(&mut *connection)
            .await?;
    }
    let shape = Shape {
        head: "INSERT INTO unpacked (day, datastream) VALUES",
        columns: 2,
        tail: "",
    };
    insert(connection, &shape, &touched, |(day, datastream), row| {
        row.add(*day)?;
        row.add(*datastream)
    })
    .await?;
    Ok(())
}

async fn observations(
    connection: &mut SqliteConnection,
    batch: &mut Batch,
    memory: &mut Memory,
) -> Result<(), sqlx::Error> {
    for (group, mut rows) in std::mem::take(&mut batch.observations) {
        if memory.parts.insert(group.day) {
            make_day(connection, group.day).await?;
        }
        // Neighbours in the table go in together, so that each page is touched once. The sort is stable: the first arrival stays first.
        rows.sort_by_key(|row| (row.datastream, row.phenomenon_time));
        let head = format!("INSERT INTO {} VALUES", table_of(group.day));
        let shape = Shape {
            head: &head,
            columns: 7,
            tail: "ON CONFLICT DO NOTHING",
        };
        let taken = insert(connection, &shape, &rows, observation).await?;
        batch.accept(group, taken);
    }
    Ok(())
}

fn observation(observation: &ObservationRow, row: &mut SqliteArguments) -> Result<(), BoxDynError> {
    row.add(observation.datastream)?;
    row.add(observation.phenomenon_time.as_micros())?;
    row.add(observation.value)?;
    row.add(observation.zero_sign)?;
    row.add(observation.source)?;
    row.add(observation.received_at.as_micros())?;
    row.add(observation.quality)
}

async fn latest(connection: &mut SqliteConnection, batch: &Batch) -> Result<(), sqlx::Error> {
    let rows: Vec<ObservationRow> = batch.latest.values().copied().collect();
    let shape = Shape {
        head: "INSERT INTO latest (datastream, phenomenon_time, value, zero_sign, source, received_at, quality) VALUES",
        columns: 7,
        tail: "ON CONFLICT (datastream) DO UPDATE SET
            phenomenon_time = excluded.phenomenon_time, value = excluded.value, zero_sign = excluded.zero_sign,
            source = excluded.source, received_at = excluded.received_at, quality = excluded.quality
            WHERE (excluded.phenomenon_time, excluded.value, excluded.zero_sign, excluded.source)
                > (phenomenon_time, value, zero_sign, source)",
    };
    insert(connection, &shape, &rows, observation).await?;
    Ok(())
}

/// The key is the identity of an observation. SQLite takes -0.0 and 0.0 for equal, so `zero_sign` tells them apart.
async fn make_day(connection: &mut SqliteConnection, day: Day) -> Result<(), sqlx::Error> {
    let make = format!(
        "CREATE TABLE {} (
            datastream INTEGER NOT NULL,
            phenomenon_time INTEGER NOT NULL,
            value REAL NOT NULL,
            zero_sign INTEGER NOT NULL,
            source INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            quality INTEGER NOT NULL,
            PRIMARY KEY (datastream, phenomenon_time, value, zero_sign, source)
        ) STRICT, WITHOUT ROWID",
        table_of(day)
    );
    sqlx::raw_sql(AssertSqlSafe(make))
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO days (day) VALUES (?)")
        .bind(day.number())
        .execute(connection)
        .await?;
    Ok(())
}

async fn figures(connection: &mut SqliteConnection, batch: &Batch) -> Result<(), sqlx::Error> {
    let figures: Vec<_> = batch.figures.iter().collect();
    let shape = Shape {
        head: "INSERT INTO sources (id, name, accepted, duplicate, quarantined, rejected, late, last_received_at) VALUES",
        columns: 8,
        tail: "ON CONFLICT (id) DO UPDATE SET
            accepted = accepted + excluded.accepted,
            duplicate = duplicate + excluded.duplicate,
            quarantined = quarantined + excluded.quarantined,
            rejected = rejected + excluded.rejected,
            late = late + excluded.late,
            last_received_at = excluded.last_received_at",
    };
    insert(connection, &shape, &figures, |(id, figures), row| {
        row.add(**id)?;
        row.add(figures.name.as_str())?;
        row.add(figures.accepted as i64)?;
        row.add(figures.duplicate() as i64)?;
        row.add(figures.quarantined as i64)?;
        row.add(figures.rejected as i64)?;
        row.add(figures.late as i64)?;
        row.add(figures.last_received_at.as_micros())
    })
    .await?;
    Ok(())
}

async fn rejects(
    connection: &mut SqliteConnection,
    batch: &Batch,
    memory: &mut Memory,
    settings: &Settings,
) -> Result<(), sqlx::Error> {
    let shape = Shape {
        head: "INSERT INTO rejects (position, received_at, source, reason, reject) VALUES",
        columns: 5,
        tail: "",
    };
    let added = insert(connection, &shape, &batch.rejects, |letter, row| {
        row.add(letter.position.0 as i64)?;
        row.add(letter.received_at.as_micros())?;
        row.add(letter.source)?;
        row.add(letter.reject.reason.name())?;
        row.add(names::text(&letter.reject)?)
    })
    .await?;
    let surplus = memory.surplus_rejects(added, settings.rejects_kept_max);
    if surplus > 0 {
        sqlx::query(
            "DELETE FROM rejects WHERE position IN
                (SELECT position FROM rejects ORDER BY position LIMIT ?)",
        )
        .bind(surplus as i64)
        .execute(connection)
        .await?;
    }
    Ok(())
}

async fn windows(
    connection: &mut SqliteConnection,
    batch: &Batch,
    memory: &mut Memory,
) -> Result<(), sqlx::Error> {
    for &(_, length_secs, hop_secs, _) in batch.windows.keys() {
        if memory.shapes.insert((length_secs, hop_secs)) {
            sqlx::query("INSERT INTO window_shapes (length_secs, hop_secs) VALUES (?, ?)")
                .bind(length_secs)
                .bind(hop_secs)
                .execute(&mut *connection)
                .await?;
        }
    }
    let shape = Shape {
        head: "INSERT INTO windows (datastream, length_secs, hop_secs, start, revision, stage, count, expected,
            mean, min, max, last, std_dev, quantiles, before) VALUES",
        columns: 15,
        tail: "ON CONFLICT (datastream, length_secs, hop_secs, start) DO UPDATE SET
            revision = excluded.revision, stage = excluded.stage, count = excluded.count, expected = excluded.expected,
            mean = excluded.mean, min = excluded.min, max = excluded.max, last = excluded.last, std_dev = excluded.std_dev,
            quantiles = excluded.quantiles, before = excluded.before
            WHERE (excluded.revision, excluded.stage) >= (revision, stage)",
    };
    let windows: Vec<_> = batch.windows.values().collect();
    insert(connection, &shape, &windows, |window, row| {
        let result = &window.result;
        row.add(window.datastream)?;
        row.add(result.length.secs())?;
        row.add(window.hop_secs)?;
        row.add(result.start.as_micros())?;
        row.add(result.revision)?;
        row.add(names::stage(result.stage))?;
        row.add(result.count)?;
        row.add(result.expected)?;
        row.add(result.mean)?;
        row.add(result.min)?;
        row.add(result.max)?;
        row.add(result.last)?;
        row.add(result.std_dev)?;
        row.add(window.quantiles()?)?;
        row.add(window.before()?)
    })
    .await?;
    Ok(())
}

async fn indices(connection: &mut SqliteConnection, batch: &Batch) -> Result<(), sqlx::Error> {
    let shape = Shape {
        head: "INSERT INTO indices (thing, kind, start, revision, result) VALUES",
        columns: 5,
        tail: "ON CONFLICT (thing, kind, start) DO UPDATE SET revision = excluded.revision, result = excluded.result
            WHERE excluded.revision >= revision",
    };
    let indices: Vec<_> = batch.indices.values().collect();
    insert(connection, &shape, &indices, |index, row| {
        row.add(index.thing)?;
        row.add(names::kind(index.result.kind))?;
        row.add(index.result.start.as_micros())?;
        row.add(index.result.revision)?;
        row.add(names::text(&index.result)?)
    })
    .await?;
    Ok(())
}

async fn alarms(
    connection: &mut SqliteConnection,
    batch: &Batch,
    memory: &mut Memory,
) -> Result<(), sqlx::Error> {
    if batch.alarms.is_empty() {
        return Ok(());
    }
    let alarms: Vec<_> = batch.alarms.iter().collect();
    let shape = Shape {
        head: "INSERT INTO alarms (id, raised_at, state, position, remembered, alarm) VALUES",
        columns: 6,
        tail: "ON CONFLICT (id) DO UPDATE SET
            raised_at = excluded.raised_at, state = excluded.state, position = excluded.position,
            remembered = excluded.remembered, alarm = excluded.alarm",
    };
    insert(connection, &shape, &alarms, |(id, alarm), row| {
        row.add(id.as_str())?;
        row.add(alarm.raised_at.as_micros())?;
        row.add(names::state(alarm.state()))?;
        row.add(alarm.position.0 as i64)?;
        row.add(true)?;
        row.add(names::text(alarm)?)
    })
    .await?;
    memory.remembered.extend(batch.alarms.keys().cloned());
    for id in memory.take_forgotten() {
        sqlx::query("UPDATE alarms SET remembered = 0 WHERE id = ?")
            .bind(id.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
