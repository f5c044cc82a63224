//! What happened: detections and steps of tickets, oldest first.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yiping_model::{EventKey, EventKind, Position, Quality, ThingId, Timestamp};
use yiping_store::{EventQuery, StoredEvent};

use super::answer::Rows;
use super::error::{ApiError, ErrorAnswer};
use super::history::{Range, RangeParams};
use super::params::Params;
use crate::state::ServerState;

/// Something that happened at a thing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventAnswer {
    /// Its place in the log; page on with `from` = the last one's `phenomenon_time` and `after` = its `position`.
    position: u64,
    /// The thing: a camera, a hall.
    thing: String,
    /// What happened.
    #[schema(example = "crowd")]
    kind: String,
    /// The matter to which it belongs: a track, a ticket.
    key: Option<String>,
    /// Where in the thing: a zone of the picture, a service window.
    part: Option<String>,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    phenomenon_time: Timestamp,
    /// When the log took it first.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// What was measured with it, in the properties' units.
    values: BTreeMap<String, f64>,
    /// Which of them lie outside the range that their property can have.
    out_of_range: Vec<String>,
    /// The door through which it came.
    source: String,
}

impl From<StoredEvent> for EventAnswer {
    fn from(row: StoredEvent) -> Self {
        let event = row.event;
        let outside = event.values.iter();
        let outside = outside.filter(|measured| measured.quality == Quality::OutOfRange);
        Self {
            position: row.position.0,
            thing: event.thing.to_string(),
            kind: event.kind.to_string(),
            key: event.key.as_ref().map(ToString::to_string),
            part: event.part.as_ref().map(ToString::to_string),
            phenomenon_time: event.phenomenon_time,
            received_at: row.received_at,
            out_of_range: outside
                .map(|measured| measured.property.to_string())
                .collect(),
            values: event
                .values
                .iter()
                .map(|measured| (measured.property.to_string(), measured.value))
                .collect(),
            source: event.source.to_string(),
        }
    }
}

/// Events, each once.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "history",
    params(
        ("thing" = Option<String>, Query, description = "Only at this thing", example = "cam-qz-01"),
        ("kind" = Option<String>, Query, description = "Only of this kind", example = "crowd"),
        ("key" = Option<String>, Query, description = "Only of this track or ticket", example = "A023"),
        ("after" = Option<u64>, Query, description = "With `from`: of those at `from` itself only the ones after this position, for paging on"),
        RangeParams,
    ),
    responses(
        (status = 200, description = "By phenomenon time, oldest first", body = Rows<EventAnswer>),
        (status = 400, description = "A parameter cannot be read", body = ErrorAnswer),
    )
)]
pub(super) async fn events(
    State(state): State<ServerState>,
    mut params: Params,
) -> Result<Json<Rows<EventAnswer>>, ApiError> {
    let thing = params.parsed("thing", "cam-qz-01", |text| ThingId::new(text).ok())?;
    let kind = params.parsed("kind", "crowd", |text| EventKind::new(text).ok())?;
    let key = params.parsed("key", "A023", |text| EventKey::new(text).ok())?;
    let after = params.parsed("after", "812345", |text| text.parse().ok())?;
    let range = Range::of_rows(params, &state)?;
    let query = EventQuery {
        thing,
        kind,
        key,
        from: range.from,
        to: range.to,
        after: after.map(|position| (range.from, Position(position))),
        limit: range.limit + 1,
    };
    let rows = state.history.events(&query).await?;
    Ok(Json(Rows::cut(rows, range.limit)))
}
