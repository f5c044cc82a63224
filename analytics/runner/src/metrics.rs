//! The figures of the runner and of its engine.

use ::metrics::{Counter, Gauge, counter, gauge};
use yiping_engine::Counts;

/// Records handled.
pub const RECORDS: &str = "yiping_runner_records_total";
/// Findings appended.
pub const FINDINGS: &str = "yiping_runner_findings_total";
/// Findings that came out again after a restart and were in the log already.
pub const KNOWN_FINDINGS: &str = "yiping_runner_known_findings_total";
/// Calls of the log that were tried again.
pub const RETRIES: &str = "yiping_runner_retries_total";
/// Positions of the log that are not handled yet.
pub const LAG: &str = "yiping_runner_lag_records";
/// Size of the last checkpoint.
pub const CHECKPOINT_BYTES: &str = "yiping_runner_checkpoint_bytes";
/// Stretches of time of which history was asked because something late touched them, by `outcome`: answered, `too_long`, behind, failed.
pub const RECALLS: &str = "yiping_runner_recalls_total";
/// Window results and indices that late data corrected.
pub const REVISED: &str = "yiping_engine_revised_total";
/// Late observations that corrected nothing because their stretch of time is too long to be recalled.
pub const UNREVISED: &str = "yiping_engine_unrevised_total";
/// Observations given to the engine, by `outcome`: counted, duplicate, late, `too_late`, unusable, `over_limit`.
pub const OBSERVATIONS: &str = "yiping_engine_observations_total";
/// Events given to the engine, by `outcome`: counted, duplicate, late, `too_late`, `over_limit`.
pub const EVENTS: &str = "yiping_engine_events_total";
/// Datastreams that the engine follows.
pub const SERIES: &str = "yiping_engine_series";

/// The figures that every batch moves, looked up once.
#[derive(Debug)]
pub(crate) struct Batches {
    records: Counter,
    findings: Counter,
    known_findings: Counter,
    lag: Gauge,
    /// In the order of [`outcomes`].
    observations: [Counter; 6],
    /// In the order of [`event_outcomes`].
    events: [Counter; 5],
    revised: Counter,
    unrevised: Counter,
    series: Gauge,
}

impl Batches {
    pub(crate) fn new() -> Self {
        Self {
            records: counter!(RECORDS),
            findings: counter!(FINDINGS),
            known_findings: counter!(KNOWN_FINDINGS),
            lag: gauge!(LAG),
            observations: outcomes(Counts::default())
                .map(|(outcome, _)| counter!(OBSERVATIONS, "outcome" => outcome)),
            events: event_outcomes(Counts::default())
                .map(|(outcome, _)| counter!(EVENTS, "outcome" => outcome)),
            revised: counter!(REVISED),
            unrevised: counter!(UNREVISED),
            series: gauge!(SERIES),
        }
    }

    pub(crate) fn count(&self, records: usize, findings: usize, known: usize) {
        self.records.increment(records as u64);
        self.findings.increment(findings as u64);
        self.known_findings.increment(known as u64);
    }

    pub(crate) fn show(&self, lag: u64, counts: Counts) {
        self.lag.set(lag as f64);
        for (counter, (_, count)) in self.observations.iter().zip(outcomes(counts)) {
            counter.absolute(count);
        }
        for (counter, (_, count)) in self.events.iter().zip(event_outcomes(counts)) {
            counter.absolute(count);
        }
        self.revised.absolute(counts.revised);
        self.unrevised.absolute(counts.unrevised);
        self.series.set(counts.series as f64);
    }
}

const fn outcomes(counts: Counts) -> [(&'static str, u64); 6] {
    [
        ("counted", counts.counted),
        ("duplicate", counts.duplicate),
        ("late", counts.late),
        ("too_late", counts.too_late),
        ("unusable", counts.unusable),
        ("over_limit", counts.over_limit),
    ]
}

const fn event_outcomes(counts: Counts) -> [(&'static str, u64); 5] {
    let events = counts.events;
    [
        ("counted", events.counted),
        ("duplicate", events.duplicate),
        ("late", events.late),
        ("too_late", events.too_late),
        ("over_limit", events.over_limit),
    ]
}

/// What became of a question to history.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Recalled {
    Answered,
    TooLong,
    Behind,
    Failed,
}

pub(crate) fn count_recall(outcome: Recalled) {
    let name = match outcome {
        Recalled::Answered => "answered",
        Recalled::TooLong => "too_long",
        Recalled::Behind => "behind",
        Recalled::Failed => "failed",
    };
    counter!(RECALLS, "outcome" => name).increment(1);
}

pub(crate) fn count_retry() {
    counter!(RETRIES).increment(1);
}

pub(crate) fn show_checkpoint(bytes: usize) {
    gauge!(CHECKPOINT_BYTES).set(bytes as f64);
}
