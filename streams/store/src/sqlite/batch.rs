//! What some records of the log say, sorted into the rows that they become. Pure: no database.

use std::collections::BTreeMap;
use std::time::Duration;

use yiping_model::{
    Alarm, AlarmId, Body, DatastreamId, Disposition, Finding, IndexResult, Measured, Outcome,
    Position, Reading, Record, Reject, SourceId, Timestamp, WindowResult,
};

use super::day::Day;
use super::memory::Memory;
use super::names;

/// The rows of one transaction.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Observations in the order of the log, those of one table together, repetitions included: the tables know what came before.
    pub(super) observations: BTreeMap<Group, Vec<ObservationRow>>,
    /// Window results in the order of the log.
    pub(super) windows: Vec<WindowRow>,
    /// Indices in the order of the log.
    pub(super) indices: Vec<IndexRow>,
    /// The alarms that changed, as they are after the last change.
    pub(super) alarms: BTreeMap<AlarmId, Alarm>,
    /// Dead letters.
    pub(super) rejects: Vec<RejectRow>,
    /// What each door brought; `accepted` and `late` follow when the observations are written.
    pub(super) figures: BTreeMap<i64, Figures>,
}

/// Observations that share table and figures, so that the count of rows that a statement took is all that the figures need.
///
/// The groups are written in their order. An observation that comes twice is late the second time if it was the first time, so its first
/// arrival is always written first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub(super) day: Day,
    pub(super) source: i64,
    pub(super) late: bool,
}

/// An observation. `zero_sign` is -1 for -0.0, which SQLite does not tell from 0.0, else 0.
#[derive(Debug)]
pub(super) struct ObservationRow {
    pub(super) datastream: i64,
    pub(super) phenomenon_time: Timestamp,
    pub(super) value: f64,
    pub(super) zero_sign: i64,
    pub(super) source: i64,
    pub(super) received_at: Timestamp,
    pub(super) quality: i64,
}

/// A window result and its datastream's id.
#[derive(Debug)]
pub(super) struct WindowRow {
    pub(super) datastream: i64,
    pub(super) result: WindowResult,
}

/// An index and its thing's id.
#[derive(Debug)]
pub(super) struct IndexRow {
    pub(super) thing: i64,
    pub(super) result: IndexResult,
}

/// A dead letter and its door's id.
#[derive(Debug)]
pub(super) struct RejectRow {
    pub(super) position: Position,
    pub(super) received_at: Timestamp,
    pub(super) source: i64,
    pub(super) reject: Reject,
}

/// What one door brought with these records.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) name: SourceId,
    pub(super) observations: u64,
    pub(super) accepted: u64,
    pub(super) late: u64,
    pub(super) quarantined: u64,
    pub(super) rejected: u64,
    pub(super) last_received_at: Timestamp,
}

impl Batch {
    /// Sorts the records. The memory learns new ids, latest times and alarms from them; it is ahead of the tables until they are written.
    pub(super) fn gather(records: &[Record], memory: &mut Memory, lateness: Duration) -> Self {
        let mut batch = Self::default();
        for record in records {
            match &record.body {
                Body::Reading(reading) => batch.reading(record, reading, memory, lateness),
                Body::Reject(reject) => batch.reject(record, reject, memory),
                Body::Finding(Finding {
                    outcome: Outcome::Window(result),
                    ..
                }) => batch.windows.push(WindowRow {
                    datastream: datastream(memory, &result.datastream),
                    result: result.clone(),
                }),
                Body::Finding(Finding {
                    outcome: Outcome::Index(result),
                    ..
                }) => batch.indices.push(IndexRow {
                    thing: memory.registry.thing(&result.thing),
                    result: result.clone(),
                }),
                Body::Finding(_) | Body::Decision(_) | Body::Recall(_) | Body::Tick => {
                    if let Some(alarm) = memory.book.apply(record) {
                        batch.alarms.insert(alarm.event.alarm.clone(), alarm);
                    }
                }
            }
        }
        batch
    }

    fn reading(
        &mut self,
        record: &Record,
        reading: &Reading,
        memory: &mut Memory,
        lateness: Duration,
    ) {
        let at = reading.phenomenon_time;
        let source = memory.registry.source(&reading.source);
        let latest_before = memory.registry.heard(&reading.thing, at);
        let group = Group {
            day: Day::of(at),
            source,
            late: latest_before.is_some_and(|latest| at < latest - lateness),
        };
        for measured in &reading.values {
            if !measured.value.is_finite() {
                self.refuse(record, reading, measured, source);
                continue;
            }
            self.figures(source, &reading.source, record).observations += 1;
            let datastream = memory
                .registry
                .datastream(&reading.thing, &measured.property);
            self.observations
                .entry(group)
                .or_default()
                .push(ObservationRow {
                    datastream,
                    phenomenon_time: at,
                    value: measured.value,
                    zero_sign: zero_sign(measured.value),
                    source,
                    received_at: record.received_at,
                    quality: names::quality(measured.quality),
                });
        }
    }

    /// Doors let no such value in; if one did, history must neither stop at it nor lose count of it.
    fn refuse(&mut self, record: &Record, reading: &Reading, measured: &Measured, source: i64) {
        tracing::error!(
            position = record.position.0,
            source = %reading.source,
            thing = %reading.thing,
            property = %measured.property,
            "an observation that is not finite is in the log: history counts it as rejected"
        );
        self.figures(source, &reading.source, record).rejected += 1;
    }

    fn reject(&mut self, record: &Record, reject: &Reject, memory: &mut Memory) {
        let source = memory.registry.source(&reject.source);
        let figures = self.figures(source, &reject.source, record);
        let items = u64::from(reject.items);
        match reject.disposition {
            Disposition::Quarantined => figures.quarantined += items,
            Disposition::Rejected => figures.rejected += items,
        }
        self.rejects.push(RejectRow {
            position: record.position,
            received_at: record.received_at,
            source,
            reject: reject.clone(),
        });
    }

    fn figures(&mut self, source: i64, name: &SourceId, record: &Record) -> &mut Figures {
        let figures = self.figures.entry(source).or_insert_with(|| Figures {
            name: name.clone(),
            observations: 0,
            accepted: 0,
            late: 0,
            quarantined: 0,
            rejected: 0,
            last_received_at: record.received_at,
        });
        figures.last_received_at = record.received_at;
        figures
    }

    /// Notes how many of a group's observations were new to the tables.
    pub(super) fn accept(&mut self, group: Group, taken: u64) {
        if let Some(figures) = self.figures.get_mut(&group.source) {
            figures.accepted += taken;
            figures.late += if group.late { taken } else { 0 };
        }
    }
}

impl Figures {
    /// What had come before.
    pub(super) const fn duplicate(&self) -> u64 {
        self.observations.saturating_sub(self.accepted)
    }
}

fn datastream(memory: &mut Memory, id: &DatastreamId) -> i64 {
    memory.registry.datastream(&id.thing, &id.property)
}

fn zero_sign(value: f64) -> i64 {
    if value == 0.0 && value.is_sign_negative() {
        -1
    } else {
        0
    }
}
