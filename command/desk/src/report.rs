//! The after-action report (复盘) of an incident, real or of a drill: a pure function of what the ledger says of it.
//!
//! No threshold is invented here: late is what the plan's deadlines made the program call late, and missed is what the plan asked for and nobody did.

#[cfg(test)]
mod tests;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use yiping_model::command::{CommandAct, Origin, Proof, Stage, Step};
use yiping_model::{
    Act, AlarmChange, AlarmId, Command, DatastreamId, DrillId, RuleId, Seen, Text, Timestamp,
};

use crate::incident::{Incident, is_over};
use crate::ledger::{Entry, Line};
use crate::task::{Leg as Waiting, Task, TaskStage, Took};
use crate::units::response::Figure;
use timeline::moment;

pub use timeline::{Evidence, Moment, MomentKind};

/// Moments of a report; the ledger has all of them.
pub const MOMENTS_MAX: usize = 5_000;

/// An alarm, and what people did about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlarmLine {
    /// Its id.
    pub alarm: AlarmId,
    /// The rule.
    pub rule: RuleId,
    /// What it speaks of.
    pub subject: DatastreamId,
    /// Warning level, 1 to 4.
    pub level: u8,
    /// Phenomenon time at which it began.
    pub started: Timestamp,
    /// When the log took it.
    pub raised: Timestamp,
    /// When the log took that it was over; `None` while it lasts.
    pub returned: Option<Timestamp>,
    /// The most extreme value.
    pub extreme: f64,
    /// The threshold that was crossed.
    pub threshold: f64,
    /// Whether it turned out to be none.
    pub withdrawn: bool,
    /// Who acknowledged first.
    pub acknowledged: Option<Acknowledged>,
}

/// An acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acknowledged {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub person: Option<String>,
    /// At which seat.
    pub seat: String,
    /// What was written with it.
    pub note: String,
    /// On which evidence.
    pub seen: Option<Seen>,
}

/// A task with its times; those of people are by their own clocks where they said so.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaskLine {
    /// Its number.
    pub number: u32,
    /// What was to be done.
    pub title: Text,
    /// Who did it.
    pub assignee: Option<String>,
    /// Where it stands.
    pub stage: TaskStage,
    /// When it was given out.
    pub made: Timestamp,
    /// Until when it had to be signed.
    pub sign_by: Option<Timestamp>,
    /// Until when it had to be done.
    pub done_by: Option<Timestamp>,
    /// 签收
    pub signed: Option<Timestamp>,
    /// 出动
    pub set_out: Option<Timestamp>,
    /// 到场
    pub arrived: Option<Timestamp>,
    /// 反馈, the last time
    pub finished: Option<Timestamp>,
    /// 核证, by a person or by readings, the last time
    pub verified: Option<Timestamp>,
    /// Closed, the last time.
    pub closed: Option<Timestamp>,
    /// How often readings opened it again.
    pub relapses: u32,
}

/// A span of time over all that there was of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Leg {
    /// Which: `raised_to_acknowledged`, `raised_to_opened`, `opened_to_response`, `response_to_dispatch`, `dispatch_to_signed`,
    /// `dispatch_to_scene`, `dispatch_to_finished`, `dispatch_to_closed`, `opened_to_ended`.
    pub leg: &'static str,
    /// Median and 90th percentile, and on how much they rest.
    #[serde(flatten)]
    pub figure: Figure,
}

/// What was late.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LateLine {
    /// `sign`, `finish` or `report`.
    pub what: &'static str,
    /// The task's number; `None` for a report.
    pub number: Option<u32>,
    /// What.
    pub title: Text,
    /// When the program said that it is overdue.
    pub since: Timestamp,
    /// When it was done all the same; `None` when it never was.
    pub until: Option<Timestamp>,
}

/// What was missed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MissedLine {
    /// `task`, `report` or `item`.
    pub what: &'static str,
    /// The task's number.
    pub number: Option<u32>,
    /// What.
    pub title: Text,
}

/// Something that was learnt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lesson {
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub person: Option<String>,
    /// What.
    pub note: String,
}

/// Readings that decided something, for a curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decisive {
    /// Which.
    pub datastream: DatastreamId,
    /// From when they matter.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// Thresholds that were crossed, and bounds of proofs, ascending.
    pub bounds: Vec<f64>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The drill; `None` for a real incident.
    pub drill: Option<DrillId>,
    /// City time at which it is so.
    pub at: Timestamp,
    /// Its alarms, in the order of the log.
    pub alarms: Vec<AlarmLine>,
    /// What happened, in the order of the log.
    pub timeline: Vec<Moment>,
    /// Whether there was more than a report takes.
    pub more: bool,
    /// Its tasks.
    pub tasks: Vec<TaskLine>,
    /// How long things took.
    pub figures: Vec<Leg>,
    /// What was late.
    pub late: Vec<LateLine>,
    /// What was missed, once it is over.
    pub missed: Vec<MissedLine>,
    /// What was learnt.
    pub lessons: Vec<Lesson>,
    /// The readings that decided.
    pub decisive: Vec<Decisive>,
}

/// The alarms of these entries, in the order in which they were raised.
pub fn alarms<'e>(entries: impl IntoIterator<Item = &'e Entry<'static>>) -> Vec<AlarmLine> {
    let mut places: BTreeMap<AlarmId, usize> = BTreeMap::new();
    let mut lines: Vec<AlarmLine> = Vec::new();
    for entry in entries {
        match &entry.line {
            Line::Alarm(event) => {
                let place = *places.entry(event.alarm.clone()).or_insert_with(|| {
                    lines.push(AlarmLine {
                        alarm: event.alarm.clone(),
                        rule: event.rule.clone(),
                        subject: event.subject.clone(),
                        level: event.level.into(),
                        started: event.started,
                        raised: entry.at,
                        returned: None,
                        extreme: event.extreme,
                        threshold: event.threshold,
                        withdrawn: false,
                        acknowledged: None,
                    });
                    lines.len() - 1
                });
                let line = &mut lines[place];
                line.started = event.started;
                line.extreme = event.extreme;
                line.returned = event.ended.map(|_| line.returned.unwrap_or(entry.at));
                line.withdrawn = matches!(event.change, AlarmChange::Withdrawn { .. });
            }
            Line::Decision(decision) => {
                let Act::Acknowledge { alarm, note, seen } = &decision.act else {
                    continue;
                };
                if let Some(place) = places.get(alarm) {
                    lines[*place].acknowledged.get_or_insert(Acknowledged {
                        at: entry.at,
                        person: decision.person.clone(),
                        seat: decision.seat.clone(),
                        note: note.clone(),
                        seen: seen.clone(),
                    });
                }
            }
            _ => {}
        }
    }
    lines
}

/// The alarms from which an incident comes.
pub fn origins(incident: &Incident) -> BTreeSet<&AlarmId> {
    let origins = incident.origins.iter();
    origins
        .filter_map(|origin| match origin {
            Origin::Alarm { alarm, .. } => Some(alarm),
            _ => None,
        })
        .collect()
}

impl Report {
    /// That of an incident with these tasks, in the order of their numbers, from the entries of its world in their order; `at` is now.
    pub fn of(
        incident: &Incident,
        tasks: &[Task],
        entries: &[Entry<'static>],
        at: Timestamp,
    ) -> Self {
        let own = origins(incident);
        let mut alarms = alarms(entries);
        alarms.retain(|line| own.contains(&line.alarm));
        let lines: Vec<TaskLine> = tasks.iter().map(TaskLine::of).collect();
        let moments = entries
            .iter()
            .filter_map(|entry| moment(entry, incident, tasks, &own));
        let mut timeline: Vec<Moment> = moments.take(MOMENTS_MAX + 1).collect();
        let more = timeline.len() > MOMENTS_MAX;
        timeline.truncate(MOMENTS_MAX);
        Self {
            drill: entries
                .iter()
                .find_map(|entry| entry.drill.as_deref().cloned()),
            at,
            figures: figures(&[(incident, &lines)], &alarms),
            late: late(incident, tasks, entries),
            missed: missed(incident, tasks),
            lessons: lessons(incident),
            decisive: decisive(incident, tasks, &alarms, at),
            alarms,
            timeline,
            more,
            tasks: lines,
        }
    }
}

/// When it was done.
/// From when to when, where it is known.
type Stretch = (Option<Timestamp>, Option<Timestamp>);

fn done(took: &Took) -> Timestamp {
    took.done_at.unwrap_or(took.at)
}

impl TaskLine {
    /// That of a task.
    pub fn of(task: &Task) -> Self {
        let first = |step| {
            let mut steps = task.steps.iter();
            steps.find(|took| took.step == step).map(done)
        };
        let last = |wanted: &[Step]| {
            let mut steps = task.steps.iter().rev();
            steps.find(|took| wanted.contains(&took.step)).map(done)
        };
        Self {
            number: task.number,
            title: task.title.clone(),
            assignee: task.assignee.clone(),
            stage: task.stage,
            made: task.made_at,
            sign_by: task.sign_by,
            done_by: task.done_by,
            signed: first(Step::Sign),
            set_out: first(Step::SetOut),
            arrived: first(Step::Arrive),
            finished: last(&[Step::Finish]),
            verified: last(&[Step::Verify, Step::Prove]),
            closed: last(&[Step::Close]),
            relapses: task.relapses,
        }
    }
}

/// How long things took, over incidents with their tasks, and alarms.
pub fn figures(incidents: &[(&Incident, &Vec<TaskLine>)], alarms: &[AlarmLine]) -> Vec<Leg> {
    let first_raised = |incident: &Incident| {
        let own = origins(incident);
        let mine = alarms.iter().filter(|line| own.contains(&line.alarm));
        mine.map(|line| line.raised).min()
    };
    let response = |incident: &Incident| {
        let mut traces = incident.history.iter();
        traces
            .find(|trace| trace.act == "respond")
            .map(|trace| trace.at)
    };
    let tasks = || incidents.iter().flat_map(|(_, tasks)| tasks.iter());
    let over = |leg, pairs: Vec<Stretch>| Leg {
        leg,
        figure: Figure::over(pairs),
    };
    let each = |to: &dyn Fn(&Incident) -> Stretch| {
        incidents.iter().map(|(incident, _)| to(incident)).collect()
    };
    let of_tasks = |to: &dyn Fn(&TaskLine) -> Option<Timestamp>| {
        tasks().map(|task| (Some(task.made), to(task))).collect()
    };
    let acknowledged = alarms.iter().map(|line| {
        let acknowledged = line.acknowledged.as_ref().map(|by| by.at);
        (Some(line.raised), acknowledged)
    });
    let dispatched = incidents.iter().flat_map(|(incident, tasks)| {
        let response = response(incident);
        tasks.iter().map(move |task| (response, Some(task.made)))
    });
    vec![
        over("raised_to_acknowledged", acknowledged.collect()),
        over(
            "raised_to_opened",
            each(&|one| (first_raised(one), Some(one.opened))),
        ),
        over(
            "opened_to_response",
            each(&|one| (Some(one.opened), response(one))),
        ),
        over("response_to_dispatch", dispatched.collect()),
        over("dispatch_to_signed", of_tasks(&|task| task.signed)),
        over("dispatch_to_scene", of_tasks(&|task| task.arrived)),
        over("dispatch_to_finished", of_tasks(&|task| task.finished)),
        over("dispatch_to_closed", of_tasks(&|task| task.closed)),
        over(
            "opened_to_ended",
            each(&|one| (Some(one.opened), one.ended)),
        ),
    ]
}

/// What was late: what the program called overdue, by the deadlines of the plan.
pub fn late(incident: &Incident, tasks: &[Task], entries: &[Entry<'static>]) -> Vec<LateLine> {
    let mut lines = Vec::new();
    for task in tasks {
        let mut stage = TaskStage::Dispatched;
        for (place, took) in task.steps.iter().enumerate() {
            if took.step == Step::Overdue {
                let (what, ends): (_, &[Step]) = match stage.leg() {
                    Some(Waiting::Sign) => ("sign", &[Step::Sign]),
                    _ => ("finish", &[Step::Finish]),
                };
                let mut later = task.steps[place..].iter();
                lines.push(LateLine {
                    what,
                    number: Some(task.number),
                    title: task.title.clone(),
                    since: took.at,
                    until: later
                        .find(|took| ends.contains(&took.step))
                        .map(|took| took.at),
                });
            }
            stage = crate::task::after(stage, took.step).unwrap_or(stage);
        }
    }
    let mut overdue: Vec<(&str, usize)> = Vec::new();
    for (at, command) in commands(entries, incident) {
        match &command.act {
            CommandAct::ReportOverdue(name) => {
                let mut clocks = incident.reports.iter();
                let clock = clocks.find(|clock| clock.form.report == name.report);
                let named = || same(&name.report);
                overdue.push((name.report.as_str(), lines.len()));
                lines.push(LateLine {
                    what: "report",
                    number: None,
                    title: clock.map_or_else(named, |clock| clock.form.title.clone()),
                    since: at,
                    until: None,
                });
            }
            CommandAct::Report(given) => {
                let place = overdue.iter().position(|(name, _)| *name == given.report);
                if let Some(place) = place {
                    lines[overdue.swap_remove(place).1].until = Some(at);
                }
            }
            _ => {}
        }
    }
    lines
}

/// What the plan asked for and nobody did; of an incident that is not over nothing is missed yet.
pub fn missed(incident: &Incident, tasks: &[Task]) -> Vec<MissedLine> {
    if !is_over(incident.stage) {
        return Vec::new();
    }
    let left = tasks.iter().filter(|task| {
        let finished = task.steps.iter().any(|took| took.step == Step::Finish);
        task.template.is_some() && !finished
    });
    let left = left.map(|task| MissedLine {
        what: "task",
        number: Some(task.number),
        title: task.title.clone(),
    });
    let reports = incident.reports.iter().filter(|clock| clock.times == 0);
    let reports = reports.map(|clock| MissedLine {
        what: "report",
        number: None,
        title: clock.form.title.clone(),
    });
    let items = incident.items.iter().filter(|item| item.done.is_none());
    let items = items.map(|item| MissedLine {
        what: "item",
        number: None,
        title: item.form.title.clone(),
    });
    left.chain(reports).chain(items).collect()
}

fn lessons(incident: &Incident) -> Vec<Lesson> {
    let traces = incident.history.iter().filter(|trace| {
        let evaluated =
            trace.act == "move" && trace.what == crate::incident::stage_names(Stage::Evaluated).1;
        (trace.act == "lesson" || evaluated) && !trace.note.is_empty()
    });
    traces
        .map(|trace| Lesson {
            at: trace.at,
            person: trace.person.clone(),
            note: trace.note.clone(),
        })
        .collect()
}

fn decisive(
    incident: &Incident,
    tasks: &[Task],
    alarms: &[AlarmLine],
    at: Timestamp,
) -> Vec<Decisive> {
    let first = alarms.iter().map(|line| line.started).min();
    let from = first.unwrap_or(incident.opened).min(incident.opened);
    let mut found: BTreeMap<DatastreamId, Vec<f64>> = BTreeMap::new();
    for line in alarms {
        let bounds = found.entry(line.subject.clone()).or_default();
        bounds.push(line.threshold);
    }
    for task in tasks {
        if let Proof::Reading(proof) = &task.proof {
            let bounds = found.entry(proof.datastream.clone()).or_default();
            bounds.extend(proof.at_most.into_iter().chain(proof.at_least));
        }
    }
    found
        .into_iter()
        .map(|(datastream, mut bounds)| {
            bounds.sort_by(f64::total_cmp);
            bounds.dedup();
            Decisive {
                datastream,
                from,
                to: incident.ended.unwrap_or(at),
                bounds,
            }
        })
        .collect()
}

/// The acts on an incident, each with its time.
fn commands<'e>(
    entries: &'e [Entry<'static>],
    incident: &'e Incident,
) -> impl Iterator<Item = (Timestamp, &'e Command)> {
    entries.iter().filter_map(|entry| match &entry.line {
        Line::Command(command) if command.incident == incident.id => {
            Some((entry.at, command.as_ref().as_ref()))
        }
        _ => None,
    })
}

/// What is called the same in both languages.
fn same(text: &str) -> Text {
    Text {
        zh: text.to_owned(),
        en: text.to_owned(),
    }
}
