//! Units: where they are, what they are busy with, and who can be at a place soonest.

pub(super) mod acts;
mod answer;
pub(super) mod plume;
pub(super) mod positions;
pub(super) mod recommend;
pub(super) mod route;

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;
use yiping_desk::people::Who;
use yiping_desk::rights::{Reach, Right, Role, Scope};
use yiping_desk::units::{Hazard, Place, Unit, UnitBook, UnitKind, UnitState};
use yiping_model::{Timestamp, UnitStatus};

use super::error::{ApiError, ErrorAnswer};
use super::params::Params;
use crate::admission::Caller;
use crate::state::ServerState;
pub(crate) use answer::{TrailPoint, UnitAnswer};

const NO_UNIT: &str = "no unit of the register has your account: tell who keeps the register";

/// Units at a position of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitsAnswer {
    /// The log position of this state.
    position: u64,
    /// City time of that position.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// By id.
    items: Vec<UnitAnswer>,
}

/// One unit, with its trail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneUnitAnswer {
    /// The log position of this state.
    position: u64,
    /// City time of that position.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// The unit.
    unit: UnitAnswer,
    /// So often whoever is on scene is to be heard, seconds.
    check_in_secs: u32,
    /// Where it was lately, oldest first.
    trail: Vec<TrailPoint>,
}

/// Units with status, place and stock.
#[utoipa::path(
    get,
    path = "/api/v1/units",
    tag = "units",
    params(
        ("kind" = Option<String>, Query, description = "`person`, `vehicle`, `equipment`, `warehouse`, `shelter` or `hospital`; by default all"),
        ("status" = Option<String>, Query, description = "`available`, `assigned`, `en_route`, `on_scene`, `returning` or `out_of_service`; by default all"),
        ("skill" = Option<String>, Query, description = "Only those that can do this"),
        ("area" = Option<String>, Query, description = "Only those at home in this area, GB/T 2260"),
    ),
    responses(
        (status = 200, description = "By id", body = UnitsAnswer),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
    )
)]
pub(super) async fn list(
    State(state): State<ServerState>,
    mut params: Params,
) -> Result<Json<UnitsAnswer>, ApiError> {
    let kind = params.parsed("kind", "vehicle", kind_of)?;
    let status = params.parsed("status", "available", status_of)?;
    let (skill, area) = (params.text("skill")?, params.text("area")?);
    params.finish()?;
    let answer = state.units.look(|book| {
        let units = book.units().filter(|(unit, known)| {
            kind.is_none_or(|kind| unit.kind == kind)
                && status.is_none_or(|status| known.status == status)
                && skill
                    .as_ref()
                    .is_none_or(|skill| unit.skills.contains(skill))
                && area.as_deref().is_none_or(|area| lies_in(unit, area))
        });
        UnitsAnswer {
            position: book.position().0,
            now: book.now(),
            items: units
                .map(|(unit, known)| UnitAnswer::of(book, unit, known))
                .collect(),
        }
    });
    Ok(Json(answer))
}

/// One unit, with where it was lately.
#[utoipa::path(
    get,
    path = "/api/v1/units/{id}",
    tag = "units",
    params(("id" = String, Path, description = "The unit's id")),
    responses(
        (status = 200, description = "The unit and its trail", body = OneUnitAnswer),
        (status = 404, description = "No such unit", body = ErrorAnswer),
    )
)]
pub(super) async fn one(
    State(state): State<ServerState>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<OneUnitAnswer>, ApiError> {
    params.finish()?;
    let answer = state
        .units
        .look(|book| Some(OneUnitAnswer::of(book, book.unit(&id)?)));
    answer.map(Json).ok_or_else(|| unknown(&id))
}

/// The unit whose phone one carries, with where it was lately.
#[utoipa::path(
    get,
    path = "/api/v1/units/mine",
    tag = "units",
    responses(
        (status = 200, description = "The unit and its trail", body = OneUnitAnswer),
        (status = 404, description = "The register gives this account no unit", body = ErrorAnswer),
    )
)]
pub(super) async fn mine(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
) -> Result<Json<OneUnitAnswer>, ApiError> {
    params.finish()?;
    let answer = state.units.look(|book| {
        let unit = book.of_account(caller.who.person.as_deref()?)?;
        Some(OneUnitAnswer::of(book, book.unit(unit.id.as_str())?))
    });
    answer
        .map(Json)
        .ok_or_else(|| ApiError::NotFound(NO_UNIT.into()))
}

impl OneUnitAnswer {
    fn of(book: &UnitBook, (unit, state): (&Unit, &UnitState)) -> Self {
        let trail = state.trail.iter().chain(&state.last);
        Self {
            position: book.position().0,
            now: book.now(),
            unit: UnitAnswer::of(book, unit, state),
            check_in_secs: book.settings().check_in.every_secs,
            trail: trail.map(TrailPoint::from).collect(),
        }
    }
}

fn kind_of(text: &str) -> Option<UnitKind> {
    UnitKind::ALL.into_iter().find(|kind| kind.name() == text)
}

fn status_of(text: &str) -> Option<UnitStatus> {
    let mut all = UnitStatus::ALL.into_iter();
    all.find(|status| status.name() == text)
}

/// The place that is asked about: `lon` and `lat`.
fn place(params: &mut Params) -> Result<Place, ApiError> {
    let number = |text: &str| text.parse::<f64>().ok();
    let missing =
        |name| ApiError::BadQuery(format!("`{name}` is missing: write lon=118.87&lat=28.97"));
    let lon = params.parsed("lon", "118.87", number)?;
    let lat = params.parsed("lat", "28.97", number)?;
    let place = Place {
        lon: lon.ok_or_else(|| missing("lon"))?,
        lat: lat.ok_or_else(|| missing("lat"))?,
    };
    if !place.is_sound() {
        return Err(ApiError::BadQuery(
            "`lon` and `lat` are no place: degrees, WGS-84".into(),
        ));
    }
    Ok(place)
}

/// Where nobody may go: `avoid`.
fn hazard(book: &UnitBook, params: &mut Params) -> Result<Hazard, ApiError> {
    let cells = params.parsed("avoid", "8941aca4d4bffff", words)?;
    let cells = cells.unwrap_or_default();
    let most = book.settings().hazard_cells_max;
    Hazard::read(cells.iter().map(String::as_str), most)
        .map_err(|error| ApiError::BadQuery(format!("`avoid`: {error}")))
}

/// Words that commas separate.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it reads a parameter, which may be one that cannot be read"
)]
fn words(text: &str) -> Option<BTreeSet<String>> {
    let words = text.split(',').map(str::trim);
    let words = words.filter(|word| !word.is_empty());
    Some(words.map(Into::into).collect())
}

fn lies_in(unit: &Unit, area: &str) -> bool {
    unit.area
        .as_deref()
        .is_some_and(|own| own.starts_with(area))
}

fn unknown(id: &str) -> ApiError {
    let id: String = id.chars().take(64).collect();
    ApiError::NotFound(format!("there is no unit {id:?}: see /api/v1/units"))
}

/// Whether somebody may say what is of a unit. Units belong to areas, not to domains; who only acts outside speaks for the own unit.
fn may_dispatch(who: &Who, unit: &Unit) -> bool {
    if who.roles.iter().all(|role| *role == Role::Field) {
        return who.person.is_some() && unit.account == who.person;
    }
    let areas = Scope {
        areas: who.scope.areas.clone(),
        domains: Vec::new(),
    };
    match who.reach(Right::Dispatch) {
        Reach::None => false,
        Reach::Own => areas.covers(unit.area.as_deref(), None),
        Reach::All => true,
    }
}
