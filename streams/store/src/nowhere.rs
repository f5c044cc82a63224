//! No history: for benchmarks, and for nodes at the edge whose log is read elsewhere. Every question is refused.

use async_trait::async_trait;
use yiping_log::LogId;
use yiping_model::{Alarm, DatastreamId, IndexResult, Position, Record, Timestamp, WindowResult};

use crate::{
    Aggregate, AggregateQuery, AlarmQuery, EventQuery, History, IndexQuery, Observation,
    ObservationQuery, Point, Recalled, RejectQuery, SourceFigures, Store, StoreError, StoredEvent,
    StoredReject, WindowQuery,
};

/// The backend `none`.
#[derive(Debug, Clone, Copy)]
pub struct Nowhere;

#[async_trait]
impl Store for Nowhere {
    async fn fill_from(&self, _: LogId) -> Result<Position, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn apply(&self, _: &[Record]) -> Result<(), StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn position(&self) -> Result<Position, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn sources(&self) -> Result<Vec<SourceFigures>, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn prune(&self, _: Timestamp) -> Result<bool, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn refresh(&self, _: Timestamp) -> Result<(), StoreError> {
        Err(StoreError::Nowhere)
    }
}

#[async_trait]
impl History for Nowhere {
    async fn observations(&self, _: &ObservationQuery) -> Result<Vec<Observation>, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn series(&self, _: &ObservationQuery) -> Result<Vec<Point>, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn latest(&self, _: &[DatastreamId]) -> Result<Vec<Option<Observation>>, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn recall(&self, _: &ObservationQuery) -> Result<Recalled, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn aggregates(&self, _: &AggregateQuery) -> Result<Vec<Aggregate>, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn windows(&self, _: &WindowQuery) -> Result<Vec<WindowResult>, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn indices(&self, _: &IndexQuery) -> Result<Vec<IndexResult>, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn alarms(&self, _: &AlarmQuery) -> Result<Vec<Alarm>, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn events(&self, _: &EventQuery) -> Result<Vec<StoredEvent>, StoreError> {
        Err(StoreError::Nowhere)
    }

    async fn rejects(&self, _: &RejectQuery) -> Result<Vec<StoredReject>, StoreError> {
        Err(StoreError::Nowhere)
    }
}
