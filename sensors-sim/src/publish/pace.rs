//! City time against ours: how long to wait, and how far behind we are.

use std::time::Duration;

use tokio::time::Instant;
use tracing::{info, warn};
use yiping_model::Timestamp;

/// Between two lines about progress or lag.
const TELL_EVERY: Duration = Duration::from_secs(5);
/// Being later than this is worth a warning.
const LAG_MAX: Duration = Duration::from_secs(2);
/// How long after the history it may take to catch up with the clock before that is worth a warning.
const CATCH_UP_MAX: Duration = Duration::from_secs(30);

/// Follows how the sending keeps up with the city clock.
#[derive(Debug)]
pub(super) struct Pace {
    start: Timestamp,
    speed: f64,
    told: Instant,
    live_since: Option<Instant>,
    caught_up: bool,
}

impl Pace {
    pub(super) fn new(start: Timestamp, speed: f64) -> Self {
        Self {
            start,
            speed,
            told: Instant::now(),
            live_since: None,
            caught_up: false,
        }
    }

    /// How long the city takes from `now` to `at`, in our time.
    pub(super) fn machine_time(&self, at: Timestamp, now: Timestamp) -> Duration {
        let micros = at.micros_since(now).max(0) as f64 / self.speed;
        Duration::from_micros(micros as u64).max(Duration::from_millis(1))
    }

    /// Messages up to the city time `reached` have been handed over, at the city time `now`.
    pub(super) fn note_sent(&mut self, reached: Timestamp, now: Timestamp, published: u64) {
        if reached >= self.start && self.live_since.is_none() {
            self.live_since = Some(Instant::now());
        }
        if self.told.elapsed() < TELL_EVERY {
            return;
        }
        let lag = self.machine_time(now, reached);
        let late = self
            .live_since
            .is_some_and(|since| since.elapsed() > CATCH_UP_MAX);
        let lag_secs = lag.as_secs();
        if self.caught_up || late {
            if lag > LAG_MAX {
                self.told = Instant::now();
                warn!(
                    lag_secs,
                    published,
                    "the simulated city falls behind its clock: lower the speed, or give the broker more room"
                );
            }
        } else {
            self.told = Instant::now();
            info!(%reached, published, lag_secs, "sending the history of the simulated city");
        }
    }

    /// Nothing is due.
    pub(super) fn note_caught_up(&mut self, published: u64) {
        if !self.caught_up {
            self.caught_up = true;
            info!(published, "the simulated city is live");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_city_is_waited_for_less() {
        let start = Timestamp::from_secs(1_000);
        let pace = Pace::new(start, 60.0);
        let wait = pace.machine_time(start + Duration::from_secs(30), start);
        assert_eq!(wait, Duration::from_millis(500));
    }

    #[test]
    fn what_is_due_is_not_waited_for() {
        let start = Timestamp::from_secs(1_000);
        let pace = Pace::new(start, 1.0);
        let wait = pace.machine_time(start, start + Duration::from_secs(30));
        assert_eq!(wait, Duration::from_millis(1));
    }
}
