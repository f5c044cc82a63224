//! The loop: read a batch, let the engine think, append what it found, remember.
//!
//! What makes every finding stand in the log exactly once: the engine gives the same findings for the same records, each with the record
//! that caused it and a number; a checkpoint of position P is saved only when the findings caused up to P are durable; and at the start the
//! log is searched, from the checkpoint on, for the last finding that was appended after it. Up to that one they are not appended again.
//!
//! What came late, the engine wants to be told by history. History is asked beside the loop, one question at a time, and its answers are records
//! like any other: the engine goes on meanwhile, however long history is away. Nothing is asked before everything that the log held at the
//! start is handled, because the answer may be in it.
//!
//! Where no checkpoint fits, because rules or laws are others now, `account` brings the alarms that last in line with them.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tracing::{debug, info, warn};
use yiping_engine::Engine;
use yiping_log::{CatchUp, Checkpoint, Chunk, Log, LogError};
use yiping_model::{Body, Finding, Position};

use crate::account::Account;
use crate::error::RunnerError;
use crate::metrics::{self, Batches};
use crate::past::Past;
use crate::recall::{Asked, Question};
use crate::retry::retry;
use crate::settings::Settings;

/// How far the engine is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// The last record that was handled and whose findings are durable.
    pub position: Position,
    /// Whether history owes it an answer about what came late.
    pub asks: bool,
}

/// Feeds the engine from the log until `shutdown` becomes true (or its sender is gone), then saves a last checkpoint.
///
/// `engine` has seen nothing; the state of `checkpoint` is taken up when it fits. After a restart reading begins at the
/// checkpoint, which lies before what `progress` showed last.
///
/// # Errors
/// [`RunnerError`] when the log fails for good. Nothing is lost by it: the next run continues from the checkpoint.
pub async fn run(
    log: Arc<dyn Log>,
    past: Arc<dyn Past>,
    engine: Engine,
    checkpoint: Checkpoint,
    settings: Settings,
    mut shutdown: watch::Receiver<bool>,
    progress: watch::Sender<Progress>,
) -> Result<(), RunnerError> {
    let mut runner = Runner {
        ask_after: *log.end().borrow(),
        log,
        past,
        past_away: false,
        engine,
        checkpoint,
        settings,
        progress,
        handled: Position::START,
        saved: Position::START,
        known: None,
        account: None,
        catch_up: None,
        batches: Batches::new(),
    };
    runner.take_up().await?;
    tokio::select! {
        biased;
        // There is nothing to save before anything is handled.
        () = stopped(&mut shutdown) => return Ok(()),
        found = runner.find_known() => found?,
    }
    let end = *runner.log.end().borrow();
    runner.catch_up = Some(CatchUp::begin("engine", runner.handled, end));
    runner.feed(&mut shutdown).await?;
    if let Some(saving) = runner.save() {
        runner.saved(saving.await?);
    }
    Ok(())
}

type Asking = Pin<Box<dyn Future<Output = Asked> + Send>>;
type Saving = Pin<Box<dyn Future<Output = Result<Position, RunnerError>> + Send>>;

struct Runner {
    log: Arc<dyn Log>,
    past: Arc<dyn Past>,
    /// History is not asked before this record is handled.
    ask_after: Position,
    /// Whether history did not answer the last question.
    past_away: bool,
    engine: Engine,
    checkpoint: Checkpoint,
    settings: Settings,
    progress: watch::Sender<Progress>,
    /// The last record that the engine has seen and whose findings are durable.
    handled: Position,
    /// The position of the last checkpoint.
    saved: Position,
    /// The last finding in the log when the run began.
    known: Option<(Position, u32)>,
    /// While the engine reads again, from the beginning, what the log held when the run began: up to there.
    account: Option<(Box<Account>, Position)>,
    /// `None` before it begins to feed.
    catch_up: Option<CatchUp>,
    batches: Batches,
}

impl Runner {
    async fn take_up(&mut self) -> Result<(), RunnerError> {
        let checkpoint = self.checkpoint.clone();
        let loaded = tokio::task::spawn_blocking(move || checkpoint.load())
            .await
            .map_err(RunnerError::Interrupted)?
            .map_err(RunnerError::Checkpoint)?;
        let Some((position, state)) = loaded else {
            info!("engine has no checkpoint: it reads the log from its beginning");
            return Ok(());
        };
        let end = *self.log.end().borrow();
        if position > end {
            warn!(%position, %end, "engine checkpoint lies beyond the end of the log, so it is of another one: the engine reads the log from its beginning");
            return Ok(());
        }
        match self.engine.restore(&state) {
            Ok(()) => {
                self.handled = position;
                self.saved = position;
                info!(%position, "engine continues from its checkpoint");
            }
            Err(reason) => {
                info!(%position, %reason, "engine reads the log from its beginning");
            }
        }
        Ok(())
    }

    /// Findings caused after the checkpoint lie after it, so the search begins there.
    async fn find_known(&mut self) -> Result<(), RunnerError> {
        let end = *self.log.end().borrow();
        let mut after = self.handled;
        let mut account = Box::new(Account::default());
        let mut catch_up = CatchUp::begin("findings of the engine", after, end);
        while after < end {
            let records = self.read(after).await?;
            catch_up.took(&records);
            let Some(last) = records.last() else {
                break;
            };
            after = last.position;
            for record in &records {
                if let Body::Finding(finding) = &record.body {
                    self.known = self.known.max(Some(order(finding)));
                    account.recorded(finding);
                }
            }
        }
        if self.handled == Position::START && self.known.is_some() {
            self.account = Some((account, end));
        }
        debug!(?end, known = ?self.known, "findings already in the log are passed over");
        Ok(())
    }

    /// However feeding ends, a checkpoint under way is waited for.
    async fn feed(&mut self, shutdown: &mut watch::Receiver<bool>) -> Result<(), RunnerError> {
        let mut saving = None;
        let fed = self.feed_until(shutdown, &mut saving).await;
        if let Some(saving) = saving {
            self.saved(saving.await?);
        }
        fed
    }

    async fn feed_until(
        &mut self,
        shutdown: &mut watch::Receiver<bool>,
        saving: &mut Option<Saving>,
    ) -> Result<(), RunnerError> {
        let mut end = self.log.end();
        let every = Duration::from_secs(self.settings.checkpoint_secs);
        let records = self.settings.checkpoint_records;
        let mut beat = self.checkpoint.beat(every).or_after(records, self.handled);
        let mut asking: Option<Asking> = None;
        loop {
            if saving.is_none() && beat.is_due(self.handled) {
                beat.begun(self.handled);
                *saving = self.save();
            }
            let waiting = *end.borrow_and_update() > self.handled;
            asking = asking.or_else(|| self.question());
            self.show(asking.is_some());
            tokio::select! {
                biased;
                () = stopped(shutdown) => return Ok(()),
                saved = async { saving.as_mut().expect("only while one is saved").await }, if saving.is_some() => {
                    *saving = None;
                    self.saved(saved?);
                }
                () = beat.comes(), if saving.is_none() => {}
                asked = async { asking.as_mut().expect("only when somebody asks").await }, if asking.is_some() => {
                    asking = None;
                    self.take_answers(asked).await?;
                }
                () = std::future::ready(()), if waiting => {
                    self.step().await?;
                    // However much there is to catch up with, others on this thread get their turn.
                    tokio::task::yield_now().await;
                }
                grown = end.changed(), if !waiting => {
                    grown.map_err(|_closed| RunnerError::LogClosed)?;
                }
            }
        }
    }

    /// Both at once: who sees the position sees what is asked because of it.
    fn show(&self, asks: bool) {
        let position = self.handled;
        let now = Progress { position, asks };
        self.progress
            .send_if_modified(|shown| std::mem::replace(shown, now) != now);
    }

    /// One batch, whole.
    async fn step(&mut self) -> Result<(), RunnerError> {
        let records = self.read(self.handled).await?;
        let upto = self.account.as_ref().map(|(_, until)| *until);
        let records = upto.map_or_else(|| records.clone(), |until| records.until(until));
        let records = &records;
        if let Some(last) = records.last().map(|record| record.position) {
            self.handle(records, last).await?;
        }
        if let Some(catch_up) = &mut self.catch_up {
            catch_up.took(records);
        }
        if upto.is_some_and(|until| records.is_empty() || self.handled >= until) {
            self.settle_account().await?;
        }
        let end = *self.log.end().borrow();
        let lag = end.0.saturating_sub(self.handled.0);
        self.batches.show(lag, self.engine.counts());
        Ok(())
    }

    async fn settle_account(&mut self) -> Result<(), RunnerError> {
        let Some((account, until)) = self.account.take() else {
            return Ok(());
        };
        let told = account.settle(&self.engine, until);
        if !told.is_empty() {
            info!(events = told.len(), %until, "alarms that last are brought in line with the rules of now");
        }
        self.append(told.into_iter().map(Body::Finding).collect(), until)
            .await
    }

    async fn handle(&mut self, records: &Chunk, last: Position) -> Result<(), RunnerError> {
        self.engine.handle(records);
        let mut findings = self.engine.drain();
        let found = findings.len();
        if let Some((account, _)) = &mut self.account {
            account.read(records);
            for finding in &findings {
                account.found(finding);
            }
        }
        findings.retain(|finding| self.known.is_none_or(|known| order(finding) > known));
        if let Some((account, _)) = &mut self.account {
            for finding in &findings {
                account.recorded(finding);
            }
        }
        self.batches
            .count(records.len(), findings.len(), found - findings.len());
        let findings = findings.into_iter().map(Body::Finding).collect();
        self.append(findings, last).await?;
        self.handled = last;
        Ok(())
    }

    async fn read(&self, after: Position) -> Result<Chunk, RunnerError> {
        let limit = self.settings.batch_records_max.max(1);
        let read = || {
            let log = Arc::clone(&self.log);
            async move { log.read(after, limit).await }
        };
        retry(&self.settings, read)
            .await
            .map_err(|source| RunnerError::Read { after, source })
    }

    /// What to ask history, when the engine wants to be told something.
    fn question(&self) -> Option<Asking> {
        if self.account.is_some() || self.handled < self.ask_after {
            return None;
        }
        let mut wanted = self.engine.wanted();
        wanted.truncate(self.settings.recalls_max.max(1));
        let question = Question {
            past: Arc::clone(&self.past),
            points_max: self.engine.recall_points_max() as usize,
            part_points: self.settings.recall_part_points,
            pause: Duration::from_millis(self.settings.recall_pause_ms),
            wanted,
        };
        let asks = !question.wanted.is_empty();
        asks.then(|| Box::pin(question.ask()) as Asking)
    }

    async fn take_answers(&mut self, asked: Asked) -> Result<(), RunnerError> {
        match asked.trouble {
            Some(error) if !self.past_away => {
                warn!(%error, "late data cannot be corrected until history answers; it is asked again and again");
                self.past_away = true;
            }
            None if self.past_away => {
                info!("history answers again: late data are corrected");
                self.past_away = false;
            }
            _ => {}
        }
        if !asked.answers.is_empty() {
            self.append(asked.answers, self.handled).await?;
            // The engine still wants what these answer until it has read them.
            self.ask_after = *self.log.end().borrow();
        }
        Ok(())
    }

    async fn append(&self, bodies: Vec<Body>, upto: Position) -> Result<(), RunnerError> {
        let mut size = self.settings.append_findings_max.max(1);
        let mut rest = bodies.as_slice();
        while !rest.is_empty() {
            let (some, after) = rest.split_at(size.min(rest.len()));
            let append = || {
                let log = Arc::clone(&self.log);
                let bodies = some.to_vec();
                async move { log.append(bodies).await }
            };
            match retry(&self.settings, append).await {
                Ok(_appended) => rest = after,
                // More than one append of this log may hold: smaller parts fit.
                Err(LogError::Unwritable { .. }) if some.len() > 1 => size = some.len() / 2,
                Err(source) => return Err(RunnerError::Append { upto, source }),
            }
        }
        Ok(())
    }

    /// Takes the state as it is and saves it beside the loop, which does not wait for the disk.
    fn save(&mut self) -> Option<Saving> {
        // A checkpoint before the account is settled would leave it open for ever.
        if self.handled == self.saved || self.account.is_some() {
            return None;
        }
        let (checkpoint, position) = (self.checkpoint.clone(), self.handled);
        let state = self.engine.checkpoint();
        metrics::show_checkpoint(state.len());
        let writing = tokio::task::spawn_blocking(move || {
            checkpoint.save_pieces(position, state.iter())?;
            Ok(position)
        });
        Some(Box::pin(async move {
            let written: Result<_, LogError> = writing.await.map_err(RunnerError::Interrupted)?;
            written.map_err(RunnerError::Checkpoint)
        }))
    }

    fn saved(&mut self, position: Position) {
        self.saved = position;
        debug!(%position, "engine checkpoint saved");
    }
}

/// Resolves when the runner is told to stop, or whoever could say so is gone.
async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    drop(shutdown.wait_for(|stop| *stop).await);
}

const fn order(finding: &Finding) -> (Position, u32) {
    (finding.cause, finding.ordinal)
}

#[cfg(test)]
mod tests;
