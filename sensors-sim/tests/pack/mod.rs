//! The packs inside the program, as the simulator sees them: read from their files, without the engine.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::path::Path;

use serde::Deserialize;
use yiping_model::{Catalogue, EventType, Property, Text, Thing, Timestamp, Zone};
use yiping_sim::{City, Faults, Scenario, Settings, TruthPack};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Files {
    property: Vec<Property>,
    thing: Vec<Thing>,
    event: Vec<EventType>,
}

fn read(pack: &str, name: &str) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../analytics/packs");
    std::fs::read_to_string(folder.join(pack).join(name)).ok()
}

/// The catalogue of some packs.
pub(crate) fn catalogue(packs: &[&str]) -> Catalogue {
    let mut all = Files::default();
    for pack in packs {
        for name in ["properties.toml", "things.toml", "events.toml"] {
            let text = read(pack, name).unwrap_or_default();
            let file: Files =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{pack}/{name}: {error}"));
            all.property.extend(file.property);
            all.thing.extend(file.thing);
            all.event.extend(file.event);
        }
    }
    Catalogue {
        city: Text {
            zh: "衢州".to_owned(),
            en: "Quzhou".to_owned(),
        },
        zone: Zone::named("Asia/Shanghai").unwrap(),
        areas: Vec::new(),
        properties: all
            .property
            .into_iter()
            .map(|known| (known.id.clone(), known))
            .collect(),
        things: all
            .thing
            .into_iter()
            .map(|thing| (thing.id.clone(), thing))
            .collect(),
        events: all
            .event
            .into_iter()
            .map(|kind| (kind.id.clone(), kind))
            .collect(),
    }
}

/// The rules, derived values and laws of some packs.
pub(crate) fn rules(packs: &[&str]) -> TruthPack {
    let mut all = TruthPack::default();
    for pack in packs {
        for name in ["rules.toml", "derived.toml", "classes.toml"] {
            let text = read(pack, name).unwrap_or_default();
            let file = toml::from_str(&text);
            all.extend(file.unwrap_or_else(|error| panic!("{pack}/{name}: {error}")));
        }
    }
    all
}

/// The city of some packs.
pub(crate) fn city_of(packs: &[&str], change: impl FnOnce(&mut Settings), start: &str) -> City {
    let mut settings = Settings {
        scenario: Scenario::None,
        ..Settings::default()
    };
    change(&mut settings);
    City::new(
        &catalogue(packs),
        &settings,
        Timestamp::parse(start).unwrap(),
    )
    .unwrap()
}

pub(crate) const PACKS: [&str; 5] = ["air", "water", "service-hall", "video", "street"];

/// A Wednesday, 10 o'clock in Quzhou.
pub(crate) const MORNING: &str = "2026-06-03T02:00:00Z";

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn city(change: impl FnOnce(&mut Settings), start: &str) -> City {
    city_of(&PACKS, change, start)
}

pub(crate) fn quiet(start: &str) -> City {
    city(|_settings| {}, start)
}

pub(crate) fn happening(scenario: Scenario) -> City {
    city(|settings| settings.scenario = scenario, MORNING)
}

pub(crate) fn faults() -> Faults {
    Faults {
        late: 0.02,
        duplicated: 0.03,
        out_of_order: 0.05,
        skewed_clock: 0.1,
        silent: 0.02,
        stuck: 0.05,
        garbage: 0.02,
        reconnect_storm: 0.0,
    }
}
