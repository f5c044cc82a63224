//! How fast a ledger of a million entries is checked on one core: `cargo run --release -p yiping-desk --example ledger_speed`.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "an example that measures and prints"
)]

use std::time::Instant;

use yiping_desk::ledger::{Algorithm, Chain, Checker};
use yiping_model::{Act, AlarmId, Body, Decision, Position, Record, Timestamp};

const ENTRIES: u64 = 1_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let alarm = AlarmId::parse("0123456789abcdef0123456789abcdef").ok_or("no id")?;
    for algorithm in [Algorithm::Sha256, Algorithm::Sm3] {
        let mut text = Vec::new();
        let mut chain = Chain::begin(algorithm, "0011223344556677".into(), &mut text)?;
        for n in 1..=ENTRIES {
            let record = Record {
                position: Position(n),
                received_at: Timestamp::from_millis(1_770_000_000_000 + n.cast_signed()),
                body: Body::Decision(Decision {
                    person: None,
                    seat: "1号席".into(),
                    act: Act::Acknowledge {
                        alarm: alarm.clone(),
                        note: "seen; somebody is on the way".into(),
                        seen: None,
                    },
                }),
            };
            chain.take(&record, &mut text)?;
        }
        let begun = Instant::now();
        let mut checker = Checker::new(Some(chain.head()));
        for piece in text.chunks(1 << 20) {
            checker.take(piece)?;
        }
        let head = checker.finish()?;
        let secs = begun.elapsed().as_secs_f64();
        println!(
            "{algorithm:?}: {} entries of {} bytes, {:.0} a second",
            head.n,
            text.len() as u64 / head.n,
            head.n as f64 / secs
        );
    }
    Ok(())
}
