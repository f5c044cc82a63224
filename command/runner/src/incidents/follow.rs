//! Follows the log, folds it, and appends what the program has to say: what is overdue, what readings prove.
//!
//! Nothing is said before everything was read that the log held at the start, or that an append may have brought in: what a crash left behind is known
//! then, so nothing is said twice.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use yiping_desk::command::Desk;
use yiping_log::{CatchUp, Checkpoint, Chunk, LogError, passed_over};
use yiping_model::{Body, Class, Position};

use super::{Incidents, Inner, OUTCOMES_MAX, Progress, metrics};

/// Readings are looked at this long after the last look, at the earliest; acts at once.
const LOOK: Duration = Duration::from_millis(100);
/// What is due is looked for this often; a city clock may run faster than the machine's.
const PASS: Duration = Duration::from_millis(250);
/// After an append that the log had no room for.
const ROOM: Duration = Duration::from_millis(250);
/// After the log failed.
const RETRY: Duration = Duration::from_secs(10);
/// Acts in one append.
const APPEND_MAX: usize = 256;

impl Incidents {
    /// Keeps the incidents until `shutdown` turns true; `progress` shows how far it is.
    ///
    /// It never ends with an error: a city is watched though nothing can be commanded, which is told, and the log keeps what was done.
    pub async fn follow(
        self,
        checkpoint: Checkpoint,
        mut shutdown: watch::Receiver<bool>,
        progress: watch::Sender<Progress>,
    ) {
        let mut told = false;
        while !*shutdown.borrow() {
            let follower = Follower {
                inner: &self.0,
                checkpoint: &checkpoint,
                progress: &progress,
                settled: Position::START,
            };
            let Err(error) = follower.run(&mut shutdown).await else {
                return;
            };
            metrics::failed();
            if !told {
                tracing::error!(%error, "incidents do not go on; the log keeps what was done");
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

struct Follower<'a> {
    inner: &'a Inner,
    checkpoint: &'a Checkpoint,
    progress: &'a watch::Sender<Progress>,
    /// Nothing is said before the log was read up to here.
    settled: Position,
}

impl Follower<'_> {
    async fn run(mut self, shutdown: &mut watch::Receiver<bool>) -> Result<(), LogError> {
        let log = &*self.inner.log;
        let (end, mut wanted) = (log.end(), log.end_of(Class::Alarm));
        let at_start = *end.borrow();
        self.settled = at_start;
        self.open().await?;
        let mut catch_up = CatchUp::begin("incidents", self.position(), at_start);
        let keep_every = Duration::from_secs(self.inner.settings.checkpoint_secs);
        let mut beat = self.checkpoint.beat(keep_every);
        let mut look_at = Instant::now();
        loop {
            let position = self.position();
            let acts = *wanted.borrow() > position;
            let readings = self.inner.folded().desk.wants_readings() && *end.borrow() > position;
            if acts || (readings && Instant::now() >= look_at) {
                let limit = self.inner.settings.batch_records_max.max(1);
                let records = log.read(position, limit).await?;
                catch_up.took(&records);
                self.take(&records, *wanted.borrow());
                look_at = Instant::now() + LOOK;
                continue;
            }
            if !readings && let Some(last) = passed_over(&end, &wanted, position) {
                self.pass(last);
            }
            if self.say().await? {
                continue;
            }
            metrics::show(&self.inner.folded().desk, *end.borrow());
            if beat.is_due(self.position()) {
                beat.begun(self.position());
                self.keep().await?;
            }
            let position = self.position();
            let rested = async {
                if readings {
                    sleep_until(look_at).await;
                } else {
                    sleep(PASS).await;
                }
            };
            let stopped = tokio::select! {
                _stop = shutdown.wait_for(|stop| *stop) => true,
                more = wanted.wait_for(|end| *end > position) => more.is_err(),
                () = rested => false,
            };
            if stopped {
                return self.keep().await;
            }
        }
    }

    fn position(&self) -> Position {
        self.inner.folded().desk.position()
    }

    fn take(&self, records: &Chunk, wanted: Position) {
        let mut folded = self.inner.folded();
        for record in records {
            let Some(outcome) = folded.desk.take(record) else {
                continue;
            };
            metrics::acted(&outcome);
            if folded.outcomes.len() == OUTCOMES_MAX {
                folded.outcomes.pop_front();
            }
            folded.outcomes.push_back(outcome);
        }
        if records.is_empty() {
            // Retention has taken what was there.
            folded.desk.pass(wanted);
        }
        let position = folded.desk.position();
        drop(folded);
        self.inner.position.send_replace(position);
    }

    fn pass(&self, last: Position) {
        self.inner.folded().desk.pass(last);
        self.inner.position.send_replace(last);
    }

    /// The desk as it was kept; a log of which none was kept is read from its beginning.
    async fn open(&self) -> Result<(), LogError> {
        let kept = blocking(self.checkpoint, Checkpoint::load).await?;
        let desk = kept.and_then(|(_, state)| {
            let read = serde_json::from_slice::<Desk>(&state);
            read.inspect_err(|error| {
                tracing::warn!(%error, "the incidents that were kept are not read; the log is");
            })
            .ok()
        });
        let mut desk = desk.unwrap_or_default();
        desk.know(self.inner.city.catalogue.clone());
        desk.reindex();
        let position = desk.position();
        let mut folded = self.inner.folded();
        folded.desk = desk;
        folded.outcomes.clear();
        drop(folded);
        self.inner.position.send_replace(position);
        self.show(position);
        Ok(())
    }

    async fn keep(&self) -> Result<(), LogError> {
        // Written outside the lock: nobody who acts waits for it.
        let desk = self.inner.folded().desk.clone();
        let position = desk.position();
        blocking(self.checkpoint, move |checkpoint| {
            let state = serde_json::to_vec(&desk).expect("a desk is made of texts and numbers");
            checkpoint.save(position, &state)
        })
        .await?;
        self.show(position);
        Ok(())
    }

    fn show(&self, position: Position) {
        self.progress.send_replace(Progress {
            position,
            trouble: None,
        });
    }

    /// Appends what the program has to say; whether it did.
    async fn say(&mut self) -> Result<bool, LogError> {
        let said = {
            let folded = self.inner.folded();
            if folded.desk.position() < self.settled {
                return Ok(false);
            }
            folded.desk.wants(self.inner.clock.now(), APPEND_MAX)
        };
        if said.is_empty() {
            return Ok(false);
        }
        let bodies = said.into_iter().map(Body::Command).collect();
        match self.inner.log.append(bodies).await {
            Ok(appended) => self.settled = appended.last,
            Err(error) if error.is_retryable() => {
                metrics::failed();
                tracing::warn!(%error, "the log has no room for what is overdue; it waits");
                sleep(ROOM).await;
                // Some of it may be in the log all the same: it is read first.
                self.settled = *self.inner.log.end().borrow();
            }
            Err(error) => return Err(error),
        }
        Ok(true)
    }
}

async fn blocking<T: Send + 'static>(
    checkpoint: &Checkpoint,
    work: impl FnOnce(&Checkpoint) -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    let checkpoint = checkpoint.clone();
    let worked = tokio::task::spawn_blocking(move || work(&checkpoint)).await;
    worked.unwrap_or(Err(LogError::Closed))
}
