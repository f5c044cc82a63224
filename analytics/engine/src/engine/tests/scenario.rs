//! Scenarios as text: what arrives, and what comes out.
//!
//! Arrivals, one a line: `08:00:05 a gas 12.5 @08:00:01 via radio` (city time, thing, property, value; then, where they differ from the
//! city time and from `mqtt`, phenomenon time and source; `bad` at the end for a value out of range), or `08:00:10 tick`. The day is
//! 2026-03-01 in Shanghai; `+1d` before a time is the next day.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use yiping_model::{
    AlarmChange, AlarmId, Body, Catalogue, DatastreamId, Finding, Outcome, Position, Property,
    PropertyId, Quality, Record, SourceId, Thing, ThingId, Timestamp, WindowLength, WindowResult,
    WindowSpec,
};

use crate::indices::AqiLaws;
use crate::rule::{Change, Direction, Lapse, Stuck};
use crate::testing::{self, property, thing};
use crate::{Engine, Limits, Operator, Rule, Settings, Threshold};

pub(super) use crate::testing::{at, reading, rule, zone};

pub(super) fn catalogue() -> Catalogue {
    testing::catalogue(
        [
            property("gas", 5, &["10s", "1m"]),
            property("pm25", 3600, &["1h", "1d"]),
            property("level", 60, &[]),
            property("bare", 5, &[]),
            property("lasting", 5, &["10s"]),
            property("swift", 5, &[]),
            property("frozen", 5, &["1m"]),
            hopping(),
        ],
        ["n1", "n2", "s1"].map(place),
    )
}

/// Windows of every kind.
fn hopping() -> (PropertyId, Property) {
    let (id, plain) = property("flow", 10, &["1m", "1m/20s", "90s/1m"]);
    let whole = Property {
        quantiles: vec![0.5, 0.8],
        cells: Some(7),
        early: WindowLength::from_secs(30),
        ..plain
    };
    (id, whole)
}

/// `n1` and `n2` share a cell; `s1` stands elsewhere.
pub(super) fn place(id: &str) -> (ThingId, Thing) {
    let (id, thing) = thing(id, "station", &["flow"]);
    let lat = if id.as_str().starts_with('n') {
        28.97
    } else {
        28.77
    };
    (id, Thing { lat, ..thing })
}

pub(super) fn rules() -> Vec<Rule> {
    let above = |raise, clear| Threshold::Above { raise, clear };
    let below = |raise, clear| Threshold::Below { raise, clear };
    let operator = |id: &str, operator| Rule {
        operator,
        ..rule(id, id, above(10.0, 5.0))
    };
    vec![
        operator(
            "lasting",
            Operator::Threshold(Limits {
                delay: Some(Lapse::from_secs(20)),
                ..Limits::plain(above(10.0, 5.0))
            }),
        ),
        operator(
            "swift",
            Operator::Rate(Change {
                direction: Direction::Above,
                raise: 600.0,
                clear: 0.0,
                over: Lapse::from_secs(30),
            }),
        ),
        operator(
            "frozen",
            Operator::Stuck(Stuck {
                lasts: Lapse::from_secs(20),
                min_count: 3,
                except: vec![0.0],
            }),
        ),
        rule("leak", "gas", above(10.0, 5.0)),
        rule("burst", "bare", above(10.0, 5.0)),
        rule("low", "level", below(2.0, 3.0)),
        rule("foul", "aqi_hourly", above(200.0, 200.0)),
        rule("foul-day", "aqi_daily", above(200.0, 200.0)),
    ]
}

pub(super) fn laws() -> AqiLaws {
    toml::from_str(include_str!("../../../../packs/air/aqi.toml")).expect("the pack's laws")
}

pub(super) fn engine(settings: Settings) -> Engine {
    Engine::new(Arc::new(catalogue()), rules(), laws(), settings)
}

fn clock(at: Timestamp) -> String {
    let local = Timestamp::from_micros(at.as_micros() + zone().offset_micros(at)).to_string();
    let (date, time) = local.split_once('T').expect("RFC 3339");
    let day = if date == "2026-03-01" { "" } else { "+1d" };
    format!("{day}{}", time.trim_end_matches('Z'))
}

pub(super) fn records(scenario: &str) -> Vec<Record> {
    let lines = scenario.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty());
    let numbered = (1..).zip(lines);
    numbered
        .map(|(number, line)| record(number, line))
        .collect()
}

fn record(number: u64, line: &str) -> Record {
    let mut words = line.split_whitespace();
    let received_at = at(words.next().expect("a city time"));
    let thing = words.next().expect("a thing, or `tick`");
    let body = if thing == "tick" {
        Body::Tick
    } else {
        let property = words.next().expect("a property");
        let value = words.next().expect("a value").parse().expect("a number");
        let mut reading = reading("mqtt", thing, property, received_at, value);
        while let Some(word) = words.next() {
            match word.strip_prefix('@') {
                Some(time) => reading.phenomenon_time = at(time),
                None if word == "bad" => reading.values[0].quality = Quality::OutOfRange,
                None => {
                    assert_eq!(word, "via");
                    reading.source = SourceId::new(words.next().expect("a source")).expect("valid");
                }
            }
        }
        Body::Reading(reading)
    };
    Record {
        position: Position(number),
        received_at,
        body,
    }
}

/// Findings as lines; alarms are called A, B, C in the order of their first event.
#[derive(Default)]
pub(super) struct Teller {
    names: BTreeMap<AlarmId, char>,
}

impl Teller {
    pub(super) fn tell(&mut self, findings: &[Finding]) -> String {
        let mut out = String::new();
        for finding in findings {
            let line = self.line(&finding.outcome);
            writeln!(out, "{}.{} {line}", finding.cause, finding.ordinal).expect("memory");
        }
        out
    }

    fn name(&mut self, alarm: &AlarmId) -> char {
        let next = char::from(b'A' + u8::try_from(self.names.len()).expect("few"));
        *self.names.entry(alarm.clone()).or_insert(next)
    }

    fn line(&mut self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Window(w) => format!(
                "{} {}{} {} n={}/{} mean={} min={} max={} last={} sd={:.3}",
                match w.datastream.thing.cell() {
                    Some(_) => "cell".to_owned(),
                    None => w.datastream.to_string(),
                },
                kind(w),
                if w.stage.is_final() { "" } else { " early" },
                clock(w.start),
                w.count,
                w.expected,
                w.mean,
                w.min,
                w.max,
                w.last,
                w.std_dev
            ),
            Outcome::Index(index) => {
                let value = index.value.map_or("none".into(), |value| value.to_string());
                format!(
                    "{} {:?} {} = {value}",
                    index.thing,
                    index.kind,
                    clock(index.start)
                )
            }
            Outcome::Derived(value) => format!(
                "{} {} = {:?} of {}",
                value.datastream,
                clock(value.time),
                value.value,
                value.inputs
            ),
            Outcome::Alarm(event) => {
                let change = match &event.change {
                    AlarmChange::Split { from } => format!("split from {}", self.name(from)),
                    AlarmChange::Withdrawn { .. } => "withdrawn".into(),
                    other => format!("{other:?}").to_lowercase(),
                };
                let name = self.name(&event.alarm);
                let end = event.ended.map_or("..".into(), clock);
                format!(
                    "{name} {change} {} {} {}-{end} {} extreme {}",
                    event.rule,
                    event.subject,
                    clock(event.started),
                    event.value,
                    event.extreme
                )
            }
        }
    }
}

fn kind(window: &WindowResult) -> WindowSpec {
    WindowSpec {
        length: window.length,
        hop: window.hop,
    }
}

pub(super) fn run(engine: &mut Engine, scenario: &str) -> String {
    engine.handle(&records(scenario));
    Teller::default().tell(&engine.drain())
}

/// What comes out of a scenario must be exactly this.
#[track_caller]
pub(super) fn check(scenario: &str, expected: &str) {
    let told = run(&mut engine(Settings::default()), scenario);
    same(&told, expected);
}

#[track_caller]
pub(super) fn same(told: &str, expected: &str) {
    let trim = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty())
            .map(Into::into)
            .collect()
    };
    assert_eq!(trim(told).join("\n"), trim(expected).join("\n"));
}

pub(super) fn stream(text: &str) -> DatastreamId {
    DatastreamId::parse(text).expect("valid")
}
