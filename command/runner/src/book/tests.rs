use std::fs;

use tempfile::TempDir;
use yiping_log::{CityClock, DiskLog, Log as _};
use yiping_model::{Act, AlarmId, Body, Decision, Timestamp};

use super::*;
use crate::offline::verify;

struct Desk {
    dir: TempDir,
    log: LogId,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let log = DiskLog::open(
            &dir.path().join("log"),
            yiping_log::disk::Settings::default(),
            CityClock::driven,
        );
        let log = log.expect("a log").id();
        Self { dir, log }
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("ledger")
    }

    fn open(&self) -> Result<Book, LedgerError> {
        Book::open(&self.folder(), self.log, Algorithm::Sha256)
    }

    fn text(&self) -> Vec<u8> {
        fs::read(self.folder().join(LINES)).expect("there is a ledger")
    }

    fn put(&self, text: &[u8]) {
        fs::write(self.folder().join(LINES), text).expect("writes");
    }

    /// A book that holds what was decided at positions 1 to `last`.
    fn with(&self, last: u64) -> Book {
        let mut book = self.open().expect("opens");
        book.take(&(1..=last).map(decided).collect::<Vec<_>>())
            .expect("takes");
        book.keep().expect("keeps");
        book
    }
}

fn decided(position: u64) -> Record {
    Record {
        position: Position(position),
        received_at: Timestamp::from_secs(position.cast_signed()),
        body: Body::Decision(Decision {
            person: None,
            seat: "1号席".into(),
            act: Act::Acknowledge {
                alarm: AlarmId::parse("0123456789abcdef0123456789abcdef").expect("valid"),
                note: String::new(),
                seen: None,
            },
        }),
    }
}

#[test]
fn a_book_goes_on_where_it_was_closed() {
    let desk = Desk::new();
    let head = desk.with(3).head();
    let mut book = desk.open().expect("opens");
    assert_eq!((book.head(), book.position()), (head, Position(3)));
    book.take(&[decided(9)]).expect("takes");
    book.keep().expect("keeps");
    let verified = verify(&desk.folder(), Some(head), None).expect("right");
    assert_eq!(
        (verified.head, verified.saved),
        (book.head(), Some(book.head()))
    );
    assert_eq!((verified.head.n, verified.log), (4, desk.log.to_string()));
}

#[test]
fn what_it_looked_at_and_held_no_decision_is_not_read_again() {
    let desk = Desk::new();
    let mut book = desk.with(2);
    book.pass(Position(70));
    book.keep().expect("keeps");
    assert_eq!(desk.open().expect("opens").position(), Position(70));
}

/// At every byte at which a crash can cut what was not yet told: the ledger opens, and holds each decision once.
#[test]
fn what_a_crash_cut_is_taken_from_the_log_again() {
    let desk = Desk::new();
    drop(desk.with(2));
    let told = desk.text();
    let head = fs::read(desk.folder().join(HEAD)).expect("saved");
    let whole = {
        let mut book = desk.open().expect("opens");
        book.take(&[decided(3), decided(4)]).expect("takes");
        book.keep().expect("keeps");
        desk.text()
    };
    for cut in told.len()..=whole.len() {
        desk.put(&whole[..cut]);
        fs::write(desk.folder().join(HEAD), &head).expect("writes");
        let mut book = desk.open().expect("opens after a crash");
        let from = book.position().0;
        book.take(&(from + 1..=4).map(decided).collect::<Vec<_>>())
            .expect("takes");
        book.keep().expect("keeps");
        assert_eq!(desk.text(), whole, "cut at byte {cut}");
    }
}

#[test]
fn a_crash_before_the_first_line_is_whole_begins_anew() {
    let desk = Desk::new();
    drop(desk.with(0));
    let whole = desk.text();
    fs::remove_file(desk.folder().join(HEAD)).expect("removes");
    for cut in 0..whole.len() {
        desk.put(&whole[..cut]);
        let book = desk.open().expect("begins anew");
        assert_eq!(desk.text(), whole);
        drop(book);
        fs::remove_file(desk.folder().join(HEAD)).expect("removes");
    }
}

#[test]
fn a_changed_ledger_is_not_gone_on_with() {
    let desk = Desk::new();
    drop(desk.with(3));
    let whole = desk.text();
    for at in 0..whole.len() {
        let mut text = whole.clone();
        text[at] ^= 1;
        desk.put(&text);
        let (opened, verified) = (desk.open(), verify(&desk.folder(), None, None));
        assert!(opened.is_err(), "byte {at}");
        assert!(verified.is_err(), "byte {at}");
        assert_eq!(desk.text(), text, "evidence stays as it was found");
    }
}

#[test]
fn a_ledger_without_its_last_entries_is_not_gone_on_with() {
    let desk = Desk::new();
    drop(desk.with(3));
    let whole = desk.text();
    let last = whole[..whole.len() - 1]
        .iter()
        .rposition(|byte| *byte == b'\n');
    desk.put(&whole[..=last.expect("several lines")]);
    let error = desk.open().expect_err("an entry is missing").to_string();
    assert!(
        error.contains("entry 3") && error.contains("ends before it"),
        "{error}"
    );
}

#[test]
fn a_ledger_of_another_log_is_refused() {
    let (desk, other) = (Desk::new(), Desk::new());
    drop(desk.with(1));
    let opened = Book::open(&desk.folder(), other.log, Algorithm::Sha256);
    assert!(matches!(opened, Err(LedgerError::OtherLog { .. })));
}

#[test]
fn a_folder_without_a_ledger_says_so() {
    let desk = Desk::new();
    let error = verify(&desk.folder(), None, None).expect_err("none");
    assert!(matches!(error, LedgerError::None { .. }));
}
