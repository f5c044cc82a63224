//! The figures of the notices.

use ::metrics::{counter, gauge};
use yiping_desk::notices::Standing;
use yiping_model::{Notice, NoticeStep, Position};

/// Notices that are not delivered yet.
pub const WAITING: &str = "yiping_notify_waiting";
/// Notices that were given up within a day.
pub const GIVEN_UP_LATELY: &str = "yiping_notify_given_up_lately";
/// Steps of notices, by what happened (`queued`, `failed`, `delivered`, `given_up`).
pub const STEPS: &str = "yiping_notify_steps_total";
/// Positions of the log that are not read yet.
pub const LAG: &str = "yiping_notify_lag_records";
/// Times that the log could not be read or written.
pub const FAILURES: &str = "yiping_notify_failures_total";

pub(crate) fn show(standing: Standing, position: Position, end: Position) {
    gauge!(WAITING).set(standing.waiting as f64);
    gauge!(GIVEN_UP_LATELY).set(standing.given_up as f64);
    gauge!(LAG).set(end.0.saturating_sub(position.0) as f64);
}

pub(crate) fn stepped(notice: &Notice) {
    let step: &NoticeStep = &notice.step;
    counter!(STEPS, "step" => step.name()).increment(1);
}

pub(crate) fn failed() {
    counter!(FAILURES).increment(1);
}

/// Heartbeats, by whether they were heard (`heard`, `unheard`).
pub const BEATS: &str = "yiping_heartbeats_total";

pub(crate) fn beat(heard: bool) {
    let outcome = if heard { "heard" } else { "unheard" };
    counter!(BEATS, "outcome" => outcome).increment(1);
}
