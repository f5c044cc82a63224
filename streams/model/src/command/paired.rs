//! Acts that take two people: the first proposes, the second confirms in time, or nothing happens.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Adjustment, Offer};
use crate::alarm::Level;

/// Seconds from the proposal within which the second person confirms. Ours.
pub const PAIR_SECS: u32 = 60;

/// What takes two people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Paired {
    /// 响应升级、降级: another level, with all that follows.
    Adjust(Box<Adjustment>),
    /// 指挥权移交: whoever it goes to confirms.
    HandOver(Offer),
    /// 发布预警: a warning goes out.
    Warn(Warning),
}

/// A warning (预警) as it goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Its colour.
    pub level: Level,
    /// For whom: places, and how many people.
    pub reach: String,
    /// What they are told.
    pub text: String,
    /// By which ways: text messages, loudspeakers, from door to door.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ways: String,
    /// Why.
    pub note: String,
}

/// A proposal of the first person. Its key names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairProposal {
    /// What is to happen.
    pub what: Paired,
}

/// The second person's word. It says once more what is carried out, so that the log says of each act what followed from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairConfirm {
    /// The key of the proposal.
    pub proposal: SmolStr,
    /// What was proposed.
    pub what: Paired,
    /// What is to be remembered; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The first one's second thought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairRecall {
    /// The key of the proposal.
    pub proposal: SmolStr,
    /// What is to be remembered; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}
