//! The API of drills: what everybody sees of them, the list, the score, and beginning and ending one.

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};
use yiping_desk::drill::OneDrill;
use yiping_desk::people::Who;
use yiping_model::{Position, Timestamp};

use super::{DrillError, Drills, RealAlarm, Wish};
use crate::say::{Chinese, CommandError, documents};

const BODY_BYTES_MAX: usize = 65_536;
/// Accounts, and channels, that take part.
const PARTICIPANTS_MAX: usize = 500;
/// Characters of a note, and of a name.
const NOTE_CHARS_MAX: usize = 2_000;
const NAME_CHARS_MAX: usize = 64;
/// A scenario begins within a day.
const AFTER_SECS_MAX: u32 = 86_400;

documents! {
    KnownDocument, known_openapi: known;
    WatchDocument, watch_openapi: list;
    ScoreDocument, score_openapi: score;
    BeginDocument, begin_openapi: begin, stop;
}

/// What lies below `/drill/` is the same API once more, so it says nothing of its own.
pub fn inside_openapi() -> utoipa::openapi::OpenApi {
    utoipa::openapi::OpenApi::default()
}

/// These routes, outside of a drill or inside of one.
#[derive(Clone)]
struct Room {
    drills: Drills,
    inside: bool,
}

impl Drills {
    /// What every page asks again and again; `inside` when it is served inside of a drill.
    pub fn known_router(&self, inside: bool) -> Router {
        let room = Room {
            drills: self.clone(),
            inside,
        };
        Router::new()
            .route("/api/v1/drill", get(known))
            .with_state(room)
    }

    /// The list, for whoever watches.
    pub fn watch_router(&self) -> Router {
        Router::new()
            .route("/api/v1/drills", get(list))
            .with_state(self.clone())
    }

    /// The score, for whoever may ask about the past.
    pub fn score_router(&self) -> Router {
        Router::new()
            .route("/api/v1/drills/{id}/score", get(score))
            .with_state(self.clone())
    }

    /// Beginning and ending.
    pub fn begin_router(&self) -> Router {
        Router::new()
            .route("/api/v1/drills", post(begin))
            .route("/api/v1/drills/{id}/stop", post(stop))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(self.clone())
    }
}

/// A drill.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DrillRow {
    id: String,
    scenario: String,
    seed: u64,
    area: Option<String>,
    participants: Vec<String>,
    channels: Vec<String>,
    note: String,
    /// The account of who began it.
    person: Option<String>,
    /// The record that opened it.
    #[schema(value_type = u64)]
    position: Position,
    #[schema(value_type = String, format = DateTime)]
    opened: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    stopped: Option<Timestamp>,
    /// Whether it was broken off; null while it runs.
    aborted: Option<bool>,
}

impl DrillRow {
    fn of(drill: &OneDrill) -> Self {
        let form = drill.form.clone();
        let stopped = drill.stopped.as_ref();
        Self {
            id: drill.id.to_string(),
            scenario: form.scenario,
            seed: form.seed,
            area: form.area,
            participants: form.participants,
            channels: form.channels,
            note: form.note,
            person: form.person,
            position: drill.position,
            opened: drill.opened,
            stopped: stopped.map(|stopped| stopped.at),
            aborted: stopped.map(|stopped| stopped.aborted),
        }
    }
}

/// What every page must know of drills.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Known {
    /// Whether this answer comes from inside of a drill: then nothing of what this address tells is real.
    inside: bool,
    /// The drill that runs; inside of one, that one though it may be over. Null when there is none.
    drill: Option<DrillRow>,
    /// Whether who asks takes part.
    takes_part: bool,
    /// Real alarms that nobody has acknowledged.
    real_unacknowledged: usize,
    /// The gravest of them; null when there is none.
    real: Option<RealAlarm>,
    /// City time.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// The city's zone.
    zone: String,
}

/// All drills that are remembered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DrillsAnswer {
    /// The newest first.
    items: Vec<DrillRow>,
}

/// A drill that is to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginRequest {
    /// A scenario of the simulator: `leak`, `flood`, `crowd`, …
    scenario: String,
    /// The same seed gives the same readings; by default that of the configuration.
    seed: Option<u64>,
    /// Seconds of city time from now to the scenario; 60 by default.
    after_secs: Option<u32>,
    /// The code of an area (GB/T 2260): only what stands there speaks. By default the whole city.
    area: Option<String>,
    /// The accounts that may act in it; empty for everybody who has the rights.
    #[serde(default)]
    participants: Vec<String>,
    /// The channels of notices that are told; empty for none.
    #[serde(default)]
    channels: Vec<String>,
    /// What it is for.
    #[serde(default)]
    note: String,
}

/// How a drill ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StopRequest {
    /// Whether it is broken off.
    #[serde(default)]
    aborted: bool,
    /// Why; needed when it is broken off.
    #[serde(default)]
    note: String,
}

fn refused(language: Chinese, error: &DrillError) -> Response {
    if let DrillError::Log(_) | DrillError::Rooms(_) | DrillError::Ledger(_) = error {
        let error = error as &(dyn std::error::Error + 'static);
        tracing::error!(error, "a drill is not served");
    }
    let (status, code, zh) = match error {
        DrillError::Runs(id) => (
            StatusCode::CONFLICT,
            "drill_runs",
            format!("演练 {id} 正在进行：请先结束"),
        ),
        DrillError::None(id) => (
            StatusCode::NOT_FOUND,
            "not_found",
            format!("没有演练「{id}」"),
        ),
        DrillError::Over(id) => (StatusCode::CONFLICT, "over", format!("演练 {id} 已经结束")),
        DrillError::Cannot(why) => (StatusCode::BAD_REQUEST, "bad_body", why.zh.clone()),
        DrillError::Log(_) | DrillError::Rooms(_) | DrillError::Ledger(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "系统暂时无法完成，请稍后查看演练状态".to_owned(),
        ),
    };
    language.say(status, code, zh, error.to_string())
}

fn unread(language: Chinese, error: &JsonRejection) -> Response {
    let (status, code) = match error {
        JsonRejection::BytesRejection(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        _ => (StatusCode::BAD_REQUEST, "bad_body"),
    };
    let why = error.body_text();
    language.say(status, code, format!("请求内容无法读取：{why}"), why)
}

fn wrong(language: Chinese, zh: &str, en: &str) -> Response {
    let (zh, en) = (zh.to_owned(), en.to_owned());
    language.say(StatusCode::BAD_REQUEST, "bad_body", zh, en)
}

/// Whether a drill runs, whether this address is inside of it, and whether something real waits: every page asks this every few seconds.
#[utoipa::path(
    get,
    path = "/api/v1/drill",
    tag = "drills",
    responses((status = 200, description = "As it is now", body = Known))
)]
async fn known(State(room): State<Room>, Extension(who): Extension<Who>) -> Json<Known> {
    let drill = {
        let book = room.drills.book();
        let shown = if room.inside {
            book.last()
        } else {
            book.running()
        };
        shown.cloned()
    };
    let (real_unacknowledged, real) = room.drills.0.stage.real();
    let takes_part = match (&drill, &who.person) {
        (Some(drill), Some(person)) => drill.takes_part(person),
        _ => false,
    };
    Json(Known {
        inside: room.inside,
        takes_part,
        drill: drill.as_ref().map(DrillRow::of),
        real_unacknowledged,
        real,
        now: room.drills.0.clock.now(),
        zone: room.drills.0.stage.zone(),
    })
}

/// The last hundred drills.
#[utoipa::path(
    get,
    path = "/api/v1/drills",
    tag = "drills",
    responses((status = 200, description = "The newest first", body = DrillsAnswer))
)]
async fn list(State(drills): State<Drills>) -> Json<DrillsAnswer> {
    let items = drills.book().drills().rev().map(DrillRow::of).collect();
    Json(DrillsAnswer { items })
}

/// How a drill went, or goes: from the ledger only, against the scenario's truth and the deadlines of the plan. The ledger has an act within
/// `ledger.gather_ms`.
#[utoipa::path(
    get,
    path = "/api/v1/drills/{id}/score",
    tag = "drills",
    params(("id" = String, Path, description = "The drill's id, for example drill-1")),
    responses(
        (status = 200, description = "As `docs/DRILL.md` describes it", body = Object),
        (status = 404, description = "No such drill is remembered", body = CommandError),
        (status = 503, description = "The ledger cannot be read", body = CommandError),
    )
)]
async fn score(
    State(drills): State<Drills>,
    language: Chinese,
    Path(id): Path<String>,
) -> Response {
    match drills.score(&id).await {
        Ok(score) => Json(score).into_response(),
        Err(error) => refused(language, &error),
    }
}

/// Begins a drill: a scenario of the simulator through the real system, in rooms of its own under `/drill/`.
#[utoipa::path(
    post,
    path = "/api/v1/drills",
    tag = "drills",
    request_body = BeginRequest,
    responses(
        (status = 200, description = "It runs", body = DrillRow),
        (status = 400, description = "There is no such scenario or channel, or it has no place here", body = CommandError),
        (status = 409, description = "Another drill runs", body = CommandError),
        (status = 413, description = "The body exceeds the limit", body = CommandError),
        (status = 503, description = "The log cannot take it, or its rooms do not open", body = CommandError),
    )
)]
async fn begin(
    State(drills): State<Drills>,
    Extension(who): Extension<Who>,
    language: Chinese,
    body: Result<Json<BeginRequest>, JsonRejection>,
) -> Response {
    let request = match body {
        Ok(Json(request)) => request,
        Err(error) => return unread(language, &error),
    };
    let long = |text: &String| text.is_empty() || text.chars().count() > NAME_CHARS_MAX;
    let names = || request.participants.iter().chain(&request.channels);
    if names().count() > PARTICIPANTS_MAX || names().chain(&request.area).any(long) {
        return wrong(
            language,
            "参演人员与通道至多 500 个，名称 1 至 64 字",
            "at most 500 participants and channels, each a name of 1 to 64 characters",
        );
    }
    if request.note.chars().count() > NOTE_CHARS_MAX {
        return wrong(
            language,
            "说明至多 2000 字",
            "a note has at most 2000 characters",
        );
    }
    let after_secs = request.after_secs.unwrap_or(60);
    if after_secs > AFTER_SECS_MAX {
        return wrong(
            language,
            "`after_secs` 至多 86400",
            "`after_secs` is at most 86400",
        );
    }
    let wish = Wish {
        person: who.person,
        scenario: request.scenario,
        seed: request.seed,
        after_secs,
        area: request.area,
        participants: request.participants,
        channels: request.channels,
        note: request.note,
    };
    match drills.begin(&wish).await {
        Ok(drill) => Json(DrillRow::of(&drill)).into_response(),
        Err(error) => refused(language, &error),
    }
}

/// Ends a drill, or breaks it off. Its rooms stay open until the next one begins, so that its report can be read and lessons written.
#[utoipa::path(
    post,
    path = "/api/v1/drills/{id}/stop",
    tag = "drills",
    params(("id" = String, Path, description = "The drill's id, for example drill-1")),
    request_body = StopRequest,
    responses(
        (status = 200, description = "It is over", body = DrillRow),
        (status = 400, description = "Who breaks it off says why", body = CommandError),
        (status = 404, description = "No such drill is remembered", body = CommandError),
        (status = 409, description = "It is over already", body = CommandError),
        (status = 413, description = "The body exceeds the limit", body = CommandError),
        (status = 503, description = "The log cannot take it", body = CommandError),
    )
)]
async fn stop(
    State(drills): State<Drills>,
    Extension(who): Extension<Who>,
    language: Chinese,
    Path(id): Path<String>,
    body: Result<Json<StopRequest>, JsonRejection>,
) -> Response {
    let request = match body {
        Ok(Json(request)) => request,
        Err(error) => return unread(language, &error),
    };
    if request.aborted && request.note.trim().is_empty() {
        return wrong(
            language,
            "中止演练须说明原因",
            "who breaks a drill off says why",
        );
    }
    if request.note.chars().count() > NOTE_CHARS_MAX {
        return wrong(
            language,
            "说明至多 2000 字",
            "a note has at most 2000 characters",
        );
    }
    let stopped = drills.stop(&id, who.person, request.aborted, request.note);
    match stopped.await {
        Ok(drill) => Json(DrillRow::of(&drill)).into_response(),
        Err(error) => refused(language, &error),
    }
}
