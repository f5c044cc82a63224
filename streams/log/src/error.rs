//! What can go wrong with the log.

use std::io;
use std::path::{Path, PathBuf};

use yiping_model::{Body, Position};

/// Why the log could not do as asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LogError {
    /// The file system refused.
    #[error("cannot {doing} {path}: {detail}; free space or mend the disk, then restart")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// A record that was once durable is no longer what was written.
    #[error(
        "log record at byte {offset} of {path} is damaged: {detail}; restore the file from a copy, or move it away and restart"
    )]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// The byte at which the record begins.
        offset: u64,
        /// What does not fit.
        detail: String,
    },
    /// A file was written by a newer program.
    #[error(
        "{path} has format {version}, this program reads format {known}; start the newer program, or move the file away"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: u32,
        /// The newest format this program reads.
        known: u32,
    },
    /// Input could not be archived before it was to be dropped.
    #[error(
        "input of log segment {first} cannot be archived: {detail}; it stays in the log and is tried again, free space or mend the folder"
    )]
    Archive {
        /// The first position of the segment.
        first: Position,
        /// What the archive said.
        detail: String,
    },
    /// Another process has the log open.
    #[error("log {path} is in use by another process; stop that one first")]
    Locked {
        /// The directory of the log.
        path: PathBuf,
    },
    /// A setting lies outside its limits.
    #[error("log setting {name} is {value}, but must be {must_be}")]
    Setting {
        /// Which setting.
        name: &'static str,
        /// What it is.
        value: u64,
        /// What it may be.
        must_be: String,
    },
    /// A body exceeds the limit, or has no bytes, or there are too many for one append: in smaller parts they may fit.
    #[error("record cannot be written: {why}")]
    Unwritable {
        /// What is too large.
        why: String,
        /// What was to be appended, given back.
        bodies: Vec<Body>,
    },
    /// The queue of appends is full.
    #[error("log is {0} appends behind; try again later")]
    Busy(usize),
    /// The log has been shut down, or stopped after an error it could not recover from.
    #[error("log is closed")]
    Closed,
}

impl LogError {
    /// Turns what the file system said into an error that names the act and the file.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io {
            doing,
            path: path.to_owned(),
            detail: error.to_string(),
        }
    }

    /// Whether the same call may succeed later.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}
