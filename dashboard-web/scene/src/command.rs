//! Incidents and tasks as screens show them.

use std::collections::BTreeMap;

use serde::Serialize;
use yiping_desk::command::CommandBook;
use yiping_desk::incident::{Clock, Incident, Item, War, is_over, stage_names};
use yiping_desk::task::{Late, Task};
use yiping_desk::units::plume::{Ground, Plume, Stability};
use yiping_model::command::{Origin, Proof};
use yiping_model::{IncidentId, Timestamp};

use crate::message::{
    ContourView, DatastreamView, IncidentView, ItemView, LeftView, PersonView, PlumeView,
    ReportView, RoleView, SamplingView, TASKS_PER_INCIDENT, TaskView, TextView, ThresholdView,
    WarView,
};
use crate::views::text;

/// What the persons of accounts are called.
type Displays = BTreeMap<String, String>;

/// An incident as screens show it; `None` for one that they do not show.
pub(crate) fn incident(
    book: &CommandBook,
    id: &IncidentId,
    displays: &Displays,
) -> Option<IncidentView> {
    let incident = book.incident(id)?;
    if is_over(incident.stage) || incident.merged_into.is_some() {
        return None;
    }
    let person = |account: &String| person(account, displays);
    let running = incident.response.as_ref();
    let (tasks, tasks_count, tasks_over) = tasks(book, incident, displays);
    let alarms = incident.origins.iter().filter_map(|origin| match origin {
        Origin::Alarm { alarm, .. } => Some(alarm.to_string()),
        Origin::Detection { .. } | Origin::Order { .. } => None,
    });
    let place = incident.place.as_ref();
    let roles = running.iter().flat_map(|running| &running.roles);
    let told = incident
        .wars_over
        .iter()
        .rev()
        .find_map(|war| war.told.as_ref());
    Some(IncidentView {
        id: incident.id.to_string(),
        number: incident.number,
        version: incident.version,
        title: incident.title.clone(),
        stage: name(&incident.stage),
        stage_name: both(stage_names(incident.stage)),
        event_level: incident.event_level.map(Into::into),
        response_level: running.map(|running| running.level.into()),
        plan: running.map(|running| text(&running.title)),
        area: incident.area.clone(),
        domain: incident.domain.clone(),
        place: place.map(|place| [place.lon, place.lat]),
        place_name: place.map_or_else(String::new, |place| place.name.clone()),
        affected: incident.affected.clone(),
        alarms: alarms.collect(),
        opened_ms: incident.opened.as_millis(),
        started_ms: running.map(|running| running.started.as_millis()),
        commander: incident.commander.as_ref().map(person),
        offered: incident.offered.as_ref().map(person),
        roles: roles
            .map(|role| RoleView {
                role: role.role.to_string(),
                title: text(&role.title),
                person: role.person.as_ref().map(person),
            })
            .collect(),
        tasks,
        tasks_count,
        tasks_over,
        reports: incident
            .reports
            .iter()
            .map(|clock| report(clock, displays))
            .collect(),
        items: incident
            .items
            .iter()
            .map(|line| item(line, displays))
            .collect(),
        plume: plume(incident, displays),
        war: incident
            .war
            .as_ref()
            .map(|held| war(book, incident, held, displays)),
        left: told.map(|told| LeftView {
            until_ms: told.until.as_millis(),
            count: told.count,
            open: told.open,
        }),
    })
}

fn plume(incident: &Incident, displays: &Displays) -> Option<PlumeView> {
    let estimate = incident.estimate.as_ref()?;
    let at = incident.place.as_ref()?;
    let form = &estimate.form;
    let plume = Plume {
        source: [at.lon, at.lat].into(),
        height_metres: 0.0,
        grams_a_sec: form.grams_a_sec,
        wind_from_degrees: form.wind_from,
        wind_ms: form.wind_ms,
        stability: Stability::of(form.stability)?,
        ground: Ground::Rural,
    };
    let thresholds = incident.war.iter().flat_map(|war| &war.form.thresholds);
    let contours = thresholds.filter_map(|one| {
        let (outline, reach_m) = plume.outline(one.mg_m3?)?;
        Some(ContourView {
            value: one.value,
            decides: one.decides,
            reach_m,
            outline: outline
                .iter()
                .map(|at| [rounded(at.lon), rounded(at.lat)])
                .collect(),
        })
    });
    Some(PlumeView {
        at_ms: estimate.at.as_millis(),
        by: estimate
            .by
            .as_ref()
            .map(|account| person(account, displays)),
        grams_a_sec: form.grams_a_sec,
        wind_from: form.wind_from,
        wind_ms: form.wind_ms,
        stability: form.stability.to_string(),
        contours: contours.collect(),
    })
}

/// To a metre or so.
fn rounded(degrees: f64) -> f64 {
    (degrees * 100_000.0).round() / 100_000.0
}

fn war(book: &CommandBook, incident: &Incident, war: &War, displays: &Displays) -> WarView {
    let wars = book.wars();
    let rank = wars.iter().position(|other| other.id == incident.id);
    let form = &war.form;
    WarView {
        rank: count(rank.map_or(0, |rank| rank + 1)),
        since_ms: war.since.as_millis(),
        by: war.by.as_ref().map(|account| person(account, displays)),
        walls: form.walls.clone(),
        quiet: form.quiet.map(Into::into),
        thresholds: form
            .thresholds
            .iter()
            .map(|one| ThresholdView {
                property: one.property.to_string(),
                value: one.value,
                title: text(&one.title),
                decides: one.decides,
            })
            .collect(),
        sampling: form
            .sampling
            .iter()
            .map(|one| SamplingView {
                property: one.property.to_string(),
                every_secs: one.every_secs,
            })
            .collect(),
        deferred: count(war.deferred.len()),
    }
}

fn tasks(
    book: &CommandBook,
    incident: &Incident,
    displays: &Displays,
) -> (Vec<TaskView>, u32, u32) {
    let mut tasks: Vec<&Task> = book.tasks_of(incident).collect();
    let (all, over) = (
        tasks.len(),
        tasks.iter().filter(|task| task.stage.is_over()).count(),
    );
    tasks.sort_by_cached_key(|task| {
        let due = task
            .next_wake()
            .map_or(i64::MAX, |(due, _)| due.as_micros());
        let signed = task.stage != yiping_desk::task::TaskStage::Dispatched;
        (
            task.stage.is_over(),
            signed,
            task.late == Late::No,
            due,
            task.number,
        )
    });
    tasks.truncate(TASKS_PER_INCIDENT);
    let views = tasks.into_iter().map(|one| task(one, displays)).collect();
    (views, count(all), count(over))
}

fn task(task: &Task, displays: &Displays) -> TaskView {
    let (photos, datastream) = match &task.proof {
        Proof::Evidence { photos } => (Some(*photos), None),
        Proof::Reading(proof) => {
            let of = &proof.datastream;
            let view = DatastreamView {
                thing: of.thing.to_string(),
                property: of.property.to_string(),
            };
            (None, Some(view))
        }
    };
    TaskView {
        id: task.id.to_string(),
        number: task.number,
        version: task.version,
        title: text(&task.title),
        role: task.role.to_string(),
        assignee: task
            .assignee
            .as_ref()
            .map(|account| person(account, displays)),
        stage: name(&task.stage),
        stage_name: both(task.stage.names()),
        late: name(&task.late),
        sign_by_ms: task.sign_by.map(Timestamp::as_millis),
        done_by_ms: task.done_by.map(Timestamp::as_millis),
        photos,
        datastream,
        over: task.stage.is_over(),
    }
}

fn report(clock: &Clock, displays: &Displays) -> ReportView {
    let given = clock.given.as_ref();
    ReportView {
        report: clock.form.report.to_string(),
        title: text(&clock.form.title),
        due_ms: clock.due().map(Timestamp::as_millis),
        given_ms: given.map(|(at, _)| at.as_millis()),
        given_by: given.map(|(_, by)| person(by, displays)),
        times: clock.times,
        overdue: clock.overdue,
    }
}

fn item(item: &Item, displays: &Displays) -> ItemView {
    let done = item.done.as_ref();
    ItemView {
        item: item.form.item.to_string(),
        kind: name(&item.form.kind),
        title: text(&item.form.title),
        done_ms: done.map(|(at, _)| at.as_millis()),
        done_by: done.map(|(_, by)| person(by, displays)),
    }
}

fn person(account: &String, displays: &Displays) -> PersonView {
    PersonView {
        account: account.clone(),
        display: displays.get(account).cloned(),
    }
}

fn both((zh, en): (&str, &str)) -> TextView {
    TextView {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

/// What the API calls it.
fn name(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
