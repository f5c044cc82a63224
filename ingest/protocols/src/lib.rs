#![doc = include_str!("../README.md")]

pub mod admit;
pub mod deepstream;
pub mod json;
pub mod table;
pub mod token;
pub mod topic;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use smol_str::SmolStr;
use yiping_model::{
    Disposition, EventKey, EventKind, PropertyId, Reason, Reject, SourceId, ThingId, Timestamp,
};

pub use admit::{Gate, Limits, Unknown};
pub use deepstream::{DeepStreamMapping, Withheld};
pub use json::event::{self, EventForm};
pub use json::{EventMapping, JsonMapping};
pub use table::{MapError, TableMap};
pub use token::TokenKey;

/// The protocols, by the name that stands in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// The plain JSON form, and other JSON forms by a mapping.
    #[default]
    Json,
    /// Events of NVIDIA DeepStream.
    #[serde(rename = "deepstream")]
    DeepStream,
}

/// A protocol with what it needs to know about the messages of one subscription or route.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    /// [`Protocol::Json`], observations
    Json(JsonMapping),
    /// [`Protocol::Json`], events
    Event(EventMapping),
    /// [`Protocol::DeepStream`]
    DeepStream(DeepStreamMapping),
}

impl Format {
    /// Reads one payload that is one message without a fault, the quickest way; `None` when it is anything else, for [`Format::decode`].
    pub fn decode_plain(
        &self,
        payload: &[u8],
        topic: Option<&str>,
        values_max: usize,
    ) -> Option<RawReading> {
        match self {
            Self::Json(mapping) => json::decode_plain(payload, mapping, topic, values_max),
            Self::Event(_) | Self::DeepStream(_) => None,
        }
    }

    /// Reads one payload. `topic` is the topic it came on, where there is one.
    pub fn decode(&self, payload: &[u8], topic: Option<&str>, values_max: usize) -> Decoded {
        match self {
            Self::Json(mapping) => json::decode(payload, mapping, topic, values_max),
            Self::Event(mapping) => event::decode(payload, mapping, topic, values_max),
            Self::DeepStream(mapping) => deepstream::decode(payload, mapping),
        }
    }

    /// Whether payloads may name persons: then no part of one may be shown.
    pub const fn is_private(&self) -> bool {
        matches!(self, Self::DeepStream(_))
    }
}

/// What one payload said: what could be read, and what could not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decoded {
    /// The readings, in the order of the payload.
    pub readings: Vec<RawReading>,
    /// The events, in the order of the payload.
    pub events: Vec<RawEvent>,
    /// What was refused, in the order of the payload.
    pub refusals: Vec<Refusal>,
    /// What was kept back, for it names persons.
    pub withheld: Withheld,
}

impl Decoded {
    /// Whether all of it was understood, and there was something.
    pub const fn is_sound(&self) -> bool {
        self.refusals.is_empty() && !(self.readings.is_empty() && self.events.is_empty())
    }
}

/// How many refusals of one payload are told one by one; the rest is summed up by reason.
pub const REFUSALS_MAX: usize = 100;

/// Adds a refusal; beyond [`REFUSALS_MAX`] it is summed up with the others of its reason, so that a hostile payload cannot flood the log.
pub fn note_refusal(refusals: &mut Vec<Refusal>, mut refusal: Refusal) {
    if refusals.len() < REFUSALS_MAX {
        refusals.push(refusal);
        return;
    }
    let same = refusals[REFUSALS_MAX..]
        .iter_mut()
        .find(|sum| sum.reason == refusal.reason && sum.disposition == refusal.disposition);
    if let Some(sum) = same {
        sum.items = sum.items.saturating_add(refusal.items);
    } else {
        refusal.detail = format!(
            "the payload holds more of these than are told one by one; the first: {}",
            refusal.detail
        );
        refusals.push(refusal);
    }
}

/// A reading that was understood but has not passed the gate.
#[derive(Debug, Clone, PartialEq)]
pub struct RawReading {
    /// Which of the payload's messages it was, counted from 0.
    pub index: u32,
    /// The thing that measured.
    pub thing: ThingId,
    /// When it was so, by the sensor's clock.
    pub phenomenon_time: Timestamp,
    /// What it measured; never empty, each property at most once, finite.
    pub values: SmallVec<[RawValue; 4]>,
}

/// An event that was understood but has not passed the gate.
#[derive(Debug, Clone, PartialEq)]
pub struct RawEvent {
    /// Which of the payload's messages it was, counted from 0.
    pub index: u32,
    /// The thing at which it happened.
    pub thing: ThingId,
    /// When it happened, by the thing's clock.
    pub phenomenon_time: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// The matter to which it belongs.
    pub key: Option<EventKey>,
    /// Where in the thing.
    pub part: Option<EventKey>,
    /// What was measured with it; each property at most once, finite, often nothing.
    pub values: SmallVec<[RawValue; 4]>,
}

/// One value of a [`RawReading`] or a [`RawEvent`].
#[derive(Debug, Clone, PartialEq)]
pub struct RawValue {
    /// The property.
    pub property: PropertyId,
    /// The value in the property's unit.
    pub value: f64,
}

/// A part of a payload that did not become an observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which of the payload's messages it was, counted from 0.
    pub index: u32,
    /// Set aside, or refused.
    pub disposition: Disposition,
    /// Why, by its name.
    pub reason: Reason,
    /// Why, in a sentence that says what to do.
    pub detail: String,
    /// The byte of the payload at which reading failed, where that is known.
    pub offset: Option<u32>,
    /// How many observations were lost by it; 1 where that cannot be known.
    pub items: u32,
}

impl Refusal {
    /// A refusal of the whole payload.
    pub fn whole(reason: Reason, detail: String, offset: Option<usize>) -> Self {
        Self {
            index: 0,
            disposition: Disposition::Rejected,
            reason,
            detail,
            offset: offset.map(saturating_u32),
            items: 1,
        }
    }

    /// The dead letter that records it.
    pub fn into_reject(self, source: SourceId, origin: SmolStr, payload: &[u8]) -> Reject {
        Reject {
            source,
            disposition: self.disposition,
            reason: self.reason,
            detail: self.detail,
            origin,
            offset: self.offset,
            size_bytes: saturating_u32(payload.len()),
            items: self.items,
            sample: Reject::sample_of(payload),
        }
    }
}

fn saturating_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// At most the first 64 characters, for a message that quotes what came.
fn short(text: &str) -> &str {
    text.char_indices()
        .nth(64)
        .map_or(text, |(end, _)| &text[..end])
}

/// `number × factor`. A factor such as 0.001 divides by 1000 instead, so that 700 µg becomes 0.7 mg to the last digit.
fn scaled(number: f64, factor: f64) -> f64 {
    let divisor = (1.0 / factor).round();
    if divisor.abs() > 1.0 && (1.0 / divisor).to_bits() == factor.to_bits() {
        number / divisor
    } else {
        number * factor
    }
}
