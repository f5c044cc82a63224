//! What a scene is given before the first record, and how much it may hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use yiping_model::{Catalogue, Property, PropertyId, WindowLength};

use crate::message::{CityView, EventTypeView, PropertyView, RuleView, ThingView};
use crate::views;

/// What a scene knows from the start.
#[derive(Debug, Clone)]
pub struct SceneFacts {
    /// The city, its properties and things.
    pub catalogue: Arc<Catalogue>,
    /// The rules, for the screens to explain.
    pub rules: Vec<RuleView>,
    /// Seconds between two values of each derived property.
    pub derived_steps: BTreeMap<PropertyId, u32>,
    /// Whether the readings come from the simulator.
    pub simulated: bool,
}

/// How much a scene may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Things, those of the catalogue included.
    pub things_max: usize,
    /// Properties of one thing.
    pub properties_max: usize,
    /// Doors.
    pub sources_max: usize,
    /// Last windows of H3 cells: cells times properties.
    pub cells_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            things_max: 20_000,
            properties_max: 64,
            sources_max: 256,
            cells_max: 10_000,
        }
    }
}

/// What the state was folded with. A checkpoint is of use only to a scene that was given the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Given {
    pub(crate) city: CityView,
    pub(crate) properties: Vec<PropertyView>,
    trend_lengths: Vec<Option<WindowLength>>,
    pub(crate) derived_steps: BTreeMap<PropertyId, u32>,
    pub(crate) rules: Vec<RuleView>,
    pub(crate) event_types: Vec<EventTypeView>,
    pub(crate) things: Vec<ThingView>,
    pub(crate) limits: Limits,
}

impl Given {
    pub(crate) fn of(facts: &SceneFacts, limits: Limits) -> Self {
        let catalogue = &facts.catalogue;
        let properties = catalogue.properties.values();
        Self {
            city: views::city(catalogue, facts.simulated),
            properties: properties.clone().map(views::property).collect(),
            trend_lengths: properties.map(Property::shortest_window).collect(),
            derived_steps: facts.derived_steps.clone(),
            rules: facts.rules.clone(),
            event_types: catalogue.events.values().map(views::event_type).collect(),
            things: catalogue.things.values().map(views::thing).collect(),
            limits,
        }
    }
}
