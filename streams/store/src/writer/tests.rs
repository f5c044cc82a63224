use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::task::JoinHandle;
use yiping_log::memory::MemoryLog;
use yiping_log::{CityClock, LogId};
use yiping_model::{Body, Record};

use super::*;
use crate::conformance::{Oracle, Script, zone};
use crate::error::Doing;
use crate::{SourceFigures, SqliteStore};

struct Running {
    task: JoinHandle<Result<(), StoreError>>,
    shutdown: watch::Sender<bool>,
    progress: watch::Receiver<Progress>,
}

impl Running {
    fn start(log: &Arc<MemoryLog>, store: Arc<dyn Store>) -> Self {
        let shutdown = watch::Sender::new(false);
        let progress = watch::Sender::new(Progress::default());
        let shown = progress.subscribe();
        let log: Arc<dyn Log> = Arc::<MemoryLog>::clone(log);
        let task = follow(log, store, settings(), shutdown.subscribe(), progress);
        Self {
            task: tokio::spawn(task),
            shutdown,
            progress: shown,
        }
    }

    async fn reach(&mut self, position: Position) {
        self.progress
            .wait_for(|shown| shown.position >= position)
            .await
            .expect("follows");
    }

    async fn stop(self) -> Result<(), StoreError> {
        self.shutdown.send_replace(true);
        self.task.await.expect("no panic")
    }
}

fn settings() -> Settings {
    Settings {
        batch_records_max: 3,
        retain_days: 1,
        retry_delay_ms_min: 1,
        retry_delay_ms_max: 1,
        ..Settings::default()
    }
}

fn log() -> (Arc<MemoryLog>, CityClock) {
    let clock = CityClock::driven(Timestamp::from_secs(1_000));
    (Arc::new(MemoryLog::new(clock.clone())), clock)
}

fn bodies(from: i64, to: i64) -> Vec<Body> {
    let mut script = Script::new();
    for secs in from..to {
        script.reading("mqtt", "a:pm25", secs, 1.0);
    }
    let bodies = script.records().iter().map(|record| record.body.clone());
    bodies.collect()
}

async fn open(folder: &Path) -> Arc<SqliteStore> {
    let file = folder.join("history.sqlite");
    Arc::new(
        SqliteStore::open(&file, &settings(), &zone())
            .await
            .expect("opens"),
    )
}

/// A store whose calls fail at certain counts: every second `apply`, half of them only after the rows were taken; and as told, for good.
struct Failing {
    store: Arc<SqliteStore>,
    calls: AtomicUsize,
    pruned: AtomicUsize,
    refreshed: AtomicUsize,
    broken: bool,
    chores_fail: bool,
    /// What is in its place from the fifth `apply` on.
    put_back: Option<Arc<SqliteStore>>,
}

impl Failing {
    fn new(store: Arc<SqliteStore>, broken: bool) -> Arc<Self> {
        Arc::new(Self {
            store,
            calls: AtomicUsize::new(0),
            pruned: AtomicUsize::new(0),
            refreshed: AtomicUsize::new(0),
            broken,
            chores_fail: false,
            put_back: None,
        })
    }

    /// Whose work beside the filling fails, and nothing else.
    fn at_chores(store: Arc<SqliteStore>) -> Arc<Self> {
        Arc::new(Self {
            store,
            calls: AtomicUsize::new(1),
            pruned: AtomicUsize::new(0),
            refreshed: AtomicUsize::new(0),
            broken: false,
            chores_fail: true,
            put_back: None,
        })
    }

    fn here(&self) -> &SqliteStore {
        let is_put_back = self.calls.load(Ordering::SeqCst) > 4;
        let there = self.put_back.as_ref().filter(|_| is_put_back);
        there.unwrap_or(&self.store)
    }
}

#[async_trait]
impl Store for Failing {
    async fn apply(&self, records: &[Record]) -> Result<(), StoreError> {
        if self.broken {
            return Err(StoreError::TwoWriters(Position::START));
        }
        if self.chores_fail {
            return self.here().apply(records).await;
        }
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let refused = Err(sqlx::Error::PoolTimedOut).doing("write");
        match call % 4 {
            0 => refused,
            2 => {
                self.here().apply(records).await?;
                refused
            }
            _ => self.here().apply(records).await,
        }
    }

    async fn fill_from(&self, log: LogId) -> Result<Position, StoreError> {
        self.here().fill_from(log).await
    }

    async fn position(&self) -> Result<Position, StoreError> {
        self.here().position().await
    }

    async fn sources(&self) -> Result<Vec<SourceFigures>, StoreError> {
        self.here().sources().await
    }

    async fn refresh(&self, now: Timestamp) -> Result<(), StoreError> {
        self.refreshed.fetch_add(1, Ordering::SeqCst);
        if self.chores_fail {
            return Err(sqlx::Error::PoolTimedOut).doing("refresh");
        }
        self.here().refresh(now).await
    }

    async fn prune(&self, before: Timestamp) -> Result<bool, StoreError> {
        self.pruned.fetch_add(1, Ordering::SeqCst);
        if self.chores_fail {
            return Err(sqlx::Error::PoolTimedOut).doing("prune");
        }
        self.here().prune(before).await
    }
}

async fn agree(log: &MemoryLog, store: &SqliteStore) {
    let records = log.read(Position::START, 1_000).await.expect("reads");
    Oracle::new(&settings(), &records.joined())
        .agree(store)
        .await;
}

#[tokio::test]
async fn it_follows_the_log_to_its_end_and_on_until_it_is_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).await;
    let (log, _clock) = log();
    log.append(bodies(0, 10)).await.expect("appends");
    let mut running = Running::start(&log, Arc::<SqliteStore>::clone(&store));
    running.reach(Position(10)).await;
    log.append(bodies(5, 20)).await.expect("appends");
    running.reach(Position(25)).await;
    running.stop().await.expect("stops");
    agree(&log, &store).await;
}

#[tokio::test]
async fn it_goes_on_where_the_last_run_was_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, _clock) = log();
    log.append(bodies(0, 10)).await.expect("appends");
    let mut first = Running::start(&log, open(folder.path()).await);
    first.reach(Position(3)).await;
    first.stop().await.expect("stops");
    let store = open(folder.path()).await;
    let mut second = Running::start(&log, Arc::<SqliteStore>::clone(&store));
    second.reach(Position(10)).await;
    second.stop().await.expect("stops");
    agree(&log, &store).await;
}

#[tokio::test]
async fn an_outage_of_the_database_loses_nothing_and_counts_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).await;
    let (log, _clock) = log();
    log.append(bodies(0, 40)).await.expect("appends");
    let failing = Failing::new(Arc::clone(&store), false);
    let mut running = Running::start(&log, failing);
    running.reach(Position(40)).await;
    running.stop().await.expect("stops");
    agree(&log, &store).await;
}

#[tokio::test]
async fn a_database_that_is_put_back_to_an_older_state_is_filled_from_there() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let (log, _clock) = log();
    log.append(bodies(0, 40)).await.expect("appends");
    let older = open(folders[1].path()).await;
    let mut failing = Failing::new(open(folders[0].path()).await, false);
    Arc::get_mut(&mut failing).expect("nobody else").put_back = Some(Arc::clone(&older));
    let mut running = Running::start(&log, failing);
    running.reach(Position(40)).await;
    running.stop().await.expect("stops");
    agree(&log, &older).await;
}

#[tokio::test]
async fn what_no_retry_can_mend_ends_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, _clock) = log();
    log.append(bodies(0, 1)).await.expect("appends");
    let broken = Failing::new(open(folder.path()).await, true);
    let ended = Running::start(&log, broken).task.await.expect("no panic");
    assert!(matches!(ended, Err(StoreError::TwoWriters(_))));
}

#[tokio::test]
async fn days_beyond_retention_are_dropped_once_a_city_day() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).await;
    let (log, clock) = log();
    let failing = Failing::new(Arc::clone(&store), false);
    let dynamic: Arc<dyn Store> = Arc::<Failing>::clone(&failing);
    let mut running = Running::start(&log, dynamic);
    for hours in 0..48 {
        clock.advance(Timestamp::from_secs(hours * 3_600));
        let end = log.append(vec![Body::Tick]).await.expect("appends");
        running.reach(end.last).await;
    }
    running.stop().await.expect("stops");
    assert_eq!(failing.pruned.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn work_beside_the_filling_that_fails_rests_and_holds_up_no_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path()).await;
    let (log, clock) = log();
    let failing = Failing::at_chores(Arc::clone(&store));
    let dynamic: Arc<dyn Store> = Arc::<Failing>::clone(&failing);
    let mut running = Running::start(&log, dynamic);
    let attempts =
        || [&failing.pruned, &failing.refreshed].map(|count| count.load(Ordering::SeqCst));
    // Days of the city, but no time at all.
    for day in 0..10 {
        clock.advance(Timestamp::from_secs(day * 86_400));
        let end = log.append(bodies(day * 10, day * 10 + 4)).await;
        running.reach(end.expect("appends").last).await;
    }
    assert_eq!(running.progress.borrow().away, None);
    assert_eq!(attempts(), [1, 1]);
    tokio::time::pause();
    tokio::time::advance(chore::REST).await;
    tokio::time::resume();
    let end = log.append(vec![Body::Tick]).await.expect("appends");
    running.reach(end.last).await;
    running.stop().await.expect("stops");
    assert_eq!(attempts(), [2, 2]);
    agree(&log, &store).await;
}

#[tokio::test]
async fn history_of_another_log_is_not_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let (old, _clock) = log();
    old.append(bodies(0, 10)).await.expect("appends");
    let mut first = Running::start(&old, open(folder.path()).await);
    first.reach(Position(10)).await;
    first.stop().await.expect("stops");
    // It has grown past the old one meanwhile.
    let (new, _clock) = log();
    new.append(bodies(0, 30)).await.expect("appends");
    let second = Running::start(&new, open(folder.path()).await);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(10), second.task).await;
    let ended = ended.expect("it does not go on").expect("no panic");
    assert!(matches!(ended, Err(StoreError::OtherLog { .. })));
}

#[tokio::test]
async fn a_log_that_lost_its_end_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, _clock) = log();
    log.append(bodies(0, 3)).await.expect("appends");
    let mut script = Script::new();
    for secs in 0..10 {
        script.reading("mqtt", "a:pm25", secs, 1.0);
    }
    let store = open(folder.path()).await;
    store.apply(script.records()).await.expect("applies");
    let second = Running::start(&log, store);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(10), second.task).await;
    let ended = ended.expect("it does not wait for the log to grow");
    assert!(matches!(
        ended.expect("no panic"),
        Err(StoreError::Ahead {
            history: Position(10),
            log: Position(3)
        })
    ));
}
