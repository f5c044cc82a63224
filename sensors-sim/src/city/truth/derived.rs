//! What packs derive, computed anew for every step from everything that was said, as plainly as it can be said.
//!
//! What is looked at lies after `T - length`, up to and with `T`, the end of the step.

use std::collections::BTreeMap;
use std::time::Duration;

use yiping_model::{Event, EventKey, EventKind, PropertyId, Timestamp};

use super::judge::{Point, changes};
use super::rules::{By, Pair, TruthDerived, TruthLaw};

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
    pub(super) fn derive(
        &self,
        derived: &TruthDerived,
        laws: &[TruthLaw],
        steps: &[Timestamp],
    ) -> Vec<Point> {
        let paired = derived.pair.as_ref().map(|pair| (pair, self.paired(pair)));
        let value = |at: Timestamp| -> Option<f64> {
            if let Some(window) = &derived.window {
                let run = within(self.of(&window.of), at - window.length, at);
                return taken(run, &window.take);
            }
            if let Some((pair, all)) = &paired {
                return told(pair, all, at);
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
            if let Some(class) = &derived.class {
                let law = laws.iter().find(|law| law.id == class.law)?;
                let length = if class.length.is_zero() {
                    derived.every
                } else {
                    class.length
                };
                let of_items = class.of.iter().filter_map(|property| {
                    let mean = taken(within(self.of(property), at - length, at), "mean")?;
                    law.class(property, mean)
                });
                return of_items.max().map(|worst| worst as f64);
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

    /// What has begun and how it went on, in the order of time.
    fn paired(&self, pair: &Pair) -> Vec<Paired> {
        let is = |kinds: &[EventKind], event: &Event| kinds.contains(&event.kind);
        let mut open: BTreeMap<EventKey, usize> = BTreeMap::new();
        let mut all: Vec<Paired> = Vec::new();
        for event in self.events {
            let name = match pair.by {
                By::Part => event.part.clone(),
                _ => event.key.clone(),
            };
            let Some(name) = name else { continue };
            let at = event.phenomenon_time;
            let fate = match event {
                event if is(&pair.end, event) => Fate::Ended(at),
                event if is(&pair.drop, event) => Fate::Dropped(at),
                event if event.kind == pair.begin => {
                    // What is begun anew is no longer waited for.
                    if let Some(place) = open.insert(name, all.len()) {
                        all[place].fate = Fate::Forgotten(at);
                    }
                    all.push(Paired {
                        begun: at,
                        fate: Fate::Forgotten(at + LONGEST),
                    });
                    continue;
                }
                _ => continue,
            };
            if let Some(place) = open
                .remove(&name)
                .filter(|place| at < all[*place].begun + LONGEST)
            {
                all[place].fate = fate;
            }
        }
        all
    }
}

/// What began, and what became of it.
struct Paired {
    begun: Timestamp,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Ended(Timestamp),
    Dropped(Timestamp),
    Forgotten(Timestamp),
}

/// What is told of pairs at a step.
fn told(pair: &Pair, all: &[Paired], at: Timestamp) -> Option<f64> {
    let counts = |when: Timestamp| when > at - pair.length && when <= at;
    let number =
        |of: &dyn Fn(&Paired) -> bool| Some(all.iter().filter(|one| of(one)).count() as f64);
    match pair.tell.as_str() {
        "open" => number(&|one| {
            let (Fate::Ended(over) | Fate::Dropped(over) | Fate::Forgotten(over)) = one.fate;
            one.begun <= at && at < over
        }),
        "dropped" => number(&|one| matches!(one.fate, Fate::Dropped(when) if counts(when))),
        "begun" => number(&|one| counts(one.begun)),
        "ended" => number(&|one| matches!(one.fate, Fate::Ended(when) if counts(when))),
        tell => {
            let lasted = all.iter().filter_map(|one| match one.fate {
                Fate::Ended(when) if counts(when) => {
                    Some(when.micros_since(one.begun) as f64 / 1e6)
                }
                _ => None,
            });
            summed(lasted.collect(), tell.strip_prefix("duration_")?)
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
