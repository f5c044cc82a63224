//! The server is killed, paused and full while the log grows. At the end history is what the oracle makes of the whole log, row for row,
//! which is what the suite demands of a store that was never disturbed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use yiping_log::memory::MemoryLog;
use yiping_log::{CityClock, Log};
use yiping_model::{AlarmChange, Body, Position, Reason, Secret, Timestamp};

use super::server::{Server, give_away};
use crate::conformance::{Oracle, Script, time, zone};
use crate::writer::{Away, Progress, follow};
use crate::{PostgresSettings, PostgresStore, Settings, StoreError};

/// Impatient, and in small batches, so that a fault meets one under way.
fn settings() -> Settings {
    Settings {
        batch_records_max: 40,
        retain_days: 0,
        retry_delay_ms_min: 5,
        retry_delay_ms_max: 50,
        postgres: PostgresSettings {
            partition_days: 1,
            connect_timeout_ms: 500,
            answer_timeout_ms: 500,
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
    fn start(url: &Secret) -> Self {
        let clock = CityClock::driven(time(0));
        let log = Arc::new(MemoryLog::new(clock.clone()));
        let store = PostgresStore::new(url, &settings(), &zone()).expect("an address");
        let store = Arc::new(store);
        let (shutdown, progress) = (
            watch::Sender::new(false),
            watch::Sender::new(Progress::default()),
        );
        let shown = progress.subscribe();
        let task = follow(
            Arc::clone(&log) as Arc<dyn Log>,
            Arc::clone(&store) as _,
            settings(),
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
        Oracle::new(&settings(), &records.expect("reads"))
            .agree(&*self.store)
            .await;
    }
}

#[tokio::test]
async fn a_server_that_is_killed_again_and_again_loses_nothing_and_counts_nothing_twice() {
    let mut server = Server::start();
    let url = server.database().await;
    let mut following = Following::start(&url);
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
    let url = server.database().await;
    let mut following = Following::start(&url);
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
    let url = server.database().await;
    server.signal("KILL");
    server.wait();
    let mut following = Following::start(&url);
    following.grow(60).await;
    following.is_missed().await;
    server.resume();
    following.agrees().await;
}

#[tokio::test]
async fn a_wrong_password_or_a_missing_database_is_waited_for_and_never_shown() {
    let server = Server::start();
    let url = server.url("nowhere").reveal().to_owned();
    let url = Secret::from(url.replace("yiping@", "yiping:geheim@"));
    let mut following = Following::start(&url);
    following.grow(10).await;
    let away = following.is_missed().await;
    assert!(away.reason.contains("nowhere"), "{away:?}");
    assert!(!format!("{away:?} {:?}", following.store).contains("geheim"));
    server.make("nowhere").await;
    following.agrees().await;
}

#[tokio::test]
async fn a_full_disk_is_waited_for_until_there_is_room() {
    let server = Server::start();
    let disk = Disk::tiny(&server).await;
    let mut following = Following::start(&disk.url);
    disk.fill().await;
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
    disk.make_room().await;
    following.agrees().await;
}

/// A database on a file system of a few megabytes. Who may not mount one gets a database that answers with the code of a full disk.
struct Disk {
    url: Secret,
    mounted: Option<PathBuf>,
}

const FULL: &str = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON observations EXECUTE FUNCTION full_disk()";

impl Disk {
    async fn tiny(server: &Server) -> Self {
        let folder = server.folder().join("tiny");
        std::fs::create_dir(&folder).expect("made");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=14m", "tmpfs"])
            .arg(&folder)
            .output();
        if !mount.is_ok_and(|mount| mount.status.success()) {
            let url = server.database().await;
            return Self { url, mounted: None };
        }
        give_away(&folder);
        let mut connection = PgConnection::connect(server.url("postgres").reveal())
            .await
            .expect("connects");
        for statement in [
            format!("CREATE TABLESPACE tiny LOCATION '{}'", folder.display()),
            "CREATE DATABASE tiny TEMPLATE template0 TABLESPACE tiny".to_owned(),
        ] {
            sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await
                .expect("executes");
        }
        Self {
            url: server.url("tiny"),
            mounted: Some(folder),
        }
    }

    /// Leaves some room, so that history begins.
    async fn fill(&self) {
        if let Some(folder) = &self.mounted {
            let room_kib = free_kib(folder);
            let filled = vec![0_u8; (room_kib - 1_500) * 1_024];
            std::fs::write(folder.join("filled"), filled).expect("written");
        } else {
            self.meddle(FULL).await;
        }
    }

    async fn make_room(&self) {
        if let Some(folder) = &self.mounted {
            std::fs::remove_file(folder.join("filled")).expect("removed");
        } else {
            self.meddle("DROP TRIGGER full_disk ON observations").await;
        }
    }

    async fn meddle(&self, statement: &'static str) {
        let store = PostgresStore::new(&self.url, &settings(), &zone()).expect("an address");
        crate::Store::position(&store).await.expect("makes tables");
        let mut connection = PgConnection::connect(self.url.reveal())
            .await
            .expect("connects");
        sqlx::raw_sql(statement)
            .execute(&mut connection)
            .await
            .expect("executes");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Some(folder) = &self.mounted {
            // Lazily: the server is still at work on it.
            Command::new("umount").arg("-l").arg(folder).status().ok();
        }
    }
}

fn free_kib(folder: &Path) -> usize {
    let df = Command::new("df")
        .args(["--output=avail", "-k"])
        .arg(folder)
        .output()
        .expect("df runs");
    let text = String::from_utf8_lossy(&df.stdout).into_owned();
    let last = text.lines().last().expect("a line");
    last.trim().parse().expect("a number")
}
