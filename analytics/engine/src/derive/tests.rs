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
    Body, Catalogue, DatastreamId, DerivedResult, Event, EventKey, EventKind, Finding, Level,
    Measured, Outcome, Position, Property, PropertyId, Quality, Reading, Record, RuleId, SourceId,
    Text, Thing, ThingId, Timestamp, Zone,
};

use super::{ClassLaw, Derived};
use crate::indices::AqiLaws;
use crate::{Engine, Limits, Operator, Rule, Settings, Threshold};

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

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("2026-03-01T{text}+08:00")).expect("a time")
}

fn text(text: &str) -> Text {
    Text {
        zh: text.into(),
        en: text.into(),
    }
}

fn property(id: &str) -> PropertyId {
    PropertyId::new(id).expect("valid")
}

fn thing(id: &str, kind: &str, properties: &[&str], neighbour: Option<&str>) -> (ThingId, Thing) {
    let thing = Thing {
        id: ThingId::new(id).expect("valid"),
        name: text(id),
        kind: kind.into(),
        lon: 118.87,
        lat: 28.97,
        area: None,
        properties: properties.iter().map(|id| property(id)).collect(),
        period_secs: None,
        parent: None,
        neighbour: neighbour.map(|id| ThingId::new(id).expect("valid")),
        limits: BTreeMap::new(),
    };
    (thing.id.clone(), thing)
}

fn catalogue() -> Catalogue {
    let rain = Property {
        id: property("rain"),
        title: text("rain"),
        symbol: "R".into(),
        unit: "mm".into(),
        decimals: 1,
        valid: None,
        period_secs: 60,
        windows: Vec::new(),
        quantiles: Vec::new(),
        cells: None,
        early: None,
    };
    let gauge = ["rain", "sum_10m", "median_10m", "rise", "fall_from"];
    Catalogue {
        city: text("q"),
        zone: Zone::named("Asia/Shanghai").expect("built in"),
        areas: Vec::new(),
        properties: BTreeMap::from([(rain.id.clone(), rain)]),
        things: BTreeMap::from([
            thing("h1", "hall", &[], None),
            thing("h2", "hall", &[], None),
            thing("g1", "gauge", &gauge, Some("g2")),
            thing("g2", "gauge", &gauge[..4], None),
        ]),
        events: BTreeMap::new(),
    }
}

fn rules() -> Vec<Rule> {
    let rule = |id: &str, of: &str, raise, clear| Rule {
        id: RuleId::new(id).expect("valid"),
        title: text(id),
        properties: vec![property(of)],
        level: Level::Orange,
        operator: Operator::Threshold(Limits::plain(Threshold::Above { raise, clear })),
        source: "test".into(),
        version: None,
    };
    vec![
        rule("queue", "waiting", 2.0, 2.0),
        rule("storm", "sum_10m", 20.0, 10.0),
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
    let source = SourceId::new("mqtt").expect("valid");
    let thing = ThingId::new(told.thing).expect("valid");
    let phenomenon_time = time(told.secs);
    match told.what {
        What::Rain(value) => Body::Reading(Reading {
            source,
            thing,
            phenomenon_time,
            values: std::iter::once(Measured {
                property: property("rain"),
                value: value.into(),
                quality: Quality::Good,
            })
            .collect(),
        }),
        What::Event(kind, ticket, part) => Body::Event(Event {
            source,
            thing,
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
