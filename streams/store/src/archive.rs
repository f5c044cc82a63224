//! The archive: readings that the log is about to drop, as Parquet files that any tool reads.
//!
//! One file for each segment of the log, `day=2026-03-01/00000000000000000001.parquet`: the UTC day on which its first reading was received,
//! and the position at which the segment begins. A file is written under another name, synced, and put in its place in one step, before the
//! log lets anything go. When it has to be made again, after a crash, it takes its own place.
//!
//! Limits: nothing is ever removed here; that is the operator's. A device's message that the log holds twice is twice in the archive.

mod table;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::errors::ParquetError;
use serde::{Deserialize, Serialize};
use yiping_log::{Archive, LogError};
use yiping_model::{Body, Position, Reading, Record, Timestamp};

use crate::figures;
use table::Table;

/// Whether there is an archive, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArchiveSettings {
    /// In which form readings are kept that the log drops.
    pub format: ArchiveFormat,
    /// The folder; a relative one lies in `data.dir`.
    pub dir: PathBuf,
}

/// The form of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveFormat {
    /// There is none: what the log drops is gone, but for what history keeps.
    None,
    /// Parquet files.
    Parquet,
}

impl Default for ArchiveSettings {
    fn default() -> Self {
        Self {
            format: ArchiveFormat::None,
            dir: "archive".into(),
        }
    }
}

impl ArchiveSettings {
    /// The archive of a program whose data lie in this folder.
    pub fn open(&self, data: &Path) -> Option<Arc<dyn Archive>> {
        match self.format {
            ArchiveFormat::None => None,
            ArchiveFormat::Parquet => Some(Arc::new(ParquetArchive::new(data.join(&self.dir)))),
        }
    }
}

/// An archive of Parquet files.
#[derive(Debug)]
pub struct ParquetArchive {
    dir: PathBuf,
}

/// Why a file of the archive cannot be made.
#[derive(Debug, thiserror::Error)]
enum ArchiveError {
    #[error(transparent)]
    Records(#[from] LogError),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{path}: {source}")]
    Parquet { path: PathBuf, source: ParquetError },
}

impl ParquetArchive {
    /// An archive in this folder, which is made when it is needed.
    pub const fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    fn write(
        &self,
        first: Position,
        records: &mut dyn Iterator<Item = Result<Record, LogError>>,
    ) -> Result<(), ArchiveError> {
        let mut readings = records.filter_map(|record| match record {
            Ok(Record {
                position,
                received_at,
                body: Body::Reading(reading),
            }) => Some(Ok((position, received_at, reading))),
            Ok(_not_a_reading) => None,
            Err(error) => Some(Err(error)),
        });
        let Some(begin) = readings.next().transpose()? else {
            return Ok(());
        };
        let folder = self.dir.join(format!("day={}", day_of(begin.1)));
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let path = folder.join(format!("{:020}.parquet", first.0));
        let temporary = path.with_extension("parquet.tmp");
        let rows = fill(&temporary, std::iter::once(Ok(begin)).chain(readings))?;
        let bytes = temporary.metadata().map_err(at(&temporary))?.len();
        fs::rename(&temporary, &path).map_err(at(&path))?;
        for above in [&folder, &self.dir]
            .into_iter()
            .map(PathBuf::as_path)
            .chain(self.dir.parent())
        {
            sync_dir(above).map_err(at(above))?;
        }
        figures::archived(rows, bytes);
        tracing::info!(path = %path.display(), rows, bytes, "readings archived");
        Ok(())
    }
}

impl Archive for ParquetArchive {
    fn keep(
        &self,
        first: Position,
        records: &mut dyn Iterator<Item = Result<Record, LogError>>,
    ) -> Result<(), LogError> {
        self.write(first, records).map_err(|error| match error {
            ArchiveError::Records(error) => error,
            other => LogError::Archive {
                first,
                detail: other.to_string(),
            },
        })
    }
}

/// Writes the readings to a new file and syncs it; how many rows they are.
fn fill(
    path: &Path,
    readings: impl Iterator<Item = Result<(Position, Timestamp, Reading), LogError>>,
) -> Result<u64, ArchiveError> {
    let parquet = |source| ArchiveError::Parquet {
        path: path.to_owned(),
        source,
    };
    let file = File::create(path).map_err(at(path))?;
    let mut table = Table::begin(file).map_err(parquet)?;
    for reading in readings {
        let (position, received_at, reading) = reading?;
        table
            .push(position, received_at, &reading)
            .map_err(parquet)?;
    }
    let (file, rows) = table.finish().map_err(parquet)?;
    file.sync_all().map_err(at(path))?;
    Ok(rows)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ArchiveError {
    move |source| ArchiveError::Io {
        path: path.to_owned(),
        source,
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    let dir = if dir == Path::new("") {
        Path::new(".")
    } else {
        dir
    };
    File::open(dir)?.sync_all()
}

/// The UTC day, as in 2026-03-01.
fn day_of(at: Timestamp) -> String {
    let text = at.to_string();
    text.split('T').next().unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests;
