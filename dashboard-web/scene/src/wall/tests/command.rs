//! Incidents, their posture and what waits: a snapshot and the deltas after it are the later snapshot.

use yiping_desk::command::CommandBook;
use yiping_model::command::{
    EventLevel, IncidentClass, IncidentForm, Joined, Move, PeaceForm, Proof, Response,
    ResponseLevel, Stage as At, Step, TaskAct, TaskForm, WarForm,
};
use yiping_model::{Command, CommandAct, IncidentId, Posture, TaskId};

use super::*;

fn incident(number: u8) -> IncidentId {
    IncidentId::of(&["incident", &number.to_string()])
}

fn task(number: u8) -> TaskId {
    TaskId::of(&["task", &number.to_string()])
}

fn open(area: &str) -> CommandAct {
    CommandAct::Open(Box::new(IncidentForm {
        title: "氯气泄漏".into(),
        class: IncidentClass::Accident,
        event_level: EventLevel::try_from(2).ok(),
        warning: None,
        origins: Vec::new(),
        place: None,
        area: Some(area.into()),
        domain: None,
        affected: Vec::new(),
        note: String::new(),
    }))
}

fn respond(number: u8) -> CommandAct {
    CommandAct::Respond(Box::new(Response {
        plan: "leak".into(),
        pack: "air".into(),
        digest: "0".into(),
        title: text("预案"),
        level: ResponseLevel::try_from(1 + number).expect("1 to 4"),
        note: String::new(),
        roles: Vec::new(),
        tasks: vec![TaskForm {
            task: task(number),
            template: None,
            title: text("关阀"),
            role: "rescue".into(),
            assignee: None,
            sign_by: Some(at(2_000)),
            done_by: None,
            remind_after_secs: 60,
            supervise_after_secs: 120,
            proof: Proof::Evidence { photos: 1 },
            units: Vec::new(),
            note: String::new(),
        }],
        reports: Vec::new(),
        items: Vec::new(),
    }))
}

fn go(to: At) -> CommandAct {
    CommandAct::Move(Box::new(Move {
        to,
        note: "n".into(),
        reports: Vec::new(),
    }))
}

fn step(number: u8, step: Step) -> CommandAct {
    CommandAct::Task(Box::new(TaskAct {
        task: task(number),
        step,
        done_at: None,
        place: None,
        note: "n".into(),
        photos: Vec::new(),
        to: None,
        reading: None,
        units: Vec::new(),
    }))
}

/// The how-manieth thing that is done with an incident.
fn act(what: u8, number: u8) -> CommandAct {
    let joined = || Joined {
        other: incident((number + 1) % 3),
        note: "n".into(),
    };
    match what {
        0 => open(if number == 0 { "330802" } else { "330881" }),
        1 => go(At::Assessing),
        2 => respond(number),
        3..=5 => CommandAct::ToWar(Box::new(WarForm {
            quiet: Some(Level::Orange),
            ..WarForm::default()
        })),
        6 => CommandAct::ToPeace(PeaceForm::default()),
        7 => step(number, Step::Sign),
        8 => step(number, Step::Withdraw),
        9 => go(At::Ended),
        10 => CommandAct::Merge(joined()),
        _ => CommandAct::Unmerge(joined()),
    }
}

/// Alarms of the thing `a`, which lies in 330802, and acts under the version that is right.
fn bodies(said: &[(u8, u8)]) -> Vec<Body> {
    let mut book = CommandBook::default();
    let opened = [0, 1, 2]
        .iter()
        .flat_map(|number| [(0, *number), (1, *number), (2, *number)]);
    let all: Vec<(u8, u8)> = opened.chain(said.iter().copied()).collect();
    let mut bodies: Vec<Body> = Vec::new();
    for (place, (what, number)) in all.into_iter().enumerate() {
        let body = match what {
            13 if place % 2 == 0 => of_war(alarm(place as i64, AlarmChange::Raised, None)),
            12 | 13 => alarm(place as i64, AlarmChange::Raised, None),
            14 => alarm(i64::from(number) + 10, AlarmChange::Returned, Some(9)),
            15 => acknowledge(i64::from(number) + 10, "s"),
            16 => Body::Decision(Decision {
                person: None,
                seat: String::new(),
                act: Act::SetAccount {
                    account: "li".into(),
                    display: format!("李{place}"),
                    roles: Vec::new(),
                    areas: Vec::new(),
                    domains: Vec::new(),
                    closed: false,
                },
            }),
            _ => {
                let act = act(what, number);
                let seen = match &act {
                    CommandAct::Task(act) => book.task(&act.task).map(|task| task.version),
                    _ => book.incident(&incident(number)).map(|known| known.version),
                };
                Body::Command(Command {
                    person: Some("li".into()),
                    seat: String::new(),
                    key: format!("k{place}").into(),
                    incident: incident(number),
                    seen,
                    act,
                })
            }
        };
        bodies.push(body);
        let last = records(bodies.clone()).pop().expect("just pushed");
        book.take_at(&last, |_| Some("330802"));
    }
    bodies
}

/// The same of a rule of war.
fn of_war(mut body: Body) -> Body {
    if let Body::Finding(found) = &mut body
        && let Outcome::Alarm(event) = &mut found.outcome
    {
        event.posture = Some(Posture::War {
            area: Some("330802".into()),
        });
    }
    body
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn incidents_and_what_waits_follow_by_deltas(
        said in prop::collection::vec((3_u8..17, 0_u8..3), 1..60),
        cuts in prop::collection::btree_set(0_usize..70, 0..12),
    ) {
        let mut wall = wall();
        let mut screen = wall.snapshot().state;
        for (place, record) in records(bodies(&said)).into_iter().enumerate() {
            wall.apply(&record);
            if cuts.contains(&place) {
                let delta = wall.take_delta().expect("moved");
                apply_delta(&mut screen, &delta);
                prop_assert_eq!(&screen, &wall.snapshot().state);
                // What was kept over a restart shows the same, and goes on the same.
                let kept = serde_json::to_string(&wall.checkpoint()).expect("JSON");
                let kept = serde_json::from_str(&kept).expect("as it was kept");
                wall = WallScene::restore(facts(), limits(), kept).expect("fits");
                prop_assert_eq!(&screen, &wall.snapshot().state);
            }
        }
        if let Some(delta) = wall.take_delta() {
            apply_delta(&mut screen, &delta);
        }
        prop_assert_eq!(&screen, &wall.snapshot().state);
    }
}

#[test]
fn a_war_and_what_waits_because_of_it_come_in_one_delta() {
    let mut wall = wall();
    let mut records = records(bodies(&[(3, 1), (12, 0), (6, 1)]));
    let peace = records.pop().expect("the last");
    for record in &records[..9] {
        wall.apply(record);
    }
    wall.take_delta();
    for record in &records[9..] {
        wall.apply(record);
    }
    let delta = wall.take_delta().expect("moved");
    let war = delta
        .incidents
        .iter()
        .find(|one| one.war.is_some())
        .expect("at war");
    assert_eq!(
        (war.number, delta.waiting.len(), delta.alarms.len()),
        (2, 1, 1)
    );
    assert_eq!(delta.waiting[0].alarm, delta.alarms[0].id);
    assert_eq!(delta.waiting[0].incident, 2);
    let war = war.war.as_ref().expect("at war");
    assert_eq!((war.rank, war.deferred, war.quiet), (1, 1, Some(2)));
    wall.apply(&peace);
    let delta = wall.take_delta().expect("moved");
    assert!(delta.incidents[0].war.is_none());
    assert_eq!(delta.waiting_over, [alarm_id(10).to_string()]);
}

#[test]
fn an_alarm_of_war_is_on_screens_while_an_incident_at_war_holds_its_thing() {
    let mut wall = wall();
    let mut said = bodies(&[(3, 1), (3, 0), (6, 0)]);
    said.insert(9, of_war(alarm(10, AlarmChange::Raised, None)));
    let mut seen = Vec::new();
    for record in records(said) {
        wall.apply(&record);
        seen.push(wall.snapshot().state.alarms.len());
        assert_eq!(wall.alarm(&alarm_id(10)).is_some(), seen.last() == Some(&1));
    }
    assert_eq!(
        seen[9..],
        [0, 0, 1, 0],
        "raised, war elsewhere, here, peace"
    );
}
