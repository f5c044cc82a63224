//! How long a record is kept goes by its class, which can be told without reading what the record says.

use serde::Deserialize;

use crate::drill::Drill;
use crate::finding::Outcome;
use crate::record::{Body, CodecError, Kind};

/// The classes of records, in the order in which they may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What came in: readings, events, dead letters, ticks, positions of units, what history recalled.
    Input,
    /// What was worked out: windows, indices, derived values.
    Result,
    /// What was said of alarms.
    Alarm,
    /// What people decided and ordered, and what was told to them: never dropped.
    Decision,
}

/// Of a finding in JSON, its type and no more.
#[derive(Deserialize)]
struct Typed {
    r#type: Type,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Window,
    Index,
    Derived,
    Alarm,
}

impl Class {
    /// The class of the body that has this kind and these bytes.
    ///
    /// # Errors
    /// [`CodecError`] when the bytes of a finding do not say what it is.
    pub fn of(kind: Kind, bytes: &[u8]) -> Result<Self, CodecError> {
        Ok(match kind {
            Kind::Tick
            | Kind::Reading
            | Kind::Event
            | Kind::Reject
            | Kind::Recall
            | Kind::Positions => Self::Input,
            Kind::Window => Self::Result,
            Kind::Decision | Kind::Notice | Kind::Command | Kind::Duty => Self::Decision,
            Kind::Drill => Drill::class_of(bytes)?,
            Kind::Finding => {
                let wrong = |source| CodecError::Json(kind, source);
                match serde_json::from_slice::<Typed>(bytes)
                    .map_err(wrong)?
                    .r#type
                {
                    Type::Window | Type::Index | Type::Derived => Self::Result,
                    Type::Alarm => Self::Alarm,
                }
            }
        })
    }
}

impl Body {
    /// The class.
    pub const fn class(&self) -> Class {
        match self {
            Self::Tick
            | Self::Reading(_)
            | Self::Event(_)
            | Self::Reject(_)
            | Self::Recall(_)
            | Self::Positions(_) => Class::Input,
            Self::Finding(finding) => match finding.outcome {
                Outcome::Window(_) | Outcome::Index(_) | Outcome::Derived(_) => Class::Result,
                Outcome::Alarm(_) => Class::Alarm,
            },
            Self::Decision(_) | Self::Notice(_) | Self::Command(_) | Self::Duty(_) => {
                Class::Decision
            }
            Self::Drill(drill) => drill.class(),
        }
    }
}
