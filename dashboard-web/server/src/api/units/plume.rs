//! Where a leak makes a hazard: the cells for `avoid` of a recommendation.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use yiping_desk::units::plume::{REACH_METRES_MAX, WIND_MS_MIN};
use yiping_desk::units::{Ground, Place, Plume, Stability};

use super::super::error::{ApiError, ErrorAnswer};
use super::super::params::Params;
use crate::state::ServerState;

/// The hazard of a leak, as a first guess.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlumeAnswer {
    /// H3 cells of resolution 9 in which more than the limit is breathed, and those around the source.
    cells: Vec<String>,
    /// Corners of each cell; empty unless `drawn=true`.
    #[schema(value_type = Vec<Vec<Vec<f64>>>)]
    corners: Vec<Vec<Place>>,
    /// Sides of cells beyond which none lies: together the outline. Empty unless `drawn=true`.
    #[schema(value_type = Vec<Vec<Vec<f64>>>)]
    outline: Vec<[Place; 2]>,
    /// How far downwind the limit is exceeded, metres.
    reach_m: f64,
    /// Whether it is exceeded as far as the formula holds (10 km), and beyond for all that is known.
    is_cut: bool,
    /// What it rests on: `gaussian`, a steady plume over flat ground of a gas as light as air. Chlorine is heavier: it creeps and spreads wider.
    model: &'static str,
}

/// Where a steady leak makes a hazard: a Gaussian plume (Briggs) as cells for `avoid`. A first guess for a gas as light as air over flat ground.
#[utoipa::path(
    get,
    path = "/api/v1/units/plume",
    tag = "units",
    params(
        ("lon" = f64, Query, description = "Longitude of the leak, degrees, WGS-84", example = 118.88),
        ("lat" = f64, Query, description = "Latitude", example = 28.88),
        ("rate" = f64, Query, description = "Grams a second", example = 500),
        ("limit" = f64, Query, description = "Milligrams a cubic metre that must not be exceeded", example = 5.8),
        ("wind_from" = f64, Query, description = "Degrees from which the wind blows: 0 north, 90 east", example = 45),
        ("wind" = f64, Query, description = "Metres a second, at least 1: a slower wind carries no plume", example = 2.5),
        ("stability" = Option<String>, Query, description = "Pasquill, `A` to `F`; by default `D`"),
        ("ground" = Option<String>, Query, description = "`rural` or `urban`; by default `rural`, which carries farther"),
        ("height" = Option<f64>, Query, description = "Metres above the ground; by default 0"),
        ("drawn" = Option<bool>, Query, description = "Whether corners and outline are told, for a map"),
    ),
    responses(
        (status = 200, description = "The cells", body = PlumeAnswer),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
    )
)]
pub(in super::super) async fn plume(
    State(_state): State<ServerState>,
    mut params: Params,
) -> Result<Json<PlumeAnswer>, ApiError> {
    let lon = number(&mut params, "lon", "118.88", -180.0, 180.0)?;
    let lat = number(&mut params, "lat", "28.88", -90.0, 90.0)?;
    let grams_a_sec = number(&mut params, "rate", "500", 1e-6, 1e9)?;
    let limit = number(&mut params, "limit", "5.8", 1e-6, 1e9)?;
    let wind_from_degrees = number(&mut params, "wind_from", "45", 0.0, 360.0)?;
    let wind_ms = number(&mut params, "wind", "2.5", WIND_MS_MIN, 60.0)?;
    let stability = params.parsed("stability", "D", named)?;
    let ground = params.parsed("ground", "rural", named)?;
    let height = params.parsed("height", "0", |text| within(text, 0.0, 500.0))?;
    let drawn = params.parsed("drawn", "true", |text| text.parse::<bool>().ok())?;
    params.finish()?;
    let plume = Plume {
        source: Place { lon, lat },
        height_metres: height.unwrap_or(0.0),
        grams_a_sec,
        wind_from_degrees,
        wind_ms,
        stability: stability.unwrap_or(Stability::D),
        ground: ground.unwrap_or(Ground::Rural),
    };
    // It looks at some ten thousand points, a few milliseconds: not on the threads that everybody waits for.
    let cloud = tokio::task::spawn_blocking(move || plume.cloud(limit));
    let cloud = cloud
        .await
        .map_err(|broken| ApiError::Internal(broken.to_string()))?;
    let drawn = drawn.unwrap_or(false);
    let (corners, outline) = if drawn {
        (cloud.hazard.corners(), cloud.hazard.outline())
    } else {
        (Vec::new(), Vec::new())
    };
    Ok(Json(PlumeAnswer {
        corners,
        outline,
        cells: cloud.hazard.cells().map(|cell| cell.to_string()).collect(),
        reach_m: cloud.reach_metres.min(REACH_METRES_MAX),
        is_cut: cloud.is_cut,
        model: "gaussian",
    }))
}

fn within(text: &str, from: f64, to: f64) -> Option<f64> {
    text.parse()
        .ok()
        .filter(|number| (from..=to).contains(number))
}

fn number(
    params: &mut Params,
    name: &'static str,
    example: &str,
    from: f64,
    to: f64,
) -> Result<f64, ApiError> {
    let found = params.parsed(name, example, |text| within(text, from, to))?;
    found.ok_or_else(|| {
        ApiError::BadQuery(format!("`{name}` is missing: write it as {name}={example}"))
    })
}

fn named<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::from(text)).ok()
}
