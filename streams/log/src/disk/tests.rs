//! The log on a real disk, and what it says about damage.

use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use yiping_model::{Body, Class, Kind, Position, Record, Reject, SourceId, Timestamp};

use super::faults::MemoryFiles;
use super::format::{COMMIT_HEADER_BYTES, SEGMENT_HEADER_BYTES};
use super::segment::path_of;
use super::{DiskLog, Files, Retain, Settings};
use crate::conformance::{self, alarm, decision, reading};
use crate::{CityClock, Log, LogError};

fn small() -> Settings {
    Settings {
        segment_bytes: 4_096,
        commit_records_max: 100,
        queue_records_max: 100,
        tail_records_max: 32,
        retain: Retain {
            bytes_max: 0,
            ..Retain::default()
        },
        ..Settings::default()
    }
}

fn open(dir: &Path) -> Result<DiskLog, LogError> {
    DiskLog::open(dir, small(), |last| {
        CityClock::driven(last.max(Timestamp::from_secs(1_000)))
    })
}

async fn read_all(log: &DiskLog) -> Result<Vec<Record>, LogError> {
    let mut records: Vec<Record> = Vec::new();
    loop {
        let after = records.last().map_or(Position::START, |last| last.position);
        let chunk = log.read(after, 64).await?;
        if chunk.is_empty() {
            return Ok(records);
        }
        records.extend(chunk.iter().cloned());
    }
}

/// Readings 1 to `count`, one commit each.
async fn fill(log: &DiskLog, count: u32) {
    for number in 1..=count {
        log.append(vec![reading(number)]).await.expect("appended");
    }
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).expect("a directory");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    paths.sort();
    paths
}

fn flip(path: &Path, offset: u64) {
    let file = std::fs::File::options()
        .read(true)
        .write(true)
        .open(path)
        .expect("there");
    let mut byte = [0];
    file.read_exact_at(&mut byte, offset).expect("inside");
    file.write_all_at(&[byte[0] ^ 4], offset).expect("writable");
}

#[tokio::test]
async fn the_log_on_disk_conforms() {
    let place = tempfile::tempdir().expect("a place");
    let count = AtomicU32::new(0);
    conformance::run(async |clock| {
        let name = count.fetch_add(1, Ordering::Relaxed).to_string();
        DiskLog::open(&place.path().join(name), small(), |_end| clock).expect("opened")
    })
    .await;
}

#[tokio::test]
async fn who_waits_for_alarms_is_not_woken_by_readings() {
    let dir = tempfile::tempdir().expect("a place");
    let log = open(dir.path()).expect("opens");
    let (alarms, results) = (log.end_of(Class::Alarm), log.end_of(Class::Result));
    log.append(vec![reading(1), alarm(2), reading(3)])
        .await
        .expect("appended");
    log.append(vec![reading(4)]).await.expect("appended");
    assert_eq!(*log.end().borrow(), Position(4));
    assert_eq!(
        (*alarms.borrow(), *results.borrow()),
        (Position(2), Position(2))
    );
    log.append(vec![decision(5)]).await.expect("appended");
    assert_eq!(*alarms.borrow(), Position(5));
}

#[tokio::test]
async fn everything_is_there_after_a_restart_and_the_clock_goes_on() {
    let place = tempfile::tempdir().expect("a place");
    let before = {
        let log = open(place.path()).expect("opened");
        log.clock().advance(Timestamp::from_secs(5_000));
        fill(&log, 200).await;
        read_all(&log).await.expect("readable")
    };
    assert!(segments(place.path()).len() > 2);
    let log = open(place.path()).expect("opened again");
    assert_eq!(log.clock().now(), Timestamp::from_secs(5_000));
    assert_eq!(*log.end().borrow(), Position(200));
    assert_eq!(read_all(&log).await.expect("readable"), before);
    let appended = log.append(vec![Body::Tick]).await.expect("appended");
    assert_eq!(appended.first, Position(201));
}

#[tokio::test]
async fn a_second_process_is_refused_until_the_first_closes() {
    let place = tempfile::tempdir().expect("a place");
    let log = open(place.path()).expect("opened");
    let refused = open(place.path()).expect_err("in use");
    assert!(matches!(&refused, LogError::Locked { path } if path == place.path()));
    fill(&log, 3).await;
    log.close().await;
    log.close().await;
    assert!(matches!(
        log.append(vec![Body::Tick]).await,
        Err(LogError::Closed)
    ));
    assert!(matches!(
        log.retain(Position::START, None).await,
        Err(LogError::Closed)
    ));
    assert_eq!(read_all(&log).await.expect("still readable").len(), 3);
    let second = open(place.path()).expect("free again");
    assert_eq!(*second.end().borrow(), Position(3));
}

#[tokio::test]
async fn closing_writes_what_was_appended_before() {
    let place = tempfile::tempdir().expect("a place");
    let log = Arc::new(open(place.path()).expect("opened"));
    let mut appends = Vec::new();
    for number in 0..50 {
        let log = Arc::clone(&log);
        appends.push(tokio::spawn(async move {
            log.append(vec![reading(number)]).await.is_ok()
        }));
    }
    tokio::task::yield_now().await;
    log.close().await;
    let mut acknowledged = 0;
    for append in appends {
        acknowledged += usize::from(append.await.expect("answered"));
    }
    let found = read_all(&log).await.expect("readable").len();
    assert_eq!(found, acknowledged);
}

#[tokio::test]
async fn a_torn_end_is_cut_off() {
    let place = tempfile::tempdir().expect("a place");
    let path = path_of(place.path(), Position(1));
    let size = || std::fs::metadata(&path).expect("there").len();
    let log = open(place.path()).expect("opened");
    fill(&log, 4).await;
    let acknowledged = size();
    fill(&log, 1).await;
    let whole = size();
    drop(log);
    for left in [1, 19, 20, 44, whole - acknowledged - 1] {
        let file = std::fs::File::options().write(true).open(&path);
        file.expect("there")
            .set_len(acknowledged + left)
            .expect("cut");
        let log = open(place.path()).expect("the end is torn, not damaged");
        assert_eq!(read_all(&log).await.expect("readable").len(), 4);
        assert_eq!(size(), acknowledged);
        let appended = log.append(vec![reading(1)]).await.expect("appended");
        assert_eq!(appended.first, Position(5));
        assert_eq!(size(), whole);
    }
}

#[tokio::test]
async fn a_flipped_bit_in_the_newest_segment_is_damage_with_file_and_offset() {
    let place = tempfile::tempdir().expect("a place");
    {
        let log = open(place.path()).expect("opened");
        fill(&log, 5).await;
    }
    let path = path_of(place.path(), Position(1));
    let start = SEGMENT_HEADER_BYTES as u64;
    let commit = (std::fs::metadata(&path).expect("there").len() - start) / 5;
    for at in 0..commit {
        let second = start + commit;
        flip(&path, second + at);
        let error = open(place.path()).expect_err("damaged");
        let LogError::Damaged {
            path: named,
            offset,
            ..
        } = &error
        else {
            panic!("{error}");
        };
        assert_eq!(named, &path);
        let header = at < COMMIT_HEADER_BYTES as u64;
        let expected = if header {
            second
        } else {
            second + COMMIT_HEADER_BYTES as u64
        };
        assert_eq!(*offset, expected, "byte {at}");
        flip(&path, second + at);
    }
    let log = open(place.path()).expect("whole again");
    assert_eq!(read_all(&log).await.expect("readable").len(), 5);
}

#[tokio::test]
async fn damage_in_an_older_segment_is_told_to_who_reads_there() {
    let place = tempfile::tempdir().expect("a place");
    {
        let log = open(place.path()).expect("opened");
        fill(&log, 200).await;
    }
    let oldest = segments(place.path()).remove(0);
    flip(&oldest, 1_000);
    let log = open(place.path()).expect("the newest segment is whole");
    let error = read_all(&log).await.expect_err("damaged");
    assert!(
        matches!(&error, LogError::Damaged { path, offset, .. } if *path == oldest && (900..=1_000).contains(offset)),
        "{error}"
    );
    assert!(!error.is_retryable());
    assert_eq!(
        log.read(Position(150), 1)
            .await
            .expect("whole there")
            .joined()[0]
            .position,
        Position(151)
    );
}

#[tokio::test]
async fn a_missing_segment_or_end_is_damage() {
    let place = tempfile::tempdir().expect("a place");
    {
        let log = open(place.path()).expect("opened");
        fill(&log, 200).await;
    }
    let paths = segments(place.path());
    std::fs::remove_file(&paths[1]).expect("removed");
    let log = open(place.path()).expect("opened");
    let error = read_all(&log).await.expect_err("a hole");
    assert!(
        matches!(&error, LogError::Damaged { path, .. } if *path == paths[0]),
        "{error}"
    );
}

#[tokio::test]
async fn retention_frees_space_and_is_whole_after_a_restart() {
    let place = tempfile::tempdir().expect("a place");
    let log = open(place.path()).expect("opened");
    log.append(vec![decision(0)]).await.expect("appended");
    fill(&log, 300).await;
    let full = segments(place.path()).len();
    log.retain(Position(250), None).await.expect("retained");
    assert!(segments(place.path()).len() < full - 1);
    let kept = read_all(&log).await.expect("readable");
    assert_eq!(kept[0].body.kind(), Kind::Decision);
    assert!(kept[1].position > Position(100) && kept[1].position < Position(250));
    drop(log);
    let log = open(place.path()).expect("opened again");
    assert_eq!(read_all(&log).await.expect("readable"), kept);
    log.retain(Position(250), None)
        .await
        .expect("nothing more to do");
    assert_eq!(read_all(&log).await.expect("readable"), kept);
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_harms_nobody() {
    let place = tempfile::tempdir().expect("a place");
    let log = open(place.path()).expect("opened");
    let large = Body::Reject(Reject {
        source: SourceId::new("http").expect("valid"),
        disposition: yiping_model::Disposition::Rejected,
        reason: yiping_model::Reason::NotJson,
        detail: "x".repeat(300 << 10),
        origin: "test".into(),
        offset: None,
        size_bytes: 1,
        items: 1,
        sample: String::new(),
    });
    let both = vec![reading(1), large];
    let (refused, taken) = tokio::join!(log.append(both.clone()), log.append(vec![reading(2)]));
    let Err(LogError::Unwritable { bodies, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(bodies, both, "what does not fit is given back");
    assert_eq!(taken.expect("appended").first, Position(1));
    let many = vec![Body::Tick; 101];
    let Err(LogError::Unwritable { bodies, .. }) = log.append(many.clone()).await else {
        panic!("it took too many");
    };
    assert_eq!(bodies, many);
}

#[tokio::test]
async fn after_an_error_of_the_disk_nothing_is_acknowledged_until_a_restart() {
    let files = MemoryFiles::default();
    let dir = Path::new("d");
    let start = |files: &MemoryFiles| {
        let clock = |_end| CityClock::driven(Timestamp::from_secs(1));
        DiskLog::start(Arc::new(files.clone()), dir, small(), clock, None).expect("opened")
    };
    let log = start(&files);
    fill(&log, 3).await;
    let size = || {
        let file = files.open(&path_of(dir, Position(1))).expect("there");
        file.size().expect("known")
    };
    let acknowledged = size();
    files.refuse_writes(true);
    let first = log.append(vec![reading(4)]).await;
    files.refuse_writes(false);
    let second = log.append(vec![reading(5)]).await;
    for refused in [first, second] {
        let error = refused.expect_err("the disk was full");
        assert!(matches!(error, LogError::Io { .. }));
        assert!(error.to_string().contains("the disk is full"), "{error}");
    }
    assert_eq!(read_all(&log).await.expect("readable").len(), 3);
    assert_eq!(
        size(),
        acknowledged,
        "a restart must not find what was never synced"
    );
    drop(log);
    let log = start(&files);
    assert_eq!(
        log.append(vec![reading(4)]).await.expect("appended").first,
        Position(4)
    );
    drop(log);
    files.meddle(&path_of(dir, Position(1)), |bytes| bytes.truncate(60));
    assert_eq!(*start(&files).end().borrow(), Position::START);
}

/// The files that the program wrote before it knew kinds of retention: a thinned segment, and one with a window in JSON.
#[tokio::test]
async fn a_log_of_format_1_is_read_and_written_on_and_thinned_further() {
    let place = tempfile::tempdir().expect("a place");
    let (first, newest) = (Position(1), Position(48));
    for (position, bytes) in [
        (
            first,
            &include_bytes!("../../testdata/version-1/first.segment")[..],
        ),
        (
            newest,
            &include_bytes!("../../testdata/version-1/newest.segment")[..],
        ),
    ] {
        std::fs::write(path_of(place.path(), position), bytes).expect("written");
    }
    let log = open(place.path()).expect("an older format is read");
    let found = read_all(&log).await.expect("readable");
    let bodies = |records: &[Record]| -> Vec<Body> {
        records.iter().map(|record| record.body.clone()).collect()
    };
    let mut expected = vec![decision(1), alarm(2)];
    expected.extend((46..=60).map(reading));
    let classes: Vec<Class> = found.iter().map(|record| record.body.class()).collect();
    assert_eq!(bodies(&found[..17]), expected);
    assert_eq!(
        classes[17..],
        [Class::Result, Class::Input, Class::Alarm, Class::Decision]
    );
    fill(&log, 60).await;
    log.retain(Position(120), None).await.expect("retained");
    let kept = read_all(&log).await.expect("readable");
    assert_eq!(kept[..2], found[..2]);
    assert_eq!(kept[2..4], found[19..]);
    drop(log);
    let log = open(place.path()).expect("opened again");
    assert_eq!(read_all(&log).await.expect("readable"), kept);
}

#[tokio::test]
async fn a_log_keeps_its_id_and_no_other_has_it() {
    let place = tempfile::tempdir().expect("a place");
    let (one, other) = (place.path().join("one"), place.path().join("other"));
    let id = open(&one).expect("opened").id();
    assert_eq!(open(&one).expect("opened again").id(), id);
    assert_ne!(open(&other).expect("opened").id(), id);
    std::fs::write(one.join("id"), "0123").expect("written");
    let refused = open(&one).expect_err("half an id is none");
    assert!(matches!(&refused, LogError::Damaged { path, .. } if path.ends_with("id")));
}

#[test]
fn settings_that_do_not_fit_are_refused_before_anything_is_made() {
    let place = tempfile::tempdir().expect("a place");
    let dir = place.path().join("log");
    let settings = Settings {
        segment_bytes: 1,
        ..Settings::default()
    };
    let refused = DiskLog::open(&dir, settings, CityClock::life);
    assert!(matches!(
        refused,
        Err(LogError::Setting {
            name: "segment_bytes",
            ..
        })
    ));
    assert!(!dir.exists());
}
