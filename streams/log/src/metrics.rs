//! The figures of the log, and their names.

use std::time::{Duration, Instant};

use metrics::{
    Counter, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge,
    histogram,
};
use yiping_model::Class;

/// Appends that became durable.
pub const APPENDS_TOTAL: &str = "yiping_log_appends_total";
/// Records that became durable.
pub const RECORDS_TOTAL: &str = "yiping_log_records_total";
/// Bytes that became durable.
pub const BYTES_TOTAL: &str = "yiping_log_bytes_total";
/// How long a commit took, from its first append until it was published.
pub const COMMIT_SECONDS: &str = "yiping_log_commit_seconds";
/// How long the disk took to sync a commit.
pub const SYNC_SECONDS: &str = "yiping_log_sync_seconds";
/// Bytes of unacknowledged commits that were cut off at a start.
pub const TORN_BYTES_TOTAL: &str = "yiping_log_torn_bytes_total";
/// Records that retention dropped, by `class`: input, result, alarm.
pub const DROPPED_RECORDS_TOTAL: &str = "yiping_log_dropped_records_total";
/// Bytes that retention freed.
pub const DROPPED_BYTES_TOTAL: &str = "yiping_log_dropped_bytes_total";
/// Bytes of all segments, when retention last looked.
pub const SIZE_BYTES: &str = "yiping_log_size_bytes";
/// Segments, when retention last looked.
pub const SEGMENTS: &str = "yiping_log_segments";
/// How far the machine's clock was ahead of city time when it was last said to be more than an hour off; negative behind, 0 while all is well.
pub const CLOCK_APART_SECONDS: &str = "yiping_log_clock_apart_seconds";

/// Records that a reader had to read at the start before it was up to date, by `reader`.
pub const START_RECORDS: &str = "yiping_log_start_records";
/// The time, by the city clock, in which those records were received, by `reader`.
pub const START_SECONDS: &str = "yiping_log_start_seconds";

/// Tells the recorder what the figures mean.
pub(crate) fn describe() {
    describe_counter!(APPENDS_TOTAL, "Appends that became durable");
    describe_counter!(RECORDS_TOTAL, "Records that became durable");
    describe_counter!(BYTES_TOTAL, Unit::Bytes, "Bytes that became durable");
    describe_histogram!(COMMIT_SECONDS, Unit::Seconds, "How long a commit took");
    describe_histogram!(SYNC_SECONDS, Unit::Seconds, "How long its sync took");
    describe_counter!(TORN_BYTES_TOTAL, Unit::Bytes, "Bytes cut off at a start");
    describe_counter!(DROPPED_RECORDS_TOTAL, "Records that retention dropped");
    describe_counter!(
        DROPPED_BYTES_TOTAL,
        Unit::Bytes,
        "Bytes that retention freed"
    );
    describe_gauge!(SIZE_BYTES, Unit::Bytes, "Bytes of all segments");
    describe_gauge!(START_RECORDS, "Records that a reader read at the start");
    describe_gauge!(
        START_SECONDS,
        Unit::Seconds,
        "Time in which those records were received"
    );
    describe_gauge!(SEGMENTS, "Segments of the log");
    describe_gauge!(
        CLOCK_APART_SECONDS,
        Unit::Seconds,
        "How far the machine's clock is ahead of city time, where that is more than an hour; else 0"
    );
}

/// What one commit did.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) appends: usize,
    pub(crate) records: usize,
    pub(crate) bytes: usize,
    pub(crate) took: Duration,
    pub(crate) sync_took: Duration,
}

/// The figures that every commit moves, looked up once.
#[derive(Debug)]
pub(crate) struct Commits {
    appends: Counter,
    records: Counter,
    bytes: Counter,
    took: Histogram,
    sync_took: Histogram,
}

impl Commits {
    pub(crate) fn new() -> Self {
        Self {
            appends: counter!(APPENDS_TOTAL),
            records: counter!(RECORDS_TOTAL),
            bytes: counter!(BYTES_TOTAL),
            took: histogram!(COMMIT_SECONDS),
            sync_took: histogram!(SYNC_SECONDS),
        }
    }

    pub(crate) fn count(&self, commit: &Committed) {
        self.appends.increment(commit.appends as u64);
        self.records.increment(commit.records as u64);
        self.bytes.increment(commit.bytes as u64);
        self.took.record(commit.took);
        self.sync_took.record(commit.sync_took);
    }
}

pub(crate) fn torn(bytes: u64) {
    counter!(TORN_BYTES_TOTAL).increment(bytes);
}

/// What went out of one segment.
#[derive(Debug, Default)]
pub(crate) struct Dropped {
    input: u64,
    results: u64,
    alarms: u64,
    pub(crate) bytes: u64,
}

impl Dropped {
    /// Counts a record of this class; none is a decision.
    pub(crate) const fn count(&mut self, class: Class) {
        match class {
            Class::Input => self.input += 1,
            Class::Result => self.results += 1,
            Class::Alarm => self.alarms += 1,
            Class::Decision => {}
        }
    }

    pub(crate) const fn records(&self) -> u64 {
        self.input + self.results + self.alarms
    }
}

pub(crate) fn dropped(gone: &Dropped) {
    counter!(DROPPED_RECORDS_TOTAL, "class" => "input").increment(gone.input);
    counter!(DROPPED_RECORDS_TOTAL, "class" => "result").increment(gone.results);
    counter!(DROPPED_RECORDS_TOTAL, "class" => "alarm").increment(gone.alarms);
    counter!(DROPPED_BYTES_TOTAL).increment(gone.bytes);
}

pub(crate) fn show_size(bytes: u64, segments: usize) {
    gauge!(SIZE_BYTES).set(bytes as f64);
    gauge!(SEGMENTS).set(segments as f64);
}

pub(crate) fn show_clock(apart_secs: f64) {
    gauge!(CLOCK_APART_SECONDS).set(apart_secs);
}

pub(crate) fn show_start(reader: &'static str, records: u64, span: Duration) {
    gauge!(START_RECORDS, "reader" => reader).set(records as f64);
    gauge!(START_SECONDS, "reader" => reader).set(span.as_secs_f64());
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "a duration of the machine, for a figure; no record depends on it"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
