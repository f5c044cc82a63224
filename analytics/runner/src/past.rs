//! History, as far as the engine needs it: what was observed in a stretch of time that something late belongs to.

use async_trait::async_trait;
use yiping_engine::Wanted;
use yiping_model::{Position, SourceId, Timestamp};

/// What history holds of a stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// It holds every record up to here; read before, or in one snapshot with, the observations.
    pub as_of: Position,
    /// Good observations by time, each once; one more than were asked for means that there are too many.
    pub observations: Vec<Remembered>,
}

/// One observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Remembered {
    /// Phenomenon time.
    pub time: Timestamp,
    /// The value.
    pub value: f64,
    /// The door.
    pub source: SourceId,
    /// When the log took it first.
    pub received_at: Timestamp,
}

/// Why history does not answer; it is asked again later.
#[derive(Debug, thiserror::Error)]
#[error("history does not answer: {0}")]
pub struct PastError(pub String);

/// The side of history that the runner asks. It may be away for days: the engine goes on, and is corrected when history is back.
#[async_trait]
pub trait Past: Send + Sync + 'static {
    /// The good observations of a wanted stretch, and one more than `limit` at most.
    ///
    /// # Errors
    /// [`PastError`] when history does not answer.
    async fn recall(&self, wanted: &Wanted, limit: usize) -> Result<Memory, PastError>;
}

/// No history: nothing late is corrected.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPast;

#[async_trait]
impl Past for NoPast {
    async fn recall(&self, _wanted: &Wanted, _limit: usize) -> Result<Memory, PastError> {
        Err(PastError("this centre keeps none".to_owned()))
    }
}
