//! A screen: a snapshot of the scene, then its deltas.

use axum::extract::State;
use axum::extract::ws::{Utf8Bytes, WebSocketUpgrade};
use axum::response::Response;
use tokio::sync::watch;
use yiping_scene::wall::WALL;

use super::LiveHandle;
use super::socket::{End, Step, Track, listen};
use crate::admission::{Caller, Standing, TOKEN};
use crate::api::{ApiError, Params};
use crate::metrics;
use crate::state::ServerState;

/// How many deltas are taken from the ring at once.
const BATCH_FRAMES: usize = 32;

/// What a screen asks for.
struct LiveQuery {
    after: Option<u64>,
}

impl LiveQuery {
    /// Reads `scene` and `after`.
    fn read(mut params: Params) -> Result<Self, ApiError> {
        // It was looked at before.
        params.text(TOKEN)?;
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
    caller: Caller,
    params: Params,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let query = LiveQuery::read(params)?;
    let live = state.live;
    let scene = Scene {
        live: live.clone(),
        resumed: query.after,
    };
    let standing = Standing::new(&state.people, &caller);
    listen(live, scene, query.after, standing, upgrade)
}

struct Scene {
    live: LiveHandle,
    /// Where the screen came back: a snapshot there is no sign of lagging.
    resumed: Option<u64>,
}

impl Track for Scene {
    fn head(&self) -> watch::Receiver<u64> {
        self.live.0.head.subscribe()
    }

    fn aside(&self) -> watch::Receiver<Option<Utf8Bytes>> {
        self.live.0.history.subscribe()
    }

    async fn next(&self, cursor: Option<u64>) -> Result<Step, End> {
        let frames = cursor.and_then(|at| self.live.frames_after(at, BATCH_FRAMES));
        if let (Some(frames), Some(cursor)) = (frames, cursor) {
            return Ok(Step {
                position: frames.last().map_or(cursor, |last| last.position),
                texts: frames.into_iter().map(|frame| frame.text).collect(),
            });
        }
        if cursor != self.resumed {
            metrics::count(metrics::CLIENTS_BEHIND, 1);
        }
        let (position, text) = self.live.snapshot().await;
        Ok(Step {
            texts: vec![text],
            position,
        })
    }
}
