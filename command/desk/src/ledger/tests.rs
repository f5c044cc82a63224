use proptest::prelude::*;
use yiping_model::{
    Act, AlarmChange, AlarmId, Body, Decision, Level, Message, Notice, NoticeCause, NoticeId,
    NoticeStep, Position, Record, Timestamp,
};

use super::*;

const ENTRIES: u64 = 40;

fn decided(position: u64) -> Record {
    Record {
        position: Position(position),
        received_at: Timestamp::from_secs(1_770_000_000 + position.cast_signed()),
        body: Body::Decision(Decision {
            person: None,
            seat: "1号席".into(),
            act: Act::Acknowledge {
                alarm: AlarmId::parse("0123456789abcdef0123456789abcdef").expect("valid"),
                note: format!("line\nfeed {position}"),
                seen: None,
            },
        }),
    }
}

fn notice(step: NoticeStep) -> Record {
    let notice = NoticeId::of(&["x"]);
    Record {
        body: Body::Notice(Notice { notice, step }),
        ..decided(3)
    }
}

#[test]
fn a_notice_stands_there_queued_delivered_and_given_up_but_not_its_failures() {
    let queued = |cause| {
        notice(NoticeStep::Queued(Box::new(Message {
            channel: "duty".into(),
            cause,
            not_before: None,
            title: "t".into(),
            text: "x".into(),
        })))
    };
    let alarm = queued(NoticeCause::Alarm {
        route: "r".into(),
        alarm: AlarmId::parse("0123456789abcdef0123456789abcdef").expect("valid"),
        change: AlarmChange::Raised,
        level: Level::Red,
    });
    let test = queued(NoticeCause::Test {
        person: Some("zhang.wei".into()),
        seat: "1号席".into(),
    });
    let delivered = notice(NoticeStep::Delivered {
        attempt: 1,
        answer: "ok".into(),
    });
    let given_up = notice(NoticeStep::GivenUp {
        attempts: 9,
        reason: "500".into(),
    });
    let failed = notice(NoticeStep::Failed {
        attempt: 1,
        reason: "500".into(),
        next: Timestamp::from_secs(1),
    });
    let person = By::Person {
        name: "zhang.wei".into(),
        seat: "1号席".into(),
    };
    for (record, by) in [
        (&alarm, &By::Engine),
        (&test, &person),
        (&delivered, &By::Engine),
        (&given_up, &By::Engine),
    ] {
        let entry = Entry::of(record, 1).expect("an entry");
        assert_eq!(entry.by, *by);
        let line = serde_json::to_string(&entry).expect("JSON");
        let read: Entry<'_> = serde_json::from_str(&line).expect("the same");
        assert_eq!(read, entry);
    }
    assert_eq!(Entry::of(&failed, 1), None);
}

/// The lines of a ledger with so many entries, and its head.
fn ledger(algorithm: Algorithm, entries: u64) -> (Vec<Vec<u8>>, Head) {
    let mut text = Vec::new();
    let mut chain = Chain::begin(algorithm, "0011223344556677".into(), &mut text).expect("JSON");
    for n in 1..=entries {
        assert!(chain.take(&decided(7 * n), &mut text).expect("JSON"));
    }
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    (lines.map(<[u8]>::to_vec).collect(), chain.head())
}

fn check(text: &[u8], published: Option<Head>) -> Result<Head, Broken> {
    let mut checker = Checker::new(published);
    for piece in text.chunks(97) {
        checker.take(piece)?;
    }
    checker.finish()
}

fn first_wrong(lines: &[Vec<u8>], published: Head) -> Option<u64> {
    check(&lines.concat(), Some(published))
        .err()
        .map(|broken| broken.n)
}

/// FIPS 180-4 and GB/T 32905-2016 give the digest of "abc"; the 32 bytes before it are not there, so the pieces are joined by hand.
#[test]
fn digests_are_those_of_the_standards() {
    use sha2::Digest as _;
    let sha256 = |bytes: &[u8]| Digest(sha2::Sha256::digest(bytes).into());
    let sm3 = |bytes: &[u8]| Digest(sm3::Sm3::digest(bytes).into());
    assert_eq!(
        sha256(b"abc").to_string(),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(
        sm3(b"abc").to_string(),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
    let joined = [&[0_u8; 32][..], b"abc"].concat();
    let digest = |algorithm: Algorithm| algorithm.digest(Digest::ZERO, b"abc");
    assert_eq!(digest(Algorithm::Sha256), sha256(&joined));
    assert_eq!(digest(Algorithm::Sm3), sm3(&joined));
}

#[test]
fn a_ledger_that_nobody_touched_is_right() {
    for algorithm in [Algorithm::Sha256, Algorithm::Sm3] {
        let (lines, head) = ledger(algorithm, ENTRIES);
        assert_eq!(check(&lines.concat(), Some(head)), Ok(head));
        assert_eq!(head.n, ENTRIES);
    }
}

#[test]
fn entries_read_back_as_the_records_that_made_them() {
    let (lines, _) = ledger(Algorithm::Sha256, 3);
    for (n, line) in (1..).zip(&lines[1..]) {
        let (_, entry) = Entry::read(line).expect("an entry");
        assert_eq!(Some(entry), Entry::of(&decided(7 * n), n));
    }
}

#[test]
fn a_chain_goes_on_after_its_head() {
    let (lines, head) = ledger(Algorithm::Sm3, 3);
    let mut text = lines.concat();
    let mut chain = Chain::after(Algorithm::Sm3, head);
    chain.take(&decided(99), &mut text).expect("JSON");
    assert_eq!(check(&text, Some(head)), Ok(chain.head()));
}

#[test]
fn what_decides_nothing_is_no_entry() {
    let mut tick = decided(1);
    tick.body = Body::Tick;
    assert_eq!(Entry::of(&tick, 1), None);
}

#[test]
fn a_ledger_written_anew_is_not_the_published_one() {
    let (_, published) = ledger(Algorithm::Sha256, 5);
    let (mut lines, _) = ledger(Algorithm::Sha256, 4);
    let head = check(&lines.concat(), None).expect("right").digest;
    let mut forged = Vec::new();
    let mut chain = Chain::after(Algorithm::Sha256, Head { n: 4, digest: head });
    chain.take(&decided(1), &mut forged).expect("JSON");
    lines.push(forged);
    let broken = check(&lines.concat(), Some(published)).expect_err("forged");
    assert!(matches!(broken.fault, Fault::Head { .. }), "{broken}");
    assert_eq!(broken.n, 5);
}

#[test]
fn an_empty_file_is_no_ledger() {
    let broken = check(b"", None).expect_err("no opening");
    assert_eq!((broken.n, broken.fault), (0, Fault::Missing));
}

proptest! {
    #[test]
    fn a_changed_byte_is_found_in_its_line(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let (lines, head) = ledger(Algorithm::Sha256, ENTRIES);
        let mut text = lines.concat();
        let at = at.index(text.len());
        prop_assume!(text[at] != to);
        let line = memchr::memchr_iter(b'\n', &text[..at]).count() as u64;
        text[at] = to;
        prop_assert_eq!(check(&text, Some(head)).expect_err("changed").n, line);
    }

    #[test]
    fn a_cut_entry_is_the_first_wrong_one(n in 0..=ENTRIES) {
        let (mut lines, head) = ledger(Algorithm::Sha256, ENTRIES);
        lines.remove(n as usize);
        prop_assert_eq!(first_wrong(&lines, head), Some(n));
    }

    #[test]
    fn swapped_entries_are_found_at_the_first(a in 0..=ENTRIES, b in 0..=ENTRIES) {
        prop_assume!(a != b);
        let (mut lines, head) = ledger(Algorithm::Sha256, ENTRIES);
        lines.swap(a as usize, b as usize);
        prop_assert_eq!(first_wrong(&lines, head), Some(a.min(b)));
    }

    #[test]
    fn an_inserted_entry_is_found_where_it_stands(from in 0..=ENTRIES, at in 0..=ENTRIES) {
        let (mut lines, head) = ledger(Algorithm::Sha256, ENTRIES);
        let copy = lines[from as usize].clone();
        lines.insert(at as usize, copy);
        // A copy before the original is found where it stands; behind itself it leaves the original whole.
        let wrong = if at == from { at + 1 } else { at };
        prop_assert_eq!(first_wrong(&lines, head), Some(wrong));
    }

    #[test]
    fn an_entry_under_its_right_number_but_without_its_digest_is_found(n in 1..=ENTRIES) {
        let (mut lines, head) = ledger(Algorithm::Sha256, ENTRIES);
        let mut forged = Vec::new();
        let mut chain = Chain::after(Algorithm::Sha256, Head { n: n - 1, digest: Digest::ZERO });
        chain.take(&decided(3), &mut forged).expect("JSON");
        lines.insert(n as usize, forged);
        prop_assert_eq!(first_wrong(&lines, head), Some(n));
    }

    #[test]
    fn how_it_is_cut_into_pieces_does_not_matter(size in 1_usize..400) {
        let (lines, head) = ledger(Algorithm::Sha256, 6);
        let mut checker = Checker::new(Some(head));
        for piece in lines.concat().chunks(size) {
            checker.take(piece).expect("right");
        }
        prop_assert_eq!(checker.finish(), Ok(head));
    }
}
