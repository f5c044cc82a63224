//! Things, what is measured there, and the sources of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::TextView;

/// A thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ThingView {
    /// Its id.
    pub id: String,
    /// Its name; the id itself for a thing that the catalogue does not know.
    pub name: TextView,
    /// What it is; empty when unknown.
    pub kind: String,
    /// Longitude and latitude, WGS-84; `None` when unknown.
    pub place: Option<[f64; 2]>,
    /// Code of its county.
    pub area: Option<String>,
    /// The properties that it should observe, or was heard to.
    pub properties: Vec<String>,
    /// Seconds that one of its observations stands for, where the thing says so itself.
    pub period_secs: Option<u32>,
    /// The gateway or hall through which it is heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub parent: Option<String>,
    /// The thing upstream or beside it with which it is joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub neighbour: Option<String>,
    /// Its own limits by name, in the unit of the property that they judge.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, ts(optional, type = "Record<string, number>"))]
    pub limits: BTreeMap<String, f64>,
    /// The corners of an H3 cell, longitude and latitude, the first not repeated; empty for a thing that is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub outline: Vec<[f64; 2]>,
    /// Why nothing comes from it, when that is not its own alarm but that of what it is heard through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub silenced_by: Option<SilencedByView>,
}

/// The alarm of a gateway or a door of which a thing has said nothing since: until it is heard again, or has an alarm of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SilencedByView {
    /// The alarm; it may be over, and even closed, while this thing is still silent.
    pub alarm: String,
    /// The gateway, or `door:` and the door, of which that alarm is.
    pub thing: String,
}

/// A datastream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DatastreamView {
    /// Thing.
    pub thing: String,
    /// Property.
    pub property: String,
}

/// The last value of a datastream, by phenomenon time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LatestView {
    /// Thing.
    pub thing: String,
    /// Property.
    pub property: String,
    /// Value in the property's unit.
    pub value: f64,
    /// Phenomenon time.
    #[cfg_attr(test, ts(type = "number"))]
    pub at_ms: i64,
    /// When the log took it.
    #[cfg_attr(test, ts(type = "number"))]
    pub received_ms: i64,
    /// Whether it is outside the range that the property can have.
    pub out_of_range: bool,
    /// Of a derived value: the property that decided it, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub because: Option<String>,
}

/// How many events of each thing are held.
pub const EVENTS_PER_THING: usize = 8;

/// Something that happened at a thing: a detection of a camera, a step of a ticket. Events that agree in thing, kind, key, part and time are
/// one; of more than [`EVENTS_PER_THING`] the oldest go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EventView {
    /// Thing.
    pub thing: String,
    /// What happened.
    pub kind: String,
    /// The matter to which it belongs: a track, a ticket.
    pub key: Option<String>,
    /// Where in the thing: a zone of the picture, a service window.
    pub part: Option<String>,
    /// Phenomenon time.
    #[cfg_attr(test, ts(type = "number"))]
    pub at_ms: i64,
    /// When the log took it.
    #[cfg_attr(test, ts(type = "number"))]
    pub received_ms: i64,
    /// What was measured with it.
    pub values: Vec<EventValueView>,
}

/// A value that was measured with an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EventValueView {
    /// Property.
    pub property: String,
    /// Value in the property's unit.
    pub value: f64,
    /// Whether it is outside the range that the property can have.
    pub out_of_range: bool,
}

/// The means of the last windows of a datastream, at most [`TREND_POINTS`], oldest first, one each `step_secs`. Of a derived datastream: its
/// values, each as the window that ends at its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TrendView {
    /// Thing.
    pub thing: String,
    /// Property.
    pub property: String,
    /// Start of the last window.
    #[cfg_attr(test, ts(type = "number"))]
    pub last_ms: i64,
    /// Length of a window.
    pub step_secs: u32,
    /// The means; `None` where there is no window.
    pub means: Vec<Option<f64>>,
    /// Which of these windows late data corrected, oldest first.
    pub corrected: Vec<CorrectionView>,
}

/// A window of a trend that late data corrected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CorrectionView {
    /// Start of the window.
    #[cfg_attr(test, ts(type = "number"))]
    pub start_ms: i64,
    /// The mean that was told before; `None` when there was none.
    pub before: Option<f64>,
}

/// How many windows a trend holds.
pub const TREND_POINTS: usize = 60;

/// One more window of a trend. Windows skipped since the last one count as `None`; more than [`TREND_POINTS`] fall off at the old end. A
/// point for a window that the trend already spans replaces it; one with another `step_secs` starts the trend anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TrendPoint {
    /// Thing.
    pub thing: String,
    /// Property.
    pub property: String,
    /// Start of the window.
    #[cfg_attr(test, ts(type = "number"))]
    pub start_ms: i64,
    /// Length of the window.
    pub step_secs: u32,
    /// Its mean; `None` of a derived value that there is not.
    pub mean: Option<f64>,
    /// Whether late data corrected it.
    pub corrected: bool,
    /// The mean that was told before a correction; `None` when there was none.
    pub before: Option<f64>,
}

/// The last window of a property over all things of an H3 cell, of its shortest tumbling windows. The cell is a thing too, with its outline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CellView {
    /// The cell.
    pub thing: String,
    /// Property.
    pub property: String,
    /// Start of the window.
    #[cfg_attr(test, ts(type = "number"))]
    pub start_ms: i64,
    /// Length of the window.
    pub length_secs: u32,
    /// How many good observations it holds.
    pub count: u32,
    /// How many the things of the cell should have made; 0 when nobody says.
    pub expected: u32,
    /// Arithmetic mean, in the property's unit.
    pub mean: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Whether the window is still open.
    pub early: bool,
    /// When the log took this result.
    #[cfg_attr(test, ts(type = "number"))]
    pub received_ms: i64,
    /// Whether late data corrected it.
    pub corrected: bool,
    /// The mean that was told before a correction; `None` when there was none.
    pub before: Option<f64>,
}

/// The last index of a thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct IndexView {
    /// Thing.
    pub thing: String,
    /// Which report.
    pub kind: IndexKindView,
    /// Start of the hour or day.
    #[cfg_attr(test, ts(type = "number"))]
    pub start_ms: i64,
    /// The law applied.
    pub law: String,
    /// The index; `None` when the data do not suffice.
    pub value: Option<u16>,
    /// Level 1 to 6.
    pub level: Option<u8>,
    /// Primary pollutants.
    pub primary: Vec<String>,
    /// Individual indices.
    pub parts: Vec<SubIndexView>,
    /// The last values of the same index, oldest first, this one last, at most 24; `None` where there was none.
    pub trend: Vec<Option<u16>>,
    /// What it said before late data corrected it; `None` when it was not corrected.
    pub before: Option<IndexBeforeView>,
}

/// What a corrected index said before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct IndexBeforeView {
    /// The index; `None` when none was published.
    pub value: Option<u16>,
}

/// Which report an index belongs to; sorted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum IndexKindView {
    /// AQI of the daily report.
    AqiDaily,
    /// AQI of the hourly report.
    AqiHourly,
}

/// The individual index of one pollutant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SubIndexView {
    /// Pollutant.
    pub property: String,
    /// The concentration judged.
    pub concentration: Option<f64>,
    /// Its index.
    pub iaqi: Option<u16>,
}

/// A door and what came through it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SourceView {
    /// Its id.
    pub id: String,
    /// When something last came.
    #[cfg_attr(test, ts(type = "number"))]
    pub last_received_ms: i64,
    /// How long the last reading took from phenomenon to log.
    #[cfg_attr(test, ts(type = "number"))]
    pub delay_ms: i64,
    /// Readings and events since the log began, duplicates included.
    #[cfg_attr(test, ts(type = "number"))]
    pub readings: u64,
    /// Dead letters since the log began.
    #[cfg_attr(test, ts(type = "number"))]
    pub rejects: u64,
}

/// How many tasks of an incident are shown.
pub const TASKS_PER_INCIDENT: usize = 40;
