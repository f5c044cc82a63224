//! The book: random acts against a slow oracle, races, and the program's own acts over crashes.

mod oracle;
mod page;
mod pair;
mod posture;
mod story;

use yiping_model::command::*;
use yiping_model::{
    AlarmId, Body, Command, CommandAct, DatastreamId, IncidentId, Position, Record, TaskId, Text,
    Timestamp,
};

use super::*;

/// Numbers that look random and are the same each time (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).expect("32 bits") % limit
    }

    pub(crate) fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

pub(crate) fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

pub(crate) fn text(text: &str) -> Text {
    Text {
        zh: text.into(),
        en: text.into(),
    }
}

pub(crate) fn incident(number: usize) -> IncidentId {
    IncidentId::of(&["incident", &number.to_string()])
}

pub(crate) fn task_id(incident: &IncidentId, name: &str) -> TaskId {
    TaskId::of(&[incident.as_str(), name])
}

pub(crate) fn origin(number: usize) -> Origin {
    Origin::Alarm {
        alarm: AlarmId::parse(&format!("{number:032x}")).expect("valid"),
        subject: gas(),
    }
}

pub(crate) fn gas() -> DatastreamId {
    DatastreamId::parse("gas-1:cl2").expect("valid")
}

pub(crate) fn open(origins: Vec<Origin>) -> CommandAct {
    CommandAct::Open(Box::new(IncidentForm {
        title: "氯气泄漏".into(),
        class: IncidentClass::Accident,
        event_level: None,
        warning: None,
        origins,
        place: None,
        area: None,
        domain: None,
        affected: Vec::new(),
        note: String::new(),
    }))
}

pub(crate) fn form(task: TaskId, proof: Proof, now: i64) -> TaskForm {
    TaskForm {
        task,
        template: Some("t".into()),
        title: text("t"),
        role: "rescue".into(),
        assignee: None,
        units: Vec::new(),
        note: String::new(),
        sign_by: Some(at(now + 300)),
        done_by: Some(at(now + 3_600)),
        remind_after_secs: 60,
        supervise_after_secs: 600,
        proof,
    }
}

pub(crate) fn by_reading() -> Proof {
    Proof::Reading(ReadingProof {
        datastream: gas(),
        at_most: Some(1.0),
        at_least: None,
        for_secs: 40,
        gap_secs: 10,
    })
}

pub(crate) fn level(number: u8) -> ResponseLevel {
    ResponseLevel::try_from(number).expect("1 to 4")
}

/// A response with a task that a photograph proves, one that readings prove, a report and a line.
pub(crate) fn respond(of: &IncidentId, round: u32, now: i64) -> CommandAct {
    let id = |name: &str| task_id(of, &format!("{name}{round}"));
    let report = |name: &str, step, every_secs| ReportForm {
        report: name.into(),
        step,
        title: text(name),
        due: Some(at(now + 1_800)),
        every_secs,
    };
    CommandAct::Respond(Box::new(Response {
        plan: "leak".into(),
        pack: "air".into(),
        digest: "0".into(),
        title: text("leak"),
        level: level(2),
        note: String::new(),
        roles: Vec::new(),
        tasks: vec![
            form(id("photo"), Proof::Evidence { photos: 1 }, now),
            form(id("gas"), by_reading(), now),
        ],
        reports: vec![
            report("first", ReportStep::First, None),
            report("followup", ReportStep::Followup, Some(1_800)),
        ],
        items: vec![ItemForm {
            item: "wind".into(),
            kind: ItemKind::Check,
            title: text("wind"),
        }],
    }))
}

pub(crate) fn adjust(from: u8, to: u8, withdrawn: Vec<TaskId>, added: Vec<TaskForm>) -> CommandAct {
    CommandAct::Adjust(Box::new(Adjustment {
        from: level(from),
        to: level(to),
        note: "风转向".into(),
        added,
        withdrawn,
        kept: Vec::new(),
        reports_added: Vec::new(),
        reports_withdrawn: Vec::new(),
        items_added: Vec::new(),
        items_withdrawn: Vec::new(),
        roles_added: Vec::new(),
    }))
}

pub(crate) fn step(task: TaskId, step: Step, now: i64) -> CommandAct {
    let photo = Photo {
        digest: format!("{now:064x}").into(),
        taken_at: at(now),
    };
    CommandAct::Task(Box::new(TaskAct {
        task,
        step,
        done_at: None,
        place: None,
        note: "n".into(),
        photos: if step == Step::Finish {
            vec![photo]
        } else {
            Vec::new()
        },
        to: (step == Step::Reassign).then(|| "wang".into()),
        units: Vec::new(),
        reading: None,
    }))
}

pub(crate) fn go(to: Stage) -> CommandAct {
    CommandAct::Move(Box::new(Move {
        to,
        note: "n".into(),
        reports: Vec::new(),
    }))
}

pub(crate) fn command(
    person: Option<&str>,
    key: impl Into<String>,
    incident: &IncidentId,
    seen: Option<u32>,
    act: CommandAct,
) -> Command {
    Command {
        person: person.map(str::to_owned),
        seat: String::new(),
        key: key.into().into(),
        incident: incident.clone(),
        seen,
        act,
    }
}

/// A log that is only appended to, and the desk that reads it.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) log: Vec<Record>,
    pub(crate) desk: Desk,
    pub(crate) now: i64,
    keys: u32,
}

impl World {
    pub(crate) fn append(&mut self, body: Body) -> Option<Outcome> {
        let record = Record {
            position: Position(self.log.len() as u64 + 1),
            received_at: at(self.now),
            body,
        };
        self.log.push(record);
        self.desk.take(self.log.last().expect("just pushed"))
    }

    pub(crate) fn act(
        &mut self,
        person: &str,
        of: &IncidentId,
        act: CommandAct,
    ) -> Result<Counts, Refusal> {
        self.keys += 1;
        let book = self.desk.book();
        let seen = match &act {
            CommandAct::Task(act) => book.task(&act.task).map(|task| task.version),
            _ => book.incident(of).map(|incident| incident.version),
        };
        let command = command(Some(person), format!("k{}", self.keys), of, seen, act);
        self.append(Body::Command(command)).expect("an act").verdict
    }

    /// One turn of the runner: whatever the program has to say is appended.
    pub(crate) fn run(&mut self) -> usize {
        let wanted = self.desk.wants(at(self.now), 100);
        let count = wanted.len();
        for command in wanted {
            let outcome = self.append(Body::Command(command)).expect("an act");
            assert_eq!(outcome.verdict, Ok(Counts::New), "what is wanted counts");
        }
        count
    }

    pub(crate) fn reading(&mut self, secs: i64, value: f64) {
        use yiping_model::{Measured, Quality, Reading, SourceId};
        let measured = Measured {
            property: gas().property,
            value,
            quality: Quality::Good,
        };
        self.append(Body::Reading(Reading {
            source: SourceId::new("mqtt").expect("valid"),
            thing: gas().thing,
            phenomenon_time: at(secs),
            values: [measured].into_iter().collect(),
        }));
    }

    /// A desk that reads the log again, or goes on from where one was kept.
    pub(crate) fn restart(&mut self, kept: Option<&str>) {
        self.desk = match kept {
            Some(kept) => serde_json::from_str(kept).expect("as it was kept"),
            None => Desk::default(),
        };
        self.desk.reindex();
        for record in &self.log {
            self.desk.take(record);
        }
    }

    pub(crate) fn kept(&self) -> String {
        serde_json::to_string(&self.desk).expect("JSON")
    }
}
