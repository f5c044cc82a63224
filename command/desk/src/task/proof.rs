//! When readings prove that something is over, and when they show that it is not.
//!
//! A datastream is *normal again* when all its good observations over the wanted time are within the bounds, with no gap that is too long. What is kept is a few
//! times for each task, so a late observation can only take a proof away: a late normal one fills no gap, a late abnormal one within the
//! stretch ends it. So a proof may come later than it could, and never too early.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::command::{Proof, Proven, ReadingProof};
use yiping_model::{DatastreamId, TaskId, Timestamp};

use super::{Task, TaskStage};

/// The stretch of normal observations of one task's datastream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    wanted: ReadingProof,
    /// The first observation of the stretch; `None` while it is not normal.
    since: Option<Timestamp>,
    /// The newest observation, and its value.
    last: Option<(Timestamp, f64)>,
    /// The last abnormal observation that ended a stretch, or came while there was none.
    abnormal: Option<(Timestamp, f64)>,
}

impl Stretch {
    /// Nothing is known yet.
    pub const fn new(wanted: ReadingProof) -> Self {
        Self {
            wanted,
            since: None,
            last: None,
            abnormal: None,
        }
    }

    /// Takes a good observation; `true` when it is abnormal and no stretch holds any more.
    pub fn take(&mut self, time: Timestamp, value: f64) -> bool {
        let wanted = &self.wanted;
        let above = wanted.at_most.is_some_and(|most| value > most);
        let below = wanted.at_least.is_some_and(|least| value < least);
        let abnormal = above || below || !value.is_finite();
        let last = self.last.map(|(last, _)| last);
        if last.is_some_and(|last| time <= last) {
            let inside = self.since.is_some_and(|since| time >= since);
            let broken = abnormal && inside;
            if broken {
                self.since = None;
                self.abnormal = Some((time, value));
            }
            return broken;
        }
        if abnormal {
            self.since = None;
            self.abnormal = Some((time, value));
        } else {
            let gap = Duration::from_secs(wanted.gap_secs.into());
            let goes_on = last.is_some_and(|last| time <= last + gap);
            self.since = self.since.filter(|_| goes_on).or(Some(time));
        }
        self.last = Some((time, value));
        abnormal
    }

    /// What it proves now: the stretch is long enough, and its end is not older than a gap may be.
    pub fn proven(&self, now: Timestamp) -> Option<Proven> {
        let (from, (to, value)) = (self.since?, self.last?);
        let long = Duration::from_secs(self.wanted.for_secs.into());
        let gap = Duration::from_secs(self.wanted.gap_secs.into());
        (from + long <= to && now <= to + gap).then_some(Proven { from, to, value })
    }

    /// What shows that a task which readings proved is not done: something abnormal since the stretch began that proved it.
    fn relapsed(&self, task: &Task) -> Option<Proven> {
        if !matches!(task.stage, TaskStage::Verified | TaskStage::Closed) {
            return None;
        }
        let mut steps = task.steps.iter().rev();
        let proof = steps.find_map(|took| took.reading.as_ref())?;
        let (at, value) = self.abnormal.filter(|(at, _)| *at >= proof.from)?;
        Some(Proven {
            from: at,
            to: at,
            value,
        })
    }
}

/// The stretches of all tasks that readings prove.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stretches {
    of: BTreeMap<TaskId, Stretch>,
    /// Which tasks watch a datastream.
    watched: BTreeMap<DatastreamId, BTreeSet<TaskId>>,
    /// Tasks that readings may have something to say of.
    ready: BTreeSet<TaskId>,
}

impl Stretches {
    /// Whether any datastream is watched.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The task was made or changed, or its incident did: it is watched or not from here on.
    pub fn see(&mut self, task: &Task, incident_ended: bool) {
        let Proof::Reading(wanted) = &task.proof else {
            return;
        };
        if incident_ended || task.stage == TaskStage::Withdrawn {
            self.forget(&task.id, &wanted.datastream);
            return;
        }
        let watched = self.watched.entry(wanted.datastream.clone());
        watched.or_default().insert(task.id.clone());
        let fresh = || Stretch::new(wanted.clone());
        self.of.entry(task.id.clone()).or_insert_with(fresh);
        self.ready.remove(&task.id);
        let relapsed = self
            .of
            .get(&task.id)
            .and_then(|stretch| stretch.relapsed(task));
        if task.stage == TaskStage::Done || relapsed.is_some() {
            self.ready.insert(task.id.clone());
        }
    }

    /// Nothing more is asked of it.
    pub fn forget(&mut self, task: &TaskId, datastream: &DatastreamId) {
        self.of.remove(task);
        self.ready.remove(task);
        if let Some(tasks) = self.watched.get_mut(datastream) {
            tasks.remove(task);
            if tasks.is_empty() {
                self.watched.remove(datastream);
            }
        }
    }

    /// Takes a good observation.
    pub fn take<'a>(
        &mut self,
        datastream: &DatastreamId,
        time: Timestamp,
        value: f64,
        task_of: impl Fn(&TaskId) -> Option<&'a Task>,
    ) {
        let Some(tasks) = self.watched.get(datastream) else {
            return;
        };
        for id in tasks {
            let (Some(stretch), Some(task)) = (self.of.get_mut(id), task_of(id)) else {
                continue;
            };
            if stretch.take(time, value) && stretch.relapsed(task).is_some() {
                self.ready.insert(id.clone());
            }
        }
    }

    /// What readings say of tasks now: proven (`true`) or relapsed.
    pub fn says<'a>(
        &self,
        now: Timestamp,
        task_of: impl Fn(&TaskId) -> Option<&'a Task>,
    ) -> Vec<(&'a Task, bool, Proven)> {
        let said = self.ready.iter().filter_map(|id| {
            let (stretch, task) = (self.of.get(id)?, task_of(id)?);
            if task.stage == TaskStage::Done {
                return Some((task, true, stretch.proven(now)?));
            }
            Some((task, false, stretch.relapsed(task)?))
        });
        said.collect()
    }
}
