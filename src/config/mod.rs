//! The configuration: one struct a concern, most of them owned by the room that they set.
//!
//! `deploy/yiping.toml` is the reference: it lists every option with its default, and a test holds it to that.

mod load;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use yiping_desk::calendar::Calendar;
use yiping_desk::duty::Pattern;
use yiping_model::{Area, Text, Zone};

pub(crate) use load::load;

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// The city.
    pub(crate) city: City,
    /// Where things are kept.
    pub(crate) data: Data,
    /// Which domains.
    pub(crate) packs: Packs,
    /// The certificate.
    pub(crate) tls: Tls,
    /// The doors.
    pub(crate) ingest: yiping_sources::IngestSettings,
    /// The durable log.
    pub(crate) log: yiping_log::disk::Settings,
    /// History.
    pub(crate) store: yiping_store::Settings,
    /// Where readings go that the log drops.
    pub(crate) archive: yiping_store::ArchiveSettings,
    /// Windows, indices, alarms.
    pub(crate) engine: yiping_engine::Settings,
    /// How the engine is fed.
    pub(crate) runner: yiping_runner::Settings,
    /// How the ledger is kept.
    pub(crate) ledger: yiping_command::Settings,
    /// How incidents are kept up.
    pub(crate) command: yiping_command::incidents::Settings,
    /// How much of photographs is kept.
    pub(crate) evidence: yiping_command::evidence::Settings,
    /// Which days and hours are worked.
    pub(crate) calendar: yiping_desk::calendar::CalendarSettings,
    /// Shifts, seats, escalation.
    pub(crate) duty: yiping_desk::duty::DutySettings,
    /// What is told to people outside.
    pub(crate) notify: yiping_notify::Settings,
    /// Who hears that the centre lives.
    pub(crate) heartbeat: yiping_notify::HeartbeatSettings,
    /// How strict the door is to people.
    pub(crate) people: yiping_desk::people::Policy,
    /// HTTP and the live feed.
    pub(crate) server: yiping_server::Settings,
    /// The units.
    pub(crate) units: yiping_desk::units::Settings,
    /// The simulated city of `demo` and `sim`.
    pub(crate) sim: yiping_sim::Settings,
}

/// The city's name, zone and areas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct City {
    /// Its name.
    pub(crate) name: Text,
    /// IANA zone in which its days begin.
    pub(crate) zone: String,
    /// Its counties, in the order of the screens.
    pub(crate) areas: Vec<Area>,
}

/// Where things are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Data {
    /// The folder of log, ledger, history and checkpoints.
    pub(crate) dir: PathBuf,
    /// How often retention looks at the log.
    pub(crate) retention_check_secs: u64,
}

/// The certificate by which the program is known; without one it answers only this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tls {
    /// File of the certificate and the chain above it, PEM; empty for none.
    pub(crate) certificate: PathBuf,
    /// File of its private key, PEM.
    pub(crate) key: PathBuf,
    /// How often the files are looked at; new ones hold for the next connection.
    pub(crate) check_secs: u64,
}

/// Which domains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Packs {
    /// Packs inside the program.
    pub(crate) builtin: Vec<String>,
    /// Folders of further packs.
    pub(crate) dirs: Vec<PathBuf>,
    /// Whether the things of the packs are the city's things; `false` takes only their properties, rules and laws.
    pub(crate) things: bool,
}

impl Default for City {
    fn default() -> Self {
        let text = |zh: &str, en: &str| Text {
            zh: zh.into(),
            en: en.into(),
        };
        let area = |code: &str, zh: &str, en: &str| Area {
            code: code.into(),
            name: text(zh, en),
        };
        Self {
            name: text("衢州市", "Quzhou"),
            zone: "Asia/Shanghai".into(),
            areas: vec![
                area("330802", "柯城区", "Kecheng"),
                area("330803", "衢江区", "Qujiang"),
                area("330825", "龙游县", "Longyou"),
                area("330881", "江山市", "Jiangshan"),
                area("330822", "常山县", "Changshan"),
                area("330824", "开化县", "Kaihua"),
            ],
        }
    }
}

impl Default for Data {
    fn default() -> Self {
        Self {
            dir: "data".into(),
            retention_check_secs: 60,
        }
    }
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            certificate: PathBuf::new(),
            key: PathBuf::new(),
            check_secs: 10,
        }
    }
}

impl Tls {
    /// Whether there is a certificate.
    pub(crate) fn is_set(&self) -> bool {
        !self.certificate.as_os_str().is_empty()
    }
}

impl Default for Packs {
    fn default() -> Self {
        Self {
            builtin: ["air", "water", "service-hall", "video", "street"]
                .map(Into::into)
                .into(),
            dirs: Vec::new(),
            things: true,
        }
    }
}

impl Config {
    /// The pattern of shifts, over the calendar of the city.
    pub(crate) fn pattern(&self) -> anyhow::Result<Pattern> {
        self.duty.check()?;
        Ok(Pattern::new(self.calendar()?, &self.duty))
    }

    /// The working time of the city.
    pub(crate) fn calendar(&self) -> anyhow::Result<Calendar> {
        let zone = Zone::named(&self.city.zone)?;
        Ok(Calendar::new(zone, &self.calendar)?)
    }

    /// Checks what the types cannot, before the first port opens.
    pub(crate) fn validate(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.tls.is_set() != self.tls.key.as_os_str().is_empty(),
            "tls.certificate and tls.key belong together: set both or none"
        );
        anyhow::ensure!(self.tls.check_secs > 0, "tls.check_secs must be at least 1");
        self.server.validate(self.tls.is_set())?;
        self.people.check()?;
        self.units.check()?;
        self.pattern()?;
        self.notify.check()?;
        self.heartbeat.check()?;
        anyhow::ensure!(
            self.evidence.file_bytes_max > 0,
            "evidence.file_bytes_max must be at least 1"
        );
        self.log.check()?;
        self.sim.check()?;
        self.ingest.validate()?;
        for door in &self.ingest.mqttd {
            anyhow::ensure!(
                !door.tls || self.tls.is_set(),
                "the door {} of ingest.mqttd has tls = true, and there is no certificate: set tls.certificate and tls.key",
                door.name
            );
            anyhow::ensure!(
                door.listen != self.server.listen,
                "server.listen and the door {} of ingest.mqttd both say {}; choose another port",
                door.name,
                door.listen
            );
        }
        anyhow::ensure!(
            self.data.retention_check_secs > 0,
            "data.retention_check_secs must be at least 1"
        );
        anyhow::ensure!(
            self.store.lateness_secs == self.engine.lateness_secs,
            "store.lateness_secs ({}) and engine.lateness_secs ({}) must be the same: both say what is late",
            self.store.lateness_secs,
            self.engine.lateness_secs
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: &str = include_str!("../../deploy/yiping.toml");

    #[test]
    fn the_reference_file_states_the_defaults() {
        let stated: Config = toml::from_str(REFERENCE).expect("valid");
        assert_eq!(stated, Config::default());
    }

    #[test]
    fn the_reference_file_names_every_option() {
        let all = toml::Table::try_from(Config::default()).expect("a table");
        let stated: toml::Table = toml::from_str(REFERENCE).expect("valid");
        let mut missing = Vec::new();
        collect_missing("", &all, &stated, &mut missing);
        assert!(
            missing.is_empty(),
            "deploy/yiping.toml does not name: {missing:?}"
        );
    }

    fn collect_missing(
        prefix: &str,
        all: &toml::Table,
        stated: &toml::Table,
        missing: &mut Vec<String>,
    ) {
        for (key, value) in all {
            let name = format!("{prefix}{key}");
            match (value, stated.get(key)) {
                (_, None) => missing.push(name),
                (toml::Value::Table(inner), Some(toml::Value::Table(other))) => {
                    collect_missing(&format!("{name}."), inner, other, missing);
                }
                (_, Some(_)) => {}
            }
        }
    }

    #[test]
    fn the_defaults_are_valid() {
        Config::default().validate().expect("valid");
    }
}
