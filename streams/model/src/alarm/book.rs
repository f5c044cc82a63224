//! The alarms that are open, folded from the log's alarm events and acknowledgements. Every room that needs them (history, the screens)
//! folds the same records with this one type, so they cannot disagree.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Acknowledgement, Alarm, AlarmChange, AlarmEvent, AlarmState, Escalation};
use crate::decision::{Act, Decision};
use crate::duty::{Duty, Escalated};
use crate::finding::{Finding, Outcome};
use crate::id::AlarmId;
use crate::record::{Body, Position, Record};
use crate::shelving::{Quiet, Shelving};

mod quiet;

/// How many closed alarms the book remembers, so that late truth can still amend them with their acknowledgement.
const CLOSED_KEPT_MAX: usize = 4_096;

/// The open alarms, and the lately closed ones, folded from the log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Alarms")]
pub struct AlarmBook {
    open: BTreeMap<AlarmId, Alarm>,
    closed: BTreeMap<AlarmId, Alarm>,
    /// Those of rules of war that last where no incident is at war: nobody hears of them.
    asleep: BTreeMap<AlarmId, Alarm>,
    shelving: Shelving,
    /// Which numbers the open alarms leave.
    #[serde(skip)]
    numbers: Numbers,
    #[serde(skip)]
    last: LastChange,
}

/// A book as it is kept.
#[derive(Deserialize)]
struct Alarms {
    open: BTreeMap<AlarmId, Alarm>,
    closed: BTreeMap<AlarmId, Alarm>,
    #[serde(default)]
    asleep: BTreeMap<AlarmId, Alarm>,
    #[serde(default)]
    shelving: Shelving,
}

/// What the last record did to the book that changed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastChange {
    /// The record.
    pub position: Position,
    /// Whether it changed what is kept quiet.
    pub shelving: bool,
    /// Open alarms that are quiet since then, or for another reason, and those that sleep since then.
    pub quiet: Vec<AlarmId>,
    /// Open alarms that call people again since then, or for the first time because an incident is at war.
    pub back: Vec<AlarmId>,
}

/// The numbers that are free: those that came back, and all from `fresh` on.
#[derive(Debug, Clone, PartialEq)]
struct Numbers {
    back: BTreeSet<u32>,
    fresh: u32,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            back: BTreeSet::new(),
            fresh: 1,
        }
    }
}

impl Numbers {
    /// The smallest one, which is then taken.
    fn take(&mut self) -> u32 {
        self.back.pop_first().unwrap_or_else(|| {
            self.fresh += 1;
            self.fresh - 1
        })
    }

    fn give_back(&mut self, number: u32) {
        self.back.insert(number);
        while self.fresh > 1 && self.back.remove(&(self.fresh - 1)) {
            self.fresh -= 1;
        }
    }
}

impl From<Alarms> for AlarmBook {
    fn from(kept: Alarms) -> Self {
        let Alarms {
            mut open,
            mut closed,
            mut asleep,
            shelving,
        } = kept;
        // Who keeps alarms one by one knows of no war, nor which of them sleep.
        for (id, mut alarm) in std::mem::take(&mut open)
            .into_iter()
            .chain(std::mem::take(&mut asleep))
        {
            alarm.quiet = shelving.quiet(&alarm.event);
            alarm.back_at = shelving.back.get(&id).copied();
            let home = match (alarm.quiet, alarm.event.ended) {
                (Some(Quiet::AtPeace), None) => &mut asleep,
                (Some(Quiet::AtPeace), Some(_)) => {
                    alarm.quiet = None;
                    &mut closed
                }
                _ => &mut open,
            };
            home.insert(id, alarm);
        }
        let taken: BTreeSet<u32> = open.values().map(|alarm| alarm.number).collect();
        let fresh = taken.last().map_or(1, |last| last + 1);
        let back = (1..fresh)
            .filter(|number| !taken.contains(number))
            .collect();
        Self {
            open,
            closed,
            asleep,
            shelving,
            numbers: Numbers { back, fresh },
            last: LastChange::default(),
        }
    }
}

impl AlarmBook {
    /// Takes a record; gives the alarm that it changed, in its new state. `None` for a record that is not about alarms, and for a second
    /// acknowledgement. [`AlarmBook::last_change`] says what it did beside that.
    pub fn apply(&mut self, record: &Record) -> Option<Alarm> {
        self.last = LastChange::default();
        let changed = self.change(record);
        if changed.is_some() {
            self.last.position = record.position;
        }
        changed
    }

    fn change(&mut self, record: &Record) -> Option<Alarm> {
        match &record.body {
            Body::Finding(Finding {
                outcome: Outcome::Alarm(event),
                ..
            }) => Some(self.apply_event(event, record)),
            Body::Decision(decision) => self.apply_decision(decision, record),
            Body::Duty(Duty::Escalated(escalated)) => self.apply_escalation(escalated, record),
            Body::Duty(Duty::Unshelved(one)) => self.unshelve(one.shelf, record),
            Body::Finding(_)
            | Body::Tick
            | Body::Reading(_)
            | Body::Event(_)
            | Body::Reject(_)
            | Body::Recall(_)
            | Body::Notice(_)
            | Body::Positions(_)
            | Body::Command(_)
            | Body::Drill(_)
            | Body::Duty(_) => None,
        }
    }

    /// The alarms that are not closed, by id.
    pub const fn open(&self) -> &BTreeMap<AlarmId, Alarm> {
        &self.open
    }

    /// An open or lately closed alarm.
    pub fn get(&self, id: &AlarmId) -> Option<&Alarm> {
        self.open.get(id).or_else(|| self.closed.get(id))
    }

    /// The same, and one of a rule of war that lasts where no incident is at war: it is on record, and nobody is asked about it.
    pub fn known(&self, id: &AlarmId) -> Option<&Alarm> {
        self.get(id).or_else(|| self.asleep.get(id))
    }

    fn apply_event(&mut self, event: &AlarmEvent, record: &Record) -> Alarm {
        let position = record.position;
        let mut alarm = self.take(&event.alarm).unwrap_or_else(|| Alarm {
            number: self.numbers.take(),
            raised_at: event.at,
            raised_by: event.rule_version.clone(),
            event: event.clone(),
            corrected: false,
            acknowledgement: None,
            escalation: None,
            false_alarm: None,
            quiet: None,
            back_at: None,
            position,
        });
        alarm.corrected |= matches!(
            event.change,
            AlarmChange::Amended | AlarmChange::Split { .. } | AlarmChange::Withdrawn { .. }
        );
        alarm.event = event.clone();
        alarm.position = position;
        self.weigh(&mut alarm, record);
        self.put(alarm)
    }

    fn apply_decision(&mut self, decision: &Decision, record: &Record) -> Option<Alarm> {
        let Act::Acknowledge {
            alarm: id, note, ..
        } = &decision.act
        else {
            return self.apply_quieting(decision, record);
        };
        if self.known(id)?.acknowledgement.is_some() {
            return None;
        }
        let mut alarm = self.take(id)?;
        alarm.acknowledgement = Some(Acknowledgement {
            person: decision.person.clone(),
            seat: decision.seat.clone(),
            at: record.received_at,
            note: note.clone(),
        });
        alarm.position = record.position;
        Some(self.put(alarm))
    }

    /// What comes after the acknowledgement, or a second time, changes nothing.
    fn apply_escalation(&mut self, escalated: &Escalated, record: &Record) -> Option<Alarm> {
        let id = &escalated.event.alarm;
        let held = self.open.get(id).or_else(|| self.asleep.get(id))?;
        let stage = held.escalation.as_ref().map_or(0, |last| last.stage);
        if held.acknowledgement.is_some() || escalated.stage <= stage {
            return None;
        }
        let mut alarm = self.take(id)?;
        alarm.escalation = Some(Escalation {
            stage: escalated.stage,
            to: escalated.to.clone(),
            at: record.received_at,
        });
        alarm.position = record.position;
        Some(self.put(alarm))
    }

    fn take(&mut self, id: &AlarmId) -> Option<Alarm> {
        if let Some(alarm) = self.open.remove(id) {
            return Some(alarm);
        }
        let mut alarm = self.closed.remove(id).or_else(|| self.asleep.remove(id))?;
        alarm.number = self.numbers.take();
        Some(alarm)
    }

    fn put(&mut self, mut alarm: Alarm) -> Alarm {
        let asleep = alarm.quiet == Some(Quiet::AtPeace);
        // Nobody will acknowledge one that ended while it slept.
        let ended_asleep = asleep && alarm.event.ended.is_some();
        let is_closed = alarm.state() == AlarmState::Normal || ended_asleep;
        if is_closed || asleep || alarm.acknowledgement.is_some() {
            alarm.back_at = None;
            self.shelving.back.remove(&alarm.event.alarm);
        }
        if is_closed || asleep {
            self.numbers.give_back(alarm.number);
        }
        if is_closed && !asleep {
            alarm.quiet = None;
        }
        let mut kept = alarm.clone();
        let home = if is_closed {
            kept.quiet = None;
            &mut self.closed
        } else if asleep {
            &mut self.asleep
        } else {
            &mut self.open
        };
        home.insert(alarm.event.alarm.clone(), kept);
        if self.closed.len() > CLOSED_KEPT_MAX {
            let oldest = self
                .closed
                .values()
                .min_by_key(|closed| closed.position)
                .map(|closed| closed.event.alarm.clone());
            if let Some(oldest) = oldest {
                self.closed.remove(&oldest);
            }
        }
        alarm
    }
}

#[cfg(test)]
mod tests;
