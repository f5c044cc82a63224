//! Where nobody may go, as it is drawn.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A hazard (危险区) as whoever commands draws it: the program says nothing of it by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HazardForm {
    /// H3 cells that nobody may enter, 15 hex digits each; none to lift it.
    pub cells: Vec<SmolStr>,
    /// By what it is drawn, for the map: `2 ppm`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Metres around the place that are isolated (隔离).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolate_metres: Option<u32>,
    /// The wind for which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wind: Option<WindForm>,
    /// Points of the way in that is allowed, longitude and latitude.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approach: Vec<[f64; 2]>,
    /// What who works there heeds, at most [`HAZARD_LINES_MAX`] lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

impl HazardForm {
    /// Whether it says nothing: that lifts what was drawn.
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.isolate_metres.is_none() && self.lines.is_empty()
    }
}

/// Lines of a hazard: as many as a phone shows without scrolling.
pub const HAZARD_LINES_MAX: usize = 3;

/// A wind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindForm {
    /// Degrees from which it blows: 0 from the north, 90 from the east.
    pub from_degrees: f64,
    /// Metres a second.
    pub speed_ms: f64,
}
