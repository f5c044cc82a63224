//! The suite of every backend, and what only this one promises.

use std::path::PathBuf;

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use tempfile::TempDir;
use yiping_model::{Body, Position, Reason, Stage};

use super::SqliteStore;
use crate::conformance::{Oracle, Place, Script, conformance, datastream, log_id, time, zone};
use crate::{History, ObservationQuery, Settings, Store, StoreError};

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("history.sqlite")
    }

    /// A file as the first version of the tables left it: two days, two things, one window.
    async fn fill_as_of_version_1(&self) {
        let url = format!("sqlite://{}?mode=rwc", self.file().display());
        let mut connection = SqliteConnection::connect(&url).await.expect("opens");
        let observations = |table: &str, rows: &str| {
            format!(
                "CREATE TABLE {table} (datastream INTEGER NOT NULL, phenomenon_time INTEGER NOT NULL, value REAL NOT NULL,
                    zero_sign INTEGER NOT NULL, source INTEGER NOT NULL, received_at INTEGER NOT NULL, quality INTEGER NOT NULL,
                    PRIMARY KEY (datastream, phenomenon_time, value, zero_sign, source)) STRICT, WITHOUT ROWID;
                INSERT INTO {table} VALUES {rows};"
            )
        };
        let (first, next) = (time(0).as_micros(), time(86_400).as_micros());
        let script = [
            include_str!("schema_1.sql").to_owned(),
            "PRAGMA user_version = 1; UPDATE progress SET position = 7;".to_owned(),
            "INSERT INTO sources VALUES (1, 'mqtt', 4, 0, 0, 0, 0, 0), (2, 'http', 1, 0, 0, 0, 0, 0);".to_owned(),
            format!("INSERT INTO things VALUES (1, 'a', {next}), (2, 'b', {first});"),
            "INSERT INTO datastreams VALUES (1, 1, 'pm25'), (2, 2, 'pm25');".to_owned(),
            "INSERT INTO days VALUES (20512), (20513); INSERT INTO window_lengths VALUES (60);".to_owned(),
            format!("INSERT INTO windows VALUES (1, 60, {first}, 0, 3, 4, -0.0, 1.0, 2.0, 1.0, 0.5);"),
            observations(
                "observation_20260228",
                &format!("(1, {first}, 1.0, 0, 1, 0, 0), (2, {first}, 3.0, 0, 1, 0, 0), (2, {first}, 3.0, 0, 2, 0, 0)"),
            ),
            observations("observation_20260301", &format!("(1, {next}, 8.0, 0, 1, 0, 0), (1, {next}, 9.0, 0, 1, 0, 0)")),
        ];
        sqlx::raw_sql(AssertSqlSafe(script.concat()))
            .execute(&mut connection)
            .await
            .expect("executes");
        connection.close().await.expect("closes");
    }

    /// Does something to the file that the program never would.
    async fn meddle(&self, statement: &str) {
        let url = format!("sqlite://{}", self.file().display());
        let mut connection = SqliteConnection::connect(&url).await.expect("opens");
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .expect("executes");
        connection.close().await.expect("closes");
    }
}

impl Place for Folder {
    type Backend = SqliteStore;
    async fn open(&self, settings: &Settings) -> SqliteStore {
        SqliteStore::open(&self.file(), settings, &zone())
            .await
            .expect("opens")
    }
}

conformance!(Folder::new());

#[tokio::test]
async fn a_batch_that_fails_half_way_leaves_nothing_and_can_be_taken_again() {
    let folder = Folder::new();
    let settings = Settings::default();
    let store = folder.open(&settings).await;
    let mut script = Script::new();
    script.reading("mqtt", "a:pm25", 500, 1.0);
    script.reading("http", "b:pm25", 1, 1.0);
    script.alarm("a:pm25", yiping_model::AlarmChange::Raised, None);
    script.window("c:pm25", 60, 0, 0, 1.0);
    script.reject("mqtt", Reason::NotJson, 1);
    folder
        .meddle("CREATE TRIGGER full BEFORE INSERT ON alarms BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        .await;
    for _attempt in 0..2 {
        let error = store.apply(script.records()).await.expect_err("refused");
        assert!(error.is_retryable());
        Oracle::new(&settings, &[]).agree(&store).await;
    }
    folder.meddle("DROP TRIGGER full").await;
    // The thing's latest time is not that of the failed batch, or this would be late.
    let mut other = Script::new();
    other.reading("mqtt", "a:pm25", 1, 1.0);
    for record in &script.records()[1..] {
        other.tell(0, record.body.clone());
    }
    store.apply(other.records()).await.expect("applies");
    Oracle::new(&settings, other.records()).agree(&store).await;
}

#[tokio::test]
async fn events_are_pruned_a_slice_at_a_time() {
    crate::conformance::events_are_pruned_a_slice_at_a_time(&Folder::new()).await;
}

#[tokio::test]
async fn an_attempt_that_is_dropped_half_way_leaves_nothing() {
    let folder = Folder::new();
    let settings = Settings::default();
    let store = folder.open(&settings).await;
    let mut script = Script::new();
    for secs in 0..3_000 {
        script.reading("mqtt", "a:pm25", secs % 2_000, 1.0);
    }
    for polls in 1..12 {
        let mut apply = std::pin::pin!(store.apply(script.records()));
        let mut left = polls;
        let dropped = std::future::poll_fn(|context| {
            left -= 1;
            let done = apply.as_mut().poll(context).is_ready();
            if done || left == 0 {
                std::task::Poll::Ready(done)
            } else {
                std::task::Poll::Pending
            }
        });
        if dropped.await {
            break;
        }
    }
    store.apply(script.records()).await.expect("applies");
    let figures = store.sources().await.expect("reads");
    assert_eq!((figures[0].accepted, figures[0].duplicate), (2_000, 1_000));
}

#[tokio::test]
async fn a_question_opens_no_day_outside_its_range_nor_beyond_its_limit() {
    let folder = Folder::new();
    let store = folder.open(&Settings::default()).await;
    let mut script = Script::new();
    for day in 0..3 {
        script.reading("mqtt", "a:pm25", day * 86_400, 1.0);
    }
    store.apply(script.records()).await.expect("applies");
    folder
        .meddle("DROP TABLE observation_20260228; DROP TABLE observation_20260302")
        .await;
    let query = |to: i64, limit: usize| ObservationQuery {
        datastream: datastream("a:pm25"),
        from: time(120),
        to: time(to),
        limit,
    };
    let bounded = store.observations(&query(120 + 86_400, 10)).await;
    assert_eq!(bounded.expect("reads").len(), 1);
    let limited = store.observations(&query(1_000_000, 1)).await;
    assert_eq!(limited.expect("reads").len(), 1);
    assert!(store.observations(&query(1_000_000, 2)).await.is_err());
}

#[tokio::test]
async fn a_file_of_a_newer_program_is_refused() {
    let folder = Folder::new();
    drop(folder.open(&Settings::default()).await);
    folder.meddle("PRAGMA user_version = 99").await;
    let refused = SqliteStore::open(&folder.file(), &Settings::default(), &zone()).await;
    assert!(matches!(refused, Err(StoreError::Newer { found: 99, .. })));
}

#[tokio::test]
async fn a_second_program_that_writes_is_found_out() {
    let folder = Folder::new();
    let settings = Settings::default();
    let mut script = Script::new();
    script.tick();
    script.tick();
    let one = folder.open(&settings).await;
    let other = folder.open(&settings).await;
    one.apply(&script.records()[..1]).await.expect("applies");
    other.apply(script.records()).await.expect("applies");
    let refused = one.apply(script.records()).await;
    assert!(matches!(refused, Err(StoreError::TwoWriters(_))));
}

#[tokio::test]
async fn a_file_of_the_first_version_keeps_its_windows_and_learns_its_latest() {
    let folder = Folder::new();
    folder.fill_as_of_version_1().await;
    let store = folder.open(&Settings::default()).await;
    let mut script = Script::new();
    script.window("a:pm25", 60, 0, 0, 1.5);
    let windows = store
        .windows(&crate::conformance::all_windows())
        .await
        .expect("reads");
    assert_eq!(windows.len(), 1);
    assert_eq!((windows[0].hop, windows[0].stage), (None, Stage::Final));
    assert_eq!(windows[0].mean.to_bits(), (-0.0_f64).to_bits());
    let asked = ["a:pm25", "b:pm25"].map(datastream);
    let latest = store.latest(&asked).await.expect("reads");
    let last: Vec<_> = latest
        .into_iter()
        .flatten()
        .map(|row| (row.phenomenon_time, row.value, row.source.to_string()))
        .collect();
    assert_eq!(
        last,
        [
            (time(86_400), 9.0, "mqtt".to_owned()),
            (time(0), 3.0, "http".to_owned())
        ]
    );
    // And it goes on where it was.
    assert_eq!(store.position().await.expect("reads"), Position(7));
    // Which log it is of it learns from the first that comes.
    let [ours, theirs] = ["00000000000000aa", "00000000000000bb"].map(log_id);
    assert_eq!(store.fill_from(ours).await.expect("ours"), Position(7));
    let another = folder.open(&Settings::default()).await;
    another.fill_from(theirs).await.expect("not known yet");
    script.tell(6, Body::Tick);
    store.apply(script.records()).await.expect("applies");
    let refused = another.apply(script.records()).await;
    assert!(matches!(refused, Err(StoreError::OtherLog { .. })));
}
