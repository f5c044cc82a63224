//! Rules: what a pack says about a property, in a closed list of operators.
//!
//! The one operator so far is the threshold with hysteresis.

use serde::{Deserialize, Serialize};
use yiping_model::{Level, PropertyId, RuleId, Text};

/// A rule of a pack. It judges every datastream of its property, each by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What the alarm is called.
    pub title: Text,
    /// The property that it judges.
    pub property: PropertyId,
    /// Warning level of its alarms.
    pub level: Level,
    /// When it raises, and when it returns to normal.
    pub threshold: Threshold,
    /// Where the thresholds come from: a standard with its clause, or whose decision they are.
    pub source: String,
}

/// A threshold with hysteresis: between `clear` and `raise` an alarm neither begins nor ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "direction", rename_all = "snake_case", deny_unknown_fields)]
pub enum Threshold {
    /// Raises at a value greater than `raise`, returns at a value less than `clear`; `clear <= raise`.
    Above {
        /// Beyond this it raises.
        raise: f64,
        /// Below this it returns.
        clear: f64,
    },
    /// Raises at a value less than `raise`, returns at a value greater than `clear`; `clear >= raise`.
    Below {
        /// Beyond this it raises.
        raise: f64,
        /// Above this it returns.
        clear: f64,
    },
}

impl Threshold {
    /// The value beyond which it raises.
    pub const fn raise(&self) -> f64 {
        match *self {
            Self::Above { raise, .. } | Self::Below { raise, .. } => raise,
        }
    }

    /// Whether this value begins an alarm.
    pub fn raises(&self, value: f64) -> bool {
        match *self {
            Self::Above { raise, .. } => value > raise,
            Self::Below { raise, .. } => value < raise,
        }
    }

    /// Whether this value ends an alarm.
    pub fn clears(&self, value: f64) -> bool {
        match *self {
            Self::Above { clear, .. } => value < clear,
            Self::Below { clear, .. } => value > clear,
        }
    }

    /// The one of two values that lies further in the direction of the rule.
    pub const fn more_extreme(&self, one: f64, other: f64) -> f64 {
        match *self {
            Self::Above { .. } => one.max(other),
            Self::Below { .. } => one.min(other),
        }
    }

    /// Whether both values are finite and `clear` does not lie beyond `raise`: then no value both begins and ends an alarm.
    pub fn is_sound(&self) -> bool {
        match *self {
            Self::Above { raise, clear } => {
                raise.is_finite() && clear.is_finite() && clear <= raise
            }
            Self::Below { raise, clear } => {
                raise.is_finite() && clear.is_finite() && clear >= raise
            }
        }
    }
}
