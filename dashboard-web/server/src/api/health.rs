//! Whether the program lives, whether it is ready, and its figures.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;
use yiping_model::Position;

use crate::state::ServerState;

/// How long history may take to say where it is.
const STORE_ANSWER_MAX: Duration = Duration::from_secs(2);

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
    let end = *state.log.end().borrow();
    let mut readers = vec![
        ("live", Some(state.live.position())),
        ("store", store_position(&state).await),
    ];
    for probe in &state.probes {
        readers.push((probe.name, Some((probe.position)())));
    }
    let mut behind = Vec::new();
    let silence = state.live.silence();
    if silence > Duration::from_secs(state.settings.ready_silence_secs) {
        behind.push(format!(
            "log: no record for {} s, not even a tick",
            silence.as_secs()
        ));
    }
    for (name, position) in &readers {
        match position {
            None => behind.push(format!("{name}: does not answer")),
            Some(position) => {
                let lag = end.0.saturating_sub(position.0);
                if lag > state.settings.ready_lag_records {
                    behind.push(format!("{name}: {lag} records behind"));
                }
            }
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
