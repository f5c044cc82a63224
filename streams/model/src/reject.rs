//! Dead letters: what came in and could not be used, with the reason.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::SourceId;

/// How many bytes of the payload a dead letter keeps.
pub const SAMPLE_BYTES_MAX: usize = 256;

/// Input that did not become an observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The door through which it came.
    pub source: SourceId,
    /// Set aside, or refused.
    pub disposition: Disposition,
    /// Why, by its name.
    pub reason: Reason,
    /// Why, in a sentence that says what to do.
    pub detail: String,
    /// Where it came from at that door: an MQTT topic, a peer address, a file and line.
    pub origin: SmolStr,
    /// The byte of the payload at which reading failed, where that is known.
    pub offset: Option<u32>,
    /// The payload's length in bytes.
    pub size_bytes: u32,
    /// How many observations were lost by it; 1 where that cannot be known.
    pub items: u32,
    /// The first bytes, at most [`SAMPLE_BYTES_MAX`], with what is not UTF-8 replaced.
    pub sample: String,
}

impl Reject {
    /// The first bytes of a payload as text that may be shown.
    pub fn sample_of(payload: &[u8]) -> String {
        String::from_utf8_lossy(&payload[..payload.len().min(SAMPLE_BYTES_MAX)]).into_owned()
    }
}

/// Whether the input may still become an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Well formed, from something the catalogue does not know: set aside.
    Quarantined,
    /// Refused.
    Rejected,
}

/// Why input did not become an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The payload exceeds the limit of its door.
    TooLarge,
    /// The payload holds bytes that are not text.
    NotText,
    /// The payload is not JSON.
    NotJson,
    /// A field that must be there is not.
    MissingField,
    /// A field has another type than it must have.
    WrongType,
    /// An id is empty, too long, or holds characters that ids may not hold.
    BadId,
    /// The time cannot be read.
    BadTime,
    /// The phenomenon time lies further ahead of the city clock than the limit allows.
    TimeAhead,
    /// The phenomenon time lies further behind the city clock than the limit allows.
    TimeBehind,
    /// A value is NaN or infinite.
    NotFinite,
    /// More values in one message than the limit allows.
    TooManyValues,
    /// The catalogue does not know the thing.
    UnknownThing,
    /// The catalogue does not know the property.
    UnknownProperty,
    /// The catalogue does not know the kind of event.
    UnknownKind,
    /// A new thing or datastream would exceed the limit of this source.
    TooManySeries,
    /// No mapping matches the topic.
    NoMapping,
    /// What came is no packet of the door's protocol, or one that the door does not take.
    BadPacket,
    /// The register does not know the unit.
    UnknownUnit,
    /// A position lies outside the bounds in which positions are kept.
    OutOfBounds,
    /// A position is less accurate than the limit asks for.
    Inaccurate,
    /// A person's position while off duty: it is nobody's business.
    OffDuty,
    /// A position of a unit that is not the sender's own.
    NotOwn,
    /// A device went away without a word, and what it left to be said then is no reading.
    Gone,
    /// An order's number came before, with other words.
    Repeated,
}

impl Reason {
    /// The name, as it stands in figures and lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::NotText => "not_text",
            Self::NotJson => "not_json",
            Self::MissingField => "missing_field",
            Self::WrongType => "wrong_type",
            Self::BadId => "bad_id",
            Self::BadTime => "bad_time",
            Self::TimeAhead => "time_ahead",
            Self::TimeBehind => "time_behind",
            Self::NotFinite => "not_finite",
            Self::TooManyValues => "too_many_values",
            Self::UnknownThing => "unknown_thing",
            Self::UnknownProperty => "unknown_property",
            Self::UnknownKind => "unknown_kind",
            Self::TooManySeries => "too_many_series",
            Self::NoMapping => "no_mapping",
            Self::BadPacket => "bad_packet",
            Self::UnknownUnit => "unknown_unit",
            Self::OutOfBounds => "out_of_bounds",
            Self::Inaccurate => "inaccurate",
            Self::OffDuty => "off_duty",
            Self::NotOwn => "not_own",
            Self::Gone => "gone",
            Self::Repeated => "repeated",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
