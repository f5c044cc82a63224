//! The figures of the ledger and of duty.

use ::metrics::{counter, gauge};
use yiping_desk::ledger::Head;
use yiping_model::Position;

/// Entries of the ledger.
pub const ENTRIES: &str = "yiping_ledger_entries";
/// Positions of the log that the ledger has not read.
pub const LAG: &str = "yiping_ledger_lag_records";
/// Times that it could not be written or read on.
pub const FAILURES: &str = "yiping_ledger_failures_total";

/// Bytes of the photographs on disk.
pub const EVIDENCE_BYTES: &str = "yiping_evidence_bytes";

pub(crate) fn evidence_bytes(bytes: u64) {
    gauge!(EVIDENCE_BYTES).set(bytes as f64);
}

pub(crate) fn show(head: Head, position: Position, end: Position) {
    gauge!(ENTRIES).set(head.n as f64);
    gauge!(LAG).set(end.0.saturating_sub(position.0) as f64);
}

pub(crate) fn failed() {
    counter!(FAILURES).increment(1);
}

/// Escalations, by stage.
pub const ESCALATIONS: &str = "yiping_duty_escalations_total";
/// Seats that the shift wants somebody at, and nobody has.
pub const GAPS: &str = "yiping_duty_gaps";
/// Positions of the log that the book of duty has not read.
pub const DUTY_LAG: &str = "yiping_duty_lag_records";
/// Times that the log could not be read or written for it.
pub const DUTY_FAILURES: &str = "yiping_duty_failures_total";

pub(crate) fn show_duty(position: Position, end: Position, gaps: usize) {
    gauge!(DUTY_LAG).set(end.0.saturating_sub(position.0) as f64);
    gauge!(GAPS).set(gaps as f64);
}

pub(crate) fn escalated(stage: u8) {
    counter!(ESCALATIONS, "stage" => stage.to_string()).increment(1);
}

pub(crate) fn duty_failed() {
    counter!(DUTY_FAILURES).increment(1);
}
