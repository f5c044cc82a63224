//! The scenario `gateway_dying`: a gateway loses more and more of what its things say for ten minutes, is dead for twenty, and comes back.
//!
//! Before it dies it never loses two messages of a sensor in a row, so that nobody misses a thing before the gateway is gone. What is still on its way when
//! it dies (a fault) waits in it until it is back.

use std::collections::BTreeSet;
use std::time::Duration;

use yiping_model::{Catalogue, ThingId, Timestamp};

use super::secs_since;
use crate::city::sensor::Sensor;

const DEAD_FROM_SECS: f64 = 600.0;
const DEAD_TO_SECS: f64 = 1_800.0;
const OVER: Duration = Duration::from_mins(40);
/// Share of the messages that are lost just before it dies.
const LOST_AT_LAST: f64 = 0.45;

#[derive(Debug, Clone)]
pub(crate) struct Dying {
    start: Timestamp,
    /// The gateway and all that is heard through it.
    things: BTreeSet<ThingId>,
}

impl Dying {
    /// The gateway through which the most are heard.
    pub(super) fn plan(catalogue: &Catalogue, start: Timestamp) -> Option<Self> {
        let things = catalogue.things.values();
        let behind = |id: &ThingId| {
            let all = catalogue.things.values();
            all.filter(|thing| thing.parent.as_ref() == Some(id))
                .count()
        };
        let gateways = things.filter(|thing| thing.kind == "gateway" && behind(&thing.id) > 0);
        // Of equals the first.
        let gateway = gateways.rev().max_by_key(|thing| behind(&thing.id))?;
        let through = catalogue
            .things
            .values()
            .filter(|thing| thing.id == gateway.id || thing.parent.as_ref() == Some(&gateway.id));
        Some(Self {
            start,
            things: through.map(|thing| thing.id.clone()).collect(),
        })
    }

    pub(super) fn over(&self) -> Timestamp {
        self.start + OVER
    }

    pub(super) fn lets_through(&self, sensor: &Sensor, at: Timestamp) -> bool {
        if !self.things.contains(&sensor.thing) {
            return true;
        }
        let secs = secs_since(at, self.start);
        if (DEAD_FROM_SECS..DEAD_TO_SECS).contains(&secs) {
            return false;
        }
        if !(0.0..DEAD_FROM_SECS).contains(&secs) {
            return true;
        }
        let turn = sensor.turn(at);
        let lost = 2.0 * LOST_AT_LAST * secs / DEAD_FROM_SECS;
        turn % 2 == 0 || sensor.place.own.named("lost").unit(turn) >= lost
    }

    /// When something that is on its way comes out of the gateway.
    pub(super) fn arrives(&self, thing: &str, at: Timestamp) -> Timestamp {
        let dead = (DEAD_FROM_SECS..DEAD_TO_SECS).contains(&secs_since(at, self.start));
        if dead && self.things.iter().any(|known| known.as_str() == thing) {
            return self.start + Duration::from_secs_f64(DEAD_TO_SECS);
        }
        at
    }
}
