//! The register changes while the program runs.

use super::super::{Draft, Effect, MoveError, UnitBook, import};
use super::*;

fn define(unit: &Unit) -> Act {
    Act::SetUnit {
        unit: unit.id.clone(),
        definition: import::definition(unit).expect("canonical"),
    }
}

fn one() -> Teller {
    Teller::new(vec![unit("v-1", [118.87, 28.97])], None)
}

fn ids(book: &UnitBook) -> Vec<&str> {
    book.units().map(|(unit, _)| unit.id.as_str()).collect()
}

#[test]
fn units_are_added_changed_and_retired_and_what_is_known_of_the_others_stays() {
    let mut teller = one();
    assert!(teller.status(NOON, "v-1", UnitStatus::Assigned));
    for name in ["v-3", "a-1", "v-0"] {
        assert!(
            teller
                .act(NOON, "root", define(&unit(name, [118.8, 28.9])))
                .1
        );
    }
    assert_eq!(ids(&teller.book), ["a-1", "v-0", "v-1", "v-3"]);
    let mut changed = unit("v-1", [118.7, 28.8]);
    changed.skills = vec!["boat".into()];
    assert!(teller.act(NOON, "root", define(&changed)).1);
    let (known, state) = teller.book.unit("v-1").expect("known");
    assert_eq!(known, &changed);
    assert_eq!(state.status, UnitStatus::Assigned);

    changed.retired = true;
    assert!(teller.act(NOON, "root", define(&changed)).1);
    assert_eq!(ids(&teller.book), ["a-1", "v-0", "v-3"]);
    let back = set("v-1", UnitStatus::Available, None);
    assert_eq!(
        teller.book.judge(&back),
        Err(MoveError::Unknown("v-1".into()))
    );
    assert_eq!(teller.book.everything().len(), 4);
    changed.retired = false;
    assert!(teller.act(NOON, "root", define(&changed)).1);
    let (_, state) = teller.book.unit("v-1").expect("there again");
    assert_eq!(state.status, UnitStatus::Assigned);
}

#[test]
fn what_the_register_does_not_take_is_refused_with_its_reason() {
    let mut teller = one();
    let mut carried = unit("v-1", [118.8, 28.9]);
    carried.account = Some("wang".into());
    assert!(teller.act(NOON, "root", define(&carried)).1);
    let mut second = unit("v-2", [118.8, 28.9]);
    second.account = Some("wang".into());
    let (position, taken) = teller.act(NOON, "root", define(&second));
    assert!(!taken);
    let why = teller.book.refusal(position).expect("refused").to_string();
    assert!(why.contains("a person carries one phone"), "{why}");
    // A retired one carries none.
    carried.retired = true;
    assert!(teller.act(NOON, "root", define(&carried)).1);
    assert!(teller.act(NOON, "root", define(&second)).1);
    let other = Act::SetUnit {
        unit: id("v-9"),
        definition: import::definition(&second).expect("canonical"),
    };
    assert!(!teller.act(NOON, "root", other).1);
    let none = Act::SetUnit {
        unit: id("v-9"),
        definition: "{}".into(),
    };
    assert!(!teller.act(NOON, "root", none).1);
}

#[test]
fn a_restart_keeps_what_was_changed() {
    let mut teller = one();
    assert!(
        teller
            .act(NOON, "root", define(&unit("v-2", [118.8, 28.9])))
            .1
    );
    assert!(teller.status(NOON, "v-2", UnitStatus::Assigned));
    let kept = serde_json::to_vec(&teller.book.checkpoint()).expect("JSON");
    let kept = serde_json::from_slice(&kept).expect("a checkpoint");
    let again = one().book.restored(kept, teller.book.position());
    assert_eq!(ids(&again), ["v-1", "v-2"]);
    let (_, state) = again.unit("v-2").expect("known");
    assert_eq!(state.status, UnitStatus::Assigned);
}

#[test]
fn a_draft_says_what_each_row_would_do() {
    let teller = one();
    let mut draft = Draft::of(&teller.book);
    let mut first = unit("v-1", [118.87, 28.97]);
    assert_eq!(draft.try_unit(&first), Ok(Effect::None));
    first.account = Some("wang".into());
    assert_eq!(draft.try_unit(&first), Ok(Effect::Changed));
    let mut second = unit("v-2", [118.87, 28.97]);
    assert_eq!(draft.try_unit(&second), Ok(Effect::Added));
    second.account = Some("wang".into());
    assert!(draft.try_unit(&second).is_err());
    assert_eq!(ids(&teller.book), ["v-1"], "the book is as it was");
}
