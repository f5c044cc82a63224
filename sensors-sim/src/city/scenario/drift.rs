//! The scenario `sensor_drifting`: a post's thermometer climbs by a tenth of a degree a minute, stays wrong for an hour, and is replaced.

use std::time::Duration;

use yiping_model::{Catalogue, ThingId, Timestamp};

use super::{observes, secs_since};

const CLIMB_SECS: f64 = 4_800.0;
const REPLACED_SECS: f64 = 8_400.0;
const WRONG_C: f64 = 8.0;
const OVER: Duration = Duration::from_hours(3);

#[derive(Debug, Clone)]
pub(crate) struct Drift {
    start: Timestamp,
    thing: ThingId,
}

impl Drift {
    /// The first post that has a neighbour.
    pub(super) fn plan(catalogue: &Catalogue, start: Timestamp) -> Option<Self> {
        let mut things = catalogue.things.values();
        let thing =
            things.find(|thing| thing.neighbour.is_some() && observes(thing, "street_temp"))?;
        Some(Self {
            start,
            thing: thing.id.clone(),
        })
    }

    pub(super) fn over(&self) -> Timestamp {
        self.start + OVER
    }

    pub(super) fn celsius(&self, thing: &ThingId, at: Timestamp) -> f64 {
        let secs = secs_since(at, self.start);
        if *thing != self.thing || !(0.0..REPLACED_SECS).contains(&secs) {
            return 0.0;
        }
        WRONG_C * (secs / CLIMB_SECS).min(1.0)
    }
}
