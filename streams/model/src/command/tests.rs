//! What acts look like on disk.

use super::*;
use crate::alarm::Level;
use crate::catalogue::Text;
use crate::class::Class;
use crate::id::{AlarmId, DatastreamId, TaskId};
use crate::record::{Body, Kind};
use crate::time::Timestamp;

fn command(act: CommandAct) -> Command {
    Command {
        person: Some("zhang".into()),
        seat: "1".into(),
        key: "k".into(),
        incident: IncidentId::of(&["a"]),
        seen: Some(3),
        act,
    }
}

fn survives(act: CommandAct) {
    let body = Body::Command(command(act));
    let mut bytes = Vec::new();
    body.encode(&mut bytes).expect("encodes");
    assert_eq!(Body::decode(Kind::Command, &bytes).expect("decodes"), body);
    assert_eq!(
        Class::of(Kind::Command, &bytes).expect("known"),
        body.class()
    );
    assert_eq!(body.class(), Class::Decision, "never dropped");
}

fn task() -> TaskForm {
    TaskForm {
        task: TaskId::of(&["t"]),
        template: Some("close-valve".into()),
        title: Text {
            zh: "关阀".into(),
            en: "Close the valve".into(),
        },
        role: "rescue".into(),
        assignee: None,
        sign_by: Some(Timestamp::from_secs(60)),
        done_by: None,
        remind_after_secs: 60,
        supervise_after_secs: 120,
        units: Vec::new(),
        note: String::new(),
        proof: Proof::Reading(ReadingProof {
            datastream: DatastreamId::parse("gas-1:cl2").expect("valid"),
            at_most: Some(0.5),
            at_least: None,
            for_secs: 600,
            gap_secs: 60,
        }),
    }
}

fn war() -> WarForm {
    WarForm {
        note: "下风向有学校".into(),
        by_rank: false,
        walls: vec!["wall-1".into()],
        quiet: Some(Level::Yellow),
        thresholds: vec![Threshold {
            property: DatastreamId::parse("gas-1:cl2").expect("valid").property,
            value: 2.0,
            mg_m3: Some(5.8),
            title: Text {
                zh: "撤离".into(),
                en: "Evacuate".into(),
            },
            decides: true,
        }],
        sampling: vec![Sampling {
            property: DatastreamId::parse("gas-1:cl2").expect("valid").property,
            every_secs: 1,
        }],
    }
}

#[test]
fn acts_survive_their_bytes() {
    survives(CommandAct::Open(Box::new(IncidentForm {
        title: "氯气泄漏".into(),
        class: IncidentClass::Accident,
        event_level: EventLevel::try_from(3).ok(),
        warning: Some(Level::Red),
        origins: vec![Origin::Order {
            order: "12345-1".into(),
            text: "刺鼻".into(),
        }],
        place: Some(Place {
            lon: 118.9,
            lat: 28.9,
            name: String::new(),
        }),
        area: Some("330802".into()),
        domain: None,
        affected: vec!["学校".into()],
        note: String::new(),
    })));
    survives(CommandAct::AddTask(Box::new(task())));
    survives(CommandAct::Task(Box::new(TaskAct {
        task: TaskId::of(&["t"]),
        step: Step::Prove,
        done_at: None,
        place: None,
        note: String::new(),
        photos: Vec::new(),
        to: None,
        units: Vec::new(),
        reading: Some(Proven {
            from: Timestamp::from_secs(1),
            to: Timestamp::from_secs(2),
            value: 0.1,
        }),
    })));
    survives(CommandAct::TakeCommand(Note {
        note: String::new(),
    }));
    survives(CommandAct::ToWar(Box::new(war())));
    survives(CommandAct::ToWar(Box::default()));
    survives(CommandAct::Estimate(EstimateForm {
        grams_a_sec: 500.0,
        wind_from: 45.0,
        wind_ms: 3.4,
        stability: 'D',
        note: String::new(),
    }));
    survives(CommandAct::ToPeace(PeaceForm {
        note: "泄漏已止".into(),
        by_rank: true,
    }));
    survives(CommandAct::Deferred(Box::new(DeferredForm {
        since: Timestamp::from_secs(1),
        until: Timestamp::from_secs(2),
        count: 1,
        open: 1,
        alarms: vec![DeferredAlarm {
            alarm: AlarmId::parse("00000000000000000000000000000001").expect("valid"),
            subject: DatastreamId::parse("rain-1:rain_1h").expect("valid"),
            level: Level::Blue,
            at: Timestamp::from_secs(1),
            open: true,
        }],
        asleep: Vec::new(),
    })));
}

#[test]
fn what_takes_two_and_what_a_hotline_says_survives() {
    survives(CommandAct::Propose(Box::new(PairProposal {
        what: Paired::Warn(Warning {
            level: Level::Orange,
            reach: "湖东村".into(),
            text: "关窗".into(),
            ways: String::new(),
            note: "n".into(),
        }),
    })));
    survives(CommandAct::Propose(Box::new(PairProposal {
        what: Paired::HandOver(Offer {
            to: "li".into(),
            note: "n".into(),
        }),
    })));
    survives(CommandAct::Confirm(Box::new(PairConfirm {
        proposal: "k".into(),
        what: Paired::HandOver(Offer {
            to: "li".into(),
            note: "n".into(),
        }),
        note: String::new(),
    })));
    survives(CommandAct::Recall(PairRecall {
        proposal: "k".into(),
        note: String::new(),
    }));
    survives(CommandAct::Receive(Box::new(HotlineOrder {
        order: "12345-1".into(),
        at: Timestamp::from_secs(1),
        text: "刺鼻".into(),
        category: "环保".into(),
        domain: Some("air".into()),
        place: Place {
            lon: 118.9,
            lat: 28.9,
            name: String::new(),
        },
        area: None,
    })));
    survives(CommandAct::SetAside(Attached {
        origins: Vec::new(),
        note: "n".into(),
    }));
    let sent = Sent {
        unit: crate::id::UnitId::new("fire-1").expect("valid"),
        advised: false,
        eta_secs: Some(120),
    };
    survives(CommandAct::AddTask(Box::new(TaskForm {
        units: vec![sent],
        note: "n".into(),
        ..task()
    })));
}

#[test]
fn the_bytes_of_an_act_are_frozen() {
    let body = Body::Command(command(CommandAct::Task(Box::new(TaskAct {
        task: TaskId::of(&["t"]),
        step: Step::SetOut,
        done_at: Some(Timestamp::from_secs(0)),
        place: None,
        note: "x".into(),
        photos: Vec::new(),
        to: None,
        units: Vec::new(),
        reading: None,
    }))));
    let mut bytes = Vec::new();
    body.encode(&mut bytes).expect("encodes");
    let (incident, task) = (IncidentId::of(&["a"]), TaskId::of(&["t"]));
    assert_eq!(
        String::from_utf8(bytes).expect("JSON"),
        format!(
            r#"{{"person":"zhang","seat":"1","key":"k","incident":"{incident}","seen":3,"act":"task","task":"{task}","step":"set_out","done_at":"1970-01-01T00:00:00Z","note":"x"}}"#
        )
    );
}

#[test]
fn a_level_is_one_to_four() {
    assert!(EventLevel::try_from(0).is_err());
    assert!(ResponseLevel::try_from(5).is_err());
    let romans = ResponseLevel::ALL.map(ResponseLevel::roman);
    assert_eq!(romans, ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"]);
}
