//! Bytes that come to many, in pieces of one size: a single buffer would be copied each time it grows, and be half empty at the end.

use postcard::ser_flavors::Flavor;

const PIECE_BYTES: usize = 256 << 10;

/// Bytes in pieces, in their order; a postcard flavour writes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces(Vec<Vec<u8>>);

impl Pieces {
    /// The bytes, piece by piece.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.iter().map(<[u8]>::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All bytes in one buffer.
    pub fn joined(&self) -> Vec<u8> {
        self.0.concat()
    }

    /// Where the next bytes go; there is room for one at least.
    fn open(&mut self) -> &mut Vec<u8> {
        if self.0.last().is_none_or(|last| last.len() == PIECE_BYTES) {
            self.0.push(Vec::with_capacity(PIECE_BYTES));
        }
        self.0.last_mut().expect("one is open")
    }
}

impl Flavor for Pieces {
    type Output = Self;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.open().push(byte);
        Ok(())
    }

    fn try_extend(&mut self, mut bytes: &[u8]) -> postcard::Result<()> {
        while !bytes.is_empty() {
            let piece = self.open();
            let fits = bytes.len().min(PIECE_BYTES - piece.len());
            let (now, rest) = bytes.split_at(fits);
            piece.extend_from_slice(now);
            bytes = rest;
        }
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Self> {
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hold_what_one_buffer_would() {
        let mut random = 7_u64;
        let mut told: Vec<Vec<u8>> =
            vec![Vec::new(), vec![1; 3 * PIECE_BYTES], vec![2; PIECE_BYTES]];
        for _ in 0..2_000 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            told.push(vec![random as u8; (random >> 33) as usize % 1_000]);
        }
        let whole = (told, 5_u8, "the end");
        let pieces = postcard::serialize_with_flavor(&whole, Pieces::default()).expect("writes");
        let buffer = postcard::to_stdvec(&whole).expect("writes");
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE_BYTES));
        assert_eq!((pieces.len(), pieces.joined()), (buffer.len(), buffer));
        assert!(Pieces::default().is_empty());
    }
}
