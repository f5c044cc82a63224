//! What ought to be found in the city: in each scenario what its story says, in a quiet week nothing.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod pack;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use yiping_model::Timestamp;
use yiping_sim::{City, Faults, Message, Scenario, Truth, TruthAlarm, truth};

use pack::{MORNING, PACKS, city, faults, happening, quiet, rules};

fn found(city: &City, packs: &[&str]) -> Truth {
    truth(
        city,
        city.start(),
        city.scenario_over().unwrap(),
        &rules(packs),
    )
}

/// The rule and the thing of each alarm.
fn rules_and_things(truth: &Truth) -> Vec<(&str, &str)> {
    let alarms = truth.alarms.iter();
    alarms
        .map(|alarm| (alarm.rule.as_str(), alarm.thing.as_str()))
        .collect()
}

fn of<'a>(truth: &'a Truth, rule: &str) -> Vec<&'a TruthAlarm> {
    let own = truth
        .alarms
        .iter()
        .filter(|alarm| alarm.rule.as_str() == rule);
    own.collect()
}

#[test]
fn a_quiet_week_raises_no_alarm() {
    for (packs, start) in [
        (["water"].as_slice(), "2026-06-14T16:00:00Z"),
        (&["water"], "2026-01-11T16:00:00Z"),
        (&["service-hall"], "2026-05-31T16:00:00Z"),
        (&["video"], "2026-06-07T16:00:00Z"),
        (&["street"], "2026-06-20T16:00:00Z"),
        (&["air"], "2026-06-20T16:00:00Z"),
    ] {
        let city = quiet(start);
        let to = city.start() + Duration::from_hours(24 * 7);
        let found = truth(&city, city.start(), to, &rules(packs));
        assert_eq!(found.alarms, [], "{packs:?} from {start}");
    }
}

#[test]
fn at_any_hour_the_leak_is_red_at_the_store_and_orange_at_the_school() {
    for (seed, start) in [
        (1, "2026-06-03T02:00:00Z"),
        (1, "2026-06-03T06:30:00Z"),
        (2, "2026-06-03T11:00:00Z"),
        (3, "2026-12-03T18:00:00Z"),
    ] {
        let city = city(
            |settings| {
                settings.seed = seed;
                settings.scenario = Scenario::Leak;
            },
            start,
        );
        let found = found(&city, &["air"]);
        let extreme = |thing: &str| {
            let own = found
                .alarms
                .iter()
                .filter(|alarm| alarm.thing.as_str() == thing);
            own.map(|alarm| alarm.extreme).fold(0.0, f64::max)
        };
        let (store, school) = (extreme("gas-01"), extreme("gas-12"));
        assert!(store > 20.0, "{start}: {store} ppm at the store");
        assert!(
            (2.0..20.0).contains(&school),
            "{start}: {school} ppm at the school"
        );
        assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
    }
}

#[test]
fn a_flood_wave_travels_down_the_river_and_passes_every_gauge_later_than_the_one_above() {
    let city = happening(Scenario::Flood);
    let mut peaks: BTreeMap<String, (f64, Timestamp)> = BTreeMap::new();
    for message in city.messages(city.start(), city.scenario_over().unwrap()) {
        let Some(gauge) = message.topic.strip_prefix("city/water/stage-") else {
            continue;
        };
        let said: Value = serde_json::from_slice(&message.payload).unwrap();
        let stage = said["metrics"]["stage"].as_f64().unwrap();
        let peak = peaks.entry(gauge.to_owned()).or_insert((stage, message.at));
        if stage > peak.0 {
            *peak = (stage, message.at);
        }
    }
    let river = [
        "01", "02", "03", "04", "05", "06", "07", "17", "18", "19", "20",
    ];
    let times: Vec<Timestamp> = river
        .iter()
        .map(|number| peaks[&format!("qz-{number}")].1)
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    let hours = times[7].micros_since(times[0]) as f64 / 3.6e9;
    assert!(
        (8.0..30.0).contains(&hours),
        "{hours} h from the first gauge to Quzhou"
    );

    let found = found(&city, &["water"]);
    let reached = |rule: &str| -> BTreeSet<&str> {
        of(&found, rule)
            .iter()
            .map(|alarm| alarm.thing.as_str())
            .collect()
    };
    assert!(
        reached("stage-warning").contains("stage-qz-17"),
        "the wave reaches Quzhou"
    );
    assert!(reached("stage-guaranteed").contains("stage-qz-01"));
    // Two rivers rise outside the storm.
    for dry in ["stage-qz-10", "stage-qz-14"] {
        assert!(!reached("stage-near-warning").contains(dry));
    }
    assert!(!of(&found, "rain-red").is_empty());
    assert!(of(&found, "rain-blue").len() >= of(&found, "rain-red").len());
    assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
    for wrong in [
        "stage-stuck",
        "rain-stuck",
        "stage-silent",
        "rain-silent",
        "water-class-off-target",
    ] {
        assert_eq!(of(&found, wrong), Vec::<&TruthAlarm>::new());
    }
}

#[test]
fn the_storm_washes_the_air() {
    let dust = |scenario: Scenario| {
        let city = happening(scenario);
        let from = city.start() + Duration::from_hours(4);
        let of_kaihua = |message: &Message| message.topic.starts_with("city/air/air-330824");
        let values = city
            .messages(from, from + Duration::from_hours(1))
            .filter(of_kaihua)
            .map(|message| {
                let said: Value = serde_json::from_slice(&message.payload).unwrap();
                said["metrics"]["pm25"].as_f64().unwrap()
            });
        let (sum, count) =
            values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        sum / count
    };
    let (wet, dry) = (dust(Scenario::Flood), dust(Scenario::None));
    assert!(wet < 0.7 * dry, "{wet} µg/m³ in the storm, {dry} without");
}

#[test]
fn a_crowd_is_one_alarm_of_its_track_and_one_of_the_place() {
    let city = city(
        |settings| settings.scenario = Scenario::Crowd,
        "2026-06-03T13:30:00Z",
    );
    let found = found(&city, &["video"]);
    let told: Vec<(&str, &str)> = found
        .alarms
        .iter()
        .map(|alarm| (alarm.rule.as_str(), alarm.thing.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("crowd-dense", "cam-qz-03"),
            ("people-over-capacity", "cam-qz-03")
        ]
    );
    assert!(
        found.alarms[0].key.is_some() && found.alarms.iter().all(|alarm| alarm.ended.is_some())
    );
}

#[test]
fn a_hall_that_breaks_down_keeps_people_waiting_at_any_hour() {
    for start in [MORNING, "2026-06-03T16:30:00Z", "2026-06-06T05:00:00Z"] {
        let city = city(
            |settings| settings.scenario = Scenario::HallBreakdown,
            start,
        );
        let found = found(&city, &["service-hall"]);
        for rule in ["hall-queue-long", "hall-wait-long"] {
            let things: Vec<&str> = of(&found, rule)
                .iter()
                .map(|alarm| alarm.thing.as_str())
                .collect();
            assert_eq!(things, ["hall-kecheng-01"], "{rule} from {start}");
        }
        assert!(
            found.alarms.iter().all(|alarm| alarm.ended.is_some()),
            "{start}"
        );
        assert!(
            found
                .alarms
                .iter()
                .all(|alarm| alarm.thing.as_str() == "hall-kecheng-01")
        );
    }
}

#[test]
fn a_gateway_that_dies_is_one_alarm_and_its_posts_are_none() {
    let city = happening(Scenario::GatewayDying);
    let found = found(&city, &["street"]);
    let told: Vec<_> = found
        .alarms
        .iter()
        .map(|alarm| {
            (
                alarm.rule.as_str(),
                alarm.thing.as_str(),
                alarm.property.as_str(),
            )
        })
        .collect();
    assert_eq!(told, [("street-silent", "gw-01", "no_data")]);
    // Before it is dead it loses messages, and never two of a sensor in a row.
    let heard = |from: u64, to: u64| {
        let minute = |minutes| city.start() + Duration::from_mins(minutes);
        let of_post = |message: &Message| &*message.topic == "city/street/street-007";
        city.messages(minute(from), minute(to))
            .filter(of_post)
            .count()
    };
    assert_eq!((heard(0, 2), heard(13, 31)), (4, 0));
    assert!((11..20).contains(&heard(2, 12)), "{}", heard(2, 12));
}

#[test]
fn a_drifting_sensor_is_one_alarm() {
    let found = found(&happening(Scenario::SensorDrifting), &["street"]);
    let told = rules_and_things(&found);
    assert_eq!(told, [("street-temp-drift", "street-002")]);
}

#[test]
fn waste_water_passes_two_sections_and_is_too_thin_for_the_third() {
    let found = found(&happening(Scenario::Discharge), &["water"]);
    let told: Vec<_> = found
        .alarms
        .iter()
        .map(|alarm| (alarm.rule.as_str(), alarm.thing.as_str(), alarm.extreme))
        .collect();
    // Worse than class V where class II is wanted, and IV where III is.
    assert_eq!(
        told,
        [
            ("water-class-off-target", "wq-qz-06", 6.0),
            ("water-class-off-target", "wq-qz-07", 4.0)
        ]
    );
    assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
    let hours = found.alarms[1]
        .started
        .micros_since(found.alarms[0].started) as f64
        / 3.6e9;
    assert!((3.0..7.0).contains(&hours), "{hours} h");
}

#[test]
fn a_fire_is_seen_by_two_cameras_after_somebody_has_come_and_takes_one_of_them() {
    let found = found(&happening(Scenario::Fire), &["video"]);
    let told = rules_and_things(&found);
    assert_eq!(
        told,
        [
            ("intrusion", "cam-qz-22"),
            ("smoke-or-fire", "cam-qz-23"),
            ("smoke-or-fire", "cam-qz-22"),
            ("camera-offline", "cam-qz-23")
        ]
    );
    assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
}

#[test]
fn a_station_fails_analyser_by_analyser_and_then_as_a_whole() {
    let found = found(&happening(Scenario::StationFailing), &["air"]);
    let told: Vec<_> = found
        .alarms
        .iter()
        .map(|alarm| {
            let what = (alarm.rule.as_str(), alarm.property.as_str());
            (alarm.thing.as_str(), what)
        })
        .collect();
    let station = "air-330802-01";
    assert_eq!(
        told,
        [
            (station, ("air-stuck", "o3")),
            (station, ("air-silent", "pm10")),
            (station, ("air-silent", "no_data"))
        ]
    );
    assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
}

#[test]
fn with_faults_the_same_alarms_are_the_truth() {
    for scenario in Scenario::ALL {
        // In a quiet city everything is looked at, so an hour of it is enough.
        let to = |city: &City| {
            city.scenario_over()
                .unwrap_or_else(|| city.start() + Duration::from_hours(1))
        };
        let of = |faults: Faults| {
            let city = city(
                |settings| {
                    settings.scenario = scenario;
                    settings.faults = faults;
                },
                MORNING,
            );
            truth(&city, city.start(), to(&city), &rules(&PACKS)).alarms
        };
        let without = of(Faults::default());
        assert_eq!(of(faults()), without, "{scenario}");
        assert_eq!(without.is_empty(), scenario == Scenario::None);
    }
}
