//! The parts of which tests build their cities.

use std::collections::BTreeMap;

use yiping_model::{
    Catalogue, Level, Measured, Property, PropertyId, Quality, Reading, RuleId, SourceId, Text,
    Thing, ThingId, Timestamp, WindowSpec, Zone,
};

use crate::{Limits, Operator, Rule, Threshold};

pub(crate) fn zone() -> Zone {
    Zone::named("Asia/Shanghai").expect("built in")
}

/// 2026-03-01 in that zone; `+1d` before a time is the next day.
pub(crate) fn at(text: &str) -> Timestamp {
    let (day, time) = text.strip_prefix("+1d").map_or((1, text), |time| (2, time));
    Timestamp::parse(&format!("2026-03-0{day}T{time}+08:00")).expect("a time")
}

pub(crate) fn text(text: &str) -> Text {
    Text {
        zh: text.into(),
        en: text.into(),
    }
}

pub(crate) fn property_id(id: &str) -> PropertyId {
    PropertyId::new(id).expect("valid")
}

pub(crate) fn property(id: &str, period_secs: u32, windows: &[&str]) -> (PropertyId, Property) {
    let id = property_id(id);
    let windows = windows.iter().map(|w| WindowSpec::parse(w).expect("valid"));
    let property = Property {
        id: id.clone(),
        title: text(id.as_str()),
        symbol: id.to_string(),
        unit: "1".into(),
        decimals: 1,
        valid: None,
        period_secs,
        windows: windows.collect(),
        quantiles: Vec::new(),
        cells: None,
        early: None,
    };
    (id, property)
}

pub(crate) fn thing(id: &str, kind: &str, properties: &[&str]) -> (ThingId, Thing) {
    let thing = Thing {
        id: ThingId::new(id).expect("valid"),
        name: text(id),
        kind: kind.into(),
        lon: 118.87,
        lat: 28.97,
        area: None,
        properties: properties.iter().map(|id| property_id(id)).collect(),
        period_secs: None,
        parent: None,
        neighbour: None,
        limits: BTreeMap::new(),
    };
    (thing.id.clone(), thing)
}

pub(crate) fn catalogue(
    properties: impl IntoIterator<Item = (PropertyId, Property)>,
    things: impl IntoIterator<Item = (ThingId, Thing)>,
) -> Catalogue {
    Catalogue {
        city: text("q"),
        zone: zone(),
        areas: Vec::new(),
        properties: properties.into_iter().collect(),
        things: things.into_iter().collect(),
        events: BTreeMap::new(),
    }
}

pub(crate) fn rule(id: &str, property: &str, threshold: Threshold) -> Rule {
    Rule {
        id: RuleId::new(id).expect("valid"),
        title: text(id),
        properties: vec![property_id(property)],
        level: Level::Orange,
        operator: Operator::Threshold(Limits::plain(threshold)),
        source: "test".into(),
        of_war: false,
        version: None,
    }
}

pub(crate) fn reading(
    source: &str,
    thing: &str,
    property: &str,
    phenomenon_time: Timestamp,
    value: f64,
) -> Reading {
    let measured = Measured {
        property: property_id(property),
        value,
        quality: Quality::Good,
    };
    Reading {
        source: SourceId::new(source).expect("valid"),
        thing: ThingId::new(thing).expect("valid"),
        phenomenon_time,
        values: [measured].into_iter().collect(),
    }
}
