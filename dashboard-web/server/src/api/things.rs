//! The live city: things, and the last value of each datastream with its age by the city clock.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yiping_model::Timestamp;
use yiping_scene::message::{LatestView, TextView, ThingView};

use super::error::{ApiError, ErrorAnswer};
use super::params::Params;
use crate::live::Now;
use crate::state::ServerState;

/// An observation older than so many periods is stale, here and on the screens.
const STALE_PERIODS: i64 = 3;

/// The period of a property that the catalogue does not know, here and on the screens.
const PERIOD_SECS_UNKNOWN: u32 = 60;

/// A list of the live city.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LiveList<T> {
    /// The log position of this state.
    position: u64,
    /// City time of that position.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// By id.
    items: Vec<T>,
}

/// A name in both languages of the screens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NameAnswer {
    /// Chinese.
    zh: String,
    /// English.
    en: String,
}

/// A thing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ThingAnswer {
    /// Its id.
    id: String,
    /// Its name; the id itself for a thing that the catalogue does not know.
    name: NameAnswer,
    /// What it is; empty when unknown.
    kind: String,
    /// Longitude and latitude, WGS-84; null when unknown.
    place: Option<[f64; 2]>,
    /// Code of its county.
    area: Option<String>,
    /// Its datastreams.
    datastreams: Vec<String>,
}

/// A datastream with its last value by phenomenon time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DatastreamAnswer {
    /// `thing:property`
    #[schema(example = "qz-air-001:pm25")]
    id: String,
    /// Thing.
    thing: String,
    /// Property.
    metric: String,
    /// Unit of the value; empty when unknown.
    unit: String,
    /// Seconds that one observation stands for.
    period_secs: u32,
    /// The last observation; null when none was ever heard.
    last: Option<LastAnswer>,
    /// Whether the last observation is older than three periods, or was never heard.
    stale: bool,
}

/// The last observation of a datastream.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastAnswer {
    /// The value.
    value: f64,
    /// When it was so.
    #[schema(value_type = String, format = DateTime)]
    phenomenon_time: Timestamp,
    /// When the log took it.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// City time since `phenomenon_time`; negative when the device's clock is ahead.
    age_secs: f64,
    /// `good` or `out_of_range`.
    quality: &'static str,
}

/// Things, those that only were heard included.
#[utoipa::path(
    get,
    path = "/api/v1/things",
    tag = "live",
    responses(
        (status = 200, description = "By id", body = LiveList<ThingAnswer>),
        (status = 400, description = "There are no parameters", body = ErrorAnswer),
    )
)]
pub(super) async fn things(
    State(state): State<ServerState>,
    params: Params,
) -> Result<Json<LiveList<ThingAnswer>>, ApiError> {
    params.finish()?;
    let live = state.live.state();
    Ok(Json(LiveList {
        position: live.position,
        now: live.time,
        items: live.state.things.into_iter().map(thing).collect(),
    }))
}

fn thing(view: ThingView) -> ThingAnswer {
    let TextView { zh, en } = view.name;
    let properties = view.properties.iter();
    ThingAnswer {
        datastreams: properties
            .map(|property| format!("{}:{property}", view.id))
            .collect(),
        id: view.id,
        name: NameAnswer { zh, en },
        kind: view.kind,
        place: view.place,
        area: view.area,
    }
}

/// Datastreams with their last value, its age and quality.
#[utoipa::path(
    get,
    path = "/api/v1/datastreams",
    tag = "live",
    params(("thing" = Option<String>, Query, description = "Only of this thing")),
    responses(
        (status = 200, description = "By thing", body = LiveList<DatastreamAnswer>),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
    )
)]
pub(super) async fn datastreams(
    State(state): State<ServerState>,
    mut params: Params,
) -> Result<Json<LiveList<DatastreamAnswer>>, ApiError> {
    let only = params.text("thing")?;
    params.finish()?;
    let live = state.live.state();
    let latest: BTreeMap<_, _> = live
        .state
        .latest
        .iter()
        .map(|latest| ((latest.thing.as_str(), latest.property.as_str()), latest))
        .collect();
    let things = live.state.things.iter();
    let items = things
        .filter(|thing| only.as_ref().is_none_or(|only| *only == thing.id))
        .flat_map(|thing| {
            thing
                .properties
                .iter()
                .map(move |property| (thing, property))
        })
        .map(|(thing, property)| {
            let latest = latest.get(&(thing.id.as_str(), property.as_str()));
            datastream(&state, &live, thing, property, latest.copied())
        })
        .collect();
    Ok(Json(LiveList {
        position: live.position,
        now: live.time,
        items,
    }))
}

fn datastream(
    state: &ServerState,
    live: &Now,
    thing: &ThingView,
    property: &str,
    latest: Option<&LatestView>,
) -> DatastreamAnswer {
    let known = state.catalogue.properties.get(property);
    let period_secs = thing
        .period_secs
        .or(known.map(|known| known.period_secs))
        .unwrap_or(PERIOD_SECS_UNKNOWN);
    let now_ms = live.time.as_millis();
    let fresh_ms = STALE_PERIODS * i64::from(period_secs) * 1_000;
    DatastreamAnswer {
        id: format!("{}:{property}", thing.id),
        thing: thing.id.clone(),
        metric: property.to_owned(),
        unit: known.map(|known| known.unit.clone()).unwrap_or_default(),
        period_secs,
        last: latest.map(|latest| LastAnswer {
            value: latest.value,
            phenomenon_time: Timestamp::from_millis(latest.at_ms),
            received_at: Timestamp::from_millis(latest.received_ms),
            age_secs: (now_ms - latest.at_ms) as f64 / 1_000.0,
            quality: if latest.out_of_range {
                "out_of_range"
            } else {
                "good"
            },
        }),
        stale: latest.is_none_or(|latest| now_ms - latest.at_ms > fresh_ms),
    }
}
