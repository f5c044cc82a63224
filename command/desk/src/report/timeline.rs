//! The timeline of a report: what each entry of the ledger is in the course of an incident.

use std::collections::BTreeSet;

use serde::Serialize;
use yiping_model::command::{CommandAct, Proof};
use yiping_model::{
    Act, AlarmId, Command, DatastreamId, NoticeCause, NoticeStep, Position, Text, Timestamp,
};

use super::same;
use crate::incident::Incident;
use crate::ledger::{By, Entry, Line};
use crate::task::Task;

/// What a moment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MomentKind {
    /// A fact that sensors told.
    Fact,
    /// A person decided.
    Decision,
    /// A person did something.
    Step,
    /// The program said so by its rules.
    Program,
}

/// A line of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moment {
    /// The record.
    pub position: Position,
    /// When the log took it.
    pub at: Timestamp,
    /// When it was done by the clock of who did it, where that was said.
    pub done_at: Option<Timestamp>,
    /// What it is.
    pub kind: MomentKind,
    /// What happened: `alarm_raised`, `acknowledge`, `respond`, the step of a task, …
    pub what: String,
    /// What it was about.
    pub about: Text,
    /// Who; `None` for the program.
    pub person: Option<String>,
    /// At which seat.
    pub seat: String,
    /// What was written with it.
    pub note: String,
    /// On which evidence it was decided: what the screen showed, and what was proved by.
    pub evidence: Option<Evidence>,
}

/// What something was decided on, or is proved by.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Evidence {
    /// What a screen showed: the position, and the digest of what it showed.
    Screen {
        /// The position of the scene.
        position: Position,
        /// SHA-256, 64 hex digits.
        digest: String,
    },
    /// Photographs.
    Photos {
        /// Their digests.
        digests: Vec<String>,
    },
    /// Readings.
    Readings {
        /// Of which datastream.
        datastream: Option<DatastreamId>,
        /// The first observation.
        from: Timestamp,
        /// The last one.
        to: Timestamp,
        /// Its value.
        value: f64,
    },
    /// The text of a plan.
    Plan {
        /// The plan.
        plan: String,
        /// Which text of it.
        digest: String,
    },
}

/// The moment that an entry is in the course of an incident; `None` when it does not belong there, or did not count.
pub(super) fn moment(
    entry: &Entry<'static>,
    incident: &Incident,
    tasks: &[Task],
    own: &BTreeSet<&AlarmId>,
) -> Option<Moment> {
    let (person, seat) = match &entry.by {
        By::Person { name, seat } => (Some(name.clone().into_owned()), seat.clone().into_owned()),
        By::Seat(seat) => (None, seat.clone().into_owned()),
        By::Engine => (None, String::new()),
    };
    let mut moment = Moment {
        position: entry.position,
        at: entry.at,
        done_at: None,
        kind: MomentKind::Program,
        what: String::new(),
        about: same(""),
        person,
        seat,
        note: String::new(),
        evidence: None,
    };
    match &entry.line {
        Line::Alarm(event) if own.contains(&event.alarm) => {
            moment.kind = MomentKind::Fact;
            moment.what = format!("alarm_{}", event.change.name());
            moment.about = same(&format!("{} {}", event.rule, event.subject));
        }
        Line::Decision(decision) => match &decision.act {
            Act::Acknowledge { alarm, note, seen } if own.contains(alarm) => {
                moment.kind = MomentKind::Decision;
                "acknowledge".clone_into(&mut moment.what);
                moment.note.clone_from(note);
                moment.evidence = seen.as_ref().map(|seen| Evidence::Screen {
                    position: seen.position,
                    digest: seen.digest.clone(),
                });
            }
            _ => return None,
        },
        Line::Notice(notice) => {
            let NoticeStep::Queued(message) = &notice.step else {
                return None;
            };
            let about = |alarm: &AlarmId| own.contains(alarm);
            let told = match &message.cause {
                NoticeCause::Alarm { alarm, .. } | NoticeCause::Escalation { alarm, .. } => {
                    about(alarm)
                }
                NoticeCause::Group { about: told, .. } => {
                    told.iter().any(|told| about(&told.alarm))
                }
                NoticeCause::Test { .. } => false,
            };
            if !told {
                return None;
            }
            "notice".clone_into(&mut moment.what);
            moment.about = same(&message.title);
        }
        Line::Command(command) if command.incident == incident.id => {
            ordered(&mut moment, command, incident, tasks)?;
        }
        _ => return None,
    }
    Some(moment)
}

/// Tells an act that counted.
fn ordered(
    moment: &mut Moment,
    command: &Command,
    incident: &Incident,
    tasks: &[Task],
) -> Option<()> {
    if let CommandAct::Task(act) = &command.act {
        let task = tasks.iter().find(|task| task.id == act.task)?;
        let mut steps = task.steps.iter();
        let took = steps.find(|took| took.position == moment.position)?;
        moment.kind = if act.step.is_automatic() {
            MomentKind::Program
        } else {
            MomentKind::Step
        };
        let step = serde_json::to_value(act.step).ok()?;
        step.as_str()?.clone_into(&mut moment.what);
        moment.about = Text {
            zh: format!("{} {}", task.number, task.title.zh),
            en: format!("{} {}", task.number, task.title.en),
        };
        moment.done_at = took.done_at;
        moment.note.clone_from(&took.note);
        moment.evidence = match (&took.reading, took.photos.as_slice()) {
            (Some(proven), _) => Some(Evidence::Readings {
                datastream: match &task.proof {
                    Proof::Reading(proof) => Some(proof.datastream.clone()),
                    Proof::Evidence { .. } => None,
                },
                from: proven.from,
                to: proven.to,
                value: proven.value,
            }),
            (None, []) => None,
            (None, photos) => Some(Evidence::Photos {
                digests: photos
                    .iter()
                    .map(|photo| photo.digest.to_string())
                    .collect(),
            }),
        };
        return Some(());
    }
    let mut traces = incident.history.iter();
    let trace = traces.find(|trace| trace.position == moment.position)?;
    moment.kind = if command.act.is_automatic() {
        MomentKind::Program
    } else {
        MomentKind::Decision
    };
    moment.what = trace.act.to_string();
    moment.about = same(&trace.what);
    moment.note.clone_from(&trace.note);
    if let CommandAct::Respond(response) = &command.act {
        moment.about = Text {
            zh: format!("{} {}", response.title.zh, response.level.roman()),
            en: format!("{} {}", response.title.en, response.level.roman()),
        };
        moment.evidence = Some(Evidence::Plan {
            plan: response.plan.to_string(),
            digest: response.digest.to_string(),
        });
    }
    Some(())
}
