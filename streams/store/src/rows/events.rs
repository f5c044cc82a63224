//! Events, and values that the engine derived, as rows.

use yiping_model::{
    DerivedResult, Event, EventKey, EventKind, Reading, Record, SourceId, ThingId, Timestamp,
};

use super::answer::signed;
use super::batch::{Batch, CALENDAR, Group, zero_sign};
use super::day::Day;
use super::memory::Memory;
use super::time::Time;
use super::{id, names, parsed};
use crate::{Observation, Point, StoreError, StoredEvent};

/// Position, received at, source, thing, phenomenon time, kind, key, part, values in JSON.
pub(crate) type EventCells = (
    i64,
    Time,
    String,
    String,
    Time,
    String,
    String,
    String,
    String,
);
/// Time, received at, value, sign of zero.
pub(crate) type DerivedCells = (Time, Time, f64, i64);
/// The place in the question, and the derived value.
pub(crate) type DerivedLatestCells = (i64, Time, Time, f64, i64);

/// An event. Its identity is source, thing, kind, key, part and time; an absent key or part is an empty text, which no id is.
#[derive(Debug)]
pub(crate) struct EventRow {
    pub(crate) thing: i64,
    pub(crate) source: i64,
    pub(crate) position: i64,
    pub(crate) received_at: Timestamp,
    pub(crate) event: Event,
}

impl EventRow {
    pub(crate) fn key(&self) -> &str {
        text_of(self.event.key.as_ref())
    }

    pub(crate) fn part(&self) -> &str {
        text_of(self.event.part.as_ref())
    }

    /// Its values in JSON.
    pub(crate) fn measured(&self) -> Result<String, serde_json::Error> {
        names::text(&self.event.values)
    }
}

fn text_of(key: Option<&EventKey>) -> &str {
    key.map_or("", EventKey::as_str)
}

/// A derived value: `None` when the data did not suffice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DerivedRow {
    pub(crate) datastream: i64,
    pub(crate) time: Timestamp,
    pub(crate) revision: u32,
    pub(crate) value: Option<f64>,
    pub(crate) received_at: Timestamp,
}

impl DerivedRow {
    pub(crate) fn zero_sign(&self) -> i64 {
        self.value.map_or(0, zero_sign)
    }
}

impl Batch {
    /// An event counts as one, and each of its values is an observation of its thing.
    pub(super) fn event(
        &mut self,
        record: &Record,
        event: &Event,
        memory: &mut Memory,
        lateness: std::time::Duration,
    ) {
        let at = event.phenomenon_time;
        let source = memory.registry.source(&event.source);
        if CALENDAR.contains(&at) {
            let latest_before = memory.registry.latest(&event.thing);
            let group = Group {
                day: Day::of(at),
                source,
                late: latest_before.is_some_and(|latest| at < latest - lateness),
            };
            self.figures(source, &event.source, record).observations += 1;
            self.events.entry(group).or_default().push(EventRow {
                thing: memory.registry.thing(&event.thing),
                source,
                position: record.position.0 as i64,
                received_at: record.received_at,
                event: event.clone(),
            });
        } else {
            self.figures(source, &event.source, record).rejected += 1;
            tracing::error!(
                position = record.position.0, source = %event.source, thing = %event.thing, %at,
                "an event of no year from 1 to 9999 is in the log: history counts it as rejected"
            );
        }
        let reading = Reading {
            source: event.source.clone(),
            thing: event.thing.clone(),
            phenomenon_time: at,
            values: event.values.iter().cloned().collect(),
        };
        self.reading(record, &reading, memory, lateness);
    }

    pub(super) fn derived(&mut self, record: &Record, result: &DerivedResult, memory: &mut Memory) {
        if !CALENDAR.contains(&result.time) {
            tracing::error!(
                position = record.position.0, datastream = %result.datastream, at = %result.time,
                "a derived value of no year from 1 to 9999 is in the log: history leaves it out"
            );
            return;
        }
        let id = &result.datastream;
        let datastream = memory.registry.datastream(&id.thing, &id.property);
        let row = DerivedRow {
            datastream,
            time: result.time,
            revision: result.revision,
            value: result.value.filter(|value| value.is_finite()),
            received_at: record.received_at,
        };
        let kept = self.derived.entry((datastream, result.time)).or_insert(row);
        if row.revision >= kept.revision {
            *kept = row;
        }
    }
}

/// The event of a row.
pub(crate) fn event(cells: EventCells) -> Result<StoredEvent, StoreError> {
    let (position, received_at, source, thing, phenomenon_time, kind, key, part, measured) = cells;
    Ok(StoredEvent {
        position: yiping_model::Position(position as u64),
        received_at: received_at.0,
        event: Event {
            source: id("source", SourceId::new(source))?,
            thing: id("thing", ThingId::new(thing))?,
            phenomenon_time: phenomenon_time.0,
            kind: id("event", EventKind::new(kind))?,
            key: key_of(&key)?,
            part: key_of(&part)?,
            values: parsed("event", &measured)?,
        },
    })
}

fn key_of(text: &str) -> Result<Option<EventKey>, StoreError> {
    if text.is_empty() {
        return Ok(None);
    }
    id("event", EventKey::new(text)).map(Some)
}

/// Derived values as observations.
pub(crate) fn derived(cells: &[DerivedCells]) -> Result<Vec<Observation>, StoreError> {
    cells.iter().map(one).collect()
}

fn one(&(time, received_at, value, zero_sign): &DerivedCells) -> Result<Observation, StoreError> {
    Ok(Observation {
        phenomenon_time: time.0,
        received_at: received_at.0,
        value: signed(value, zero_sign),
        quality: yiping_model::Quality::Good,
        source: id("source", SourceId::new(SourceId::DERIVED))?,
    })
}

/// Observations and derived values of one datastream, in their order.
pub(crate) fn merged(
    mut observed: Vec<Observation>,
    derived: Vec<Observation>,
    limit: usize,
) -> Vec<Observation> {
    if derived.is_empty() {
        return observed;
    }
    observed.extend(derived);
    // The sort is stable: of equal ones the observed comes first.
    observed.sort_by(|a, b| {
        let by_time = a.phenomenon_time.cmp(&b.phenomenon_time);
        by_time.then(a.value.total_cmp(&b.value))
    });
    observed.truncate(limit);
    observed
}

/// The same of points.
pub(crate) fn merged_points(
    mut observed: Vec<Point>,
    derived: &[DerivedCells],
    limit: usize,
) -> Vec<Point> {
    if derived.is_empty() {
        return observed;
    }
    let point = |&(time, _, value, zero_sign): &DerivedCells| Point {
        phenomenon_time: time.0,
        value: signed(value, zero_sign),
    };
    observed.extend(derived.iter().map(point));
    observed.sort_by(|a, b| {
        let by_time = a.phenomenon_time.cmp(&b.phenomenon_time);
        by_time.then(a.value.total_cmp(&b.value))
    });
    observed.truncate(limit);
    observed
}

/// Puts derived values in where they are the later ones.
pub(crate) fn latest(
    answers: &mut [Option<Observation>],
    rows: &[DerivedLatestCells],
) -> Result<(), StoreError> {
    for &(place, time, received_at, value, zero_sign) in rows {
        let derived = one(&(time, received_at, value, zero_sign))?;
        let Some(answer) = answers.get_mut(place as usize) else {
            continue;
        };
        let later = answer.as_ref().is_none_or(|known| {
            let by_time = derived.phenomenon_time.cmp(&known.phenomenon_time);
            by_time.then(derived.value.total_cmp(&known.value)).is_ge()
        });
        if later {
            *answer = Some(derived);
        }
    }
    Ok(())
}
