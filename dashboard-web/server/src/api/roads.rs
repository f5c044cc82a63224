//! The roads, for maps: lines made simpler until they are small, and sent once.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use yiping_desk::units::place::Bounds;
use yiping_desk::units::roads::{Drawn, Lines};
use yiping_desk::units::{Place, Roads};

use super::error::{ApiError, ErrorAnswer};
use super::params::Params;
use crate::app::tagged;
use crate::state::ServerState;
use crate::units::{Sheet, UnitsHandle};

/// Points of one answer: about 22 bytes each, so that it stays below a megabyte.
const POINTS_MAX: usize = 40_000;
/// Places are told to a hundred-thousandth of a degree, about a metre.
const DEGREE_PARTS: f64 = 1e5;

/// Roads as lines: a GeoJSON `FeatureCollection`, one feature for each speed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadsAnswer {
    /// `FeatureCollection`.
    r#type: &'static str,
    /// The fastest first; none where there is no road graph.
    features: Vec<RoadsFeature>,
    /// No road lies farther than this from its line, metres.
    off_metres: f64,
    /// So many lines of the slowest roads are left out, because all together are too many.
    left_out: usize,
}

/// The roads of one speed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadsFeature {
    /// `Feature`.
    r#type: &'static str,
    /// What they have in common.
    properties: RoadsProperties,
    /// Where they are.
    geometry: RoadsGeometry,
}

/// What roads of one speed have in common.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadsProperties {
    /// Their speed, km/h.
    speed_kmh: u8,
}

/// A `MultiLineString`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoadsGeometry {
    /// `MultiLineString`.
    r#type: &'static str,
    /// Lines of longitudes and latitudes, WGS-84.
    coordinates: Vec<Vec<[f64; 2]>>,
}

/// The roads on which units go, as thin lines for a map. They change with the program's start only: a map that names the `etag` it has is told so.
#[utoipa::path(
    get,
    path = "/api/v1/roads",
    tag = "units",
    params(
        ("within" = Option<String>, Query, description = "West, south, east, north, degrees, WGS-84: only roads that touch this; by default all", example = "118.8,28.8,119.0,29.0"),
    ),
    responses(
        (status = 200, description = "GeoJSON, below a megabyte", body = RoadsAnswer),
        (status = 304, description = "As `if-none-match` says"),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
    )
)]
pub(super) async fn roads(
    State(state): State<ServerState>,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, ApiError> {
    let within = params.parsed("within", "118.8,28.8,119.0,29.0", bounds)?;
    params.finish()?;
    let within = within.unwrap_or(Bounds::EARTH);
    let sheet = if let Some(known) = state.units.sheet(within) {
        known
    } else {
        made(state.units, within).await?
    };
    let (kind, caching) = ("application/json", "private, no-cache");
    Ok(tagged(
        &headers,
        &sheet.tag,
        kind,
        caching,
        sheet.text.clone(),
    ))
}

async fn made(units: UnitsHandle, within: Bounds) -> Result<Sheet, ApiError> {
    // It joins some ten thousand pieces: not on the threads that everybody waits for.
    let making = tokio::task::spawn_blocking(move || {
        let answer = units.look(|book| RoadsAnswer::of(book.roads(), within));
        let text = serde_json::to_string(&answer)?;
        Ok::<_, serde_json::Error>(units.keep_sheet(within, text))
    });
    let broken = |why: String| ApiError::Internal(why);
    let sheet = making.await.map_err(|error| broken(error.to_string()))?;
    sheet.map_err(|error| broken(error.to_string()))
}

/// `west,south,east,north`.
fn bounds(text: &str) -> Option<Bounds> {
    let sides: Option<Vec<f64>> = text
        .split(',')
        .map(|side| side.trim().parse().ok())
        .collect();
    let bounds = Bounds(sides?.try_into().ok()?);
    bounds.is_sound().then_some(bounds)
}

impl RoadsAnswer {
    fn of(roads: Option<&Roads>, within: Bounds) -> Self {
        let drawn = roads.map(|roads| roads.lines(within, POINTS_MAX));
        let (features, off_metres, left_out) = match drawn {
            None => (Vec::new(), 0.0, 0),
            Some(Drawn {
                roads,
                off_metres,
                left_out,
            }) => (
                roads.into_iter().map(feature).collect(),
                off_metres,
                left_out,
            ),
        };
        Self {
            r#type: "FeatureCollection",
            features,
            off_metres,
            left_out,
        }
    }
}

fn feature(roads: Lines) -> RoadsFeature {
    let lines = roads.lines.into_iter();
    RoadsFeature {
        r#type: "Feature",
        properties: RoadsProperties {
            speed_kmh: roads.kmh,
        },
        geometry: RoadsGeometry {
            r#type: "MultiLineString",
            coordinates: lines
                .map(|line| line.into_iter().map(told).collect())
                .collect(),
        },
    }
}

fn told(place: Place) -> [f64; 2] {
    [place.lon, place.lat].map(|degrees| (degrees * DEGREE_PARTS).round() / DEGREE_PARTS)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A grid of crossings whose streets bend, so that no point of them can be spared.
    fn grid(side: u32) -> Roads {
        let at = |column: u32, row: u32| {
            let bend = f64::from((column * 7 + row * 13) % 5) * 0.0008;
            [
                118.0 + f64::from(column) * 0.005 + bend,
                28.5 + f64::from(row) * 0.005 - bend,
            ]
        };
        let street = |from: [f64; 2], to: [f64; 2], kmh: u32| {
            json!({
                "type": "Feature",
                "properties": { "speed_kmh": kmh },
                "geometry": { "type": "LineString", "coordinates": [from, to] },
            })
        };
        let mut features = Vec::new();
        for column in 0..side {
            for row in 0..side {
                let kmh = if row % 8 == 0 { 80 } else { 30 };
                features.push(street(at(column, row), at(column + 1, row), kmh));
                features.push(street(at(column, row), at(column, row + 1), 30));
            }
        }
        let text = json!({ "type": "FeatureCollection", "features": features });
        Roads::read(text.to_string().as_bytes()).expect("roads")
    }

    #[test]
    fn a_large_city_stays_below_a_megabyte_and_says_what_it_left_out() {
        let roads = grid(200);
        let answer = RoadsAnswer::of(Some(&roads), Bounds::EARTH);
        assert!(serde_json::to_vec(&answer).expect("JSON").len() < 1_000_000);
        assert!(answer.left_out > 0);
        let fastest = &answer.features[0];
        assert_eq!(fastest.properties.speed_kmh, 80);
        let part = RoadsAnswer::of(Some(&roads), Bounds([118.1, 28.6, 118.2, 28.7]));
        assert_eq!(part.left_out, 0, "a part of it is told whole");
        assert!(serde_json::to_vec(&part).expect("JSON").len() < 200_000);
    }

    #[test]
    fn roads_are_geojson_and_none_are_none() {
        let road = json!({ "type": "FeatureCollection", "features": [{
            "type": "Feature",
            "properties": { "speed_kmh": 60 },
            "geometry": { "type": "LineString", "coordinates": [[118.812_345_6, 28.9], [118.9, 28.9]] },
        }] });
        let roads = Roads::read(road.to_string().as_bytes()).expect("roads");
        let answer = serde_json::to_value(RoadsAnswer::of(Some(&roads), Bounds::EARTH));
        let Value::Object(mut answer) = answer.expect("JSON") else {
            panic!("an object")
        };
        assert_eq!(
            answer.remove("features").expect("features"),
            json!([{
                "type": "Feature",
                "properties": { "speed_kmh": 60 },
                "geometry": { "type": "MultiLineString", "coordinates": [[[118.81235, 28.9], [118.9, 28.9]]] },
            }])
        );
        assert!(RoadsAnswer::of(None, Bounds::EARTH).features.is_empty());
    }

    #[test]
    fn bounds_are_west_south_east_north() {
        assert_eq!(
            bounds("118.8, 28.8,119,29"),
            Some(Bounds([118.8, 28.8, 119.0, 29.0]))
        );
        for wrong in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "119,28,118,29",
            "118,28,119,99",
            "a,b,c,d",
            "NaN,1,2,3",
        ] {
            assert_eq!(bounds(wrong), None, "{wrong}");
        }
    }
}
