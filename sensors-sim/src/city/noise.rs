//! Chance without a state: every random number is a hash of seed, name and index, so any moment can be asked for in any order.
//!
//! The mixing function is `SplitMix64` (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014); names are folded in
//! by FNV-1a. Smooth courses are value noise: hashed levels at regular times, joined by cubic steps.

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// A named source of chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The root of a seed.
    pub(crate) const fn of(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// A source of its own for this name.
    pub(crate) fn named(self, name: &str) -> Self {
        let folded = name.bytes().fold(FNV_OFFSET, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME)
        });
        Self(mix(self.0 ^ mix(folded)))
    }

    const fn bits(self, index: i64) -> u64 {
        mix(self.0 ^ mix(index.cast_unsigned()))
    }

    /// Even chance in `[0, 1)`.
    pub(crate) fn unit(self, index: i64) -> f64 {
        (self.bits(index) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Even chance in `[-1, 1)`.
    pub(crate) fn signed(self, index: i64) -> f64 {
        2.0 * self.unit(index) - 1.0
    }

    /// Bell-shaped chance, mean 0 and standard deviation 1, never beyond 3.5: the sum of four even ones.
    pub(crate) fn bell(self, index: i64) -> f64 {
        let bits = self.bits(index);
        let sum: f64 = (0..4)
            .map(|part| ((bits >> (part * 16)) & 0xffff) as f64 / 65_535.0)
            .sum();
        (sum - 2.0) * 3.0_f64.sqrt()
    }

    /// A course in `[-1, 1]` that changes over about `scale_secs`.
    pub(crate) fn course(self, secs: f64, scale_secs: f64) -> f64 {
        joined(secs, scale_secs, |index| self.signed(index))
    }

    /// A course of mean about 1, often low and sometimes high: exponential levels, as showers are.
    pub(crate) fn bursts(self, secs: f64, scale_secs: f64) -> f64 {
        joined(secs, scale_secs, |index| -(1.0 - self.unit(index)).ln())
    }
}

fn joined(secs: f64, scale_secs: f64, level: impl Fn(i64) -> f64) -> f64 {
    let place = secs / scale_secs;
    let before = place.floor();
    let index = before as i64;
    let share = step(place - before);
    let (low, high) = (level(index), level(index.wrapping_add(1)));
    low + (high - low) * share
}

/// From 0 to 1 without a corner, while `share` goes from 0 to 1; constant outside.
pub(crate) fn step(share: f64) -> f64 {
    let share = share.clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

const fn mix(state: u64) -> u64 {
    let mut bits = state.wrapping_add(GOLDEN_GAMMA);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mixer_is_splitmix64() {
        // First output of SplitMix64 seeded with 1234567, as published with the generator's test values.
        assert_eq!(mix(1_234_567), 6_457_827_717_110_365_317);
    }

    #[test]
    fn bell_shaped_chance_has_mean_0_and_deviation_1() {
        let chance = Chance::of(7).named("bell");
        let drawn: Vec<f64> = (0..20_000).map(|index| chance.bell(index)).collect();
        let mean = drawn.iter().sum::<f64>() / 20_000.0;
        let variance = drawn.iter().map(|value| value * value).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
    }

    #[test]
    fn a_course_has_no_jumps_and_stays_in_its_bounds() {
        let chance = Chance::of(7).named("course");
        let mut last = chance.course(-5_000.0, 600.0);
        for second in -4_999..5_000 {
            let level = chance.course(f64::from(second), 600.0);
            assert!((-1.0..=1.0).contains(&level));
            assert!((level - last).abs() < 0.006, "{second}");
            last = level;
        }
    }
}
