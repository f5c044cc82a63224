//! The ledger: every act of a person and every automatic decision, in one hash chain.
//!
//! It is a text of lines. A line is a digest, a space, an entry in JSON, and a line feed; the digest is that of the digest before it and of the
//! entry's bytes, so no entry can be changed, cut out, put in or moved without all that follow being written anew. Line 0 says what ledger it is
//! and counts as an entry; before it stand 32 zero bytes. What follows the last line that somebody outside knows (the head) is all that could be forged.
//! `docs/LEDGER.md` shows how to check one without this program.

mod chain;
mod check;
mod entry;
mod hash;

pub use chain::{Chain, Head, Opening};
pub use check::{Broken, Checker, Fault};
pub use entry::{By, Entry, Line, Place};
pub use hash::{Algorithm, Digest};

#[cfg(test)]
mod tests;
