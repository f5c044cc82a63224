//! SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// Digits of a digest in hex.
pub(super) const DIGITS: usize = 64;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// What makes the digests of a ledger. It is chosen when the ledger begins, and stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// SHA-256.
    #[default]
    Sha256,
    /// SM3, where the law asks for it.
    Sm3,
}

/// A digest of 256 bits; as text 64 hex digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub(super) [u8; 32]);

/// A text that is no digest.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a digest has 64 hex digits in lower case")]
pub struct NoDigest;

impl Algorithm {
    /// The digest of these two pieces, one after the other.
    pub fn digest(self, before: Digest, content: &[u8]) -> Digest {
        match self {
            Self::Sha256 => Digest(
                sha2::Sha256::new()
                    .chain_update(before.0)
                    .chain_update(content)
                    .finalize()
                    .into(),
            ),
            Self::Sm3 => Digest(
                sm3::Sm3::new()
                    .chain_update(before.0)
                    .chain_update(content)
                    .finalize()
                    .into(),
            ),
        }
    }
}

impl Digest {
    /// Stands before the first entry.
    pub(super) const ZERO: Self = Self([0; 32]);

    /// Its hex digits.
    pub(super) fn digits(self) -> [u8; DIGITS] {
        let mut digits = [0; DIGITS];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
        }
        digits
    }
}

impl FromStr for Digest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let mut bytes = [0; 32];
        if text.len() != DIGITS {
            return Err(NoDigest);
        }
        let value = |digit: u8| HEX.iter().position(|known| *known == digit).ok_or(NoDigest);
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = (value(pair[0])? << 4 | value(pair[1])?) as u8;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&String::from_utf8_lossy(&self.digits()))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
