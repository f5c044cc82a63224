//! Classes by law: the worst of its items decides (`classes.toml`).

use serde::{Deserialize, Serialize};
use yiping_model::{PropertyId, Text};

use crate::indices::Concentration;

/// A law that puts what is measured into classes, 1 the best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassLaw {
    /// Its id, by which `derived.toml` names it.
    pub id: String,
    /// Its name: `GB 3838-2002`.
    pub name: String,
    /// What the classes are called, from the best; the last one is for what is worse than every limit.
    pub classes: Vec<Text>,
    /// What is judged.
    #[serde(rename = "item")]
    pub items: Vec<ClassItem>,
}

/// A row of the law's table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenItem")]
pub struct ClassItem {
    /// The property.
    pub property: PropertyId,
    /// Its limits, and on which side of them the better class lies.
    pub limits: Limits,
    /// Where the limits come from, with a mark of confidence.
    pub source: String,
}

/// The limits of the classes, from the best; the limit itself belongs to the class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Limits {
    /// The less the better.
    AtMost(Vec<f64>),
    /// The more the better.
    AtLeast(Vec<f64>),
    /// Every class within the two, none outside.
    Within([f64; 2]),
}

/// As it is written: limits on one side.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenItem {
    property: PropertyId,
    at_most: Option<Vec<f64>>,
    at_least: Option<Vec<f64>>,
    within: Option<[f64; 2]>,
    source: String,
}

impl TryFrom<WrittenItem> for ClassItem {
    type Error = String;
    fn try_from(written: WrittenItem) -> Result<Self, String> {
        let limits = match (written.at_most, written.at_least, written.within) {
            (Some(limits), None, None) => Limits::AtMost(limits),
            (None, Some(limits), None) => Limits::AtLeast(limits),
            (None, None, Some(limits)) => Limits::Within(limits),
            _ => {
                return Err(format!(
                    "item `{}` needs exactly one of `at_most`, `at_least`, `within`",
                    written.property
                ));
            }
        };
        Ok(Self {
            property: written.property,
            limits,
            source: written.source,
        })
    }
}

impl ClassItem {
    /// The class of a value, 1 the best; `worst` when it keeps no limit. `None` for what cannot be measured.
    ///
    /// Value and limits are compared in whole millionths, so that a mean which is the limit but for the last bit is the limit.
    pub fn class(&self, value: f64, worst: u8) -> Option<u8> {
        let value = Concentration::from_f64(value)?;
        let whole = |limit: f64| Concentration::from_f64(limit);
        let place = |limits: &[f64], keeps: &dyn Fn(Concentration, Concentration) -> bool| {
            let kept = |limit: &f64| whole(*limit).is_some_and(|limit| keeps(value, limit));
            limits.iter().position(kept)
        };
        let place = match &self.limits {
            Limits::AtMost(limits) => place(limits, &|value, limit| value <= limit),
            Limits::AtLeast(limits) => place(limits, &|value, limit| value >= limit),
            Limits::Within([low, high]) => {
                let inside = whole(*low)? <= value && value <= whole(*high)?;
                inside.then_some(0)
            }
        };
        let class = place.and_then(|place| u8::try_from(place + 1).ok());
        Some(class.unwrap_or(worst))
    }
}

impl ClassLaw {
    /// The class of what keeps no limit.
    pub fn worst(&self) -> u8 {
        u8::try_from(self.classes.len()).unwrap_or(u8::MAX)
    }

    /// The item of this property.
    pub fn item(&self, property: &PropertyId) -> Option<&ClassItem> {
        self.items.iter().find(|item| item.property == *property)
    }

    /// Everything that is wrong with it.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() || self.items.is_empty() || self.classes.len() < 2 {
            problems.push(format!(
                "law `{}`: it needs a `name`, two or more `classes` and an `[[law.item]]`",
                self.id
            ));
        }
        for item in &self.items {
            let (limits, ordered) = match &item.limits {
                Limits::AtMost(limits) => (limits.len(), limits.is_sorted()),
                Limits::AtLeast(limits) => {
                    (limits.len(), limits.is_sorted_by(|one, other| one >= other))
                }
                Limits::Within([low, high]) => (self.classes.len() - 1, low < high),
            };
            if !ordered || limits + 1 != self.classes.len() {
                problems.push(format!(
                    "law `{}`, `{}`: one limit for each class but the last, from the best to the worst",
                    self.id, item.property
                ));
            }
            if item.source.trim().is_empty() {
                problems.push(format!(
                    "law `{}`, `{}`: `source` must say where the limits come from",
                    self.id, item.property
                ));
            }
        }
        problems
    }
}
