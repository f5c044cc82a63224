//! From a request to an act: who asks may do it there, and a plan has become what it creates.

use std::collections::BTreeMap;
use std::time::Duration;

use yiping_desk::command::Refusal;
use yiping_desk::evidence::is_digest;
use yiping_desk::incident::Incident;
use yiping_desk::people::Who;
use yiping_desk::plan::{Choice, Ground, Plan};
use yiping_desk::rights::{Right, Role};
use yiping_model::command::{
    Amendment, Attached, CommandAct, EstimateForm, IncidentForm, Joined, Move, Note, Offer, Origin,
    PairConfirm, PairProposal, PairRecall, Paired, PeaceForm, Place, Reported, Stage, Step,
    TaskAct, TaskForm, Tick, WarForm, Warning,
};
use yiping_model::{Command, DatastreamId, IncidentId, TaskId, Text, Timestamp};

use super::super::ask::{
    Act, ActRequest, AsideRequest, OpenRequest, Order, OrderRequest, StepRequest, TwoAsked,
};
use super::super::{ActError, Incidents};
use super::{incident_id, reaches, task_id};

/// Of a task by hand: seconds from overdue to the reminder, and to supervision. Ours.
const REMIND_AFTER_SECS: u32 = 600;
const SUPERVISE_AFTER_SECS: u32 = 1_800;

fn command(
    who: &Who,
    key: String,
    incident: IncidentId,
    seen: Option<u32>,
    act: CommandAct,
) -> Command {
    Command {
        person: who.person.clone(),
        seat: who.seat.clone(),
        key: key.into(),
        incident,
        seen,
        act,
    }
}

/// The incident, if a right of who asks reaches to it.
fn reached(
    state: &Incidents,
    who: &Who,
    right: Right,
    id: &IncidentId,
) -> Result<Incident, ActError> {
    let folded = state.0.folded();
    let incident = folded.desk.book().incident(id).ok_or(Refusal::NoIncident)?;
    if reaches(who, right, incident) {
        Ok(incident.clone())
    } else {
        Err(ActError::OutOfReach)
    }
}

pub(super) fn open(
    state: &Incidents,
    who: &Who,
    request: OpenRequest,
) -> Result<Command, ActError> {
    let OpenRequest {
        key,
        title,
        class,
        event_level,
        warning,
        origins,
        place,
        area,
        domain,
        affected,
        note,
    } = request;
    let things = &state.0.city.catalogue.things;
    let thing = origins.iter().find_map(|origin| match origin {
        Origin::Alarm { subject, .. } => things.get(&subject.thing),
        Origin::Detection { thing, .. } => things.get(thing),
        Origin::Order { .. } => None,
    });
    let stands = |thing: &yiping_model::Thing| Place {
        lon: thing.lon,
        lat: thing.lat,
        name: thing.name.zh.clone(),
    };
    let form = IncidentForm {
        title: format!("{}{title}", state.0.mark),
        class,
        event_level,
        warning,
        place: place.or_else(|| thing.map(stands)),
        area: area.or_else(|| thing.and_then(|thing| thing.area.clone())),
        origins,
        domain,
        affected,
        note,
    };
    if !who.may_at(
        Right::Incidents,
        form.area.as_deref(),
        form.domain.as_deref(),
    ) {
        return Err(ActError::OutOfReach);
    }
    let person = who.person.as_deref().unwrap_or_default();
    let id = IncidentId::of(&["open", person, &key]);
    Ok(command(
        who,
        key,
        id,
        None,
        CommandAct::Open(Box::new(form)),
    ))
}

pub(super) fn act(
    state: &Incidents,
    who: &Who,
    id: &str,
    request: ActRequest,
) -> Result<Command, ActError> {
    let id = incident_id(id)?;
    reached(state, who, Right::Incidents, &id)?;
    let act = match request.act {
        Act::Assess { note } => CommandAct::Move(Box::new(Move {
            to: Stage::Assessing,
            note,
            reports: Vec::new(),
        })),
        Act::Amend {
            title,
            class,
            event_level,
            warning,
            place,
            affected,
            hazard,
            note,
        } => CommandAct::Amend(Box::new(Amendment {
            title,
            class,
            event_level,
            warning,
            place,
            affected,
            hazard,
            note,
        })),
        Act::Attach { origins, note } => CommandAct::Attach(Attached { origins, note }),
        Act::Dismiss { origins, note } => CommandAct::Dismiss(Attached { origins, note }),
        Act::Tick { item, done, note } => CommandAct::Tick(Tick {
            item: item.into(),
            done,
            note,
        }),
        Act::Lesson { note } => CommandAct::Lesson(Note { note }),
        Act::Report { report, note } => CommandAct::Report(Reported {
            report: report.into(),
            note,
        }),
    };
    Ok(command(who, request.key, id, request.seen, act))
}

pub(super) fn order(
    state: &Incidents,
    who: &Who,
    id: &str,
    request: OrderRequest,
) -> Result<Command, ActError> {
    let id = incident_id(id)?;
    let incident = reached(state, who, Right::Command, &id)?;
    let now = state.0.clock.now();
    let act = match request.act {
        Order::Move { to, note } => {
            CommandAct::Move(Box::new(moved(state, &incident, to, note, now)))
        }
        Order::Respond {
            plan,
            level,
            note,
            roles,
            datastreams,
        } => {
            let plan = found(state, |known| known.id == plan, &plan)?;
            let choice = choice(note, roles, datastreams)?;
            let response = with_ground(state, &choice, now, |ground| {
                plan.respond(&incident, level, ground)
            });
            CommandAct::Respond(Box::new(response.map_err(ActError::Unplanned)?))
        }
        Order::Propose { what } => CommandAct::Propose(Box::new(PairProposal {
            what: paired(state, &incident, what, now)?,
        })),
        Order::Confirm { proposal, note } => confirmed(&incident, &request.key, proposal, note)?,
        Order::Recall { proposal, note } => CommandAct::Recall(PairRecall {
            proposal: proposal.into(),
            note,
        }),
        Order::Merge { other, note } => {
            reached(state, who, Right::Command, &other)?;
            CommandAct::Merge(Joined { other, note })
        }
        Order::Unmerge { other, note } => CommandAct::Unmerge(Joined { other, note }),
        turn @ (Order::ToWar { .. } | Order::ToPeace { .. } | Order::Estimate { .. }) => {
            posture(state, who, &incident, turn)?
        }
        Order::TakeCommand { note } => CommandAct::TakeCommand(Note { note }),
        add @ Order::AddTask { .. } => {
            let person = who.person.as_deref().unwrap_or_default();
            let task = TaskId::of(&[id.as_str(), "by hand", person, &request.key]);
            by_hand(add, task, now)?
        }
    };
    Ok(command(who, request.key, id, request.seen, act))
}

/// What takes two people, with all that follows from it.
fn paired(
    state: &Incidents,
    incident: &Incident,
    asked: TwoAsked,
    now: Timestamp,
) -> Result<Paired, ActError> {
    Ok(match asked {
        TwoAsked::Adjust {
            level,
            note,
            roles,
            datastreams,
        } => {
            let running = incident.response.as_ref().ok_or(Refusal::NoResponse)?;
            let is_it = |known: &Plan| (&known.id, &known.pack) == (&running.plan, &running.pack);
            let plan = found(state, is_it, &running.plan)?;
            let choice = choice(note, roles, datastreams)?;
            let folded = state.0.folded();
            let book = folded.desk.book();
            let adjusted = with_ground(state, &choice, now, |ground| {
                plan.adjust(book, incident, level, ground)
            });
            Paired::Adjust(Box::new(adjusted.map_err(ActError::Unplanned)?))
        }
        TwoAsked::HandOver { to, note } => Paired::HandOver(Offer { to, note }),
        TwoAsked::Warn {
            level,
            reach,
            text,
            ways,
            note,
        } => Paired::Warn(Warning {
            level,
            reach,
            text,
            ways,
            note,
        }),
    })
}

/// What came in is no incident.
pub(super) fn aside(who: &Who, request: AsideRequest) -> Command {
    let AsideRequest { key, origins, note } = request;
    let person = who.person.as_deref().unwrap_or_default();
    let id = IncidentId::of(&["aside", person, &key]);
    let attached = Attached { origins, note };
    command(who, key, id, None, CommandAct::SetAside(attached))
}

/// What the first of two proposed, as the second one confirms it.
fn confirmed(
    incident: &Incident,
    key: &str,
    proposal: String,
    note: String,
) -> Result<CommandAct, ActError> {
    let waits = incident.pending.as_ref();
    let waits = waits.filter(|pending| pending.key == proposal);
    let proposal = proposal.into();
    match waits.map(|pending| pending.what.clone()) {
        Some(what) => Ok(CommandAct::Confirm(Box::new(PairConfirm {
            proposal,
            what,
            note,
        }))),
        // Sent again: it counted under its key, which is all that the book looks at.
        None if incident.knows(key) => Ok(CommandAct::Recall(PairRecall { proposal, note })),
        None => Err(Refusal::NoProposal.into()),
    }
}

/// War, peace, and what is estimated.
fn posture(
    state: &Incidents,
    who: &Who,
    incident: &Incident,
    order: Order,
) -> Result<CommandAct, ActError> {
    Ok(match order {
        Order::Estimate {
            grams_a_sec,
            wind_from,
            wind_ms,
            stability,
            note,
        } => CommandAct::Estimate(EstimateForm {
            grams_a_sec,
            wind_from,
            wind_ms,
            stability,
            note,
        }),
        Order::ToWar { walls, note } => {
            let by_rank = stands_above(who, incident);
            CommandAct::ToWar(Box::new(war(state, incident, walls, note, by_rank)))
        }
        Order::ToPeace { note } => CommandAct::ToPeace(PeaceForm {
            by_rank: stands_above(who, incident),
            note,
        }),
        _ => return Err(Refusal::NoIncident.into()),
    })
}

/// Whether who asks may switch what somebody else commands: 指挥长 stand above all others.
fn stands_above(who: &Who, incident: &Incident) -> bool {
    let own = incident.commander.is_none() || incident.commander == who.person;
    !own && who.roles.contains(&Role::Commander)
}

/// What an incident goes to war with, by the plan that runs; without one only what the wall shows changes.
fn war(
    state: &Incidents,
    incident: &Incident,
    walls: Vec<String>,
    note: String,
    by_rank: bool,
) -> WarForm {
    match running_plan(state, incident) {
        Some(plan) => plan.war(walls, note, by_rank),
        None => WarForm {
            note,
            by_rank,
            walls,
            ..WarForm::default()
        },
    }
}

fn running_plan<'a>(state: &'a Incidents, incident: &Incident) -> Option<&'a Plan> {
    let running = incident.response.as_ref()?;
    let mut plans = state.0.city.plans.iter();
    plans.find(|plan| (&plan.id, &plan.pack) == (&running.plan, &running.pack))
}

/// A task that no plan has.
fn by_hand(order: Order, task: TaskId, now: Timestamp) -> Result<CommandAct, ActError> {
    let Order::AddTask {
        title,
        assignee,
        units,
        note,
        sign_within_secs,
        done_within_secs,
        proof,
    } = order
    else {
        return Err(Refusal::NoTask.into());
    };
    let within = |secs: Option<u32>| secs.map(|secs| now + Duration::from_secs(secs.into()));
    Ok(CommandAct::AddTask(Box::new(TaskForm {
        task,
        template: None,
        title: Text {
            zh: title.clone(),
            en: title,
        },
        role: String::new().into(),
        assignee,
        units,
        note,
        sign_by: within(sign_within_secs),
        done_by: within(done_within_secs),
        remind_after_secs: REMIND_AFTER_SECS,
        supervise_after_secs: SUPERVISE_AFTER_SECS,
        proof,
    })))
}

/// A move, with the reports that it asks for.
fn moved(state: &Incidents, incident: &Incident, to: Stage, note: String, now: Timestamp) -> Move {
    let plan = running_plan(state, incident).filter(|_| to == Stage::Ended);
    let reports = plan.map(|plan| plan.reports_at_end(incident, now, &*state.0.city.calendar));
    Move {
        to,
        note,
        reports: reports.unwrap_or_default(),
    }
}

fn found<'a>(
    state: &'a Incidents,
    is_it: impl Fn(&Plan) -> bool,
    name: &str,
) -> Result<&'a Plan, ActError> {
    let mut plans = state.0.city.plans.iter();
    let found = plans.find(|plan| is_it(plan));
    found.ok_or_else(|| ActError::NoPlan(name.chars().take(64).collect()))
}

fn choice(
    note: String,
    roles: BTreeMap<String, String>,
    datastreams: BTreeMap<String, String>,
) -> Result<Choice, ActError> {
    let read = |(property, id): (String, String)| match DatastreamId::parse(&id) {
        Ok(id) => Ok((property, id)),
        Err(error) => Err(ActError::Request(format!("`datastreams`: {error}"))),
    };
    Ok(Choice {
        note,
        roles,
        datastreams: datastreams
            .into_iter()
            .map(read)
            .collect::<Result<_, _>>()?,
    })
}

fn with_ground<T>(
    state: &Incidents,
    choice: &Choice,
    now: Timestamp,
    make: impl FnOnce(&Ground<'_>) -> T,
) -> T {
    make(&Ground {
        choice,
        now,
        calendar: &*state.0.city.calendar,
        limit: &|datastream, name| state.0.limit(datastream, name),
    })
}

pub(super) fn step(
    state: &Incidents,
    who: &Who,
    right: Right,
    allowed: &[Step],
    id: &str,
    request: StepRequest,
) -> Result<Command, ActError> {
    let task = task_id(id)?;
    let incident = {
        let folded = state.0.folded();
        let book = folded.desk.book();
        let task = book.task(&task).ok_or(Refusal::NoTask)?;
        task.incident.clone()
    };
    reached(state, who, right, &incident)?;
    if !allowed.contains(&request.step) {
        let listed: Vec<String> = allowed
            .iter()
            .filter_map(|step| serde_json::to_value(step).ok()?.as_str().map(str::to_owned))
            .collect();
        return Err(ActError::Request(format!(
            "`step` here is one of {}",
            listed.join(", ")
        )));
    }
    if !request.photos.iter().all(|photo| is_digest(&photo.digest)) {
        return Err(ActError::Request(
            "a photograph's `digest` is SHA-256, 64 hex digits in small letters".into(),
        ));
    }
    // The photograph goes first: a step that names what nobody has proves nothing.
    let mut photos = request.photos.iter();
    if let Some(photo) = photos.find(|photo| !state.0.evidence.holds(&photo.digest)) {
        return Err(ActError::NoEvidence(photo.digest.to_string()));
    }
    let act = TaskAct {
        task,
        step: request.step,
        done_at: request.done_at,
        place: request.place,
        note: request.note,
        photos: request.photos,
        to: request.to.filter(|_| request.step == Step::Reassign),
        units: if request.step == Step::Reassign {
            request.units
        } else {
            Vec::new()
        },
        reading: None,
    };
    Ok(command(
        who,
        request.key,
        incident,
        request.seen,
        CommandAct::Task(Box::new(act)),
    ))
}
