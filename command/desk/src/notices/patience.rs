//! How long a notice is tried.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{NoticeId, Timestamp};

/// When a notice that failed is tried again, and when no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Patience {
    /// Wait after the first failure; it doubles with each up to the other, and up to a quarter is added, so that not all come at once.
    pub backoff_ms_min: u64,
    /// Longest wait.
    pub backoff_ms_max: u64,
    /// A notice is given up after so many tries; 0 for no such limit.
    pub attempts_max: u32,
    /// And when it fails so long after it was due first. An alarm that is older is not told of any more.
    pub give_up_minutes: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            backoff_ms_min: 1_000,
            backoff_ms_max: 300_000,
            attempts_max: 0,
            give_up_minutes: 1_440,
        }
    }
}

impl Patience {
    /// The wait after this many tries of this notice; the same for the same.
    pub fn wait(&self, attempts: u32, notice: &NoticeId) -> Duration {
        let doublings = attempts.saturating_sub(1).min(32);
        let wait = self.backoff_ms_min.saturating_mul(1 << doublings);
        let wait = wait.min(self.backoff_ms_max.max(self.backoff_ms_min));
        let place = (attempts as usize * 4) % 28;
        let digits = notice.as_str().get(place..place + 4);
        let spread = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        Duration::from_millis(wait + (wait / 4).saturating_mul(spread.unwrap_or(0)) / 0xffff)
    }

    /// When a notice that was due at `first` is tried again, which failed at `now` for the how-manieth time; `None` for no more.
    pub fn next(
        &self,
        attempts: u32,
        first: Timestamp,
        now: Timestamp,
        notice: &NoticeId,
    ) -> Option<Timestamp> {
        let too_often = self.attempts_max > 0 && attempts >= self.attempts_max;
        (!too_often && !self.is_over(first, now)).then(|| now + self.wait(attempts, notice))
    }

    /// Whether what was due at `first` is too old at `now`.
    pub fn is_over(&self, first: Timestamp, now: Timestamp) -> bool {
        now >= first + Duration::from_secs(u64::from(self.give_up_minutes) * 60)
    }
}
