//! Packs: a city domain as data. A folder of TOML files becomes a [`Pack`], or a list of everything that is wrong with it.
//!
//! | file | holds |
//! |---|---|
//! | `pack.toml` | id, title, version, description |
//! | `properties.toml` | `[[property]]`: what is observed |
//! | `things.toml` | `[[thing]]`: who observes it |
//! | `rules.toml` | `[[rule]]`, each with its `[[rule.case]]` |
//! | `events.toml` | `[[event]]`: what happens at things |
//! | `derived.toml` | `[[derived]]`: what is made of observations and events |
//! | `classes.toml` | `[[law]]`: classes by law |
//! | `aqi.toml` | the laws of the air quality index |
//! | `plans.toml` | plans, which the desk reads |
//!
//! Only `pack.toml` must be there. Reading the folder is the caller's work: nothing here touches a file.

mod case;
mod check;
mod derived;
mod document;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use smol_str::SmolStr;
use yiping_model::{EventType, Property, RuleId, RuleVersion, Text, Thing};

use crate::derive::{ClassLaw, Derived};
use crate::indices::AqiLaws;
use crate::rule::Rule;

pub use case::{Case, CaseResult, Given, GivenEvent};

use case::CaseText;
use document::{Entry, Problems, Table, nearest};

const HEAD: &str = "pack.toml";
const PROPERTIES: &str = "properties.toml";
const THINGS: &str = "things.toml";
const RULES: &str = "rules.toml";
const AQI: &str = "aqi.toml";

const EVENTS: &str = "events.toml";
const DERIVED: &str = "derived.toml";
const CLASSES: &str = "classes.toml";
/// Read by the desk, not here.
const PLANS: &str = "plans.toml";

/// The files that a pack may hold.
pub const FILE_NAMES: [&str; 9] = [
    HEAD, PROPERTIES, THINGS, RULES, AQI, EVENTS, DERIVED, CLASSES, PLANS,
];

/// A file of a pack's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFile {
    /// Its name without the folder, for example `rules.toml`.
    pub name: String,
    /// What is written in it.
    pub text: String,
}

/// Something wrong with a pack, where it stands, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackProblem {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for PackProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// A city domain, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Its id, the name of its folder.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Its version, for the record of what judged a reading.
    pub version: String,
    /// What it holds, and how far it may be trusted.
    pub description: String,
    /// What is observed.
    pub properties: Vec<Property>,
    /// Who observes it.
    pub things: Vec<Thing>,
    /// What is judged, in the order of the file.
    pub rules: Vec<Rule>,
    /// The cases of the rules, in the order of the file.
    pub cases: Vec<Case>,
    /// The laws of the air quality index, where the pack has them.
    pub laws: Option<AqiLaws>,
    /// What happens at things.
    pub events: Vec<EventType>,
    /// What is made of observations and events.
    pub derived: Vec<Derived>,
    /// The laws by which classes are told.
    pub classes: Vec<ClassLaw>,
}

/// The content of `pack.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: String,
    title: Text,
    version: String,
    description: String,
}

/// A pack before it is checked, with the lines on which things stand.
#[derive(Default)]
struct Draft {
    head: Option<Entry<Head>>,
    properties: Vec<Entry<Property>>,
    things: Vec<Entry<Thing>>,
    rules: Vec<Entry<Rule>>,
    /// Of the rules as they are written, without their cases.
    digests: BTreeMap<RuleId, SmolStr>,
    cases: Vec<Entry<Case>>,
    laws: Option<Entry<AqiLaws>>,
    events: Vec<Entry<EventType>>,
    derived: Vec<Entry<Derived>>,
    classes: Vec<Entry<ClassLaw>>,
}

impl Pack {
    /// Reads the files of a pack's folder.
    ///
    /// # Errors
    /// Everything that is wrong with them, by file and line.
    pub fn parse(files: &[PackFile]) -> Result<Self, Vec<PackProblem>> {
        let mut problems = Problems::default();
        let mut draft = Draft::default();
        for file in files {
            draft.read(file, &mut problems);
        }
        if problems.is_empty() {
            draft.check(&mut problems);
        }
        draft.finish(problems)
    }

    /// Runs every case of the rules through the engine.
    pub fn check_cases(&self) -> Vec<CaseResult> {
        self.cases.iter().map(|case| case.run(self)).collect()
    }
}

impl Draft {
    fn read(&mut self, file: &PackFile, problems: &mut Problems) {
        let Some(name) = FILE_NAMES.into_iter().find(|name| *name == file.name) else {
            let near = nearest(&file.name, FILE_NAMES);
            problems.tell(
                &file.name,
                1,
                format!("a pack has no file of this name{near}"),
            );
            return;
        };
        if name == PLANS {
            return;
        }
        let Some(mut root) = Table::parse(name, &file.text, problems) else {
            return;
        };
        match name {
            PROPERTIES => self.properties = root.take_entries("property", problems),
            THINGS => self.things = root.take_entries("thing", problems),
            RULES => {
                for table in root.take_tables("rule", problems) {
                    self.read_rule(table, problems);
                }
            }
            EVENTS => self.events = root.take_entries("event", problems),
            DERIVED => self.derived = root.take_entries("derived", problems),
            CLASSES => self.classes = root.take_entries("law", problems),
            AQI => self.laws = root.take_whole(problems),
            _ => self.head = root.take_whole(problems),
        }
        root.finish(problems);
    }

    fn read_rule(&mut self, mut table: Table<'_>, problems: &mut Problems) {
        let cases = table.take_entries::<CaseText>("case", problems);
        let definition = table.canonical();
        let Some(rule) = table.take_whole::<Rule>(problems) else {
            return;
        };
        let of_rule = |case: Entry<CaseText>| Entry {
            file: RULES,
            line: case.line,
            value: case.value.of(&rule.value.id),
        };
        self.cases.extend(cases.into_iter().map(of_rule));
        let digest = definition.map(|definition| RuleVersion::digest_of(&definition));
        let id = &rule.value.id;
        self.digests
            .extend(digest.map(|digest| (id.clone(), digest)));
        self.rules.push(rule);
    }

    fn finish(self, mut problems: Problems) -> Result<Pack, Vec<PackProblem>> {
        let Some(head) = self.head else {
            if problems.is_empty() {
                let missing =
                    "a pack needs this file, with `id`, `title`, `version`, `description`";
                problems.tell(HEAD, 1, missing);
            }
            return Err(problems.into_sorted());
        };
        if !problems.is_empty() {
            return Err(problems.into_sorted());
        }
        let mut rules = values(self.rules);
        for rule in &mut rules {
            rule.version = self.digests.get(&rule.id).map(|digest| RuleVersion {
                pack: head.value.id.as_str().into(),
                version: head.value.version.as_str().into(),
                digest: digest.clone(),
            });
        }
        Ok(Pack {
            id: head.value.id,
            title: head.value.title,
            version: head.value.version,
            description: head.value.description,
            properties: values(self.properties),
            things: values(self.things),
            rules,
            cases: values(self.cases),
            laws: self.laws.map(|entry| entry.value),
            events: values(self.events),
            derived: values(self.derived),
            classes: values(self.classes),
        })
    }
}

fn values<T>(entries: Vec<Entry<T>>) -> Vec<T> {
    entries.into_iter().map(|entry| entry.value).collect()
}
