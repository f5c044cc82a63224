//! Incidents, their tasks, and war.

use serde::{Deserialize, Serialize};

use super::{DatastreamView, TextView};

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
