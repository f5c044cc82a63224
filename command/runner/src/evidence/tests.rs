//! Photographs on a disk: kept once, over crashes, up to the limit; and checked against the ledger.

use std::collections::BTreeSet;

use tempfile::TempDir;
use tokio::sync::watch;
use yiping_desk::people::Standing;
use yiping_desk::rights::{Role, Scope};
use yiping_log::CityClock;
use yiping_log::memory::MemoryLog;
use yiping_model::{Position, Timestamp};

use super::*;

const PNG: &[u8] = include_bytes!("../../../desk/testdata/small.png");

/// A photograph of its own: the size of a pixel is another one.
pub(crate) fn photograph(number: u8) -> Vec<u8> {
    let (head, rest) = PNG.split_at(33);
    let size = [
        0, 0, 0, 9, b'p', b'H', b'Y', b's', 0, 0, 1, number, 0, 0, 1, number, 1, 0, 0, 0, 0,
    ];
    [head, &size, rest].concat()
}

fn who(name: &str) -> Who {
    Who {
        person: Some(name.into()),
        display: name.into(),
        roles: BTreeSet::from([Role::Field]),
        scope: Scope::default(),
        seat: String::new(),
        must_change: false,
        second: Standing::Off,
    }
}

struct Room {
    folder: TempDir,
    log: Arc<MemoryLog>,
}

impl Room {
    fn new() -> Self {
        let clock = CityClock::driven(Timestamp::from_secs(1));
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            log: Arc::new(MemoryLog::new(clock)),
        }
    }

    fn open(&self, total_bytes_max: u64) -> Evidence {
        let settings = Settings {
            total_bytes_max,
            ..Settings::default()
        };
        let log = Arc::clone(&self.log) as Arc<dyn Log>;
        Evidence::open(self.folder.path(), log, settings).expect("a folder")
    }

    async fn told(&self) -> Vec<(Option<String>, String)> {
        let records = self
            .log
            .read(Position::START, 1_000)
            .await
            .expect("readable");
        let told = records.iter().filter_map(|record| match &record.body {
            Body::Decision(Decision {
                person,
                act: Act::KeepPhoto { digest, .. },
                ..
            }) => Some((person.clone(), digest.clone())),
            _ => None,
        });
        told.collect()
    }

    /// Writes the ledger of what the log holds.
    async fn ledger(&self) -> PathBuf {
        let folder = self.folder.path().join("ledger");
        let (stop, stopped) = watch::channel(false);
        let (moves, mut at) = watch::channel(crate::Progress::default());
        let log = Arc::clone(&self.log) as Arc<dyn Log>;
        let keep = crate::follow(
            log,
            folder.clone(),
            crate::Settings::default(),
            stopped,
            moves,
        );
        let keep = tokio::spawn(keep);
        let end = *self.log.end().borrow();
        at.wait_for(|at| at.position >= end)
            .await
            .expect("it follows");
        stop.send_replace(true);
        keep.await.expect("it ends");
        folder
    }
}

#[tokio::test]
async fn a_photograph_is_kept_once_and_said_once() {
    let room = Room::new();
    let evidence = room.open(u64::MAX);
    let first = evidence
        .keep(&who("li"), photograph(1))
        .await
        .expect("kept");
    assert!(!first.again && evidence.holds(&first.photograph.digest));
    let again = evidence
        .keep(&who("li"), photograph(1))
        .await
        .expect("kept");
    assert!(again.again);
    let other = evidence
        .keep(&who("li"), photograph(2))
        .await
        .expect("kept");
    assert_ne!(other.photograph.digest, first.photograph.digest);
    let reopened = room.open(u64::MAX);
    let (media, bytes) = reopened
        .read(&first.photograph.digest)
        .await
        .expect("readable")
        .expect("here");
    assert_eq!((media, bytes), (Media::Png, photograph(1)));
    assert!(
        reopened
            .keep(&who("wang"), photograph(2))
            .await
            .expect("kept")
            .again
    );
    let digests =
        [&first, &other].map(|kept| (Some("li".to_owned()), kept.photograph.digest.to_string()));
    assert_eq!(room.told().await, digests);
}

#[tokio::test]
async fn many_at_once_are_one() {
    let room = Room::new();
    let evidence = room.open(u64::MAX);
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let evidence = evidence.clone();
            tokio::spawn(async move { evidence.keep(&who("li"), photograph(number % 4)).await })
        })
        .collect();
    let mut new = 0;
    for task in tasks {
        new += usize::from(!task.await.expect("no panic").expect("kept").again);
    }
    assert_eq!((new, room.told().await.len()), (4, 4));
}

#[tokio::test]
async fn what_was_not_answered_for_is_not_here_and_comes_again() {
    let room = Room::new();
    let kept = room
        .open(u64::MAX)
        .keep(&who("li"), photograph(1))
        .await
        .expect("kept");
    let digest = kept.photograph.digest;
    let folder = room.folder.path().join(FOLDER);
    // Killed after the record, and before the file had its name; and another one while it was written.
    fs::rename(
        folder.join(digest.as_str()),
        folder.join(format!("{digest}.new")),
    )
    .expect("moved");
    fs::write(folder.join(PART), b"half").expect("written");
    let evidence = room.open(u64::MAX);
    assert!(!evidence.holds(&digest));
    assert_eq!(evidence.read(&digest).await.expect("readable"), None);
    let ledger = room.ledger().await;
    assert_eq!(
        check(room.folder.path(), &ledger).expect("checked").whole,
        1,
        "its bytes are on disk"
    );
    let again = evidence
        .keep(&who("li"), photograph(1))
        .await
        .expect("kept");
    assert!(!again.again && evidence.holds(&digest));
    assert!(!folder.join(PART).exists() && !folder.join(format!("{digest}.new")).exists());
    assert_eq!(
        room.told().await.len(),
        2,
        "a record may stand twice; it is one photograph"
    );
}

#[tokio::test]
async fn a_full_store_takes_none_and_gives_what_it_has() {
    let room = Room::new();
    let size = photograph(1).len() as u64;
    let evidence = room.open(2 * size);
    for number in [1, 2] {
        evidence
            .keep(&who("li"), photograph(number))
            .await
            .expect("kept");
    }
    let full = evidence
        .keep(&who("li"), photograph(3))
        .await
        .expect_err("full");
    assert_eq!(full.code(), "evidence_full");
    assert!(
        evidence
            .keep(&who("li"), photograph(2))
            .await
            .expect("here")
            .again
    );
    // The limit holds over a restart, and raising it is enough.
    let reopened = room.open(2 * size);
    assert!(reopened.keep(&who("li"), photograph(3)).await.is_err());
    room.open(3 * size)
        .keep(&who("li"), photograph(3))
        .await
        .expect("kept");
    assert_eq!(room.told().await.len(), 3);
}

#[tokio::test]
async fn what_is_missing_or_changed_is_named() {
    let room = Room::new();
    let evidence = room.open(u64::MAX);
    let mut digests = Vec::new();
    for number in 0..3 {
        let kept = evidence
            .keep(&who("li"), photograph(number))
            .await
            .expect("kept");
        digests.push(kept.photograph.digest.to_string());
    }
    let ledger = room.ledger().await;
    let data = room.folder.path();
    let whole = Checked {
        whole: 3,
        ..Checked::default()
    };
    assert_eq!(check(data, &ledger).expect("checked"), whole);
    let path = |digest: &String| data.join(FOLDER).join(digest);
    fs::remove_file(path(&digests[0])).expect("removed");
    fs::write(path(&digests[2]), photograph(9)).expect("changed");
    let found = check(data, &ledger).expect("checked");
    let wrong = Checked {
        whole: 1,
        missing: vec![(digests[0].clone(), 1)],
        changed: vec![(digests[2].clone(), 3)],
    };
    assert_eq!(found, wrong);
}
