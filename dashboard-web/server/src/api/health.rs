//! Whether the program lives, whether it is ready, and its figures.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use tokio::time::{Instant, sleep, timeout};
use utoipa::ToSchema;
use yiping_model::Position;

use crate::state::ServerState;

/// How long history may take to say where it is.
const STORE_ANSWER_MAX: Duration = Duration::from_secs(2);

/// A reader that is behind is given so long to move on.
const STILL_MAX: Duration = Duration::from_secs(2);
const STILL_STEP: Duration = Duration::from_millis(20);

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthAnswer {
    /// Always `ok`.
    status: &'static str,
    /// The program's version.
    version: &'static str,
}

/// Whether what is served can be relied on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadyAnswer {
    /// Whether nothing is behind.
    ready: bool,
    /// The end of the log.
    end: u64,
    /// What is behind, in sentences.
    behind: Vec<String>,
    /// The readers of the log.
    readers: Vec<ReaderAnswer>,
}

/// A reader of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReaderAnswer {
    /// Its name.
    name: &'static str,
    /// The last record that it took; null when it does not answer.
    position: Option<u64>,
}

/// The process is alive.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    responses((status = 200, description = "Alive", body = HealthAnswer))
)]
pub(super) async fn healthz(State(state): State<ServerState>) -> Json<HealthAnswer> {
    Json(HealthAnswer {
        status: "ok",
        version: state.version,
    })
}

/// The log takes records, and live scene, history and engine keep up with it.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    responses(
        (status = 200, description = "Ready", body = ReadyAnswer),
        (status = 503, description = "Something is behind", body = ReadyAnswer),
    )
)]
pub(super) async fn readyz(State(state): State<ServerState>) -> impl IntoResponse {
    let mut behind = Vec::new();
    let (silence, silence_secs) = (state.live.silence(), state.settings.ready_silence_secs);
    if silence > Duration::from_secs(silence_secs) {
        behind.push(format!(
            "log: no record for {} s, not even a tick",
            silence.as_secs()
        ));
    }
    let end = *state.log.end().borrow();
    let readers = readers(&state).await;
    let mut lagging = Vec::new();
    for (name, position) in &readers {
        match position {
            None => behind.push(format!("{name}: does not answer")),
            Some(position) => {
                let lag = end.0.saturating_sub(position.0);
                if lag > state.settings.ready_lag_records {
                    behind.push(format!("{name}: {lag} records behind"));
                } else if lag > 0 {
                    lagging.push((*name, *position));
                }
            }
        }
    }
    if behind.is_empty() {
        let patience = STILL_MAX.min(Duration::from_secs(silence_secs));
        for (name, position) in standing_still(&state, lagging, patience).await {
            behind.push(format!("{name}: stands still at record {position}"));
        }
    }
    let ready = behind.is_empty();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let readers = readers.into_iter().map(|(name, position)| ReaderAnswer {
        name,
        position: position.map(|position| position.0),
    });
    let answer = ReadyAnswer {
        ready,
        end: end.0,
        behind,
        readers: readers.collect(),
    };
    (status, Json(answer))
}

/// Where the readers of the log are.
async fn readers(state: &ServerState) -> Vec<(&'static str, Option<Position>)> {
    let mut readers = vec![
        ("live", Some(state.live.position())),
        ("store", store_position(state).await),
    ];
    for probe in &state.probes {
        readers.push((probe.name, Some((probe.position)())));
    }
    readers
}

/// Those of these readers that do not leave their place, though there is more to read: a disk is full, or a task hangs.
async fn standing_still(
    state: &ServerState,
    mut lagging: Vec<(&'static str, Position)>,
    patience: Duration,
) -> Vec<(&'static str, Position)> {
    let until = Instant::now() + patience;
    while !lagging.is_empty() && Instant::now() < until {
        sleep(STILL_STEP).await;
        let now = readers(state).await;
        lagging.retain(|(name, position)| now.contains(&(*name, Some(*position))));
    }
    lagging
}

async fn store_position(state: &ServerState) -> Option<Position> {
    match timeout(STORE_ANSWER_MAX, state.store.position()).await {
        Ok(Ok(position)) => Some(position),
        Ok(Err(_)) | Err(_) => None,
    }
}

/// Figures in the text form of Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    responses((status = 200, description = "Figures", body = String, content_type = "text/plain"))
)]
pub(super) async fn metrics(State(state): State<ServerState>) -> impl IntoResponse {
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    (
        [(header::CONTENT_TYPE, content_type)],
        (state.render_metrics)(),
    )
}
