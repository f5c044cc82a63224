//! The city clock: what `received_at` is stamped with.
//!
//! In life it follows the machine's clock as far as that is believed (`trust`); in a simulation it runs at a speed from an origin; in a
//! replay the data drive it. It never runs backwards. Only the log and the doors ask it; whoever reads the log takes `now` from the records.

mod trust;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use yiping_model::Timestamp;

use trust::{Life, Reading};

/// A handle on the one clock of this program; clones show the same time.
#[derive(Debug, Clone)]
pub struct CityClock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pace: Pace,
    latest: AtomicI64,
}

#[derive(Debug)]
enum Pace {
    Life {
        started: Instant,
        life: Life,
    },
    Speed {
        origin: Timestamp,
        started: Instant,
        speed: f64,
    },
    Driven,
}

impl CityClock {
    /// Follows the machine's clock, but never shows a time before `not_before` (the end of the log), and believes a long leap only when it holds.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock: the one place that asks the machine"
    )]
    pub fn life(not_before: Timestamp) -> Self {
        let (started, life) = (Instant::now(), Life::new());
        let clock = Self::new(Pace::Life { started, life }, not_before);
        // What is wrong with the machine's clock is said at the start.
        clock.now();
        clock
    }

    /// Starts at `origin` and runs `speed` times as fast as life.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock: the one place that asks the machine"
    )]
    pub fn at_speed(origin: Timestamp, speed: f64) -> Self {
        Self::new(
            Pace::Speed {
                origin,
                started: Instant::now(),
                speed,
            },
            origin,
        )
    }

    /// Stands still until it is set.
    pub fn driven(start: Timestamp) -> Self {
        Self::new(Pace::Driven, start)
    }

    fn new(pace: Pace, start: Timestamp) -> Self {
        Self(Arc::new(Inner {
            pace,
            latest: AtomicI64::new(start.as_micros()),
        }))
    }

    /// The machine's clock, for the origin of a simulation.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock: the one place that asks the machine"
    )]
    pub fn machine_now() -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    /// City time.
    pub fn now(&self) -> Timestamp {
        let shown = match &self.0.pace {
            Pace::Life { started, life } => {
                let read = || machine_reading(*started);
                Timestamp::from_micros(life.now(read, &self.0.latest))
            }
            Pace::Speed {
                origin,
                started,
                speed,
            } => *origin + started.elapsed().mul_f64(*speed),
            Pace::Driven => Timestamp::MIN,
        };
        self.advance(shown)
    }

    /// Moves a driven clock on; a time before the one it shows is ignored. Returns what it shows then.
    pub fn advance(&self, at: Timestamp) -> Timestamp {
        let before = self.0.latest.fetch_max(at.as_micros(), Ordering::AcqRel);
        Timestamp::from_micros(before.max(at.as_micros()))
    }
}

/// Both clocks, the monotonic one first: a thread stopped between them sees a leap ahead, which the next look takes back.
fn machine_reading(started: Instant) -> Reading {
    let monotonic = i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX);
    Reading {
        monotonic,
        machine: CityClock::machine_now().as_micros(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driven_clock_moves_only_when_it_is_set_and_never_back() {
        let clock = CityClock::driven(Timestamp::from_secs(100));
        assert_eq!(clock.now(), Timestamp::from_secs(100));
        clock.advance(Timestamp::from_secs(200));
        clock.advance(Timestamp::from_secs(150));
        assert_eq!(clock.now(), Timestamp::from_secs(200));
    }

    #[test]
    fn life_never_shows_a_time_before_the_end_of_the_log() {
        let ahead = Timestamp::from_secs(32_503_680_000);
        assert_eq!(CityClock::life(ahead).now(), ahead);
    }

    #[test]
    fn a_fast_clock_runs_from_its_origin() {
        let origin = Timestamp::from_secs(1_000);
        let clock = CityClock::at_speed(origin, 1e6);
        let first = clock.now();
        assert!(first >= origin);
        assert!(clock.now() >= first);
    }
}
