//! JPEG: the segments that make a picture, in their order, up to its end.

use memchr::memchr;

use super::{NoPhotograph, split};

const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;
const EXIF: &[u8] = b"Exif\0\0";
/// The tag of TIFF that says which side is up.
const ORIENTATION: u16 = 0x0112;

/// The picture without its `APPn` segments and comments, but for the frame of JFIF, the colour profile, the colour transform and which side is up; nothing
/// that follows its end.
pub(super) fn clean(bytes: &[u8]) -> Result<Vec<u8>, NoPhotograph> {
    let (_start, mut rest) = split(bytes, 2)?;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend([0xFF, START]);
    let (mut framed, mut scanned, mut turned) = (false, false, false);
    loop {
        let (marker, after) = marker(rest)?;
        if marker == END {
            out.extend([0xFF, END]);
            let whole = framed && scanned;
            return if whole {
                Ok(out)
            } else {
                Err(NoPhotograph::Broken("it has no picture"))
            };
        }
        if matches!(marker, 0x01 | 0xD0..=START) {
            return Err(NoPhotograph::Broken("a marker stands where none may"));
        }
        let (length, after) = split(after, 2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let length = length
            .checked_sub(2)
            .ok_or(NoPhotograph::Broken("a segment is too short"))?;
        let (segment, after) = split(after, length)?;
        rest = after;
        match marker {
            // Its preview goes.
            0xE0 if segment.starts_with(b"JFIF\0") && segment.len() >= 14 => {
                put(&mut out, marker, &[&segment[..12], &[0, 0]].concat());
            }
            0xE1 if segment.starts_with(EXIF) && !turned => {
                if let Some(side) = side_up(&segment[EXIF.len()..]) {
                    put(&mut out, marker, &upright(side));
                    turned = true;
                }
            }
            0xE2 if segment.starts_with(b"ICC_PROFILE\0") => put(&mut out, marker, segment),
            0xEE if segment.starts_with(b"Adobe") => put(&mut out, marker, segment),
            0xC0..=0xCF | 0xDB..=0xDD => {
                framed |= matches!(marker, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF);
                put(&mut out, marker, segment);
            }
            SCAN => {
                put(&mut out, marker, segment);
                let (coded, after) = split(rest, coded(rest)?)?;
                out.extend(coded);
                rest = after;
                scanned = true;
            }
            _ => {}
        }
    }
}

/// The next marker; it may have bytes of filling before it.
fn marker(mut bytes: &[u8]) -> Result<(u8, &[u8]), NoPhotograph> {
    let (first, after) = split(bytes, 1)?;
    if first != [0xFF] {
        return Err(NoPhotograph::Broken("a marker is missing"));
    }
    bytes = after;
    loop {
        let (next, after) = split(bytes, 1)?;
        match next[0] {
            0xFF => bytes = after,
            0 => return Err(NoPhotograph::Broken("a marker is missing")),
            marker => return Ok((marker, after)),
        }
    }
}

/// How many bytes of coded picture there are before the next marker that ends them.
fn coded(bytes: &[u8]) -> Result<usize, NoPhotograph> {
    let mut at = 0;
    loop {
        let found = memchr(0xFF, &bytes[at..]).ok_or(NoPhotograph::CutOff)?;
        at += found;
        match bytes.get(at + 1) {
            None => return Err(NoPhotograph::CutOff),
            // A byte of the picture, or where a decoder may begin again.
            Some(0 | 0xD0..=0xD7) => at += 2,
            Some(0xFF) => at += 1,
            Some(_) => return Ok(at),
        }
    }
}

fn put(out: &mut Vec<u8>, marker: u8, segment: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((segment.len() as u16 + 2).to_be_bytes());
    out.extend(segment);
}

/// Which side is up, 2 to 8, if a TIFF says so; 1 is how the picture lies anyway.
fn side_up(tiff: &[u8]) -> Option<u8> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let two: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        })
    };
    let long = |at: usize| -> Option<u32> {
        let four: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little {
            u32::from_le_bytes(four)
        } else {
            u32::from_be_bytes(four)
        })
    };
    let directory = long(4)? as usize;
    let entries = usize::from(short(directory)?);
    let entry = |n: usize| directory.checked_add(2 + n * 12);
    let found = (0..entries)
        .filter_map(entry)
        .find(|at| short(*at) == Some(ORIENTATION))?;
    let side = short(found.checked_add(8)?)?;
    (2..=8).contains(&side).then_some(side as u8)
}

/// An Exif that says which side is up, and nothing else.
fn upright(side: u8) -> Vec<u8> {
    let [high, low] = ORIENTATION.to_be_bytes();
    let mut exif = EXIF.to_vec();
    exif.extend(b"MM\0*\0\0\0\x08\0\x01");
    exif.extend([high, low, 0, 3, 0, 0, 0, 1, 0, side, 0, 0, 0, 0, 0, 0]);
    exif
}
