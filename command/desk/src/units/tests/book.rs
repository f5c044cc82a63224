use proptest::prelude::*;

use super::super::check_in::Timer;
use super::super::moves;
use super::super::{MoveError, UnitBook};
use super::*;

use UnitStatus::{Assigned, Available, EnRoute, OnScene, OutOfService, Returning};

fn two() -> Teller {
    let person = Unit {
        kind: UnitKind::Person,
        account: Some("wang".into()),
        tracked: true,
        ..unit("p-1", [118.86, 28.96])
    };
    Teller::new(
        vec![unit("v-1", [118.87, 28.97]), person, shelter("s-1")],
        None,
    )
}

#[test]
fn a_deployment_goes_its_way_and_remembers_its_times() {
    let mut teller = two();
    for (secs, status) in [(10, Assigned), (70, EnRoute), (400, OnScene)] {
        assert!(teller.status(NOON + secs, "v-1", status));
    }
    let (_, state) = teller.book.unit("v-1").expect("known");
    let at = |secs| Some(Timestamp::from_secs(NOON + secs));
    assert_eq!(state.deployed, [at(10), at(70), at(400)]);
    assert_eq!((state.since, state.by.as_deref()), (at(400), Some("li")));
    assert!(teller.status(NOON + 900, "v-1", Returning));
    assert!(
        teller.status(NOON + 950, "v-1", Assigned),
        "sent elsewhere on the way home"
    );
    let (_, state) = teller.book.unit("v-1").expect("known");
    assert_eq!(state.deployed, [at(950), None, None]);
}

#[test]
fn an_illegal_move_is_refused_with_its_reason_and_changes_nothing() {
    let mut teller = two();
    let before = teller.book.unit("v-1").expect("known").1.clone();
    let (position, changed) = teller.act(NOON, "li", set("v-1", OnScene, None));
    assert!(!changed);
    assert_eq!(teller.book.unit("v-1").expect("known").1, &before);
    let said = teller.book.refusal(position).expect("refused").to_string();
    assert_eq!(
        said,
        "on_scene cannot follow available: next may be assigned, out_of_service"
    );
    assert!(
        !teller.status(NOON, "s-1", Assigned),
        "a shelter stays where it is"
    );
    assert!(teller.status(NOON, "s-1", OutOfService));
    let unknown = teller.book.judge(&set("v-9", Assigned, None));
    assert_eq!(unknown, Err(MoveError::Unknown("v-9".into())));
}

#[test]
fn whoever_saw_an_older_status_is_told_who_was_first() {
    let mut teller = two();
    let start = Some(Position::START);
    let (first, changed) = teller.act(NOON, "li", set("v-1", Assigned, start));
    assert!(changed);
    let (second, changed) = teller.act(NOON + 1, "zhao", set("v-1", OutOfService, start));
    assert!(!changed, "it was available when zhao looked");
    let refused = teller.book.refusal(second).expect("refused");
    assert_eq!(
        refused,
        &MoveError::Changed {
            status: Assigned,
            who: Some("li".into()),
            said: first
        }
    );
    assert!(
        refused
            .to_string()
            .contains("said by li, by record 1: look again"),
        "{refused}"
    );
    let (_, changed) = teller.act(NOON + 2, "zhao", set("v-1", OutOfService, Some(first)));
    assert!(changed);
}

#[test]
fn who_is_on_scene_is_heard_by_arriving_and_by_checking_in() {
    let mut teller = two();
    let check_in = Act::CheckInUnit {
        unit: id("p-1"),
        note: String::new(),
    };
    assert!(
        !teller.act(NOON, "wang", check_in.clone()).1,
        "not on scene"
    );
    assert!(teller.status(NOON, "p-1", Assigned));
    assert!(teller.status(NOON + 60, "p-1", OnScene));
    let timer = |teller: &Teller, secs| teller.book.timer("p-1", Timestamp::from_secs(NOON + secs));
    assert_eq!(timer(&teller, 60 + 899), Some(Timer::Green));
    assert_eq!(timer(&teller, 60 + 900), Some(Timer::Warning));
    assert_eq!(timer(&teller, 60 + 1_200), Some(Timer::Critical));
    // A position is no check-in: a phone tells where it lies.
    assert!(teller.at(NOON + 1_000, "p-1", [118.86, 28.96]));
    assert_eq!(timer(&teller, 60 + 1_200), Some(Timer::Critical));
    assert!(teller.act(NOON + 1_300, "wang", check_in).1);
    assert_eq!(timer(&teller, 1_301), Some(Timer::Green));
    assert!(teller.status(NOON + 1_400, "p-1", Returning));
    assert_eq!(timer(&teller, 9_999), None);
}

#[test]
fn stock_is_counted_by_item_and_places_by_what_is_taken() {
    let mut teller = two();
    let count = |item: &str, amount| Act::SetUnitStock {
        unit: id("s-1"),
        item: item.into(),
        amount,
        note: String::new(),
    };
    assert!(teller.act(NOON, "li", count("blankets", 350)).1);
    assert!(teller.act(NOON, "li", count("taken", 300)).1);
    let (_, state) = teller.book.unit("s-1").expect("known");
    assert_eq!(state.stock["blankets"], 350);
    assert_eq!(
        teller.book.judge(&count("taken", 301)),
        Err(MoveError::TooMany {
            taken: 301,
            places: 300
        })
    );
    assert_eq!(
        teller.book.judge(&count("boats", 1)),
        Err(MoveError::NoItem("boats".into()))
    );
}

#[test]
fn the_newest_position_counts_and_the_trail_is_short() {
    let mut teller = two();
    assert_eq!(
        teller.book.place_of("p-1"),
        None,
        "its phone said nothing yet"
    );
    let home = teller.book.place_of("v-1").expect("at home");
    assert_eq!(
        (home.place, home.time),
        (Place::from([118.87, 28.97]), None)
    );
    for step in 0..200 {
        let east = 118.86 + f64::from(step) * 0.001;
        assert!(teller.at(NOON + i64::from(step) * 30, "p-1", [east, 28.96]));
    }
    assert!(!teller.at(NOON + 30, "p-1", [118.0, 28.0]), "late: no news");
    assert!(
        !teller.at(NOON + 199 * 30, "p-1", [118.0, 28.0]),
        "said twice"
    );
    let (_, state) = teller.book.unit("p-1").expect("known");
    let last = state.last.as_ref().expect("a position");
    assert!((last.place.lon - 119.059).abs() < 1e-9);
    assert_eq!(state.trail.len(), 60);
    assert!(
        state
            .trail
            .iter()
            .zip(state.trail.iter().skip(1))
            .all(|(one, next)| one.time < next.time)
    );
    assert!(teller.at(NOON + 20_000, "p-1", [118.9, 28.96]));
    let (_, state) = teller.book.unit("p-1").expect("known");
    assert!(state.trail.is_empty(), "an hour is the longest");
}

/// What is done to a book in a random story.
#[derive(Debug, Clone)]
enum Step {
    Status(usize, usize, bool),
    Move(usize, i64),
    CheckIn(usize),
    Stock(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_usize..3, 0_usize..6, any::<bool>())
            .prop_map(|(unit, to, seen)| Step::Status(unit, to, seen)),
        (0_usize..3, 0_i64..3_000).prop_map(|(unit, secs)| Step::Move(unit, secs)),
        (0_usize..3).prop_map(Step::CheckIn),
        (0_u32..400).prop_map(Step::Stock),
    ]
}

const NAMES: [&str; 3] = ["p-1", "s-1", "v-1"];

fn perform(teller: &mut Teller, step: &Step, secs: i64) {
    match step {
        Step::Status(unit, to, seen) => {
            let said = teller.book.unit(NAMES[*unit]).expect("known").1.said;
            let act = set(NAMES[*unit], UnitStatus::ALL[*to], seen.then_some(said));
            teller.act(secs, "li", act);
        }
        Step::Move(unit, late) => {
            teller.at(
                secs - late,
                NAMES[*unit],
                [118.8 + *late as f64 * 1e-5, 28.9],
            );
        }
        Step::CheckIn(unit) => {
            let unit = id(NAMES[*unit]);
            let note = String::new();
            teller.act(secs, "wang", Act::CheckInUnit { unit, note });
        }
        Step::Stock(amount) => {
            let act = Act::SetUnitStock {
                unit: id("s-1"),
                item: "taken".into(),
                amount: *amount,
                note: String::new(),
            };
            teller.act(secs, "li", act);
        }
    }
}

proptest! {
    /// The status of every unit is what a slow walk through the table gives, and no more is taken than there are places.
    #[test]
    fn a_status_is_never_reached_but_by_the_table(steps in prop::collection::vec(step(), 0..80)) {
        let mut teller = two();
        let mut slow = [Available; 3];
        for (at, step) in steps.iter().enumerate() {
            perform(&mut teller, step, NOON + at as i64 * 10);
            if let Step::Status(unit, to, _) = step {
                let to = UnitStatus::ALL[*to];
                let table: Vec<UnitStatus> = if *unit == 1 {
                    moves::MOVES_OF_PLACES.iter().filter(|(from, _)| *from == slow[*unit]).flat_map(|(_, next)| next.iter().copied()).collect()
                } else {
                    moves::MOVES.iter().filter(|(from, _)| *from == slow[*unit]).flat_map(|(_, next)| next.iter().copied()).collect()
                };
                if table.contains(&to) {
                    slow[*unit] = to;
                }
            }
            for (name, status) in NAMES.iter().zip(slow) {
                prop_assert_eq!(teller.book.unit(name).expect("known").1.status, status);
            }
            prop_assert!(teller.book.unit("s-1").expect("known").1.stock["taken"] <= 300);
        }
    }

    /// A book that was kept and opened again anywhere goes on as if nothing had been.
    #[test]
    fn a_restart_anywhere_changes_nothing(steps in prop::collection::vec(step(), 1..60), cut in 0_usize..60) {
        let (mut whole, mut cut_once) = (two(), two());
        for (at, step) in steps.iter().enumerate() {
            if at == cut {
                let kept = serde_json::to_vec(&cut_once.book.checkpoint()).expect("JSON");
                let kept = serde_json::from_slice(&kept).expect("a checkpoint");
                let end = cut_once.book.position();
                cut_once.book = two().book.restored(kept, end);
                prop_assert_eq!(cut_once.book.position(), end);
            }
            perform(&mut whole, step, NOON + at as i64 * 10);
            perform(&mut cut_once, step, NOON + at as i64 * 10);
        }
        let states = |book: &UnitBook| -> Vec<_> { book.units().map(|(_, state)| state.clone()).collect() };
        prop_assert_eq!(states(&whole.book), states(&cut_once.book));
        prop_assert_eq!(whole.book.now(), cut_once.book.now());
    }
}

#[test]
fn what_was_kept_of_other_units_or_of_the_future_is_not_taken() {
    let mut teller = two();
    assert!(teller.status(NOON, "v-1", Assigned));
    let kept = teller.book.checkpoint();
    let ahead = two().book.restored(kept.clone(), Position::START);
    assert_eq!(ahead.position(), Position::START);
    let others = Teller::new(vec![unit("v-1", [118.0, 28.0])], None).book;
    assert_eq!(
        others.restored(kept, Position(9)).position(),
        Position::START
    );
}

/// Ten thousand times two people send one unit at once, each having seen it free: it is sent once, and the other is told.
#[test]
fn two_people_at_once_never_send_one_unit_twice() {
    let mut teller = two();
    for round in 0..10_000 {
        let said = teller.book.unit("v-1").expect("known").1.said;
        let people = if round % 2 == 0 {
            ["li", "zhao"]
        } else {
            ["zhao", "li"]
        };
        let seen = (round % 3 > 0).then_some(said);
        let [first, second] =
            people.map(|person| teller.act(NOON + round, person, set("v-1", Assigned, seen)));
        assert!(first.1 && !second.1);
        assert!(teller.book.refusal(first.0).is_none());
        assert!(teller.book.refusal(second.0).is_some());
        let (_, state) = teller.book.unit("v-1").expect("known");
        assert_eq!(
            (state.by.as_deref(), state.said),
            (Some(people[0]), first.0)
        );
        assert!(teller.status(NOON + round, "v-1", Available));
    }
}
