//! The life of an alarm (ISA-18.2): raised by the engine, acknowledged by a person, returned to normal by the readings; shelved, out of
//! service, marked as false.
//!
//! What is said of an alarm stands here; [`AlarmBook`] folds it into the alarms that are open.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::id::{AlarmId, DatastreamId, EventKey, RuleId, hex};
use crate::record::Position;
use crate::shelving::Quiet;
use crate::time::Timestamp;

mod book;

pub use book::{AlarmBook, LastChange};

/// Warning level, the statutory four: 1 red, 2 orange, 3 yellow, 4 blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Level {
    /// 一级, 红
    Red = 1,
    /// 二级, 橙
    Orange = 2,
    /// 三级, 黄
    Yellow = 3,
    /// 四级, 蓝
    Blue = 4,
}

impl TryFrom<u8> for Level {
    type Error = String;
    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::Red),
            2 => Ok(Self::Orange),
            3 => Ok(Self::Yellow),
            4 => Ok(Self::Blue),
            other => Err(format!(
                "level {other} is not 1 (red), 2 (orange), 3 (yellow) or 4 (blue)"
            )),
        }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level as Self
    }
}

/// Which text of a rule speaks: rules change, and what they once said stays as it was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleVersion {
    /// The pack that holds the rule.
    pub pack: SmolStr,
    /// The pack's own version.
    pub version: SmolStr,
    /// The first 12 hex digits of SHA-256 of the rule as its pack writes it (see [`RuleVersion::digest_of`]).
    pub digest: SmolStr,
}

impl RuleVersion {
    /// The digest of a rule's definition in canonical form: JSON without spaces, its keys sorted.
    pub fn digest_of(definition: &str) -> SmolStr {
        hex(&Sha256::digest(definition.as_bytes())[..6])
    }
}

/// What the engine says about an alarm. Each event carries the whole engine-side state, so the last one is enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmEvent {
    /// The alarm; never changes.
    pub alarm: AlarmId,
    /// What happened.
    pub change: AlarmChange,
    /// City time at which the engine said so.
    pub at: Timestamp,
    /// The rule.
    pub rule: RuleId,
    /// Its text at that time; `None` for a rule of no pack, and in records of a program that did not write it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_version: Option<RuleVersion>,
    /// The datastream it speaks of.
    pub subject: DatastreamId,
    /// The track whose alarm it is, where each has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<EventKey>,
    /// Warning level.
    pub level: Level,
    /// Phenomenon time of the first observation beyond the threshold.
    pub started: Timestamp,
    /// Phenomenon time of the observation that ended it; `None` while it lasts.
    pub ended: Option<Timestamp>,
    /// The value at `started`.
    pub value: f64,
    /// The most extreme value since `started`, in the direction of the rule.
    pub extreme: f64,
    /// The threshold that was crossed.
    pub threshold: f64,
    /// What the event before this one said, where late data corrected it (amended, withdrawn).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<AlarmBefore>,
    /// In which posture its rule speaks; `None` for in both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posture: Option<Posture>,
}

/// In which posture the rule of an alarm speaks. The engine judges by it always; people hear of it in that posture only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posture {
    /// 战时: while an incident is at war whose area holds the thing.
    War {
        /// The area of the thing when it was judged; no incident holds a thing of which it is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        area: Option<SmolStr>,
    },
}

impl Posture {
    /// Its name, as in the record.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::War { .. } => "war",
        }
    }
}

impl AlarmEvent {
    /// Whether its rule speaks at war only, and no incident at war is in an area that holds its thing. `wars` are the areas of those.
    pub fn is_asleep<'a>(&self, wars: impl IntoIterator<Item = &'a SmolStr>) -> bool {
        let Some(Posture::War { area }) = &self.posture else {
            return false;
        };
        let holds = |war: &SmolStr| area.as_ref().is_some_and(|area| area.starts_with(&**war));
        !wars.into_iter().any(holds)
    }

    /// The pack of its rule, where it is known.
    pub fn domain(&self) -> Option<SmolStr> {
        self.rule_version.as_ref().map(|rule| rule.pack.clone())
    }
}

/// What a corrected alarm said before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AlarmBefore {
    /// Phenomenon time of its beginning.
    pub started: Timestamp,
    /// Phenomenon time of its end; `None` when it lasted.
    pub ended: Option<Timestamp>,
    /// The most extreme value.
    pub extreme: f64,
}

/// What happened to an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmChange {
    /// It is new.
    Raised,
    /// The condition ended.
    Returned,
    /// Data that came out of order moved its beginning or end, or reopened it.
    Amended,
    /// Data that came out of order cut an earlier alarm in two; this one is the new, later part.
    Split {
        /// The alarm that keeps the earlier part.
        from: AlarmId,
    },
    /// Data that came out of order showed that it never was an alarm of its own.
    Withdrawn {
        /// The alarm that covers its time, where there is one.
        merged_into: Option<AlarmId>,
    },
}

impl AlarmChange {
    /// Its name, as in the record.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Returned => "returned",
            Self::Amended => "amended",
            Self::Split { .. } => "split",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// Where an alarm stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmState {
    /// The condition lasts and nobody has acknowledged.
    Unacknowledged,
    /// The condition lasts and somebody has acknowledged.
    Acknowledged,
    /// The condition ended and nobody has acknowledged.
    ReturnedUnacknowledged,
    /// Ended and acknowledged, or withdrawn: closed.
    Normal,
}

/// Who acknowledged; and in the same form who did something else about an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The account of who did; `None` in records before there were accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The seat; may be empty.
    pub seat: String,
    /// City time.
    pub at: Timestamp,
    /// What was written with it.
    pub note: String,
}

/// That nobody acknowledged in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// How often: 1 to the shift leader, 2 to the commander.
    pub stage: u8,
    /// The role to which the last time.
    pub to: String,
    /// City time of the last time.
    pub at: Timestamp,
}

/// An alarm as the log tells it so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// The number by which people call it while it is open: the smallest that was free. The same on every screen.
    pub number: u32,
    /// When it was first raised, by the city clock.
    pub raised_at: Timestamp,
    /// The text of the rule that raised it, where it is recorded; what later texts say of it does not change this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_by: Option<RuleVersion>,
    /// The engine's last word.
    pub event: AlarmEvent,
    /// Whether late data ever changed it.
    pub corrected: bool,
    /// The first acknowledgement.
    pub acknowledgement: Option<Acknowledgement>,
    /// Whether it was escalated before anybody acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// Who says that it was a false alarm, and how that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_alarm: Option<Acknowledgement>,
    /// Why it calls nobody at this moment. Not kept with the alarm: the book's [`Shelving`] says it.
    #[serde(skip)]
    pub quiet: Option<Quiet>,
    /// While it waits: when it came back from the shelf, or into service; who must acknowledge has from then on. Kept as `quiet` is.
    #[serde(skip)]
    pub back_at: Option<Timestamp>,
    /// The record that changed it last; being kept quiet is no change of it.
    pub position: Position,
}

impl Alarm {
    /// Where it stands.
    pub const fn state(&self) -> AlarmState {
        if matches!(self.event.change, AlarmChange::Withdrawn { .. }) {
            return AlarmState::Normal;
        }
        match (self.event.ended.is_some(), self.acknowledgement.is_some()) {
            (false, false) => AlarmState::Unacknowledged,
            (false, true) => AlarmState::Acknowledged,
            (true, false) => AlarmState::ReturnedUnacknowledged,
            (true, true) => AlarmState::Normal,
        }
    }

    /// City time from which somebody has to acknowledge it.
    pub fn waits_since(&self) -> Timestamp {
        self.back_at
            .map_or(self.raised_at, |back| back.max(self.raised_at))
    }
}
