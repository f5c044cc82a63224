//! Why there is no ledger, or no more of it.

use std::io;
use std::path::{Path, PathBuf};

use yiping_desk::ledger::Broken;
use yiping_log::LogError;

/// Why the ledger cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file system refuses.
    #[error("cannot {what} the ledger {}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It was changed.
    #[error("the ledger {} is broken: {broken}; keep it as evidence, and move it away to begin another", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where first.
        broken: Broken,
    },
    /// It was made from another log.
    #[error("the ledger {} was made from the log {of}, and this is the log {this}: log and ledger belong together, move them together", path.display())]
    OtherLog {
        /// The file.
        path: PathBuf,
        /// The log of the ledger.
        of: String,
        /// The log that is open.
        this: String,
    },
    /// There is none.
    #[error("there is no ledger at {}", path.display())]
    None {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// An entry cannot be written or read.
    #[error("an entry has no JSON form")]
    Json(#[from] serde_json::Error),
    /// The log cannot be read, or its checkpoint not saved.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The thread that writes broke.
    #[error("the thread that writes the ledger broke")]
    Thread(#[from] tokio::task::JoinError),
}

impl LedgerError {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }
}
