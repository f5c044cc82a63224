//! The streets and the units of an invented town, and where each unit is at any time.
//!
//! Streets are a grid over all things of the catalogue, a kilometre wide, its crossings moved a little by chance and some small streets left out. No real
//! road is among them (示意). A river is the line from gauge to gauge upstream; only the larger roads cross it, each by a bridge that has an id. A
//! unit drives to and fro between its home and a crossing some way off; where it is follows from seed and time, and nothing is remembered.

mod fleet;
mod streets;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;
use yiping_model::{Catalogue, Timestamp, Zone};

use super::noise::Chance;
use fleet::Member;
use streets::Streets;

const MICROS_A_SEC: f64 = 1e6;

/// Streets and units.
#[derive(Debug, Clone)]
pub struct Town {
    streets: Streets,
    members: Vec<Member>,
    zone: Zone,
}

impl Town {
    /// The town of this catalogue and seed. A catalogue without things has none.
    pub fn new(catalogue: &Catalogue, seed: u64) -> Self {
        let chance = Chance::of(seed).named("town");
        let streets = Streets::of(catalogue, chance);
        Self {
            members: fleet::members(catalogue, &streets, chance),
            streets,
            zone: catalogue.zone.clone(),
        }
    }

    /// The roads, as GeoJSON.
    pub fn roads(&self) -> Value {
        self.streets.geojson()
    }

    /// The register of the units, in the form of their file.
    pub fn register(&self) -> Value {
        let units: Vec<&Value> = self.members.iter().map(|member| &member.entry).collect();
        serde_json::json!({ "unit": units })
    }

    /// What the trackers and phones say at a time, as one message for the door; `None` when there is none.
    pub fn positions(&self, at: Timestamp) -> Option<Vec<u8>> {
        let secs = at.as_micros() as f64 / MICROS_A_SEC;
        let fixes = self.members.iter().filter_map(|member| {
            let place = member.place(&self.streets, &self.zone, at, secs)?;
            let fix = BTreeMap::from([
                ("unit", Value::from(member.id.as_str())),
                ("ts", Value::from(at.as_millis())),
                ("lon", Value::from(place[0])),
                ("lat", Value::from(place[1])),
                ("accuracy_m", Value::from(member.accuracy_metres)),
            ]);
            Some(fix)
        });
        let fixes: Vec<_> = fixes.collect();
        if fixes.is_empty() {
            return None;
        }
        serde_json::to_vec(&fixes).ok()
    }
}
