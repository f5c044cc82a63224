//! Which log this is.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::str::FromStr;

use crate::LogError;
use crate::disk::Files;

/// The name of a log for life: a random number, so that a position in one log is never taken for a position in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogId(pub(crate) u64);

impl LogId {
    /// A new one.
    pub(crate) fn random() -> Self {
        Self(RandomState::new().hash_one("log"))
    }

    /// The id of the log in `dir`, which gets one if it has none.
    pub(crate) fn of(files: &dyn Files, dir: &Path) -> Result<Self, LogError> {
        let path = dir.join("id");
        if let Some(bytes) = files
            .read_whole(&path)
            .map_err(LogError::io("read", &path))?
        {
            return Self::parse(&bytes).ok_or_else(|| LogError::Damaged {
                offset: 0,
                detail: "it is not the 16 hex digits of a log's id".into(),
                path,
            });
        }
        let id = Self::random();
        files
            .replace(&path, &[format!("{id}\n").as_bytes()])
            .map_err(LogError::io("write", &path))?;
        Ok(id)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
        text.parse().ok()
    }
}

/// A text that is not the id of a log.
#[derive(Debug, thiserror::Error)]
#[error("a log's id has 16 hex digits")]
pub struct NoLogId;

impl FromStr for LogId {
    type Err = NoLogId;

    fn from_str(text: &str) -> Result<Self, NoLogId> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = digits.then(|| u64::from_str_radix(text, 16).ok());
        number.flatten().map(Self).ok_or(NoLogId)
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::faults::{Dice, MemoryFiles};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_log_whose_id_was_told_keeps_it_through_a_crash(operations in 0_u64..8, seed in any::<u64>()) {
            let (files, dir) = (MemoryFiles::default(), Path::new("d"));
            files.cut_power_after(operations);
            let told = LogId::of(&files, dir);
            let after = files.after_crash(&mut Dice::new(seed));
            let found = LogId::of(&after, dir).expect("an id, or none yet");
            prop_assert!(told.is_err() || told.is_ok_and(|told| told == found));
            prop_assert_eq!(LogId::of(&after, dir).expect("there is one"), found);
        }
    }
}
