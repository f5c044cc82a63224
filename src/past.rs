//! History, as the engine's runner asks it.

use std::sync::Arc;

use yiping_model::Quality;
use yiping_runner::{Memory, Past, PastError, Remembered};
use yiping_store::{History, ObservationQuery, Store};

/// The store, asked for what something late belongs to.
pub(crate) struct StorePast {
    /// Its filling side, which knows how far it is.
    pub(crate) store: Arc<dyn Store>,
    /// Its answering side.
    pub(crate) history: Arc<dyn History>,
}

#[async_trait::async_trait]
impl Past for StorePast {
    async fn recall(
        &self,
        wanted: &yiping_engine::Wanted,
        limit: usize,
    ) -> Result<Memory, PastError> {
        let failed = |error: yiping_store::StoreError| PastError(error.to_string());
        // Before the rows: they hold at least what came up to there.
        let as_of = self.store.position().await.map_err(failed)?;
        if as_of < wanted.cause {
            return Ok(Memory {
                as_of,
                observations: Vec::new(),
            });
        }
        let query = ObservationQuery {
            datastream: wanted.datastream.clone(),
            from: wanted.from,
            to: wanted.to,
            limit: limit + 1,
        };
        let rows = self.history.observations(&query).await.map_err(failed)?;
        let good = rows.into_iter().filter(|row| row.quality == Quality::Good);
        let observations = good
            .map(|row| Remembered {
                time: row.phenomenon_time,
                value: row.value,
                source: row.source,
                received_at: row.received_at,
            })
            .collect();
        Ok(Memory {
            as_of,
            observations,
        })
    }
}
