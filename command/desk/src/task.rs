//! Tasks (任务): what is to be done for an incident, step by step, closed only by proof.
//!
//! The steps are [`MOVES`], a table. Beside it a task is late or not ([`Late`]), which the program says.

pub mod proof;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use yiping_model::command::{Photo, Place, Proof, Proven, Sent, Step, TaskAct, TaskForm};
use yiping_model::{IncidentId, Position, TaskId, Text, Timestamp};

use crate::command::Refusal;

/// A phone's clock may be ahead of the city's by so much.
pub const CLOCK_AHEAD_MAX: Duration = Duration::from_mins(1);
/// Steps of one task; who comes so far withdraws it and makes another.
pub const STEPS_MAX: usize = 200;
/// Photographs of one step.
pub const PHOTOS_MAX: usize = 20;
/// Units that are sent for one task.
pub const UNITS_MAX: usize = 20;

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStage {
    /// 已派
    Dispatched,
    /// 已签收
    Signed,
    /// 出动
    EnRoute,
    /// 到场
    OnScene,
    /// 处置
    Working,
    /// 待核证
    Done,
    /// 已核证
    Verified,
    /// 已关闭
    Closed,
    /// 已拒绝: waits for somebody else.
    Refused,
    /// 已撤销
    Withdrawn,
}

/// All stages, in the order of a task that goes well, then the others.
pub const STAGES: [TaskStage; 10] = [
    TaskStage::Dispatched,
    TaskStage::Signed,
    TaskStage::EnRoute,
    TaskStage::OnScene,
    TaskStage::Working,
    TaskStage::Done,
    TaskStage::Verified,
    TaskStage::Closed,
    TaskStage::Refused,
    TaskStage::Withdrawn,
];

/// All steps.
pub const STEPS: [Step; 19] = [
    Step::Sign,
    Step::Refuse,
    Step::Reassign,
    Step::SetOut,
    Step::Arrive,
    Step::Begin,
    Step::Finish,
    Step::Verify,
    Step::SendBack,
    Step::Close,
    Step::Withdraw,
    Step::Tell,
    Step::CallHelp,
    Step::HearCall,
    Step::Overdue,
    Step::Remind,
    Step::Supervise,
    Step::Prove,
    Step::Relapse,
];

/// What leads where. What is not here is refused.
#[rustfmt::skip]
pub const MOVES: &[(TaskStage, Step, TaskStage)] = &[
    (TaskStage::Dispatched, Step::Sign,     TaskStage::Signed),
    (TaskStage::Dispatched, Step::Refuse,   TaskStage::Refused),
    (TaskStage::Dispatched, Step::Reassign, TaskStage::Dispatched),
    (TaskStage::Dispatched, Step::Withdraw, TaskStage::Withdrawn),
    (TaskStage::Signed,     Step::SetOut,   TaskStage::EnRoute),
    (TaskStage::Signed,     Step::Begin,    TaskStage::Working),
    (TaskStage::Signed,     Step::Refuse,   TaskStage::Refused),
    (TaskStage::Signed,     Step::Reassign, TaskStage::Dispatched),
    (TaskStage::Signed,     Step::Withdraw, TaskStage::Withdrawn),
    (TaskStage::EnRoute,    Step::Arrive,   TaskStage::OnScene),
    (TaskStage::EnRoute,    Step::Reassign, TaskStage::Dispatched),
    (TaskStage::EnRoute,    Step::Withdraw, TaskStage::Withdrawn),
    (TaskStage::OnScene,    Step::Begin,    TaskStage::Working),
    (TaskStage::OnScene,    Step::Reassign, TaskStage::Dispatched),
    (TaskStage::OnScene,    Step::Withdraw, TaskStage::Withdrawn),
    (TaskStage::Working,    Step::Finish,   TaskStage::Done),
    (TaskStage::Working,    Step::Reassign, TaskStage::Dispatched),
    (TaskStage::Working,    Step::Withdraw, TaskStage::Withdrawn),
    (TaskStage::Done,       Step::Verify,   TaskStage::Verified),
    (TaskStage::Done,       Step::Prove,    TaskStage::Verified),
    (TaskStage::Done,       Step::SendBack, TaskStage::Working),
    (TaskStage::Done,       Step::Withdraw, TaskStage::Withdrawn),
    (TaskStage::Verified,   Step::Close,    TaskStage::Closed),
    (TaskStage::Verified,   Step::Relapse,  TaskStage::Working),
    (TaskStage::Closed,     Step::Relapse,  TaskStage::Working),
    (TaskStage::Refused,    Step::Reassign, TaskStage::Dispatched),
    (TaskStage::Refused,    Step::Withdraw, TaskStage::Withdrawn),
];

/// Where a step leads from a stage; lateness leads nowhere, nor does what is told or called in between.
pub fn after(stage: TaskStage, step: Step) -> Option<TaskStage> {
    if matches!(step, Step::Overdue | Step::Remind | Step::Supervise) {
        return stage.leg().map(|_| stage);
    }
    match step {
        Step::Tell | Step::CallHelp => return stage.has_doer().then_some(stage),
        // Whoever called is answered, whatever became of the task.
        Step::HearCall => return Some(stage),
        _ => {}
    }
    let mut moves = MOVES.iter();
    let found = moves.find(|(from, by, _)| (*from, *by) == (stage, step));
    found.map(|(_, _, to)| *to)
}

/// What a task waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// To be signed.
    Sign,
    /// To be done.
    Finish,
}

/// How late a task is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Late {
    /// Not that is known.
    #[default]
    No,
    /// 逾期
    Overdue,
    /// 已催办
    Reminded,
    /// 督办
    Supervised,
}

impl TaskStage {
    /// What is waited for here; `None` where no deadline runs.
    pub const fn leg(self) -> Option<Leg> {
        match self {
            Self::Dispatched | Self::Refused => Some(Leg::Sign),
            Self::Signed | Self::EnRoute | Self::OnScene | Self::Working => Some(Leg::Finish),
            Self::Done | Self::Verified | Self::Closed | Self::Withdrawn => None,
        }
    }

    /// Whether somebody is at it who signed it.
    pub const fn has_doer(self) -> bool {
        matches!(
            self,
            Self::Signed | Self::EnRoute | Self::OnScene | Self::Working | Self::Done
        )
    }

    /// Whether nothing more is to be done.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Withdrawn)
    }

    /// What it is called.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Dispatched => ("已派", "dispatched"),
            Self::Signed => ("已签收", "signed"),
            Self::EnRoute => ("出动", "en route"),
            Self::OnScene => ("到场", "on scene"),
            Self::Working => ("处置", "working"),
            Self::Done => ("待核证", "done, not yet verified"),
            Self::Verified => ("已核证", "verified"),
            Self::Closed => ("已关闭", "closed"),
            Self::Refused => ("已拒绝", "refused"),
            Self::Withdrawn => ("已撤销", "withdrawn"),
        }
    }
}

/// What a step is called, in Chinese and English.
pub const fn step_names(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::Sign => ("签收", "sign"),
        Step::Refuse => ("拒绝", "refuse"),
        Step::Reassign => ("改派", "reassign"),
        Step::SetOut => ("出动", "set out"),
        Step::Arrive => ("到场", "arrive"),
        Step::Begin => ("开始处置", "begin"),
        Step::Finish => ("反馈完成", "finish"),
        Step::Verify => ("核证", "verify"),
        Step::SendBack => ("退回", "send back"),
        Step::Close => ("关闭", "close"),
        Step::Withdraw => ("撤销", "withdraw"),
        Step::Tell => ("上报", "tell"),
        Step::CallHelp => ("求援", "call for help"),
        Step::HearCall => ("求援已收到", "hear the call"),
        Step::Overdue => ("逾期", "overdue"),
        Step::Remind => ("催办", "remind"),
        Step::Supervise => ("督办", "supervise"),
        Step::Prove => ("读数核证", "prove"),
        Step::Relapse => ("复发", "relapse"),
    }
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The incident.
    pub incident: IncidentId,
    /// Its number in the incident, from 1.
    pub number: u32,
    /// Grows with every step that counts.
    pub version: u32,
    /// The plan's template; `None` for one by hand.
    pub template: Option<SmolStr>,
    /// What is to be done.
    pub title: Text,
    /// The role that does it; empty for anybody.
    pub role: SmolStr,
    /// The account that does it.
    pub assignee: Option<String>,
    /// The units that are sent.
    #[serde(default)]
    pub units: Vec<Sent>,
    /// What proves that it is done.
    pub proof: Proof,
    /// Where it stands.
    pub stage: TaskStage,
    /// How late it is at what it waits for.
    pub late: Late,
    /// Until when it must be signed.
    pub sign_by: Option<Timestamp>,
    /// Until when it must be done.
    pub done_by: Option<Timestamp>,
    /// Seconds from overdue to the reminder.
    pub remind_after_secs: u32,
    /// Seconds from overdue to supervision.
    pub supervise_after_secs: u32,
    /// When it was made.
    pub made_at: Timestamp,
    /// Since when evidence is fresh: the work began, or began again.
    pub began: Option<Timestamp>,
    /// How often it was opened again by readings.
    pub relapses: u32,
    /// Since when who does it calls for help, and nobody has heard it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calling: Option<Timestamp>,
    /// Everything that was done, in the order of the log.
    pub steps: Vec<Took>,
    /// Microseconds that were given to sign, and to finish.
    given: (Option<i64>, Option<i64>),
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Took {
    /// The record.
    pub position: Position,
    /// When the log took it.
    pub at: Timestamp,
    /// Who; `None` for the program.
    pub person: Option<String>,
    /// The key of the act.
    pub key: SmolStr,
    /// The step.
    pub step: Step,
    /// When it was done by the clock of who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What was written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The photographs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
    /// To whom it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The units that were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Sent>,
    /// What the readings said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Proven>,
}

impl Task {
    /// A new one.
    pub(crate) fn new(form: &TaskForm, incident: &IncidentId, number: u32, at: Timestamp) -> Self {
        let given = |until: Option<Timestamp>| until.map(|until| until.micros_since(at).max(0));
        Self {
            id: form.task.clone(),
            incident: incident.clone(),
            number,
            version: 1,
            template: form.template.clone(),
            title: form.title.clone(),
            role: form.role.clone(),
            assignee: form.assignee.clone(),
            units: form.units.clone(),
            proof: form.proof.clone(),
            stage: TaskStage::Dispatched,
            late: Late::No,
            sign_by: form.sign_by,
            done_by: form.done_by,
            remind_after_secs: form.remind_after_secs,
            supervise_after_secs: form.supervise_after_secs,
            made_at: at,
            began: None,
            relapses: 0,
            calling: None,
            steps: Vec::new(),
            given: (given(form.sign_by), given(form.done_by)),
        }
    }

    /// Whether an act of this key counted already.
    pub fn knows(&self, key: &str) -> bool {
        self.steps.iter().any(|took| took.key == key)
    }

    /// What the program says next of its lateness, and when.
    pub fn next_wake(&self) -> Option<(Timestamp, Step)> {
        let due = match self.stage.leg()? {
            Leg::Sign => self.sign_by?,
            Leg::Finish => self.done_by?,
        };
        let later = |secs: u32| due + Duration::from_secs(secs.into());
        match self.late {
            Late::No => Some((due, Step::Overdue)),
            Late::Overdue => Some((later(self.remind_after_secs), Step::Remind)),
            Late::Reminded => Some((later(self.supervise_after_secs), Step::Supervise)),
            Late::Supervised => None,
        }
    }

    /// Where the act leads, or why it does not count. `at` is when the log took it.
    pub(crate) fn judge(
        &self,
        act: &TaskAct,
        person: Option<&str>,
        at: Timestamp,
    ) -> Result<TaskStage, Refusal> {
        let step = act.step;
        let to = after(self.stage, step).ok_or(Refusal::TaskMove {
            stage: self.stage,
            step,
        })?;
        let always = matches!(step, Step::Withdraw | Step::CallHelp | Step::HearCall);
        if self.steps.len() >= STEPS_MAX && !step.is_automatic() && !always {
            return Err(Refusal::Full("steps of a task", STEPS_MAX));
        }
        if step.is_automatic() {
            return self.judge_automatic(step, at).map(|()| to);
        }
        let person = person.ok_or(Refusal::NobodyActs)?;
        let needs_note = matches!(
            step,
            Step::Refuse | Step::Reassign | Step::SendBack | Step::Withdraw
        );
        if needs_note && act.note.trim().is_empty() {
            return Err(Refusal::NeedsReason);
        }
        judge_units(&act.units, &act.note)?;
        self.judge_times(act, at)?;
        match step {
            Step::Sign
            | Step::SetOut
            | Step::Arrive
            | Step::Begin
            | Step::Finish
            | Step::Tell
            | Step::CallHelp => {
                self.judge_assignee(person)?;
            }
            Step::Refuse if self.assignee.is_none() => return Err(Refusal::NotAssigned),
            Step::Refuse => self.judge_assignee(person)?,
            Step::Verify => self.judge_verify(person)?,
            Step::HearCall if self.calling.is_none() => {
                let stage = self.stage;
                return Err(Refusal::TaskMove { stage, step });
            }
            _ => {}
        }
        if step == Step::Finish {
            self.judge_evidence(&act.photos)?;
        }
        Ok(to)
    }

    fn judge_automatic(&self, step: Step, at: Timestamp) -> Result<(), Refusal> {
        match step {
            Step::Prove | Step::Relapse => match self.proof {
                Proof::Reading(_) => Ok(()),
                Proof::Evidence { .. } => Err(Refusal::ProvenByPeople),
            },
            _ => match self.next_wake() {
                Some((due, next)) if next == step && due <= at => Ok(()),
                _ => Err(Refusal::NotDue),
            },
        }
    }

    fn judge_times(&self, act: &TaskAct, at: Timestamp) -> Result<(), Refusal> {
        let latest = at + CLOCK_AHEAD_MAX;
        let earliest = self.made_at - CLOCK_AHEAD_MAX;
        let right = |time: Timestamp| (earliest..=latest).contains(&time);
        let photos = act.photos.iter().map(|photo| photo.taken_at);
        if act.done_at.is_some_and(|time| !right(time))
            || photos.into_iter().any(|time| time > latest)
        {
            return Err(Refusal::WrongTime);
        }
        if act.photos.len() > PHOTOS_MAX {
            return Err(Refusal::Full("photographs of a step", PHOTOS_MAX));
        }
        Ok(())
    }

    fn judge_assignee(&self, person: &str) -> Result<(), Refusal> {
        match &self.assignee {
            Some(assignee) if assignee != person => Err(Refusal::NotYours(assignee.clone())),
            _ => Ok(()),
        }
    }

    /// Evidence is checked by somebody who did not make it.
    fn judge_verify(&self, person: &str) -> Result<(), Refusal> {
        if matches!(self.proof, Proof::Reading(_)) {
            return Err(Refusal::ProvenByReadings);
        }
        if self.doers().contains(person) {
            return Err(Refusal::NeedsAnotherPerson);
        }
        Ok(())
    }

    /// Everybody who did a part of it.
    pub fn doers(&self) -> BTreeSet<&str> {
        let done = self.steps.iter().filter(|took| {
            matches!(
                took.step,
                Step::Sign | Step::SetOut | Step::Arrive | Step::Begin | Step::Finish | Step::Tell
            )
        });
        done.filter_map(|took| took.person.as_deref()).collect()
    }

    fn judge_evidence(&self, photos: &[Photo]) -> Result<(), Refusal> {
        let Proof::Evidence { photos: needed } = self.proof else {
            return Ok(());
        };
        let fresh = self.fresh_photos(photos);
        if fresh < usize::from(needed) {
            return Err(Refusal::NeedsEvidence {
                needed,
                fresh: u8::try_from(fresh).unwrap_or(u8::MAX),
            });
        }
        Ok(())
    }

    /// How many photographs, these included, were taken since the work began (a clock may lag by [`CLOCK_AHEAD_MAX`]), each counted once; one
    /// that had been shown before it began does not count.
    pub fn fresh_photos(&self, more: &[Photo]) -> usize {
        let Some(began) = self.began else { return 0 };
        let begins =
            |took: &Took| matches!(took.step, Step::Begin | Step::SendBack | Step::Relapse);
        let place = self.steps.iter().rposition(begins).unwrap_or(0);
        let (before, since) = self.steps.split_at(place);
        let digests = |steps: &'_ [Took]| -> BTreeSet<SmolStr> {
            let photos = steps.iter().flat_map(|took| &took.photos);
            photos.map(|photo| photo.digest.clone()).collect()
        };
        let old = digests(before);
        let shown = since.iter().flat_map(|took| &took.photos).chain(more);
        let fresh: BTreeSet<&SmolStr> = shown
            .filter(|photo| photo.taken_at + CLOCK_AHEAD_MAX >= began)
            .map(|photo| &photo.digest)
            .filter(|digest| !old.contains(*digest))
            .collect();
        fresh.len()
    }

    /// Takes a step that was judged.
    pub(crate) fn take(&mut self, took: Took, to: TaskStage) {
        let (at, step) = (took.at, took.step);
        let when = took.done_at.unwrap_or(at);
        let leg = self.stage.leg();
        match step {
            Step::Sign => self.assignee.clone_from(&took.person),
            Step::Reassign => {
                self.assignee.clone_from(&took.to);
                self.units.clone_from(&took.units);
                self.began = None;
                self.sign_by = self.given.0.map(|given| later(at, given));
            }
            Step::Begin => self.began = Some(when),
            Step::SendBack => self.began = Some(at),
            Step::Relapse => {
                self.relapses += 1;
                self.began = Some(at);
                self.done_by = self.given.1.map(|given| later(at, given));
            }
            Step::CallHelp => self.calling = Some(when),
            Step::HearCall => self.calling = None,
            Step::Overdue => self.late = Late::Overdue,
            Step::Remind => self.late = Late::Reminded,
            Step::Supervise => self.late = Late::Supervised,
            _ => {}
        }
        self.stage = to;
        if to.leg() != leg || step == Step::Reassign {
            self.late = Late::No;
        }
        self.version += 1;
        self.steps.push(took);
    }
}

/// Each unit is sent once, and one that the program did not advise with a reason.
pub(crate) fn judge_units(units: &[Sent], note: &str) -> Result<(), Refusal> {
    if units.len() > UNITS_MAX {
        return Err(Refusal::Full("units of a task", UNITS_MAX));
    }
    let names: BTreeSet<_> = units.iter().map(|sent| &sent.unit).collect();
    if names.len() < units.len() {
        return Err(Refusal::Form("a unit is sent once"));
    }
    if units.iter().any(|sent| !sent.advised) && note.trim().is_empty() {
        return Err(Refusal::NeedsReason);
    }
    Ok(())
}

fn later(at: Timestamp, micros: i64) -> Timestamp {
    at + Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
