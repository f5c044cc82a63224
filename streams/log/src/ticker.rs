//! The tick: while nothing else happens, the log itself says that time goes on.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};
use yiping_model::Body;

use crate::{Log, LogError};

/// Appends a tick at once and then every `period` of the machine's time, until `shutdown` is ready.
///
/// A tick for which the log has no room is left out and the next one tried; the trouble is reported once, and its end.
///
/// # Errors
/// [`LogError`] when the log cannot be written any more: whoever started it should end the program, so that it is seen and restarted.
pub async fn tick(
    log: Arc<dyn Log>,
    period: Duration,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), LogError> {
    tokio::select! {
        () = shutdown => Ok(()),
        error = tick_until_failure(&*log, period) => Err(error),
    }
}

async fn tick_until_failure(log: &dyn Log, period: Duration) -> LogError {
    let mut beat = interval(period);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut failing = false;
    loop {
        beat.tick().await;
        match log.append(vec![Body::Tick]).await {
            Ok(_appended) if failing => {
                failing = false;
                info!("ticks are appended again");
            }
            Ok(_appended) => {}
            Err(error) if error.is_retryable() => {
                if !failing {
                    warn!(%error, "ticks cannot be appended: the city clock stands still for those who read the log");
                }
                failing = true;
            }
            Err(error) => return error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CityClock;
    use crate::memory::MemoryLog;
    use tokio::sync::oneshot;
    use yiping_model::{Position, Timestamp};

    #[tokio::test]
    async fn ticks_come_until_shutdown() {
        let log = Arc::new(MemoryLog::new(CityClock::driven(Timestamp::from_secs(1))));
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            assert!(stopped.await.is_ok());
        };
        let ticking = tokio::spawn(tick(
            Arc::<MemoryLog>::clone(&log),
            Duration::from_millis(1),
            shutdown,
        ));
        let mut end = log.end();
        end.wait_for(|end| *end >= Position(3))
            .await
            .expect("the log lives");
        stop.send(()).expect("still ticking");
        ticking
            .await
            .expect("ends by itself")
            .expect("the log lives");
        let records = log.read(Position::START, 3).await.expect("readable");
        assert!(records.iter().all(|record| record.body == Body::Tick));
    }

    #[tokio::test]
    async fn a_log_that_is_closed_ends_the_ticks() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = crate::DiskLog::open(
            folder.path(),
            crate::disk::Settings::default(),
            CityClock::life,
        );
        let log = Arc::new(log.expect("opens"));
        log.close().await;
        let ended = tick(log, Duration::from_millis(1), std::future::pending()).await;
        assert!(matches!(ended, Err(LogError::Closed)));
    }
}
