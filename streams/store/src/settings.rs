//! What may be set.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Settings of history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How far an observation may lie behind the latest one of its thing before it counts as late.
    pub lateness_secs: u32,
    /// The most records that are written in one transaction.
    pub batch_records_max: usize,
    /// How many dead letters are kept; older ones stay in the figures only.
    pub rejects_kept_max: u32,
    /// How many days of observations are kept; 0 keeps all of them.
    pub retain_days: u32,
    /// How many questions are answered at the same time; the others wait.
    pub read_connections: u32,
    /// Page cache of each connection to the database.
    pub cache_mib: u32,
    /// How long a statement waits for another program that has locked the database.
    pub busy_timeout_ms: u32,
    /// The wait after the first failed write; it doubles with each further one.
    pub retry_delay_ms_min: u32,
    /// The longest wait between two attempts to write.
    pub retry_delay_ms_max: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lateness_secs: 60,
            batch_records_max: 5_000,
            rejects_kept_max: 100_000,
            retain_days: 400,
            read_connections: 3,
            cache_mib: 16,
            busy_timeout_ms: 2_000,
            retry_delay_ms_min: 100,
            retry_delay_ms_max: 10_000,
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
