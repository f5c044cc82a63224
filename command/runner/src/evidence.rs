//! The photographs: files in a folder of the data folder, named by their digest.
//!
//! | name | what |
//! |---|---|
//! | `<64 hex digits>` | a photograph whose record is in the log; it is never changed and never dropped |
//! | `<64 hex digits>.new` | one whose record may be missing: it was not answered for, and is sent again |
//! | `part` | one that was being written |
//!
//! A photograph is on disk before the log says so, and it is answered for after both. What is sent again is here already: nothing is written twice.

mod check;
mod error;
#[cfg(test)]
pub(crate) mod tests;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use yiping_desk::evidence::{Media, Photograph, is_digest};
use yiping_desk::people::Who;
use yiping_log::Log;
use yiping_model::{Act, Body, Decision};

pub use check::{Checked, check};
pub use error::EvidenceError;

/// The folder of the photographs, in the data folder.
pub const FOLDER: &str = "evidence";
const PART: &str = "part";
const NEW: &str = "new";

/// How much is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Size of one photograph as it is sent.
    pub file_bytes_max: usize,
    /// Size of all that are kept; beyond it none is taken until this is raised.
    pub total_bytes_max: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            file_bytes_max: 8 * 1_024 * 1_024,
            total_bytes_max: 20 * 1_024 * 1_024 * 1_024,
        }
    }
}

/// The photographs of a city; clones are the same.
#[derive(Clone)]
pub struct Evidence(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    log: Arc<dyn Log>,
    settings: Settings,
    /// Bytes on disk. Whoever writes holds it: one at a time.
    used: Mutex<u64>,
}

/// A photograph that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is.
    pub photograph: Photograph,
    /// Whether it was here already.
    pub again: bool,
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("Evidence").field(&self.0.folder).finish()
    }
}

impl Evidence {
    /// The photographs in the folder [`FOLDER`] of this data folder.
    ///
    /// # Errors
    /// [`EvidenceError::Io`] when there can be no such folder.
    pub fn open(data: &Path, log: Arc<dyn Log>, settings: Settings) -> Result<Self, EvidenceError> {
        let folder = data.join(FOLDER);
        fs::create_dir_all(&folder)?;
        sync_folder(data)?;
        let mut used = 0;
        for file in fs::read_dir(&folder)? {
            let file = file?;
            if file.file_name() == PART {
                fs::remove_file(file.path())?;
            } else {
                used += file.metadata()?.len();
            }
        }
        super::metrics::evidence_bytes(used);
        Ok(Self(Arc::new(Inner {
            folder,
            log,
            settings,
            used: Mutex::new(used),
        })))
    }

    /// Size of one photograph as it is sent.
    pub fn file_bytes_max(&self) -> usize {
        self.0.settings.file_bytes_max
    }

    /// Whether the photograph of this digest is here.
    pub fn holds(&self, digest: &str) -> bool {
        is_digest(digest) && self.0.folder.join(digest).is_file()
    }

    /// Keeps a photograph: on disk, and in the log who brought it. One that is here already is answered for at once.
    ///
    /// # Errors
    /// [`EvidenceError`]; then it may be sent again.
    pub async fn keep(&self, who: &Who, bytes: impl Into<Bytes>) -> Result<Kept, EvidenceError> {
        let (person, seat) = (who.person.clone(), who.seat.clone());
        let (evidence, bytes) = (self.clone(), bytes.into());
        // Whoever sent it may be gone meanwhile: what was begun is carried to its end, one after the other.
        let kept = tokio::spawn(async move { evidence.carry(person, seat, bytes).await });
        kept.await.map_err(std::io::Error::other)?
    }

    async fn carry(
        &self,
        person: Option<String>,
        seat: String,
        bytes: Bytes,
    ) -> Result<Kept, EvidenceError> {
        let photograph = blocking(move || Ok(Photograph::of(&bytes))).await??;
        let mut used = self.0.used.lock().await;
        if self.holds(&photograph.digest) {
            let again = true;
            return Ok(Kept { photograph, again });
        }
        let (folder, digest) = (self.0.folder.clone(), photograph.digest.clone());
        let new = folder.join(format!("{digest}.{NEW}"));
        let size = photograph.bytes.len() as u64;
        let more = if new.is_file() { 0 } else { size };
        if *used + more > self.0.settings.total_bytes_max {
            return Err(EvidenceError::Full(self.0.settings.total_bytes_max));
        }
        let photograph = blocking({
            let (folder, new) = (folder.clone(), new.clone());
            move || {
                write(&folder, &new, &photograph.bytes)?;
                Ok(photograph)
            }
        })
        .await?;
        *used += more;
        super::metrics::evidence_bytes(*used);
        let act = Act::KeepPhoto {
            digest: digest.to_string(),
            media: photograph.media.name().to_owned(),
            size_bytes: size,
        };
        let decision = Decision { person, seat, act };
        self.0.log.append(vec![Body::Decision(decision)]).await?;
        blocking(move || {
            fs::rename(new, folder.join(digest.as_str()))?;
            sync_folder(&folder)
        })
        .await?;
        let again = false;
        Ok(Kept { photograph, again })
    }

    /// A photograph as it is kept; `None` when it is not here.
    ///
    /// # Errors
    /// [`EvidenceError::Io`] when it cannot be read.
    pub async fn read(&self, digest: &str) -> Result<Option<(Media, Vec<u8>)>, EvidenceError> {
        if !self.holds(digest) {
            return Ok(None);
        }
        let path = self.0.folder.join(digest);
        let bytes = blocking(move || fs::read(path)).await?;
        Ok(Media::of(&bytes).map(|media| (media, bytes)))
    }
}

/// Writes a file under a name of its own, and then gives it its name: there is never half a photograph.
fn write(folder: &Path, to: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = folder.join(PART);
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(part, to)?;
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, EvidenceError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(std::io::Error::other)??)
}
