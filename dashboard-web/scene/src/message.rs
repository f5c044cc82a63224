//! The live protocol, from server to screen. `docs/asyncapi.yaml` describes it; the TypeScript types are generated from this file and
//! its folder.
//!
//! The first message after connecting is a snapshot, or, when the screen resumes at a position that the server still remembers, a delta. A
//! delta applies to exactly the position it names in `after`; the state that results is the state of `position`. Times are epoch
//! milliseconds (`_ms`). At least one message a second is sent, if only to carry the city clock.

mod alarms;
mod city;
mod incidents;
mod things;

use serde::{Deserialize, Serialize};

pub use alarms::*;
pub use city::*;
pub use incidents::*;
pub use things::*;

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
