//! Where a reader of the log stands, and the state that goes with it, in one small file that is replaced in one step.
//!
//! Numbers are little-endian; the crc is CRC-32C over everything after it.
//!
//! ```text
//! magic "YIPING\x1aC" | crc u32 | version u32 = 1 | position u64 | state, to the end of the file
//! ```

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crc32c::crc32c;
use tracing::warn;
use yiping_model::Position;

use crate::LogError;
use crate::disk::{Files, RealFiles};

const MAGIC: [u8; 8] = *b"YIPING\x1aC";
const VERSION: u32 = 1;
const HEADER_BYTES: usize = 24;

/// A checkpoint file. One reader of the log owns it; its directory must exist.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    path: PathBuf,
    files: Arc<dyn Files>,
}

impl Checkpoint {
    /// The checkpoint in this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            files: Arc::new(RealFiles),
        }
    }

    /// Puts `position` and `state` in the place of what was saved before, durably and in one step. Blocks the thread.
    ///
    /// # Errors
    /// [`LogError::Io`]; then what was saved before is still there.
    pub fn save(&self, position: Position, state: &[u8]) -> Result<(), LogError> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + state.len());
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&position.0.to_le_bytes());
        bytes.extend_from_slice(state);
        let crc = crc32c(&bytes[12..]);
        bytes[8..12].copy_from_slice(&crc.to_le_bytes());
        self.replace(&bytes)
            .map_err(LogError::io("save checkpoint", &self.path))
    }

    /// What was saved last; `None` when nothing was, or when the file is damaged (then its reader begins anew). Blocks the thread.
    ///
    /// # Errors
    /// [`LogError`] when the file cannot be read, or was written by a newer program.
    pub fn load(&self) -> Result<Option<(Position, Vec<u8>)>, LogError> {
        let Some(mut bytes) = self
            .read()
            .map_err(LogError::io("read checkpoint", &self.path))?
        else {
            return Ok(None);
        };
        let sound = bytes.len() >= HEADER_BYTES
            && bytes[..8] == MAGIC
            && bytes[8..12] == crc32c(&bytes[12..]).to_le_bytes();
        if !sound {
            warn!(path = %self.path.display(), "checkpoint is damaged and ignored: its reader begins anew");
            return Ok(None);
        }
        let state = bytes.split_off(HEADER_BYTES);
        let version = u32::from_le_bytes(bytes[12..16].try_into().expect("four bytes"));
        if version != VERSION {
            return Err(LogError::Newer {
                path: self.path.clone(),
                version,
                known: VERSION,
            });
        }
        let position = u64::from_le_bytes(bytes[16..24].try_into().expect("eight bytes"));
        Ok(Some((Position(position), state)))
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let mut temporary = self.path.clone().into_os_string();
        temporary.push(".tmp");
        let temporary = Path::new(&temporary);
        match self.files.remove(temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let file = self.files.create(temporary)?;
        file.write_at(bytes, 0)?;
        file.sync()?;
        self.files.rename(temporary, &self.path)?;
        let dir = self.path.parent().filter(|dir| *dir != Path::new(""));
        self.files.sync_dir(dir.unwrap_or(Path::new(".")))
    }

    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        let file = match self.files.open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = vec![0; usize::try_from(file.size()?).map_err(io::Error::other)?];
        file.read_at(&mut bytes, 0)?;
        Ok(Some(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::faults::{Dice, MemoryFiles};
    use proptest::prelude::*;

    #[test]
    fn what_was_saved_last_is_loaded() {
        let dir = tempfile::tempdir().expect("a place");
        let checkpoint = Checkpoint::new(dir.path().join("engine.checkpoint"));
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
        let checkpoint = Checkpoint::new(&path);
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

    proptest! {
        #[test]
        fn a_crash_while_saving_leaves_the_old_or_the_new(operations in 0_u64..8, seed in any::<u64>()) {
            let files = MemoryFiles::default();
            let path = PathBuf::from("d/engine.checkpoint");
            let on = |files: &MemoryFiles| Checkpoint { path: path.clone(), files: Arc::new(files.clone()) };
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
