//! Fills history from the log.
//!
//! The position is in the database, in the transaction of the rows, so an attempt that failed half-way is simply made again: nothing is
//! lost and nothing counts twice. While the database is away the log keeps everything.

use std::sync::Arc;

use tokio::sync::watch;
use yiping_log::{CatchUp, Log};
use yiping_model::{Position, Record, Timestamp};

use crate::{Settings, Store, StoreError, figures};

const DAY_SECS: i64 = 86_400;

/// Follows the log until `shutdown` turns true; `progress` shows the last record that is in history.
///
/// Once a day of city time it drops the observations that [`Settings::retain_days`] no longer keeps.
///
/// # Errors
/// [`StoreError`] when another attempt cannot help: the log cannot be read, or the database is not the one this program wrote.
pub async fn follow(
    log: Arc<dyn Log>,
    store: Arc<dyn Store>,
    settings: Settings,
    mut shutdown: watch::Receiver<bool>,
    progress: watch::Sender<Position>,
) -> Result<(), StoreError> {
    let mut follower = Follower {
        end: log.end(),
        log,
        store,
        settings,
        progress,
        position: None,
        catch_up: None,
        pruned_day: None,
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
                follower.failed(&error);
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
    progress: watch::Sender<Position>,
    /// `None` before the store was asked.
    position: Option<Position>,
    catch_up: Option<CatchUp>,
    pruned_day: Option<i64>,
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
            Some(position) => position,
            None => self.begin().await?,
        };
        let end = *self.end.borrow_and_update();
        let limit = self.settings.batch_records_max.max(1);
        let records = self.log.read(position, limit).await?;
        let Some(last) = records.last() else {
            self.took(&[]);
            return Ok(Turn::Idle);
        };
        self.store.apply(&records).await?;
        self.reached(last.position);
        self.took(&records);
        figures::applied(records.len(), last.position, end);
        self.prune(last.received_at).await?;
        Ok(Turn::Applied)
    }

    /// Where to go on. A position that the log has not reached is of another log: to wait for it would leave out what comes until then.
    async fn begin(&mut self) -> Result<Position, StoreError> {
        let (history, log) = (self.store.position().await?, *self.end.borrow());
        if history > log {
            return Err(StoreError::Ahead { history, log });
        }
        self.reached(history);
        self.catch_up = Some(CatchUp::begin("history", history, log));
        Ok(history)
    }

    fn took(&mut self, records: &[Record]) {
        if let Some(catch_up) = &mut self.catch_up {
            catch_up.took(records);
        }
    }

    fn reached(&mut self, position: Position) {
        self.position = Some(position);
        self.progress.send_replace(position);
    }

    async fn prune(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let today = now.as_secs().div_euclid(DAY_SECS);
        if let Some(retention) = self.settings.retention()
            && self.pruned_day != Some(today)
        {
            self.store.prune(now - retention).await?;
            self.pruned_day = Some(today);
        }
        Ok(())
    }

    fn failed(&mut self, error: &StoreError) {
        if self.failures == 0 {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "history cannot be filled: the log keeps everything until it can"
            );
        }
        self.failures = self.failures.saturating_add(1);
        figures::failed();
    }

    fn recovered(&mut self) {
        if self.failures > 0 {
            tracing::info!(failures = self.failures, "history is being filled again");
            self.failures = 0;
        }
    }
}

#[cfg(test)]
mod tests;
