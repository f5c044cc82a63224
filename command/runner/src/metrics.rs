//! The figures of the ledger.

use ::metrics::{counter, gauge};
use yiping_desk::ledger::Head;
use yiping_model::Position;

/// Entries of the ledger.
pub const ENTRIES: &str = "yiping_ledger_entries";
/// Positions of the log that the ledger has not read.
pub const LAG: &str = "yiping_ledger_lag_records";
/// Times that it could not be written or read on.
pub const FAILURES: &str = "yiping_ledger_failures_total";

pub(crate) fn show(head: Head, position: Position, end: Position) {
    gauge!(ENTRIES).set(head.n as f64);
    gauge!(LAG).set(end.0.saturating_sub(position.0) as f64);
}

pub(crate) fn failed() {
    counter!(FAILURES).increment(1);
}
