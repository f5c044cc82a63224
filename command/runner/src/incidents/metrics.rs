//! The figures of incidents.

use ::metrics::{counter, gauge};
use yiping_desk::command::{Counts, Desk, Outcome};
use yiping_desk::hotline::Refused;
use yiping_model::Position;

use super::ActError;

/// Incidents that are not over.
pub const OPEN: &str = "yiping_command_open_incidents";
/// Acts that were read, by what became of them (`counts`, `again`, or why they do not count).
pub const ACTS: &str = "yiping_command_acts_total";
/// Positions of the log that are not read yet.
pub const LAG: &str = "yiping_command_lag_records";
/// Times that the log could not be read or written.
pub const FAILURES: &str = "yiping_command_failures_total";

/// Photographs that were brought, by what became of them (`kept`, or why they are not).
pub const EVIDENCE: &str = "yiping_evidence_total";

/// Counts a photograph; `refused` says why it is not kept.
pub(crate) fn brought(refused: Option<&ActError>) {
    let verdict = refused.map_or("kept", ActError::code);
    counter!(EVIDENCE, "verdict" => verdict).increment(1);
}

/// Orders of a hotline that were new.
pub const ORDERS: &str = "yiping_orders_total";
/// Orders that were refused, by reason.
pub const ORDERS_REFUSED: &str = "yiping_orders_refused_total";

pub(crate) fn orders(accepted: usize, refused: &[Refused]) {
    counter!(ORDERS).increment(accepted as u64);
    for one in refused {
        counter!(ORDERS_REFUSED, "reason" => one.reason.name()).increment(1);
    }
}

pub(crate) fn show(desk: &Desk, end: Position) {
    gauge!(OPEN).set(desk.book().open() as f64);
    gauge!(LAG).set(end.0.saturating_sub(desk.position().0) as f64);
}

pub(crate) fn acted(outcome: &Outcome) {
    let verdict = match &outcome.verdict {
        Ok(Counts::New) => "counts",
        Ok(Counts::Again) => "again",
        Err(refusal) => refusal.code(),
    };
    counter!(ACTS, "verdict" => verdict).increment(1);
}

pub(crate) fn failed() {
    counter!(FAILURES).increment(1);
}
