//! How many requests may come of one: so many at once, and then so many a second.
//!
//! A bucket is one number, the instant at which it is full again; one that is full is as good as none and is forgotten. Whoever comes when all places
//! are taken shares one bucket with all others who did.

use std::collections::BTreeMap;

/// How often full buckets are looked for when all places are taken, in microseconds.
const LOOK_MICROS: u64 = 1_000_000;

/// How fast a bucket fills, and how much it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    interval_micros: u64,
    /// How far the next full instant may lie ahead of a request that passes.
    ahead_micros_max: u64,
}

impl Pace {
    /// `per_second` requests for ever, `burst` at once; both at least 1.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let interval_micros = (1_000_000 / u64::from(per_second.max(1))).max(1);
        Self {
            interval_micros,
            ahead_micros_max: interval_micros * u64::from(burst.max(1) - 1),
        }
    }
}

/// Buckets by who comes. Times are microseconds of a clock that never goes back.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    pace: Pace,
    places: usize,
    full_at: BTreeMap<K, u64>,
    everybody_else: u64,
    looked: u64,
}

impl<K: Ord> Buckets<K> {
    pub(crate) const fn new(pace: Pace, places: usize) -> Self {
        Self {
            pace,
            places,
            full_at: BTreeMap::new(),
            everybody_else: 0,
            looked: 0,
        }
    }

    /// Takes one request out of the bucket.
    ///
    /// # Errors
    /// Microseconds after which there is one.
    pub(crate) fn take(&mut self, who: K, now: u64) -> Result<(), u64> {
        let taken = self.full_at.len() >= self.places && !self.full_at.contains_key(&who);
        if taken && now >= self.looked + LOOK_MICROS {
            self.looked = now;
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        let full_at = if self.full_at.len() >= self.places && !self.full_at.contains_key(&who) {
            &mut self.everybody_else
        } else {
            self.full_at.entry(who).or_insert(0)
        };
        let ahead = full_at.saturating_sub(now);
        if ahead > self.pace.ahead_micros_max {
            return Err(ahead - self.pace.ahead_micros_max);
        }
        *full_at = now + ahead + self.pace.interval_micros;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_what_it_holds_at_once_and_then_at_its_pace() {
        let mut buckets = Buckets::new(Pace::new(10, 5), 10);
        for _ in 0..5 {
            assert_eq!(buckets.take("a", 0), Ok(()));
        }
        assert_eq!(buckets.take("a", 0), Err(100_000));
        assert_eq!(buckets.take("a", 99_999), Err(1));
        assert_eq!(buckets.take("a", 100_000), Ok(()));
        assert_eq!(buckets.take("a", 100_000), Err(100_000));
        assert_eq!(buckets.take("b", 100_000), Ok(()), "another one's");
        // After a rest it is full, and no fuller.
        let rested = (0..10).filter(|_| buckets.take("a", 60_000_000).is_ok());
        assert_eq!(rested.count(), 5);
    }

    /// Against a bucket that is filled drop by drop.
    #[test]
    fn a_bucket_is_what_a_slow_one_is() {
        let mut random = 7_u64;
        for (per_second, burst) in [(1, 1), (4, 3), (10, 50), (1_000, 2)] {
            let mut quick = Buckets::new(Pace::new(per_second, burst), 1);
            let interval = 1_000_000 / u64::from(per_second);
            // Microseconds of filling that the slow bucket holds.
            let (mut held, mut at) = (interval * u64::from(burst), 0_u64);
            for _ in 0..2_000 {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let passed = (random >> 33) % (interval * 3 / 2);
                at += passed;
                held = (held + passed).min(interval * u64::from(burst));
                let slow = held >= interval;
                if slow {
                    held -= interval;
                }
                assert_eq!(
                    quick.take((), at).is_ok(),
                    slow,
                    "{per_second} {burst} {at}"
                );
            }
        }
    }

    #[test]
    fn places_have_a_limit_and_come_free_again() {
        let mut buckets = Buckets::new(Pace::new(1, 1), 3);
        for who in 0..3 {
            assert_eq!(buckets.take(who, 0), Ok(()));
        }
        assert_eq!(buckets.take(3, 0), Ok(()), "the one that all others share");
        assert!(buckets.take(4, 0).is_err());
        assert_eq!(buckets.full_at.len(), 3);
        for who in 10..13 {
            assert_eq!(buckets.take(who, 2_000_000), Ok(()));
        }
        assert_eq!(buckets.full_at.len(), 3);
    }
}
