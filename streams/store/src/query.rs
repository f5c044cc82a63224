//! Questions to history, and the rows it answers with.

use serde::{Deserialize, Serialize};
use yiping_model::{
    AlarmState, DatastreamId, Event, EventKey, EventKind, IndexKind, Position, PropertyId, Quality,
    Reason, RecallPoint, Reject, SourceId, ThingId, Timestamp, WindowLength, Zone,
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

/// One point of a long series: what a chart needs of an observation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// When it was so.
    pub phenomenon_time: Timestamp,
    /// The value in the property's unit.
    pub value: f64,
}

/// What history holds of a stretch of time of one datastream; fills [`yiping_model::Recall`].
#[derive(Debug, Clone, PartialEq)]
pub struct Recalled {
    /// History held every record up to here when it was asked, and none after it.
    pub as_of: Position,
    /// The doors named by `points`, in the order in which they were first heard.
    pub sources: Vec<SourceId>,
    /// The good observations by time, then value, then source.
    pub points: Vec<RecallPoint>,
}

/// Hourly or daily figures of one datastream.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateQuery {
    /// Which datastream.
    pub datastream: DatastreamId,
    /// Of what length.
    pub width: AggregateWidth,
    /// Starting at or after.
    pub from: Timestamp,
    /// Starting before.
    pub to: Timestamp,
    /// At most so many rows.
    pub limit: usize,
}

impl AggregateQuery {
    /// The minute windows that may matter start from here to there, exclusive.
    pub(crate) fn windows(&self) -> (Timestamp, Timestamp) {
        let day = WindowLength::DAY.duration() + WindowLength::HOUR.duration();
        (self.from, self.to + day)
    }
}

/// The lengths of which history has figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateWidth {
    /// Hours of the city.
    Hour,
    /// Days of the city.
    Day,
}

impl AggregateWidth {
    /// The start of the hour or day that holds this instant.
    pub(crate) fn start(self, zone: &Zone, at: Timestamp) -> Timestamp {
        let length = match self {
            Self::Hour => WindowLength::HOUR,
            Self::Day => WindowLength::DAY,
        };
        // A day that begins before the clocks were changed begins by the offset of then.
        let start = zone.window_start(at, length);
        let change = zone.offset_micros(at) - zone.offset_micros(start);
        Timestamp::from_micros(start.as_micros() + change)
    }
}

/// What the final tumbling minute windows of an hour or day say together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Aggregate {
    /// Start of the hour or day, in the city's zone.
    pub start: Timestamp,
    /// How many good observations.
    pub count: u64,
    /// Their arithmetic mean.
    pub mean: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
}

/// Windows by the distance between their starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HopFilter {
    /// Only tumbling ones.
    Tumbling,
    /// Only those of this hop.
    Every(WindowLength),
}

impl HopFilter {
    /// The hop as tables keep it: seconds, 0 for tumbling windows.
    pub(crate) const fn secs(self) -> u32 {
        match self {
            Self::Tumbling => 0,
            Self::Every(hop) => hop.secs(),
        }
    }
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
    /// Of this hop.
    pub hop: Option<HopFilter>,
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

/// Events; `None` asks for all.
#[derive(Debug, Clone, PartialEq)]
pub struct EventQuery {
    /// At this thing.
    pub thing: Option<ThingId>,
    /// Of this kind.
    pub kind: Option<EventKind>,
    /// Of this matter: a track, a ticket.
    pub key: Option<EventKey>,
    /// From this phenomenon time on.
    pub from: Timestamp,
    /// Before this phenomenon time.
    pub to: Timestamp,
    /// Only those after this one in the order of the answer (for paging on): its phenomenon time and position.
    pub after: Option<(Timestamp, Position)>,
    /// At most so many rows.
    pub limit: usize,
}

/// An event with its place in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// Where it stands in the log first.
    pub position: Position,
    /// When it came first.
    pub received_at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub event: Event,
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

/// What one door brought since the log began, in observations and events: `received = accepted + duplicate + quarantined + rejected`.
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
