//! The log for threads that may block.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use yiping_model::{Body, Class, Position};

use super::DiskLog;
use crate::{Appended, Archive, Chunk, Log, LogError, LogId};

/// A [`DiskLog`] whose appends are written and synced on the thread of the caller, who so waits for the disk and not for another thread.
///
/// Only for runtimes that serve nothing that must not wait for the disk. Tasks of one thread that append at the same time share a commit.
#[derive(Debug, Clone)]
pub struct AtHand(Arc<DiskLog>);

impl AtHand {
    pub(super) const fn new(log: Arc<DiskLog>) -> Self {
        Self(log)
    }
}

#[async_trait]
impl Log for AtHand {
    fn id(&self) -> LogId {
        self.0.id()
    }

    async fn append(&self, bodies: Vec<Body>) -> Result<Appended, LogError> {
        let answer = self.0.lay_down(bodies).await?;
        // The others on this thread that have something to append lay it down first.
        tokio::task::yield_now().await;
        self.0.desk.write();
        self.0.answered(answer).await
    }

    async fn read(&self, after: Position, limit: usize) -> Result<Chunk, LogError> {
        self.0.read(after, limit).await
    }

    fn end(&self) -> watch::Receiver<Position> {
        self.0.end()
    }

    fn end_of(&self, class: Class) -> watch::Receiver<Position> {
        self.0.end_of(class)
    }

    async fn retain(
        &self,
        keep_from: Position,
        archive: Option<Arc<dyn Archive>>,
    ) -> Result<(), LogError> {
        self.0.retain(keep_from, archive).await
    }
}
