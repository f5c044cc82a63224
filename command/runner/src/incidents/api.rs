//! The API of incidents, tasks, plans, photographs and orders of a hotline: a router for each right that is asked.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::OpenApi;
use yiping_desk::command::{Counts, Refusal};
use yiping_desk::incident::{Incident, is_over};
use yiping_desk::people::Who;
use yiping_desk::rights::Right;
use yiping_desk::task::{Late, Task};
use yiping_model::command::{CommandAct, Step};
use yiping_model::{Command, IncidentId, TaskId};

use super::answer::{self, ActAnswer, IncidentRow, Listed, TaskRow};
use super::ask::{ActRequest, OpenRequest, OrderRequest, StepRequest};
use super::{ActError, Incidents};
use crate::say::{Chinese, CommandError, documents};

mod acts;
mod evidence;
mod orders;
mod outside;
mod sampling;

pub(super) use sampling::SamplingText;

/// Rows of one answer.
const ROWS_MAX: usize = 1_000;

documents! {
    WatchDocument, watch_openapi: incidents, incident, plans, proposals;
    TasksDocument, tasks_openapi: tasks, outside::task, step;
    ReportDocument, report_openapi: open, act, orders::aside;
    CommandDocument, command_openapi: order, task_order;
    BringDocument, bring_openapi: evidence::bring;
    EvidenceDocument, evidence_openapi: evidence::show;
    SendDocument, send_openapi: orders::post;
    SamplingDocument, sampling_openapi: sampling::sampling;
}

impl Incidents {
    /// Incidents and plans, for whoever watches.
    pub fn watch_router(&self) -> Router {
        Router::new()
            .route("/api/v1/incidents", get(incidents))
            .route("/api/v1/incidents/{id}", get(incident))
            .route("/api/v1/plans", get(plans))
            .route("/api/v1/proposals", get(proposals))
            .with_state(self.clone())
    }

    /// Tasks and their steps, for whoever does them.
    pub fn tasks_router(&self) -> Router {
        let router = Router::new()
            .route("/api/v1/tasks", get(tasks))
            .route("/api/v1/tasks/{id}", get(outside::task))
            .route("/api/v1/tasks/{id}/steps", post(step));
        self.limited(router)
    }

    /// Incidents opened and looked after.
    pub fn report_router(&self) -> Router {
        let router = Router::new()
            .route("/api/v1/incidents", post(open))
            .route("/api/v1/incidents/{id}/acts", post(act))
            .route("/api/v1/proposals/aside", post(orders::aside));
        self.limited(router)
    }

    /// Responses, and what else is ordered.
    pub fn command_router(&self) -> Router {
        let router = Router::new()
            .route("/api/v1/incidents/{id}/orders", post(order))
            .route("/api/v1/tasks/{id}/orders", post(task_order));
        self.limited(router)
    }

    /// Orders of a hotline, for the program that sends them.
    pub fn send_router(&self) -> Router {
        self.limited(Router::new().route("/api/v1/orders", post(orders::post)))
    }

    /// What sources are asked to measure, for them and for whoever watches.
    pub fn sampling_router(&self) -> Router {
        Router::new()
            .route("/api/v1/sampling", get(sampling::sampling))
            .with_state(self.clone())
    }

    fn limited(&self, router: Router<Self>) -> Router {
        router
            .layer(DefaultBodyLimit::max(self.0.settings.body_bytes_max))
            .with_state(self.clone())
    }
}

impl Chinese {
    fn refuse(self, error: &ActError) -> Response {
        let code = error.code();
        let status = match error {
            ActError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            ActError::Log(_) | ActError::Behind(_) | ActError::NotYetRead => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => match code {
                "not_found" => StatusCode::NOT_FOUND,
                "no_photograph" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "evidence_full" => StatusCode::INSUFFICIENT_STORAGE,
                "unavailable" => StatusCode::SERVICE_UNAVAILABLE,
                "not_allowed" | "not_yours" | "not_commander" | "needs_another_person" => {
                    StatusCode::FORBIDDEN
                }
                "bad_body" | "bad_form" | "needs_seen" | "needs_reason" | "wrong_time" => {
                    StatusCode::BAD_REQUEST
                }
                _ => StatusCode::CONFLICT,
            },
        };
        let text = error.text();
        self.say(status, code, text.zh, text.en)
    }
}

type Asked<T> = Result<Json<T>, JsonRejection>;

fn taken<T>(body: Asked<T>, bytes_max: usize) -> Result<T, ActError> {
    match body {
        Ok(Json(request)) => Ok(request),
        Err(JsonRejection::BytesRejection(_)) => Err(ActError::TooLarge(bytes_max)),
        Err(other) => Err(ActError::Request(other.body_text())),
    }
}

fn incident_id(text: &str) -> Result<IncidentId, ActError> {
    IncidentId::parse(text).ok_or_else(|| Refusal::NoIncident.into())
}

fn task_id(text: &str) -> Result<TaskId, ActError> {
    TaskId::parse(text).ok_or_else(|| Refusal::NoTask.into())
}

/// Whether a right of who asks reaches to an incident.
fn reaches(who: &Who, right: Right, incident: &Incident) -> bool {
    who.may_at(right, incident.area.as_deref(), incident.domain.as_deref())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IncidentsAsked {
    open: Option<bool>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TasksAsked {
    incident: Option<String>,
    mine: Option<bool>,
    open: Option<bool>,
    calling: Option<bool>,
    limit: Option<usize>,
}

fn rows(limit: Option<usize>) -> Result<usize, ActError> {
    match limit.unwrap_or(ROWS_MAX) {
        limit @ 1..=ROWS_MAX => Ok(limit),
        other => Err(ActError::Request(format!(
            "`limit` {other} is not 1 to {ROWS_MAX}"
        ))),
    }
}

fn queried<T>(asked: Result<Query<T>, QueryRejection>) -> Result<T, ActError> {
    let Query(asked) = asked.map_err(|error| ActError::Request(error.body_text()))?;
    Ok(asked)
}

/// Incidents, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/incidents",
    tag = "incidents",
    params(
        ("open" = Option<bool>, Query, description = "Only those that are not over, or only those that are"),
        ("limit" = Option<u32>, Query, description = "1 to 1000; by default 1000"),
    ),
    responses(
        (status = 200, description = "Newest first", body = Listed<IncidentRow>),
        (status = 400, description = "A parameter cannot be read", body = CommandError),
    )
)]
async fn incidents(
    State(state): State<Incidents>,
    language: Chinese,
    asked: Result<Query<IncidentsAsked>, QueryRejection>,
) -> Response {
    let listed = || {
        let asked = queried(asked)?;
        let limit = rows(asked.limit)?;
        let folded = state.0.folded();
        let book = folded.desk.book();
        let wanted = |incident: &&Incident| {
            asked
                .open
                .is_none_or(|open| open != is_over(incident.stage))
        };
        let mut found: Vec<&Incident> = book.incidents().filter(wanted).collect();
        found.sort_unstable_by_key(|incident| std::cmp::Reverse(incident.number));
        let items = found
            .iter()
            .take(limit)
            .map(|incident| IncidentRow::of(incident, book));
        Ok(Listed {
            position: book.position(),
            now: state.0.clock.now(),
            items: items.collect(),
            more: found.len() > limit,
        })
    };
    answered(language, listed())
}

/// All of an incident: what is known, what was done, its tasks with their steps, its reports.
#[utoipa::path(
    get,
    path = "/api/v1/incidents/{id}",
    tag = "incidents",
    params(("id" = String, Path, description = "The incident's id, 32 hex digits")),
    responses(
        (status = 200, description = "As `docs/COMMAND.md` describes it", body = Object),
        (status = 404, description = "No such incident is remembered", body = CommandError),
    )
)]
async fn incident(
    State(state): State<Incidents>,
    language: Chinese,
    Path(id): Path<String>,
) -> Response {
    let found = || {
        let id = incident_id(&id)?;
        let folded = state.0.folded();
        let book = folded.desk.book();
        let incident = book.incident(&id).ok_or(Refusal::NoIncident)?;
        let tasks: Vec<Task> = book.tasks_of(incident).cloned().collect();
        let (incident, position) = (incident.clone(), book.position());
        drop(folded);
        Ok(answer::whole(&incident, &tasks, position))
    };
    answered(language, found())
}

/// The plans of all packs.
#[utoipa::path(
    get,
    path = "/api/v1/plans",
    tag = "incidents",
    responses((status = 200, description = "With their levels, roles, tasks and reports", body = Vec<Object>))
)]
async fn plans(State(state): State<Incidents>) -> Json<Vec<Value>> {
    Json(state.0.city.plans.iter().map(answer::plan).collect())
}

/// Alarms and incidents that may belong together, each with its reasons. Nothing is fused by itself: `attach`, `merge` or `dismiss`.
#[utoipa::path(
    get,
    path = "/api/v1/proposals",
    tag = "incidents",
    responses((status = 200, description = "What speaks most for it first", body = Vec<Object>))
)]
async fn proposals(State(state): State<Incidents>) -> Response {
    let things = &state.0.city.catalogue.things;
    let place =
        |thing: &yiping_model::ThingId| things.get(thing).map(|thing| (thing.lon, thing.lat));
    let proposals = state.0.folded().desk.proposals(place);
    Json(proposals).into_response()
}

/// Tasks within the own areas and domains: what is late first, then what is due first.
#[utoipa::path(
    get,
    path = "/api/v1/tasks",
    tag = "incidents",
    params(
        ("incident" = Option<String>, Query, description = "Only of this incident"),
        ("mine" = Option<bool>, Query, description = "Only those that are yours, or nobody's"),
        ("open" = Option<bool>, Query, description = "Only those that are not closed or withdrawn, or only those that are"),
        ("calling" = Option<bool>, Query, description = "Only those whose people call for help, or only others"),
        ("limit" = Option<u32>, Query, description = "1 to 1000; by default 1000"),
    ),
    responses(
        (status = 200, description = "The most urgent first", body = Listed<TaskRow>),
        (status = 400, description = "A parameter cannot be read", body = CommandError),
        (status = 404, description = "No such incident", body = CommandError),
    )
)]
async fn tasks(
    State(state): State<Incidents>,
    Extension(who): Extension<Who>,
    language: Chinese,
    asked: Result<Query<TasksAsked>, QueryRejection>,
) -> Response {
    let listed = || {
        let asked = queried(asked)?;
        let limit = rows(asked.limit)?;
        let of = asked.incident.as_deref().map(incident_id).transpose()?;
        let folded = state.0.folded();
        let book = folded.desk.book();
        let mine = |task: &Task| match &task.assignee {
            Some(assignee) => Some(assignee) == who.person.as_ref(),
            None => true,
        };
        let wanted = |task: &&Task| {
            of.as_ref().is_none_or(|of| *of == task.incident)
                && asked.open.is_none_or(|open| open != task.stage.is_over())
                && (asked.mine != Some(true) || mine(task))
                && asked
                    .calling
                    .is_none_or(|calling| calling == task.calling.is_some())
        };
        let near = |task: &&Task| {
            let incident = book.incident(&task.incident);
            incident.is_some_and(|incident| reaches(&who, Right::Tasks, incident))
        };
        let mut found: Vec<&Task> = book.tasks().filter(wanted).filter(near).collect();
        let urgency = |task: &Task| {
            let due = task.next_wake().map(|(due, _)| due.as_micros());
            (task.late == Late::No, due.unwrap_or(i64::MAX), task.number)
        };
        found.sort_by_cached_key(|task| urgency(task));
        let row = |task: &&Task| {
            let incident = book.incident(&task.incident);
            TaskRow::of(task, incident.map_or(0, |incident| incident.number))
        };
        Ok(Listed {
            position: book.position(),
            now: state.0.clock.now(),
            items: found.iter().take(limit).map(row).collect(),
            more: found.len() > limit,
        })
    };
    answered(language, listed())
}

/// Opens an incident. Of one alarm there is one incident: who comes second is told its number.
#[utoipa::path(
    post,
    path = "/api/v1/incidents",
    tag = "incidents",
    request_body = OpenRequest,
    responses(
        (status = 200, description = "It is open", body = ActAnswer),
        (status = 400, description = "The body is not as it must be", body = CommandError),
        (status = 403, description = "It lies outside the own areas and domains", body = CommandError),
        (status = 409, description = "An alarm belongs to another incident, or too many are open", body = CommandError),
        (status = 413, description = "The body exceeds the limit", body = CommandError),
        (status = 503, description = "The log cannot take it, or it is not shown yet", body = CommandError),
    )
)]
async fn open(
    State(state): State<Incidents>,
    Extension(who): Extension<Who>,
    language: Chinese,
    body: Asked<OpenRequest>,
) -> Response {
    let command = taken(body, state.0.settings.body_bytes_max)
        .and_then(|request| acts::open(&state, &who, request));
    done(&state, language, command).await
}

/// Looks after an incident.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{id}/acts",
    tag = "incidents",
    params(("id" = String, Path, description = "The incident's id, 32 hex digits")),
    request_body = ActRequest,
    responses(
        (status = 200, description = "It counts", body = ActAnswer),
        (status = 400, description = "The body is not as it must be", body = CommandError),
        (status = 403, description = "It lies outside the own areas and domains", body = CommandError),
        (status = 404, description = "No such incident, line or report", body = CommandError),
        (status = 409, description = "It does not count: `code` and `message` say why", body = CommandError),
        (status = 413, description = "The body exceeds the limit", body = CommandError),
        (status = 503, description = "The log cannot take it, or it is not shown yet", body = CommandError),
    )
)]
async fn act(
    State(state): State<Incidents>,
    Extension(who): Extension<Who>,
    language: Chinese,
    Path(id): Path<String>,
    body: Asked<ActRequest>,
) -> Response {
    let command = taken(body, state.0.settings.body_bytes_max)
        .and_then(|request| acts::act(&state, &who, &id, request));
    done(&state, language, command).await
}

/// Orders something for an incident: a response, another level, another stage, a merger, a task, war or peace.
#[utoipa::path(
    post,
    path = "/api/v1/incidents/{id}/orders",
    tag = "incidents",
    params(("id" = String, Path, description = "The incident's id, 32 hex digits")),
    request_body = OrderRequest,
    responses(
        (status = 200, description = "It counts", body = ActAnswer),
        (status = 400, description = "The body is not as it must be", body = CommandError),
        (status = 403, description = "It lies outside the own areas and domains, or somebody else commands", body = CommandError),
        (status = 404, description = "No such incident or plan", body = CommandError),
        (status = 409, description = "It does not count: `code` and `message` say why", body = CommandError),
        (status = 413, description = "The body exceeds the limit", body = CommandError),
        (status = 503, description = "The log cannot take it, or it is not shown yet", body = CommandError),
    )
)]
async fn order(
    State(state): State<Incidents>,
    Extension(who): Extension<Who>,
    language: Chinese,
    Path(id): Path<String>,
    body: Asked<OrderRequest>,
) -> Response {
    let command = taken(body, state.0.settings.body_bytes_max)
        .and_then(|request| acts::order(&state, &who, &id, request));
    done(&state, language, command).await
}

/// Takes a step of a task: `sign`, `refuse`, `set_out`, `arrive`, `begin`, `finish`; in between `tell` (上报) and `call_help` (求援).
#[utoipa::path(
    post,
    path = "/api/v1/tasks/{id}/steps",
    tag = "incidents",
    params(("id" = String, Path, description = "The task's id, 32 hex digits")),
    request_body = StepRequest,
    responses(
        (status = 200, description = "It counts", body = ActAnswer),
        (status = 400, description = "The body is not as it must be", body = CommandError),
        (status = 403, description = "It is somebody else's, or lies outside the own areas and domains", body = CommandError),
        (status = 404, description = "No such task", body = CommandError),
        (status = 409, description = "It does not count: `code` and `message` say why", body = CommandError),
        (status = 413, description = "The body exceeds the limit", body = CommandError),
        (status = 503, description = "The log cannot take it, or it is not shown yet", body = CommandError),
    )
)]
async fn step(
    State(state): State<Incidents>,
    Extension(who): Extension<Who>,
    language: Chinese,
    Path(id): Path<String>,
    body: Asked<StepRequest>,
) -> Response {
    const OWN: [Step; 8] = [
        Step::Sign,
        Step::Refuse,
        Step::SetOut,
        Step::Arrive,
        Step::Begin,
        Step::Finish,
        Step::Tell,
        Step::CallHelp,
    ];
    let command = taken(body, state.0.settings.body_bytes_max)
        .and_then(|request| acts::step(&state, &who, Right::Tasks, &OWN, &id, request));
    done(&state, language, command).await
}

/// Orders something for a task: `reassign`, `verify`, `send_back`, `close`, `withdraw`, `hear_call` (求援已收到).
#[utoipa::path(
    post,
    path = "/api/v1/tasks/{id}/orders",
    tag = "incidents",
    params(("id" = String, Path, description = "The task's id, 32 hex digits")),
    request_body = StepRequest,
    responses(
        (status = 200, description = "It counts", body = ActAnswer),
        (status = 400, description = "The body is not as it must be", body = CommandError),
        (status = 403, description = "Who did it does not verify it, or it lies outside the own areas and domains", body = CommandError),
        (status = 404, description = "No such task", body = CommandError),
        (status = 409, description = "It does not count: `code` and `message` say why", body = CommandError),
        (status = 413, description = "The body exceeds the limit", body = CommandError),
        (status = 503, description = "The log cannot take it, or it is not shown yet", body = CommandError),
    )
)]
async fn task_order(
    State(state): State<Incidents>,
    Extension(who): Extension<Who>,
    language: Chinese,
    Path(id): Path<String>,
    body: Asked<StepRequest>,
) -> Response {
    const ORDERS: [Step; 6] = [
        Step::Reassign,
        Step::Verify,
        Step::SendBack,
        Step::Close,
        Step::Withdraw,
        Step::HearCall,
    ];
    let command = taken(body, state.0.settings.body_bytes_max)
        .and_then(|request| acts::step(&state, &who, Right::Command, &ORDERS, &id, request));
    done(&state, language, command).await
}

fn answered<T: Serialize>(language: Chinese, answer: Result<T, ActError>) -> Response {
    match answer {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => language.refuse(&error),
    }
}

/// Carries an act out and answers what became of it.
async fn done(
    state: &Incidents,
    language: Chinese,
    command: Result<Command, ActError>,
) -> Response {
    let carried = async {
        let command = command?;
        let task = match &command.act {
            CommandAct::Task(act) => Some(act.task.clone()),
            _ => None,
        };
        let outcome = state.act(command).await?;
        let folded = state.0.folded();
        let book = folded.desk.book();
        let incident = book
            .incident(&outcome.incident)
            .ok_or(Refusal::NoIncident)?;
        let task = task.and_then(|task| book.task(&task));
        Ok(ActAnswer {
            position: outcome.position,
            again: outcome.verdict == Ok(Counts::Again),
            incident: IncidentRow::of(incident, book),
            task: task.map(|task| TaskRow::of(task, incident.number)),
        })
    };
    let carried: Result<ActAnswer, ActError> = carried.await;
    answered(language, carried)
}
