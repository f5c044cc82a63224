//! Days that are over, packed: the times and values of one datastream and day in one row, so that a year is read in hundreds of rows and not in
//! hundreds of thousands.
//!
//! A pack is made from the rows some time after its day, and dropped in the transaction that adds an observation to that day; where there is
//! none, the rows are read. So packs are never needed, and never wrong. A point is 16 bytes: microseconds since 1970, then the value, both
//! little endian, in the order of the rows.

use std::time::Duration;

use yiping_model::Timestamp;

use super::day::Day;
use crate::{ObservationQuery, Point, StoreError};

const POINT_BYTES: usize = 16;
/// How long after its end a day is packed: by then little comes late.
const SETTLED_AFTER: Duration = Duration::from_hours(24);
/// How many packs are made at once, so that the writer is not kept from its work for long.
pub(crate) const PACKS_MAX: usize = 256;

/// Whether a day is long enough over to be packed.
pub(crate) fn is_settled(day: Day, now: Timestamp) -> bool {
    day.start_after(1) + SETTLED_AFTER <= now
}

pub(crate) fn pack(points: impl Iterator<Item = Point>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for point in points {
        bytes.extend_from_slice(&point.phenomenon_time.as_micros().to_le_bytes());
        bytes.extend_from_slice(&point.value.to_le_bytes());
    }
    bytes
}

/// Puts a series together from packs and from rows where there are none.
#[derive(Debug)]
pub(crate) struct Series<'a> {
    query: &'a ObservationQuery,
    points: Vec<Point>,
}

impl<'a> Series<'a> {
    pub(crate) const fn of(query: &'a ObservationQuery) -> Self {
        Self {
            query,
            points: Vec::new(),
        }
    }

    /// The first and last day that the question touches; `None` if it touches none.
    pub(crate) fn days(&self) -> Option<(i64, i64)> {
        let query = self.query;
        let last = Timestamp::from_micros(query.to.as_micros().saturating_sub(1));
        (query.from < query.to && query.limit > 0)
            .then(|| (Day::of(query.from).number(), Day::of(last).number()))
    }

    /// What must be read as rows before a pack of this day, or (`None`) after the last pack.
    pub(crate) fn gap(&self, reached: Timestamp, day: Option<i64>) -> Option<ObservationQuery> {
        let end = day.map_or(self.query.to, |day| Day::from_number(day).start());
        let limit = self.query.limit - self.points.len();
        (reached < end && limit > 0).then(|| ObservationQuery {
            datastream: self.query.datastream.clone(),
            from: reached,
            to: end.min(self.query.to),
            limit,
        })
    }

    /// Adds points of rows.
    pub(crate) fn extend(&mut self, points: impl Iterator<Item = Point>) {
        self.points.extend(points);
    }

    /// Adds a pack; says until when the series is complete.
    pub(crate) fn unpack(&mut self, day: i64, bytes: &[u8]) -> Result<Timestamp, StoreError> {
        let (points, rest) = bytes.as_chunks::<POINT_BYTES>();
        if !rest.is_empty() {
            return Err(StoreError::Row {
                what: "pack",
                detail: format!("{} bytes are no whole points", bytes.len()),
            });
        }
        let left = self.query.limit - self.points.len();
        let asked = self.query.from..self.query.to;
        let points = points.iter().map(point);
        let inside = points.filter(|point| asked.contains(&point.phenomenon_time));
        self.points.extend(inside.take(left));
        Ok(Day::from_number(day).start_after(1))
    }

    pub(crate) fn finish(self) -> Vec<Point> {
        self.points
    }
}

fn point(bytes: &[u8; POINT_BYTES]) -> Point {
    let both = u128::from_le_bytes(*bytes);
    Point {
        phenomenon_time: Timestamp::from_micros(both as i64),
        value: f64::from_bits((both >> 64) as u64),
    }
}
