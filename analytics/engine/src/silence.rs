//! Who has fallen silent: datastreams, their things, the gateways through which those are heard, and the doors.
//!
//! They form a tree: a datastream under its thing, a thing under its parent or else under the door through which it comes. Every datastream that
//! a rule watches has its own patience, by the city clock. When it is over, the datastream is silent, and whatever all is silent below is silent
//! itself. One condition is one alarm, so the highest that is silent is told, and what lies below is not: alarms that were open there are
//! withdrawn, merged into it.
//!
//! Things behind one gateway do not run out of patience at one moment. So what falls silent is told at once only when whatever it is heard
//! through was heard in the latter half of its patience: then that is alive. Otherwise it is pending: until what is above is silent too and
//! is told in its place, or until it is heard again and everything below gets its patience anew, or until twice the patience is over.
//!
//! A thing with one watched datastream is told as that datastream, and a door with one thing as that thing. What was never heard is not watched.
//! When the log itself says nothing for half the shortest patience, nobody listened, and silence counts from then on.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{
    AlarmBefore, AlarmChange, AlarmEvent, AlarmId, DatastreamId, Outcome, PARENTS_MAX, PropertyId,
    SourceId, ThingId, Timestamp,
};

use crate::outbox::Outbox;
use crate::setup::Setup;
use crate::timers::Armed;

/// All that is watched.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Silences {
    nodes: Vec<Node>,
    things: BTreeMap<ThingId, usize>,
    /// By the number of the source.
    doors: Vec<Option<usize>>,
    /// The shortest patience.
    shortest: Option<Duration>,
    /// Datastreams whose timers are to be set.
    #[serde(skip)]
    waking: Vec<usize>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Node {
    kind: Kind,
    above: Option<usize>,
    below: Vec<usize>,
    /// How many of `below` are not silent.
    speaking: u32,
    /// How many of `below` are pending.
    waiting: u32,
    /// When it was last heard, by the city clock.
    heard: Timestamp,
    silent: bool,
    /// It is silent, and neither told nor below what is.
    pending: bool,
    alarm: Option<Raised>,
    #[serde(skip)]
    armed: Armed,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Kind {
    Door(u32),
    Thing(ThingId),
    Stream {
        thing: ThingId,
        property: PropertyId,
        rule: u32,
        patience: Duration,
        /// From when on its patience counts.
        since: Timestamp,
        /// When what is pending since it fell silent is told at last.
        at_last: Option<Timestamp>,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Raised {
    alarm: AlarmId,
    rule: u32,
    subject: DatastreamId,
    started: Timestamp,
    patience: Duration,
    told: f64,
}

/// What tells an alarm.
pub(crate) struct Teller<'a> {
    pub(crate) setup: &'a Setup,
    pub(crate) outbox: &'a mut Outbox,
    /// Doors, by their numbers.
    pub(crate) sources: &'a [SourceId],
    /// City time.
    pub(crate) now: Timestamp,
}

/// A datastream to be watched.
pub(crate) struct Watched<'a> {
    pub(crate) thing: &'a ThingId,
    pub(crate) property: &'a PropertyId,
    pub(crate) rule: u32,
    pub(crate) patience: Duration,
    pub(crate) source: u32,
}

impl Silences {
    /// Watches a datastream that was heard for the first time; gives its place and that of its thing.
    pub(crate) fn follow(
        &mut self,
        watched: &Watched<'_>,
        teller: &mut Teller<'_>,
    ) -> (usize, usize) {
        let shortest = self.shortest.unwrap_or(watched.patience);
        self.shortest = Some(shortest.min(watched.patience));
        let thing = self.thing(watched.thing, watched.source, teller, PARENTS_MAX);
        let kind = Kind::Stream {
            thing: watched.thing.clone(),
            property: watched.property.clone(),
            rule: watched.rule,
            patience: watched.patience,
            since: teller.now,
            at_last: None,
        };
        let stream = self.add(kind, Some(thing), teller.now);
        self.waking.push(stream);
        self.hear(thing, watched.source, teller);
        (stream, thing)
    }

    fn thing(&mut self, id: &ThingId, source: u32, teller: &Teller<'_>, further: usize) -> usize {
        if let Some(known) = self.things.get(id) {
            return *known;
        }
        let known = teller.setup.catalogue.things.get(id);
        let parent = known.and_then(|thing| thing.parent.as_ref());
        let above = match parent.filter(|_| further > 0) {
            Some(parent) => self.thing(parent, source, teller, further - 1),
            None => self.door(source, teller.now),
        };
        let place = self.add(Kind::Thing(id.clone()), Some(above), teller.now);
        self.things.insert(id.clone(), place);
        place
    }

    fn door(&mut self, source: u32, now: Timestamp) -> usize {
        let number = source as usize;
        if self.doors.len() <= number {
            self.doors.resize(number + 1, None);
        }
        if let Some(known) = self.doors[number] {
            return known;
        }
        let place = self.add(Kind::Door(source), None, now);
        self.doors[number] = Some(place);
        place
    }

    fn add(&mut self, kind: Kind, above: Option<usize>, now: Timestamp) -> usize {
        let place = self.nodes.len();
        self.nodes.push(Node {
            kind,
            above,
            below: Vec::new(),
            speaking: 0,
            waiting: 0,
            heard: now,
            silent: false,
            pending: false,
            alarm: None,
            armed: None,
        });
        if let Some(above) = above {
            self.nodes[above].below.push(place);
            self.nodes[above].speaking += 1;
        }
        place
    }

    /// Something came through this door.
    pub(crate) fn hear_door(&mut self, source: u32, teller: &mut Teller<'_>) {
        if let Some(Some(door)) = self.doors.get(source as usize) {
            self.note(*door, teller);
        }
    }

    /// Where a thing stands that is watched, or a parent of one that is.
    pub(crate) fn place_of(&self, thing: &ThingId) -> Option<usize> {
        self.things.get(thing).copied()
    }

    /// A thing with watched datastreams, or a parent of one, said something.
    pub(crate) fn hear(&mut self, thing: usize, source: u32, teller: &mut Teller<'_>) {
        let mut place = thing;
        loop {
            self.note(place, teller);
            let Some(above) = self.nodes[place].above else {
                return;
            };
            let comes_by = |kind: &Kind| matches!(kind, Kind::Door(known) if *known != source);
            if comes_by(&self.nodes[above].kind) && self.has_left(above, teller.now) {
                self.move_to_door(place, above, source, teller.now);
            } else {
                place = above;
            }
        }
    }

    /// A watched datastream said something.
    pub(crate) fn observe(&mut self, stream: usize, teller: &mut Teller<'_>) {
        let node = &mut self.nodes[stream];
        node.heard = teller.now;
        if let Kind::Stream { since, .. } = &mut node.kind {
            *since = teller.now;
        }
        if node.silent {
            self.wake(stream, teller);
            self.waking.push(stream);
        }
    }

    fn note(&mut self, place: usize, teller: &mut Teller<'_>) {
        let node = &mut self.nodes[place];
        node.heard = teller.now;
        if node.silent || node.waiting > 0 {
            self.wake(place, teller);
        }
    }

    /// Nothing came through a door for so long that what now comes by another one has left it.
    fn has_left(&self, door: usize, now: Timestamp) -> bool {
        let patience = self.shortest.unwrap_or_default();
        self.nodes[door].heard + patience / 2 < now
    }

    fn move_to_door(&mut self, place: usize, from: usize, source: u32, now: Timestamp) {
        let to = self.door(source, now);
        // It was heard just now, so it speaks.
        self.nodes[from].speaking -= 1;
        self.nodes[from].below.retain(|below| *below != place);
        self.nodes[to].speaking += 1;
        self.nodes[to].below.push(place);
        self.nodes[place].above = Some(to);
    }

    /// When something is due here if it stays silent.
    pub(crate) fn deadline(&self, stream: usize) -> Option<Timestamp> {
        let node = &self.nodes[stream];
        match node.kind {
            Kind::Stream { at_last, .. } if node.silent => at_last,
            Kind::Stream {
                patience, since, ..
            } => Some(since + patience),
            Kind::Thing(_) | Kind::Door(_) => None,
        }
    }

    pub(crate) fn armed(&mut self, stream: usize) -> &mut Armed {
        &mut self.nodes[stream].armed
    }

    /// Datastreams whose timers are to be set.
    pub(crate) fn take_waking(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.waking)
    }

    /// All datastreams.
    pub(crate) fn streams(&self) -> impl Iterator<Item = usize> {
        let is_stream = |(place, node): (usize, &Node)| {
            matches!(node.kind, Kind::Stream { .. }).then_some(place)
        };
        self.nodes.iter().enumerate().filter_map(is_stream)
    }

    /// The thing of a datastream.
    pub(crate) fn thing_of(&self, stream: usize) -> Option<&ThingId> {
        match &self.nodes[stream].kind {
            Kind::Stream { thing, .. } | Kind::Thing(thing) => Some(thing),
            Kind::Door(_) => None,
        }
    }

    /// A timer rang: the patience with a datastream may be over.
    pub(crate) fn ring(&mut self, stream: usize, teller: &mut Teller<'_>) {
        let due = self.deadline(stream);
        if due.is_some_and(|due| due <= teller.now) {
            if self.nodes[stream].silent {
                self.wait_until(stream, None);
                if let Some(pending) = self.pending_above(stream) {
                    self.unpend(pending);
                    self.tell(pending, teller);
                }
            } else {
                self.fall(stream, teller);
            }
        }
        if self.deadline(stream).is_some() {
            self.waking.push(stream);
        }
    }

    /// The patience with a datastream is over.
    fn fall(&mut self, stream: usize, teller: &mut Teller<'_>) {
        let Kind::Stream {
            patience, since, ..
        } = self.nodes[stream].kind
        else {
            return;
        };
        self.wait_until(stream, None);
        let (mut place, mut heard) = (stream, since);
        loop {
            self.nodes[place].silent = true;
            let Some(above) = self.nodes[place].above else {
                return self.tell(place, teller);
            };
            self.nodes[above].speaking -= 1;
            if self.nodes[above].heard > heard + patience / 2 {
                return self.tell(place, teller);
            }
            if self.nodes[above].speaking > 0 {
                self.nodes[place].pending = true;
                self.nodes[above].waiting += 1;
                return self.wait_until(stream, Some(teller.now + patience));
            }
            for below in self.nodes[above].below.clone() {
                self.nodes[below].pending = false;
            }
            self.nodes[above].waiting = 0;
            place = above;
            heard = self.nodes[above].heard;
        }
    }

    fn wait_until(&mut self, stream: usize, at: Option<Timestamp>) {
        if let Kind::Stream { at_last, .. } = &mut self.nodes[stream].kind {
            *at_last = at;
        }
    }

    fn pending_above(&self, place: usize) -> Option<usize> {
        let mut next = Some(place);
        while let Some(place) = next {
            if self.nodes[place].pending {
                return Some(place);
            }
            next = self.nodes[place].above;
        }
        None
    }

    fn unpend(&mut self, place: usize) {
        if std::mem::take(&mut self.nodes[place].pending)
            && let Some(above) = self.nodes[place].above
        {
            self.nodes[above].waiting -= 1;
        }
    }

    /// It was heard: it is not silent, its alarm is over, and what lies below without an alarm of its own gets its patience anew.
    fn wake(&mut self, place: usize, teller: &mut Teller<'_>) {
        if let Some(raised) = self.nodes[place].alarm.take() {
            tell(&raised, AlarmChange::Returned, teller);
        }
        self.unpend(place);
        if std::mem::take(&mut self.nodes[place].silent)
            && let Some(above) = self.nodes[place].above
        {
            self.nodes[above].speaking += 1;
        }
        self.be_patient(place, teller.now);
    }

    fn be_patient(&mut self, place: usize, now: Timestamp) {
        if let Kind::Stream { since, .. } = &mut self.nodes[place].kind {
            *since = now;
            self.waking.push(place);
        }
        for below in self.nodes[place].below.clone() {
            if self.nodes[below].silent && self.nodes[self.speaker(below)].alarm.is_none() {
                self.unpend(below);
                self.nodes[below].silent = false;
                self.nodes[place].speaking += 1;
                self.be_patient(below, now);
            }
        }
    }

    /// Nobody listened until now: whatever was not told gets its patience anew.
    pub(crate) fn listen_again(&mut self, before: Timestamp, now: Timestamp) {
        let listened = |shortest: Duration| before + shortest / 2 >= now;
        if before == Timestamp::MIN || self.shortest.is_none_or(listened) {
            return;
        }
        for place in 0..self.nodes.len() {
            if self.nodes[place].pending {
                self.unpend(place);
                self.nodes[place].silent = false;
                if let Some(above) = self.nodes[place].above {
                    self.nodes[above].speaking += 1;
                }
                self.be_patient(place, now);
            }
            let node = &mut self.nodes[place];
            if let (Kind::Stream { since, .. }, false) = (&mut node.kind, node.silent) {
                *since = now;
            }
        }
    }

    /// Tells that it is silent, in the name of what says most of it.
    fn tell(&mut self, place: usize, teller: &mut Teller<'_>) {
        let place = self.speaker(place);
        if self.nodes[place].alarm.is_some() {
            return;
        }
        let Some((rule, patience)) = self.gravest(place, teller.setup) else {
            return;
        };
        let subject = self.subject(place, teller);
        let started = self.nodes[place].heard;
        let setup = teller.setup;
        let id = &setup.rule(rule).id;
        let bar = patience.as_secs_f64();
        let raised = Raised {
            alarm: AlarmId::of(id, &subject, &setup.own_source, started, bar),
            rule,
            subject,
            started,
            patience,
            told: secs(started, teller.now),
        };
        self.withdraw_below(place, &raised.alarm, teller);
        tell(&raised, AlarmChange::Raised, teller);
        self.nodes[place].alarm = Some(raised);
    }

    /// In whose name its silence is told: its own, or that of the only one below that says more of it.
    fn speaker(&self, place: usize) -> usize {
        let [only] = self.nodes[place].below[..] else {
            return place;
        };
        let is_stream = matches!(self.nodes[only].kind, Kind::Stream { .. });
        if is_stream || matches!(self.nodes[place].kind, Kind::Door(_)) {
            return self.speaker(only);
        }
        place
    }

    /// The gravest of the rules that watch what lies here.
    fn gravest(&self, place: usize, setup: &Setup) -> Option<(u32, Duration)> {
        let node = &self.nodes[place];
        if let Kind::Stream { rule, patience, .. } = node.kind {
            return Some((rule, patience));
        }
        let below = node.below.iter();
        let rules = below.filter_map(|below| self.gravest(*below, setup));
        rules.min_by_key(|(rule, _)| (setup.rule(*rule).level, *rule))
    }

    fn subject(&self, place: usize, teller: &Teller<'_>) -> DatastreamId {
        let setup = teller.setup;
        match &self.nodes[place].kind {
            Kind::Stream {
                thing, property, ..
            } => DatastreamId {
                thing: thing.clone(),
                property: property.clone(),
            },
            Kind::Thing(thing) => DatastreamId {
                thing: thing.clone(),
                property: setup.no_data.clone(),
            },
            Kind::Door(source) => DatastreamId {
                thing: ThingId::of_door(&teller.sources[*source as usize]),
                property: setup.no_data.clone(),
            },
        }
    }

    fn withdraw_below(&mut self, place: usize, by: &AlarmId, teller: &mut Teller<'_>) {
        for below in self.nodes[place].below.clone() {
            if let Some(raised) = self.nodes[below].alarm.take() {
                let merged_into = Some(by.clone());
                tell(&raised, AlarmChange::Withdrawn { merged_into }, teller);
            }
            self.withdraw_below(below, by, teller);
        }
    }
}

fn tell(raised: &Raised, change: AlarmChange, teller: &mut Teller<'_>) {
    let rule = teller.setup.rule(raised.rule);
    let ended = (change == AlarmChange::Returned).then_some(teller.now);
    let corrected = matches!(change, AlarmChange::Withdrawn { .. });
    let event = AlarmEvent {
        alarm: raised.alarm.clone(),
        change,
        at: teller.outbox.cause().1,
        rule: rule.id.clone(),
        rule_version: rule.version.clone(),
        subject: raised.subject.clone(),
        key: None,
        level: rule.level,
        started: raised.started,
        ended,
        value: raised.told,
        extreme: ended.map_or(raised.told, |ended| secs(raised.started, ended)),
        threshold: raised.patience.as_secs_f64(),
        before: corrected.then_some(AlarmBefore {
            started: raised.started,
            ended: None,
            extreme: raised.told,
        }),
        posture: None,
    };
    teller.outbox.push(Outcome::Alarm(event));
}

/// For how long there was silence, in seconds.
fn secs(from: Timestamp, to: Timestamp) -> f64 {
    to.micros_since(from) as f64 / 1e6
}
