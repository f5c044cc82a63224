//! How fast the desk is with 10,000 open tasks: an act judged and taken, readings of watched datastreams, what is due, the clone that is kept, a start from it.
//!
//! `cargo run --release -p yiping-desk --example command_speed`
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "it measures, and tells"
)]

use std::time::{Duration, Instant};

use yiping_desk::command::{Counts, Desk};
use yiping_model::command::{
    IncidentClass, IncidentForm, Move, Proof, ReadingProof, Response, ResponseLevel, Stage, Step,
    TaskAct, TaskForm,
};
use yiping_model::{
    Body, Command, CommandAct, DatastreamId, IncidentId, Measured, Position, PropertyId, Quality,
    Reading, Record, SourceId, TaskId, Text, ThingId, Timestamp,
};

const INCIDENTS: usize = 100;
const TASKS: usize = 100;

struct World {
    desk: Desk,
    position: u64,
}

impl World {
    fn take(&mut self, body: Body) -> Option<bool> {
        self.position += 1;
        let record = Record {
            position: Position(self.position),
            received_at: Timestamp::from_secs(1_000),
            body,
        };
        let outcome = self.desk.take(&record)?;
        Some(outcome.verdict == Ok(Counts::New))
    }

    fn act(&mut self, incident: &IncidentId, seen: Option<u32>, act: CommandAct) -> bool {
        let command = Command {
            person: Some("li".into()),
            seat: "1".into(),
            key: format!("k{}", self.position).into(),
            incident: incident.clone(),
            seen,
            act,
        };
        let first_look = self
            .desk
            .book()
            .judge(&command, Timestamp::from_secs(1_000));
        first_look.is_ok() && self.take(Body::Command(command)) == Some(true)
    }
}

fn incident(number: usize) -> IncidentId {
    IncidentId::of(&["incident", &number.to_string()])
}

fn task(incident: usize, number: usize) -> TaskId {
    TaskId::of(&["task", &incident.to_string(), &number.to_string()])
}

fn datastream(number: usize) -> DatastreamId {
    DatastreamId {
        thing: ThingId::new(format!("gas-{number}")).expect("an id"),
        property: PropertyId::new("cl2").expect("an id"),
    }
}

fn text() -> Text {
    Text {
        zh: "切断泄漏源，使浓度恢复正常".into(),
        en: "Stop the leak until the concentration is normal".into(),
    }
}

/// Half of the tasks are proven by readings, ten tasks a datastream.
fn form(of: usize, number: usize) -> TaskForm {
    let proof = if number.is_multiple_of(2) {
        Proof::Evidence { photos: 0 }
    } else {
        Proof::Reading(ReadingProof {
            datastream: datastream((of * TASKS + number) / 20),
            at_most: Some(0.4),
            at_least: None,
            for_secs: 600,
            gap_secs: 60,
        })
    };
    TaskForm {
        task: task(of, number),
        template: Some("stop-leak".into()),
        title: text(),
        role: "source-control".into(),
        assignee: None,
        units: Vec::new(),
        note: String::new(),
        sign_by: Some(Timestamp::from_secs(2_000)),
        done_by: Some(Timestamp::from_secs(9_000)),
        remind_after_secs: 300,
        supervise_after_secs: 900,
        proof,
    }
}

fn build() -> World {
    let mut world = World {
        desk: Desk::default(),
        position: 0,
    };
    for of in 0..INCIDENTS {
        let id = incident(of);
        let open = IncidentForm {
            title: "氯气泄漏".into(),
            class: IncidentClass::Accident,
            event_level: None,
            warning: None,
            origins: Vec::new(),
            place: None,
            area: Some("330802".into()),
            domain: None,
            affected: Vec::new(),
            note: String::new(),
        };
        let assess = Move {
            to: Stage::Assessing,
            note: String::new(),
            reports: Vec::new(),
        };
        let response = Response {
            plan: "hazardous-gas".into(),
            pack: "air".into(),
            digest: "0".into(),
            title: text(),
            level: ResponseLevel::ALL[1],
            note: String::new(),
            roles: Vec::new(),
            tasks: (0..TASKS).map(|number| form(of, number)).collect(),
            reports: Vec::new(),
            items: Vec::new(),
        };
        assert!(world.act(&id, None, CommandAct::Open(Box::new(open))));
        assert!(world.act(&id, Some(1), CommandAct::Move(Box::new(assess))));
        assert!(world.act(&id, Some(2), CommandAct::Respond(Box::new(response))));
    }
    world
}

fn step(task: TaskId, step: Step) -> CommandAct {
    CommandAct::Task(Box::new(TaskAct {
        task,
        step,
        done_at: None,
        place: None,
        note: String::new(),
        photos: Vec::new(),
        to: None,
        units: Vec::new(),
        reading: None,
    }))
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let (median, late, worst) = (at(0.5), at(0.99), at(1.0));
    println!(
        "{what:<42} n {:>6}  median {median:>10.2?}  p99 {late:>10.2?}  max {worst:>10.2?}",
        times.len()
    );
}

fn timed<T>(times: &mut Vec<Duration>, work: impl FnOnce() -> T) -> T {
    let from = Instant::now();
    let made = work();
    times.push(from.elapsed());
    made
}

fn main() {
    let from = Instant::now();
    let mut world = build();
    println!(
        "{} open tasks in {INCIDENTS} incidents, built in {:.2?}",
        INCIDENTS * TASKS,
        from.elapsed()
    );
    for (name, by) in [
        ("sign", Step::Sign),
        ("begin", Step::Begin),
        ("finish", Step::Finish),
    ] {
        let mut times = Vec::new();
        for of in 0..INCIDENTS {
            for number in 0..TASKS {
                let (id, act) = (incident(of), step(task(of, number), by));
                assert!(timed(&mut times, || world.act(&id, None, act)));
            }
        }
        tell(&format!("judge and take a step: {name}"), times);
    }
    let mut times = Vec::new();
    for number in 0..50_000 {
        let reading = Reading {
            source: SourceId::new("mqtt").expect("an id"),
            thing: datastream(number % 500).thing,
            phenomenon_time: Timestamp::from_secs(1_000 + (number / 500) as i64 * 5),
            values: [Measured {
                property: PropertyId::new("cl2").expect("an id"),
                value: 0.1,
                quality: Quality::Good,
            }]
            .into_iter()
            .collect(),
        };
        timed(&mut times, || world.take(Body::Reading(reading)));
    }
    tell("a reading that ten tasks watch", times);
    let mut times = Vec::new();
    for _ in 0..100 {
        let said = timed(&mut times, || {
            world.desk.wants(Timestamp::from_secs(1_000), 256)
        });
        assert!(said.is_empty());
    }
    tell("what is due, 5,000 tasks done, none proven", times);
    let mut times = Vec::new();
    let kept = (0..20)
        .map(|_| timed(&mut times, || world.desk.clone()))
        .next_back();
    tell("the clone that is kept, under the lock", times);
    let mut times = Vec::new();
    let state = timed(&mut times, || serde_json::to_vec(&kept).expect("JSON"));
    println!("kept: {} bytes", state.len());
    tell("written, outside the lock", times);
    let mut times = Vec::new();
    for _ in 0..5 {
        timed(&mut times, || {
            let mut desk: Desk = serde_json::from_slice(&state).expect("a desk");
            desk.reindex();
            desk
        });
    }
    tell("a start from what was kept", times);
}
