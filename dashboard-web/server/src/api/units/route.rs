//! The own way to a place, for a phone.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yiping_desk::people::Who;
use yiping_desk::units::{Basis, Place, Route, UnitBook, Wish, route};
use yiping_model::Timestamp;

use super::super::error::{ApiError, ErrorAnswer};
use super::super::params::Params;
use crate::admission::Caller;
use crate::state::ServerState;

/// The way of the own unit to a place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RouteAnswer {
    /// The log position of this state.
    position: u64,
    /// City time of that position.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// What the time rests on: `{"basis": "roads"}`, or `{"basis": "straight", "factor", "kmh"}` where there is no road graph.
    #[schema(value_type = Object)]
    basis: Basis,
    /// Where it leads when the place lies in the hazard: a point outside of it. Nothing is said of the wind.
    #[schema(value_type = Option<Vec<f64>>)]
    assembly: Option<Place>,
    /// How long it takes; null when no way leads there.
    time_secs: Option<u32>,
    /// How long it would take without hazard; null when no way leads there even so.
    open_secs: Option<u32>,
    /// How long it is, metres.
    metres: u32,
    /// Longitudes and latitudes from where it begins; empty when there is no way.
    #[schema(value_type = Vec<Vec<f64>>)]
    way: Vec<Place>,
}

/// The way of the unit whose phone one carries to a place, round a hazard, by the same roads as a recommendation. Where it begins is kept nowhere.
#[utoipa::path(
    get,
    path = "/api/v1/units/mine/route",
    tag = "units",
    params(
        ("lon" = f64, Query, description = "Longitude of the place, degrees, WGS-84", example = 118.87),
        ("lat" = f64, Query, description = "Latitude", example = 28.97),
        ("from" = Option<String>, Query, description = "Longitude and latitude where it begins; by default where the unit is taken to be", example = "118.85,28.95"),
        ("avoid" = Option<String>, Query, description = "H3 cells that nobody may enter, separated by commas"),
    ),
    responses(
        (status = 200, description = "The way, or that there is none", body = RouteAnswer),
        (status = 400, description = "A parameter cannot be read, or no road is near the place", body = ErrorAnswer),
        (status = 404, description = "The register gives this account no unit, or nobody knows where it is", body = ErrorAnswer),
    )
)]
pub(in super::super) async fn mine(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
) -> Result<Json<RouteAnswer>, ApiError> {
    let asked = state.units.look(|book| asked(book, params))?;
    // A search takes some milliseconds: not on the threads that everybody waits for.
    let units = state.units.clone();
    let searched =
        tokio::task::spawn_blocking(move || units.look(|book| found(book, &caller.who, &asked)));
    let answer = searched
        .await
        .map_err(|broken| ApiError::Internal(broken.to_string()))?;
    answer.map(Json)
}

struct Asked {
    wish: Wish,
    from: Option<Place>,
}

fn asked(book: &UnitBook, mut params: Params) -> Result<Asked, ApiError> {
    let place = super::place(&mut params)?;
    let from = params.parsed("from", "118.85,28.95", |text| {
        let (lon, lat) = text.split_once(',')?;
        let place = Place {
            lon: lon.trim().parse().ok()?,
            lat: lat.trim().parse().ok()?,
        };
        place.is_sound().then_some(place)
    });
    // An error never says where anybody is.
    let from = from.map_err(|_said| {
        ApiError::BadQuery("`from` is no place: write it as from=118.85,28.95".into())
    })?;
    let hazard = super::hazard(book, &mut params)?;
    params.finish()?;
    let wish = Wish {
        hazard,
        ..Wish::to(place, 1)
    };
    Ok(Asked { wish, from })
}

fn found(book: &UnitBook, who: &Who, asked: &Asked) -> Result<RouteAnswer, ApiError> {
    let unit = who.person.as_deref().and_then(|own| book.of_account(own));
    let unit = unit.ok_or_else(|| ApiError::NotFound(super::NO_UNIT.into()))?;
    let heard = || Some(book.place_of(unit.id.as_str())?.place);
    let from = asked.from.or_else(heard).ok_or_else(|| {
        ApiError::NotFound("nobody knows where your unit is: tell its position first".into())
    })?;
    let route = route(book, &asked.wish, from, unit.pace)
        .map_err(|error| ApiError::BadQuery(error.to_string()))?;
    Ok(RouteAnswer::of(book, route))
}

impl RouteAnswer {
    fn of(book: &UnitBook, route: Route) -> Self {
        Self {
            position: book.position().0,
            now: book.now(),
            basis: route.basis,
            assembly: route.assembly,
            time_secs: route.time_secs,
            open_secs: route.open_secs,
            metres: route.metres.round() as u32,
            way: route.way,
        }
    }
}
