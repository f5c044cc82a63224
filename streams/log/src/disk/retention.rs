//! Retention: the oldest segments, once every reader has passed them, are thinned to what is never dropped.
//!
//! What remains (decisions and alarms, their bytes untouched) goes to a temporary file, which then takes the segment's name in one step.
//! A crash leaves either the old segment or the new one, and perhaps the temporary file, which the next start removes. A segment of which
//! nothing remains is removed. A thinned segment is never thinned again.

use std::path::Path;
use std::sync::Arc;

use tracing::info;
use yiping_model::{Body, Finding, Kind, Outcome, Position, Timestamp};

use super::files::{File, Files};
use super::format::{
    COMMIT_HEADER_BYTES, CommitHeader, RECORD_HEADER_BYTES, RawRecord, SEGMENT_HEADER_BYTES,
    SegmentHeader, push_record, salt,
};
use super::reader::Reader;
use super::segment::{Segment, Walk};
use super::settings::Settings;
use crate::LogError;
use crate::metrics::dropped;

/// A commit of a thinned segment holds at most this, or one record.
const COMMIT_BYTES: usize = 64 << 10;

/// Thins segments, oldest first, while there are too many bytes or they are too old, never one that holds `keep_from` or comes after.
pub(super) fn retain(
    files: &dyn Files,
    dir: &Path,
    reader: &Reader,
    settings: &Settings,
    now: Timestamp,
    keep_from: Position,
) -> Result<(), LogError> {
    let segments = reader.segments();
    let oldest_kept = now - settings.retain_age();
    let mut total_bytes: u64 = segments.iter().map(|segment| segment.durable()).sum();
    for (segment, next) in segments.iter().zip(segments.iter().skip(1)) {
        let too_old = next.header.not_before < oldest_kept;
        if next.header.first > keep_from || !(too_old || total_bytes > settings.retain_bytes) {
            break;
        }
        if !segment.header.thinned {
            total_bytes -= thin(files, dir, reader, segment)?;
        }
    }
    Ok(())
}

/// Gives how many bytes became free.
fn thin(
    files: &dyn Files,
    dir: &Path,
    reader: &Reader,
    segment: &Arc<Segment>,
) -> Result<u64, LogError> {
    let temporary = segment.path.with_extension("log.tmp");
    let mut remains = Remains::new(SegmentHeader {
        thinned: true,
        salt: salt(),
        ..segment.header
    });
    let mut dropped_records = 0;
    let mut walk = Walk::from_start(files, segment)?;
    while let Some(commit) = walk.commit()? {
        for raw in walk.records(&commit)? {
            let raw = raw?;
            if is_kept(&raw).map_err(segment.undecodable(raw.offset))? {
                remains
                    .push(files, &temporary, &raw)
                    .map_err(LogError::io("write", &temporary))?;
            } else {
                dropped_records += 1;
            }
        }
        walk.pass(&commit);
    }
    let remaining_bytes = remains
        .finish(files, &temporary)
        .map_err(LogError::io("write", &temporary))?;
    let first = segment.header.first;
    if let Some(bytes) = remaining_bytes {
        let thinned = Segment::new(segment.path.clone(), remains.header, bytes);
        reader.replace(first, Some(thinned), || {
            files
                .rename(&temporary, &segment.path)
                .map_err(LogError::io("replace log segment", &segment.path))
        })?;
    } else {
        reader.replace(first, None, || {
            files
                .remove(&segment.path)
                .map_err(LogError::io("remove log segment", &segment.path))
        })?;
    }
    files
        .sync_dir(dir)
        .map_err(LogError::io("sync directory", dir))?;
    let dropped_bytes = segment
        .durable()
        .saturating_sub(remaining_bytes.unwrap_or(0));
    dropped(dropped_records, dropped_bytes);
    info!(%first, dropped_records, dropped_bytes, "log segment thinned");
    Ok(dropped_bytes)
}

/// Decisions are never dropped, alarms are kept long.
fn is_kept(raw: &RawRecord<'_>) -> Result<bool, yiping_model::CodecError> {
    Ok(match Kind::from_number(raw.kind)? {
        Kind::Decision => true,
        Kind::Finding => matches!(
            raw.body()?,
            Body::Finding(Finding {
                outcome: Outcome::Alarm(_),
                ..
            })
        ),
        Kind::Tick | Kind::Reading | Kind::Reject | Kind::Recall => false,
    })
}

/// What remains of a segment, written to a temporary file as soon as there is anything.
#[derive(Debug)]
struct Remains {
    header: SegmentHeader,
    file: Option<Box<dyn File>>,
    size: u64,
    commit: Vec<u8>,
    count: u32,
    last: Position,
}

impl Remains {
    const fn new(header: SegmentHeader) -> Self {
        Self {
            header,
            file: None,
            size: SEGMENT_HEADER_BYTES as u64,
            commit: Vec::new(),
            count: 0,
            last: Position::START,
        }
    }

    fn push(&mut self, files: &dyn Files, path: &Path, raw: &RawRecord<'_>) -> std::io::Result<()> {
        let bytes = self.commit.len() + RECORD_HEADER_BYTES + raw.payload.len();
        if self.count > 0 && bytes > COMMIT_BYTES {
            self.write(files, path)?;
        }
        if self.count == 0 {
            self.commit.resize(COMMIT_HEADER_BYTES, 0);
        }
        push_record(
            &mut self.commit,
            raw.position,
            raw.received_at,
            raw.kind,
            raw.payload,
        );
        self.count += 1;
        self.last = raw.position;
        Ok(())
    }

    fn write(&mut self, files: &dyn Files, path: &Path) -> std::io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => begin(files, path, &self.header)?,
        };
        let header = CommitHeader {
            length: u32::try_from(self.commit.len() - COMMIT_HEADER_BYTES)
                .expect("commits are shorter than 16 MiB"),
            count: self.count,
            last: self.last,
        };
        header.write(&mut self.commit, self.header.seed(self.size));
        file.write_at(&self.commit, self.size)?;
        self.size += self.commit.len() as u64;
        self.count = 0;
        self.commit.clear();
        self.file = Some(file);
        Ok(())
    }

    /// Makes the file durable; its size, or `None` when nothing remains.
    fn finish(&mut self, files: &dyn Files, path: &Path) -> std::io::Result<Option<u64>> {
        if self.count > 0 {
            self.write(files, path)?;
        }
        let Some(file) = &self.file else {
            return Ok(None);
        };
        file.sync()?;
        Ok(Some(self.size))
    }
}

fn begin(files: &dyn Files, path: &Path, header: &SegmentHeader) -> std::io::Result<Box<dyn File>> {
    match files.remove(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let file = files.create(path)?;
    file.write_at(&header.encode(), 0)?;
    Ok(file)
}
