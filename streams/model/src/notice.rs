//! What is told to people who look at no screen, and what became of it. Notices are never dropped.
//!
//! The outbox lies in the log: a notice is queued by one record, and each further record says what became of a try to deliver it.

use serde::{Deserialize, Serialize};

use crate::alarm::{AlarmChange, Level};
use crate::id::{AlarmId, NoticeId};
use crate::time::Timestamp;

/// One step in the life of a notice. When it was taken is the record's `received_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The notice; never changes.
    pub notice: NoticeId,
    /// What happened to it.
    #[serde(flatten)]
    pub step: NoticeStep,
}

/// What happens to a notice: it is queued, may fail, and is delivered or given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum NoticeStep {
    /// It is to be delivered. The first such record of a notice counts.
    Queued(Box<Message>),
    /// A try failed; there will be another.
    Failed {
        /// Which try, from 1.
        attempt: u32,
        /// Why.
        reason: String,
        /// City time of the next one, at the earliest.
        next: Timestamp,
    },
    /// The other side has taken it.
    Delivered {
        /// Which try, from 1.
        attempt: u32,
        /// What the other side answered, cut short.
        answer: String,
    },
    /// There will be no other try.
    GivenUp {
        /// How many tries there were.
        attempts: u32,
        /// Why the last one failed, or why there was none.
        reason: String,
    },
}

/// What is to be told, as it is told: a configuration that changes later changes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The channel, by its name in the configuration.
    pub channel: String,
    /// Why.
    pub cause: NoticeCause,
    /// City time before which it is held; `None` to tell it at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// One line.
    pub title: String,
    /// All of it, in lines.
    pub text: String,
}

/// Why something is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NoticeCause {
    /// An alarm changed.
    Alarm {
        /// The route that wants it, by its name in the configuration.
        route: String,
        /// Which alarm.
        alarm: AlarmId,
        /// What happened to it.
        change: AlarmChange,
        /// Its warning level.
        level: Level,
    },
    /// Several alarms changed in a short time: of one rule, or behind one gateway.
    Group {
        /// The route that wants them, by its name in the configuration.
        route: String,
        /// The gravest of their warning levels.
        level: Level,
        /// What happened, in the order of the log.
        about: Vec<AlarmTold>,
    },
    /// Nobody acknowledged an alarm in time.
    Escalation {
        /// The route that wants it, by its name in the configuration.
        route: String,
        /// Which alarm.
        alarm: AlarmId,
        /// How often it was escalated with this.
        stage: u8,
        /// Its warning level.
        level: Level,
    },
    /// A person tries a channel.
    Test {
        /// The account; `None` for a program.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<String>,
        /// The seat; may be empty.
        seat: String,
    },
}

/// A change of an alarm that is told of together with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmTold {
    /// The notice that it would have been alone.
    pub alone: NoticeId,
    /// Which alarm.
    pub alarm: AlarmId,
    /// What happened to it.
    pub change: AlarmChange,
}

impl NoticeStep {
    /// Its name, as in the record.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Queued(_) => "queued",
            Self::Failed { .. } => "failed",
            Self::Delivered { .. } => "delivered",
            Self::GivenUp { .. } => "given_up",
        }
    }
}

impl NoticeCause {
    /// The alarms that are told of and what happened to them, in the order of the log; of an escalation, that it still lasts as it was raised.
    pub fn alarms(&self) -> impl Iterator<Item = (&AlarmId, &AlarmChange)> {
        let (one, several) = match self {
            Self::Alarm { alarm, change, .. } => (Some((alarm, change)), &[][..]),
            Self::Escalation { alarm, .. } => (Some((alarm, &AlarmChange::Raised)), &[][..]),
            Self::Group { about, .. } => (None, &about[..]),
            Self::Test { .. } => (None, &[][..]),
        };
        one.into_iter()
            .chain(several.iter().map(|told| (&told.alarm, &told.change)))
    }

    /// The route that wants it.
    pub fn route(&self) -> Option<&str> {
        match self {
            Self::Alarm { route, .. }
            | Self::Group { route, .. }
            | Self::Escalation { route, .. } => Some(route),
            Self::Test { .. } => None,
        }
    }
}
