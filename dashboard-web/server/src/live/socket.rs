//! One screen: a WebSocket and its place in the ring.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use yiping_scene::wall::WALL;

use super::LiveHandle;
use crate::api::{ApiError, Params};
use crate::metrics;
use crate::state::ServerState;

/// Messages of a screen carry nothing; this is room for a close reason.
const CLIENT_MESSAGE_BYTES_MAX: usize = 4_096;

/// How many deltas are taken from the ring at once.
const BATCH_FRAMES: usize = 32;

/// How long a screen may take to answer the close frame when the program ends.
const GOODBYE_MAX: Duration = Duration::from_secs(1);

/// Why a screen's task ends.
enum End {
    /// The screen went away.
    Gone,
    /// It took nothing, or did not answer.
    Stalled,
    /// The program ends.
    Closing,
}

/// What a screen asks for.
struct LiveQuery {
    after: Option<u64>,
}

impl LiveQuery {
    /// Reads `scene` and `after`.
    fn read(mut params: Params) -> Result<Self, ApiError> {
        let scene = params.text("scene")?;
        let after = params.parsed("after", "812345", |text| text.parse().ok())?;
        params.finish()?;
        match scene.as_deref() {
            None | Some(WALL) => Ok(Self { after }),
            Some(other) => Err(ApiError::NotFound(format!(
                "there is no scene {other:?}; the one scene is `{WALL}`"
            ))),
        }
    }
}

/// `GET /api/v1/live`
pub(crate) async fn connect(
    State(state): State<ServerState>,
    params: Params,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let query = LiveQuery::read(params)?;
    let upgrade = upgrade.map_err(|_not_a_websocket| ApiError::UpgradeRequired)?;
    let live = state.live;
    let Ok(permit) = live.0.clients.clone().try_acquire_owned() else {
        metrics::count(metrics::CLIENTS_REFUSED, 1);
        return Err(ApiError::TooManyClients(live.0.settings.clients_max));
    };
    Ok(upgrade
        .max_message_size(CLIENT_MESSAGE_BYTES_MAX)
        .max_frame_size(CLIENT_MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| serve(live, socket, query.after, permit)))
}

async fn serve(
    live: LiveHandle,
    socket: WebSocket,
    after: Option<u64>,
    permit: OwnedSemaphorePermit,
) {
    metrics::set(metrics::CLIENTS, live.clients() as u64);
    let stall = Duration::from_secs(live.0.settings.client_stall_secs);
    let mut screen = Screen {
        live: live.clone(),
        socket,
        stall,
    };
    let end = screen.run(after).await;
    match end {
        End::Gone => tracing::debug!("screen went away"),
        End::Stalled => {
            metrics::count(metrics::CLIENTS_STALLED, 1);
            tracing::info!(stall_secs = stall.as_secs(), "screen stalled: disconnected");
        }
        End::Closing => screen.say_goodbye().await,
    }
    drop(screen);
    drop(permit);
    metrics::set(metrics::CLIENTS, live.clients() as u64);
}

struct Screen {
    live: LiveHandle,
    socket: WebSocket,
    stall: Duration,
}

impl Screen {
    async fn run(&mut self, after: Option<u64>) -> End {
        let mut head = self.live.0.head.subscribe();
        let mut history = self.live.0.history.subscribe();
        if history.borrow().is_some() {
            history.mark_changed();
        }
        let live = self.live.clone();
        let gap = self.stall / 3;
        let mut pings = interval_at(Instant::now() + gap, gap);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard_at = Instant::now();
        let mut cursor = after;
        loop {
            head.mark_unchanged();
            tokio::select! {
                biased;
                () = live.closes() => return End::Closing,
                reached = self.catch_up(cursor) => match reached {
                    Ok(position) => cursor = Some(position),
                    Err(end) => return end,
                },
            }
            tokio::select! {
                // What the screen said comes before the judgement that it said nothing.
                biased;
                () = live.closes() => return End::Closing,
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Gone,
                    Some(Ok(_)) => heard_at = Instant::now(),
                },
                _ = pings.tick() => {
                    if heard_at.elapsed() > self.stall {
                        return End::Stalled;
                    }
                    if let Err(end) = self.send(Message::Ping(Vec::new().into())).await {
                        return end;
                    }
                }
                changed = history.changed() => {
                    let told = history.borrow().clone();
                    let (Ok(()), Some(told)) = (changed, told) else { return End::Closing };
                    if let Err(end) = self.send_text(told).await {
                        return end;
                    }
                }
                changed = head.changed() => if changed.is_err() { return End::Closing },
            }
        }
    }

    /// Sends what leads from the cursor to the head: deltas, or a snapshot where there are none. Gives the position reached.
    async fn catch_up(&mut self, mut cursor: Option<u64>) -> Result<u64, End> {
        let mut known = false;
        loop {
            let frames = cursor.and_then(|at| self.live.frames_after(at, BATCH_FRAMES));
            let Some(frames) = frames else {
                if known {
                    metrics::count(metrics::CLIENTS_BEHIND, 1);
                }
                let (position, text) = self.live.snapshot().await;
                self.send_text(text).await?;
                cursor = Some(position);
                known = true;
                continue;
            };
            let Some(last) = frames.last() else {
                return cursor.ok_or(End::Gone);
            };
            cursor = Some(last.position);
            for frame in frames {
                self.send_text(frame.text).await?;
            }
            known = true;
        }
    }

    async fn send_text(&mut self, text: Utf8Bytes) -> Result<(), End> {
        self.send(Message::Text(text)).await
    }

    /// Sends one message; a screen that has not taken it whole within the stall time is given up.
    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(self.stall, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_closed)) => Err(End::Gone),
            Err(_elapsed) => Err(End::Stalled),
        }
    }

    async fn say_goodbye(&mut self) {
        let close = CloseFrame {
            code: close_code::AWAY,
            reason: "the server stops".into(),
        };
        let answered = async {
            if self.socket.send(Message::Close(Some(close))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        if timeout(GOODBYE_MAX, answered).await.is_err() {
            tracing::debug!("screen did not answer the close frame");
        }
    }
}
