//! Peace and war (平战结合): what changes together when an incident goes to war, and what is told when it leaves it.

use serde::{Deserialize, Serialize};

use crate::alarm::Level;
use crate::catalogue::Text;
use crate::id::{AlarmId, DatastreamId, PropertyId};
use crate::time::Timestamp;

/// 转战时: all of this holds from this record on, and until the incident is at peace again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WarForm {
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Whether who acted stands above who commands the incident, and is not them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_rank: bool,
    /// The walls that show it, by the names of their tokens; none for all that reach to its area.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub walls: Vec<String>,
    /// Alarms of this level and of less grave ones wait when they lie outside of the incident's area; `None` for none. Never the gravest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Level>,
    /// The values that count meanwhile, the least first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Threshold>,
    /// How often sources are asked to measure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sampling: Vec<Sampling>,
}

/// A value that counts while an incident is at war.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// Of which property.
    pub property: PropertyId,
    /// In the property's unit.
    pub value: f64,
    /// The same in milligrams a cubic metre, where a plume can be worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mg_m3: Option<f64>,
    /// What it is called.
    pub title: Text,
    /// Whether it decides: one of a property does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decides: bool,
}

/// A wish to the sources of a property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampling {
    /// Of which property.
    pub property: PropertyId,
    /// So many seconds from one observation to the next.
    pub every_secs: u32,
}

/// 转平时.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PeaceForm {
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Whether who acted stands above who commands the incident, and is not them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_rank: bool,
}

/// Alarms in one [`DeferredForm`].
pub const DEFERRED_LISTED_MAX: usize = 500;

/// What waited while an incident was at war, said by the program when it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeferredForm {
    /// When the war began.
    pub since: Timestamp,
    /// When it was over.
    pub until: Timestamp,
    /// How many alarms waited.
    pub count: u32,
    /// How many of them are still open.
    pub open: u32,
    /// The alarms, open ones first; at most [`DEFERRED_LISTED_MAX`].
    pub alarms: Vec<DeferredAlarm>,
    /// Alarms of rules of war that last and call nobody any more, the gravest first; at most [`DEFERRED_LISTED_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asleep: Vec<DeferredAlarm>,
}

/// An alarm that waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeferredAlarm {
    /// Its id.
    pub alarm: AlarmId,
    /// The datastream that it speaks of.
    pub subject: DatastreamId,
    /// Its level.
    pub level: Level,
    /// When it was raised.
    pub at: Timestamp,
    /// Whether it is still open.
    pub open: bool,
}

/// What somebody reckons that leaks (估算), from which a plume is worked out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EstimateForm {
    /// Grams a second.
    pub grams_a_sec: f64,
    /// From where the wind blows, degrees: 0 from the north, 90 from the east.
    pub wind_from: f64,
    /// How fast, metres a second.
    pub wind_ms: f64,
    /// How much the air mixes, by Pasquill: `A` to `F`.
    pub stability: char,
    /// On what it rests.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}
