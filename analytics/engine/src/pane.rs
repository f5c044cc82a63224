//! The observations of one datastream that are still open: sorted, each once; and the statistics of a run of them.
//!
//! They are kept in the order in which they are judged, so that whatever is computed from them does not depend on the order in which they
//! came.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use yiping_model::Timestamp;

use crate::episodes::Point;
use crate::sketch::Sketch;

/// One good observation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) point: Point,
    /// The door, by its number in the engine's list.
    pub(crate) source: u32,
}

impl Sample {
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        self.point
            .order(&other.point)
            .then(self.source.cmp(&other.source))
    }
}

/// What became of an observation that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offered {
    /// It is held at this place.
    Held(usize),
    /// It was held before.
    Duplicate,
    /// No room.
    Full,
}

/// Observations in the order of phenomenon time, value and source, each once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Samples(#[serde(with = "steps")] Vec<Sample>);

/// Each phenomenon time as its distance from the one before, in microseconds: a small number takes few bytes.
mod steps {
    use super::{Deserialize, Point, Sample, Timestamp};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        samples: &[Sample],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut before = 0;
        serializer.collect_seq(samples.iter().map(|Sample { point, source }| {
            let micros = point.time.as_micros();
            let step = micros.wrapping_sub(std::mem::replace(&mut before, micros));
            (step, point.value, source)
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Sample>, D::Error> {
        let steps = Vec::<(i64, f64, u32)>::deserialize(deserializer)?;
        let mut micros = 0_i64;
        let samples = steps.into_iter().map(|(step, value, source)| {
            micros = micros.wrapping_add(step);
            let time = Timestamp::from_micros(micros);
            let point = Point { time, value };
            Sample { point, source }
        });
        Ok(samples.collect())
    }
}

impl Samples {
    pub(crate) fn offer(&mut self, sample: Sample, samples_max: u32) -> Offered {
        insert(&mut self.0, sample, Sample::order, samples_max)
    }

    pub(crate) fn holds(&self, sample: &Sample) -> bool {
        place(&self.0, sample, &Sample::order).is_ok()
    }

    pub(crate) fn as_slice(&self) -> &[Sample] {
        &self.0
    }

    /// How many are older than `time`; the first `known` of them are.
    pub(crate) fn before(&self, time: Timestamp, known: usize) -> usize {
        let newer = self.0[known..]
            .iter()
            .position(|sample| sample.point.time >= time);
        newer.map_or(self.0.len(), |further| known + further)
    }

    pub(crate) fn drop_first(&mut self, count: usize) {
        self.0.drain(..count);
    }

    /// Moves the first ones to others, which they follow.
    pub(crate) fn move_first(&mut self, count: usize, to: &mut Self) {
        to.0.extend(self.0.drain(..count));
    }
}

/// Puts an item into a sorted list, unless it is there, or `max` others are.
pub(crate) fn insert<T>(
    list: &mut Vec<T>,
    item: T,
    order: impl Fn(&T, &T) -> Ordering,
    max: u32,
) -> Offered {
    let place = match place(list, &item, &order) {
        Ok(_held) => return Offered::Duplicate,
        Err(place) => place,
    };
    if list.len() >= max as usize {
        return Offered::Full;
    }
    if list.len() == list.capacity() {
        // There are many of these lists, and some hold days: to double each would leave much room empty.
        list.reserve_exact(list.len() / 8 + 4);
    }
    list.insert(place, item);
    Offered::Held(place)
}

fn place<T>(sorted: &[T], item: &T, order: &impl Fn(&T, &T) -> Ordering) -> Result<usize, usize> {
    // Most come in order: the end is tried first.
    match sorted.last().map(|last| order(last, item)) {
        None | Some(Ordering::Less) => Err(sorted.len()),
        Some(Ordering::Equal) => Ok(sorted.len() - 1),
        Some(Ordering::Greater) => sorted.binary_search_by(|held| order(held, item)),
    }
}

/// Statistics of a run of observations; `deviations` is the sum of squared deviations from the mean.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) count: u32,
    pub(crate) mean: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) last: Point,
    deviations: f64,
    /// Where quantiles are asked for.
    pub(crate) sketch: Option<Sketch>,
}

impl Summary {
    /// Of observations in their order; `None` of none.
    pub(crate) fn of(
        points: &(impl Iterator<Item = Point> + Clone),
        sketched: bool,
    ) -> Option<Self> {
        let first = points.clone().next()?.value;
        let values = || points.clone().map(|point| point.value);
        let count = values().count();
        let min = values().fold(first, f64::min);
        let max = values().fold(first, f64::max);
        // Distances from the first value are small where the values are large and close together.
        let distances: f64 = values().map(|value| value - first).sum();
        let mean = (first + distances / count as f64).clamp(min, max);
        Some(Self {
            count: u32::try_from(count).unwrap_or(u32::MAX),
            mean,
            min,
            max,
            last: points.clone().last()?,
            deviations: values().map(|value| (value - mean).powi(2)).sum(),
            sketch: sketched.then(|| Sketch::of(values())),
        })
    }

    /// Takes in the statistics of other observations. The order of merging is part of the result: whoever merges keeps to one.
    pub(crate) fn merge(&mut self, other: &Self) {
        let (own, others) = (f64::from(self.count), f64::from(other.count));
        let share = others / (own + others);
        let distance = other.mean - self.mean;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.mean = (self.mean + distance * share).clamp(self.min, self.max);
        self.deviations += other.deviations + distance * distance * own * share;
        self.count = self.count.saturating_add(other.count);
        if self.last.order(&other.last) == Ordering::Less {
            self.last = other.last;
        }
        if let (Some(sketch), Some(other)) = (&mut self.sketch, &other.sketch) {
            sketch.merge(other);
        }
    }

    /// Both together.
    pub(crate) fn merged(mut self, other: &Self) -> Self {
        self.merge(other);
        self
    }

    /// Population standard deviation.
    pub(crate) fn std_dev(&self) -> f64 {
        (self.deviations / f64::from(self.count)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[f64]) -> Vec<Sample> {
        let sample = |(secs, value): (i64, &f64)| Sample {
            point: Point {
                time: Timestamp::from_secs(secs),
                value: *value,
            },
            source: 0,
        };
        (0..).zip(values).map(sample).collect()
    }

    fn summary(values: &[f64]) -> Summary {
        let samples = samples(values);
        let points = samples.iter().map(|sample| sample.point);
        Summary::of(&points, false).expect("not empty")
    }

    #[test]
    fn figures_of_large_values_close_together_are_exact() {
        let mut summary = summary(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
        let close = |one: f64, other: f64| assert!((one - other).abs() < 1e-9, "{one} {other}");
        close(summary.mean, 1e9 + 10.0);
        close(summary.std_dev(), 22.5_f64.sqrt());
        summary.merge(&summary.clone());
        assert_eq!(summary.count, 8);
        close(summary.std_dev(), 22.5_f64.sqrt());
    }

    #[test]
    fn equal_values_have_no_deviation() {
        let mut all = summary(&[0.1; 7]);
        all.merge(&summary(&[0.1; 3]));
        assert_eq!(
            (all.mean.to_bits(), all.std_dev().to_bits()),
            (0.1_f64.to_bits(), 0)
        );
    }

    #[test]
    fn an_observation_is_held_once_and_in_its_place() {
        let mut held = Samples::default();
        let order = samples(&[5.0, 6.0, 7.0]);
        assert_eq!(held.offer(order[2], 3), Offered::Held(0));
        assert_eq!(held.offer(order[0], 3), Offered::Held(0));
        assert_eq!(held.offer(order[1], 3), Offered::Held(1));
        assert_eq!(held.offer(order[1], 3), Offered::Duplicate);
        assert_eq!(
            held.offer(
                Sample {
                    source: 1,
                    ..order[1]
                },
                3
            ),
            Offered::Full
        );
        assert_eq!(held.as_slice(), order);
    }

    proptest::proptest! {
        #[test]
        fn what_was_written_is_read_to_the_bit(
            told in proptest::collection::vec((proptest::prelude::any::<(i64, u64, u32)>(), 0_u8..3), 0..50)
        ) {
            let samples = told.into_iter().map(|((time, value, source), scale)| Sample {
                point: Point {
                    time: Timestamp::from_micros(time >> (scale * 20)),
                    value: f64::from_bits(value),
                },
                source,
            });
            let held = Samples(samples.collect());
            let bytes = postcard::to_stdvec(&held).expect("writes");
            let read: Samples = postcard::from_bytes(&bytes).expect("reads");
            let bits = |samples: &Samples| -> Vec<_> {
                let samples = samples.as_slice().iter();
                samples.map(|sample| (sample.point.time, sample.point.value.to_bits(), sample.source)).collect()
            };
            proptest::prop_assert_eq!(bits(&read), bits(&held));
        }
    }
}
