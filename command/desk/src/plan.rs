//! Plans (预案): what is set in motion at which level, as data of a pack.
//!
//! A plan is read from `plans.toml` ([`parse`]). Starting a response by it ([`Plan::respond`]) makes one act that carries everything; another level
//! ([`Plan::adjust`]) makes one that says what comes, what goes and what stays. Deadlines become times there, by a [`Calendar`].

mod document;
mod respond;
#[cfg(test)]
mod tests;
mod war;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use smol_str::SmolStr;
use yiping_model::command::{
    EventLevel, IncidentClass, ItemKind, ReportStep, ResponseLevel, Sampling, Threshold, WarForm,
};
use yiping_model::{DatastreamId, Level, PropertyId, Text, Timestamp};

pub use document::parse;
pub use respond::{Ground, Unplanned};

/// A length of time until a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// Seconds that pass, day and night.
    Elapsed(u32),
    /// Working hours.
    WorkingHours(u32),
    /// Working days.
    WorkingDays(u32),
}

/// When a term is over. Working days and holidays are data of the city.
pub trait Terms {
    /// The end of this term that begins at `from`.
    fn after(&self, from: Timestamp, term: Term) -> Timestamp;
}

/// The working time of the city. A term that does not end within a hundred years, because nobody works, runs round the clock.
impl Terms for crate::calendar::Calendar {
    fn after(&self, from: Timestamp, term: Term) -> Timestamp {
        let end = match term {
            Term::Elapsed(_) => None,
            Term::WorkingHours(hours) => {
                self.add_working_time(from, Duration::from_hours(hours.into()))
            }
            Term::WorkingDays(days) => self.add_working_days(from, days),
        };
        end.unwrap_or_else(|| RoundTheClock.after(from, term))
    }
}

/// A calendar without a night and without holidays: an hour of work is an hour, a day of work a day.
#[derive(Debug, Clone, Copy, Default)]
pub struct RoundTheClock;

impl Terms for RoundTheClock {
    fn after(&self, from: Timestamp, term: Term) -> Timestamp {
        let secs = match term {
            Term::Elapsed(secs) => u64::from(secs),
            Term::WorkingHours(hours) => u64::from(hours) * 3_600,
            Term::WorkingDays(days) => u64::from(days) * 86_400,
        };
        from + Duration::from_secs(secs)
    }
}

/// A plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its id.
    pub id: SmolStr,
    /// The pack that holds it.
    pub pack: SmolStr,
    /// The first 12 hex digits of SHA-256 of the file that holds it.
    pub digest: SmolStr,
    /// What it is called.
    pub title: Text,
    /// The class of the incidents that it is for.
    pub class: IncidentClass,
    /// The code of GB/T 35561; `None` where it is not known.
    pub gbt35561_code: Option<SmolStr>,
    /// Where it comes from.
    pub source: String,
    /// The levels that it has, the gravest first.
    pub levels: Vec<PlanLevel>,
    /// Who leads what.
    pub roles: Vec<PlanRole>,
    /// What is to be done.
    pub tasks: Vec<PlanTask>,
    /// What is to be reported upwards.
    pub reports: Vec<PlanReport>,
    /// What is to be checked, fetched and told.
    pub items: Vec<PlanItem>,
    /// What changes when an incident of it goes to war.
    pub war: PlanWar,
}

/// What changes at war (战时), by the plan; a plan without it changes only what the wall shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlanWar {
    /// Alarms of this level and less grave ones wait outside of the incident's area.
    pub quiet: Option<Level>,
    /// The values that count meanwhile, the least first.
    pub thresholds: Vec<Threshold>,
    /// How often sources are asked to measure.
    pub sampling: Vec<Sampling>,
    line: usize,
}

/// A level of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanLevel {
    /// Which.
    pub level: ResponseLevel,
    /// When it is started, in words: a person decides.
    pub when: Text,
}

/// A role of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRole {
    /// Its id.
    pub id: SmolStr,
    /// What it is called.
    pub title: Text,
}

/// A task of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanTask {
    /// Its id.
    pub id: SmolStr,
    /// What is to be done.
    pub title: Text,
    /// The role that does it.
    pub role: SmolStr,
    /// At which levels.
    pub levels: Vec<ResponseLevel>,
    /// Until when it must be signed.
    pub sign_within: Option<Term>,
    /// Until when it must be done.
    pub done_within: Option<Term>,
    /// From overdue to the reminder.
    pub remind_after_secs: u32,
    /// From overdue to supervision.
    pub supervise_after_secs: u32,
    /// What proves it.
    pub proof: PlanProof,
    line: usize,
}

/// What proves a task of a plan.
#[derive(Debug, Clone, PartialEq)]
pub enum PlanProof {
    /// Photographs, checked by another person.
    Evidence(u8),
    /// The incident's datastream of this property is normal again.
    Reading {
        /// The property.
        property: PropertyId,
        /// Normal is not above this.
        at_most: Option<Bound>,
        /// Normal is not below this.
        at_least: Option<Bound>,
        /// For so long.
        for_secs: u32,
        /// Without a longer gap.
        gap_secs: u32,
    },
}

/// A bound: a number, or a limit that each thing has of its own.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(untagged)]
pub enum Bound {
    /// In the property's unit.
    Number(f64),
    /// The name of a limit of the thing.
    Limit(String),
}

/// From when a report's time runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// The incident was reported.
    Known,
    /// The response was started.
    Started,
    /// The incident ended: the report is not asked for before.
    Ended,
}

/// A report of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanReport {
    /// Its id.
    pub id: SmolStr,
    /// Which it is.
    pub step: ReportStep,
    /// What it is called, to whom and how.
    pub title: Text,
    /// At which levels of the response.
    pub levels: Vec<ResponseLevel>,
    /// For which levels of the event. One that is not known yet counts as the gravest.
    pub event_levels: Vec<EventLevel>,
    /// From when its time runs.
    pub since: Since,
    /// How long it has; `None` where no time is known.
    pub within: Option<Term>,
    /// Again so many seconds after each.
    pub every_secs: Option<u32>,
    /// Where the time comes from, with its mark.
    pub source: String,
}

/// A line of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanItem {
    /// Its id.
    pub id: SmolStr,
    /// What it is.
    pub kind: ItemKind,
    /// What is to be checked, fetched or told.
    pub title: Text,
    /// At which levels.
    pub levels: Vec<ResponseLevel>,
}

/// What a person chose when a response was started or adjusted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    /// Why.
    pub note: String,
    /// Who has which role.
    pub roles: BTreeMap<String, String>,
    /// Which datastream proves tasks of a property, where not the one of the incident's alarm.
    pub datastreams: BTreeMap<String, DatastreamId>,
}

/// Something wrong with a plan, where it stands, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlanProblem {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for PlanProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl Plan {
    /// Whether it has this level.
    pub fn has(&self, level: ResponseLevel) -> bool {
        self.levels.iter().any(|known| known.level == level)
    }

    /// What an incident of it goes to war with; `walls` are those that show it.
    pub fn war(&self, walls: Vec<String>, note: String, by_rank: bool) -> WarForm {
        WarForm {
            note,
            by_rank,
            walls,
            quiet: self.war.quiet,
            thresholds: self.war.thresholds.clone(),
            sampling: self.war.sampling.clone(),
        }
    }

    /// What its proofs and its war name that no pack has.
    pub fn unknown_properties(&self, known: impl Fn(&PropertyId) -> bool) -> Vec<PlanProblem> {
        let thresholds = self.war.thresholds.iter().map(|one| &one.property);
        let sampling = self.war.sampling.iter().map(|one| &one.property);
        let at_war = thresholds.chain(sampling).filter(|one| !known(one));
        let at_war = at_war.map(|property| PlanProblem {
            file: document::FILE.to_owned(),
            line: self.war.line,
            message: format!(
                "the war of plan `{}` names `{property}`, which no pack observes: name a property of properties.toml",
                self.id
            ),
        });
        let tasks = self.tasks.iter().filter_map(|task| match &task.proof {
            PlanProof::Reading { property, .. } if !known(property) => Some(PlanProblem {
                file: document::FILE.to_owned(),
                line: task.line,
                message: format!(
                    "task `{}` of plan `{}` is proven by `{property}`, which no pack observes: name a property of properties.toml",
                    task.id, self.id
                ),
            }),
            _ => None,
        });
        tasks.chain(at_war).collect()
    }
}
