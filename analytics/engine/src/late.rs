//! What came later than the watermark of its thing: noted until history has told the stretches of time that it touches.
//!
//! An observation is late when the windows that hold it may be closed and the judges have passed it. Whether it is new, or a copy of one that
//! counted, only history knows: it says when each was taken first. So a late one is noted with the time of its arrival, and the stretch
//! to which it belongs is *wanted*. When history's answer comes as a record, a late observation is new to a window when history took it
//! first when it was noted, up to the position that the answer covers, and after the last answer that the window was told by.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{Position, Timestamp, WindowSpec};

use crate::pane::Sample;
use crate::window::Span;

/// A late observation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Noted {
    pub(crate) sample: Sample,
    pub(crate) received_at: Timestamp,
    pub(crate) position: Position,
    /// It counted in its own windows in time, and was late only for those of its cell.
    pub(crate) for_cell: bool,
}

/// A stretch of time of which history is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stretch {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    /// The newest record for which it is wanted.
    pub(crate) cause: Position,
    /// City time of the first one.
    pub(crate) since: Timestamp,
}

impl Stretch {
    pub(crate) fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// Whether a recall of this time, by what history held up to `as_of`, answers it.
    pub(crate) fn is_answered(&self, from: Timestamp, to: Timestamp, as_of: Position) -> bool {
        from <= self.from && self.to <= to && self.cause <= as_of
    }
}

/// Wanted stretches, free of overlap, in the order of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stretches(Vec<Stretch>);

impl Stretches {
    /// Adds one; those that it overlaps or touches become one with it.
    pub(crate) fn add(&mut self, mut stretch: Stretch) {
        self.0.retain(|held| {
            let apart = held.to < stretch.from || stretch.to < held.from;
            if !apart {
                stretch = Stretch {
                    from: stretch.from.min(held.from),
                    to: stretch.to.max(held.to),
                    cause: stretch.cause.max(held.cause),
                    since: stretch.since.min(held.since),
                };
            }
            apart
        });
        let place = self.0.partition_point(|held| held.from < stretch.from);
        self.0.insert(place, stretch);
    }

    pub(crate) fn as_slice(&self) -> &[Stretch] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// From when on everything has to be remembered: the horizon, or the first of them, for as long as history is away.
    pub(crate) fn kept_from(&self, horizon: Timestamp) -> Timestamp {
        self.0
            .first()
            .map_or(horizon, |first| first.from.min(horizon))
    }

    /// Whether one of them begins within this time.
    pub(crate) fn want(&self, from: Timestamp, to: Timestamp) -> bool {
        let mut all = self.0.iter();
        all.any(|stretch| from <= stretch.from && stretch.from < to)
    }

    /// Takes out those that are answered.
    pub(crate) fn answer(
        &mut self,
        from: Timestamp,
        to: Timestamp,
        as_of: Position,
    ) -> Vec<Stretch> {
        let answered = |stretch: &mut Stretch| stretch.is_answered(from, to, as_of);
        self.0.extract_if(.., answered).collect()
    }
}

/// How far a window was told again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Revised {
    pub(crate) revision: u32,
    /// By what history held up to here.
    pub(crate) upto: Position,
}

/// Which windows were told again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Revisions(BTreeMap<(Timestamp, WindowSpec), Revised>);

impl Revisions {
    pub(crate) fn of(&self, start: Timestamp, spec: WindowSpec) -> Revised {
        self.0.get(&(start, spec)).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, start: Timestamp, spec: WindowSpec, revised: Revised) {
        self.0.insert((start, spec), revised);
    }

    /// Forgets what can no longer be touched.
    pub(crate) fn forget(&mut self, before: Timestamp) {
        self.0.retain(|(start, _), _| *start >= before);
    }
}

/// What is held of settled time since a stretch was wanted that reaches up to it: history's answer does not reach so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trail {
    pub(crate) since: Timestamp,
    pub(crate) samples: Vec<Sample>,
}

impl Trail {
    pub(crate) const fn from(since: Timestamp) -> Self {
        Self {
            since,
            samples: Vec::new(),
        }
    }
}

/// All that is late in one datastream.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Late {
    /// In the order of observations, each once.
    noted: Vec<Noted>,
    pub(crate) stretches: Stretches,
    /// Windows that are open and hold late observations, by their ends: the earliest start.
    open: BTreeMap<Timestamp, Timestamp>,
    pub(crate) revisions: Revisions,
    pub(crate) trail: Option<Trail>,
}

impl Late {
    /// Notes a late observation; `false` when it is noted already.
    pub(crate) fn note(&mut self, noted: Noted) -> bool {
        match self.place(&noted.sample) {
            Ok(_known) => false,
            Err(place) => {
                self.noted.insert(place, noted);
                true
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.noted.len()
    }

    pub(crate) fn get(&self, sample: &Sample) -> Option<&Noted> {
        self.place(sample).ok().map(|place| &self.noted[place])
    }

    fn place(&self, sample: &Sample) -> Result<usize, usize> {
        self.noted
            .binary_search_by(|held| held.sample.order(sample))
    }

    /// Those of a stretch of time.
    pub(crate) fn within(&self, from: Timestamp, to: Timestamp) -> &[Noted] {
        let place = |time| {
            self.noted
                .partition_point(|noted| noted.sample.point.time < time)
        };
        let (first, end) = (place(from), place(to));
        &self.noted[first..end.max(first)]
    }

    /// An open window holds a late observation: it is wanted as soon as it is closed.
    pub(crate) fn wait_for(&mut self, span: Span) {
        let start = self.open.entry(span.end).or_insert(span.start);
        *start = span.start.min(*start);
    }

    /// When the next of these ends.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.open.first_key_value().map(|(end, _)| *end)
    }

    /// Wants those that have ended.
    pub(crate) fn want_closed(&mut self, watermark: Timestamp, cause: Position, now: Timestamp) {
        while let Some(first) = self.open.first_entry()
            && *first.key() <= watermark
        {
            let (to, from) = first.remove_entry();
            self.stretches.add(Stretch {
                from,
                to,
                cause,
                since: now,
            });
        }
    }

    /// Keeps the trail up to the watermark: these observations have been settled.
    pub(crate) fn follow(&mut self, settled: &[Sample], watermark: Timestamp, points_max: u32) {
        let Some(trail) = &mut self.trail else {
            return;
        };
        trail.samples.extend_from_slice(settled);
        if trail.samples.len() > points_max as usize {
            *trail = Trail::from(watermark);
        }
    }

    /// Puts into the trail what history told of its time.
    pub(crate) fn learn(&mut self, recalled: &Recalled<'_>) {
        let Some(mut trail) = self.trail.take() else {
            return;
        };
        let span = Span {
            start: recalled.from.max(trail.since),
            end: recalled.to,
        };
        trail
            .samples
            .retain(|sample| !span.holds(sample.point.time));
        let known = recalled.known(span, self, false, recalled.as_of);
        trail.samples.extend(known);
        trail.samples.sort_by(Sample::order);
        self.trail = Some(trail);
    }

    /// Whether history is wanted of this time, or will be when a window that holds it is closed.
    pub(crate) fn is_wanted(&self, at: Timestamp) -> bool {
        let mut stretches = self.stretches.as_slice().iter();
        let mut open = self.open.iter();
        stretches.any(|stretch| stretch.holds(at))
            || open.any(|(end, start)| *start <= at && at < *end)
    }

    /// Forgets how often windows were told that nothing can touch any more: a window is a day at most.
    pub(crate) fn forget_revisions(&mut self, horizon: Timestamp) {
        let touched_from = self.stretches.kept_from(horizon);
        self.revisions
            .forget(touched_from - Duration::from_hours(24));
    }

    /// Forgets what was answered, and what is older than the horizon; `needed` says what a cell still needs.
    pub(crate) fn forget(&mut self, before: Timestamp, needed: impl Fn(Timestamp) -> bool) {
        let mut noted = std::mem::take(&mut self.noted);
        noted.retain(|noted| {
            let at = noted.sample.point.time;
            self.is_wanted(at) || needed(at)
        });
        self.noted = noted;
        self.forget_revisions(before);
        if self.stretches.is_empty() {
            self.trail = None;
        }
    }
}

/// What history told of one datastream, with what was noted of it.
pub(crate) struct Recalled<'a> {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) as_of: Position,
    /// In their order, each once, with the time of the first arrival.
    pub(crate) samples: &'a [(Sample, Timestamp)],
}

impl Recalled<'_> {
    /// The observations of a stretch that were known when history held everything up to `upto`: those that were not late then.
    pub(crate) fn known<'r>(
        &'r self,
        span: Span,
        late: &'r Late,
        for_cell: bool,
        upto: Position,
    ) -> impl Iterator<Item = Sample> + Clone + 'r {
        let place = |time| {
            let before = |(sample, _): &(Sample, Timestamp)| sample.point.time < time;
            self.samples.partition_point(before)
        };
        let (first, end) = (place(span.start), place(span.end));
        self.samples[first..end.max(first)]
            .iter()
            .filter(move |(sample, first)| {
                let came = late
                    .get(sample)
                    .filter(|came| is_new(came, *first, for_cell));
                came.is_none_or(|came| came.position <= upto)
            })
            .map(|(sample, _)| *sample)
    }

    /// Whether a noted observation is new to a window that was told by what history held up to `told`.
    pub(crate) fn brings(&self, noted: &Noted, for_cell: bool, told: Position) -> bool {
        if noted.position <= told || noted.position > self.as_of {
            return false;
        }
        let place = |(sample, _): &(Sample, Timestamp)| sample.order(&noted.sample);
        let found = self.samples.binary_search_by(place);
        found.is_ok_and(|place| is_new(noted, self.samples[place].1, for_cell))
    }
}

/// History took it first when it was noted as late.
fn is_new(noted: &Noted, first: Timestamp, for_cell: bool) -> bool {
    if noted.for_cell {
        return for_cell;
    }
    noted.received_at == first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_a_window_was_told_is_remembered_while_history_owes_an_answer_about_it() {
        let day = |number: i64| Timestamp::from_millis(number * 86_400_000);
        let spec = WindowSpec::parse("1m").expect("a window");
        let told = Revised {
            revision: 2,
            upto: Position(7),
        };
        let mut late = Late::default();
        late.revisions.set(day(1), spec, told);
        let (from, to) = (day(1), day(1) + Duration::from_mins(1));
        late.stretches.add(Stretch {
            from,
            to,
            cause: Position(9),
            since: day(1),
        });
        late.forget(day(8), |_| false);
        assert_eq!(late.revisions.of(day(1), spec), told);
        late.stretches.answer(from, to, Position(9));
        late.forget(day(8), |_| false);
        assert_eq!(late.revisions, Revisions::default());
    }
}
