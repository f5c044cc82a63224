use std::collections::BTreeSet;

use h3o::Resolution;
use proptest::prelude::*;

use super::super::advice::{AdviceError, Basis, Chosen, Why, Wish, advise, route};
use super::super::hazard::{Hazard, cell_of};
use super::super::roads::Roads;
use super::super::roads::tests::town;
use super::oracle::Oracle;
use super::*;

const TARGET: [f64; 2] = [118.87, 28.97];

fn now() -> Timestamp {
    Timestamp::from_secs(NOON)
}

fn vehicle(name: &str, east: f64, skills: &[&str]) -> Unit {
    Unit {
        skills: skills.iter().map(|&skill| skill.to_owned()).collect(),
        ..unit(name, [118.87 + east, 28.97])
    }
}

fn ids(chosen: &[Chosen]) -> Vec<&str> {
    chosen.iter().map(|chosen| chosen.unit.as_str()).collect()
}

fn wish(choices: usize, skills: &[&str]) -> Wish {
    Wish {
        skills: skills.iter().map(|&skill| skill.to_owned()).collect(),
        ..Wish::to(Place::from(TARGET), choices)
    }
}

/// A busy, a plain, a broken, a lost, an off-duty, a chosen, a far, a silent unit, and a shelter, eastward.
fn nine() -> Teller {
    let night = Unit {
        shift: Some("20:00-08:00".to_owned().try_into().expect("hours")),
        ..vehicle("e-night", 0.05, &["hazmat"])
    };
    let lost = Unit {
        tracked: true,
        ..vehicle("d-lost", 0.2, &["hazmat"])
    };
    let silent = Unit {
        tracked: true,
        ..vehicle("h-silent", 0.0, &["hazmat"])
    };
    let units = vec![
        vehicle("a-busy", 0.01, &["hazmat"]),
        vehicle("b-plain", 0.02, &["fire"]),
        vehicle("c-broken", 0.03, &["hazmat"]),
        lost,
        night,
        vehicle("f-chosen", 0.06, &["fire", "hazmat"]),
        vehicle("g-far", 0.09, &["hazmat"]),
        silent,
        shelter("i-shelter"),
    ];
    let mut teller = Teller::new(units, None);
    let busy = Act::SetUnitStatus {
        unit: id("a-busy"),
        status: UnitStatus::Assigned,
        seen: None,
        until: Some(Timestamp::from_secs(NOON + 600)),
        note: String::new(),
    };
    assert!(teller.act(NOON - 60, "li", busy).1);
    assert!(teller.status(NOON - 60, "c-broken", UnitStatus::OutOfService));
    assert!(teller.at(NOON - 901, "d-lost", [118.91, 28.97]));
    teller
}

#[test]
fn each_nearer_unit_that_was_not_chosen_is_told_with_its_reasons() {
    let advice = advise(&nine().book, &wish(1, &["hazmat"]), now()).expect("advice");
    assert_eq!(ids(&advice.chosen), ["f-chosen"]);
    let passed = advice.passed_over.into_iter();
    let passed: Vec<(String, Why)> = passed
        .map(|mut passed| (passed.unit.to_string(), passed.why.remove(0)))
        .collect();
    let because = |unit: &str, why| (unit.to_owned(), why);
    let status = UnitStatus::Assigned;
    let until = Some(Timestamp::from_secs(NOON + 600));
    let skills = vec!["hazmat".to_owned()];
    assert_eq!(
        passed,
        [
            because("a-busy", Why::Busy { status, until }),
            because("b-plain", Why::LacksSkill { skills }),
            because("c-broken", Why::OutOfService),
            because("d-lost", Why::LostPosition { age_secs: 901 }),
            because("e-night", Why::OffShift),
        ]
    );
    assert_eq!(
        (advice.asked, advice.without_place, advice.passed_over_count),
        (8, 1, 5)
    );
    assert_eq!(
        advice.basis,
        Basis::Straight {
            factor: 1.4,
            kmh: 40.0
        }
    );
    // 0.06° of longitude are 5,837 m; × 1.4 at 40 km/h.
    assert_eq!(advice.chosen[0].time_secs, 736);
    let cover = &advice.chosen[0].cover;
    assert_eq!(cover.before_secs, Some(0));
    assert_eq!(cover.next.as_ref().map(UnitId::as_str), Some("g-far"));
    assert!(
        cover
            .after_secs
            .is_some_and(|secs| (360..380).contains(&secs)),
        "{cover:?}"
    );
}

#[test]
fn a_stale_position_is_marked_before_it_is_lost() {
    let mut teller = Teller::new(
        vec![Unit {
            tracked: true,
            ..vehicle("a", 0.0, &[])
        }],
        None,
    );
    assert!(teller.at(NOON - 120, "a", TARGET));
    let asked = |secs| {
        advise(
            &teller.book,
            &wish(5, &[]),
            Timestamp::from_secs(NOON + secs),
        )
        .expect("advice")
    };
    assert_eq!(asked(0).chosen[0].age_secs, Some(120));
    assert!(!asked(0).chosen[0].stale);
    assert!(asked(1).chosen[0].stale);
    assert!(asked(780).chosen[0].stale);
    assert_eq!(asked(781).chosen, []);
    assert_eq!(
        asked(781).passed_over[0].why,
        [Why::LostPosition { age_secs: 901 }]
    );
}

#[test]
fn a_place_in_the_hazard_has_an_assembly_point_outside() {
    let cell = cell_of(Place::from(TARGET)).and_then(|cell| cell.parent(Resolution::Eight));
    let hazardous = Wish {
        hazard: Hazard::of(cell),
        ..wish(5, &[])
    };
    let straight = Teller::new(vec![vehicle("a", 0.05, &[]), vehicle("in", 0.0, &[])], None);
    let advice = advise(&straight.book, &hazardous, now()).expect("advice");
    let assembly = advice.assembly.expect("a point");
    assert!(!hazardous.hazard.holds(assembly));
    assert!(!ids(&advice.chosen).contains(&"in"));
    let cut = advice
        .passed_over
        .iter()
        .find(|passed| passed.unit.as_str() == "in")
        .expect("nearer");
    assert_eq!(cut.why, [Why::CutOff { round_secs: None }]);
    let streets = Arc::new(town(40, 0.004, &[1, 2, 3]));
    let roads = Teller::new(
        vec![vehicle("a", 0.05, &[]), vehicle("in", 0.0, &[])],
        Some(streets),
    );
    let advice = advise(&roads.book, &hazardous, now()).expect("advice");
    assert_eq!(ids(&advice.chosen), ["a"]);
    assert!(
        advice.chosen[0].way.is_empty(),
        "only where it is asked for"
    );
    let drawn = Wish {
        drawn: true,
        ..hazardous.clone()
    };
    let drawn = advise(&roads.book, &drawn, now()).expect("advice");
    let way = &drawn.chosen[0].way;
    assert_eq!(way.last().copied(), drawn.assembly);
    assert!(hazardous.hazard.first_on(&way[1..]).is_none());
    assert!(
        advice
            .assembly
            .is_some_and(|place| !hazardous.hazard.holds(place))
    );
    assert_eq!(advice.basis, Basis::Roads);
}

#[test]
fn a_place_without_roads_and_a_road_without_a_name_are_refused() {
    let streets = Some(Arc::new(town(3, 0.004, &[1])));
    let teller = Teller::new(vec![vehicle("a", 0.0, &[])], streets);
    let far = Wish::to(Place::from([119.5, 29.5]), 5);
    assert_eq!(
        advise(&teller.book, &far, now()),
        Err(AdviceError::NoRoad(3_000.0))
    );
    let unknown = Wish {
        closed: BTreeSet::from(["street-x".to_owned()]),
        ..Wish::to(Place::from([118.8, 28.9]), 5)
    };
    assert_eq!(
        advise(&teller.book, &unknown, now()),
        Err(AdviceError::UnknownRoad("street-x".into()))
    );
    let everywhere =
        cell_of(Place::from([118.8, 28.9])).and_then(|cell| cell.parent(Resolution::Four));
    let hopeless = Wish {
        hazard: Hazard::of(everywhere),
        ..Wish::to(Place::from([118.8, 28.9]), 5)
    };
    assert_eq!(
        advise(&teller.book, &hopeless, now()),
        Err(AdviceError::NoWayOut)
    );
}

/// One unit of a random question.
#[derive(Debug, Clone)]
struct Drawn {
    lon: f64,
    lat: f64,
    home: (f64, f64),
    pace: u16,
    skilled: bool,
    night: bool,
    busy: u8,
    age_secs: Option<i64>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let degrees = || (118.795_f64..118.83, 28.895_f64..28.93);
    (
        degrees(),
        degrees(),
        prop::sample::select(vec![50_u16, 100, 100, 160]),
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.1),
        0_u8..12,
        prop::option::of(0_i64..1_200),
    )
        .prop_map(
            |((lon, lat), home, pace, skilled, night, busy, age_secs)| Drawn {
                lon,
                lat,
                home,
                pace,
                skilled,
                night,
                busy,
                age_secs,
            },
        )
}

fn drawn_book(units: &[Drawn], roads: Option<Arc<Roads>>) -> UnitBook {
    let name = |at: usize| format!("u-{at:02}");
    let made = units.iter().enumerate().map(|(at, drawn)| Unit {
        skills: if drawn.skilled {
            vec!["boat".into()]
        } else {
            Vec::new()
        },
        shift: drawn
            .night
            .then(|| "20:00-08:00".to_owned().try_into().expect("hours")),
        pace: drawn.pace,
        tracked: drawn.age_secs.is_some(),
        ..unit(&name(at), [drawn.home.0, drawn.home.1])
    });
    let mut teller = Teller::new(made.collect(), roads);
    for (at, drawn) in units.iter().enumerate() {
        let status: &[UnitStatus] = match drawn.busy {
            0 => &[UnitStatus::Assigned],
            1 => &[UnitStatus::OutOfService],
            2 => &[
                UnitStatus::Assigned,
                UnitStatus::EnRoute,
                UnitStatus::Returning,
            ],
            _ => &[],
        };
        for status in status {
            assert!(teller.status(NOON - 2_000, &name(at), *status));
        }
        if let Some(age_secs) = drawn.age_secs {
            assert!(teller.at(NOON - age_secs, &name(at), [drawn.lon, drawn.lat]));
        }
    }
    teller.book
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn the_answer_is_that_of_the_definitions(
        units in prop::collection::vec(drawn(), 0..24),
        chance in prop::collection::vec(any::<u8>(), 40),
        (lon, lat) in (118.795_f64..118.83, 28.895_f64..28.93),
        hazards in prop::collection::vec((118.795_f64..118.83, 28.895_f64..28.93, 8_u8..=9), 0..4),
        shut in prop::collection::btree_set(0_usize..80, 0..6),
        choices in 1_usize..6,
        on_roads in any::<bool>(),
    ) {
        let roads = on_roads.then(|| Arc::new(town(8, 0.004, &chance)));
        let cells = hazards.into_iter().filter_map(|(lon, lat, resolution)| {
            cell_of(Place { lon, lat })?.parent(Resolution::try_from(resolution).ok()?)
        });
        let known = |id: &String| roads.as_ref().is_some_and(|roads| roads.has_road(id));
        let wish = Wish {
            hazard: Hazard::of(cells),
            closed: shut.into_iter().map(|number| format!("street-{number}")).filter(known).collect(),
            ..Wish { place: Place { lon, lat }, ..wish(choices, &["boat"]) }
        };
        let book = drawn_book(&units, roads);
        match advise(&book, &wish, now()) {
            Ok(advice) => prop_assert_eq!(Some(advice), Oracle::answer(&book, &wish)),
            Err(error) => {
                prop_assert_eq!(Oracle::answer(&book, &wish), None);
                prop_assert_eq!(error, AdviceError::NoWayOut);
            }
        }
    }
}

proptest! {
    /// The way of one unit is that of a recommendation that has no other unit to choose.
    #[test]
    fn the_own_way_is_that_of_a_recommendation(
        side in 3_usize..8, chance in prop::collection::vec(1_u8..30, 3..9),
        home in (0.0_f64..1.0, 0.0_f64..1.0), to in (0.0_f64..1.0, 0.0_f64..1.0), cell in (0.0_f64..1.0, 0.0_f64..1.0),
        pace in 60_u16..200, paved in any::<bool>(),
    ) {
        let span = side as f64 * 0.004;
        let at = |(east, north): (f64, f64)| Place { lon: 118.80 + east * span, lat: 28.90 + north * span };
        let roads = paved.then(|| Arc::new(town(side, 0.004, &chance)));
        let one = Unit { pace, ..unit("one", at(home).into()) };
        let book = Teller::new(vec![one], roads).book;
        let mut wish = Wish { drawn: true, ..Wish::to(at(to), 1) };
        wish.hazard = Hazard::of(cell_of(at(cell)));
        match (advise(&book, &wish, now()), route(&book, &wish, at(home), pace)) {
            (Err(one), Err(other)) => prop_assert_eq!(one, other),
            (Ok(advice), Ok(route)) => {
                let chosen = advice.chosen.first();
                prop_assert_eq!(chosen.map(|one| one.time_secs), route.time_secs);
                prop_assert_eq!(chosen.map(|one| one.way.clone()).unwrap_or_default(), route.way.clone());
                prop_assert_eq!((advice.assembly, advice.basis), (route.assembly, route.basis));
                let straight = route.way.first().zip(route.way.last()).map_or(0.0, |(one, other)| one.metres_to(*other));
                prop_assert!(route.metres >= straight * 0.999);
            }
            (advice, route) => prop_assert!(false, "{advice:?} {route:?}"),
        }
    }
}
