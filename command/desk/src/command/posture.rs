//! Peace and war (平战结合): which incidents are at war, which of them comes first, and which alarms wait because of them.
//!
//! Alarms wait that are raised while an incident is at war whose form says so (`quiet`): of that level or less grave, never of the gravest; at a
//! thing whose area is known, and is neither that incident's nor any other's that is at war; and of no incident. Where something is not known, the
//! alarm does not wait. Whatever waits is a function of the records of the wars that last ([`Book::settle_waiting`]), so an incident that goes
//! to war and back leaves everything as it was. What waited is told once, when the war is over.
//!
//! Rules of war are the reverse: their alarms call only in the areas of the incidents at war ([`Book::areas_at_war`], which every alarm book
//! is told). They never wait; which of them that lasted sleep again at peace is told with what waited.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use yiping_model::command::{
    CommandAct, DEFERRED_LISTED_MAX, DeferredAlarm, DeferredForm, EventLevel, Origin, PeaceForm,
    ResponseLevel, WarForm,
};
use yiping_model::{
    Act, AlarmChange, AlarmEvent, AlarmId, Body, Command, Finding, IncidentId, Level,
    Outcome as Found, Position, Record, ThingId, Timestamp,
};

use super::book::Book;
use crate::incident::{Deferred, Incident, War, WarOver, is_over};

/// Alarms that wait because of one incident; what is raised beyond it does not wait.
pub const DEFERRED_MAX: usize = 2_000;
/// Alarms of rules of war that last and are remembered, to be told when they sleep again.
const OF_WAR_MAX: usize = 10_000;
/// Wars of an incident that are remembered; the log has all.
pub const WARS_OVER_MAX: usize = 20;

impl Book {
    /// The incidents at war, the one that comes first on a wall first: by the level of the response, then that of the event (one that is not known
    /// counts as the gravest), then the longest at war.
    pub fn wars(&self) -> Vec<&Incident> {
        let wars = self.at_war.iter().filter_map(|id| self.incidents.get(id));
        let mut wars: Vec<&Incident> = wars.filter(|incident| incident.war.is_some()).collect();
        wars.sort_by_key(|incident| {
            let response = incident.response.as_ref().map(|running| running.level);
            let since = incident.war.as_ref().map(|war| war.position);
            (
                response.unwrap_or(ResponseLevel::ALL[3]),
                incident.event_level.unwrap_or(EventLevel::ALL[0]),
                since,
            )
        });
        wars
    }

    /// The alarms that wait, each with the incident because of which it does.
    pub const fn waiting(&self) -> &BTreeMap<AlarmId, IncidentId> {
        &self.deferred
    }

    /// The areas of the incidents at war; one of an incident whose area is not known holds nothing.
    pub fn areas_at_war(&self) -> BTreeSet<SmolStr> {
        let wars = self.wars().into_iter();
        wars.filter_map(|incident| incident.area.as_deref().map(SmolStr::new))
            .collect()
    }

    /// Takes what a record says of alarms.
    pub(super) fn hear<'a>(&mut self, record: &Record, area: impl Fn(&ThingId) -> Option<&'a str>) {
        match &record.body {
            Body::Finding(Finding {
                outcome: Found::Alarm(event),
                ..
            }) => {
                if event.posture.is_some() {
                    self.hear_of_war(event);
                } else if matches!(
                    event.change,
                    AlarmChange::Raised | AlarmChange::Split { .. }
                ) && let Some(area) = area(&event.subject.thing)
                {
                    self.defer(event, area);
                }
                let withdrawn = matches!(event.change, AlarmChange::Withdrawn { .. });
                self.with_deferred(&event.alarm, |deferred| {
                    deferred.lasts = event.ended.is_none() && !withdrawn;
                    deferred.acknowledged |= withdrawn;
                });
            }
            Body::Decision(decision) => {
                if let Act::Acknowledge { alarm, .. } = &decision.act {
                    self.with_deferred(alarm, |deferred| deferred.acknowledged = true);
                }
            }
            _ => {}
        }
    }

    /// Remembers the alarms of rules of war that last.
    fn hear_of_war(&mut self, event: &AlarmEvent) {
        let lasts = event.ended.is_none() && !matches!(event.change, AlarmChange::Withdrawn { .. });
        if !lasts {
            self.of_war.remove(&event.alarm);
        } else if self.of_war.len() < OF_WAR_MAX || self.of_war.contains_key(&event.alarm) {
            self.of_war.insert(event.alarm.clone(), event.clone());
        }
    }

    fn defer(&mut self, event: &AlarmEvent, area: &str) {
        let deferred = Deferred {
            subject: event.subject.clone(),
            level: event.level,
            area: area.into(),
            at: event.at,
            lasts: true,
            acknowledged: false,
        };
        let Some(by) = self.covering(&event.alarm, &deferred) else {
            return;
        };
        let war = self.incidents.get_mut(&by);
        let Some(war) = war.and_then(|incident| incident.war.as_mut()) else {
            return;
        };
        if war.deferred.len() < DEFERRED_MAX {
            war.deferred.insert(event.alarm.clone(), deferred);
            self.deferred.insert(event.alarm.clone(), by);
        }
    }

    /// The incident at war because of which this alarm waits: the first one that it does not concern.
    fn covering(&self, alarm: &AlarmId, one: &Deferred) -> Option<IncidentId> {
        let wars = self.wars();
        let lies_in = |incident: &&Incident| {
            let own = incident.area.as_deref();
            own.is_some_and(|own| one.area.starts_with(own))
        };
        let origin = Origin::Alarm {
            alarm: alarm.clone(),
            subject: one.subject.clone(),
        };
        let belongs = self.of_origin(&origin).is_some_and(|of| !is_over(of.stage));
        if one.level == Level::Red || belongs || wars.iter().any(lies_in) {
            return None;
        }
        let quiet = |incident: &&&Incident| {
            let limit = incident.war.as_ref().and_then(|war| war.form.quiet);
            incident.area.is_some() && limit.is_some_and(|limit| one.level >= limit)
        };
        wars.iter().find(quiet).map(|incident| incident.id.clone())
    }

    /// What is remembered of an alarm that waits or waited, wherever it is.
    fn with_deferred(&mut self, alarm: &AlarmId, change: impl Fn(&mut Deferred)) {
        let mut open = true;
        for id in &self.at_war {
            let Some(incident) = self.incidents.get_mut(id) else {
                continue;
            };
            let war = incident.war.as_mut().map(|war| &mut war.deferred);
            let over = incident.wars_over.iter_mut().map(|war| &mut war.deferred);
            for deferred in war.into_iter().chain(over) {
                if let Some(deferred) = deferred.get_mut(alarm) {
                    change(deferred);
                    open = deferred.is_open();
                }
            }
        }
        if !open {
            self.deferred.remove(alarm);
        }
    }

    /// Works out anew which alarms wait, after an act.
    pub(super) fn settle_waiting(&mut self) {
        let mut waiting = BTreeMap::new();
        for incident in self.wars() {
            let of_it = incident.war.iter().flat_map(|war| &war.deferred);
            for (alarm, deferred) in of_it.filter(|(_, deferred)| deferred.is_open()) {
                if self.covering(alarm, deferred).is_some() {
                    let by = waiting.entry(alarm.clone());
                    by.or_insert_with(|| incident.id.clone());
                }
            }
        }
        self.deferred = waiting;
    }

    /// Carries out what changes the posture; anything else changes nothing.
    pub(super) fn switch(&mut self, command: &Command, position: Position, at: Timestamp) {
        let id = &command.incident;
        match &command.act {
            CommandAct::ToWar(form) => self.begin_war(id, form, command, position, at),
            CommandAct::ToPeace(PeaceForm { .. }) => self.end_war(id, position, at),
            CommandAct::Deferred(told) => {
                if let Some(incident) = self.incidents.get_mut(id) {
                    let mut untold = incident.wars_over.iter_mut();
                    if let Some(war) = untold.find(|war| war.told.is_none()) {
                        war.told = Some(told.clone());
                        war.deferred.clear();
                        war.asleep.clear();
                    }
                }
            }
            _ => {}
        }
    }

    fn begin_war(
        &mut self,
        id: &IncidentId,
        form: &WarForm,
        command: &Command,
        position: Position,
        at: Timestamp,
    ) {
        if let Some(incident) = self.incidents.get_mut(id) {
            incident.war = Some(Box::new(War {
                form: form.clone(),
                since: at,
                by: command.person.clone(),
                position,
                deferred: BTreeMap::new(),
            }));
        }
    }

    /// Whatever still has to wait because of another one goes over to that.
    fn end_war(&mut self, id: &IncidentId, position: Position, at: Timestamp) {
        let Some(incident) = self.incidents.get_mut(id) else {
            return;
        };
        let Some(war) = incident.war.take() else {
            return;
        };
        let asleep = self.falls_asleep(id);
        let Some(incident) = self.incidents.get_mut(id) else {
            return;
        };
        incident.wars_over.push_back(WarOver {
            since: war.since,
            until: at,
            position,
            told: None,
            deferred: war.deferred.clone(),
            asleep,
        });
        if incident.wars_over.len() > WARS_OVER_MAX {
            incident.wars_over.pop_front();
        }
        for (alarm, deferred) in war.deferred {
            if !deferred.is_open() {
                continue;
            }
            let other = self.covering(&alarm, &deferred);
            let other = other.and_then(|other| self.incidents.get_mut(&other));
            if let Some(other) = other.and_then(|other| other.war.as_mut())
                && other.deferred.len() < DEFERRED_MAX
            {
                other.deferred.insert(alarm, deferred);
            }
        }
    }

    /// The alarms of rules of war that last in the area of this incident, which was at war, and of no other that is.
    fn falls_asleep(&self, id: &IncidentId) -> Vec<DeferredAlarm> {
        let own = self.incidents.get(id).and_then(|one| one.area.as_deref());
        let Some(own) = own.map(SmolStr::new) else {
            return Vec::new();
        };
        let wars = self.areas_at_war();
        let falls = self.of_war.values();
        let falls = falls.filter(|event| event.is_asleep(&wars) && !event.is_asleep([&own]));
        let mut falls: Vec<DeferredAlarm> = falls.map(slept).collect();
        falls.sort_by_key(|one| (one.level, one.at));
        falls.truncate(DEFERRED_LISTED_MAX);
        falls
    }

    /// What the program has to say of wars that are over, at most so much.
    pub(super) fn owed(&self, max: usize) -> Vec<Command> {
        let untold = |incident: &&Incident| incident.wars_over.iter().any(|war| war.told.is_none());
        let owing = self.at_war.iter().filter_map(|id| self.incidents.get(id));
        let owing = owing.filter(untold).take(max);
        let said = owing.filter_map(|incident| {
            let war = incident.wars_over.iter().find(|war| war.told.is_none())?;
            Some(Command {
                person: None,
                seat: String::new(),
                key: format!("auto:deferred:{}", war.position.0).into(),
                incident: incident.id.clone(),
                seen: None,
                act: CommandAct::Deferred(Box::new(list(war))),
            })
        });
        said.collect()
    }
}

fn slept(event: &AlarmEvent) -> DeferredAlarm {
    DeferredAlarm {
        alarm: event.alarm.clone(),
        subject: event.subject.clone(),
        level: event.level,
        at: event.at,
        open: false,
    }
}

fn list(war: &WarOver) -> DeferredForm {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let mut alarms: Vec<DeferredAlarm> = war
        .deferred
        .iter()
        .map(|(alarm, deferred)| DeferredAlarm {
            alarm: alarm.clone(),
            subject: deferred.subject.clone(),
            level: deferred.level,
            at: deferred.at,
            open: deferred.is_open(),
        })
        .collect();
    alarms.sort_by_key(|one| (Reverse(one.open), one.level, one.at));
    let open = alarms.iter().filter(|one| one.open).count();
    let all = alarms.len();
    alarms.truncate(DEFERRED_LISTED_MAX);
    DeferredForm {
        since: war.since,
        until: war.until,
        count: count(all),
        open: count(open),
        alarms,
        asleep: war.asleep.clone(),
    }
}
