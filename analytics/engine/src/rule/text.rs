//! How rules are written in TOML.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use yiping_model::{Level, PropertyId, RuleId, Text};

use super::{Bound, Change, Happening, Limits, Operator, Rule, Silence, Stuck};
use crate::written::{Lapse, one_of};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    id: RuleId,
    title: Text,
    property: Option<Properties>,
    level: Level,
    source: String,
    posture: Option<PostureText>,
    threshold: Option<Limits>,
    rate: Option<Change>,
    no_data: Option<Silence>,
    stuck: Option<Stuck>,
    event: Option<Happening>,
}

impl TryFrom<RuleText> for Rule {
    type Error = String;
    fn try_from(text: RuleText) -> Result<Self, String> {
        let operators = [
            ("threshold", text.threshold.map(Operator::Threshold)),
            ("rate", text.rate.map(Operator::Rate)),
            ("no_data", text.no_data.map(Operator::NoData)),
            ("stuck", text.stuck.map(Operator::Stuck)),
            ("event", text.event.map(Operator::Event)),
        ];
        let operator = one_of(operators).map_err(|wrong| format!("rule `{}` {wrong}", text.id))?;
        let properties = text.property.map_or_else(Vec::new, |named| named.0);
        let on_event = matches!(operator, Operator::Event(_));
        if on_event != properties.is_empty() {
            let wrong = if on_event {
                "judges events, so it has no `property`"
            } else {
                "needs the `property` that it judges"
            };
            return Err(format!("rule `{}` {wrong}", text.id));
        }
        let of_war = text.posture.is_some();
        if of_war && !matches!(operator, Operator::Threshold(_)) {
            let wrong = "has a `posture`, which only a `threshold` may have";
            return Err(format!("rule `{}` {wrong}", text.id));
        }
        Ok(Self {
            id: text.id,
            title: text.title,
            properties,
            level: text.level,
            operator,
            source: text.source,
            of_war,
            version: None,
        })
    }
}

/// In which posture a rule speaks that does not speak in both.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PostureText {
    War,
}

/// One property, or several.
struct Properties(Vec<PropertyId>);

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Properties;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("the id of a property, or a list of them")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Properties, E> {
                let id = PropertyId::new(text).map_err(E::custom)?;
                Ok(Properties(vec![id]))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<Properties, A::Error> {
                let mut properties = Vec::new();
                while let Some(property) = list.next_element()? {
                    properties.push(property);
                }
                Ok(Properties(properties))
            }
        }
        from.deserialize_any(Read)
    }
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Own {
            limit: String,
            #[serde(default)]
            offset: f64,
        }
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Bound;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a number, or `{ limit = \"…\", offset = … }`")
            }
            fn visit_f64<E>(self, value: f64) -> Result<Bound, E> {
                Ok(Bound::Value(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Bound, E> {
                Ok(Bound::Value(value as f64))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Bound, A::Error> {
                let Own { limit, offset } = Own::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Bound::Own { limit, offset })
            }
        }
        from.deserialize_any(Read)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SilenceText {
    periods: Option<u32>,
    after: Option<Lapse>,
}

impl TryFrom<SilenceText> for Silence {
    type Error = &'static str;
    fn try_from(text: SilenceText) -> Result<Self, &'static str> {
        match (text.periods, text.after) {
            (Some(count), None) => Ok(Self::Periods(count)),
            (None, Some(after)) => Ok(Self::After(after)),
            _ => Err("`no_data` needs either `periods` or `after`"),
        }
    }
}
