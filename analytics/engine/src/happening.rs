//! Rules on events: what happens again and again within the hold time is one matter, and has one alarm.
//!
//! A matter is a stretch of event time: events of one track (or one thing) that follow each other by no more than the hold. Which matters there
//! are does not depend on the order in which the events come, nor on how often. An alarm is raised on arrival and lasts, by the city clock,
//! until the hold has passed since the newest event came; it ends in event time, the hold after that event. What comes between two matters
//! joins them, and the later alarm is withdrawn, merged into the earlier one.
//!
//! Matters are remembered as far back as late truth reaches, and an hour at least; older events are counted and raise nothing.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{
    AlarmBefore, AlarmChange, AlarmEvent, AlarmId, DatastreamId, Event, EventKey, Outcome,
    PropertyId, Quality, SourceId, ThingId, Timestamp,
};

use crate::outbox::Outbox;
use crate::rule::{By, Happening, Rule};
use crate::setup::Setup;
use crate::timers::Armed;

/// Matters are remembered for so long even where late truth reaches less far: they need no history.
const MEMORY_MIN: Duration = Duration::from_hours(1);

/// Matters that are remembered of one track.
const MATTERS_MAX: usize = 1_024;

/// All tracks that have or had alarms.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Happenings {
    tracks: Vec<Track>,
    /// By rule, thing and key.
    places: BTreeMap<(u32, ThingId, Option<EventKey>), usize>,
    /// Places whose track was forgotten.
    free: Vec<usize>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Track {
    rule: u32,
    thing: ThingId,
    key: Option<EventKey>,
    /// In the order of time, apart by more than the hold.
    matters: Vec<Matter>,
    /// Until when the newest one lasts; `None` when none does.
    lasts: Option<Timestamp>,
    /// When it was last heard of, by the city clock.
    heard: Timestamp,
    /// Matters up to this time are not remembered.
    forgotten: Timestamp,
    #[serde(skip)]
    armed: Armed,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Matter {
    alarm: AlarmId,
    first: Timestamp,
    last: Timestamp,
    /// What was measured with the first event.
    value: f64,
    extreme: f64,
    /// What was told of it; `None` when nothing was yet.
    told: Option<AlarmBefore>,
    told_value: f64,
}

/// A change to be told of a matter.
struct Told {
    change: AlarmChange,
    matter: Matter,
    ended: Option<Timestamp>,
    before: Option<AlarmBefore>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judged {
    /// No rule on it, or it counts for those there are.
    Taken,
    /// Older than what is remembered.
    TooLate,
    /// There are too many tracks.
    Full,
}

/// An event on its way in.
pub(crate) struct Arriving<'a> {
    pub(crate) event: &'a Event,
    /// It is not newer than the watermark of its thing: whatever it tells is over.
    pub(crate) late: bool,
    pub(crate) now: Timestamp,
}

impl Happenings {
    /// Judges an event by a rule; gives the track's place where its timer is to be set.
    pub(crate) fn take(
        &mut self,
        number: u32,
        arriving: &Arriving<'_>,
        setup: &Setup,
        outbox: &mut Outbox,
    ) -> (Judged, Option<usize>) {
        let Arriving { event, now, .. } = *arriving;
        let Some((rule, happening)) = setup.happening(number) else {
            return (Judged::Taken, None);
        };
        let Some(value) = value_of(happening, event) else {
            return (Judged::Taken, None);
        };
        let at = event.phenomenon_time;
        let remembered = now - memory(setup, happening.hold.duration());
        if at < remembered {
            return (Judged::TooLate, None);
        }
        let key = event.key.clone().filter(|_| happening.by == By::Track);
        let Some(place) = self.place(number, &event.thing, key, setup) else {
            return (Judged::Full, None);
        };
        let subject = subject(&event.thing, happening);
        let hold = happening.hold.duration();
        let track = &mut self.tracks[place];
        track.forget(remembered - hold);
        if at <= track.forgotten {
            return (Judged::TooLate, None);
        }
        track.heard = now;
        let fresh = name(rule, &subject, track.key.as_ref(), &event.source, at);
        let mut told = Vec::new();
        if let Some(further) = track.supersede(at, hold) {
            told.push(further);
        }
        let newest = track.matters.last().is_none_or(|last| at > last.last);
        track.join(Matter::of(fresh, at, value), hold, &mut told);
        if newest && !arriving.late {
            track.lasts = Some(now + hold);
        }
        track.settle(hold, &mut told);
        track.tell(rule, happening, told, outbox);
        (Judged::Taken, Some(place))
    }

    fn place(
        &mut self,
        rule: u32,
        thing: &ThingId,
        key: Option<EventKey>,
        setup: &Setup,
    ) -> Option<usize> {
        let named = (rule, thing.clone(), key);
        if let Some(known) = self.places.get(&named) {
            return Some(*known);
        }
        if self.places.len() >= setup.settings.tracks_max as usize {
            return None;
        }
        let track = Track {
            rule,
            thing: thing.clone(),
            key: named.2.clone(),
            matters: Vec::new(),
            lasts: None,
            heard: Timestamp::MIN,
            forgotten: Timestamp::MIN,
            armed: None,
        };
        let place = if let Some(free) = self.free.pop() {
            self.tracks[free] = track;
            free
        } else {
            self.tracks.push(track);
            self.tracks.len() - 1
        };
        self.places.insert(named, place);
        Some(place)
    }

    /// When something is due in a track.
    pub(crate) fn deadline(&self, place: usize, setup: &Setup) -> Option<Timestamp> {
        let track = &self.tracks[place];
        let hold = |(_, happening): (&Rule, &Happening)| happening.hold.duration();
        let hold = setup.happening(track.rule).map_or(Duration::ZERO, hold);
        let forgotten = || track.heard + memory(setup, hold);
        (!track.matters.is_empty()).then(|| track.lasts.unwrap_or_else(forgotten))
    }

    pub(crate) fn armed(&mut self, place: usize) -> &mut Armed {
        &mut self.tracks[place].armed
    }

    /// The places of all tracks.
    pub(crate) fn places(&self) -> std::ops::Range<usize> {
        0..self.tracks.len()
    }

    pub(crate) fn thing_of(&self, place: usize) -> &ThingId {
        &self.tracks[place].thing
    }

    /// A timer rang: an alarm may be over, or a track forgotten.
    pub(crate) fn ring(
        &mut self,
        place: usize,
        now: Timestamp,
        setup: &Setup,
        outbox: &mut Outbox,
    ) {
        if self.deadline(place, setup).is_none_or(|due| due > now) {
            return;
        }
        let track = &mut self.tracks[place];
        if track.lasts.take().is_some() {
            let Some((rule, happening)) = setup.happening(track.rule) else {
                return;
            };
            let mut told = Vec::new();
            track.settle(happening.hold.duration(), &mut told);
            track.tell(rule, happening, told, outbox);
        } else {
            track.matters.clear();
            let named = (track.rule, track.thing.clone(), track.key.clone());
            self.places.remove(&named);
            self.free.push(place);
        }
    }
}

impl Matter {
    const fn of(alarm: AlarmId, at: Timestamp, value: f64) -> Self {
        Self {
            alarm,
            first: at,
            last: at,
            value,
            extreme: value,
            told: None,
            told_value: value,
        }
    }

    fn touches(&self, at: Timestamp, hold: Duration) -> bool {
        self.first - hold <= at && at <= self.last + hold
    }

    /// Takes in another one.
    fn take_in(&mut self, other: &Self) {
        self.value = match self.first.cmp(&other.first) {
            Ordering::Less => self.value,
            Ordering::Equal => self.value.max(other.value),
            Ordering::Greater => other.value,
        };
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.extreme = self.extreme.max(other.extreme);
    }

    /// Says what is new about it, when it ends then or lasts.
    fn update(&mut self, ended: Option<Timestamp>) -> Option<Told> {
        let now = AlarmBefore {
            started: self.first,
            ended,
            extreme: self.extreme,
        };
        let begun = |said: AlarmBefore| {
            said.started == now.started && self.told_value.to_bits() == self.value.to_bits()
        };
        let change = match self.told {
            None => AlarmChange::Raised,
            // While it lasts, how far it went is told with its end.
            Some(said) if begun(said) && said.ended == now.ended => {
                if ended.is_none() || said.extreme.to_bits() == now.extreme.to_bits() {
                    return None;
                }
                AlarmChange::Amended
            }
            Some(said) if begun(said) && said.ended.is_none() => AlarmChange::Returned,
            Some(_) => AlarmChange::Amended,
        };
        let before = self.told.filter(|_| change == AlarmChange::Amended);
        self.told = Some(now);
        self.told_value = self.value;
        Some(Told {
            change,
            matter: self.clone(),
            ended,
            before,
        })
    }
}

impl Track {
    /// Forgets the matters that were over by this time, and the oldest of too many.
    fn forget(&mut self, before: Timestamp) {
        let old = self.matters.partition_point(|matter| matter.last < before);
        let surplus = self.matters.len().saturating_sub(MATTERS_MAX);
        if let Some(last) = self.matters.drain(..old.max(surplus)).next_back() {
            self.forgotten = last.last;
        }
    }

    /// A matter that still lasts, by the city clock, is over when a later one begins.
    fn supersede(&mut self, at: Timestamp, hold: Duration) -> Option<Told> {
        let last = self.matters.last_mut()?;
        if at <= last.last + hold || self.lasts.is_none() {
            return None;
        }
        self.lasts = None;
        last.update(Some(last.last + hold))
    }

    /// Puts an event into its matter, which may join two.
    fn join(&mut self, event: Matter, hold: Duration, told: &mut Vec<Told>) {
        let at = event.first;
        let mut touched = (0..self.matters.len()).filter(|i| self.matters[*i].touches(at, hold));
        let (first, second) = (touched.next(), touched.next());
        let Some(first) = first else {
            let place = self.matters.partition_point(|matter| matter.first < at);
            self.matters.insert(place, event);
            return;
        };
        self.matters[first].take_in(&event);
        if let Some(second) = second {
            let later = self.matters.remove(second);
            self.matters[first].take_in(&later);
            if let Some(said) = later.told {
                let merged_into = Some(self.matters[first].alarm.clone());
                told.push(Told {
                    change: AlarmChange::Withdrawn { merged_into },
                    matter: later,
                    ended: said.ended,
                    before: Some(said),
                });
            }
        }
    }

    /// Says what is new about its matters; only the newest may last.
    fn settle(&mut self, hold: Duration, told: &mut Vec<Told>) {
        let newest = self.matters.len().saturating_sub(1);
        for (place, matter) in self.matters.iter_mut().enumerate() {
            let lasts = place == newest && self.lasts.is_some();
            let ended = (!lasts).then(|| matter.last + hold);
            told.extend(matter.update(ended));
        }
    }

    fn tell(&self, rule: &Rule, happening: &Happening, told: Vec<Told>, outbox: &mut Outbox) {
        for told in told {
            let event = AlarmEvent {
                alarm: told.matter.alarm,
                change: told.change,
                at: outbox.cause().1,
                rule: rule.id.clone(),
                rule_version: rule.version.clone(),
                subject: subject(&self.thing, happening),
                key: self.key.clone(),
                level: rule.level,
                started: told.matter.first,
                ended: told.ended,
                value: told.matter.value,
                extreme: told.matter.extreme,
                threshold: happening.min.values().next().copied().unwrap_or(0.0),
                before: told.before,
                posture: None,
            };
            outbox.push(Outcome::Alarm(event));
        }
    }
}

/// How far back matters are remembered.
fn memory(setup: &Setup, hold: Duration) -> Duration {
    setup.settings.revise().max(MEMORY_MIN).max(hold)
}

/// What an alarm says of an event: the first of the values that the rule asks for, else the first that it has, else 1. `None` when the event does
/// not count.
fn value_of(happening: &Happening, event: &Event) -> Option<f64> {
    if event.kind != happening.kind {
        return None;
    }
    let measured = |property: &PropertyId| {
        let mut good = event
            .values
            .iter()
            .filter(|value| value.quality == Quality::Good && crate::thing::is_usable(value.value));
        good.find(|value| value.property == *property)
            .map(|value| value.value)
    };
    for (property, least) in &happening.min {
        if measured(property)? < *least {
            return None;
        }
    }
    let first = event.values.iter().map(|value| &value.property).min();
    let told = happening.min.keys().next().or(first);
    Some(told.and_then(measured).unwrap_or(1.0))
}

fn subject(thing: &ThingId, happening: &Happening) -> DatastreamId {
    DatastreamId {
        thing: thing.clone(),
        property: happening.subject(),
    }
}

fn name(
    rule: &Rule,
    subject: &DatastreamId,
    key: Option<&EventKey>,
    source: &SourceId,
    at: Timestamp,
) -> AlarmId {
    AlarmId::of_event(&rule.id, subject, source, key, at)
}
