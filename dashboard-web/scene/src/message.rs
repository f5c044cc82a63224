//! The live protocol, from server to screen. `docs/asyncapi.yaml` describes it; the TypeScript types are generated from this file.
//!
//! The first message after connecting is a snapshot, or, when the screen resumes at a position that the server still remembers, a delta. A
//! delta applies to exactly the position it names in `after`; the state that results is the state of `position`. Times are epoch
//! milliseconds (`_ms`). At least one message a second is sent, if only to carry the city clock.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A message from server to screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The whole state.
    Snapshot(Box<Snapshot>),
    /// What changed.
    Delta(Box<Delta>),
    /// How history stands.
    History(HistoryView),
}

/// How history stands at this moment. It comes beside the scene and moves no position: a scene is a function of the log, and the log does not
/// know whether its database answers. It is sent when it changes, and once to a screen that connects after it ever changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryView {
    /// City time since which history cannot be filled; `None` while it can.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub away_since_ms: Option<i64>,
}

/// A text in both languages of the screens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TextView {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// The whole state of a scene at a position, and what does not change while the program runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Snapshot {
    /// The scene's name: `wall`.
    pub scene: String,
    /// The log position of this state.
    #[cfg_attr(test, ts(type = "number"))]
    pub position: u64,
    /// City time of that position.
    #[cfg_attr(test, ts(type = "number"))]
    pub now_ms: i64,
    /// The city.
    pub city: CityView,
    /// The properties, by id.
    pub properties: Vec<PropertyView>,
    /// The rules.
    pub rules: Vec<RuleView>,
    /// The kinds of events, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub event_types: Vec<EventTypeView>,
    /// The state; every list is sorted by its key.
    pub state: StateView,
}

/// The city and its areas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CityView {
    /// Its name.
    pub name: TextView,
    /// IANA time zone in which the screens show time.
    pub zone: String,
    /// Whether the readings come from the simulator: then every screen says so.
    pub simulated: bool,
    /// Its counties, in the order of the screens.
    pub areas: Vec<AreaView>,
}

/// A county.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AreaView {
    /// GB/T 2260 code.
    pub code: String,
    /// Its name.
    pub name: TextView,
}

/// A property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PropertyView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: TextView,
    /// Its short form.
    pub symbol: String,
    /// Its unit.
    pub unit: String,
    /// Decimals to show.
    pub decimals: u8,
    /// Seconds that one observation stands for; older than three periods is stale.
    pub period_secs: u32,
}

/// A kind of event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EventTypeView {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: TextView,
}

/// A rule, as far as a screen explains it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RuleView {
    /// Its id.
    pub id: String,
    /// What the alarm is called.
    pub title: TextView,
    /// The properties that it judges; none for a rule on events.
    pub properties: Vec<String>,
    /// The kind of events that it judges.
    pub event: Option<String>,
    /// Warning level 1 to 4.
    pub level: u8,
    /// How it judges; of what follows each operator says what it needs.
    pub operator: OperatorView,
    /// Of `threshold` and `rate`: whether it raises above or below.
    pub direction: Option<DirectionView>,
    /// The value beyond which it raises, or for a rate the change per hour; `null` where each thing has its own.
    pub raise: Option<f64>,
    /// The value behind which it returns to normal; `null` where each thing has its own.
    pub clear: Option<f64>,
    /// The thing's own limit in the place of `raise`.
    pub raise_limit: Option<OwnLimitView>,
    /// The thing's own limit in the place of `clear`.
    pub clear_limit: Option<OwnLimitView>,
    /// How long the value must have been beyond (`threshold`), or the same (`stuck`), or absent (`no_data`).
    pub for_secs: Option<u32>,
    /// Of `rate`: over which time the change is taken.
    pub over_secs: Option<u32>,
    /// Of `no_data`: how many periods of the datastream there may be silence.
    pub periods: Option<u32>,
    /// Of `stuck`: how many equal observations it takes.
    pub min_count: Option<u32>,
    /// Of `stuck`: values that may stay.
    pub except: Vec<f64>,
    /// Of `event`: what must be measured with it, at least.
    pub min: Vec<LeastView>,
    /// Of `event`: what has an alarm of its own.
    pub by: Option<ByView>,
    /// Of `event`: how long after the last one it returns.
    pub hold_secs: Option<u32>,
    /// Where the thresholds come from.
    pub source: String,
    /// The text of it that is in force; an alarm names the one that raised it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub written: Option<RuleVersionView>,
}

/// Which text of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RuleVersionView {
    /// The pack that holds the rule.
    pub pack: String,
    /// The pack's own version.
    pub version: String,
    /// The first 12 hex digits of SHA-256 of the rule as it is written.
    pub digest: String,
}

/// How a rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum OperatorView {
    /// A value beyond a limit.
    Threshold,
    /// A change per hour beyond a limit.
    Rate,
    /// No data.
    NoData,
    /// The same value again and again.
    Stuck,
    /// An event.
    Event,
}

/// A limit that each thing has for itself, by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OwnLimitView {
    /// Its name.
    pub limit: String,
    /// Added to it.
    pub offset: f64,
}

/// A value that an event must have, at least.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LeastView {
    /// Of which property.
    pub property: String,
    /// How much.
    pub value: f64,
}

/// What has an alarm of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ByView {
    /// Each track of each thing.
    Track,
    /// Each thing.
    Thing,
}

/// Whether a rule raises above or below its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DirectionView {
    /// Raises above.
    Above,
    /// Raises below.
    Below,
}

/// What a scene shows, as lists sorted by key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StateView {
    /// Things, by id.
    pub things: Vec<ThingView>,
    /// Last values, by thing and property.
    pub latest: Vec<LatestView>,
    /// The last hour or so of window means, by thing and property.
    pub trends: Vec<TrendView>,
    /// The last index of each thing and kind.
    pub indices: Vec<IndexView>,
    /// Open alarms, by id.
    pub alarms: Vec<AlarmView>,
    /// Doors, by id.
    pub sources: Vec<SourceView>,
    /// The last events, by thing, then time, at most [`EVENTS_PER_THING`] of each thing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub events: Vec<EventView>,
    /// The last windows of H3 cells, by thing and property.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub cells: Vec<CellView>,
    /// The ways to people who look at no screen, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub channels: Vec<ChannelView>,
    /// Who was told of open alarms, by alarm; none of one that nobody was told of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub told: Vec<ToldView>,
    /// What is kept quiet; absent while nothing is.
    #[serde(default, skip_serializing_if = "ShelvingView::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub shelving: ShelvingView,
    /// Incidents that are neither over nor merged into another one, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub incidents: Vec<IncidentView>,
    /// Alarms that wait because an incident is at war, by alarm.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub waiting: Vec<WaitingView>,
}

/// What changed between two positions. Lists hold whole new values by key; an absent list changed nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct Delta {
    /// The position that this applies to.
    #[cfg_attr(test, ts(type = "number"))]
    pub after: u64,
    /// The position that results.
    #[cfg_attr(test, ts(type = "number"))]
    pub position: u64,
    /// City time of that position.
    #[cfg_attr(test, ts(type = "number"))]
    pub now_ms: i64,
    /// New or changed things.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub things: Vec<ThingView>,
    /// New last values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub latest: Vec<LatestView>,
    /// Last values that are no more, to be removed: of derived values that were corrected to none, or whose newest step has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub gone: Vec<DatastreamView>,
    /// New points of trends, to be appended (see [`TrendPoint`]).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub trend_points: Vec<TrendPoint>,
    /// New indices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub indices: Vec<IndexView>,
    /// New or changed open alarms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub alarms: Vec<AlarmView>,
    /// Alarms that are closed now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub closed: Vec<String>,
    /// Changed doors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub sources: Vec<SourceView>,
    /// New events, to be put among those of their things (see [`EventView`]).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub events: Vec<EventView>,
    /// New last windows of H3 cells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub cells: Vec<CellView>,
    /// Changed ways to people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub channels: Vec<ChannelView>,
    /// Who was told of alarms, whole new lists; an empty one is removed, and that of a closed alarm too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub told: Vec<ToldView>,
    /// What is kept quiet, all of it, when anything of that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub shelving: Option<ShelvingView>,
    /// New or changed incidents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub incidents: Vec<IncidentView>,
    /// Incidents that are over or merged into another one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub incidents_over: Vec<String>,
    /// Alarms that wait from now on, or because of another incident.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub waiting: Vec<WaitingView>,
    /// Alarms that do not wait any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<_>"))]
    pub waiting_over: Vec<String>,
}

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

/// An open alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AlarmView {
    /// Its id.
    pub id: String,
    /// The number by which people call it.
    pub number: u32,
    /// Warning level 1 to 4.
    pub level: u8,
    /// Where it stands.
    pub state: AlarmStateView,
    /// The rule.
    pub rule: String,
    /// The thing.
    pub thing: String,
    /// The property; the kind of event, or `no_data`, where that raised it.
    pub property: String,
    /// The track whose alarm it is, where each has its own.
    pub key: Option<String>,
    /// The value that raised it; seconds where a datastream was silent or stuck, a change per hour under a rate.
    pub value: f64,
    /// The most extreme value as of the engine's last word: while the alarm lasts, the value that raised it.
    pub extreme: f64,
    /// The threshold, in the unit of `value`.
    pub threshold: f64,
    /// Phenomenon time of its beginning.
    #[cfg_attr(test, ts(type = "number"))]
    pub started_ms: i64,
    /// Phenomenon time of its end.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub ended_ms: Option<i64>,
    /// City time at which it was raised.
    #[cfg_attr(test, ts(type = "number"))]
    pub raised_ms: i64,
    /// The text of the rule that raised it, where it is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub raised_by: Option<RuleVersionView>,
    /// Who acknowledged.
    pub acknowledged: Option<AcknowledgedView>,
    /// That nobody acknowledged in time; absent while that is not so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub escalated: Option<EscalatedView>,
    /// Why it calls nobody; absent when it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub quiet: Option<QuietView>,
    /// Who marked it as a false alarm, and how that is known (`note`); absent while nobody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub false_alarm: Option<AcknowledgedView>,
    /// Whether late data changed it.
    pub corrected: bool,
    /// What it said before its last change, when that was a correction.
    pub before: Option<AlarmBeforeView>,
}

/// What a corrected alarm said before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AlarmBeforeView {
    /// Phenomenon time of its beginning.
    #[cfg_attr(test, ts(type = "number"))]
    pub started_ms: i64,
    /// Phenomenon time of its end; `None` when it lasted.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub ended_ms: Option<i64>,
    /// The most extreme value.
    pub extreme: f64,
}

/// Why an alarm calls nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum QuietView {
    /// It is on the shelf.
    Shelved,
    /// Its rule is out of service at its thing.
    OutOfService,
}

/// What is kept quiet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ShelvingView {
    /// What is on the shelf, by its record.
    pub shelved: Vec<ShelfView>,
    /// What is out of service at a thing, or asked to be, by its record.
    pub out_of_service: Vec<OutOfServiceView>,
}

impl ShelvingView {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.shelved.is_empty() && self.out_of_service.is_empty()
    }
}

/// A point on the shelf: all that its rule raises of its datastream is kept quiet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ShelfView {
    /// Its record, by which it is named.
    #[cfg_attr(test, ts(type = "number"))]
    pub record: u64,
    /// The alarm that was shelved.
    pub alarm: String,
    /// Its level then; a graver one brings it back.
    pub level: u8,
    /// The rule.
    pub rule: String,
    /// The thing.
    pub thing: String,
    /// The property.
    pub property: String,
    /// The track whose alarm it is, where each has its own.
    pub key: Option<String>,
    /// City time at which it comes back by itself.
    #[cfg_attr(test, ts(type = "number"))]
    pub until_ms: i64,
    /// Who shelved it, when, and why (`note`).
    pub by: AcknowledgedView,
}

/// A rule that is out of service at a thing, or asked to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OutOfServiceView {
    /// The record that asked, by which it is named.
    #[cfg_attr(test, ts(type = "number"))]
    pub record: u64,
    /// The rule.
    pub rule: String,
    /// The thing.
    pub thing: String,
    /// Who asked, when, and why (`note`).
    pub asked: AcknowledgedView,
    /// Who approved; `None` while nobody has: then its alarms call people as ever.
    pub approved: Option<AcknowledgedView>,
}

/// Where an open alarm stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AlarmStateView {
    /// Lasts, not acknowledged.
    Unacknowledged,
    /// Lasts, acknowledged.
    Acknowledged,
    /// Ended, not acknowledged.
    ReturnedUnacknowledged,
}

/// Who acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AcknowledgedView {
    /// The account of who did; `None` before there were accounts.
    #[serde(default)]
    pub person: Option<String>,
    /// The person's name on screens, as of this position; `None` where the log knows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub display: Option<String>,
    /// The seat; may be empty.
    pub seat: String,
    /// City time.
    #[cfg_attr(test, ts(type = "number"))]
    pub at_ms: i64,
    /// What was written with it.
    pub note: String,
}

/// A way to people who look at no screen, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChannelView {
    /// Its name in the configuration.
    pub channel: String,
    /// Notices that are not delivered yet.
    pub waiting: u32,
    /// When the first of them was to be delivered: a time to come while all are held.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub waiting_since_ms: Option<i64>,
    /// City time since which one of them fails.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub failing_since_ms: Option<i64>,
    /// Notices that were given up, each within a day of the one before.
    pub given_up: u32,
    /// When the last one was.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub given_up_ms: Option<i64>,
}

/// Who was told of an open alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ToldView {
    /// The alarm.
    pub alarm: String,
    /// The notices that tell of it, in the order in which they were queued, at most the last [`TOLD_PER_ALARM`].
    pub notices: Vec<NoticeView>,
}

/// How many notices of an alarm are held.
pub const TOLD_PER_ALARM: usize = 16;

/// A notice of an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NoticeView {
    /// Its id.
    pub notice: String,
    /// The channel.
    pub channel: String,
    /// What it says of the alarm.
    pub change: ChangeView,
    /// Where it stands.
    pub state: NoticeStateView,
    /// When it was to be delivered, and when it was delivered or given up.
    #[cfg_attr(test, ts(type = "number"))]
    pub at_ms: i64,
    /// How many tries there were.
    pub attempts: u32,
}

/// What happened to an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ChangeView {
    /// It began.
    Raised,
    /// It is over.
    Returned,
    /// Late data corrected when it began or ended.
    Amended,
    /// Late data showed that it never was.
    Withdrawn,
}

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NoticeStateView {
    /// Not delivered yet.
    Waiting,
    /// Taken by the other side.
    Delivered,
    /// Not tried any more.
    GivenUp,
}

/// That nobody acknowledged an alarm in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EscalatedView {
    /// How often: 1 to the shift leader, 2 to the commander.
    pub stage: u8,
    /// The role to which the last time.
    pub to: String,
    /// City time of the last time.
    #[cfg_attr(test, ts(type = "number"))]
    pub at_ms: i64,
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

/// An incident that is neither over nor merged into another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct IncidentView {
    /// Its id.
    pub id: String,
    /// The city counts its incidents together.
    pub number: u32,
    /// Which version this is: acts on it say it as `seen`.
    pub version: u32,
    /// What it is.
    pub title: String,
    /// Where it stands, as the API names it.
    pub stage: String,
    /// Where it stands.
    pub stage_name: TextView,
    /// How grave it is, 1 to 4.
    pub event_level: Option<u8>,
    /// The level of its response, 1 to 4; `None` before one was started.
    pub response_level: Option<u8>,
    /// The plan of its response.
    pub plan: Option<TextView>,
    /// Code of its area.
    pub area: Option<String>,
    /// The domain: the name of a pack.
    pub domain: Option<String>,
    /// Longitude and latitude, WGS-84.
    pub place: Option<[f64; 2]>,
    /// What people call that place; may be empty.
    pub place_name: String,
    /// Who and what is affected.
    pub affected: Vec<String>,
    /// The alarms that it comes from.
    pub alarms: Vec<String>,
    /// When it was opened.
    #[cfg_attr(test, ts(type = "number"))]
    pub opened_ms: i64,
    /// When its response was started.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub started_ms: Option<i64>,
    /// Who commands.
    pub commander: Option<PersonView>,
    /// To whom the command is offered.
    pub offered: Option<PersonView>,
    /// Who leads what.
    pub roles: Vec<RoleView>,
    /// Its tasks, at most [`TASKS_PER_INCIDENT`]: those that are over last; before them nobody's, then late ones, then by their next time.
    pub tasks: Vec<TaskView>,
    /// How many tasks it has.
    pub tasks_count: u32,
    /// How many of them are over.
    pub tasks_over: u32,
    /// The reports to be given.
    pub reports: Vec<ReportView>,
    /// What is to be checked, fetched and told.
    pub items: Vec<ItemView>,
    /// Where what leaks is to be expected, by the last estimate.
    pub plume: Option<PlumeView>,
    /// That it is at war.
    pub war: Option<WarView>,
    /// What waited during its last war, once the program has said so.
    pub left: Option<LeftView>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PersonView {
    /// The account.
    pub account: String,
    /// The name on screens, as of this position; `None` where the log knows none.
    pub display: Option<String>,
}

/// Who leads what in a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RoleView {
    /// Its name in the plan.
    pub role: String,
    /// What it is called.
    pub title: TextView,
    /// Who has it.
    pub person: Option<PersonView>,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TaskView {
    /// Its id.
    pub id: String,
    /// Its number in the incident.
    pub number: u32,
    /// Which version this is: steps of it say it as `seen`.
    pub version: u32,
    /// What is to be done.
    pub title: TextView,
    /// The role that does it, as the plan names it.
    pub role: String,
    /// Who has it.
    pub assignee: Option<PersonView>,
    /// Where it stands, as the API names it.
    pub stage: String,
    /// Where it stands.
    pub stage_name: TextView,
    /// How late it is, as the API names it: `no`, `overdue`, `reminded`, `supervised`.
    pub late: String,
    /// Until when it must be signed.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub sign_by_ms: Option<i64>,
    /// Until when it must be done.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub done_by_ms: Option<i64>,
    /// The photographs that prove it; `None` where readings do.
    pub photos: Option<u8>,
    /// The datastream that proves it, where one does.
    pub datastream: Option<DatastreamView>,
    /// Whether it is over.
    pub over: bool,
}

/// A report to be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReportView {
    /// Its name in the plan.
    pub report: String,
    /// What it is called, to whom and how.
    pub title: TextView,
    /// Until when; `None` when it is given, or has no time.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub due_ms: Option<i64>,
    /// When it was given last.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub given_ms: Option<i64>,
    /// By whom.
    pub given_by: Option<PersonView>,
    /// How often it was given.
    pub times: u32,
    /// Whether it is overdue.
    pub overdue: bool,
}

/// A line of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ItemView {
    /// Its name in the plan.
    pub item: String,
    /// What it is, as the API names it: `check`, `resource`, `notice`.
    pub kind: String,
    /// What is to be checked, fetched or told.
    pub title: TextView,
    /// When it was ticked.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub done_ms: Option<i64>,
    /// By whom.
    pub done_by: Option<PersonView>,
}

/// A plume, worked out from an estimate: of a gas as light as air, over flat ground.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PlumeView {
    /// When it was estimated.
    #[cfg_attr(test, ts(type = "number"))]
    pub at_ms: i64,
    /// By whom.
    pub by: Option<PersonView>,
    /// Grams a second.
    pub grams_a_sec: f64,
    /// From where the wind blows, degrees.
    pub wind_from: f64,
    /// Metres a second.
    pub wind_ms: f64,
    /// By Pasquill, `A` to `F`.
    pub stability: String,
    /// The lines of the thresholds that are exceeded, the least first.
    pub contours: Vec<ContourView>,
}

/// The line inside of which a threshold is exceeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ContourView {
    /// The threshold, in the unit of its property.
    pub value: f64,
    /// Whether it decides.
    pub decides: bool,
    /// How far downwind it reaches, metres.
    pub reach_m: f64,
    /// Its points, longitude and latitude, the first not repeated.
    pub outline: Vec<[f64; 2]>,
}

/// That an incident is at war, and what holds because of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WarView {
    /// Its place among the incidents at war: a wall shows the first that it shows at all.
    pub rank: u32,
    /// Since when.
    #[cfg_attr(test, ts(type = "number"))]
    pub since_ms: i64,
    /// Who said so.
    pub by: Option<PersonView>,
    /// The walls that show it, by the names of their tokens; none for all that reach to its area.
    pub walls: Vec<String>,
    /// Alarms of this level and less grave ones wait outside of its area.
    pub quiet: Option<u8>,
    /// The values that count.
    pub thresholds: Vec<ThresholdView>,
    /// How often sources are asked to measure.
    pub sampling: Vec<SamplingView>,
    /// How many alarms waited so far.
    pub deferred: u32,
}

/// A value that counts at war.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ThresholdView {
    /// Of which property.
    pub property: String,
    /// In its unit.
    pub value: f64,
    /// What it is called.
    pub title: TextView,
    /// Whether it decides.
    pub decides: bool,
}

/// A wish to the sources of a property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SamplingView {
    /// Of which property.
    pub property: String,
    /// So many seconds from one observation to the next.
    pub every_secs: u32,
}

/// What waited during a war that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LeftView {
    /// When the war was over.
    #[cfg_attr(test, ts(type = "number"))]
    pub until_ms: i64,
    /// How many alarms waited.
    pub count: u32,
    /// How many of them were still open then.
    pub open: u32,
}

/// An alarm that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WaitingView {
    /// The alarm.
    pub alarm: String,
    /// The number of the incident at war because of which it waits.
    pub incident: u32,
}
