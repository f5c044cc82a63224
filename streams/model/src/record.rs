//! The log record: everything that happened, measured or decided, and what was made of it.
//!
//! A body is encoded by its kind. Readings are the mass and take postcard (varints, no field names); whatever is rare, and must stay
//! readable for years, takes JSON. Windows are the mass of the findings and have a compact kind of their own; those that an older program
//! wrote as findings in JSON are read all the same. A kind's number and layout are frozen: another layout is another number.
//!
//! | kind | number | bytes |
//! |---|---|---|
//! | tick | 0 | none |
//! | reading | 1 | postcard of [`Reading`] |
//! | reject | 2 | JSON of [`Reject`] |
//! | finding | 3 | JSON of [`Finding`]; a window only from an older program |
//! | decision | 4 | JSON of [`Decision`] |
//! | recall | 5 | postcard of [`Recall`] |
//! | window | 6 | postcard of the form in `compact.rs` |
//! | event | 7 | postcard of [`Event`] |
//! | notice | 8 | JSON of [`Notice`] |
//! | positions | 11 | postcard of [`Positions`] |
//! | command | 9 | JSON of [`Command`] |
//! | duty | 10 | JSON of [`Duty`] |
//! | drill | 12 | an envelope: [`Drill`] |

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::compact::CompactWindow;
use crate::decision::Decision;
use crate::drill::Drill;
use crate::duty::Duty;
use crate::event::Event;
use crate::finding::{Finding, Outcome};
use crate::notice::Notice;
use crate::reading::Reading;
use crate::recall::Recall;
use crate::reject::Reject;
use crate::time::Timestamp;
use crate::unit::Positions;

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
    /// Something happened at a thing.
    Event(Event),
    /// Input that could not be used.
    Reject(Reject),
    /// The engine's result.
    Finding(Finding),
    /// A person's act.
    Decision(Decision),
    /// History's answer to the engine.
    Recall(Recall),
    /// What is told to people outside, and what became of it.
    Notice(Notice),
    /// Where units were.
    Positions(Positions),
    /// An act on an incident or a task, of a person or of the program by its rules.
    Command(Command),
    /// What the house itself did about a shift.
    Duty(Duty),
    /// Something of a drill: real readers pass over it.
    Drill(Box<Drill>),
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
    /// [`Body::Finding`], but for windows
    Finding = 3,
    /// [`Body::Decision`]
    Decision = 4,
    /// [`Body::Recall`]
    Recall = 5,
    /// [`Body::Finding`] that is a window
    Window = 6,
    /// [`Body::Event`]
    Event = 7,
    /// [`Body::Notice`]
    Notice = 8,
    /// [`Body::Positions`]
    Positions = 11,
    /// [`Body::Command`]
    Command = 9,
    /// [`Body::Duty`]
    Duty = 10,
    /// [`Body::Drill`]
    Drill = 12,
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
    /// An envelope of a drill is torn, or lies in another one.
    #[error("record of kind Drill is no envelope of a record")]
    Envelope,
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
            6 => Self::Window,
            7 => Self::Event,
            8 => Self::Notice,
            11 => Self::Positions,
            9 => Self::Command,
            10 => Self::Duty,
            12 => Self::Drill,
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
            Self::Event(_) => Kind::Event,
            Self::Reject(_) => Kind::Reject,
            Self::Finding(finding) => match finding.outcome {
                Outcome::Window(_) => Kind::Window,
                Outcome::Index(_) | Outcome::Derived(_) | Outcome::Alarm(_) => Kind::Finding,
            },
            Self::Decision(_) => Kind::Decision,
            Self::Recall(_) => Kind::Recall,
            Self::Notice(_) => Kind::Notice,
            Self::Positions(_) => Kind::Positions,
            Self::Command(_) => Kind::Command,
            Self::Duty(_) => Kind::Duty,
            Self::Drill(_) => Kind::Drill,
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
            Self::Event(event) => compact(Kind::Event, event, out),
            Self::Recall(recall) => compact(Kind::Recall, recall, out),
            Self::Positions(positions) => compact(Kind::Positions, positions, out),
            Self::Reject(reject) => json(Kind::Reject, reject, out),
            Self::Finding(finding) => match &finding.outcome {
                Outcome::Window(window) => {
                    compact(Kind::Window, &CompactWindow::of(finding, window), out)
                }
                Outcome::Index(_) | Outcome::Derived(_) | Outcome::Alarm(_) => {
                    json(Kind::Finding, finding, out)
                }
            },
            Self::Decision(decision) => json(Kind::Decision, decision, out),
            Self::Notice(notice) => json(Kind::Notice, notice, out),
            Self::Command(command) => json(Kind::Command, command, out),
            Self::Duty(duty) => json(Kind::Duty, duty, out),
            Self::Drill(drill) => drill.encode(out),
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
            Kind::Event => Self::Event(postcard::from_bytes(bytes).map_err(short)?),
            Kind::Recall => Self::Recall(postcard::from_bytes(bytes).map_err(short)?),
            Kind::Positions => Self::Positions(postcard::from_bytes(bytes).map_err(short)?),
            Kind::Window => {
                let window: CompactWindow<'_> = postcard::from_bytes(bytes).map_err(short)?;
                Self::Finding(window.finding())
            }
            Kind::Reject => Self::Reject(serde_json::from_slice(bytes).map_err(wrong)?),
            Kind::Finding => Self::Finding(serde_json::from_slice(bytes).map_err(wrong)?),
            Kind::Decision => Self::Decision(serde_json::from_slice(bytes).map_err(wrong)?),
            Kind::Notice => Self::Notice(serde_json::from_slice(bytes).map_err(wrong)?),
            Kind::Command => Self::Command(serde_json::from_slice(bytes).map_err(wrong)?),
            Kind::Duty => Self::Duty(serde_json::from_slice(bytes).map_err(wrong)?),
            Kind::Drill => Self::Drill(Box::new(Drill::decode(bytes)?)),
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
    use crate::alarm::{AlarmChange, Level};
    use crate::class::Class;
    use crate::decision::Act;
    use crate::finding::{
        DerivedBefore, DerivedResult, IndexKind, IndexResult, Quantile, Stage, WindowBefore,
        WindowResult,
    };
    use crate::id::{
        AlarmId, DatastreamId, EventKey, EventKind, NoticeId, PropertyId, SourceId, ThingId, UnitId,
    };
    use crate::notice::{Message, NoticeCause, NoticeStep};
    use crate::reading::{Measured, Quality};
    use crate::recall::RecallPoint;
    use crate::reject::{Disposition, Reason};
    use crate::time::WindowLength;
    use crate::unit::Fix;
    use proptest::prelude::*;
    use smallvec::SmallVec;

    fn survives(body: &Body) {
        let mut bytes = Vec::new();
        body.encode(&mut bytes).expect("encodes");
        assert_eq!(&Body::decode(body.kind(), &bytes).expect("decodes"), body);
        assert_eq!(
            Class::of(body.kind(), &bytes).expect("known"),
            body.class(),
            "the class is told from the bytes as from the body"
        );
    }

    fn window() -> WindowResult {
        WindowResult {
            datastream: DatastreamId::parse("s1:t").expect("valid"),
            start: Timestamp::from_micros(1),
            length: WindowLength::HOUR,
            hop: None,
            stage: Stage::Final,
            revision: 0,
            count: 2,
            expected: 3,
            mean: 1.0,
            min: 1.0,
            max: 1.0,
            last: 1.0,
            std_dev: 0.0,
            quantiles: Vec::new(),
            before: None,
        }
    }

    fn finding(outcome: Outcome) -> Finding {
        Finding {
            cause: Position(5),
            ordinal: 1,
            outcome,
        }
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
        survives(&Body::Event(Event {
            source: SourceId::new("http").expect("valid"),
            thing: ThingId::new("cam-1").expect("valid"),
            phenomenon_time: Timestamp::from_secs(1),
            kind: EventKind::new("crowd").expect("valid"),
            key: EventKey::new("t-9").ok(),
            part: None,
            values: SmallVec::new(),
        }));
        let alarm = AlarmId::parse("0123456789abcdef0123456789abcdef").expect("valid");
        survives(&Body::Decision(Decision {
            person: None,
            seat: "1号席".into(),
            act: Act::Acknowledge {
                alarm,
                note: "已派人".into(),
                seen: None,
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
    fn every_finding_survives_its_bytes() {
        survives(&Body::Finding(finding(Outcome::Window(window()))));
        survives(&Body::Finding(finding(Outcome::Window(WindowResult {
            hop: WindowLength::from_secs(600),
            stage: Stage::Early,
            revision: 1,
            quantiles: vec![Quantile { q: 0.8, value: 2.5 }],
            before: Some(WindowBefore {
                count: 1,
                mean: 2.0,
                min: 2.0,
                max: 2.0,
            }),
            ..window()
        }))));
        survives(&Body::Finding(finding(Outcome::Index(IndexResult {
            thing: ThingId::new("s1").expect("valid"),
            kind: IndexKind::AqiHourly,
            start: Timestamp::from_secs(0),
            law: "HJ 633-2026".into(),
            revision: 0,
            value: Some(31),
            level: Some(1),
            primary: Vec::new(),
            parts: Vec::new(),
            before: None,
        }))));
    }

    #[test]
    fn every_step_of_a_notice_survives_its_bytes() {
        let notice = NoticeId::of(&["a"]);
        let queued = |cause, not_before| {
            NoticeStep::Queued(Box::new(Message {
                channel: "duty".into(),
                cause,
                not_before,
                title: "氯气".into(),
                text: "1\n2".into(),
            }))
        };
        let alarm = NoticeCause::Alarm {
            route: "grave".into(),
            alarm: AlarmId::parse("0123456789abcdef0123456789abcdef").expect("valid"),
            change: AlarmChange::Withdrawn { merged_into: None },
            level: Level::Red,
        };
        let test = NoticeCause::Test {
            person: Some("zhang".into()),
            seat: String::new(),
        };
        for step in [
            queued(alarm, Some(Timestamp::from_secs(7))),
            queued(test, None),
            NoticeStep::Failed {
                attempt: 1,
                reason: "503".into(),
                next: Timestamp::from_secs(9),
            },
            NoticeStep::Delivered {
                attempt: 2,
                answer: "ok".into(),
            },
            NoticeStep::GivenUp {
                attempts: 0,
                reason: "too many wait".into(),
            },
        ] {
            let notice = notice.clone();
            let body = Body::Notice(Notice { notice, step });
            survives(&body);
            assert_eq!(body.class(), Class::Decision, "never dropped");
        }
    }

    #[test]
    fn the_bytes_of_a_notice_are_frozen() {
        let mut bytes = Vec::new();
        let body = Body::Notice(Notice {
            notice: NoticeId::of(&["a", "b"]),
            step: NoticeStep::Queued(Box::new(Message {
                channel: "duty".into(),
                cause: NoticeCause::Alarm {
                    route: "grave".into(),
                    alarm: AlarmId::parse("0123456789abcdef0123456789abcdef").expect("valid"),
                    change: AlarmChange::Raised,
                    level: Level::Red,
                },
                not_before: None,
                title: "t".into(),
                text: "x".into(),
            })),
        });
        body.encode(&mut bytes).expect("encodes");
        let id = NoticeId::of(&["a", "b"]);
        assert_ne!(id, NoticeId::of(&["ab"]), "parts do not run together");
        assert_eq!(
            String::from_utf8(bytes).expect("JSON"),
            format!(
                r#"{{"notice":"{id}","step":"queued","channel":"duty","cause":{{"type":"alarm","route":"grave","alarm":"0123456789abcdef0123456789abcdef","change":"raised","level":1}},"title":"t","text":"x"}}"#
            )
        );
    }

    #[test]
    fn a_derived_value_survives_its_bytes() {
        survives(&Body::Finding(finding(Outcome::Derived(DerivedResult {
            datastream: DatastreamId::parse("hall-1:waiting").expect("valid"),
            time: Timestamp::from_secs(60),
            value: Some(12.0),
            inputs: 14,
            because: None,
            revision: 1,
            before: Some(DerivedBefore { value: Some(11.0) }),
        }))));
    }

    #[test]
    fn the_bytes_of_a_window_are_frozen() {
        let mut bytes = Vec::new();
        let body = Body::Finding(finding(Outcome::Window(window())));
        body.encode(&mut bytes).expect("encodes");
        let mut expected = b"\x05\x01\x02s1\x01t\x02\x90\x1c\0\x01\0\x02\x03".to_vec();
        expected.extend(b"\0\0\0\0\0\0\xf0?".repeat(4));
        expected.extend(b"\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(bytes, expected);
    }

    #[test]
    fn a_window_that_an_older_program_wrote_is_read() {
        let bytes = br#"{"cause":5,"ordinal":1,"type":"window","datastream":"s1:t","start":"1970-01-01T00:00:00.000001Z","length":"1h","revision":0,"count":2,"expected":3,"mean":1.0,"min":1.0,"max":1.0,"last":1.0,"std_dev":0.0}"#;
        let found = Body::decode(Kind::Finding, bytes).expect("decodes");
        assert_eq!(found, Body::Finding(finding(Outcome::Window(window()))));
        assert_eq!(
            Class::of(Kind::Finding, bytes).expect("known"),
            Class::Result
        );
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

    #[test]
    fn the_bytes_of_positions_are_frozen() {
        let body = Body::Positions(Positions {
            source: SourceId::new("http").expect("valid"),
            fixes: vec![Fix {
                unit: UnitId::new("u1").expect("valid"),
                time: Timestamp::from_micros(1),
                lon: 1.0,
                lat: -1.0,
                accuracy_metres: Some(12),
            }],
        });
        survives(&body);
        assert_eq!(body.class(), Class::Input, "retention drops it");
        let mut bytes = Vec::new();
        body.encode(&mut bytes).expect("encodes");
        assert_eq!(
            bytes,
            b"\x04http\x01\x02u1\x02\0\0\0\0\0\0\xf0?\0\0\0\0\0\0\xf0\xbf\x01\x0c"
        );
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
        fn arbitrary_bytes_never_panic(number in prop::sample::select(vec![0_u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let kind = Kind::from_number(number).expect("known");
            let _may_fail = Body::decode(kind, &bytes);
            let _may_fail = Class::of(kind, &bytes);
        }
    }
}
