//! The server is killed, paused and full while the log grows. At the end history is what the oracle makes of the whole log, row for row,
//! which is what the suite demands of a store that was never disturbed.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use yiping_log::memory::MemoryLog;
use yiping_log::{CityClock, Log};
use yiping_model::{AlarmChange, Body, Position, Reason, Secret, Timestamp};

use super::server::{Disk, Server};
use crate::conformance::{Oracle, Script, time, zone};
use crate::writer::{Away, Progress, follow};
use crate::{PostgresSettings, PostgresStore, Settings, StoreError};

/// Where a server that does not answer is what is tried.
const IMPATIENT_MS: u32 = 500;
/// Where it answers, but on a busy machine not at once.
const PATIENT_MS: u32 = 10_000;

/// In small batches, so that a fault meets one under way.
fn settings(patience_ms: u32) -> Settings {
    Settings {
        batch_records_max: 40,
        retain_days: 0,
        retry_delay_ms_min: 5,
        retry_delay_ms_max: 50,
        postgres: PostgresSettings {
            partition_days: 1,
            connect_timeout_ms: patience_ms,
            answer_timeout_ms: patience_ms,
            ..PostgresSettings::default()
        },
        ..Settings::default()
    }
}

/// A log that grows, and the history that follows it.
struct Following {
    log: Arc<MemoryLog>,
    clock: CityClock,
    store: Arc<PostgresStore>,
    progress: watch::Receiver<Progress>,
    shutdown: watch::Sender<bool>,
    task: JoinHandle<Result<(), StoreError>>,
    told: i64,
}

impl Following {
    fn start(url: &str, patience_ms: u32) -> Self {
        let clock = CityClock::driven(time(0));
        let log = Arc::new(MemoryLog::new(clock.clone()));
        let settings = settings(patience_ms);
        let store = PostgresStore::new(&Secret::from(url.to_owned()), &settings, &zone())
            .expect("an address");
        let store = Arc::new(store);
        let (shutdown, progress) = (
            watch::Sender::new(false),
            watch::Sender::new(Progress::default()),
        );
        let shown = progress.subscribe();
        let task = follow(
            Arc::clone(&log) as Arc<dyn Log>,
            Arc::clone(&store) as _,
            settings,
            shutdown.subscribe(),
            progress,
        );
        Self {
            log,
            clock,
            store,
            progress: shown,
            shutdown,
            task: tokio::spawn(task),
            told: 0,
        }
    }

    /// Something of everything, with repetitions, at the next second of the city.
    async fn grow(&mut self, seconds: i64) -> Position {
        for secs in self.told..self.told + seconds {
            let mut script = Script::new();
            script.reading("mqtt", "a:pm25", secs, secs as f64);
            script.reading("http", "站-b:pm25", secs % 50, 1.5);
            script.window("a:pm25", 60, secs / 60 * 60, 0, secs as f64);
            script.index("a", secs / 60 * 60, 0);
            if secs % 10 == 0 {
                script.alarm("a:pm25", AlarmChange::Raised, None);
                script.acknowledge("a:pm25", "1号席");
                script.reject("mqtt", Reason::NotJson, 2);
            }
            let bodies: Vec<Body> = script.records().iter().map(|r| r.body.clone()).collect();
            self.clock.advance(time(secs));
            self.log.append(bodies).await.expect("appends");
        }
        self.told += seconds;
        *self.log.end().borrow()
    }

    async fn reaches(&mut self, position: Position) {
        let reached = |progress: &Progress| progress.position >= position;
        self.progress.wait_for(reached).await.expect("follows");
    }

    /// Waits until the writer says that history is away.
    async fn is_missed(&mut self) -> Away {
        let missed = self.progress.wait_for(|progress| progress.away.is_some());
        missed.await.expect("follows").away.clone().expect("away")
    }

    /// Waits for the end of the log, and compares everything.
    async fn agrees(mut self) {
        let end = *self.log.end().borrow();
        self.reaches(end).await;
        let filled = |progress: &Progress| progress.away.is_none();
        self.progress.wait_for(filled).await.expect("follows");
        self.shutdown.send_replace(true);
        self.task.await.expect("no panic").expect("ends well");
        let records = self.log.read(Position::START, usize::MAX).await;
        Oracle::new(&settings(PATIENT_MS), &records.expect("reads").joined())
            .agree(&*self.store)
            .await;
    }
}

#[tokio::test]
async fn a_server_that_is_killed_again_and_again_loses_nothing_and_counts_nothing_twice() {
    let mut server = Server::start();
    let mut following = Following::start(&server.database(), IMPATIENT_MS);
    for _round in 0..3 {
        let before = following.grow(60).await;
        following.reaches(Position(before.0 - 100)).await;
        server.signal("KILL");
        server.wait();
        following.grow(60).await;
        let away = following.is_missed().await;
        assert!(
            away.since > Timestamp::MIN && !away.reason.is_empty(),
            "{away:?}"
        );
        server.resume();
    }
    following.agrees().await;
}

#[tokio::test]
async fn a_server_that_is_paused_counts_as_away_until_it_goes_on() {
    let server = Server::start();
    let mut following = Following::start(&server.database(), IMPATIENT_MS);
    for _round in 0..2 {
        let before = following.grow(60).await;
        following.reaches(Position(before.0 - 100)).await;
        server.signal("STOP");
        following.grow(60).await;
        following.is_missed().await;
        server.signal("CONT");
        let end = following.grow(5).await;
        following.reaches(end).await;
    }
    following.agrees().await;
}

#[tokio::test]
async fn a_program_that_starts_while_its_server_is_away_fills_history_once_it_is_there() {
    let mut server = Server::start();
    let url = server.database();
    server.signal("KILL");
    server.wait();
    let mut following = Following::start(&url, IMPATIENT_MS);
    following.grow(60).await;
    following.is_missed().await;
    server.resume();
    following.agrees().await;
}

#[tokio::test]
async fn a_wrong_password_or_a_missing_database_is_waited_for_and_never_shown() {
    let server = Server::start();
    let url = server.url("nowhere").replace("yiping@", "yiping:geheim@");
    let mut following = Following::start(&url, PATIENT_MS);
    following.grow(10).await;
    let away = following.is_missed().await;
    assert!(away.reason.contains("nowhere"), "{away:?}");
    assert!(!format!("{away:?} {:?}", following.store).contains("geheim"));
    server.make("nowhere");
    following.agrees().await;
}

#[tokio::test]
async fn a_full_disk_is_waited_for_until_there_is_room() {
    let server = Server::start();
    let disk = Disk::of(&server, 14);
    let mut following = Following::start(&disk.url(&server), PATIENT_MS);
    let end = following.grow(1).await;
    following.reaches(end).await;
    disk.fill(&server, 1_000);
    let away = loop {
        following.grow(60).await;
        let end = *following.log.end().borrow();
        let stuck_or_done =
            |progress: &Progress| progress.away.is_some() || progress.position >= end;
        let progress = following.progress.wait_for(stuck_or_done).await;
        if let Some(away) = progress.expect("follows").away.clone() {
            break away;
        }
    };
    let says_so = ["No space left", "could not extend file"].map(|text| away.reason.contains(text));
    assert!(says_so.contains(&true), "{away:?}");
    following.grow(60).await;
    disk.make_room(&server);
    following.agrees().await;
}
