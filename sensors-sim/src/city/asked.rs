//! What the city is asked to report more often, and the messages that it sends because of it.
//!
//! They come besides the script, between a sensor's own messages: what is asked adds messages, and neither changes nor moves one of the script. So a city of
//! which nothing is asked says the same bytes as ever, and one that is no longer asked goes on as if it never had been.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use serde::Deserialize;
use yiping_model::{DatastreamId, PropertyId, ThingId, Timestamp};

use super::sensor::Sensor;
use super::{City, Message};

const MICROS_PER_SEC: i64 = 1_000_000;

/// What is asked for: an item of `GET /api/v1/sampling`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Wish {
    /// Of which property.
    pub property: PropertyId,
    /// Of all that stands in this area; `None` for no area.
    #[serde(default)]
    pub area: Option<String>,
    /// Of these.
    #[serde(default)]
    pub datastreams: Vec<DatastreamId>,
    /// So many seconds of city time from one observation to the next; at least 1.
    pub every_secs: u32,
}

impl Wish {
    fn concerns(&self, thing: &ThingId, area: Option<&str>) -> bool {
        let stands_there = |wanted: &String| area.is_some_and(|area| area.starts_with(wanted));
        self.area.as_ref().is_some_and(stands_there)
            || self.datastreams.iter().any(|one| one.thing == *thing)
    }
}

/// What one sensor tells besides.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Besides {
    every_micros: i64,
    properties: Vec<PropertyId>,
}

/// The messages that come besides the script.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    by_sensor: BTreeMap<usize, Besides>,
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
    next: Option<Message>,
}

impl Asked {
    /// What is asked for from now on, instead of what was before: the next messages come after this time.
    pub(super) fn of(city: &City, wishes: &[Wish], after: Timestamp) -> Self {
        let mut asked = Self::default();
        for (place, sensor) in city.sensors.iter().enumerate() {
            let Some(besides) = besides(city, sensor, wishes) else {
                continue;
            };
            if let Some(at) = sensor.next_besides(after, besides.every_micros) {
                asked.due.push(Reverse((at, place)));
                asked.by_sensor.insert(place, besides);
            }
        }
        asked
    }

    /// When the next of them is sent, if that is before this time.
    pub(super) fn peek_at(&mut self, city: &City, before: Timestamp) -> Option<Timestamp> {
        while self.next.is_none() {
            let Reverse((at, place)) = *self.due.peek()?;
            if at >= before {
                return None;
            }
            self.due.pop();
            let (sensor, besides) = (city.sensors.get(place)?, self.by_sensor.get(&place)?);
            if let Some(next) = sensor.next_besides(at, besides.every_micros) {
                self.due.push(Reverse((next, place)));
            }
            self.next = city.message(sensor, at, |property| besides.properties.contains(property));
        }
        self.next
            .as_ref()
            .map(|message| message.at)
            .filter(|at| *at < before)
    }

    /// The next of them, when it is sent at this time.
    pub(super) fn take_at(&mut self, at: Timestamp) -> Option<Message> {
        self.next.take_if(|message| message.at == at)
    }
}

/// What a sensor tells besides, so often as the most urgent wish says. What is told as a sum over its period is not told more often: it would be
/// counted twice.
fn besides(city: &City, sensor: &Sensor, wishes: &[Wish]) -> Option<Besides> {
    let thing = city.things.get(&sensor.thing);
    let area = thing.and_then(|thing| thing.area.as_deref());
    let mut found: Option<Besides> = None;
    for wish in wishes {
        let tells = sensor
            .channels
            .iter()
            .any(|channel| channel.property == wish.property && channel.sum_over_hours.is_none());
        if !tells || !wish.concerns(&sensor.thing, area) {
            continue;
        }
        let every_micros = i64::from(wish.every_secs.max(1)) * MICROS_PER_SEC;
        if every_micros >= sensor.period_micros {
            continue;
        }
        let besides = found.get_or_insert(Besides {
            every_micros,
            properties: Vec::new(),
        });
        besides.every_micros = besides.every_micros.min(every_micros);
        if !besides.properties.contains(&wish.property) {
            besides.properties.push(wish.property.clone());
        }
    }
    found
}
