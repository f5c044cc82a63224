//! The one connection that writes.
//!
//! A transaction takes whole records and moves the position with them. The memory leaves the writer while a transaction runs and comes
//! back when it is committed, so whatever fails or is cancelled in between, the next one reads the memory from the tables again.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use yiping_log::LogId;
use yiping_model::{Position, Record, Timestamp};

use super::{events, load, table_of, tables};
use crate::error::Doing;
use crate::rows::answer::{self, PointCells};
use crate::rows::{Batch, Day, Memory, pack};
use crate::{Settings, StoreError, figures};

const WRITE: &str = "write";
const BEGIN: &str = "BEGIN IMMEDIATE";

/// The writer.
#[derive(Debug)]
pub(super) struct Writer {
    connection: SqliteConnection,
    /// `None` before it was told.
    log: Option<LogId>,
    memory: Option<Memory>,
}

impl Writer {
    pub(super) const fn new(connection: SqliteConnection) -> Self {
        Self {
            connection,
            log: None,
            memory: None,
        }
    }

    /// Says of which log the next records are; the last one that is here.
    pub(super) async fn fill_from(&mut self, log: LogId) -> Result<Position, StoreError> {
        self.log = Some(log);
        let memory = self.take_memory().await?;
        let position = memory.position;
        self.memory = Some(memory);
        Ok(position)
    }

    /// Takes the records that follow the position.
    pub(super) async fn apply(
        &mut self,
        records: &[Record],
        settings: &Settings,
    ) -> Result<(), StoreError> {
        let mut memory = self.take_memory().await?;
        let known = records.partition_point(|record| record.position <= memory.position);
        let records = &records[known..];
        if let Some(last) = records.last() {
            let batch = Batch::gather(records, &mut memory, settings.lateness());
            self.commit(batch, last.position, &mut memory, settings)
                .await?;
        }
        self.memory = Some(memory);
        Ok(())
    }

    /// Deletes so many events of days before this time and, when those are all gone, drops the tables of a day; true when nothing is left.
    pub(super) async fn prune(
        &mut self,
        before: Timestamp,
        settings: &Settings,
    ) -> Result<bool, StoreError> {
        let mut memory = self.take_memory().await?;
        let done = self.prune_step(Day::of(before), &mut memory, settings);
        let done = done.await.doing("prune")?;
        self.memory = Some(memory);
        Ok(done)
    }

    async fn prune_step(
        &mut self,
        first_kept: Day,
        memory: &mut Memory,
        settings: &Settings,
    ) -> Result<bool, sqlx::Error> {
        let rows_max = settings.batch_records_max.max(1);
        if events::prune(&mut self.connection, first_kept, rows_max).await? >= rows_max as u64 {
            return Ok(false);
        }
        let is_old = |day: &Day| *day < first_kept;
        let Some(day) = memory.parts.first().copied().filter(is_old) else {
            return Ok(true);
        };
        let mut transaction = self.connection.begin_with(BEGIN).await?;
        for delete in [
            "DELETE FROM days WHERE day = ?",
            "DELETE FROM packs WHERE day = ?",
            "DELETE FROM unpacked WHERE day = ?",
        ] {
            sqlx::query(delete)
                .bind(day.number())
                .execute(&mut *transaction)
                .await?;
        }
        let table = table_of(day);
        sqlx::raw_sql(AssertSqlSafe(format!("DROP TABLE {table}")))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        memory.parts.remove(&day);
        memory.forget_before(Day::from_number(day.number() + 1));
        figures::dropped_day();
        tracing::info!(table, "observations fell out of retention");
        Ok(!memory.parts.first().is_some_and(is_old))
    }

    /// Packs days that are over, all in one transaction.
    pub(super) async fn refresh(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let mut memory = self.take_memory().await?;
        let settled = memory.settled(now);
        if !settled.is_empty() {
            let mut transaction = self.connection.begin_with(BEGIN).await.doing("pack")?;
            for &(day, datastream) in &settled {
                pack(&mut transaction, day, datastream)
                    .await
                    .doing("pack")?;
                memory.unpacked.remove(&(day, datastream));
            }
            transaction.commit().await.doing("pack")?;
        }
        self.memory = Some(memory);
        Ok(())
    }

    async fn take_memory(&mut self) -> Result<Memory, StoreError> {
        let mut memory = match self.memory.take() {
            Some(memory) => memory,
            None => load::memory(&mut self.connection).await?,
        };
        memory.follow(self.log)?;
        Ok(memory)
    }

    async fn commit(
        &mut self,
        mut batch: Batch,
        position: Position,
        memory: &mut Memory,
        settings: &Settings,
    ) -> Result<(), StoreError> {
        let mut transaction = self.connection.begin_with(BEGIN).await.doing(WRITE)?;
        move_position(&mut transaction, memory, position).await?;
        tables::write(&mut transaction, &mut batch, memory, settings)
            .await
            .doing(WRITE)?;
        transaction.commit().await.doing(WRITE)?;
        memory.position = position;
        Ok(())
    }
}

async fn pack(
    connection: &mut SqliteConnection,
    day: Day,
    datastream: i64,
) -> Result<(), sqlx::Error> {
    let select = format!(
        "SELECT phenomenon_time, value, zero_sign FROM {} WHERE datastream = ?
            ORDER BY phenomenon_time, value, zero_sign, source",
        table_of(day)
    );
    let rows: Vec<PointCells> = sqlx::query_as(AssertSqlSafe(select))
        .bind(datastream)
        .fetch_all(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO packs (datastream, day, points) VALUES (?, ?, ?)")
        .bind(datastream)
        .bind(day.number())
        .bind(pack::pack(rows.into_iter().map(answer::point)))
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM unpacked WHERE day = ? AND datastream = ?")
        .bind(day.number())
        .bind(datastream)
        .execute(connection)
        .await?;
    Ok(())
}

async fn move_position(
    connection: &mut SqliteConnection,
    memory: &Memory,
    to: Position,
) -> Result<(), StoreError> {
    let moved = sqlx::query(
        "UPDATE progress SET position = ?1, log = COALESCE(?3, log) WHERE position = ?2 AND COALESCE(log = ?3, true)",
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
