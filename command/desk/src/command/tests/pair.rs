//! Acts that take two people: who may confirm, until when, what then happens; races, and random sequences.

use super::*;

const FIRST: &str = "wang";
const SECOND: &str = "zhao";

fn responding() -> (World, IncidentId) {
    let (mut world, id) = (World::default(), incident(1));
    world.act("li", &id, open(Vec::new())).expect("counts");
    world.act("li", &id, go(Stage::Assessing)).expect("counts");
    world.act(FIRST, &id, respond(&id, 1, 0)).expect("counts");
    (world, id)
}

fn level_up() -> Paired {
    match adjust(2, 1, Vec::new(), Vec::new()) {
        CommandAct::Adjust(adjusted) => Paired::Adjust(adjusted),
        _ => unreachable!("made above"),
    }
}

fn hand_over() -> Paired {
    Paired::HandOver(Offer {
        to: SECOND.into(),
        note: "换班".into(),
    })
}

fn warn() -> Paired {
    Paired::Warn(Warning {
        level: yiping_model::Level::Orange,
        reach: "湖东村".into(),
        text: "掩蔽关窗，勿外出".into(),
        ways: "短信".into(),
        note: "风转西".into(),
    })
}

fn propose(world: &mut World, id: &IncidentId, what: &Paired) -> Result<String, Refusal> {
    let act = CommandAct::Propose(Box::new(PairProposal { what: what.clone() }));
    world.act(FIRST, id, act)?;
    let known = world.desk.book().incident(id).expect("known");
    Ok(known.pending.as_ref().expect("it waits").key.to_string())
}

fn confirm(proposal: &str, what: &Paired) -> CommandAct {
    CommandAct::Confirm(Box::new(PairConfirm {
        proposal: proposal.into(),
        what: what.clone(),
        note: String::new(),
    }))
}

fn recall(proposal: &str) -> CommandAct {
    CommandAct::Recall(PairRecall {
        proposal: proposal.into(),
        note: String::new(),
    })
}

#[test]
fn nothing_happens_before_the_second_person_says_so() {
    let (mut world, id) = responding();
    for (what, act) in [
        (level_up(), "adjust"),
        (warn(), "warn"),
        (hand_over(), "hand_over"),
    ] {
        let before = world.desk.book().incident(&id).expect("known").clone();
        let key = propose(&mut world, &id, &what).expect("counts");
        let waiting = world.desk.book().incident(&id).expect("known");
        let level = |one: &crate::incident::Incident| one.response.as_ref().map(|run| run.level);
        assert_eq!(level(waiting), level(&before));
        assert_eq!(waiting.commander, before.commander);
        assert_eq!(waiting.warning, before.warning);
        world.now += 60;
        assert_eq!(
            world.act(FIRST, &id, confirm(&key, &what)),
            Err(Refusal::NeedsSecondPerson)
        );
        world
            .act(SECOND, &id, confirm(&key, &what))
            .expect("counts");
        let done = world.desk.book().incident(&id).expect("known");
        let last = done.history.back().expect("a trace");
        assert_eq!(
            (
                last.act.as_str(),
                last.person.as_deref(),
                last.second.as_deref()
            ),
            (act, Some(FIRST), Some(SECOND)),
            "two names"
        );
        assert_eq!(done.pending, None);
    }
    let done = world.desk.book().incident(&id).expect("known");
    assert_eq!(done.response.as_ref().map(|run| run.level), Some(level(1)));
    assert_eq!(done.commander.as_deref(), Some(SECOND));
    assert_eq!(done.warning, Some(yiping_model::Level::Orange));
    assert_eq!(done.warnings[0].by, [FIRST, SECOND]);
}

#[test]
fn too_late_taken_back_and_something_else() {
    let (mut world, id) = responding();
    let what = warn();
    let key = propose(&mut world, &id, &what).expect("counts");
    assert_eq!(
        propose(&mut world, &id, &level_up()),
        Err(Refusal::Pending(FIRST.into())),
        "one at a time"
    );
    assert_eq!(
        world.act(SECOND, &id, confirm("other", &what)),
        Err(Refusal::NoProposal)
    );
    assert!(matches!(
        world.act(SECOND, &id, confirm(&key, &level_up())),
        Err(Refusal::Form(_))
    ));
    assert_eq!(
        world.act(SECOND, &id, recall(&key)),
        Err(Refusal::NotProposer(FIRST.into()))
    );
    world.act(FIRST, &id, recall(&key)).expect("counts");
    assert_eq!(
        world.act(SECOND, &id, confirm(&key, &what)),
        Err(Refusal::NoProposal)
    );
    let key = propose(&mut world, &id, &what).expect("the place is free");
    world.now += 61;
    assert_eq!(
        world.act(SECOND, &id, confirm(&key, &what)),
        Err(Refusal::TooLate)
    );
    propose(&mut world, &id, &level_up()).expect("what waited too long stands in nobody's way");
}

#[test]
fn the_command_goes_to_whom_it_is_offered_and_only_from_who_has_it() {
    let (mut world, id) = responding();
    let act = CommandAct::Propose(Box::new(PairProposal { what: hand_over() }));
    assert_eq!(
        world.act("li", &id, act),
        Err(Refusal::NotCommander(FIRST.into()))
    );
    let key = propose(&mut world, &id, &hand_over()).expect("counts");
    assert_eq!(
        world.act("li", &id, confirm(&key, &hand_over())),
        Err(Refusal::NotOffered)
    );
    // It ends in between: what was proposed is judged as things are when it is confirmed.
    let tasks = world
        .desk
        .book()
        .incident(&id)
        .expect("known")
        .tasks
        .clone();
    for task in tasks {
        let act = step(task, Step::Withdraw, world.now);
        world.act(FIRST, &id, act).expect("counts");
    }
    world.act(FIRST, &id, go(Stage::Ended)).expect("counts");
    assert_eq!(
        world.act(SECOND, &id, confirm(&key, &hand_over())),
        Err(Refusal::Over)
    );
}

/// Ten thousand times two second persons confirm, or one confirms while the first takes it back: one of them counts, by the order of the log.
#[test]
fn of_two_that_answer_at_once_one_counts() {
    let (mut world, id) = responding();
    let mut dice = Dice::new(7);
    for round in 0..10_000 {
        world.now += 1;
        let what = warn();
        let key = propose(&mut world, &id, &what).expect("counts");
        world.now += i64::try_from(dice.below(61)).expect("small");
        let version = world.desk.book().incident(&id).map(|one| one.version);
        let answers = [
            ("li", confirm(&key, &what)),
            if dice.below(2) == 0 {
                (SECOND, confirm(&key, &what))
            } else {
                (FIRST, recall(&key))
            },
        ];
        let answers = if dice.below(2) == 0 {
            answers
        } else {
            let [one, two] = answers;
            [two, one]
        };
        let seen = if dice.below(2) == 0 { version } else { None };
        let verdicts = answers.map(|(person, act)| {
            let key = format!("r{round}{person}");
            let command = command(Some(person), key, &id, seen, act);
            world
                .append(Body::Command(command))
                .expect("an act")
                .verdict
        });
        assert_eq!(verdicts[0], Ok(Counts::New));
        assert!(verdicts[1].is_err(), "{verdicts:?}");
    }
    let known = world.desk.book().incident(&id).expect("known");
    let issued = known.history.iter().filter(|trace| trace.act == "warn");
    assert!(issued.clone().count() > 0);
    assert!(known.warnings.iter().all(|one| one.by[0] != one.by[1]));
    assert_eq!(
        known.warnings.len(),
        usize::try_from(known.warnings.last().expect("one").number).expect("small")
    );
}

proptest::proptest! {
    /// Random words of three people against a list of what waits: what counts, and a restart in the middle.
    #[test]
    fn random_answers_count_as_the_oracle_says(words in proptest::collection::vec((0_usize..3, 0_usize..3, 0_i64..40), 1..60)) {
        let people = [FIRST, SECOND, "li"];
        let (mut world, id) = responding();
        let mut waiting: Option<(String, usize, i64)> = None;
        for (number, (who, word, later)) in words.into_iter().enumerate() {
            world.now += later;
            let live = waiting.clone().filter(|(_, _, since)| world.now <= since + 60);
            let act = match word {
                0 => CommandAct::Propose(Box::new(PairProposal { what: warn() })),
                1 => confirm(waiting.as_ref().map_or("none", |(key, ..)| key), &warn()),
                _ => recall(waiting.as_ref().map_or("none", |(key, ..)| key)),
            };
            let expected = match word {
                0 => live.is_none(),
                1 => live.is_some_and(|(_, by, _)| by != who),
                _ => waiting.as_ref().is_some_and(|(_, by, _)| *by == who),
            };
            let key = format!("w{number}");
            let version = world.desk.book().incident(&id).map(|one| one.version);
            let said = world.append(Body::Command(command(Some(people[who]), key.clone(), &id, version, act)));
            let counted = said.expect("an act").verdict == Ok(Counts::New);
            proptest::prop_assert_eq!(counted, expected);
            if counted {
                waiting = (word == 0).then_some((key, who, world.now));
            }
            if number % 7 == 0 {
                let kept = world.kept();
                world.restart(Some(&kept));
            }
        }
        let told = world.desk.book().clone();
        world.restart(None);
        proptest::prop_assert_eq!(&told, world.desk.book());
    }
}

#[test]
fn a_unit_against_the_advice_asks_for_a_reason() {
    let (mut world, id) = responding();
    let sent = |unit: &str, advised| Sent {
        unit: yiping_model::UnitId::new(unit).expect("valid"),
        advised,
        eta_secs: Some(180),
    };
    let add = |name: &str, units: Vec<Sent>, note: &str| {
        CommandAct::AddTask(Box::new(TaskForm {
            units,
            note: note.into(),
            ..form(task_id(&id, name), Proof::Evidence { photos: 0 }, 0)
        }))
    };
    assert_eq!(
        world.act(FIRST, &id, add("a", vec![sent("bus-1", false)], " ")),
        Err(Refusal::NeedsReason)
    );
    assert!(matches!(
        world.act(
            FIRST,
            &id,
            add("a", vec![sent("bus-1", true), sent("bus-1", true)], "")
        ),
        Err(Refusal::Form(_))
    ));
    let units = vec![sent("bus-1", true), sent("bus-2", false)];
    world
        .act(FIRST, &id, add("a", units.clone(), "车在原地，司机熟路"))
        .expect("counts");
    let book = world.desk.book();
    assert_eq!(book.task(&task_id(&id, "a")).expect("known").units, units);
    let known = book.incident(&id).expect("known");
    assert_eq!(
        known.history.back().expect("a trace").note,
        "车在原地，司机熟路"
    );
    // Given to another one, it has that one's units.
    let CommandAct::Task(mut act) = step(task_id(&id, "a"), Step::Reassign, world.now) else {
        unreachable!("made above")
    };
    act.units = vec![sent("bus-3", true)];
    let task = world.act(FIRST, &id, CommandAct::Task(act));
    task.expect("counts");
    let task = world.desk.book().task(&task_id(&id, "a")).expect("known");
    assert_eq!(task.units, [sent("bus-3", true)]);
}

#[test]
fn an_order_of_a_hotline_counts_once_by_its_number() {
    let mut world = World::default();
    let order = |number: &str, words: &str| {
        CommandAct::Receive(Box::new(HotlineOrder {
            order: number.into(),
            at: at(0),
            text: words.into(),
            category: String::new(),
            domain: None,
            place: Place {
                lon: 118.9,
                lat: 28.9,
                name: String::new(),
            },
            area: None,
        }))
    };
    let mut receive = |number: &str, words: &str| {
        let id = IncidentId::of(&["order", number]);
        let command = command(None, number, &id, None, order(number, words));
        world
            .append(Body::Command(command))
            .expect("an act")
            .verdict
    };
    assert_eq!(receive("A-1", "刺鼻"), Ok(Counts::New));
    assert_eq!(receive("A-1", "刺鼻"), Ok(Counts::Again));
    assert_eq!(receive("A-1", "积水"), Err(Refusal::OrderDiffers));
    assert!(matches!(receive("", "刺鼻"), Err(Refusal::Form(_))));
    for number in 0..ORDERS_MAX {
        assert_eq!(receive(&number.to_string(), "x"), Ok(Counts::New));
    }
    assert_eq!(
        receive("A-1", "积水"),
        Ok(Counts::New),
        "memory is bounded, and the oldest goes"
    );
}
