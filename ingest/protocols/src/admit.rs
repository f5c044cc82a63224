//! The gate: the one place where a reading or an event that was understood becomes one that counts.
//!
//! It judges time against the city clock, things and properties against the catalogue, and values against the property's range. It is
//! told `now` and keeps nothing but the names of the unknown series it has let in, at most [`Limits::series_max`].

mod event;

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use yiping_model::{
    Catalogue, Disposition, Measured, PropertyId, Quality, Reading, Reason, SourceId, ThingId,
    Timestamp, Turn,
};

use crate::{RawReading, RawValue, Refusal};
pub use event::AdmittedEvent;

const MICROS_PER_SEC: i64 = 1_000_000;
const SECS_PER_DAY: i64 = 86_400;
/// A time before 1971 is a clock that counts in other units, or was never set.
const BEFORE_ANY_SENSOR: Timestamp = Timestamp::from_secs(31_536_000);

/// What to do with things and properties that the catalogue does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// They count like all others.
    Accept,
    /// They are set aside as dead letters.
    #[default]
    Quarantine,
}

/// What a reading may be at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How far a phenomenon time may lie ahead of the city clock.
    pub max_ahead_secs: u32,
    /// How far a phenomenon time may lie behind the city clock.
    pub max_behind_days: u32,
    /// Values in one message.
    pub values_max: usize,
    /// Datastreams that the catalogue does not know, for each source.
    pub series_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_ahead_secs: 300,
            max_behind_days: 400,
            values_max: 256,
            series_max: 10_000,
        }
    }
}

/// The gate of one source.
#[derive(Debug, Clone)]
pub struct Gate {
    source: SourceId,
    catalogue: Arc<Catalogue>,
    limits: Limits,
    unknown: Unknown,
    /// What was let in before; the quick way for everything that comes again.
    known: HashMap<ThingId, Known, FixedState>,
    strangers_count: usize,
}

/// The datastreams of one thing that were let in.
#[derive(Debug, Clone, Default)]
struct Known {
    /// By property.
    series: SmallVec<[Series; 4]>,
    turn: Turn,
}

/// The ranges that the values of a reading can physically have.
type Ranges = SmallVec<[Option<[f64; 2]>; 4]>;

#[derive(Debug, Clone)]
struct Series {
    property: PropertyId,
    valid: Option<[f64; 2]>,
}

/// What a reading and an event have in common.
struct Head<'a> {
    index: u32,
    thing: &'a ThingId,
    at: Timestamp,
    values_count: usize,
    /// What is lost when it is refused as a whole.
    items: u32,
}

impl<'a> Head<'a> {
    fn of_reading(raw: &'a RawReading) -> Self {
        Self {
            index: raw.index,
            thing: &raw.thing,
            at: raw.phenomenon_time,
            values_count: raw.values.len(),
            items: crate::saturating_u32(raw.values.len()),
        }
    }
}

/// What became of one reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Admitted {
    /// The part that counts.
    pub reading: Option<Reading>,
    /// The part that does not.
    pub refusals: SmallVec<[Refusal; 1]>,
}

impl Gate {
    /// A gate that has let nobody in.
    pub fn new(
        source: SourceId,
        catalogue: Arc<Catalogue>,
        limits: Limits,
        unknown: Unknown,
    ) -> Self {
        Self {
            source,
            catalogue,
            limits,
            unknown,
            known: HashMap::default(),
            strangers_count: 0,
        }
    }

    /// The limits it holds to.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Judges one reading.
    pub fn admit(&mut self, raw: RawReading, now: Timestamp) -> Admitted {
        if let Some(ranges) = self.known_ranges(&raw, now) {
            return Admitted {
                reading: Some(self.reading(raw, &ranges)),
                refusals: SmallVec::new(),
            };
        }
        if let Some(refusal) = self.judge_message(&Head::of_reading(&raw), now) {
            return Admitted {
                reading: None,
                refusals: SmallVec::from_elem(refusal, 1),
            };
        }
        let mut refusals = SmallVec::new();
        let mut values = SmallVec::new();
        for value in raw.values {
            match self.judge_value(raw.index, &raw.thing, value) {
                Ok(measured) => values.push(measured),
                Err(refusal) => refusals.push(refusal),
            }
        }
        let reading = (!values.is_empty()).then(|| Reading {
            source: self.source.clone(),
            thing: raw.thing,
            phenomenon_time: raw.phenomenon_time,
            values,
        });
        Admitted { reading, refusals }
    }

    /// The quick way: the range of each value, when every datastream of the reading was let in before and nothing is wrong with it.
    fn known_ranges(&mut self, raw: &RawReading, now: Timestamp) -> Option<Ranges> {
        let sound = raw.values.len() <= self.limits.values_max
            && self.judge_time(raw.phenomenon_time, now).is_none();
        let known = self.known.get_mut(&raw.thing).filter(|_| sound)?;
        let range = |value: &RawValue| {
            let place = known.find(&value.property).ok()?;
            value.value.is_finite().then(|| known.series[place].valid)
        };
        raw.values.iter().map(range).collect()
    }

    fn reading(&self, raw: RawReading, ranges: &Ranges) -> Reading {
        let measured = |(RawValue { property, value }, valid): (_, &Option<_>)| Measured {
            quality: quality_of(*valid, value),
            property,
            value,
        };
        Reading {
            source: self.source.clone(),
            thing: raw.thing,
            phenomenon_time: raw.phenomenon_time,
            values: raw.values.into_iter().zip(ranges).map(measured).collect(),
        }
    }

    fn judge_message(&self, raw: &Head<'_>, now: Timestamp) -> Option<Refusal> {
        let refuse = |disposition, reason, detail| {
            Some(Refusal {
                index: raw.index,
                disposition,
                reason,
                detail,
                offset: None,
                items: raw.items,
            })
        };
        if raw.values_count > self.limits.values_max {
            let (count, limit) = (raw.values_count, self.limits.values_max);
            let detail = format!("{count} values in one message, the limit is {limit}");
            return refuse(Disposition::Rejected, Reason::TooManyValues, detail);
        }
        if let Some((reason, detail)) = self.judge_time(raw.at, now) {
            return refuse(Disposition::Rejected, reason, detail);
        }
        if self.known.contains_key(raw.thing) {
            return None;
        }
        if raw.thing.is_cell() {
            let detail = format!(
                "`{}` names an H3 cell, not a device; give the thing another id",
                raw.thing
            );
            return refuse(Disposition::Rejected, Reason::BadId, detail);
        }
        if raw.thing.is_door() {
            let detail = format!(
                "`{}` names a door of the centre, not a device; give the thing another id",
                raw.thing
            );
            return refuse(Disposition::Rejected, Reason::BadId, detail);
        }
        if self.unknown == Unknown::Quarantine && !self.catalogue.things.contains_key(raw.thing) {
            let detail = format!("the catalogue does not know thing `{}`", raw.thing);
            return refuse(Disposition::Quarantined, Reason::UnknownThing, detail);
        }
        None
    }

    fn judge_time(&self, at: Timestamp, now: Timestamp) -> Option<(Reason, String)> {
        let ahead_micros = at.micros_since(now);
        if ahead_micros > i64::from(self.limits.max_ahead_secs) * MICROS_PER_SEC {
            let detail = format!(
                "time {at} is {} s ahead of the city clock, the limit is {} s; set the device's clock",
                ahead_micros / MICROS_PER_SEC,
                self.limits.max_ahead_secs
            );
            return Some((Reason::TimeAhead, detail));
        }
        let behind_max_secs = i64::from(self.limits.max_behind_days) * SECS_PER_DAY;
        if now.micros_since(at) > behind_max_secs.saturating_mul(MICROS_PER_SEC) {
            let advice = if at < BEFORE_ANY_SENSOR {
                "send epoch milliseconds, not seconds, or set the device's clock"
            } else {
                "set the device's clock, or replay history with `yiping replay`"
            };
            let detail = format!(
                "time {at} is {} days behind the city clock, the limit is {} days; {advice}",
                now.micros_since(at) / (SECS_PER_DAY * MICROS_PER_SEC),
                self.limits.max_behind_days
            );
            return Some((Reason::TimeBehind, detail));
        }
        None
    }

    fn judge_value(
        &mut self,
        index: u32,
        thing: &ThingId,
        raw: RawValue,
    ) -> Result<Measured, Refusal> {
        let refuse = |disposition, reason, detail| Refusal {
            index,
            disposition,
            reason,
            detail,
            offset: None,
            items: 1,
        };
        let RawValue { property, value } = raw;
        if !value.is_finite() {
            let detail = format!("value of `{property}` is {value}");
            return Err(refuse(Disposition::Rejected, Reason::NotFinite, detail));
        }
        let known = self.catalogue.properties.get(&property);
        if known.is_none() && self.unknown == Unknown::Quarantine {
            let detail = format!("the catalogue does not know property `{property}`");
            return Err(refuse(
                Disposition::Quarantined,
                Reason::UnknownProperty,
                detail,
            ));
        }
        let valid = known.and_then(|known| known.valid);
        let before = self.known.get_mut(thing);
        let let_in_before = before.is_some_and(|before| before.find(&property).is_ok());
        let stranger =
            !let_in_before && (known.is_none() || !self.catalogue.things.contains_key(thing));
        if stranger && self.strangers_count >= self.limits.series_max {
            let detail = format!(
                "`{thing}:{property}` would be more than {} unknown datastreams of source {}; add the thing to the catalogue",
                self.limits.series_max, self.source
            );
            return Err(refuse(Disposition::Rejected, Reason::TooManySeries, detail));
        }
        self.strangers_count += usize::from(stranger);
        let series = Series {
            property: property.clone(),
            valid,
        };
        let known = self.known.entry(thing.clone()).or_default();
        if let Err(free) = known.find(&property) {
            known.series.insert(free, series);
        }
        let quality = quality_of(valid, value);
        Ok(Measured {
            property,
            value,
            quality,
        })
    }
}

impl Known {
    /// Where the series of this property is, or belongs.
    fn find(&mut self, property: &PropertyId) -> Result<usize, usize> {
        let Self { series, turn } = self;
        turn.find(series, |series| &series.property, property)
    }
}

fn quality_of(valid: Option<[f64; 2]>, value: f64) -> Quality {
    match valid {
        Some([lowest, highest]) if !(lowest..=highest).contains(&value) => Quality::OutOfRange,
        _ => Quality::Good,
    }
}

#[cfg(test)]
mod tests;
