#![doc = include_str!("../README.md")]

pub mod archive;
#[cfg(test)]
mod conformance;
mod error;
mod figures;
mod query;
mod settings;
pub mod sqlite;
pub mod writer;

use async_trait::async_trait;
use yiping_model::{Alarm, IndexResult, Position, Record, Timestamp, WindowResult};

pub use archive::{ArchiveFormat, ArchiveSettings, ParquetArchive};
pub use error::StoreError;
pub use query::{
    AlarmQuery, IndexQuery, Observation, ObservationQuery, RejectQuery, SourceFigures,
    StoredReject, WindowQuery,
};
pub use settings::Settings;
pub use sqlite::SqliteStore;

/// The side that is filled from the log. Every backend passes the suite in `conformance`.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Takes consecutive records of the log; rows and position move in one transaction. Records at or before [`Store::position`] change nothing.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing of the batch was taken.
    async fn apply(&self, records: &[Record]) -> Result<(), StoreError>;

    /// The last record that was taken.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn position(&self) -> Result<Position, StoreError>;

    /// What each door brought since the log began; received = accepted + duplicate + quarantined + rejected.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn sources(&self) -> Result<Vec<SourceFigures>, StoreError>;

    /// Drops observations of whole UTC days before this time. One that comes again afterwards counts as new: identity reaches as far back as
    /// retention.
    ///
    /// # Errors
    /// [`StoreError`] when the days cannot be dropped.
    async fn prune(&self, before: Timestamp) -> Result<(), StoreError>;
}

/// The side that answers. Times are half open, `from <= t < to`; lists are ordered by time, oldest first, and hold at most `limit` rows.
#[async_trait]
pub trait History: Send + Sync + 'static {
    /// Observations of a datastream by phenomenon time; equal times by value, equal values by the source that was heard first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn observations(&self, query: &ObservationQuery) -> Result<Vec<Observation>, StoreError>;

    /// Window results by start, the last revision of each; equal starts by datastream, then length.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn windows(&self, query: &WindowQuery) -> Result<Vec<WindowResult>, StoreError>;

    /// Indices by start, the last revision of each; equal starts by thing, then name of the report.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn indices(&self, query: &IndexQuery) -> Result<Vec<IndexResult>, StoreError>;

    /// Alarms by the time at which they were raised, newest first; equal times by id.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn alarms(&self, query: &AlarmQuery) -> Result<Vec<Alarm>, StoreError>;

    /// Dead letters by position, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn rejects(&self, query: &RejectQuery) -> Result<Vec<StoredReject>, StoreError>;
}
