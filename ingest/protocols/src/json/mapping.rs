//! Where a JSON message keeps what we need.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yiping_model::{EventKind, PropertyId};

/// Why a text does not say where to look.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Neither a JSON pointer nor a topic level.
    #[error(
        "`{0}` is not a place: write a JSON pointer such as \"/id\", or \"topic:2\" for the second level of the topic"
    )]
    NotAPlace(String),
    /// Not a JSON pointer.
    #[error("`{0}` is not a JSON pointer: write \"/metrics\", or \"\" for the message itself")]
    NotAPointer(String),
}

/// How to read the messages of one subscription; every field has a default, together they are the plain form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JsonMapping {
    /// Where the thing's id is: a JSON pointer, or `topic:2` for the second level of the topic.
    pub id: Place,
    /// Where the phenomenon time is: epoch milliseconds, or an RFC 3339 text with an offset.
    pub time: Pointer,
    /// Where the object of metrics is; `""` is the message itself, whose id and time are then no metrics.
    pub metrics: Pointer,
    /// Metric names that differ from the property's id; all others are property ids.
    pub rename: BTreeMap<String, PropertyId>,
    /// Factors that bring a metric, by its name in the message, to the property's unit.
    pub scale: BTreeMap<String, f64>,
    /// Of events: names in the message that differ from the kind's id.
    pub kinds: BTreeMap<String, EventKind>,
}

impl Default for JsonMapping {
    fn default() -> Self {
        Self {
            id: Place::Pointer(Pointer::of("id")),
            time: Pointer::of("ts"),
            metrics: Pointer::of("metrics"),
            rename: BTreeMap::new(),
            scale: BTreeMap::new(),
            kinds: BTreeMap::new(),
        }
    }
}

/// Where an id is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Place {
    /// In the message.
    Pointer(Pointer),
    /// In the topic, at this level, counted from 1.
    TopicLevel(usize),
}

impl TryFrom<String> for Place {
    type Error = PlaceError;
    fn try_from(text: String) -> Result<Self, PlaceError> {
        if let Some(number) = text.strip_prefix("topic:") {
            let level = number.parse().ok().filter(|&level: &usize| level > 0);
            return level
                .map(Self::TopicLevel)
                .ok_or(PlaceError::NotAPlace(text));
        }
        match Pointer::try_from(text) {
            Ok(pointer) if !pointer.0.is_empty() => Ok(Self::Pointer(pointer)),
            Ok(_itself) => Err(PlaceError::NotAPlace(String::new())),
            Err(PlaceError::NotAPointer(text) | PlaceError::NotAPlace(text)) => {
                Err(PlaceError::NotAPlace(text))
            }
        }
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        match place {
            Place::Pointer(pointer) => pointer.into(),
            Place::TopicLevel(level) => format!("topic:{level}"),
        }
    }
}

/// A JSON pointer (RFC 6901), taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pointer(Vec<String>);

impl Pointer {
    pub(super) fn of(member: &str) -> Self {
        Self(vec![member.to_owned()])
    }

    /// Along these members.
    pub(crate) fn along(members: &[&str]) -> Self {
        Self(members.iter().map(ToString::to_string).collect())
    }

    /// The steps from the message to the value.
    pub fn steps(&self) -> &[String] {
        &self.0
    }
}

impl TryFrom<String> for Pointer {
    type Error = PlaceError;
    fn try_from(text: String) -> Result<Self, PlaceError> {
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err(PlaceError::NotAPointer(text));
        };
        Ok(Self(
            rest.split('/')
                .map(|step| step.replace("~1", "/").replace("~0", "~"))
                .collect(),
        ))
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0.iter().fold(Self::new(), |text, step| {
            text + "/" + &step.replace('~', "~0").replace('/', "~1")
        })
    }
}

impl std::fmt::Display for Pointer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&String::from(self.clone()))
    }
}
