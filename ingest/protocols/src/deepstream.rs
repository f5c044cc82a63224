//! Events of NVIDIA DeepStream, in the full form of its message converter (`mdsversion` 1.0), read into detections.
//!
//! | here | there |
//! |---|---|
//! | thing | `sensor.id` |
//! | time | `@timestamp` |
//! | kind | `event.type`, by `kinds` of the mapping where it has another name here |
//! | key | `object.id`, the track; with a token secret the token of the number plate, where one was read |
//! | part | `place.parkingSpot.id`, `place.aisle.id` or `place.entrance.name` |
//! | values | `object.speed`, `object.direction`, `object.orientation` and the `confidence` of the object, each only when `rename` says what property it is: DeepStream says no units |
//!
//! Nothing else is taken, so nothing that names a person passes: not the number plate (`object.vehicle.license`), not a face (`object.face`), not
//! the features by which somebody is found again (`object.signature`). What was withheld is counted. Messages that cannot be read are told
//! without a sample.

use serde_json::value::RawValue as Json;
use smallvec::SmallVec;
use yiping_model::{EventKey, Reason};

use crate::json::{JsonMapping, Pointer, Reader, parts, split};
use crate::token::TokenKey;
use crate::{Decoded, RawEvent, RawValue, Refusal, note_refusal};

/// What DeepStream writes when it has read no plate.
const NO_PLATE: [&str; 4] = ["", "UNKNOWN", "UNK", "NONE"];
/// The kinds of objects, as members of `object`, whose `confidence` counts.
const OBJECTS: [&str; 4] = ["vehicle", "person", "bag", "bicycle"];
/// The numbers of an object itself.
const NUMBERS: [&str; 3] = ["speed", "direction", "orientation"];

/// How to read the events of one subscription or route.
#[derive(Debug, Clone, PartialEq)]
pub struct DeepStreamMapping {
    mapping: JsonMapping,
    tokens: Option<TokenKey>,
}

/// What was kept back of what came, for it names persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Withheld {
    /// Number plates that became tokens.
    pub tokens: u64,
    /// Number plates that were dropped.
    pub plates: u64,
    /// Faces that were dropped.
    pub faces: u64,
    /// Features by which somebody or something is found again, that were dropped.
    pub signatures: u64,
}

impl Withheld {
    /// Adds what was kept back of other messages.
    pub const fn add(&mut self, other: Self) {
        self.tokens += other.tokens;
        self.plates += other.plates;
        self.faces += other.faces;
        self.signatures += other.signatures;
    }
}

impl DeepStreamMapping {
    /// Of the mapping it takes `rename`, `scale` and `kinds`; the places are DeepStream's. Without a key plates are dropped.
    pub fn new(mapping: JsonMapping, tokens: Option<TokenKey>) -> Self {
        Self {
            mapping: JsonMapping {
                id: crate::json::Place::Pointer(Pointer::along(&["sensor", "id"])),
                time: Pointer::along(&["@timestamp"]),
                ..mapping
            },
            tokens,
        }
    }
}

/// Reads one payload: a message, or an array of them.
pub fn decode(payload: &[u8], mapping: &DeepStreamMapping) -> Decoded {
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
            mapping: &mapping.mapping,
            topic: None,
            values_max: NUMBERS.len() + 1,
        };
        match read(&reader, mapping, message, &mut decoded) {
            Ok(event) => decoded.events.push(event),
            Err(refusal) => note_refusal(&mut decoded.refusals, refusal),
        }
    }
    decoded
}

fn read<'a>(
    reader: &Reader<'a>,
    mapping: &DeepStreamMapping,
    message: &'a Json,
    decoded: &mut Decoded,
) -> Result<RawEvent, Refusal> {
    let at = |steps: &[&str]| find(reader, message, steps);
    let fields = parts::fields(message, reader.mapping).map_err(|_not_an_object| {
        let detail = "message is not an object; this route expects DeepStream's events".to_owned();
        reader.refuse(Reason::WrongType, detail, Some(message))
    })?;
    let plate = at(&["object", "vehicle", "license"])?.filter(|raw| raw.get().starts_with('"'));
    let plate = plate.and_then(|raw| parts::string(raw).ok());
    let plate = plate.filter(|plate| {
        let plate = plate.trim();
        !NO_PLATE.iter().any(|no| no.eq_ignore_ascii_case(plate))
    });
    let token = match (&mapping.tokens, &plate) {
        (Some(key), Some(plate)) => key.plate(plate),
        _ => None,
    };
    decoded.withheld.add(Withheld {
        tokens: u64::from(token.is_some()),
        plates: u64::from(plate.is_some() && token.is_none()),
        faces: u64::from(at(&["object", "face"])?.is_some()),
        signatures: u64::from(at(&["object", "signature"])?.is_some()),
    });
    let thing = reader.thing(&fields, message)?;
    let phenomenon_time = reader.time(&fields, message)?;
    let Some(kind) = at(&["event", "type"])? else {
        let detail = "message has no `/event/type`".to_owned();
        return Err(reader.refuse(Reason::MissingField, detail, Some(message)));
    };
    let kind = reader.kind(kind, "/event/type")?;
    let key: Option<EventKey> = match token {
        Some(token) => Some(token),
        None => reader.key(at(&["object", "id"])?, "/object/id")?,
    };
    let mut part = None;
    for place in [["parkingSpot", "id"], ["aisle", "id"], ["entrance", "name"]] {
        if part.is_none() {
            part = reader.key(at(&["place", place[0], place[1]])?, "/place")?;
        }
    }
    Ok(RawEvent {
        index: reader.index,
        thing,
        phenomenon_time,
        kind,
        key,
        part,
        values: values(reader, message, &mut decoded.refusals)?,
    })
}

/// The numbers that the mapping names.
fn values<'a>(
    reader: &Reader<'a>,
    message: &'a Json,
    refusals: &mut Vec<Refusal>,
) -> Result<SmallVec<[RawValue; 4]>, Refusal> {
    let mut values = SmallVec::<[RawValue; 4]>::new();
    let numbers = NUMBERS.iter().map(|name| (*name, vec!["object", *name]));
    let confidence = OBJECTS
        .iter()
        .map(|object| ("confidence", vec!["object", *object, "confidence"]));
    for (name, steps) in numbers.chain(confidence) {
        let Some(property) = reader.mapping.rename.get(name) else {
            continue;
        };
        let Some(raw) = find(reader, message, &steps)? else {
            continue;
        };
        match reader.value(name, raw) {
            Ok(value) => {
                values.retain(|known| known.property != *property);
                values.push(RawValue {
                    property: property.clone(),
                    value,
                });
            }
            Err(refusal) => note_refusal(refusals, refusal),
        }
    }
    Ok(values)
}

/// What lies there; `None` for `null` too.
fn find<'a>(
    reader: &Reader<'a>,
    message: &'a Json,
    steps: &[&str],
) -> Result<Option<&'a Json>, Refusal> {
    let found = parts::walk(message, &Pointer::along(steps)).map_err(|_broken| {
        let detail = "message cannot be read; this route expects DeepStream's events".to_owned();
        reader.refuse(Reason::NotJson, detail, Some(message))
    })?;
    Ok(found.filter(|raw| raw.get() != "null"))
}

#[cfg(test)]
mod tests;
