//! How long the engine takes for an observation: `cargo run --release -p yiping-engine --example engine_speed`.
//!
//! Things that speak once a second each, in order; one window of 10 s and one threshold rule, or neither. Making the records is not
//! measured, and all findings are taken.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use yiping_engine::indices::AqiLaws;
use yiping_engine::{Engine, Rule, Settings};
use yiping_model::{
    Body, Catalogue, Measured, Position, PropertyId, Quality, Reading, Record, SourceId, Text,
    ThingId, Timestamp, Zone,
};

const THINGS: usize = 1_000;
const SECS: i64 = 2_000;
const START: i64 = 1_772_323_200;

#[expect(clippy::print_stdout, reason = "a measure tells its figure")]
fn main() -> Result<(), Box<dyn Error>> {
    for (what, property) in [
        ("one window of 10 s and one rule", "judged"),
        ("neither windows nor rules", "idle"),
    ] {
        let (taken, findings) = measure(property)?;
        let observations = THINGS as f64 * SECS as f64;
        println!(
            "{what}: {:.0} ns an observation, {:.2} million a second, {findings} findings",
            taken.as_secs_f64() * 1e9 / observations,
            observations / taken.as_secs_f64() / 1e6,
        );
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the duration of the work is what is measured"
)]
fn measure(property: &str) -> Result<(Duration, usize), Box<dyn Error>> {
    let mut engine = engine()?;
    let things: Result<Vec<_>, _> = (0..THINGS)
        .map(|number| ThingId::new(format!("urn:dev:city:station:{number:05}")))
        .collect();
    let (things, property) = (things?, PropertyId::new(property)?);
    let source = SourceId::new("mqtt")?;
    let (mut taken, mut findings) = (Duration::ZERO, 0);
    let mut position = Position::START;
    for second in 0..SECS {
        let at = Timestamp::from_secs(START + second);
        let records: Vec<Record> = (0..)
            .zip(&things)
            .map(|(number, thing)| {
                position = position.next();
                Record {
                    position,
                    received_at: at + Duration::from_millis(50),
                    body: Body::Reading(Reading {
                        source: source.clone(),
                        thing: thing.clone(),
                        phenomenon_time: at,
                        values: std::iter::once(Measured {
                            property: property.clone(),
                            value: value(number, second),
                            quality: Quality::Good,
                        })
                        .collect(),
                    }),
                }
            })
            .collect();
        let began = Instant::now();
        engine.handle(&records);
        findings += engine.drain().len();
        taken += began.elapsed();
    }
    Ok((taken, findings))
}

/// One thing in a hundred crosses the threshold, and returns, every few minutes.
fn value(number: i64, second: i64) -> f64 {
    let calm = (number * 31 + second * 17) % 40;
    let crosses = (number % 100 == 7) && (second / 60) % 5 == 4;
    calm as f64 + if crosses { 100.0 } else { 0.0 }
}

fn engine() -> Result<Engine, Box<dyn Error>> {
    let rule: Rule = toml::from_str(
        r#"
        id = "hot"
        title = { zh = "热", en = "hot" }
        property = "judged"
        level = 2
        threshold = { direction = "above", raise = 100.0, clear = 90.0 }
        source = "a measure"
        "#,
    )?;
    let property = |id: &str, windows: &str| {
        let text = format!(
            r#"
            id = "{id}"
            title = {{ zh = "量", en = "value" }}
            symbol = "v"
            unit = "1"
            decimals = 1
            period_secs = 1
            windows = [{windows}]
            "#
        );
        let property: yiping_model::Property = toml::from_str(&text)?;
        Ok::<_, Box<dyn Error>>((property.id.clone(), property))
    };
    let text = |text: &str| Text {
        zh: text.into(),
        en: text.into(),
    };
    let catalogue = Catalogue {
        city: text("q"),
        zone: Zone::named("Asia/Shanghai")?,
        areas: Vec::new(),
        properties: BTreeMap::from([property("judged", r#""10s""#)?, property("idle", "")?]),
        things: BTreeMap::new(),
        events: BTreeMap::new(),
    };
    Ok(Engine::new(
        Arc::new(catalogue),
        vec![rule],
        AqiLaws::default(),
        Settings::default(),
    ))
}
