//! Tasks: the table, the evidence, and the stretches against a slow oracle.

use proptest::prelude::*;
use yiping_model::command::ReadingProof;
use yiping_model::{DatastreamId, Text};

use super::proof::Stretch;
use super::*;

/// The moves a second time, as people say them.
fn follow(stage: TaskStage) -> Vec<(Step, TaskStage)> {
    use TaskStage as S;
    let mut moves = match stage {
        S::Dispatched => vec![(Step::Sign, S::Signed), (Step::Refuse, S::Refused)],
        S::Signed => vec![
            (Step::SetOut, S::EnRoute),
            (Step::Begin, S::Working),
            (Step::Refuse, S::Refused),
        ],
        S::EnRoute => vec![(Step::Arrive, S::OnScene)],
        S::OnScene => vec![(Step::Begin, S::Working)],
        S::Working => vec![(Step::Finish, S::Done)],
        S::Done => vec![
            (Step::Verify, S::Verified),
            (Step::Prove, S::Verified),
            (Step::SendBack, S::Working),
        ],
        S::Verified => vec![(Step::Close, S::Closed), (Step::Relapse, S::Working)],
        S::Closed => vec![(Step::Relapse, S::Working)],
        S::Refused | S::Withdrawn => vec![],
    };
    if matches!(
        stage,
        S::Signed | S::EnRoute | S::OnScene | S::Working | S::Done
    ) {
        moves.extend([Step::Tell, Step::CallHelp].map(|step| (step, stage)));
    }
    moves.push((Step::HearCall, stage));
    // Whatever is not proven can be withdrawn; whatever is not said to be done can be given to somebody else.
    if !matches!(stage, S::Verified | S::Closed | S::Withdrawn) {
        moves.push((Step::Withdraw, S::Withdrawn));
        if stage != S::Done {
            moves.push((Step::Reassign, S::Dispatched));
            moves.extend([Step::Overdue, Step::Remind, Step::Supervise].map(|step| (step, stage)));
        }
    }
    moves
}

#[test]
fn every_step_that_is_not_in_the_table_is_refused() {
    for stage in STAGES {
        for step in STEPS {
            let expected = follow(stage)
                .into_iter()
                .find(|(by, _)| *by == step)
                .map(|(_, to)| to);
            assert_eq!(after(stage, step), expected, "{stage:?} {step:?}");
        }
    }
}

#[test]
fn closed_is_reached_by_proof_only() {
    let without = |step: &Step| !matches!(step, Step::Verify | Step::Prove);
    let mut reached = vec![TaskStage::Dispatched];
    let mut place = 0;
    while let Some(stage) = reached.get(place).copied() {
        for to in STEPS
            .iter()
            .filter(|step| without(step))
            .filter_map(|step| after(stage, *step))
        {
            if !reached.contains(&to) {
                reached.push(to);
            }
        }
        place += 1;
    }
    assert!(!reached.contains(&TaskStage::Verified) && !reached.contains(&TaskStage::Closed));
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn task(proof: Proof) -> Task {
    let text = || Text {
        zh: "关阀".into(),
        en: "Close the valve".into(),
    };
    let form = TaskForm {
        task: TaskId::of(&["t"]),
        template: None,
        title: text(),
        role: SmolStr::default(),
        assignee: None,
        units: Vec::new(),
        note: String::new(),
        sign_by: Some(at(300)),
        done_by: Some(at(3_600)),
        remind_after_secs: 60,
        supervise_after_secs: 600,
        proof,
    };
    Task::new(&form, &IncidentId::of(&["i"]), 1, at(0))
}

fn act(step: Step, photos: &[(&str, i64)]) -> TaskAct {
    let photo = |(digest, taken): &(&str, i64)| Photo {
        digest: (*digest).into(),
        taken_at: at(*taken),
    };
    TaskAct {
        task: TaskId::of(&["t"]),
        step,
        done_at: None,
        place: None,
        note: "because".into(),
        photos: photos.iter().map(photo).collect(),
        to: None,
        units: Vec::new(),
        reading: None,
    }
}

/// Takes a step, if it counts.
fn step(task: &mut Task, who: Option<&str>, secs: i64, act: &TaskAct) -> Result<(), Refusal> {
    let to = task.judge(act, who, at(secs))?;
    let took = Took {
        position: Position(1),
        at: at(secs),
        person: who.map(str::to_owned),
        key: format!("{secs}").into(),
        step: act.step,
        done_at: act.done_at,
        place: None,
        note: String::new(),
        photos: act.photos.clone(),
        to: act.to.clone(),
        units: act.units.clone(),
        reading: act.reading.clone(),
    };
    task.take(took, to);
    Ok(())
}

#[test]
fn evidence_is_fresh_and_checked_by_somebody_else() {
    let mut task = task(Proof::Evidence { photos: 2 });
    let plain = |by| act(by, &[]);
    for (who, secs, by) in [("li", 100, Step::Sign), ("li", 200, Step::Begin)] {
        step(&mut task, Some(who), secs, &plain(by)).expect("counts");
    }
    let finish = |photos: &[(&str, i64)]| act(Step::Finish, photos);
    let missing = |fresh| Err(Refusal::NeedsEvidence { needed: 2, fresh });
    assert_eq!(step(&mut task, Some("li"), 300, &finish(&[])), missing(0));
    let (old, twice) = ([("a", 139), ("b", 250)], [("b", 250), ("b", 260)]);
    assert_eq!(
        step(&mut task, Some("li"), 300, &finish(&old)),
        missing(1),
        "one was taken before"
    );
    assert_eq!(
        step(&mut task, Some("li"), 300, &finish(&twice)),
        missing(1),
        "one twice is one"
    );
    let other = step(
        &mut task,
        Some("wang"),
        300,
        &finish(&[("a", 210), ("b", 141)]),
    );
    assert_eq!(other, Err(Refusal::NotYours("li".into())));
    step(
        &mut task,
        Some("li"),
        300,
        &finish(&[("a", 210), ("b", 141)]),
    )
    .expect("counts");
    let own = step(&mut task, Some("li"), 400, &plain(Step::Verify));
    assert_eq!(own, Err(Refusal::NeedsAnotherPerson));
    assert_eq!(
        step(&mut task, None, 400, &plain(Step::Prove)),
        Err(Refusal::ProvenByPeople)
    );
    // Sent back, what was shown before is not fresh any more.
    step(&mut task, Some("wang"), 500, &plain(Step::SendBack)).expect("counts");
    let again = step(
        &mut task,
        Some("li"),
        600,
        &finish(&[("a", 550), ("c", 560)]),
    );
    assert_eq!(again, missing(1), "a was shown before");
    step(
        &mut task,
        Some("li"),
        600,
        &finish(&[("c", 550), ("d", 560)]),
    )
    .expect("counts");
    step(&mut task, Some("wang"), 700, &plain(Step::Verify)).expect("counts");
    step(&mut task, Some("li"), 800, &plain(Step::Close)).expect("counts");
    assert_eq!(task.stage, TaskStage::Closed);
}

#[test]
fn a_time_is_neither_ahead_nor_before_the_task() {
    let mut task = task(Proof::Evidence { photos: 0 });
    let told = |secs| TaskAct {
        done_at: Some(at(secs)),
        ..act(Step::Sign, &[])
    };
    for wrong in [71, -61] {
        assert_eq!(
            step(&mut task, Some("li"), 10, &told(wrong)),
            Err(Refusal::WrongTime)
        );
    }
    step(&mut task, Some("li"), 10, &told(70)).expect("a phone may be a minute ahead");
}

#[test]
fn lateness_goes_step_by_step_and_begins_anew_with_the_next_leg() {
    let mut task = task(Proof::Evidence { photos: 0 });
    let say = |task: &mut Task, secs, by| step(task, None, secs, &act(by, &[]));
    assert_eq!(say(&mut task, 299, Step::Overdue), Err(Refusal::NotDue));
    assert_eq!(
        say(&mut task, 400, Step::Remind),
        Err(Refusal::NotDue),
        "overdue comes first"
    );
    say(&mut task, 300, Step::Overdue).expect("due");
    assert_eq!(
        say(&mut task, 301, Step::Overdue),
        Err(Refusal::NotDue),
        "it is said once"
    );
    say(&mut task, 360, Step::Remind).expect("due");
    say(&mut task, 900, Step::Supervise).expect("due");
    assert_eq!(task.next_wake(), None);
    step(&mut task, Some("li"), 901, &act(Step::Sign, &[])).expect("late, and counts");
    assert_eq!(
        (task.late, task.next_wake()),
        (Late::No, Some((at(3_600), Step::Overdue)))
    );
}

fn wanted() -> ReadingProof {
    ReadingProof {
        datastream: DatastreamId::parse("gas-1:cl2").expect("valid"),
        at_most: Some(1.0),
        at_least: None,
        for_secs: 40,
        gap_secs: 10,
    }
}

/// The slow oracle: of everything that came so far, the longest run that ends at the newest observation, in which all that came is normal and no gap too long.
/// What came late and normal does not count; what came late and abnormal forbids all that had come until then.
fn oracle(came: &[(i64, f64)], now: i64) -> Option<(i64, i64)> {
    let mut run: Vec<i64> = Vec::new();
    for (place, (time, value)) in came.iter().enumerate() {
        let newest = came[..place].iter().map(|(time, _)| *time).max();
        let late = newest.is_some_and(|newest| *time <= newest);
        let normal = *value <= 1.0;
        match (late, normal) {
            (true, false) if run.first().is_some_and(|first| time >= first) => run.clear(),
            (true, _) => {}
            (false, false) => run.clear(),
            (false, true) => {
                if newest.is_some_and(|newest| *time > newest + 10) {
                    run.clear();
                }
                run.push(*time);
            }
        }
    }
    let (first, last) = (*run.first()?, *run.last()?);
    let newest = came.iter().map(|(time, _)| *time).max();
    (Some(last) == newest && last - first >= 40 && now <= last + 10).then_some((first, last))
}

proptest! {
    #[test]
    fn a_stretch_says_what_the_oracle_says(steps in prop::collection::vec((-15_i64..14, 0_u8..12), 1..80), late in 0_i64..15) {
        let mut stretch = Stretch::new(wanted());
        let (mut came, mut newest) = (Vec::new(), 0);
        for (ahead, kind) in steps {
            let time = newest + if kind < 9 { ahead.abs() / 2 + 1 } else { ahead };
            let value = if kind == 0 { 2.0 } else { 0.5 };
            newest = newest.max(time);
            came.push((time, value));
            stretch.take(at(time), value);
            let said = stretch.proven(at(newest + late)).map(|proven| (proven.from, proven.to));
            let expected = oracle(&came, newest + late).map(|(from, to)| (at(from), at(to)));
            prop_assert_eq!(said, expected, "{:?}", came);
        }
    }

    /// What is proven was so: everything that came within the stretch is normal.
    #[test]
    fn a_proof_is_never_too_early(steps in prop::collection::vec((-30_i64..14, 0_u8..12), 1..80)) {
        let mut stretch = Stretch::new(wanted());
        let (mut came, mut newest) = (Vec::new(), 0);
        for (ahead, kind) in steps {
            let time = newest + ahead;
            let value = if kind == 0 { 2.0 } else { 0.5 };
            newest = newest.max(time);
            came.push((time, value));
            stretch.take(at(time), value);
            if let Some(proven) = stretch.proven(at(newest)) {
                let within: Vec<_> = came.iter().filter(|(time, _)| (proven.from..=proven.to).contains(&at(*time))).collect();
                prop_assert!(within.iter().all(|(_, value)| *value <= 1.0));
                prop_assert!(proven.to.micros_since(proven.from) >= 40_000_000);
            }
        }
    }
}
