//! Units (力量): what can be sent, and where it said that it was.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{SourceId, UnitId};
use crate::time::Timestamp;

/// What a unit is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitStatus {
    /// 待命: can be sent.
    Available,
    /// 已派: has been told to go, and has not left.
    Assigned,
    /// 出动: on its way to the scene.
    EnRoute,
    /// 到场: at the scene.
    OnScene,
    /// 返回: on its way home; can be sent again.
    Returning,
    /// 停用: cannot be sent.
    OutOfService,
}

impl UnitStatus {
    /// Every status, in the order of a deployment.
    pub const ALL: [Self; 6] = [
        Self::Available,
        Self::Assigned,
        Self::EnRoute,
        Self::OnScene,
        Self::Returning,
        Self::OutOfService,
    ];

    /// The name in requests, answers and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Assigned => "assigned",
            Self::EnRoute => "en_route",
            Self::OnScene => "on_scene",
            Self::Returning => "returning",
            Self::OutOfService => "out_of_service",
        }
    }

    /// The name on Chinese screens.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Available => "待命",
            Self::Assigned => "已派",
            Self::EnRoute => "出动",
            Self::OnScene => "到场",
            Self::Returning => "返回",
            Self::OutOfService => "停用",
        }
    }
}

impl fmt::Display for UnitStatus {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Positions that came in one message; the first of a unit in the log with a newer time than all before is where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Positions {
    /// The door through which they came.
    pub source: SourceId,
    /// At least one.
    pub fixes: Vec<Fix>,
}

/// Where a unit was, as a phone or a tracker told it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// The unit.
    pub unit: UnitId,
    /// When it was there, by the device's clock.
    pub time: Timestamp,
    /// Longitude, degrees east, WGS-84 (CGCS2000).
    pub lon: f64,
    /// Latitude, degrees north.
    pub lat: f64,
    /// How far off it may be, metres; `None` when the device does not say.
    pub accuracy_metres: Option<u16>,
}
