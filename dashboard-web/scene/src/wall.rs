//! The wall: everything of the city at once. Its state is a function of the records up to a position, however they were batched.
//!
//! Limits: a thing that the catalogue does not know appears when it is first heard, as long as there are fewer than
//! [`Limits::things_max`] things; beyond a limit a value is not shown, and is counted ([`WallScene::unshown`]).

mod cells;
mod command;
mod notices;
mod silenced;
mod trends;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use yiping_desk::command::CommandBook;
use yiping_desk::incident::is_over;
use yiping_model::{
    Act, Alarm, AlarmBook, AlarmId, AlarmState, Body, Catalogue, DatastreamId, DerivedResult,
    Event, IndexKind, Outcome, Position, PropertyId, Reading, Record, Shelving, SourceId, ThingId,
    Timestamp, WindowLength,
};

use crate::changes::Changes;
use crate::events::LastEvents;
use crate::facts::{Given, Limits, SceneFacts};
use crate::latest::LatestValues;
use crate::message::{
    AlarmView, CellView, Delta, IndexKindView, IndexView, ShelvingView, Snapshot, SourceView,
    StateView, ThingView, TrendView,
};
use crate::{pairs, views};
use notices::Notices;

/// The scene's name in the live protocol.
pub const WALL: &str = "wall";

/// The step of a derived value of which no period is known.
const MINUTE_SECS: u32 = 60;

/// How many values the trend of an index holds.
const INDEX_POINTS: usize = 24;

/// The wall at a position of the log.
#[derive(Debug)]
pub struct WallScene {
    catalogue: Arc<Catalogue>,
    given: Given,
    state: State,
    changes: Changes,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct State {
    position: Position,
    now: Timestamp,
    #[serde(with = "pairs")]
    things: BTreeMap<ThingId, ThingView>,
    latest: LatestValues,
    #[serde(with = "pairs")]
    trends: BTreeMap<DatastreamId, TrendView>,
    #[serde(with = "pairs")]
    indices: BTreeMap<(ThingId, IndexKindView), IndexView>,
    alarms: AlarmBook,
    #[serde(with = "pairs")]
    sources: BTreeMap<SourceId, SourceView>,
    events: LastEvents,
    #[serde(default, with = "pairs")]
    cells: BTreeMap<DatastreamId, CellView>,
    /// The things that are marked as silent because of others.
    #[serde(default)]
    silenced: BTreeSet<ThingId>,
    notices: Notices,
    /// What the persons of accounts are called on screens.
    displays: BTreeMap<String, String>,
    /// Incidents and tasks.
    command: CommandBook,
    unshown: u64,
}

/// A wall's state, to begin from after a restart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WallCheckpoint {
    given: Given,
    state: State,
}

impl WallCheckpoint {
    /// The position at which it was made.
    pub const fn position(&self) -> Position {
        self.state.position
    }
}

impl WallScene {
    /// The wall before the first record.
    pub fn new(facts: SceneFacts, limits: Limits) -> Self {
        let given = Given::of(&facts, limits);
        let ids = facts.catalogue.things.keys().cloned();
        let state = State {
            position: Position::START,
            now: Timestamp::from_micros(0),
            things: ids.zip(given.things.iter().cloned()).collect(),
            latest: LatestValues::default(),
            trends: BTreeMap::new(),
            indices: BTreeMap::new(),
            alarms: AlarmBook::default(),
            sources: BTreeMap::new(),
            events: LastEvents::default(),
            cells: BTreeMap::new(),
            silenced: BTreeSet::new(),
            notices: Notices::default(),
            displays: BTreeMap::new(),
            command: CommandBook::default(),
            unshown: 0,
        };
        Self {
            catalogue: facts.catalogue,
            given,
            state,
            changes: Changes::default(),
        }
    }

    /// The wall at a checkpoint; `None` when the checkpoint was made with another catalogue, other rules or other limits.
    pub fn restore(
        facts: SceneFacts,
        limits: Limits,
        mut checkpoint: WallCheckpoint,
    ) -> Option<Self> {
        let given = Given::of(&facts, limits);
        checkpoint.state.command.reindex();
        (given == checkpoint.given).then(|| Self {
            catalogue: facts.catalogue,
            given,
            changes: Changes::after(checkpoint.state.position),
            state: checkpoint.state,
        })
    }

    /// The state, to be kept over a restart.
    pub fn checkpoint(&self) -> WallCheckpoint {
        WallCheckpoint {
            given: self.given.clone(),
            state: self.state.clone(),
        }
    }

    /// Takes the next record; gives the alarm that it changed. A record at or before [`WallScene::position`] changes nothing.
    pub fn apply(&mut self, record: &Record) -> Option<Alarm> {
        if record.position <= self.state.position {
            return None;
        }
        self.state.position = record.position;
        self.state.now = record.received_at;
        self.take_command(record);
        match &record.body {
            Body::Tick
            | Body::Recall(_)
            | Body::Positions(_)
            | Body::Command(_)
            | Body::Drill(_) => None,
            Body::Notice(notice) => {
                let open = self.state.alarms.open();
                self.state
                    .notices
                    .take(notice, record.received_at, open, &mut self.changes);
                None
            }
            Body::Event(event) => {
                self.take_event(event, record.received_at);
                None
            }
            Body::Reading(reading) => {
                self.take_reading(reading, record.received_at);
                None
            }
            Body::Reject(reject) => {
                if let Some(source) = self.source(&reject.source, record.received_at) {
                    source.rejects += 1;
                }
                None
            }
            Body::Finding(finding) => match &finding.outcome {
                Outcome::Window(window) => {
                    self.take_window(window, record.received_at);
                    None
                }
                Outcome::Index(index) => {
                    self.take_index(index);
                    None
                }
                Outcome::Derived(result) => {
                    self.take_derived(result, record.received_at);
                    None
                }
                Outcome::Alarm(_) => self.take_alarm(record),
            },
            Body::Decision(decision) => {
                if let Act::SetAccount {
                    account, display, ..
                } = &decision.act
                {
                    self.take_display(account, display);
                }
                self.take_alarm(record)
            }
            Body::Duty(_) => self.take_alarm(record),
        }
    }

    /// The last record that was taken.
    pub const fn position(&self) -> Position {
        self.state.position
    }

    /// City time at that position; the epoch before the first record.
    pub const fn now(&self) -> Timestamp {
        self.state.now
    }

    /// How many values are not shown because a limit was reached.
    pub const fn unshown(&self) -> u64 {
        self.state.unshown
    }

    /// An open or lately closed alarm.
    pub fn alarm(&self, id: &AlarmId) -> Option<&Alarm> {
        self.state.alarms.get(id)
    }

    /// An open alarm as screens show it.
    pub fn alarm_view(&self, id: &AlarmId) -> Option<AlarmView> {
        let alarm = self.state.alarms.open().get(id)?;
        views::alarm(alarm, &self.state.displays)
    }

    /// What is on the shelf and out of service.
    pub const fn shelving(&self) -> &Shelving {
        self.state.alarms.shelving()
    }

    /// Whether this record, which was taken last, changed anything about alarms.
    pub fn changed_alarms(&self, position: Position) -> bool {
        self.state.alarms.last_change().position == position
    }

    /// What the person of an account is called on screens.
    pub fn display(&self, account: &str) -> Option<&str> {
        self.state.displays.get(account).map(String::as_str)
    }

    /// The whole state.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            scene: WALL.to_owned(),
            position: self.state.position.0,
            now_ms: self.state.now.as_millis(),
            city: self.given.city.clone(),
            properties: self.given.properties.clone(),
            rules: self.given.rules.clone(),
            event_types: self.given.event_types.clone(),
            state: self.state.view(),
        }
    }

    /// What changed since the last take (or since the beginning), one entry a key; `None` when the position did not move.
    pub fn take_delta(&mut self) -> Option<Delta> {
        if self.changes.after == self.state.position {
            return None;
        }
        let next = Changes::after(self.state.position);
        let changes = std::mem::replace(&mut self.changes, next);
        Some(self.state.delta(changes))
    }

    /// Forgets what changed since the last take, when there is nobody to tell.
    pub fn pass_delta(&mut self) {
        self.changes = Changes::after(self.state.position);
        self.state.latest.pass_changed();
        self.state.events.pass_new();
    }

    fn take_reading(&mut self, reading: &Reading, received_at: Timestamp) {
        let delay_ms = received_at.micros_since(reading.phenomenon_time) / 1_000;
        if let Some(source) = self.source(&reading.source, received_at) {
            source.readings += 1;
            source.delay_ms = delay_ms;
        }
        let mut place = self.state.latest.place(&reading.thing);
        for measured in &reading.values {
            let latest = &mut self.state.latest;
            if latest.take(&place, reading, measured, received_at) {
                continue;
            }
            if self.hear(&reading.thing, &measured.property) {
                let latest = &mut self.state.latest;
                latest.begin(&mut place, reading, measured, received_at);
            } else {
                self.state.unshown += 1;
            }
        }
        // Only an event comes without values.
        if reading.values.is_empty() && self.hear_thing(&reading.thing) {
            self.state.latest.open(&mut place, &reading.thing);
        }
        self.state.latest.hear(&place, &reading.source, received_at);
        self.unmark(&reading.thing);
    }

    /// Makes room for a datastream that speaks for the first time; `false` when a limit forbids it.
    fn hear(&mut self, id: &ThingId, property: &PropertyId) -> bool {
        if !self.hear_thing(id) {
            return false;
        }
        let limits = self.given.limits;
        let Some(thing) = self.state.things.get_mut(id) else {
            return false;
        };
        let property = property.as_str();
        if thing.properties.iter().any(|known| known == property) {
            return true;
        }
        if thing.properties.len() >= limits.properties_max {
            return false;
        }
        thing.properties.push(property.to_owned());
        self.changes.things.insert(id.clone());
        true
    }

    /// Makes room for a thing that speaks for the first time; `false` when a limit forbids it.
    fn hear_thing(&mut self, id: &ThingId) -> bool {
        let things = &mut self.state.things;
        if !things.contains_key(id) {
            if things.len() >= self.given.limits.things_max {
                return false;
            }
            things.insert(id.clone(), views::unknown_thing(id));
            self.changes.things.insert(id.clone());
        }
        true
    }

    /// An event is shown, and each of its values is an observation of its thing.
    fn take_event(&mut self, event: &Event, received_at: Timestamp) {
        let reading = Reading {
            source: event.source.clone(),
            thing: event.thing.clone(),
            phenomenon_time: event.phenomenon_time,
            values: event.values.iter().cloned().collect(),
        };
        self.take_reading(&reading, received_at);
        if self.hear_thing(&event.thing) {
            self.state.events.take(event, received_at);
        } else {
            self.state.unshown += 1;
        }
    }

    /// A derived value is its datastream's last value and a point of its trend. One that says that there is none takes the last value back, and
    /// leaves a gap in the trend.
    fn take_derived(&mut self, result: &DerivedResult, received_at: Timestamp) {
        let DatastreamId { thing, property } = &result.datastream;
        let latest = &mut self.state.latest;
        let place = latest.place(thing);
        if !latest.take_derived(&place, result, received_at) {
            if result.value.is_none() {
                return;
            }
            if !self.hear(thing, property) {
                self.state.unshown += 1;
                return;
            }
            self.state.latest.begin_derived(result, received_at);
        }
        // What a pack of the past derived has a step that nobody knows any more.
        let step = self.given.derived_steps.get(property).copied();
        let step = step.or_else(|| self.catalogue.period_secs(thing, property));
        let point = views::derived_point(result, step.unwrap_or(MINUTE_SECS).max(1));
        self.take_point(&result.datastream, point);
    }

    fn source(&mut self, id: &SourceId, received_at: Timestamp) -> Option<&mut SourceView> {
        let sources = &mut self.state.sources;
        if !sources.contains_key(id) {
            if sources.len() >= self.given.limits.sources_max {
                return None;
            }
            let heard_first = SourceView {
                id: id.to_string(),
                last_received_ms: received_at.as_millis(),
                delay_ms: 0,
                readings: 0,
                rejects: 0,
            };
            sources.insert(id.clone(), heard_first);
        }
        if !self.changes.sources.contains(id) {
            self.changes.sources.insert(id.clone());
        }
        let source = sources.get_mut(id)?;
        source.last_received_ms = received_at.as_millis();
        Some(source)
    }

    fn take_alarm(&mut self, record: &Record) -> Option<Alarm> {
        let alarm = self.state.alarms.apply(record);
        let change = self.state.alarms.last_change();
        self.changes.shelving |= change.shelving;
        let touched = change.quiet.iter().chain(&change.back);
        self.changes.alarms.extend(touched.cloned());
        let alarm = alarm?;
        self.changes.alarms.insert(alarm.event.alarm.clone());
        if let Body::Finding(_) = record.body {
            self.take_silence(&alarm.event);
        }
        if alarm.state() == AlarmState::Normal {
            self.state
                .notices
                .close(&alarm.event.alarm, &mut self.changes);
        }
        Some(alarm)
    }

    /// A person who is called otherwise is so in all that was acknowledged.
    fn take_display(&mut self, account: &str, display: &str) {
        let displays = &mut self.state.displays;
        if displays.get(account).is_some_and(|known| known == display) {
            return;
        }
        displays.insert(account.to_owned(), display.to_owned());
        self.changes.shelving |= !self.state.alarms.shelving().is_empty();
        for (id, alarm) in self.state.alarms.open() {
            let by = [&alarm.acknowledgement, &alarm.false_alarm];
            let mut by = by.into_iter().flatten();
            if by.any(|given| given.person.as_deref() == Some(account)) {
                self.changes.alarms.insert(id.clone());
            }
        }
        let shown = self.state.command.incidents();
        let shown = shown.filter(|incident| !is_over(incident.stage));
        self.changes
            .incidents
            .extend(shown.map(|incident| incident.id.clone()));
    }
}

const fn step_secs(kind: IndexKind) -> u32 {
    match kind {
        IndexKind::AqiHourly => WindowLength::HOUR.secs(),
        IndexKind::AqiDaily => WindowLength::DAY.secs(),
    }
}

impl State {
    fn view(&self) -> StateView {
        StateView {
            things: self.things.values().cloned().collect(),
            latest: self.latest.views(),
            trends: self.trends.values().cloned().collect(),
            indices: self.indices.values().cloned().collect(),
            alarms: self
                .alarms
                .open()
                .values()
                .filter_map(|alarm| views::alarm(alarm, &self.displays))
                .collect(),
            sources: self.sources.values().cloned().collect(),
            events: self.events.views(),
            cells: self.cells.values().cloned().collect(),
            channels: self.notices.channels(|_| true),
            told: self.notices.told(),
            shelving: self.shelving(),
            incidents: self
                .command
                .incidents()
                .filter_map(|incident| self.incident(&incident.id))
                .collect(),
            waiting: self
                .command
                .waiting()
                .keys()
                .filter_map(|alarm| self.waiting(alarm))
                .collect(),
        }
    }

    fn shelving(&self) -> ShelvingView {
        views::shelving(self.alarms.shelving(), &self.displays)
    }

    fn delta(&mut self, changes: Changes) -> Delta {
        let (latest, gone) = self.latest.take_changed();
        let open = self.alarms.open();
        let (still_open, closed): (Vec<_>, Vec<_>) = changes
            .alarms
            .into_iter()
            .partition(|id| open.contains_key(id));
        Delta {
            after: changes.after.0,
            position: self.position.0,
            now_ms: self.now.as_millis(),
            things: pick(&self.things, &changes.things, Clone::clone),
            latest,
            gone,
            trend_points: changes
                .points
                .into_values()
                .flat_map(BTreeMap::into_values)
                .collect(),
            indices: pick(&self.indices, &changes.indices, Clone::clone),
            alarms: still_open
                .iter()
                .filter_map(|id| views::alarm(open.get(id)?, &self.displays))
                .collect(),
            closed: closed.iter().map(AlarmId::to_string).collect(),
            sources: pick(&self.sources, &changes.sources, Clone::clone),
            events: self.events.take_new(),
            cells: pick(&self.cells, &changes.cells, Clone::clone),
            channels: self
                .notices
                .channels(|channel| changes.channels.contains(channel)),
            told: changes
                .told
                .iter()
                .filter(|id| open.contains_key(id))
                .map(|id| self.notices.told_of(id))
                .collect(),
            shelving: changes.shelving.then(|| self.shelving()),
            incidents: changes
                .incidents
                .iter()
                .filter_map(|id| self.incident(id))
                .collect(),
            incidents_over: changes
                .incidents
                .iter()
                .filter(|id| self.incident(id).is_none())
                .map(ToString::to_string)
                .collect(),
            waiting: changes
                .waiting
                .iter()
                .filter_map(|alarm| self.waiting(alarm))
                .collect(),
            waiting_over: changes
                .waiting
                .iter()
                .filter(|alarm| self.waiting(alarm).is_none())
                .map(ToString::to_string)
                .collect(),
        }
    }
}

fn pick<'a, K: Ord + 'a, V, T>(
    held: &BTreeMap<K, V>,
    keys: impl IntoIterator<Item = &'a K>,
    view: impl Fn(&V) -> T,
) -> Vec<T> {
    keys.into_iter()
        .filter_map(|key| held.get(key).map(&view))
        .collect()
}

#[cfg(test)]
mod tests;
