//! What is kept quiet for a while (ISA-18.2): alarms on the shelf, and rules that are out of service at a thing.
//!
//! A shelf holds a point, not one alarm: what the same rule raises of the same datastream while it lasts is born on it, so that a chattering
//! sensor stays quiet. It ends by hand, when its time is over, or at once when the datastream has a graver alarm. A rule is taken out of
//! service at a thing by one person and approved by another, and comes back by hand only. Neither hides that an alarm is there: it is
//! recorded and listed; it only calls nobody.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::alarm::{Acknowledgement, AlarmEvent, Level};
use crate::id::{AlarmId, DatastreamId, EventKey, RuleId, ThingId};
use crate::record::Position;
use crate::time::Timestamp;

/// What raises alarms: a rule at a datastream, of one track where each has its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The rule.
    pub rule: RuleId,
    /// The datastream.
    pub subject: DatastreamId,
    /// The track.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<EventKey>,
}

impl Point {
    /// The point that raised this.
    pub fn of(event: &AlarmEvent) -> Self {
        Self {
            rule: event.rule.clone(),
            subject: event.subject.clone(),
            key: event.key.clone(),
        }
    }

    /// Whether it raised this.
    pub fn raised(&self, event: &AlarmEvent) -> bool {
        self.rule == event.rule && self.subject == event.subject && self.key == event.key
    }
}

/// A point on the shelf. The record by which it came there names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelf {
    /// The point.
    pub point: Point,
    /// The alarm that was shelved.
    pub alarm: AlarmId,
    /// Its level then: a graver one ends it.
    pub level: Level,
    /// The pack of its rule, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<SmolStr>,
    /// Who put it there, when, and why.
    pub by: Acknowledgement,
    /// City time at which it ends by itself.
    pub until: Timestamp,
    /// City time at which its datastream had a graver alarm: it holds nothing any more, and is taken down with the next record of the house.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worsened: Option<Timestamp>,
}

/// A rule that is out of service at a thing, or for which that is asked. The record that asked names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutOfService {
    /// The rule.
    pub rule: RuleId,
    /// The thing.
    pub thing: ThingId,
    /// The pack of the rule, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<SmolStr>,
    /// Who asked, when, and why.
    pub asked: Acknowledgement,
    /// Who approved; `None` while nobody has: then it keeps nothing quiet.
    pub approved: Option<Acknowledgement>,
}

impl OutOfService {
    /// Whether this is of it.
    pub fn covers(&self, event: &AlarmEvent) -> bool {
        self.rule == event.rule && self.thing == event.subject.thing
    }
}

/// Why an alarm calls nobody, and the record by which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quiet {
    /// It is on the shelf.
    Shelved(Position),
    /// Its rule is out of service at its thing.
    OutOfService(Position),
    /// Its rule is one of war, and no incident at war holds its thing. It is not among the open alarms then.
    AtPeace,
}

/// What is kept quiet, folded from the log by the alarm book.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shelving {
    pub(crate) shelves: BTreeMap<Position, Shelf>,
    pub(crate) out: BTreeMap<Position, OutOfService>,
    /// Open alarms that came back and wait: since when.
    pub(crate) back: BTreeMap<AlarmId, Timestamp>,
    /// The areas of the incidents at war.
    pub(crate) wars: BTreeSet<SmolStr>,
}

impl Shelving {
    /// The shelves, by the record that made each.
    pub const fn shelves(&self) -> &BTreeMap<Position, Shelf> {
        &self.shelves
    }

    /// What is out of service or asked to be, by the record that asked.
    pub const fn out_of_service(&self) -> &BTreeMap<Position, OutOfService> {
        &self.out
    }

    /// Whether nothing is kept quiet, nor asked to be.
    pub fn is_empty(&self) -> bool {
        self.shelves.is_empty() && self.out.is_empty()
    }

    /// Why an alarm of this event calls nobody; `None` when it does.
    pub fn quiet(&self, event: &AlarmEvent) -> Option<Quiet> {
        if event.is_asleep(&self.wars) {
            return Some(Quiet::AtPeace);
        }
        let mut out = self.out.iter();
        let out = out.find(|(_, out)| out.approved.is_some() && out.covers(event));
        if let Some((position, _)) = out {
            return Some(Quiet::OutOfService(*position));
        }
        let mut shelves = self.shelves.iter();
        let held = shelves.find(|(_, held)| held.worsened.is_none() && held.point.raised(event));
        held.map(|(position, _)| Quiet::Shelved(*position))
    }

    /// Ends the shelves of this datastream that hold a lesser level; gives their points. Only an alarm that lasts and calls people does so.
    pub(crate) fn worsen(&mut self, event: &AlarmEvent, at: Timestamp) -> Vec<Point> {
        let is_graver = |shelf: &&mut Shelf| {
            shelf.worsened.is_none()
                && shelf.point.subject == event.subject
                && event.level < shelf.level
        };
        let ended = self.shelves.values_mut().filter(is_graver);
        ended
            .map(|shelf| {
                shelf.worsened = Some(at);
                shelf.point.clone()
            })
            .collect()
    }
}
