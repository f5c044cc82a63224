//! Carries out what was judged.

use std::time::Duration;

use smol_str::SmolStr;
use yiping_model::command::{
    Adjustment, Amendment, Attached, CommandAct, IncidentForm, Joined, Move, Paired, ReportStep,
    Reported, Response, Stage, Step, TaskAct, TaskForm, Tick,
};
use yiping_model::{Command, IncidentId, Position, Timestamp};

use super::book::Book;
use crate::incident::{
    Clock, Estimate, HazardMark, Incident, Item, Pending, Running, Trace, stage_names,
};
use crate::task::{Task, Took};

impl Book {
    pub(super) fn enact(&mut self, command: &Command, position: Position, at: Timestamp) {
        let id = &command.incident;
        if command.act.is_of_no_incident() {
            return self.intake.enact(&command.act, at);
        }
        if let CommandAct::Task(act) = &command.act {
            return self.step(command, act, position, at);
        }
        let confirmed = self.carry_out(command, position, at);
        // What two people did stands under what it is, with the first one's name and the second one's.
        let (act, what, note) = match &confirmed {
            Some(pending) => told_paired(&pending.what),
            None => told(&command.act),
        };
        let (person, second) = match confirmed {
            Some(pending) => (Some(pending.by), command.person.clone()),
            None => (command.person.clone(), None),
        };
        let trace = Trace {
            position,
            at,
            person,
            second,
            act: act.into(),
            what,
            note,
        };
        let changes_version = !matches!(
            command.act,
            CommandAct::Tick(_)
                | CommandAct::ReportOverdue(_)
                | CommandAct::Dismiss(_)
                | CommandAct::Lesson(_)
                | CommandAct::Deferred(_)
                | CommandAct::Estimate(_)
        );
        self.with(id, |incident| {
            incident.version += u32::from(changes_version);
            incident.remember(&command.key, trace);
        });
        self.index_incident(id);
        self.forget_the_oldest();
    }

    /// Does what the act says; what two people did, where this was the second one's word.
    fn carry_out(
        &mut self,
        command: &Command,
        position: Position,
        at: Timestamp,
    ) -> Option<Pending> {
        let id = &command.incident;
        match &command.act {
            CommandAct::Open(form) => self.open_incident(id, form, at),
            CommandAct::Amend(amendment) => self.with(id, |incident| {
                amend(incident, amendment);
                mark(incident, amendment, command, at);
            }),
            CommandAct::Move(moved) => self.with(id, |incident| go(incident, moved, at)),
            CommandAct::Respond(response) => self.respond(command, response, at),
            CommandAct::Adjust(adjusted) => self.adjust(command, adjusted, position, at),
            CommandAct::Merge(joined) => self.join(command, joined, true, position, at),
            CommandAct::Unmerge(joined) => self.join(command, joined, false, position, at),
            CommandAct::Attach(attached) => self.with(id, |incident| attach(incident, attached)),
            CommandAct::Dismiss(attached) => self.with(id, |incident| {
                let origins = attached.origins.iter().cloned();
                incident.dismissed.extend(origins);
            }),
            CommandAct::OfferCommand(offer) => {
                self.with(id, |incident| incident.offered = Some(offer.to.clone()));
            }
            CommandAct::TakeCommand(_) => self.with(id, |incident| {
                incident.commander.clone_from(&command.person);
                incident.offered = None;
            }),
            CommandAct::AddTask(form) => self.add_task(id, form, at),
            CommandAct::Tick(tick) => self.with(id, |incident| ticked(incident, tick, command, at)),
            CommandAct::Propose(proposal) => self.propose(command, proposal, at),
            CommandAct::Confirm(_) => return self.confirm(command, position, at),
            CommandAct::Recall(_) => self.with(id, |incident| incident.pending = None),
            CommandAct::Task(_)
            | CommandAct::Receive(_)
            | CommandAct::SetAside(_)
            | CommandAct::Lesson(_) => {}
            CommandAct::Report(report) => {
                self.with(id, |incident| reported(incident, report, command, at));
            }
            CommandAct::ReportOverdue(report) => self.with(id, |incident| {
                for clock in &mut incident.reports {
                    clock.overdue |= clock.form.report == report.report;
                }
            }),
            CommandAct::Estimate(form) => self.with(id, |incident| {
                incident.estimate = Some(Estimate {
                    form: form.clone(),
                    at,
                    by: command.person.clone(),
                });
            }),
            CommandAct::ToWar(_) | CommandAct::ToPeace(_) | CommandAct::Deferred(_) => {
                self.switch(command, position, at);
            }
        }
        None
    }

    pub(super) fn with(&mut self, id: &IncidentId, change: impl FnOnce(&mut Incident)) {
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

    pub(super) fn adjust(
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
                units: Vec::new(),
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
            second: None,
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
            units: act.units.clone(),
            reading: act.reading.clone(),
        };
        task.take(took, to);
        self.index_task(&act.task);
        self.with(&command.incident, |incident| incident.changed = position);
    }
}

fn amend(incident: &mut Incident, amendment: &Amendment) {
    let Amendment {
        title,
        class,
        event_level,
        warning,
        place,
        affected,
        hazard: _,
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

/// A hazard that was drawn, or lifted.
fn mark(incident: &mut Incident, amendment: &Amendment, command: &Command, at: Timestamp) {
    if let Some(form) = &amendment.hazard {
        incident.hazard = (!form.is_empty()).then(|| HazardMark {
            form: form.clone(),
            at,
            by: command.person.clone().unwrap_or_default(),
        });
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

fn told_adjusted(adjusted: &Adjustment) -> (&'static str, String, String) {
    let what = format!("{} → {}", adjusted.from.roman(), adjusted.to.roman());
    ("adjust", what, adjusted.note.clone())
}

fn told_paired(what: &Paired) -> (&'static str, String, String) {
    match what {
        Paired::Adjust(adjusted) => told_adjusted(adjusted),
        Paired::HandOver(offer) => ("hand_over", offer.to.clone(), offer.note.clone()),
        Paired::Warn(warning) => ("warn", warning.reach.clone(), warning.note.clone()),
    }
}

/// The name of an act as the log has it, what it was about, and why.
fn told(act: &CommandAct) -> (&'static str, String, String) {
    let count = |attached: &Attached| attached.origins.len().to_string();
    match act {
        CommandAct::Open(form) => ("open", form.title.clone(), form.note.clone()),
        CommandAct::Amend(amendment) => ("amend", String::new(), amendment.note.clone()),
        CommandAct::Move(moved) => {
            let stage = stage_names(moved.to).1;
            ("move", stage.to_owned(), moved.note.clone())
        }
        CommandAct::Respond(response) => {
            let what = format!("{} {}", response.plan, response.level.roman());
            ("respond", what, response.note.clone())
        }
        CommandAct::Adjust(adjusted) => told_adjusted(adjusted),
        CommandAct::Merge(joined) => ("merge", joined.other.to_string(), joined.note.clone()),
        CommandAct::Unmerge(joined) => ("unmerge", joined.other.to_string(), joined.note.clone()),
        CommandAct::Attach(attached) => ("attach", count(attached), attached.note.clone()),
        CommandAct::Dismiss(attached) => ("dismiss", count(attached), attached.note.clone()),
        CommandAct::OfferCommand(offer) => ("offer_command", offer.to.clone(), offer.note.clone()),
        CommandAct::TakeCommand(taken) => ("take_command", String::new(), taken.note.clone()),
        CommandAct::AddTask(form) => ("add_task", form.title.zh.clone(), form.note.clone()),
        CommandAct::Propose(proposal) => {
            let (act, what, note) = told_paired(&proposal.what);
            ("propose", format!("{act} {what}"), note)
        }
        CommandAct::Confirm(answer) => ("confirm", String::new(), answer.note.clone()),
        CommandAct::Recall(answer) => ("recall", String::new(), answer.note.clone()),
        CommandAct::Receive(order) => ("receive", order.order.to_string(), String::new()),
        CommandAct::SetAside(attached) => ("set_aside", count(attached), attached.note.clone()),
        CommandAct::Task(act) => ("task", act.task.to_string(), act.note.clone()),
        CommandAct::Tick(tick) => ("tick", tick.item.to_string(), tick.note.clone()),
        CommandAct::Report(report) => ("report", report.report.to_string(), report.note.clone()),
        CommandAct::Lesson(lesson) => ("lesson", String::new(), lesson.note.clone()),
        CommandAct::ReportOverdue(report) => {
            ("report_overdue", report.report.to_string(), String::new())
        }
        CommandAct::Estimate(form) => {
            let what = format!("{} g/s", form.grams_a_sec);
            ("estimate", what, form.note.clone())
        }
        CommandAct::ToWar(form) => ("to_war", String::new(), form.note.clone()),
        CommandAct::ToPeace(form) => ("to_peace", String::new(), form.note.clone()),
        CommandAct::Deferred(told) => {
            let what = format!("{} / {}", told.open, told.count);
            ("deferred", what, String::new())
        }
    }
}
