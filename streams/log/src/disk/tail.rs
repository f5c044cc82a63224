//! The latest commits, in memory, for readers that keep up.

use std::collections::VecDeque;
use std::sync::Arc;

use yiping_model::{Position, Record};

use crate::Chunk;

/// Commits smaller than this are joined for a reader that has several of them before it.
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
    bytes: usize,
}

impl Commit {
    fn last(&self) -> Position {
        self.records
            .last()
            .map_or(Position::START, |record| record.position)
    }
}

/// What the tail has for a reader.
#[derive(Debug)]
pub(super) enum Found {
    /// These.
    Chunk(Chunk),
    /// These, to be joined outside the lock.
    Several(Vec<Arc<[Record]>>),
    /// They are not in memory.
    Elsewhere,
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
    pub(super) fn push(&mut self, records: Arc<[Record]>, bytes: usize) {
        self.records += records.len();
        self.bytes += bytes;
        self.commits.push_back(Commit { records, bytes });
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

    /// The records after `after`.
    pub(super) fn find(&self, after: Position, limit: usize) -> Found {
        if after < self.after {
            return Found::Elsewhere;
        }
        let from = self
            .commits
            .partition_point(|commit| commit.last() <= after);
        let Some(first) = self.commits.get(from) else {
            return Found::Chunk(Chunk::empty());
        };
        let chunk = Chunk::after(Arc::clone(&first.records), after, limit);
        let wanted = limit.min(JOIN_RECORDS);
        if chunk.len() >= wanted || from + 1 == self.commits.len() {
            return Found::Chunk(chunk);
        }
        let mut found = chunk.len();
        let mut several = vec![Arc::clone(&first.records)];
        for commit in self.commits.range(from + 1..) {
            if found >= wanted {
                break;
            }
            found += commit.records.len();
            several.push(Arc::clone(&commit.records));
        }
        Found::Several(several)
    }
}

/// Copies small commits into one.
pub(super) fn join(several: &[Arc<[Record]>], after: Position, limit: usize) -> Chunk {
    let records: Vec<Record> = several
        .iter()
        .flat_map(|commit| commit.iter())
        .filter(|record| record.position > after)
        .take(limit.min(JOIN_RECORDS))
        .cloned()
        .collect();
    Chunk::after(records.into(), after, limit)
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
        tail.push(commit(11..=12), 50);
        tail.push(commit(13..=15), 75);
        tail
    }

    fn positions(chunk: &[Record]) -> Vec<u64> {
        chunk.iter().map(|record| record.position.0).collect()
    }

    #[test]
    fn small_commits_are_joined_for_a_reader_behind() {
        let Found::Several(several) = tail().find(Position(11), 3) else {
            panic!("two commits are needed");
        };
        assert_eq!(
            positions(&join(&several, Position(11), 3)),
            vec![12, 13, 14]
        );
    }

    #[test]
    fn the_last_commit_is_shared() {
        let Found::Chunk(chunk) = tail().find(Position(13), 100) else {
            panic!("one commit is enough");
        };
        assert_eq!(positions(&chunk), vec![14, 15]);
    }

    #[test]
    fn what_was_let_go_is_elsewhere() {
        let mut tail = tail();
        tail.push(commit(16..=17), 50);
        assert!(matches!(tail.find(Position(11), 1), Found::Elsewhere));
        assert!(matches!(tail.find(Position(12), 1), Found::Chunk(_)));
        tail.push(commit(18..=18), 1_000);
        assert!(matches!(tail.find(Position(16), 1), Found::Elsewhere));
        assert!(matches!(tail.find(Position(18), 1), Found::Chunk(chunk) if chunk.is_empty()));
    }
}
