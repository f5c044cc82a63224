//! What answers say.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use yiping_desk::command::CommandBook;
use yiping_desk::incident::{Clock, Incident, stage_names};
use yiping_desk::plan::{Bound, Plan, PlanProof, PlanTask, Since, Term};
use yiping_desk::task::Task;
use yiping_desk::units::Hazard;
use yiping_model::{Position, Text, Timestamp};

/// What became of an act.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActAnswer {
    /// The position at which it is so.
    #[schema(value_type = u64)]
    pub(super) position: Position,
    /// Whether it changed nothing, because it had come before under its key or was so already.
    pub(super) again: bool,
    /// The incident.
    pub(super) incident: IncidentRow,
    /// The task, for a step of one.
    pub(super) task: Option<TaskRow>,
}

/// What became of something that was set aside.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AsideAnswer {
    /// Whether it was aside already.
    pub(super) again: bool,
}

/// A list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// The position of the log at which it is so.
    #[schema(value_type = u64)]
    pub(super) position: Position,
    /// City time: by this a phone sets its clock.
    #[schema(value_type = String, format = DateTime)]
    pub(super) now: Timestamp,
    /// The rows.
    pub(super) items: Vec<T>,
    /// Whether there are more.
    pub(super) more: bool,
}

/// An incident in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct IncidentRow {
    id: String,
    /// The city counts its incidents together.
    pub(super) number: u32,
    version: u32,
    title: String,
    #[schema(value_type = String)]
    class: yiping_model::command::IncidentClass,
    /// 1 to 4.
    event_level: Option<u8>,
    /// 1 red to 4 blue.
    warning: Option<u8>,
    /// 1 to 4; null before a response.
    response_level: Option<u8>,
    plan: Option<String>,
    /// The pack that holds it, and which text of it runs: the first hex digits of its SHA-256.
    plan_pack: Option<String>,
    plan_digest: Option<String>,
    #[schema(value_type = String)]
    stage: yiping_model::command::Stage,
    stage_name: Name,
    area: Option<String>,
    domain: Option<String>,
    #[schema(value_type = Option<Object>)]
    place: Option<yiping_model::command::Place>,
    #[schema(value_type = String, format = DateTime)]
    opened: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended: Option<Timestamp>,
    commander: Option<String>,
    offered: Option<String>,
    merged_into: Option<String>,
    /// City time since which it is at war (战时); null at peace.
    #[schema(value_type = Option<String>, format = DateTime)]
    at_war_since: Option<Timestamp>,
    tasks: usize,
    open_tasks: usize,
    late_tasks: usize,
    /// The next report that is due.
    #[schema(value_type = Option<String>, format = DateTime)]
    report_due: Option<Timestamp>,
}

/// A name in two languages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Name {
    zh: String,
    en: String,
}

/// A task in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TaskRow {
    id: String,
    incident: String,
    incident_number: u32,
    number: u32,
    version: u32,
    title: Name,
    role: String,
    assignee: Option<String>,
    /// The units that were sent.
    #[schema(value_type = Vec<Object>)]
    units: Vec<yiping_model::command::Sent>,
    #[schema(value_type = String)]
    stage: yiping_desk::task::TaskStage,
    stage_name: Name,
    #[schema(value_type = String)]
    late: yiping_desk::task::Late,
    #[schema(value_type = Option<String>, format = DateTime)]
    sign_by: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    done_by: Option<Timestamp>,
    #[schema(value_type = Object)]
    proof: yiping_model::command::Proof,
    /// How often readings opened it again.
    relapses: u32,
    /// Since when who does it calls for help, and nobody has heard it.
    #[schema(value_type = Option<String>, format = DateTime)]
    calling: Option<Timestamp>,
    /// Photographs that were shown since the work began.
    photos: usize,
}

fn name((zh, en): (&str, &str)) -> Name {
    Name {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

fn text(text: &Text) -> Name {
    name((&text.zh, &text.en))
}

impl IncidentRow {
    pub(super) fn of(incident: &Incident, book: &CommandBook) -> Self {
        let tasks = || book.tasks_of(incident).filter(|task| !task.stage.is_over());
        let late = |task: &&Task| task.late > yiping_desk::task::Late::No;
        let running = incident.response.as_ref();
        Self {
            id: incident.id.to_string(),
            number: incident.number,
            version: incident.version,
            title: incident.title.clone(),
            class: incident.class,
            event_level: incident.event_level.map(Into::into),
            warning: incident.warning.map(Into::into),
            response_level: running.map(|running| running.level.into()),
            plan: running.map(|running| running.plan.to_string()),
            plan_pack: running.map(|running| running.pack.to_string()),
            plan_digest: running.map(|running| running.digest.to_string()),
            stage: incident.stage,
            stage_name: name(stage_names(incident.stage)),
            area: incident.area.clone(),
            domain: incident.domain.clone(),
            place: incident.place.clone(),
            opened: incident.opened,
            ended: incident.ended,
            commander: incident.commander.clone(),
            offered: incident.offered.clone(),
            merged_into: incident.merged_into.as_ref().map(ToString::to_string),
            at_war_since: incident.war.as_ref().map(|war| war.since),
            tasks: incident.tasks.len(),
            open_tasks: tasks().count(),
            late_tasks: tasks().filter(late).count(),
            report_due: incident.reports.iter().filter_map(Clock::due).min(),
        }
    }
}

impl TaskRow {
    pub(super) fn of(task: &Task, incident_number: u32) -> Self {
        Self {
            id: task.id.to_string(),
            incident: task.incident.to_string(),
            incident_number,
            number: task.number,
            version: task.version,
            title: text(&task.title),
            role: task.role.to_string(),
            assignee: task.assignee.clone(),
            units: task.units.clone(),
            stage: task.stage,
            stage_name: name(task.stage.names()),
            late: task.late,
            sign_by: task.sign_by,
            done_by: task.done_by,
            proof: task.proof.clone(),
            relapses: task.relapses,
            calling: task.calling,
            photos: task.fresh_photos(&[]),
        }
    }
}

/// All of an incident, with its tasks.
pub(crate) fn whole(incident: &Incident, tasks: &[Task], position: Position) -> Value {
    let mut all = json!(incident);
    let mut steps = json!(tasks);
    if let Some(all) = all.as_object_mut() {
        all.remove("keys");
        for task in steps.as_array_mut().into_iter().flatten() {
            if let Some(task) = task.as_object_mut() {
                task.remove("given");
            }
        }
        all.insert("tasks".to_owned(), steps);
    }
    json!({ "position": position, "incident": all })
}

/// A task, for who does it: no more of its incident than is needed outside.
pub(super) fn outside(
    task: &Task,
    incident: &Incident,
    help_sms: &str,
    (position, now): (Position, Timestamp),
) -> Value {
    let hazard = incident.hazard.as_ref().map(|mark| {
        let cells = mark.form.cells.iter().map(AsRef::as_ref);
        // What was judged can be read.
        let polygons = Hazard::read(cells, usize::MAX).map(|hazard| hazard.polygons());
        let form = &mark.form;
        json!({
            "at": mark.at, "by": mark.by, "cells": form.cells, "polygons": polygons.unwrap_or_default(), "label": form.label,
            "isolate_metres": form.isolate_metres, "wind": form.wind, "approach": form.approach, "lines": form.lines,
        })
    });
    let steps = task.steps.iter();
    let steps: Vec<Value> = steps
        .map(|took| {
            let photos = took.photos.len();
            json!({ "at": took.at, "step": took.step, "done_at": took.done_at, "note": took.note, "photos": photos })
        })
        .collect();
    json!({
        "position": position, "now": now, "help_sms": help_sms,
        "task": TaskRow::of(task, incident.number), "steps": steps,
        "incident": {
            "number": incident.number, "title": incident.title, "warning": incident.warning.map(u8::from),
            "place": incident.place, "commander": incident.commander,
        },
        "hazard": hazard,
    })
}

/// A plan, for whoever reads it or is about to choose one.
pub fn plan(plan: &Plan) -> Value {
    let levels: Vec<Value> = plan
        .levels
        .iter()
        .map(|level| {
            let tasks = plan.tasks.iter();
            let tasks = tasks.filter(|task| task.levels.contains(&level.level));
            let tasks: Vec<Value> = tasks
                .map(|task| json!({ "id": task.id, "title": task.title, "role": task.role }))
                .collect();
            json!({ "level": level.level, "when": level.when, "tasks": tasks })
        })
        .collect();
    let reports = plan.reports.iter().map(|report| {
        json!({
            "id": report.id, "step": report.step, "title": report.title, "levels": report.levels,
            "event_levels": report.event_levels, "since": since(report.since),
            "within": report.within.map(term), "every_secs": report.every_secs, "source": report.source,
        })
    });
    let roles = plan.roles.iter();
    let roles = roles.map(|role| json!({ "id": role.id, "title": role.title }));
    let items = plan.items.iter().map(|item| {
        json!({ "id": item.id, "kind": item.kind, "title": item.title, "levels": item.levels })
    });
    json!({
        "id": plan.id, "pack": plan.pack, "digest": plan.digest, "title": plan.title, "class": plan.class,
        "gbt35561_code": plan.gbt35561_code, "source": plan.source, "levels": levels,
        "roles": roles.collect::<Vec<_>>(), "reports": reports.collect::<Vec<_>>(),
        "tasks": plan.tasks.iter().map(task).collect::<Vec<_>>(), "items": items.collect::<Vec<_>>(),
        "war": {
            "quiet": plan.war.quiet, "thresholds": plan.war.thresholds, "sampling": plan.war.sampling,
        },
    })
}

fn task(task: &PlanTask) -> Value {
    let bound = |bound: &Bound| match bound {
        Bound::Number(number) => json!(number),
        Bound::Limit(name) => json!(name),
    };
    let proof = match &task.proof {
        PlanProof::Evidence(photos) => json!({ "by": "evidence", "photos": photos }),
        PlanProof::Reading {
            property,
            at_most,
            at_least,
            for_secs,
            gap_secs,
        } => json!({
            "by": "reading", "property": property, "for_secs": for_secs, "gap_secs": gap_secs,
            "at_most": at_most.as_ref().map(bound), "at_least": at_least.as_ref().map(bound),
        }),
    };
    json!({
        "id": task.id, "title": task.title, "role": task.role, "levels": task.levels,
        "sign_within": task.sign_within.map(term), "done_within": task.done_within.map(term),
        "remind_after_secs": task.remind_after_secs, "supervise_after_secs": task.supervise_after_secs,
        "proof": proof,
    })
}

fn term(term: Term) -> Value {
    let (unit, count) = match term {
        Term::Elapsed(secs) => ("secs", secs),
        Term::WorkingHours(hours) => ("working_hours", hours),
        Term::WorkingDays(days) => ("working_days", days),
    };
    json!({ "unit": unit, "count": count })
}

const fn since(since: Since) -> &'static str {
    match since {
        Since::Known => "known",
        Since::Started => "started",
        Since::Ended => "ended",
    }
}
