//! The packs inside the program, as the simulator sees them: read from their files, without the engine.

use std::path::Path;

use serde::Deserialize;
use yiping_model::{Catalogue, EventType, Property, Text, Thing, Timestamp, Zone};
use yiping_sim::{City, Scenario, Settings, TruthPack};

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
