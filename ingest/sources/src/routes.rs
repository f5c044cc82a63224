//! From a topic to the way its payloads are read: what every MQTT door shares, whoever connects to whom.

use yiping_model::Reason;
use yiping_protocols::{Format, Refusal, topic};

use crate::door::{Batch, Door, Payload};
use crate::settings::Route;

/// The routes of one door, in the order of the configuration: the first that matches a topic counts.
#[derive(Debug)]
pub(crate) struct Routes {
    by_topic: Vec<(String, Format)>,
    payload_bytes_max: usize,
    /// What a dead letter says when no route matches.
    nowhere: &'static str,
}

impl Routes {
    pub(crate) fn new(
        door: &Door,
        routes: impl IntoIterator<Item = Route>,
        payload_bytes_max: usize,
        nowhere: &'static str,
    ) -> Self {
        let routes = routes.into_iter().map(|route| {
            let format = route.format(door.tokens());
            (route.topic, format)
        });
        Self {
            by_topic: routes.collect(),
            payload_bytes_max,
            nowhere,
        }
    }

    /// Reads a message into the batch; what is too large, or on a topic without a route, becomes a dead letter.
    pub(crate) fn read(&self, door: &Door, batch: &mut Batch, topic: &str, payload: Payload<'_>) {
        match self.format(topic, payload.size_bytes) {
            Ok(format) => door.read(batch, format, payload, Some(topic)),
            Err(refusal) => door.refuse(batch, refusal, self.shown(topic, payload)),
        }
    }

    /// A payload as far as a dead letter may show it: without its bytes where they may name persons.
    pub(crate) fn shown<'a>(&self, topic: &str, payload: Payload<'a>) -> Payload<'a> {
        let found = self.route(topic);
        if found.is_some_and(Format::is_private) {
            payload.unseen()
        } else {
            payload
        }
    }

    /// Whether what comes through this door may name persons.
    pub(crate) fn any_private(&self) -> bool {
        self.by_topic.iter().any(|(_, format)| format.is_private())
    }

    fn route(&self, topic: &str) -> Option<&Format> {
        let mut routes = self.by_topic.iter();
        let found = routes.find(|(filter, _)| topic::matches(filter, topic));
        found.map(|(_, format)| format)
    }

    /// How a payload of so many bytes on this topic is read.
    pub(crate) fn format(&self, topic: &str, size_bytes: usize) -> Result<&Format, Refusal> {
        let limit = self.payload_bytes_max;
        if size_bytes > limit {
            let detail = format!("payload has {size_bytes} bytes, the limit is {limit}");
            return Err(Refusal::whole(Reason::TooLarge, detail, None));
        }
        let nowhere = || Refusal::whole(Reason::NoMapping, self.nowhere.to_owned(), None);
        self.route(topic).ok_or_else(nowhere)
    }
}
