//! The figures that this room counts; every name is here.

/// Screens that are connected.
pub const CLIENTS: &str = "yiping_live_clients";
/// Screens that were refused because there are too many.
pub const CLIENTS_REFUSED: &str = "yiping_live_clients_refused_total";
/// Screens that were disconnected because they took nothing, or did not answer.
pub const CLIENTS_STALLED: &str = "yiping_live_clients_stalled_total";
/// Times that a screen fell off the ring and got a fresh snapshot.
pub const CLIENTS_BEHIND: &str = "yiping_live_clients_behind_total";
/// Deltas that were published.
pub const FRAMES: &str = "yiping_live_frames_total";
/// Bytes of published deltas.
pub const FRAMES_BYTES: &str = "yiping_live_frames_bytes_total";
/// Messages of the record feed that were written.
pub const FEED_MESSAGES: &str = "yiping_feed_messages_total";
/// Times that a listener of the feed read the log itself, because it came back or fell behind.
pub const FEED_CATCHING_UP: &str = "yiping_feed_catching_up_total";
/// Snapshots that were made.
pub const SNAPSHOTS: &str = "yiping_live_snapshots_total";
/// Records that the live fold took.
pub const RECORDS: &str = "yiping_live_records_total";
/// Log position of the live fold.
pub const POSITION: &str = "yiping_live_position_records";
/// Values that a scene does not show because a limit was reached.
pub const UNSHOWN: &str = "yiping_live_values_unshown_total";
/// Requests that were refused before they reached a handler, by reason.
pub const REQUESTS_REFUSED: &str = "yiping_http_requests_refused_total";
/// Requests that took longer than the limit.
pub const REQUESTS_TIMED_OUT: &str = "yiping_http_requests_timed_out_total";
/// Times that the provider of sign-in was away, or answered what is not right.
pub const PROVIDER_FAILED: &str = "yiping_people_provider_failed_total";
/// Sign-ins that failed.
pub const SIGN_INS_FAILED: &str = "yiping_people_sign_ins_failed_total";

/// Positions of units that were taken.
pub const POSITIONS: &str = "yiping_positions_total";
/// Positions of units that were refused, by reason.
pub const POSITIONS_REFUSED: &str = "yiping_positions_refused_total";

pub(crate) fn count_positions_refused(reason: &'static str, by: u64) {
    metrics::counter!(POSITIONS_REFUSED, "reason" => reason).increment(by);
}

pub(crate) fn count(name: &'static str, by: u64) {
    metrics::counter!(name).increment(by);
}

pub(crate) fn count_refused(reason: &'static str) {
    metrics::counter!(REQUESTS_REFUSED, "reason" => reason).increment(1);
}

pub(crate) fn set_total(name: &'static str, value: u64) {
    metrics::counter!(name).absolute(value);
}

pub(crate) fn set(name: &'static str, value: u64) {
    metrics::gauge!(name).set(value as f64);
}
