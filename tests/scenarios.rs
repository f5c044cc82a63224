//! Every scenario of the simulated city, over the real door: exactly the alarms of its truth file, also when the way there is bad; and none in a city
//! in which nothing happens.
//!
//! A quiet week, and the flood with all that goes on beside it: `tests/long.rs`. Two play at a speed of their own, as people see it; the others
//! as fast as the program can hear.

use crate::support;

use support::city::{FAULTS, Told, agree, play, quiet};

/// With what the truth says.
fn exact(scenario: &str, speed: &str, settings: &[(&str, &str)]) -> Vec<Told> {
    let (told, expected) = play(scenario, speed, settings, 0);
    assert!(!expected.is_empty());
    assert_eq!(told, expected);
    told
}

/// Rule and thing of each.
fn who(alarms: &[Told]) -> Vec<[&str; 2]> {
    let who = alarms.iter().map(|told| [&*told.rule, &*told.thing]);
    who.collect()
}

/// Silences about so long.
fn about(scenario: &str, speed: &str, settings: &[(&str, &str)], within_ms: i64) -> Vec<Told> {
    let (told, expected) = play(scenario, speed, settings, within_ms);
    assert!(
        agree(&told, &expected, within_ms),
        "{told:?} is not {expected:?}"
    );
    told
}

#[test]
fn a_leak_upwind_of_a_school() {
    assert!(exact("leak", "max", &[]).len() >= 5);
}

/// Two days of city time: of the rivers alone here, of the whole city in `tests/long.rs`.
#[test]
fn a_flood_from_the_first_rain_to_the_last_gauge() {
    let rivers = [("YIPING__PACKS__BUILTIN", r#"["water"]"#)];
    assert!(exact("flood", "max", &rivers).len() > 20);
}

#[test]
fn a_crowded_square_at_night() {
    exact("crowd", "100", &[]);
}

#[test]
fn a_hall_that_breaks_down() {
    exact("hall_breakdown", "max", &[]);
}

#[test]
fn a_gateway_that_dies_is_one_alarm() {
    // A second of ours.
    let told = about("gateway_dying", "60", &[], 60_000);
    assert_eq!(who(&told), [["street-silent", "gw-01"]]);
}

#[test]
fn with_faults_a_gateway_that_dies_is_one_alarm_too() {
    // A word may be a minute older than its arrival, and what waited in the gateway comes at once when it is back.
    let told = about("gateway_dying", "max", &FAULTS, 60_000);
    assert_eq!(who(&told), [["street-silent", "gw-01"]]);
}

#[test]
fn a_sensor_that_drifts_from_its_neighbour() {
    let told = exact("sensor_drifting", "max", &[]);
    assert_eq!(who(&told), [["street-temp-drift", "street-002"]]);
}

#[test]
fn with_faults_a_sensor_that_drifts_is_the_same_alarm() {
    exact("sensor_drifting", "max", &FAULTS);
}

#[test]
fn with_faults_a_leak_is_the_same_alarms() {
    exact("leak", "max", &FAULTS);
}

#[test]
fn waste_water_that_passes_two_sections() {
    let told = exact("discharge", "max", &[]);
    let rule = "water-class-off-target";
    assert_eq!(who(&told), [[rule, "wq-qz-06"], [rule, "wq-qz-07"]]);
}

#[test]
fn a_fire_behind_a_fence() {
    let told = exact("fire", "max", &[]);
    let rules = [
        "camera-offline",
        "intrusion",
        "smoke-or-fire",
        "smoke-or-fire",
    ];
    assert!(told.iter().map(|told| &*told.rule).eq(rules));
}

#[test]
fn with_faults_a_fire_is_the_same_alarms() {
    exact("fire", "max", &FAULTS);
}

#[test]
fn a_station_that_fails_analyser_by_analyser() {
    let told = about("station_failing", "max", &[], 20_000);
    assert_eq!(told.len(), 3);
}

#[test]
fn in_a_quiet_city_nobody_is_called() {
    println!("{}", quiet(4));
}
