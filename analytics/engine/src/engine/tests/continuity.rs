//! The same records give the same findings, to the byte: in any batches, and after a restart at any point.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use smallvec::SmallVec;
use yiping_model::{
    Body, Drill, DrillId, Drilled, Finding, Measured, Outcome, Position, PropertyId, Quality,
    Record, Timestamp,
};

use super::scenario::{at, catalogue, engine, laws, reading, records, rules, run};
use crate::{Engine, RestoreError, Settings};

const THINGS: [&str; 3] = ["a", "n1", "n2"];
const PROPERTIES: [&str; 8] = [
    "gas", "level", "pm25", "noise", "flow", "lasting", "swift", "frozen",
];

/// Which thing, when after the one before (secs), how far behind (secs), and its values; or a tick.
type Step = (usize, u32, u32, Vec<(usize, i32)>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pause = prop_oneof![8 => 0_u32..10, 1 => 100_u32..4_000];
    let value = (0..PROPERTIES.len(), -5_i32..400);
    let values = prop::collection::vec(value, 0..3);
    prop::collection::vec((0..THINGS.len(), pause, 0_u32..90, values), 1..80)
}

fn log(steps: &[Step]) -> Vec<Record> {
    let mut now = at("08:00:00");
    let mut log = Vec::new();
    for (thing, pause, behind, values) in steps {
        now = now + Duration::from_secs((*pause).into());
        let time = now - Duration::from_secs((*behind).into());
        log.push(Record {
            position: Position(log.len() as u64 * 3 + 1),
            received_at: now,
            body: body(*thing, time, values),
        });
    }
    log
}

fn body(thing: usize, time: Timestamp, values: &[(usize, i32)]) -> Body {
    let mut values: Vec<_> = values.to_vec();
    values.sort_unstable();
    values.dedup_by_key(|(property, _)| *property);
    if values.is_empty() {
        return Body::Tick;
    }
    let mut reading = reading("mqtt", THINGS[thing], "gas", time, 0.0);
    let measured = |(property, value): (usize, i32)| Measured {
        property: PropertyId::new(PROPERTIES[property]).expect("valid"),
        value: f64::from(value) / 10.0,
        quality: if value % 17 == 0 {
            Quality::OutOfRange
        } else {
            Quality::Good
        },
    };
    reading.values = values.into_iter().map(measured).collect::<SmallVec<_>>();
    Body::Reading(reading)
}

fn bytes(findings: &[Finding]) -> String {
    serde_json::to_string(findings).expect("findings are plain values")
}

fn whole(log: &[Record]) -> (Vec<Finding>, Engine) {
    let mut engine = engine(Settings::default());
    engine.handle(log);
    (engine.drain(), engine)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_size_of_batches_changes_nothing(steps in steps(), sizes in prop::collection::vec((1_usize..9, any::<bool>()), 1..20)) {
        let log = log(&steps);
        let (expected, once) = whole(&log);
        let mut engine = engine(Settings::default());
        let mut findings = Vec::new();
        let mut rest = log.as_slice();
        for (size, drain) in sizes.iter().cycle() {
            let (batch, after) = rest.split_at((*size).min(rest.len()));
            engine.handle(batch);
            if *drain {
                findings.extend(engine.drain());
            }
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        findings.extend(engine.drain());
        prop_assert_eq!(bytes(&findings), bytes(&expected));
        prop_assert_eq!(engine.checkpoint(), once.checkpoint());
    }

    #[test]
    fn a_restart_at_any_point_continues_with_the_same_bytes(steps in steps(), cut in any::<prop::sample::Index>()) {
        let log = log(&steps);
        let (expected, once) = whole(&log);
        let (before, after) = log.split_at(cut.index(log.len()));
        let (mut findings, stopped) = whole(before);
        let mut engine = engine(Settings::default());
        engine.restore(&stopped.checkpoint().joined()).expect("the same configuration");
        prop_assert_eq!(engine.next_deadline(), stopped.next_deadline());
        engine.handle(after);
        findings.extend(engine.drain());
        prop_assert_eq!(bytes(&findings), bytes(&expected));
        prop_assert_eq!(engine.checkpoint(), once.checkpoint());
        prop_assert_eq!(engine.counts(), once.counts());
    }

    #[test]
    fn a_drill_beside_it_changes_nothing(steps in steps(), drilled in steps()) {
        let log = log(&steps);
        let (expected, once) = whole(&log);
        // What a drill hears at the same places lies in envelopes between the real records.
        let mut beside = Vec::new();
        for (place, record) in log.iter().enumerate() {
            beside.push(record.clone());
            let (thing, _, behind, values) = &drilled[place % drilled.len()];
            let time = record.received_at - Duration::from_secs((*behind).into());
            beside.push(Record {
                position: record.position.next(),
                received_at: record.received_at,
                body: Body::Drill(Box::new(Drill {
                    drill: DrillId::new("drill-1").expect("valid"),
                    what: Drilled::Record(body(*thing, time, values)),
                })),
            });
        }
        let (findings, engine) = whole(&beside);
        prop_assert_eq!(bytes(&findings), bytes(&expected));
        prop_assert_eq!(engine.checkpoint(), once.checkpoint());
        prop_assert_eq!(engine.counts(), once.counts());
    }

    #[test]
    fn its_own_findings_in_the_log_change_nothing(steps in steps()) {
        let log = log(&steps);
        let (expected, _) = whole(&log);
        let mut mixed = log.clone();
        for finding in &expected {
            mixed.push(Record {
                position: Position(finding.cause.0 + 1),
                received_at: at("23:00:00"),
                body: Body::Finding(finding.clone()),
            });
        }
        mixed.sort_by_key(|record| record.position);
        prop_assert_eq!(bytes(&whole(&mixed).0), bytes(&expected));
    }

    #[test]
    fn causes_and_ordinals_ascend_and_never_repeat(steps in steps()) {
        let (findings, _) = whole(&log(&steps));
        let order: Vec<_> = findings.iter().map(|f| (f.cause, f.ordinal)).collect();
        prop_assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", order);
    }

    #[test]
    fn a_deadline_is_never_behind_the_clock(steps in steps()) {
        let mut engine = engine(Settings::default());
        for record in log(&steps) {
            engine.handle(std::slice::from_ref(&record));
            prop_assert!(engine.next_deadline().is_none_or(|next| next.at > record.received_at));
        }
    }

    #[test]
    fn every_finding_can_be_read_back(steps in steps()) {
        for finding in whole(&log(&steps)).0 {
            let mut bytes = Vec::new();
            let body = Body::Finding(finding);
            body.encode(&mut bytes).expect("plain values");
            prop_assert_eq!(Body::decode(body.kind(), &bytes).expect("its own bytes"), body);
        }
    }
}

#[test]
fn a_checkpoint_of_another_configuration_is_refused_and_nothing_is_lost() {
    let scenario = "08:00:00 a gas 11";
    let (_, stopped) = whole(&records(scenario));
    let checkpoint = stopped.checkpoint().joined();
    let refuse = |mut other: Engine| {
        let before = other.checkpoint();
        assert!(matches!(
            other.restore(&checkpoint),
            Err(RestoreError::OtherConfiguration)
        ));
        assert_eq!(other.checkpoint(), before);
    };
    refuse(engine(Settings {
        lateness_secs: 61,
        ..Settings::default()
    }));
    let new =
        |rules, catalogue| Engine::new(Arc::new(catalogue), rules, laws(), Settings::default());
    refuse(new(rules()[1..].to_vec(), catalogue()));
    let mut coarser = catalogue();
    let gas = PropertyId::new("gas").expect("valid");
    coarser
        .properties
        .get_mut(&gas)
        .expect("known")
        .windows
        .remove(0);
    refuse(new(rules(), coarser));
    let mut same = engine(Settings::default());
    same.restore(&checkpoint).expect("nothing differs");
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let (_, stopped) = whole(&records("08:00:00 a gas 11"));
    let checkpoint = stopped.checkpoint().joined();
    let mut engine = engine(Settings::default());
    for length in 0..checkpoint.len() {
        engine
            .restore(&checkpoint[..length])
            .expect_err("something is missing");
    }
}

#[test]
fn an_alarm_keeps_its_id_over_a_restart() {
    let mut first = engine(Settings::default());
    first.handle(&records("08:00:00 a gas 11"));
    let raised = first.drain();
    let mut second = engine(Settings::default());
    second
        .restore(&first.checkpoint().joined())
        .expect("the same configuration");
    second.handle(&records("08:00:01 a gas 1"));
    let returned = second.drain();
    let id = |findings: &[Finding]| match &findings[0].outcome {
        Outcome::Alarm(event) => event.alarm.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(id(&raised), id(&returned));
    assert!(run(&mut second, "08:00:02 a gas 1").is_empty());
}
