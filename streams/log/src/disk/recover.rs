//! Opening: finds the segments, judges the end of the last one, and cuts off what was never acknowledged.
//!
//! Why that is safe: at most one commit is on its way to the disk, and it is the last thing in the last file. The next one is written only
//! after it was synced. So a commit that is not whole was never acknowledged, *if nothing follows it*; and if anything follows it, it was
//! once durable and is damaged now. Where the broken commit's header is whole, it says where the commit ends. Where it is not, a later
//! commit is looked for at every byte: its header's checksum begins with the salt of the file and its own offset, so that no payload,
//! however it was chosen, looks like one. A broken last commit may also be one that was durable: that cannot be told, and is reported.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tracing::{debug, warn};
use yiping_model::{Position, Timestamp};

use super::files::{File, Files};
use super::format::{COMMIT_BYTES_LIMIT, COMMIT_HEADER_BYTES, CommitHeader, SegmentHeader};
use super::segment::{Segment, Walk, path_of};
use super::writer::Active;
use crate::LogError;
use crate::metrics::torn;

/// What was found, ready to be written on.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) segments: BTreeMap<Position, Arc<Segment>>,
    pub(super) active: Active,
    pub(super) last: Position,
    pub(super) last_received_at: Timestamp,
}

/// Opens what is in `dir`, or begins a log there.
pub(super) fn recover(files: &dyn Files, dir: &Path) -> Result<Recovered, LogError> {
    let mut names = find_segments(files, dir)?;
    let mut newest = None;
    // A segment without a header was being created when the power went: no commit was ever made in it.
    let mut abandoned = None;
    while newest.is_none()
        && let Some(first) = names.pop()
    {
        newest = Segment::open(files, dir, first)?;
        if newest.is_none() {
            if abandoned.is_some() {
                return Err(headless(dir, first));
            }
            let path = path_of(dir, first);
            warn!(path = %path.display(), "removed a log segment that was never finished");
            files
                .remove(&path)
                .map_err(LogError::io("remove log segment", &path))?;
            abandoned = Some(first);
        }
    }
    let mut segments = BTreeMap::new();
    let mut merged_until = Position::START;
    for first in names {
        if first <= merged_until {
            remove_merged(files, &path_of(dir, first))?;
            continue;
        }
        let (segment, _file) =
            Segment::open(files, dir, first)?.ok_or_else(|| headless(dir, first))?;
        merged_until = segment.header.until;
        segments.insert(first, Arc::new(segment));
    }
    let (segment, file) = match newest {
        Some(newest) => newest,
        None => Segment::create(files, dir, beginning(abandoned))?,
    };
    let end = judge_end(files, &segment, &*file, abandoned.is_none())?;
    // What a process that died wrote may still be in memory only. Nobody may read it before it is durable.
    file.sync()
        .map_err(LogError::io("sync log segment", &segment.path))?;
    files
        .sync_dir(dir)
        .map_err(LogError::io("sync directory", dir))?;
    let segment = Arc::new(segment);
    segments.insert(segment.header.first, Arc::clone(&segment));
    Ok(Recovered {
        segments,
        active: Active {
            segment,
            file,
            size: end.offset,
        },
        last: end.last,
        last_received_at: end.received_at,
    })
}

fn beginning(abandoned: Option<Position>) -> SegmentHeader {
    SegmentHeader::begin(abandoned.unwrap_or(Position::START.next()), Timestamp::MIN)
}

/// Removes a segment that an interrupted retention had merged into the one before it.
fn remove_merged(files: &dyn Files, path: &Path) -> Result<(), LogError> {
    debug!(path = %path.display(), "removed a log segment that was merged into another");
    files
        .remove(path)
        .map_err(LogError::io("remove log segment", path))
}

fn headless(dir: &Path, first: Position) -> LogError {
    LogError::Damaged {
        path: path_of(dir, first),
        offset: 0,
        detail: "the segment has no header, but is not the newest".into(),
    }
}

/// The first positions of the segments, ascending; removes what an interrupted retention left.
fn find_segments(files: &dyn Files, dir: &Path) -> Result<Vec<Position>, LogError> {
    let names = files
        .list(dir)
        .map_err(LogError::io("list directory", dir))?;
    let mut segments = Vec::new();
    for name in names {
        if let Some(first) = name.strip_suffix(".log").and_then(position_of) {
            segments.push(first);
        } else if name
            .strip_suffix(".log.tmp")
            .and_then(position_of)
            .is_some()
        {
            let path = dir.join(name);
            files
                .remove(&path)
                .map_err(LogError::io("remove temporary file", &path))?;
        }
    }
    segments.sort_unstable();
    Ok(segments)
}

fn position_of(stem: &str) -> Option<Position> {
    let digits = stem.len() == 20 && stem.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| stem.parse().ok().map(Position)).flatten()
}

/// Where the whole commits of a segment end.
#[derive(Debug, Clone, Copy)]
struct End {
    offset: u64,
    last: Position,
    received_at: Timestamp,
}

/// Reads the newest segment through. Cuts off a torn commit, if there may be one.
fn judge_end(
    files: &dyn Files,
    segment: &Segment,
    file: &dyn File,
    may_be_torn: bool,
) -> Result<End, LogError> {
    let mut walk = Walk::from_start(files, segment)?;
    let mut end = End {
        offset: walk.offset(),
        last: Position(segment.header.first.0 - 1),
        received_at: segment.header.not_before,
    };
    loop {
        match whole_commit(&mut walk, segment, end) {
            Ok(Some(next)) => end = next?,
            Ok(None) => return Ok(end),
            Err(error @ LogError::Damaged { .. }) => {
                if !may_be_torn || something_follows(&mut walk, segment, end.last)? {
                    return Err(error);
                }
                let torn_bytes = segment.durable() - end.offset;
                file.cut(end.offset)
                    .map_err(LogError::io("cut log segment", &segment.path))?;
                segment.set_durable(end.offset);
                torn(torn_bytes);
                warn!(path = %segment.path.display(), offset = end.offset, torn_bytes, last = %end.last,
                    "cut off a commit that was not finished; it was not acknowledged, unless the disk lost it since");
                return Ok(end);
            }
            Err(error) => return Err(error),
        }
    }
}

/// The next commit, if it is whole. Bytes that are whole and still wrong (the inner error) were not torn, and are never cut off.
fn whole_commit(
    walk: &mut Walk<'_>,
    segment: &Segment,
    before: End,
) -> Result<Option<Result<End, LogError>>, LogError> {
    let Some(commit) = walk.commit()? else {
        return Ok(None);
    };
    let mut end = before;
    let mut disorder = None;
    for raw in walk.records(&commit)? {
        let raw = raw?;
        if raw.position <= end.last || raw.received_at < end.received_at {
            disorder = disorder.or(Some(raw.offset));
        }
        end.last = raw.position;
        end.received_at = raw.received_at;
    }
    if end.last != commit.last {
        disorder = disorder.or(Some(before.offset));
    }
    if let Some(offset) = disorder {
        let error = segment.damaged(offset, "the records are out of order");
        return Ok(Some(Err(error)));
    }
    walk.pass(&commit);
    end.offset = walk.offset();
    Ok(Some(Ok(end)))
}

/// Whether anything was written after the broken commit at which `walk` stands.
fn something_follows(
    walk: &mut Walk<'_>,
    segment: &Segment,
    last: Position,
) -> Result<bool, LogError> {
    let broken_at = walk.offset();
    if let Ok(Some(commit)) = walk.commit() {
        return Ok(commit.end(broken_at) < segment.durable());
    }
    let most = COMMIT_BYTES_LIMIT as u64;
    if segment.durable() - broken_at > most {
        return Ok(true);
    }
    let rest = walk.rest(most)?;
    Ok(
        (1..rest.len().saturating_sub(COMMIT_HEADER_BYTES - 1)).any(|at| {
            CommitHeader::read(&rest[at..], segment.header.seed(broken_at + at as u64))
                .is_some_and(|commit| commit.last > last)
        }),
    )
}
