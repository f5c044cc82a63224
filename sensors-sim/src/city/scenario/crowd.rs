//! The scenario `crowd`: people fill a square within a quarter of an hour, stay, and go. When it starts is the caller's choice; its hour is the night.

use std::time::Duration;

use yiping_model::{Catalogue, ThingId, Timestamp};

use super::{observes, secs_since};
use crate::city::noise::step;

const GATHER_SECS: f64 = 900.0;
const DISPERSE_FROM_SECS: f64 = 2_400.0;
const DISPERSE_TO_SECS: f64 = 3_600.0;
const OVER: Duration = Duration::from_mins(75);
/// How far beyond its capacity the place is filled.
const FULL_SHARE: f64 = 1.45;

#[derive(Debug, Clone)]
pub(crate) struct Crowd {
    start: Timestamp,
    camera: ThingId,
    full: f64,
}

impl Crowd {
    /// The camera whose place holds the most.
    pub(super) fn plan(catalogue: &Catalogue, start: Timestamp) -> Option<Self> {
        let cameras = catalogue
            .things
            .values()
            .filter(|thing| observes(thing, "people"));
        let holding = cameras.filter_map(|thing| Some((*thing.limits.get("capacity")?, &thing.id)));
        let (capacity, camera) = holding.max_by(|one, other| one.0.total_cmp(&other.0))?;
        Some(Self {
            start,
            camera: camera.clone(),
            full: capacity * FULL_SHARE,
        })
    }

    pub(super) fn over(&self) -> Timestamp {
        self.start + OVER
    }

    /// How many, and their track.
    pub(super) fn people(&self, camera: &ThingId, at: Timestamp) -> Option<(f64, String)> {
        let secs = secs_since(at, self.start);
        if *camera != self.camera || !(0.0..DISPERSE_TO_SECS).contains(&secs) {
            return None;
        }
        let going = (secs - DISPERSE_FROM_SECS) / (DISPERSE_TO_SECS - DISPERSE_FROM_SECS);
        let people = self.full * step(secs / GATHER_SECS) * (1.0 - step(going));
        Some((people, format!("t-{}", self.start.as_secs())))
    }
}
