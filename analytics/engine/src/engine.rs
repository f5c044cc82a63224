//! The surface: records in, findings out.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use yiping_model::{
    Body, Catalogue, Finding, Reading, Record, RuleId, SourceId, ThingId, Timestamp,
};

use crate::checkpoint::{self, RestoreError};
use crate::indices::AqiLaws;
use crate::outbox::Outbox;
use crate::rule::Rule;
use crate::settings::Settings;
use crate::setup::Setup;
use crate::thing::{Hands, Thing};

/// 1900-01-01: no sensor measured before. Windows around any time from here to [`TIME_MAX`] can be written as dates.
const TIME_MIN: Timestamp = Timestamp::from_secs(-2_208_988_800);
/// 9999-01-01.
const TIME_MAX: Timestamp = Timestamp::from_secs(253_370_764_800);

/// What the engine made of the observations it was given, since the log began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Counted in windows and judged by rules.
    pub counted: u64,
    /// Given before, as far as open windows remember.
    pub duplicate: u64,
    /// Older than the watermark of their thing: in history only.
    pub late: u64,
    /// Not of good quality, or beyond what can be summed or dated.
    pub unusable: u64,
    /// Beyond the limit of datastreams, or of observations of one datastream.
    pub over_limit: u64,
    /// Datastreams followed.
    pub series: u64,
}

/// When the engine has something to do though nothing arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// City time.
    pub at: Timestamp,
    /// For which thing.
    pub thing: ThingId,
    /// What there is to do.
    pub why: Why,
}

/// What a silent thing still owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A window ends.
    WindowEnds,
    /// An hour ends of a day of which an index may still be due.
    HourEnds,
}

/// All that changes; a checkpoint is this and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    /// Doors, in the order in which they were first heard.
    sources: Vec<SourceId>,
    /// Things, in the order in which they were first heard.
    things: Vec<Thing>,
    counts: Counts,
}

/// The mind: a pure function from the records of the log to findings.
///
/// Only ticks and readings count. Findings, rejects and decisions are passed over entirely, so where they lie in the log changes nothing.
#[derive(Debug, Clone)]
pub struct Engine {
    setup: Setup,
    state: State,
    /// Where each thing is in the state.
    places: HashMap<ThingId, usize>,
    /// When which thing has something to do in silence.
    deadlines: BTreeSet<(Timestamp, usize)>,
    outbox: Outbox,
}

impl Engine {
    /// An engine that has seen nothing.
    pub fn new(
        catalogue: Arc<Catalogue>,
        rules: Vec<Rule>,
        laws: AqiLaws,
        settings: Settings,
    ) -> Self {
        Self {
            setup: Setup::new(catalogue, rules, laws, settings),
            state: State::default(),
            places: HashMap::new(),
            deadlines: BTreeSet::new(),
            outbox: Outbox::default(),
        }
    }

    /// Takes the next records of the log, in their order.
    pub fn handle(&mut self, records: &[Record]) {
        for record in records {
            match &record.body {
                Body::Tick => self.begin(record),
                Body::Reading(reading) => {
                    self.begin(record);
                    self.take(reading, record.received_at);
                }
                Body::Reject(_) | Body::Finding(_) | Body::Decision(_) | Body::Recall(_) => {}
            }
        }
    }

    /// What came out since the last time, in order.
    #[must_use]
    pub fn drain(&mut self) -> Vec<Finding> {
        self.outbox.drain()
    }

    /// The next thing to do if nothing arrives; it is done by the next tick or reading at or after that time.
    pub fn next_deadline(&self) -> Option<Deadline> {
        let (_, place) = self.deadlines.first()?;
        let thing = &self.state.things[*place];
        let (at, why) = thing.deadline(&self.setup)?;
        Some(Deadline {
            at,
            thing: thing.id.clone(),
            why,
        })
    }

    /// Whether this rule is one of its rules.
    pub fn has_rule(&self, id: &RuleId) -> bool {
        self.setup.rules.iter().any(|rule| rule.id == *id)
    }

    /// What became of the observations so far.
    pub const fn counts(&self) -> Counts {
        self.state.counts
    }

    /// The state after the last record handled, as bytes. What was not drained is not in it.
    pub fn checkpoint(&self) -> Vec<u8> {
        checkpoint::encode(&self.setup, &self.state)
    }

    /// Takes up the state of a checkpoint; the next record to handle is the one that followed it.
    ///
    /// # Errors
    /// [`RestoreError`] when the checkpoint is of another program or configuration, or damaged; then the engine is as it was before, and has
    /// to read the log from its beginning.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.state = checkpoint::decode(&self.setup, bytes)?;
        self.places = HashMap::new();
        self.deadlines = BTreeSet::new();
        self.outbox = Outbox::default();
        for (place, thing) in self.state.things.iter_mut().enumerate() {
            thing.restore(&self.setup);
            self.places.insert(thing.id.clone(), place);
            let deadline = thing.deadline(&self.setup);
            self.deadlines.extend(deadline.map(|(at, _)| (at, place)));
        }
        Ok(())
    }

    /// Lets the city clock come to this record: whatever was due before it is done first, in the order of time.
    fn begin(&mut self, record: &Record) {
        let now = record.received_at;
        self.outbox.begin(record.position, now);
        while let Some(due) = self.deadlines.first().copied().filter(|(at, _)| *at <= now) {
            let (at, place) = due;
            self.with(place, |thing, hands| thing.stay_silent(at, hands));
        }
    }

    fn take(&mut self, reading: &Reading, now: Timestamp) {
        let Some(place) = self.place(reading, now) else {
            return;
        };
        let source = self.source(&reading.source);
        self.with(place, |thing, hands| {
            thing.take(reading, source, now, hands);
        });
    }

    /// Where the thing of this reading is; `None` when the reading cannot be taken.
    fn place(&mut self, reading: &Reading, now: Timestamp) -> Option<usize> {
        let observations = reading.values.len() as u64;
        if !(TIME_MIN..=TIME_MAX).contains(&reading.phenomenon_time) {
            self.state.counts.unusable += observations;
            return None;
        }
        if let Some(place) = self.places.get(&reading.thing) {
            return Some(*place);
        }
        let place = self.state.things.len();
        if place >= self.setup.settings.series_max as usize {
            self.state.counts.over_limit += observations;
            return None;
        }
        let thing = Thing::new(reading.thing.clone(), now, &self.setup);
        self.state.things.push(thing);
        self.places.insert(reading.thing.clone(), place);
        Some(place)
    }

    fn source(&mut self, source: &SourceId) -> u32 {
        let sources = &mut self.state.sources;
        let number = sources.iter().position(|known| known == source);
        let number = number.unwrap_or_else(|| {
            sources.push(source.clone());
            sources.len() - 1
        });
        u32::try_from(number).expect("doors are configured one by one")
    }

    fn with(&mut self, place: usize, act: impl FnOnce(&mut Thing, &mut Hands<'_>)) {
        let thing = &mut self.state.things[place];
        let before = thing.deadline(&self.setup);
        let mut hands = Hands {
            setup: &self.setup,
            counts: &mut self.state.counts,
            outbox: &mut self.outbox,
        };
        act(thing, &mut hands);
        let after = thing.deadline(&self.setup);
        if before != after {
            if let Some((at, _)) = before {
                self.deadlines.remove(&(at, place));
            }
            self.deadlines.extend(after.map(|(at, _)| (at, place)));
        }
    }
}

#[cfg(test)]
mod tests;
