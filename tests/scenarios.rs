//! Every scenario of the simulated city, over the real door: exactly the alarms of its truth file.
//!
//! The flood takes two days of city time: `sensors-sim/tests/engine.rs` holds it, and the faults of the way, against the engine.

mod support;

use std::time::Duration;

use serde_json::Value;
use support::city::{alarms, demo, now_ms};
use support::{until, until_within};
use yiping_model::Timestamp;

/// How long after the truth's end the last alarm may be told, in city time.
const TOLD_WITHIN_MS: i64 = 120_000;

/// Runs the scenario so many times faster than life; gives the alarms that were told, and those of the truth.
fn play(scenario: &str, speed: &str) -> [Vec<[String; 5]>; 2] {
    let folder = tempfile::tempdir().expect("a folder");
    let environment = [
        ("YIPING__SIM__HISTORY_HOURS", "1"),
        ("YIPING__SIM__QUICK_HISTORY_MINS", "5"),
    ];
    let arguments = ["--scenario", scenario, "--speed", speed, "--seed", "11"];
    let (program, _door) = demo(&folder, &arguments, &environment);
    let mut truth = Value::Null;
    until("the truth is written", || {
        let text =
            std::fs::read_to_string(folder.path().join("data/truth.json")).unwrap_or_default();
        truth = serde_json::from_str(&text).unwrap_or_default();
        truth.is_object()
    });
    let over = Timestamp::parse(truth["to"].as_str().expect("a time"))
        .expect("RFC 3339")
        .as_millis();
    until_within(Duration::from_mins(8), "the scenario is over", || {
        now_ms(program.port) > over + TOLD_WITHIN_MS
    });
    until("every alarm has returned", || {
        alarms(program.port)
            .iter()
            .all(|alarm| !alarm["ended"].is_null())
    });
    let expected = truth["alarms"].as_array().expect("a list");
    [
        listed(&alarms(program.port), "metric"),
        listed(expected, "property"),
    ]
}

/// Rule, thing, property, beginning and end of each.
fn listed(alarms: &[Value], property: &str) -> Vec<[String; 5]> {
    let mut rows: Vec<[String; 5]> = alarms
        .iter()
        .filter(|alarm| alarm["withdrawn"] != true)
        .map(|alarm| {
            ["rule", "thing", property, "started", "ended"]
                .map(|key| alarm[key].as_str().unwrap_or("-").to_owned())
        })
        .collect();
    rows.sort();
    rows
}

#[test]
fn a_leak_upwind_of_a_school() {
    let [told, expected] = play("leak", "120");
    assert!(expected.len() >= 5, "{expected:?}");
    assert_eq!(told, expected);
}

#[test]
fn a_crowded_square_at_night() {
    let [told, expected] = play("crowd", "120");
    assert!(!expected.is_empty());
    assert_eq!(told, expected);
}

#[test]
fn a_hall_that_breaks_down() {
    let [told, expected] = play("hall_breakdown", "240");
    assert!(!expected.is_empty());
    assert_eq!(told, expected);
}

#[test]
fn a_gateway_that_dies_is_one_alarm() {
    let [told, expected] = play("gateway_dying", "60");
    let what = |rows: &[[String; 5]]| rows.iter().map(|row| row[..3].to_vec()).collect::<Vec<_>>();
    assert_eq!(expected.len(), 1, "{expected:?}");
    assert_eq!(what(&told), what(&expected));
    // Silence is told by the city clock: from when the last word arrived until the next one did, and the way takes its time.
    for place in [3, 4] {
        let [told, expected] = [&told, &expected].map(|rows| at_ms(&rows[0][place]));
        assert!(
            (0..10_000).contains(&(told - expected)),
            "{told} {expected}"
        );
    }
}

fn at_ms(text: &str) -> i64 {
    Timestamp::parse(text).expect("a time").as_millis()
}

#[test]
fn a_sensor_that_drifts_from_its_neighbour() {
    let [told, expected] = play("sensor_drifting", "240");
    assert_eq!(expected.len(), 1, "{expected:?}");
    assert_eq!(told, expected);
}
