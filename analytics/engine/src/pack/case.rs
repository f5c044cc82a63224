//! The cases of a rule: what it is given, what it must say. They run through the engine itself.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use yiping_model::{
    AlarmChange, AlarmEvent, Body, Catalogue, Measured, Outcome, Position, Property, PropertyId,
    Quality, Reading, Record, RuleId, SourceId, Text, ThingId, Timestamp, Zone,
};

use crate::engine::Engine;
use crate::indices::AqiLaws;
use crate::rule::Rule;
use crate::settings::Settings;

use super::Pack;

/// Second 0 of every case: 2026-03-01 00:00 UTC.
const CASE_START: Timestamp = Timestamp::from_secs(1_772_323_200);

/// A case of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Whose case.
    pub rule: RuleId,
    /// What it shows.
    pub name: String,
    /// Observations of one thing in the order of arrival: seconds and value.
    pub given: Vec<(u32, f64)>,
    /// What the rule must say, in order.
    pub expect: Vec<Said>,
}

/// Something that a rule says in a case, written `raised 10`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Said {
    word: Word,
    secs: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Raised,
    Returned,
    Amended,
    Split,
    Withdrawn,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseResult {
    /// The case.
    pub case: Case,
    /// What the rule said.
    pub said: Vec<Said>,
}

/// A case as it is written: the rule is the one under which it stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseText {
    name: String,
    given: Vec<(u32, f64)>,
    expect: Vec<Said>,
}

impl CaseText {
    pub(super) fn of(self, rule: &RuleId) -> Case {
        Case {
            rule: rule.clone(),
            name: self.name,
            given: self.given,
            expect: self.expect,
        }
    }
}

impl CaseResult {
    /// Whether the rule said what it must.
    pub fn passed(&self) -> bool {
        self.said == self.case.expect
    }
}

impl fmt::Display for CaseResult {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |said: &[Said]| match said {
            [] => "nothing".to_owned(),
            said => said
                .iter()
                .map(Said::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        };
        write!(out, "rule `{}`, case `{}`", self.case.rule, self.case.name)?;
        if self.passed() {
            write!(out, ": passed")
        } else {
            let (expected, said) = (list(&self.case.expect), list(&self.said));
            write!(out, ": expected {expected}; the rule said {said}")
        }
    }
}

impl Case {
    pub(super) fn run(&self, pack: &Pack) -> CaseResult {
        let rule = pack.rules.iter().find(|rule| rule.id == self.rule);
        let property = rule.and_then(|rule| {
            let mut properties = pack.properties.iter();
            properties.find(|property| property.id == rule.property)
        });
        let said = rule
            .zip(property)
            .map(|(rule, property)| self.play(rule, property));
        CaseResult {
            case: self.clone(),
            said: said.unwrap_or_default(),
        }
    }

    /// Plays the observations to an engine that knows this rule only.
    ///
    /// The property goes by another name here, because the engine does not judge a device that speaks of one of its own indices.
    fn play(&self, rule: &Rule, property: &Property) -> Vec<Said> {
        let name = PropertyId::new("value-of-case").expect("a word is a valid id");
        let property = Property {
            id: name.clone(),
            ..property.clone()
        };
        let rule = Rule {
            property: name.clone(),
            ..rule.clone()
        };
        let catalogue = Arc::new(catalogue(property));
        let settings = Settings::default();
        let mut engine = Engine::new(catalogue, vec![rule], AqiLaws::default(), settings);
        engine.handle(&self.records(&name));
        let outcomes = engine.drain().into_iter().map(|finding| finding.outcome);
        let said = outcomes.filter_map(|outcome| match outcome {
            Outcome::Alarm(event) => Some(Said::of(&event)),
            Outcome::Window(_) | Outcome::Index(_) | Outcome::Derived(_) => None,
        });
        said.collect()
    }

    fn records(&self, property: &PropertyId) -> Vec<Record> {
        let mut now = CASE_START;
        let mut position = Position::START;
        let mut records = Vec::new();
        for (secs, value) in &self.given {
            let phenomenon_time = CASE_START + Duration::from_secs(u64::from(*secs));
            now = now.max(phenomenon_time);
            position = position.next();
            let measured = Measured {
                property: property.clone(),
                value: *value,
                quality: Quality::Good,
            };
            records.push(Record {
                position,
                received_at: now,
                body: Body::Reading(Reading {
                    source: SourceId::new("case").expect("a word is a valid id"),
                    thing: ThingId::new("case").expect("a word is a valid id"),
                    phenomenon_time,
                    values: std::iter::once(measured).collect(),
                }),
            });
        }
        records
    }
}

fn catalogue(property: Property) -> Catalogue {
    Catalogue {
        city: Text {
            zh: String::new(),
            en: String::new(),
        },
        zone: Zone::named("Asia/Shanghai").expect("in the built-in tables"),
        areas: Vec::new(),
        properties: BTreeMap::from([(property.id.clone(), property)]),
        things: BTreeMap::new(),
        events: BTreeMap::new(),
    }
}

impl Said {
    fn of(event: &AlarmEvent) -> Self {
        let (word, at) = match event.change {
            AlarmChange::Raised => (Word::Raised, event.started),
            AlarmChange::Returned => (Word::Returned, event.ended.unwrap_or(event.started)),
            AlarmChange::Amended => (Word::Amended, event.started),
            AlarmChange::Split { .. } => (Word::Split, event.started),
            AlarmChange::Withdrawn { .. } => (Word::Withdrawn, event.started),
        };
        let secs = (at.as_secs() - CASE_START.as_secs()).max(0);
        Self {
            word,
            secs: u32::try_from(secs).unwrap_or(u32::MAX),
        }
    }
}

impl Word {
    const ALL: [Self; 5] = [
        Self::Raised,
        Self::Returned,
        Self::Amended,
        Self::Split,
        Self::Withdrawn,
    ];

    const fn text(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Returned => "returned",
            Self::Amended => "amended",
            Self::Split => "split",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl TryFrom<String> for Said {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let parse = || {
            let (word, secs) = text.split_once(' ')?;
            let word = Word::ALL.into_iter().find(|known| known.text() == word)?;
            let secs = secs.parse().ok()?;
            Some(Self { word, secs })
        };
        parse().ok_or_else(|| {
            format!(
                "`{text}` is not what a rule says: raised, returned, amended, split or withdrawn, and the second, as in `raised 10`"
            )
        })
    }
}

impl fmt::Display for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.word.text(), self.secs)
    }
}
