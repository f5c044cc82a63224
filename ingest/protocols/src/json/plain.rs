//! The short way: a payload that is one plain, faultless message is read in one pass, without an allocation but for long names.
//!
//! It never refuses anything. Whatever is not plainly right (an array, an escape, a doubled name, a text where a number should be, a limit
//! reached) is left to the careful way in the parent module, which says what is wrong and where. Where this way gives a reading, the careful
//! way gives the same; a property test holds that.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};
use smallvec::SmallVec;
use yiping_model::{PropertyId, ThingId, Timestamp};

use super::mapping::{JsonMapping, Place};
use super::{micros_of_millis, micros_of_millis_float};
use crate::{RawReading, RawValue, topic as topics};

/// The names of the direct members that hold what a message must have; `None` for a mapping that looks deeper.
struct Names<'m> {
    /// `None` when the topic names the thing.
    id: Option<&'m str>,
    time: &'m str,
    metrics: &'m str,
}

/// The one reading of this payload, if it is plain and without a fault.
pub(super) fn read(
    payload: &[u8],
    mapping: &JsonMapping,
    topic: Option<&str>,
    values_max: usize,
) -> Option<RawReading> {
    let names = names(mapping)?;
    let text = std::str::from_utf8(payload).ok()?;
    let message = Message {
        names: &names,
        metrics: Metrics {
            mapping,
            values_max,
        },
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let parts = reader.deserialize_map(message).ok()?;
    reader.end().ok()?;
    let name = match &mapping.id {
        Place::TopicLevel(number) => topics::level(topic?, *number)?,
        Place::Pointer(_) => parts.id?,
    };
    Some(RawReading {
        index: 0,
        thing: ThingId::new(name).ok()?,
        phenomenon_time: parts.time?,
        values: parts.values?,
    })
}

fn names(mapping: &JsonMapping) -> Option<Names<'_>> {
    let id = match &mapping.id {
        Place::TopicLevel(_) => None,
        Place::Pointer(pointer) => match pointer.steps() {
            [id] => Some(id.as_str()),
            _ => return None,
        },
    };
    let ([time], [metrics]) = (mapping.time.steps(), mapping.metrics.steps()) else {
        return None;
    };
    let distinct = time != metrics && id.is_none_or(|id| id != time && id != metrics);
    distinct.then_some(Names { id, time, metrics })
}

#[derive(Default)]
struct Parts<'de> {
    id: Option<&'de str>,
    time: Option<Timestamp>,
    values: Option<Values>,
}

type Values = SmallVec<[RawValue; 4]>;

struct Message<'m> {
    names: &'m Names<'m>,
    metrics: Metrics<'m>,
}

impl<'de> Visitor<'de> for Message<'_> {
    type Value = Parts<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts<'de>, A::Error> {
        let mut parts = Parts::default();
        while let Some(name) = map.next_key::<&'de str>()? {
            let again = if self.names.id == Some(name) {
                parts.id.replace(map.next_value()?).is_some()
            } else if name == self.names.time {
                let time = map.next_value_seed(Time)?;
                parts.time.replace(time).is_some()
            } else if name == self.names.metrics {
                let values = map.next_value_seed(self.metrics)?;
                parts.values.replace(values).is_some()
            } else {
                map.next_value::<IgnoredAny>()?;
                false
            };
            if again {
                return Err(not_plain());
            }
        }
        Ok(parts)
    }
}

#[derive(Clone, Copy)]
struct Metrics<'m> {
    mapping: &'m JsonMapping,
    values_max: usize,
}

impl<'de> DeserializeSeed<'de> for Metrics<'_> {
    type Value = Values;
    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Values, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Metrics<'_> {
    type Value = Values;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object of numbers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
        let mut values = Values::new();
        while let Some(name) = map.next_key::<&'de str>()? {
            let number = map.next_value_seed(Number)?;
            let property = match self.mapping.rename.get(name) {
                Some(property) => property.clone(),
                None => PropertyId::new(name).map_err(A::Error::custom)?,
            };
            let factor = self.mapping.scale.get(name);
            let value = factor.map_or(number, |&factor| crate::scaled(number, factor));
            let again = values.iter().any(|known| known.property == property);
            if again || !value.is_finite() || values.len() == self.values_max {
                return Err(not_plain());
            }
            values.push(RawValue { property, value });
        }
        if values.is_empty() {
            return Err(not_plain());
        }
        Ok(values)
    }
}

/// Epoch milliseconds as a number.
struct Time;

impl<'de> DeserializeSeed<'de> for Time {
    type Value = Timestamp;
    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Timestamp, D::Error> {
        reader.deserialize_any(self)
    }
}

impl Visitor<'_> for Time {
    type Value = Timestamp;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("epoch milliseconds")
    }

    fn visit_i64<E: serde::de::Error>(self, millis: i64) -> Result<Timestamp, E> {
        micros_of_millis(millis).ok_or_else(not_plain)
    }

    fn visit_u64<E: serde::de::Error>(self, millis: u64) -> Result<Timestamp, E> {
        let millis = i64::try_from(millis).map_err(E::custom)?;
        self.visit_i64(millis)
    }

    fn visit_f64<E: serde::de::Error>(self, millis: f64) -> Result<Timestamp, E> {
        micros_of_millis_float(millis).ok_or_else(not_plain)
    }
}

struct Number;

impl<'de> DeserializeSeed<'de> for Number {
    type Value = f64;
    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<f64, D::Error> {
        reader.deserialize_any(self)
    }
}

impl Visitor<'_> for Number {
    type Value = f64;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number")
    }

    fn visit_i64<E>(self, number: i64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_u64<E>(self, number: u64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_f64<E>(self, number: f64) -> Result<f64, E> {
        Ok(number)
    }
}

fn not_plain<E: serde::de::Error>() -> E {
    E::custom("not plain")
}
