//! Where a reader of the log stands, and the state that goes with it, in one small file that is replaced in one step.
//!
//! Numbers are little-endian; the crc is CRC-32C over everything after it.
//!
//! ```text
//! magic "YIPING\x1aC" | crc u32 | version u32 = 2 | id of the log u64 | position u64 | state, to the end of the file
//! ```
//!
//! Version 1 did not say of which log it was; such a checkpoint counts as none.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crc32c::{crc32c, crc32c_append};
use tracing::{info, warn};
use yiping_model::Position;

use crate::disk::{Files, RealFiles};
use crate::{Beat, LogError, LogId};

const MAGIC: [u8; 8] = *b"YIPING\x1aC";
const VERSION: u32 = 2;
const HEADER_BYTES: usize = 32;

/// A checkpoint file. One reader of one log owns it; its directory must exist.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    path: PathBuf,
    log: LogId,
    files: Arc<dyn Files>,
}

impl Checkpoint {
    /// The checkpoint in this file of a reader of this log.
    pub fn new(path: impl Into<PathBuf>, log: LogId) -> Self {
        Self {
            path: path.into(),
            log,
            files: Arc::new(RealFiles),
        }
    }

    /// When its reader saves: every so often. Readers whose files have different names do so at different moments.
    pub fn beat(&self, every: Duration) -> Beat {
        let name = self.path.file_stem().unwrap_or_default();
        let share = crc32c(name.as_encoded_bytes());
        Beat::begin(share, every)
    }

    /// Puts `position` and `state` in the place of what was saved before, durably and in one step. Blocks the thread.
    ///
    /// # Errors
    /// [`LogError::Io`]; then what was saved before is still there.
    pub fn save(&self, position: Position, state: &[u8]) -> Result<(), LogError> {
        self.save_pieces(position, [state])
    }

    /// The same, of a state in pieces.
    ///
    /// # Errors
    /// As [`Checkpoint::save`].
    pub fn save_pieces<'a>(
        &self,
        position: Position,
        state: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<(), LogError> {
        let mut header = Vec::with_capacity(HEADER_BYTES);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&[0; 4]);
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&self.log.0.to_le_bytes());
        header.extend_from_slice(&position.0.to_le_bytes());
        let state: Vec<&[u8]> = state.into_iter().collect();
        let crc = state.iter().fold(crc32c(&header[12..]), |crc, piece| {
            crc32c_append(crc, piece)
        });
        header[8..12].copy_from_slice(&crc.to_le_bytes());
        self.files
            .replace(&self.path, &[&[&header[..]], &state[..]].concat())
            .map_err(LogError::io("save checkpoint", &self.path))
    }

    /// What was saved last; `None` when nothing was, or when the file is damaged or of another log (then its reader begins anew). Blocks
    /// the thread.
    ///
    /// # Errors
    /// [`LogError`] when the file cannot be read, or was written by a newer program.
    pub fn load(&self) -> Result<Option<(Position, Vec<u8>)>, LogError> {
        let Some(mut bytes) = self
            .files
            .read_whole(&self.path)
            .map_err(LogError::io("read checkpoint", &self.path))?
        else {
            return Ok(None);
        };
        let path = self.path.display();
        if !is_sound(&bytes) {
            warn!(%path, "checkpoint is damaged and ignored: its reader begins anew");
            return Ok(None);
        }
        let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight"));
        let version = u32::from_le_bytes(bytes[12..16].try_into().expect("four bytes"));
        if version > VERSION {
            return Err(LogError::Newer {
                path: self.path.clone(),
                version,
                known: VERSION,
            });
        }
        if version < VERSION || bytes.len() < HEADER_BYTES {
            info!(%path, version, "checkpoint is of an older program and ignored: its reader begins anew");
            return Ok(None);
        }
        let log = LogId(number(16));
        if log != self.log {
            warn!(%path, of = %log, this = %self.log, "checkpoint is of another log and ignored: its reader begins anew");
            return Ok(None);
        }
        let position = Position(number(24));
        Ok(Some((position, bytes.split_off(HEADER_BYTES))))
    }
}

fn is_sound(bytes: &[u8]) -> bool {
    bytes.len() >= 16 && bytes[..8] == MAGIC && bytes[8..12] == crc32c(&bytes[12..]).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::faults::{Dice, MemoryFiles};
    use proptest::prelude::*;

    #[test]
    fn what_was_saved_last_is_loaded() {
        let dir = tempfile::tempdir().expect("a place");
        let checkpoint = Checkpoint::new(dir.path().join("engine.checkpoint"), LogId(1));
        assert_eq!(checkpoint.load().expect("readable"), None);
        checkpoint.save(Position(3), b"three").expect("saved");
        checkpoint.save(Position(4), b"").expect("saved");
        assert_eq!(
            checkpoint.load().expect("readable"),
            Some((Position(4), Vec::new()))
        );
    }

    #[test]
    fn a_damaged_checkpoint_counts_as_none() {
        let dir = tempfile::tempdir().expect("a place");
        let path = dir.path().join("engine.checkpoint");
        let checkpoint = Checkpoint::new(&path, LogId(1));
        checkpoint.save(Position(3), b"three").expect("saved");
        let whole = std::fs::read(&path).expect("there");
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &bytes).expect("writable");
            assert_eq!(checkpoint.load().expect("readable"), None, "bit {bit}");
        }
        std::fs::write(&path, b"").expect("writable");
        assert_eq!(checkpoint.load().expect("readable"), None);
    }

    #[test]
    fn a_checkpoint_of_another_log_or_of_an_older_program_counts_as_none() {
        let dir = tempfile::tempdir().expect("a place");
        let path = dir.path().join("engine.checkpoint");
        Checkpoint::new(&path, LogId(1))
            .save(Position(3), b"three")
            .expect("saved");
        let of_another = Checkpoint::new(&path, LogId(2));
        assert_eq!(of_another.load().expect("readable"), None);

        let body = [1_u32.to_le_bytes().as_slice(), &7_u64.to_le_bytes(), b"x"].concat();
        let version_1 = [MAGIC.as_slice(), &crc32c(&body).to_le_bytes(), &body].concat();
        std::fs::write(&path, version_1).expect("writable");
        let checkpoint = Checkpoint::new(&path, LogId(1));
        assert_eq!(checkpoint.load().expect("readable"), None);
    }

    #[test]
    fn a_checkpoint_of_a_newer_program_is_refused() {
        let dir = tempfile::tempdir().expect("a place");
        let path = dir.path().join("engine.checkpoint");
        let body = 3_u32.to_le_bytes();
        let version_3 = [MAGIC.as_slice(), &crc32c(&body).to_le_bytes(), &body].concat();
        std::fs::write(&path, version_3).expect("writable");
        let refused = Checkpoint::new(&path, LogId(1)).load();
        assert!(matches!(refused, Err(LogError::Newer { version: 3, .. })));
    }

    proptest! {
        #[test]
        fn a_crash_while_saving_leaves_the_old_or_the_new(operations in 0_u64..8, seed in any::<u64>()) {
            let files = MemoryFiles::default();
            let path = PathBuf::from("d/engine.checkpoint");
            let on = |files: &MemoryFiles| Checkpoint { path: path.clone(), log: LogId(1), files: Arc::new(files.clone()) };
            on(&files).save(Position(1), &[1; 100]).expect("power is on");
            files.cut_power_after(operations);
            let saved = on(&files).save(Position(2), &[2; 100]).is_ok();
            let after = files.after_crash(&mut Dice::new(seed));
            let (position, state) = on(&after).load().expect("readable").expect("one of the two");
            prop_assert!(position == Position(2) || !saved && position == Position(1));
            prop_assert_eq!(state, vec![position.0 as u8; 100]);
        }
    }
}
