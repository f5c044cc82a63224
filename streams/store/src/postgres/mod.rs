//! History in PostgreSQL, with or without TimescaleDB.
//!
//! The tables are the same; only observations differ in who keeps their parts, and hours and days in who works them out ([`Layout`]). The
//! database may be away: nothing is opened before it is needed, every call has an end, and what failed is taken up again from the position in
//! the tables. Tables are made by the writer when it first comes; until then questions fail.
//!
//! One connection writes, a few read. With `read_connections = 0` all share the one, for servers that allow no more.

mod connect;
mod events;
mod layout;
mod load;
mod migrate;
mod observations;
mod read;
mod tables;
#[cfg(test)]
mod tests;
mod write;

use async_trait::async_trait;
use sqlx::PgPool;
use tokio::sync::Mutex;
use yiping_log::LogId;
use yiping_model::{
    Alarm, DatastreamId, IndexResult, Position, Record, Secret, Timestamp, WindowResult, Zone,
};

use self::connect::Limits;
use self::write::Writer;
use crate::{
    Aggregate, AggregateQuery, AlarmQuery, EventQuery, History, IndexQuery, Observation,
    ObservationQuery, Point, Recalled, RejectQuery, Settings, SourceFigures, Store, StoreError,
    StoredEvent, StoredReject, WindowQuery,
};

const READ: &str = "read";
const WRITE: &str = "write";

/// History in a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore {
    limits: Limits,
    zone: Zone,
    writer: Mutex<Writer>,
    readers: PgPool,
}

impl PostgresStore {
    /// Notes where the database is; it is not asked before it is needed.
    ///
    /// # Errors
    /// [`StoreError::Address`] when the address cannot be read.
    pub fn new(url: &Secret, settings: &Settings, zone: &Zone) -> Result<Self, StoreError> {
        let (writing, readers) = connect::pools(url, settings)?;
        Ok(Self {
            limits: Limits::of(&settings.postgres),
            zone: zone.clone(),
            writer: Mutex::new(Writer::new(writing, settings, zone)),
            readers,
        })
    }
}

/// Asks on a connection of the readers, which must answer in time.
macro_rules! ask {
    ($store:expr, $($question:ident)::+ $(, $argument:expr)*) => {{
        let mut lease = $store.limits.lease(&$store.readers, READ).await?;
        let answer = $($question)::+(lease.connection(), $($argument),*);
        let answer = $store.limits.in_time(READ, answer).await;
        lease.back(answer)
    }};
}

#[async_trait]
impl Store for PostgresStore {
    async fn fill_from(&self, log: LogId) -> Result<Position, StoreError> {
        self.writer.lock().await.fill_from(log).await
    }

    async fn apply(&self, records: &[Record]) -> Result<(), StoreError> {
        self.writer.lock().await.apply(records).await
    }

    async fn position(&self) -> Result<Position, StoreError> {
        self.writer.lock().await.position().await
    }

    async fn sources(&self) -> Result<Vec<SourceFigures>, StoreError> {
        ask!(self, read::sources)
    }

    async fn prune(&self, before: Timestamp) -> Result<bool, StoreError> {
        self.writer.lock().await.prune(before).await
    }

    async fn refresh(&self, now: Timestamp) -> Result<(), StoreError> {
        self.writer.lock().await.refresh(now).await
    }
}

#[async_trait]
impl History for PostgresStore {
    async fn observations(&self, query: &ObservationQuery) -> Result<Vec<Observation>, StoreError> {
        ask!(self, observations::observations, query)
    }

    async fn series(&self, query: &ObservationQuery) -> Result<Vec<Point>, StoreError> {
        ask!(self, observations::series, query)
    }

    async fn latest(
        &self,
        datastreams: &[DatastreamId],
    ) -> Result<Vec<Option<Observation>>, StoreError> {
        ask!(self, observations::latest, datastreams)
    }

    async fn recall(&self, query: &ObservationQuery) -> Result<Recalled, StoreError> {
        ask!(self, observations::recall, query)
    }

    async fn aggregates(&self, query: &AggregateQuery) -> Result<Vec<Aggregate>, StoreError> {
        ask!(self, observations::aggregates, query, &self.zone)
    }

    async fn windows(&self, query: &WindowQuery) -> Result<Vec<WindowResult>, StoreError> {
        ask!(self, read::windows, query)
    }

    async fn indices(&self, query: &IndexQuery) -> Result<Vec<IndexResult>, StoreError> {
        ask!(self, read::indices, query)
    }

    async fn alarms(&self, query: &AlarmQuery) -> Result<Vec<Alarm>, StoreError> {
        ask!(self, read::alarms, query)
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<StoredEvent>, StoreError> {
        ask!(self, events::events, query)
    }

    async fn rejects(&self, query: &RejectQuery) -> Result<Vec<StoredReject>, StoreError> {
        ask!(self, read::rejects, query)
    }
}
