//! Names of things: short texts, checked once at the door and cheap to copy.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::time::Timestamp;

/// The longest id, in bytes.
pub const ID_BYTES_MAX: usize = 128;

/// Why a text cannot be an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing there.
    #[error("an id must not be empty")]
    Empty,
    /// Longer than [`ID_BYTES_MAX`].
    #[error("an id has at most {ID_BYTES_MAX} bytes, this one has {0}")]
    TooLong(usize),
    /// A control character, white space or a separator that ids may not hold.
    #[error("an id must not contain {0:?}")]
    Character(char),
}

fn check(text: &str, allowed: impl Fn(char) -> bool) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > ID_BYTES_MAX {
        return Err(IdError::TooLong(text.len()));
    }
    text.chars()
        .find(|&c| !allowed(c))
        .map_or(Ok(()), |c| Err(IdError::Character(c)))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "SmolStr", into = "SmolStr")]
        pub struct $name(SmolStr);

        impl $name {
            /// Checks the text and makes it an id.
            ///
            /// # Errors
            /// [`IdError`] when it is empty, too long, or holds a character that ids may not hold.
            pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
                let text = text.as_ref();
                check(text, $allowed)?;
                Ok(Self(SmolStr::new(text)))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl TryFrom<SmolStr> for $name {
            type Error = IdError;
            fn try_from(text: SmolStr) -> Result<Self, IdError> {
                check(&text, $allowed)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for SmolStr {
            fn from(id: $name) -> SmolStr {
                id.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.0.as_str(), out)
            }
        }
    };
}

fn printable(c: char) -> bool {
    !c.is_control() && !c.is_whitespace() && c != '/'
}

const fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

id!(
    /// A unit: somebody or something that can be sent, or a place with stock.
    UnitId, printable
);
id!(
    /// A drill: `drill-7`.
    DrillId, word
);
id!(
    /// A Thing of the city: a station, a gateway, a hall.
    ThingId, printable
);
id!(
    /// An `ObservedProperty`: `pm25`, `so2`, `wind_speed`. ASCII letters, digits, `_`, `-`, `.`.
    PropertyId, word
);
id!(
    /// The door through which a record came: `http`, `mqtt-main`, `replay`.
    SourceId, word
);
id!(
    /// A rule of a pack.
    RuleId, word
);
id!(
    /// What kind of event: `crowd`, `ticket_taken`.
    EventKind, word
);
id!(
    /// The matter of an event, as the thing names it: a track, a ticket, a service window.
    EventKey, printable
);

/// How the ids of H3 cells begin; no device may call itself so.
const CELL_PREFIX: &str = "h3:";

/// How the ids of doors begin; no device may call itself so.
const DOOR_PREFIX: &str = "door:";

impl SourceId {
    /// The source of what the engine derives and then judges; no door may have this name.
    pub const ENGINE: &str = "engine";

    /// The source of derived values among the observations of history; no door may have this name.
    pub const DERIVED: &str = "derived";
}

impl PropertyId {
    /// What a thing or a door is said to lack that is silent altogether; no property may have this name.
    pub const NO_DATA: &str = "no_data";
}

impl ThingId {
    /// The H3 cell of this index as a thing: whatever is said of the things in it together is said of this one.
    pub fn of_cell(index: u64) -> Self {
        Self(smol_str::format_smolstr!("{CELL_PREFIX}{index:x}"))
    }

    /// The H3 index, when this is a cell.
    pub fn cell(&self) -> Option<u64> {
        let index = self.as_str().strip_prefix(CELL_PREFIX)?;
        u64::from_str_radix(index, 16).ok()
    }

    /// Whether the id is in the name space of cells.
    pub fn is_cell(&self) -> bool {
        self.as_str().starts_with(CELL_PREFIX)
    }

    /// A door as a thing: of its silence there is one alarm.
    pub fn of_door(source: &SourceId) -> Self {
        Self(smol_str::format_smolstr!("{DOOR_PREFIX}{source}"))
    }

    /// Whether the id is in the name space of doors.
    pub fn is_door(&self) -> bool {
        self.door().is_some()
    }

    /// The door's name, when this is one.
    pub fn door(&self) -> Option<&str> {
        self.as_str().strip_prefix(DOOR_PREFIX)
    }
}

/// One property of one thing: the SensorThings Datastream. Written `thing:property`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub struct DatastreamId {
    /// Whose property.
    pub thing: ThingId,
    /// Which property.
    pub property: PropertyId,
}

impl DatastreamId {
    /// Reads `thing:property`; the last colon separates.
    ///
    /// # Errors
    /// [`IdError`] when either part is not an id.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let (thing, property) = text.rsplit_once(':').ok_or(IdError::Empty)?;
        Ok(Self {
            thing: ThingId::new(thing)?,
            property: PropertyId::new(property)?,
        })
    }
}

impl TryFrom<SmolStr> for DatastreamId {
    type Error = IdError;
    fn try_from(text: SmolStr) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<DatastreamId> for SmolStr {
    fn from(id: DatastreamId) -> Self {
        smol_str::format_smolstr!("{id}")
    }
}

impl fmt::Display for DatastreamId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.thing, self.property)
    }
}

impl fmt::Debug for DatastreamId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"{self}\"")
    }
}

/// Bytes as hex digits in lower case, two for each.
pub fn hex(bytes: &[u8]) -> SmolStr {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from_digit(digit.into(), 16).expect("four bits are one hex digit"))
        .collect()
}

fn begun(rule: &RuleId, subject: &DatastreamId, source: &SourceId) -> Sha256 {
    let mut hash = Sha256::new();
    for part in [
        rule.as_str(),
        subject.thing.as_str(),
        subject.property.as_str(),
        source.as_str(),
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash
}

/// An alarm's name for life: 32 hex digits, the first 16 bytes of SHA-256 over rule, subject and the observation that triggered it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlarmId(SmolStr);

impl AlarmId {
    /// The id of the alarm that this observation triggers. It depends on nothing else, so a replay finds the same id.
    pub fn of(
        rule: &RuleId,
        subject: &DatastreamId,
        source: &SourceId,
        at: Timestamp,
        value: f64,
    ) -> Self {
        let mut hash = begun(rule, subject, source);
        hash.update(at.as_micros().to_be_bytes());
        hash.update(value.to_bits().to_be_bytes());
        Self::from_hash(hash)
    }

    /// The id of the alarm that this event triggers.
    pub fn of_event(
        rule: &RuleId,
        subject: &DatastreamId,
        source: &SourceId,
        key: Option<&EventKey>,
        at: Timestamp,
    ) -> Self {
        let mut hash = begun(rule, subject, source);
        hash.update(at.as_micros().to_be_bytes());
        if let Some(key) = key {
            hash.update(key.as_str().as_bytes());
        }
        Self::from_hash(hash)
    }

    fn from_hash(hash: Sha256) -> Self {
        Self(hex(&hash.finalize()[..16]))
    }

    /// Reads 32 hex digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 32
            && text
                .bytes()
                .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()))
        .then(|| Self(SmolStr::new(text)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for AlarmId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for AlarmId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.as_str(), out)
    }
}

/// Names for life that are made of parts: 32 hex digits, the first 16 bytes of SHA-256 over them.
macro_rules! id_of_parts {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            #[doc = concat!("The id of the ", $what, " that is made of these parts, in this order.")]
            pub fn of(parts: &[&str]) -> Self {
                let mut hash = Sha256::new();
                for part in parts {
                    hash.update((part.len() as u64).to_be_bytes());
                    hash.update(part.as_bytes());
                }
                Self(hex(&hash.finalize()[..16]))
            }

            /// Reads 32 hex digits; `None` for anything else.
            pub fn parse(text: &str) -> Option<Self> {
                AlarmId::parse(text).map(|id| Self(id.0))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.0.as_str(), out)
            }
        }
    };
}

id_of_parts!(
    /// A notice's name for life. The other side gets it too, so that it can tell a notice that comes a second time.
    NoticeId,
    "notice"
);
id_of_parts!(
    /// An incident's name for life: made of the key of the act that opened it, so that the same act opens no second one.
    IncidentId,
    "incident"
);
id_of_parts!(
    /// A task's name for life: made of its incident and of what made it.
    TaskId,
    "task"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_a_thing_that_knows_its_index() {
        let cell = ThingId::of_cell(0x8841_9a4c_3bff_ffff);
        assert_eq!(cell.cell(), Some(0x8841_9a4c_3bff_ffff));
        assert!(cell.is_cell());
        assert!(!ThingId::new("station").expect("valid").is_cell());
    }

    #[test]
    fn an_id_refuses_what_would_break_a_path_or_a_line() {
        assert_eq!(ThingId::new(""), Err(IdError::Empty));
        assert_eq!(ThingId::new("a b"), Err(IdError::Character(' ')));
        assert_eq!(ThingId::new("a\nb"), Err(IdError::Character('\n')));
        assert_eq!(ThingId::new("x".repeat(129)), Err(IdError::TooLong(129)));
        assert_eq!(PropertyId::new("PM2.5:1h"), Err(IdError::Character(':')));
        assert!(ThingId::new("站点:7").is_ok());
    }

    #[test]
    fn a_datastream_splits_at_the_last_colon() {
        let id = DatastreamId::parse("urn:dev:7:pm25").expect("valid");
        assert_eq!(
            (id.thing.as_str(), id.property.as_str()),
            ("urn:dev:7", "pm25")
        );
        assert_eq!(id.to_string(), "urn:dev:7:pm25");
    }

    #[test]
    fn an_alarm_id_never_changes() {
        let subject = DatastreamId::parse("gas-1:cl2").expect("valid");
        let rule = RuleId::new("cl2-aegl2").expect("valid");
        let source = SourceId::new("mqtt").expect("valid");
        let id = AlarmId::of(
            &rule,
            &subject,
            &source,
            Timestamp::from_secs(1_700_000_000),
            2.5,
        );
        assert_eq!(id.as_str(), "4e6f1c2c660c285c4cccabd1a7c8eec8");
        assert_eq!(AlarmId::parse(id.as_str()), Some(id));
    }
}
