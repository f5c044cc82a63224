//! Episodes: the stretches of event time in which a rule finds what it looks for, and how late truth is told about those that were announced.
//!
//! Observations are judged in the order of phenomenon time and value. Under a threshold that raises at once, one that comes out of order can
//! only cut an episode, move its beginning or end, or add one: it never takes away the observation that began another, so it withdraws
//! nothing. Several that come late together can join two, and what rests on several observations (a delay, a change, a value that stays) can also
//! be withdrawn. [`reconcile`] is the rule for any two accounts of the same time.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use yiping_model::{AlarmBefore, AlarmChange, AlarmId, Timestamp};

/// A value at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Phenomenon time.
    pub time: Timestamp,
    /// The value.
    pub value: f64,
}

impl Point {
    /// The order of judging: the time, then the smaller value.
    pub fn order(&self, other: &Self) -> Ordering {
        self.time
            .cmp(&other.time)
            .then(self.value.total_cmp(&other.value))
    }
}

/// A stretch of event time in which a rule found what it looks for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Episode {
    /// The observation that began it.
    pub start: Point,
    /// The observation that ended it; `None` while it lasts.
    pub end: Option<Point>,
    /// The most extreme value in between.
    pub extreme: f64,
}

impl Episode {
    pub(crate) const fn begun(start: Point) -> Self {
        Self {
            start,
            end: None,
            extreme: start.value,
        }
    }

    /// Whether it lasts at this time, or has begun before it and ends then or later.
    pub(crate) fn covers(&self, at: Timestamp) -> bool {
        self.start.time < at && self.end.is_none_or(|end| end.time >= at)
    }

    fn same_span(&self, other: &Self) -> bool {
        self.start == other.start && self.end == other.end
    }

    fn overlaps(&self, other: &Self) -> bool {
        let begins_before_end = |one: &Self, two: &Self| {
            two.end
                .is_none_or(|end| one.start.order(&end) == Ordering::Less)
        };
        begins_before_end(self, other) && begins_before_end(other, self)
    }
}

/// An episode that was announced as an alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Published {
    pub(crate) alarm: AlarmId,
    pub(crate) episode: Episode,
    /// The extreme that the last event carried.
    pub(crate) told: f64,
}

impl Published {
    pub(crate) const fn of(alarm: AlarmId, episode: Episode) -> Self {
        Self {
            alarm,
            episode,
            told: episode.extreme,
        }
    }
}

/// A change to be told.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) change: AlarmChange,
    /// The alarm as it is after it.
    pub(crate) alarm: Published,
    /// What was told before, where it was wrong.
    pub(crate) before: Option<AlarmBefore>,
}

impl Told {
    pub(crate) const fn new(change: AlarmChange, alarm: Published) -> Self {
        Self {
            change,
            alarm,
            before: None,
        }
    }

    const fn corrected(change: AlarmChange, alarm: Published, before: &Published) -> Self {
        Self {
            change,
            alarm,
            before: Some(before.said()),
        }
    }
}

impl Published {
    const fn said(&self) -> AlarmBefore {
        AlarmBefore {
            started: self.episode.start.time,
            ended: match self.episode.end {
                Some(end) => Some(end.time),
                None => None,
            },
            extreme: self.told,
        }
    }

    /// Tells the extreme of an alarm that is over, where the last event carried another.
    pub(crate) fn tell_extreme(&mut self) -> Option<Told> {
        if self.told.to_bits() == self.episode.extreme.to_bits() {
            return None;
        }
        let before = self.clone();
        self.told = self.episode.extreme;
        Some(Told::corrected(AlarmChange::Amended, self.clone(), &before))
    }
}

/// Makes `published` equal to the true episodes and says what changed. Both are in the order of time and free of overlap.
///
/// An episode keeps the alarm that it overlaps first and that no earlier episode has kept; one that overlaps only kept alarms was cut from
/// the first of them; `fresh` names a new alarm. What ends is told before what begins, so that two are never open at once.
pub(crate) fn reconcile(
    published: &mut Vec<Published>,
    truth: Vec<Episode>,
    mut fresh: impl FnMut(&Episode) -> AlarmId,
    out: &mut Vec<Told>,
) {
    let before = std::mem::take(published);
    let mut kept = vec![false; before.len()];
    let mut told = Vec::new();
    for episode in truth {
        let overlapping = || (0..before.len()).filter(|&i| before[i].episode.overlaps(&episode));
        let after = if let Some(i) = overlapping().find(|&i| !kept[i]) {
            kept[i] = true;
            let (change, after) = keep(&before[i], episode);
            told.extend(change);
            after
        } else {
            let from = overlapping().next().map(|i| before[i].alarm.clone());
            let change = from.map_or(AlarmChange::Raised, |from| AlarmChange::Split { from });
            let after = Published::of(fresh(&episode), episode);
            told.push(Told::new(change, after.clone()));
            after
        };
        published.push(after);
    }
    for (old, kept) in before.into_iter().zip(kept) {
        if !kept {
            let cover = published
                .iter()
                .find(|new| new.episode.overlaps(&old.episode));
            let merged_into = cover.map(|new| new.alarm.clone());
            let change = AlarmChange::Withdrawn { merged_into };
            out.push(Told::corrected(change, old.clone(), &old));
        }
    }
    out.append(&mut told);
}

fn keep(before: &Published, episode: Episode) -> (Option<Told>, Published) {
    let mut after = Published::of(before.alarm.clone(), episode);
    if before.episode.same_span(&episode) {
        after.told = before.told;
        return (None, after);
    }
    let returned = before.episode.end.is_none() && episode.end.is_some();
    let told = if returned && before.episode.start == episode.start {
        Told::new(AlarmChange::Returned, after.clone())
    } else {
        Told::corrected(AlarmChange::Amended, after.clone(), before)
    };
    (Some(told), after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use yiping_model::{DatastreamId, RuleId, SourceId};

    fn at(secs: i64) -> Point {
        Point {
            time: Timestamp::from_secs(secs),
            value: 1.0,
        }
    }

    fn id(number: i64) -> AlarmId {
        let rule = RuleId::new("r").expect("valid");
        let source = SourceId::new("s").expect("valid");
        let subject = DatastreamId::parse("a:b").expect("valid");
        AlarmId::of(&rule, &subject, &source, at(number).time, 1.0)
    }

    /// `2-5` or `2-`.
    fn episode(text: &str) -> Episode {
        let (start, end) = text.split_once('-').expect("a span");
        let start: i64 = start.parse().expect("a number");
        Episode {
            end: end.parse().ok().map(at),
            ..Episode::begun(at(start))
        }
    }

    /// Published alarms, numbered from 1, and the truth; what is told; new alarms are numbered from 100.
    #[track_caller]
    fn check(published: &str, truth: &str, expected: &str) {
        let before = published.split_whitespace().map(episode);
        let mut published: Vec<_> = (1..)
            .zip(before)
            .map(|(number, episode)| Published::of(id(number), episode))
            .collect();
        let truth: Vec<Episode> = truth.split_whitespace().map(episode).collect();
        let mut free = 99;
        let fresh = |_: &Episode| {
            free += 1;
            id(free)
        };
        let mut out = Vec::new();
        reconcile(&mut published, truth.clone(), fresh, &mut out);
        let after: Vec<Episode> = published.iter().map(|alarm| alarm.episode).collect();
        assert_eq!(after, truth);
        let number = |alarm: &AlarmId| (1..200).find(|n| id(*n) == *alarm).expect("known");
        let line = |told: &Told| match &told.change {
            AlarmChange::Split { from } => {
                format!("{} split from {}", number(&told.alarm.alarm), number(from))
            }
            AlarmChange::Withdrawn { merged_into } => {
                let cover = merged_into.as_ref().map(number);
                format!("{} withdrawn {cover:?}", number(&told.alarm.alarm))
            }
            other => format!("{} {other:?}", number(&told.alarm.alarm)).to_lowercase(),
        };
        let told: Vec<String> = out.iter().map(line).collect();
        assert_eq!(told.join(", "), expected);
    }

    #[test]
    fn an_account_that_did_not_change_tells_nothing() {
        check("", "", "");
        check("1-5 7-", "1-5 7-", "");
    }

    #[test]
    fn what_overlaps_keeps_its_alarm() {
        check("3-", "2-", "1 amended");
        check("3-", "3-4", "1 returned");
        check("3-", "2-4", "1 amended");
        check("3-6", "3-", "1 amended");
        check("3-6 8-", "3-5 7-", "1 amended, 2 amended");
    }

    #[test]
    fn what_touches_does_not_overlap() {
        check("3-6", "1-3", "1 withdrawn None, 100 raised");
    }

    #[test]
    fn what_is_cut_keeps_its_alarm_in_the_earlier_part() {
        check("1-9", "1-3 5-9", "1 amended, 100 split from 1");
        check("1-", "1-3 5-", "1 returned, 100 split from 1");
        check(
            "1-9",
            "1-3 4-5 6-9",
            "1 amended, 100 split from 1, 101 split from 1",
        );
    }

    #[test]
    fn what_is_joined_keeps_the_earlier_alarm() {
        check("1-3 5-", "1-", "2 withdrawn Some(1), 1 amended");
        check(
            "1-3 5-6 8-9",
            "2-8",
            "2 withdrawn Some(1), 3 withdrawn None, 1 amended",
        );
    }

    #[test]
    fn a_cut_and_a_join_at_once_leave_each_alarm_its_first_part() {
        check("1-5 7-9", "1-2 4-9", "1 amended, 2 amended");
    }
}
