use yiping_desk::units::{Place, Register, Roads, Unit};

use super::super::sample;
use super::*;

const NOON: Timestamp = Timestamp::from_secs(1_772_337_600);

fn town(seed: u64) -> Town {
    Town::new(&sample::catalogue(), seed)
}

fn register(town: &Town) -> Vec<Unit> {
    let register: Register = serde_json::from_value(town.register()).expect("a register");
    register.checked(10_000).expect("sound").units
}

fn roads(town: &Town) -> Roads {
    Roads::read(town.roads().to_string().as_bytes()).expect("roads")
}

#[test]
fn one_seed_is_one_town_and_another_seed_another() {
    let (one, same, other) = (town(1), town(1), town(2));
    assert_eq!(one.roads(), same.roads());
    assert_eq!(one.register(), same.register());
    assert_eq!(one.positions(NOON), same.positions(NOON));
    assert_ne!(one.roads(), other.roads());
    assert_ne!(one.positions(NOON), other.positions(NOON));
}

#[test]
fn the_units_are_those_that_a_centre_can_read_and_say_that_they_are_invented() {
    let town = town(1);
    let units = register(&town);
    assert!(units.len() > 10, "{}", units.len());
    for unit in &units {
        assert!(unit.name.zh.starts_with("模拟·"), "{}", unit.name.zh);
        assert!(unit.name.en.starts_with("Simulated "));
        assert!(unit.area.is_some());
    }
}

#[test]
fn nearly_all_streets_meet_and_every_home_stands_on_one() {
    let town = town(1);
    let roads = roads(&town);
    assert!(
        roads.left_out() * 50 < roads.nodes(),
        "{} of {}",
        roads.left_out(),
        roads.nodes()
    );
    for unit in register(&town) {
        let (_, metres) = roads.nearest(unit.home, 3_000.0).expect("a road is near");
        assert!(metres < 1_500.0, "{} is {metres} m from a road", unit.id);
    }
}

#[test]
fn whoever_moves_moves_along_streets_and_no_faster_than_it_can() {
    let town = town(1);
    let roads = roads(&town);
    let at = |secs: i64| {
        let at = Timestamp::from_secs(NOON.as_secs() + secs);
        let said: Vec<serde_json::Value> =
            serde_json::from_slice(&town.positions(at).expect("some")).expect("JSON");
        said.into_iter()
            .map(|fix| {
                let degrees = |name: &str| fix[name].as_f64().expect("a number");
                let unit = fix["unit"].as_str().expect("a name").to_owned();
                (unit, Place::from([degrees("lon"), degrees("lat")]))
            })
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let mut before = at(0);
    let mut moved = 0;
    for step in 1..30 {
        let now = at(step * 10);
        assert_eq!(now.len(), before.len());
        for (unit, place) in &now {
            // Pieces of road are 500 m at most; a tracker is some metres off.
            let (_, metres) = roads.nearest(*place, 3_000.0).expect("a road is near");
            assert!(metres < 300.0, "{unit} is {metres} m from a node");
            let metres = place.metres_to(before[unit]);
            assert!(
                metres < 45.0 / 3.6 * 10.0 + 30.0,
                "{unit} moved {metres} m in 10 s"
            );
            moved += usize::from(metres > 50.0);
        }
        before = now;
    }
    assert!(moved > 100, "{moved}");
}

#[test]
fn a_person_who_is_off_duty_carries_no_phone() {
    let town = town(1);
    let said = |at: Timestamp| String::from_utf8(town.positions(at).expect("some")).expect("text");
    let noon = said(NOON);
    let midnight = said(Timestamp::from_secs(NOON.as_secs() + 43_200));
    assert!(noon.contains("responder-day") && !noon.contains("responder-night"));
    assert!(midnight.contains("responder-night") && !midnight.contains("responder-day"));
}

#[test]
fn a_town_without_things_has_no_units() {
    let mut catalogue = sample::catalogue();
    catalogue.things.clear();
    let town = Town::new(&catalogue, 1);
    assert_eq!(town.positions(NOON), None);
    assert_eq!(town.register()["unit"].as_array().map(Vec::len), Some(0));
}
