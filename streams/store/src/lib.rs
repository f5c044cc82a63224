#![doc = include_str!("../README.md")]

pub mod archive;
#[cfg(test)]
mod conformance;
mod error;
mod figures;
mod nowhere;
mod open;
pub mod postgres;
mod query;
mod rows;
mod settings;
pub mod sqlite;
pub mod writer;

use async_trait::async_trait;
use yiping_log::LogId;
use yiping_model::{Alarm, DatastreamId, IndexResult, Position, Record, Timestamp, WindowResult};

pub use archive::{ArchiveFormat, ArchiveSettings, ParquetArchive};
pub use error::StoreError;
pub use nowhere::Nowhere;
pub use open::{Opened, open};
pub use postgres::PostgresStore;
pub use query::{
    Aggregate, AggregateQuery, AggregateWidth, AlarmQuery, EventQuery, HopFilter, IndexQuery,
    Observation, ObservationQuery, Point, Recalled, RejectQuery, SourceFigures, StoredEvent,
    StoredReject, WindowQuery,
};
pub use settings::{Auto, Backend, PostgresSettings, Settings, Timescale};
pub use sqlite::SqliteStore;

/// The side that is filled from the log. Every backend passes the suite in `conformance`.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Says of which log the records are that come from now on; it is kept with the first of them. Returns [`Store::position`].
    ///
    /// # Errors
    /// [`StoreError::OtherLog`] when those that are here are of another, here and at each later call.
    async fn fill_from(&self, log: LogId) -> Result<Position, StoreError>;

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

    /// Drops observations and events of whole parts (UTC days; with PostgreSQL as many as it was set up with) before this time, one step at each
    /// call so that none is long; true when nothing is left to drop. One that comes again afterwards counts as new: identity reaches as far back
    /// as retention. What was last of each datastream stays.
    ///
    /// # Errors
    /// [`StoreError`] when the step cannot be made.
    async fn prune(&self, before: Timestamp) -> Result<bool, StoreError>;

    /// Brings up to date at this city time what is worked out beforehand: packs of days that are over, hours and days. The writer calls it now
    /// and then. Until then [`History::aggregates`] may miss windows that were corrected since the last call.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be worked out.
    async fn refresh(&self, now: Timestamp) -> Result<(), StoreError>;
}

/// The side that answers. Times are half open, `from <= t < to`; lists are ordered by time, oldest first, and hold at most `limit` rows.
#[async_trait]
pub trait History: Send + Sync + 'static {
    /// Observations of a datastream by phenomenon time, values that the engine derived among them, each in its last
    /// revision; equal times by value, equal values by the source that was heard first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn observations(&self, query: &ObservationQuery) -> Result<Vec<Observation>, StoreError>;

    /// Times and values of the same observations in the same order, for long series: it carries a year of minutes.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn series(&self, query: &ObservationQuery) -> Result<Vec<Point>, StoreError>;

    /// The last observation of each of these datastreams, in their order: the greatest by time, value and source that ever came, also when
    /// its day has been dropped.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn latest(
        &self,
        datastreams: &[DatastreamId],
    ) -> Result<Vec<Option<Observation>>, StoreError>;

    /// The good observations of a datastream that came through doors, with the position of the store at that moment.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn recall(&self, query: &ObservationQuery) -> Result<Recalled, StoreError>;

    /// Hourly or daily figures of a datastream by start, from its final tumbling minute windows.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn aggregates(&self, query: &AggregateQuery) -> Result<Vec<Aggregate>, StoreError>;

    /// Window results by start, of each the greatest revision and stage; equal starts by datastream, then length, then hop (tumbling first).
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

    /// Events by phenomenon time, equal times by position; each once, as it came first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn events(&self, query: &EventQuery) -> Result<Vec<StoredEvent>, StoreError>;

    /// Dead letters by position, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn rejects(&self, query: &RejectQuery) -> Result<Vec<StoredReject>, StoreError>;
}
