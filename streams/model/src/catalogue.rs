//! What the city knows of itself: its areas, the properties that are observed, the things that observe them.
//!
//! A catalogue is put together from packs and configuration and does not change while the program runs. Things it does not know may
//! still speak (`[ingest] unknown`).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{EventKind, PropertyId, ThingId};
use crate::time::{TimeError, WindowLength, Zone};

/// How many things a thing may be heard through: gateways behind gateways.
pub const PARENTS_MAX: usize = 4;

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
    /// Its windows, ascending, each once.
    pub windows: Vec<WindowSpec>,
    /// The quantiles that its windows tell, ascending, each between 0 and 1.
    #[serde(default)]
    pub quantiles: Vec<f64>,
    /// The H3 resolution of the cells over whose things its windows are told together; `None` for no such windows.
    #[serde(default)]
    pub cells: Option<u8>,
    /// How often a tumbling window that is longer tells what it holds so far; `None` for never.
    #[serde(default)]
    pub early: Option<WindowLength>,
}

impl Property {
    /// The length of its shortest tumbling windows.
    pub fn shortest_window(&self) -> Option<WindowLength> {
        let tumbling = self.windows.iter().filter(|window| window.hop.is_none());
        tumbling.map(|window| window.length).min()
    }
}

/// Which windows: `1h` is a tumbling window, `1h/5m` one of an hour that begins every five minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WindowSpec {
    /// How long each is.
    pub length: WindowLength,
    /// Distance between the starts of consecutive ones, less than the length; `None` when they follow each other.
    pub hop: Option<WindowLength>,
}

impl WindowSpec {
    /// Windows of this length that follow each other.
    pub const fn tumbling(length: WindowLength) -> Self {
        Self { length, hop: None }
    }

    /// Reads `1h` or `1h/5m`.
    ///
    /// # Errors
    /// [`TimeError`] for another form, for lengths that do not divide a day, and for a hop that is not less than the length.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let Some((length, hop)) = text.split_once('/') else {
            return WindowLength::parse(text).map(Self::tumbling);
        };
        let (length, hop) = (WindowLength::parse(length)?, WindowLength::parse(hop)?);
        if hop >= length {
            return Err(TimeError::NotAHop(text.chars().take(64).collect()));
        }
        Ok(Self {
            length,
            hop: Some(hop),
        })
    }

    /// Distance between the starts of consecutive windows.
    pub fn step(&self) -> WindowLength {
        self.hop.unwrap_or(self.length)
    }
}

impl fmt::Display for WindowSpec {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hop {
            Some(hop) => write!(out, "{}/{hop}", self.length),
            None => write!(out, "{}", self.length),
        }
    }
}

impl TryFrom<String> for WindowSpec {
    type Error = TimeError;
    fn try_from(text: String) -> Result<Self, TimeError> {
        Self::parse(&text)
    }
}

impl From<WindowSpec> for String {
    fn from(window: WindowSpec) -> Self {
        window.to_string()
    }
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
    /// The gateway or hall through which it is heard: when that falls silent, this one is not asked for.
    #[serde(default)]
    pub parent: Option<ThingId>,
    /// The thing upstream or beside it with which it is joined.
    #[serde(default)]
    pub neighbour: Option<ThingId>,
    /// Its own limits by name, to which rules refer: `warning = 61.2`, in the unit of the property that they judge.
    #[serde(default)]
    pub limits: BTreeMap<String, f64>,
}

/// A kind of event that things may tell: a detection, a step of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventType {
    /// Its id, as messages name it.
    pub id: EventKind,
    /// What it is called.
    pub title: Text,
    /// The properties that may be measured with it; each is an observation of the thing too.
    #[serde(default)]
    pub properties: Vec<PropertyId>,
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
    /// The kinds of events, by id.
    pub events: BTreeMap<EventKind, EventType>,
}

impl Catalogue {
    /// Seconds that one observation of this datastream stands for; `None` when neither thing nor property says.
    pub fn period_secs(&self, thing: &ThingId, property: &PropertyId) -> Option<u32> {
        let own = self.things.get(thing).and_then(|known| known.period_secs);
        own.or_else(|| self.properties.get(property).map(|known| known.period_secs))
    }

    /// What a thing is heard through: its parent, that one's parent, and so on; at most [`PARENTS_MAX`].
    pub fn ancestors<'a>(&'a self, thing: &ThingId) -> impl Iterator<Item = &'a ThingId> {
        let parent = |id: &ThingId| self.things.get(id)?.parent.as_ref();
        std::iter::successors(parent(thing), move |id| parent(id)).take(PARENTS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_survives_its_text() {
        for text in ["10s", "1h", "1h/5m", "1d/1h", "90m/1m"] {
            assert_eq!(WindowSpec::parse(text).expect("valid").to_string(), text);
        }
    }

    #[test]
    fn a_hop_that_is_not_shorter_than_its_window_is_refused() {
        for text in ["1h/1h", "1h/1d", "1h/", "/5m", "1h/7m", "1h/5m/1m"] {
            assert!(WindowSpec::parse(text).is_err(), "{text}");
        }
    }
}
