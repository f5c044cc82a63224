//! The task that folds the log into the live scene, publishes what changed, and keeps the state for the next start.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use yiping_log::{CatchUp, Checkpoint, Log, LogError};
use yiping_model::{Class, Position};
use yiping_scene::{SceneFacts, WallCheckpoint, WallScene};

use super::{LiveError, LiveHandle};
use crate::settings::Settings;

impl LiveHandle {
    /// The live scene as it was kept, or, when nothing fitting was kept, before the first record.
    ///
    /// What was kept does not fit when catalogue, rules or limits are others, or when it lies beyond the end of the log.
    pub async fn open(
        facts: SceneFacts,
        settings: &Settings,
        log: &dyn Log,
        checkpoint: &Checkpoint,
    ) -> Self {
        let end = *log.end().borrow();
        let kept = load(checkpoint).await;
        let restored = kept.and_then(|kept| {
            let wall = WallScene::restore(facts.clone(), settings.scene, kept);
            wall.filter(|wall| wall.position() <= end)
        });
        let wall = restored.unwrap_or_else(|| WallScene::new(facts, settings.scene));
        tracing::info!(
            position = wall.position().0,
            end = end.0,
            "live scene opens"
        );
        Self::over(wall, settings)
    }
}

async fn load(checkpoint: &Checkpoint) -> Option<WallCheckpoint> {
    let checkpoint = checkpoint.clone();
    let kept = blocking(move || checkpoint.load()).await;
    let (position, bytes) = match kept {
        Ok(kept) => kept?,
        Err(error) => {
            tracing::warn!(%error, "kept live scene cannot be read: folding the log from its beginning");
            return None;
        }
    };
    match serde_json::from_slice(&bytes) {
        Ok(kept) => Some(kept),
        Err(error) => {
            tracing::info!(position = position.0, %error, "kept live scene has another form: folding the log from its beginning");
            None
        }
    }
}

/// How often readings are folded for each delta.
const FOLDS_A_DELTA: u32 = 5;

/// Folds the log into the live scene until `shutdown`; then keeps the state.
///
/// # Errors
/// [`LiveError`] when the log cannot be read.
pub async fn follow(
    live: LiveHandle,
    log: Arc<dyn Log>,
    checkpoint: Checkpoint,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), LiveError> {
    tokio::select! {
        () = shutdown => {}
        ended = fold_forever(&live, &*log) => ended?,
        () = keep_forever(&live, &checkpoint) => {}
    }
    live.publish();
    keep(&live, &checkpoint).await;
    Ok(())
}

/// Readings are folded a few times for each delta, alarms and decisions at once.
async fn fold_forever(live: &LiveHandle, log: &dyn Log) -> Result<(), LiveError> {
    let gap = Duration::from_millis(live.0.settings.delta_ms);
    let batch = live.0.settings.batch_records;
    let (mut end, mut alarms) = (log.end(), log.end_of(Class::Alarm));
    let mut rested_at = Instant::now();
    let mut due: Option<Instant> = None;
    let mut published_at = Instant::now();
    let mut catch_up = CatchUp::begin("wall", live.position(), *end.borrow());
    loop {
        let position = live.position();
        let grown = async {
            tokio::select! {
                grown = grows(&mut alarms, position) => grown,
                grown = async {
                    sleep_until(rested_at).await;
                    grows(&mut end, position).await
                } => grown,
            }
        };
        tokio::select! {
            () = sleep_until(due.unwrap_or(published_at)), if due.is_some() => {}
            grown = grown => {
                grown?;
                let records = log.read(position, batch).await?;
                let urgent = live.fold(&records);
                catch_up.took(&records);
                let behind = live.position() < *log.end().borrow();
                rested_at = Instant::now() + if behind { Duration::ZERO } else { gap / FOLDS_A_DELTA };
                if !urgent && published_at.elapsed() < gap {
                    due = due.or(Some(published_at + gap));
                    continue;
                }
            }
        }
        live.publish();
        published_at = Instant::now();
        due = None;
    }
}

async fn grows(end: &mut watch::Receiver<Position>, position: Position) -> Result<(), LogError> {
    let grown = end.wait_for(|end| *end > position).await;
    grown.map(drop).map_err(|_gone| LogError::Closed)
}

/// Keeps the state after so much time or so many records, whichever comes first.
async fn keep_forever(live: &LiveHandle, checkpoint: &Checkpoint) {
    let gap = Duration::from_secs(live.0.settings.checkpoint_secs);
    let records = live.0.settings.checkpoint_records;
    let mut beat = checkpoint.beat(gap).or_after(records, live.keep_from());
    let mut position = live.0.position.subscribe();
    loop {
        let due = beat.position();
        tokio::select! {
            () = beat.comes() => {}
            () = async { drop(position.wait_for(|at| *at >= due).await) } => {}
        }
        beat.begun(live.position());
        keep(live, checkpoint).await;
    }
}

/// Keeps the state. A failure costs a longer start, no data: it is said, and tried again a period later.
async fn keep(live: &LiveHandle, checkpoint: &Checkpoint) {
    let state = live.checkpoint();
    let position = state.position();
    if position == live.keep_from() {
        return;
    }
    let checkpoint = checkpoint.clone();
    let saved = blocking(move || {
        let bytes =
            serde_json::to_vec(&state).expect("a checkpoint is made of texts, numbers and lists");
        checkpoint.save(position, &bytes)
    });
    match saved.await {
        Ok(()) => live.set_kept(position),
        Err(error) => {
            tracing::warn!(%error, "live scene cannot be kept: the next start reads more of the log");
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(LogError::Closed))
}
