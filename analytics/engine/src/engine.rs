//! The surface: records in, findings out.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use yiping_model::{
    Body, Catalogue, DatastreamId, Event, Finding, Position, Reading, Record, RuleId, SourceId,
    ThingId, Timestamp,
};

use crate::cell::{Cells, Part};
use crate::checkpoint::{self, RestoreError};
use crate::derive::{ClassLaw, Derived, Heard};
use crate::happening::Happenings;
use crate::indices::AqiLaws;
use crate::outbox::Outbox;
use crate::pieces::Pieces;
use crate::recall::Parts;
use crate::rule::Rule;
use crate::settings::Settings;
use crate::setup::Setup;
use crate::silence::Silences;
use crate::thing::{Hands, Thing};
use crate::timers::{Timers, Who};

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
    /// Older than the watermark of their thing: noted, to correct what they touch.
    pub late: u64,
    /// Older than late truth reaches: in history only.
    pub too_late: u64,
    /// Late ones that corrected nothing, because the time that they touch holds more observations than history may recall at once.
    pub unrevised: u64,
    /// Window results and indices that were told again.
    pub revised: u64,
    /// Not of good quality, or beyond what can be summed or dated.
    pub unusable: u64,
    /// Beyond the limit of datastreams, or of observations of one datastream.
    pub over_limit: u64,
    /// Datastreams followed.
    pub series: u64,
    /// What became of events; what was measured with them is counted above.
    pub events: EventCounts,
}

/// What became of events, as inputs of what is derived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventCounts {
    /// Taken in time.
    pub counted: u64,
    /// Given before, as far as they are held.
    pub duplicate: u64,
    /// Later than a step that they touch: it is told again.
    pub late: u64,
    /// Older than late truth reaches, or than what is held: in history only.
    pub too_late: u64,
    /// Beyond the limit of what is held of one thing.
    pub over_limit: u64,
}

impl EventCounts {
    const fn add(&mut self, heard: Heard) {
        let count = match heard {
            Heard::Counted => &mut self.counted,
            Heard::Duplicate => &mut self.duplicate,
            Heard::Late => &mut self.late,
            Heard::TooLate => &mut self.too_late,
            Heard::Full => &mut self.over_limit,
        };
        *count += 1;
    }
}

/// When the engine has something to do though nothing arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// City time.
    pub at: Timestamp,
    /// For which thing, or cell.
    pub thing: ThingId,
    /// What there is to do.
    pub why: Why,
}

/// A stretch of time of which the engine wants to be told by history, because something in it came late.
///
/// The answer is a [`yiping_model::Recall`] of at least this time, by what history holds once it has taken every record up to `cause`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Of which datastream.
    pub datastream: DatastreamId,
    /// From this phenomenon time on.
    pub from: Timestamp,
    /// Before this phenomenon time.
    pub to: Timestamp,
    /// The newest record for which it is wanted.
    pub cause: Position,
}

/// What a silent thing still owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A window ends.
    WindowEnds,
    /// An hour ends of a day of which an index may still be due.
    HourEnds,
    /// A window of its cell ends, for which others wait too.
    CellEnds,
    /// A step of what is derived ends.
    StepEnds,
    /// What came late has been gathered for long enough to tell derived values again.
    Corrects,
    /// A datastream will have been silent for too long.
    Silence,
    /// No event came for so long that an alarm is over, or forgotten.
    EventsEnd,
}

/// All that changes; a checkpoint is this and nothing else.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Doors, in the order in which they were first heard.
    sources: Vec<SourceId>,
    /// Things, in the order in which they were first heard.
    things: Vec<Thing>,
    cells: Cells,
    silences: Silences,
    happenings: Happenings,
    counts: Counts,
    /// The parts of a recall that have come.
    recall: Option<Parts>,
    /// City time, by ticks and readings.
    now: Timestamp,
}

/// The mind: a pure function from the records of the log to findings.
///
/// Only ticks, readings, events and the recalls that it wanted count. Findings, rejects and decisions are passed over entirely, so where they lie in the
/// log changes nothing.
#[derive(Debug, Clone)]
pub struct Engine {
    setup: Setup,
    state: State,
    /// Where each thing is in the state.
    places: HashMap<ThingId, usize, FixedState>,
    timers: Timers,
    outbox: Outbox,
    /// Panes for cells, not yet handed over.
    parts: Vec<Part>,
    /// Things that hold what was dropped with panes, at this time of the clock.
    closed: (Timestamp, Vec<usize>),
    /// Cells that may have something to tell.
    due_cells: Vec<usize>,
    /// Things of which history is wanted.
    wanting: BTreeSet<usize>,
    /// Cells that want history of their things.
    wanting_cells: BTreeSet<usize>,
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
            setup: Setup::new(catalogue, rules, laws, (Vec::new(), Vec::new()), settings),
            state: State::default(),
            places: HashMap::default(),
            timers: Timers::default(),
            outbox: Outbox::default(),
            parts: Vec::new(),
            closed: (Timestamp::MIN, Vec::new()),
            due_cells: Vec::new(),
            wanting: BTreeSet::new(),
            wanting_cells: BTreeSet::new(),
        }
    }

    /// The same engine, which derives these too; it must not have seen anything.
    #[must_use]
    pub fn deriving(mut self, derived: Vec<Derived>, laws: Vec<ClassLaw>) -> Self {
        let Setup {
            catalogue,
            rules,
            laws: aqi,
            settings,
            ..
        } = self.setup;
        self.setup = Setup::new(catalogue, rules, aqi, (derived, laws), settings);
        self
    }

    /// Takes the next records of the log, in their order.
    pub fn handle<'a>(&mut self, records: impl IntoIterator<Item = &'a Record>) {
        for record in records {
            match &record.body {
                Body::Tick => self.begin(record),
                Body::Reading(reading) => {
                    self.begin(record);
                    self.take(reading, record.received_at);
                }
                Body::Recall(recall) => self.hear(recall, record),
                Body::Event(event) => {
                    self.begin(record);
                    self.happen(event, record.received_at);
                }
                Body::Reject(_)
                | Body::Finding(_)
                | Body::Decision(_)
                | Body::Notice(_)
                | Body::Positions(_)
                | Body::Command(_)
                | Body::Drill(_)
                | Body::Duty(_) => {}
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
        let mut next: Option<(Timestamp, Who)> = None;
        for (earliest, who) in self.timers.iter() {
            if next.is_some_and(|(at, _)| at < earliest) {
                break;
            }
            let due = self.deadline_of(who).map(|due| (due.at, who));
            next = next.into_iter().chain(due).min();
        }
        self.deadline_of(next?.1)
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
    pub fn checkpoint(&self) -> Pieces {
        checkpoint::encode(&self.setup, &self.state)
    }

    /// Takes up the state of a checkpoint; the next record to handle is the one that followed it.
    ///
    /// # Errors
    /// [`RestoreError`] when the checkpoint is of another program or configuration, or damaged; then the engine is as it was before, and has
    /// to read the log from its beginning.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.state = checkpoint::decode(&self.setup, bytes)?;
        self.places = HashMap::default();
        self.timers = Timers::default();
        self.outbox = Outbox::default();
        self.wanting = BTreeSet::new();
        self.wanting_cells = BTreeSet::new();
        self.closed = (self.state.now, Vec::new());
        for place in 0..self.state.things.len() {
            let thing = &mut self.state.things[place];
            thing.restore(&self.setup);
            self.places.insert(thing.id.clone(), place);
            if thing.wanting {
                self.wanting.insert(place);
            }
            if thing.holds_closed() {
                self.closed.1.push(place);
            }
            self.arm_thing(place);
        }
        let streams: Vec<usize> = self.state.silences.streams().collect();
        for stream in streams {
            self.arm_stream(stream);
        }
        for place in self.state.happenings.places() {
            self.arm_track(place);
        }
        for place in 0..self.state.cells.list.len() {
            self.arm_cell(place);
            if !self.state.cells.list[place].late.stretches.is_empty() {
                self.wanting_cells.insert(place);
            }
        }
        Ok(())
    }

    /// Lets the city clock come to this record: whatever was due before it is done first, in the order of time.
    fn begin(&mut self, record: &Record) {
        let now = record.received_at;
        self.state.silences.listen_again(self.state.now, now);
        self.state.now = now;
        self.tell_from(record);
        while let Some((at, who)) = self.timers.ring(now) {
            match who {
                Who::Thing(place) => {
                    self.state.things[place].armed = None;
                    match self.state.things[place].deadline(&self.setup) {
                        Some((due, _)) if due <= at => {
                            self.with(place, at, |thing, hands| thing.stay_silent(at, hands));
                        }
                        _ => self.arm_thing(place),
                    }
                }
                Who::Cell(place) => {
                    self.state.cells.list[place].armed = None;
                    self.due_cells.push(place);
                    self.tell_cells(at);
                }
                Who::Stream(place) => self.miss(place, at),
                Who::Track(place) => self.let_go(place, at),
            }
        }
    }

    /// What comes out from here on comes of this record.
    fn tell_from(&mut self, record: &Record) {
        self.outbox.begin(record.position, record.received_at);
        let (at, places) = &mut self.closed;
        if *at < record.received_at {
            *at = record.received_at;
            for place in places.drain(..) {
                self.state.things[place].forget_closed();
            }
        }
    }

    fn take(&mut self, reading: &Reading, now: Timestamp) {
        let observations = reading.values.len() as u64;
        let Some(place) = self.place(reading, observations, now) else {
            return;
        };
        let source = self.source(&reading.source);
        self.listen(place, source, now);
        self.with(place, now, |thing, hands| {
            thing.take(reading, source, now, hands);
        });
        self.pass_on(place, reading, None, now);
    }

    /// Takes an event; what was measured with it is an observation of its thing.
    fn happen(&mut self, event: &Event, now: Timestamp) {
        let values = Reading {
            source: event.source.clone(),
            thing: event.thing.clone(),
            phenomenon_time: event.phenomenon_time,
            values: event.values.iter().cloned().collect(),
        };
        let Some(place) = self.place(&values, values.values.len() as u64, now) else {
            self.state.counts.events.over_limit += 1;
            return;
        };
        let source = self.source(&event.source);
        self.listen(place, source, now);
        self.judge_event(place, event, now);
        let mut heard = Heard::Counted;
        self.with(place, now, |thing, hands| {
            heard = thing.happen(event, &values, source, now, hands);
        });
        let elsewhere = self.pass_on(place, &values, Some(event), now);
        self.state.counts.events.add(if heard == Heard::Counted {
            elsewhere
        } else {
            heard
        });
    }

    /// Tells those that rest on this thing: things of which it is the neighbour, and its cells.
    fn pass_on(
        &mut self,
        place: usize,
        reading: &Reading,
        event: Option<&Event>,
        now: Timestamp,
    ) -> Heard {
        let mut heard = Heard::Counted;
        let deriving = self.state.things[place].deriving.as_ref();
        let Some(plan) = deriving
            .map(|deriving| deriving.plan())
            .filter(|plan| plan.is_heard())
        else {
            return heard;
        };
        let (plan, source) = (Arc::clone(plan), self.source(&reading.source));
        for follower in &plan.followers {
            if let Some(follower) = self.place_of(follower, 0, now) {
                self.with(follower, now, |thing, hands| {
                    thing.hear_neighbour(reading, source, now, hands);
                });
            }
        }
        for cell in &plan.cells {
            let word = Reading {
                thing: cell.clone(),
                values: [].into_iter().collect(),
                ..reading.clone()
            };
            if let Some(cell) = self.place_of(cell, 0, now) {
                self.with(cell, now, |thing, hands| {
                    if let Some(event) = event {
                        heard = thing.happen_of(event, source, place, now, hands);
                    }
                    thing.take(&word, source, now, hands);
                });
            }
        }
        heard
    }

    /// Where the thing of this reading is; `None` when the reading cannot be taken.
    fn place(&mut self, reading: &Reading, observations: u64, now: Timestamp) -> Option<usize> {
        if !(TIME_MIN..=TIME_MAX).contains(&reading.phenomenon_time) {
            self.state.counts.unusable += observations;
            return None;
        }
        self.place_of(&reading.thing, observations, now)
    }

    /// Where this thing is, which is there from now on; `None` when there are too many.
    fn place_of(&mut self, thing: &ThingId, observations: u64, now: Timestamp) -> Option<usize> {
        if let Some(place) = self.places.get(thing) {
            return Some(*place);
        }
        let place = self.state.things.len();
        if place >= self.setup.settings.series_max as usize {
            self.state.counts.over_limit += observations;
            return None;
        }
        let made = Thing::new(thing.clone(), now, &self.setup);
        self.state.things.push(made);
        self.places.insert(thing.clone(), place);
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

    /// Lets a thing act, and then whom it concerns.
    fn with(&mut self, place: usize, now: Timestamp, act: impl FnOnce(&mut Thing, &mut Hands<'_>)) {
        self.act(place, act);
        if !self.due_cells.is_empty() {
            self.tell_cells(now);
        }
    }

    fn act(&mut self, place: usize, act: impl FnOnce(&mut Thing, &mut Hands<'_>)) {
        let thing = &mut self.state.things[place];
        let before = (thing.watermark, thing.told_until(), thing.patience());
        let mut hands = Hands {
            setup: &self.setup,
            counts: &mut self.state.counts,
            outbox: &mut self.outbox,
            cells: &mut self.state.cells,
            silences: &mut self.state.silences,
            sources: &self.state.sources,
            parts: &mut self.parts,
            closed: &mut self.closed.1,
            place,
        };
        act(thing, &mut hands);
        if thing.wanting {
            self.wanting.insert(place);
        }
        for part in self.parts.drain(..) {
            self.due_cells.push(part.cell);
            let cell = part.cell;
            self.state.cells.list[cell].take(part, &self.setup, &self.outbox);
            if !self.state.cells.list[cell].late.stretches.is_empty() {
                self.wanting_cells.insert(cell);
            }
        }
        for cell in &thing.cells {
            // What lets the cell pass its next end earlier than was foreseen.
            let sooner = |end| {
                let newly = |before, after| before < end && end <= after;
                newly(before.0, thing.watermark)
                    || newly(before.1, thing.told_until())
                    || thing.patience() < before.2
            };
            if self.state.cells.list[*cell].next_end().is_some_and(sooner) {
                self.due_cells.push(*cell);
            }
        }
        self.arm_thing(place);
        self.arm_streams();
    }
}

mod happen;
mod truth;
mod waiting;

#[cfg(test)]
mod tests;
