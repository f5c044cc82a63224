//! What takes longer than every build may wait for: `make long`. The same proofs as `tests/scenarios.rs` and `tests/notices.rs`, over days of a
//! city and ten minutes of an outage.

mod support;

use std::time::Duration;

use support::city::{FAULTS, play, quiet};
use support::outage::ride_out;

#[test]
fn a_quiet_week_of_the_whole_city_calls_nobody() {
    println!("{}", quiet(7 * 24));
}

/// In real time, as the settings are by default.
#[test]
fn an_outage_of_ten_minutes_of_every_kind_of_channel() {
    println!("{}", ride_out("", 10, Duration::from_mins(10)));
}

#[test]
fn a_flood_from_the_first_rain_to_the_last_gauge() {
    let (told, expected) = play("flood", "max", &[]);
    assert!(expected.len() > 20, "{expected:?}");
    assert_eq!(told, expected);
}

#[test]
fn with_faults_everything_else_is_the_same_alarms() {
    for scenario in ["crowd", "hall_breakdown", "discharge", "flood"] {
        let (told, expected) = play(scenario, "max", &FAULTS);
        assert_eq!(told, expected, "{scenario}");
    }
}
