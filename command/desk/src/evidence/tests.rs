//! Real pictures, made by a browser's encoders, with what cameras write put into them.

use proptest::prelude::*;

use super::*;

const JPEG: &[u8] = include_bytes!("../../testdata/small.jpg");
const PNG: &[u8] = include_bytes!("../../testdata/small.png");
const WEBP: &[u8] = include_bytes!("../../testdata/small.webp");
/// What must not be found in what is kept.
const SECRET: &[u8] = b"N 28 58 12.0 E 118 52 30.0 SN-0042";

fn kept(bytes: &[u8]) -> Photograph {
    Photograph::of(bytes).expect("a photograph")
}

fn tells(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, SECRET).is_some()
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let mut segment = vec![0xFF, marker];
    segment.extend((body.len() as u16 + 2).to_be_bytes());
    segment.extend(body);
    segment
}

/// An Exif as a camera writes it: orientation, and a place beside it.
fn exif(order: &[u8], side: u16) -> Vec<u8> {
    let little = order == b"II";
    let short = |number: u16| {
        if little {
            number.to_le_bytes()
        } else {
            number.to_be_bytes()
        }
    };
    let long = |number: u32| {
        if little {
            number.to_le_bytes()
        } else {
            number.to_be_bytes()
        }
    };
    let mut exif = b"Exif\0\0".to_vec();
    exif.extend(order);
    exif.extend(short(42));
    exif.extend(long(8));
    exif.extend(short(2));
    for (tag, value) in [(0x010E, 0), (0x0112, side)] {
        exif.extend(short(tag));
        exif.extend(short(3));
        exif.extend(long(1));
        exif.extend(short(value));
        exif.extend([0, 0]);
    }
    exif.extend(long(0));
    exif.extend(SECRET);
    exif
}

fn after_start(more: &[u8]) -> Vec<u8> {
    [&JPEG[..2], more, &JPEG[2..]].concat()
}

/// A PNG chunk; nobody looks at its check sum.
fn chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let mut chunk = (body.len() as u32).to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(body);
    chunk.extend([0; 4]);
    chunk
}

fn riff(chunks: &[u8]) -> Vec<u8> {
    let mut file = b"RIFF".to_vec();
    file.extend((chunks.len() as u32 + 4).to_le_bytes());
    file.extend(b"WEBP");
    file.extend(chunks);
    file
}

fn riff_chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let mut chunk = kind.to_vec();
    chunk.extend((body.len() as u32).to_le_bytes());
    chunk.extend(body);
    if body.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}

#[test]
fn a_picture_from_an_encoder_is_kept_as_it_is() {
    for (bytes, media) in [(JPEG, Media::Jpeg), (PNG, Media::Png), (WEBP, Media::Webp)] {
        let photograph = kept(bytes);
        assert_eq!(photograph.media, media);
        assert_eq!(
            kept(&photograph.bytes),
            photograph,
            "{media:?}: cleaned twice is cleaned once"
        );
        assert_eq!(photograph.digest, digest_of(&photograph.bytes));
        assert!(is_digest(&photograph.digest));
    }
    // What the phone sends it knows by the digest that it made itself.
    assert_eq!(kept(JPEG).bytes, JPEG);
}

#[test]
fn what_a_camera_says_beside_a_jpeg_is_left_out() {
    let plain = kept(JPEG);
    for told in [
        segment(0xE1, &exif(b"MM", 1)),
        segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat()),
        segment(0xED, SECRET),
        segment(0xFE, SECRET),
        segment(0xE0, &[b"JFXX\0", SECRET].concat()),
        segment(0xE2, &[b"MPF\0", SECRET].concat()),
    ] {
        let photograph = kept(&after_start(&told));
        assert_eq!(photograph, plain, "{told:x?}");
    }
    // A film, or a second picture, behind the end of the first.
    assert_eq!(kept(&[JPEG, JPEG, SECRET].concat()), plain);
}

#[test]
fn which_side_is_up_is_kept() {
    for order in [b"MM", b"II"] {
        let photograph = kept(&after_start(&segment(0xE1, &exif(order, 6))));
        assert!(!tells(&photograph.bytes));
        assert_ne!(photograph, kept(JPEG));
        assert_eq!(kept(&photograph.bytes), photograph);
        assert_eq!(photograph.bytes.len(), JPEG.len() + 36);
        let both = kept(&after_start(&segment(0xE1, &exif(b"MM", 6))));
        assert_eq!(photograph, both, "in either order of bytes");
    }
    assert_eq!(
        kept(&after_start(&segment(0xE1, &exif(b"MM", 99)))),
        kept(JPEG)
    );
}

#[test]
fn what_is_said_beside_a_png_is_left_out() {
    let plain = kept(PNG);
    let head = 8 + 25;
    for kind in [b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME", b"prVt"] {
        let told = [&PNG[..head], &chunk(kind, SECRET), &PNG[head..]].concat();
        assert_eq!(kept(&told), plain);
    }
    assert_eq!(kept(&[PNG, SECRET].concat()), plain);
    let moving = [&PNG[..head], &chunk(b"acTL", &[0; 8]), &PNG[head..]].concat();
    assert_eq!(Photograph::of(&moving), Err(NoPhotograph::Moving));
}

#[test]
fn what_is_said_beside_a_webp_is_left_out() {
    // An extended file: its head says that it has Exif and XMP.
    let head = |flags: u8| riff_chunk(b"VP8X", &[flags, 0, 0, 0, 23, 0, 0, 15, 0, 0]);
    let picture = kept(WEBP).bytes[12..].to_vec();
    let picture = if picture.starts_with(b"VP8X") {
        picture[18..].to_vec()
    } else {
        picture
    };
    let plain = kept(&riff(&[head(0), picture.clone()].concat()));
    let told = [
        head(0x0C),
        picture,
        riff_chunk(b"EXIF", SECRET),
        riff_chunk(b"XMP ", SECRET),
        riff_chunk(b"who?", SECRET),
    ];
    assert_eq!(kept(&riff(&told.concat())), plain);
    assert_eq!(
        kept(&[riff(&told.concat()), SECRET.to_vec()].concat()),
        plain
    );
    let moving = riff(&[head(0x02), riff_chunk(b"ANIM", &[0; 6])].concat());
    assert_eq!(Photograph::of(&moving), Err(NoPhotograph::Moving));
}

#[test]
fn what_is_no_photograph_is_named() {
    for bytes in [
        &b""[..],
        b"<svg onload=alert(1)>",
        b"GIF89a",
        b"%PDF-1.7",
        b"RIFF1234WAVE",
    ] {
        assert_eq!(Photograph::of(bytes), Err(NoPhotograph::Unknown));
    }
    for whole in [JPEG, PNG, WEBP] {
        for end in [20, whole.len() / 2, whole.len() - 3] {
            assert!(Photograph::of(&whole[..end]).is_err(), "cut at {end}");
        }
    }
    for digest in ["", "../../etc/passwd", &"A".repeat(64), &"a".repeat(63)] {
        assert!(!is_digest(digest));
    }
}

proptest! {
    #[test]
    fn no_bytes_break_it_and_what_is_kept_is_kept_as_it_is(
        whole in prop::sample::select(vec![JPEG, PNG, WEBP]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        more in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut bytes = whole.to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.extend(more);
        if let Ok(photograph) = Photograph::of(&bytes) {
            prop_assert_eq!(Photograph::of(&photograph.bytes), Ok(photograph));
        }
    }

    #[test]
    fn nothing_that_is_put_between_the_segments_of_a_jpeg_comes_through(
        marker in prop::sample::select(vec![0xE1_u8, 0xE3, 0xE5, 0xEB, 0xED, 0xEF, 0xFE]),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        prop_assume!(!body.starts_with(b"Exif\0\0"));
        prop_assert_eq!(kept(&after_start(&segment(marker, &body))), kept(JPEG));
    }
}
