//! When readers save their checkpoints: each at a moment of its own, because all at once would hold up the alarms of that moment.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use yiping_model::Position;

/// Nobody saves more often, whatever is set.
const EVERY_MIN: Duration = Duration::from_secs(1);

/// When a reader's next checkpoint is due: after so much time or, where it says so, so many records, whichever comes first.
///
/// The first is due after a part of either that differs from reader to reader; from then on each keeps to its moment.
#[derive(Debug)]
pub struct Beat {
    share: u32,
    every: Duration,
    at: Instant,
    records: u64,
    position: Position,
}

impl Beat {
    /// `share` is the part of the first: 0 is none of it, `u32::MAX` nearly all.
    pub(crate) fn begin(share: u32, every: Duration) -> Self {
        let every = every.max(EVERY_MIN);
        Self {
            share,
            every,
            at: Instant::now() + every.mul_f64(f64::from(share) / f64::from(u32::MAX)),
            records: u64::MAX,
            position: Position(u64::MAX),
        }
    }

    /// The same for a reader that stands here and saves after so many records too.
    #[must_use]
    pub fn or_after(self, records: u64, from: Position) -> Self {
        let records = records.max(1);
        let first = (u128::from(records) * u128::from(self.share)) >> 32;
        let first = u64::try_from(first).unwrap_or(u64::MAX).max(1);
        Self {
            records,
            position: Position(from.0.saturating_add(first)),
            ..self
        }
    }

    /// Waits until its time has come.
    pub async fn comes(&self) {
        sleep_until(self.at).await;
    }

    /// The record with which it is due whatever the time.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Whether it is due for a reader that has read so far.
    pub fn is_due(&self, position: Position) -> bool {
        position >= self.position || Instant::now() >= self.at
    }

    /// A checkpoint of this position is begun: the next is due at the next moment of its own, which is not at once.
    pub fn begun(&mut self, position: Position) {
        let soon = Instant::now() + self.every / 2;
        while self.at <= soon {
            self.at += self.every;
        }
        self.position = Position(position.0.saturating_add(self.records));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Checkpoint;
    use crate::id::LogId;

    const EVERY: Duration = Duration::from_secs(30);

    fn half() -> Beat {
        Beat::begin(1 << 31, EVERY).or_after(1_000, Position(7))
    }

    #[tokio::test(start_paused = true)]
    async fn it_keeps_to_its_moment() {
        let (began, mut beat) = (Instant::now(), half());
        let passed = || began.elapsed().as_secs();
        beat.comes().await;
        assert_eq!(passed(), 15);
        assert!(beat.is_due(Position(8)));
        tokio::time::advance(Duration::from_secs(4)).await;
        beat.begun(Position(8));
        assert!(!beat.is_due(Position(9)));
        beat.comes().await;
        assert_eq!(passed(), 45);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_due_after_so_many_records_and_then_not_soon_by_time() {
        let (began, mut beat) = (Instant::now(), half());
        assert_eq!(beat.position(), Position(507));
        assert!(!beat.is_due(Position(506)) && beat.is_due(Position(507)));
        tokio::time::advance(Duration::from_secs(10)).await;
        beat.begun(Position(600));
        assert_eq!(beat.position(), Position(1_600));
        beat.comes().await;
        assert_eq!(began.elapsed().as_secs(), 45);
    }

    #[tokio::test(start_paused = true)]
    async fn the_readers_of_this_program_do_not_save_at_once() {
        let names = [
            ("engine", 30),
            ("wall", 30),
            ("units", 60),
            ("incidents", 30),
            ("duty", 10),
            ("notices", 10),
        ];
        let began = Instant::now();
        let mut beats = names.map(|(name, secs)| {
            let file = format!("data/{name}.checkpoint");
            let every = Duration::from_secs(secs);
            Checkpoint::new(file, LogId(1)).beat(every)
        });
        let mut moments = Vec::new();
        while began.elapsed() < Duration::from_mins(5) {
            let next = beats.iter_mut().min_by_key(|beat| beat.at).expect("six");
            next.comes().await;
            moments.push(began.elapsed());
            next.begun(Position::START);
        }
        let apart = moments
            .windows(2)
            .map(|pair| pair[1].saturating_sub(pair[0]))
            .min();
        assert!(apart > Some(Duration::from_millis(100)), "{apart:?}");
    }
}
