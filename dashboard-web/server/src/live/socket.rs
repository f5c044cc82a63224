//! One listener: a WebSocket and its place on a track of messages.

use std::future::Future;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use futures_util::SinkExt;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::LiveHandle;
use crate::admission::Standing;
use crate::api::ApiError;
use crate::metrics;

/// Messages of a listener carry nothing; this is room for a close reason.
const CLIENT_MESSAGE_BYTES_MAX: usize = 4_096;

/// How long a listener may take to answer the close frame when the program ends.
const GOODBYE_MAX: Duration = Duration::from_secs(1);

/// The code of the close frame when the session ended: a screen asks for a new sign-in, and does not try again by itself.
const CLOSE_SIGNED_OUT: u16 = 4_401;

/// Why a listener's task ends.
#[derive(Debug)]
pub(super) enum End {
    /// The listener went away.
    Gone,
    /// It took nothing, or did not answer.
    Stalled,
    /// The program ends.
    Closing,
    /// Its session ended, or its token was revoked.
    SignedOut,
}

/// Messages on a track, each leading from one position to another.
pub(super) trait Track: Send + Sync + 'static {
    /// The position to which the last message leads; it wakes when there is another.
    fn head(&self) -> watch::Receiver<u64>;

    /// What is said beside the track and moves no position: the last word counts, `None` while there was none.
    fn aside(&self) -> watch::Receiver<Option<Utf8Bytes>>;

    /// Some messages that lead on from the cursor; none when it is the head. `None` is a cursor that never was on the track.
    fn next(&self, cursor: Option<u64>) -> impl Future<Output = Result<Step, End>> + Send;
}

/// Some messages and where they lead.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) texts: Vec<Utf8Bytes>,
    pub(super) position: u64,
}

/// Upgrades to a WebSocket that hears this track, when there is a place for one more.
pub(super) fn listen(
    live: LiveHandle,
    track: impl Track,
    cursor: Option<u64>,
    standing: Standing,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|_not_a_websocket| ApiError::UpgradeRequired)?;
    let Ok(permit) = live.0.clients.clone().try_acquire_owned() else {
        metrics::count(metrics::CLIENTS_REFUSED, 1);
        return Err(ApiError::TooManyClients(live.0.settings.clients_max));
    };
    Ok(upgrade
        // A read begins by clearing so many bytes; with the 128 KiB that are usual that is a quarter of what a listener costs.
        .read_buffer_size(CLIENT_MESSAGE_BYTES_MAX)
        .max_message_size(CLIENT_MESSAGE_BYTES_MAX)
        .max_frame_size(CLIENT_MESSAGE_BYTES_MAX)
        .on_upgrade(async move |socket| {
            serve(&live, track, standing, socket, cursor).await;
            drop(permit);
            metrics::set(metrics::CLIENTS, live.clients() as u64);
        }))
}

async fn serve(
    live: &LiveHandle,
    track: impl Track,
    standing: Standing,
    socket: WebSocket,
    cursor: Option<u64>,
) {
    metrics::set(metrics::CLIENTS, live.clients() as u64);
    let stall = Duration::from_secs(live.0.settings.client_stall_secs);
    let mut listener = Listener {
        live,
        track,
        socket,
        stall,
    };
    match listener.run(cursor, standing).await {
        End::Gone => tracing::debug!("listener went away"),
        End::Stalled => {
            metrics::count(metrics::CLIENTS_STALLED, 1);
            tracing::info!(
                stall_secs = stall.as_secs(),
                "listener stalled: disconnected"
            );
        }
        End::Closing => {
            listener
                .say_goodbye(close_code::AWAY, "the server stops")
                .await;
        }
        End::SignedOut => {
            listener
                .say_goodbye(CLOSE_SIGNED_OUT, "the session has ended")
                .await;
        }
    }
}

struct Listener<'a, L> {
    live: &'a LiveHandle,
    track: L,
    socket: WebSocket,
    stall: Duration,
}

impl<L: Track> Listener<'_, L> {
    async fn run(&mut self, mut cursor: Option<u64>, mut standing: Standing) -> End {
        let mut head = self.track.head();
        let mut aside = self.track.aside();
        if aside.borrow().is_some() {
            aside.mark_changed();
        }
        let live = self.live;
        let mut closes = std::pin::pin!(live.closes());
        let mut signed_out = std::pin::pin!(standing.ends());
        let gap = self.stall / 3;
        let mut pings = interval_at(Instant::now() + gap, gap);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard_at = Instant::now();
        loop {
            head.mark_unchanged();
            let (position, sent) = tokio::select! {
                biased;
                () = &mut closes => return End::Closing,
                () = &mut signed_out => return End::SignedOut,
                step = self.step(cursor) => match step {
                    Ok(step) => step,
                    Err(end) => return end,
                },
            };
            cursor = Some(position);
            // Between two steps of one that is behind the same is looked at as while there is nothing to tell.
            let is_behind = sent && position < *head.borrow();
            if is_behind {
                // It is judged by what it takes: its answer waits behind that.
                heard_at = Instant::now();
            }
            tokio::select! {
                // What the listener said comes before the judgement that it said nothing.
                biased;
                () = &mut closes => return End::Closing,
                () = &mut signed_out => return End::SignedOut,
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Gone,
                    Some(Ok(_)) => heard_at = Instant::now(),
                },
                _ = pings.tick() => {
                    if heard_at.elapsed() > self.stall {
                        return End::Stalled;
                    }
                    if let Err(end) = self.send(vec![Message::Ping(Vec::new().into())]).await {
                        return end;
                    }
                }
                changed = aside.changed() => {
                    let said = aside.borrow().clone();
                    let (Ok(()), Some(said)) = (changed, said) else { return End::Closing };
                    if let Err(end) = self.send(vec![Message::Text(said)]).await {
                        return end;
                    }
                }
                changed = head.changed(), if !is_behind => if changed.is_err() { return End::Closing },
                () = std::future::ready(()), if is_behind => {}
            }
        }
    }

    /// Sends some of what leads on from the cursor. Gives the position reached, and whether anything was sent.
    async fn step(&mut self, cursor: Option<u64>) -> Result<(u64, bool), End> {
        let step = self.track.next(cursor).await?;
        let is_something = !step.texts.is_empty();
        if is_something {
            self.send(step.texts.into_iter().map(Message::Text)).await?;
        }
        Ok((step.position, is_something))
    }

    /// Sends messages as one write; a listener that has not taken them whole within the stall time is given up.
    async fn send(&mut self, messages: impl IntoIterator<Item = Message>) -> Result<(), End> {
        let socket = &mut self.socket;
        let sent = async move {
            for message in messages {
                socket.feed(message).await?;
            }
            socket.flush().await
        };
        match timeout(self.stall, sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_closed)) => Err(End::Gone),
            Err(_elapsed) => Err(End::Stalled),
        }
    }

    async fn say_goodbye(&mut self, code: u16, reason: &'static str) {
        let close = CloseFrame {
            code,
            reason: reason.into(),
        };
        let answered = async {
            if self.socket.send(Message::Close(Some(close))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        if timeout(GOODBYE_MAX, answered).await.is_err() {
            tracing::debug!("listener did not answer the close frame");
        }
    }
}
