//! What the writer keeps at hand between two transactions. All of it can be read from the tables again, and is after each failure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sqlx::SqliteConnection;
use yiping_model::{Alarm, AlarmBook, AlarmId, AlarmState, Position};

use super::day::Day;
use super::read::parsed;
use super::registry::Registry;
use crate::StoreError;
use crate::error::Doing;

/// The writer's memory.
#[derive(Debug)]
pub(super) struct Memory {
    /// The last record in the tables.
    pub(super) position: Position,
    /// The ids.
    pub(super) registry: Registry,
    /// The days that have a table.
    pub(super) days: BTreeSet<Day>,
    /// The window lengths that were ever stored.
    pub(super) window_lengths_secs: BTreeSet<u32>,
    /// The alarms, folded from the log.
    pub(super) book: AlarmBook,
    /// The alarms that the tables say are in the book.
    pub(super) remembered: BTreeSet<AlarmId>,
    /// How many dead letters are in their table.
    pub(super) rejects_kept: u64,
}

impl Memory {
    pub(super) async fn load(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let position: i64 = sqlx::query_scalar("SELECT position FROM progress")
            .fetch_one(&mut *connection)
            .await
            .doing("read")?;
        let days: Vec<i64> = sqlx::query_scalar("SELECT day FROM days")
            .fetch_all(&mut *connection)
            .await
            .doing("read")?;
        let lengths: Vec<u32> = sqlx::query_scalar("SELECT length_secs FROM window_lengths")
            .fetch_all(&mut *connection)
            .await
            .doing("read")?;
        let rejects_kept: i64 = sqlx::query_scalar("SELECT count(*) FROM rejects")
            .fetch_one(&mut *connection)
            .await
            .doing("read")?;
        let alarms: Vec<String> =
            sqlx::query_scalar("SELECT alarm FROM alarms WHERE remembered = 1")
                .fetch_all(&mut *connection)
                .await
                .doing("read")?;
        let alarms: Vec<Alarm> = alarms
            .iter()
            .map(|alarm| parsed("alarm", alarm))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            position: Position(position as u64),
            registry: Registry::load(connection).await?,
            days: days.into_iter().map(Day::from_number).collect(),
            window_lengths_secs: lengths.into_iter().collect(),
            remembered: alarms
                .iter()
                .map(|alarm| alarm.event.alarm.clone())
                .collect(),
            book: book_of(alarms)?,
            rejects_kept: rejects_kept as u64,
        })
    }

    /// The alarms that the book has forgotten since the last call.
    pub(super) fn take_forgotten(&mut self) -> Vec<AlarmId> {
        let book = &self.book;
        let forgotten: Vec<AlarmId> = self
            .remembered
            .iter()
            .filter(|id| book.get(id).is_none())
            .cloned()
            .collect();
        for id in &forgotten {
            self.remembered.remove(id);
        }
        forgotten
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
