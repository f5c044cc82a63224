//! History in one SQLite file: the default backend.
//!
//! One connection writes (`write.rs`), a few read (`read.rs`); write-ahead logging lets them work at the same time, and
//! `synchronous = FULL` makes a committed batch survive a power cut. The tables are in `schema_1.sql` to `schema_4.sql`; observations
//! lie in one table a day.

mod bulk;
mod events;
mod load;
mod migrate;
mod observations;
mod read;
mod tables;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlitePool};
use tokio::sync::Mutex;
use yiping_log::LogId;
use yiping_model::{
    Alarm, DatastreamId, IndexResult, Position, Record, Timestamp, WindowResult, Zone,
};

use self::write::Writer;
use crate::error::Doing;
use crate::rows::Day;
use crate::{
    Aggregate, AggregateQuery, AlarmQuery, EventQuery, History, IndexQuery, Observation,
    ObservationQuery, Point, Recalled, RejectQuery, Settings, SourceFigures, Store, StoreError,
    StoredEvent, StoredReject, WindowQuery,
};

/// The write-ahead log is moved into the file when it has so many pages (of 4 KiB).
const CHECKPOINT_PAGES: &str = "4000";
/// What the write-ahead log's file is cut to after it was moved.
const JOURNAL_BYTES_MAX: &str = "67108864";
/// Statements that stay prepared on a connection: ten sizes each for a few days and tables.
const STATEMENTS_MAX: usize = 256;
/// Rows that the thread of a connection reads ahead, so that it does not wait for each of them to be taken.
const ROWS_AHEAD: usize = 1_024;
/// How long a question waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// History in a SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    settings: Settings,
    zone: Zone,
    writer: Mutex<Writer>,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, makes it if it is missing, and brings its tables to the latest version.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be opened, or was written by a newer program.
    pub async fn open(path: &Path, settings: &Settings, zone: &Zone) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(Duration::from_millis(settings.busy_timeout_ms.into()))
            .foreign_keys(true)
            .synchronous(SqliteSynchronous::Full)
            .statement_cache_capacity(STATEMENTS_MAX)
            .row_buffer_size(ROWS_AHEAD)
            .pragma(
                "cache_size",
                format!("-{}", u64::from(settings.cache_mib.max(1)) * 1_024),
            )
            .disable_statement_logging();
        let mut connection = options
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
            .pragma("journal_size_limit", JOURNAL_BYTES_MAX)
            .connect()
            .await
            .doing("open")?;
        migrate::migrate(&mut connection).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(settings.read_connections.max(1))
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.read_only(true))
            .await
            .doing("open")?;
        Ok(Self {
            settings: settings.clone(),
            zone: zone.clone(),
            writer: Mutex::new(Writer::new(connection)),
            readers,
        })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn fill_from(&self, log: LogId) -> Result<Position, StoreError> {
        self.writer.lock().await.fill_from(log).await
    }

    async fn apply(&self, records: &[Record]) -> Result<(), StoreError> {
        self.writer
            .lock()
            .await
            .apply(records, &self.settings)
            .await
    }

    async fn position(&self) -> Result<Position, StoreError> {
        read::position(&self.readers).await
    }

    async fn sources(&self) -> Result<Vec<SourceFigures>, StoreError> {
        read::sources(&self.readers).await
    }

    async fn prune(&self, before: Timestamp) -> Result<bool, StoreError> {
        self.writer.lock().await.prune(before, &self.settings).await
    }

    async fn refresh(&self, now: Timestamp) -> Result<(), StoreError> {
        self.writer.lock().await.refresh(now).await
    }
}

#[async_trait]
impl History for SqliteStore {
    async fn observations(&self, query: &ObservationQuery) -> Result<Vec<Observation>, StoreError> {
        observations::observations(&self.readers, query).await
    }

    async fn series(&self, query: &ObservationQuery) -> Result<Vec<Point>, StoreError> {
        observations::series(&self.readers, query).await
    }

    async fn latest(
        &self,
        datastreams: &[DatastreamId],
    ) -> Result<Vec<Option<Observation>>, StoreError> {
        observations::latest(&self.readers, datastreams).await
    }

    async fn recall(&self, query: &ObservationQuery) -> Result<Recalled, StoreError> {
        observations::recall(&self.readers, query).await
    }

    async fn aggregates(&self, query: &AggregateQuery) -> Result<Vec<Aggregate>, StoreError> {
        observations::aggregates(&self.readers, query, &self.zone).await
    }

    async fn windows(&self, query: &WindowQuery) -> Result<Vec<WindowResult>, StoreError> {
        read::windows(&self.readers, query).await
    }

    async fn indices(&self, query: &IndexQuery) -> Result<Vec<IndexResult>, StoreError> {
        read::indices(&self.readers, query).await
    }

    async fn alarms(&self, query: &AlarmQuery) -> Result<Vec<Alarm>, StoreError> {
        read::alarms(&self.readers, query).await
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<StoredEvent>, StoreError> {
        events::events(&self.readers, query).await
    }

    async fn rejects(&self, query: &RejectQuery) -> Result<Vec<StoredReject>, StoreError> {
        read::rejects(&self.readers, query).await
    }
}

/// The table of a day's observations: `observation_20260301`.
fn table_of(day: Day) -> String {
    format!("observation_{}", day.name())
}
