//! Acts on incidents and tasks (事件、任务): the body of a record of kind 9.
//!
//! An act says everything that follows from it: a response that is started carries its tasks with their deadlines as times, so that the log means the
//! same for ever, whatever plans and calendars say later. What incidents and tasks are is a fold of these acts (`yiping-desk`), which also
//! says of each whether it counts: of two that exclude each other the first one in the log does.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::IncidentId;

mod hazard;
mod hotline;
mod incident;
mod paired;
mod response;
mod task;
mod war;

pub use hazard::{HAZARD_LINES_MAX, HazardForm, WindForm};
pub use hotline::HotlineOrder;
pub use incident::{
    Amendment, EventLevel, IncidentClass, IncidentForm, Move, Origin, Place, ResponseLevel, Stage,
};
pub use paired::{PAIR_SECS, PairConfirm, PairProposal, PairRecall, Paired, Warning};
pub use response::{
    Adjustment, ItemForm, ItemKind, ReportForm, ReportName, ReportStep, Reported, Response,
    RoleForm,
};
pub use task::{Photo, Proof, Proven, ReadingProof, Sent, Step, TaskAct, TaskForm};
pub use war::{
    DEFERRED_LISTED_MAX, DeferredAlarm, DeferredForm, EstimateForm, PeaceForm, Sampling, Threshold,
    WarForm,
};

/// One act on one incident. When it happened is the record's `received_at`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The account of who acted; `None` when the program did, by its rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The seat that acted; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub seat: String,
    /// Names the act: an act that comes again under its key changes nothing. At most [`KEY_CHARS_MAX`] characters.
    pub key: SmolStr,
    /// The incident. An act that is about none ([`CommandAct::is_of_no_incident`]) has an id here that no incident has.
    pub incident: IncidentId,
    /// The version of the incident, or of the task, that the actor saw; when it is another one by now, the act does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<u32>,
    /// What was done.
    #[serde(flatten)]
    pub act: CommandAct,
}

/// Characters of a key.
pub const KEY_CHARS_MAX: usize = 64;

/// What can be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum CommandAct {
    /// 接报: an incident was opened.
    Open(Box<IncidentForm>),
    /// What is known of it changed.
    Amend(Box<Amendment>),
    /// It moved to another stage.
    Move(Box<Move>),
    /// 启动响应: a response was started, with all that it creates.
    Respond(Box<Response>),
    /// 响应调整: the level changed, and with it what is to be done.
    Adjust(Box<Adjustment>),
    /// Another incident turned out to be this one.
    Merge(Joined),
    /// It turned out not to be.
    Unmerge(Joined),
    /// Alarms, detections or orders turned out to belong to it.
    Attach(Attached),
    /// Somebody said that these do not belong to it: they are not proposed again.
    Dismiss(Attached),
    /// Who commands offers the command to somebody else.
    OfferCommand(Offer),
    /// 指挥权移交: the command was taken over.
    TakeCommand(Note),
    /// A task was added by hand.
    AddTask(Box<TaskForm>),
    /// A step of a task.
    Task(Box<TaskAct>),
    /// A line of the response was ticked, or unticked.
    Tick(Tick),
    /// A report (初报, 续报, 终报) was given.
    Report(Reported),
    /// A report is overdue, said by the program.
    ReportOverdue(ReportName),
    /// 复盘: something was learnt from it.
    Lesson(Note),
    /// The first of two people proposes what takes two.
    Propose(Box<PairProposal>),
    /// The second one confirms it: only then it happens.
    Confirm(Box<PairConfirm>),
    /// The first one takes it back.
    Recall(PairRecall),
    /// An order of a hotline came in; it is about no incident yet.
    Receive(Box<HotlineOrder>),
    /// Somebody said that these are no incident together, and why; it is about none.
    SetAside(Attached),
    /// 转战时: scene, quiet, routes and thresholds change together.
    ToWar(Box<WarForm>),
    /// 转平时: they are again as they were.
    ToPeace(PeaceForm),
    /// What leaks is estimated anew.
    Estimate(EstimateForm),
    /// What waited meanwhile, said by the program.
    Deferred(Box<DeferredForm>),
}

/// Another incident, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The other one.
    pub other: IncidentId,
    /// Why.
    pub note: String,
}

/// What is joined to an incident, or is not, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Alarms, detections, orders.
    pub origins: Vec<Origin>,
    /// Why.
    pub note: String,
}

/// The command, offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The account to which.
    pub to: String,
    /// Why.
    pub note: String,
}

/// What was written with an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The text; may be empty.
    pub note: String,
}

/// A line ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Its name.
    pub item: SmolStr,
    /// Whether it is done.
    pub done: bool,
    /// What was written; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl CommandAct {
    /// Whether only the program does it.
    pub fn is_automatic(&self) -> bool {
        match self {
            Self::ReportOverdue(_) | Self::Deferred(_) => true,
            Self::Task(task) => task.step.is_automatic(),
            _ => false,
        }
    }

    /// Whether it is about no incident.
    pub const fn is_of_no_incident(&self) -> bool {
        matches!(self, Self::Receive(_) | Self::SetAside(_))
    }
}

#[cfg(test)]
mod tests;
