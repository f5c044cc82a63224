//! What the city knows of itself: its areas, the properties that are observed, the things that observe them.
//!
//! A catalogue is put together from packs and configuration and does not change while the program runs. Things it does not know may
//! still speak (`[ingest] unknown`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{PropertyId, ThingId};
use crate::time::{WindowLength, Zone};

/// A text for people, in both languages of the screens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// An `ObservedProperty` with its unit and how it is judged and summed up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Property {
    /// Its id.
    pub id: PropertyId,
    /// Its name.
    pub title: Text,
    /// Short form for narrow columns, for example `PM2.5`.
    pub symbol: String,
    /// Unit of every value, for example `µg/m³`.
    pub unit: String,
    /// Decimals shown to people.
    pub decimals: u8,
    /// The range that it can physically have; a value outside is kept as [`crate::Quality::OutOfRange`].
    pub valid: Option<[f64; 2]>,
    /// Time that one observation stands for, unless the thing says otherwise.
    pub period_secs: u32,
    /// Lengths of the tumbling windows, ascending, each a multiple of the first.
    pub windows: Vec<WindowLength>,
}

/// A Thing: a station, a gateway, a detector. Its datastreams are its properties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thing {
    /// Its id, as it names itself in its messages.
    pub id: ThingId,
    /// Its name.
    pub name: Text,
    /// What it is: `station`, `weather`, `gas`. Screens choose the sign by it.
    pub kind: String,
    /// Longitude, degrees east, WGS-84 (CGCS2000).
    pub lon: f64,
    /// Latitude, degrees north.
    pub lat: f64,
    /// Code of the area (county) in which it stands.
    pub area: Option<String>,
    /// The properties that it observes; the wall shows 无数据 for one that was never heard.
    pub properties: Vec<PropertyId>,
    /// Time that one observation stands for, where it differs from the property's.
    pub period_secs: Option<u32>,
}

/// A county, city district or township, by its GB/T 2260 code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its code, for example `330802`.
    pub code: String,
    /// Its name.
    pub name: Text,
}

/// All of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    /// The city's name.
    pub city: Text,
    /// The zone in which its days begin.
    pub zone: Zone,
    /// Its areas, in the order of the screens.
    pub areas: Vec<Area>,
    /// The properties, by id.
    pub properties: BTreeMap<PropertyId, Property>,
    /// The things, by id.
    pub things: BTreeMap<ThingId, Thing>,
}

impl Catalogue {
    /// Seconds that one observation of this datastream stands for; `None` when neither thing nor property says.
    pub fn period_secs(&self, thing: &ThingId, property: &PropertyId) -> Option<u32> {
        let own = self.things.get(thing).and_then(|known| known.period_secs);
        own.or_else(|| self.properties.get(property).map(|known| known.period_secs))
    }
}
