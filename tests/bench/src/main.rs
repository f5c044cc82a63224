#![doc = include_str!("../README.md")]
#![allow(
    clippy::print_stdout,
    reason = "a command line tool speaks by its output"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the benchmark stands outside and measures the machine's time"
)]

mod city;
mod city1k;
mod command;
mod fan;
mod http;
mod machine;
mod probe;
mod program;
mod publish;

use std::path::PathBuf;

use clap::Parser;

use city1k::{Case, Span};
use program::{Door, Keep, Pace};

/// Measures the program at target/dist/yiping: the workload city-1k, command over HTTP, and the fan-out of the feed.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only cases whose name contains this.
    only: Option<String>,
    /// The program under test.
    #[arg(long, default_value = "target/dist/yiping")]
    yiping: PathBuf,
    /// Where the data of the runs lie: a folder on the disk that is to be measured.
    #[arg(long, default_value = "target")]
    data: PathBuf,
    /// Length of each run, of which the first `--warm` seconds do not count.
    #[arg(long, default_value_t = 45.0)]
    secs: f64,
    /// Length of the warm-up.
    #[arg(long, default_value_t = 8.0)]
    warm: f64,
    /// How often each case is run.
    #[arg(long, default_value_t = 1)]
    runs: u32,
    /// The rate of every case instead of its own, messages a second.
    #[arg(long)]
    rate: Option<f64>,
}

const fn case(name: &'static str, door: Door, keep: Keep, acknowledged: bool, rate: f64) -> Case {
    Case {
        name,
        door,
        keep,
        acknowledged,
        rate,
    }
}

const CASES: &[Case] = &[
    case(
        "mosquitto-5k",
        Door::Mosquitto,
        Keep::Nothing,
        false,
        5_000.0,
    ),
    case(
        "mosquitto-40k",
        Door::Mosquitto,
        Keep::Nothing,
        false,
        40_000.0,
    ),
    case(
        "mosquitto-60k",
        Door::Mosquitto,
        Keep::Nothing,
        false,
        60_000.0,
    ),
    case("embedded-5k", Door::Embedded, Keep::Nothing, false, 5_000.0),
    case(
        "embedded-100k",
        Door::Embedded,
        Keep::Nothing,
        false,
        100_000.0,
    ),
    case(
        "embedded-100k-synced",
        Door::Embedded,
        Keep::Log,
        false,
        100_000.0,
    ),
    case(
        "embedded-150k-synced",
        Door::Embedded,
        Keep::Log,
        false,
        150_000.0,
    ),
    case(
        "embedded-200k-synced",
        Door::Embedded,
        Keep::Log,
        false,
        200_000.0,
    ),
    case(
        "embedded-100k-history",
        Door::Embedded,
        Keep::LogAndHistory,
        false,
        100_000.0,
    ),
    case(
        "embedded-qos1-40k-synced",
        Door::Embedded,
        Keep::Log,
        true,
        40_000.0,
    ),
];

const FANS: &[(&str, Pace)] = &[
    ("fan-out-100", Pace::AtOnce),
    ("fan-out-100-gathered", Pace::Gathered),
];
const FAN_RATE: f64 = 1_500.0;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let wanted = |name: &str| {
        let only = arguments.only.as_deref();
        only.is_none_or(|only| name.contains(only))
    };
    if !machine::has_two_cores() {
        println!(
            "one core only: program, broker and generator share it, and the figures are of little use"
        );
    }
    for _ in 0..arguments.runs {
        for case in CASES.iter().filter(|case| wanted(case.name)) {
            let case = Case {
                rate: arguments.rate.unwrap_or(case.rate),
                ..*case
            };
            let span = Span {
                secs: arguments.secs,
                warm_secs: arguments.warm,
            };
            let outcome = city1k::run(case, span, &arguments.yiping, &arguments.data)?;
            println!("{}", serde_json::to_string(&outcome)?);
        }
        if wanted(command::NAME) {
            let outcome = command::run(&arguments.yiping, &arguments.data)?;
            println!("{}", serde_json::to_string(&outcome)?);
        }
        for fan in FANS.iter().filter(|(name, _)| wanted(name)) {
            let rate = arguments.rate.unwrap_or(FAN_RATE);
            let span = Span {
                secs: arguments.secs.min(10.0),
                warm_secs: 2.0,
            };
            let outcome = fan::run(*fan, rate, span, &arguments.yiping, &arguments.data)?;
            println!("{}", serde_json::to_string(&outcome)?);
        }
    }
    Ok(())
}
