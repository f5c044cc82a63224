//! How far the machine's clock is believed.
//!
//! What city time shows is durable, and it never goes back: one wrong look would stay. So the machine's clock is compared with the monotonic
//! one, which nobody sets. A leap ahead of at most [`LEAP_MAX`] is believed at once (a machine that was paused, a step of NTP). A longer one
//! is believed when it has held for [`HOLD`]; until then city time goes on by the monotonic clock. A leap back is waited out.
//!
//! Limits: where the program starts the machine's clock is believed, and one that runs too fast is followed, for no look leaps.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use tracing::{error, info, warn};
use yiping_model::Timestamp;

use crate::metrics;

const MICROS_A_SEC: i64 = 1_000_000;
/// A longer leap ahead is not believed at once, and so far behind is worth saying.
const LEAP_MAX: i64 = 3_600 * MICROS_A_SEC;
/// So long, by the monotonic clock, a longer leap must hold.
const HOLD: i64 = 300 * MICROS_A_SEC;
/// While it holds, the two clocks stay so close to what they were to each other.
const HOLD_WITHIN: u64 = 5_000_000;
/// The end of the log is further back at a start than most centres are ever off.
const OFF_MAX: i64 = 30 * 86_400 * MICROS_A_SEC;
/// Nothing is to be decided while the clocks are so close to what they were to each other.
const CLOSE: u64 = 50_000;
/// No distance of the clocks is close to this one.
const UNSURE: i64 = i64::MIN;

/// Both clocks of the machine at one moment, in µs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// Since the program started.
    pub(super) monotonic: i64,
    /// Since the epoch.
    pub(super) machine: i64,
}

impl Reading {
    const fn distance(self) -> i64 {
        self.machine.saturating_sub(self.monotonic)
    }
}

/// Follows the machine's clock as far as it is believed.
#[derive(Debug)]
pub(super) struct Life {
    /// The distance of the clocks at which the machine's is right; [`UNSURE`] when `trust` must be asked.
    right_at: AtomicI64,
    trust: Mutex<Trust>,
}

impl Life {
    pub(super) fn new() -> Self {
        metrics::show_clock(0.0);
        Self {
            right_at: AtomicI64::new(UNSURE),
            trust: Mutex::new(Trust::new()),
        }
    }

    /// City time, in µs; `latest` is what it showed last. While all is well no lock is taken.
    pub(super) fn now(&self, read: impl Fn() -> Reading, latest: &AtomicI64) -> i64 {
        let seen = read();
        let right_at = self.right_at.load(Ordering::Acquire);
        if seen.distance().abs_diff(right_at) <= CLOSE {
            return seen.machine;
        }
        let mut trust = self.trust.lock().unwrap_or_else(PoisonError::into_inner);
        // Once more: the thread may have been stopped between the clocks, or another has decided meanwhile.
        let seen = read();
        let shown = latest.load(Ordering::Acquire);
        let (city, change) = trust.look(seen, shown);
        self.right_at.store(trust.right_at(), Ordering::Release);
        drop(trust);
        if let Some(change) = change {
            change.tell(seen.machine, shown);
        }
        city
    }
}

/// What is thought of the machine's clock.
#[derive(Debug)]
struct Trust {
    /// The distance of the clocks at which the machine's was right last; `None` until it has reached the end of the log.
    believed: Option<i64>,
    stand: Stand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// City time is the machine's.
    Together,
    /// City time stands still until the machine's clock reaches it.
    Waiting { is_told: bool },
    /// City time goes on by the monotonic clock; the distance of the clocks is this one since then.
    Doubting { distance: i64, since: i64 },
}

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    StartsLate,
    Doubted,
    Believed,
    CameBack,
    Behind,
    Reached,
}

impl Trust {
    const fn new() -> Self {
        Self {
            believed: None,
            stand: Stand::Together,
        }
    }

    const fn right_at(&self) -> i64 {
        match (self.stand, self.believed) {
            (Stand::Together, Some(believed)) => believed,
            _ => UNSURE,
        }
    }

    /// City time and what is to be told, by both clocks and what city time showed last.
    fn look(&mut self, seen: Reading, shown: i64) -> (i64, Option<Change>) {
        if let Some(believed) = self.believed {
            let own = seen.monotonic.saturating_add(believed);
            if seen.machine.saturating_sub(own) > LEAP_MAX {
                return self.doubt(seen, own);
            }
        }
        if seen.machine < shown {
            return (shown, self.wait(shown.saturating_sub(seen.machine)));
        }
        let change = match self.stand {
            Stand::Doubting { .. } => Some(Change::CameBack),
            Stand::Waiting { is_told: true } => Some(Change::Reached),
            _ => None,
        };
        let off = seen.machine.saturating_sub(shown);
        let starts_late = self.believed.is_none() && shown != i64::MIN && off > OFF_MAX;
        self.follow(seen);
        let change = if starts_late {
            Some(Change::StartsLate)
        } else {
            change
        };
        (seen.machine, change)
    }

    const fn follow(&mut self, seen: Reading) {
        self.believed = Some(seen.distance());
        self.stand = Stand::Together;
    }

    fn doubt(&mut self, seen: Reading, own: i64) -> (i64, Option<Change>) {
        let found = seen.distance();
        if let Stand::Doubting { distance, since } = self.stand
            && found.abs_diff(distance) <= HOLD_WITHIN
        {
            if seen.monotonic.saturating_sub(since) < HOLD {
                return (own, None);
            }
            self.follow(seen);
            return (seen.machine, Some(Change::Believed));
        }
        // Another leap meanwhile begins the time anew, and is not told again.
        let is_told = matches!(self.stand, Stand::Doubting { .. });
        self.stand = Stand::Doubting {
            distance: found,
            since: seen.monotonic,
        };
        (own, (!is_told).then_some(Change::Doubted))
    }

    fn wait(&mut self, behind: i64) -> Option<Change> {
        let was = self.stand;
        let was_told = matches!(was, Stand::Waiting { is_told: true });
        let is_far = behind > LEAP_MAX;
        self.stand = Stand::Waiting {
            is_told: was_told || is_far,
        };
        match was {
            _ if is_far && !was_told => Some(Change::Behind),
            Stand::Doubting { .. } => Some(Change::CameBack),
            _ => None,
        }
    }
}

impl Change {
    /// Says it, with what the machine's clock shows and what city time showed before.
    fn tell(self, machine: i64, city: i64) {
        let apart = machine.saturating_sub(city) as f64 / MICROS_A_SEC as f64;
        let is_apart = matches!(self, Self::Doubted | Self::Behind);
        metrics::show_clock(if is_apart { apart } else { 0.0 });
        let (machine, city) = (
            Timestamp::from_micros(machine),
            Timestamp::from_micros(city),
        );
        match self {
            Self::StartsLate => {
                warn!(%machine, %city, "the machine's clock is more than 30 days past the end of the log, and believed: if it is wrong, stop the program at once and set the clock right");
            }
            Self::Doubted => {
                error!(%machine, %city, "the machine's clock leapt ahead by more than an hour: city time goes on without it. If it is wrong, set it right within five minutes; if it is right, leave it: then it is believed");
            }
            Self::Believed => {
                warn!(%machine, %city, "the machine's clock has held its leap for five minutes and is believed: city time leaps to it");
            }
            Self::CameBack => {
                info!(%machine, %city, "the machine's clock came back from its leap: city time has gone on without it, nothing else happened");
            }
            Self::Behind => {
                error!(%machine, %city, "the machine's clock is more than an hour behind city time, which stands still until it is reached: set the clock right; if it is right, the log was stamped too late (docs/OPERATION.md, The clock)");
            }
            Self::Reached => {
                info!(%machine, %city, "the machine's clock has reached city time, which goes on");
            }
        }
    }
}

#[cfg(test)]
mod tests;
