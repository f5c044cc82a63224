//! Whether the photographs that the ledger names are there and as they were.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use yiping_desk::evidence::digest_of;
use yiping_desk::ledger::{Entry, Line};
use yiping_model::Act;

use super::{FOLDER, NEW};
use crate::{LedgerError, offline};

/// What became of the photographs that a ledger names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// How many are whole.
    pub whole: usize,
    /// Those that are not there, with the number of the entry that names each first.
    pub missing: Vec<(String, u64)>,
    /// Those whose bytes are others.
    pub changed: Vec<(String, u64)>,
}

/// Checks the ledger in a data folder, and then every photograph that it names.
///
/// # Errors
/// [`LedgerError`] when the ledger is not whole, or a file cannot be read.
pub fn check(data: &Path, ledger: &Path) -> Result<Checked, LedgerError> {
    let mut named = BTreeMap::new();
    let mut each = |_digest, entry: Entry<'static>| {
        if let Line::Decision(decision) = &entry.line
            && let Act::KeepPhoto { digest, .. } = &decision.act
        {
            named.entry(digest.clone()).or_insert(entry.n);
        }
    };
    offline::verify(ledger, None, Some(&mut each))?;
    let mut checked = Checked::default();
    for (digest, n) in named {
        let path = data.join(FOLDER).join(&digest);
        let read = fs::read(&path).or_else(|_| fs::read(path.with_extension(NEW)));
        match read {
            Ok(bytes) if digest_of(&bytes) == digest => checked.whole += 1,
            Ok(_) => checked.changed.push((digest, n)),
            Err(error) if error.kind() == ErrorKind::NotFound => checked.missing.push((digest, n)),
            Err(error) => return Err(LedgerError::io("read a photograph of", &path)(error)),
        }
    }
    Ok(checked)
}
