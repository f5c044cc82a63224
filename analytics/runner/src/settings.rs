//! The limits of the runner.

use serde::{Deserialize, Serialize};

/// How much the runner takes at once, and how often it remembers where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Records read and handled at once, at least 1.
    pub batch_records_max: usize,
    /// Findings appended at once, at least 1.
    pub append_findings_max: usize,
    /// Seconds between checkpoints, by the machine's clock, at least 1.
    pub checkpoint_secs: u64,
    /// Records after which a checkpoint is saved though the time has not come: how much is read again after a crash in a fast replay.
    pub checkpoint_records: u64,
    /// Stretches of time of which history is asked in one go.
    pub recalls_max: usize,
    /// Observations in one record of an answer, at least 1; such a record must fit into `log.record_bytes_max`, at about 30 bytes each.
    pub recall_part_points: usize,
    /// Pause before history is asked again that was behind or away, in milliseconds.
    pub recall_pause_ms: u64,
    /// How often a call is tried again that the log refused for the moment, before the runner gives up.
    pub retries_max: u32,
    /// Pause before the first of these, in milliseconds; each further pause is twice as long, up to a second.
    pub retry_pause_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            batch_records_max: 4_096,
            append_findings_max: 1_024,
            checkpoint_secs: 30,
            checkpoint_records: 500_000,
            recalls_max: 64,
            recall_part_points: 4_096,
            recall_pause_ms: 500,
            retries_max: 8,
            retry_pause_ms: 10,
        }
    }
}
