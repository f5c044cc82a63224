//! What may be set.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::Secret;

/// Where history is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// In a file beside the log.
    #[default]
    Sqlite,
    /// In a PostgreSQL database, with or without TimescaleDB.
    Postgres,
    /// Nowhere: the log is filled and followed, but questions about the past are refused.
    None,
}

/// Whether TimescaleDB is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Timescale {
    /// As said.
    Told(bool),
    /// If the database has the extension.
    Found(Auto),
}

/// The word `auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auto {
    /// `auto`
    Auto,
}

/// What may be set of PostgreSQL and TimescaleDB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PostgresSettings {
    /// `"auto"` uses TimescaleDB where the database has it when its tables are made; `true` insists, `false` does without.
    pub timescale: Timescale,
    /// Observations are kept and dropped in parts of so many days; a database keeps the length with which its tables were made.
    pub partition_days: u16,
    /// The most rows of one statement.
    pub statement_rows_max: usize,
    /// How long a connection may take.
    pub connect_timeout_ms: u32,
    /// How long a batch or an answer may take; then the server counts as away.
    pub answer_timeout_ms: u32,
    /// How often the hourly and daily figures of TimescaleDB are brought up to date with corrected windows.
    pub refresh_secs: u32,
    /// TimescaleDB packs parts that are so old.
    pub compress_after_days: u16,
}

impl Default for PostgresSettings {
    fn default() -> Self {
        Self {
            timescale: Timescale::Found(Auto::Auto),
            partition_days: 7,
            statement_rows_max: 5_000,
            connect_timeout_ms: 5_000,
            answer_timeout_ms: 30_000,
            refresh_secs: 300,
            compress_after_days: 14,
        }
    }
}

impl PostgresSettings {
    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms.max(1).into())
    }

    pub(crate) fn answer_timeout(&self) -> Duration {
        Duration::from_millis(self.answer_timeout_ms.max(1).into())
    }
}

/// Settings of history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where history is kept.
    pub backend: Backend,
    /// The database of the backend `postgres`: `postgres://user:password@host:port/database`.
    pub url: Option<Secret>,
    /// How far an observation may lie behind the latest one of its thing before it counts as late.
    pub lateness_secs: u32,
    /// The most records that are written in one transaction.
    pub batch_records_max: usize,
    /// How many dead letters are kept; older ones stay in the figures only.
    pub rejects_kept_max: u32,
    /// How many days of observations are kept; 0 keeps all of them.
    pub retain_days: u32,
    /// How many questions are answered at the same time; the others wait. With PostgreSQL, 0 lets them share the writer's connection.
    pub read_connections: u32,
    /// SQLite: page cache of each connection to the database.
    pub cache_mib: u32,
    /// SQLite: how long a statement waits for another program that has locked the database.
    pub busy_timeout_ms: u32,
    /// The wait after the first failed write; it doubles with each further one.
    pub retry_delay_ms_min: u32,
    /// The longest wait between two attempts to write.
    pub retry_delay_ms_max: u32,
    /// PostgreSQL and TimescaleDB.
    pub postgres: PostgresSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            backend: Backend::default(),
            url: None,
            lateness_secs: 60,
            batch_records_max: 5_000,
            rejects_kept_max: 100_000,
            retain_days: 400,
            read_connections: 3,
            cache_mib: 16,
            busy_timeout_ms: 2_000,
            retry_delay_ms_min: 100,
            retry_delay_ms_max: 10_000,
            postgres: PostgresSettings::default(),
        }
    }
}

impl Settings {
    pub(crate) fn lateness(&self) -> Duration {
        Duration::from_secs(self.lateness_secs.into())
    }

    /// `None` keeps all.
    pub(crate) fn retention(&self) -> Option<Duration> {
        (self.retain_days > 0).then(|| Duration::from_hours(24) * self.retain_days)
    }

    /// The wait after so many failed attempts in a row, at least one.
    pub(crate) fn retry_delay(&self, failures: u32) -> Duration {
        let factor = 1_u64 << failures.saturating_sub(1).min(30);
        let delay_ms = u64::from(self.retry_delay_ms_min.max(1)).saturating_mul(factor);
        Duration::from_millis(delay_ms.min(self.retry_delay_ms_max.max(1).into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_limit() {
        let settings = Settings::default();
        let waits: Vec<u128> = [1, 2, 3, 7, 8, 200]
            .into_iter()
            .map(|failures| settings.retry_delay(failures).as_millis())
            .collect();
        assert_eq!(waits, [100, 200, 400, 6_400, 10_000, 10_000]);
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        assert!(serde_json::from_str::<Settings>(r#"{"latenes_secs": 1}"#).is_err());
        let given: Settings = serde_json::from_str(r#"{"retain_days": 7}"#).expect("known");
        assert_eq!(given.retention(), Some(Duration::from_hours(168)));
    }
}
