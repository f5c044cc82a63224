//! Fills history from the log.
//!
//! The position is in the database, in the transaction of the rows, so an attempt that failed half-way is simply made again: nothing is
//! lost and nothing counts twice. While the database is away the log keeps everything.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use yiping_log::{CatchUp, Chunk, Log};
use yiping_model::{Position, Timestamp};

use self::chore::Chore;
use crate::{Settings, Store, StoreError, figures};

mod chore;

const DAY_SECS: i64 = 86_400;

/// That history cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// City time since which.
    pub since: Timestamp,
    /// What its database says.
    pub reason: String,
}

/// Where the writer stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// The last record that is in history.
    pub position: Position,
    /// `None` while it can be filled.
    pub away: Option<Away>,
}

/// Follows the log until `shutdown` turns true; `progress` shows how far it is.
///
/// Once a day of city time it drops the observations that [`Settings::retain_days`] no longer keeps, and every
/// [`PostgresSettings::refresh_secs`](crate::PostgresSettings) of it brings figures up to date that are worked out beforehand. What fails of this is tried again after ten minutes,
/// and the records go on.
///
/// # Errors
/// [`StoreError`] when another attempt cannot help: the log cannot be read, or the database is not the one this program wrote.
pub async fn follow(
    log: Arc<dyn Log>,
    store: Arc<dyn Store>,
    settings: Settings,
    mut shutdown: watch::Receiver<bool>,
    progress: watch::Sender<Progress>,
) -> Result<(), StoreError> {
    let mut follower = Follower {
        end: log.end(),
        log,
        store,
        settings,
        progress,
        position: None,
        catch_up: None,
        now: Timestamp::MIN,
        pruning: Chore::new("prune"),
        pruned_day: None,
        refreshing: Chore::new("refresh"),
        refreshed_at: None,
        failures: 0,
    };
    loop {
        if *shutdown.borrow() {
            return Ok(());
        }
        match follower.turn().await {
            Ok(Turn::Applied) => follower.recovered(),
            Ok(Turn::Idle) => {
                follower.recovered();
                tokio::select! {
                    grown = follower.end.changed() => if grown.is_err() { return Ok(()) },
                    _stop = shutdown.wait_for(|stop| *stop) => return Ok(()),
                }
            }
            Err(error) if error.is_retryable() => {
                follower.failed(&error).await;
                let delay = follower.settings.retry_delay(follower.failures);
                tokio::select! {
                    () = tokio::time::sleep(delay) => {}
                    _stop = shutdown.wait_for(|stop| *stop) => return Ok(()),
                }
            }
            Err(error) => return Err(error),
        }
    }
}

struct Follower {
    log: Arc<dyn Log>,
    end: watch::Receiver<Position>,
    store: Arc<dyn Store>,
    settings: Settings,
    progress: watch::Sender<Progress>,
    /// `None` before the store was asked.
    position: Option<Position>,
    catch_up: Option<CatchUp>,
    /// City time of the last record that was taken.
    now: Timestamp,
    pruning: Chore,
    pruned_day: Option<i64>,
    refreshing: Chore,
    refreshed_at: Option<Timestamp>,
    failures: u32,
}

enum Turn {
    Applied,
    Idle,
}

impl Follower {
    /// Takes one batch. After an error it may be called again.
    async fn turn(&mut self) -> Result<Turn, StoreError> {
        let position = match self.position {
            Some(position) if self.failures == 0 => position,
            // It may have been put back to what it was some time ago.
            Some(_) => self.found().await?,
            None => self.begin().await?,
        };
        let end = *self.end.borrow_and_update();
        let limit = self.settings.batch_records_max.max(1);
        let records = self.log.read(position, limit).await?;
        let Some(last) = records.last() else {
            self.took(&records);
            return Ok(Turn::Idle);
        };
        self.store.apply(&records.joined()).await?;
        self.reached(last.position);
        self.took(&records);
        figures::applied(records.len(), last.position, end);
        self.now = last.received_at;
        self.prune().await?;
        self.refresh().await?;
        Ok(Turn::Applied)
    }

    /// Where to go on. A position that the log has not reached is not one of it: to wait for it would leave out what comes until then.
    async fn found(&mut self) -> Result<Position, StoreError> {
        let history = self.store.fill_from(self.log.id()).await?;
        let log = *self.end.borrow();
        if history > log {
            return Err(StoreError::Ahead { history, log });
        }
        self.reached(history);
        Ok(history)
    }

    async fn begin(&mut self) -> Result<Position, StoreError> {
        let history = self.found().await?;
        let log = *self.end.borrow();
        self.catch_up = Some(CatchUp::begin("history", history, log));
        Ok(history)
    }

    fn took(&mut self, records: &Chunk) {
        if let Some(catch_up) = &mut self.catch_up {
            catch_up.took(records);
        }
    }

    fn reached(&mut self, position: Position) {
        self.position = Some(position);
        self.progress
            .send_modify(|progress| progress.position = position);
    }

    /// One step of it, so that a large part goes between batches.
    async fn prune(&mut self) -> Result<(), StoreError> {
        let today = self.now.as_secs().div_euclid(DAY_SECS);
        if let Some(retention) = self.settings.retention()
            && self.pruned_day != Some(today)
            && self.pruning.may_be_tried()
        {
            let step = self.store.prune(self.now - retention).await;
            if self.pruning.outcome(step)? == Some(true) {
                self.pruned_day = Some(today);
            }
        }
        Ok(())
    }

    async fn refresh(&mut self) -> Result<(), StoreError> {
        let every = Duration::from_secs(self.settings.postgres.refresh_secs.into());
        if self.refreshed_at.is_none_or(|at| self.now >= at + every)
            && self.refreshing.may_be_tried()
        {
            let refreshed = self.store.refresh(self.now).await;
            if self.refreshing.outcome(refreshed)?.is_some() {
                self.refreshed_at = Some(self.now);
            }
        }
        Ok(())
    }

    async fn failed(&mut self, error: &StoreError) {
        if self.failures == 0 {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "history cannot be filled: the log keeps everything until it can"
            );
            let since = self.next_at().await;
            let reason = with_sources(error);
            self.progress
                .send_modify(|progress| progress.away = Some(Away { since, reason }));
        }
        self.failures = self.failures.saturating_add(1);
        figures::failed();
    }

    /// City time of the first record that is missing.
    async fn next_at(&self) -> Timestamp {
        let position = self.position.unwrap_or(Position::START);
        let next = self.log.read(position, 1).await;
        let first = next
            .ok()
            .and_then(|records| Some(records.first()?.received_at));
        first.unwrap_or(self.now)
    }

    fn recovered(&mut self) {
        if self.failures > 0 {
            tracing::info!(failures = self.failures, "history is being filled again");
            self.failures = 0;
            self.progress.send_modify(|progress| progress.away = None);
        }
    }
}

/// The error and its causes; a cause that the text before it has already told is left out.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
