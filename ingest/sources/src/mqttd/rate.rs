//! How many messages may come in a second: a bucket that fills with time and may go into debt, so that what has already come is taken and
//! the next look at the socket waits.

use std::time::Duration;

use tokio::time::Instant;

/// Messages that may come at once before the rate counts, in seconds of it.
const BURST_SECS: f64 = 1.0;

/// The bucket of one connection, or of all.
#[derive(Debug)]
pub(super) struct Rate {
    per_sec: f64,
    left: f64,
    at: Instant,
}

impl Rate {
    /// A full bucket.
    pub(super) fn new(messages_per_sec: u32, now: Instant) -> Self {
        let per_sec = f64::from(messages_per_sec);
        Self {
            per_sec,
            left: per_sec * BURST_SECS,
            at: now,
        }
    }

    /// Takes so many messages out; how long to wait before the next.
    pub(super) fn take(&mut self, messages: usize, now: Instant) -> Duration {
        let filled = self.per_sec * now.duration_since(self.at).as_secs_f64();
        self.left = (self.left + filled).min(self.per_sec * BURST_SECS) - messages as f64;
        self.at = now;
        Duration::from_secs_f64((-self.left).max(0.0) / self.per_sec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debt_is_waited_for_and_a_rest_saves_no_more_than_a_second() {
        let start = Instant::now();
        let mut rate = Rate::new(100, start);
        assert_eq!(rate.take(100, start), Duration::ZERO);
        assert_eq!(rate.take(50, start), Duration::from_millis(500));
        let later = start + Duration::from_millis(500);
        assert_eq!(rate.take(0, later), Duration::ZERO);
        let rested = later + Duration::from_mins(10);
        assert_eq!(rate.take(101, rested), Duration::from_millis(10));
    }
}
