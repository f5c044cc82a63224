//! What people decided. Decisions are never dropped.

use serde::{Deserialize, Serialize};

use crate::id::AlarmId;

/// One act of one seat. When it happened is the record's `received_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The name of the seat that acted.
    pub seat: String,
    /// What it did.
    #[serde(flatten)]
    pub act: Act,
}

/// What can be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// The alarm has been seen and is taken care of. The first one in the log counts.
    Acknowledge {
        /// Which alarm.
        alarm: AlarmId,
        /// What the officer wrote with it; may be empty.
        note: String,
    },
}
