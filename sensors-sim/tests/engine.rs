//! The truth of each scenario, held against the engine: what the city says is fed to it record by record, and the alarms to which it settles are those
//! of the truth, with their times.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod pack;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use yiping_engine::indices::AqiLaws;
use yiping_engine::pack::{Pack, PackFile};
use yiping_engine::{Engine, Settings};
use yiping_model::{
    AlarmChange, Body, Event, Measured, Outcome, Position, PropertyId, Quality, Reading, Record,
    SourceId, Timestamp,
};
use yiping_protocols::{EventForm, EventMapping, Format, JsonMapping, RawValue};
use yiping_sim::{City, Faults, Message, Scenario, Wish, truth};

fn parse(name: &str) -> Pack {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../analytics/packs")
        .join(name);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        PackFile {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(&path).unwrap(),
        }
    });
    Pack::parse(&files.collect::<Vec<_>>()).unwrap()
}

fn measured(values: &[RawValue]) -> impl Iterator<Item = Measured> + '_ {
    values.iter().map(|raw| Measured {
        property: raw.property.clone(),
        value: raw.value,
        quality: Quality::Good,
    })
}

/// What the log holds of a message.
fn bodies(message: &Message) -> Vec<Body> {
    let event = |form| Format::Event(EventMapping::new(form, JsonMapping::default()));
    let door = match &*message.topic {
        topic if topic.contains("/detections/") => event(EventForm::Detection),
        topic if topic.contains("/tickets/") => event(EventForm::Ticket),
        _ => Format::Json(JsonMapping::default()),
    };
    let source = SourceId::new("sim").unwrap();
    let read = door.decode(&message.payload, Some(&message.topic), 100);
    let readings = read.readings.into_iter().map(|raw| {
        Body::Reading(Reading {
            source: source.clone(),
            thing: raw.thing,
            phenomenon_time: raw.phenomenon_time,
            values: measured(&raw.values).collect(),
        })
    });
    let events = read.events.into_iter().map(|raw| {
        Body::Event(Event {
            source: source.clone(),
            thing: raw.thing,
            phenomenon_time: raw.phenomenon_time,
            kind: raw.kind,
            key: raw.key,
            part: raw.part,
            values: measured(&raw.values).collect(),
        })
    });
    readings.chain(events).collect()
}

/// Rule, thing, property, track, beginning, end.
type Found = BTreeSet<(
    String,
    String,
    String,
    Option<String>,
    Timestamp,
    Option<Timestamp>,
)>;

/// What the engine settles to, and what ought to be found.
fn both(scenario: Scenario, name: &str, faults: &Faults) -> (Found, Found) {
    let city = pack::city_of(
        &[name],
        |settings| {
            settings.scenario = scenario;
            settings.faults = faults.clone();
        },
        "2026-06-03T02:00:00Z",
    );
    let to = city.scenario_over().unwrap() + Duration::from_mins(10);
    (settled(city.run(to), name), ought(&city, to, name))
}

/// What the engine settles to when it hears these messages.
fn settled(messages: impl Iterator<Item = Message>, name: &str) -> Found {
    let pack = parse(name);
    let mut engine = Engine::new(
        Arc::new(pack::catalogue(&[name])),
        pack.rules.clone(),
        AqiLaws::default(),
        Settings::default(),
    )
    .deriving(pack.derived, pack.classes);
    let mut position = 0;
    let mut tick = None;
    let mut alarms = BTreeMap::new();
    for message in messages {
        let mut records = Vec::new();
        let mut append = |received_at: Timestamp, body: Body| {
            position += 1;
            records.push(Record {
                position: Position(position),
                received_at,
                body,
            });
        };
        // The city clock ticks every second.
        let second = message.at.as_secs();
        for secs in tick.unwrap_or(second)..second {
            append(Timestamp::from_secs(secs + 1), Body::Tick);
        }
        tick = Some(second);
        for body in bodies(&message) {
            append(message.at, body);
        }
        engine.handle(&records);
        for finding in engine.drain() {
            let Outcome::Alarm(alarm) = finding.outcome else {
                continue;
            };
            match alarm.change {
                AlarmChange::Withdrawn { .. } => alarms.remove(&alarm.alarm),
                _ => alarms.insert(alarm.alarm.clone(), alarm),
            };
        }
    }
    let settled = alarms.into_values().map(|alarm| {
        (
            alarm.rule.to_string(),
            alarm.subject.thing.to_string(),
            alarm.subject.property.to_string(),
            alarm.key.map(|key| key.to_string()),
            alarm.started,
            alarm.ended,
        )
    });
    settled.collect()
}

fn ought(city: &City, to: Timestamp, name: &str) -> Found {
    let ought = truth(city, city.start(), to, &pack::rules(&[name])).alarms;
    let ought = ought.into_iter().map(|alarm| {
        (
            alarm.rule.to_string(),
            alarm.thing.to_string(),
            alarm.property.to_string(),
            alarm.key,
            alarm.started,
            alarm.ended,
        )
    });
    ought.collect()
}

fn compare(scenarios: &[(Scenario, &str)], faults: &Faults) {
    let mut wrong = Vec::new();
    for (scenario, name) in scenarios {
        let (settled, ought) = both(*scenario, name, faults);
        assert!(!ought.is_empty());
        let surplus = settled.difference(&ought);
        wrong.extend(surplus.map(|alarm| format!("{scenario}: too much {alarm:?}")));
        let missing = ought.difference(&settled);
        wrong.extend(missing.map(|alarm| format!("{scenario}: missing {alarm:?}")));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_engine_settles_to_the_truth_of_every_scenario() {
    let all = [
        (Scenario::Leak, "air"),
        (Scenario::Crowd, "video"),
        (Scenario::HallBreakdown, "service-hall"),
        (Scenario::GatewayDying, "street"),
        (Scenario::SensorDrifting, "street"),
        (Scenario::Discharge, "water"),
        (Scenario::Fire, "video"),
        (Scenario::StationFailing, "air"),
        (Scenario::Flood, "water"),
    ];
    compare(&all, &Faults::default());
}

/// What comes later than the engine waits for needs history, and silences are told by the time of arrival: both are for the whole program.
#[test]
fn with_faults_within_the_lateness_it_settles_to_the_same() {
    let faults = Faults {
        duplicated: 0.03,
        out_of_order: 0.05,
        skewed_clock: 0.1,
        silent: 0.02,
        stuck: 0.05,
        garbage: 0.02,
        ..Faults::default()
    };
    let some = [
        (Scenario::Leak, "air"),
        (Scenario::Crowd, "video"),
        (Scenario::HallBreakdown, "service-hall"),
        (Scenario::Discharge, "water"),
        (Scenario::Fire, "video"),
        (Scenario::Flood, "water"),
    ];
    compare(&some, &faults);
}

/// What is said when chlorine is asked for every second for two hours from a time on.
fn asked(city: &City, from: Timestamp, to: Timestamp) -> Vec<Message> {
    let wish = Wish {
        property: PropertyId::new("cl2").unwrap(),
        area: Some("3308".to_owned()),
        datastreams: Vec::new(),
        every_secs: 1,
    };
    let mut messages = city.run(to);
    let mut said = Vec::new();
    for (until, next) in [(from, vec![wish]), (from + Duration::from_hours(2), vec![])] {
        while messages.peek_at().is_some_and(|at| at < until) {
            said.extend(messages.next());
        }
        messages.ask(&next, until);
    }
    said.extend(messages);
    said
}

/// Longer than the hour after which a detector that stands still is told: neither that, nor silence when it is over.
#[test]
fn an_asked_period_raises_no_alarm_of_its_own() {
    for scenario in [Scenario::None, Scenario::Leak] {
        let start = "2026-06-03T02:00:00Z";
        let city = pack::city_of(
            &["air"],
            |settings| {
                settings.scenario = scenario;
                settings.history_hours = 1;
            },
            start,
        );
        let to = city.start() + Duration::from_hours(3);
        let said = asked(&city, city.start() + Duration::from_mins(10), to);
        let script = city.run(to).count();
        assert!(said.len() > script + 7_200, "{} {script}", said.len());
        let who = |found: Found| -> BTreeSet<(String, String)> {
            found
                .into_iter()
                .map(|(rule, thing, ..)| (rule, thing))
                .collect()
        };
        let (found, without) = (
            settled(said.into_iter(), "air"),
            settled(city.run(to), "air"),
        );
        assert_eq!(without.is_empty(), scenario == Scenario::None);
        assert_eq!(who(found), who(without), "{scenario}");
    }
}
