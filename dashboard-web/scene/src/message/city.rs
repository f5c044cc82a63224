//! The city and its rules, as the packs say them.

use serde::{Deserialize, Serialize};

/// A text in both languages of the screens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TextView {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
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
