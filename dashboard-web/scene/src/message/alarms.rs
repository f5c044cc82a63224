//! Alarms: their state, who was told, what is kept quiet.

use serde::{Deserialize, Serialize};

use super::RuleVersionView;

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
