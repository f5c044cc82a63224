//! The desk: the book, what readings say of its tasks, and what the program has to say next.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use yiping_model::command::Step;
use yiping_model::{
    AlarmChange, Body, Catalogue, Command, CommandAct, DatastreamId, Finding, IncidentId,
    Outcome as Found, Position, Quality, Reading, Record, TaskId, ThingId, Timestamp,
};

use super::book::{Book, Counts, Outcome, automatic_step};
use crate::fuse::{Proposal, Signals};
use crate::incident::is_over;
use crate::task::proof::Stretches;

/// Incidents and tasks, and the readings that prove tasks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Desk {
    book: Book,
    stretches: Stretches,
    #[serde(default)]
    signals: Signals,
    /// Where things stand.
    #[serde(skip)]
    catalogue: Option<Arc<Catalogue>>,
}

impl Desk {
    /// The book.
    pub const fn book(&self) -> &Book {
        &self.book
    }

    /// The last record that was taken.
    pub const fn position(&self) -> Position {
        self.book.position()
    }

    /// What may belong together; `place` tells where a thing stands: longitude and latitude.
    pub fn proposals(&self, place: impl Fn(&ThingId) -> Option<(f64, f64)>) -> Vec<Proposal> {
        self.signals.proposals(&self.book, place)
    }

    /// Whether readings and detections matter now: a task waits for proof, or an incident is open. While they do not, they need not be shown to it.
    pub fn wants_readings(&self) -> bool {
        !self.stretches.is_empty() || self.book.open() > 0
    }

    /// From now on it knows in which areas things lie.
    pub fn know(&mut self, catalogue: Arc<Catalogue>) {
        self.catalogue = Some(catalogue);
    }

    /// Makes anew what is not kept with it.
    pub fn reindex(&mut self) {
        self.book.reindex();
    }

    /// Goes on from here, because the log holds nothing for it until here.
    pub fn pass(&mut self, position: Position) {
        self.book.pass(position);
    }

    /// Takes the next record; one at or before its position changes nothing. What became of it, if it was an act.
    pub fn take(&mut self, record: &Record) -> Option<Outcome> {
        if record.position <= self.book.position() {
            return None;
        }
        match &record.body {
            Body::Reading(reading) if self.wants_readings() => self.take_reading(reading),
            Body::Event(event) if self.wants_readings() => self.signals.take_detection(event),
            Body::Finding(Finding {
                outcome: Found::Derived(derived),
                ..
            }) if self.wants_readings() => {
                if let Some(value) = derived.value {
                    self.take_value(&derived.datastream, derived.time, value);
                }
            }
            Body::Finding(Finding {
                outcome: Found::Alarm(event),
                ..
            }) if !event.is_asleep(&self.book.areas_at_war())
                || matches!(event.change, AlarmChange::Withdrawn { .. }) =>
            {
                self.signals.take(event);
            }
            _ => {}
        }
        let things = self.catalogue.as_deref().map(|known| &known.things);
        let outcome = self
            .book
            .take_at(record, |thing| things?.get(thing)?.area.as_deref())?;
        if outcome.verdict == Ok(Counts::New) {
            if let Body::Command(Command {
                act: CommandAct::Receive(order),
                ..
            }) = &record.body
            {
                self.signals.take_order(order);
            }
            match &outcome.task {
                Some(task) => self.see_task(&task.clone()),
                None => self.see_incident(&outcome.incident),
            }
        }
        Some(outcome)
    }

    fn take_reading(&mut self, reading: &Reading) {
        let good = reading
            .values
            .iter()
            .filter(|measured| measured.quality == Quality::Good);
        for measured in good {
            let datastream = DatastreamId {
                thing: reading.thing.clone(),
                property: measured.property.clone(),
            };
            self.take_value(&datastream, reading.phenomenon_time, measured.value);
        }
    }

    fn take_value(&mut self, datastream: &DatastreamId, time: Timestamp, value: f64) {
        let book = &self.book;
        self.stretches
            .take(datastream, time, value, |id| book.task(id));
    }

    fn see_incident(&mut self, id: &IncidentId) {
        let tasks: Vec<TaskId> = match self.book.incident(id) {
            Some(incident) => incident.tasks.clone(),
            None => return,
        };
        for task in tasks {
            self.see_task(&task);
        }
    }

    fn see_task(&mut self, id: &TaskId) {
        let Some(task) = self.book.task(id) else {
            return;
        };
        let incident = self.book.incident(&task.incident);
        let ended = incident.is_none_or(|incident| is_over(incident.stage));
        self.stretches.see(task, ended);
    }

    /// What the program has to say at this time, at most so much: what readings say first, then what is late. It is a function of what was
    /// taken, so it says the same until the log holds it.
    pub fn wants(&self, now: Timestamp, max: usize) -> Vec<Command> {
        let said = self.stretches.says(now, |id| self.book.task(id));
        let mut wanted: Vec<Command> = said
            .into_iter()
            .take(max)
            .map(|(task, proven, reading)| {
                let step = if proven { Step::Prove } else { Step::Relapse };
                automatic_step(task, step, Some(reading))
            })
            .collect();
        let room = max - wanted.len();
        wanted.extend(self.book.due(now, room));
        let room = max - wanted.len();
        wanted.extend(self.book.owed(room));
        wanted
    }
}
