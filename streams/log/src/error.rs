//! What can go wrong with the log.

use std::path::PathBuf;

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
    /// A body exceeds the limit, or has no bytes.
    #[error("record cannot be written: {0}")]
    Unwritable(String),
    /// The queue of appends is full.
    #[error("log is {0} appends behind; try again later")]
    Busy(usize),
    /// The log has been shut down, or stopped after an error it could not recover from.
    #[error("log is closed")]
    Closed,
}

impl LogError {
    /// Whether the same call may succeed later.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}
