//! Looking into JSON text without building it: every part is a [`RawValue`], a slice of the payload.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use smallvec::SmallVec;

use super::mapping::{JsonMapping, Place, Pointer};

/// Members of an object, in order.
pub(crate) type Members<'a> = SmallVec<[(Key<'a>, &'a RawValue); 8]>;

/// A member's name, borrowed where it holds no escapes.
#[derive(Debug, Deserialize)]
pub(crate) struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl AsRef<str> for Key<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The three things that a message must have.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub(crate) id: Option<&'a RawValue>,
    pub(crate) time: Option<&'a RawValue>,
    pub(crate) metrics: Option<&'a RawValue>,
}

/// Finds them; in one pass when each is a direct member.
pub(crate) fn fields<'a>(
    message: &'a RawValue,
    mapping: &JsonMapping,
) -> serde_json::Result<Fields<'a>> {
    let id = match &mapping.id {
        Place::Pointer(pointer) => Some(pointer),
        Place::TopicLevel(_) => None,
    };
    let id_steps = id.map_or(&[][..], Pointer::steps);
    if let ([] | [_], [time], [metrics]) = (id_steps, mapping.time.steps(), mapping.metrics.steps())
    {
        return direct(message, id_steps.first(), time, metrics);
    }
    Ok(Fields {
        id: id.map_or(Ok(None), |pointer| walk(message, pointer))?,
        time: walk(message, &mapping.time)?,
        metrics: walk(message, &mapping.metrics)?,
    })
}

fn direct<'a>(
    message: &'a RawValue,
    id: Option<&String>,
    time: &str,
    metrics: &str,
) -> serde_json::Result<Fields<'a>> {
    let mut fields = Fields::default();
    each_member(message, |key, value| {
        if id.is_some_and(|id| id == key.as_ref()) {
            fields.id = Some(value);
        }
        if key.as_ref() == time {
            fields.time = Some(value);
        }
        if key.as_ref() == metrics {
            fields.metrics = Some(value);
        }
    })?;
    Ok(fields)
}

/// Follows a pointer; the last of equal members counts.
pub(crate) fn walk<'a>(
    from: &'a RawValue,
    pointer: &Pointer,
) -> serde_json::Result<Option<&'a RawValue>> {
    let mut at = from;
    for step in pointer.steps() {
        let mut found = None;
        if at.get().starts_with('{') {
            each_member(at, |key, value| {
                if key.as_ref() == step {
                    found = Some(value);
                }
            })?;
        } else if at.get().starts_with('[') {
            let items: Vec<&'a RawValue> = serde_json::from_str(at.get())?;
            found = step
                .parse()
                .ok()
                .and_then(|at: usize| items.get(at).copied());
        }
        match found {
            Some(value) => at = value,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

/// The metrics of an object, at most `limit`, and how many there are. In the message itself id and time are no metrics.
pub(crate) fn members<'a>(
    object: &'a RawValue,
    limit: usize,
    mapping: &JsonMapping,
) -> serde_json::Result<(Members<'a>, usize)> {
    let mut taken = SmallVec::<[&str; 2]>::new();
    if mapping.metrics.steps().is_empty() {
        taken.extend(mapping.time.steps().first().map(String::as_str));
        if let Place::Pointer(pointer) = &mapping.id {
            taken.extend(pointer.steps().first().map(String::as_str));
        }
    }
    let mut members = Members::new();
    let mut count = 0;
    each_member(object, |key, value| {
        if taken.contains(&key.as_ref()) {
            return;
        }
        count += 1;
        if count <= limit {
            members.push((key, value));
        }
    })?;
    Ok((members, count))
}

/// The text that a JSON string means.
pub(crate) fn string(raw: &RawValue) -> serde_json::Result<Cow<'_, str>> {
    serde_json::from_str::<Key<'_>>(raw.get()).map(|key| key.0)
}

/// Where `part` lies in `text`, of which it is a slice.
pub(crate) fn offset_in(text: &str, part: &RawValue) -> usize {
    (part.get().as_ptr().addr()).saturating_sub(text.as_ptr().addr())
}

pub(crate) fn each_member<'a>(
    object: &'a RawValue,
    take: impl FnMut(Key<'a>, &'a RawValue),
) -> serde_json::Result<()> {
    serde_json::Deserializer::from_str(object.get()).deserialize_map(EachMember(take))
}

struct EachMember<F>(F);

impl<'de, F: FnMut(Key<'de>, &'de RawValue)> Visitor<'de> for EachMember<F> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key()? {
            (self.0)(key, map.next_value()?);
        }
        Ok(())
    }
}
