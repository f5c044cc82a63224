//! What takes longer than every build may wait for: `make long`. The same proofs as `tests/scenarios.rs`, over days of a city.

mod support;

use support::city::{play, quiet};

#[test]
fn a_quiet_week_of_the_whole_city_calls_nobody() {
    quiet(7 * 24, 800);
}

#[test]
fn a_flood_from_the_first_rain_to_the_last_gauge() {
    let (told, expected) = play("flood", 600, &[]);
    assert!(expected.len() > 20, "{expected:?}");
    assert_eq!(told, expected);
}
