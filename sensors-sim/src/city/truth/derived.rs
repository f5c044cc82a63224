//! What packs derive, computed anew for every step from everything that was said, as plainly as it can be said.
//!
//! What is looked at lies after `T - length`, up to and with `T`, the end of the step. Classes by law are not here: no scenario touches them.

use std::collections::BTreeMap;
use std::time::Duration;

use yiping_model::{Event, EventKey, EventKind, PropertyId, Timestamp};

use super::judge::{Point, changes};
use super::rules::{By, Pair, TruthDerived};

/// A pair that was begun longer ago than this is forgotten.
const LONGEST: Duration = Duration::from_hours(24);
/// A neighbour's value is the newest of so many periods.
const STALE_PERIODS: u32 = 3;

/// What was heard of one thing.
pub(super) struct Said<'a> {
    /// By property, in the order of time.
    pub(super) points: BTreeMap<PropertyId, Vec<Point>>,
    /// In the order of time.
    pub(super) events: &'a [Event],
    /// Of the neighbour, by property.
    pub(super) neighbour: Option<&'a BTreeMap<PropertyId, Vec<Point>>>,
    /// Of one observation.
    pub(super) period: Duration,
}

impl Said<'_> {
    fn of(&self, property: &PropertyId) -> &[Point] {
        self.points.get(property).map_or(&[], Vec::as_slice)
    }

    /// The values of a derived property at these steps.
    pub(super) fn derive(&self, derived: &TruthDerived, steps: &[Timestamp]) -> Vec<Point> {
        let value = |at: Timestamp| -> Option<f64> {
            if let Some(window) = &derived.window {
                let run = within(self.of(&window.of), at - window.length, at);
                return taken(run, &window.take);
            }
            if let Some(pair) = &derived.pair {
                return self.pairs(pair, at);
            }
            if let Some(count) = &derived.count {
                let run = happened(self.events, at - count.length, at);
                return Some(run.iter().filter(|event| event.kind == count.of).count() as f64);
            }
            if let Some(ratio) = &derived.ratio {
                let [of, over] = [&ratio.of, &ratio.over].map(|property| {
                    let at_step = within(self.of(property), at - Duration::from_micros(1), at);
                    at_step.last().map(|point| point.1)
                });
                return of
                    .zip(over)
                    .filter(|(_, over)| *over != 0.0)
                    .map(|(of, over)| of / over * ratio.factor);
            }
            if let Some(rate) = &derived.rate {
                let run = within(self.of(&rate.of), at - rate.over * 3, at);
                let newest = run.last().filter(|(time, _)| *time > at - rate.over)?.0;
                let all = changes(run, rate.over);
                return all
                    .last()
                    .filter(|(time, _)| *time == newest)
                    .map(|point| point.1);
            }
            let joined = derived.neighbour.as_ref()?;
            let stale = self.period * STALE_PERIODS;
            let newest = |points: &[Point], at: Timestamp| {
                within(points, at - stale, at).last().map(|point| point.1)
            };
            let other = newest(self.neighbour?.get(&joined.of)?, at - joined.delay)?;
            match joined.tell.as_str() {
                "difference" => Some(newest(self.of(&joined.of), at)? - other),
                _ => Some(other),
            }
        };
        steps
            .iter()
            .filter_map(|at| Some((*at, value(*at)?)))
            .collect()
    }

    fn pairs(&self, pair: &Pair, at: Timestamp) -> Option<f64> {
        let name = |event: &Event| match pair.by {
            By::Part => event.part.clone(),
            _ => event.key.clone(),
        };
        let is = |kinds: &[EventKind], event: &Event| kinds.contains(&event.kind);
        let mut open: BTreeMap<EventKey, Timestamp> = BTreeMap::new();
        let (mut lasted, mut dropped, mut begun) = (Vec::new(), 0_u32, 0_u32);
        for event in happened(self.events, at - LONGEST - pair.length, at) {
            let Some(name) = name(event) else { continue };
            let when = event.phenomenon_time;
            let counts = when > at - pair.length;
            if is(&pair.end, event) {
                let since = open.remove(&name).filter(|_| counts);
                lasted.extend(since.map(|since| when.micros_since(since) as f64 / 1e6));
            } else if is(&pair.drop, event) {
                dropped += u32::from(open.remove(&name).is_some() && counts);
            } else if event.kind == pair.begin {
                open.insert(name, when);
                begun += u32::from(counts);
            }
        }
        match pair.tell.as_str() {
            "open" => Some(open.values().filter(|since| at < **since + LONGEST).count() as f64),
            "dropped" => Some(f64::from(dropped)),
            "begun" => Some(f64::from(begun)),
            "ended" => Some(lasted.len() as f64),
            tell => summed(lasted, tell.strip_prefix("duration_")?),
        }
    }
}

fn within(points: &[Point], after: Timestamp, to: Timestamp) -> &[Point] {
    let begin = points.partition_point(|(at, _)| *at <= after);
    let end = points.partition_point(|(at, _)| *at <= to);
    &points[begin..end.max(begin)]
}

fn happened(events: &[Event], after: Timestamp, to: Timestamp) -> &[Event] {
    let begin = events.partition_point(|event| event.phenomenon_time <= after);
    let end = events.partition_point(|event| event.phenomenon_time <= to);
    &events[begin..end.max(begin)]
}

fn taken(run: &[Point], take: &str) -> Option<f64> {
    summed(run.iter().map(|point| point.1).collect(), take)
}

fn summed(mut values: Vec<f64>, take: &str) -> Option<f64> {
    let count = values.len();
    if take == "count" {
        return Some(count as f64);
    }
    let last = *values.last()?;
    let sum: f64 = values.iter().sum();
    values.sort_by(f64::total_cmp);
    match take {
        "sum" => Some(sum),
        "mean" => Some(sum / count as f64),
        "min" => values.first().copied(),
        "max" => values.last().copied(),
        "last" => Some(last),
        other => {
            let q: f64 = other.strip_prefix('q')?.parse().ok()?;
            let rank = (q * count as f64).ceil() as usize;
            values.get(rank.clamp(1, count) - 1).copied()
        }
    }
}
