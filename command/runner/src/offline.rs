//! A ledger, looked at from outside: it may be of a program that runs, or a copy of one.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _};
use std::path::Path;

use yiping_desk::ledger::{Algorithm, Checker, Digest, Entry, Head};
use yiping_log::{Checkpoint, LogId};

use crate::LedgerError;
use crate::book::files;

/// A ledger that is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Its last entry.
    pub head: Head,
    /// What makes its digests.
    pub hash: Algorithm,
    /// The id of its log.
    pub log: String,
    /// The head that the program saved beside it; `None` when there is no such file, as beside a copy.
    pub saved: Option<Head>,
}

/// Checks the ledger in this folder: every entry, that it holds the head that was saved beside it, and the one that was `published`
/// elsewhere. Gives each entry with its digest to `each`, if there is one, as it is found right.
///
/// # Errors
/// [`LedgerError`]; [`LedgerError::Broken`] names the first entry that is wrong.
pub fn verify(
    folder: &Path,
    published: Option<Head>,
    mut each: Option<&mut dyn FnMut(Digest, Entry<'static>)>,
) -> Result<Verified, LedgerError> {
    let (path, head) = files(folder);
    let mut reader = open(&path)?;
    // Before the lines are read: a program that runs writes lines before their head.
    let saved = saved_head(&mut reader, &path, &head)?;
    let mut checker = Checker::new(saved.into_iter().chain(published));
    let broken = |broken| LedgerError::Broken {
        path: path.clone(),
        broken,
    };
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line);
        if read.map_err(LedgerError::io("read", &path))? == 0 {
            break;
        }
        checker.take(&line).map_err(broken)?;
        if let Some(each) = &mut each
            && checker.head().is_some_and(|head| head.n > 0)
        {
            let (digest, entry) = Entry::read(&line)?;
            each(digest, entry);
        }
    }
    let head = checker.finish().map_err(broken)?;
    let Some((hash, log)) = checker.opening() else {
        return Err(LedgerError::None { path });
    };
    Ok(Verified {
        head,
        hash,
        log: log.to_owned(),
        saved,
    })
}

/// The head that is saved beside the ledger; leaves the reader at the beginning.
fn saved_head(
    reader: &mut BufReader<File>,
    path: &Path,
    head: &Path,
) -> Result<Option<Head>, LedgerError> {
    let mut line = Vec::new();
    let read = |what| LedgerError::io(what, path);
    reader.read_until(b'\n', &mut line).map_err(read("read"))?;
    reader.rewind().map_err(read("read"))?;
    let mut checker = Checker::new(None);
    let opened = checker.take(&line).ok().and_then(|()| checker.opening());
    let log: Option<LogId> = opened.and_then(|(_, log)| log.parse().ok());
    let Some(log) = log else {
        return Ok(None);
    };
    let saved = Checkpoint::new(head, log).load()?;
    Ok(saved
        .map(|(_, state)| serde_json::from_slice(&state))
        .transpose()?)
}

fn open(path: &Path) -> Result<BufReader<File>, LedgerError> {
    match File::open(path) {
        Ok(file) => Ok(BufReader::with_capacity(1 << 20, file)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(LedgerError::None {
            path: path.to_owned(),
        }),
        Err(error) => Err(LedgerError::io("open", path)(error)),
    }
}
