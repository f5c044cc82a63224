//! Photographs as they are kept: known by their bytes, without what a camera writes beside the picture.
//!
//! A camera writes where and when a picture was taken, the number of the device, a preview, sometimes a film. Nobody asked for that, and some of it is personal
//! data. So a picture is written anew from the parts that make it a picture; whatever else there is, known or not, is left out. The picture itself is not
//! touched: its pixels are not decoded. Of what a camera says one thing is kept: which side is up.

mod jpeg;
mod png;
#[cfg(test)]
mod tests;
mod webp;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;
use yiping_model::hex;

/// What a file is, by its own bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Media {
    /// ISO/IEC 10918-1.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// ISO/IEC 15948.
    #[serde(rename = "image/png")]
    Png,
    /// RFC 9649.
    #[serde(rename = "image/webp")]
    Webp,
}

impl Media {
    /// What bytes that begin so are; `None` for no photograph.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(png::SIGNATURE) {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else {
            None
        }
    }

    /// Its name on the web.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// A photograph as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photograph {
    /// What it is.
    pub media: Media,
    /// The picture, and nothing else.
    pub bytes: Vec<u8>,
    /// SHA-256 of these bytes, 64 hex digits.
    pub digest: SmolStr,
}

/// Why bytes are no photograph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPhotograph {
    /// They begin as no kind that is kept.
    #[error("it is no JPEG, PNG or WebP by its first bytes")]
    Unknown,
    /// They end too early.
    #[error("the picture is cut off: send it again")]
    CutOff,
    /// They are not as their kind must be.
    #[error("the picture is broken: {0}")]
    Broken(&'static str),
    /// It moves.
    #[error("it is an animation: send a still picture")]
    Moving,
}

impl Photograph {
    /// The photograph that these bytes are, without what is written beside the picture.
    ///
    /// # Errors
    /// [`NoPhotograph`] when they are none.
    pub fn of(bytes: &[u8]) -> Result<Self, NoPhotograph> {
        let media = Media::of(bytes).ok_or(NoPhotograph::Unknown)?;
        let bytes = match media {
            Media::Jpeg => jpeg::clean(bytes)?,
            Media::Png => png::clean(bytes)?,
            Media::Webp => webp::clean(bytes)?,
        };
        let digest = digest_of(&bytes);
        Ok(Self {
            media,
            bytes,
            digest,
        })
    }
}

/// SHA-256 of bytes, 64 hex digits: by this a photograph is known.
pub fn digest_of(bytes: &[u8]) -> SmolStr {
    hex(&Sha256::digest(bytes))
}

/// Whether a text can be the digest of a photograph, as this program writes it.
pub fn is_digest(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(digit)
}

/// The first `count` bytes, and the rest after them.
fn split(bytes: &[u8], count: usize) -> Result<(&[u8], &[u8]), NoPhotograph> {
    bytes.split_at_checked(count).ok_or(NoPhotograph::CutOff)
}
