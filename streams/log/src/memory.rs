//! A log in memory: the slow, obvious one. It keeps nothing over a restart; tests compare the others with it.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;
use yiping_model::{Body, Position, Record};

use crate::{Appended, Archive, Chunk, CityClock, Log, LogError, LogId};

/// A log in memory.
#[derive(Debug)]
pub struct MemoryLog {
    id: LogId,
    clock: CityClock,
    records: Mutex<Vec<Record>>,
    end: watch::Sender<Position>,
}

impl MemoryLog {
    /// An empty log that stamps with this clock.
    pub fn new(clock: CityClock) -> Self {
        Self {
            id: LogId::random(),
            clock,
            records: Mutex::new(Vec::new()),
            end: watch::Sender::new(Position::START),
        }
    }
}

#[async_trait]
impl Log for MemoryLog {
    fn id(&self) -> LogId {
        self.id
    }

    async fn append(&self, bodies: Vec<Body>) -> Result<Appended, LogError> {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let received_at = self.clock.now();
        let before = records
            .last()
            .map_or(Position::START, |record| record.position);
        for body in bodies {
            let position = records
                .last()
                .map_or(Position::START, |record| record.position)
                .next();
            records.push(Record {
                position,
                received_at,
                body,
            });
        }
        let last = records
            .last()
            .map_or(Position::START, |record| record.position);
        self.end.send_replace(last);
        Ok(Appended {
            first: if last > before { before.next() } else { last },
            last,
        })
    }

    async fn read(&self, after: Position, limit: usize) -> Result<Chunk, LogError> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let from = records.partition_point(|record| record.position <= after);
        let to = from.saturating_add(limit).min(records.len());
        Ok(Chunk::after(records[from..to].into(), after, limit))
    }

    fn end(&self) -> watch::Receiver<Position> {
        self.end.subscribe()
    }

    async fn retain(
        &self,
        _keep_from: Position,
        _archive: Option<Arc<dyn Archive>>,
    ) -> Result<(), LogError> {
        Ok(())
    }
}
