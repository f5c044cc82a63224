//! The register in a file: JSON, only for this user, replaced whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use yiping_desk::people::Register;

use super::PeopleError;

/// Where the register is kept.
pub(super) struct RegisterFile {
    path: PathBuf,
    /// What the file holds: it is not written again when nothing changed.
    kept: Arc<Mutex<Vec<u8>>>,
}

impl RegisterFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            kept: Arc::default(),
        }
    }

    /// The register; an empty one when there is no file.
    pub(super) fn load(&self) -> Result<Register, PeopleError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Register::default()),
            Err(error) => return Err(self.failed("read", error)),
        };
        let register = serde_json::from_slice(&bytes);
        register.map_err(|error| self.failed("understand", error.into()))
    }

    /// Makes this register durable.
    pub(super) async fn save(&self, register: Register) -> Result<(), PeopleError> {
        let (path, kept) = (self.path.clone(), Arc::clone(&self.kept));
        let written = tokio::task::spawn_blocking(move || {
            let bytes = serde_json::to_vec_pretty(&register)?;
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if *kept != bytes {
                replace(&path, &bytes)?;
                *kept = bytes;
            }
            Ok(())
        });
        let written = written
            .await
            .unwrap_or_else(|broke| Err(io::Error::other(broke)));
        written.map_err(|error| self.failed("write", error))
    }

    fn failed(&self, what: &'static str, source: io::Error) -> PeopleError {
        PeopleError::File {
            what,
            path: self.path.clone(),
            source,
        }
    }
}

/// Writes a file beside it and puts that in its place: a crash leaves the old one or the new one.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn the_register_is_kept_for_this_user_only() {
        let dir = tempfile::TempDir::new().expect("a folder");
        let path = dir.path().join("people.json");
        let file = RegisterFile::new(path.clone());
        assert!(file.load().expect("none yet").is_empty());
        let mut register = Register::default();
        register
            .first(
                "root",
                "管理员",
                "hash".into(),
                yiping_model::Timestamp::from_secs(1),
            )
            .expect("nobody was there");
        file.save(register.clone()).await.expect("writes");
        assert_eq!(
            RegisterFile::new(path.clone()).load().expect("reads"),
            register
        );
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_is_no_register_is_an_error_and_not_an_empty_one() {
        let dir = tempfile::TempDir::new().expect("a folder");
        let path = dir.path().join("people.json");
        fs::write(&path, "{\"accounts\": 7}").expect("writes");
        assert!(RegisterFile::new(path).load().is_err());
    }
}
