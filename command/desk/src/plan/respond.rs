//! From a plan to an act that carries everything.

use std::collections::BTreeSet;
use std::fmt;

use smol_str::SmolStr;
use yiping_model::command::{
    Adjustment, EventLevel, ItemForm, Origin, Proof, ReadingProof, ReportForm, Response,
    ResponseLevel, RoleForm, TaskForm,
};
use yiping_model::{DatastreamId, PropertyId, TaskId, Text, Timestamp};

use super::{Bound, Choice, Plan, PlanItem, PlanProof, PlanReport, PlanTask, Since, Terms};
use crate::command::CommandBook;
use crate::incident::{Incident, Item, Running};
use crate::task::{Task, TaskStage};

/// Why a plan does not fit an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unplanned {
    /// The plan has no such level.
    NoLevel(ResponseLevel),
    /// A task is proven by this property, and the incident has no datastream of it.
    NoDatastream(PropertyId),
    /// The thing has no such limit.
    NoLimit(DatastreamId, String),
    /// The plan has no such role.
    NoRole(String),
    /// No response of this plan runs.
    NoResponse,
}

impl Unplanned {
    /// The reason and what to do, in both languages.
    pub fn text(&self) -> Text {
        let (zh, en) = match self {
            Self::NoLevel(level) => {
                let roman = level.roman();
                (
                    format!("预案没有 {roman} 级响应"),
                    format!("the plan has no level {roman}"),
                )
            }
            Self::NoDatastream(property) => (
                format!("事件没有「{property}」的监测点：请在 datastreams 中指定"),
                format!(
                    "the incident has no datastream of `{property}`: name one in `datastreams`"
                ),
            ),
            Self::NoLimit(datastream, limit) => (
                format!("{datastream} 没有限值「{limit}」：请另选监测点"),
                format!("{datastream} has no limit `{limit}`: name another datastream"),
            ),
            Self::NoRole(role) => (
                format!("预案没有角色「{role}」"),
                format!("the plan has no role `{role}`"),
            ),
            Self::NoResponse => (
                "该预案的响应尚未启动".to_owned(),
                "no response of this plan runs".to_owned(),
            ),
        };
        Text { zh, en }
    }
}

/// On what ground a plan becomes acts.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// What a person chose.
    pub choice: &'a Choice,
    /// City time.
    pub now: Timestamp,
    /// By which deadlines become times.
    pub calendar: &'a dyn Terms,
    /// The limit of that name of a datastream's thing.
    pub limit: &'a dyn Fn(&DatastreamId, &str) -> Option<f64>,
}

impl fmt::Debug for Ground<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Ground")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// One response of one incident.
struct Site<'a> {
    incident: &'a Incident,
    ground: &'a Ground<'a>,
    round: u32,
    /// The response that is adjusted or over; `None` for one that is started.
    running: Option<&'a Running>,
}

impl Plan {
    /// The response of this level, started now.
    ///
    /// # Errors
    /// [`Unplanned`] when the plan does not fit.
    pub fn respond(
        &self,
        incident: &Incident,
        level: ResponseLevel,
        ground: &Ground<'_>,
    ) -> Result<Response, Unplanned> {
        self.check(level, ground.choice)?;
        let round = incident
            .response
            .as_ref()
            .map_or(0, |running| running.round)
            + 1;
        let site = Site {
            incident,
            ground,
            round,
            running: None,
        };
        let tasks = self
            .tasks
            .iter()
            .filter(|task| task.levels.contains(&level));
        let tasks = tasks.map(|task| self.task(task, &site));
        let reports = self.reports.iter();
        let reports = reports.filter(|report| report.since != Since::Ended);
        let reports = reports.filter(|report| asked(report, level, incident.event_level));
        let items = self
            .items
            .iter()
            .filter(|item| item.levels.contains(&level));
        Ok(Response {
            plan: self.id.clone(),
            pack: self.pack.clone(),
            digest: self.digest.clone(),
            title: self.title.clone(),
            level,
            note: ground.choice.note.clone(),
            roles: self.roles(ground.choice, &BTreeSet::new()),
            tasks: tasks.collect::<Result<_, _>>()?,
            reports: reports.map(|report| clock(report, &site)).collect(),
            items: items.map(line).collect(),
        })
    }

    /// How the response that runs changes to this level. What the other level has too stays as it is.
    ///
    /// # Errors
    /// [`Unplanned`] when the plan does not fit.
    pub fn adjust(
        &self,
        book: &CommandBook,
        incident: &Incident,
        to: ResponseLevel,
        ground: &Ground<'_>,
    ) -> Result<Adjustment, Unplanned> {
        self.check(to, ground.choice)?;
        let running = incident.response.as_ref();
        let running =
            running.filter(|running| running.plan == self.id && running.pack == self.pack);
        let running = running.ok_or(Unplanned::NoResponse)?;
        let site = Site {
            incident,
            ground,
            round: running.round + 1,
            running: Some(running),
        };
        // Tasks by hand are nobody's but who made them.
        let of_plan = |task: &&Task| {
            task.template.is_some()
                && task.stage != TaskStage::Withdrawn
                && task.made_at >= running.started
        };
        let tasks: Vec<&Task> = book.tasks_of(incident).filter(of_plan).collect();
        let wanted = |template: &SmolStr| {
            let mut tasks = self.tasks.iter();
            tasks.any(|task| task.id == *template && task.levels.contains(&to))
        };
        let stays = |task: &&&Task| {
            task.template.as_ref().is_some_and(&wanted) || !crate::command::can_go(task.stage)
        };
        let known: BTreeSet<&SmolStr> = tasks
            .iter()
            .filter_map(|task| task.template.as_ref())
            .collect();
        let new = self
            .tasks
            .iter()
            .filter(|task| task.levels.contains(&to) && !known.contains(&task.id));
        let added = new
            .map(|task| self.task(task, &site))
            .collect::<Result<_, _>>()?;
        let (reports_added, reports_withdrawn) = self.reports_at(to, &site);
        let (items_added, items_withdrawn) = self.items_at(to, incident);
        let has_role = running.roles.iter().map(|role| role.role.clone()).collect();
        Ok(Adjustment {
            from: running.level,
            to,
            note: ground.choice.note.clone(),
            added,
            withdrawn: tasks
                .iter()
                .filter(|task| !stays(task))
                .map(|task| task.id.clone())
                .collect(),
            kept: tasks
                .iter()
                .filter(stays)
                .map(|task| task.id.clone())
                .collect(),
            reports_added,
            reports_withdrawn,
            items_added,
            items_withdrawn,
            roles_added: self.roles(ground.choice, &has_role),
        })
    }

    /// The reports that are asked for once the incident is over.
    pub fn reports_at_end(
        &self,
        incident: &Incident,
        now: Timestamp,
        calendar: &dyn Terms,
    ) -> Vec<ReportForm> {
        let Some(running) = &incident.response else {
            return Vec::new();
        };
        let choice = Choice::default();
        let ground = &Ground {
            choice: &choice,
            now,
            calendar,
            limit: &|_, _| None,
        };
        let site = Site {
            incident,
            ground,
            round: running.round,
            running: Some(running),
        };
        let reports = self
            .reports
            .iter()
            .filter(|report| report.since == Since::Ended);
        let reports = reports.filter(|report| asked(report, running.level, incident.event_level));
        reports.map(|report| clock(report, &site)).collect()
    }

    fn check(&self, level: ResponseLevel, choice: &Choice) -> Result<(), Unplanned> {
        if !self.has(level) {
            return Err(Unplanned::NoLevel(level));
        }
        let unknown = |role: &&String| !self.roles.iter().any(|known| known.id == **role);
        match choice.roles.keys().find(unknown) {
            Some(role) => Err(Unplanned::NoRole(role.chars().take(64).collect())),
            None => Ok(()),
        }
    }

    /// The plan's roles but for these.
    fn roles(&self, choice: &Choice, but: &BTreeSet<SmolStr>) -> Vec<RoleForm> {
        let roles = self.roles.iter().filter(|role| !but.contains(&role.id));
        roles
            .map(|role| RoleForm {
                role: role.id.clone(),
                title: role.title.clone(),
                person: choice.roles.get(role.id.as_str()).cloned(),
            })
            .collect()
    }

    fn task(&self, task: &PlanTask, site: &Site<'_>) -> Result<TaskForm, Unplanned> {
        let id = [
            site.incident.id.as_str(),
            &self.pack,
            &self.id,
            &task.id,
            &site.round.to_string(),
        ];
        let until =
            |term: Option<_>| term.map(|term| site.ground.calendar.after(site.ground.now, term));
        let before = site
            .running
            .and_then(|running| running.roles.iter().find(|role| role.role == task.role));
        let assignee = site.ground.choice.roles.get(task.role.as_str()).cloned();
        Ok(TaskForm {
            task: TaskId::of(&id),
            template: Some(task.id.clone()),
            title: task.title.clone(),
            role: task.role.clone(),
            assignee: assignee.or_else(|| before.and_then(|role| role.person.clone())),
            units: Vec::new(),
            note: String::new(),
            sign_by: until(task.sign_within),
            done_by: until(task.done_within),
            remind_after_secs: task.remind_after_secs,
            supervise_after_secs: task.supervise_after_secs,
            proof: proof(&task.proof, site)?,
        })
    }

    /// The lines that come with a level, and those that go: what was done stays.
    fn items_at(&self, to: ResponseLevel, incident: &Incident) -> (Vec<ItemForm>, Vec<SmolStr>) {
        let wanted = self.items.iter().filter(|item| item.levels.contains(&to));
        let has = |item: &&PlanItem| {
            incident
                .items
                .iter()
                .any(|known| known.form.item == item.id)
        };
        let added = wanted.clone().filter(|item| !has(item)).map(line).collect();
        let stays = |known: &Item| {
            known.done.is_some() || wanted.clone().any(|item| item.id == known.form.item)
        };
        let gone = incident.items.iter().filter(|known| !stays(known));
        (added, gone.map(|known| known.form.item.clone()).collect())
    }

    /// The reports that come with a level, and those that go.
    fn reports_at(&self, to: ResponseLevel, site: &Site<'_>) -> (Vec<ReportForm>, Vec<SmolStr>) {
        let incident = site.incident;
        let has = |id: &SmolStr| {
            incident
                .reports
                .iter()
                .any(|clock| clock.form.report == *id)
        };
        let reports = self.reports.iter().filter(|report| {
            report.since != Since::Ended && asked(report, to, incident.event_level)
        });
        let stays = |id: &SmolStr| reports.clone().any(|report| report.id == *id);
        let added = reports.clone().filter(|report| !has(&report.id));
        let added = added.map(|report| clock(report, site)).collect();
        let clocks = incident.reports.iter();
        let gone = clocks.filter(|clock| clock.times == 0 && !stays(&clock.form.report));
        (added, gone.map(|clock| clock.form.report.clone()).collect())
    }
}

/// Whether a report is asked for at this level of the response and of the event; an event whose level is not known counts as the gravest.
fn asked(report: &PlanReport, level: ResponseLevel, event: Option<EventLevel>) -> bool {
    let event = event.unwrap_or(EventLevel::ALL[0]);
    report.levels.contains(&level)
        && (report.event_levels.is_empty() || report.event_levels.contains(&event))
}

fn line(item: &PlanItem) -> ItemForm {
    ItemForm {
        item: item.id.clone(),
        kind: item.kind,
        title: item.title.clone(),
    }
}

fn clock(report: &PlanReport, site: &Site<'_>) -> ReportForm {
    let from = match report.since {
        Since::Known => site.incident.opened,
        Since::Started => site
            .running
            .map_or(site.ground.now, |running| running.started),
        Since::Ended => site.ground.now,
    };
    ReportForm {
        report: report.id.clone(),
        step: report.step,
        title: report.title.clone(),
        due: report
            .within
            .map(|within| site.ground.calendar.after(from, within)),
        every_secs: report.every_secs,
    }
}

fn proof(proof: &PlanProof, site: &Site<'_>) -> Result<Proof, Unplanned> {
    let (property, at_most, at_least, for_secs, gap_secs) = match proof {
        PlanProof::Evidence(photos) => return Ok(Proof::Evidence { photos: *photos }),
        PlanProof::Reading {
            property,
            at_most,
            at_least,
            for_secs,
            gap_secs,
        } => (property, at_most, at_least, *for_secs, *gap_secs),
    };
    let origins = site.incident.origins.iter();
    let mut subjects = origins.filter_map(|origin| match origin {
        Origin::Alarm { subject, .. } if subject.property == *property => Some(subject),
        _ => None,
    });
    let chosen = site.ground.choice.datastreams.get(property.as_str());
    let datastream = chosen.or_else(|| subjects.next()).cloned();
    let datastream = datastream.ok_or_else(|| Unplanned::NoDatastream(property.clone()))?;
    let bound = |bound: &Option<Bound>| match bound {
        None => Ok(None),
        Some(Bound::Number(number)) => Ok(Some(*number)),
        Some(Bound::Limit(name)) => match (site.ground.limit)(&datastream, name) {
            Some(number) => Ok(Some(number)),
            None => Err(Unplanned::NoLimit(datastream.clone(), name.clone())),
        },
    };
    Ok(Proof::Reading(ReadingProof {
        at_most: bound(at_most)?,
        at_least: bound(at_least)?,
        datastream: datastream.clone(),
        for_secs,
        gap_secs,
    }))
}
