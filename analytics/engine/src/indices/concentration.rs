//! Concentrations as integers, so that rounding and interpolation are exact.
//!
//! The law rounds half to even (GB/T 8170) and then interpolates and rounds up. In binary floats both go wrong exactly where it matters: a
//! mean of 60.5 that arrives as 60.499999999999993, or an interpolation that gives 100.00000000000001 and is rounded up to 101. So every
//! hourly mean is taken once to whole millionths of its unit, far finer than any analyser, and everything after that is integer arithmetic.

use serde::{Deserialize, Serialize};

/// Decimals kept of an hourly mean.
pub(super) const DECIMALS_MAX: u8 = 6;

/// Nothing that is breathed is further from zero than this; it keeps every sum far inside 64 bits.
const LARGEST: f64 = 1e9;

/// A concentration in millionths of its item's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Concentration(i64);

impl Concentration {
    /// The nearest millionth; `None` when the number is not finite or beyond anything that can be measured.
    ///
    /// A number whose shortest decimal text has at most six decimals is met exactly: below 1e9 the product is off by less than a quarter.
    pub fn from_f64(value: f64) -> Option<Self> {
        (value.abs() <= LARGEST).then(|| Self((value * 1e6).round_ties_even() as i64))
    }

    /// The mean of these, rounded half to even at `decimals` places, in units of the last place; `None` for no values.
    pub fn rounded_mean(values: impl IntoIterator<Item = Self>, decimals: u8) -> Option<i64> {
        let (mut sum, mut count) = (0, 0);
        for value in values {
            sum += value.0;
            count += 1;
        }
        let place = 10_i64.pow(u32::from(DECIMALS_MAX.saturating_sub(decimals)));
        (count > 0).then(|| divide_half_even(sum, count * place))
    }
}

fn divide_half_even(dividend: i64, divisor: i64) -> i64 {
    let below = dividend.div_euclid(divisor);
    let twice_rest = 2 * dividend.rem_euclid(divisor);
    if twice_rest > divisor || (twice_rest == divisor && below % 2 != 0) {
        below + 1
    } else {
        below
    }
}
