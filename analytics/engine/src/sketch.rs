//! Quantiles: counts of values in buckets that widen with the value (a `DDSketch`), so that merging in any order gives the same.
//!
//! A quantile is wrong by at most [`RELATIVE_ERROR`] of its value, as long as the values of one sign span less than seventeen orders of
//! magnitude; beyond that the smallest of them share one bucket. Values nearer to zero than a thousandth of a millionth are zero.

use serde::{Deserialize, Serialize};
use sketches_ddsketch::{Config, DDSketch};
use yiping_model::Quantile;

/// How far a quantile may lie from the true one, as a part of it.
pub const RELATIVE_ERROR: f64 = 0.01;

const BUCKETS_MAX: u32 = 2_048;
const ZERO_BELOW: f64 = 1e-9;

/// The counts of a run of values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sketch(Box<Counts>);

#[derive(Clone, Serialize, Deserialize)]
struct Counts(DDSketch);

impl std::fmt::Debug for Counts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} values", self.0.count())
    }
}

impl Sketch {
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut counts = DDSketch::new(Config::new(RELATIVE_ERROR, BUCKETS_MAX, ZERO_BELOW));
        values.for_each(|value| counts.add(value));
        Self(Box::new(Counts(counts)))
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.0
            .0
            .merge(&other.0.0)
            .expect("all sketches have the same buckets");
    }

    /// The quantiles asked for; each lies within the smallest and the largest value.
    pub(crate) fn quantiles(&self, asked: &[f64]) -> Vec<Quantile> {
        let counts = &self.0.0;
        let (Some(min), Some(max)) = (counts.min(), counts.max()) else {
            return Vec::new();
        };
        let value = |q: f64| counts.quantile(q).ok().flatten();
        let told = |q: &f64| {
            value(*q).map(|value| Quantile {
                q: *q,
                value: value.clamp(min, max),
            })
        };
        asked.iter().filter_map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(sketch: &Sketch) -> String {
        format!(
            "{:?}",
            sketch.quantiles(&[0.0, 0.1, 0.25, 0.5, 0.8, 0.98, 1.0])
        )
    }

    proptest! {
        #[test]
        fn a_quantile_lies_within_the_error_of_the_true_one(
            mut values in prop::collection::vec(-1e6_f64..1e6, 1..200), q in 0.0_f64..=1.0,
        ) {
            let told = Sketch::of(values.iter().copied()).quantiles(&[q])[0].value;
            values.sort_by(f64::total_cmp);
            let rank = (q * (values.len() as f64 - 1.0)) as usize;
            let truth = values[rank];
            prop_assert!((told - truth).abs() <= truth.abs() * RELATIVE_ERROR * 1.0001 + 1e-9, "{told} {truth}");
        }

        #[test]
        fn parts_merged_in_any_order_give_the_same_quantiles(
            parts in prop::collection::vec(prop::collection::vec(-1e3_f64..1e9, 1..20), 1..6), seed in any::<usize>(),
        ) {
            let merge = |parts: &[Vec<f64>]| {
                let mut parts = parts.iter().map(|part| Sketch::of(part.iter().copied()));
                let mut whole = parts.next().expect("one at least");
                parts.for_each(|part| whole.merge(&part));
                whole
            };
            let mut turned = parts.clone();
            turned.rotate_left(seed % parts.len());
            turned.reverse();
            prop_assert_eq!(bytes(&merge(&parts)), bytes(&merge(&turned)));
            let at_once = Sketch::of(parts.iter().flatten().copied());
            prop_assert_eq!(bytes(&merge(&parts)), bytes(&at_once));
        }
    }

    #[test]
    fn a_sketch_survives_a_checkpoint_to_the_byte() {
        let sketch = Sketch::of([0.0, -3.0, 1e-12, 5.5, 1e12].into_iter());
        let stored = postcard::to_stdvec(&sketch).expect("plain values");
        let back: Sketch = postcard::from_bytes(&stored).expect("its own bytes");
        assert_eq!(postcard::to_stdvec(&back).expect("plain values"), stored);
        assert_eq!(bytes(&back), bytes(&sketch));
    }
}
