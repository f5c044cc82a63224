//! The law of surface water: `gb3838_vectors.csv` of the standards (origin: sm1lewc/Silence.Water, StandardServiceTests.cs).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ClassLaw, property_id};

#[derive(Deserialize)]
struct Laws {
    law: Vec<ClassLaw>,
}

pub(super) fn law() -> ClassLaw {
    let text = include_str!("../../../../packs/water/classes.toml");
    let laws: Laws = toml::from_str(text).expect("the pack's laws");
    let mut laws = laws.law.into_iter();
    laws.find(|law| law.id == "gb3838").expect("there")
}

#[test]
fn the_class_of_an_item_is_that_of_the_law() {
    let law = law();
    assert_eq!(law.problems(), Vec::<String>::new());
    let vectors = [
        ("do", 3.0, 4),
        ("nh3n", 0.15, 1),
        ("nh3n", 0.5, 2),
        ("nh3n", 1.0, 3),
        ("nh3n", 1.5, 4),
        ("nh3n", 2.0, 5),
        ("nh3n", 3.0, 6),
        ("tp", 0.02, 1),
        ("tp", 0.2, 3),
        ("tp", 0.4, 5),
        ("tp", 0.5, 6),
    ];
    for (item, value, class) in vectors {
        let found = law.item(&property_id(item)).expect("an item");
        assert_eq!(
            found.class(value, law.worst()),
            Some(class),
            "{item} {value}"
        );
    }
}

/// The limits themselves, against the table of the standard.
#[test]
fn a_limit_belongs_to_its_class_and_what_is_beyond_does_not() {
    let law = law();
    let table = BTreeMap::from([
        ("do", [7.5, 6.0, 5.0, 3.0, 2.0]),
        ("codmn", [2.0, 4.0, 6.0, 10.0, 15.0]),
        ("nh3n", [0.15, 0.5, 1.0, 1.5, 2.0]),
        ("tp", [0.02, 0.1, 0.2, 0.3, 0.4]),
    ]);
    for (item, limits) in table {
        let found = law.item(&property_id(item)).expect("an item");
        let worse = if item == "do" { -0.001 } else { 0.001 };
        for (class, limit) in (1_u8..).zip(limits) {
            assert_eq!(found.class(limit, 6), Some(class), "{item} {limit}");
            assert_eq!(
                found.class(limit + worse, 6),
                Some(class + 1),
                "{item} beyond {limit}"
            );
        }
    }
    let ph = law.item(&property_id("ph")).expect("an item");
    let classes = [5.9, 6.0, 7.2, 9.0, 9.1].map(|value| ph.class(value, 6));
    assert_eq!(classes, [Some(6), Some(1), Some(1), Some(1), Some(6)]);
}

#[test]
fn a_mean_that_is_the_limit_but_for_its_last_bit_is_the_limit() {
    let law = law();
    let nh3n = law.item(&property_id("nh3n")).expect("an item");
    assert_eq!(nh3n.class(0.1 + 0.05 + f64::EPSILON, 6), Some(1));
}
