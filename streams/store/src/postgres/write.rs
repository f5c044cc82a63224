//! The one who writes.
//!
//! A transaction takes whole records and moves the position with them. The memory leaves the writer while a transaction runs and comes
//! back when it is committed, so whatever fails or is cancelled in between, the next one reads the memory from the tables again.

use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use yiping_log::LogId;
use yiping_model::{Position, Record, Timestamp, Zone};

use super::connect::{Lease, Limits};
use super::layout::Layout;
use super::{WRITE, events, load, migrate, tables};
use crate::error::Doing;
use crate::rows::answer::{self, PointCells};
use crate::rows::{Batch, Day, Memory, Time, pack};
use crate::{Settings, StoreError, figures};

const PRUNE: &str = "prune";
/// Who asks while a table waits to be dropped waits behind it, so it does not wait for long.
const PATIENCE: &str = "SET LOCAL lock_timeout = '1s'";

/// The writer.
#[derive(Debug)]
pub(super) struct Writer {
    pool: PgPool,
    limits: Limits,
    settings: Settings,
    zone: Zone,
    /// `None` before it was told.
    log: Option<LogId>,
    /// How the tables are made; `None` before the database was first reached.
    layout: Option<Layout>,
    memory: Option<Memory>,
}

impl Writer {
    pub(super) fn new(pool: PgPool, settings: &Settings, zone: &Zone) -> Self {
        Self {
            pool,
            limits: Limits::of(&settings.postgres),
            settings: settings.clone(),
            zone: zone.clone(),
            log: None,
            layout: None,
            memory: None,
        }
    }

    /// Says of which log the next records are; the last one that is here.
    pub(super) async fn fill_from(&mut self, log: LogId) -> Result<Position, StoreError> {
        self.log = Some(log);
        self.position().await
    }

    /// Takes the records that follow the position.
    pub(super) async fn apply(&mut self, records: &[Record]) -> Result<(), StoreError> {
        let (mut lease, layout, mut memory) = self.begin().await?;
        let known = records.partition_point(|record| record.position <= memory.position);
        let Some(last) = records[known..].last() else {
            return self.end(lease, memory, Ok(()));
        };
        let batch = Batch::gather(&records[known..], &mut memory, self.settings.lateness());
        let commit = commit(
            lease.connection(),
            batch,
            last.position,
            &mut memory,
            layout,
            &self.settings,
        );
        let outcome = self.limits.in_time(WRITE, commit).await;
        self.end(lease, memory, outcome)
    }

    /// The last record in the tables.
    pub(super) async fn position(&mut self) -> Result<Position, StoreError> {
        let (lease, _, memory) = self.begin().await?;
        let position = memory.position;
        self.end(lease, memory, Ok(position))
    }

    /// One step of dropping whole parts before this time; true when nothing is left.
    pub(super) async fn prune(&mut self, before: Timestamp) -> Result<bool, StoreError> {
        let (mut lease, layout, mut memory) = self.begin().await?;
        let rows_max = self.settings.postgres.statement_rows_max.max(1);
        let prune = prune(lease.connection(), before, &mut memory, layout, rows_max);
        let outcome = self.limits.in_time(PRUNE, prune).await;
        self.end(lease, memory, outcome)
    }

    /// Packs days that are over, and brings the hours and days of TimescaleDB up to date.
    pub(super) async fn refresh(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let (mut lease, layout, mut memory) = self.begin().await?;
        let refresh = refresh(lease.connection(), now, &mut memory, layout);
        let outcome = self.limits.in_time("refresh", refresh).await;
        self.end(lease, memory, outcome)
    }

    async fn begin(&mut self) -> Result<(Lease, Layout, Memory), StoreError> {
        let mut lease = self.limits.lease(&self.pool, WRITE).await?;
        let (layout, memory) = (self.layout, self.memory.take());
        let open = open(
            lease.connection(),
            layout,
            memory,
            &self.settings,
            &self.zone,
        );
        let (layout, mut memory) = self.limits.in_time("open", open).await?;
        self.layout = Some(layout);
        memory.follow(self.log)?;
        Ok((lease, layout, memory))
    }

    /// The memory stays only if all went well.
    fn end<T>(
        &mut self,
        lease: Lease,
        memory: Memory,
        outcome: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.memory = outcome.is_ok().then_some(memory);
        lease.back(outcome)
    }
}

async fn open(
    connection: &mut PgConnection,
    layout: Option<Layout>,
    memory: Option<Memory>,
    settings: &Settings,
    zone: &Zone,
) -> Result<(Layout, Memory), StoreError> {
    let layout = match layout {
        Some(layout) => layout,
        None => migrate::migrate(connection, &settings.postgres, zone).await?,
    };
    let memory = match memory {
        Some(memory) => memory,
        None => load::memory(connection, layout).await?,
    };
    Ok((layout, memory))
}

async fn commit(
    connection: &mut PgConnection,
    mut batch: Batch,
    position: Position,
    memory: &mut Memory,
    layout: Layout,
    settings: &Settings,
) -> Result<(), StoreError> {
    let mut transaction = connection.begin().await.doing(WRITE)?;
    move_position(&mut transaction, memory, position).await?;
    tables::write(&mut transaction, &mut batch, memory, layout, settings)
        .await
        .doing(WRITE)?;
    transaction.commit().await.doing(WRITE)?;
    memory.position = position;
    Ok(())
}

async fn move_position(
    connection: &mut PgConnection,
    memory: &Memory,
    to: Position,
) -> Result<(), StoreError> {
    let moved = sqlx::query(
        "UPDATE progress SET position = $1, log = COALESCE($3, log) WHERE position = $2 AND COALESCE(log = $3, true)",
    )
    .bind(to.0 as i64)
    .bind(memory.position.0 as i64)
    .bind(memory.log.as_deref())
    .execute(&mut *connection)
    .await
    .doing(WRITE)?;
    if moved.rows_affected() == 1 {
        return Ok(());
    }
    let found = sqlx::query_scalar("SELECT log FROM progress")
        .fetch_one(connection)
        .await
        .doing(WRITE)?;
    Err(memory.displaced(found))
}

/// Deletes so many rows and, when those are all gone, drops a part.
async fn prune(
    connection: &mut PgConnection,
    before: Timestamp,
    memory: &mut Memory,
    layout: Layout,
    rows_max: usize,
) -> Result<bool, StoreError> {
    let first_kept = Day::of(before).first_of_part(layout.partition_days);
    memory.forget_before(first_kept);
    let unpacked = sqlx::query("DELETE FROM unpacked WHERE day < $1").bind(first_kept.number());
    unpacked.execute(&mut *connection).await.doing(PRUNE)?;
    let packs =
        "DELETE FROM packs WHERE ctid = ANY(ARRAY(SELECT ctid FROM packs WHERE day < $1 LIMIT $2))";
    let deleted = sqlx::query(packs)
        .bind(first_kept.number())
        .bind(rows_max as i64)
        .execute(&mut *connection)
        .await
        .doing(PRUNE)?;
    let mut left = deleted.rows_affected() >= rows_max as u64;
    if !layout.timescale {
        let deleted = events::prune(connection, first_kept, rows_max).await;
        left |= deleted.doing(PRUNE)? >= rows_max as u64;
    }
    if left {
        return Ok(false);
    }
    if layout.timescale {
        for table in ["events", "observations"] {
            drop_chunks(connection, table, first_kept)
                .await
                .doing(PRUNE)?;
        }
        return Ok(true);
    }
    let is_old = |part: &Day| *part < first_kept;
    let Some(part) = memory.parts.first().copied().filter(is_old) else {
        return Ok(true);
    };
    drop_part(connection, part).await.doing(PRUNE)?;
    memory.parts.remove(&part);
    Ok(!memory.parts.first().is_some_and(is_old))
}

async fn drop_part(connection: &mut PgConnection, part: Day) -> Result<(), sqlx::Error> {
    let table = tables::part_of(part);
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(PATIENCE).execute(&mut *transaction).await?;
    sqlx::raw_sql(AssertSqlSafe(format!("DROP TABLE {table}")))
        .execute(&mut *transaction)
        .await?;
    sqlx::query("DELETE FROM parts WHERE first_day = $1")
        .bind(part.number())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    figures::dropped_day();
    tracing::info!(table, "observations fell out of retention");
    Ok(())
}

async fn drop_chunks(
    connection: &mut PgConnection,
    table: &str,
    first_kept: Day,
) -> Result<(), sqlx::Error> {
    // The day is written out, because TimescaleDB takes no other kind of argument for it.
    let drop = format!(
        "SELECT drop_chunks('{table}', older_than => TIMESTAMPTZ '{}')",
        first_kept.start()
    );
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(PATIENCE).execute(&mut *transaction).await?;
    let dropped = sqlx::raw_sql(AssertSqlSafe(drop))
        .fetch_all(&mut *transaction)
        .await?;
    transaction.commit().await?;
    if table == "observations" {
        for _chunk in dropped {
            figures::dropped_day();
        }
    }
    Ok(())
}

async fn refresh(
    connection: &mut PgConnection,
    now: Timestamp,
    memory: &mut Memory,
    layout: Layout,
) -> Result<(), StoreError> {
    let settled = memory.settled(now);
    if !settled.is_empty() {
        let mut transaction = connection.begin().await.doing("pack")?;
        for &(day, datastream) in &settled {
            pack(&mut transaction, day, datastream)
                .await
                .doing("pack")?;
            memory.unpacked.remove(&(day, datastream));
        }
        transaction.commit().await.doing("pack")?;
    }
    let views: &[&str] = if layout.timescale {
        &["hours", "days"]
    } else {
        &[]
    };
    for view in views {
        // Only what is over is worked out beforehand: of the hour that goes on, what comes after this would not be seen until the next.
        let call =
            format!("CALL refresh_continuous_aggregate('{view}', NULL, TIMESTAMPTZ '{now}')");
        sqlx::raw_sql(AssertSqlSafe(call))
            .execute(&mut *connection)
            .await
            .doing("refresh")?;
    }
    Ok(())
}

async fn pack(connection: &mut PgConnection, day: Day, datastream: i64) -> Result<(), sqlx::Error> {
    let rows: Vec<PointCells> = sqlx::query_as(
        "SELECT phenomenon_time, value, zero_sign::bigint FROM observations o
            WHERE datastream = $1 AND phenomenon_time >= $2 AND phenomenon_time < $3
            ORDER BY phenomenon_time, value, o.zero_sign, o.source",
    )
    .bind(datastream as i32)
    .bind(Time(day.start()))
    .bind(Time(day.start_after(1)))
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO packs (datastream, day, points) VALUES ($1, $2, $3)")
        .bind(datastream as i32)
        .bind(day.number())
        .bind(pack::pack(rows.into_iter().map(answer::point)))
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM unpacked WHERE day = $1 AND datastream = $2")
        .bind(day.number())
        .bind(datastream as i32)
        .execute(connection)
        .await?;
    Ok(())
}
