//! The rules, derived values and laws of a pack, as far as a truth needs them, in the words of `rules.toml`, `derived.toml` and `classes.toml`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use yiping_model::{EventKind, PropertyId, RuleId};

/// What is judged and derived; what else stands in the files is passed over.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TruthPack {
    /// The rules of `rules.toml`.
    #[serde(rename = "rule")]
    pub rules: Vec<TruthRule>,
    /// The derived values of `derived.toml`.
    pub derived: Vec<TruthDerived>,
    /// The laws of `classes.toml`.
    #[serde(rename = "law")]
    pub laws: Vec<TruthLaw>,
}

impl TruthPack {
    /// Takes over what another file or pack says.
    pub fn extend(&mut self, other: Self) {
        self.rules.extend(other.rules);
        self.derived.extend(other.derived);
        self.laws.extend(other.laws);
    }
}

/// A rule: exactly one of its operators is there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TruthRule {
    /// The rule of the pack.
    pub id: RuleId,
    /// Warning level, 1 to 4.
    pub level: u8,
    /// `war` for a rule of which people hear at war only; the engine judges by it always.
    pub posture: Option<String>,
    /// What it judges; nothing when it judges events.
    #[serde(default)]
    property: Option<Judged>,
    pub(super) threshold: Option<Threshold>,
    pub(super) rate: Option<Rate>,
    pub(super) no_data: Option<NoData>,
    pub(super) stuck: Option<Stuck>,
    pub(super) event: Option<EventRule>,
}

/// One property, or several.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Judged {
    One(PropertyId),
    Several(Vec<PropertyId>),
}

impl TruthRule {
    pub(super) fn properties(&self) -> &[PropertyId] {
        match &self.property {
            None => &[],
            Some(Judged::One(property)) => std::slice::from_ref(property),
            Some(Judged::Several(properties)) => properties,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direction {
    Above,
    Below,
}

/// A number, or a limit of the thing itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Bar {
    Value(f64),
    Limit {
        limit: String,
        #[serde(default)]
        offset: f64,
    },
}

impl Bar {
    /// `None` for a thing without the limit.
    pub(super) fn of(&self, limits: &BTreeMap<String, f64>) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Limit { limit, offset } => limits.get(limit).map(|value| value + offset),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Threshold {
    pub(super) direction: Direction,
    pub(super) raise: Bar,
    pub(super) clear: Bar,
    #[serde(default, deserialize_with = "length")]
    pub(super) delay: Duration,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Rate {
    pub(super) direction: Direction,
    pub(super) raise: Bar,
    pub(super) clear: Bar,
    #[serde(deserialize_with = "length")]
    pub(super) over: Duration,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct NoData {
    pub(super) periods: Option<u32>,
    #[serde(default, deserialize_with = "length")]
    pub(super) after: Duration,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Stuck {
    #[serde(rename = "for", deserialize_with = "length")]
    pub(super) lasts: Duration,
    pub(super) min_count: u32,
    #[serde(default)]
    pub(super) except: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct EventRule {
    pub(super) kind: EventKind,
    #[serde(default)]
    pub(super) min: BTreeMap<PropertyId, f64>,
    pub(super) by: By,
    #[serde(deserialize_with = "length")]
    pub(super) hold: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum By {
    Track,
    Thing,
    Ticket,
    Part,
}

/// A derived value: exactly one of its operators is there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TruthDerived {
    /// The property that it makes.
    pub id: PropertyId,
    /// Of which kind of things.
    pub kind: Option<String>,
    #[serde(deserialize_with = "length")]
    pub(super) every: Duration,
    pub(super) window: Option<Window>,
    pub(super) rate: Option<ChangeOf>,
    pub(super) pair: Option<Pair>,
    pub(super) count: Option<Count>,
    pub(super) ratio: Option<Ratio>,
    pub(super) class: Option<Class>,
    pub(super) neighbour: Option<Neighbour>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Window {
    pub(super) of: PropertyId,
    #[serde(deserialize_with = "length")]
    pub(super) length: Duration,
    pub(super) take: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct ChangeOf {
    pub(super) of: PropertyId,
    #[serde(deserialize_with = "length")]
    pub(super) over: Duration,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Pair {
    pub(super) begin: EventKind,
    pub(super) end: Vec<EventKind>,
    #[serde(default)]
    pub(super) drop: Vec<EventKind>,
    pub(super) by: By,
    pub(super) tell: String,
    #[serde(default, deserialize_with = "length")]
    pub(super) length: Duration,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Count {
    pub(super) of: EventKind,
    #[serde(deserialize_with = "length")]
    pub(super) length: Duration,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Ratio {
    pub(super) of: PropertyId,
    pub(super) over: PropertyId,
    #[serde(default = "one")]
    pub(super) factor: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Class {
    pub(super) law: String,
    pub(super) of: Vec<PropertyId>,
    /// One step unless it is said.
    #[serde(default, deserialize_with = "length")]
    pub(super) length: Duration,
}

/// A law that puts what is measured into classes, 1 the best.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TruthLaw {
    /// By which a derived value names it.
    pub id: String,
    /// Their names; only how many there are matters.
    classes: Vec<IgnoredAny>,
    item: Vec<Item>,
}

/// The limits of one property, from the best class; the limit belongs to its class.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Item {
    property: PropertyId,
    at_most: Option<Vec<f64>>,
    at_least: Option<Vec<f64>>,
    within: Option<[f64; 2]>,
}

impl TruthLaw {
    /// The class of a mean; `None` for what the law does not judge. Compared in whole millionths.
    pub(super) fn class(&self, property: &PropertyId, mean: f64) -> Option<usize> {
        let item = self.item.iter().find(|item| item.property == *property)?;
        let whole = |value: f64| (value * 1e6).round() as i64;
        let mean = whole(mean);
        let mut limits_kept: Vec<bool> = Vec::new();
        for limit in item.at_most.iter().flatten() {
            limits_kept.push(mean <= whole(*limit));
        }
        for limit in item.at_least.iter().flatten() {
            limits_kept.push(mean >= whole(*limit));
        }
        if let Some([low, high]) = item.within {
            limits_kept.push(whole(low) <= mean && mean <= whole(high));
        }
        let best = limits_kept.iter().position(|kept| *kept);
        Some(best.map_or(self.classes.len(), |place| place + 1))
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Neighbour {
    pub(super) of: PropertyId,
    pub(super) tell: String,
    #[serde(default, deserialize_with = "length")]
    pub(super) delay: Duration,
}

const fn one() -> f64 {
    1.0
}

/// `30s`, `10m`, `2h`, `1d`.
fn length<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    let parsed = || {
        let (unit, secs) = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]
            .into_iter()
            .find(|(unit, _)| text.ends_with(unit))?;
        let count: u64 = text.strip_suffix(unit)?.parse().ok()?;
        Some(Duration::from_secs(count.checked_mul(secs)?))
    };
    parsed().ok_or_else(|| {
        serde::de::Error::custom(format!("`{text}` is not a length such as 30s, 10m, 2h, 1d"))
    })
}
