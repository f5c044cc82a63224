//! What is durable, and how it is read: the tail from memory, the rest from the segments.

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::watch;
use yiping_model::{Class, Position, Record};

use super::files::Files;
use super::segment::Segment;
use super::tail::Tail;
use crate::ends::{Ends, Lasts};
use crate::{Chunk, LogError};

/// How many decoded blocks are kept for those who read old records in small steps.
const BLOCKS_MAX: usize = 4;

/// Everything durable. The writer adds to it, retention takes away, anybody reads.
#[derive(Debug)]
pub(super) struct Reader {
    files: Arc<dyn Files>,
    segments: Mutex<BTreeMap<Position, Arc<Segment>>>,
    tail: Mutex<Tail>,
    blocks: Mutex<VecDeque<Block>>,
    /// Held for writing while a segment file is put in the place of another: offsets learnt from one are worthless in the other.
    replacing: RwLock<()>,
    ends: Ends,
}

#[derive(Debug, Clone)]
struct Block {
    after: Position,
    last: Position,
    records: Arc<[Record]>,
}

impl Reader {
    pub(super) fn new(
        files: Arc<dyn Files>,
        segments: BTreeMap<Position, Arc<Segment>>,
        end: Position,
        tail: Tail,
    ) -> Self {
        Self {
            files,
            segments: Mutex::new(segments),
            tail: Mutex::new(tail),
            blocks: Mutex::new(VecDeque::with_capacity(BLOCKS_MAX)),
            replacing: RwLock::new(()),
            ends: Ends::new(end),
        }
    }

    pub(super) fn end_of(&self, class: Class) -> watch::Receiver<Position> {
        self.ends.of(class)
    }

    pub(super) fn last(&self) -> Position {
        self.ends.last()
    }

    /// Makes a durable commit readable and wakes those who wait for it.
    pub(super) fn publish(&self, records: &Arc<[Record]>, lasts: &Lasts, bytes: usize) {
        lock(&self.tail).push(Arc::clone(records), lasts.class(), bytes);
        self.ends.advance(lasts);
    }

    pub(super) fn add_segment(&self, segment: Arc<Segment>) {
        lock(&self.segments).insert(segment.header.first, segment);
    }

    /// All segments, oldest first; the last is the one that is written to.
    pub(super) fn segments(&self) -> Vec<Arc<Segment>> {
        lock(&self.segments).values().cloned().collect()
    }

    /// Does `change` to the files of the segments that begin in this range, and puts another segment in their place, or none.
    pub(super) fn replace(
        &self,
        range: RangeInclusive<Position>,
        other: Option<Segment>,
        change: impl FnOnce() -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        let _nobody_reads = self
            .replacing
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        change()?;
        lock(&self.blocks).clear();
        let mut segments = lock(&self.segments);
        segments.retain(|first, _| !range.contains(first));
        segments.extend(other.map(|segment| (segment.header.first, Arc::new(segment))));
        Ok(())
    }

    /// The records after `after`, if memory has them.
    pub(super) fn read_tail(&self, after: Position, limit: usize) -> Option<Chunk> {
        lock(&self.tail).find(after, limit)
    }

    /// The records after `after`, from the segments. Blocks the thread.
    pub(super) fn read_segments(&self, after: Position, limit: usize) -> Result<Chunk, LogError> {
        let _nobody_replaces = self
            .replacing
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(records) = self.kept_block(after) {
            return Ok(Chunk::after(records, after, limit));
        }
        let mut candidate = self.segment_with(after.next());
        while let Some(segment) = candidate {
            let next = self.segment_after(segment.header.first);
            let (records, passed) = segment.read_block(&*self.files, after)?;
            if let Some(last) = records.last().map(|record| record.position) {
                let records: Arc<[Record]> = records.into();
                self.keep_block(Block {
                    after,
                    last,
                    records: Arc::clone(&records),
                });
                return Ok(Chunk::after(records, after, limit));
            }
            if let Some(next) = &next {
                check_joint(&segment, passed, next)?;
            }
            candidate = next;
        }
        Ok(Chunk::empty())
    }

    fn segment_with(&self, position: Position) -> Option<Arc<Segment>> {
        let segments = lock(&self.segments);
        let before = segments.range(..=position).next_back();
        before
            .or_else(|| segments.first_key_value())
            .map(|(_first, segment)| Arc::clone(segment))
    }

    fn segment_after(&self, first: Position) -> Option<Arc<Segment>> {
        let segments = lock(&self.segments);
        let next = segments.range(first.next()..).next();
        next.map(|(_first, segment)| Arc::clone(segment))
    }

    fn kept_block(&self, after: Position) -> Option<Arc<[Record]>> {
        let mut blocks = lock(&self.blocks);
        let index = blocks
            .iter()
            .position(|block| block.after <= after && after < block.last)?;
        let block = blocks.remove(index)?;
        let records = Arc::clone(&block.records);
        blocks.push_back(block);
        Some(records)
    }

    fn keep_block(&self, block: Block) {
        let mut blocks = lock(&self.blocks);
        if blocks.len() == BLOCKS_MAX {
            blocks.pop_front();
        }
        blocks.push_back(block);
    }
}

/// A segment that retention has not touched ends where the next begins.
fn check_joint(segment: &Segment, passed: Position, next: &Segment) -> Result<(), LogError> {
    if segment.header.keeps > Class::Input || passed.next() == next.header.first {
        return Ok(());
    }
    let detail = format!(
        "the segment ends with record {passed}, but the next one begins with {}",
        next.header.first
    );
    Err(segment.damaged(segment.durable(), detail))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
