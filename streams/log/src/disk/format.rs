//! The bytes of a segment: laying them out and reading them back. No file is touched here; the layout is drawn in the parent module.

use std::hash::{BuildHasher, RandomState};

use crc32c::{crc32c, crc32c_append};
use yiping_model::{Body, Class, CodecError, Kind, Position, Record, Timestamp};

/// The newest layout that this program reads, and the one it writes.
pub(super) const VERSION: u32 = 2;
pub(super) const SEGMENT_HEADER_BYTES: usize = 52;
const SEGMENT_HEADER_BYTES_1: usize = 44;
pub(super) const COMMIT_HEADER_BYTES: usize = 20;
pub(super) const RECORD_HEADER_BYTES: usize = 25;
/// No commit of any file is longer, its header included; settings may only ask for less.
pub(super) const COMMIT_BYTES_LIMIT: usize = 16 << 20;

const MAGIC: [u8; 8] = *b"YIPING\x1aL";

/// A random number for a new segment.
fn salt() -> u64 {
    RandomState::new().hash_one(VERSION)
}

/// The head of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    /// No record of the segment has a smaller position.
    pub(super) first: Position,
    /// `received_at` of the record before the segment; [`Timestamp::MIN`] when there was none.
    pub(super) not_before: Timestamp,
    /// The least class of which the segment still holds the records; retention raises it.
    pub(super) keeps: Class,
    /// A random number that nobody outside knows: it makes the commit headers of this file unlike any other bytes.
    pub(super) salt: u64,
    /// The segments that begin after `first` and not after this were merged into it; [`Position::START`] when none was.
    pub(super) until: Position,
    version: u32,
}

/// Why bytes are not a segment header.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeaderFlaw {
    /// Too short, or not what was written.
    Damaged,
    /// Of this newer version.
    Newer(u32),
}

impl SegmentHeader {
    /// Of a segment that is to be written from `first` on; the record before it was received at `not_before`.
    pub(super) fn begin(first: Position, not_before: Timestamp) -> Self {
        Self {
            first,
            not_before,
            keeps: Class::Input,
            salt: salt(),
            until: Position::START,
            version: VERSION,
        }
    }

    /// Of the file that will take the place of this one and hold no record of a lesser class than this.
    pub(super) fn keeping(self, keeps: Class) -> Self {
        Self {
            keeps,
            salt: salt(),
            version: VERSION,
            ..self
        }
    }

    /// Of the file that will take the place of this one and of its neighbours up to that one.
    pub(super) fn merged(self, last: &Self) -> Self {
        Self {
            until: last.first.max(last.until),
            ..self.keeping(self.keeps)
        }
    }

    /// How many bytes it takes.
    pub(super) const fn length(&self) -> u64 {
        length_of(self.version) as u64
    }

    pub(super) fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&number_of(self.keeps).to_le_bytes());
        bytes[16..24].copy_from_slice(&self.first.0.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.not_before.as_micros().to_le_bytes());
        bytes[32..40].copy_from_slice(&self.salt.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.until.0.to_le_bytes());
        let crc = crc32c(&bytes[..48]);
        bytes[48..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, HeaderFlaw> {
        if bytes.len() < SEGMENT_HEADER_BYTES_1 || bytes[..8] != MAGIC {
            return Err(HeaderFlaw::Damaged);
        }
        let version = u32_at(bytes, 8);
        let covered = length_of(version) - 4;
        if bytes.len() < covered + 4 || u32_at(bytes, covered) != crc32c(&bytes[..covered]) {
            return Err(HeaderFlaw::Damaged);
        }
        if version > VERSION {
            return Err(HeaderFlaw::Newer(version));
        }
        let keeps = class_of(u32_at(bytes, 12)).ok_or(HeaderFlaw::Damaged)?;
        Ok(Self {
            first: Position(u64_at(bytes, 16)),
            not_before: timestamp_at(bytes, 24),
            keeps,
            salt: u64_at(bytes, 32),
            until: if version == 1 {
                Position::START
            } else {
                Position(u64_at(bytes, 40))
            },
            version,
        })
    }

    /// What the checksum of a commit header at this offset begins with.
    pub(super) fn seed(&self, offset: u64) -> u32 {
        crc32c_append(crc32c(&self.salt.to_le_bytes()), &offset.to_le_bytes())
    }
}

/// The head of a commit: one write, whole or worthless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CommitHeader {
    /// Bytes of the records that follow.
    pub(super) length: u32,
    /// How many they are.
    pub(super) count: u32,
    /// The position of the last of them.
    pub(super) last: Position,
}

impl CommitHeader {
    /// Lays the header over the first bytes of `out`, which the records follow already.
    pub(super) fn write(self, out: &mut [u8], seed: u32) {
        out[4..8].copy_from_slice(&self.length.to_le_bytes());
        out[8..12].copy_from_slice(&self.count.to_le_bytes());
        out[12..20].copy_from_slice(&self.last.0.to_le_bytes());
        let crc = crc32c_append(seed, &out[4..COMMIT_HEADER_BYTES]);
        out[..4].copy_from_slice(&crc.to_le_bytes());
    }

    /// The header at the beginning of `bytes`; `None` when there is none.
    pub(super) fn read(bytes: &[u8], seed: u32) -> Option<Self> {
        let bytes = bytes.get(..COMMIT_HEADER_BYTES)?;
        let header = Self {
            length: u32_at(bytes, 4),
            count: u32_at(bytes, 8),
            last: Position(u64_at(bytes, 12)),
        };
        let sound = u32_at(bytes, 0) == crc32c_append(seed, &bytes[4..])
            && header.count > 0
            && u64::from(header.length) >= u64::from(header.count) * RECORD_HEADER_BYTES as u64
            && header.length as usize <= COMMIT_BYTES_LIMIT - COMMIT_HEADER_BYTES;
        sound.then_some(header)
    }

    /// Where the commit ends that begins at `offset`.
    pub(super) fn end(self, offset: u64) -> u64 {
        offset + COMMIT_HEADER_BYTES as u64 + u64::from(self.length)
    }
}

/// Appends one record.
pub(super) fn push_record(
    out: &mut Vec<u8>,
    position: Position,
    received_at: Timestamp,
    kind: u8,
    payload: &[u8],
) {
    let start = out.len();
    let length = u32::try_from(payload.len()).expect("settings keep records below 16 MiB");
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&position.0.to_le_bytes());
    out.extend_from_slice(&received_at.as_micros().to_le_bytes());
    out.push(kind);
    out.extend_from_slice(payload);
    let crc = crc32c(&out[start + 4..]);
    out[start..start + 4].copy_from_slice(&crc.to_le_bytes());
}

/// A record whose checksum is right and whose body is not decoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawRecord<'a> {
    /// Where in the file it begins.
    pub(super) offset: u64,
    pub(super) position: Position,
    pub(super) received_at: Timestamp,
    pub(super) kind: u8,
    pub(super) payload: &'a [u8],
}

impl RawRecord<'_> {
    pub(super) fn body(&self) -> Result<Body, CodecError> {
        Body::decode(Kind::from_number(self.kind)?, self.payload)
    }

    pub(super) fn class(&self) -> Result<Class, CodecError> {
        Class::of(Kind::from_number(self.kind)?, self.payload)
    }

    pub(super) fn decode(&self) -> Result<Record, CodecError> {
        Ok(Record {
            position: self.position,
            received_at: self.received_at,
            body: self.body()?,
        })
    }
}

/// What is wrong with the records of a commit, and where in the file.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) offset: u64,
    pub(super) detail: &'static str,
}

/// Walks over the records of one commit. After a flaw it ends.
#[derive(Debug)]
pub(super) struct Records<'a> {
    rest: &'a [u8],
    offset: u64,
    left: u32,
}

impl<'a> Records<'a> {
    /// The records in `body`, which stands at `offset` of the file.
    pub(super) const fn new(body: &'a [u8], offset: u64, count: u32) -> Self {
        Self {
            rest: body,
            offset,
            left: count,
        }
    }

    fn flaw(&mut self, detail: &'static str) -> Result<RawRecord<'a>, Flaw> {
        (self.left, self.rest) = (0, &[]);
        Err(Flaw {
            offset: self.offset,
            detail,
        })
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<RawRecord<'a>, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            let spare = !self.rest.is_empty();
            return spare.then(|| self.flaw("the commit holds more than its records"));
        }
        if self.rest.len() < RECORD_HEADER_BYTES {
            return Some(self.flaw("the commit holds fewer records than it says"));
        }
        let end = RECORD_HEADER_BYTES + u32_at(self.rest, 4) as usize;
        if self.rest.len() < end {
            return Some(self.flaw("the record is longer than its commit"));
        }
        let (bytes, rest) = self.rest.split_at(end);
        if u32_at(bytes, 0) != crc32c(&bytes[4..]) {
            return Some(self.flaw("the checksum does not fit"));
        }
        let raw = RawRecord {
            offset: self.offset,
            position: Position(u64_at(bytes, 8)),
            received_at: timestamp_at(bytes, 16),
            kind: bytes[24],
            payload: &bytes[RECORD_HEADER_BYTES..],
        };
        self.rest = rest;
        self.offset += end as u64;
        self.left -= 1;
        Some(Ok(raw))
    }
}

const fn length_of(version: u32) -> usize {
    if version == 1 {
        SEGMENT_HEADER_BYTES_1
    } else {
        SEGMENT_HEADER_BYTES
    }
}

/// What a segment keeps, as its header says it. Version 1 knew 0 and 1 only, with the same meaning.
const fn number_of(keeps: Class) -> u32 {
    match keeps {
        Class::Input => 0,
        Class::Alarm => 1,
        Class::Result => 2,
        Class::Decision => 3,
    }
}

fn class_of(number: u32) -> Option<Class> {
    let all = [Class::Input, Class::Result, Class::Alarm, Class::Decision];
    all.into_iter().find(|class| number_of(*class) == number)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

fn timestamp_at(bytes: &[u8], at: usize) -> Timestamp {
    Timestamp::from_micros(i64::from_le_bytes(
        bytes[at..at + 8].try_into().expect("eight bytes"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(salt: u64) -> SegmentHeader {
        SegmentHeader {
            first: Position(7),
            not_before: Timestamp::from_secs(9),
            keeps: Class::Result,
            salt,
            until: Position(8),
            version: VERSION,
        }
    }

    fn commit(offset: u64) -> Vec<u8> {
        let mut out = vec![0; COMMIT_HEADER_BYTES];
        push_record(&mut out, Position(7), Timestamp::from_secs(9), 0, b"");
        push_record(&mut out, Position(9), Timestamp::from_secs(10), 0, b"more");
        let commit = CommitHeader {
            length: u32::try_from(out.len() - COMMIT_HEADER_BYTES).expect("short"),
            count: 2,
            last: Position(9),
        };
        commit.write(&mut out, header(1).seed(offset));
        out
    }

    #[test]
    fn a_segment_header_survives_its_bytes() {
        let header = header(3);
        assert_eq!(SegmentHeader::decode(&header.encode()), Ok(header));
        assert_eq!(
            SegmentHeader::decode(&header.encode()[..51]),
            Err(HeaderFlaw::Damaged)
        );
    }

    #[test]
    fn a_segment_of_a_newer_program_is_told_from_a_damaged_one() {
        let mut bytes = header(3).encode();
        bytes[8] = 3;
        assert_eq!(SegmentHeader::decode(&bytes), Err(HeaderFlaw::Damaged));
        let crc = crc32c(&bytes[..48]);
        bytes[48..].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(SegmentHeader::decode(&bytes), Err(HeaderFlaw::Newer(3)));
    }

    #[test]
    fn a_commit_is_found_only_in_its_own_file_at_its_own_place() {
        let bytes = commit(44);
        let found = CommitHeader::read(&bytes, header(1).seed(44)).expect("there it is");
        assert_eq!((found.count, found.last), (2, Position(9)));
        assert_eq!(found.end(44), 44 + bytes.len() as u64);
        assert!(CommitHeader::read(&bytes, header(1).seed(45)).is_none());
        assert!(CommitHeader::read(&bytes, header(2).seed(44)).is_none());
    }

    proptest! {
        #[test]
        fn every_flipped_bit_is_noticed(bit in 0..commit(44).len() * 8) {
            let mut bytes = commit(44);
            bytes[bit / 8] ^= 1 << (bit % 8);
            let whole = CommitHeader::read(&bytes, header(1).seed(44)).is_some_and(|found| {
                Records::new(&bytes[COMMIT_HEADER_BYTES..], 64, found.count).all(|raw| raw.is_ok())
            });
            prop_assert!(!whole);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), count in 0_u32..5) {
            let _may_fail = SegmentHeader::decode(&bytes);
            let _may_be_none = CommitHeader::read(&bytes, 1);
            let _may_be_flawed = Records::new(&bytes, 0, count).count();
        }
    }
}
