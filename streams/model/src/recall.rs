//! What history answered to the engine: the observations of a stretch of time that late data touched.
//!
//! The engine is a function of the log alone, so what it needs from history comes back to it as a record.

use serde::{Deserialize, Serialize};

use crate::id::{DatastreamId, SourceId};
use crate::record::Position;
use crate::time::Timestamp;

/// All good observations of one datastream in `from <= t < to` that history held, in one or more parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recall {
    /// Which datastream.
    pub datastream: DatastreamId,
    /// Phenomenon time from which on.
    pub from: Timestamp,
    /// Phenomenon time before which.
    pub to: Timestamp,
    /// History held every record up to here.
    pub as_of: Position,
    /// Number of this part, from 0.
    pub part: u32,
    /// How many parts there are; they stand in the log one after the other. 0 when there are more observations than may be recalled: then
    /// there are no points.
    pub parts: u32,
    /// The doors named by `points`.
    pub sources: Vec<SourceId>,
    /// The observations of this part by time, then value, then source; each once.
    pub points: Vec<RecallPoint>,
}

/// One observation of a recall.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RecallPoint {
    /// Phenomenon time.
    pub time: Timestamp,
    /// The value.
    pub value: f64,
    /// The door, as its place in `sources`.
    pub source: u32,
    /// When the log took it first: this tells what came late from a late copy of what had come in time.
    pub received_at: Timestamp,
}
