//! What keeps alarms quiet, and what brings them back: the book's side of [`Shelving`].

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::{AlarmBook, LastChange};
use crate::alarm::{Acknowledgement, Alarm, AlarmEvent, AlarmState};
use crate::decision::{Act, Decision};
use crate::id::AlarmId;
use crate::record::{Position, Record};
use crate::shelving::{OutOfService, Point, Quiet, Shelf, Shelving};

impl AlarmBook {
    /// What is on the shelf and out of service.
    pub const fn shelving(&self) -> &Shelving {
        &self.shelving
    }

    /// What the last record that [`AlarmBook::apply`] took has changed; its position is 0 when that was nothing.
    pub const fn last_change(&self) -> &LastChange {
        &self.last
    }

    /// From this record on these are the areas of the incidents at war: alarms of rules of war that last there call people, and those
    /// elsewhere do not any more. [`AlarmBook::last_change`] says which. The record is none that [`AlarmBook::apply`] takes.
    pub fn at_war(&mut self, areas: BTreeSet<SmolStr>, record: &Record) {
        self.last = LastChange::default();
        if self.shelving.wars == areas {
            return;
        }
        self.shelving.wars = areas;
        let wars = &self.shelving.wars;
        let wakes = self.asleep.values();
        let wakes = wakes.filter(|alarm| !alarm.event.is_asleep(wars));
        let sleeps = self.open.values();
        let sleeps = sleeps.filter(|alarm| alarm.event.is_asleep(wars));
        let moved = wakes.chain(sleeps).map(|alarm| alarm.event.alarm.clone());
        for id in moved.collect::<Vec<_>>() {
            let Some(mut alarm) = self.take(&id) else {
                continue;
            };
            self.last.position = record.position;
            self.weigh(&mut alarm, record);
            if alarm.quiet.is_some() {
                self.last.quiet.push(id);
            }
            self.put(alarm);
        }
    }

    /// An act that keeps alarms quiet, brings them back, or says that one was false. Of two that do the same the first counts.
    pub(super) fn apply_quieting(&mut self, decision: &Decision, record: &Record) -> Option<Alarm> {
        let by = |text: &str| Acknowledgement {
            person: decision.person.clone(),
            seat: decision.seat.clone(),
            at: record.received_at,
            note: text.to_owned(),
        };
        match &decision.act {
            Act::Shelve { reason, .. } => self.shelve(&decision.act, by(reason), record),
            Act::Unshelve { shelf: made_by, .. } => self.unshelve(*made_by, record),
            Act::MarkFalse { alarm, reason, .. } => self.mark(alarm, Some(by(reason)), record),
            Act::UnmarkFalse { alarm, .. } => self.mark(alarm, None, record),
            Act::AskOutOfService { reason, .. } => {
                self.ask_out(&decision.act, by(reason), record);
                None
            }
            Act::ApproveOutOfService { request, note } => {
                self.approve_out(*request, by(note), record);
                None
            }
            Act::EndOutOfService { request, .. } => {
                self.end_out(*request, record);
                None
            }
            _ => None,
        }
    }

    fn shelve(&mut self, act: &Act, by: Acknowledgement, record: &Record) -> Option<Alarm> {
        let Act::Shelve {
            alarm: id,
            level,
            domain,
            until,
            ..
        } = act
        else {
            return None;
        };
        let held = self.open.get(id)?;
        if held.quiet.is_some() || held.event.level < *level || *until <= record.received_at {
            return None;
        }
        let made = Shelf {
            point: Point::of(&held.event),
            alarm: id.clone(),
            level: *level,
            domain: domain.clone(),
            by,
            until: *until,
            worsened: None,
        };
        let point = made.point.clone();
        self.shelving.shelves.insert(record.position, made);
        self.settle(record, |event| point.raised(event));
        self.open.get(id).cloned()
    }

    pub(super) fn unshelve(&mut self, made_by: Position, record: &Record) -> Option<Alarm> {
        let ended = self.shelving.shelves.remove(&made_by)?;
        self.settle(record, |event| ended.point.raised(event));
        self.open.get(&ended.alarm).cloned()
    }

    /// Marks an alarm, open or lately closed, as false, or takes the mark away.
    fn mark(
        &mut self,
        id: &AlarmId,
        mark: Option<Acknowledgement>,
        record: &Record,
    ) -> Option<Alarm> {
        let held = self.open.get_mut(id).or_else(|| self.asleep.get_mut(id));
        let alarm = held.or_else(|| self.closed.get_mut(id))?;
        if alarm.false_alarm.is_some() == mark.is_some() {
            return None;
        }
        alarm.false_alarm = mark;
        alarm.position = record.position;
        Some(alarm.clone())
    }

    fn ask_out(&mut self, act: &Act, asked: Acknowledgement, record: &Record) {
        let Act::AskOutOfService {
            rule,
            thing,
            domain,
            ..
        } = act
        else {
            return;
        };
        let mut known = self.shelving.out.values();
        if asked.person.is_none() || known.any(|out| out.rule == *rule && out.thing == *thing) {
            return;
        }
        let out = OutOfService {
            rule: rule.clone(),
            thing: thing.clone(),
            domain: domain.clone(),
            asked,
            approved: None,
        };
        self.shelving.out.insert(record.position, out);
        self.counts(record);
    }

    fn approve_out(&mut self, request: Position, by: Acknowledgement, record: &Record) {
        let Some(out) = self.shelving.out.get_mut(&request) else {
            return;
        };
        if out.approved.is_some() || by.person.is_none() || by.person == out.asked.person {
            return;
        }
        out.approved = Some(by);
        let out = out.clone();
        self.settle(record, |event| out.covers(event));
    }

    fn end_out(&mut self, request: Position, record: &Record) {
        if let Some(out) = self.shelving.out.remove(&request) {
            self.settle(record, |event| out.covers(event));
        }
    }

    /// Whether an alarm that the engine has just spoken of is quiet; a graver one that is not brings back what is shelved of its datastream.
    pub(super) fn weigh(&mut self, alarm: &mut Alarm, record: &Record) {
        let event = &alarm.event;
        let was_quiet = alarm.quiet.is_some();
        let lasts = alarm.state() != AlarmState::Normal && event.ended.is_none();
        let calls = match self.shelving.quiet(event) {
            None => true,
            Some(Quiet::OutOfService(_) | Quiet::AtPeace) => false,
            Some(Quiet::Shelved(made_by)) => {
                let held = self.shelving.shelves.get(&made_by);
                held.is_some_and(|held| event.level < held.level)
            }
        };
        if lasts && calls {
            for point in self.shelving.worsen(event, record.received_at) {
                self.settle(record, |event| point.raised(event));
            }
        }
        alarm.quiet = self.shelving.quiet(&alarm.event);
        if was_quiet && alarm.quiet.is_none() && alarm.state() != AlarmState::Normal {
            alarm.back_at = Some(record.received_at);
            let id = alarm.event.alarm.clone();
            self.shelving.back.insert(id.clone(), record.received_at);
            self.last.back.push(id);
        }
    }

    /// Says of the open alarms that `touches` means whether they are quiet, after the shelving changed.
    fn settle(&mut self, record: &Record, touches: impl Fn(&AlarmEvent) -> bool) {
        self.counts(record);
        for (id, alarm) in &mut self.open {
            if !touches(&alarm.event) {
                continue;
            }
            let quiet = self.shelving.quiet(&alarm.event);
            let before = std::mem::replace(&mut alarm.quiet, quiet);
            if alarm.quiet == before {
                continue;
            }
            if alarm.quiet.is_some() {
                self.last.quiet.push(id.clone());
                continue;
            }
            if alarm.acknowledgement.is_none() {
                alarm.back_at = Some(record.received_at);
                self.shelving.back.insert(id.clone(), record.received_at);
            }
            self.last.back.push(id.clone());
        }
    }

    fn counts(&mut self, record: &Record) {
        self.last.position = record.position;
        self.last.shelving = true;
    }
}

#[cfg(test)]
mod tests;
