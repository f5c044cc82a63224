//! Retention: what is no longer kept goes out of the segments that every reader has passed, class by class, as each one's time comes.
//!
//! A segment's header says the least class that it still keeps, so a look costs nothing where there is nothing to do: by age first, and then,
//! while the log is too large, input goes from the oldest segments on, and after it results. Input is archived before it goes. What remains
//! goes to a temporary file, its bytes untouched, which then takes the segment's name in one step; a segment of which nothing remains is
//! removed. Neighbours of which little remains are merged (`merge`). A crash leaves either the old segment or the new one, and perhaps the
//! temporary file, which the next start removes.
//!
//! Limits: decisions stay for ever, and alarms are never dropped for want of space; when they alone exceed the limit it is said.

use std::path::Path;
use std::sync::Arc;
use std::vec;

use tracing::{info, warn};
use yiping_model::{Class, Position, Record, Timestamp};

use super::files::Files;
use super::format::SegmentHeader;
use super::reader::Reader;
use super::remains::Remains;
use super::segment::{Segment, Walk};
use super::settings::Retain;
use crate::metrics::{Dropped, dropped, show_size};
use crate::{Archive, LogError};

/// A look at the log.
#[derive(Debug)]
pub(super) struct Retention<'l> {
    pub(super) files: &'l dyn Files,
    pub(super) dir: &'l Path,
    pub(super) reader: &'l Reader,
    pub(super) rules: &'l Retain,
    /// How large a file may become by merging.
    pub(super) segment_bytes: u64,
    pub(super) archive: Option<&'l dyn Archive>,
}

impl Retention<'_> {
    /// Drops what the rules no longer keep, oldest first, never from a segment that holds `keep_from` or comes after.
    pub(super) fn run(&self, now: Timestamp, keep_from: Position) -> Result<(), LogError> {
        for (segment, ended_at) in self.passed(keep_from) {
            let least = self.rules.least_kept(now, ended_at);
            if segment.header.keeps < least {
                self.thin(&segment, least)?;
            }
        }
        let mut total_bytes = self.total_bytes();
        for least in [Class::Result, Class::Alarm] {
            for (segment, _) in self.passed(keep_from) {
                if total_bytes <= self.rules.bytes_max {
                    break;
                }
                if segment.header.keeps < least {
                    total_bytes -= self.thin(&segment, least)?;
                }
            }
        }
        if total_bytes > self.rules.bytes_max {
            let most = self.rules.bytes_max;
            warn!(total_bytes, most, %keep_from, "log exceeds log.retain.bytes_max: what remains is kept for ever, or not yet read by everybody");
        }
        self.merge(keep_from)?;
        show_size(total_bytes, self.reader.segments().len());
        Ok(())
    }

    /// The segments that every reader has passed, oldest first, each with the time of the last record before the next one.
    pub(super) fn passed(&self, keep_from: Position) -> Vec<(Arc<Segment>, Timestamp)> {
        let segments = self.reader.segments();
        let nexts = segments.iter().skip(1).map(|next| next.header);
        let pairs = segments.iter().cloned().zip(nexts);
        pairs
            .take_while(|(_, next)| next.first <= keep_from)
            .map(|(segment, next)| (segment, next.not_before))
            .collect()
    }

    fn total_bytes(&self) -> u64 {
        let segments = self.reader.segments();
        segments.iter().map(|segment| segment.durable()).sum()
    }

    /// Drops from a segment what is less than `least`; gives how many bytes became free.
    fn thin(&self, segment: &Arc<Segment>, least: Class) -> Result<u64, LogError> {
        let first = segment.header.first;
        if let Some(archive) = self.archive
            && segment.header.keeps == Class::Input
        {
            archive.keep(first, &mut Input::of(self.files, segment)?)?;
        }
        let temporary = segment.path.with_extension("log.tmp");
        let mut remains = Remains::new(segment.header.keeping(least));
        let mut gone = Dropped::default();
        let mut walk = Walk::from_start(self.files, segment)?;
        while let Some(commit) = walk.commit()? {
            for raw in walk.records(&commit)? {
                let raw = raw?;
                let class = raw.class().map_err(segment.undecodable(raw.offset))?;
                if class >= least {
                    remains
                        .push(self.files, &temporary, &raw)
                        .map_err(LogError::io("write", &temporary))?;
                } else {
                    gone.count(class);
                }
            }
            walk.pass(&commit);
        }
        let remaining = remains
            .finish(self.files, &temporary)
            .map_err(LogError::io("write", &temporary))?;
        self.replace(segment, &temporary, remains.header, remaining)?;
        gone.bytes = segment.durable().saturating_sub(remaining.unwrap_or(0));
        dropped(&gone);
        info!(%first, keeps = ?least, records = gone.records(), bytes = gone.bytes, "log segment thinned");
        Ok(gone.bytes)
    }

    /// Puts the temporary file of so many bytes in the place of the segment; removes the segment when there is none.
    fn replace(
        &self,
        segment: &Segment,
        temporary: &Path,
        header: SegmentHeader,
        bytes: Option<u64>,
    ) -> Result<(), LogError> {
        let path = &segment.path;
        let thinned = bytes.map(|bytes| Segment::new(path.clone(), header, bytes));
        let has_remains = thinned.is_some();
        let first = segment.header.first;
        self.reader.replace(first..=first, thinned, || {
            if has_remains {
                let replaced = self.files.rename(temporary, path);
                replaced.map_err(LogError::io("replace log segment", path))
            } else {
                let removed = self.files.remove(path);
                removed.map_err(LogError::io("remove log segment", path))
            }
        })?;
        self.sync_dir()
    }

    pub(super) fn sync_dir(&self) -> Result<(), LogError> {
        let synced = self.files.sync_dir(self.dir);
        synced.map_err(LogError::io("sync directory", self.dir))
    }
}

/// The input of a segment, decoded.
#[derive(Debug)]
struct Input<'s> {
    segment: &'s Segment,
    walk: Walk<'s>,
    commit: vec::IntoIter<Record>,
}

impl<'s> Input<'s> {
    fn of(files: &dyn Files, segment: &'s Segment) -> Result<Self, LogError> {
        Ok(Self {
            segment,
            walk: Walk::from_start(files, segment)?,
            commit: Vec::new().into_iter(),
        })
    }

    /// Decodes the next commit; `false` at the end.
    fn advance(&mut self) -> Result<bool, LogError> {
        let Some(commit) = self.walk.commit()? else {
            return Ok(false);
        };
        let mut records = Vec::with_capacity(commit.count as usize);
        for raw in self.walk.records(&commit)? {
            let raw = raw?;
            let undecodable = self.segment.undecodable(raw.offset);
            let input = raw.class().and_then(|class| match class {
                Class::Input => raw.decode().map(Some),
                Class::Result | Class::Alarm | Class::Decision => Ok(None),
            });
            records.extend(input.map_err(undecodable)?);
        }
        self.walk.pass(&commit);
        self.commit = records.into_iter();
        Ok(true)
    }
}

impl Iterator for Input<'_> {
    type Item = Result<Record, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.commit.next() {
                return Some(Ok(record));
            }
            match self.advance() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests;
