//! What remains of segments, on its way into a new file that will take the place of the old.

use std::path::Path;

use yiping_model::Position;

use super::files::{File, Files};
use super::format::{
    COMMIT_HEADER_BYTES, CommitHeader, RECORD_HEADER_BYTES, RawRecord, SEGMENT_HEADER_BYTES,
    SegmentHeader, push_record,
};

/// A commit of a thinned segment holds at most this, or one record.
const COMMIT_BYTES: usize = 64 << 10;

/// What remains of a segment, written to a temporary file as soon as there is anything.
#[derive(Debug)]
pub(super) struct Remains {
    pub(super) header: SegmentHeader,
    file: Option<Box<dyn File>>,
    size: u64,
    commit: Vec<u8>,
    count: u32,
    last: Position,
}

impl Remains {
    pub(super) const fn new(header: SegmentHeader) -> Self {
        Self {
            header,
            file: None,
            size: SEGMENT_HEADER_BYTES as u64,
            commit: Vec::new(),
            count: 0,
            last: Position::START,
        }
    }

    pub(super) fn push(
        &mut self,
        files: &dyn Files,
        path: &Path,
        raw: &RawRecord<'_>,
    ) -> std::io::Result<()> {
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
    pub(super) fn finish(
        &mut self,
        files: &dyn Files,
        path: &Path,
    ) -> std::io::Result<Option<u64>> {
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
