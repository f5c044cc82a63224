//! Late truth: what the engine wants to be told by history, and what it does with the answer.

use yiping_model::{Recall, Record};

use super::{Engine, Wanted};
use crate::recall::Parts;

impl Engine {
    /// The stretches of time of which it wants to be told by history, those that have been wanted longest first; only what was gathered for
    /// long enough.
    pub fn wanted(&self) -> Vec<Wanted> {
        let Some(ripe) = self.ripe() else {
            return Vec::new();
        };
        let things = self.wanting.iter().map(|place| &self.state.things[*place]);
        let mut wanted: Vec<Wanted> = things.flat_map(|thing| thing.wanted(ripe)).collect();
        wanted.sort_by_key(|wanted| wanted.cause);
        wanted
    }

    /// How many observations a recall may hold.
    pub const fn recall_points_max(&self) -> u32 {
        self.setup.settings.recall_points_max
    }

    fn ripe(&self) -> Option<yiping_model::Timestamp> {
        (!self.wanting.is_empty()).then(|| self.state.now - self.setup.settings.gather())
    }

    /// Takes a part of an answer; with the last one it is used.
    pub(super) fn hear(&mut self, recall: &Recall, record: &Record) {
        let held = self.state.recall.take();
        let mut parts = match held {
            Some(held) if held.goes_on_with(recall) => held,
            _ if recall.part == 0 => Parts::of(recall),
            _ => return,
        };
        if recall.parts > 0 {
            parts.take(recall, |source| self.source(source));
            if !parts.is_whole() {
                self.state.recall = Some(parts);
                return;
            }
            parts.sort();
        }
        let Some(place) = self.places.get(&parts.datastream.thing).copied() else {
            return;
        };
        if !self.wanting.contains(&place) {
            return;
        }
        self.outbox.begin(record.position, record.received_at);
        self.with(place, record.received_at, |thing, hands| {
            if recall.parts == 0 {
                thing.give_up(&parts, hands);
            } else {
                thing.recall(&parts, hands);
            }
        });
        if !self.state.things[place].wanting {
            self.wanting.remove(&place);
        }
    }
}
