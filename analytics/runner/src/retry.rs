//! Tries a call of the log again when the log says that it may succeed later. The only place that does so, and it ends.

use std::time::Duration;

use tracing::debug;
use yiping_log::LogError;

use crate::metrics;
use crate::settings::Settings;

const PAUSE_MAX: Duration = Duration::from_secs(1);

/// The result of the first call that succeeds or fails for good, or of the last one tried.
pub(crate) async fn retry<T, F>(
    settings: &Settings,
    mut call: impl FnMut() -> F,
) -> Result<T, LogError>
where
    F: Future<Output = Result<T, LogError>> + Send,
{
    let mut pause = Duration::from_millis(settings.retry_pause_ms);
    for _ in 0..settings.retries_max {
        match call().await {
            Err(error) if error.is_retryable() => {
                debug!(%error, pause_ms = pause.as_millis(), "log call is tried again");
                metrics::count_retry();
                // No jitter: the runner is the only one that retries, and it does so one call at a time.
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
            done => return done,
        }
    }
    call().await
}
