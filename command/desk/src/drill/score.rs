//! How a drill went: a pure function of what the drill is and of its entries on the ledger.
//!
//! Nothing is weighed and no threshold is made up: there are times, what the scenario's truth says ought to have come, what the deadlines of the plan
//! made late, and what was done that did not count or was about no alarm of the truth.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yiping_model::{
    Body, DrillId, DrillTruth, IncidentId, Position, PropertyId, Record, RuleId, ThingId, Timestamp,
};

use super::OneDrill;
use crate::command::CommandBook;
use crate::incident::Incident;
use crate::ledger::{Entry, Line};
use crate::report::{self, AlarmLine, LateLine, Leg, MissedLine, TaskLine};
use crate::task::Task;

/// Deadlines of the plan, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Met {
    /// Kept.
    pub met: usize,
    /// Passed before it was done.
    pub late: usize,
    /// Still open when the drill ended.
    pub open: usize,
}

/// Something that was done and did not count, or was about nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FalseAct {
    /// The record.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub person: Option<String>,
    /// `refused`: it did not count; `unfounded`: an incident of an alarm that the truth does not have.
    pub what: &'static str,
    /// Why, in English: the refusal, or the incident's title.
    pub why: String,
}

/// How a drill went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Which.
    pub drill: DrillId,
    /// The scenario.
    pub scenario: String,
    /// When it began.
    pub opened: Timestamp,
    /// Up to when it is judged: its end, or now.
    pub until: Timestamp,
    /// Whether it was broken off; `None` while it runs.
    pub aborted: Option<bool>,
    /// Alarms of the truth that were due by then.
    pub expected: usize,
    /// Of these, those that were raised.
    pub raised: usize,
    /// Of these, those that were not.
    pub missing: Vec<DrillTruth>,
    /// Alarms that the truth does not have.
    pub unexpected: Vec<AlarmLine>,
    /// Alarms that nobody acknowledged.
    pub unacknowledged: usize,
    /// How long things took.
    pub figures: Vec<Leg>,
    /// Deadlines for signing.
    pub signing: Met,
    /// Deadlines for being done.
    pub finishing: Met,
    /// What was late, tasks and reports.
    pub late: Vec<LateLine>,
    /// What the plan asked for and nobody did.
    pub missed: Vec<MissedLine>,
    /// What did not count, or was about nothing.
    pub false_acts: Vec<FalseAct>,
    /// Its incidents.
    pub incidents: Vec<IncidentId>,
}

/// By what an alarm and the truth are the same.
type Key = (RuleId, ThingId, PropertyId);

impl Score {
    /// That of a drill from the ledger's entries of it, in their order; `now` while it runs.
    pub fn of(drill: &OneDrill, entries: &[Entry<'static>], now: Timestamp) -> Self {
        let end = drill.stopped.as_ref();
        let until = end.map_or(now, |stopped| stopped.at);
        let own: Vec<Entry<'static>> = entries
            .iter()
            .filter(|entry| entry.drill.as_deref() == Some(&drill.id))
            .filter(|entry| end.is_none_or(|stopped| entry.position < stopped.position))
            .cloned()
            .collect();
        // The truth of a scenario knows of no war.
        let of_war = |entry: &&Entry<'_>| matches!(&entry.line, Line::Alarm(event) if event.posture.is_some());
        let mut alarms = report::alarms(own.iter().filter(|entry| !of_war(entry)));
        alarms.retain(|line| !line.withdrawn);
        let (book, mut false_acts) = fold(&own);
        let mut incidents: Vec<&Incident> = book.incidents().collect();
        incidents.sort_by_key(|incident| incident.number);
        let tasks = |incident: &Incident| book.tasks_of(incident).cloned().collect::<Vec<Task>>();
        let (missing, unexpected) = compared(&drill.form.truth, &alarms, until);
        let due = drill.form.truth.iter().filter(|one| one.started < until);
        let expected = due.count();
        false_acts.extend(unfounded(&incidents, &unexpected));
        false_acts.sort_by_key(|act| act.position);
        let (mut late, mut missed) = (Vec::new(), Vec::new());
        let (mut signing, mut finishing) = (Met::default(), Met::default());
        let mut lines: Vec<Vec<TaskLine>> = Vec::new();
        for incident in &incidents {
            let tasks = tasks(incident);
            let was_late = report::late(incident, &tasks, &own);
            for task in &tasks {
                count(task, &was_late, &mut signing, &mut finishing);
            }
            late.extend(was_late);
            missed.extend(report::missed(incident, &tasks));
            lines.push(tasks.iter().map(TaskLine::of).collect());
        }
        let with_tasks: Vec<(&Incident, &Vec<TaskLine>)> =
            incidents.iter().copied().zip(&lines).collect();
        Self {
            drill: drill.id.clone(),
            scenario: drill.form.scenario.clone(),
            opened: drill.opened,
            until,
            aborted: end.map(|stopped| stopped.aborted),
            expected,
            raised: expected - missing.len(),
            unacknowledged: alarms
                .iter()
                .filter(|line| line.acknowledged.is_none())
                .count(),
            figures: report::figures(&with_tasks, &alarms),
            missing,
            unexpected,
            signing,
            finishing,
            late,
            missed,
            false_acts,
            incidents: incidents
                .iter()
                .map(|incident| incident.id.clone())
                .collect(),
        }
    }
}

/// The incidents and tasks of these entries, and the acts of people that did not count.
fn fold(entries: &[Entry<'static>]) -> (CommandBook, Vec<FalseAct>) {
    let mut book = CommandBook::default();
    let mut refused = Vec::new();
    for entry in entries {
        let Line::Command(command) = &entry.line else {
            continue;
        };
        let record = Record {
            position: entry.position,
            received_at: entry.at,
            body: Body::Command(command.as_ref().clone().into_owned()),
        };
        let outcome = book.take(&record);
        let refusal = outcome.and_then(|outcome| outcome.verdict.err());
        if let Some(refusal) = refusal.filter(|_| command.person.is_some()) {
            refused.push(FalseAct {
                position: entry.position,
                at: entry.at,
                person: command.person.clone(),
                what: "refused",
                why: refusal.to_string(),
            });
        }
    }
    (book, refused)
}

/// What of the truth did not come by then, and what came that it does not have. Of several alarms of one value the first ones count.
fn compared(
    truth: &[DrillTruth],
    alarms: &[AlarmLine],
    until: Timestamp,
) -> (Vec<DrillTruth>, Vec<AlarmLine>) {
    let mut wanted: BTreeMap<Key, Vec<&DrillTruth>> = BTreeMap::new();
    let mut sorted: Vec<&DrillTruth> = truth.iter().collect();
    sorted.sort_by_key(|one| std::cmp::Reverse(one.started));
    for one in sorted {
        let key = (one.rule.clone(), one.thing.clone(), one.property.clone());
        wanted.entry(key).or_default().push(one);
    }
    let mut unexpected = Vec::new();
    for line in alarms {
        let subject = &line.subject;
        let key = (
            line.rule.clone(),
            subject.thing.clone(),
            subject.property.clone(),
        );
        if wanted.get_mut(&key).and_then(Vec::pop).is_none() {
            unexpected.push(line.clone());
        }
    }
    let left = wanted
        .into_values()
        .flatten()
        .filter(|one| one.started < until);
    let mut missing: Vec<DrillTruth> = left.cloned().collect();
    missing.sort_by(|one, other| (one.started, one).cmp(&(other.started, other)));
    (missing, unexpected)
}

/// Incidents that come from alarms, all of which the truth does not have.
fn unfounded(incidents: &[&Incident], unexpected: &[AlarmLine]) -> Vec<FalseAct> {
    let strange: BTreeSet<_> = unexpected.iter().map(|line| &line.alarm).collect();
    let about_nothing = |incident: &&&Incident| {
        let own = report::origins(incident);
        !own.is_empty() && own.iter().all(|alarm| strange.contains(alarm))
    };
    let opened = incidents
        .iter()
        .filter(about_nothing)
        .filter_map(|incident| {
            let trace = incident.history.front()?;
            Some(FalseAct {
                position: trace.position,
                at: trace.at,
                person: trace.person.clone(),
                what: "unfounded",
                why: incident.title.clone(),
            })
        });
    opened.collect()
}

/// Counts the deadlines of a task.
fn count(task: &Task, late: &[LateLine], signing: &mut Met, finishing: &mut Met) {
    let line = TaskLine::of(task);
    let was_late = |what| {
        let mut lines = late.iter();
        lines.any(|line| line.number == Some(task.number) && line.what == what)
    };
    for (due, done, what, met) in [
        (line.sign_by, line.signed, "sign", signing),
        (line.done_by, line.finished, "finish", finishing),
    ] {
        match (due, done) {
            (None, _) => {}
            _ if was_late(what) => met.late += 1,
            (Some(_), Some(_)) => met.met += 1,
            (Some(_), None) => met.open += 1,
        }
    }
}
