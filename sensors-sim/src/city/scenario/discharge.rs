//! The scenario `discharge`: for an hour and a half waste water runs into a river, and its cloud passes section after section.
//!
//! It runs in just above the section that has the most others in a row below it. The cloud goes with the water, slower than a wave does; at every section
//! further down it is half as dense, and longer.

use std::time::Duration;

use yiping_model::{Catalogue, Thing, ThingId, Timestamp};

use super::secs_since;
use crate::city::moment::metres_between;
use crate::city::noise::step;
use crate::city::water::MEANDER;

const RUNS_SECS: f64 = 5_400.0;
/// How long the cloud takes to become as dense as it is going to be, at the first section.
const EDGE_SECS: f64 = 900.0;
/// How fast the water itself goes.
const WATER_M_PER_S: f64 = 1.0;
/// Share of the density that is left at the next section.
const LEFT_AT_NEXT: f64 = 0.5;
/// Seconds by which each edge grows in a second of the way.
const EDGE_GROWS: f64 = 0.05;
/// The hour of the class, and its word.
const JUDGED_AFTER: Duration = Duration::from_mins(90);

/// A section that the cloud passes.
#[derive(Debug, Clone)]
struct Passed {
    section: ThingId,
    delay_secs: f64,
    density: f64,
}

#[derive(Debug, Clone)]
pub(crate) struct Discharge {
    start: Timestamp,
    passed: Vec<Passed>,
}

impl Discharge {
    /// Of sections with as many below them the last.
    pub(super) fn plan(catalogue: &Catalogue, start: Timestamp) -> Option<Self> {
        let things = catalogue.things.values();
        let sections: Vec<&Thing> = things.filter(|thing| thing.kind == "wq_section").collect();
        let rivers = sections.iter().map(|first| downstream(&sections, first));
        let river = rivers.max_by_key(Vec::len)?;
        let mut passed: Vec<Passed> = Vec::new();
        for (place, section) in river.iter().enumerate() {
            let way_m = river[..place].last().map_or(0.0, |above| {
                let here = (section.lon, section.lat);
                let (east, north) = metres_between((above.lon, above.lat), here);
                east.hypot(north) * MEANDER
            });
            let (delay_secs, density) = passed.last().map_or((0.0, 1.0), |above| {
                (
                    above.delay_secs + way_m / WATER_M_PER_S,
                    above.density * LEFT_AT_NEXT,
                )
            });
            passed.push(Passed {
                section: section.id.clone(),
                delay_secs,
                density,
            });
        }
        Some(Self { start, passed })
    }

    /// When it has passed the section after the first: further down nobody notices it.
    pub(super) fn over(&self) -> Timestamp {
        let last = self.passed.iter().take(2).map(|passed| {
            let secs = passed.delay_secs + RUNS_SECS + passed.edge_secs();
            self.start + Duration::from_secs_f64(secs) + JUDGED_AFTER
        });
        last.max().unwrap_or(self.start)
    }

    /// How much of it is in the water, 1 at the first section.
    pub(super) fn density(&self, section: &ThingId, at: Timestamp) -> f64 {
        let passed = self.passed.iter().find(|passed| passed.section == *section);
        passed.map_or(0.0, |passed| {
            let secs = secs_since(at, self.start) - passed.delay_secs;
            let edge = passed.edge_secs();
            let gone = step((secs - RUNS_SECS) / edge);
            passed.density * step(secs / edge) * (1.0 - gone)
        })
    }
}

impl Passed {
    fn edge_secs(&self) -> f64 {
        EDGE_SECS + EDGE_GROWS * self.delay_secs
    }
}

/// A section and those below it, each once.
fn downstream<'a>(sections: &[&'a Thing], first: &'a Thing) -> Vec<&'a Thing> {
    let mut river = vec![first];
    let mut last = first;
    while let Some(below) = sections
        .iter()
        .find(|section| section.neighbour.as_ref() == Some(&last.id))
    {
        if river.iter().any(|known| known.id == below.id) {
            break;
        }
        river.push(below);
        last = below;
    }
    river
}
