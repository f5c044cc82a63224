//! What a reader has to read at a start before it is up to date: counted, and told while it takes long.

use std::time::Duration;

use tracing::info;
use yiping_model::{Position, Timestamp};

use crate::Chunk;
use crate::metrics::{Stopwatch, show_start};

/// How often it is told.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// A reader on its way from where it stood to where the log ended when it started.
#[derive(Debug)]
pub struct CatchUp {
    reader: &'static str,
    from: Position,
    target: Position,
    records: u64,
    /// When the first of them was received.
    began: Option<Timestamp>,
    watch: Stopwatch,
    told: Duration,
    done: bool,
}

impl CatchUp {
    /// The reader of this name has read up to `from`; the log ends at `target`.
    pub fn begin(reader: &'static str, from: Position, target: Position) -> Self {
        let done = from >= target;
        if done {
            show_start(reader, 0, Duration::ZERO);
        }
        Self {
            reader,
            from,
            target,
            records: 0,
            began: None,
            watch: Stopwatch::start(),
            told: Duration::ZERO,
            done,
        }
    }

    /// The reader has read these too; none when the log has no more of them.
    pub fn took(&mut self, records: &Chunk) {
        if self.done {
            return;
        }
        let known = || {
            let all = records.iter();
            all.take_while(|record| record.position <= self.target)
        };
        let (count, until) = (known().count(), known().last());
        self.records += count as u64;
        if let (None, Some(first)) = (self.began, records.first()) {
            // Where retention has left a gap, the way begins after it.
            self.from = Position(first.position.0 - 1);
            self.began = Some(first.received_at);
        }
        let last = records.last();
        if last.is_none_or(|last| last.position >= self.target) {
            let span = until.or(last).map_or(Duration::ZERO, |until| {
                until
                    .received_at
                    .abs_diff(self.began.unwrap_or(until.received_at))
            });
            self.finish(span);
        } else if let Some(last) = last {
            self.tell(last.position);
        }
    }

    fn finish(&mut self, span: Duration) {
        self.done = true;
        show_start(self.reader, self.records, span);
        let (reader, records, took) = (self.reader, self.records, self.watch.elapsed());
        info!(
            reader,
            records,
            log_secs = span.as_secs(),
            took_ms = took.as_millis(),
            "up to date with the log as it was at the start"
        );
    }

    fn tell(&mut self, at: Position) {
        let elapsed = self.watch.elapsed();
        if elapsed < self.told + TELL_EVERY {
            return;
        }
        self.told = elapsed;
        let share = share(self.from, at, self.target);
        let percent = (share * 100.0) as u64;
        let left_secs = (elapsed.as_secs_f64() * (1.0 / share - 1.0)) as u64;
        let (reader, end) = (self.reader, self.target);
        info!(reader, position = %at, %end, percent, left_secs, "reading what the log holds");
    }
}

/// How much of the way lies behind, above 0 and at most 1.
fn share(from: Position, at: Position, target: Position) -> f64 {
    let way = target.0.saturating_sub(from.0).max(1) as f64;
    (at.0.saturating_sub(from.0).max(1) as f64 / way).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use yiping_model::{Body, Record};

    fn records(positions: std::ops::RangeInclusive<u64>) -> Chunk {
        let records = positions
            .map(|position| Record {
                position: Position(position),
                received_at: Timestamp::from_secs(position as i64),
                body: Body::Tick,
            })
            .collect();
        Chunk::after(records, Position::START, usize::MAX)
    }

    #[test]
    fn only_what_was_there_at_the_start_is_counted() {
        let mut catch_up = CatchUp::begin("engine", Position(2), Position(7));
        catch_up.took(&records(3..=4));
        assert!(!catch_up.done);
        catch_up.took(&records(5..=9));
        assert!(catch_up.done);
        assert_eq!(catch_up.records, 5);
        catch_up.took(&records(10..=12));
        assert_eq!(catch_up.records, 5);
    }

    #[test]
    fn the_way_begins_after_what_retention_took() {
        let mut catch_up = CatchUp::begin("engine", Position(2), Position(700));
        catch_up.took(&records(601..=650));
        assert_eq!((catch_up.from, catch_up.records), (Position(600), 50));
    }

    #[test]
    fn a_reader_at_the_end_has_nothing_to_read() {
        assert!(CatchUp::begin("engine", Position(7), Position(7)).done);
    }

    #[test]
    fn a_reader_is_up_to_date_where_retention_took_the_end() {
        let mut catch_up = CatchUp::begin("engine", Position(2), Position(7));
        catch_up.took(&Chunk::empty());
        assert!(catch_up.done);
    }

    #[test]
    fn the_share_is_of_the_way_not_of_the_log() {
        assert!((share(Position(100), Position(150), Position(200)) - 0.5).abs() < 1e-9);
        assert!(share(Position(100), Position(100), Position(200)) > 0.0);
    }
}
