//! The city of the pack `air`, as the demonstration runs it.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use yiping_model::{Catalogue, Property, PropertyId, RuleId, Text, Thing, Timestamp, Zone};
use yiping_sim::{City, Scenario, Settings, Truth, TruthRule, truth};

#[derive(Deserialize)]
struct Properties {
    property: Vec<Property>,
}

#[derive(Deserialize)]
struct Things {
    thing: Vec<Thing>,
}

fn pack_file(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../analytics/packs/air");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn catalogue() -> Catalogue {
    let properties: Properties = toml::from_str(&pack_file("properties.toml")).unwrap();
    let things: Things = toml::from_str(&pack_file("things.toml")).unwrap();
    let keyed = |known: Property| (known.id.clone(), known);
    Catalogue {
        city: Text {
            zh: "衢州".to_owned(),
            en: "Quzhou".to_owned(),
        },
        zone: Zone::named("Asia/Shanghai").unwrap(),
        areas: Vec::new(),
        properties: properties.property.into_iter().map(keyed).collect(),
        things: things
            .thing
            .into_iter()
            .map(|thing| (thing.id.clone(), thing))
            .collect(),
        events: std::collections::BTreeMap::new(),
    }
}

/// The rules of the pack that judge chlorine.
fn rules() -> Vec<TruthRule> {
    let file: toml::Table = toml::from_str(&pack_file("rules.toml")).unwrap();
    let all = file["rule"].as_array().unwrap().iter();
    let chlorine = all.filter(|rule| rule["property"].as_str() == Some("cl2"));
    let number = |value: &toml::Value| value.as_float().unwrap();
    let rule = |rule: &toml::Value| TruthRule {
        id: RuleId::new(rule["id"].as_str().unwrap()).unwrap(),
        property: PropertyId::new("cl2").unwrap(),
        level: u8::try_from(rule["level"].as_integer().unwrap()).unwrap(),
        raise: number(&rule["threshold"]["raise"]),
        clear: number(&rule["threshold"]["clear"]),
    };
    chlorine.map(rule).collect()
}

fn city(seed: u64, scenario: Scenario, start: &str) -> City {
    let settings = Settings {
        seed,
        scenario,
        ..Settings::default()
    };
    City::new(&catalogue(), &settings, Timestamp::parse(start).unwrap()).unwrap()
}

fn extreme(truth: &Truth, thing: &str) -> f64 {
    let own = truth
        .alarms
        .iter()
        .filter(|alarm| alarm.thing.as_str() == thing);
    own.map(|alarm| alarm.extreme).fold(0.0, f64::max)
}

#[test]
fn every_datastream_of_the_pack_is_heard() {
    let city = city(1, Scenario::None, "2026-06-03T02:00:00Z");
    assert_eq!(city.silent(), []);
    let minute = city.messages(city.start(), city.start() + Duration::from_mins(1));
    assert_eq!(minute.count(), 60 + 6 + 12 * 12);
}

#[test]
fn a_quiet_night_raises_no_alarm_of_chlorine() {
    let city = city(1, Scenario::None, "2026-06-03T14:00:00Z");
    let morning = city.start() + Duration::from_hours(6);
    assert_eq!(truth(&city, city.start(), morning, &rules()).alarms, []);
}

#[test]
fn at_any_hour_the_leak_is_red_at_the_store_and_orange_at_the_school() {
    for (seed, start) in [
        (1, "2026-06-03T02:00:00Z"),
        (1, "2026-06-03T06:30:00Z"),
        (2, "2026-06-03T11:00:00Z"),
        (3, "2026-12-03T18:00:00Z"),
    ] {
        let city = city(seed, Scenario::Leak, start);
        let found = truth(&city, city.start(), city.scenario_over().unwrap(), &rules());
        let (store, school) = (extreme(&found, "gas-01"), extreme(&found, "gas-12"));
        assert!(store > 20.0, "{start}: {store} ppm at the store");
        assert!(
            (2.0..20.0).contains(&school),
            "{start}: {school} ppm at the school"
        );
        assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
    }
}
