//! A story, and what its report says of it.

use yiping_model::command::{Stage, *};
use yiping_model::*;

use super::*;
use crate::command::tests::*;

fn entries(log: &[Record]) -> Vec<Entry<'static>> {
    let entries = log.iter().filter_map(|record| Entry::of(record, 1));
    let own = |entry: Entry<'_>| {
        serde_json::from_value(serde_json::to_value(&entry).expect("JSON")).expect("an entry")
    };
    entries.map(own).collect()
}

fn raised() -> Body {
    Body::Finding(Finding {
        cause: Position(1),
        ordinal: 0,
        outcome: Outcome::Alarm(AlarmEvent {
            alarm: AlarmId::parse(&format!("{:032x}", 1)).expect("valid"),
            change: AlarmChange::Raised,
            at: at(100),
            rule: RuleId::new("cl2").expect("valid"),
            rule_version: None,
            subject: gas(),
            key: None,
            level: Level::Red,
            started: at(95),
            ended: None,
            value: 3.0,
            extreme: 3.0,
            threshold: 2.0,
            before: None,
            posture: None,
        }),
    })
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn a_report_tells_the_course_the_evidence_what_was_late_and_what_was_missed() {
    let (mut world, id) = (World::default(), incident(1));
    world.now = 100;
    world.append(raised());
    world.now = 130;
    world.append(Body::Decision(Decision {
        person: Some("li".into()),
        seat: "一号席".into(),
        act: Act::Acknowledge {
            alarm: AlarmId::parse(&format!("{:032x}", 1)).expect("valid"),
            note: "看到".into(),
            seen: Some(Seen {
                position: Position(1),
                digest: "a".repeat(64),
            }),
        },
    }));
    world.now = 160;
    world.act("li", &id, open(vec![origin(1)])).expect("counts");
    world.act("li", &id, go(Stage::Assessing)).expect("counts");
    world.now = 200;
    world
        .act("wang", &id, respond(&id, 1, 200))
        .expect("counts");
    let (photo, gas_task) = (task_id(&id, "photo1"), task_id(&id, "gas1"));
    // Five minutes to sign: one is late, the other never is signed.
    world.now = 501;
    world.run();
    world.now = 520;
    for by in [
        Step::Sign,
        Step::SetOut,
        Step::Arrive,
        Step::Begin,
        Step::Finish,
    ] {
        world.now += 10;
        let act = step(photo.clone(), by, world.now);
        world.act("li", &id, act).expect("counts");
    }
    let refused = world.act("li", &id, step(photo.clone(), Step::Verify, world.now));
    assert!(refused.is_err(), "who did it does not check it");
    for (person, by) in [("wang", Step::Verify), ("wang", Step::Close)] {
        let act = step(photo.clone(), by, world.now);
        world.act(person, &id, act).expect("counts");
    }
    let act = step(gas_task, Step::Withdraw, world.now);
    world.act("wang", &id, act).expect("counts");
    world.act("wang", &id, go(Stage::Ended)).expect("counts");
    let lesson = CommandAct::Lesson(Note {
        note: "阀门钥匙要放在门卫".into(),
    });
    world.act("li", &id, lesson).expect("counts");

    let book = world.desk.book();
    let known = book.incident(&id).expect("known");
    let tasks: Vec<Task> = book.tasks_of(known).cloned().collect();
    let report = Report::of(known, &tasks, &entries(&world.log), at(900));
    assert_eq!(report.alarms.len(), 1);
    let acknowledged = report.alarms[0]
        .acknowledged
        .as_ref()
        .expect("acknowledged");
    assert_eq!(
        (acknowledged.at, acknowledged.person.as_deref()),
        (at(130), Some("li"))
    );
    let told: Vec<&str> = report
        .timeline
        .iter()
        .map(|moment| moment.what.as_str())
        .collect();
    assert_eq!(
        told,
        [
            "alarm_raised",
            "acknowledge",
            "open",
            "move",
            "respond",
            "overdue",
            "overdue",
            "sign",
            "set_out",
            "arrive",
            "begin",
            "finish",
            "verify",
            "close",
            "withdraw",
            "move",
            "lesson"
        ],
        "what did not count is not told"
    );
    assert!(
        matches!(&report.timeline[1].evidence, Some(Evidence::Screen { digest, .. }) if digest.len() == 64)
    );
    assert!(
        matches!(&report.timeline[4].evidence, Some(Evidence::Plan { plan, .. }) if plan == "leak")
    );
    assert!(
        matches!(&report.timeline[11].evidence, Some(Evidence::Photos { digests }) if digests.len() == 1)
    );
    let late: Vec<_> = report
        .late
        .iter()
        .map(|line| (line.what, line.number, line.until))
        .collect();
    assert_eq!(
        late,
        [("sign", Some(1), Some(at(530))), ("sign", Some(2), None)]
    );
    let missed: Vec<_> = report
        .missed
        .iter()
        .map(|line| (line.what, line.title.zh.as_str()))
        .collect();
    assert_eq!(
        missed,
        [
            ("task", "t"),
            ("report", "first"),
            ("report", "followup"),
            ("item", "wind")
        ]
    );
    assert_eq!(report.lessons.len(), 1);
    assert_eq!(report.lessons[0].note, "阀门钥匙要放在门卫");
    assert_eq!(report.decisive.len(), 1);
    assert_eq!(report.decisive[0].bounds, [1.0, 2.0]);
    let median = |name: &str| {
        let leg = report
            .figures
            .iter()
            .find(|leg| leg.leg == name)
            .expect("a leg");
        leg.figure.median_secs
    };
    assert_eq!(median("raised_to_acknowledged"), Some(30.0));
    assert_eq!(median("raised_to_opened"), Some(60.0));
    assert_eq!(median("opened_to_response"), Some(40.0));
    assert_eq!(median("dispatch_to_signed"), Some(330.0));
    assert_eq!(median("dispatch_to_scene"), Some(350.0));
}
