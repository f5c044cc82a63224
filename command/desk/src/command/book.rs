//! The book: what the acts so far amount to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use yiping_model::command::{
    Adjustment, Amendment, Attached, CommandAct, IncidentForm, Joined, Move, Origin, Proven,
    ReportName, ReportStep, Reported, Response, Stage, Step, TaskAct, TaskForm, Tick,
};
use yiping_model::{Body, Command, IncidentId, Position, Record, TaskId, Timestamp};

use super::refusal::Refusal;
use crate::incident::{Clock, Incident, Item, Running, Trace, is_over, stage_names};
use crate::task::{Task, Took};

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
    numbered: u32,
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
    }

    /// Goes on from here, because the log holds nothing for it until here.
    pub fn pass(&mut self, position: Position) {
        self.position = self.position.max(position);
    }

    /// Takes the next record; one at or before its position changes nothing.
    pub fn take(&mut self, record: &Record) -> Option<Outcome> {
        if record.position <= self.position {
            return None;
        }
        self.position = record.position;
        let Body::Command(command) = &record.body else {
            return None;
        };
        let verdict = self.judge(command, record.received_at);
        if verdict == Ok(Counts::New) {
            self.enact(command, record.position, record.received_at);
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

    fn enact(&mut self, command: &Command, position: Position, at: Timestamp) {
        let id = &command.incident;
        let (mut what, mut note) = (String::new(), String::new());
        match &command.act {
            CommandAct::Task(act) => return self.step(command, act, position, at),
            CommandAct::Open(form) => {
                self.open_incident(id, form, at);
                what.clone_from(&form.title);
                note.clone_from(&form.note);
            }
            CommandAct::Amend(amendment) => {
                note.clone_from(&amendment.note);
                self.with(id, |incident| amend(incident, amendment));
            }
            CommandAct::Move(moved) => {
                stage_names(moved.to).1.clone_into(&mut what);
                note.clone_from(&moved.note);
                self.with(id, |incident| go(incident, moved, at));
            }
            CommandAct::Respond(response) => {
                what = format!("{} {}", response.plan, response.level.roman());
                note.clone_from(&response.note);
                self.respond(command, response, at);
            }
            CommandAct::Adjust(adjusted) => {
                what = format!("{} → {}", adjusted.from.roman(), adjusted.to.roman());
                note.clone_from(&adjusted.note);
                self.adjust(command, adjusted, position, at);
            }
            CommandAct::Merge(joined) | CommandAct::Unmerge(joined) => {
                what = joined.other.to_string();
                note.clone_from(&joined.note);
                let merged = matches!(command.act, CommandAct::Merge(_));
                self.join(command, joined, merged, position, at);
            }
            CommandAct::Attach(attached) => {
                note.clone_from(&attached.note);
                what = attached.origins.len().to_string();
                self.with(id, |incident| attach(incident, attached));
            }
            CommandAct::Dismiss(attached) => {
                note.clone_from(&attached.note);
                what = attached.origins.len().to_string();
                self.with(id, |incident| {
                    incident.dismissed.extend(attached.origins.iter().cloned())
                });
            }
            CommandAct::OfferCommand(offer) => {
                what.clone_from(&offer.to);
                note.clone_from(&offer.note);
                self.with(id, |incident| incident.offered = Some(offer.to.clone()));
            }
            CommandAct::TakeCommand(taken) => {
                note.clone_from(&taken.note);
                self.with(id, |incident| {
                    incident.commander.clone_from(&command.person);
                    incident.offered = None;
                });
            }
            CommandAct::AddTask(form) => {
                what.clone_from(&form.title.zh);
                self.add_task(id, form, at);
            }
            CommandAct::Tick(tick) => {
                what = tick.item.to_string();
                note.clone_from(&tick.note);
                self.with(id, |incident| ticked(incident, tick, command, at));
            }
            CommandAct::Report(report) => {
                what = report.report.to_string();
                note.clone_from(&report.note);
                self.with(id, |incident| reported(incident, report, command, at));
            }
            CommandAct::ReportOverdue(report) => {
                what = report.report.to_string();
                self.with(id, |incident| {
                    for clock in &mut incident.reports {
                        clock.overdue |= clock.form.report == report.report;
                    }
                });
            }
        }
        let trace = Trace {
            position,
            at,
            person: command.person.clone(),
            act: name_of(&command.act).into(),
            what,
            note,
        };
        let changes_version = !matches!(
            command.act,
            CommandAct::Tick(_) | CommandAct::ReportOverdue(_) | CommandAct::Dismiss(_)
        );
        self.with(id, |incident| {
            incident.version += u32::from(changes_version);
            incident.remember(&command.key, trace);
        });
        self.index_incident(id);
        self.forget_the_oldest();
    }

    fn with(&mut self, id: &IncidentId, change: impl FnOnce(&mut Incident)) {
        if let Some(incident) = self.incidents.get_mut(id) {
            change(incident);
        }
    }

    fn open_incident(&mut self, id: &IncidentId, form: &IncidentForm, at: Timestamp) {
        self.numbered += 1;
        let incident = Incident::new(form, id.clone(), self.numbered, at);
        self.incidents.insert(id.clone(), incident);
    }

    fn respond(&mut self, command: &Command, response: &Response, at: Timestamp) {
        let id = &command.incident;
        self.with(id, |incident| {
            let round = incident
                .response
                .as_ref()
                .map_or(0, |running| running.round)
                + 1;
            incident.response = Some(Running {
                plan: response.plan.clone(),
                pack: response.pack.clone(),
                digest: response.digest.clone(),
                title: response.title.clone(),
                level: response.level,
                started: at,
                round,
                roles: response.roles.clone(),
            });
            incident.stage = Stage::Responding;
            if incident.commander.is_none() {
                incident.commander.clone_from(&command.person);
            }
            incident.reports = response.reports.iter().cloned().map(Clock::new).collect();
            let items = response.items.iter().cloned();
            incident.items = items.map(|form| Item { form, done: None }).collect();
        });
        for form in &response.tasks {
            self.add_task(id, form, at);
        }
    }

    fn adjust(
        &mut self,
        command: &Command,
        adjusted: &Adjustment,
        position: Position,
        at: Timestamp,
    ) {
        let id = &command.incident;
        self.with(id, |incident| {
            if let Some(running) = &mut incident.response {
                running.level = adjusted.to;
                running.round += 1;
                running.roles.extend(adjusted.roles_added.iter().cloned());
            }
            incident.stage = Stage::Adjusting;
            let gone = |report: &SmolStr| adjusted.reports_withdrawn.contains(report);
            incident.reports.retain(|clock| !gone(&clock.form.report));
            let added = adjusted.reports_added.iter().cloned();
            incident.reports.extend(added.map(Clock::new));
            let gone = |item: &SmolStr| adjusted.items_withdrawn.contains(item);
            incident.items.retain(|item| !gone(&item.form.item));
            let added = adjusted.items_added.iter().cloned();
            incident
                .items
                .extend(added.map(|form| Item { form, done: None }));
        });
        for task in &adjusted.withdrawn {
            let act = TaskAct {
                task: task.clone(),
                step: Step::Withdraw,
                done_at: None,
                place: None,
                note: adjusted.note.clone(),
                photos: Vec::new(),
                to: None,
                reading: None,
            };
            self.step(command, &act, position, at);
        }
        for form in &adjusted.added {
            self.add_task(id, form, at);
        }
    }

    fn join(
        &mut self,
        command: &Command,
        joined: &Joined,
        merged: bool,
        position: Position,
        at: Timestamp,
    ) {
        let id = &command.incident;
        let trace = Trace {
            position,
            at,
            person: command.person.clone(),
            act: if merged {
                "merged_into"
            } else {
                "taken_out_of"
            }
            .into(),
            what: id.to_string(),
            note: joined.note.clone(),
        };
        self.with(id, |incident| {
            incident.merged.retain(|other| *other != joined.other);
            if merged {
                incident.merged.push(joined.other.clone());
            }
        });
        self.with(&joined.other, |other| {
            other.merged_into = merged.then(|| id.clone());
            other.version += 1;
            other.remember(&command.key, trace);
        });
    }

    fn add_task(&mut self, id: &IncidentId, form: &TaskForm, at: Timestamp) {
        let Some(incident) = self.incidents.get_mut(id) else {
            return;
        };
        incident.tasks.push(form.task.clone());
        let number = u32::try_from(incident.tasks.len()).unwrap_or(u32::MAX);
        self.tasks
            .insert(form.task.clone(), Task::new(form, id, number, at));
        self.index_task(&form.task);
    }

    fn step(&mut self, command: &Command, act: &TaskAct, position: Position, at: Timestamp) {
        let Some(task) = self.tasks.get_mut(&act.task) else {
            return;
        };
        let Some(to) = crate::task::after(task.stage, act.step) else {
            return;
        };
        let took = Took {
            position,
            at,
            person: command.person.clone(),
            key: command.key.clone(),
            step: act.step,
            done_at: act.done_at,
            place: act.place.clone(),
            note: act.note.clone(),
            photos: act.photos.clone(),
            to: act.to.clone(),
            reading: act.reading.clone(),
        };
        task.take(took, to);
        self.index_task(&act.task);
        self.with(&command.incident, |incident| incident.changed = position);
    }

    fn index_incident(&mut self, id: &IncidentId) {
        let Some(incident) = self.incidents.get(id) else {
            return;
        };
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

    fn index_task(&mut self, id: &TaskId) {
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
    fn forget_the_oldest(&mut self) {
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
            reading,
        })),
    }
}

fn short(name: &str) -> &str {
    name.get(..32).unwrap_or(name)
}

fn amend(incident: &mut Incident, amendment: &Amendment) {
    let Amendment {
        title,
        class,
        event_level,
        warning,
        place,
        affected,
        note: _,
    } = amendment.clone();
    incident.title = title.unwrap_or_else(|| std::mem::take(&mut incident.title));
    incident.class = class.unwrap_or(incident.class);
    incident.event_level = event_level.or(incident.event_level);
    incident.warning = warning.or(incident.warning);
    incident.place = place.or_else(|| incident.place.take());
    if let Some(affected) = affected {
        incident.affected = affected;
    }
}

fn go(incident: &mut Incident, moved: &Move, at: Timestamp) {
    incident.stage = moved.to;
    incident.ended = match moved.to {
        Stage::Ended => Some(at),
        Stage::Evaluated => incident.ended,
        _ => None,
    };
    if moved.to == Stage::Ended {
        // What was to be told again and again while it lasted is not any more.
        for clock in &mut incident.reports {
            if clock.form.step == ReportStep::Followup {
                (clock.form.due, clock.form.every_secs) = (None, None);
            }
        }
        incident.offered = None;
    }
    for form in &moved.reports {
        incident
            .reports
            .retain(|clock| clock.form.report != form.report);
        incident.reports.push(Clock::new(form.clone()));
    }
}

fn attach(incident: &mut Incident, attached: &Attached) {
    for origin in &attached.origins {
        if !incident.origins.contains(origin) {
            incident.origins.push(origin.clone());
        }
        incident.dismissed.retain(|other| other != origin);
    }
}

fn ticked(incident: &mut Incident, tick: &Tick, command: &Command, at: Timestamp) {
    let by = command.person.clone().unwrap_or_default();
    for item in incident
        .items
        .iter_mut()
        .filter(|item| item.form.item == tick.item)
    {
        item.done = tick.done.then(|| (at, by.clone()));
    }
}

fn reported(incident: &mut Incident, report: &Reported, command: &Command, at: Timestamp) {
    let by = command.person.clone().unwrap_or_default();
    for clock in incident
        .reports
        .iter_mut()
        .filter(|clock| clock.form.report == report.report)
    {
        clock.given = Some((at, by.clone()));
        clock.times += 1;
        clock.overdue = false;
        if let Some(every) = clock.form.every_secs {
            clock.form.due = Some(at + Duration::from_secs(every.into()));
        }
    }
}

/// The name of an act, as the log has it.
const fn name_of(act: &CommandAct) -> &'static str {
    match act {
        CommandAct::Open(_) => "open",
        CommandAct::Amend(_) => "amend",
        CommandAct::Move(_) => "move",
        CommandAct::Respond(_) => "respond",
        CommandAct::Adjust(_) => "adjust",
        CommandAct::Merge(_) => "merge",
        CommandAct::Unmerge(_) => "unmerge",
        CommandAct::Attach(_) => "attach",
        CommandAct::Dismiss(_) => "dismiss",
        CommandAct::OfferCommand(_) => "offer_command",
        CommandAct::TakeCommand(_) => "take_command",
        CommandAct::AddTask(_) => "add_task",
        CommandAct::Task(_) => "task",
        CommandAct::Tick(_) => "tick",
        CommandAct::Report(_) => "report",
        CommandAct::ReportOverdue(_) => "report_overdue",
    }
}
