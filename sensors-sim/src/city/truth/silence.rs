//! Who was silent: datastreams, their things, and the parents through which those are heard.
//!
//! One condition is one alarm: what all datastreams of a thing have in common is the thing's, and what all things of a parent have in common is the
//! parent's. A thing with one watched datastream is told as that. Parents of parents, doors and rules on parents themselves are not here: no scenario
//! touches them.

use std::collections::BTreeMap;

use yiping_model::{PropertyId, Thing, ThingId, Timestamp};

use super::judge::{self, Episode};
use super::rules::TruthRule;
use super::{Gathered, TruthAlarm, alarm};

/// The property of an alarm that says that all of a thing, or of a parent's things, are silent.
const NO_DATA: &str = "no_data";

/// When something was silent, and which rule says so: its level, and its place among the rules.
struct Silent {
    rule: (u8, usize),
    property: PropertyId,
    episodes: Vec<Episode>,
}

impl Gathered<'_> {
    /// The alarms of all rules `no_data`.
    pub(super) fn judge_silences(&self, rules: &[TruthRule], alarms: &mut Vec<TruthAlarm>) {
        let mut by_parent: BTreeMap<Option<ThingId>, BTreeMap<ThingId, Silent>> = BTreeMap::new();
        let mut tell = |thing: &ThingId, silent: Silent| {
            let rule = &rules[silent.rule.1];
            let told = silent.episodes.into_iter();
            alarms.extend(told.map(|one| alarm(rule, thing, &silent.property, one)));
        };
        for thing in &self.things {
            let mut streams = self.silent_streams(thing, rules);
            let whole = match streams.len() {
                0 => continue,
                1 => streams.pop_first().map(|(_, only)| only),
                _ => whole(&mut streams, || self.spoken(&thing.id)),
            };
            for rest in streams.into_values() {
                tell(&thing.id, rest);
            }
            if let Some(whole) = whole {
                let of = by_parent.entry(thing.parent.clone()).or_default();
                of.insert(thing.id.clone(), whole);
            }
        }
        for (parent, mut things) in by_parent {
            if let Some(parent) = parent
                && let Some(whole) = whole(&mut things, || self.spoken(&parent))
            {
                tell(&parent, whole);
            }
            for (thing, rest) in things {
                tell(&thing, rest);
            }
        }
    }

    /// By property, for the datastreams that are watched.
    fn silent_streams(&self, thing: &Thing, rules: &[TruthRule]) -> BTreeMap<PropertyId, Silent> {
        let mut streams = BTreeMap::new();
        for (place, rule) in rules.iter().enumerate() {
            let Some(no_data) = &rule.no_data else {
                continue;
            };
            for property in rule.properties() {
                let points = self.points.get(&thing.id).and_then(|own| own.get(property));
                let Some(points) = points else { continue };
                let period = self.period(thing, property);
                let after = no_data
                    .periods
                    .map_or(no_data.after, |periods| period * periods);
                let silent = Silent {
                    rule: (rule.level, place),
                    property: property.clone(),
                    episodes: judge::silences(points, after, self.to),
                };
                streams.insert(property.clone(), silent);
            }
        }
        streams
    }

    /// When a thing said anything.
    fn spoken(&self, thing: &ThingId) -> Vec<Timestamp> {
        let mut spoken = Vec::new();
        let sensors = self.city.sensors.iter();
        for sensor in sensors.filter(|sensor| sensor.thing == *thing) {
            let mut at = sensor.first_at_or_after(self.begin.max(self.city.run_begins(sensor)));
            while at < self.to {
                let heard = self.city.heard(sensor, at);
                spoken.extend(heard.map(|reading| reading.phenomenon_time));
                at = sensor.next(at);
            }
        }
        spoken.sort_unstable();
        spoken
    }
}

/// What all have in common, by the gravest of their rules; it is taken from each.
fn whole<K: Ord + Clone>(
    of: &mut BTreeMap<K, Silent>,
    own: impl FnOnce() -> Vec<Timestamp>,
) -> Option<Silent> {
    let rule = of.values().map(|silent| silent.rule).min()?;
    let mut each: BTreeMap<K, Vec<Episode>> = of
        .iter_mut()
        .map(|(key, silent)| (key.clone(), std::mem::take(&mut silent.episodes)))
        .collect();
    let episodes = judge::common(&mut each, own);
    for (key, rest) in each {
        if let Some(silent) = of.get_mut(&key) {
            silent.episodes = rest;
        }
    }
    Some(Silent {
        rule,
        property: PropertyId::new(NO_DATA).ok()?,
        episodes,
    })
}
