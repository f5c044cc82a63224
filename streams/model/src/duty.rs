//! What the house itself does about a shift: it escalates alarms that nobody acknowledges, and says what changed of its rules. Never dropped.

use serde::{Deserialize, Serialize};

use crate::alarm::AlarmEvent;
use crate::id::{AlarmId, DatastreamId, RuleId};
use crate::record::Position;
use crate::time::Timestamp;

/// One act of the house. When it happened is the record's `received_at`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Duty {
    /// Nobody acknowledged an alarm in time.
    Escalated(Box<Escalated>),
    /// The program was away when these alarms should have been escalated, and it is too late now: they are not, one by one.
    Missed {
        /// The stage to which they should have gone.
        stage: u8,
        /// Which.
        alarms: Vec<AlarmId>,
    },
    /// What was on the shelf came back by itself.
    Unshelved(Box<Unshelved>),
    /// Rules, packs, doors or the program are others than before.
    Changed {
        /// What changed.
        changes: Vec<Changed>,
    },
}

/// That nobody acknowledged an alarm in time. The first record of an alarm and a stage counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Escalated {
    /// How often it is escalated with this: 1 to the shift leader, 2 to the commander.
    pub stage: u8,
    /// The role to which.
    pub to: String,
    /// The accounts of who had the seats of that role; none is a gap.
    pub people: Vec<String>,
    /// City time at which it was due.
    pub due: Timestamp,
    /// The engine's last word on the alarm.
    pub event: AlarmEvent,
}

/// That a shelf ended by itself. The first record that ends it counts, also if a person was first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unshelved {
    /// The record that made the shelf.
    pub shelf: Position,
    /// Why it ended.
    pub why: Why,
    /// The alarm that was shelved.
    pub alarm: AlarmId,
    /// Its rule.
    pub rule: RuleId,
    /// Its datastream.
    pub subject: DatastreamId,
}

/// Why a shelf ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its time was over.
    Over,
    /// The datastream had a graver alarm.
    Worsened,
}

/// Something of the house that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// What: `rule`, `pack`, `door` or `program`.
    pub what: String,
    /// Its id.
    pub id: String,
    /// Its version or digest before; `None` for what is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Its version or digest; `None` for what is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
