//! Drills of a running city: which one there is, its beginning and its end, and the score.
//!
//! One follower folds the log and makes the rooms of the drill be there ([`Stage::show`]), so that a drill that runs goes on after a restart. Whoever
//! begins or ends one appends a step and waits until the follower has done what it says.

mod api;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use utoipa::ToSchema;
use yiping_desk::drill::{DrillBook, OneDrill, Score};
use yiping_log::{Checkpoint, CityClock, Log, LogError, passed_over};
use yiping_model::{Body, Class, Drill, DrillForm, DrillId, DrillStep, Drilled, Position, Text};

use crate::report::{self, ReportError};

pub use api::{begin_openapi, inside_openapi, known_openapi, score_openapi, watch_openapi};

/// How long whoever begins or ends a drill waits for its rooms.
const PATIENCE: Duration = Duration::from_secs(20);
/// What is new is looked for this often.
const PASS: Duration = Duration::from_millis(250);
/// After the log failed.
const RETRY: Duration = Duration::from_secs(10);
const READ_MAX: usize = 4_096;
const CHECKPOINT_SECS: u64 = 10;

/// What is asked for by whoever begins a drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The account.
    pub person: Option<String>,
    /// The scenario.
    pub scenario: String,
    /// The seed; `None` for the configuration's.
    pub seed: Option<u64>,
    /// Seconds from the beginning to the scenario's.
    pub after_secs: u32,
    /// The area, GB/T 2260.
    pub area: Option<String>,
    /// The accounts that take part.
    pub participants: Vec<String>,
    /// The channels that take part.
    pub channels: Vec<String>,
    /// What it is for.
    pub note: String,
}

/// The gravest real alarm that nobody has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RealAlarm {
    /// Its id.
    pub alarm: String,
    /// Its number on the real screens.
    pub number: u32,
    /// Its level, 1 to 4.
    pub level: u8,
    /// What it is.
    #[schema(value_type = Object)]
    pub title: Text,
    /// Where.
    #[schema(value_type = Object)]
    pub place: Text,
}

/// The house, as far as drills need it.
#[async_trait]
pub trait Stage: Send + Sync + 'static {
    /// Works out what a drill would be, if it can be.
    ///
    /// # Errors
    /// A sentence that says why it cannot.
    async fn prepare(&self, wish: &Wish) -> Result<DrillForm, Text>;

    /// Makes the rooms of this drill be there, those of no other, and its city speak while it runs.
    ///
    /// # Errors
    /// A sentence for the operator.
    async fn show(&self, drill: &OneDrill) -> Result<(), String>;

    /// The city's zone, by its IANA name.
    fn zone(&self) -> String;

    /// Real alarms that nobody has acknowledged: how many, and the gravest.
    fn real(&self) -> (usize, Option<RealAlarm>);
}

/// Where the follower stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// What retention must not drop lies behind this record.
    pub position: Position,
}

/// Why a drill does not begin or end.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// One runs.
    #[error("the drill {0} runs: end it first")]
    Runs(DrillId),
    /// There is no such drill.
    #[error("there is no drill `{0}`")]
    None(String),
    /// It is over.
    #[error("the drill {0} is over")]
    Over(DrillId),
    /// It cannot be.
    #[error("{}", .0.en)]
    Cannot(Text),
    /// The log cannot take it.
    #[error("the log cannot take it")]
    Log(#[from] LogError),
    /// It is in the log, and its rooms are not open.
    #[error("the drill is on record, but its rooms are not open: {0}")]
    Rooms(String),
    /// The ledger cannot be read.
    #[error("the ledger cannot be read")]
    Ledger(#[from] ReportError),
}

/// The drills of a city; clones are the same.
#[derive(Clone)]
pub struct Drills(Arc<Inner>);

struct Inner {
    log: Arc<dyn Log>,
    clock: CityClock,
    ledger: PathBuf,
    stage: Arc<dyn Stage>,
    book: Mutex<DrillBook>,
    /// Of two who begin at once one comes after the other.
    acting: tokio::sync::Mutex<()>,
    /// The last record whose consequences are there, and what went wrong with them.
    shown: watch::Sender<(Position, Option<String>)>,
}

impl std::fmt::Debug for Drills {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Drills")
    }
}

impl Drills {
    /// Those of this log; its ledger lies in this folder.
    pub fn new(
        log: Arc<dyn Log>,
        clock: CityClock,
        ledger: PathBuf,
        stage: Arc<dyn Stage>,
    ) -> Self {
        Self(Arc::new(Inner {
            log,
            clock,
            ledger,
            stage,
            book: Mutex::default(),
            acting: tokio::sync::Mutex::new(()),
            shown: watch::Sender::new((Position::START, None)),
        }))
    }

    fn book(&self) -> MutexGuard<'_, DrillBook> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a drill, and waits until its rooms are open.
    ///
    /// # Errors
    /// [`DrillError`].
    pub async fn begin(&self, wish: &Wish) -> Result<OneDrill, DrillError> {
        let _one = self.0.acting.lock().await;
        let id = {
            let book = self.book();
            if let Some(running) = book.running() {
                return Err(DrillError::Runs(running.id.clone()));
            }
            book.next_id()
        };
        let form = self
            .0
            .stage
            .prepare(wish)
            .await
            .map_err(DrillError::Cannot)?;
        self.append(id.clone(), DrillStep::Opened(Box::new(form)))
            .await?;
        self.one(id.as_str())
    }

    /// Ends a drill, or breaks it off, and waits until its city is silent.
    ///
    /// # Errors
    /// [`DrillError`].
    pub async fn stop(
        &self,
        id: &str,
        person: Option<String>,
        aborted: bool,
        note: String,
    ) -> Result<OneDrill, DrillError> {
        let _one = self.0.acting.lock().await;
        let drill = self.one(id)?;
        if !drill.runs() {
            return Err(DrillError::Over(drill.id));
        }
        let step = DrillStep::Stopped {
            person,
            aborted,
            note,
        };
        self.append(drill.id, step).await?;
        self.one(id)
    }

    /// How a drill went, or goes.
    ///
    /// # Errors
    /// [`DrillError`] when there is no such drill, or the ledger cannot be read.
    pub async fn score(&self, id: &str) -> Result<Score, DrillError> {
        let drill = self.one(id)?;
        let (ledger, now) = (self.0.ledger.clone(), self.0.clock.now());
        let of = Some(drill.id.clone());
        let entries = report::entries(ledger, drill.opened, of).await?;
        Ok(Score::of(&drill, &entries, now))
    }

    fn one(&self, id: &str) -> Result<OneDrill, DrillError> {
        let found = self.book().drill(id).cloned();
        found.ok_or_else(|| DrillError::None(id.chars().take(64).collect()))
    }

    async fn append(&self, drill: DrillId, step: DrillStep) -> Result<(), DrillError> {
        let what = Drilled::Step(step);
        let body = Body::Drill(Box::new(Drill { drill, what }));
        let appended = self.0.log.append(vec![body]).await?;
        let mut shown = self.0.shown.subscribe();
        let there = shown.wait_for(|(position, _)| *position >= appended.last);
        let trouble = match tokio::time::timeout(PATIENCE, there).await {
            Ok(Ok(shown)) => shown.1.clone(),
            _ => Some("it takes too long".to_owned()),
        };
        trouble.map_or(Ok(()), |why| Err(DrillError::Rooms(why)))
    }

    /// Keeps the book, and the rooms of the last drill, until `shutdown` turns true.
    pub async fn follow(
        self,
        checkpoint: Checkpoint,
        mut shutdown: watch::Receiver<bool>,
        progress: watch::Sender<Progress>,
    ) {
        while !*shutdown.borrow() {
            let Err(error) = self.run(&checkpoint, &mut shutdown, &progress).await else {
                return;
            };
            tracing::error!(%error, "drills do not go on");
            tokio::select! {
                () = sleep(RETRY) => {}
                _stop = shutdown.wait_for(|stop| *stop) => {}
            }
        }
    }

    async fn run(
        &self,
        checkpoint: &Checkpoint,
        shutdown: &mut watch::Receiver<bool>,
        progress: &watch::Sender<Progress>,
    ) -> Result<(), LogError> {
        let log = &*self.0.log;
        let (end, mut wanted) = (log.end(), log.end_of(Class::Decision));
        let at_start = *end.borrow();
        *self.book() = load(checkpoint)?;
        let mut shown: Option<(DrillId, bool)> = None;
        let mut kept = None;
        loop {
            let position = self.book().position();
            if *wanted.borrow() > position {
                let records = log.read(position, READ_MAX).await?;
                let mut book = self.book();
                for record in records.of(Class::Decision) {
                    book.take(record);
                }
                // When there is none, retention has taken what was there.
                let last = records.last().map(|last| last.position);
                book.pass(last.unwrap_or(*wanted.borrow()));
            } else if let Some(last) = passed_over(&end, &wanted, position) {
                self.book().pass(last);
            }
            let (position, last) = {
                let book = self.book();
                (book.position(), book.last().cloned())
            };
            // Drills of long ago are not opened one after the other while a log is read.
            if position >= at_start {
                let mut trouble = None;
                if let Some(drill) = &last {
                    let state = (drill.id.clone(), drill.runs());
                    if shown.as_ref() != Some(&state) {
                        trouble = self.0.stage.show(drill).await.err();
                        if let Some(error) = &trouble {
                            tracing::error!(%error, drill = %drill.id, "the rooms of a drill are not as they should be");
                        }
                        shown = Some(state);
                    }
                }
                self.0.shown.send_replace((position, trouble));
            }
            let due = Instant::now() - Duration::from_secs(CHECKPOINT_SECS);
            if kept.is_none_or(|kept| kept <= due) {
                self.keep(checkpoint, progress)?;
                kept = Some(Instant::now());
            }
            if *wanted.borrow() > position {
                continue;
            }
            let stopped = tokio::select! {
                _stop = shutdown.wait_for(|stop| *stop) => true,
                more = wanted.wait_for(|end| *end > position) => more.is_err(),
                () = sleep(PASS) => false,
            };
            if stopped {
                return self.keep(checkpoint, progress);
            }
        }
    }

    /// The book is small: a hundred drills at most.
    fn keep(
        &self,
        checkpoint: &Checkpoint,
        progress: &watch::Sender<Progress>,
    ) -> Result<(), LogError> {
        let book = self.book().clone();
        let position = book.position();
        let state = serde_json::to_vec(&book).expect("a book is made of texts and numbers");
        checkpoint.save(position, &state)?;
        progress.send_replace(Progress { position });
        Ok(())
    }
}

fn load(checkpoint: &Checkpoint) -> Result<DrillBook, LogError> {
    let kept = checkpoint.load()?;
    let book = kept.and_then(|(_, state)| serde_json::from_slice(&state).ok());
    Ok(book.unwrap_or_default())
}
