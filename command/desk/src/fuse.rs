//! Proposals to fuse (融合建议): alarms, detections and orders of a hotline near an incident in place and time, incidents near each other, and what
//! belongs to no incident yet and is near each other. A person says yes (`attach`, `merge`, an incident opened of them) or no (`dismiss`,
//! `set_aside`); nothing is ever fused by itself.
//!
//! Near is a matter of H3 cells (resolution 8, about 0.9 km from centre to centre), minutes, and the domain of the rule. The figures by which they
//! count are ours.

mod groups;

use std::collections::BTreeMap;
use std::time::Duration;

use h3o::{CellIndex, LatLng, Resolution};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use yiping_model::command::{HotlineOrder, Origin, Place};
use yiping_model::{AlarmChange, AlarmEvent, Event, IncidentId, Text, ThingId, Timestamp};

use crate::command::CommandBook;
use crate::incident::{Incident, is_over};

/// Signals that are remembered; beyond it the oldest of the kind that has most is forgotten.
pub const SIGNALS_MAX: usize = 4_096;
/// Cells apart, at most.
pub const RINGS_MAX: u32 = 3;
/// Minutes apart, at most.
pub const MINUTES_MAX: i64 = 60;
/// Points that a proposal has at least, of 100.
pub const POINTS_MIN: i64 = 50;
/// Proposals in one answer.
const PROPOSALS_MAX: usize = 200;

/// Alarms, detections and orders of late, as far as they may belong to incidents.
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

/// An alarm, a detection or an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Signal {
    at: Timestamp,
    /// The thing where it is; an order has none.
    #[serde(default)]
    thing: Option<ThingId>,
    /// Where an order is: longitude and latitude.
    #[serde(default)]
    spot: Option<(f64, f64)>,
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
    /// What belongs to no incident yet, and may be one.
    Group(Vec<Origin>),
}

/// Something that may belong to an incident, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// The incident; `None` for a group that belongs to none yet.
    pub incident: Option<IncidentId>,
    /// Its number.
    pub number: Option<u32>,
    /// When the candidate came; of a group, the first of it.
    pub at: Timestamp,
    /// Where the candidate is: longitude and latitude; of a group, the first of it.
    pub place: (f64, f64),
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
                    thing: Some(event.subject.thing.clone()),
                    spot: None,
                    domain: event.rule_version.as_ref().map(|rule| rule.pack.clone()),
                };
                self.remember(origin, signal);
            }
            AlarmChange::Returned | AlarmChange::Amended => {}
        }
    }

    /// Takes a detection: of one matter at one thing the first in an hour.
    pub fn take_detection(&mut self, event: &Event) {
        let of = |at: Timestamp| Origin::Detection {
            thing: event.thing.clone(),
            kind: event.kind.clone(),
            key: event.key.clone(),
            at,
        };
        let at = event.phenomenon_time;
        let hour = Duration::from_secs(60 * MINUTES_MAX as u64);
        if self.of.range(of(at - hour)..=of(at)).next().is_some() {
            return;
        }
        let signal = Signal {
            at,
            thing: Some(event.thing.clone()),
            spot: None,
            domain: None,
        };
        self.remember(of(at), signal);
    }

    /// Takes an order of a hotline.
    pub fn take_order(&mut self, order: &HotlineOrder) {
        let origin = Origin::Order {
            order: order.order.clone(),
            text: order.text.clone(),
        };
        let signal = Signal {
            at: order.at,
            thing: None,
            spot: Some((order.place.lon, order.place.lat)),
            domain: order.domain.clone(),
        };
        self.remember(origin, signal);
    }

    fn remember(&mut self, origin: Origin, signal: Signal) {
        self.of.insert(origin, signal);
        if self.of.len() <= SIGNALS_MAX {
            return;
        }
        let mut counts = [0_usize; 3];
        for origin in self.of.keys() {
            counts[sort_of(origin)] += 1;
        }
        let most = (0..counts.len()).max_by_key(|sort| counts[*sort]);
        let oldest = self
            .of
            .iter()
            .filter(|(origin, _)| Some(sort_of(origin)) == most)
            .min_by_key(|(origin, signal)| (signal.at, *origin));
        if let Some(oldest) = oldest.map(|(origin, _)| origin.clone()) {
            self.of.remove(&oldest);
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
        for (origin, signal) in free.clone() {
            if let Some(spot) = Spot::of_signal(origin, signal, &place) {
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
        let alone = free.filter(|(origin, _)| !book.is_aside(origin));
        let alone = alone.filter_map(|(origin, signal)| Spot::of_signal(origin, signal, &place));
        groups::add(&mut proposals, alone.collect());
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

    fn of_signal(
        origin: &'a Origin,
        signal: &'a Signal,
        place: &impl Fn(&ThingId) -> Option<(f64, f64)>,
    ) -> Option<Self> {
        let (lon, lat) = signal
            .spot
            .or_else(|| signal.thing.as_ref().and_then(place))?;
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
        let near = self.near(there)?;
        Some(Proposal {
            incident: Some(incident.id.clone()),
            number: Some(incident.number),
            at: there.at,
            place: there.lon_lat(),
            candidate,
            rings: near.rings,
            metres: near.metres,
            minutes: near.minutes,
            same_domain: near.same_domain,
            points: near.points(),
            because: because(near.metres, near.minutes, near.same_domain),
        })
    }

    /// How near two are; `None` where they are too far from each other to be one thing.
    fn near(&self, there: &Spot<'_>) -> Option<Near> {
        let rings = self.cell.grid_distance(there.cell).ok()?;
        let near = Near {
            rings: u32::try_from(rings).ok()?,
            minutes: (there.at.micros_since(self.at) / 60_000_000).abs(),
            metres: (self.place.distance_m(there.place) / 10.0).round() as i64 * 10,
            same_domain: self
                .domain
                .zip(there.domain)
                .map(|(one, other)| one == other),
        };
        let one =
            near.rings <= RINGS_MAX && near.minutes <= MINUTES_MAX && near.points() >= POINTS_MIN;
        one.then_some(near)
    }

    fn lon_lat(&self) -> (f64, f64) {
        (self.place.lng(), self.place.lat())
    }
}

/// How near two are.
#[derive(Debug, Clone, Copy)]
struct Near {
    rings: u32,
    metres: i64,
    minutes: i64,
    same_domain: Option<bool>,
}

impl Near {
    fn points(&self) -> i64 {
        let other_domain = match self.same_domain {
            Some(true) => 0,
            Some(false) => 30,
            None => 10,
        };
        100 - 10 * i64::from(self.rings) - self.minutes / 2 - other_domain
    }
}

/// Alarms, detections, orders.
const fn sort_of(origin: &Origin) -> usize {
    match origin {
        Origin::Alarm { .. } => 0,
        Origin::Detection { .. } => 1,
        Origin::Order { .. } => 2,
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
