//! The cases of a rule: what it is given, what it must say. They run through the engine itself.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use yiping_model::{
    AlarmChange, AlarmEvent, Body, Catalogue, Event, EventKey, EventKind, Measured, Outcome,
    Position, Property, PropertyId, Quality, Reading, Record, RuleId, SourceId, Text, Thing,
    ThingId, Timestamp, Zone,
};

use crate::engine::Engine;
use crate::indices::AqiLaws;
use crate::rule::{Operator, Rule};
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
    /// The own limits of the thing.
    pub limits: BTreeMap<String, f64>,
    /// Observations or events of one thing in the order of arrival.
    pub given: Vec<Given>,
    /// Until which second the city clock goes on.
    pub until: u32,
    /// What the rule must say, in order.
    pub expect: Vec<Said>,
}

/// What the thing of a case says.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// A value in this second, written `[60, 74.5]`.
    Value(u32, f64),
    /// An event, written `{ at = 60, kind = "crowd", key = "t1", values = { people = 132 } }`.
    Event(GivenEvent),
}

/// An event of a case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenEvent {
    /// In which second.
    pub at: u32,
    /// What happened.
    pub kind: EventKind,
    /// Its track.
    pub key: Option<EventKey>,
    /// What was measured with it.
    #[serde(default)]
    pub values: BTreeMap<PropertyId, f64>,
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
    #[serde(default)]
    limits: BTreeMap<String, f64>,
    given: Vec<Given>,
    #[serde(default)]
    until: u32,
    expect: Vec<Said>,
}

impl Given {
    const fn secs(&self) -> u32 {
        match self {
            Self::Value(secs, _) => *secs,
            Self::Event(event) => event.at,
        }
    }

    fn body(&self, property: &PropertyId, at: Timestamp) -> Body {
        let source = SourceId::new("case").expect("a word is a valid id");
        let measured = |(property, value): (&PropertyId, &f64)| Measured {
            property: property.clone(),
            value: *value,
            quality: Quality::Good,
        };
        match self {
            Self::Value(_, value) => Body::Reading(Reading {
                source,
                thing: case_thing(),
                phenomenon_time: at,
                values: std::iter::once(measured((property, value))).collect(),
            }),
            Self::Event(event) => Body::Event(Event {
                source,
                thing: case_thing(),
                phenomenon_time: at,
                kind: event.kind.clone(),
                key: event.key.clone(),
                part: None,
                values: event.values.iter().map(measured).collect(),
            }),
        }
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Given;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("`[second, value]`, or an event `{ at = …, kind = \"…\" }`")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<Given, A::Error> {
                let short = |length| A::Error::invalid_length(length, &Self);
                let secs = pair.next_element()?.ok_or_else(|| short(0))?;
                let value = pair.next_element()?.ok_or_else(|| short(1))?;
                match pair.next_element::<f64>()? {
                    None => Ok(Given::Value(secs, value)),
                    Some(_) => Err(short(3)),
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Given, A::Error> {
                GivenEvent::deserialize(MapAccessDeserializer::new(map)).map(Given::Event)
            }
        }
        from.deserialize_any(Read)
    }
}

impl CaseText {
    pub(super) fn of(self, rule: &RuleId) -> Case {
        Case {
            rule: rule.clone(),
            name: self.name,
            limits: self.limits,
            given: self.given,
            until: self.until,
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
        CaseResult {
            case: self.clone(),
            said: rule.map(|rule| self.play(rule, pack)).unwrap_or_default(),
        }
    }

    /// Plays what is given to an engine that knows this rule only.
    ///
    /// The property goes by another name here, because the engine does not judge a device that speaks of one of its own indices.
    fn play(&self, rule: &Rule, pack: &Pack) -> Vec<Said> {
        let name = PropertyId::new("value-of-case").expect("a word is a valid id");
        let mut properties = pack.properties.iter();
        let judged = properties.find(|property| rule.properties.contains(&property.id));
        let property = judged.map(|property| Property {
            id: name.clone(),
            ..property.clone()
        });
        let rule = Rule {
            properties: judged.iter().map(|_| name.clone()).collect(),
            ..rule.clone()
        };
        let by_clock = matches!(rule.operator, Operator::NoData(_) | Operator::Event(_));
        let catalogue = Arc::new(self.catalogue(property));
        let settings = Settings::default();
        let mut engine = Engine::new(catalogue, vec![rule], AqiLaws::default(), settings);
        engine.handle(&self.records(&name, by_clock));
        let outcomes = engine.drain().into_iter().map(|finding| finding.outcome);
        let said = outcomes.filter_map(|outcome| match outcome {
            Outcome::Alarm(event) => Some(Said::of(&event)),
            Outcome::Window(_) | Outcome::Index(_) | Outcome::Derived(_) => None,
        });
        said.collect()
    }

    /// What arrives, with a tick every second where the clock matters.
    fn records(&self, property: &PropertyId, by_clock: bool) -> Vec<Record> {
        let mut records: Vec<Record> = Vec::new();
        let mut append = |secs: u32, body: Body| {
            records.push(Record {
                position: Position(records.len() as u64 + 1),
                received_at: second(secs),
                body,
            });
        };
        let mut now = 0;
        for given in &self.given {
            let next = given.secs().max(now);
            for secs in (now..next).skip(1).filter(|_| by_clock) {
                append(secs, Body::Tick);
            }
            now = next;
            append(now, given.body(property, second(given.secs())));
        }
        for secs in (now..=self.until).skip(1).filter(|_| by_clock) {
            append(secs, Body::Tick);
        }
        records
    }

    fn catalogue(&self, property: Option<Property>) -> Catalogue {
        let nothing = || Text {
            zh: String::new(),
            en: String::new(),
        };
        let thing = Thing {
            id: case_thing(),
            name: nothing(),
            kind: String::new(),
            lon: 0.0,
            lat: 0.0,
            area: None,
            properties: property.iter().map(|known| known.id.clone()).collect(),
            period_secs: None,
            parent: None,
            neighbour: None,
            limits: self.limits.clone(),
        };
        Catalogue {
            city: nothing(),
            zone: Zone::named("Asia/Shanghai").expect("in the built-in tables"),
            areas: Vec::new(),
            properties: property
                .map(|known| (known.id.clone(), known))
                .into_iter()
                .collect(),
            things: BTreeMap::from([(thing.id.clone(), thing)]),
            events: BTreeMap::new(),
        }
    }
}

fn case_thing() -> ThingId {
    ThingId::new("case").expect("a word is a valid id")
}

fn second(secs: u32) -> Timestamp {
    CASE_START + Duration::from_secs(secs.into())
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
