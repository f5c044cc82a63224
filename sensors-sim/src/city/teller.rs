//! Things that tell events, and how their events become messages.

use std::sync::Arc;

use yiping_model::{Event, Thing, Timestamp, Zone};
use yiping_protocols::{EventForm, event as form_of};

use super::Message;
use super::hall::Hall;
use super::moment::Place;
use super::noise::Chance;
use super::scenario::Plan;
use super::video::Camera;

/// A hall or a camera.
#[derive(Debug, Clone)]
pub(super) struct Teller {
    topic: Arc<str>,
    who: Who,
}

#[derive(Debug, Clone)]
enum Who {
    Hall(Hall),
    Camera(Camera),
}

impl Teller {
    /// `None` for a thing that only measures.
    pub(super) fn of(thing: &Thing, root: Chance, topic_prefix: &str) -> Option<Self> {
        let (who, way) = match thing.kind.as_str() {
            "hall" => (Who::Hall(Hall::of(thing, root)), "hall/tickets"),
            "camera" => (
                Who::Camera(Camera::of(thing, Place::of(thing, root))),
                "video/detections",
            ),
            _ => return None,
        };
        Some(Self {
            topic: format!("{topic_prefix}/{way}/{}", thing.id).into(),
            who,
        })
    }

    /// The thing.
    pub(super) const fn thing(&self) -> &yiping_model::ThingId {
        match &self.who {
            Who::Hall(hall) => &hall.thing,
            Who::Camera(camera) => &camera.thing,
        }
    }

    /// The kind of its thing.
    pub(super) const fn kind(&self) -> &'static str {
        match &self.who {
            Who::Hall(_) => "hall",
            Who::Camera(_) => "camera",
        }
    }

    /// What it tells in `[from, to)`, in the order of time.
    pub(super) fn events(
        &self,
        from: Timestamp,
        to: Timestamp,
        zone: &Zone,
        plan: &Plan,
    ) -> Vec<Event> {
        match &self.who {
            Who::Hall(hall) => hall.events(from, to, zone, plan.breakdown(&hall.thing)),
            Who::Camera(camera) => camera.events(from, to, zone, plan),
        }
    }

    /// The message of an event.
    pub(super) fn message(&self, event: &Event) -> Message {
        let form = match &self.who {
            Who::Hall(_) => EventForm::Ticket,
            Who::Camera(_) => EventForm::Detection,
        };
        let mut payload = Vec::with_capacity(super::PAYLOAD_BYTES_USUAL);
        form_of::encode(form, event, &mut payload);
        Message {
            at: event.phenomenon_time,
            topic: Arc::clone(&self.topic),
            payload,
        }
    }
}
