//! Orders of a hotline (12345 工单), as far as they are kept: what and where, never who called.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Place;
use crate::time::Timestamp;

/// An order of a hotline. Nothing of the caller is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HotlineOrder {
    /// Its number there, by which it counts once.
    pub order: SmolStr,
    /// When the caller called.
    pub at: Timestamp,
    /// What was said; numbers and names that could be told were taken out at the door.
    pub text: String,
    /// What it is about, as the hotline files it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// The domain to which that belongs: the name of a pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<SmolStr>,
    /// Where.
    pub place: Place,
    /// The code of the area, GB/T 2260.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
}
