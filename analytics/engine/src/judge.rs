//! One rule on one datastream: what it has announced, and what can change only by late truth.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use yiping_model::{AlarmChange, AlarmId, Timestamp};

use crate::criterion::{Criterion, Phase, Step};
use crate::episodes::{Episode, Point, Published, Told, reconcile};

/// How many alarms that are over are remembered, so that late truth can correct them; what began before the oldest of them stays as it is.
const PAST_MAX: usize = 1_024;

/// The state of one rule on one datastream.
///
/// `published` always equals the true episodes of the observations known so far, from the one that was open when the settled observations
/// ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Judge {
    /// The rule, by its number in the engine's list.
    pub(crate) rule: u32,
    /// What it looks for in this datastream.
    criterion: Criterion,
    /// What is known after all settled observations.
    settled: Phase,
    /// What is known after all observations.
    live: Phase,
    published: Vec<Published>,
    /// Alarms that are over and settled, in the order of time.
    past: Vec<Published>,
    /// Alarms that were withdrawn, with their beginnings: their names are not given again.
    gone: Vec<(Timestamp, AlarmId)>,
    /// What began before is not remembered.
    forgotten: Timestamp,
}

/// A stretch of time as it truly was.
pub(crate) struct Truth<'a, P> {
    /// Where it begins; it is judged from the criterion's lead later on.
    pub(crate) from: Timestamp,
    /// Where it ends; `None` when it reaches up to the watermark.
    pub(crate) to: Option<Timestamp>,
    /// Its settled observations, in their order.
    pub(crate) settled: P,
    /// The observations after them, which may still change.
    pub(crate) unsettled: &'a [Point],
    pub(crate) watermark: Timestamp,
}

impl Judge {
    pub(crate) fn new(rule: u32, criterion: Criterion) -> Self {
        Self {
            rule,
            criterion,
            settled: Phase::default(),
            live: Phase::default(),
            published: Vec::new(),
            past: Vec::new(),
            gone: Vec::new(),
            forgotten: Timestamp::MIN,
        }
    }

    /// What it looks for.
    pub(crate) const fn criterion(&self) -> &Criterion {
        &self.criterion
    }

    /// Judges an observation that follows all others.
    pub(crate) fn newest(
        &mut self,
        point: Point,
        fresh: impl FnOnce() -> AlarmId,
        out: &mut Vec<Told>,
    ) {
        match self.criterion.judge(&mut self.live, point) {
            Step::Quiet => {
                if let (Some(open), Some(last)) = (self.live.open, self.published.last_mut()) {
                    last.episode.extreme = open.extreme;
                }
            }
            Step::Began => {
                let Some(open) = self.live.open else { return };
                let alarm = Published::of(fresh(), open);
                self.published.push(alarm.clone());
                out.push(Told::new(AlarmChange::Raised, alarm));
            }
            Step::Ended(episode) => {
                let Some(last) = self.published.last_mut() else {
                    return;
                };
                last.episode = episode;
                last.told = episode.extreme;
                out.push(Told::new(AlarmChange::Returned, last.clone()));
            }
        }
    }

    /// Judges again everything that is not settled, after one observation came out of order; `fresh` gives it one name after the other.
    pub(crate) fn again(
        &mut self,
        unsettled: impl Iterator<Item = Point>,
        fresh: impl Fn(u64) -> AlarmId,
        out: &mut Vec<Told>,
    ) {
        self.live = self.settled.clone();
        let truth = self.criterion.episodes(&mut self.live, unsettled);
        let mut names = (0..).map(fresh);
        let name = |_: &Episode| names.next().expect("names are without end");
        reconcile(&mut self.published, truth, name, out);
    }

    /// Takes observations that can no longer change in order.
    pub(crate) fn settle(
        &mut self,
        points: impl Iterator<Item = Point>,
        watermark: Timestamp,
        out: &mut Vec<Told>,
    ) {
        for point in points {
            self.criterion.judge(&mut self.settled, point);
        }
        if !self.published.is_empty() {
            self.lay_by(watermark, out);
        }
    }

    /// Lays by the alarms that ended by settled observations.
    ///
    /// An alarm that had returned before a more extreme value came out of order is amended here, once.
    fn lay_by(&mut self, watermark: Timestamp, out: &mut Vec<Told>) {
        let is_final =
            |alarm: &&Published| alarm.episode.end.is_some_and(|end| end.time < watermark);
        let count = self.published.iter().take_while(is_final).count();
        for mut alarm in self.published.drain(..count) {
            out.extend(alarm.tell_extreme());
            self.past.push(alarm);
        }
        if self.past.len() > PAST_MAX {
            let surplus = self.past.len() - PAST_MAX;
            let end = self.past[surplus - 1].episode.end;
            self.forget(end.map_or(watermark, |end| end.time));
        }
    }

    /// Forgets the alarms that were over by this time.
    pub(crate) fn forget(&mut self, before: Timestamp) {
        self.forgotten = self.forgotten.max(before);
        self.past
            .retain(|alarm| alarm.episode.end.is_none_or(|end| end.time > before));
        self.gone.retain(|(began, _)| *began > before);
    }

    /// Whether an observation that comes late could change what was announced.
    pub(crate) fn is_touched(&self, point: Point) -> bool {
        let at = point.time;
        let around = self.announced().find(|episode| {
            episode.start.time <= at && episode.end.is_none_or(|end| end.time >= at)
        });
        self.criterion.is_touched(around, point)
    }

    /// The announced episode that lasts at this time.
    pub(crate) fn covering(&self, at: Timestamp) -> Option<Episode> {
        self.announced().find(|episode| episode.covers(at))
    }

    fn announced(&self) -> impl Iterator<Item = Episode> {
        let alarms = self.past.iter().chain(&self.published);
        alarms.map(|alarm| alarm.episode)
    }

    /// Makes what was announced of a stretch of time equal to what it truly was; `false` when the stretch is too short to say so, because
    /// at its beginning an alarm lasts in truth or as announced, or at its end.
    pub(crate) fn correct(
        &mut self,
        truth: Truth<'_, impl Iterator<Item = Point>>,
        fresh: impl Fn(&Episode, u64) -> AlarmId,
        out: &mut Vec<Told>,
    ) -> bool {
        let begin = truth.from + self.criterion.lead();
        let from = begin.max(self.forgotten);
        if truth.to.unwrap_or(truth.watermark) <= from {
            return true;
        }
        let mut settled = truth.settled.peekable();
        let mut phase = Phase::default();
        while let Some(point) = settled.next_if(|point| point.time < from) {
            self.criterion.warm(&mut phase, point);
        }
        let covering = self.covering(from);
        if from == begin && (covering.is_some() || phase.open.is_some()) {
            return false;
        }
        phase.open = covering.map(|episode| Episode {
            end: None,
            ..episode
        });
        let mut episodes = self.criterion.episodes(&mut phase, settled);
        if let Some(to) = truth.to {
            if phase.open.is_some() || self.covering(to).is_some() {
                return false;
            }
        } else {
            if phase.open.is_some() {
                episodes.pop();
            }
            self.settled = phase.clone();
            let unsettled = truth.unsettled.iter().copied();
            episodes.append(&mut self.criterion.episodes(&mut phase, unsettled));
            self.live = phase;
            self.past.append(&mut self.published);
        }
        let touched = |alarm: &mut Published| {
            let episode = alarm.episode;
            let begins_in_time = truth.to.is_none_or(|to| episode.start.time < to);
            begins_in_time && episode.end.is_none_or(|end| end.time >= from)
        };
        let mut announced: Vec<Published> = self.past.extract_if(.., touched).collect();
        let mut taken: BTreeSet<AlarmId> = self
            .names()
            .chain(announced.iter().map(|a| a.alarm.clone()))
            .collect();
        let name = |episode: &Episode| {
            let free = (0..).map(|nth| fresh(episode, nth));
            let name = free.into_iter().find(|name| taken.insert(name.clone()));
            name.expect("names are without end")
        };
        let mut told = Vec::new();
        reconcile(&mut announced, episodes, name, &mut told);
        for told in &told {
            if let AlarmChange::Withdrawn { .. } = told.change {
                let at = told.alarm.episode.start.time;
                self.gone.push((at, told.alarm.alarm.clone()));
            }
        }
        out.append(&mut told);
        self.take_back(announced, truth.watermark, out);
        true
    }

    fn names(&self) -> impl Iterator<Item = AlarmId> {
        let gone = self.gone.iter().map(|(_, alarm)| alarm);
        self.past
            .iter()
            .map(|alarm| &alarm.alarm)
            .chain(gone)
            .cloned()
    }

    /// Puts corrected alarms where they belong.
    fn take_back(&mut self, announced: Vec<Published>, watermark: Timestamp, out: &mut Vec<Told>) {
        let over = |alarm: &Published| alarm.episode.end.is_some_and(|end| end.time < watermark);
        for mut alarm in announced {
            if over(&alarm) {
                out.extend(alarm.tell_extreme());
                self.past.push(alarm);
            } else {
                self.published.push(alarm);
            }
        }
        self.past.sort_by_key(|alarm| alarm.episode.start.time);
    }
}
