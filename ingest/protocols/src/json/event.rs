//! The plain JSON forms of events, one object or an array of them:
//!
//! - a detection: `{"id":"cam-07","ts":1772323200000,"kind":"crowd","track":"t-991","zone":"east","values":{"people":132}}`;
//! - a step of a ticket: `{"id":"hall-1","ts":1772323200000,"event":"called","ticket":"A023","window":"03","values":{"grade":4}}`.
//!
//! Only `id`, `ts` and `kind` (`event`) must be there; `null` is as good as nothing. A track, zone, ticket or window is a text or a whole
//! number. What holds for observations holds here: a bad value is refused alone, and the event counts without it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use smallvec::SmallVec;
use yiping_model::{Event, EventKey, EventKind, Reason};

use super::encode as plain;
use super::mapping::{JsonMapping, Pointer};
use super::{Reader, is_number, kind as kind_of, parts, split};
use crate::{Decoded, RawEvent, Refusal, note_refusal, short};

/// Where both forms keep what was measured.
const VALUES: &str = "values";

/// The plain forms of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventForm {
    /// What a camera saw.
    Detection,
    /// A step in the life of a ticket.
    Ticket,
}

/// How a form calls the parts of an event.
struct Names {
    kind: &'static str,
    key: &'static str,
    part: &'static str,
}

impl EventForm {
    const fn names(self) -> Names {
        match self {
            Self::Detection => Names {
                kind: "kind",
                key: "track",
                part: "zone",
            },
            Self::Ticket => Names {
                kind: "event",
                key: "ticket",
                part: "window",
            },
        }
    }
}

/// How to read the events of one subscription or route.
#[derive(Debug, Clone, PartialEq)]
pub struct EventMapping {
    form: EventForm,
    mapping: JsonMapping,
}

impl EventMapping {
    /// This form; of the mapping it takes all but `metrics`, whose place the form says.
    pub fn new(form: EventForm, mapping: JsonMapping) -> Self {
        Self {
            form,
            mapping: JsonMapping {
                metrics: Pointer::of(VALUES),
                ..mapping
            },
        }
    }
}

/// Reads one payload. An event with more than `values_max` values is refused.
pub fn decode(
    payload: &[u8],
    mapping: &EventMapping,
    topic: Option<&str>,
    values_max: usize,
) -> Decoded {
    let mut decoded = Decoded::default();
    let (text, messages) = match split(payload) {
        Ok(split) => split,
        Err(refusal) => {
            note_refusal(&mut decoded.refusals, refusal);
            return decoded;
        }
    };
    for (index, message) in messages.into_iter().enumerate() {
        let reader = Reader {
            text,
            index: crate::saturating_u32(index),
            mapping: &mapping.mapping,
            topic,
            values_max,
        };
        match reader.event(message, &mapping.form.names(), &mut decoded.refusals) {
            Ok(event) => decoded.events.push(event),
            Err(refusal) => note_refusal(&mut decoded.refusals, refusal),
        }
    }
    decoded
}

/// Appends an event in this plain form.
pub fn encode(form: EventForm, event: &Event, out: &mut Vec<u8>) {
    let names = form.names();
    plain::head(&event.thing, event.phenomenon_time, out);
    let texts = [
        (names.kind, Some(event.kind.as_str())),
        (names.key, event.key.as_ref().map(EventKey::as_str)),
        (names.part, event.part.as_ref().map(EventKey::as_str)),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            out.push(b',');
            plain::quoted(name, out);
            out.push(b':');
            plain::quoted(text, out);
        }
    }
    if !event.values.is_empty() {
        out.push(b',');
        plain::quoted(VALUES, out);
        out.push(b':');
        plain::values(&event.values, out);
    }
    out.push(b'}');
}

/// The parts of an event, where they lie.
#[derive(Default)]
struct Parts<'a> {
    kind: Option<&'a RawValue>,
    key: Option<&'a RawValue>,
    part: Option<&'a RawValue>,
}

impl<'a> Reader<'a> {
    fn event(
        &self,
        message: &'a RawValue,
        names: &Names,
        refusals: &mut Vec<Refusal>,
    ) -> Result<RawEvent, Refusal> {
        if !message.get().starts_with('{') {
            let detail = format!("message is {}, not an object", kind_of(message));
            return Err(self.refuse(Reason::WrongType, detail, Some(message)));
        }
        let broken = |error: serde_json::Error| {
            let detail = format!("message cannot be read: {error}");
            self.refuse(Reason::NotJson, detail, Some(message))
        };
        let fields = parts::fields(message, self.mapping).map_err(broken)?;
        let mut found = Parts::default();
        parts::each_member(message, |name, value| match name.as_ref() {
            name if name == names.kind => found.kind = Some(value),
            name if name == names.key => found.key = Some(value),
            name if name == names.part => found.part = Some(value),
            _ => {}
        })
        .map_err(broken)?;
        let thing = self.thing(&fields, message)?;
        let phenomenon_time = self.time(&fields, message)?;
        let Some(kind) = found.kind else {
            let detail = format!("message has no `{}`", names.kind);
            return Err(self.refuse(Reason::MissingField, detail, Some(message)));
        };
        let kind = self.kind(kind, names.kind)?;
        let key = self.key(found.key, names.key)?;
        let part = self.key(found.part, names.part)?;
        let values = match fields.metrics.filter(|raw| !is_nothing(raw)) {
            Some(raw) => self.values(&self.members(raw)?, refusals),
            None => SmallVec::new(),
        };
        Ok(RawEvent {
            index: self.index,
            thing,
            phenomenon_time,
            kind,
            key,
            part,
            values,
        })
    }

    pub(crate) fn kind(&self, raw: &'a RawValue, field: &str) -> Result<EventKind, Refusal> {
        let name = self.string(raw, || format!("`{field}`"))?;
        if let Some(kind) = self.mapping.kinds.get(name.as_ref()) {
            return Ok(kind.clone());
        }
        EventKind::new(&name).map_err(|error| {
            let name = short(&name).escape_debug();
            let detail = format!("`{name}` cannot be a kind of event: {error}; name it in `kinds`");
            self.refuse(Reason::BadId, detail, Some(raw))
        })
    }

    pub(crate) fn key(
        &self,
        raw: Option<&'a RawValue>,
        field: &str,
    ) -> Result<Option<EventKey>, Refusal> {
        let Some(raw) = raw.filter(|raw| !is_nothing(raw)) else {
            return Ok(None);
        };
        let whole = is_number(raw) && !raw.get().contains(['.', 'e', 'E']);
        let name = if whole {
            raw.get().into()
        } else {
            self.string(raw, || format!("`{field}`"))?
        };
        EventKey::new(&name).map(Some).map_err(|error| {
            let name = short(&name).escape_debug();
            let detail = format!("`{name}` cannot be a `{field}`: {error}");
            self.refuse(Reason::BadId, detail, Some(raw))
        })
    }
}

fn is_nothing(raw: &RawValue) -> bool {
    raw.get() == "null"
}

#[cfg(test)]
mod tests;
