//! What a sensor said.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::id::{PropertyId, SourceId, ThingId};
use crate::time::Timestamp;

/// One message of one thing: one phenomenon time, one value for each property it measured.
///
/// Each value is an Observation. An observation's identity is source, datastream, phenomenon time and value: the log may hold it
/// twice (a device sends again when its acknowledgement was lost), history and figures count it once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The door through which it came.
    pub source: SourceId,
    /// The thing that measured.
    pub thing: ThingId,
    /// When it was so, by the sensor's clock.
    pub phenomenon_time: Timestamp,
    /// What it measured; never empty, each property at most once, in the units of the catalogue.
    pub values: SmallVec<[Measured; 4]>,
}

/// One value of one property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The property.
    pub property: PropertyId,
    /// The value, finite, in the unit of the catalogue.
    pub value: f64,
    /// How far it may be trusted.
    pub quality: Quality,
}

/// How far a value may be trusted. A value that is not good is kept and shown, and drives no figure and no alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Usable.
    Good,
    /// Outside the range that the property can physically have.
    OutOfRange,
}
