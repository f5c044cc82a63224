//! What ought to be found in what the city says: the alarms, by an evaluation as simple as it can be.
//!
//! Everything that a thing says is gathered in the order of its own times, what is derived from it is computed step by step from the whole, and each
//! rule walks its datastream from the first value to the last. The values are those that are sent, rounded and clipped. Faults of the way change
//! nothing here. Of a scenario only the kinds of things are looked at on which it has a hand: the others are as in the quiet city.

mod derived;
mod judge;
mod rules;
mod silence;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{Event, PropertyId, RuleId, Thing, ThingId, Timestamp};

pub use rules::{TruthDerived, TruthLaw, TruthPack, TruthRule};

use super::City;
use crate::settings::Scenario;
use derived::Said;
use judge::{Beyond, Episode, Point};
use rules::{Bar, By, Direction};

/// What derived values look back upon.
const LEAD: Duration = Duration::from_hours(26);

/// What ought to be found in `[from, to)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    /// What happens to the city.
    pub scenario: Scenario,
    /// The seed.
    pub seed: u64,
    /// The first time that was looked at.
    pub from: Timestamp,
    /// The time up to which was looked.
    pub to: Timestamp,
    /// The alarms, by beginning, rule and thing.
    pub alarms: Vec<TruthAlarm>,
}

/// An alarm that ought to be found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TruthAlarm {
    /// The rule.
    pub rule: RuleId,
    /// Whose value.
    pub thing: ThingId,
    /// Which value; the kind of an event; `no_data` when all of a thing, or all that is heard through it, is silent.
    pub property: PropertyId,
    /// The track, for a rule that tells tracks apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Warning level, 1 to 4.
    pub level: u8,
    /// Phenomenon time at which it began: of the first value beyond `raise`, of the last value before a silence, of the first of equal values.
    pub started: Timestamp,
    /// Phenomenon time at which it was over; `None` when it lasts beyond the span.
    pub ended: Option<Timestamp>,
    /// The value at `started`; for a silence how long it may be, in seconds.
    pub value: f64,
    /// The most extreme value of the alarm; for a silence how long it was, in seconds.
    pub extreme: f64,
}

/// The alarms that these rules must find in what the city says in `[from, to)`.
pub fn truth(city: &City, from: Timestamp, to: Timestamp, pack: &TruthPack) -> Truth {
    let mut alarms = Vec::new();
    let gathered = Gathered::of(city, from, to, pack);
    for rule in &pack.rules {
        gathered.judge(rule, &mut alarms);
    }
    gathered.judge_silences(&pack.rules, &mut alarms);
    alarms.retain(|alarm| alarm.ended.is_none_or(|ended| ended >= from) && alarm.started < to);
    alarms.sort_by(|one, other| {
        let key = |alarm: &TruthAlarm| {
            (
                alarm.started,
                alarm.rule.clone(),
                alarm.thing.clone(),
                alarm.key.clone(),
            )
        };
        key(one).cmp(&key(other))
    });
    Truth {
        scenario: city.scenario,
        seed: city.seed,
        from,
        to,
        alarms,
    }
}

/// What was heard of all things that matter.
struct Gathered<'a> {
    city: &'a City,
    begin: Timestamp,
    to: Timestamp,
    things: Vec<&'a Thing>,
    points: BTreeMap<ThingId, BTreeMap<PropertyId, Vec<Point>>>,
    events: BTreeMap<ThingId, Vec<Event>>,
    derived: BTreeMap<PropertyId, Duration>,
}

impl<'a> Gathered<'a> {
    fn of(city: &'a City, from: Timestamp, to: Timestamp, pack: &TruthPack) -> Self {
        let kinds = city.plan.kinds();
        let on_stage = |kind: &str| kinds.is_empty() || kinds.contains(&kind);
        let wanted = wanted(pack);
        let begin = if pack.rules.iter().all(judges_single_values) && pack.derived.is_empty() {
            from
        } else {
            // What was told before the run began was never heard.
            let earliest = if from >= city.start {
                city.start - city.history
            } else {
                from - LEAD
            };
            earliest.max(from - LEAD)
        };
        let mut gathered = Self {
            city,
            begin,
            to,
            things: city
                .things
                .values()
                .filter(|thing| on_stage(&thing.kind))
                .collect(),
            points: BTreeMap::new(),
            events: BTreeMap::new(),
            derived: BTreeMap::new(),
        };
        for teller in city.tellers.iter().filter(|teller| on_stage(teller.kind())) {
            gathered.listen(teller.thing(), city.events(teller, begin, to));
        }
        for sensor in city.sensors.iter().filter(|sensor| on_stage(&sensor.kind)) {
            let heard = sensor
                .channels
                .iter()
                .any(|channel| wanted.contains(&channel.property));
            let quick_begin = if from >= city.start {
                city.run_begins(sensor)
            } else {
                begin
            };
            let mut at = sensor.first_at_or_after(begin.max(quick_begin));
            while heard && at < to {
                if let Some(reading) = city.heard(sensor, at) {
                    let own = gathered.points.entry(sensor.thing.clone()).or_default();
                    for one in reading
                        .values
                        .iter()
                        .filter(|one| wanted.contains(&one.property))
                    {
                        let points = own.entry(one.property.clone()).or_default();
                        points.push((reading.phenomenon_time, one.value));
                    }
                }
                at = sensor.next(at);
            }
        }
        for points in gathered.points.values_mut().flat_map(BTreeMap::values_mut) {
            points.sort_by_key(|point| point.0);
        }
        for derived in &pack.derived {
            gathered.derive(derived, &pack.laws, begin);
        }
        gathered
    }

    /// Events, and what was measured with them.
    fn listen(&mut self, thing: &ThingId, events: Vec<Event>) {
        let own = self.points.entry(thing.clone()).or_default();
        for event in &events {
            for one in &event.values {
                let points = own.entry(one.property.clone()).or_default();
                points.push((event.phenomenon_time, one.value));
            }
        }
        self.events.insert(thing.clone(), events);
    }

    /// Adds a derived property to the things that have it.
    fn derive(&mut self, derived: &TruthDerived, laws: &[TruthLaw], begin: Timestamp) {
        let every = derived.every.as_micros().max(1).cast_signed();
        let every = i64::try_from(every).unwrap_or(i64::MAX);
        // Steps are counted from local midnight.
        let offset = self.city.zone.offset_micros(begin);
        let local = begin.as_micros() + offset;
        let first = (local.div_euclid(every) + 1) * every - offset;
        let count = (self.to.as_micros() - first).div_euclid(every).max(0);
        let steps: Vec<Timestamp> = (0..=count)
            .map(|turn| Timestamp::from_micros(first + turn * every))
            .collect();
        self.derived.insert(derived.id.clone(), derived.every);
        for thing in self.things.clone() {
            let has_it = match &derived.kind {
                Some(kind) => *kind == thing.kind,
                None => thing.properties.contains(&derived.id),
            };
            let Some(points) = self.points.get(&thing.id).filter(|_| has_it) else {
                continue;
            };
            let of = derived.neighbour.as_ref().map(|joined| &joined.of);
            let said = Said {
                points: points.clone(),
                events: self.events.get(&thing.id).map_or(&[], Vec::as_slice),
                neighbour: thing.neighbour.as_ref().and_then(|id| self.points.get(id)),
                period: of.map_or(Duration::ZERO, |of| self.period(thing, of)),
            };
            let values = said.derive(derived, laws, &steps);
            if let Some(own) = self.points.get_mut(&thing.id) {
                own.insert(derived.id.clone(), values);
            }
        }
    }

    fn period(&self, thing: &Thing, property: &PropertyId) -> Duration {
        let derived = self.derived.get(property).copied();
        derived.unwrap_or_else(|| self.city.period(thing, property))
    }

    fn judge(&self, rule: &TruthRule, alarms: &mut Vec<TruthAlarm>) {
        if let Some(event) = &rule.event {
            return self.judge_events(rule, event, alarms);
        }
        for property in rule.properties() {
            self.judge_values(rule, property, alarms);
        }
    }

    fn judge_values(&self, rule: &TruthRule, property: &PropertyId, alarms: &mut Vec<TruthAlarm>) {
        for thing in &self.things {
            let points = self.points.get(&thing.id).and_then(|own| own.get(property));
            let Some(points) = points else { continue };
            let found = judged(rule, thing, points, self.period(thing, property));
            let told = found.into_iter();
            alarms.extend(told.map(|one| alarm(rule, &thing.id, property, one)));
        }
    }

    fn judge_events(
        &self,
        rule: &TruthRule,
        event: &rules::EventRule,
        alarms: &mut Vec<TruthAlarm>,
    ) {
        let Ok(kind) = PropertyId::new(event.kind.as_str()) else {
            return;
        };
        for (thing, events) in &self.events {
            let mut by_key: BTreeMap<Option<String>, Vec<Point>> = BTreeMap::new();
            for one in events.iter().filter(|one| one.kind == event.kind) {
                let measured = |property: &PropertyId| {
                    let mut values = one.values.iter();
                    values
                        .find(|value| value.property == *property)
                        .map(|value| value.value)
                };
                if !event.min.iter().all(|(property, least)| {
                    measured(property).is_some_and(|value| value >= *least)
                }) {
                    continue;
                }
                let key = match event.by {
                    By::Thing => None,
                    By::Part => one.part.as_ref(),
                    By::Track | By::Ticket => one.key.as_ref(),
                };
                let value = event.min.keys().next().and_then(measured).unwrap_or(1.0);
                let points = by_key
                    .entry(key.map(|key| key.as_str().to_owned()))
                    .or_default();
                points.push((one.phenomenon_time, value));
            }
            for (key, points) in by_key {
                let found = judge::held(&points, event.hold, self.to);
                alarms.extend(found.into_iter().map(|one| TruthAlarm {
                    key: key.clone(),
                    ..alarm(rule, thing, &kind, one)
                }));
            }
        }
    }
}

/// The episodes of a rule that judges values.
fn judged(rule: &TruthRule, thing: &Thing, points: &[Point], period: Duration) -> Vec<Episode> {
    let beyond = |direction: Direction, raise: &Bar, clear: &Bar| {
        Some(Beyond {
            direction,
            raise: raise.of(&thing.limits)?,
            clear: clear.of(&thing.limits)?,
        })
    };
    if let Some(rule) = &rule.threshold {
        let beyond = beyond(rule.direction, &rule.raise, &rule.clear);
        let gap = rule.delay.max(period * 2);
        return beyond.map_or_else(Vec::new, |beyond| {
            judge::threshold(points, beyond, rule.delay, gap)
        });
    }
    if let Some(rule) = &rule.rate {
        let beyond = beyond(rule.direction, &rule.raise, &rule.clear);
        let changes = judge::changes(points, rule.over);
        let (delay, gap) = (Duration::ZERO, Duration::MAX);
        return beyond.map_or_else(Vec::new, |beyond| {
            judge::threshold(&changes, beyond, delay, gap)
        });
    }
    let stuck = |rule: &rules::Stuck| {
        let gap = (rule.lasts / rule.min_count.max(1)).max(period * 2);
        judge::stuck(points, rule, gap)
    };
    rule.stuck.as_ref().map_or_else(Vec::new, stuck)
}

fn alarm(rule: &TruthRule, thing: &ThingId, property: &PropertyId, episode: Episode) -> TruthAlarm {
    TruthAlarm {
        rule: rule.id.clone(),
        thing: thing.clone(),
        property: property.clone(),
        key: None,
        level: rule.level,
        started: episode.started,
        ended: episode.ended,
        value: episode.value,
        extreme: episode.extreme,
    }
}

/// Whether a rule needs nothing from before the span.
fn judges_single_values(rule: &TruthRule) -> bool {
    rule.threshold
        .as_ref()
        .is_some_and(|threshold| threshold.delay.is_zero())
}

/// The properties that rules judge, and those from which these are derived.
fn wanted(pack: &TruthPack) -> BTreeSet<PropertyId> {
    let judged = pack
        .rules
        .iter()
        .flat_map(|rule| rule.properties().to_vec());
    let from = |derived: &TruthDerived| {
        let window = derived.window.as_ref().map(|window| window.of.clone());
        let rate = derived.rate.as_ref().map(|rate| rate.of.clone());
        let joined = derived.neighbour.as_ref().map(|joined| joined.of.clone());
        let items = derived
            .class
            .clone()
            .map_or_else(Vec::new, |class| class.of);
        [window, rate, joined].into_iter().flatten().chain(items)
    };
    judged.chain(pack.derived.iter().flat_map(from)).collect()
}
