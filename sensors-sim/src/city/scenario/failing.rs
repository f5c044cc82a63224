//! The scenario `station_failing`: an air station falls ill, analyser by analyser.
//!
//! Its last analyser tells one and the same value for five quarters of an hour, its second one says nothing for twenty minutes, and when both are mended the
//! whole station is dead for twenty-five.

use std::time::Duration;

use yiping_model::{Catalogue, PropertyId, ThingId, Timestamp};

use super::secs_since;
use crate::city::sensor::Sensor;

const STUCK_SECS: f64 = 4_500.0;
const MISSING_SECS: std::ops::Range<f64> = 1_800.0..3_000.0;
const DEAD_SECS: std::ops::Range<f64> = 5_400.0..6_900.0;
const OVER: Duration = Duration::from_mins(130);

#[derive(Debug, Clone)]
pub(crate) struct Failing {
    start: Timestamp,
    station: ThingId,
    missing: PropertyId,
    stuck: PropertyId,
}

impl Failing {
    /// The first station with three analysers.
    pub(super) fn plan(catalogue: &Catalogue, start: Timestamp) -> Option<Self> {
        let mut stations = catalogue
            .things
            .values()
            .filter(|thing| thing.kind == "station");
        stations.find_map(|station| {
            let [_, missing, .., stuck] = station.properties.as_slice() else {
                return None;
            };
            Some(Self {
                start,
                station: station.id.clone(),
                missing: missing.clone(),
                stuck: stuck.clone(),
            })
        })
    }

    pub(super) fn over(&self) -> Timestamp {
        self.start + OVER
    }

    pub(super) fn lets_through(&self, sensor: &Sensor, at: Timestamp) -> bool {
        sensor.thing != self.station || !DEAD_SECS.contains(&secs_since(at, self.start))
    }

    pub(super) fn measured_at(
        &self,
        thing: &ThingId,
        property: &PropertyId,
        at: Timestamp,
    ) -> Option<Timestamp> {
        let secs = secs_since(at, self.start);
        if *thing != self.station {
            return Some(at);
        }
        if *property == self.missing && MISSING_SECS.contains(&secs) {
            return None;
        }
        let is_stuck = *property == self.stuck && (0.0..STUCK_SECS).contains(&secs);
        Some(if is_stuck { self.start } else { at })
    }
}
