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
        routes: impl IntoIterator<Item = Route>,
        payload_bytes_max: usize,
        nowhere: &'static str,
    ) -> Self {
        let routes = routes.into_iter().map(|route| {
            let format = route.format();
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
            Err(refusal) => door.refuse(batch, refusal, payload),
        }
    }

    /// How a payload of so many bytes on this topic is read.
    pub(crate) fn format(&self, topic: &str, size_bytes: usize) -> Result<&Format, Refusal> {
        let limit = self.payload_bytes_max;
        if size_bytes > limit {
            let detail = format!("payload has {size_bytes} bytes, the limit is {limit}");
            return Err(Refusal::whole(Reason::TooLarge, detail, None));
        }
        let found = self
            .by_topic
            .iter()
            .find(|(filter, _)| topic::matches(filter, topic));
        let nowhere = || Refusal::whole(Reason::NoMapping, self.nowhere.to_owned(), None);
        found.map(|(_, format)| format).ok_or_else(nowhere)
    }
}
