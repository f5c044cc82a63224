//! The ledger's file. Lines are durable before the head that stands for them is saved and told, so what lies behind the saved head after a
//! crash was told to nobody and is taken from the log again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use yiping_desk::ledger::{Algorithm, Broken, Chain, Checker, Entry, Fault, Head};
use yiping_log::{Checkpoint, LogId};
use yiping_model::{Position, Record};

use crate::LedgerError;

/// The lines, in the ledger's folder.
const LINES: &str = "ledger.jsonl";
/// The head that was told last, and how far the log is read.
const HEAD: &str = "head";

/// How much of the file is read at once.
const PIECE_BYTES: usize = 1 << 20;

/// The ledger of one log, open for writing.
#[derive(Debug)]
pub struct Book {
    path: PathBuf,
    file: File,
    /// Bytes of the lines that are durable.
    size: u64,
    /// Lines that are not yet written.
    waiting: Vec<u8>,
    chain: Chain,
    /// The head that is durable.
    told: Head,
    /// How far the log is read.
    position: Position,
    checkpoint: Checkpoint,
}

impl Book {
    /// Opens the ledger in this folder, or begins one; all of it is checked first. Blocks the thread: a million entries take a second or two.
    ///
    /// # Errors
    /// [`LedgerError`]: it was changed, is of another log, or cannot be read or written.
    pub fn open(folder: &Path, log: LogId, algorithm: Algorithm) -> Result<Self, LedgerError> {
        let path = folder.join(LINES);
        fs::create_dir_all(folder).map_err(LedgerError::io("make", &path))?;
        let checkpoint = Checkpoint::new(folder.join(HEAD), log);
        let (position, published) = saved(&checkpoint)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options
            .open(&path)
            .map_err(LedgerError::io("open", &path))?;
        let (checker, end) = check(&file, published).map_err(LedgerError::io("read", &path))?;
        if let Err(broken) = end
            && !was_never_told(&broken, published)
        {
            return Err(LedgerError::Broken { path, broken });
        }
        let size = checker.sound_bytes();
        file.set_len(size)
            .map_err(LedgerError::io("write", &path))?;
        let Some((head, (algorithm, of))) = checker.head().zip(checker.opening()) else {
            return Self::begin(path, file, checkpoint, log, algorithm);
        };
        if of != log.to_string() {
            let (of, this) = (of.to_owned(), log.to_string());
            return Err(LedgerError::OtherLog { path, of, this });
        }
        let mut line = vec![0; (size - checker.last_offset()) as usize];
        file.read_exact_at(&mut line, checker.last_offset())
            .map_err(LedgerError::io("read", &path))?;
        let last = if head.n == 0 {
            Position::START
        } else {
            Entry::read(&line)?.1.position
        };
        Ok(Self {
            path,
            file,
            size,
            waiting: Vec::new(),
            chain: Chain::after(algorithm, head),
            told: head,
            position: position.max(last),
            checkpoint,
        })
    }

    fn begin(
        path: PathBuf,
        file: File,
        checkpoint: Checkpoint,
        log: LogId,
        algorithm: Algorithm,
    ) -> Result<Self, LedgerError> {
        let mut waiting = Vec::new();
        let chain = Chain::begin(algorithm, log.to_string(), &mut waiting)?;
        let mut book = Self {
            path,
            file,
            size: 0,
            waiting,
            told: chain.head(),
            chain,
            position: Position::START,
            checkpoint,
        };
        book.keep()?;
        Ok(book)
    }

    /// The last entry that is durable.
    pub const fn head(&self) -> Head {
        self.told
    }

    /// The last record of the log that was looked at.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Bytes that [`Book::keep`] has to write.
    pub const fn waiting_bytes(&self) -> usize {
        self.waiting.len()
    }

    /// Looks at these records, which follow what it has looked at, and remembers what was decided in them.
    ///
    /// # Errors
    /// [`LedgerError::Json`] for a record that no log can hold.
    pub fn take<'a>(
        &mut self,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Result<(), LedgerError> {
        for record in records {
            self.chain.take(record, &mut self.waiting)?;
            self.position = record.position;
        }
        Ok(())
    }

    /// Goes on from here, because nothing was decided until here.
    pub fn pass(&mut self, position: Position) {
        self.position = self.position.max(position);
    }

    /// Makes what it remembers durable, then its head. Blocks the thread. After an error it may be called again.
    ///
    /// # Errors
    /// [`LedgerError`] when it cannot be written.
    pub fn keep(&mut self) -> Result<(), LedgerError> {
        if !self.waiting.is_empty() {
            self.write().map_err(LedgerError::io("write", &self.path))?;
        }
        let state = serde_json::to_vec(&self.chain.head())?;
        self.checkpoint.save(self.position, &state)?;
        self.told = self.chain.head();
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        self.file.write_all_at(&self.waiting, self.size)?;
        self.file.sync_data()?;
        self.size += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }
}

/// How far the log was read, and the head that was told, when it was saved last.
fn saved(checkpoint: &Checkpoint) -> Result<(Position, Option<Head>), LedgerError> {
    let Some((position, state)) = checkpoint.load()? else {
        return Ok((Position::START, None));
    };
    Ok((position, Some(serde_json::from_slice(&state)?)))
}

/// Checks the whole file against the head that was told.
fn check(file: &File, published: Option<Head>) -> io::Result<(Checker, Result<Head, Broken>)> {
    let mut checker = Checker::new(published);
    let mut file = file;
    file.seek(SeekFrom::Start(0))?;
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match file.read(&mut piece)? {
            0 => break,
            read => {
                if let Err(broken) = checker.take(&piece[..read]) {
                    return Ok((checker, Err(broken)));
                }
            }
        }
    }
    let end = checker.finish();
    Ok((checker, end))
}

/// Whether what is wrong lies behind everything that was told: a crash cut it.
fn was_never_told(broken: &Broken, published: Option<Head>) -> bool {
    match published {
        Some(head) => broken.n > head.n,
        None => broken.n == 0 && matches!(broken.fault, Fault::Missing | Fault::Torn),
    }
}

/// The files of the ledger in this folder, for who reads it without a log.
pub(crate) fn files(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join(LINES), folder.join(HEAD))
}

#[cfg(test)]
mod tests;
