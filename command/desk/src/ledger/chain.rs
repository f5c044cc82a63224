//! Writes entries into a chain.

use serde::{Deserialize, Serialize};
use yiping_model::Record;

use super::entry::Entry;
use super::hash::{Algorithm, Digest};

/// Line 0: what ledger it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Always 0.
    pub n: u64,
    /// The layout of the lines; 1.
    pub ledger: u32,
    /// What makes the digests.
    pub hash: Algorithm,
    /// The id of the log that it was made from.
    pub log: String,
}

/// The last entry, and the digest that stands for everything up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its number.
    pub n: u64,
    /// Its digest.
    pub digest: Digest,
}

/// A chain that grows.
#[derive(Debug, Clone, Copy)]
pub struct Chain {
    algorithm: Algorithm,
    head: Head,
}

impl Chain {
    /// Begins a ledger; its first line is appended to `out`.
    ///
    /// # Errors
    /// None that can happen: an opening always has a JSON form.
    pub fn begin(
        algorithm: Algorithm,
        log: String,
        out: &mut Vec<u8>,
    ) -> Result<Self, serde_json::Error> {
        let opening = Opening {
            n: 0,
            ledger: 1,
            hash: algorithm,
            log,
        };
        let mut chain = Self {
            algorithm,
            head: Head {
                n: 0,
                digest: Digest::ZERO,
            },
        };
        chain.seal(0, &opening, out)?;
        Ok(chain)
    }

    /// Goes on after this head.
    pub const fn after(algorithm: Algorithm, head: Head) -> Self {
        Self { algorithm, head }
    }

    /// The last entry.
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Appends the line of a record to `out`; false for a record that decides nothing.
    ///
    /// # Errors
    /// When a value has no JSON form (a float that is not finite); then nothing was appended.
    pub fn take(&mut self, record: &Record, out: &mut Vec<u8>) -> Result<bool, serde_json::Error> {
        let n = self.head.n + 1;
        match Entry::of(record, n) {
            Some(entry) => self.seal(n, &entry, out).map(|()| true),
            None => Ok(false),
        }
    }

    fn seal(
        &mut self,
        n: u64,
        content: &impl Serialize,
        out: &mut Vec<u8>,
    ) -> Result<(), serde_json::Error> {
        let content = serde_json::to_vec(content)?;
        let digest = self.algorithm.digest(self.head.digest, &content);
        out.extend_from_slice(&digest.digits());
        out.push(b' ');
        out.extend_from_slice(&content);
        out.push(b'\n');
        self.head = Head { n, digest };
        Ok(())
    }
}
