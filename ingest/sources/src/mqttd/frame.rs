//! Where a packet ends, and the packet that comes by the million, read where it lies.
//!
//! The frame is found first, so that nothing ever reads half a packet. A PUBLISH of `QoS` 0 or 1 without properties is then read without
//! copying a byte; every other packet, and everything malformed, is left to the codec (`super::codec`), against which the tests hold this file.

use super::codec::Version;

const PUBLISH: u8 = 0x30;
const LENGTH_BYTES_MAX: usize = 4;

/// Where the first packet of some bytes ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// Bytes before the body: type, flags and length.
    pub(super) head: usize,
    /// All bytes of the packet.
    pub(super) length: usize,
}

/// Why no packet can begin so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FrameError {
    /// The length has more than four bytes.
    #[error("the length of the packet has more than four bytes")]
    Length,
    /// The packet is larger than the limit.
    #[error("the packet has {0} bytes, the limit is {1}")]
    TooLarge(usize, usize),
}

/// The first packet of these bytes, if all of it is there. One that is too large is refused as soon as its length is known.
pub(super) fn whole(bytes: &[u8], packet_bytes_max: usize) -> Result<Option<Frame>, FrameError> {
    let begun = begun(bytes, packet_bytes_max)?;
    Ok(begun.filter(|frame| bytes.len() >= frame.length))
}

/// The first packet of these bytes, once its length is there.
pub(super) fn begun(bytes: &[u8], packet_bytes_max: usize) -> Result<Option<Frame>, FrameError> {
    let mut body = 0_usize;
    for at in 0..LENGTH_BYTES_MAX {
        let Some(&byte) = bytes.get(1 + at) else {
            return Ok(None);
        };
        body |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            let head = at + 2;
            let length = head + body;
            if length > packet_bytes_max {
                return Err(FrameError::TooLarge(length, packet_bytes_max));
            }
            return Ok(Some(Frame { head, length }));
        }
    }
    Err(FrameError::Length)
}

/// A message in its packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) topic: &'a str,
    /// What to acknowledge; `None` at `QoS` 0.
    pub(super) packet_id: Option<u16>,
    pub(super) payload: &'a [u8],
}

/// The message of a whole packet, when the packet is a PUBLISH of the plain form.
pub(super) fn message(packet: &[u8], head: usize, version: Version) -> Option<Message<'_>> {
    let (first, body) = (packet.first()?, packet.get(head..)?);
    if first & 0xf0 != PUBLISH {
        return None;
    }
    let (length, body) = body.split_first_chunk::<2>()?;
    let (topic, mut body) = body.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let topic = std::str::from_utf8(topic).ok()?;
    if topic.is_empty() {
        return None;
    }
    let packet_id = match (first >> 1) & 0b11 {
        0 => None,
        1 => {
            let (id, rest) = body.split_first_chunk::<2>()?;
            body = rest;
            Some(u16::from_be_bytes(*id)).filter(|id| *id != 0)?.into()
        }
        _ => return None,
    };
    let payload = match version {
        Version::V311 => body,
        Version::V5 => body.strip_prefix(&[0])?,
    };
    Some(Message {
        topic,
        packet_id,
        payload,
    })
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use proptest::prelude::*;

    use super::super::codec::{Codec, Packet};
    use super::*;

    const LIMIT: usize = 1 << 20;

    fn framed(first: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first];
        let mut rest = body.len();
        loop {
            let more = rest > 0x7f;
            bytes.push((rest & 0x7f) as u8 | if more { 0x80 } else { 0 });
            rest >>= 7;
            if !more {
                break;
            }
        }
        bytes.extend_from_slice(body);
        bytes
    }

    /// What the codec makes of a whole packet, as the plain form would say it.
    fn by_codec(packet: &[u8], version: Version) -> Option<(String, Option<u16>, Vec<u8>)> {
        let read = Codec::new(version).read(BytesMut::from(packet)).ok()?;
        let Packet::Publish(read) = read else {
            return None;
        };
        (read.qos <= 1 && !read.alias && !read.topic.is_empty())
            .then(|| (read.topic.clone(), read.packet_id, read.payload.to_vec()))
    }

    #[test]
    fn a_packet_is_whole_with_its_last_byte_and_not_before() {
        for size in [0, 1, 127, 128, 16_383, 16_384] {
            let bytes = framed(0x30, &vec![7; size]);
            for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
                assert_eq!(whole(&bytes[..cut], LIMIT), Ok(None), "{size} {cut}");
            }
            let head = bytes.len() - size;
            let length = bytes.len();
            let glued = [bytes.as_slice(), &[1, 2, 3]].concat();
            assert_eq!(whole(&glued, LIMIT), Ok(Some(Frame { head, length })));
        }
    }

    #[test]
    fn a_packet_beyond_the_limit_is_refused_before_it_has_come() {
        assert_eq!(whole(&[0x30, 99], 100), Err(FrameError::TooLarge(101, 100)));
        assert_eq!(whole(&[0x30, 98], 100), Ok(None));
        let endless = [0x30, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(whole(&endless, usize::MAX), Err(FrameError::Length));
    }

    proptest! {
        #[test]
        fn the_plain_form_is_what_the_codec_reads(
            flags in 0_u8..16, topic in "[a-z衢/]{0,9}", id in any::<u16>(), properties in prop::option::of(prop::collection::vec(any::<u8>(), 0..9)),
            payload in prop::collection::vec(any::<u8>(), 0..300), cut in 0_usize..400,
        ) {
            for version in [Version::V311, Version::V5] {
                let mut body = (topic.len() as u16).to_be_bytes().to_vec();
                body.extend_from_slice(topic.as_bytes());
                if flags & 0b110 != 0 {
                    body.extend_from_slice(&id.to_be_bytes());
                }
                if version == Version::V5 {
                    let properties = properties.clone().unwrap_or_default();
                    body.push(properties.len() as u8);
                    body.extend_from_slice(&properties);
                }
                body.extend_from_slice(&payload);
                body.truncate(cut);
                let bytes = framed(PUBLISH | flags, &body);
                let frame = whole(&bytes, LIMIT).expect("small").expect("whole");
                let plain = message(&bytes, frame.head, version)
                    .map(|read| (read.topic.to_owned(), read.packet_id, read.payload.to_vec()));
                let read = by_codec(&bytes, version);
                if plain.is_some() {
                    prop_assert_eq!(&plain, &read);
                } else if version == Version::V311 {
                    prop_assert_eq!(read, None);
                }
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), first in any::<u8>()) {
            for version in [Version::V311, Version::V5] {
                let whole_anyhow = framed(first, &bytes);
                for bytes in [bytes.as_slice(), &whole_anyhow] {
                    if let Ok(Some(frame)) = whole(bytes, LIMIT) {
                        let packet = &bytes[..frame.length];
                        let _may_fail = message(packet, frame.head, version);
                        let _may_fail = Codec::new(version).read(BytesMut::from(packet)).is_ok();
                    }
                }
            }
        }

        #[test]
        fn arbitrary_hellos_never_panic(level in 3_u8..6, rest in prop::collection::vec(any::<u8>(), 0..120)) {
            let mut body = b"\0\x04MQTT".to_vec();
            body.push(level);
            body.extend_from_slice(&rest);
            let packet = framed(0x10, &body);
            for version in [Version::V311, Version::V5] {
                let _may_fail = Codec::new(version).read(BytesMut::from(packet.as_slice())).is_ok();
            }
        }
    }
}
