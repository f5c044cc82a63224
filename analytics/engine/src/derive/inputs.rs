//! What derived values rest on: observations and events of a thing, sorted, each once, for as long as late truth may reach back.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{EventKey, Timestamp};

use crate::pane::{Offered, Sample, Samples, insert};

/// A thing that has been silent for so long says nothing more, until it is heard again.
pub(crate) const SILENCE: Duration = Duration::from_hours(24);

pub(crate) const MOMENT: Duration = Duration::from_micros(1);

/// An event, as far as pairs and counts need it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Happened {
    pub(crate) time: Timestamp,
    /// By the place of its kind.
    pub(crate) kind: usize,
    pub(crate) key: Option<EventKey>,
    pub(crate) part: Option<EventKey>,
    /// The door, by its number.
    pub(crate) source: u32,
    /// The thing, by its place: events of a cell come from several.
    pub(crate) thing: usize,
}

/// Stretches of time with both their ends, in their order, none touching another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stretches(Vec<(Timestamp, Timestamp)>);

impl Stretches {
    pub(crate) fn add(&mut self, mut from: Timestamp, mut to: Timestamp) {
        // Most lengthen the last one.
        if let Some(last) = self.0.last_mut()
            && last.0 <= from
            && from <= last.1
        {
            last.1 = last.1.max(to);
            return;
        }
        self.0.retain(|held| {
            let apart = held.1 < from || to < held.0;
            if !apart {
                (from, to) = (from.min(held.0), to.max(held.1));
            }
            apart
        });
        let place = self.0.partition_point(|held| held.0 < from);
        self.0.insert(place, (from, to));
    }

    /// The one that holds this time, or else the next one.
    pub(crate) fn from(&self, at: Timestamp) -> &[(Timestamp, Timestamp)] {
        &self.0[self.0.partition_point(|held| held.1 < at)..]
    }

    pub(crate) fn hold(&self, from: Timestamp, to: Timestamp) -> bool {
        let first = self.from(from).first();
        first.is_some_and(|held| held.0 <= from && to <= held.1)
    }

    pub(crate) fn forget(&mut self, before: Timestamp) {
        self.0.retain(|held| held.1 >= before);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        self.0.iter().copied()
    }
}

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    New,
    Known,
    Full,
}

impl From<Offered> for Put {
    fn from(offered: Offered) -> Self {
        match offered {
            Offered::Held(_place) => Self::New,
            Offered::Duplicate => Self::Known,
            Offered::Full => Self::Full,
        }
    }
}

/// The inputs of one thing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Inputs {
    /// By the place of the series in the plan; each in the order of observations.
    pub(crate) series: Vec<Samples>,
    /// In their order.
    pub(crate) events: Vec<Happened>,
    /// When the thing speaks: from each time at which it was heard for as long as it may be silent.
    pub(crate) alive: Stretches,
}

impl Inputs {
    pub(crate) fn new(series: usize) -> Self {
        Self {
            series: vec![Samples::default(); series],
            ..Self::default()
        }
    }

    pub(crate) fn observe(&mut self, series: usize, sample: Sample, max: u32) -> Put {
        self.series[series].offer(sample, max).into()
    }

    pub(crate) fn happen(&mut self, event: Happened, max: u32) -> Put {
        insert(&mut self.events, event, Happened::cmp, max).into()
    }

    pub(crate) fn observed(&self, series: usize, sample: &Sample) -> bool {
        self.series[series].holds(sample)
    }

    pub(crate) fn happened(&self, event: &Happened) -> bool {
        self.events.binary_search(event).is_ok()
    }

    /// Takes in all of the others; what finds no room is counted.
    pub(crate) fn absorb(&mut self, other: &Self, max: u32) -> u64 {
        let mut lost = 0;
        for (place, samples) in other.series.iter().enumerate() {
            for sample in samples.as_slice() {
                lost += u64::from(self.observe(place, *sample, max) == Put::Full);
            }
        }
        for event in &other.events {
            lost += u64::from(self.happen(event.clone(), max) == Put::Full);
        }
        for (from, to) in other.alive.iter() {
            self.alive.add(from, to);
        }
        lost
    }

    /// Forgets what is older, once that is worth the work.
    pub(crate) fn forget(&mut self, before: Timestamp) {
        for samples in &mut self.series {
            let older = samples.as_slice();
            let older = older.partition_point(|sample| sample.point.time < before);
            samples.drop_first(older);
        }
        let old = self.events.partition_point(|event| event.time < before);
        self.events.drain(..old);
        self.alive.forget(before);
    }

    /// The events after `from`, up to and with `to`.
    pub(crate) fn events_within(&self, from: Timestamp, to: Timestamp) -> &[Happened] {
        within(&self.events, from, to, |event| event.time)
    }
}

/// Those after `from`, up to and with `to`.
pub(crate) fn within<T>(
    sorted: &[T],
    from: Timestamp,
    to: Timestamp,
    time: impl Fn(&T) -> Timestamp,
) -> &[T] {
    let first = sorted.partition_point(|one| time(one) <= from);
    let end = sorted.partition_point(|one| time(one) <= to);
    &sorted[first..end.max(first)]
}
