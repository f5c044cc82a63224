//! How often sources are asked to measure: one text for everybody, made when the list is another one, so that asking often costs little.

use std::sync::{Arc, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use yiping_desk::evidence::digest_of;
use yiping_model::{Position, Timestamp};

use super::super::{ActError, Incidents};
use crate::say::{Chinese, CommandError};

/// How long an answer may be used, which is how often to ask.
const POLL_SECS: u32 = 5;
const CACHING: HeaderValue = HeaderValue::from_static("private, max-age=5");
/// Hex digits of the body's digest that make its tag.
const TAG_CHARS: usize = 16;

/// What sources are asked to measure now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SamplingAnswer {
    /// The record that made this list as it is; it grows with every change. 0 while nothing was ever asked for.
    #[schema(value_type = u64)]
    version: Position,
    /// Ask again after so many seconds.
    poll_secs: u32,
    /// The shortest period first; none in peace.
    items: Vec<SamplingItem>,
    /// Items of longer periods that had no room, more than 1000.
    left_out: usize,
}

/// A wish to all sources of a property in an area.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SamplingItem {
    property: String,
    /// The code of the area, GB/T 2260, which covers all that begin with it; null where the incident's is not known: then only `datastreams` are asked.
    area: Option<String>,
    /// So many seconds of event time from one observation to the next at most, 1 or more.
    every_secs: u32,
    /// The id of the incident because of which.
    incident: String,
    /// City time since which that is at war.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Those that the city knows, `thing:property`, by id. Each stands in one item only, that of its shortest period.
    datastreams: Vec<String>,
    /// Whether there are more than could be named: 10,000 in all items together.
    more: bool,
}

/// The answer as it is sent.
pub(crate) struct SamplingText {
    version: Position,
    body: String,
    tag: HeaderValue,
}

/// What sources are asked to measure now, while incidents are at war. A gateway asks every 5 seconds (`Cache-Control: max-age`, `poll_secs`) with the
/// `ETag` of the last answer as `If-None-Match`, and is answered 304 while nothing changed.
///
/// Who obeys sends at least so often what an item names, and at the own period again when nothing names it. A period that is longer than the own one
/// asks for nothing. After a minute without an answer go back to the own period. Where several items concern a datastream, the shortest period counts.
#[utoipa::path(
    get,
    path = "/api/v1/sampling",
    tag = "sources",
    params(("If-None-Match" = Option<String>, Header, description = "The tag of the answer that is known")),
    responses(
        (status = 200, description = "All that is asked for; no items in peace", body = SamplingAnswer),
        (status = 304, description = "As it was under this tag"),
        (status = 503, description = "The log is still being read: go on as before, and ask again", body = CommandError),
    )
)]
pub(super) async fn sampling(
    State(state): State<Incidents>,
    language: Chinese,
    headers: HeaderMap,
) -> Response {
    // Before that the list may be empty though the city is at war.
    if state.position() < state.0.begun {
        return language.refuse(&ActError::NotYetRead);
    }
    let text = state.sampling_text();
    let told = [
        (header::ETAG, text.tag.clone()),
        (header::CACHE_CONTROL, CACHING),
    ];
    if knows(&headers, &text.tag) {
        return (StatusCode::NOT_MODIFIED, told).into_response();
    }
    let kind = HeaderValue::from_static("application/json");
    let kind = [(header::CONTENT_TYPE, kind)];
    (told, kind, text.body.clone()).into_response()
}

/// Whether one of the tags that are known is this one (RFC 9110, 13.1.2: compared weakly).
fn knows(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH);
    let known = known.iter().filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|list| list.split(',')).map(str::trim);
    known.any(|known| known == "*" || known.trim_start_matches("W/").as_bytes() == tag.as_bytes())
}

impl Incidents {
    fn sampling_text(&self) -> Arc<SamplingText> {
        let sampled = self.0.folded().desk.book().sampling().clone();
        let mut kept = self
            .0
            .sampling
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = kept.as_ref().filter(|text| text.version == sampled.version) {
            return Arc::clone(text);
        }
        let named = sampled.datastreams(&self.0.city.catalogue);
        let items = sampled.items.into_iter().zip(named);
        let items = items.map(|(asked, (datastreams, more))| SamplingItem {
            property: asked.property.to_string(),
            area: asked.area,
            every_secs: asked.every_secs,
            incident: asked.incident.to_string(),
            since: asked.since,
            datastreams: datastreams.iter().map(ToString::to_string).collect(),
            more,
        });
        let answer = SamplingAnswer {
            version: sampled.version,
            poll_secs: POLL_SECS,
            items: items.collect(),
            left_out: sampled.left_out,
        };
        let body = serde_json::to_string(&answer).unwrap_or_default();
        let digest = digest_of(body.as_bytes());
        // Of the whole text, for the things of the city are part of it.
        let tag = format!("\"{}\"", digest.get(..TAG_CHARS).unwrap_or(&digest));
        let text = Arc::new(SamplingText {
            version: answer.version,
            body,
            tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")),
        });
        *kept = Some(Arc::clone(&text));
        text
    }
}
