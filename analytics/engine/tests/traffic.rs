//! Months of a real road through `derived.toml`: vehicles an hour, and how slow it is, equal a calculation by hand.
//!
//! The data are the readings of one pair of sensors in Aarhus, every five minutes: vehicles counted, and their mean speed.

mod data;
mod derived;

use std::collections::BTreeMap;

use yiping_model::{
    Body, Measured, Outcome, Position, PropertyId, Quality, Reading, Record, SourceId, ThingId,
    Timestamp,
};

const DERIVED: &str = r#"
    [[derived]]
    id = "vehicles_1h"
    kind = "road"
    every = "1h"
    window = { of = "vehicles", length = "1h", take = "sum" }

    [[derived]]
    id = "speed_1h"
    kind = "road"
    every = "1h"
    window = { of = "speed", length = "1h", take = "mean" }

    [[derived]]
    id = "speed_free"
    kind = "road"
    every = "1h"
    window = { of = "speed", length = "12h", take = "q0.85" }

    [[derived]]
    id = "speed_share"
    kind = "road"
    every = "1h"
    ratio = { of = "speed_1h", over = "speed_free", factor = 100 }
"#;

/// Second of UTC, vehicles, speed.
type Row = (i64, f64, f64);

type Values = BTreeMap<(i64, String), f64>;

/// The rows of the test data, each time once; without them the test says so and ends.
fn rows() -> Option<Vec<Row>> {
    let text = derived::table("traffic/AarhusTrafficData158324.csv.gz")?;
    let mut rows: BTreeMap<i64, Row> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let at = Timestamp::parse(&format!("{}Z", fields[5]))
            .expect("a time")
            .as_secs();
        let number = |place: usize| fields[place].parse::<f64>().expect("a number");
        rows.insert(at, (at, number(6), number(2)));
    }
    Some(rows.into_values().collect())
}

fn record(position: u64, (at, vehicles, speed): Row) -> Record {
    let measured = |(property, value): (&str, f64)| Measured {
        property: PropertyId::new(property).expect("valid"),
        value,
        quality: Quality::Good,
    };
    Record {
        position: Position(position),
        received_at: Timestamp::from_secs(at + 5),
        body: Body::Reading(Reading {
            source: SourceId::new("replay").expect("valid"),
            thing: ThingId::new("road").expect("valid"),
            phenomenon_time: Timestamp::from_secs(at),
            values: [("vehicles", vehicles), ("speed", speed)]
                .map(measured)
                .into_iter()
                .collect(),
        }),
    }
}

fn by_hand(rows: &[Row], to: i64) -> Values {
    let mut values = BTreeMap::new();
    let mut at = rows[0].0.div_euclid(3_600) * 3_600 + 3_600;
    while at <= to {
        let last = |hours: i64| {
            rows.iter()
                .filter(move |row| at - hours * 3_600 < row.0 && row.0 <= at)
        };
        let mut put = |name: &str, value: f64| values.insert((at, name.to_owned()), value);
        let count = last(1).count();
        if count > 0 {
            put("vehicles_1h", last(1).map(|row| row.1).sum());
            put(
                "speed_1h",
                last(1).map(|row| row.2).sum::<f64>() / count as f64,
            );
        }
        let mut speeds: Vec<f64> = last(12).map(|row| row.2).collect();
        speeds.sort_by(f64::total_cmp);
        if !speeds.is_empty() {
            let free = speeds[(speeds.len() * 85).div_ceil(100) - 1];
            put("speed_free", free);
            if count > 0 && free > 0.0 {
                let mean = last(1).map(|row| row.2).sum::<f64>() / count as f64;
                put("speed_share", mean / free * 100.0);
            }
        }
        at += 3_600;
    }
    values
}

#[test]
fn months_of_a_road_give_the_traffic_that_it_had() {
    let Some(rows) = rows() else { return };
    assert!(rows.len() > 10_000, "{}", rows.len());
    let mut engine = derived::engine("road", "road", Some(300), DERIVED);
    for (position, row) in (1..).zip(&rows) {
        engine.handle(&[record(position, *row)]);
    }
    let mut said: Values = BTreeMap::new();
    for finding in engine.drain() {
        if let Outcome::Derived(result) = finding.outcome
            && let Some(value) = result.value
        {
            assert_eq!(result.revision, 0, "nothing was late");
            said.insert(
                (
                    result.time.as_secs(),
                    result.datastream.property.to_string(),
                ),
                value,
            );
        }
    }
    let to = said.keys().map(|(at, _)| *at).max().expect("values");
    let by_hand = by_hand(&rows, to);
    assert_eq!(said.len(), by_hand.len());
    for ((name, said), (same, value)) in said.iter().zip(&by_hand) {
        assert_eq!(name, same);
        assert!(
            (said - value).abs() <= 1e-9 * value.abs().max(1.0),
            "{name:?}: {said}, {value}"
        );
    }
    eprintln!("{} values of {} rows", said.len(), rows.len());
}
