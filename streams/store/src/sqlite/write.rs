//! The one connection that writes.
//!
//! A transaction takes whole records and moves the position with them. The memory leaves the writer while a transaction runs and comes
//! back when it is committed, so whatever fails or is cancelled in between, the next one reads the memory from the tables again.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use yiping_model::{Position, Record, Timestamp};

use super::{load, table_of, tables};
use crate::error::Doing;
use crate::rows::{Batch, Day, Memory};
use crate::{Settings, StoreError, figures};

const WRITE: &str = "write";
const BEGIN: &str = "BEGIN IMMEDIATE";

/// The writer.
#[derive(Debug)]
pub(super) struct Writer {
    connection: SqliteConnection,
    memory: Option<Memory>,
}

impl Writer {
    pub(super) const fn new(connection: SqliteConnection) -> Self {
        Self {
            connection,
            memory: None,
        }
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

    /// Drops the tables of whole days before this time, each in a transaction of its own so that none is long.
    pub(super) async fn prune(&mut self, before: Timestamp) -> Result<(), StoreError> {
        let mut memory = self.take_memory().await?;
        let kept = memory.parts.split_off(&Day::of(before));
        for day in std::mem::replace(&mut memory.parts, kept) {
            let mut transaction = self.connection.begin_with(BEGIN).await.doing("prune")?;
            sqlx::query("DELETE FROM days WHERE day = ?")
                .bind(day.number())
                .execute(&mut *transaction)
                .await
                .doing("prune")?;
            let drop = format!("DROP TABLE {}", table_of(day));
            sqlx::raw_sql(AssertSqlSafe(drop))
                .execute(&mut *transaction)
                .await
                .doing("prune")?;
            transaction.commit().await.doing("prune")?;
            figures::dropped_day();
            tracing::info!(table = table_of(day), "observations fell out of retention");
        }
        self.memory = Some(memory);
        Ok(())
    }

    async fn take_memory(&mut self) -> Result<Memory, StoreError> {
        match self.memory.take() {
            Some(memory) => Ok(memory),
            None => load::memory(&mut self.connection).await,
        }
    }

    async fn commit(
        &mut self,
        mut batch: Batch,
        position: Position,
        memory: &mut Memory,
        settings: &Settings,
    ) -> Result<(), StoreError> {
        let mut transaction = self.connection.begin_with(BEGIN).await.doing(WRITE)?;
        move_position(&mut transaction, memory.position, position).await?;
        tables::write(&mut transaction, &mut batch, memory, settings)
            .await
            .doing(WRITE)?;
        transaction.commit().await.doing(WRITE)?;
        memory.position = position;
        Ok(())
    }
}

async fn move_position(
    connection: &mut SqliteConnection,
    from: Position,
    to: Position,
) -> Result<(), StoreError> {
    let moved = sqlx::query("UPDATE progress SET position = ? WHERE position = ?")
        .bind(to.0 as i64)
        .bind(from.0 as i64)
        .execute(connection)
        .await
        .doing(WRITE)?;
    if moved.rows_affected() == 1 {
        Ok(())
    } else {
        Err(StoreError::TwoWriters(from))
    }
}
