//! After a change of rules: what the log says of alarms, against what the engine finds with the rules of now.
//!
//! An engine whose checkpoint does not fit reads the log from its beginning, and what it finds there is not appended again: recorded outputs
//! are what people saw. But alarms that last are not of the past. One that the new rules raise must be shown, one that they no longer know
//! must end, or the wall shows what nobody watches. Both are told once, when the engine has come to where the log ended at the start.

use std::collections::BTreeMap;

use yiping_engine::Engine;
use yiping_log::Chunk;
use yiping_model::{
    AlarmChange, AlarmEvent, AlarmId, Body, Finding, Outcome, Position, Record, Timestamp,
};

/// Ordinals from here on are not the engine's: it never makes so many findings of one record.
const ORDINAL_MIN: u32 = 1 << 31;

/// Both accounts, by alarm; the last word of each.
#[derive(Debug, Default)]
pub(crate) struct Account {
    recorded: BTreeMap<AlarmId, AlarmEvent>,
    found: BTreeMap<AlarmId, AlarmEvent>,
    /// When the first reading came that the engine could still read.
    began: Option<Timestamp>,
    now: Timestamp,
}

impl Account {
    /// Notes what the log holds.
    pub(crate) fn recorded(&mut self, finding: &Finding) {
        note(&mut self.recorded, finding);
    }

    /// Notes what the engine found.
    pub(crate) fn found(&mut self, finding: &Finding) {
        note(&mut self.found, finding);
    }

    /// Notes what the engine was given.
    pub(crate) fn read(&mut self, records: &Chunk) {
        let mut readings = records.iter().filter(|record| is_reading(record));
        if self.began.is_none() {
            self.began = readings.next().map(|record| record.received_at);
        }
        self.now = records.last().map_or(self.now, |record| record.received_at);
    }

    /// What must be told so that the alarms that last are those of the engine; it has read up to `cause`.
    pub(crate) fn settle(&self, engine: &Engine, cause: Position) -> Vec<Finding> {
        let ends = self.recorded.values().filter(|event| lasts(event));
        let ends = ends.filter_map(|event| self.end_of(event, engine));
        let begins = self.found.values().filter(|event| lasts(event));
        let begins = begins.filter_map(|event| self.beginning_of(event));
        (ORDINAL_MIN..)
            .zip(ends.chain(begins))
            .map(|(ordinal, event)| Finding {
                cause,
                ordinal,
                outcome: Outcome::Alarm(AlarmEvent {
                    at: self.now,
                    ..event
                }),
            })
            .collect()
    }

    /// The last word on an alarm that lasts by the log only.
    fn end_of(&self, event: &AlarmEvent, engine: &Engine) -> Option<AlarmEvent> {
        if let Some(found) = self.found.get(&event.alarm) {
            return (!lasts(found)).then(|| found.clone());
        }
        let same = |found: &&AlarmEvent| {
            let matter = (&found.rule, &found.subject, &found.key);
            lasts(found) && matter == (&event.rule, &event.subject, &event.key)
        };
        let cover = self.found.values().find(same);
        let merged_into = cover.map(|found| found.alarm.clone());
        // What began before anything that is still in the log may not be found again: as long as its rule stands, it stands.
        let could_be_found = self.began.is_some_and(|began| event.started >= began);
        let ends = could_be_found || merged_into.is_some() || !engine.has_rule(&event.rule);
        ends.then(|| AlarmEvent {
            change: AlarmChange::Withdrawn { merged_into },
            ..event.clone()
        })
    }

    /// The first word on an alarm that lasts by the engine only.
    fn beginning_of(&self, event: &AlarmEvent) -> Option<AlarmEvent> {
        let change = match self.recorded.get(&event.alarm) {
            None => AlarmChange::Raised,
            Some(recorded) if lasts(recorded) => return None,
            Some(_) => AlarmChange::Amended,
        };
        Some(AlarmEvent {
            change,
            ..event.clone()
        })
    }
}

fn note(account: &mut BTreeMap<AlarmId, AlarmEvent>, finding: &Finding) {
    if let Outcome::Alarm(event) = &finding.outcome {
        account.insert(event.alarm.clone(), event.clone());
    }
}

const fn lasts(event: &AlarmEvent) -> bool {
    event.ended.is_none() && !matches!(event.change, AlarmChange::Withdrawn { .. })
}

const fn is_reading(record: &Record) -> bool {
    matches!(record.body, Body::Reading(_))
}
