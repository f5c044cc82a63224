//! Checks a ledger, and names the first entry that is wrong.

use std::fmt;

use super::chain::{Head, Opening};
use super::hash::{Algorithm, DIGITS, Digest};

/// What is wrong with a ledger, and where first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {n} (byte {offset}) is the first that is wrong: {fault}")]
pub struct Broken {
    /// The number of the entry.
    pub n: u64,
    /// Where its line begins, in bytes.
    pub offset: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The ledger ends before it.
    Missing,
    /// The last line is not whole.
    Torn,
    /// The line has not the form of an entry.
    Form,
    /// The line is that of another entry.
    Other(u64),
    /// The digest does not belong to what the entry says and to what stands before it.
    Digest,
    /// The ledger was published with another digest here.
    Head {
        /// The digest that was published.
        published: Digest,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => out.write_str("the ledger ends before it"),
            Self::Torn => out.write_str("its line is not whole"),
            Self::Form => out.write_str("its line has not the form of an entry"),
            Self::Other(n) => write!(out, "entry {n} stands in its place"),
            Self::Digest => out.write_str(
                "its digest does not belong to what it says and to the entries before it",
            ),
            Self::Head { published } => {
                write!(
                    out,
                    "this ledger was published with the digest {published} here"
                )
            }
        }
    }
}

/// Checks a ledger piece by piece.
#[derive(Debug, Clone)]
pub struct Checker {
    algorithm: Option<Algorithm>,
    log: String,
    /// The number that the next line must have.
    next: u64,
    offset: u64,
    digest: Digest,
    /// Where the line of `digest` begins.
    last: u64,
    published: Vec<Head>,
    rest: Vec<u8>,
}

impl Checker {
    /// Nothing is read yet; `published` are the heads that somebody outside knows: the ledger must hold them.
    pub fn new(published: impl IntoIterator<Item = Head>) -> Self {
        Self {
            algorithm: None,
            log: String::new(),
            next: 0,
            offset: 0,
            digest: Digest::ZERO,
            last: 0,
            published: published.into_iter().collect(),
            rest: Vec::new(),
        }
    }

    /// Takes the next piece, of any length.
    ///
    /// # Errors
    /// [`Broken`]: the first entry that is wrong. What follows it cannot be judged.
    pub fn take(&mut self, mut piece: &[u8]) -> Result<(), Broken> {
        if !self.rest.is_empty() {
            let Some(end) = memchr::memchr(b'\n', piece) else {
                self.rest.extend_from_slice(piece);
                return Ok(());
            };
            let mut line = std::mem::take(&mut self.rest);
            line.extend_from_slice(&piece[..end]);
            self.line(&line)?;
            piece = &piece[end + 1..];
        }
        while let Some(end) = memchr::memchr(b'\n', piece) {
            self.line(&piece[..end])?;
            piece = &piece[end + 1..];
        }
        self.rest.extend_from_slice(piece);
        Ok(())
    }

    /// The ledger ends here: its head, when all of it is right.
    ///
    /// # Errors
    /// [`Broken`] when the end is torn, or the published head does not stand in it.
    pub fn finish(&self) -> Result<Head, Broken> {
        if !self.rest.is_empty() {
            return Err(self.broken(Fault::Torn));
        }
        let behind = self.published.iter().any(|head| head.n >= self.next);
        if self.next == 0 || behind {
            return Err(self.broken(Fault::Missing));
        }
        Ok(Head {
            n: self.next - 1,
            digest: self.digest,
        })
    }

    /// The last entry that is right; `None` before the opening.
    pub fn head(&self) -> Option<Head> {
        let n = self.next.checked_sub(1)?;
        Some(Head {
            n,
            digest: self.digest,
        })
    }

    /// What makes its digests, and the id of its log; `None` before the opening.
    pub fn opening(&self) -> Option<(Algorithm, &str)> {
        Some((self.algorithm?, &self.log))
    }

    /// How many bytes hold the entries that are right.
    pub const fn sound_bytes(&self) -> u64 {
        self.offset
    }

    /// Where the line of the last entry that is right begins.
    pub const fn last_offset(&self) -> u64 {
        self.last
    }

    fn broken(&self, fault: Fault) -> Broken {
        Broken {
            n: self.next,
            offset: self.offset,
            fault,
        }
    }

    /// Checks a line, without its line feed.
    fn line(&mut self, line: &[u8]) -> Result<(), Broken> {
        let Some((digits, [b' ', content @ ..])) = line.split_at_checked(DIGITS) else {
            return Err(self.broken(Fault::Form));
        };
        let Some(n) = number(content) else {
            return Err(self.broken(Fault::Form));
        };
        if n != self.next {
            return Err(self.broken(Fault::Other(n)));
        }
        let algorithm = match self.algorithm {
            Some(algorithm) => algorithm,
            None => self.open(content)?,
        };
        let digest = algorithm.digest(self.digest, content);
        if digest.digits() != digits {
            return Err(self.broken(Fault::Digest));
        }
        let mut known = self.published.iter();
        if let Some(other) = known.find(|head| head.n == n && head.digest != digest) {
            let published = other.digest;
            return Err(self.broken(Fault::Head { published }));
        }
        self.digest = digest;
        self.next += 1;
        self.last = self.offset;
        self.offset += line.len() as u64 + 1;
        Ok(())
    }

    fn open(&mut self, content: &[u8]) -> Result<Algorithm, Broken> {
        let opening: Opening =
            serde_json::from_slice(content).map_err(|_other| self.broken(Fault::Form))?;
        if opening.ledger != 1 {
            return Err(self.broken(Fault::Form));
        }
        self.log = opening.log;
        self.algorithm = Some(opening.hash);
        Ok(opening.hash)
    }
}

/// The number at the beginning of an entry.
fn number(content: &[u8]) -> Option<u64> {
    let rest = content.strip_prefix(b"{\"n\":")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()
}
