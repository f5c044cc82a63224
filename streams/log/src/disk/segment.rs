//! One segment file: where it is, how much of it is durable, and a walk over its commits.
//!
//! A segment remembers a mark every 64 KiB, learnt from whoever walks over it, so that the next reader begins near its place.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use yiping_model::{CodecError, Position, Record};

use super::files::{File, Files};
use super::format::{
    COMMIT_HEADER_BYTES, CommitHeader, Flaw, HeaderFlaw, RawRecord, Records, SEGMENT_HEADER_BYTES,
    SegmentHeader, VERSION,
};
use crate::LogError;

const MARK_EVERY_BYTES: u64 = 64 << 10;
const READ_AHEAD_BYTES: u64 = 256 << 10;
/// A block of records is complete when it has this many ...
const BLOCK_RECORDS: usize = 4_096;
/// ... or when this many bytes were read for it.
const BLOCK_BYTES: u64 = 1 << 20;

/// A place between two commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// Everything at or after `offset` has a greater position.
    pub(super) after: Position,
    pub(super) offset: u64,
}

/// A segment, and its file open for writing.
pub(super) type Opened = (Segment, Box<dyn File>);

/// A segment file.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    pub(super) header: SegmentHeader,
    /// Bytes that are durable and whole; nobody reads further.
    durable: AtomicU64,
    marks: Mutex<Vec<Mark>>,
}

/// The path of the segment that begins at this position.
pub(super) fn path_of(dir: &Path, first: Position) -> PathBuf {
    dir.join(format!("{:020}.log", first.0))
}

impl Segment {
    pub(super) fn new(path: PathBuf, header: SegmentHeader, durable: u64) -> Self {
        let start = Mark {
            after: Position(header.first.0.saturating_sub(1)),
            offset: header.length(),
        };
        Self {
            path,
            header,
            durable: AtomicU64::new(durable),
            marks: Mutex::new(vec![start]),
        }
    }

    /// Writes the header of a new segment to a new file and makes both durable.
    pub(super) fn create(
        files: &dyn Files,
        dir: &Path,
        header: SegmentHeader,
    ) -> Result<Opened, LogError> {
        let path = path_of(dir, header.first);
        let file = files
            .create(&path)
            .map_err(LogError::io("create log segment", &path))?;
        file.write_at(&header.encode(), 0)
            .and_then(|()| file.sync())
            .and_then(|()| files.sync_dir(dir))
            .map_err(LogError::io("begin log segment", &path))?;
        Ok((Self::new(path, header, SEGMENT_HEADER_BYTES as u64), file))
    }

    /// Opens the file and reads its header; `None` when it has no whole header and nothing after it, so that no commit was ever made.
    pub(super) fn open(
        files: &dyn Files,
        dir: &Path,
        first: Position,
    ) -> Result<Option<Opened>, LogError> {
        let path = path_of(dir, first);
        let file = files
            .open(&path)
            .map_err(LogError::io("open log segment", &path))?;
        let size = file
            .size()
            .map_err(LogError::io("measure log segment", &path))?;
        let mut bytes = vec![0; SEGMENT_HEADER_BYTES.min(size as usize)];
        file.read_at(&mut bytes, 0)
            .map_err(LogError::io("read log segment", &path))?;
        match SegmentHeader::decode(&bytes) {
            Ok(header) if header.first == first => Ok(Some((Self::new(path, header, size), file))),
            Ok(header) => Err(LogError::Damaged {
                detail: format!("the segment begins at record {}", header.first),
                offset: 0,
                path,
            }),
            Err(HeaderFlaw::Newer(version)) => Err(LogError::Newer {
                path,
                version,
                known: VERSION,
            }),
            Err(HeaderFlaw::Damaged) if size <= SEGMENT_HEADER_BYTES as u64 => Ok(None),
            Err(HeaderFlaw::Damaged) => Err(LogError::Damaged {
                detail: "the segment has no header".into(),
                offset: 0,
                path,
            }),
        }
    }

    pub(super) fn durable(&self) -> u64 {
        self.durable.load(Ordering::Acquire)
    }

    pub(super) fn set_durable(&self, bytes: u64) {
        self.durable.store(bytes, Ordering::Release);
    }

    /// Remembers a place, unless one close before it is known.
    pub(super) fn note(&self, mark: Mark) {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if marks
            .last()
            .is_none_or(|last| mark.offset >= last.offset + MARK_EVERY_BYTES)
        {
            marks.push(mark);
        }
    }

    /// The nearest known place from which all records after `after` follow.
    fn nearest(&self, after: Position) -> Mark {
        let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let index = marks.partition_point(|mark| mark.after <= after);
        marks[index.saturating_sub(1)]
    }

    /// Some of the records after `after`; none when the segment has none. Also the last position that was passed.
    pub(super) fn read_block(
        &self,
        files: &dyn Files,
        after: Position,
    ) -> Result<(Vec<Record>, Position), LogError> {
        let start = self.nearest(after);
        let mut walk = Walk::open(files, self, start)?;
        let mut records = Vec::new();
        let mut passed = start.after;
        while let Some(commit) = walk.commit()? {
            if commit.last > after {
                for raw in walk.records(&commit)? {
                    let raw = raw?;
                    if raw.position > after {
                        records.push(raw.decode().map_err(self.undecodable(raw.offset))?);
                    }
                }
            }
            passed = commit.last;
            walk.pass(&commit);
            let enough = records.len() >= BLOCK_RECORDS || walk.offset > start.offset + BLOCK_BYTES;
            if enough && !records.is_empty() {
                break;
            }
        }
        Ok((records, passed))
    }

    pub(super) fn damaged(&self, offset: u64, detail: impl Into<String>) -> LogError {
        LogError::Damaged {
            path: self.path.clone(),
            offset,
            detail: detail.into(),
        }
    }

    pub(super) fn undecodable(&self, offset: u64) -> impl FnOnce(CodecError) -> LogError {
        let path = self.path.clone();
        move |error| LogError::Damaged {
            path,
            offset,
            detail: error.to_string(),
        }
    }
}

/// A walk over the commits of a segment.
#[derive(Debug)]
pub(super) struct Walk<'s> {
    segment: &'s Segment,
    file: Box<dyn File>,
    offset: u64,
    end: u64,
    window: Vec<u8>,
    window_at: u64,
}

impl<'s> Walk<'s> {
    /// From this place to where the segment is durable.
    pub(super) fn open(
        files: &dyn Files,
        segment: &'s Segment,
        start: Mark,
    ) -> Result<Self, LogError> {
        let file = files
            .open(&segment.path)
            .map_err(LogError::io("open log segment", &segment.path))?;
        Ok(Self {
            segment,
            file,
            offset: start.offset,
            end: segment.durable(),
            window: Vec::new(),
            window_at: start.offset,
        })
    }

    /// From the first commit on.
    pub(super) fn from_start(files: &dyn Files, segment: &'s Segment) -> Result<Self, LogError> {
        Self::open(files, segment, segment.nearest(Position::START))
    }

    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// The commit that begins here; `None` at the end.
    pub(super) fn commit(&mut self) -> Result<Option<CommitHeader>, LogError> {
        if self.offset == self.end {
            return Ok(None);
        }
        let seed = self.segment.header.seed(self.offset);
        let offset = self.offset;
        let header = self
            .bytes(offset, COMMIT_HEADER_BYTES as u64)?
            .and_then(|bytes| CommitHeader::read(bytes, seed));
        header
            .map(Some)
            .ok_or_else(|| self.segment.damaged(offset, "no commit begins here"))
    }

    /// The records of the commit that begins here.
    pub(super) fn records(
        &mut self,
        commit: &CommitHeader,
    ) -> Result<impl Iterator<Item = Result<RawRecord<'_>, LogError>>, LogError> {
        let (segment, offset) = (self.segment, self.offset);
        let body_at = offset + COMMIT_HEADER_BYTES as u64;
        let Some(body) = self.bytes(body_at, u64::from(commit.length))? else {
            return Err(segment.damaged(offset, "the file ends inside the commit"));
        };
        Ok(Records::new(body, body_at, commit.count)
            .map(|raw| raw.map_err(|Flaw { offset, detail }| segment.damaged(offset, detail))))
    }

    /// Goes on to the next commit.
    pub(super) fn pass(&mut self, commit: &CommitHeader) {
        self.offset = commit.end(self.offset);
        self.segment.note(Mark {
            after: commit.last,
            offset: self.offset,
        });
    }

    /// The durable bytes from `offset` on, at most `most`.
    pub(super) fn rest(&mut self, most: u64) -> Result<&[u8], LogError> {
        let length = most.min(self.end - self.offset);
        Ok(self.bytes(self.offset, length)?.unwrap_or_default())
    }

    fn bytes(&mut self, offset: u64, length: u64) -> Result<Option<&[u8]>, LogError> {
        if offset + length > self.end {
            return Ok(None);
        }
        let window_end = self.window_at + self.window.len() as u64;
        if offset < self.window_at || offset + length > window_end {
            let wanted = length.max(READ_AHEAD_BYTES).min(self.end - offset);
            self.window.resize(wanted as usize, 0);
            self.window_at = offset;
            self.file
                .read_at(&mut self.window, offset)
                .map_err(LogError::io("read log segment", &self.segment.path))?;
        }
        let start = (offset - self.window_at) as usize;
        Ok(Some(&self.window[start..start + length as usize]))
    }
}
