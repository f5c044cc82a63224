//! After-action reports (复盘): what the ledger says of an incident, gathered and served.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use utoipa::OpenApi;
use yiping_desk::ledger::{Entry, Head, Line, Place};
use yiping_desk::report::{Report, origins};
use yiping_model::{Act, DrillId, NoticeCause, Timestamp};

use crate::incidents::Incidents;
use crate::say::{Chinese, CommandError};
use crate::{LedgerError, pages};

/// An alarm that was raised longer before its incident is told from there on.
const BEFORE: Duration = Duration::from_hours(48);
/// Entries of which one report is made.
const ENTRIES_MAX: usize = 100_000;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The reading was broken off.
    #[error("the reading of the ledger was broken off")]
    BrokenOff,
}

/// Entries of the ledger in this folder from a time on that `wanted` wants, until it says that nothing more comes (`None`).
async fn gather(
    ledger: PathBuf,
    from: Timestamp,
    wanted: impl Fn(&Entry<'static>) -> Option<bool> + Send + 'static,
) -> Result<Vec<Entry<'static>>, ReportError> {
    let read = tokio::task::spawn_blocking(move || {
        let mut found = Vec::new();
        let mut each = |entry: Entry<'static>| match wanted(&entry) {
            None => false,
            Some(false) => true,
            Some(true) => {
                found.push(entry);
                found.len() < ENTRIES_MAX
            }
        };
        pages::read(&ledger, Place::Time(from), &mut each).map(|()| found)
    });
    let read = read.await.map_err(|_broken| ReportError::BrokenOff)?;
    Ok(read?)
}

/// The entries of a drill, or the real ones, from a time on.
pub(crate) async fn entries(
    ledger: PathBuf,
    from: Timestamp,
    of: Option<DrillId>,
) -> Result<Vec<Entry<'static>>, ReportError> {
    let wanted = move |entry: &Entry<'static>| Some(entry.drill.as_deref() == of.as_ref());
    gather(ledger, from, wanted).await
}

/// What reports are made of; clones are the same.
#[derive(Clone)]
pub struct Reports {
    incidents: Incidents,
    ledger: PathBuf,
    /// The drill whose incidents these are.
    drill: Option<DrillId>,
    head: Arc<dyn Fn() -> Option<Head> + Send + Sync>,
}

impl std::fmt::Debug for Reports {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Reports")
    }
}

#[derive(OpenApi)]
#[openapi(paths(report))]
struct Document;

impl Reports {
    /// Those of these incidents, which are a drill's or real; the ledger lies in this folder, `head` tells its last entry.
    pub fn new(
        incidents: Incidents,
        ledger: PathBuf,
        drill: Option<DrillId>,
        head: Arc<dyn Fn() -> Option<Head> + Send + Sync>,
    ) -> Self {
        Self {
            incidents,
            ledger,
            drill,
            head,
        }
    }

    /// To be mounted.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/api/v1/incidents/{id}/report", get(report))
            .with_state(self.clone())
    }

    /// What the router says of itself.
    pub fn openapi() -> utoipa::openapi::OpenApi {
        Document::openapi()
    }

    async fn of(&self, id: &str) -> Result<Option<Value>, ReportError> {
        let Some((incident, tasks)) = self.incidents.whole(id) else {
            return Ok(None);
        };
        let own: std::collections::BTreeSet<_> = origins(&incident).into_iter().cloned().collect();
        let (of, from) = (self.drill.clone(), incident.opened - BEFORE);
        let (known, last) = (incident.id.clone(), incident.changed);
        let over = yiping_desk::incident::is_over(incident.stage);
        let wanted = move |entry: &Entry<'static>| {
            if over && entry.position > last {
                return None;
            }
            let is_own = entry.drill.as_deref() == of.as_ref()
                && match &entry.line {
                    Line::Alarm(event) => own.contains(&event.alarm),
                    Line::Command(command) => command.incident == known,
                    Line::Decision(decision) => match &decision.act {
                        Act::Acknowledge { alarm, .. } => own.contains(alarm),
                        _ => false,
                    },
                    Line::Notice(notice) => match &notice.step {
                        yiping_model::NoticeStep::Queued(message) => {
                            !matches!(message.cause, NoticeCause::Test { .. })
                        }
                        _ => false,
                    },
                    Line::Duty(_) | Line::Drill(_) => false,
                };
            Some(is_own)
        };
        let entries = gather(self.ledger.clone(), from, wanted).await?;
        let mut report = Report::of(&incident, &tasks, &entries, self.incidents.now());
        report.drill.clone_from(&self.drill);
        let head = (self.head)().map(|head| json!({ "n": head.n, "digest": head.digest }));
        let mut answer =
            crate::incidents::answer::whole(&incident, &tasks, self.incidents.position());
        if let Some(answer) = answer.as_object_mut() {
            answer.insert("report".to_owned(), json!(report));
            answer.insert("ledger".to_owned(), json!(head));
        }
        Ok(Some(answer))
    }
}

/// The after-action report of an incident: its course with evidence, times, what was late and missed, lessons. The ledger has an act within
/// `ledger.gather_ms`.
#[utoipa::path(
    get,
    path = "/api/v1/incidents/{id}/report",
    tag = "incidents",
    params(("id" = String, Path, description = "The incident's id, 32 hex digits")),
    responses(
        (status = 200, description = "As `docs/DRILL.md` describes it: `incident` as it is, `report`, and the head of the `ledger`", body = Object),
        (status = 404, description = "No such incident is remembered", body = CommandError),
        (status = 503, description = "The ledger cannot be read", body = CommandError),
    )
)]
async fn report(
    State(state): State<Reports>,
    language: Chinese,
    Path(id): Path<String>,
) -> Response {
    match state.of(&id).await {
        Ok(Some(answer)) => {
            let json = [(header::CONTENT_TYPE, "application/json")];
            (json, answer.to_string()).into_response()
        }
        Ok(None) => language.say(
            StatusCode::NOT_FOUND,
            "not_found",
            "没有这个事件，或已结束很久".into(),
            "there is no such incident, or it is long over".into(),
        ),
        Err(error) => {
            tracing::error!(%error, "a report cannot be made");
            language.say(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "决策账本暂时无法读取，请稍后再试".into(),
                "the ledger cannot be read at the moment".into(),
            )
        }
    }
}
