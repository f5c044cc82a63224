//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use yiping_desk::ledger::Head;
use yiping_desk::rights::Role;
use yiping_sim::Scenario;

/// Yiping (一屏): one screen from which a city is watched and commanded.
#[derive(Debug, Parser)]
#[command(name = "yiping", version, about, long_about = LONG, after_help = AFTER, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const LONG: &str = "Yiping (一屏): one screen from which a city is watched and commanded.

Sensors speak (MQTT, HTTP); Yiping keeps every reading in a durable log before it acknowledges it, works out windows, air quality
indices and alarms, and pushes them to a wall in the browser, where officers acknowledge them.";

const AFTER: &str = "First steps:
  yiping demo                          a simulated city on this machine; the wall is at http://127.0.0.1:8080/
  yiping run --config yiping.toml      your own city; `deploy/yiping.toml` lists every option
  yiping check --config yiping.toml    is the configuration right? are the packs?

Every option of the file can be overridden: YIPING__SERVER__LISTEN=127.0.0.1:9000 yiping run";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Everything in one process: a simulated city, the doors, the log, the engine and the wall.
    Demo(Demo),
    /// The centre for real sources, as the configuration says; no simulator.
    Run(Run),
    /// Only the simulator: a seeded city that publishes by MQTT, to a running yiping or to a broker.
    Sim(Sim),
    /// A historical table becomes a live feed, on its own clock, with the wall.
    #[command(after_help = REPLAY_HELP)]
    Replay(Replay),
    /// Checks configuration and packs, runs the cases of every rule, and says what is wrong and where.
    Check(Check),
    /// Accounts of people and tokens of programs, while the program is stopped; while it runs its API makes them. docs/RIGHTS.md
    #[command(subcommand)]
    People(People),
    /// The ledger of decisions: was it changed? what does it say?
    #[command(subcommand)]
    Ledger(Ledger),
    /// Drills (演练) of a program that runs: a scenario of the simulator through the real system, marked and apart. docs/DRILL.md
    #[command(subcommand)]
    Drill(Drill),
}

const REPLAY_HELP: &str = "The map says which column is the time, the thing and each property; docs/REPLAY.md explains it.
  yiping replay tiantan.csv.gz --map beijing.map.toml --speed 3600
  yiping replay *.csv --map my.map.toml --speed max --data-dir /var/tmp/replay";

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where the log and the history are kept.
    #[arg(long, default_value = "data/demo", value_name = "FOLDER")]
    pub(crate) data_dir: PathBuf,
    /// Port of the wall and the API.
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Address of the wall and the API. For one that other machines can reach, for example 0.0.0.0, a certificate is made that browsers
    /// ask about, unless the configuration has one.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub(crate) listen: IpAddr,
    /// First port to try for the demo's own MQTT door, or HOST:PORT of a broker to publish and subscribe to instead.
    #[arg(long, default_value = "1883", value_name = "PORT|HOST:PORT")]
    pub(crate) mqtt: String,
    /// Seed of the city: the same seed makes the same city.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// How many times faster than life the city runs; with `max` its clock waits for nothing but that what was said is taken.
    #[arg(long, default_value = "1", value_parser = speed, value_name = "N|max")]
    pub(crate) speed: Speed,
    /// What happens to the city: `none`, `leak`, `flood`, `crowd`, `hall_breakdown`, `gateway_dying`, `sensor_drifting`, `discharge`, `fire`,
    /// `station_failing`. Without it what the configuration says, or the leak.
    #[arg(long, value_name = "NAME")]
    pub(crate) scenario: Option<Scenario>,
    /// No simulated city: only the doors, the engine and the wall.
    #[arg(long)]
    pub(crate) no_sim: bool,
    /// A configuration file to start from.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The configuration; `deploy/yiping.toml` lists every option with its default.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Sim {
    /// Where to publish: the MQTT door of a running yiping, or a broker.
    #[arg(long, default_value = "127.0.0.1:1883", value_name = "HOST:PORT")]
    pub(crate) mqtt: String,
    /// Seed of the city.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// What happens to the city: `none`, `leak`, `flood`, `crowd`, `hall_breakdown`, `gateway_dying`, `sensor_drifting`, `discharge`, `fire`,
    /// `station_failing`. Without it what the configuration says, or the leak.
    #[arg(long, value_name = "NAME")]
    pub(crate) scenario: Option<Scenario>,
    /// How many times faster than life the city runs.
    #[arg(long, default_value_t = 1.0, value_parser = positive)]
    pub(crate) speed: f64,
    /// Report more often while this yiping asks for it (`/api/v1/sampling`), for example `http://127.0.0.1:8080`.
    #[arg(
        long,
        value_name = "URL",
        requires = "token_file",
        conflicts_with = "dump"
    )]
    pub(crate) centre: Option<String>,
    /// A file that holds the token of a source there, and nothing else.
    #[arg(long, value_name = "FILE", requires = "centre")]
    pub(crate) token_file: Option<PathBuf>,
    /// Write the messages of so many city seconds to standard output instead, one a line: time, topic, payload.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) dump: Option<u32>,
    /// Where the city begins, RFC 3339; only with --dump (else it begins now).
    #[arg(long, value_name = "TIME", requires = "dump")]
    pub(crate) from: Option<String>,
    /// Write the scenario's truth, the alarms that it must raise, to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: Option<PathBuf>,
    /// A configuration file to start from.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The tables: CSV, plain or gzip. Several are merged by time.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// What the columns mean and where the things stand.
    #[arg(long, value_name = "MAP.toml")]
    pub(crate) map: PathBuf,
    /// How many times faster than life; `max` waits for nothing.
    #[arg(long, default_value = "3600", value_parser = speed, value_name = "N|max")]
    pub(crate) speed: Speed,
    /// Where the log and the history of the replay are kept; it must be empty or not exist.
    #[arg(long, default_value = "data/replay", value_name = "FOLDER")]
    pub(crate) data_dir: PathBuf,
    /// Port of the wall and the API, on loopback.
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// End when the last row has been worked through, instead of keeping the wall up.
    #[arg(long)]
    pub(crate) exit: bool,
    /// A configuration file to start from.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The configuration; without it the defaults and the built-in packs are checked.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print the configuration as it applies, secrets masked.
    #[arg(long)]
    pub(crate) print: bool,
    /// Also read this log (a stopped program's `log` folder) and make sure that the engine makes the same findings of it again.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) log: Option<PathBuf>,
    /// The map of the replay that wrote the log.
    #[arg(long, value_name = "MAP.toml")]
    pub(crate) map: Option<PathBuf>,
    /// How many records to give the engine at a time; the findings must not depend on it.
    #[arg(
        long,
        default_value_t = 4_096,
        value_name = "RECORDS",
        requires = "log"
    )]
    pub(crate) batch: usize,
}

#[derive(Debug, Subcommand)]
pub(crate) enum People {
    /// Makes an account, or gives it other roles and another password: for the first administrator, and for one who is locked out.
    Account(NewAccount),
    /// Issues a token and prints it; it is not shown again.
    Token(NewToken),
    /// One account of each role and a token of each kind, for tests and drills only: sign-in.json in the data folder says how.
    Demo(Place),
}

/// Which program.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Its configuration.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Its data folder, if it is not that of the configuration.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct NewAccount {
    /// The name to sign in with, for example zhang.wei.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The person's name on screens; without it the name to sign in with.
    #[arg(long, value_name = "NAME")]
    pub(crate) display: Option<String>,
    /// A role, for example administrator; may be given again.
    #[arg(long = "role", required = true, value_name = "ROLE")]
    pub(crate) roles: Vec<Role>,
    /// The code of an area (GB/T 2260) to which the rights are bound; may be given again.
    #[arg(long = "area", value_name = "CODE")]
    pub(crate) areas: Vec<String>,
    /// The pack to which the rights are bound; may be given again.
    #[arg(long = "domain", value_name = "PACK")]
    pub(crate) domains: Vec<String>,
    /// Take the second factor of an account that there is away, for example because the phone is lost.
    #[arg(long)]
    pub(crate) reset_second_factor: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Args)]
pub(crate) struct NewToken {
    /// Its name, for example hall-wall.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// What it is for: `wall`, `source` (sends readings) or `listener` (reads, and hears records).
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Role,
    /// The seat that a wall belongs to.
    #[arg(long, default_value = "", value_name = "SEAT")]
    pub(crate) seat: String,
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Drill {
    /// Begins a drill; its screens are then at ADDRESS/drill/.
    Start(DrillStart),
    /// Ends a drill.
    Stop(DrillEnd),
    /// Breaks a drill off; it needs a --note that says why.
    Abort(DrillEnd),
    /// The last hundred drills.
    List(DrillAt),
    /// How a drill went, or goes: times, what came of the truth, what was late, missed, false; as JSON.
    Score(DrillEnd),
}

/// Which program, and who asks it. The password is the first line of standard input.
#[derive(Debug, Args)]
pub(crate) struct DrillAt {
    /// The address of the program.
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) program: String,
    /// The account: a commander's or an administrator's.
    #[arg(long, value_name = "NAME")]
    pub(crate) account: String,
    /// The one-time code of an account that has a second factor.
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// Who may sign the program's certificate (PEM), if not the public ones.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DrillStart {
    /// What happens: `leak`, `flood`, `crowd`, `hall_breakdown`, `gateway_dying`, `sensor_drifting`, `discharge`, `fire`, `station_failing`.
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenario: Scenario,
    /// The same seed gives the same readings; without it that of the configuration.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Seconds of city time until it happens.
    #[arg(long = "after", default_value_t = 60, value_name = "SECONDS")]
    pub(crate) after_secs: u32,
    /// The code of an area (GB/T 2260): only what stands there speaks.
    #[arg(long, value_name = "CODE")]
    pub(crate) area: Option<String>,
    /// An account that takes part; may be given again. Without any everybody does.
    #[arg(long = "with", value_name = "NAME")]
    pub(crate) participants: Vec<String>,
    /// A channel of notices that is told; may be given again. Without any nobody is told.
    #[arg(long = "channel", value_name = "NAME")]
    pub(crate) channels: Vec<String>,
    /// What it is for.
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) at: DrillAt,
}

#[derive(Debug, Args)]
pub(crate) struct DrillEnd {
    /// Which, for example drill-1.
    #[arg(value_name = "DRILL")]
    pub(crate) drill: String,
    /// Why.
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) at: DrillAt,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// Checks every entry and names the first that is wrong; the program may run meanwhile. docs/LEDGER.md
    Verify(Verify),
    /// Writes the entries to standard output, checked.
    Export(Export),
    /// Checks the ledger, and then every photograph that it names: one that is missing or changed is named. docs/COMMAND.md
    Evidence(Photographs),
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The data folder of the program, or a copy of its `ledger` folder.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// A head that was noted elsewhere (`/healthz`, a handover): its number and digest, for example 812:9f2c…. The ledger must hold it.
    #[arg(long, value_name = "NUMBER:DIGEST", value_parser = head)]
    pub(crate) head: Option<Head>,
}

#[derive(Debug, Args)]
pub(crate) struct Photographs {
    /// The data folder of the program, or a copy of it with `ledger` and `evidence`.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The data folder of the program, or a copy of its `ledger` folder.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// `jsonl`: a line of JSON an entry, with its digest. `text`: to be read and printed.
    #[arg(long, value_enum, default_value = "jsonl")]
    pub(crate) form: Form,
}

/// How entries are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Jsonl,
    Text,
}

/// How fast a replay or a demo runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speed {
    /// So many times faster than life.
    Times(f64),
    /// As fast as it can be worked through.
    Max,
}

impl Speed {
    pub(crate) const fn factor(self) -> Option<f64> {
        match self {
            Self::Times(factor) => Some(factor),
            Self::Max => None,
        }
    }
}

fn head(text: &str) -> Result<Head, String> {
    let parts = text.split_once(':');
    let read = parts.and_then(|(n, digest)| Some((n.parse().ok()?, digest.parse().ok()?)));
    let (n, digest) =
        read.ok_or("give number and digest, for example 812:9f2c… with 64 hex digits")?;
    Ok(Head { n, digest })
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("give a number greater than 0, for example 60".into()),
    }
}

fn speed(text: &str) -> Result<Speed, String> {
    if text == "max" {
        Ok(Speed::Max)
    } else {
        positive(text).map(Speed::Times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_speed_is_a_positive_number_or_max() {
        assert_eq!(speed("3600"), Ok(Speed::Times(3600.0)));
        assert_eq!(speed("max"), Ok(Speed::Max));
        assert!(speed("0").is_err() && speed("-1").is_err() && speed("NaN").is_err());
    }
}
