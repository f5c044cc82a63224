//! What an incident (事件) is: its class, grade and stage, what it comes from, and what is known of it.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{HazardForm, ReportForm};
use crate::alarm::Level;
use crate::id::{AlarmId, DatastreamId, EventKey, EventKind, ThingId};
use crate::time::Timestamp;

/// The four classes of emergencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentClass {
    /// 自然灾害
    Natural,
    /// 事故灾难
    Accident,
    /// 公共卫生事件
    Health,
    /// 社会安全事件
    Security,
}

/// Defines a level from 1 to 4, written as its number.
macro_rules! level {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "u8", into = "u8")]
        pub struct $name(u8);

        impl $name {
            /// All of them, the gravest first.
            pub const ALL: [Self; 4] = [Self(1), Self(2), Self(3), Self(4)];

            /// Its number, 1 to 4.
            pub const fn number(self) -> u8 {
                self.0
            }

            /// Its Roman numeral.
            pub const fn roman(self) -> &'static str {
                match self.0 {
                    1 => "Ⅰ",
                    2 => "Ⅱ",
                    3 => "Ⅲ",
                    _ => "Ⅳ",
                }
            }
        }

        impl TryFrom<u8> for $name {
            type Error = String;
            fn try_from(number: u8) -> Result<Self, String> {
                match number {
                    1..=4 => Ok(Self(number)),
                    other => Err(format!(concat!($what, " {} is not 1 to 4, 1 being the gravest"), other)),
                }
            }
        }

        impl From<$name> for u8 {
            fn from(level: $name) -> Self {
                level.0
            }
        }
    };
}

level!(
    /// How grave the event is: 1 特别重大, 2 重大, 3 较大, 4 一般. Neither the colour of a warning nor the level of a response.
    EventLevel,
    "event level"
);
level!(
    /// How much is set in motion: Ⅰ to Ⅳ, as the plan says.
    ResponseLevel,
    "response level"
);

/// Where an incident stands. The moves are a table in `yiping-desk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 接报
    Reported,
    /// 研判
    Assessing,
    /// 启动响应
    Responding,
    /// 处置
    Handling,
    /// 响应调整
    Adjusting,
    /// 终止
    Ended,
    /// 评估
    Evaluated,
}

/// What an incident comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Origin {
    /// An alarm.
    Alarm {
        /// Its id.
        alarm: AlarmId,
        /// The datastream that it speaks of.
        subject: DatastreamId,
    },
    /// A detection of a camera, or another event at a thing.
    Detection {
        /// The thing.
        thing: ThingId,
        /// What happened.
        kind: EventKind,
        /// The matter to which it belongs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<EventKey>,
        /// When.
        at: Timestamp,
    },
    /// An order of a hotline.
    Order {
        /// Its number there.
        order: SmolStr,
        /// What the caller said.
        text: String,
    },
}

/// Where something is: WGS-84 (CGCS2000).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Longitude, degrees east.
    pub lon: f64,
    /// Latitude, degrees north.
    pub lat: f64,
    /// What people call it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// What is known of an incident when it is opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentForm {
    /// What it is, in a line.
    pub title: String,
    /// Its class.
    pub class: IncidentClass,
    /// How grave it is, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_level: Option<EventLevel>,
    /// The colour of the warning, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Level>,
    /// What it comes from; empty for one by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The code of the area, GB/T 2260.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// The domain: the name of a pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Who and what is affected: schools, villages, water intakes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<String>,
    /// What else is to be remembered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What changed of what is known; `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Amendment {
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<IncidentClass>,
    /// How grave it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_level: Option<EventLevel>,
    /// The colour of the warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<Level>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Who and what is affected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affected: Option<Vec<String>>,
    /// Where nobody may go, and what is to be heeded there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hazard: Option<HazardForm>,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A move to another stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// Where to.
    pub to: Stage,
    /// Why; the evaluation itself at the last move.
    pub note: String,
    /// The reports that are due from then on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<ReportForm>,
}
