//! How rules are written in TOML.

use std::fmt;
use std::time::Duration;

use serde::de::{Error, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};
use yiping_model::{Level, PropertyId, RuleId, Text};

use super::{Bound, Change, Happening, Limits, Operator, Rule, Silence, Stuck};

/// A length of time as it is written: `90s`, `10m`, `1h`, `2d`; a year at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lapse(u32);

const YEAR_SECS: u32 = 366 * 86_400;

impl Lapse {
    /// So many seconds.
    pub const fn from_secs(secs: u32) -> Self {
        Self(secs)
    }

    /// In seconds.
    pub const fn secs(self) -> u32 {
        self.0
    }

    /// As a duration.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0 as u64)
    }
}

impl TryFrom<String> for Lapse {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let parse = || {
            let (place, unit) = text.char_indices().next_back()?;
            let factor = match unit {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                _ => return None,
            };
            let count: u32 = text[..place].parse().ok()?;
            let secs = count.checked_mul(factor)?;
            (1..=YEAR_SECS).contains(&secs).then_some(Self(secs))
        };
        parse().ok_or_else(|| {
            format!(
                "`{text}` is not a length of time: a whole number and s, m, h or d, as in `90s` or `10m`, a year at most"
            )
        })
    }
}

impl From<Lapse> for String {
    fn from(lapse: Lapse) -> Self {
        lapse.to_string()
    }
}

impl fmt::Display for Lapse {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            secs if secs % 86_400 == 0 => write!(out, "{}d", secs / 86_400),
            secs if secs % 3_600 == 0 => write!(out, "{}h", secs / 3_600),
            secs if secs % 60 == 0 => write!(out, "{}m", secs / 60),
            secs => write!(out, "{secs}s"),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    id: RuleId,
    title: Text,
    property: Option<Properties>,
    level: Level,
    source: String,
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
            text.threshold.map(Operator::Threshold),
            text.rate.map(Operator::Rate),
            text.no_data.map(Operator::NoData),
            text.stuck.map(Operator::Stuck),
            text.event.map(Operator::Event),
        ];
        let mut operators = operators.into_iter().flatten();
        let (Some(operator), None) = (operators.next(), operators.next()) else {
            return Err(format!(
                "rule `{}` needs exactly one operator: `threshold`, `rate`, `no_data`, `stuck` or `event`",
                text.id
            ));
        };
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
        Ok(Self {
            id: text.id,
            title: text.title,
            properties,
            level: text.level,
            operator,
            source: text.source,
        })
    }
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
