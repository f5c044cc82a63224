//! What some records of the log say, sorted into the rows that they become. Pure: no database.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use yiping_model::{
    Alarm, AlarmId, Body, Disposition, Finding, IndexResult, Measured, Outcome, Position, Reading,
    Record, Reject, SourceId, Timestamp, WindowLength, WindowResult,
};

use super::day::Day;
use super::events::{DerivedRow, EventRow};
use super::memory::Memory;
use super::names;

/// The years 1 to 9999: what every backend has a date for.
pub(super) const CALENDAR: Range<Timestamp> = Range {
    start: Timestamp::from_secs(-62_135_596_800),
    end: Timestamp::from_secs(253_402_300_800),
};

/// The rows of one transaction.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Observations in the order of the log, those of one table together, repetitions included: the tables know what came before.
    pub(crate) observations: BTreeMap<Group, Vec<ObservationRow>>,
    /// The last observation of each datastream that was heard.
    pub(crate) latest: BTreeMap<i64, ObservationRow>,
    /// Of each window the result that counts: datastream, length and hop in seconds (0: tumbling), start.
    pub(crate) windows: BTreeMap<(i64, u32, u32, Timestamp), WindowRow>,
    /// Of each index the result that counts: thing, kind, start.
    pub(crate) indices: BTreeMap<(i64, &'static str, Timestamp), IndexRow>,
    /// The alarms that changed, as they are after the last change.
    pub(crate) alarms: BTreeMap<AlarmId, Alarm>,
    /// Events in the order of the log, repetitions included.
    pub(crate) events: BTreeMap<Group, Vec<EventRow>>,
    /// Of each derived value the revision that counts: datastream, time.
    pub(crate) derived: BTreeMap<(i64, Timestamp), DerivedRow>,
    /// Dead letters.
    pub(crate) rejects: Vec<RejectRow>,
    /// What each door brought; `accepted` and `late` follow when the observations are written.
    pub(crate) figures: BTreeMap<i64, Figures>,
}

/// Observations that share table and figures, so that the count of rows that a statement took is all that the figures need.
///
/// The groups are written in their order. An observation that comes twice is late the second time if it was the first time, so its first
/// arrival is always written first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Group {
    pub(crate) day: Day,
    pub(crate) source: i64,
    pub(crate) late: bool,
}

/// An observation. `zero_sign` is -1 for -0.0, which the databases do not tell from 0.0, else 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ObservationRow {
    pub(crate) datastream: i64,
    pub(crate) phenomenon_time: Timestamp,
    pub(crate) value: f64,
    pub(crate) zero_sign: i64,
    pub(crate) source: i64,
    pub(crate) received_at: Timestamp,
    pub(crate) quality: i64,
}

impl ObservationRow {
    /// The order of one datastream's observations: time, value, source.
    fn order(&self, other: &Self) -> Ordering {
        self.phenomenon_time
            .cmp(&other.phenomenon_time)
            .then(self.value.total_cmp(&other.value))
            .then(self.source.cmp(&other.source))
    }
}

/// A window result and its datastream's id.
#[derive(Debug)]
pub(crate) struct WindowRow {
    pub(crate) datastream: i64,
    pub(crate) hop_secs: u32,
    pub(crate) result: WindowResult,
}

impl WindowRow {
    /// Its quantiles in JSON; `None` without any.
    pub(crate) fn quantiles(&self) -> Result<Option<String>, serde_json::Error> {
        let quantiles = &self.result.quantiles;
        (!quantiles.is_empty())
            .then(|| names::text(quantiles))
            .transpose()
    }

    /// What it said before, in JSON.
    pub(crate) fn before(&self) -> Result<Option<String>, serde_json::Error> {
        self.result.before.as_ref().map(names::text).transpose()
    }
}

/// An index and its thing's id.
#[derive(Debug)]
pub(crate) struct IndexRow {
    pub(crate) thing: i64,
    pub(crate) result: IndexResult,
}

/// A dead letter and its door's id.
#[derive(Debug)]
pub(crate) struct RejectRow {
    pub(crate) position: Position,
    pub(crate) received_at: Timestamp,
    pub(crate) source: i64,
    pub(crate) reject: Reject,
}

/// What one door brought with these records.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) name: SourceId,
    pub(crate) observations: u64,
    pub(crate) accepted: u64,
    pub(crate) late: u64,
    pub(crate) quarantined: u64,
    pub(crate) rejected: u64,
    pub(crate) last_received_at: Timestamp,
}

impl Batch {
    /// Sorts the records. The memory learns new ids, latest times and alarms from them; it is ahead of the tables until they are written.
    pub(crate) fn gather(records: &[Record], memory: &mut Memory, lateness: Duration) -> Self {
        let mut batch = Self::default();
        for record in records {
            match &record.body {
                Body::Reading(reading) => batch.reading(record, reading, memory, lateness),
                Body::Reject(reject) => batch.reject(record, reject, memory),
                Body::Finding(Finding {
                    outcome: Outcome::Window(result),
                    ..
                }) => batch.window(result, memory),
                Body::Finding(Finding {
                    outcome: Outcome::Index(result),
                    ..
                }) => batch.index(result, memory),
                Body::Event(event) => batch.event(record, event, memory, lateness),
                Body::Finding(Finding {
                    outcome: Outcome::Derived(result),
                    ..
                }) => batch.derived(record, result, memory),
                Body::Finding(_)
                | Body::Decision(_)
                | Body::Notice(_)
                | Body::Command(_)
                | Body::Duty(_)
                | Body::Drill(_)
                | Body::Recall(_)
                | Body::Positions(_)
                | Body::Tick => {
                    if let Some(alarm) = memory.book.apply(record) {
                        batch.alarms.insert(alarm.event.alarm.clone(), alarm);
                    }
                }
            }
        }
        batch
    }

    pub(super) fn reading(
        &mut self,
        record: &Record,
        reading: &Reading,
        memory: &mut Memory,
        lateness: Duration,
    ) {
        let at = reading.phenomenon_time;
        let source = memory.registry.source(&reading.source);
        let in_calendar = CALENDAR.contains(&at);
        let latest_before = in_calendar
            .then(|| memory.registry.heard(&reading.thing, at))
            .flatten();
        let group = Group {
            day: Day::of(at),
            source,
            late: latest_before.is_some_and(|latest| at < latest - lateness),
        };
        for measured in &reading.values {
            if !(in_calendar && measured.value.is_finite()) {
                self.refuse(record, reading, measured, source);
                continue;
            }
            self.figures(source, &reading.source, record).observations += 1;
            let row = ObservationRow {
                datastream: memory
                    .registry
                    .datastream(&reading.thing, &measured.property),
                phenomenon_time: at,
                value: measured.value,
                zero_sign: zero_sign(measured.value),
                source,
                received_at: record.received_at,
                quality: names::quality(measured.quality),
            };
            self.observations.entry(group).or_default().push(row);
            let latest = self.latest.entry(row.datastream).or_insert(row);
            if row.order(latest).is_gt() {
                *latest = row;
            }
        }
    }

    fn window(&mut self, result: &WindowResult, memory: &mut Memory) {
        let id = &result.datastream;
        let datastream = memory.registry.datastream(&id.thing, &id.property);
        let hop_secs = result.hop.map_or(0, WindowLength::secs);
        let name = (datastream, result.length.secs(), hop_secs, result.start);
        let kept = self.windows.get(&name).map(|kept| &kept.result);
        if kept.is_none_or(|kept| (result.revision, result.stage) >= (kept.revision, kept.stage)) {
            let result = result.clone();
            self.windows.insert(
                name,
                WindowRow {
                    datastream,
                    hop_secs,
                    result,
                },
            );
        }
    }

    fn index(&mut self, result: &IndexResult, memory: &mut Memory) {
        let thing = memory.registry.thing(&result.thing);
        let name = (thing, names::kind(result.kind), result.start);
        let kept = self.indices.get(&name).map(|kept| &kept.result);
        if kept.is_none_or(|kept| result.revision >= kept.revision) {
            let result = result.clone();
            self.indices.insert(name, IndexRow { thing, result });
        }
    }

    /// Doors let no such observation in; if one did, history must neither stop at it nor lose count of it.
    fn refuse(&mut self, record: &Record, reading: &Reading, measured: &Measured, source: i64) {
        tracing::error!(
            position = record.position.0,
            source = %reading.source,
            thing = %reading.thing,
            property = %measured.property,
            at = %reading.phenomenon_time,
            value = measured.value,
            "an observation that is not finite, or of no year from 1 to 9999, is in the log: history counts it as rejected"
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

    pub(super) fn figures(
        &mut self,
        source: i64,
        name: &SourceId,
        record: &Record,
    ) -> &mut Figures {
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

    /// Notes how many of a group's observations or events were new to the tables.
    pub(crate) fn accept(&mut self, group: Group, taken: u64) {
        if let Some(figures) = self.figures.get_mut(&group.source) {
            figures.accepted += taken;
            figures.late += if group.late { taken } else { 0 };
        }
    }
}

impl Figures {
    /// What had come before.
    pub(crate) const fn duplicate(&self) -> u64 {
        self.observations.saturating_sub(self.accepted)
    }
}

pub(super) fn zero_sign(value: f64) -> i64 {
    if value == 0.0 && value.is_sign_negative() {
        -1
    } else {
        0
    }
}
