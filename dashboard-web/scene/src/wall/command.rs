//! Incidents and tasks on the wall: folded from the same records, so a posture and the alarms that wait because of it change in one delta.

use std::collections::BTreeSet;

use yiping_desk::command::{CommandBook, Counts};
use yiping_model::{
    Act, AlarmId, Body, CommandAct, Decision, Finding, IncidentId, Outcome, Record, ThingId,
};

use super::{State, WallScene};
use crate::command;
use crate::message::{IncidentView, WaitingView};

impl WallScene {
    pub(super) fn take_command(&mut self, record: &Record) {
        let things = &self.catalogue.things;
        let area = |thing: &ThingId| things.get(thing)?.area.as_deref();
        let book = &mut self.state.command;
        match &record.body {
            Body::Finding(Finding {
                outcome: Outcome::Alarm(event),
                ..
            }) => {
                let (before, wars) = (book.waiting().contains_key(&event.alarm), at_war(book));
                book.take_at(record, area);
                if book.waiting().contains_key(&event.alarm) != before {
                    self.changes.waiting.insert(event.alarm.clone());
                    self.changes.incidents.extend(wars);
                }
            }
            Body::Decision(Decision {
                act: Act::Acknowledge { alarm, .. },
                ..
            }) => {
                let before = book.waiting().contains_key(alarm);
                book.take_at(record, area);
                if book.waiting().contains_key(alarm) != before {
                    self.changes.waiting.insert(alarm.clone());
                }
            }
            Body::Command(act) => {
                let (waiting, mut concerned) = (book.waiting().clone(), at_war(book));
                let outcome = book.take_at(record, area);
                self.state.alarms.at_war(book.areas_at_war(), record);
                let moved = self.state.alarms.last_change();
                let moved = moved.quiet.iter().chain(&moved.back);
                let moved: Vec<AlarmId> = moved.cloned().collect();
                for alarm in &moved {
                    if !self.state.alarms.open().contains_key(alarm) {
                        self.state.notices.close(alarm, &mut self.changes);
                    }
                }
                self.changes.alarms.extend(moved);
                let Some(outcome) = outcome.filter(|outcome| outcome.verdict == Ok(Counts::New))
                else {
                    return;
                };
                concerned.extend(at_war(book));
                concerned.insert(outcome.incident);
                if let CommandAct::Merge(joined) | CommandAct::Unmerge(joined) = &act.act {
                    concerned.insert(joined.other.clone());
                }
                self.changes.incidents.extend(concerned);
                let now = book.waiting();
                let changed = |alarm: &&AlarmId| waiting.get(*alarm) != now.get(*alarm);
                let either = waiting.keys().chain(now.keys());
                self.changes
                    .waiting
                    .extend(either.filter(changed).cloned().collect::<Vec<_>>());
            }
            _ => {}
        }
    }
}

impl State {
    pub(super) fn incident(&self, id: &IncidentId) -> Option<IncidentView> {
        command::incident(&self.command, id, &self.displays)
    }

    pub(super) fn waiting(&self, alarm: &AlarmId) -> Option<WaitingView> {
        let by = self.command.waiting().get(alarm)?;
        Some(WaitingView {
            alarm: alarm.to_string(),
            incident: self.command.incident(by)?.number,
        })
    }
}

/// The incidents at war: their places among each other may change.
fn at_war(book: &CommandBook) -> BTreeSet<IncidentId> {
    let wars = book.wars();
    wars.into_iter()
        .map(|incident| incident.id.clone())
        .collect()
}
