//! The plain JSON form: `{"id":"station-7","ts":1772323200000,"metrics":{"pm25":12.5}}`, one object or an array of them.
//!
//! `ts` is epoch milliseconds (a fraction is allowed) or an RFC 3339 text with an offset. A [`JsonMapping`] says where other forms keep the
//! same three things. Rules:
//!
//! - What is not one whole JSON text is refused as a whole; in an array each object stands for itself.
//! - A metric that is not a finite number (a text, `null`, an object, `1e999`) is refused alone; the message's other metrics count.
//! - Of members with the same name, and of metrics that mean the same property, the last one counts, as in ECMAScript.
//! - A number stands as written: `12.50` and `12.5` are the same value, nothing is rounded.
//!
//! Nothing is built that is not kept: texts and numbers are looked at where they lie in the payload, depth costs no stack.

mod encode;
pub mod event;
mod mapping;
pub(crate) mod parts;
mod plain;
#[cfg(test)]
mod tests;

use serde_json::value::RawValue;
use smallvec::SmallVec;
use yiping_model::{Disposition, PropertyId, Reason, ThingId, Timestamp};

use crate::{
    Decoded, RawReading, RawValue as Value, Refusal, note_refusal, short, topic as topics,
};

pub use encode::encode;
pub use event::EventMapping;
pub use mapping::{JsonMapping, Place, PlaceError, Pointer};
use parts::{Fields, Members};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// The years 1 to 9999, in microseconds since the epoch.
const MICROS_RANGE: std::ops::RangeInclusive<i64> =
    -62_135_596_800_000_000..=253_402_300_799_999_999;

/// Reads one payload that is one plain message without a fault; `None` when it is anything else, for [`decode`] to look at.
pub fn decode_plain(
    payload: &[u8],
    mapping: &JsonMapping,
    topic: Option<&str>,
    values_max: usize,
) -> Option<RawReading> {
    plain::read(payload, mapping, topic, values_max)
}

/// Reads one payload. A message with more than `values_max` metrics is refused.
pub fn decode(
    payload: &[u8],
    mapping: &JsonMapping,
    topic: Option<&str>,
    values_max: usize,
) -> Decoded {
    let mut decoded = Decoded::default();
    let (text, messages) = match split(payload) {
        Ok(split) => split,
        Err(refusal) => {
            note_refusal(&mut decoded.refusals, refusal);
            return decoded;
        }
    };
    for (index, message) in messages.into_iter().enumerate() {
        let reader = Reader {
            text,
            index: crate::saturating_u32(index),
            mapping,
            topic,
            values_max,
        };
        match reader.read(message, &mut decoded.refusals) {
            Ok(Some(reading)) => decoded.readings.push(reading),
            Ok(None) => {}
            Err(refusal) => note_refusal(&mut decoded.refusals, refusal),
        }
    }
    decoded
}

pub(crate) type Messages<'a> = SmallVec<[&'a RawValue; 1]>;

pub(crate) fn split(payload: &[u8]) -> Result<(&str, Messages<'_>), Refusal> {
    if payload.starts_with(BYTE_ORDER_MARK) {
        let detail = "payload begins with a byte order mark; send UTF-8 without one".to_owned();
        return Err(Refusal::whole(Reason::NotJson, detail, Some(0)));
    }
    let text = std::str::from_utf8(payload).map_err(|error| {
        let detail = "payload is not UTF-8 text; this subscription expects JSON".to_owned();
        Refusal::whole(Reason::NotText, detail, Some(error.valid_up_to()))
    })?;
    let first = text.trim_ascii_start().as_bytes().first();
    let messages: Result<Messages<'_>, serde_json::Error> = match first {
        None => {
            let detail = "payload is empty; send an object with id, ts and metrics".to_owned();
            return Err(Refusal::whole(Reason::NotJson, detail, Some(0)));
        }
        Some(b'[') => serde_json::from_str(text),
        Some(_) => serde_json::from_str(text).map(|message| SmallVec::from_elem(message, 1)),
    };
    let messages = messages.map_err(|error| {
        let detail = format!("payload is not JSON: {error}");
        Refusal::whole(Reason::NotJson, detail, Some(place_of(&error, text)))
    })?;
    if messages.is_empty() {
        let detail = "the array is empty; send at least one message in it".to_owned();
        return Err(Refusal::whole(Reason::MissingField, detail, Some(0)));
    }
    Ok((text, messages))
}

fn place_of(error: &serde_json::Error, text: &str) -> usize {
    let line_start: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    (line_start + error.column().saturating_sub(1)).min(text.len())
}

pub(crate) struct Reader<'a> {
    pub(crate) text: &'a str,
    pub(crate) index: u32,
    pub(crate) mapping: &'a JsonMapping,
    pub(crate) topic: Option<&'a str>,
    pub(crate) values_max: usize,
}

impl<'a> Reader<'a> {
    fn read(
        &self,
        message: &'a RawValue,
        refusals: &mut Vec<Refusal>,
    ) -> Result<Option<RawReading>, Refusal> {
        if !message.get().starts_with('{') {
            let detail = format!("message is {}, not an object", kind(message));
            return Err(self.refuse(Reason::WrongType, detail, Some(message)));
        }
        let broken = |error: serde_json::Error| {
            let detail = format!("message cannot be read: {error}");
            self.refuse(Reason::NotJson, detail, Some(message))
        };
        let fields = parts::fields(message, self.mapping).map_err(broken)?;
        let metrics = self.metrics(&fields, message)?;
        let whole = |mut refusal: Refusal| {
            refusal.items = crate::saturating_u32(metrics.len().max(1));
            refusal
        };
        let thing = self.thing(&fields, message).map_err(whole)?;
        let phenomenon_time = self.time(&fields, message).map_err(whole)?;
        let values = self.values(&metrics, refusals);
        Ok((!values.is_empty()).then_some(RawReading {
            index: self.index,
            thing,
            phenomenon_time,
            values,
        }))
    }

    fn metrics(&self, fields: &Fields<'a>, message: &'a RawValue) -> Result<Members<'a>, Refusal> {
        let pointer = &self.mapping.metrics;
        let Some(raw) = fields.metrics else {
            let detail = format!("message has no `{pointer}`");
            return Err(self.refuse(Reason::MissingField, detail, Some(message)));
        };
        let members = self.members(raw)?;
        if members.is_empty() {
            let detail = format!("`{pointer}` is empty");
            return Err(self.refuse(Reason::MissingField, detail, Some(raw)));
        }
        Ok(members)
    }

    /// What this object of numbers holds, not more than the limit.
    fn members(&self, raw: &'a RawValue) -> Result<Members<'a>, Refusal> {
        let pointer = &self.mapping.metrics;
        if !raw.get().starts_with('{') {
            let detail = format!("`{pointer}` is {}, not an object of numbers", kind(raw));
            return Err(self.refuse(Reason::WrongType, detail, Some(raw)));
        }
        let (members, count) =
            parts::members(raw, self.values_max, self.mapping).map_err(|error| {
                let detail = format!("`{pointer}` cannot be read: {error}");
                self.refuse(Reason::NotJson, detail, Some(raw))
            })?;
        if count > self.values_max {
            let limit = self.values_max;
            let detail = format!("{count} metrics in one message, the limit is {limit}");
            let mut refusal = self.refuse(Reason::TooManyValues, detail, Some(raw));
            refusal.items = crate::saturating_u32(count);
            return Err(refusal);
        }
        Ok(members)
    }

    pub(crate) fn thing(
        &self,
        fields: &Fields<'a>,
        message: &'a RawValue,
    ) -> Result<ThingId, Refusal> {
        match &self.mapping.id {
            Place::TopicLevel(number) => {
                let name = self.topic.and_then(|topic| topics::level(topic, *number));
                let name = name.ok_or_else(|| {
                    let detail = format!("the topic has no level {number} to take the id from");
                    self.refuse(Reason::MissingField, detail, None)
                })?;
                self.thing_named(name, None)
            }
            Place::Pointer(pointer) => {
                let raw = fields.id.ok_or_else(|| {
                    let detail = format!("message has no `{pointer}`");
                    self.refuse(Reason::MissingField, detail, Some(message))
                })?;
                let name = self.string(raw, || format!("`{pointer}`"))?;
                self.thing_named(&name, Some(raw))
            }
        }
    }

    fn thing_named(&self, name: &str, raw: Option<&'a RawValue>) -> Result<ThingId, Refusal> {
        ThingId::new(name).map_err(|error| {
            let detail = format!("`{}` cannot be an id: {error}", short(name).escape_debug());
            self.refuse(Reason::BadId, detail, raw)
        })
    }

    pub(crate) fn time(
        &self,
        fields: &Fields<'a>,
        message: &'a RawValue,
    ) -> Result<Timestamp, Refusal> {
        let pointer = &self.mapping.time;
        let raw = fields.time.ok_or_else(|| {
            let detail = format!("message has no `{pointer}`");
            self.refuse(Reason::MissingField, detail, Some(message))
        })?;
        if is_number(raw) {
            return epoch_millis(raw.get()).ok_or_else(|| {
                let detail = format!(
                    "`{pointer}` is {}, not epoch milliseconds of the years 1 to 9999",
                    short(raw.get())
                );
                self.refuse(Reason::BadTime, detail, Some(raw))
            });
        }
        let text = self.string(raw, || {
            format!("`{pointer}` (epoch milliseconds or RFC 3339)")
        })?;
        Timestamp::parse(&text)
            .map_err(|error| self.refuse(Reason::BadTime, error.to_string(), Some(raw)))
    }

    fn values(&self, metrics: &Members<'a>, refusals: &mut Vec<Refusal>) -> SmallVec<[Value; 4]> {
        // Properties first, so that of two metrics that mean the same one the last counts even when it is bad.
        let mut last: SmallVec<[(PropertyId, &str, &RawValue); 8]> = SmallVec::new();
        let mut refused = SmallVec::<[Refusal; 1]>::new();
        for (name, raw) in metrics {
            match self.property(name.as_ref(), raw) {
                Ok(property) => {
                    last.retain(|(earlier, ..)| *earlier != property);
                    last.push((property, name.as_ref(), raw));
                }
                Err(refusal) => refused.push(refusal),
            }
        }
        let mut values = SmallVec::new();
        for (property, name, raw) in last {
            match self.value(name, raw) {
                Ok(value) => values.push(Value { property, value }),
                Err(refusal) => refused.push(refusal),
            }
        }
        for refusal in refused {
            note_refusal(refusals, refusal);
        }
        values
    }

    fn property(&self, name: &str, raw: &RawValue) -> Result<PropertyId, Refusal> {
        if let Some(property) = self.mapping.rename.get(name) {
            return Ok(property.clone());
        }
        PropertyId::new(name).map_err(|error| {
            let detail = format!(
                "metric `{}` cannot be a property: {error}; name it in `rename`",
                short(name).escape_debug()
            );
            self.refuse(Reason::BadId, detail, Some(raw))
        })
    }

    pub(crate) fn value(&self, name: &str, raw: &RawValue) -> Result<f64, Refusal> {
        let text = raw.get();
        if !is_number(raw) {
            let unquoted = text.trim_matches('"').trim_start_matches(['-', '+']);
            let not_finite = ["nan", "inf", "infinity"]
                .iter()
                .any(|word| unquoted.eq_ignore_ascii_case(word));
            let reason = if not_finite {
                Reason::NotFinite
            } else {
                Reason::WrongType
            };
            let detail = format!(
                "metric `{}` is {}, not a number",
                short(name).escape_debug(),
                kind(raw)
            );
            return Err(self.refuse(reason, detail, Some(raw)));
        }
        let number = text.parse::<f64>().unwrap_or(f64::NAN);
        let factor = self.mapping.scale.get(name);
        let value = factor.map_or(number, |&factor| crate::scaled(number, factor));
        if value.is_finite() {
            return Ok(value);
        }
        let detail = format!(
            "metric `{}` is {}, more than a number can hold",
            short(name).escape_debug(),
            short(text)
        );
        Err(self.refuse(Reason::NotFinite, detail, Some(raw)))
    }

    fn string(
        &self,
        raw: &'a RawValue,
        what: impl Fn() -> String,
    ) -> Result<std::borrow::Cow<'a, str>, Refusal> {
        if !raw.get().starts_with('"') {
            let detail = format!("{} is {}, not a text", what(), kind(raw));
            return Err(self.refuse(Reason::WrongType, detail, Some(raw)));
        }
        parts::string(raw).map_err(|error| {
            let detail = format!("{} cannot be read: {error}", what());
            self.refuse(Reason::NotJson, detail, Some(raw))
        })
    }

    pub(crate) fn refuse(&self, reason: Reason, detail: String, at: Option<&RawValue>) -> Refusal {
        Refusal {
            index: self.index,
            disposition: Disposition::Rejected,
            reason,
            detail,
            offset: at.map(|raw| crate::saturating_u32(parts::offset_in(self.text, raw))),
            items: 1,
        }
    }
}

fn is_number(raw: &RawValue) -> bool {
    raw.get()
        .starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

fn epoch_millis(text: &str) -> Option<Timestamp> {
    match text.parse::<i64>() {
        Ok(millis) => micros_of_millis(millis),
        Err(_not_whole) => micros_of_millis_float(text.parse::<f64>().ok()?),
    }
}

fn micros_of_millis(millis: i64) -> Option<Timestamp> {
    let micros = millis.checked_mul(1_000)?;
    in_range(micros)
}

fn micros_of_millis_float(millis: f64) -> Option<Timestamp> {
    // A float beyond the range saturates and is refused.
    in_range((millis * 1_000.0).round() as i64)
}

fn in_range(micros: i64) -> Option<Timestamp> {
    MICROS_RANGE
        .contains(&micros)
        .then(|| Timestamp::from_micros(micros))
}

fn kind(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "a truth value",
        Some(b'n') => "null",
        _ => "a number",
    }
}
