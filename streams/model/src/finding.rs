//! What the engine made of the readings: window results, indices by law, alarm events.

use serde::{Deserialize, Serialize};

use crate::alarm::AlarmEvent;
use crate::id::{DatastreamId, PropertyId, ThingId};
use crate::record::Position;
use crate::time::{Timestamp, WindowLength};

/// One output of the engine, with the record that caused it.
///
/// `cause` and `ordinal` order all outputs and never repeat, so that a restarted engine knows which of its outputs the log already
/// holds. Everything in a finding is a function of the log before it: no arrival time of the finding itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The log record whose arrival produced this.
    pub cause: Position,
    /// The how-manieth output of that record, from 0.
    pub ordinal: u32,
    /// What came out.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Outcome {
    /// A window closed.
    Window(WindowResult),
    /// An index was computed.
    Index(IndexResult),
    /// A value was derived from others, as a pack says.
    Derived(DerivedResult),
    /// An alarm was raised or changed.
    Alarm(AlarmEvent),
}

/// Whether a result may still change without late data.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The window is still open: what it holds so far.
    Early,
    /// The window has closed.
    #[default]
    Final,
}

impl Stage {
    /// Whether this is the last word but for late data.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Final)
    }
}

/// The statistics of one datastream over one window of event time.
///
/// A window is named by datastream, length, hop and start; of the results with one name the greatest `(revision, stage)` counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowResult {
    /// Which datastream; its thing may be an H3 cell (see [`ThingId::of_cell`]).
    pub datastream: DatastreamId,
    /// Start of the window, aligned in the city's zone.
    pub start: Timestamp,
    /// Its length.
    pub length: WindowLength,
    /// Distance between the starts of consecutive windows, where it is less than the length (a hopping window); `None` for tumbling ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hop: Option<WindowLength>,
    /// Early while the window is open, else final.
    #[serde(default, skip_serializing_if = "Stage::is_final")]
    pub stage: Stage,
    /// 0 for the first result; late data appends the next revision.
    pub revision: u32,
    /// How many good observations it holds, duplicates once.
    pub count: u32,
    /// How many the datastream's period promises; 0 when no period is known.
    pub expected: u32,
    /// Arithmetic mean, in the property's unit.
    pub mean: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// The value with the latest phenomenon time (the larger one of equals).
    pub last: f64,
    /// Population standard deviation.
    pub std_dev: f64,
    /// The quantiles that the property asks for, ascending by `q`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantiles: Vec<Quantile>,
    /// What the revision before this one said; `None` in revision 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<WindowBefore>,
}

/// A quantile of the values of a window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantile {
    /// Which: 0.8 is the value that four fifths do not exceed.
    pub q: f64,
    /// The value, in the property's unit, within the relative error of the sketch.
    pub value: f64,
}

/// What a corrected window said before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WindowBefore {
    /// How many good observations it held; 0 when there was no result, and then the figures are 0 too.
    pub count: u32,
    /// Arithmetic mean.
    pub mean: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
}

/// A value that the engine derived from observations or events, at one time. Screens and history take it as the value of its datastream;
/// of results with one name the greatest `revision` counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DerivedResult {
    /// Which datastream; its thing may be an H3 cell (see [`crate::ThingId::of_cell`]).
    pub datastream: DatastreamId,
    /// The time of which it speaks: the end of what it sums up.
    pub time: Timestamp,
    /// The value, in the property's unit; `None` when the data do not suffice.
    pub value: Option<f64>,
    /// How many observations or events it rests on.
    pub inputs: u32,
    /// What decided it, where one input did: the item of a class, the neighbour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<PropertyId>,
    /// 0 for the first result; late data appends the next revision.
    pub revision: u32,
    /// What the revision before this one said; `None` in revision 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<DerivedBefore>,
}

/// What a corrected derived value said before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DerivedBefore {
    /// The value; `None` when there was none.
    pub value: Option<f64>,
}

/// Which report an index belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexKind {
    /// Air quality index of the hourly report.
    AqiHourly,
    /// Air quality index of the daily report.
    AqiDaily,
}

/// An index of one thing over one period, by the law in force at the period's start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexResult {
    /// Whose index.
    pub thing: ThingId,
    /// Which report.
    pub kind: IndexKind,
    /// Start of the hour or day.
    pub start: Timestamp,
    /// The law applied, for example `HJ 633-2026`.
    pub law: String,
    /// 0 for the first result; late data appends the next revision.
    pub revision: u32,
    /// The index; `None` when the data do not suffice to publish one.
    pub value: Option<u16>,
    /// Level 1 (优) to 6 (严重污染); `None` without a value.
    pub level: Option<u8>,
    /// Primary pollutants: all that share the maximum, when the index exceeds 50.
    pub primary: Vec<PropertyId>,
    /// The individual index of each pollutant, in the order of the law's table.
    pub parts: Vec<SubIndex>,
    /// What the revision before this one said; `None` in revision 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<IndexBefore>,
}

/// What a corrected index said before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexBefore {
    /// The index; `None` when none was published.
    pub value: Option<u16>,
}

/// The individual index (IAQI) of one pollutant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubIndex {
    /// The table item, for example `PM25_24H`.
    pub item: String,
    /// The pollutant.
    pub property: PropertyId,
    /// The concentration that was judged, rounded as the law says, in the item's unit; `None` when invalid or missing.
    pub concentration: Option<f64>,
    /// The individual index; `None` when it cannot be computed.
    pub iaqi: Option<u16>,
}
