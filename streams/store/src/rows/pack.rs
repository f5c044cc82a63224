//! Days that are over, packed: the times and values of one datastream and day in one row, so that a year is read in hundreds of rows and not in
//! hundreds of thousands.
//!
//! A pack is made from the rows some time after its day, and dropped in the transaction that adds an observation to that day; where there is
//! none, the rows are read. So packs are never needed, and never wrong.
//!
//! Its bytes are a mark and then [`Packed`] in postcard, with the points in the order of the rows: times as a beginning and steps, of which equal
//! ones are counted; values of few decimals, which most sensors send, as whole numbers and how much each is more than the one before. Every value
//! comes back to the bit. Older programs wrote 16 bytes a point: microseconds since 1970, then the value, both little endian.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::Timestamp;

use super::day::Day;
use crate::{ObservationQuery, Point, StoreError};

/// The bytes of a point in a pack of an older program.
const POINT_BYTES: usize = 16;
/// How a pack begins that is not of an older program: with a time that no point can have.
const MARK: [u8; 8] = i64::MAX.to_le_bytes();
/// Values of so many decimals are packed as whole numbers.
const DECIMALS_MAX: u8 = 4;
/// Whole numbers up to here are exact as values.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// How long after its end a day is packed: by then little comes late.
const SETTLED_AFTER: Duration = Duration::from_hours(24);
/// How many packs are made at once, so that the writer is not kept from its work for long.
pub(crate) const PACKS_MAX: usize = 256;

/// Whether a day is long enough over to be packed.
pub(crate) fn is_settled(day: Day, now: Timestamp) -> bool {
    day.start_after(1) + SETTLED_AFTER <= now
}

#[derive(Debug, Serialize, Deserialize)]
struct Packed {
    /// The first time, in microseconds since 1970.
    begin: i64,
    /// From one time to the next, and how often that.
    steps: Vec<(i64, u32)>,
    values: Values,
}

#[derive(Debug, Serialize, Deserialize)]
enum Values {
    /// As they are.
    Plain(Vec<f64>),
    /// Tens, hundreds and so on of each, less those of the one before.
    Decimal { decimals: u8, differences: Vec<i64> },
}

pub(crate) fn pack(points: impl Iterator<Item = Point>) -> Vec<u8> {
    let points: Vec<Point> = points.collect();
    let times = points.iter().map(|point| point.phenomenon_time.as_micros());
    let begin = times.clone().next().unwrap_or_default();
    let mut steps: Vec<(i64, u32)> = Vec::new();
    for (before, time) in times.clone().zip(times.skip(1)) {
        match steps.last_mut() {
            Some((step, count)) if *step == time - before => *count += 1,
            _ => steps.push((time - before, 1)),
        }
    }
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let packed = Packed {
        begin,
        steps,
        values: (0..=DECIMALS_MAX)
            .find_map(|decimals| Values::decimal(&values, decimals))
            .unwrap_or(Values::Plain(values)),
    };
    postcard::to_extend(&packed, MARK.to_vec()).expect("plain numbers have a compact form")
}

fn tens(decimals: u8) -> f64 {
    10_f64.powi(i32::from(decimals))
}

impl Values {
    /// As whole numbers; `None` when one would not come back to the bit.
    fn decimal(values: &[f64], decimals: u8) -> Option<Self> {
        let tens = tens(decimals);
        let mut before = 0;
        let difference = |value: &f64| {
            let scaled = (value * tens).round();
            let whole = scaled as i64;
            // As a whole number zero has no sign.
            let exact =
                scaled.abs() <= EXACT_MAX && (whole as f64 / tens).to_bits() == value.to_bits();
            let difference = whole.wrapping_sub(before);
            before = whole;
            exact.then_some(difference)
        };
        let differences: Option<Vec<i64>> = values.iter().map(difference).collect();
        differences.map(|differences| Self::Decimal {
            decimals,
            differences,
        })
    }

    fn unpack(self) -> Vec<f64> {
        let (decimals, differences) = match self {
            Self::Plain(values) => return values,
            Self::Decimal {
                decimals,
                differences,
            } => (decimals, differences),
        };
        let tens = tens(decimals);
        let whole = differences.into_iter().scan(0_i64, |sum, difference| {
            *sum = sum.wrapping_add(difference);
            Some(*sum)
        });
        whole.map(|whole| whole as f64 / tens).collect()
    }
}

/// The points of a pack; `None` when its bytes are not one.
fn unpack(bytes: &[u8]) -> Option<Vec<Point>> {
    let Some(packed) = bytes.strip_prefix(&MARK) else {
        let (points, rest) = bytes.as_chunks::<POINT_BYTES>();
        return rest.is_empty().then(|| points.iter().map(point).collect());
    };
    let packed: Packed = postcard::from_bytes(packed).ok()?;
    let values = packed.values.unpack();
    let known: usize = packed.steps.iter().map(|(_, count)| *count as usize).sum();
    if values.len().saturating_sub(1) != known {
        return None;
    }
    let steps = packed.steps.into_iter();
    let steps = steps.flat_map(|(step, count)| std::iter::repeat_n(step, count as usize));
    let mut time = packed.begin;
    let later = steps.map(|step| {
        time = time.wrapping_add(step);
        time
    });
    let times = std::iter::once(packed.begin).chain(later);
    let points = times.zip(&values).map(|(time, value)| Point {
        phenomenon_time: Timestamp::from_micros(time),
        value: *value,
    });
    Some(points.collect())
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
        let points = unpack(bytes).ok_or_else(|| StoreError::Row {
            what: "pack",
            detail: format!("{} bytes are no pack of day {day}", bytes.len()),
        })?;
        let left = self.query.limit - self.points.len();
        let asked = self.query.from..self.query.to;
        let inside = points
            .into_iter()
            .filter(|point| asked.contains(&point.phenomenon_time));
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points(times: &[i64], values: &[f64]) -> Vec<Point> {
        let both = times.iter().zip(values);
        both.map(|(time, value)| Point {
            phenomenon_time: Timestamp::from_micros(*time),
            value: *value,
        })
        .collect()
    }

    fn bits(points: &[Point]) -> Vec<(i64, u64)> {
        let both = points.iter();
        both.map(|point| (point.phenomenon_time.as_micros(), point.value.to_bits()))
            .collect()
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            (-1_000_000_i64..1_000_000, 0..6_i32).prop_map(|(n, k)| n as f64 / 10_f64.powi(k)),
            any::<f64>().prop_filter("finite", |value| value.is_finite()),
            Just(-0.0),
            Just(9_007_199_254_740_993.0),
        ]
    }

    proptest! {
        #[test]
        fn points_come_back_to_the_bit(
            times in prop::collection::vec(-4_000_000_000_000_000_i64..4_000_000_000_000_000, 0..50),
            values in prop::collection::vec(value(), 50),
        ) {
            let points = points(&times, &values);
            let packed = pack(points.iter().copied());
            prop_assert_eq!(unpack(&packed).map(|points| bits(&points)), Some(bits(&points)));
        }
    }

    #[test]
    fn a_day_of_minutes_with_one_decimal_takes_two_bytes_a_point() {
        let times: Vec<i64> = (0..1_440).map(|minute| minute * 60_000_000).collect();
        let values: Vec<f64> = (0..1_440_i32)
            .map(|minute| f64::from(minute * 37 % 900) / 10.0)
            .collect();
        let bytes = pack(points(&times, &values).into_iter());
        assert!(bytes.len() < 2 * 1_440 + 40, "{}", bytes.len());
    }

    #[test]
    fn a_pack_of_an_older_program_is_read_and_half_a_pack_is_not() {
        let mut bytes = Vec::new();
        for (time, value) in [(1_000_000_i64, 0.5_f64), (2_000_000, 7.0)] {
            bytes.extend(time.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        let expected = points(&[1_000_000, 2_000_000], &[0.5, 7.0]);
        assert_eq!(
            unpack(&bytes).map(|points| bits(&points)),
            Some(bits(&expected))
        );
        assert!(unpack(&bytes[..20]).is_none());
        let packed = pack(expected.into_iter());
        assert!(unpack(&packed[..packed.len() - 1]).is_none());
        assert!(unpack(&MARK).is_none());
        assert_eq!(
            unpack(&pack(std::iter::empty())).map(|points| points.len()),
            Some(0)
        );
    }
}
