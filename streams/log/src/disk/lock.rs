//! The lock that keeps a second process away from the directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::LogError;

/// Held while the log is open; the system takes it back when the process dies.
#[derive(Debug)]
pub(super) struct DirLock {
    _file: File,
}

impl DirLock {
    /// Takes the lock.
    pub(super) fn take(dir: &Path) -> Result<Self, LogError> {
        let path = dir.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(LogError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LogError::Locked {
                path: dir.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(LogError::io("lock", &path)(error)),
        }
    }
}
