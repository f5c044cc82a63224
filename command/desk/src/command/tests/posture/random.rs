//! Random acts of war and peace against a slow oracle, and two people at once.

use super::*;

/// Random acts and alarms on three incidents. The oracle keeps who is at war since which act, and knows which alarms it must find.
#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn random_wars_wait_as_the_oracle_says_and_war_then_peace_changes_nothing() {
    const LEVELS: [Level; 4] = [Level::Red, Level::Orange, Level::Yellow, Level::Blue];
    let own = [Some("330803"), Some("330802"), None];
    let (mut waited, mut reversed) = (0, 0);
    for seed in 0..200 {
        let mut dice = Dice::new(seed);
        let mut city = City::default();
        let ids = [0, 1, 2].map(|number| {
            let response = 1 + dice.below(3) as u8;
            city.responding(number, own[number], response)
        });
        let mut quiet: BTreeMap<usize, Level> = BTreeMap::new();
        let mut raised = 0;
        for _ in 0..120 {
            let number = dice.below(3);
            let id = &ids[number];
            match dice.below(8) {
                0 => {
                    let limit = *dice.of(&LEVELS[1..]);
                    let said = city.act("li", id, to_war(Some(limit)));
                    if said == Ok(Counts::New) {
                        quiet.insert(number, limit);
                    }
                }
                1 => {
                    let said = city.act("li", id, to_peace());
                    let was = quiet.remove(&number).is_some();
                    assert_eq!(said == Ok(Counts::New), was, "seed {seed}");
                }
                2 => {
                    let before = city.posture();
                    if !quiet.contains_key(&number) {
                        let said = city.act("li", id, to_war(Some(Level::Blue)));
                        assert_eq!(said, Ok(Counts::New));
                        assert_eq!(city.act("li", id, to_peace()), Ok(Counts::New));
                        assert_eq!(city.posture(), before, "seed {seed}");
                        reversed += 1;
                    }
                }
                3 if raised > 0 => {
                    let number = dice.below(raised);
                    if dice.below(2) == 0 {
                        city.acknowledge(number);
                    } else {
                        city.alarm(number, "b", Level::Blue, AlarmChange::Returned);
                    }
                }
                4 => {
                    city.tell();
                    let (thing, _) = *dice.of(&AREAS);
                    let change = if dice.below(2) == 0 {
                        AlarmChange::Raised
                    } else {
                        AlarmChange::Returned
                    };
                    city.of_war(1_000 + dice.below(9), thing, change);
                }
                _ => {
                    let (thing, lies) = *dice.of(&AREAS);
                    let level = *dice.of(&LEVELS);
                    let found = city.raise(raised, thing, level);
                    raised += 1;
                    let inside = quiet.keys().any(|one| own[*one] == lies && lies.is_some());
                    let limit = quiet
                        .iter()
                        .filter(|(one, _)| own[**one].is_some())
                        .any(|(_, limit)| level >= *limit);
                    let expected = lies.is_some() && level != Level::Red && !inside && limit;
                    assert_eq!(found, expected, "seed {seed} {thing} {level:?} {quiet:?}");
                    waited += usize::from(found);
                }
            }
            for alarm in city.book.waiting().values() {
                assert!(quiet.keys().any(|one| ids[*one] == *alarm), "seed {seed}");
            }
        }
        city.read_again();
    }
    assert!(waited > 500 && reversed > 500, "{waited} {reversed}");
}

/// Two people see the same book and switch at once; both acts go into the log.
#[test]
fn of_two_that_switch_at_once_one_counts() {
    for round in 0..10_000_u32 {
        let mut city = City::default();
        let id = city.responding(0, Some("330803"), 2);
        if round % 2 == 1 {
            assert_eq!(city.act("li", &id, to_war(None)), Ok(Counts::New));
        }
        let act = if round % 2 == 0 {
            to_war(None)
        } else {
            to_peace()
        };
        let [above, back] = by_rank("r");
        let other = if round % 2 == 0 { above } else { back };
        let seen = city.book.incident(&id).map(|incident| incident.version);
        let mut pair = [
            command(Some("li"), "one", &id, seen, act),
            command(Some("zhao"), "two", &id, seen, other),
        ];
        if round % 3 == 0 {
            pair.swap(0, 1);
        }
        let [first, second] = pair.map(|one| city.append(Body::Command(one)).expect("an act"));
        assert_eq!(first.verdict, Ok(Counts::New));
        assert!(matches!(second.verdict, Err(Refusal::Stale { .. })));
        let known = city.book.incident(&id).expect("known");
        assert_eq!(known.war.is_some(), round % 2 == 0);
    }
}
