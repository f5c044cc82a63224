//! PNG: the chunks that make a picture, in their order, up to its end.

use super::{NoPhotograph, split};

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What a picture is made of; all others go: text, time, Exif, and what nobody knows.
const KEPT: [&[u8; 4]; 12] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
    b"cICP", b"pHYs",
];
/// Length, type and check sum.
const AROUND: usize = 12;

/// The picture without what is written beside it, and nothing that follows its end.
pub(super) fn clean(bytes: &[u8]) -> Result<Vec<u8>, NoPhotograph> {
    let (signature, mut rest) = split(bytes, SIGNATURE.len())?;
    let mut out = signature.to_vec();
    let mut pictured = false;
    loop {
        let length = rest.first_chunk().ok_or(NoPhotograph::CutOff)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (chunk, after) = split(rest, length.saturating_add(AROUND))?;
        rest = after;
        let kind = &chunk[4..8];
        if out.len() == SIGNATURE.len() && kind != b"IHDR" {
            return Err(NoPhotograph::Broken("its head is missing"));
        }
        if kind == b"acTL" {
            return Err(NoPhotograph::Moving);
        }
        pictured |= kind == b"IDAT";
        if KEPT.iter().any(|kept| kind == kept.as_slice()) {
            out.extend(chunk);
        }
        if kind == b"IEND" {
            return if pictured {
                Ok(out)
            } else {
                Err(NoPhotograph::Broken("it has no picture"))
            };
        }
    }
}
