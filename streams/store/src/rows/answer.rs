//! Answers, put together from the columns of rows.

use std::collections::BTreeMap;

use yiping_model::{
    DatastreamId, Position, PropertyId, RecallPoint, SourceId, ThingId, WindowLength, WindowResult,
};

use super::time::Time;
use super::{id, names, parsed};
use crate::{Observation, Point, Recalled, SourceFigures, StoreError, StoredReject};

/// Phenomenon time, value, sign of zero.
pub(crate) type PointCells = (Time, f64, i64);
/// Phenomenon time, received at, value, sign of zero, quality, source.
pub(crate) type ObservationCells = (Time, Time, f64, i64, i64, i64);
/// The place in the question, and the observation.
pub(crate) type LatestCells = (i64, Time, Time, f64, i64, i64, i64);
/// Phenomenon time, received at, value, sign of zero, source.
pub(crate) type RecallCells = (Time, Time, f64, i64, i64);
/// Name, accepted, duplicate, quarantined, rejected, late, last received at.
pub(crate) type SourceCells = (String, i64, i64, i64, i64, i64, Time);
/// Position, received at, the letter in JSON.
pub(crate) type RejectCells = (i64, Time, String);
/// Start, length, hop, revision, stage, count, expected, mean, min, max, last, standard deviation, quantiles, before, thing, property.
pub(crate) type WindowCells = (
    Time,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    f64,
    f64,
    f64,
    f64,
    f64,
    Option<String>,
    Option<String>,
    String,
    String,
);

/// The doors by their ids.
#[derive(Debug)]
pub(crate) struct Doors(BTreeMap<i64, SourceId>);

impl Doors {
    pub(crate) fn of(rows: Vec<(i64, String)>) -> Result<Self, StoreError> {
        let doors = rows
            .into_iter()
            .map(|(number, name)| Ok((number, id("source", SourceId::new(name))?)));
        doors.collect::<Result<_, StoreError>>().map(Self)
    }

    fn name(&self, number: i64) -> Result<SourceId, StoreError> {
        self.0.get(&number).cloned().ok_or_else(|| StoreError::Row {
            what: "observation",
            detail: format!("source {number} has no name"),
        })
    }

    pub(crate) fn observation(&self, cells: &ObservationCells) -> Result<Observation, StoreError> {
        let &(phenomenon_time, received_at, value, zero_sign, quality, source) = cells;
        Ok(Observation {
            phenomenon_time: phenomenon_time.0,
            received_at: received_at.0,
            value: signed(value, zero_sign),
            quality: names::quality_of(quality)?,
            source: self.name(source)?,
        })
    }

    /// The observations of so many datastreams, in the order in which they were asked for.
    pub(crate) fn latest(
        &self,
        asked: usize,
        rows: &[LatestCells],
    ) -> Result<Vec<Option<Observation>>, StoreError> {
        let mut answers = vec![None; asked];
        for &(place, time, received, value, zero_sign, quality, source) in rows {
            if let Some(answer) = answers.get_mut(place as usize) {
                let cells = (time, received, value, zero_sign, quality, source);
                *answer = Some(self.observation(&cells)?);
            }
        }
        Ok(answers)
    }

    pub(crate) fn recalled(
        &self,
        position: i64,
        rows: &[RecallCells],
    ) -> Result<Recalled, StoreError> {
        let places: BTreeMap<i64, u32> = self.0.keys().copied().zip(0..).collect();
        let point = |&(time, received, value, zero_sign, source): &RecallCells| {
            self.name(source)?;
            Ok(RecallPoint {
                time: time.0,
                value: signed(value, zero_sign),
                source: places.get(&source).copied().unwrap_or_default(),
                received_at: received.0,
            })
        };
        Ok(Recalled {
            as_of: Position(position as u64),
            sources: self.0.values().cloned().collect(),
            points: rows.iter().map(point).collect::<Result<_, StoreError>>()?,
        })
    }
}

pub(crate) fn point(cells: PointCells) -> Point {
    let (phenomenon_time, value, zero_sign) = cells;
    Point {
        phenomenon_time: phenomenon_time.0,
        value: signed(value, zero_sign),
    }
}

pub(super) fn signed(value: f64, zero_sign: i64) -> f64 {
    if zero_sign < 0 { -0.0 } else { value }
}

pub(crate) fn source(cells: SourceCells) -> Result<SourceFigures, StoreError> {
    let (name, accepted, duplicate, quarantined, rejected, late, last_received_at) = cells;
    let (accepted, duplicate) = (accepted as u64, duplicate as u64);
    let (quarantined, rejected) = (quarantined as u64, rejected as u64);
    Ok(SourceFigures {
        source: id("source", SourceId::new(name))?,
        received: accepted + duplicate + quarantined + rejected,
        accepted,
        duplicate,
        quarantined,
        rejected,
        late: late as u64,
        last_received_at: last_received_at.0,
    })
}

pub(crate) fn reject(
    (position, received_at, text): RejectCells,
) -> Result<StoredReject, StoreError> {
    Ok(StoredReject {
        position: Position(position as u64),
        received_at: received_at.0,
        reject: parsed("reject", &text)?,
    })
}

pub(crate) fn window(cells: WindowCells) -> Result<WindowResult, StoreError> {
    let (start, length, hop, revision, stage, count, expected, ..) = cells;
    let (.., mean, min, max, last, std_dev, quantiles, before, thing, property) = cells;
    Ok(WindowResult {
        datastream: DatastreamId {
            thing: id("thing", ThingId::new(thing))?,
            property: id("datastream", PropertyId::new(property))?,
        },
        start: start.0,
        length: window_length(length)?,
        hop: (hop > 0).then(|| window_length(hop)).transpose()?,
        stage: names::stage_of(stage)?,
        revision: revision as u32,
        count: count as u32,
        expected: expected as u32,
        mean,
        min,
        max,
        last,
        std_dev,
        quantiles: quantiles.map_or_else(|| Ok(Vec::new()), |text| parsed("window", &text))?,
        before: before.map(|text| parsed("window", &text)).transpose()?,
    })
}

fn window_length(secs: i64) -> Result<WindowLength, StoreError> {
    u32::try_from(secs)
        .ok()
        .and_then(WindowLength::from_secs)
        .ok_or_else(|| StoreError::Row {
            what: "window",
            detail: format!("length of {secs} s does not divide a day"),
        })
}
