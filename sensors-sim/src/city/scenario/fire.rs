//! The scenario `fire`: somebody climbs a fence, and later it burns behind it.
//!
//! Of the cameras that look at fences the two that stand closest see it. The first sees who comes, and then the smoke; the second looks at what burns: it is
//! doubtful at first, then sure, until its cable burns through, and it is off until somebody has mended it.

use std::time::Duration;

use yiping_model::{Catalogue, Thing, ThingId, Timestamp};

use super::secs_since;
use crate::city::moment::metres_between;
use crate::city::noise::step;
use crate::city::video::looks_at_a_fence;

const CLIMBS_SECS: std::ops::Range<f64> = 0.0..150.0;
const BURNS_SECS: std::ops::Range<f64> = 600.0..2_700.0;
/// Smoke rises above the gate later.
const SEEN_FROM_AFAR_SECS: f64 = 240.0;
const SURE_AFTER_SECS: f64 = 300.0;
const CABLE_SECS: std::ops::Range<f64> = 1_500.0..3_300.0;
const OVER: Duration = Duration::from_mins(75);

/// What a camera sees of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sight {
    /// `intrusion` or `smoke_fire`.
    pub(crate) kind: &'static str,
    pub(crate) track: String,
    /// 0 to 1.
    pub(crate) confidence: f64,
}

#[derive(Debug, Clone)]
pub(crate) struct Fire {
    start: Timestamp,
    gate: ThingId,
    burning: ThingId,
}

impl Fire {
    /// The two cameras at fences that stand closest.
    pub(super) fn plan(catalogue: &Catalogue, start: Timestamp) -> Option<Self> {
        let cameras = || catalogue.things.values().filter(|it| looks_at_a_fence(it));
        let pairs = cameras().flat_map(|one| {
            let later = cameras().filter(move |other| other.id > one.id);
            later.map(move |other| (one, other))
        });
        let apart_m = |(one, other): &(&Thing, &Thing)| {
            let (east, north) = metres_between((one.lon, one.lat), (other.lon, other.lat));
            east.hypot(north)
        };
        let (gate, burning) = pairs.min_by(|a, b| apart_m(a).total_cmp(&apart_m(b)))?;
        Some(Self {
            start,
            gate: gate.id.clone(),
            burning: burning.id.clone(),
        })
    }

    pub(super) fn over(&self) -> Timestamp {
        self.start + OVER
    }

    pub(super) fn sight(&self, camera: &ThingId, at: Timestamp) -> Option<Sight> {
        let secs = secs_since(at, self.start);
        let afar = *camera == self.gate;
        if !afar && *camera != self.burning {
            return None;
        }
        let of = |kind, name: &str, confidence| Sight {
            kind,
            track: format!("{name}-{}", self.start.as_secs()),
            confidence,
        };
        if afar && CLIMBS_SECS.contains(&secs) {
            return Some(of("intrusion", "i", 0.86));
        }
        let since = secs - if afar { SEEN_FROM_AFAR_SECS } else { 0.0 };
        BURNS_SECS.contains(&since).then(|| {
            let sure = step((since - BURNS_SECS.start) / SURE_AFTER_SECS);
            of("smoke_fire", "f", 0.4 + 0.54 * sure)
        })
    }

    pub(super) fn is_on(&self, camera: &ThingId, at: Timestamp) -> bool {
        *camera != self.burning || !CABLE_SECS.contains(&secs_since(at, self.start))
    }
}
