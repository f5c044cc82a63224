//! Incidents (事件): what happened, where it stands, who commands, and what was set in motion.
//!
//! The stages are [`MOVES`], a table.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use yiping_model::command::{
    DeferredAlarm, DeferredForm, EstimateForm, EventLevel, HazardForm, IncidentClass, IncidentForm,
    ItemForm, Origin, Paired, Place, ReportForm, ResponseLevel, RoleForm, Stage, WarForm, Warning,
};
use yiping_model::{AlarmId, DatastreamId, IncidentId, Level, Position, TaskId, Text, Timestamp};

/// What is remembered of an incident here; the log has all of it.
pub const HISTORY_MAX: usize = 2_000;
/// Keys of acts that are remembered.
pub(crate) const KEYS_MAX: usize = 1_024;

/// By which act an incident moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A person moves it.
    Move,
    /// A response is started.
    Respond,
    /// A response is adjusted.
    Adjust,
}

/// All stages, in order.
pub const STAGES: [Stage; 7] = [
    Stage::Reported,
    Stage::Assessing,
    Stage::Responding,
    Stage::Handling,
    Stage::Adjusting,
    Stage::Ended,
    Stage::Evaluated,
];

/// What leads where, and how. What is not here is refused.
#[rustfmt::skip]
pub const MOVES: &[(Stage, Stage, Way)] = &[
    (Stage::Reported,   Stage::Assessing,  Way::Move),
    (Stage::Reported,   Stage::Ended,      Way::Move),
    (Stage::Assessing,  Stage::Responding, Way::Respond),
    (Stage::Assessing,  Stage::Ended,      Way::Move),
    (Stage::Responding, Stage::Handling,   Way::Move),
    (Stage::Responding, Stage::Adjusting,  Way::Adjust),
    (Stage::Responding, Stage::Ended,      Way::Move),
    (Stage::Handling,   Stage::Adjusting,  Way::Adjust),
    (Stage::Handling,   Stage::Ended,      Way::Move),
    (Stage::Adjusting,  Stage::Adjusting,  Way::Adjust),
    (Stage::Adjusting,  Stage::Handling,   Way::Move),
    (Stage::Adjusting,  Stage::Ended,      Way::Move),
    (Stage::Ended,      Stage::Assessing,  Way::Move),
    (Stage::Ended,      Stage::Evaluated,  Way::Move),
];

/// Whether this leads from here to there.
pub fn may_move(from: Stage, to: Stage, way: Way) -> bool {
    MOVES.contains(&(from, to, way))
}

/// What a stage is called.
pub const fn stage_names(stage: Stage) -> (&'static str, &'static str) {
    match stage {
        Stage::Reported => ("接报", "reported"),
        Stage::Assessing => ("研判", "assessing"),
        Stage::Responding => ("启动响应", "responding"),
        Stage::Handling => ("处置", "handling"),
        Stage::Adjusting => ("响应调整", "adjusting"),
        Stage::Ended => ("终止", "ended"),
        Stage::Evaluated => ("评估", "evaluated"),
    }
}

/// Whether it is over.
pub const fn is_over(stage: Stage) -> bool {
    matches!(stage, Stage::Ended | Stage::Evaluated)
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// Its number, from 1; the whole city counts together.
    pub number: u32,
    /// Grows with every act that changes what others may be about to change.
    pub version: u32,
    /// What it is.
    pub title: String,
    /// Its class.
    pub class: IncidentClass,
    /// How grave it is.
    pub event_level: Option<EventLevel>,
    /// The colour of the warning.
    pub warning: Option<Level>,
    /// What was set in motion; `None` before a response.
    pub response: Option<Running>,
    /// What it comes from.
    pub origins: Vec<Origin>,
    /// What somebody said does not belong to it.
    pub dismissed: Vec<Origin>,
    /// Where.
    pub place: Option<Place>,
    /// The code of the area, GB/T 2260.
    pub area: Option<String>,
    /// The domain: the name of a pack.
    pub domain: Option<String>,
    /// Who and what is affected.
    pub affected: Vec<String>,
    /// Where nobody may go, as it was drawn last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hazard: Option<HazardMark>,
    /// Where it stands.
    pub stage: Stage,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Who commands.
    pub commander: Option<String>,
    /// To whom the command is offered.
    pub offered: Option<String>,
    /// What waits for a second person, or waited too long.
    #[serde(default)]
    pub pending: Option<Pending>,
    /// The warnings that went out, in order.
    #[serde(default)]
    pub warnings: Vec<Issued>,
    /// Which incident it turned out to be.
    pub merged_into: Option<IncidentId>,
    /// Which incidents turned out to be this one.
    pub merged: Vec<IncidentId>,
    /// Its tasks, in the order of their numbers.
    pub tasks: Vec<TaskId>,
    /// The reports to be given.
    pub reports: Vec<Clock>,
    /// The lines of the response.
    pub items: Vec<Item>,
    /// What somebody reckons that leaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// 战时: what holds because of it; `None` at peace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub war: Option<Box<War>>,
    /// Its wars that are over, oldest first.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub wars_over: VecDeque<WarOver>,
    /// What was done, oldest first, without the steps of tasks.
    pub history: VecDeque<Trace>,
    /// The last record that changed it or a task of it.
    pub changed: Position,
    pub(crate) keys: VecDeque<SmolStr>,
}

/// A hazard that was drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HazardMark {
    /// As it was drawn.
    #[serde(flatten)]
    pub form: HazardForm,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// A response that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The plan.
    pub plan: SmolStr,
    /// The pack that holds it.
    pub pack: SmolStr,
    /// Which text of the plan.
    pub digest: SmolStr,
    /// What it is called.
    pub title: Text,
    /// The level.
    pub level: ResponseLevel,
    /// When it was started.
    pub started: Timestamp,
    /// How often a response of this incident was started or adjusted.
    pub round: u32,
    /// Who leads what.
    pub roles: Vec<RoleForm>,
}

/// Something that takes two people, proposed by the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// Its name: the key of the proposal.
    pub key: SmolStr,
    /// Who proposed it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Until when somebody else confirms it.
    pub until: Timestamp,
    /// What it is.
    pub what: Paired,
}

/// A warning that went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Its number in the incident, from 1.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// Who proposed it, and who confirmed it.
    pub by: [String; 2],
    /// What it says.
    #[serde(flatten)]
    pub warning: Warning,
}

/// A report to be given, and its clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What it is.
    #[serde(flatten)]
    pub form: ReportForm,
    /// When it was given last, and by whom.
    pub given: Option<(Timestamp, String)>,
    /// How often it was given.
    pub times: u32,
    /// Whether the program said that it is overdue.
    pub overdue: bool,
}

/// A line of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is.
    #[serde(flatten)]
    pub form: ItemForm,
    /// When it was ticked, and by whom.
    pub done: Option<(Timestamp, String)>,
}

/// What somebody reckoned that leaks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// How much, in which wind.
    pub form: EstimateForm,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Option<String>,
}

/// An incident at war.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct War {
    /// What holds meanwhile.
    pub form: WarForm,
    /// Since when.
    pub since: Timestamp,
    /// Who said so.
    pub by: Option<String>,
    /// The record.
    pub position: Position,
    /// The alarms that wait because of it, also those that are over meanwhile.
    pub deferred: BTreeMap<AlarmId, Deferred>,
}

/// An alarm that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferred {
    /// The datastream that it speaks of.
    pub subject: DatastreamId,
    /// Its level.
    pub level: Level,
    /// The area of its thing.
    pub area: SmolStr,
    /// When it was raised.
    pub at: Timestamp,
    /// Whether its condition lasts.
    pub lasts: bool,
    /// Whether somebody acknowledged it all the same.
    pub acknowledged: bool,
}

/// A war that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarOver {
    /// When it began.
    pub since: Timestamp,
    /// When it ended.
    pub until: Timestamp,
    /// The record that ended it.
    pub position: Position,
    /// What waited, as the log has it; `None` before the program said so.
    pub told: Option<Box<DeferredForm>>,
    /// What waited, until it is told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub deferred: BTreeMap<AlarmId, Deferred>,
    /// The alarms of rules of war that fell asleep with it, until it is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asleep: Vec<DeferredAlarm>,
}

impl Deferred {
    /// Whether it is not closed: it lasts, or nobody acknowledged it.
    pub const fn is_open(&self) -> bool {
        self.lasts || !self.acknowledged
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The record.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// Who; `None` for the program.
    pub person: Option<String>,
    /// The second of two, where it took two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// The act, as the log names it.
    pub act: SmolStr,
    /// What it was about: a stage, a level, a name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Clock {
    pub(crate) const fn new(form: ReportForm) -> Self {
        Self {
            form,
            given: None,
            times: 0,
            overdue: false,
        }
    }

    /// Until when it must be given; `None` when it is given, or has no time.
    pub const fn due(&self) -> Option<Timestamp> {
        if self.times > 0 && self.form.every_secs.is_none() {
            return None;
        }
        self.form.due
    }
}

impl Incident {
    pub(crate) fn new(form: &IncidentForm, id: IncidentId, number: u32, at: Timestamp) -> Self {
        Self {
            id,
            number,
            version: 0,
            title: form.title.clone(),
            class: form.class,
            event_level: form.event_level,
            warning: form.warning,
            response: None,
            origins: form.origins.clone(),
            dismissed: Vec::new(),
            place: form.place.clone(),
            area: form.area.clone(),
            domain: form.domain.clone(),
            affected: form.affected.clone(),
            hazard: None,
            stage: Stage::Reported,
            opened: at,
            ended: None,
            commander: None,
            offered: None,
            pending: None,
            warnings: Vec::new(),
            merged_into: None,
            merged: Vec::new(),
            tasks: Vec::new(),
            reports: Vec::new(),
            items: Vec::new(),
            estimate: None,
            war: None,
            wars_over: VecDeque::new(),
            history: VecDeque::new(),
            changed: Position::START,
            keys: VecDeque::new(),
        }
    }

    /// What waits for a second person at this time.
    pub fn pending_at(&self, at: Timestamp) -> Option<&Pending> {
        self.pending.as_ref().filter(|pending| at <= pending.until)
    }

    /// Whether an act of this key counted already.
    pub fn knows(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known == key)
    }

    pub(crate) fn remember(&mut self, key: &SmolStr, trace: Trace) {
        self.changed = trace.position;
        self.history.push_back(trace);
        if self.history.len() > HISTORY_MAX {
            self.history.pop_front();
        }
        self.keys.push_back(key.clone());
        if self.keys.len() > KEYS_MAX {
            self.keys.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moves a second time, as sentences of the plans say them: a stage, and all that may follow.
    #[test]
    fn every_move_that_is_not_in_the_table_is_refused() {
        let follow = |stage| match stage {
            Stage::Reported => vec![(Stage::Assessing, Way::Move), (Stage::Ended, Way::Move)],
            Stage::Assessing => vec![(Stage::Responding, Way::Respond), (Stage::Ended, Way::Move)],
            Stage::Responding => vec![
                (Stage::Handling, Way::Move),
                (Stage::Adjusting, Way::Adjust),
                (Stage::Ended, Way::Move),
            ],
            Stage::Handling => vec![(Stage::Adjusting, Way::Adjust), (Stage::Ended, Way::Move)],
            Stage::Adjusting => vec![
                (Stage::Adjusting, Way::Adjust),
                (Stage::Handling, Way::Move),
                (Stage::Ended, Way::Move),
            ],
            Stage::Ended => vec![(Stage::Assessing, Way::Move), (Stage::Evaluated, Way::Move)],
            Stage::Evaluated => vec![],
        };
        for from in STAGES {
            for to in STAGES {
                for way in [Way::Move, Way::Respond, Way::Adjust] {
                    let expected = follow(from).contains(&(to, way));
                    assert_eq!(may_move(from, to, way), expected, "{from:?} {to:?} {way:?}");
                }
            }
        }
    }

    #[test]
    fn every_stage_can_be_reached_and_every_incident_can_end() {
        let mut reached = vec![Stage::Reported];
        while let Some((_, to, _)) = MOVES
            .iter()
            .find(|(from, to, _)| reached.contains(from) && !reached.contains(to))
        {
            reached.push(*to);
        }
        assert_eq!(reached.len(), STAGES.len());
        for stage in STAGES.into_iter().filter(|stage| !is_over(*stage)) {
            assert!(may_move(stage, Stage::Ended, Way::Move), "{stage:?}");
        }
    }
}
