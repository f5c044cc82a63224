//! The record feed: what a filter takes of the log, as it comes, for programs.
//!
//! Listeners with the same filter share a channel: one task that follows the log, writes each message once and puts it into a ring. The log is
//! the memory behind the ring: a listener that comes back or falls behind reads the log itself until it is in the ring again, so it
//! misses nothing that retention has left, and is told of what it has not (`gap`). A channel ends with its last listener; when its task ends before, so do
//! its listeners, who come back to a new one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Utf8Bytes, WebSocketUpgrade};
use axum::response::Response;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use yiping_log::{Log, LogError, passed_over};
use yiping_model::{Position, PropertyId, Record, ThingId};
use yiping_scene::feed::{FeedMessage, Filter, gap};

use super::ring::{Frame, Ring};
use super::socket::{End, Step, Track, listen};
use crate::admission::{Caller, Standing, TOKEN};
use crate::api::{ApiError, Params};
use crate::metrics;
use crate::settings::LiveSettings;
use crate::state::ServerState;

/// A message that has grown so large is sent without waiting for more.
const MESSAGE_BYTES: usize = 64 * 1_024;

/// A message goes out after so long even if it holds nothing: it carries position and city clock.
const SILENCE_MAX: Duration = Duration::from_secs(1);

/// How many messages are taken from the ring at once.
const BATCH_FRAMES: usize = 64;

/// The channels that have listeners, by their filter.
#[derive(Debug, Default)]
pub(super) struct Channels(Mutex<BTreeMap<Filter, Weak<Channel>>>);

#[derive(Debug)]
struct Channel {
    ring: Mutex<Ring>,
    /// Closed when the task that follows the log has ended.
    head: watch::Receiver<u64>,
}

/// `GET /api/v1/feed`
pub(crate) async fn connect(
    State(state): State<ServerState>,
    caller: Caller,
    mut params: Params,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    // It was looked at before.
    params.text(TOKEN)?;
    let kinds = params.text("kinds")?;
    let thing = params.parsed("thing", "air-qz-07", |text| ThingId::new(text).ok())?;
    let property = params.parsed("property", "pm25", |text| PropertyId::new(text).ok())?;
    let after = params.parsed("after", "812345", |text| text.parse().ok())?;
    params.finish()?;
    let kinds = kinds.as_deref().unwrap_or("window,index,alarm,decision");
    let filter = Filter::new(kinds, thing, property)
        .map_err(|error| ApiError::BadQuery(error.to_string()))?;
    let live = state.live;
    let channel = live.0.channels.join(&filter, &state.log, &live.0.settings);
    let program = Program {
        silence: watch::Sender::new(None),
        channel,
        filter,
        log: state.log,
        batch: live.0.settings.batch_records,
    };
    let standing = Standing::new(&state.people, &caller);
    listen(live, program, after, standing, upgrade)
}

impl Channels {
    fn join(&self, filter: &Filter, log: &Arc<dyn Log>, settings: &LiveSettings) -> Arc<Channel> {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        channels.retain(|_, channel| channel.strong_count() > 0);
        let running = channels.get(filter).and_then(Weak::upgrade);
        if let Some(channel) = running.filter(|channel| channel.head.has_changed().is_ok()) {
            return channel;
        }
        let head = *log.end().borrow();
        let (sender, receiver) = watch::channel(head.0);
        let channel = Arc::new(Channel {
            ring: Mutex::new(Ring::new(head.0, settings)),
            head: receiver,
        });
        channels.insert(filter.clone(), Arc::downgrade(&channel));
        let follower = Follower {
            channel: Arc::downgrade(&channel),
            head: sender,
            filter: filter.clone(),
            log: Arc::clone(log),
            gather: Duration::from_millis(settings.gather_ms),
            batch: settings.batch_records,
        };
        tokio::spawn(follower.run(head));
        channel
    }
}

impl Channel {
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows the log for a channel as long as somebody listens.
struct Follower {
    channel: Weak<Channel>,
    /// Where the channel has come to; it goes with the follower, however that ends.
    head: watch::Sender<u64>,
    filter: Filter,
    log: Arc<dyn Log>,
    gather: Duration,
    batch: usize,
}

impl Follower {
    async fn run(self, head: Position) {
        match self.follow(head).await {
            Ok(()) => tracing::debug!("nobody listens to the channel any more"),
            Err(LogError::Closed) => tracing::debug!("channel ends with the log"),
            Err(error) => tracing::error!(
                %error,
                "a channel of the feed cannot read the log: its listeners are sent away, and may come back"
            ),
        }
    }

    async fn follow(&self, head: Position) -> Result<(), LogError> {
        let (end, mut wanted) = (self.log.end(), self.log.end_of(self.filter.least_class()));
        let mut message = FeedMessage::after(head);
        let mut published_at = Instant::now();
        loop {
            let position = message.position();
            let wait = if message.items() > 0 {
                self.gather
            } else {
                SILENCE_MAX
            };
            let due = published_at + wait;
            let grown = async { wanted.wait_for(|end| *end > position).await.map(drop) };
            if let Ok(grown) = timeout_at(due, grown).await {
                grown.map_err(|_gone| LogError::Closed)?;
                let records = self.log.read(position, self.batch).await?;
                for record in records.of(self.filter.least_class()) {
                    message.take(&self.filter, record);
                }
                if let Some(last) = records.last() {
                    message.pass(last);
                }
                let due = message.items() > 0 && published_at.elapsed() >= self.gather;
                if !due && message.size_bytes() < MESSAGE_BYTES {
                    continue;
                }
            } else if let Some(last) = self.passed_over(&end, &wanted, position).await? {
                message.take(&self.filter, &last);
            }
            let Some(channel) = self.channel.upgrade() else {
                return Ok(());
            };
            published_at = Instant::now();
            if message.position() > message.begins_after() {
                let next = FeedMessage::after(message.position());
                self.publish(&channel, std::mem::replace(&mut message, next));
            }
        }
    }
}

impl Follower {
    fn publish(&self, channel: &Channel, message: FeedMessage) {
        let (after, position) = (message.begins_after().0, message.position().0);
        let text: Utf8Bytes = message.finish().into();
        metrics::count(metrics::FEED_MESSAGES, 1);
        channel.ring().push(Frame {
            after,
            position,
            text,
        });
        self.head.send_replace(position);
    }

    /// The last record, when nothing after `position` can pass the filter: what lies between need not be read.
    async fn passed_over(
        &self,
        end: &watch::Receiver<Position>,
        wanted: &watch::Receiver<Position>,
        position: Position,
    ) -> Result<Option<Record>, LogError> {
        let Some(last) = passed_over(end, wanted, position) else {
            return Ok(None);
        };
        let records = self.log.read(Position(last.0 - 1), 1).await?;
        Ok(records.first().cloned())
    }
}

/// One listener's way along its channel.
struct Program {
    /// Nothing is said beside the records.
    silence: watch::Sender<Option<Utf8Bytes>>,
    channel: Arc<Channel>,
    filter: Filter,
    log: Arc<dyn Log>,
    batch: usize,
}

impl Track for Program {
    fn head(&self) -> watch::Receiver<u64> {
        self.channel.head.clone()
    }

    fn aside(&self) -> watch::Receiver<Option<Utf8Bytes>> {
        self.silence.subscribe()
    }

    async fn next(&self, cursor: Option<u64>) -> Result<Step, End> {
        let Some(cursor) = cursor else {
            let position = *self.channel.head.borrow();
            let text = FeedMessage::after(Position(position)).finish().into();
            return Ok(Step {
                texts: vec![text],
                position,
            });
        };
        let found = {
            let ring = self.channel.ring();
            let frames = ring.after(cursor, BATCH_FRAMES);
            frames.ok_or_else(|| ring.boundary_after(cursor))
        };
        let until = match found {
            Ok(frames) => {
                return Ok(Step {
                    position: frames.last().map_or(cursor, |last| last.position),
                    texts: frames.into_iter().map(|frame| frame.text).collect(),
                });
            }
            Err(boundary) => boundary,
        };
        metrics::count(metrics::FEED_CATCHING_UP, 1);
        self.read_log(cursor, until).await
    }
}

impl Program {
    /// One message out of the log itself, up to `until`, where the ring leads on.
    async fn read_log(&self, cursor: u64, until: u64) -> Result<Step, End> {
        if cursor > until {
            // A position that the log has not reached is of another log: go on from the head of this one.
            return Ok(Step {
                texts: vec![gap(Position(cursor), Position(until)).into()],
                position: until,
            });
        }
        let records = self.log.read(Position(cursor), self.batch).await;
        let records = records.map_err(|error| {
            tracing::warn!(%error, cursor, "feed cannot read the log for a listener behind");
            End::Gone
        })?;
        let mut texts = Vec::new();
        let mut message = FeedMessage::after(Position(cursor));
        if let Some(first) = records
            .first()
            .filter(|first| first.position.0 > cursor + 1)
        {
            let kept_from = Position((first.position.0 - 1).min(until));
            texts.push(gap(Position(cursor), kept_from).into());
            message = FeedMessage::after(kept_from);
        }
        for record in records.iter().take_while(|one| one.position.0 <= until) {
            message.take(&self.filter, record);
        }
        let position = message.position().0;
        if message.position() > message.begins_after() {
            texts.push(message.finish().into());
        }
        Ok(Step { texts, position })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use async_trait::async_trait;
    use yiping_log::memory::MemoryLog;
    use yiping_log::{Appended, Archive, Chunk, CityClock, LogId};
    use yiping_model::{Body, Timestamp};

    use super::*;

    /// A log that cannot be read for a while.
    #[derive(Debug)]
    struct Torn {
        sound: MemoryLog,
        torn: AtomicBool,
    }

    #[async_trait]
    impl Log for Torn {
        fn id(&self) -> LogId {
            self.sound.id()
        }

        async fn append(&self, bodies: Vec<Body>) -> Result<Appended, LogError> {
            self.sound.append(bodies).await
        }

        async fn read(&self, after: Position, limit: usize) -> Result<Chunk, LogError> {
            if self.torn.load(Ordering::Relaxed) {
                return Err(LogError::Closed);
            }
            self.sound.read(after, limit).await
        }

        fn end(&self) -> watch::Receiver<Position> {
            self.sound.end()
        }

        async fn retain(
            &self,
            keep_from: Position,
            archive: Option<Arc<dyn Archive>>,
        ) -> Result<(), LogError> {
            self.sound.retain(keep_from, archive).await
        }
    }

    #[tokio::test]
    async fn who_listens_to_a_channel_that_cannot_read_is_sent_away_and_comes_back_to_a_new_one() {
        let clock = CityClock::driven(Timestamp::from_millis(0));
        let torn = Arc::new(Torn {
            sound: MemoryLog::new(clock),
            torn: AtomicBool::new(true),
        });
        let log: Arc<dyn Log> = torn.clone();
        let (channels, settings) = (Channels::default(), LiveSettings::default());
        let filter = Filter::new("alarm", None, None).expect("a filter");
        let channel = channels.join(&filter, &log, &settings);
        let mut head = channel.head.clone();
        log.append(vec![Body::Tick]).await.expect("memory");
        assert!(head.changed().await.is_err());
        torn.torn.store(false, Ordering::Relaxed);
        let channel = channels.join(&filter, &log, &settings);
        let mut head = channel.head.clone();
        log.append(vec![Body::Tick]).await.expect("memory");
        assert!(head.changed().await.is_ok());
    }
}
