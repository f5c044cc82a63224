//! WebP: the chunks that make a still picture, in their order.

use super::{NoPhotograph, split};

const KEPT: [&[u8; 4]; 5] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"];
/// Flags of `VP8X`: it moves; it has Exif, and XMP.
const MOVES: u8 = 0x02;
const TOLD: u8 = 0x08 | 0x04;

/// The picture without what is written beside it, and nothing that follows its end.
pub(super) fn clean(bytes: &[u8]) -> Result<Vec<u8>, NoPhotograph> {
    let (head, rest) = split(bytes, 12)?;
    let size: [u8; 4] = [head[4], head[5], head[6], head[7]];
    let inside = (u32::from_le_bytes(size) as usize).checked_sub(4);
    let inside = inside.ok_or(NoPhotograph::Broken("its size is wrong"))?;
    let (mut rest, _beyond) = split(rest, inside)?;
    let mut chunks = Vec::with_capacity(rest.len());
    let mut pictured = false;
    while !rest.is_empty() {
        let (kind_and_size, after) = split(rest, 8)?;
        let (kind, size) = kind_and_size.split_at(4);
        let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
        let (body, after) = split(after, size)?;
        // A chunk of odd length has a byte after it; some writers forget the last one.
        rest = after.get(size % 2..).unwrap_or_default();
        if kind == b"ANIM" || kind == b"ANMF" {
            return Err(NoPhotograph::Moving);
        }
        if !KEPT.iter().any(|kept| kind == kept.as_slice()) {
            continue;
        }
        pictured |= kind == b"VP8 " || kind == b"VP8L";
        chunks.extend(kind_and_size);
        let at = chunks.len();
        chunks.extend(body);
        if kind == b"VP8X" {
            let flags = chunks
                .get_mut(at)
                .ok_or(NoPhotograph::Broken("its head is short"))?;
            if *flags & MOVES != 0 {
                return Err(NoPhotograph::Moving);
            }
            *flags &= !TOLD;
        }
        if size % 2 == 1 {
            chunks.push(0);
        }
    }
    if !pictured {
        return Err(NoPhotograph::Broken("it has no picture"));
    }
    let mut out = b"RIFF".to_vec();
    out.extend((chunks.len() as u32 + 4).to_le_bytes());
    out.extend(b"WEBP");
    out.extend(chunks);
    Ok(out)
}
