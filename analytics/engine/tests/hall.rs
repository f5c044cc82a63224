//! A month of a real call centre through `derived.toml`: waits, queue and abandonment equal a calculation by hand.
//!
//! The data are the calls of a bank in January 1999 (Technion), one line a call. Who is put on hold takes a ticket (`q_start`); who reaches an agent
//! is called, who hangs up leaves (`q_exit`). Virtual calls (`PHANTOM`) are not people.

mod data;
mod derived;

use std::collections::BTreeMap;

use yiping_model::{
    Body, Event, EventKey, EventKind, Finding, Outcome, Position, Record, SourceId, ThingId,
    Timestamp,
};

const DERIVED: &str = r#"
    [[derived]]
    id = "waiting"
    kind = "hall"
    every = "10m"
    pair = { begin = "taken", end = ["called"], drop = ["left"], by = "ticket", tell = "open" }

    [[derived]]
    id = "wait_mean"
    kind = "hall"
    every = "10m"
    pair = { begin = "taken", end = ["called"], drop = ["left"], by = "ticket", tell = "duration_mean", length = "1h" }

    [[derived]]
    id = "wait_p80"
    kind = "hall"
    every = "10m"
    pair = { begin = "taken", end = ["called"], drop = ["left"], by = "ticket", tell = "duration_q0.8", length = "1h" }

    [[derived]]
    id = "taken_1h"
    kind = "hall"
    every = "10m"
    count = { of = "taken", length = "1h" }

    [[derived]]
    id = "left_1h"
    kind = "hall"
    every = "10m"
    pair = { begin = "taken", end = ["called"], drop = ["left"], by = "ticket", tell = "dropped", length = "1h" }

    [[derived]]
    id = "abandon_rate"
    kind = "hall"
    every = "10m"
    ratio = { of = "left_1h", over = "taken_1h", factor = 100 }
"#;

/// The hall's names of what a value is, with the value as it is written.
type Values = BTreeMap<(i64, String), String>;

/// A person on hold, in seconds of UTC.
#[derive(Debug, Clone, Copy)]
struct Call {
    taken: i64,
    over: i64,
    called: bool,
}

/// The calls of the test data; without them the test says so and ends.
fn calls() -> Option<Vec<Call>> {
    let text = derived::table("service-hall/technion_bank_1999_01.tsv.gz")?;
    Some(text.lines().skip(1).filter_map(call).collect())
}

fn call(line: &str) -> Option<Call> {
    let fields: Vec<&str> = line.split('\t').collect();
    let (date, start, exit, outcome) = (fields[5], fields[9], fields[10], fields[12]);
    // A queue that was never reached begins at 0:00:00.
    if start == "0:00:00" || outcome == "PHANTOM" {
        return None;
    }
    let day: i64 = date[4..6].parse().expect("a day");
    let midnight = Timestamp::parse("1999-01-01T00:00:00+08:00")
        .expect("a time")
        .as_secs();
    let midnight = midnight + (day - 1) * 86_400;
    let (taken, mut over) = (midnight + clock(start), midnight + clock(exit));
    // Past midnight.
    if over < taken {
        over += 86_400;
    }
    Some(Call {
        taken,
        over,
        called: outcome == "AGENT",
    })
}

fn clock(text: &str) -> i64 {
    let parts = text
        .split(':')
        .map(|part| part.parse::<i64>().expect("a number"));
    parts.fold(0, |all, part| all * 60 + part)
}

/// The events in the order of arrival: each by so many seconds after it happened, below the lateness; some twice.
fn records(calls: &[Call]) -> Vec<Record> {
    let mut told: Vec<(i64, i64, &str, usize)> = Vec::new();
    for (number, call) in calls.iter().enumerate() {
        let delay = |salt: usize| i64::try_from((number * 31 + salt * 17) % 50).expect("small");
        let over = if call.called { "called" } else { "left" };
        told.push((call.taken + delay(0), call.taken, "taken", number));
        told.push((call.over + delay(1), call.over, over, number));
        if number % 7 == 0 {
            told.push((call.over + 55, call.over, over, number));
        }
    }
    told.sort_by_key(|(at, ..)| *at);
    let end = told.last().map_or(0, |(at, ..)| at + 86_400);
    let event = |(at, time, kind, number): (i64, i64, &str, usize)| {
        let event = Event {
            source: SourceId::new("replay").expect("valid"),
            thing: ThingId::new("bank").expect("valid"),
            phenomenon_time: Timestamp::from_secs(time),
            kind: EventKind::new(kind).expect("valid"),
            key: Some(EventKey::new(format!("c{number}")).expect("valid")),
            part: None,
            values: [].into_iter().collect(),
        };
        (at, Body::Event(event))
    };
    let bodies = told.into_iter().map(event).chain([(end, Body::Tick)]);
    let numbered = (1..).zip(bodies);
    let record = |(number, (at, body))| Record {
        position: Position(number),
        received_at: Timestamp::from_secs(at),
        body,
    };
    numbered.map(record).collect()
}

fn said(findings: &[Finding]) -> Values {
    let mut said = BTreeMap::new();
    for finding in findings {
        if let Outcome::Derived(result) = &finding.outcome {
            assert_eq!(result.revision, 0, "nothing was late");
            let value = result
                .value
                .map_or("none".into(), |value| format!("{value:.6}"));
            let name = result.datastream.property.to_string();
            said.insert((result.time.as_secs(), name), value);
        }
    }
    said
}

/// By hand: every figure of every ten minutes from the calls themselves.
fn by_hand(calls: &[Call], from: i64, to: i64) -> Values {
    let mut values = BTreeMap::new();
    let mut at = from;
    while at <= to {
        let last_hour = |time: i64| at - 3_600 < time && time <= at;
        let mut put = |name: &str, value: f64| {
            values.insert((at, name.to_owned()), format!("{value:.6}"));
        };
        let waiting = calls
            .iter()
            .filter(|call| call.taken <= at && at < call.over)
            .count();
        put("waiting", waiting as f64);
        let taken = calls.iter().filter(|call| last_hour(call.taken)).count();
        put("taken_1h", taken as f64);
        let left = calls
            .iter()
            .filter(|call| !call.called && last_hour(call.over))
            .count();
        put("left_1h", left as f64);
        if taken > 0 {
            put("abandon_rate", 100.0 * left as f64 / taken as f64);
        }
        let answered = calls
            .iter()
            .filter(|call| call.called && last_hour(call.over));
        let mut waits: Vec<i64> = answered.map(|call| call.over - call.taken).collect();
        waits.sort_unstable();
        if !waits.is_empty() {
            put(
                "wait_mean",
                waits.iter().sum::<i64>() as f64 / waits.len() as f64,
            );
            put("wait_p80", waits[(waits.len() * 4).div_ceil(5) - 1] as f64);
        }
        at += 600;
    }
    values
}

#[test]
fn a_month_of_a_call_centre_gives_the_waits_that_its_calls_had() {
    let Some(calls) = calls() else { return };
    assert!(calls.len() > 16_000, "{}", calls.len());
    let mut engine = derived::engine("bank", "hall", None, DERIVED);
    engine.handle(&records(&calls));
    let said = said(&engine.drain());
    let counts = engine.counts().events;
    let duplicates = calls.len().div_ceil(7) as u64;
    assert_eq!(
        (counts.counted, counts.duplicate),
        (2 * calls.len() as u64, duplicates)
    );
    assert_eq!((counts.late, counts.too_late, counts.over_limit), (0, 0, 0));

    let first = calls.iter().map(|call| call.taken).min().expect("calls");
    let from = first.div_euclid(600) * 600 + 600;
    let to = said.keys().map(|(at, _)| *at).max().expect("values");
    let mut by_hand = by_hand(&calls, from, to);
    // That there is no value is said once and by nobody else.
    let said: Values = said
        .into_iter()
        .filter(|(_, value)| value != "none")
        .collect();
    for (name, value) in &said {
        assert_eq!(by_hand.remove(name).as_ref(), Some(value), "{name:?}");
    }
    // The bank slept for more than a day: then nothing is said until somebody calls.
    let silent = |at: i64| {
        !calls.iter().any(|call| {
            let heard = |time: i64| time <= at && at <= time + 86_400;
            heard(call.taken) || heard(call.over)
        })
    };
    let missing: Vec<_> = by_hand.iter().filter(|((at, _), _)| !silent(*at)).collect();
    assert!(
        missing.is_empty(),
        "{} of {} are missing, first {:?}",
        missing.len(),
        said.len(),
        missing.first()
    );
    eprintln!("{} values of {} calls", said.len(), calls.len());
}
