//! Drills (演练): an ordinary record in an envelope that names its drill: the body of a record of kind 12.
//!
//! Whoever reads the log without opening envelopes never meets what a drill made, so nothing real can be touched by it; whoever opens those of one
//! drill (`yiping_log::DrillLog`) sees a log in which only that drill happens.
//!
//! Bytes: the length of the drill's id (1), the id, the number of the kind inside (1), its bytes. Kind 12 inside is a [`DrillStep`] in JSON.

use serde::{Deserialize, Serialize};

use crate::class::Class;
use crate::id::{DrillId, PropertyId, RuleId, ThingId};
use crate::record::{Body, CodecError, Kind};
use crate::time::Timestamp;

/// Something of a drill.
#[derive(Debug, Clone, PartialEq)]
pub struct Drill {
    /// Which drill.
    pub drill: DrillId,
    /// What.
    pub what: Drilled,
}

/// What an envelope holds.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "an envelope lies in a box, and nearly all hold a record"
)]
pub enum Drilled {
    /// The drill itself begins, ends, or is remembered.
    Step(DrillStep),
    /// What was measured, found, decided or told in it.
    Record(Body),
}

/// An act on a drill. When it happened is the record's `received_at`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum DrillStep {
    /// It begins.
    Opened(Box<DrillForm>),
    /// It is over, or was broken off.
    Stopped {
        /// The account of who ended it; `None` for the program.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<String>,
        /// Whether it was broken off before it was over.
        aborted: bool,
        /// Why; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
}

/// What a drill is, as it begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrillForm {
    /// The account of who began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The scenario of the simulator.
    pub scenario: String,
    /// Its seed: the same seed gives the same readings.
    pub seed: u64,
    /// City time at which its city begins.
    pub begins: Timestamp,
    /// Seconds from there to the beginning of the scenario.
    pub after_secs: u32,
    /// The code of the area to which it is bound, GB/T 2260; `None` for the whole city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// The accounts that take part; empty for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<String>,
    /// The channels of notices that take part; empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// What it is for; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The alarms that ought to be raised: the scenario's truth.
    pub truth: Vec<DrillTruth>,
}

/// An alarm that ought to be raised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DrillTruth {
    /// The rule.
    pub rule: RuleId,
    /// Whose value.
    pub thing: ThingId,
    /// Which value.
    pub property: PropertyId,
    /// Warning level, 1 to 4.
    pub level: u8,
    /// Phenomenon time at which it begins.
    pub started: Timestamp,
}

impl Drill {
    /// The class: what is inside decides; steps are never dropped.
    pub const fn class(&self) -> Class {
        match &self.what {
            Drilled::Step(_) => Class::Decision,
            Drilled::Record(body) => body.class(),
        }
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Result<(), CodecError> {
        let id = self.drill.as_str().as_bytes();
        // An id has at most 128 bytes.
        out.push(id.len() as u8);
        out.extend_from_slice(id);
        match &self.what {
            Drilled::Step(step) => {
                out.push(Kind::Drill as u8);
                let wrong = |source| CodecError::Json(Kind::Drill, source);
                serde_json::to_writer(out, step).map_err(wrong)
            }
            Drilled::Record(Body::Drill(_)) => Err(CodecError::Envelope),
            Drilled::Record(body) => {
                out.push(body.kind() as u8);
                body.encode(out)
            }
        }
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let (id, kind, inside) = opened(bytes)?;
        let id = std::str::from_utf8(id).ok();
        let drill = id.and_then(|id| DrillId::new(id).ok());
        let drill = drill.ok_or(CodecError::Envelope)?;
        let what = if kind == Kind::Drill {
            let wrong = |source| CodecError::Json(Kind::Drill, source);
            Drilled::Step(serde_json::from_slice(inside).map_err(wrong)?)
        } else {
            Drilled::Record(Body::decode(kind, inside)?)
        };
        Ok(Self { drill, what })
    }

    /// The class of an envelope with these bytes.
    pub(crate) fn class_of(bytes: &[u8]) -> Result<Class, CodecError> {
        match opened(bytes)? {
            (_, Kind::Drill, _) => Ok(Class::Decision),
            (_, kind, inside) => Class::of(kind, inside),
        }
    }
}

/// The id, the kind inside, and its bytes.
fn opened(bytes: &[u8]) -> Result<(&[u8], Kind, &[u8]), CodecError> {
    let (length, rest) = bytes.split_first().ok_or(CodecError::Envelope)?;
    let (id, rest) = rest
        .split_at_checked(usize::from(*length))
        .ok_or(CodecError::Envelope)?;
    let (kind, inside) = rest.split_first().ok_or(CodecError::Envelope)?;
    Ok((id, Kind::from_number(*kind)?, inside))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{Act, Decision};

    fn id() -> DrillId {
        DrillId::new("drill-7").expect("valid")
    }

    fn survives(what: Drilled) -> Vec<u8> {
        let body = Body::Drill(Box::new(Drill { drill: id(), what }));
        let mut bytes = Vec::new();
        body.encode(&mut bytes).expect("encodes");
        assert_eq!(Body::decode(Kind::Drill, &bytes).expect("decodes"), body);
        assert_eq!(
            Class::of(Kind::Drill, &bytes).expect("known"),
            body.class(),
            "the class is told from the bytes as from the body"
        );
        bytes
    }

    #[test]
    fn an_envelope_survives_with_what_is_inside_and_its_bytes_are_frozen() {
        let bytes = survives(Drilled::Record(Body::Tick));
        assert_eq!(bytes, b"\x07drill-7\x00");
        survives(Drilled::Record(Body::Decision(Decision {
            person: None,
            seat: String::new(),
            act: Act::SignOut,
        })));
        let bytes = survives(Drilled::Step(DrillStep::Stopped {
            person: Some("zhang".into()),
            aborted: true,
            note: String::new(),
        }));
        assert_eq!(
            bytes,
            b"\x07drill-7\x0c{\"step\":\"stopped\",\"person\":\"zhang\",\"aborted\":true}"
        );
        survives(Drilled::Step(DrillStep::Opened(Box::new(DrillForm {
            person: None,
            scenario: "leak".into(),
            seed: 1,
            begins: Timestamp::from_secs(7),
            after_secs: 60,
            area: Some("330802".into()),
            participants: vec!["wang".into()],
            channels: Vec::new(),
            note: String::new(),
            truth: vec![DrillTruth {
                rule: RuleId::new("cl2").expect("valid"),
                thing: ThingId::new("gas-1").expect("valid"),
                property: PropertyId::new("cl2").expect("valid"),
                level: 1,
                started: Timestamp::from_secs(9),
            }],
        }))));
    }

    #[test]
    fn no_envelope_lies_in_another() {
        let inside = Body::Drill(Box::new(Drill {
            drill: id(),
            what: Drilled::Record(Body::Tick),
        }));
        let body = Body::Drill(Box::new(Drill {
            drill: id(),
            what: Drilled::Record(inside),
        }));
        let refused = body.encode(&mut Vec::new());
        assert!(matches!(refused, Err(CodecError::Envelope)));
        for torn in [&b""[..], b"\x07dri", b"\x07drill-7", b"\x00\x00"] {
            assert!(Body::decode(Kind::Drill, torn).is_err(), "{torn:?}");
        }
    }
}
