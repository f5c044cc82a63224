//! History, as the engine's runner asks it.

use std::sync::Arc;

use yiping_engine::Wanted;
use yiping_runner::{Memory, Past, PastError, Remembered};
use yiping_store::{History, ObservationQuery};

/// The store, asked for what something late belongs to.
pub(crate) struct StorePast(pub(crate) Arc<dyn History>);

#[async_trait::async_trait]
impl Past for StorePast {
    async fn recall(&self, wanted: &Wanted, limit: usize) -> Result<Memory, PastError> {
        let query = ObservationQuery {
            datastream: wanted.datastream.clone(),
            from: wanted.from,
            to: wanted.to,
            limit: limit + 1,
        };
        let recalled = self
            .0
            .recall(&query)
            .await
            .map_err(|error| PastError(error.to_string()))?;
        let sources = recalled.sources;
        let observations = recalled.points.into_iter().map(|point| Remembered {
            time: point.time,
            value: point.value,
            source: sources[point.source as usize].clone(),
            received_at: point.received_at,
        });
        Ok(Memory {
            as_of: recalled.as_of,
            observations: observations.collect(),
        })
    }
}
