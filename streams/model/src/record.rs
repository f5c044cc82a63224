//! The log record: everything that happened, measured or decided, and what was made of it.
//!
//! A body is encoded by its kind. Readings are the mass and take postcard (varints, no field names); whatever is rare, and must stay
//! readable for years, takes JSON. A kind's number and layout are frozen: another layout is another number.
//!
//! | kind | number | bytes |
//! |---|---|---|
//! | tick | 0 | none |
//! | reading | 1 | postcard of [`Reading`] |
//! | reject | 2 | JSON of [`Reject`] |
//! | finding | 3 | JSON of [`Finding`] |
//! | decision | 4 | JSON of [`Decision`] |
//! | recall | 5 | postcard of [`Recall`] |

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::decision::Decision;
use crate::finding::Finding;
use crate::reading::Reading;
use crate::recall::Recall;
use crate::reject::Reject;
use crate::time::Timestamp;

/// A place in the log. The first record has position 1; 0 is before everything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// Before the first record.
    pub const START: Self = Self(0);

    /// The place after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "@{}", self.0)
    }
}

/// One record of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its place.
    pub position: Position,
    /// When the log took it, by the city clock; never decreases along the log. This is `now` for whoever reads the record.
    pub received_at: Timestamp,
    /// What it says.
    pub body: Body,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// The city clock moved on.
    Tick,
    /// A thing measured something.
    Reading(Reading),
    /// Input that could not be used.
    Reject(Reject),
    /// The engine's result.
    Finding(Finding),
    /// A person's act.
    Decision(Decision),
    /// History's answer to the engine.
    Recall(Recall),
}

/// The kind of a record, by its number on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// [`Body::Tick`]
    Tick = 0,
    /// [`Body::Reading`]
    Reading = 1,
    /// [`Body::Reject`]
    Reject = 2,
    /// [`Body::Finding`]
    Finding = 3,
    /// [`Body::Decision`]
    Decision = 4,
    /// [`Body::Recall`]
    Recall = 5,
}

/// Why bytes are not the body they claim to be.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The kind's number is not known to this program.
    #[error("record kind {0} is unknown: the log was written by a newer program")]
    UnknownKind(u8),
    /// The compact form does not decode.
    #[error("record of kind {0:?} does not decode")]
    Compact(Kind, #[source] postcard::Error),
    /// The JSON form does not decode or encode.
    #[error("record of kind {0:?} does not decode")]
    Json(Kind, #[source] serde_json::Error),
}

impl Kind {
    /// The kind of this number.
    ///
    /// # Errors
    /// [`CodecError::UnknownKind`] for a number that no kind has.
    pub const fn from_number(number: u8) -> Result<Self, CodecError> {
        Ok(match number {
            0 => Self::Tick,
            1 => Self::Reading,
            2 => Self::Reject,
            3 => Self::Finding,
            4 => Self::Decision,
            5 => Self::Recall,
            other => return Err(CodecError::UnknownKind(other)),
        })
    }
}

impl Body {
    /// The kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Tick => Kind::Tick,
            Self::Reading(_) => Kind::Reading,
            Self::Reject(_) => Kind::Reject,
            Self::Finding(_) => Kind::Finding,
            Self::Decision(_) => Kind::Decision,
            Self::Recall(_) => Kind::Recall,
        }
    }

    /// Appends the body's bytes to `out`.
    ///
    /// # Errors
    /// [`CodecError`] when a value has no JSON form (a float that is not finite).
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), CodecError> {
        match self {
            Self::Tick => Ok(()),
            Self::Reading(reading) => compact(Kind::Reading, reading, out),
            Self::Recall(recall) => compact(Kind::Recall, recall, out),
            Self::Reject(reject) => json(Kind::Reject, reject, out),
            Self::Finding(finding) => json(Kind::Finding, finding, out),
            Self::Decision(decision) => json(Kind::Decision, decision, out),
        }
    }

    /// Reads a body of this kind from exactly these bytes.
    ///
    /// # Errors
    /// [`CodecError`] when they are not that.
    pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Self, CodecError> {
        let wrong = |source| CodecError::Json(kind, source);
        let short = |source| CodecError::Compact(kind, source);
        Ok(match kind {
            Kind::Tick => Self::Tick,
            Kind::Reading => Self::Reading(postcard::from_bytes(bytes).map_err(short)?),
            Kind::Recall => Self::Recall(postcard::from_bytes(bytes).map_err(short)?),
            Kind::Reject => Self::Reject(serde_json::from_slice(bytes).map_err(wrong)?),
            Kind::Finding => Self::Finding(serde_json::from_slice(bytes).map_err(wrong)?),
            Kind::Decision => Self::Decision(serde_json::from_slice(bytes).map_err(wrong)?),
        })
    }
}

fn compact<T: Serialize>(kind: Kind, value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let start = std::mem::take(out);
    *out = postcard::to_extend(value, start).map_err(|source| CodecError::Compact(kind, source))?;
    Ok(())
}

fn json<T: Serialize>(kind: Kind, value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
    serde_json::to_writer(out, value).map_err(|source| CodecError::Json(kind, source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Act;
    use crate::id::{AlarmId, DatastreamId, PropertyId, SourceId, ThingId};
    use crate::reading::{Measured, Quality};
    use crate::recall::RecallPoint;
    use crate::reject::{Disposition, Reason};
    use proptest::prelude::*;

    fn survives(body: &Body) {
        let mut bytes = Vec::new();
        body.encode(&mut bytes).expect("encodes");
        assert_eq!(&Body::decode(body.kind(), &bytes).expect("decodes"), body);
    }

    #[test]
    fn every_kind_survives_its_bytes() {
        survives(&Body::Tick);
        survives(&Body::Reject(Reject {
            source: SourceId::new("http").expect("valid"),
            disposition: Disposition::Rejected,
            reason: Reason::NotJson,
            detail: "expected value".into(),
            origin: "127.0.0.1".into(),
            offset: Some(3),
            size_bytes: 9,
            items: 1,
            sample: "\u{fffd}x".into(),
        }));
        let alarm = AlarmId::parse("0123456789abcdef0123456789abcdef").expect("valid");
        survives(&Body::Decision(Decision {
            seat: "1号席".into(),
            act: Act::Acknowledge {
                alarm,
                note: "已派人".into(),
            },
        }));
        survives(&Body::Recall(Recall {
            datastream: DatastreamId::parse("s1:pm25").expect("valid"),
            from: Timestamp::from_secs(0),
            to: Timestamp::from_secs(60),
            as_of: Position(7),
            part: 0,
            parts: 1,
            sources: vec![SourceId::new("http").expect("valid")],
            points: vec![RecallPoint {
                time: Timestamp::from_secs(3),
                value: 2.5,
                source: 0,
                received_at: Timestamp::from_secs(9),
            }],
        }));
    }

    #[test]
    fn an_unknown_kind_is_named() {
        assert!(matches!(
            Kind::from_number(200),
            Err(CodecError::UnknownKind(200))
        ));
    }

    #[test]
    fn the_bytes_of_a_reading_are_frozen() {
        let reading = Reading {
            source: SourceId::new("mqtt").expect("valid"),
            thing: ThingId::new("s1").expect("valid"),
            phenomenon_time: Timestamp::from_micros(1),
            values: [Measured {
                property: PropertyId::new("t").expect("valid"),
                value: 1.0,
                quality: Quality::Good,
            }]
            .into_iter()
            .collect(),
        };
        let mut bytes = Vec::new();
        Body::Reading(reading).encode(&mut bytes).expect("encodes");
        assert_eq!(bytes, b"\x04mqtt\x02s1\x02\x01\x01t\0\0\0\0\0\0\xf0?\0");
    }

    proptest! {
        #[test]
        fn a_reading_survives_its_bytes(micros in any::<i64>(), values in prop::collection::vec(prop::num::f64::NORMAL, 1..6)) {
            survives(&Body::Reading(Reading {
                source: SourceId::new("mqtt").expect("valid"),
                thing: ThingId::new("站-1").expect("valid"),
                phenomenon_time: Timestamp::from_micros(micros),
                values: values.into_iter().map(|value| Measured {
                    property: PropertyId::new("pm25").expect("valid"), value, quality: Quality::OutOfRange,
                }).collect(),
            }));
        }

        #[test]
        fn arbitrary_bytes_never_panic(number in 0_u8..6, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _may_fail = Body::decode(Kind::from_number(number).expect("known"), &bytes);
        }
    }
}
