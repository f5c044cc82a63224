//! Derived values under random interleavings, against slow and obvious ones that sort everything first.

mod limits;
mod oracle;
mod stories;
mod vectors;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use yiping_model::{
    Body, Catalogue, DatastreamId, DerivedResult, Event, EventKey, EventKind, Finding, Outcome,
    Position, Record, SourceId, Thing, ThingId, Timestamp,
};

use super::{ClassLaw, Derived};
use crate::indices::AqiLaws;
use crate::testing::{self, at, property, property_id, reading, rule, thing};
use crate::{Engine, Rule, Settings, Threshold};

const FORMULAS: &str = r#"
    [[derived]]
    id = "waiting_mean"
    kind = "hall"
    every = "5m"
    window = { of = "waiting", length = "10m", take = "mean" }

    [[derived]]
    id = "waiting"
    kind = "hall"
    every = "1m"
    pair = { begin = "taken", end = ["called"], drop = ["left"], by = "ticket", tell = "open", longest = "15m" }

    [[derived]]
    id = "wait_mean"
    kind = "hall"
    every = "1m"
    pair = { begin = "taken", end = ["called"], drop = ["left"], by = "ticket", tell = "duration_mean", length = "10m", longest = "15m" }

    [[derived]]
    id = "wait_p80"
    kind = "hall"
    every = "2m"
    pair = { begin = "taken", end = ["called"], drop = ["left"], by = "ticket", tell = "duration_q0.8", length = "20m", longest = "15m" }

    [[derived]]
    id = "left_10m"
    kind = "hall"
    every = "1m"
    pair = { begin = "taken", end = ["called"], drop = ["left"], by = "ticket", tell = "dropped", length = "10m", longest = "15m" }

    [[derived]]
    id = "begun_10m"
    kind = "hall"
    every = "1m"
    pair = { begin = "taken", end = ["called"], drop = ["left"], by = "ticket", tell = "begun", length = "10m", longest = "15m" }

    [[derived]]
    id = "abandon"
    kind = "hall"
    every = "1m"
    ratio = { of = "left_10m", over = "begun_10m", factor = 100 }

    [[derived]]
    id = "windows_open"
    kind = "hall"
    every = "1m"
    pair = { begin = "taken", end = ["called"], by = "part", tell = "open", longest = "40m" }

    [[derived]]
    id = "sum_10m"
    every = "1m"
    window = { of = "rain", length = "10m", take = "sum" }

    [[derived]]
    id = "median_10m"
    every = "1m"
    window = { of = "rain", length = "10m", take = "q0.5" }

    [[derived]]
    id = "rise"
    every = "1m"
    rate = { of = "rain", over = "5m" }

    [[derived]]
    id = "fall_from"
    every = "1m"
    neighbour = { of = "rain", tell = "difference", delay = "3m" }

    [[derived]]
    id = "called_cell"
    kind = "hall"
    every = "1m"
    count = { of = "called", length = "10m", cell = 7 }
"#;

#[derive(Deserialize)]
struct File {
    derived: Vec<Derived>,
}

fn catalogue() -> Catalogue {
    let gauge = ["rain", "sum_10m", "median_10m", "rise", "fall_from"];
    let (id, plain) = thing("g1", "gauge", &gauge);
    let first = Thing {
        neighbour: ThingId::new("g2").ok(),
        ..plain
    };
    testing::catalogue(
        [property("rain", 60, &[])],
        [
            thing("h1", "hall", &[]),
            thing("h2", "hall", &[]),
            (id, first),
            thing("g2", "gauge", &gauge[..4]),
        ],
    )
}

fn rules() -> Vec<Rule> {
    let above = |raise, clear| Threshold::Above { raise, clear };
    vec![
        rule("queue", "waiting", above(2.0, 2.0)),
        rule("storm", "sum_10m", above(20.0, 10.0)),
    ]
}

fn engine(settings: Settings) -> Engine {
    let file: File = toml::from_str(FORMULAS).expect("formulas");
    Engine::new(Arc::new(catalogue()), rules(), AqiLaws::default(), settings)
        .deriving(file.derived, Vec::<ClassLaw>::new())
}

/// An input: what, when, and by how many seconds it is delayed.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    secs: u32,
    delay: u32,
    thing: &'static str,
    what: What,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Rain(i32),
    Event(&'static str, u8, u8),
}

fn time(secs: u32) -> Timestamp {
    at("08:00:00") + Duration::from_secs(secs.into())
}

fn body(told: &Told) -> Body {
    let phenomenon_time = time(told.secs);
    match told.what {
        What::Rain(value) => Body::Reading(reading(
            "mqtt",
            told.thing,
            "rain",
            phenomenon_time,
            value.into(),
        )),
        What::Event(kind, ticket, part) => Body::Event(Event {
            source: SourceId::new("mqtt").expect("valid"),
            thing: ThingId::new(told.thing).expect("valid"),
            phenomenon_time,
            kind: EventKind::new(kind).expect("valid"),
            key: Some(EventKey::new(format!("t{ticket}")).expect("valid")),
            part: Some(EventKey::new(format!("w{part}")).expect("valid")),
            values: [].into_iter().collect(),
        }),
    }
}

/// In the order of arrival, and a tick long afterwards.
fn records(told: &[Told]) -> Vec<Record> {
    let mut told: Vec<&Told> = told.iter().collect();
    told.sort_by_key(|told| told.secs + told.delay);
    let inputs = told
        .into_iter()
        .map(|told| (time(told.secs + told.delay), body(told)));
    let ticks = [at("15:00:00"), at("15:01:00")].map(|at| (at, Body::Tick));
    let numbered = (1..).zip(inputs.chain(ticks));
    let record = |(number, (received_at, body))| Record {
        position: Position(number),
        received_at,
        body,
    };
    numbered.map(record).collect()
}

fn derived(findings: &[Finding]) -> Vec<DerivedResult> {
    let derived = findings
        .iter()
        .filter_map(|finding| match &finding.outcome {
            Outcome::Derived(result) => Some(result.clone()),
            _ => None,
        });
    derived.collect()
}

/// What counts in the end: of each time the greatest revision; no value is as if nothing was told.
fn settled(results: &[DerivedResult]) -> BTreeMap<(DatastreamId, Timestamp), (f64, u32)> {
    let mut settled: BTreeMap<(DatastreamId, Timestamp), &DerivedResult> = BTreeMap::new();
    for result in results {
        let name = (result.datastream.clone(), result.time);
        let before = settled.insert(name, result);
        assert_eq!(
            result.revision,
            before.map_or(result.revision.min(1), |before| before.revision + 1)
        );
        let said = before.and_then(|before| before.value);
        assert_eq!(
            result.before.map(|before| before.value),
            (result.revision > 0).then_some(said)
        );
    }
    let counted = settled
        .into_iter()
        .filter(|((_, at), _)| *at <= self::at("11:00:00"));
    counted
        .filter_map(|(name, result)| Some((name, (result.value?, result.inputs))))
        .collect()
}
