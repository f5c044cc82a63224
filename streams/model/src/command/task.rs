//! What acts say of tasks.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Place;
use crate::catalogue::Text;
use crate::id::{DatastreamId, TaskId, UnitId};
use crate::time::Timestamp;

/// A task as it is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskForm {
    /// Its id.
    pub task: TaskId,
    /// The plan's template; `None` for one by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<SmolStr>,
    /// What is to be done.
    pub title: Text,
    /// The role that does it; empty for anybody.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub role: SmolStr,
    /// The account that is to do it; `None` for who signs first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// The units that are sent; empty for none in particular.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Sent>,
    /// Why so; asked for where a unit is sent against the advice.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Until when it must be signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_by: Option<Timestamp>,
    /// Until when it must be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_by: Option<Timestamp>,
    /// Seconds from overdue to the reminder.
    pub remind_after_secs: u32,
    /// Seconds from overdue to supervision (督办); more than to the reminder.
    pub supervise_after_secs: u32,
    /// What proves that it is done.
    pub proof: Proof,
}

/// A unit that is sent to do a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// Which.
    pub unit: UnitId,
    /// Whether it was among those that the program advised; else the reason stands in the note.
    pub advised: bool,
    /// How long its way was said to take, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta_secs: Option<u32>,
}

/// What proves that a task is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Proof {
    /// A datastream is normal again, for so long without a gap.
    Reading(ReadingProof),
    /// Somebody else than who did it checked fresh evidence.
    Evidence {
        /// Photographs that it takes at least.
        photos: u8,
    },
}

/// When a datastream counts as normal again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadingProof {
    /// Which.
    pub datastream: DatastreamId,
    /// Normal is not above this, in the property's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// Normal is not below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// For so long, by the sensor's time.
    pub for_secs: u32,
    /// Two observations farther apart than this prove nothing in between.
    pub gap_secs: u32,
}

/// A step of a task. The moves are a table in `yiping-desk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 签收
    Sign,
    /// Refused, with the reason.
    Refuse,
    /// Given to another account or role.
    Reassign,
    /// 出动
    SetOut,
    /// 到场
    Arrive,
    /// 处置 begun.
    Begin,
    /// 反馈: said to be done.
    Finish,
    /// 核证: another person checked the evidence.
    Verify,
    /// 退回: the evidence does not do.
    SendBack,
    /// Closed.
    Close,
    /// Not needed any more.
    Withdraw,
    /// 上报: told from where the work is done, with photographs or without.
    Tell,
    /// 求援: who does it calls for help.
    CallHelp,
    /// 求援已收到: somebody answers for it that the call was heard.
    HearCall,
    /// Said by the program: a deadline passed.
    Overdue,
    /// Said by the program: 催办.
    Remind,
    /// Said by the program: 督办.
    Supervise,
    /// Said by the program: the readings prove it.
    Prove,
    /// Said by the program: the readings are not normal any more.
    Relapse,
}

/// A step of a task, with what was told of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskAct {
    /// The task.
    pub task: TaskId,
    /// The step.
    pub step: Step,
    /// When it was done, by the clock of who did it: a phone may have been offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What was written; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The photographs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
    /// To whom it is given, at [`Step::Reassign`]; `None` for who signs first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The units that are sent, at [`Step::Reassign`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Sent>,
    /// What the readings said, at [`Step::Prove`] and [`Step::Relapse`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Proven>,
}

/// A photograph, by its digest: the log holds no pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Photo {
    /// SHA-256 of its bytes, 64 hex digits.
    pub digest: SmolStr,
    /// When it was taken.
    pub taken_at: Timestamp,
}

/// What readings said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proven {
    /// The first observation of the stretch.
    pub from: Timestamp,
    /// The last one.
    pub to: Timestamp,
    /// Its value.
    pub value: f64,
}

impl Step {
    /// Whether only the program takes it.
    pub const fn is_automatic(self) -> bool {
        matches!(
            self,
            Self::Overdue | Self::Remind | Self::Supervise | Self::Prove | Self::Relapse
        )
    }
}
