//! The register of units, for administrators: which there are, and how they are added, changed and retired. Where anybody is, is not told here.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use yiping_desk::people::Who;
use yiping_desk::rights::{Reach, Right, Scope};
use yiping_desk::units::{Draft, Effect, Unit, UnitBook, UnitState, import};
use yiping_model::{Act, Body, Decision, Position, Timestamp};

use super::DRAFT_BYTES_MAX;
use super::error::{ApiError, ErrorAnswer};
use super::params::{Params, taken};
use crate::admission::Caller;
use crate::state::ServerState;

const MICROS_A_SEC: i64 = 1_000_000;
/// Changes of one append.
const APPEND_MAX: usize = 500;

/// The register at a position of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegisterAnswer {
    /// The log position of this state.
    position: u64,
    /// City time of that position.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// By id, retired units too.
    items: Vec<RegisterRow>,
}

/// A unit of the register.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegisterRow {
    /// As the register says it, in the form of `docs/UNITS.md`.
    #[schema(value_type = Object)]
    unit: Unit,
    /// `available`, `assigned`, `en_route`, `on_scene`, `returning` or `out_of_service`.
    status: &'static str,
    /// Since when; null when nothing was said.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// The account of who said it.
    by: Option<String>,
    /// Whether it is on duty.
    on_shift: bool,
    /// How old its last position is; null when it has none.
    position_age_secs: Option<i64>,
    /// Whether that is old: its phone or tracker is silent.
    stale: bool,
    /// Whether it is so old that the unit is not recommended.
    lost: bool,
}

/// Units that are to be added or changed. One that is to be there no more is changed to `retired`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportRequest {
    /// In the form of `docs/UNITS.md`; a unit that has the id of a known one takes its place.
    #[schema(value_type = Option<Vec<Object>>)]
    units: Option<Vec<Value>>,
    /// A table instead, its first line naming the columns.
    #[schema(
        example = "id,name_zh,name_en,kind,lon,lat\nv-1,一号车,Vehicle 1,vehicle,118.87,28.97"
    )]
    csv: Option<String>,
    /// Only says what it would do.
    #[serde(default)]
    check: bool,
}

/// What an import did, or would do.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ImportAnswer {
    /// Units that were not there.
    added: usize,
    /// Units that are other ones now.
    changed: usize,
    /// Rows that say what is there.
    unchanged: usize,
    /// Rows that were not taken, each with its reason; the others were.
    rejected: Vec<RejectedRow>,
    /// Whether it was done.
    done: bool,
}

/// A row that was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RejectedRow {
    /// The line of the table on which it stands; of JSON the number of the unit, from 1.
    line: u64,
    /// The id, as far as it can be read.
    id: String,
    /// What is wrong, and what to do.
    why: String,
}

impl RegisterRow {
    fn of(book: &UnitBook, unit: &Unit, state: &UnitState) -> Self {
        let heard = state.last.as_ref().map(|spot| spot.time);
        let age = heard.map(|time| book.now().micros_since(time).max(0) / MICROS_A_SEC);
        let older = |secs: u32| age.is_some_and(|age| age > i64::from(secs));
        let tells = unit.tracked && unit.kind.moves() && !unit.retired;
        Self {
            status: state.status.name(),
            since: state.since,
            by: state.by.clone(),
            on_shift: unit.is_on_shift(book.zone(), book.now()),
            position_age_secs: age,
            stale: tells && (age.is_none() || older(book.settings().stale_secs)),
            lost: tells && (age.is_none() || older(book.settings().lost_secs)),
            unit: unit.clone(),
        }
    }
}

/// The units of the register within the own areas, with what they are busy with and how old their last position is.
#[utoipa::path(
    get,
    path = "/api/v1/register/units",
    tag = "units",
    responses((status = 200, description = "By id", body = RegisterAnswer))
)]
pub(super) async fn units(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
) -> Result<Json<RegisterAnswer>, ApiError> {
    params.finish()?;
    let answer = state.units.look(|book| {
        let all = book.everything();
        let own = all.filter(|(unit, _)| reaches(&caller.who, unit));
        RegisterAnswer {
            position: book.position().0,
            now: book.now(),
            items: own
                .map(|(unit, known)| RegisterRow::of(book, unit, known))
                .collect(),
        }
    });
    Ok(Json(answer))
}

/// Adds, changes and retires units. Each row that is not taken is named with its reason; the others count, each as a decision on the ledger.
#[utoipa::path(
    post,
    path = "/api/v1/register/units",
    tag = "units",
    request_body = ImportRequest,
    responses(
        (status = 200, description = "What it did, or would do", body = ImportAnswer),
        (status = 400, description = "The body is not as it must be", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The log is busy, or the units are behind", body = ErrorAnswer),
    )
)]
pub(super) async fn import(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
    body: Result<Json<ImportRequest>, JsonRejection>,
) -> Result<Json<ImportAnswer>, ApiError> {
    params.finish()?;
    let example = r#"{"units": [{"id": "v-1", …}]} or {"csv": "id,name_zh,…"}"#;
    let request = taken(body, DRAFT_BYTES_MAX, example)?;
    let mut draft = state.units.look(Draft::of);
    let rows = match (&request.units, &request.csv) {
        (Some(units), None) => import::from_json(units),
        (None, Some(table)) => import::from_csv(table, |id| draft.unit(id)),
        _ => Err(format!("body must be {example}")),
    };
    let mut answer = ImportAnswer::default();
    let mut changes = Vec::new();
    for (line, row) in rows.map_err(ApiError::BadBody)? {
        let judged = row.map_err(|wrong| (wrong.id, wrong.why)).and_then(|unit| {
            let judged = judge(&caller.who, &mut draft, &unit);
            judged.map_err(|why| (unit.id.to_string(), why))
        });
        match judged {
            Ok((Effect::Added, act)) => {
                answer.added += 1;
                changes.push((line, act));
            }
            Ok((Effect::Changed, act)) => {
                answer.changed += 1;
                changes.push((line, act));
            }
            Ok((Effect::None, _)) => answer.unchanged += 1,
            Err((id, why)) => answer.rejected.push(RejectedRow { line, id, why }),
        }
    }
    if !request.check {
        for part in changes.chunks(APPEND_MAX) {
            say(&state, &caller.who, part, &mut answer).await?;
        }
        answer.done = true;
    }
    Ok(Json(answer))
}

/// What a row would do, and the act by which it does it.
fn judge(who: &Who, draft: &mut Draft, unit: &Unit) -> Result<(Effect, Act), String> {
    let before = draft.unit(unit.id.as_str());
    if !before.is_none_or(|before| reaches(who, before)) || !reaches(who, unit) {
        return Err("it lies outside of your areas".into());
    }
    let effect = draft.try_unit(unit)?;
    let definition = import::definition(unit).map_err(|error| error.to_string())?;
    let unit = unit.id.clone();
    Ok((effect, Act::SetUnit { unit, definition }))
}

/// Says a part of the changes, and waits until they count. What somebody else changed meanwhile may stand against one: it is named then.
async fn say(
    state: &ServerState,
    who: &Who,
    part: &[(u64, Act)],
    answer: &mut ImportAnswer,
) -> Result<(), ApiError> {
    let decision = |(_, act): &(u64, Act)| {
        Body::Decision(Decision {
            person: who.person.clone(),
            seat: who.seat.clone(),
            act: act.clone(),
        })
    };
    let appended = state
        .log
        .append(part.iter().map(decision).collect())
        .await?;
    let patience = Duration::from_millis(state.settings.ack_wait_ms);
    if !state.units.reaches(appended.last, patience).await {
        return Err(ApiError::Unavailable(format!(
            "they are kept up to record {}, but the units are behind: look at the register before repeating it",
            appended.last
        )));
    }
    state.units.look(|book| {
        for (at, (line, act)) in (appended.first.0..).zip(part) {
            let (Some(error), Act::SetUnit { unit, .. }) = (book.refusal(Position(at)), act) else {
                continue;
            };
            answer.rejected.push(RejectedRow {
                line: *line,
                id: unit.to_string(),
                why: error.to_string(),
            });
        }
    });
    Ok(())
}

/// Whether the own areas reach to a unit. Units belong to areas, not to domains.
fn reaches(who: &Who, unit: &Unit) -> bool {
    let areas = Scope {
        areas: who.scope.areas.clone(),
        domains: Vec::new(),
    };
    match who.reach(Right::Registers) {
        Reach::None => false,
        Reach::Own => areas.covers(unit.area.as_deref(), None),
        Reach::All => true,
    }
}
