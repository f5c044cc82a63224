//! The latest commits, in memory, for readers that keep up.

use std::collections::VecDeque;
use std::sync::Arc;

use yiping_model::{Class, Position, Record};

use crate::Chunk;

/// A reader that has several commits before it gets them together, until there are so many records.
const JOIN_RECORDS: usize = 1_024;

/// The latest commits, bounded by records and bytes.
#[derive(Debug)]
pub(super) struct Tail {
    commits: VecDeque<Commit>,
    /// Every durable record after this one is here.
    after: Position,
    records: usize,
    bytes: usize,
    records_max: usize,
    bytes_max: usize,
}

#[derive(Debug)]
struct Commit {
    records: Arc<[Record]>,
    /// None of them is of a class that is kept longer.
    class: Class,
    bytes: usize,
}

impl Commit {
    fn last(&self) -> Position {
        self.records
            .last()
            .map_or(Position::START, |record| record.position)
    }
}

impl Tail {
    pub(super) const fn new(after: Position, records_max: usize, bytes_max: usize) -> Self {
        Self {
            commits: VecDeque::new(),
            after,
            records: 0,
            bytes: 0,
            records_max,
            bytes_max,
        }
    }

    /// Takes the next commit; lets the oldest go when there are too many, but never the newest.
    pub(super) fn push(&mut self, records: Arc<[Record]>, class: Class, bytes: usize) {
        self.records += records.len();
        self.bytes += bytes;
        self.commits.push_back(Commit {
            records,
            class,
            bytes,
        });
        while self.commits.len() > 1
            && (self.records > self.records_max || self.bytes > self.bytes_max)
        {
            if let Some(oldest) = self.commits.pop_front() {
                self.records -= oldest.records.len();
                self.bytes -= oldest.bytes;
                self.after = oldest.last();
            }
        }
    }

    /// The records after `after`, at most `limit`; nothing when they are not in memory.
    pub(super) fn find(&self, after: Position, limit: usize) -> Option<Chunk> {
        if after < self.after {
            return None;
        }
        let from = self
            .commits
            .partition_point(|commit| commit.last() <= after);
        let mut chunk = Chunk::empty();
        for commit in self.commits.range(from..) {
            chunk.extend(Arc::clone(&commit.records), commit.class, after, limit);
            if chunk.len() >= limit.min(JOIN_RECORDS) {
                break;
            }
        }
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yiping_model::{Body, Timestamp};

    fn commit(positions: std::ops::RangeInclusive<u64>) -> Arc<[Record]> {
        positions
            .map(|position| Record {
                position: Position(position),
                received_at: Timestamp::MIN,
                body: Body::Tick,
            })
            .collect()
    }

    fn tail() -> Tail {
        let mut tail = Tail::new(Position(10), 6, 1_000);
        tail.push(commit(11..=12), Class::Input, 50);
        tail.push(commit(13..=15), Class::Input, 75);
        tail
    }

    fn positions(chunk: &Chunk) -> Vec<u64> {
        chunk.iter().map(|record| record.position.0).collect()
    }

    #[test]
    fn a_reader_behind_gets_several_commits_at_once() {
        let chunk = tail().find(Position(11), 3).expect("in memory");
        assert_eq!((positions(&chunk), chunk.len()), (vec![12, 13, 14], 3));
        let chunk = tail().find(Position(10), 100).expect("in memory");
        assert_eq!(positions(&chunk), vec![11, 12, 13, 14, 15]);
    }

    #[test]
    fn the_last_commit_is_shared() {
        let chunk = tail().find(Position(13), 100).expect("in memory");
        assert_eq!(positions(&chunk), vec![14, 15]);
    }

    #[test]
    fn who_wants_a_class_is_spared_commits_without_it() {
        let mut tail = tail();
        tail.push(commit(16..=16), Class::Decision, 50);
        let chunk = tail.find(Position(10), 100).expect("in memory");
        let wanted =
            |class| -> Vec<u64> { chunk.of(class).map(|record| record.position.0).collect() };
        assert_eq!(wanted(Class::Input), vec![11, 12, 13, 14, 15, 16]);
        assert_eq!(wanted(Class::Result), vec![16]);
        assert_eq!(wanted(Class::Decision), vec![16]);
        assert_eq!(chunk.until(Position(15)).of(Class::Alarm).count(), 0);
    }

    #[test]
    fn what_was_let_go_is_elsewhere() {
        let mut tail = tail();
        tail.push(commit(16..=17), Class::Input, 50);
        assert!(tail.find(Position(11), 1).is_none());
        assert!(tail.find(Position(12), 1).is_some());
        tail.push(commit(18..=18), Class::Input, 1_000);
        assert!(tail.find(Position(16), 1).is_none());
        assert!(tail.find(Position(18), 1).expect("in memory").is_empty());
    }
}
