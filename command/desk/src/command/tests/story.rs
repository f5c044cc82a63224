//! Stories: from the report to the evaluation, and the program's own acts over crashes.

use std::collections::BTreeMap;

use super::*;
use crate::task::{Late, TaskStage};

fn started() -> (World, IncidentId, TaskId, TaskId) {
    let (mut world, id) = (World::default(), incident(1));
    assert_eq!(world.act("li", &id, open(vec![origin(1)])), Ok(Counts::New));
    world.act("li", &id, go(Stage::Assessing)).expect("counts");
    world.act("wang", &id, respond(&id, 1, 0)).expect("counts");
    let (photo, gas) = (task_id(&id, "photo1"), task_id(&id, "gas1"));
    (world, id, photo, gas)
}

fn work(world: &mut World, id: &IncidentId, task: &TaskId, steps: &[Step]) {
    for by in steps {
        world.now += 1;
        let act = step(task.clone(), *by, world.now);
        world.act("li", id, act).expect("counts");
    }
}

const TO_DONE: [Step; 5] = [
    Step::Sign,
    Step::SetOut,
    Step::Arrive,
    Step::Begin,
    Step::Finish,
];

#[test]
fn a_leak_from_the_report_to_the_evaluation() {
    let (mut world, id, photo, gas) = started();
    world.act("wang", &id, go(Stage::Handling)).expect("counts");
    work(&mut world, &id, &photo, &TO_DONE);
    work(&mut world, &id, &gas, &TO_DONE);
    let early = world.act("wang", &id, go(Stage::Ended));
    assert_eq!(early, Err(Refusal::OpenTasks(vec![1, 2])));
    let by_hand = step(gas.clone(), Step::Verify, world.now);
    assert_eq!(
        world.act("wang", &id, by_hand),
        Err(Refusal::ProvenByReadings)
    );
    for secs in 0..6 {
        world.reading(world.now + secs * 8, if secs == 0 { 3.0 } else { 0.2 });
    }
    world.now += 40;
    assert_eq!(world.run(), 0, "thirty-two seconds are not forty");
    world.reading(world.now + 8, 0.2);
    world.now += 8;
    assert_eq!(world.run(), 1, "the readings prove it");
    assert_eq!(world.run(), 0, "once");
    let act = step(photo.clone(), Step::Verify, world.now);
    world.act("wang", &id, act).expect("counts");
    for task in [&photo, &gas] {
        let act = step(task.clone(), Step::Close, world.now);
        world.act("wang", &id, act).expect("counts");
    }
    // A relapse opens it again by itself, and nothing ends meanwhile.
    world.reading(world.now + 1, 4.0);
    assert_eq!(world.run(), 1);
    let task = world.desk.book().task(&gas).expect("known");
    assert_eq!((task.stage, task.relapses), (TaskStage::Working, 1));
    assert_eq!(
        world.act("wang", &id, go(Stage::Ended)),
        Err(Refusal::OpenTasks(vec![2]))
    );
    work(&mut world, &id, &gas, &[Step::Finish]);
    for secs in 2..9 {
        world.reading(world.now + secs * 8, 0.3);
    }
    world.now += 64;
    assert_eq!(world.run(), 1);
    let act = step(gas, Step::Close, world.now);
    world.act("wang", &id, act).expect("counts");
    world.act("wang", &id, go(Stage::Ended)).expect("counts");
    assert!(!world.desk.wants_readings(), "nothing is watched any more");
    world
        .act("wang", &id, go(Stage::Evaluated))
        .expect("counts");
    let known = world.desk.book().incident(&id).expect("known");
    assert_eq!(
        (known.number, known.commander.as_deref()),
        (1, Some("wang"))
    );
}

#[test]
fn adjusting_the_level_is_one_act_and_leaves_a_trace() {
    let (mut world, id, photo, _) = started();
    let more = form(task_id(&id, "evacuate2"), Proof::Evidence { photos: 1 }, 0);
    let act = adjust(2, 1, vec![photo.clone()], vec![more]);
    world.act("wang", &id, act.clone()).expect("counts");
    let book = world.desk.book();
    let known = book.incident(&id).expect("known");
    assert_eq!(
        known.response.as_ref().map(|running| running.level),
        Some(level(1))
    );
    assert_eq!(known.tasks.len(), 3);
    let gone = book.task(&photo).expect("known");
    assert_eq!(
        (gone.stage, gone.steps[0].note.as_str()),
        (TaskStage::Withdrawn, "风转向")
    );
    assert_eq!(
        known.history.back().map(|trace| trace.what.as_str()),
        Some("Ⅱ → Ⅰ")
    );
    assert!(
        world.act("wang", &id, act).is_err(),
        "it is level one by now"
    );
}

#[test]
fn the_command_is_handed_over_by_two() {
    let (mut world, id, ..) = started();
    let offer = |to: &str| {
        CommandAct::OfferCommand(Offer {
            to: to.into(),
            note: String::new(),
        })
    };
    let take = || {
        CommandAct::TakeCommand(Note {
            note: String::new(),
        })
    };
    assert_eq!(world.act("zhao", &id, take()), Err(Refusal::NotOffered));
    assert_eq!(
        world.act("zhao", &id, offer("zhao")),
        Err(Refusal::NotCommander("wang".into()))
    );
    world.act("wang", &id, offer("zhao")).expect("counts");
    assert_eq!(world.act("li", &id, take()), Err(Refusal::NotOffered));
    world.act("zhao", &id, take()).expect("counts");
    let known = world.desk.book().incident(&id).expect("known");
    assert_eq!(
        (known.commander.as_deref(), &known.offered),
        (Some("zhao"), &None)
    );
}

#[test]
fn merged_and_taken_out_again_with_reasons() {
    let (mut world, id, ..) = started();
    let other = incident(2);
    world
        .act("li", &other, open(vec![origin(2)]))
        .expect("counts");
    let joined = |note: &str| Joined {
        other: other.clone(),
        note: note.into(),
    };
    assert_eq!(
        world.act("li", &id, CommandAct::Merge(joined(" "))),
        Err(Refusal::NeedsReason)
    );
    world
        .act("li", &id, CommandAct::Merge(joined("同一气味")))
        .expect("counts");
    assert_eq!(
        world.act("li", &other, go(Stage::Assessing)),
        Err(Refusal::Merged)
    );
    let back = CommandAct::Merge(Joined {
        other: id.clone(),
        note: "x".into(),
    });
    assert_eq!(
        world.act("li", &other, back),
        Err(Refusal::Merged),
        "no circle"
    );
    world
        .act("li", &id, CommandAct::Unmerge(joined("另一处")))
        .expect("counts");
    world
        .act("li", &other, go(Stage::Assessing))
        .expect("it stands alone again");
    let known = world.desk.book().incident(&other).expect("known");
    let acts: Vec<&str> = known
        .history
        .iter()
        .map(|trace| trace.act.as_str())
        .collect();
    assert_eq!(acts, ["open", "merged_into", "taken_out_of", "move"]);
    let attach = CommandAct::Attach(Attached {
        origins: vec![origin(2)],
        note: String::new(),
    });
    assert_eq!(world.act("li", &id, attach), Err(Refusal::Taken(2)));
}

#[test]
fn a_phone_that_was_offline_replays_its_queue_once() {
    let (mut world, id, photo, _) = started();
    let queue: Vec<Command> = TO_DONE
        .iter()
        .enumerate()
        .map(|(number, by)| {
            command(
                Some("li"),
                format!("phone-{number}"),
                &id,
                None,
                step(photo.clone(), *by, 5),
            )
        })
        .collect();
    world.now = 20;
    let mut verdicts = Vec::new();
    for command in queue[..3].iter().chain(&queue) {
        verdicts.push(
            world
                .append(Body::Command(command.clone()))
                .expect("an act")
                .verdict,
        );
    }
    let again = verdicts
        .iter()
        .filter(|verdict| **verdict == Ok(Counts::Again))
        .count();
    let new = verdicts
        .iter()
        .filter(|verdict| **verdict == Ok(Counts::New))
        .count();
    assert_eq!((again, new), (3, 5), "{verdicts:?}");
}

#[test]
fn nobody_says_what_only_the_program_says() {
    let (mut world, id, photo, gas) = started();
    for by in [
        Step::Overdue,
        Step::Remind,
        Step::Supervise,
        Step::Prove,
        Step::Relapse,
    ] {
        for task in [&photo, &gas] {
            let act = step(task.clone(), by, 0);
            assert!(world.act("li", &id, act).is_err(), "{by:?}");
        }
    }
    let anonymous = command(None, "x", &id, Some(4), go(Stage::Ended));
    let outcome = world.append(Body::Command(anonymous)).expect("an act");
    assert_eq!(outcome.verdict, Err(Refusal::NobodyActs));
}

/// Whatever crashes between reading, saying and hearing: every word of the program stands in the log once.
#[test]
fn the_program_says_nothing_twice_over_crashes() {
    for seed in 0..400 {
        let mut dice = Dice::new(seed);
        let (mut world, id, photo, gas) = started();
        let mut kept = None;
        for _ in 0..60 {
            world.now += 1 + dice.below(200) as i64;
            match dice.below(6) {
                0 => world.reading(world.now, *dice.of(&[0.1, 3.0])),
                1..=2 => {
                    let by = *dice.of(&[Step::Sign, Step::Begin, Step::Finish, Step::Close]);
                    let task = (*dice.of(&[&photo, &gas])).clone();
                    let act = step(task, by, world.now);
                    drop(world.act("li", &id, act));
                }
                3 => kept = Some(world.kept()),
                _ => {}
            }
            // A turn of the runner that breaks off after some appends, and one that does not.
            let said = world.desk.wants(at(world.now), 10);
            let cut = dice.below(said.len() + 1);
            for command in said.into_iter().take(cut) {
                world.append(Body::Command(command));
            }
            if dice.below(3) == 0 {
                world.restart(kept.as_deref().filter(|_| seed % 2 == 0));
            }
            while world.run() > 0 {}
        }
        let mut said = BTreeMap::new();
        for record in &world.log {
            if let Body::Command(command) = &record.body
                && command.act.is_automatic()
            {
                let of = match &command.act {
                    CommandAct::Task(act) => act.task.to_string(),
                    _ => command.incident.to_string(),
                };
                *said.entry((of, command.key.clone())).or_insert(0) += 1;
            }
        }
        assert!(
            said.values().all(|count| *count == 1),
            "seed {seed}: {said:?}"
        );
        let late = world
            .desk
            .book()
            .tasks()
            .filter(|task| task.late > Late::No);
        let before = world.desk.clone();
        assert!(late.count() + said.len() > 0);
        world.restart(None);
        assert_eq!(world.desk, before, "the same log, the same desk");
    }
}

#[test]
fn a_report_that_is_late_is_said_once_and_a_followup_comes_again() {
    let (mut world, id, ..) = started();
    world.now = 1_800;
    while world.run() > 0 {}
    let clocks = |world: &World| {
        let known = world.desk.book().incident(&id).expect("known").clone();
        known
            .reports
            .iter()
            .map(|clock| (clock.overdue, clock.times, clock.due()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        clocks(&world),
        [(true, 0, Some(at(1_800))), (true, 0, Some(at(1_800)))]
    );
    let give = |name: &str| {
        CommandAct::Report(Reported {
            report: name.into(),
            note: "电话报市委值班室".into(),
        })
    };
    for name in ["first", "followup"] {
        assert_eq!(world.act("li", &id, give(name)), Ok(Counts::New));
    }
    assert_eq!(
        clocks(&world),
        [(false, 1, None), (false, 1, Some(at(3_600)))]
    );
    assert_eq!(
        world.act("li", &id, give("first")),
        Ok(Counts::Again),
        "it is given"
    );
    world.now = 3_600;
    while world.run() > 0 {}
    assert_eq!(clocks(&world)[1], (true, 1, Some(at(3_600))));
}
