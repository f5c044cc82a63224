//! Who is told to be silent, and when. Patience is 60 s; the city clock ticks every second.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use yiping_model::{
    AlarmChange, AlarmEvent, AlarmId, Body, Finding, Outcome, Position, Record, ThingId,
};

use super::scenario::{Teller, at, catalogue, laws, place, reading, records, rule, same};
use crate::rule::{Lapse, Silence};
use crate::{Engine, Operator, Rule, Settings, Threshold};

/// `g1`, `g2` and `g3` are heard through the gateway `gw`; nobody else has one.
fn listener() -> Engine {
    let mut catalogue = catalogue();
    for id in ["g1", "g2", "g3"] {
        let (id, mut thing) = place(id);
        thing.parent = Some(ThingId::new("gw").expect("valid"));
        catalogue.things.insert(id, thing);
    }
    let threshold = Threshold::Above {
        raise: 10.0,
        clear: 5.0,
    };
    let silent = |id: &str, property: &str| Rule {
        operator: Operator::NoData(Silence::After(Lapse::from_secs(60))),
        ..rule(id, property, threshold)
    };
    let rules = vec![silent("mute", "bare"), silent("dumb", "level")];
    Engine::new(Arc::new(catalogue), rules, laws(), Settings::default())
}

/// With a tick in every second in which nothing else comes.
fn ticking(records: &[Record]) -> Vec<Record> {
    let mut all: Vec<Record> = Vec::new();
    for record in records {
        if let Some(last) = all.last() {
            let mut now = last.received_at + Duration::from_secs(1);
            while now < record.received_at {
                all.push(Record {
                    position: Position(0),
                    received_at: now,
                    body: Body::Tick,
                });
                now = now + Duration::from_secs(1);
            }
        }
        all.push(record.clone());
    }
    for (number, record) in (1..).zip(&mut all) {
        record.position = Position(number);
    }
    all
}

#[track_caller]
fn hears(scenario: &str, expected: &str) {
    let mut engine = listener();
    engine.handle(&ticking(&records(scenario)));
    let told = Teller::default().tell(&engine.drain());
    let lines = told.lines().filter_map(|line| line.split_once(' '));
    let told: Vec<&str> = lines.map(|(_, told)| told).collect();
    same(&told.join("\n"), expected);
}

/// Everybody of these speaks every 10 s from one second of the day's ninth hour to another.
fn talk(who: &[&str], from: u32, to: u32) -> Vec<(u32, String)> {
    let mut lines = Vec::new();
    for (number, who) in (0..).zip(who) {
        let seconds = (from..to).filter(|second| second % 10 == number % 10);
        lines.extend(seconds.map(|second| (second, format!("{who} bare {second}"))));
    }
    lines
}

fn scenario(talks: &[Vec<(u32, String)>], until: u32) -> String {
    let mut lines: Vec<(u32, String)> = talks.concat();
    lines.push((until, "tick".into()));
    lines.sort();
    let line =
        |(second, said): (u32, String)| format!("08:{:02}:{:02} {said}", second / 60, second % 60);
    lines.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_datastream_that_falls_silent_is_told_since_it_was_last_heard_and_returns_with_the_next_value()
{
    let others = talk(&["b", "c"], 0, 240);
    let one = [talk(&["a"], 0, 61), talk(&["a"], 180, 240)].concat();
    hears(
        &scenario(&[others, one], 240),
        "A raised mute a:bare 08:01:00-.. 60 extreme 60
         A returned mute a:bare 08:01:00-08:03:00 60 extreme 120",
    );
}

#[test]
fn a_dead_gateway_is_one_alarm_and_none_of_its_children() {
    let others = talk(&["b", "c"], 0, 300);
    let children = [
        talk(&["g1", "g2", "g3"], 0, 61),
        talk(&["g1", "g2", "g3"], 200, 300),
    ]
    .concat();
    hears(
        &scenario(&[others, children], 300),
        "A raised mute gw:no_data 08:01:00-.. 60 extreme 60
         A returned mute gw:no_data 08:01:00-08:03:20 60 extreme 140",
    );
}

#[test]
fn a_child_that_was_told_is_merged_into_its_gateway_and_told_again_when_that_is_back_and_it_is_not()
{
    let others = talk(&["b", "c"], 0, 420);
    let dead = talk(&["g1"], 0, 21);
    let children = [talk(&["g2", "g3"], 0, 121), talk(&["g2", "g3"], 280, 420)].concat();
    hears(
        &scenario(&[others, dead, children], 420),
        "A raised mute g1:bare 08:00:20-.. 60 extreme 60
         A withdrawn mute g1:bare 08:00:20-.. 60 extreme 60
         B raised mute gw:no_data 08:02:00-.. 60 extreme 60
         B returned mute gw:no_data 08:02:00-08:04:40 60 extreme 160
         A raised mute g1:bare 08:00:20-.. 320 extreme 320",
    );
}

#[test]
fn a_gateway_that_is_back_before_all_of_its_children_lost_patience_is_no_alarm() {
    let children = [
        talk(&["g1", "g2"], 0, 61),
        talk(&["g3"], 0, 86),
        talk(&["g1", "g2", "g3"], 130, 300),
    ];
    hears(
        &scenario(&[talk(&["b", "c"], 0, 300), children.concat()], 300),
        "",
    );
}

#[test]
fn a_silent_door_is_one_alarm_and_nothing_behind_it() {
    let radio = |lines: Vec<(u32, String)>| -> Vec<(u32, String)> {
        let by = |(second, said): (u32, String)| (second, format!("{said} via radio"));
        lines.into_iter().map(by).collect()
    };
    let others = talk(&["b", "c"], 0, 300);
    let behind = [
        talk(&["g1", "g2", "g3", "x", "y"], 0, 61),
        talk(&["g1", "g2", "g3", "x", "y"], 200, 300),
    ];
    hears(
        &scenario(&[others, radio(behind.concat())], 300),
        "A raised mute door:radio:no_data 08:01:00-.. 60 extreme 60
         A returned mute door:radio:no_data 08:01:00-08:03:20 60 extreme 140",
    );
}

#[test]
fn a_thing_with_several_datastreams_that_is_silent_is_one_alarm() {
    let others = talk(&["b", "c"], 0, 180);
    let both = [
        talk(&["a"], 0, 61),
        vec![(3, "a level 7".into()), (57, "a level 8".into())],
    ];
    hears(
        &scenario(&[others, both.concat()], 180),
        "A raised mute a:no_data 08:01:00-.. 60 extreme 60",
    );
}

#[test]
fn when_nobody_listened_nobody_was_silent() {
    let mut engine = listener();
    let before = ticking(&records(&scenario(&[talk(&["a", "b", "c"], 0, 61)], 61)));
    let after = ticking(&records(&scenario(&[talk(&["a", "b"], 600, 720)], 720)));
    engine.handle(&before);
    engine.handle(&after);
    let told = Teller::default().tell(&engine.drain());
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(
        told.contains("raised mute c:bare 08:00:52-.. 608"),
        "{told}"
    );
}

/// Who speaks (five behind two gateways and doors), and after how many seconds.
fn story() -> impl Strategy<Value = Vec<(usize, u32)>> {
    let pause = prop_oneof![8 => 0_u32..6, 1 => 20_u32..100];
    prop::collection::vec((0_usize..7, pause), 1..120)
}

const SPEAKERS: [(&str, &str); 7] = [
    ("g1", "mqtt"),
    ("g2", "mqtt"),
    ("g3", "radio"),
    ("a", "mqtt"),
    ("b", "radio"),
    ("c", "radio"),
    ("gw", "mqtt"),
];

fn log(story: &[(usize, u32)]) -> Vec<Record> {
    let mut now = at("08:00:00");
    let mut log = Vec::new();
    let mut append = |now, body| {
        log.push(Record {
            position: Position(1),
            received_at: now,
            body,
        });
    };
    for (who, pause) in story {
        now = now + Duration::from_secs((*pause).into());
        let (thing, source) = SPEAKERS[*who];
        let property = ["bare", "level", "noise"][(*pause as usize + who) % 3];
        append(
            now,
            Body::Reading(reading(source, thing, property, now, 1.0)),
        );
    }
    append(now + Duration::from_mins(5), Body::Tick);
    ticking(&log)
}

fn bytes(findings: &[Finding]) -> String {
    serde_json::to_string(findings).expect("plain values")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_restart_at_any_point_and_any_batches_change_nothing(
        story in story(), cut in any::<prop::sample::Index>(), size in 1_usize..50,
    ) {
        let log = log(&story);
        let mut whole = listener();
        whole.handle(&log);
        let expected = whole.drain();
        let (before, after) = log.split_at(cut.index(log.len()));
        let mut first = listener();
        first.handle(before);
        let mut findings = first.drain();
        let mut second = listener();
        second.restore(&first.checkpoint().joined()).expect("the same configuration");
        prop_assert_eq!(second.next_deadline(), first.next_deadline());
        for batch in after.chunks(size) {
            second.handle(batch);
        }
        findings.extend(second.drain());
        prop_assert_eq!(bytes(&findings), bytes(&expected));
        prop_assert_eq!(second.checkpoint(), whole.checkpoint());
    }

    /// In the end everybody is silent: every datastream is covered by exactly one alarm, and every alarm was begun and ended in order.
    #[test]
    fn silence_is_always_told_and_told_once(story in story()) {
        let mut engine = listener();
        engine.handle(&log(&story));
        let mut open: BTreeMap<AlarmId, AlarmEvent> = BTreeMap::new();
        for finding in engine.drain() {
            let Outcome::Alarm(event) = finding.outcome else { continue };
            match event.change {
                AlarmChange::Raised => {
                    prop_assert!(open.insert(event.alarm.clone(), event).is_none());
                }
                _ => prop_assert!(open.remove(&event.alarm).is_some()),
            }
        }
        let mut subjects: Vec<String> = open.values().map(|event| event.subject.to_string()).collect();
        subjects.sort();
        subjects.dedup();
        prop_assert_eq!(subjects.len(), open.len(), "one condition, one alarm");
        let watched = |who: &usize, pause: &u32| (*pause as usize + who) % 3 < 2;
        for (who, pause) in &story {
            if !watched(who, pause) {
                continue;
            }
            let (thing, _) = SPEAKERS[*who];
            let property = ["bare", "level"][(*pause as usize + who) % 3];
            let gateway = ["g1", "g2", "g3", "gw"].contains(&thing);
            let covers = |subject: &str| {
                subject == format!("{thing}:{property}")
                    || subject == format!("{thing}:no_data")
                    || (gateway && subject == "gw:no_data")
                    || subject.starts_with("door:")
            };
            prop_assert!(subjects.iter().any(|subject| covers(subject)), "{thing}:{property} in {subjects:?}");
        }
    }
}
