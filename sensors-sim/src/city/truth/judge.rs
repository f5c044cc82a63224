//! The operators of rules, each over all values of one datastream in the order of time, as plainly as it can be said.

use std::collections::BTreeMap;
use std::time::Duration;

use yiping_model::Timestamp;

use super::rules::{Direction, Stuck};

/// Time and value.
pub(super) type Point = (Timestamp, f64);

/// An alarm: where it began, where it ended, the value at the beginning and the most extreme one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Episode {
    pub(super) started: Timestamp,
    pub(super) ended: Option<Timestamp>,
    pub(super) value: f64,
    pub(super) extreme: f64,
}

/// A threshold in the numbers of one thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beyond {
    pub(super) direction: Direction,
    pub(super) raise: f64,
    pub(super) clear: f64,
}

impl Beyond {
    fn raises(&self, value: f64) -> bool {
        match self.direction {
            Direction::Above => value > self.raise,
            Direction::Below => value < self.raise,
        }
    }

    fn clears(&self, value: f64) -> bool {
        match self.direction {
            Direction::Above => value < self.clear,
            Direction::Below => value > self.clear,
        }
    }

    fn worse(&self, one: f64, other: f64) -> f64 {
        match self.direction {
            Direction::Above => one.max(other),
            Direction::Below => one.min(other),
        }
    }
}

/// It begins with a value beyond `raise` and ends with one beyond `clear`; it counts when it lasted `delay`. Before it counts, a pause longer than
/// `gap` begins it anew.
pub(super) fn threshold(
    points: &[Point],
    beyond: Beyond,
    delay: Duration,
    gap: Duration,
) -> Vec<Episode> {
    let mut found = Vec::new();
    let mut rest = points;
    while let Some(first) = rest.iter().position(|(_, value)| beyond.raises(*value)) {
        let run = &rest[first..];
        let counts_from = run[0].0 + delay;
        let mut counts = delay.is_zero();
        let mut extreme = run[0].1;
        let mut next = run.len();
        let mut ended = None;
        for (index, (at, value)) in run.iter().enumerate().skip(1) {
            if beyond.clears(*value) {
                (next, ended) = (index, Some(*at));
                break;
            }
            if !counts && *at > run[index - 1].0 + gap {
                next = index;
                break;
            }
            extreme = beyond.worse(extreme, *value);
            counts = counts || *at >= counts_from;
        }
        if counts {
            let (started, value) = run[0];
            found.push(Episode {
                started,
                ended,
                value,
                extreme,
            });
        }
        rest = &run[next..];
    }
    found
}

/// The change per hour at each value: from the newest one that is at least `over` older, and not twice as old.
pub(super) fn changes(points: &[Point], over: Duration) -> Vec<Point> {
    let change = |(at, value): &Point| {
        let before = points.partition_point(|(earlier, _)| *earlier <= *at - over);
        let (earlier, base) = points[..before]
            .last()
            .filter(|(earlier, _)| *earlier >= *at - over * 2)?;
        Some((
            *at,
            (value - base) * 3.6e9 / at.micros_since(*earlier) as f64,
        ))
    };
    points.iter().filter_map(change).collect()
}

/// The same value, bit for bit, for so long and so often; a pause longer than `gap` begins it anew.
pub(super) fn stuck(points: &[Point], rule: &Stuck, gap: Duration) -> Vec<Episode> {
    let mut found = Vec::new();
    let mut rest = points;
    while let Some((first, more)) = rest.split_first() {
        let same = more
            .iter()
            .take_while(|(_, value)| value.to_bits() == first.1.to_bits())
            .count();
        let run = &rest[..=same];
        rest = &rest[same + 1..];
        let pause = run.windows(2).any(|pair| pair[1].0 > pair[0].0 + gap);
        let long = run[same].0 >= first.0 + rule.lasts && run.len() >= rule.min_count as usize;
        if long && !pause && !rule.except.contains(&first.1) {
            found.push(Episode {
                started: first.0,
                ended: rest.first().map(|(at, _)| *at),
                value: first.1,
                extreme: first.1,
            });
        }
    }
    found
}

/// Events that follow each other within `hold` are one; it ends `hold` after the last.
pub(super) fn held(points: &[Point], hold: Duration, to: Timestamp) -> Vec<Episode> {
    let mut found: Vec<Episode> = Vec::new();
    for (at, value) in points {
        match found
            .last_mut()
            .filter(|last| last.ended.is_some_and(|ended| *at <= ended))
        {
            Some(last) => {
                last.ended = Some(*at + hold);
                last.extreme = last.extreme.max(*value);
            }
            None => found.push(Episode {
                started: *at,
                ended: Some(*at + hold),
                value: *value,
                extreme: *value,
            }),
        }
    }
    for last in &mut found {
        last.ended = last.ended.filter(|ended| *ended < to);
    }
    found
}

/// When nothing was heard for longer than `after`: from the last value to the next one. Its value is the patience, its extreme how long it was
/// silent, both in seconds.
pub(super) fn silences(points: &[Point], after: Duration, to: Timestamp) -> Vec<Episode> {
    let mut found = Vec::new();
    for (index, (at, _value)) in points.iter().enumerate() {
        let next = points.get(index + 1).map(|(next, _)| *next);
        if next.unwrap_or(to) > *at + after {
            found.push(Episode {
                started: *at,
                ended: next,
                value: after.as_secs_f64(),
                extreme: next.unwrap_or(to).micros_since(*at) as f64 / 1e6,
            });
        }
    }
    found
}

/// The silences that all of a parent's things have in common are the parent's; the rest remains theirs.
///
/// A common silence begins with the last that was heard of any of them, or of the parent itself (`own`, asked for when there is one), and ends with
/// the first.
pub(super) fn common<K: Ord + Clone>(
    of: &mut BTreeMap<K, Vec<Episode>>,
    own: impl FnOnce() -> Vec<Timestamp>,
) -> Vec<Episode> {
    let Some(first) = of.values().next() else {
        return Vec::new();
    };
    let end = |episode: &Episode| episode.ended.unwrap_or(Timestamp::from_micros(i64::MAX));
    let mut shared = first.clone();
    for own in of.values().skip(1) {
        let meet = |one: &Episode, other: &Episode| {
            let later = if other.started > one.started {
                other
            } else {
                one
            };
            let both = Episode {
                ended: if end(other) < end(one) {
                    other.ended
                } else {
                    one.ended
                },
                ..*later
            };
            (both.started < end(&both)).then_some(both)
        };
        let pairs = shared
            .iter()
            .flat_map(|one| own.iter().filter_map(move |other| meet(one, other)));
        shared = pairs.collect();
    }
    if shared.is_empty() {
        return shared;
    }
    let own = own();
    for both in &mut shared {
        let heard = || {
            own.iter()
                .copied()
                .filter(|at| (both.started..end(both)).contains(at))
        };
        // In the latter half it speaks again.
        let half = both.started + Duration::from_secs_f64(both.value / 2.0);
        let first = heard().find(|at| *at > half);
        let last = heard().rfind(|at| *at <= half);
        both.started = last.unwrap_or(both.started);
        both.ended = first.or(both.ended);
        if let Some(ended) = both.ended {
            both.extreme = ended.micros_since(both.started) as f64 / 1e6;
        }
    }
    for own in of.values_mut() {
        own.retain(|one| {
            !shared
                .iter()
                .any(|both| one.started <= both.started && end(both) <= end(one))
        });
    }
    shared
}
