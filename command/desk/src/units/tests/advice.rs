use std::collections::BTreeSet;

use h3o::Resolution;
use proptest::prelude::*;

use super::super::advice::{
    Advice, AdviceError, Basis, Chosen, Cover, PassedOver, Why, Wish, advise,
};
use super::super::hazard::{Hazard, cell_of};
use super::super::roads::tests::{slow_times, town};
use super::super::roads::{NEVER, Roads};
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

#[test]
fn each_nearer_unit_that_was_not_chosen_is_told_with_its_reasons() {
    let night = Unit {
        shift: Some("20:00-08:00".to_owned().try_into().expect("hours")),
        ..vehicle("e-night", 0.05, &["hazmat"])
    };
    let units = vec![
        vehicle("a-busy", 0.01, &["hazmat"]),
        vehicle("b-plain", 0.02, &["fire"]),
        vehicle("c-broken", 0.03, &["hazmat"]),
        Unit {
            tracked: true,
            ..vehicle("d-lost", 0.2, &["hazmat"])
        },
        night,
        vehicle("f-chosen", 0.06, &["fire", "hazmat"]),
        vehicle("g-far", 0.09, &["hazmat"]),
        Unit {
            tracked: true,
            ..vehicle("h-silent", 0.0, &["hazmat"])
        },
        shelter("i-shelter"),
    ];
    let mut teller = Teller::new(units, None);
    let until = Some(Timestamp::from_secs(NOON + 600));
    let busy = Act::SetUnitStatus {
        unit: id("a-busy"),
        status: UnitStatus::Assigned,
        seen: None,
        until,
        note: String::new(),
    };
    assert!(teller.act(NOON - 60, "li", busy).1);
    assert!(teller.status(NOON - 60, "c-broken", UnitStatus::OutOfService));
    assert!(teller.at(NOON - 901, "d-lost", [118.91, 28.97]));

    let advice = advise(&teller.book, &wish(1, &["hazmat"]), now()).expect("advice");
    assert_eq!(ids(&advice.chosen), ["f-chosen"]);
    let why = |why| vec![why];
    let passed: Vec<(&str, Vec<Why>)> = advice
        .passed_over
        .iter()
        .map(|passed| (passed.unit.as_str(), passed.why.clone()))
        .collect();
    assert_eq!(
        passed,
        [
            (
                "a-busy",
                why(Why::Busy {
                    status: UnitStatus::Assigned,
                    until
                })
            ),
            (
                "b-plain",
                why(Why::LacksSkill {
                    skills: vec!["hazmat".into()]
                })
            ),
            ("c-broken", why(Why::OutOfService)),
            ("d-lost", why(Why::LostPosition { age_secs: 901 })),
            ("e-night", why(Why::OffShift)),
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
    assert_eq!(
        (cover.before_secs, cover.next.as_ref().map(UnitId::as_str)),
        (Some(0), Some("g-far"))
    );
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

/// The same answer straight from the definitions: every time of every unit, by slow searches, and nothing left out early.
fn slow(book: &UnitBook, wish: &Wish) -> Option<Advice> {
    let straight = book.settings().straight;
    let inside = wish.hazard.holds(wish.place);
    let pace = |millis: u32, pace: u16| {
        if millis == NEVER {
            NEVER
        } else {
            (u64::from(millis) * u64::from(pace) / 100) as u32
        }
    };
    // Milliseconds from a place to another, `closed` or not.
    let way = |from: Place, to: Place, at_node: bool, hindered: bool| -> u32 {
        let Some(roads) = book.roads() else {
            let crossed = hindered && wish.hazard.is_crossed(from, to);
            return if crossed {
                NEVER
            } else {
                straight.millis(from.metres_to(to))
            };
        };
        let closed = if hindered {
            roads.closed(&wish.closed, &wish.hazard)
        } else {
            roads.shut()
        };
        let (Some(start), Some(end)) = (roads.nearest(from, 3_000.0), roads.nearest(to, 3_000.0))
        else {
            return NEVER;
        };
        if hindered && wish.hazard.is_crossed(from, roads.place(start.0)) {
            return NEVER;
        }
        let there = slow_times(roads, end.0, &closed)[start.0.index()];
        if there == NEVER {
            return NEVER;
        }
        let end_leg = if at_node { 0 } else { straight.millis(end.1) };
        there + straight.millis(start.1) + end_leg
    };
    let target = match (inside, book.roads()) {
        (false, _) => wish.place,
        (true, None) => wish.hazard.outside(wish.place)?,
        (true, Some(roads)) => {
            let closed = roads.closed(&wish.closed, &wish.hazard);
            roads.place(roads.nearest_open(wish.place, &closed)?)
        }
    };
    let mut all: Vec<(u32, UnitId, Option<u32>, Vec<Why>, Place, Option<i64>)> = Vec::new();
    let (mut without_place, mut without_way) = (0, 0);
    for (unit, state) in book.units() {
        let here = book.place_of(unit.id.as_str());
        let free = [UnitStatus::Available, UnitStatus::Returning].contains(&state.status);
        let (place, time) = match here {
            Some(here) => (here.place, here.time),
            None if free => {
                without_place += 1;
                continue;
            }
            None => (unit.home, None),
        };
        let open = pace(way(place, target, inside, false), unit.pace);
        if open == NEVER {
            without_way += 1;
            continue;
        }
        let age = time.map(|time| now().micros_since(time) / 1_000_000);
        let mut why = Vec::new();
        match state.status {
            UnitStatus::Available | UnitStatus::Returning => {}
            UnitStatus::OutOfService => why.push(Why::OutOfService),
            status => why.push(Why::Busy {
                status,
                until: state.until,
            }),
        }
        if !unit.skills.contains(&"boat".to_owned()) {
            why.push(Why::LacksSkill {
                skills: vec!["boat".into()],
            });
        }
        if let Some(age_secs) = age.filter(|age| *age > 900) {
            why.push(Why::LostPosition { age_secs });
        }
        if unit.shift.is_some() {
            why.push(Why::OffShift);
        }
        let round = pace(way(place, target, inside, true), unit.pace);
        all.push((
            open,
            unit.id.clone(),
            (round != NEVER).then_some(round),
            why,
            place,
            age,
        ));
    }
    let mut fit: Vec<_> = all
        .iter()
        .filter(|one| one.3.is_empty() && one.2.is_some())
        .collect();
    fit.sort_by_key(|one| (one.2, one.1.clone()));
    fit.truncate(wish.choices);
    let last = (fit.len() == wish.choices)
        .then(|| fit.last().and_then(|one| one.2))
        .flatten();
    let secs = |millis: u32| millis.div_ceil(1_000);
    let cover = |chosen: &UnitId| {
        let home = book.unit(chosen.as_str()).expect("known").0.home;
        let mut times: Vec<(u32, UnitId)> = all
            .iter()
            .filter(|one| one.3.is_empty())
            .map(|one| {
                let unit = book.unit(one.1.as_str()).expect("known").0;
                (
                    pace(way(one.4, home, false, true), unit.pace),
                    one.1.clone(),
                )
            })
            .filter(|(millis, _)| *millis != NEVER)
            .collect();
        times.sort();
        let other = times.iter().find(|(_, unit)| unit != chosen);
        Cover {
            before_secs: times.first().map(|(millis, _)| secs(*millis)),
            after_secs: other.map(|(millis, _)| secs(*millis)),
            next: other.map(|(_, unit)| unit.clone()),
        }
    };
    let chosen = fit.iter().map(|one| Chosen {
        unit: one.1.clone(),
        time_secs: secs(one.2.unwrap_or_default()),
        open_secs: secs(one.0),
        age_secs: one.5,
        stale: one.5.is_some_and(|age| age > 120),
        cover: cover(&one.1),
    });
    let chosen: Vec<Chosen> = chosen.collect();
    let mut passed: Vec<&(u32, UnitId, Option<u32>, Vec<Why>, Place, Option<i64>)> = all
        .iter()
        .filter(|one| last.is_none_or(|last| one.0 < last))
        .filter(|one| chosen.iter().all(|chosen| chosen.unit != one.1))
        .collect();
    passed.sort_by_key(|one| (one.0, one.1.clone()));
    let passed_over = passed.iter().map(|one| PassedOver {
        unit: one.1.clone(),
        open_secs: secs(one.0),
        why: if one.3.is_empty() {
            vec![Why::CutOff {
                round_secs: one.2.map(secs),
            }]
        } else {
            one.3.clone()
        },
    });
    Some(Advice {
        basis: book.roads().map_or(
            Basis::Straight {
                factor: 1.4,
                kmh: 40.0,
            },
            |_| Basis::Roads,
        ),
        assembly: inside.then_some(target),
        chosen,
        passed_over: passed_over.collect(),
        passed_over_count: passed.len(),
        asked: all.len() + without_place + without_way,
        without_place,
        without_way,
    })
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
            Ok(advice) => prop_assert_eq!(Some(advice), slow(&book, &wish)),
            Err(error) => {
                prop_assert_eq!(slow(&book, &wish), None);
                prop_assert_eq!(error, AdviceError::NoWayOut);
            }
        }
    }
}
