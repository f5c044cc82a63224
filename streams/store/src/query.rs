//! Questions to history, and the rows it answers with.

use serde::{Deserialize, Serialize};
use yiping_model::{
    AlarmState, DatastreamId, IndexKind, Position, PropertyId, Quality, Reason, Reject, SourceId,
    ThingId, Timestamp, WindowLength,
};

/// Observations of one datastream.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservationQuery {
    /// Which datastream.
    pub datastream: DatastreamId,
    /// From this phenomenon time on.
    pub from: Timestamp,
    /// Before this phenomenon time.
    pub to: Timestamp,
    /// At most so many rows.
    pub limit: usize,
}

/// One observation as history keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// When it was so.
    pub phenomenon_time: Timestamp,
    /// When the log took it first.
    pub received_at: Timestamp,
    /// The value in the property's unit.
    pub value: f64,
    /// How far it may be trusted.
    pub quality: Quality,
    /// The door through which it came.
    pub source: SourceId,
}

/// Window results; `None` asks for all.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowQuery {
    /// Of this thing.
    pub thing: Option<ThingId>,
    /// Of this property.
    pub property: Option<PropertyId>,
    /// Of this length.
    pub length: Option<WindowLength>,
    /// Starting at or after.
    pub from: Timestamp,
    /// Starting before.
    pub to: Timestamp,
    /// At most so many rows.
    pub limit: usize,
}

/// Indices; `None` asks for all.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexQuery {
    /// Of this thing.
    pub thing: Option<ThingId>,
    /// Of this report.
    pub kind: Option<IndexKind>,
    /// Starting at or after.
    pub from: Timestamp,
    /// Starting before.
    pub to: Timestamp,
    /// At most so many rows.
    pub limit: usize,
}

/// Alarms; `None` asks for all.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmQuery {
    /// In this state.
    pub state: Option<AlarmState>,
    /// Raised at or after.
    pub from: Timestamp,
    /// Raised before.
    pub to: Timestamp,
    /// At most so many rows.
    pub limit: usize,
}

/// Dead letters; `None` asks for all.
#[derive(Debug, Clone, PartialEq)]
pub struct RejectQuery {
    /// From this door.
    pub source: Option<SourceId>,
    /// For this reason.
    pub reason: Option<Reason>,
    /// Only those before this position (for paging back).
    pub before: Option<Position>,
    /// At most so many rows.
    pub limit: usize,
}

/// A dead letter with its place in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredReject {
    /// Its place in the log.
    pub position: Position,
    /// When it came.
    pub received_at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub reject: Reject,
}

/// What one door brought since the log began, in observations: `received = accepted + duplicate + quarantined + rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFigures {
    /// The door.
    pub source: SourceId,
    /// All that came.
    pub received: u64,
    /// What counts.
    pub accepted: u64,
    /// What had come before: same source, datastream, phenomenon time and value.
    pub duplicate: u64,
    /// What is set aside because the catalogue does not know it.
    pub quarantined: u64,
    /// What could not be used.
    pub rejected: u64,
    /// The part of `accepted` that came behind its thing's watermark.
    pub late: u64,
    /// When something last came.
    pub last_received_at: Timestamp,
}
