//! Whether the program lives, whether it is ready, and its figures.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use tokio::time::{Instant, sleep};
use utoipa::ToSchema;
use yiping_model::{Position, Timestamp};
use yiping_store::writer::Progress;

use crate::state::{LedgerHead, LedgerView, NoticesView, ServerState};

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
    /// The ledger of decisions.
    ledger: LedgerAnswer,
    /// What is told to people who look at no screen.
    notices: NoticesView,
}

/// How the ledger stands. Who keeps its head elsewhere can prove later that nothing before it was changed: `yiping ledger verify --head`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LedgerAnswer {
    /// Its last entry; null before it is open.
    head: Option<LedgerHead>,
    /// The last record of the log that it has looked at.
    position: u64,
    /// Why it does not grow; null while all is well.
    trouble: Option<String>,
}

impl From<LedgerView> for LedgerAnswer {
    fn from(view: LedgerView) -> Self {
        Self {
            head: view.head,
            position: view.position.0,
            trouble: view.trouble,
        }
    }
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
    /// History; null when none is kept.
    history: Option<HistoryAnswer>,
}

/// How history stands. That its database is away does not make the program unready: the screens live without it, and nothing is lost.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryAnswer {
    /// The last record that it holds.
    position: u64,
    /// How many records it is behind.
    lag: u64,
    /// Since when and why it cannot be filled; null while it can.
    away: Option<AwayAnswer>,
}

/// That history cannot be filled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AwayAnswer {
    /// City time since which.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// What its database says.
    reason: String,
}

impl HistoryAnswer {
    fn of(progress: &Progress, end: Position) -> Self {
        Self {
            position: progress.position.0,
            lag: end.0.saturating_sub(progress.position.0),
            away: progress.away.as_ref().map(|away| AwayAnswer {
                since: away.since,
                reason: away.reason.clone(),
            }),
        }
    }
}

/// A reader of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReaderAnswer {
    /// Its name.
    name: &'static str,
    /// The last record that it took.
    position: u64,
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
        ledger: (state.ledger)().into(),
        notices: (state.notices)(),
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
    let readers = readers(&state);
    let mut lagging = Vec::new();
    for &(name, position) in &readers {
        let lag = end.0.saturating_sub(position.0);
        if lag > state.settings.ready_lag_records {
            behind.push(format!("{name}: {lag} records behind"));
        } else if lag > 0 {
            lagging.push((name, position));
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
        position: position.0,
    });
    let filling = state.filling.as_ref();
    let answer = ReadyAnswer {
        ready,
        end: end.0,
        behind,
        readers: readers.collect(),
        history: filling.map(|progress| HistoryAnswer::of(&progress.borrow(), end)),
    };
    (status, Json(answer))
}

/// Where the readers of the log are; history only while it can be filled.
fn readers(state: &ServerState) -> Vec<(&'static str, Position)> {
    let mut readers = vec![("live", state.live.position())];
    if let Some(filling) = &state.filling {
        let progress = filling.borrow();
        if progress.away.is_none() {
            readers.push(("store", progress.position));
        }
    }
    for probe in &state.probes {
        readers.push((probe.name, (probe.position)()));
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
        let now = readers(state);
        lagging.retain(|reader| now.contains(reader));
    }
    lagging
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
