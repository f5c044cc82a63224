//! What takes longer than every build may wait for: `make long`. The same proofs as `tests/scenarios.rs`, `tests/notices.rs` and
//! `tests/oidc.rs`, over days of a city and ten minutes of an outage.

mod support;

use std::thread;
use std::time::Duration;

use support::city::{FAULTS, play, quiet};
use support::{outage, provider};

#[test]
fn a_quiet_week_of_the_whole_city_calls_nobody() {
    println!("{}", quiet(7 * 24));
}

/// In real time, as the settings are by default.
#[test]
fn an_outage_of_ten_minutes_of_every_kind_of_channel() {
    println!("{}", outage::ride_out("", 10, Duration::from_mins(10)));
}

/// Down, slow and broken at the same time, each beside a program of its own.
#[test]
fn an_outage_of_ten_minutes_of_a_provider_of_identities() {
    thread::scope(|scope| {
        for how in ["down", "slow", "500"] {
            scope.spawn(move || println!("{}", provider::ride_out(how, Duration::from_mins(10))));
        }
    });
}

#[test]
fn a_flood_from_the_first_rain_to_the_last_gauge() {
    let (told, expected) = play("flood", "max", &[], 0);
    assert!(expected.len() > 20, "{expected:?}");
    assert_eq!(told, expected);
}

#[test]
fn with_faults_everything_else_is_the_same_alarms() {
    for scenario in ["crowd", "hall_breakdown", "discharge", "flood"] {
        let (told, expected) = play(scenario, "max", &FAULTS, 0);
        assert_eq!(told, expected, "{scenario}");
    }
}
