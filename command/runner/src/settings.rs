//! What can be set about the ledger.

use serde::{Deserialize, Serialize};
use yiping_desk::ledger::Algorithm;

/// How the ledger is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What makes the digests of a new ledger: `sha256`, or `sm3`. One that has begun keeps what it began with.
    pub hash: Algorithm,
    /// What was decided is gathered for so long before it is made durable in the ledger; in the log it is durable at once.
    pub gather_ms: u64,
    /// Records of the log read at once, at least 1.
    pub batch_records_max: usize,
    /// Where it has read to is remembered so often, though nothing was decided.
    pub checkpoint_secs: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hash: Algorithm::Sha256,
            gather_ms: 1_000,
            batch_records_max: 4_096,
            checkpoint_secs: 30,
        }
    }
}
