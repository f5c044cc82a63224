#![doc = include_str!("../README.md")]

mod archive;
mod beat;
mod catch_up;
pub mod checkpoint;
mod clock;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod disk;
mod drill;
mod ends;
mod error;
mod id;
pub mod memory;
pub mod metrics;
pub mod ticker;

use std::borrow::Cow;
use std::iter::FlatMap;
use std::slice;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use yiping_model::{Body, Class, Position, Record};

pub use archive::Archive;
pub use beat::Beat;
pub use catch_up::CatchUp;
pub use checkpoint::Checkpoint;
pub use clock::CityClock;
pub use disk::DiskLog;
pub use drill::DrillLog;
pub use ends::passed_over;
pub use error::LogError;
pub use id::{LogId, NoLogId};

/// The log, whatever keeps it. Every backend passes the suite in `conformance`.
#[async_trait]
pub trait Log: Send + Sync + 'static {
    /// Which log this is; the same after a restart.
    fn id(&self) -> LogId;

    /// Appends these bodies in this order, stamped by the city clock, and returns once they are durable: the positions of first and last.
    ///
    /// Appends of several callers share a commit. An empty list returns at once with the current end.
    ///
    /// # Errors
    /// [`LogError`]; then none of the bodies may be acknowledged (some may be in the log all the same).
    async fn append(&self, bodies: Vec<Body>) -> Result<Appended, LogError>;

    /// The durable records that follow `after`: at least one if there is any, at most `limit`, oldest first.
    ///
    /// Positions grow but need not be dense: retention leaves gaps.
    ///
    /// # Errors
    /// [`LogError`] when the records cannot be read.
    async fn read(&self, after: Position, limit: usize) -> Result<Chunk, LogError>;

    /// The position of the last durable record. The receiver wakes whenever it grows.
    fn end(&self) -> watch::Receiver<Position>;

    /// The position of the last durable record of this class or of one that is kept longer, or a later one: it wakes for those, and need not
    /// wake for others.
    fn end_of(&self, _class: Class) -> watch::Receiver<Position> {
        self.end()
    }

    /// Drops what retention no longer keeps, never anything at or after `keep_from` (the slowest reader), never a decision. Input is
    /// dropped only after `archive`, where there is one, has it.
    ///
    /// # Errors
    /// [`LogError`] when old segments cannot be archived, rewritten or removed; what is not dropped stays whole.
    async fn retain(
        &self,
        keep_from: Position,
        archive: Option<Arc<dyn Archive>>,
    ) -> Result<(), LogError>;
}

/// Where an append came to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Position of the first body.
    pub first: Position,
    /// Position of the last body.
    pub last: Position,
}

/// Some consecutive records, oldest first, shared with everybody who reads the same ones: reading copies nothing.
#[derive(Debug, Clone, Default)]
pub struct Chunk {
    runs: Vec<Run>,
    len: usize,
}

/// A part of one commit or of one block of a segment; never empty.
#[derive(Debug, Clone)]
pub struct Run {
    records: Arc<[Record]>,
    /// None of them is of a class that is kept longer.
    class: Class,
    from: usize,
    to: usize,
}

impl Run {
    fn slice(&self) -> &[Record] {
        &self.records[self.from..self.to]
    }
}

impl Chunk {
    /// No records.
    pub const fn empty() -> Self {
        Self {
            runs: Vec::new(),
            len: 0,
        }
    }

    /// The records of `records` that follow `after`, at most `limit`. Positions in `records` ascend.
    pub fn after(records: Arc<[Record]>, after: Position, limit: usize) -> Self {
        let mut chunk = Self::empty();
        // What they are is not known.
        chunk.extend(records, Class::Decision, after, limit);
        chunk
    }

    /// Adds the records of `records` that follow `after`, until there are `limit`. Positions in `records` ascend, and are all later than what is here.
    fn extend(&mut self, records: Arc<[Record]>, class: Class, after: Position, limit: usize) {
        let from = records.partition_point(|record| record.position <= after);
        let room = limit.saturating_sub(self.len);
        let to = from.saturating_add(room).min(records.len());
        if from < to {
            self.len += to - from;
            self.runs.push(Run {
                records,
                class,
                from,
                to,
            });
        }
    }

    /// Those at or before `last`.
    #[must_use]
    pub fn until(&self, last: Position) -> Self {
        let mut chunk = Self::empty();
        for run in &self.runs {
            let known = run
                .slice()
                .partition_point(|record| record.position <= last);
            if known > 0 {
                let (from, to) = (run.from, run.from + known);
                chunk.len += known;
                chunk.runs.push(Run {
                    records: Arc::clone(&run.records),
                    class: run.class,
                    from,
                    to,
                });
            }
        }
        chunk
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The oldest.
    pub fn first(&self) -> Option<&Record> {
        self.runs.first().and_then(|run| run.slice().first())
    }

    /// The latest.
    pub fn last(&self) -> Option<&Record> {
        self.runs.last().and_then(|run| run.slice().last())
    }

    /// Each of them, oldest first.
    pub fn iter(&self) -> Records<'_> {
        self.into_iter()
    }

    /// Those of this class and of those that are kept longer, oldest first, and perhaps others: commits without any of them are passed over.
    pub fn of(&self, class: Class) -> impl Iterator<Item = &Record> {
        let runs = self.runs.iter().filter(move |run| run.class >= class);
        runs.flat_map(Run::slice)
    }

    /// All side by side; copied when they lie in several commits.
    pub fn joined(&self) -> Cow<'_, [Record]> {
        match self.runs.as_slice() {
            [] => Cow::Borrowed(&[]),
            [run] => Cow::Borrowed(run.slice()),
            _ => self.iter().cloned().collect(),
        }
    }
}

/// The records of a [`Chunk`], one after the other.
pub type Records<'a> = FlatMap<slice::Iter<'a, Run>, &'a [Record], fn(&'a Run) -> &'a [Record]>;

impl<'a> IntoIterator for &'a Chunk {
    type Item = &'a Record;
    type IntoIter = Records<'a>;

    fn into_iter(self) -> Records<'a> {
        self.runs.iter().flat_map(Run::slice)
    }
}
