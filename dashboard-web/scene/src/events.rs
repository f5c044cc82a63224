//! The last events of every thing, at most [`EVENTS_PER_THING`] of each, by phenomenon time; how a list of them takes one more.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yiping_model::{Event, Quality, ThingId, Timestamp};

use crate::message::{EVENTS_PER_THING, EventValueView, EventView};
use crate::pairs;

/// Those of each thing, the oldest first; the new ones since the last delta are remembered, and no part of the state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct LastEvents {
    #[serde(with = "pairs")]
    held: BTreeMap<ThingId, Vec<EventView>>,
    #[serde(skip)]
    new: BTreeMap<ThingId, Vec<EventView>>,
}

impl LastEvents {
    /// Takes an event of a thing that is shown, unless it was here before or is older than all that are held.
    pub(crate) fn take(&mut self, event: &Event, received_at: Timestamp) {
        let view = view(event, received_at);
        let held = self.held.entry(event.thing.clone()).or_default();
        if put(held, &view) {
            put(self.new.entry(event.thing.clone()).or_default(), &view);
        }
    }

    /// All of them, by thing and time.
    pub(crate) fn views(&self) -> Vec<EventView> {
        self.held.values().flatten().cloned().collect()
    }

    /// Those that came since the last take.
    pub(crate) fn take_new(&mut self) -> Vec<EventView> {
        std::mem::take(&mut self.new)
            .into_values()
            .flatten()
            .collect()
    }

    /// Forgets what came.
    pub(crate) fn pass_new(&mut self) {
        self.new.clear();
    }
}

/// Puts an event among those of its thing, in their order; false when it was there, or is older than a full list.
fn put(events: &mut Vec<EventView>, new: &EventView) -> bool {
    let Err(free) = events.binary_search_by(|held| order(held).cmp(&order(new))) else {
        return false;
    };
    if events.len() < EVENTS_PER_THING {
        events.insert(free, new.clone());
        return true;
    }
    if free == 0 {
        return false;
    }
    events.insert(free, new.clone());
    events.remove(0);
    true
}

/// The order of the events of a thing. A screen takes two that agree in this for one.
fn order(event: &EventView) -> (i64, &str, Option<&str>, Option<&str>) {
    let (key, part) = (event.key.as_deref(), event.part.as_deref());
    (event.at_ms, event.kind.as_str(), key, part)
}

/// Puts an event into a list of the events of all things, as it comes in a snapshot.
pub(crate) fn put_among_all(all: &mut Vec<EventView>, new: &EventView) {
    let from = all.partition_point(|held| held.thing < new.thing);
    let to = all.partition_point(|held| held.thing <= new.thing);
    let mut of_thing: Vec<EventView> = all[from..to].to_vec();
    if put(&mut of_thing, new) {
        all.splice(from..to, of_thing);
    }
}

fn view(event: &Event, received_at: Timestamp) -> EventView {
    EventView {
        thing: event.thing.to_string(),
        kind: event.kind.to_string(),
        key: event.key.as_ref().map(ToString::to_string),
        part: event.part.as_ref().map(ToString::to_string),
        at_ms: event.phenomenon_time.as_millis(),
        received_ms: received_at.as_millis(),
        values: event
            .values
            .iter()
            .map(|measured| EventValueView {
                property: measured.property.to_string(),
                value: measured.value,
                out_of_range: measured.quality == Quality::OutOfRange,
            })
            .collect(),
    }
}
