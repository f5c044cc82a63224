//! What is known of every unit, folded from the log.

mod changes;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{
    Act, Body, Decision, Fix, Position, Record, Timestamp, UnitId, UnitStatus, Zone,
};

use self::changes::fingerprint;
pub use self::changes::{Draft, Effect};
use super::check_in::Timer;
use super::moves;
use super::place::Place;
use super::register::{Register, TAKEN, Unit};
use super::roads::{Node, Roads};
use super::settings::Settings;

/// Refused acts that are remembered, so that whoever appended one learns of it.
const REFUSED_MAX: usize = 1_024;
/// A trail has a point for so much time at most.
const TRAIL_GAP: Duration = Duration::from_secs(20);

/// Every unit, at a position of the log.
#[derive(Debug, Clone)]
pub struct UnitBook {
    /// In the order of their ids; those that are retired are not told of.
    units: Arc<Vec<Unit>>,
    /// Of the register's file.
    fingerprint: String,
    /// Units that were added or changed since, as records said.
    changes: BTreeMap<UnitId, Unit>,
    roads: Option<Arc<Roads>>,
    settings: Settings,
    zone: Zone,
    /// In the order of `units`.
    states: Vec<UnitState>,
    /// Where the road begins from each home, in the order of `units`.
    homes: Vec<Option<OnRoad>>,
    position: Position,
    now: Timestamp,
    refused: VecDeque<(Position, MoveError)>,
}

/// What is known of one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitState {
    /// What it is busy with.
    pub status: UnitStatus,
    /// Since when; `None` when nothing was ever said.
    pub since: Option<Timestamp>,
    /// When it will be free again, as far as it was said.
    pub until: Option<Timestamp>,
    /// What was written with the status.
    pub note: String,
    /// The account of who said it.
    pub by: Option<String>,
    /// The record that said it; 0 when none did.
    pub said: Position,
    /// When whoever is on scene was last heard: the arrival, or a check-in.
    pub heard: Option<Timestamp>,
    /// The newest position.
    pub last: Option<Spot>,
    /// Older ones, oldest first.
    pub trail: VecDeque<Spot>,
    /// How much it has of each item.
    pub stock: BTreeMap<String, u32>,
    /// When it was assigned, left and arrived, this time.
    pub deployed: [Option<Timestamp>; 3],
}

/// A position of a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    /// Where.
    pub place: Place,
    /// When, by the device's clock.
    pub time: Timestamp,
    /// How far off it may be, metres.
    pub accuracy_metres: Option<u16>,
    #[serde(skip)]
    road: Option<OnRoad>,
}

/// The way from a place to the next road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OnRoad {
    pub(super) node: Node,
    pub(super) millis: u32,
}

/// Where a unit is taken to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Whereabouts {
    /// The place.
    pub place: Place,
    /// When it was there by a position; `None` when it is taken to be at home.
    pub time: Option<Timestamp>,
    pub(super) road: Option<OnRoad>,
}

/// Why a status does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// No such unit.
    #[error("there is no unit `{0}`: see /api/v1/units")]
    Unknown(String),
    /// The table does not allow it.
    #[error("{} cannot follow {}: next may be {}", .to.name(), .from.name(), names(.next))]
    NotAllowed {
        /// What it is.
        from: UnitStatus,
        /// What it was to be.
        to: UnitStatus,
        /// What it may be next.
        next: &'static [UnitStatus],
    },
    /// Somebody was first.
    #[error("the status changed meanwhile: it is {}{}, by record {said}: look again", .status.name(), by(.who.as_deref()))]
    Changed {
        /// What it is now.
        status: UnitStatus,
        /// Who said so.
        who: Option<String>,
        /// The record that said so.
        said: Position,
    },
    /// A check-in of a unit that is not on scene.
    #[error("only who is on scene checks in; this unit is {}", .0.name())]
    NotOnScene(UnitStatus),
    /// The register takes no such unit.
    #[error("{0}")]
    Register(String),
    /// Stock that it has not.
    #[error("the unit has no item `{0}`: its register names what it has")]
    NoItem(String),
    /// More taken than there are places.
    #[error("{taken} taken of {places} places: count again")]
    TooMany {
        /// As was said.
        taken: u32,
        /// As there are.
        places: u32,
    },
}

fn names(list: &[UnitStatus]) -> String {
    let names: Vec<&str> = list.iter().map(|status| status.name()).collect();
    names.join(", ")
}

fn by(who: Option<&str>) -> String {
    who.map_or_else(String::new, |who| format!(", said by {who}"))
}

/// All of it, to begin from there after a restart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BookCheckpoint {
    /// Of register and trail limits: with others it does not fit.
    fingerprint: String,
    position: Position,
    /// `None` before the first record.
    now: Option<Timestamp>,
    #[serde(default)]
    changes: BTreeMap<UnitId, Unit>,
    states: BTreeMap<UnitId, UnitState>,
}

impl BookCheckpoint {
    /// The last record that it took.
    pub const fn position(&self) -> Position {
        self.position
    }
}

impl UnitBook {
    /// The units of this register before the first record. The register must be checked.
    pub fn new(
        register: Register,
        roads: Option<Arc<Roads>>,
        settings: Settings,
        zone: Zone,
    ) -> Self {
        let units = Arc::new(register.units);
        let mut book = Self {
            fingerprint: fingerprint(&units, &settings),
            changes: BTreeMap::new(),
            states: units.iter().map(UnitState::of).collect(),
            homes: Vec::new(),
            units,
            roads,
            settings,
            zone,
            position: Position::START,
            now: Timestamp::MIN,
            refused: VecDeque::new(),
        };
        let homes = book.units.iter().map(|unit| book.on_road(unit.home));
        book.homes = homes.collect();
        book
    }

    /// What was kept, when it fits these units and lies at or before `end`; else the book as it was before the first record.
    #[must_use]
    pub fn restored(mut self, kept: BookCheckpoint, end: Position) -> Self {
        if kept.fingerprint != self.fingerprint || kept.position > end {
            return self;
        }
        for unit in kept.changes.into_values() {
            self.put(unit);
        }
        let mut states = kept.states;
        for at in 0..self.units.len() {
            if let Some(mut state) = states.remove(&self.units[at].id) {
                for spot in state.last.iter_mut().chain(&mut state.trail) {
                    spot.road = self.on_road(spot.place);
                }
                self.states[at] = state;
            }
        }
        self.position = kept.position;
        self.now = kept.now.unwrap_or(Timestamp::MIN);
        self
    }

    /// All of it.
    pub fn checkpoint(&self) -> BookCheckpoint {
        let ids = self.units.iter().map(|unit| unit.id.clone());
        BookCheckpoint {
            fingerprint: self.fingerprint.clone(),
            changes: self.changes.clone(),
            position: self.position,
            now: (self.position > Position::START).then_some(self.now),
            states: ids.zip(self.states.iter().cloned()).collect(),
        }
    }

    /// The last record that it took.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// City time of that record.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The city's zone.
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The roads, where there are any.
    pub fn roads(&self) -> Option<&Roads> {
        self.roads.as_deref()
    }

    /// Each unit with what is known of it, by id; those that are retired are not there any more.
    pub fn units(&self) -> impl Iterator<Item = (&Unit, &UnitState)> {
        self.numbered().map(|(_, unit, state)| (unit, state))
    }

    /// The same with the place of each in the book.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (usize, &Unit, &UnitState)> {
        let all = self.units.iter().zip(&self.states).enumerate();
        all.filter(|(_, (unit, _))| !unit.retired)
            .map(|(at, (unit, state))| (at, unit, state))
    }

    /// One unit.
    pub fn unit(&self, id: &str) -> Option<(&Unit, &UnitState)> {
        let at = self.find(id)?;
        Some((&self.units[at], &self.states[at]))
    }

    /// The unit whose phone this account carries.
    pub fn of_account(&self, account: &str) -> Option<&Unit> {
        let carried = |unit: &&Unit| !unit.retired && unit.account.as_deref() == Some(account);
        self.units.iter().find(carried)
    }

    fn find(&self, id: &str) -> Option<usize> {
        let found = self.place(id).ok();
        found.filter(|at| !self.units[*at].retired)
    }

    fn place(&self, id: &str) -> Result<usize, usize> {
        self.units.binary_search_by(|unit| unit.id.as_str().cmp(id))
    }

    /// The unit at home, whatever it does.
    pub(super) fn at_home(&self, at: usize) -> Whereabouts {
        Whereabouts {
            place: self.units[at].home,
            time: None,
            road: self.homes[at],
        }
    }

    pub(super) fn home_road(&self, at: usize) -> Option<OnRoad> {
        self.homes[at]
    }

    pub(super) fn on_road(&self, place: Place) -> Option<OnRoad> {
        let straight = &self.settings.straight;
        let (node, metres) = self
            .roads
            .as_ref()?
            .nearest(place, straight.to_road_metres_max)?;
        let millis = straight.millis(metres);
        Some(OnRoad { node, millis })
    }

    /// Where a unit is taken to be: where it was last heard; at home what does not move, and what has no phone while it is available.
    pub(super) fn whereabouts(&self, at: usize) -> Option<Whereabouts> {
        let (unit, state) = (&self.units[at], &self.states[at]);
        if !unit.kind.moves() {
            return Some(self.at_home(at));
        }
        if let Some(spot) = &state.last {
            return Some(Whereabouts {
                place: spot.place,
                time: Some(spot.time),
                road: spot.road,
            });
        }
        let at_home = !unit.tracked && state.status == UnitStatus::Available;
        at_home.then(|| self.at_home(at))
    }

    /// Where a unit is taken to be.
    pub fn place_of(&self, id: &str) -> Option<Whereabouts> {
        self.whereabouts(self.find(id)?)
    }

    /// The timer of who is on scene with a unit; `None` when nobody is.
    pub fn timer(&self, id: &str, now: Timestamp) -> Option<Timer> {
        let (unit, state) = self.unit(id)?;
        let on_scene = state.status == UnitStatus::OnScene && unit.kind.has_people();
        let heard = state.heard.filter(|_| on_scene)?;
        Some(Timer::at(heard, now, self.settings.check_in))
    }

    /// Why the act of this record did not count, among those read lately.
    pub fn refusal(&self, position: Position) -> Option<&MoveError> {
        let mut latest_first = self.refused.iter().rev();
        let found = latest_first.find(|(refused, _)| *refused == position);
        found.map(|(_, error)| error)
    }

    /// Whether an act would count now.
    ///
    /// # Errors
    /// [`MoveError`] when it would not. Acts that are none of a unit always count.
    pub fn judge(&self, act: &Act) -> Result<(), MoveError> {
        let find = |unit: &UnitId| {
            let at = self.find(unit.as_str());
            at.ok_or_else(|| MoveError::Unknown(unit.to_string()))
        };
        match act {
            Act::SetUnit { unit, definition } => self.read_change(unit, definition).map(drop),
            Act::SetUnitStatus {
                unit,
                status: to,
                seen,
                ..
            } => {
                let at = find(unit)?;
                let state = &self.states[at];
                if seen.is_some_and(|seen| seen != state.said) {
                    return Err(MoveError::Changed {
                        status: state.status,
                        who: state.by.clone(),
                        said: state.said,
                    });
                }
                let next = moves::after(state.status, self.units[at].kind.moves());
                if next.contains(to) {
                    return Ok(());
                }
                let (from, to) = (state.status, *to);
                Err(MoveError::NotAllowed { from, to, next })
            }
            Act::CheckInUnit { unit, .. } => {
                let state = &self.states[find(unit)?];
                if state.status == UnitStatus::OnScene {
                    return Ok(());
                }
                Err(MoveError::NotOnScene(state.status))
            }
            Act::SetUnitStock {
                unit, item, amount, ..
            } => {
                let at = find(unit)?;
                if !self.states[at].stock.contains_key(item) {
                    return Err(MoveError::NoItem(item.clone()));
                }
                let places = self.units[at].capacity.map(|capacity| capacity.places);
                match places.filter(|places| item == TAKEN && amount > places) {
                    Some(places) => Err(MoveError::TooMany {
                        taken: *amount,
                        places,
                    }),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Takes a record; the units that it changes are told by `true`.
    pub fn apply(&mut self, record: &Record) -> bool {
        self.position = record.position;
        self.now = record.received_at;
        match &record.body {
            Body::Positions(positions) => {
                let mut moved = false;
                for fix in &positions.fixes {
                    moved |= self.move_to(fix);
                }
                moved
            }
            Body::Decision(decision) => self.decide(decision, record),
            Body::Tick
            | Body::Reading(_)
            | Body::Event(_)
            | Body::Reject(_)
            | Body::Finding(_)
            | Body::Recall(_)
            | Body::Notice(_)
            | Body::Command(_)
            | Body::Drill(_)
            | Body::Duty(_) => false,
        }
    }

    fn decide(&mut self, decision: &Decision, record: &Record) -> bool {
        let (Act::SetUnit { unit, .. }
        | Act::SetUnitStatus { unit, .. }
        | Act::CheckInUnit { unit, .. }
        | Act::SetUnitStock { unit, .. }) = &decision.act
        else {
            return false;
        };
        if let Err(error) = self.judge(&decision.act) {
            if self.refused.len() == REFUSED_MAX {
                self.refused.pop_front();
            }
            self.refused.push_back((record.position, error));
            return false;
        }
        if let Act::SetUnit { unit, definition } = &decision.act {
            return self.change(unit, definition);
        }
        let Some(at) = self.find(unit.as_str()) else {
            return false;
        };
        let state = &mut self.states[at];
        match &decision.act {
            Act::SetUnitStatus {
                status,
                until,
                note,
                ..
            } => {
                state.enter(*status, record.received_at);
                state.until = *until;
                state.note.clone_from(note);
                state.by.clone_from(&decision.person);
                state.said = record.position;
            }
            Act::CheckInUnit { .. } => state.heard = Some(record.received_at),
            Act::SetUnitStock { item, amount, .. } => {
                state.stock.insert(item.clone(), *amount);
            }
            _ => return false,
        }
        true
    }

    fn move_to(&mut self, fix: &Fix) -> bool {
        let Some(at) = self.find(fix.unit.as_str()) else {
            return false;
        };
        let place = Place::from([fix.lon, fix.lat]);
        let spot = Spot {
            place,
            time: fix.time,
            accuracy_metres: fix.accuracy_metres,
            road: self.on_road(place),
        };
        let position = &self.settings.position;
        let oldest = fix.time - Duration::from_secs(60 * u64::from(position.trail_minutes));
        let state = &mut self.states[at];
        // What comes late is no news: where a unit is goes by the newest.
        if state
            .last
            .as_ref()
            .is_some_and(|last| last.time >= fix.time)
        {
            return false;
        }
        if let Some(last) = state.last.replace(spot) {
            let gap =
                |point: &Spot| last.time.micros_since(point.time) >= TRAIL_GAP.as_micros() as i64;
            if state.trail.back().is_none_or(gap) {
                state.trail.push_back(last);
            }
        }
        while state.trail.len() > position.trail_points
            || state.trail.front().is_some_and(|point| point.time < oldest)
        {
            state.trail.pop_front();
        }
        true
    }
}

impl UnitState {
    fn of(unit: &Unit) -> Self {
        let taken = unit
            .capacity
            .map(|capacity| (TAKEN.to_owned(), capacity.taken));
        let stock = unit.stock.iter();
        let stock = stock.map(|stock| (stock.item.clone(), stock.amount));
        Self {
            status: UnitStatus::Available,
            since: None,
            until: None,
            note: String::new(),
            by: None,
            said: Position::START,
            heard: None,
            last: None,
            trail: VecDeque::new(),
            stock: stock.chain(taken).collect(),
            deployed: [None; 3],
        }
    }

    fn enter(&mut self, status: UnitStatus, now: Timestamp) {
        self.status = status;
        self.since = Some(now);
        self.heard = None;
        match status {
            UnitStatus::Assigned => self.deployed = [Some(now), None, None],
            UnitStatus::EnRoute => self.deployed[1] = Some(now),
            UnitStatus::OnScene => {
                self.deployed[2] = Some(now);
                self.heard = Some(now);
            }
            UnitStatus::Available | UnitStatus::Returning | UnitStatus::OutOfService => {}
        }
    }
}
