//! What may be set about the log on disk.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{Class, Timestamp};

use super::format::{COMMIT_BYTES_LIMIT, COMMIT_HEADER_BYTES, RECORD_HEADER_BYTES};
use crate::LogError;

const SEGMENT_BYTES_MIN: u64 = 4_096;
/// Room for every record that is not a reading, even a dead letter full of escapes: what is refused must be able to say so.
const RECORD_BYTES_MIN: u64 = 16_384;
const COMMIT_BYTES_MIN: u64 = 65_536;

/// The limits of the log on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// A segment file is closed, and the next begun, when it would grow beyond this. Retention works on whole segments.
    pub segment_bytes: u64,
    /// How many bytes one commit (one write, one sync) may hold, at most 16 MiB.
    pub commit_bytes_max: usize,
    /// How many records one commit, and so one append, may hold.
    pub commit_records_max: u32,
    /// How long the first append of a commit waits for company. 0 is right for most disks: while one commit syncs, the next gathers.
    pub commit_delay_ms: u64,
    /// Whether every commit is synced to the disk before it is acknowledged. Without it a crash of the program loses nothing, a power cut may lose
    /// the last seconds of what was acknowledged: for benchmarks, and where the disk itself is a copy.
    pub sync: bool,
    /// How many bytes one record may take; a larger one is refused. The doors make a dead letter of a reading that does not fit.
    pub record_bytes_max: usize,
    /// How many records may wait for a commit; beyond it `append` waits for room.
    pub queue_records_max: u32,
    /// How many of the latest records are kept in memory for readers that keep up.
    pub tail_records_max: usize,
    /// How many bytes, counted as on disk, those records may have.
    pub tail_bytes_max: usize,
    /// How long what is kept.
    pub retain: Retain,
}

/// How long what is kept, by the city clock. Retention works on whole segments, so a record may stay longer. 0 days is for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retain {
    /// When the segments together exceed this, input is dropped from the oldest, then results; never alarms or decisions.
    pub bytes_max: u64,
    /// Readings, dead letters, ticks, recalls.
    pub input_days: u32,
    /// Windows and indices; not shorter than input.
    pub result_days: u32,
    /// What was said of alarms; not shorter than results. Decisions are never dropped.
    pub alarm_days: u32,
}

impl Default for Retain {
    fn default() -> Self {
        Self {
            bytes_max: 8 << 30,
            input_days: 30,
            result_days: 400,
            alarm_days: 0,
        }
    }
}

impl Retain {
    /// The least class of which something last received at `at` is still kept.
    pub(super) fn least_kept(&self, now: Timestamp, at: Timestamp) -> Class {
        let is_over = |days: u32| days > 0 && at < now - Duration::from_hours(24) * days;
        if is_over(self.alarm_days) {
            Class::Decision
        } else if is_over(self.result_days) {
            Class::Alarm
        } else if is_over(self.input_days) {
            Class::Result
        } else {
            Class::Input
        }
    }

    fn check(&self) -> Result<(), LogError> {
        let pairs = [
            ("retain.result_days", self.result_days, self.input_days),
            ("retain.alarm_days", self.alarm_days, self.result_days),
        ];
        for (name, days, before) in pairs {
            if days != 0 && (before == 0 || days < before) {
                return Err(LogError::Setting {
                    name,
                    value: days.into(),
                    must_be: format!(
                        "0 (for ever) or at least {before} days, as what it was made of is kept; there 0 is for ever too"
                    ),
                });
            }
        }
        Ok(())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            commit_bytes_max: 4 << 20,
            commit_records_max: 16_384,
            commit_delay_ms: 0,
            sync: true,
            record_bytes_max: 256 << 10,
            queue_records_max: 65_536,
            tail_records_max: 8_192,
            tail_bytes_max: 64 << 20,
            retain: Retain::default(),
        }
    }
}

impl Settings {
    /// Whether every setting lies within its limits and they fit each other.
    ///
    /// # Errors
    /// [`LogError::Setting`] for the first that does not.
    pub fn check(&self) -> Result<(), LogError> {
        let record_bytes_most = self
            .commit_bytes_max
            .saturating_sub(COMMIT_HEADER_BYTES + RECORD_HEADER_BYTES);
        within(
            "segment_bytes",
            self.segment_bytes,
            SEGMENT_BYTES_MIN..=1 << 40,
        )?;
        within(
            "commit_bytes_max",
            self.commit_bytes_max as u64,
            COMMIT_BYTES_MIN..=COMMIT_BYTES_LIMIT as u64,
        )?;
        within(
            "commit_records_max",
            u64::from(self.commit_records_max),
            1..=1 << 20,
        )?;
        within("commit_delay_ms", self.commit_delay_ms, 0..=1_000)?;
        within(
            "record_bytes_max",
            self.record_bytes_max as u64,
            RECORD_BYTES_MIN..=record_bytes_most as u64,
        )?;
        within(
            "queue_records_max",
            u64::from(self.queue_records_max),
            u64::from(self.commit_records_max)..=1 << 24,
        )?;
        within(
            "tail_records_max",
            self.tail_records_max as u64,
            1..=1 << 24,
        )?;
        within(
            "tail_bytes_max",
            self.tail_bytes_max as u64,
            4_096..=1 << 40,
        )?;
        self.retain.check()
    }

    pub(super) const fn commit_delay(&self) -> Duration {
        Duration::from_millis(self.commit_delay_ms)
    }
}

fn within(
    name: &'static str,
    value: u64,
    limits: std::ops::RangeInclusive<u64>,
) -> Result<(), LogError> {
    if limits.contains(&value) {
        return Ok(());
    }
    Err(LogError::Setting {
        name,
        value,
        must_be: format!("from {} to {}", limits.start(), limits.end()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_fit_each_other() {
        Settings::default().check().expect("sane");
    }

    #[test]
    fn nothing_may_be_kept_shorter_than_what_it_was_made_of() {
        let with = |input_days, result_days, alarm_days| {
            let retain = Retain {
                input_days,
                result_days,
                alarm_days,
                ..Retain::default()
            };
            let settings = Settings {
                retain,
                ..Settings::default()
            };
            settings.check().map_err(|error| error.to_string())
        };
        assert_eq!(with(30, 30, 30), Ok(()));
        assert_eq!(with(30, 0, 0), Ok(()));
        assert_eq!(with(0, 0, 0), Ok(()));
        for (days, name) in [
            ((30, 29, 0), "retain.result_days is 29"),
            ((0, 5, 0), "retain.result_days is 5"),
            ((1, 0, 7), "retain.alarm_days is 7"),
        ] {
            let error = with(days.0, days.1, days.2).expect_err("too short");
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_setting_beyond_its_limits_is_named() {
        let settings = Settings {
            queue_records_max: 10,
            ..Settings::default()
        };
        let error = settings.check().expect_err("smaller than a commit");
        assert_eq!(
            error.to_string(),
            "log setting queue_records_max is 10, but must be from 16384 to 16777216"
        );
    }
}
