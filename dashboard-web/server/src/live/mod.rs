//! The live feed: one fold of the log, one ring of deltas, many screens.
//!
//! `follow` folds records into the wall and publishes a delta (`LiveSettings::delta_ms` apart, at once when an alarm changed). Each delta is
//! serialized once and put into the ring; a screen is a cursor into it. Whoever is not in the ring gets a snapshot: the last one that
//! was made, as long as the ring still leads on from it, or a new one at the head.
//! Programs hear the records themselves (`feed`).
//!
//! Locks: the scene before the feed; neither is held over an await.

pub(crate) mod feed;
mod follow;
mod ring;
mod screen;
mod socket;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use yiping_log::{Chunk, LogError};
use yiping_model::{Alarm, AlarmId, Body, Position, Shelving, Timestamp};
use yiping_scene::message::{AlarmView, HistoryView, ServerMessage, StateView};
use yiping_scene::{WallCheckpoint, WallScene};
use yiping_store::writer::Progress;

use crate::metrics;
use crate::settings::{LiveSettings, Settings};
use feed::Channels;
use ring::{Frame, Ring};

pub use follow::follow;
pub(crate) use screen::connect;

/// A snapshot that is further behind the head than this is made anew: two seconds of deltas at the default rate.
const SNAPSHOT_FRAMES_MAX: usize = 20;

/// So long after the last screen left deltas are still made, for it may come back; then nobody pays for them.
const SCREENS_GONE: Duration = Duration::from_secs(30);

/// Decisions about alarms that are remembered as those that count, to tell the first of several.
const COUNTED_MAX: usize = 4_096;

/// Why the live fold ended.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The log could not be read.
    #[error("the live scene cannot follow the log")]
    Log(#[from] LogError),
}

/// The live scene and its feed; clones are the same.
#[derive(Debug, Clone)]
pub struct LiveHandle(Arc<Live>);

#[derive(Debug)]
struct Live {
    settings: LiveSettings,
    folded: Mutex<Folded>,
    feed: Mutex<Feed>,
    /// Held while a snapshot is made, so that many screens that come at once wait for the same one.
    making: tokio::sync::Mutex<()>,
    position: watch::Sender<Position>,
    head: watch::Sender<u64>,
    kept: AtomicU64,
    clients: Arc<Semaphore>,
    channels: Channels,
    closing: watch::Sender<bool>,
    /// What the screens are told of history; `None` until it was first away.
    history: watch::Sender<Option<Utf8Bytes>>,
}

#[derive(Debug)]
struct Folded {
    wall: WallScene,
    counted: VecDeque<Position>,
    moved_at: Instant,
    /// When a screen was last connected.
    watched_at: Option<Instant>,
}

#[derive(Debug)]
struct Feed {
    ring: Ring,
    snapshot: Option<(u64, Utf8Bytes)>,
}

/// The live city at one position.
#[derive(Debug, Clone)]
pub(crate) struct Now {
    pub(crate) position: u64,
    pub(crate) time: Timestamp,
    pub(crate) state: StateView,
}

impl LiveHandle {
    fn over(wall: WallScene, settings: &Settings) -> Self {
        let position = wall.position();
        Self(Arc::new(Live {
            settings: settings.live.clone(),
            feed: Mutex::new(Feed {
                ring: Ring::new(position.0, &settings.live),
                snapshot: None,
            }),
            making: tokio::sync::Mutex::new(()),
            position: watch::Sender::new(position),
            head: watch::Sender::new(position.0),
            kept: AtomicU64::new(position.0),
            clients: Arc::new(Semaphore::new(settings.live.clients_max)),
            channels: Channels::default(),
            closing: watch::Sender::new(false),
            history: watch::Sender::new(None),
            folded: Mutex::new(Folded {
                wall,
                counted: VecDeque::new(),
                moved_at: Instant::now(),
                watched_at: None,
            }),
        }))
    }

    /// The last record that the live scene has taken.
    pub fn position(&self) -> Position {
        *self.0.position.borrow()
    }

    /// The position from which a restart would read: the log must keep what follows it.
    pub fn keep_from(&self) -> Position {
        Position(self.0.kept.load(Ordering::Acquire))
    }

    fn set_kept(&self, position: Position) {
        self.0.kept.store(position.0, Ordering::Release);
    }

    /// Tells the screens when history is away and when it is back, until nobody fills it any more.
    pub async fn announce(&self, mut filling: watch::Receiver<Progress>) {
        let mut told = None;
        loop {
            let since = |progress: &Progress| progress.away.as_ref().map(|away| away.since);
            let Ok(now) = filling
                .wait_for(|now| since(now) != told)
                .await
                .map(|now| since(&now))
            else {
                return;
            };
            told = now;
            let view = HistoryView {
                away_since_ms: now.map(Timestamp::as_millis),
            };
            let text = serialized(&ServerMessage::History(view));
            self.0.history.send_replace(Some(text));
        }
    }

    /// How many screens are connected.
    pub fn clients(&self) -> usize {
        self.0.settings.clients_max - self.0.clients.available_permits()
    }

    /// City time at [`LiveHandle::position`].
    pub(crate) fn now(&self) -> Timestamp {
        self.folded().wall.now()
    }

    /// The live city.
    pub(crate) fn state(&self) -> Now {
        let folded = self.folded();
        let snapshot = folded.wall.snapshot();
        Now {
            position: snapshot.position,
            time: folded.wall.now(),
            state: snapshot.state,
        }
    }

    /// An open or lately closed alarm.
    pub(crate) fn alarm(&self, id: &AlarmId) -> Option<Alarm> {
        self.folded().wall.alarm(id).cloned()
    }

    /// An open or lately closed alarm, as screens show it while it is open, and the position at which it is so.
    pub(crate) fn shown(&self, id: &AlarmId) -> Option<(Alarm, Option<AlarmView>, Position)> {
        let folded = self.folded();
        let alarm = folded.wall.alarm(id)?.clone();
        let view = folded.wall.alarm_view(id);
        Some((alarm, view, folded.wall.position()))
    }

    /// What the person of an account is called on screens.
    pub(crate) fn display(&self, account: &str) -> Option<String> {
        self.folded().wall.display(account).map(str::to_owned)
    }

    /// Whether the decision about an alarm that this record holds changed anything, among those read lately.
    pub(crate) fn counted(&self, position: Position) -> bool {
        self.folded().counted.contains(&position)
    }

    /// What is on the shelf and out of service.
    pub(crate) fn shelving(&self) -> Shelving {
        self.folded().wall.shelving().clone()
    }

    /// Waits until the live scene has taken this record; `false` when it has not within `patience`.
    pub async fn reaches(&self, position: Position, patience: Duration) -> bool {
        let mut reached = self.0.position.subscribe();
        let wait = reached.wait_for(|folded| *folded >= position);
        matches!(tokio::time::timeout(patience, wait).await, Ok(Ok(_)))
    }

    /// How long ago a record was last taken, by the machine's clock.
    pub(crate) fn silence(&self) -> Duration {
        self.folded().moved_at.elapsed()
    }

    /// Sends a close frame to every screen.
    pub(crate) fn close(&self) {
        self.0.closing.send_replace(true);
    }

    /// Waits until [`LiveHandle::close`].
    async fn closes(&self) {
        let mut closing = self.0.closing.subscribe();
        drop(closing.wait_for(|closing| *closing).await);
    }

    /// Waits until no screen is connected.
    pub(crate) async fn closed(&self) {
        let all = u32::try_from(self.0.settings.clients_max).unwrap_or(u32::MAX);
        drop(self.0.clients.acquire_many(all).await);
    }

    /// Takes records; `true` when one of them changed an alarm.
    fn fold(&self, records: &Chunk) -> bool {
        let mut folded = self.folded();
        let mut urgent = false;
        for record in records {
            urgent |= matches!(record.body, Body::Command(_));
            folded.wall.apply(record);
            if !folded.wall.changed_alarms(record.position) {
                continue;
            }
            urgent = true;
            if matches!(record.body, Body::Decision(_)) {
                let counted = &mut folded.counted;
                if counted.len() == COUNTED_MAX {
                    counted.pop_front();
                }
                counted.push_back(record.position);
            }
        }
        folded.moved_at = Instant::now();
        let position = folded.wall.position();
        metrics::set(metrics::POSITION, position.0);
        metrics::set_total(metrics::UNSHOWN, folded.wall.unshown());
        metrics::count(metrics::RECORDS, records.len() as u64);
        drop(folded);
        self.0.position.send_replace(position);
        urgent
    }

    /// Publishes what changed since the last delta.
    fn publish(&self) {
        self.publish_held(&mut self.folded());
    }

    fn publish_held(&self, folded: &mut Folded) {
        if self.0.head.receiver_count() > 0 {
            folded.watched_at = Some(Instant::now());
        }
        let watched = |at: Instant| at.elapsed() < SCREENS_GONE;
        if !folded.watched_at.is_some_and(watched) {
            folded.wall.pass_delta();
            let position = folded.wall.position().0;
            self.feed().ring.restart(position);
            self.0.head.send_replace(position);
            return;
        }
        let Some(delta) = folded.wall.take_delta() else {
            return;
        };
        let (after, position) = (delta.after, delta.position);
        let text = serialized(&ServerMessage::Delta(Box::new(delta)));
        metrics::count(metrics::FRAMES, 1);
        metrics::count(metrics::FRAMES_BYTES, text.len() as u64);
        self.feed().ring.push(Frame {
            after,
            position,
            text,
        });
        self.0.head.send_replace(position);
    }

    /// The deltas after a position, at most `max`; `None` when the ring does not lead on from there.
    fn frames_after(&self, position: u64, max: usize) -> Option<Vec<Frame>> {
        self.feed().ring.after(position, max)
    }

    /// A snapshot from which the ring leads on.
    async fn snapshot(&self) -> (u64, Utf8Bytes) {
        let _one_at_a_time = self.0.making.lock().await;
        if let Some(made) = self.made_snapshot() {
            return made;
        }
        let (position, message) = {
            let mut folded = self.folded();
            self.publish_held(&mut folded);
            let snapshot = folded.wall.snapshot();
            (
                snapshot.position,
                ServerMessage::Snapshot(Box::new(snapshot)),
            )
        };
        let made = (position, serialized(&message));
        metrics::count(metrics::SNAPSHOTS, 1);
        self.feed().snapshot = Some(made.clone());
        made
    }

    fn made_snapshot(&self) -> Option<(u64, Utf8Bytes)> {
        let feed = self.feed();
        let (position, text) = feed.snapshot.as_ref()?;
        let distance = feed.ring.distance(*position)?;
        (distance <= SNAPSHOT_FRAMES_MAX).then(|| (*position, text.clone()))
    }

    fn checkpoint(&self) -> WallCheckpoint {
        self.folded().wall.checkpoint()
    }

    fn folded(&self) -> MutexGuard<'_, Folded> {
        self.0.folded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn feed(&self) -> MutexGuard<'_, Feed> {
        self.0.feed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serialized(message: &ServerMessage) -> Utf8Bytes {
    serde_json::to_string(message)
        .expect("a message is made of texts, numbers and lists")
        .into()
}
