use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use yiping_log::CityClock;
use yiping_model::Body;
use yiping_protocols::Unknown;

use super::*;
use crate::testing::{Mood, TestLog, door, rejects, things};

const MAP: &str = r#"
[table]
time = { column = "hour", format = "%Y-%m-%d %H", zone = "Asia/Shanghai" }
thing = { column = "station" }
period_secs = 3600
missing = ["NA"]
[[metric]]
column = "x"
property = "x"
"#;

const FIRST: &str = "hour,station,x\n2013-03-01 00,a,1\n2013-03-01 01,a,NA\n2013-03-01 02,a,3\n";
const SECOND: &str =
    "station,hour,x\nb,2013-03-01 00,1\nb,2013-03-01 01,two\nb,soon,2\nb,2013-03-01 02,3\n";

struct Fixture {
    folder: tempfile::TempDir,
    clock: CityClock,
    log: Arc<TestLog>,
    door: Door,
}

fn fixture() -> Fixture {
    let clock = CityClock::driven(Timestamp::MIN);
    let log = TestLog::new(&clock);
    Fixture {
        folder: tempfile::tempdir().expect("a folder"),
        door: door("replay", Unknown::Accept, &log, &clock),
        clock,
        log,
    }
}

impl Fixture {
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("the folder can be written");
        path
    }

    fn gzip(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        let file = std::fs::File::create(&path).expect("the folder can be written");
        let mut encoder = GzEncoder::new(file, Compression::fast());
        encoder
            .write_all(text.as_bytes())
            .expect("the file can be written");
        encoder.finish().expect("the file can be written");
        path
    }
}

fn map() -> TableMap {
    TableMap::parse(MAP).expect("a valid map")
}

fn going() -> (watch::Sender<bool>, watch::Receiver<bool>) {
    watch::channel(false)
}

fn local(text: &str) -> Timestamp {
    Timestamp::parse(&format!("2013-03-01T{text}:00+08:00")).expect("valid")
}

#[tokio::test]
async fn rows_of_all_files_drive_the_clock_in_order() {
    let city = fixture();
    let files = vec![city.file("a.csv", FIRST), city.gzip("b.csv.gz", SECOND)];
    let replay = Replay::open(files, map(), None, 10).await.expect("fits");
    assert_eq!(replay.rows(), 7);
    assert_eq!(replay.begins_at(), local("01:00"));
    let (_stop, told) = going();
    let replayed = replay
        .run(&city.door, told)
        .await
        .expect("the log takes it");
    assert_eq!(
        replayed,
        Replayed {
            rows: 7,
            accepted: 4,
            quarantined: 0,
            rejected: 2,
            finished: true
        }
    );
    let bodies = city.log.now().await;
    assert_eq!(things(&bodies), ["a", "b", "a", "b"]);
    let ticks = bodies.iter().filter(|body| **body == Body::Tick).count();
    assert_eq!(ticks, 3);
    let origins: Vec<&str> = rejects(&bodies)
        .iter()
        .map(|reject| reject.origin.as_str())
        .collect();
    assert_eq!(origins, ["b.csv.gz:3", "b.csv.gz:4"]);
    assert_eq!(rejects(&bodies)[0].sample, "b,2013-03-01 01,two");
    let times = city.log.received_at().await;
    assert_eq!((times[0], times[2]), (local("01:00"), local("01:00")));
    assert_eq!(times.last(), Some(&local("03:00")));
    assert!(times.is_sorted());
}

#[tokio::test]
async fn a_file_out_of_order_is_sorted_up_to_the_limit() {
    let city = fixture();
    let text = "hour,station,x\n2013-03-01 02,c,1\n2013-03-01 00,a,1\n2013-03-01 01,b,1\n";
    let files = vec![city.file("a.csv", text)];
    let error = Replay::open(files.clone(), map(), None, 2)
        .await
        .expect_err("too large");
    assert!(
        error.to_string().ends_with("sort the file by time"),
        "{error}"
    );
    let replay = Replay::open(files, map(), None, 3)
        .await
        .expect("small enough");
    let (_stop, told) = going();
    replay
        .run(&city.door, told)
        .await
        .expect("the log takes it");
    assert_eq!(things(&city.log.now().await), ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn the_city_passes_at_the_speed_with_a_tick_every_second() {
    let city = fixture();
    let files = vec![city.file("a.csv", FIRST)];
    let replay = Replay::open(files, map(), Some(1_200.0), 10)
        .await
        .expect("fits");
    let (_stop, told) = going();
    let began = Instant::now();
    replay
        .run(&city.door, told)
        .await
        .expect("the log takes it");
    assert_eq!(began.elapsed().as_secs(), 6);
    let expected: Vec<Timestamp> = [
        "01:00", "01:00", "01:20", "01:40", "02:00", "02:20", "02:40", "03:00", "03:00",
    ]
    .into_iter()
    .map(local)
    .collect();
    assert_eq!(city.log.received_at().await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_replay_that_is_told_to_stop_stops() {
    let city = fixture();
    let files = vec![city.file("a.csv", FIRST)];
    let replay = Replay::open(files, map(), Some(1.0), 10)
        .await
        .expect("fits");
    let (stop, told) = going();
    let door = city.door.clone();
    let running = tokio::spawn(async move { replay.run(&door, told).await });
    city.log.attempted(1).await;
    stop.send_replace(true);
    let replayed = running.await.expect("no panic").expect("no error");
    assert!(!replayed.finished);
    assert_eq!(replayed.rows, 1);
}

#[tokio::test(start_paused = true)]
async fn a_busy_log_is_waited_for() {
    let city = fixture();
    let files = vec![city.file("a.csv", FIRST)];
    let replay = Replay::open(files, map(), None, 10).await.expect("fits");
    city.log.set(Mood::Refuses);
    let (_stop, told) = going();
    let door = city.door.clone();
    let running = tokio::spawn(async move { replay.run(&door, told).await });
    city.log.attempted(3).await;
    city.log.set(Mood::Takes);
    assert!(running.await.expect("no panic").expect("no error").finished);
    assert_eq!(things(&city.log.now().await), ["a", "a"]);
}

#[tokio::test]
async fn a_log_that_is_past_the_first_row_is_refused() {
    let city = fixture();
    city.clock.advance(local("01:01"));
    let files = vec![city.file("a.csv", FIRST)];
    let replay = Replay::open(files, map(), None, 10).await.expect("fits");
    let (_stop, told) = going();
    let error = replay.run(&city.door, told).await.expect_err("too late");
    assert_eq!(
        error.to_string(),
        "the log is at 2013-02-28T17:01:00Z, past the first row's time 2013-02-28T17:00:00Z; use an empty data directory"
    );
}

#[tokio::test]
async fn what_cannot_be_replayed_is_refused_before_it_begins() {
    let city = fixture();
    let good = city.file("a.csv", FIRST);
    let column = city.file("b.csv", "time,x\n1,2\n");
    let empty = city.file("c.csv", "hour,station,x\n");
    let absent = city.folder.path().join("absent.csv");
    assert!(matches!(
        Replay::open(vec![good.clone(), column], map(), None, 10).await,
        Err(ReplayError::Map { .. })
    ));
    assert!(matches!(
        Replay::open(vec![empty], map(), None, 10).await,
        Err(ReplayError::Empty { files: 1 })
    ));
    assert!(matches!(
        Replay::open(vec![absent], map(), None, 10).await,
        Err(ReplayError::File { .. })
    ));
    assert!(matches!(
        Replay::open(vec![good], map(), Some(0.0), 10).await,
        Err(ReplayError::Speed(_))
    ));
}

#[tokio::test]
async fn a_row_that_is_not_text_is_a_dead_letter() {
    let city = fixture();
    let path = city.folder.path().join("a.csv");
    std::fs::write(
        &path,
        b"\xef\xbb\xbfhour,station,x\n2013-03-01 00,\xb3\xc7,1\n2013-03-01 00,a,1\n",
    )
    .expect("can be written");
    let replay = Replay::open(vec![path], map(), None, 10)
        .await
        .expect("fits");
    let (_stop, told) = going();
    replay
        .run(&city.door, told)
        .await
        .expect("the log takes it");
    let bodies = city.log.now().await;
    assert_eq!(things(&bodies), ["a"]);
    assert_eq!(rejects(&bodies)[0].reason, yiping_model::Reason::NotText);
    assert_eq!(rejects(&bodies)[0].origin, "a.csv:2");
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the folder of shared test data is named by the environment"
)]
async fn a_station_of_beijing_is_read_to_its_last_row() {
    let Ok(shared) = std::env::var("YIPING_TEST_DATA") else {
        println!("skipped: YIPING_TEST_DATA is not set");
        return;
    };
    let city = fixture();
    let map = include_str!("../../../../tests/data/beijing.map.toml");
    let map = TableMap::parse(map).expect("a valid map");
    assert_eq!(map.things().len(), 8);
    let file = Path::new(&shared).join("data/air/beijing_Changping_2013_2015.csv.gz");
    let replay = Replay::open(vec![file], map, None, 10).await.expect("fits");
    let (_stop, told) = going();
    let replayed = replay
        .run(&city.door, told)
        .await
        .expect("the log takes it");
    // 24,864 rows of 11 metrics, less the 4,192 cells of them that hold NA.
    let expected = Replayed {
        rows: 24_864,
        accepted: 269_312,
        quarantined: 0,
        rejected: 0,
        finished: true,
    };
    assert_eq!(replayed, expected);
}
