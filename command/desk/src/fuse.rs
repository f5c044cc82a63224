//! Proposals to fuse (融合建议): alarms near an incident in place and time, and incidents near each other. A person says yes (`attach`, `merge`) or
//! no (`dismiss`); nothing is ever fused by itself.
//!
//! Near is a matter of H3 cells (resolution 8, about 0.9 km from centre to centre), minutes, and the domain of the rule. The figures by which they
//! count are ours.

use std::collections::BTreeMap;

use h3o::{CellIndex, LatLng, Resolution};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use yiping_model::command::{Origin, Place};
use yiping_model::{AlarmChange, AlarmEvent, IncidentId, Text, ThingId, Timestamp};

use crate::command::CommandBook;
use crate::incident::{Incident, is_over};

/// Alarms that are remembered; beyond it the oldest is forgotten.
pub const SIGNALS_MAX: usize = 4_096;
/// Cells apart, at most.
pub const RINGS_MAX: u32 = 3;
/// Minutes apart, at most.
pub const MINUTES_MAX: i64 = 60;
/// Points that a proposal has at least, of 100.
pub const POINTS_MIN: i64 = 50;
/// Proposals in one answer.
const PROPOSALS_MAX: usize = 200;

/// Lately raised alarms, as far as they may belong to incidents.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<(Origin, Signal)>", into = "Vec<(Origin, Signal)>")]
pub struct Signals {
    of: BTreeMap<Origin, Signal>,
}

// An origin is no key of a JSON object.
impl From<Vec<(Origin, Signal)>> for Signals {
    fn from(pairs: Vec<(Origin, Signal)>) -> Self {
        Self {
            of: pairs.into_iter().collect(),
        }
    }
}

impl From<Signals> for Vec<(Origin, Signal)> {
    fn from(signals: Signals) -> Self {
        signals.of.into_iter().collect()
    }
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Signal {
    at: Timestamp,
    thing: ThingId,
    domain: Option<SmolStr>,
}

/// What may belong to an incident.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Candidate {
    /// An alarm, or what else it may come from.
    Origin(Origin),
    /// Another incident.
    Incident(IncidentId),
}

/// Something that may belong to an incident, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// The incident.
    pub incident: IncidentId,
    /// Its number.
    pub number: u32,
    /// What may belong to it.
    pub candidate: Candidate,
    /// Cells between them.
    pub rings: u32,
    /// Metres between them, to ten.
    pub metres: i64,
    /// Minutes between them.
    pub minutes: i64,
    /// Whether both are of one domain; `None` where one of them has none.
    pub same_domain: Option<bool>,
    /// How much speaks for it, of 100: 100, less 10 a cell, less 1 for each two minutes, less 30 for another domain, less 10 for an unknown one.
    pub points: i64,
    /// The same in words.
    pub because: Text,
}

impl Signals {
    /// Takes what was said of an alarm.
    pub fn take(&mut self, event: &AlarmEvent) {
        let origin = Origin::Alarm {
            alarm: event.alarm.clone(),
            subject: event.subject.clone(),
        };
        match event.change {
            AlarmChange::Withdrawn { .. } => {
                self.of.remove(&origin);
            }
            AlarmChange::Raised | AlarmChange::Split { .. } => {
                let signal = Signal {
                    at: event.at,
                    thing: event.subject.thing.clone(),
                    domain: event.rule_version.as_ref().map(|rule| rule.pack.clone()),
                };
                self.of.insert(origin, signal);
                if self.of.len() > SIGNALS_MAX {
                    let oldest = self
                        .of
                        .iter()
                        .min_by_key(|(origin, signal)| (signal.at, *origin));
                    if let Some(oldest) = oldest.map(|(origin, _)| origin.clone()) {
                        self.of.remove(&oldest);
                    }
                }
            }
            AlarmChange::Returned | AlarmChange::Amended => {}
        }
    }

    /// What may belong together now, what speaks most for it first. `place` tells where a thing stands: longitude and latitude.
    pub fn proposals(
        &self,
        book: &CommandBook,
        place: impl Fn(&ThingId) -> Option<(f64, f64)>,
    ) -> Vec<Proposal> {
        let alive =
            |incident: &&Incident| !is_over(incident.stage) && incident.merged_into.is_none();
        let mut spots: BTreeMap<u64, Vec<Spot<'_>>> = BTreeMap::new();
        let free = self
            .of
            .iter()
            .filter(|(origin, _)| book.of_origin(origin).is_none());
        for (origin, signal) in free {
            if let Some(spot) = place(&signal.thing)
                .and_then(|(lon, lat)| Spot::of_signal(origin, signal, lon, lat))
            {
                spots.entry(spot.cell.into()).or_default().push(spot);
            }
        }
        for incident in book.incidents().filter(alive) {
            if let Some(spot) = Spot::of_incident(incident) {
                spots.entry(spot.cell.into()).or_default().push(spot);
            }
        }
        let mut proposals = Vec::new();
        for incident in book.incidents().filter(alive) {
            let Some(here) = Spot::of_incident(incident) else {
                continue;
            };
            let around: Vec<CellIndex> = here.cell.grid_disk(RINGS_MAX);
            let near = around
                .iter()
                .filter_map(|cell| spots.get(&u64::from(*cell)));
            proposals.extend(
                near.flatten()
                    .filter_map(|there| here.with(there, incident)),
            );
        }
        proposals.sort_by(|one, other| {
            let key = |proposal: &Proposal| {
                (
                    std::cmp::Reverse(proposal.points),
                    proposal.number,
                    proposal.metres,
                )
            };
            key(one).cmp(&key(other))
        });
        proposals.truncate(PROPOSALS_MAX);
        proposals
    }
}

/// Something at a place and a time.
struct Spot<'a> {
    cell: CellIndex,
    place: LatLng,
    at: Timestamp,
    domain: Option<&'a str>,
    what: What<'a>,
}

enum What<'a> {
    Origin(&'a Origin),
    Incident(&'a Incident),
}

impl<'a> Spot<'a> {
    fn new(
        lon: f64,
        lat: f64,
        at: Timestamp,
        domain: Option<&'a str>,
        what: What<'a>,
    ) -> Option<Self> {
        let place = LatLng::new(lat, lon).ok()?;
        Some(Self {
            cell: place.to_cell(Resolution::Eight),
            place,
            at,
            domain,
            what,
        })
    }

    fn of_signal(origin: &'a Origin, signal: &'a Signal, lon: f64, lat: f64) -> Option<Self> {
        Self::new(
            lon,
            lat,
            signal.at,
            signal.domain.as_deref(),
            What::Origin(origin),
        )
    }

    fn of_incident(incident: &'a Incident) -> Option<Self> {
        let Place { lon, lat, .. } = incident.place.as_ref()?;
        Self::new(
            *lon,
            *lat,
            incident.opened,
            incident.domain.as_deref(),
            What::Incident(incident),
        )
    }

    /// The proposal that what is there belongs to the incident here.
    fn with(&self, there: &Spot<'_>, incident: &Incident) -> Option<Proposal> {
        let dismissed = |origin: &Origin| incident.dismissed.contains(origin);
        let candidate = match there.what {
            What::Origin(origin) if dismissed(origin) => return None,
            What::Origin(origin) => Candidate::Origin(origin.clone()),
            // Of two incidents the later one is proposed for the earlier; somebody who said no has said so of its origins.
            What::Incident(other) => {
                let said_no = !other.origins.is_empty() && other.origins.iter().all(dismissed);
                if other.number <= incident.number || said_no {
                    return None;
                }
                Candidate::Incident(other.id.clone())
            }
        };
        let rings = self.cell.grid_distance(there.cell).ok()?;
        let rings = u32::try_from(rings).ok()?;
        let minutes = (there.at.micros_since(self.at) / 60_000_000).abs();
        let metres = (self.place.distance_m(there.place) / 10.0).round() as i64 * 10;
        let same_domain = self
            .domain
            .zip(there.domain)
            .map(|(one, other)| one == other);
        let other_domain = match same_domain {
            Some(true) => 0,
            Some(false) => 30,
            None => 10,
        };
        let points = 100 - 10 * i64::from(rings) - minutes / 2 - other_domain;
        (minutes <= MINUTES_MAX && points >= POINTS_MIN).then(|| Proposal {
            incident: incident.id.clone(),
            number: incident.number,
            candidate,
            rings,
            metres,
            minutes,
            same_domain,
            points,
            because: because(metres, minutes, same_domain),
        })
    }
}

fn because(metres: i64, minutes: i64, same_domain: Option<bool>) -> Text {
    let (zh, en) = match same_domain {
        Some(true) => ("，同一领域", ", of one domain"),
        Some(false) => ("，领域不同", ", of different domains"),
        None => ("，领域未知", ", of an unknown domain"),
    };
    Text {
        zh: format!("相距 {metres} 米，相差 {minutes} 分钟{zh}"),
        en: format!("{metres} m apart, {minutes} min apart{en}"),
    }
}

#[cfg(test)]
mod tests;
