//! What the writer keeps at hand between two transactions. All of it can be read from the tables again, and is after each failure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yiping_log::LogId;
use yiping_model::{Alarm, AlarmBook, AlarmId, AlarmState, Position, Timestamp};

use super::batch::Batch;
use super::day::Day;
use super::registry::Registry;
use super::{pack, parsed};
use crate::StoreError;

/// What the tables keep of it.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The last record.
    pub(crate) position: i64,
    /// The id of its log.
    pub(crate) log: Option<String>,
    /// Doors: id, name.
    pub(crate) sources: Vec<(i64, String)>,
    /// Things: id, name, latest time in microseconds.
    pub(crate) things: Vec<(i64, String, Option<i64>)>,
    /// Datastreams: id, thing's id, property.
    pub(crate) datastreams: Vec<(i64, i64, String)>,
    /// The first days of the parts that hold observations.
    pub(crate) parts: Vec<i64>,
    /// Days and datastreams whose observations have no pack.
    pub(crate) unpacked: Vec<(i64, i64)>,
    /// The window lengths and hops (0: tumbling) that were ever stored, in seconds.
    pub(crate) shapes: Vec<(u32, u32)>,
    /// The datastreams that hold derived values.
    pub(crate) derived: Vec<i64>,
    /// How many dead letters.
    pub(crate) rejects: i64,
    /// The alarms that the book holds, in JSON.
    pub(crate) alarms: Vec<String>,
}

/// The writer's memory.
#[derive(Debug)]
pub(crate) struct Memory {
    /// The last record in the tables.
    pub(crate) position: Position,
    /// The id of its log; `None` in tables of before there was one.
    pub(crate) log: Option<String>,
    /// The ids.
    pub(crate) registry: Registry,
    /// The first days of the parts that hold observations.
    pub(crate) parts: BTreeSet<Day>,
    /// Days and datastreams whose observations have no pack.
    pub(crate) unpacked: BTreeSet<(Day, i64)>,
    /// The window lengths and hops that were ever stored.
    pub(crate) shapes: BTreeSet<(u32, u32)>,
    /// The alarms, folded from the log.
    pub(crate) book: AlarmBook,
    /// The alarms that the tables say are in the book.
    pub(crate) remembered: BTreeSet<AlarmId>,
    /// The datastreams that hold derived values.
    pub(crate) derived: BTreeSet<i64>,
    /// How many dead letters are in their table.
    pub(crate) rejects_kept: u64,
}

impl Memory {
    /// Takes what the tables keep.
    ///
    /// # Errors
    /// [`StoreError::Row`] when a row does not read back.
    pub(crate) fn of(kept: Kept) -> Result<Self, StoreError> {
        let alarms: Vec<Alarm> = kept
            .alarms
            .iter()
            .map(|alarm| parsed("alarm", alarm))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            position: Position(kept.position as u64),
            log: kept.log,
            registry: Registry::of(kept.sources, kept.things, kept.datastreams)?,
            parts: kept.parts.into_iter().map(Day::from_number).collect(),
            unpacked: kept
                .unpacked
                .into_iter()
                .map(|(day, datastream)| (Day::from_number(day), datastream))
                .collect(),
            shapes: kept.shapes.into_iter().collect(),
            remembered: alarms
                .iter()
                .map(|alarm| alarm.event.alarm.clone())
                .collect(),
            book: book_of(alarms)?,
            derived: kept.derived.into_iter().collect(),
            rejects_kept: kept.rejects as u64,
        })
    }

    /// Notes of which log the next records are, where that was told.
    ///
    /// # Errors
    /// [`StoreError::OtherLog`] when those in the tables are of another.
    pub(crate) fn follow(&mut self, log: Option<LogId>) -> Result<(), StoreError> {
        let Some(log) = log.map(|log| log.to_string()) else {
            return Ok(());
        };
        match self.log.take() {
            Some(found) if found != log => Err(StoreError::OtherLog { found, log }),
            _ => {
                self.log = Some(log);
                Ok(())
            }
        }
    }

    /// Why the position in the tables is not this one, where they say this of their log.
    pub(crate) fn displaced(&self, found: Option<String>) -> StoreError {
        match (found, self.log.clone()) {
            (Some(found), Some(log)) if found != log => StoreError::OtherLog { found, log },
            _ => StoreError::TwoWriters(self.position),
        }
    }

    /// The alarms that the book has forgotten since the last call.
    pub(crate) fn take_forgotten(&mut self) -> Vec<AlarmId> {
        let book = &self.book;
        let forgotten: Vec<AlarmId> = self
            .remembered
            .iter()
            .filter(|id| book.known(id).is_none())
            .cloned()
            .collect();
        for id in &forgotten {
            self.remembered.remove(id);
        }
        forgotten
    }

    /// Notes that these observations come; says which days and datastreams lose their pack, if they have one.
    pub(crate) fn touch(&mut self, batch: &Batch) -> Vec<(i64, i64)> {
        let mut touched = Vec::new();
        for (group, rows) in &batch.observations {
            for row in rows {
                if self.unpacked.insert((group.day, row.datastream)) {
                    touched.push((group.day.number(), row.datastream));
                }
            }
        }
        touched
    }

    /// Days and datastreams that may be packed by now, the oldest first.
    pub(crate) fn settled(&self, now: Timestamp) -> Vec<(Day, i64)> {
        let settled = self.unpacked.iter().copied();
        settled
            .take_while(|(day, _)| pack::is_settled(*day, now))
            .take(pack::PACKS_MAX)
            .collect()
    }

    /// The datastreams of which this batch holds the first derived values.
    pub(crate) fn newly_derived(&mut self, batch: &Batch) -> Vec<i64> {
        let datastreams = batch.derived.keys().map(|&(datastream, _)| datastream);
        datastreams
            .filter(|&datastream| self.derived.insert(datastream))
            .collect()
    }

    /// Notes that the days before this one were dropped.
    pub(crate) fn forget_before(&mut self, first_kept: Day) {
        self.unpacked = self.unpacked.split_off(&(first_kept, i64::MIN));
    }

    /// Notes that so many dead letters were added; says how many of the oldest must go.
    pub(crate) fn surplus_rejects(&mut self, added: u64, kept_max: u32) -> u64 {
        let kept = self.rejects_kept + added;
        self.rejects_kept = kept.min(kept_max.into());
        kept - self.rejects_kept
    }
}

/// The book that holds these alarms, through its serialized form: the model has no other way in.
fn book_of(alarms: Vec<Alarm>) -> Result<AlarmBook, StoreError> {
    #[derive(Default, Serialize)]
    struct Image {
        open: BTreeMap<AlarmId, Alarm>,
        closed: BTreeMap<AlarmId, Alarm>,
    }
    let mut image = Image::default();
    for alarm in alarms {
        let side = if alarm.state() == AlarmState::Normal {
            &mut image.closed
        } else {
            &mut image.open
        };
        side.insert(alarm.event.alarm.clone(), alarm);
    }
    serde_json::to_value(image)
        .and_then(serde_json::from_value)
        .map_err(|error| StoreError::Row {
            what: "alarm",
            detail: error.to_string(),
        })
}
