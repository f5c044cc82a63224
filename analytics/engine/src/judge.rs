//! One rule on one datastream: what it has announced, and what can no longer change.

use serde::{Deserialize, Serialize};
use yiping_model::{AlarmChange, AlarmId, Timestamp};

use crate::episodes::{Episode, Point, Published, Told, episodes, fold, reconcile};
use crate::rule::Threshold;

/// The state of one rule on one datastream.
///
/// `published` always equals the true episodes of the observations known so far, from the one that was open when the settled observations
/// ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Judge {
    /// The rule, by its number in the engine's list.
    pub(crate) rule: u32,
    /// The episode that lasts after all settled observations.
    settled: Option<Episode>,
    published: Vec<Published>,
}

impl Judge {
    pub(crate) const fn new(rule: u32) -> Self {
        Self {
            rule,
            settled: None,
            published: Vec::new(),
        }
    }

    /// Judges an observation that follows all others.
    pub(crate) fn newest(
        &mut self,
        threshold: &Threshold,
        point: Point,
        fresh: impl FnOnce() -> AlarmId,
        out: &mut Vec<Told>,
    ) {
        match self.published.last_mut() {
            Some(last) if last.episode.end.is_none() => {
                if last.episode.go_on(threshold, point) {
                    last.told = last.episode.extreme;
                    out.push((AlarmChange::Returned, last.clone()));
                }
            }
            _ => {
                if threshold.raises(point.value) {
                    let alarm = Published::begun(fresh(), point);
                    self.published.push(alarm.clone());
                    out.push((AlarmChange::Raised, alarm));
                }
            }
        }
    }

    /// Judges again everything that is not settled, after one observation came out of order.
    pub(crate) fn again(
        &mut self,
        threshold: &Threshold,
        unsettled: impl Iterator<Item = Point>,
        fresh: impl FnMut() -> AlarmId,
        out: &mut Vec<Told>,
    ) {
        let truth = episodes(threshold, self.settled, unsettled);
        reconcile(&mut self.published, truth, fresh, out);
    }

    /// Takes observations that can no longer change, and forgets the alarms that ended by them.
    ///
    /// An alarm that had returned before a more extreme value came out of order is amended here, once.
    pub(crate) fn settle(
        &mut self,
        threshold: &Threshold,
        points: impl Iterator<Item = Point>,
        watermark: Timestamp,
        out: &mut Vec<Told>,
    ) {
        for point in points {
            fold(threshold, &mut self.settled, point);
        }
        let is_final =
            |alarm: &&Published| alarm.episode.end.is_some_and(|end| end.time < watermark);
        let count = self.published.iter().take_while(is_final).count();
        for mut alarm in self.published.drain(..count) {
            if alarm.told.to_bits() != alarm.episode.extreme.to_bits() {
                alarm.told = alarm.episode.extreme;
                out.push((AlarmChange::Amended, alarm));
            }
        }
    }
}
