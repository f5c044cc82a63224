//! The loop: read a batch, let the engine think, append what it found, remember.
//!
//! What makes every finding stand in the log exactly once: the engine gives the same findings for the same records, each with the record
//! that caused it and a number; a checkpoint of position P is saved only when the findings caused up to P are durable; and at the start the
//! log is searched, from the checkpoint on, for the last finding that was appended after it. Up to that one they are not appended again.
//! Where no checkpoint fits, because rules or laws are others now, `account` brings the alarms that last in line with them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tracing::{debug, info, warn};
use yiping_engine::Engine;
use yiping_log::{CatchUp, Checkpoint, Chunk, Log, LogError};
use yiping_model::{Body, Finding, Position, Record};

use crate::account::Account;
use crate::error::RunnerError;
use crate::metrics;
use crate::retry::retry;
use crate::settings::Settings;

/// Feeds the engine from the log until `shutdown` becomes true (or its sender is gone), then saves a last checkpoint.
///
/// `engine` has seen nothing; the state of `checkpoint` is taken up when it fits. `progress` shows the last record that was handled and
/// whose findings are durable; after a restart reading begins at the checkpoint, which lies before it.
///
/// # Errors
/// [`RunnerError`] when the log fails for good. Nothing is lost by it: the next run continues from the checkpoint.
pub async fn run(
    log: Arc<dyn Log>,
    engine: Engine,
    checkpoint: Checkpoint,
    settings: Settings,
    mut shutdown: watch::Receiver<bool>,
    progress: watch::Sender<Position>,
) -> Result<(), RunnerError> {
    let mut runner = Runner {
        log,
        engine,
        checkpoint,
        settings,
        progress,
        handled: Position::START,
        saved: Position::START,
        unsaved_records: 0,
        known: None,
        account: None,
        catch_up: None,
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
    runner.progress.send_replace(runner.handled);
    runner.feed(&mut shutdown).await?;
    runner.save().await
}

struct Runner {
    log: Arc<dyn Log>,
    engine: Engine,
    checkpoint: Checkpoint,
    settings: Settings,
    progress: watch::Sender<Position>,
    /// The last record that the engine has seen and whose findings are durable.
    handled: Position,
    /// The position of the last checkpoint.
    saved: Position,
    unsaved_records: u64,
    /// The last finding in the log when the run began.
    known: Option<(Position, u32)>,
    /// While the engine reads again, from the beginning, what the log held when the run began: up to there.
    account: Option<(Box<Account>, Position)>,
    /// `None` before it begins to feed.
    catch_up: Option<CatchUp>,
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
            for record in records.iter() {
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

    async fn feed(&mut self, shutdown: &mut watch::Receiver<bool>) -> Result<(), RunnerError> {
        let mut end = self.log.end();
        let every = Duration::from_secs(self.settings.checkpoint_secs.max(1));
        let mut checkpoint_due = tokio::time::interval(every);
        checkpoint_due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        checkpoint_due.reset();
        loop {
            let waiting = *end.borrow_and_update() > self.handled;
            tokio::select! {
                biased;
                () = stopped(shutdown) => return Ok(()),
                _ = checkpoint_due.tick() => self.save().await?,
                () = std::future::ready(()), if waiting => self.step().await?,
                grown = end.changed(), if !waiting => {
                    grown.map_err(|_closed| RunnerError::LogClosed)?;
                }
            }
        }
    }

    /// One batch, whole.
    async fn step(&mut self) -> Result<(), RunnerError> {
        let records = self.read(self.handled).await?;
        let upto = self.account.as_ref().map(|(_, until)| *until);
        let records = match upto {
            Some(until) => {
                let known = records.partition_point(|record| record.position <= until);
                &records[..known]
            }
            None => &records[..],
        };
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
        metrics::show_lag(end.0.saturating_sub(self.handled.0));
        metrics::show_counts(self.engine.counts());
        if self.unsaved_records >= self.settings.checkpoint_records.max(1) {
            self.save().await?;
        }
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
        self.append(told, until).await
    }

    async fn handle(&mut self, records: &[Record], last: Position) -> Result<(), RunnerError> {
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
        metrics::count_batch(records.len(), findings.len(), found - findings.len());
        self.append(findings, last).await?;
        self.handled = last;
        self.unsaved_records += records.len() as u64;
        self.progress.send_replace(last);
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

    async fn append(&self, findings: Vec<Finding>, upto: Position) -> Result<(), RunnerError> {
        let mut size = self.settings.append_findings_max.max(1);
        let mut rest = findings.as_slice();
        while !rest.is_empty() {
            let (some, after) = rest.split_at(size.min(rest.len()));
            let append = || {
                let log = Arc::clone(&self.log);
                let bodies = some.iter().cloned().map(Body::Finding).collect();
                async move { log.append(bodies).await }
            };
            match retry(&self.settings, append).await {
                Ok(_appended) => rest = after,
                // More than one append of this log may hold: smaller parts fit.
                Err(LogError::Unwritable(_)) if some.len() > 1 => size = some.len() / 2,
                Err(source) => return Err(RunnerError::Append { upto, source }),
            }
        }
        Ok(())
    }

    async fn save(&mut self) -> Result<(), RunnerError> {
        // A checkpoint before the account is settled would leave it open for ever.
        if self.handled == self.saved || self.account.is_some() {
            return Ok(());
        }
        let (checkpoint, position) = (self.checkpoint.clone(), self.handled);
        let state = self.engine.checkpoint();
        metrics::show_checkpoint(state.len());
        tokio::task::spawn_blocking(move || checkpoint.save(position, &state))
            .await
            .map_err(RunnerError::Interrupted)?
            .map_err(RunnerError::Checkpoint)?;
        self.saved = position;
        self.unsaved_records = 0;
        debug!(%position, "engine checkpoint saved");
        Ok(())
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
