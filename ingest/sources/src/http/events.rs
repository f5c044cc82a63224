//! Events over HTTP: what cameras saw, and the steps of tickets. They differ from observations in the form and in nothing else.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use yiping_protocols::{EventForm, EventMapping, Format, JsonMapping};

use super::{HttpDoor, answer};

/// The path of detections.
pub(super) const DETECTIONS: &str = "/api/v1/detections";
/// The path of the steps of tickets.
pub(super) const TICKETS: &str = "/api/v1/tickets";

#[utoipa::path(
    post,
    path = DETECTIONS,
    operation_id = "post_detections",
    request_body(
        content_type = "application/json",
        description = "One detection `{\"id\",\"ts\",\"kind\",\"track\",\"zone\",\"values\":{…}}` or an array of them; `track`, `zone` and `values` may be absent"
    ),
    responses(answer::Answers)
)]
pub(super) async fn post_detections(
    State(http): State<Arc<HttpDoor>>,
    request: Request,
) -> Response {
    http.respond(request, &plain(EventForm::Detection)).await
}

#[utoipa::path(
    post,
    path = TICKETS,
    operation_id = "post_tickets",
    request_body(
        content_type = "application/json",
        description = "One step `{\"id\",\"ts\",\"event\",\"ticket\",\"window\",\"values\":{…}}` or an array of them; `ticket`, `window` and `values` may be absent"
    ),
    responses(answer::Answers)
)]
pub(super) async fn post_tickets(State(http): State<Arc<HttpDoor>>, request: Request) -> Response {
    http.respond(request, &plain(EventForm::Ticket)).await
}

fn plain(form: EventForm) -> Format {
    Format::Event(EventMapping::new(form, JsonMapping::default()))
}
