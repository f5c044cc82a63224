//! The tick: while nothing else happens, the log itself says that time goes on.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};
use yiping_model::Body;

use crate::Log;

/// Appends a tick at once and then every `period` of the machine's time, until `shutdown` is ready.
///
/// A tick that cannot be appended is left out and the next one tried; the trouble is reported once, and its end.
pub async fn tick(log: Arc<dyn Log>, period: Duration, shutdown: impl Future<Output = ()> + Send) {
    tokio::select! {
        () = shutdown => {}
        () = tick_forever(&*log, period) => {}
    }
}

async fn tick_forever(log: &dyn Log, period: Duration) {
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
            Err(error) => {
                if !failing {
                    warn!(%error, "ticks cannot be appended: the city clock stands still for those who read the log");
                }
                failing = true;
            }
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
        ticking.await.expect("ends by itself");
        let records = log.read(Position::START, 3).await.expect("readable");
        assert!(records.iter().all(|record| record.body == Body::Tick));
    }
}
