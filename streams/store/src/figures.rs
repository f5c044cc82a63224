//! The names of this room's metrics.

use metrics::{counter, gauge};
use yiping_model::Position;

const RECORDS: &str = "yiping_store_records_applied_total";
const FAILURES: &str = "yiping_store_failures_total";
const CHORE_FAILURES: &str = "yiping_store_chore_failures_total";
const DROPPED_DAYS: &str = "yiping_store_dropped_days_total";
const ARCHIVED_ROWS: &str = "yiping_archive_rows_total";
const ARCHIVED_BYTES: &str = "yiping_archive_bytes_total";
const POSITION: &str = "yiping_store_position_records";
const LAG: &str = "yiping_store_lag_records";

/// Records went into history, up to this position; the log ends there.
pub(crate) fn applied(records: usize, position: Position, end: Position) {
    counter!(RECORDS).increment(records as u64);
    gauge!(POSITION).set(position.0 as f64);
    gauge!(LAG).set(end.0.saturating_sub(position.0) as f64);
}

/// An attempt to write or read failed and will be repeated.
pub(crate) fn failed() {
    counter!(FAILURES).increment(1);
}

/// Work beside the filling failed and will be repeated.
pub(crate) fn chore_failed(chore: &'static str) {
    counter!(CHORE_FAILURES, "chore" => chore).increment(1);
}

/// A file of the archive was written.
pub(crate) fn archived(rows: u64, bytes: u64) {
    counter!(ARCHIVED_ROWS).increment(rows);
    counter!(ARCHIVED_BYTES).increment(bytes);
}

/// A day of observations fell out of retention.
pub(crate) fn dropped_day() {
    counter!(DROPPED_DAYS).increment(1);
}
