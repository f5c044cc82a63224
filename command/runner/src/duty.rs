//! Follows the log into the book of duty, and appends what the house must say: escalations, and what of the house changed.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};
use yiping_desk::duty::{DutyBook, House};
use yiping_desk::ledger::{Entry, Place};
use yiping_log::{CatchUp, Checkpoint, CityClock, Log, LogError, passed_over};
use yiping_model::{Body, Class, Duty, Position};

use crate::LedgerError;
use crate::metrics;
use crate::pages;

/// What is new is looked for this long after the last look, at the earliest.
const LOOK: Duration = Duration::from_millis(20);
/// While nothing comes for it, it looks what is due and goes on past what came, this often.
const PASS: Duration = Duration::from_secs(1);
/// After an append that the log had no room for.
const ROOM: Duration = Duration::from_millis(250);
/// After the log failed.
const RETRY: Duration = Duration::from_secs(10);
/// Records in one append.
const APPEND_MAX: usize = 256;

/// How the book is kept.
#[derive(Debug, Clone, Copy)]
pub struct Keeping {
    /// Records of the log read at once.
    pub batch_records_max: usize,
    /// Where it has read to is remembered so often.
    pub checkpoint_secs: u64,
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DutyProgress {
    /// What retention must not drop lies behind this record.
    pub position: Position,
    /// Why nothing is escalated; `None` while the log can be read and written.
    pub trouble: Option<String>,
}

/// The duty of a city; clones are the same.
#[derive(Clone)]
pub struct DutyDesk(Arc<Inner>);

struct Inner {
    log: Arc<dyn Log>,
    clock: CityClock,
    house: House,
    keeping: Keeping,
    ledger: PathBuf,
    book: Mutex<DutyBook>,
    position: watch::Sender<Position>,
}

impl std::fmt::Debug for DutyDesk {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("DutyDesk")
    }
}

impl DutyDesk {
    /// The duty of this log by these rules; its ledger lies in this folder.
    pub fn new(
        house: House,
        keeping: Keeping,
        log: Arc<dyn Log>,
        clock: CityClock,
        ledger: PathBuf,
    ) -> Self {
        Self(Arc::new(Inner {
            log,
            clock,
            house,
            keeping,
            ledger,
            book: Mutex::default(),
            position: watch::Sender::new(Position::START),
        }))
    }

    /// What it goes by.
    pub fn house(&self) -> &House {
        &self.0.house
    }

    /// How duty stands. The guard must not be held over an await.
    pub fn book(&self) -> MutexGuard<'_, DutyBook> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The city clock.
    pub fn clock(&self) -> &CityClock {
        &self.0.clock
    }

    /// The seats that the shift wants somebody at, and nobody has.
    pub fn gaps(&self) -> Vec<String> {
        let standing = self
            .book()
            .standing(&self.0.house.pattern, self.0.clock.now());
        standing.gaps().into_iter().map(str::to_owned).collect()
    }

    /// Waits until the book has taken this record; `false` when it has not within `patience`.
    pub async fn reaches(&self, position: Position, patience: Duration) -> bool {
        let mut reached = self.0.position.subscribe();
        let wait = reached.wait_for(|taken| *taken >= position);
        matches!(tokio::time::timeout(patience, wait).await, Ok(Ok(_)))
    }

    /// The ledger's entries from this place on, in order, until `each` says `false`. Blocks the thread.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub fn entries(
        &self,
        from: Place,
        each: &mut dyn FnMut(Entry<'static>) -> bool,
    ) -> Result<(), LedgerError> {
        pages::read(&self.0.ledger, from, each)
    }

    /// Escalates until `shutdown` turns true; `progress` shows how far it is.
    ///
    /// It never ends with an error: a city is watched though nothing is escalated, which is shown.
    pub async fn follow(
        self,
        checkpoint: Checkpoint,
        mut shutdown: watch::Receiver<bool>,
        progress: watch::Sender<DutyProgress>,
    ) {
        let mut told = false;
        while !*shutdown.borrow() {
            let follower = Follower {
                inner: &self.0,
                desk: &self,
                checkpoint: &checkpoint,
                progress: &progress,
            };
            let Err(error) = follower.run(&mut shutdown).await else {
                return;
            };
            metrics::duty_failed();
            if !told {
                tracing::error!(%error, "nothing is escalated; the log keeps what is open");
            }
            told = true;
            progress.send_modify(|progress| progress.trouble = Some(error.to_string()));
            tokio::select! {
                () = sleep(RETRY) => {}
                _stop = shutdown.wait_for(|stop| *stop) => {}
            }
        }
    }
}

/// What comes next.
enum Next {
    /// There may be something to read.
    More,
    /// Look around.
    Look,
    /// Keep, and end.
    Stop,
}

struct Follower<'a> {
    inner: &'a Inner,
    desk: &'a DutyDesk,
    checkpoint: &'a Checkpoint,
    progress: &'a watch::Sender<DutyProgress>,
}

impl Follower<'_> {
    async fn run(self, shutdown: &mut watch::Receiver<bool>) -> Result<(), LogError> {
        let log = &*self.inner.log;
        let (end, mut wanted) = (log.end(), log.end_of(Class::Alarm));
        let at_start = *end.borrow();
        self.open(at_start).await?;
        let mut catch_up = CatchUp::begin("duty", self.desk.book().position(), at_start);
        let remember = Duration::from_secs(self.inner.keeping.checkpoint_secs);
        let mut beat = self.checkpoint.beat(remember);
        let mut look_at = Instant::now();
        loop {
            self.say().await?;
            let position = self.desk.book().position();
            if beat.is_due(position) {
                beat.begun(position);
                self.keep().await?;
            }
            metrics::show_duty(position, *end.borrow(), self.desk.gaps().len());
            let more = async {
                sleep_until(look_at).await;
                wanted.wait_for(|end| *end > position).await.is_ok()
            };
            let next = tokio::select! {
                _stop = shutdown.wait_for(|stop| *stop) => Next::Stop,
                more = more => if more { Next::More } else { Next::Stop },
                () = sleep(PASS) => Next::Look,
            };
            match next {
                Next::More => {}
                Next::Look => {
                    if let Some(last) = passed_over(&end, &wanted, position) {
                        self.desk.book().pass(last);
                        self.moved();
                    }
                    continue;
                }
                Next::Stop => return self.keep().await,
            }
            let records = log
                .read(position, self.inner.keeping.batch_records_max)
                .await?;
            catch_up.took(&records);
            let taken = {
                let mut book = self.desk.book();
                records
                    .of(Class::Alarm)
                    .for_each(|record| book.take(record));
                // When there is none, retention has taken what was there.
                let last = records.last().map(|last| last.position);
                book.pass(last.unwrap_or(*wanted.borrow()));
                book.position()
            };
            self.moved();
            look_at = Instant::now();
            if taken >= *wanted.borrow() {
                look_at += LOOK;
            }
        }
    }

    fn moved(&self) {
        let position = self.desk.book().position();
        self.inner.position.send_replace(position);
    }

    /// The book as it was kept; a log of which none was kept is read from its beginning.
    async fn open(&self, at_start: Position) -> Result<(), LogError> {
        let kept = self.blocking(Checkpoint::load).await?;
        let kept = kept.and_then(|(_, state)| {
            serde_json::from_slice::<DutyBook>(&state)
                .inspect_err(|error| {
                    tracing::warn!(%error, "the book of duty that was kept is not read; the log is");
                })
                .ok()
        });
        let mut book = kept.unwrap_or_default();
        book.reindex();
        book.settle_at(at_start);
        *self.desk.book() = book;
        self.moved();
        self.progress.send_replace(DutyProgress {
            position: self.desk.book().position(),
            trouble: None,
        });
        Ok(())
    }

    async fn keep(&self) -> Result<(), LogError> {
        let (position, state) = {
            let book = self.desk.book();
            let state = serde_json::to_vec(&*book).expect("a book is made of texts and numbers");
            (book.position(), state)
        };
        self.blocking(move |checkpoint| checkpoint.save(position, &state))
            .await?;
        self.progress.send_replace(DutyProgress {
            position,
            trouble: None,
        });
        Ok(())
    }

    /// Appends what the house must say.
    async fn say(&self) -> Result<(), LogError> {
        let now = self.inner.clock.now();
        let said = self.desk.book().unsaid(now, &self.inner.house);
        for some in said.chunks(APPEND_MAX) {
            let bodies = some.iter().cloned().map(Body::Duty).collect();
            match self.inner.log.append(bodies).await {
                Ok(_appended) => some.iter().for_each(told),
                Err(error) if error.is_retryable() => {
                    metrics::duty_failed();
                    tracing::warn!(%error, "the log has no room for escalations; they wait");
                    sleep(ROOM).await;
                    // Some of them may be in the log all the same: it is read first.
                    let end = *self.inner.log.end().borrow();
                    self.desk.book().settle_at(end);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Runs what blocks on a thread that may.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Checkpoint) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let checkpoint = self.checkpoint.clone();
        match spawn_blocking(move || work(&checkpoint)).await {
            Ok(done) => done,
            Err(_broke) => Err(LogError::Closed),
        }
    }
}

/// What everybody may see of a record that is in the log.
fn told(duty: &Duty) {
    match duty {
        Duty::Escalated(one) => {
            metrics::escalated(one.stage);
            let (alarm, to) = (&one.event.alarm, &one.to);
            tracing::warn!(%alarm, to, stage = one.stage, "nobody acknowledged an alarm in time");
        }
        Duty::Missed { stage, alarms } => {
            tracing::warn!(
                alarms = alarms.len(),
                stage,
                "alarms that should have been escalated while the program was away"
            );
        }
        Duty::Unshelved(one) => {
            let (alarm, why) = (&one.alarm, one.why);
            tracing::info!(%alarm, ?why, "what was shelved came back");
        }
        Duty::Changed { changes } => {
            tracing::info!(
                changes = changes.len(),
                "rules, packs or doors are others than before"
            );
        }
    }
}

#[cfg(test)]
mod tests;
