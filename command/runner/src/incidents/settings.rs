//! What can be set about incidents.

use serde::{Deserialize, Serialize};

/// How incidents are kept up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Records of the log read at once, at least 1.
    pub batch_records_max: usize,
    /// The state is kept so often, to start from.
    pub checkpoint_secs: u64,
    /// An act waits so long for the state to show it.
    pub wait_ms: u64,
    /// Size of a request.
    pub body_bytes_max: usize,
    /// The number to which a phone without a network sends a call for help as an SMS; empty for none.
    pub help_sms: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            batch_records_max: 4_096,
            checkpoint_secs: 30,
            wait_ms: 2_000,
            body_bytes_max: 65_536,
            help_sms: String::new(),
        }
    }
}
