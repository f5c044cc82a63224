//! The book: what the acts so far amount to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use yiping_model::command::{CommandAct, Origin, Proven, ReportName, Step, TaskAct};
use yiping_model::{
    AlarmEvent, AlarmId, Body, Command, IncidentId, Position, Record, TaskId, ThingId, Timestamp,
};

use super::intake::Intake;
use super::refusal::Refusal;
use super::sampling::Sampled;
use crate::incident::{Clock, Incident, is_over};
use crate::task::Task;

/// Incidents that are not over.
pub const INCIDENTS_OPEN_MAX: usize = 1_000;
/// Tasks of one incident.
pub const TASKS_MAX: usize = 500;
/// Incidents that are over and still remembered here; the log has all.
const OVER_KEPT_MAX: usize = 1_000;

/// Whether an act counts for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// It changed something.
    New,
    /// It had come before under its key, or what it says is so already: nothing changed.
    Again,
}

/// What became of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The record.
    pub position: Position,
    /// The incident.
    pub incident: IncidentId,
    /// The task, for a step of one.
    pub task: Option<TaskId>,
    /// Whether it counts.
    pub verdict: Result<Counts, Refusal>,
}

/// What a deadline runs for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Wake {
    Task(TaskId),
    Report(IncidentId, SmolStr),
}

/// Incidents and tasks at a position of the log.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Book {
    pub(super) position: Position,
    pub(super) incidents: BTreeMap<IncidentId, Incident>,
    pub(super) tasks: BTreeMap<TaskId, Task>,
    pub(super) numbered: u32,
    #[serde(default)]
    pub(super) intake: Intake,
    /// The alarms that wait, and the incident at war because of which.
    #[serde(default)]
    pub(super) deferred: BTreeMap<AlarmId, IncidentId>,
    /// What sources are asked for.
    #[serde(default)]
    pub(super) sampled: Sampled,
    /// Alarms of rules of war that last, by their last word.
    #[serde(default)]
    pub(super) of_war: BTreeMap<AlarmId, AlarmEvent>,
    /// Incidents at war, and those of whose war the program has something to say.
    #[serde(skip)]
    pub(super) at_war: BTreeSet<IncidentId>,
    #[serde(skip)]
    pub(super) by_origin: BTreeMap<Origin, IncidentId>,
    #[serde(skip)]
    over: BTreeSet<(Position, IncidentId)>,
    #[serde(skip)]
    wakes: BTreeSet<(Timestamp, Wake)>,
    #[serde(skip)]
    wake_at: BTreeMap<Wake, Timestamp>,
}

/// The same incidents and tasks; what is looked up by is made of them.
impl PartialEq for Book {
    fn eq(&self, other: &Self) -> bool {
        (self.position, self.numbered) == (other.position, other.numbered)
            && self.incidents == other.incidents
            && self.tasks == other.tasks
            && self.intake == other.intake
            && self.deferred == other.deferred
            && self.sampled == other.sampled
            && self.of_war == other.of_war
    }
}

impl Book {
    /// The last record that was taken.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// An incident.
    pub fn incident(&self, id: &IncidentId) -> Option<&Incident> {
        self.incidents.get(id)
    }

    /// All incidents that are remembered, in the order of their ids.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values()
    }

    /// A task.
    pub fn task(&self, id: &TaskId) -> Option<&Task> {
        self.tasks.get(id)
    }

    /// All tasks that are remembered, in the order of their ids.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values()
    }

    /// The tasks of an incident, in the order of their numbers.
    pub fn tasks_of<'a>(&'a self, incident: &'a Incident) -> impl Iterator<Item = &'a Task> {
        incident.tasks.iter().filter_map(|id| self.tasks.get(id))
    }

    /// The incident to which an origin belongs.
    pub fn of_origin(&self, origin: &Origin) -> Option<&Incident> {
        self.by_origin
            .get(origin)
            .and_then(|id| self.incidents.get(id))
    }

    /// Whether somebody said that this belongs to no incident.
    pub fn is_aside(&self, origin: &Origin) -> bool {
        self.intake.is_aside(origin)
    }

    /// How many incidents are not over.
    pub fn open(&self) -> usize {
        self.incidents.len() - self.over.len()
    }

    /// Makes anew what is looked up by, after the book was read from where it was kept.
    pub fn reindex(&mut self) {
        let ids: Vec<IncidentId> = self.incidents.keys().cloned().collect();
        for id in ids {
            self.index_incident(&id);
        }
        let ids: Vec<TaskId> = self.tasks.keys().cloned().collect();
        for id in ids {
            self.index_task(&id);
        }
        // A book that was kept before this list was.
        self.settle_sampling();
    }

    /// Goes on from here, because the log holds nothing for it until here.
    pub fn pass(&mut self, position: Position) {
        self.position = self.position.max(position);
    }

    /// Takes the next record; one at or before its position changes nothing. Where no thing's area is known, no alarm waits.
    pub fn take(&mut self, record: &Record) -> Option<Outcome> {
        self.take_at(record, |_| None)
    }

    /// The same, where the area of a thing is known.
    pub fn take_at<'a>(
        &mut self,
        record: &Record,
        area: impl Fn(&ThingId) -> Option<&'a str>,
    ) -> Option<Outcome> {
        if record.position <= self.position {
            return None;
        }
        self.position = record.position;
        self.hear(record, area);
        let Body::Command(command) = &record.body else {
            return None;
        };
        let verdict = self.judge(command, record.received_at);
        if verdict == Ok(Counts::New) {
            self.enact(command, record.position, record.received_at);
            self.settle_waiting();
            self.settle_sampling();
        }
        let task = match &command.act {
            CommandAct::Task(act) => Some(act.task.clone()),
            _ => None,
        };
        Some(Outcome {
            position: record.position,
            incident: command.incident.clone(),
            task,
            verdict,
        })
    }

    /// What the program has to say by this time, the earliest deadline first, at most so much.
    pub fn due(&self, now: Timestamp, max: usize) -> Vec<Command> {
        let due = self.wakes.iter().take_while(|(at, _)| *at <= now).take(max);
        due.filter_map(|(_, wake)| match wake {
            Wake::Task(id) => {
                let task = self.tasks.get(id)?;
                let (_, step) = task.next_wake()?;
                Some(automatic_step(task, step, None))
            }
            Wake::Report(id, report) => {
                let incident = self.incidents.get(id)?;
                let clock = incident
                    .reports
                    .iter()
                    .find(|clock| clock.form.report == *report)?;
                let name = ReportName {
                    report: report.clone(),
                };
                Some(Command {
                    person: None,
                    seat: String::new(),
                    key: format!("auto:overdue:{}:{}", clock.times, short(report)).into(),
                    incident: id.clone(),
                    seen: None,
                    act: CommandAct::ReportOverdue(name),
                })
            }
        })
        .collect()
    }

    /// When something is due next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.wakes.first().map(|(at, _)| *at)
    }

    pub(super) fn index_incident(&mut self, id: &IncidentId) {
        let Some(incident) = self.incidents.get(id) else {
            return;
        };
        let owes = incident.wars_over.iter().any(|war| war.told.is_none());
        if incident.war.is_some() || owes {
            self.at_war.insert(id.clone());
        } else {
            self.at_war.remove(id);
        }
        self.over.retain(|(_, other)| other != id);
        if is_over(incident.stage) {
            self.over.insert((incident.changed, id.clone()));
        }
        for origin in &incident.origins {
            let of = self.by_origin.entry(origin.clone());
            of.or_insert_with(|| id.clone());
        }
        let due = |clock: &Clock| clock.due().filter(|_| !clock.overdue);
        let clocks: Vec<(SmolStr, Option<Timestamp>)> = incident
            .reports
            .iter()
            .map(|clock| (clock.form.report.clone(), due(clock)))
            .collect();
        let from = Wake::Report(id.clone(), SmolStr::default());
        let known: Vec<Wake> = self
            .wake_at
            .range(from..)
            .map(|(wake, _)| wake)
            .take_while(|wake| matches!(wake, Wake::Report(of, _) if of == id))
            .cloned()
            .collect();
        for wake in known {
            self.set_wake(wake, None);
        }
        for (report, due) in clocks {
            self.set_wake(Wake::Report(id.clone(), report), due);
        }
    }

    pub(super) fn index_task(&mut self, id: &TaskId) {
        let wake = self.tasks.get(id).and_then(Task::next_wake);
        self.set_wake(Wake::Task(id.clone()), wake.map(|(at, _)| at));
    }

    fn set_wake(&mut self, wake: Wake, at: Option<Timestamp>) {
        let before = match at {
            Some(at) => self.wake_at.insert(wake.clone(), at),
            None => self.wake_at.remove(&wake),
        };
        if let Some(before) = before {
            self.wakes.remove(&(before, wake.clone()));
        }
        if let Some(at) = at {
            self.wakes.insert((at, wake));
        }
    }

    /// Forgets the incidents that have been over for longest, with all that was merged into them.
    pub(super) fn forget_the_oldest(&mut self) {
        while self.over.len() > OVER_KEPT_MAX {
            let Some((_, id)) = self.over.pop_first() else {
                return;
            };
            let mut gone = vec![id];
            while let Some(id) = gone.pop() {
                let Some(incident) = self.incidents.remove(&id) else {
                    continue;
                };
                self.over.retain(|(_, other)| *other != id);
                self.by_origin.retain(|_, of| *of != id);
                for clock in &incident.reports {
                    self.set_wake(Wake::Report(id.clone(), clock.form.report.clone()), None);
                }
                for task in incident.tasks {
                    self.set_wake(Wake::Task(task.clone()), None);
                    self.tasks.remove(&task);
                }
                gone.extend(incident.merged);
            }
        }
    }
}

/// A step that the program takes.
pub(super) fn automatic_step(task: &Task, step: Step, reading: Option<Proven>) -> Command {
    let name = crate::task::step_names(step).1;
    Command {
        person: None,
        seat: String::new(),
        key: format!("auto:{name}:{}", task.version).into(),
        incident: task.incident.clone(),
        seen: Some(task.version),
        act: CommandAct::Task(Box::new(TaskAct {
            task: task.id.clone(),
            step,
            done_at: None,
            place: None,
            note: String::new(),
            photos: Vec::new(),
            to: None,
            units: Vec::new(),
            reading,
        })),
    }
}

fn short(name: &str) -> &str {
    name.get(..32).unwrap_or(name)
}
