//! Who can be there soonest.
//!
//! A unit *fits* when it is free, has the skills, is on shift, and its position is known and not lost. Its *time* is that of the quickest way that
//! leads through no hazard and no closed road; its *open time* is that of the quickest way if there were neither. Chosen are the units that fit with
//! the least times, ties by id. *Nearer* are those whose open time is less than the time of the last one chosen: each of them that is not chosen is
//! told with all reasons. The *cover* of a chosen unit's home is the time from there to the next unit that fits, with it and without it.

mod route;
mod ways;
mod words;

use std::collections::BTreeSet;

use serde::Serialize;
use yiping_model::{Timestamp, UnitId, UnitStatus};

use super::book::{UnitBook, UnitState, Whereabouts};
use super::hazard::Hazard;
use super::moves::is_free;
use super::place::Place;
use super::register::{Unit, UnitKind};
use super::roads::NEVER;
pub use route::{Route, route};
use ways::Ways;

const MICROS_A_SEC: i64 = 1_000_000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// Where.
    pub place: Place,
    /// What a unit must be able to do; all of it.
    pub skills: BTreeSet<String>,
    /// What a unit may be; nothing named is whatever can be sent.
    pub kinds: BTreeSet<UnitKind>,
    /// How many are named.
    pub choices: usize,
    /// Where nobody may go.
    pub hazard: Hazard,
    /// Roads that are closed, by id.
    pub closed: BTreeSet<String>,
    /// Whether the ways are told, for a map.
    pub drawn: bool,
}

impl Wish {
    /// Whoever can be sent to a place.
    pub const fn to(place: Place, choices: usize) -> Self {
        Self {
            place,
            skills: BTreeSet::new(),
            kinds: BTreeSet::new(),
            choices,
            hazard: Hazard::none(),
            closed: BTreeSet::new(),
            drawn: false,
        }
    }

    fn wants(&self, unit: &Unit) -> bool {
        if self.kinds.is_empty() {
            unit.kind.moves()
        } else {
            self.kinds.contains(&unit.kind)
        }
    }
}

/// What the times rest on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "basis", rename_all = "snake_case")]
pub enum Basis {
    /// The road graph.
    Roads,
    /// There is none: the straight line, times a factor, at one speed.
    Straight {
        /// Metres of way for a metre of line.
        factor: f64,
        /// Kilometres an hour.
        kmh: f64,
    },
}

/// Who can be there soonest, and why not others.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// What the times rest on.
    pub basis: Basis,
    /// Where they are to go, when the place itself lies in the hazard: a point outside of it, near the place. Nothing is said of the wind.
    pub assembly: Option<Place>,
    /// The soonest first.
    pub chosen: Vec<Chosen>,
    /// Nearer units that were not chosen, nearest first; at most as many as the settings say.
    pub passed_over: Vec<PassedOver>,
    /// How many nearer units were not chosen.
    pub passed_over_count: usize,
    /// Units of the kinds that were asked for.
    pub asked: usize,
    /// Of those, how many have no known place.
    pub without_place: usize,
    /// Of those, how many no way leads from, even without hazard and closed roads.
    pub without_way: usize,
}

/// A unit that can be there.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Which.
    pub unit: UnitId,
    /// How long it takes.
    pub time_secs: u32,
    /// How long it would take without hazard and closed roads.
    pub open_secs: u32,
    /// How old its position is; `None` when it is taken to be at home.
    pub age_secs: Option<i64>,
    /// Whether that is old.
    pub stale: bool,
    /// What its home loses.
    pub cover: Cover,
    /// Its way, from where it is; empty unless it was asked for.
    pub way: Vec<Place>,
}

/// How soon the next unit that fits is at a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// With the chosen unit, from where it is; `None` when no way leads there.
    pub before_secs: Option<u32>,
    /// Without it; `None` when nobody is left.
    pub after_secs: Option<u32>,
    /// Who that is.
    pub next: Option<UnitId>,
}

/// A nearer unit that was not chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct PassedOver {
    /// Which.
    pub unit: UnitId,
    /// How long it would take without hazard and closed roads.
    pub open_secs: u32,
    /// Why not; at least one reason.
    pub why: Vec<Why>,
    /// The way that it would have if nothing were in it; empty unless it was asked for, or nobody cut it off.
    pub way: Vec<Place>,
    /// Where on that way the hazard begins.
    pub stopped: Option<Place>,
}

/// Why a nearer unit was not chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// It is busy.
    Busy {
        /// With what.
        status: UnitStatus,
        /// Until when, where that was said.
        until: Option<Timestamp>,
    },
    /// It cannot be sent at all.
    OutOfService,
    /// It cannot do all that is asked for.
    LacksSkill {
        /// What is missing.
        skills: Vec<String>,
    },
    /// Nothing was heard of it for too long.
    LostPosition {
        /// For how long.
        age_secs: i64,
    },
    /// It is off its shift.
    OffShift,
    /// Its way leads through the hazard or over a closed road.
    CutOff {
        /// How long the way round takes, later than all who were chosen; `None` when there is none.
        round_secs: Option<u32>,
    },
}

/// Why there is no advice.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AdviceError {
    /// The place is too far from every road.
    #[error("no road is within {0} m of the place: is it right? longitude comes first")]
    NoRoad(f64),
    /// No road is known by this id.
    #[error("no road is called `{0}`: the road graph names those that can be closed")]
    UnknownRoad(String),
    /// Hazard and closures leave no road.
    #[error("the hazard leaves no point to go to: name fewer or smaller cells")]
    NoWayOut,
}

/// A unit of the kinds that are asked for, whose place is known.
struct Candidate<'a> {
    at: usize,
    unit: &'a Unit,
    state: &'a UnitState,
    here: Whereabouts,
    open_millis: u32,
}

/// A unit that fits, and its time.
#[derive(Clone, Copy)]
struct Fitting {
    /// In `candidates`.
    candidate: usize,
    millis: u32,
}

/// Who can be there soonest, at `now`.
///
/// # Errors
/// [`AdviceError`] when there is no way to the place at all.
pub fn advise(book: &UnitBook, wish: &Wish, now: Timestamp) -> Result<Advice, AdviceError> {
    let ways = Ways::to(book, wish)?;
    let mut without_place = 0;
    let mut candidates = Vec::new();
    for (at, unit, state) in book.numbered() {
        if !wish.wants(unit) {
            continue;
        }
        // Where a busy one is may not be known. It is told as at its home, and not chosen.
        let idle = is_free(state.status);
        let here = book.whereabouts(at);
        match here.or_else(|| (!idle).then(|| book.at_home(at))) {
            Some(here) => {
                let open_millis = ways.open(&here, unit.pace);
                candidates.push(Candidate {
                    at,
                    unit,
                    state,
                    here,
                    open_millis,
                });
            }
            None => without_place += 1,
        }
    }
    let asked = candidates.len() + without_place;
    // Units stand in the order of their ids, and the sort is stable.
    candidates.sort_by_key(|candidate| candidate.open_millis);

    let cut = candidates.partition_point(|candidate| candidate.open_millis != NEVER);
    let without_way = candidates.split_off(cut).len();
    let (chosen, mut passed_over) = choose(book, wish, &ways, &candidates, now);
    let passed_over_count = passed_over.len();
    passed_over.truncate(book.settings().passed_over_max);
    let fitting: Vec<Candidate<'_>> = candidates
        .into_iter()
        .filter(|candidate| reasons(book, wish, candidate, now).is_empty())
        .collect();
    let cover = cover_of(book, &ways, &fitting, &chosen);
    Ok(Advice {
        basis: ways.basis(),
        assembly: ways.assembly(),
        chosen: chosen
            .into_iter()
            .zip(cover)
            .map(|((mut chosen, _), cover)| {
                chosen.cover = cover;
                chosen
            })
            .collect(),
        passed_over,
        passed_over_count,
        asked,
        without_place,
        without_way,
    })
}

/// The units with the least times, each with its place in the book, and the nearer ones that are not among them.
fn choose(
    book: &UnitBook,
    wish: &Wish,
    ways: &Ways<'_>,
    candidates: &[Candidate<'_>],
    now: Timestamp,
) -> (Vec<(Chosen, usize)>, Vec<PassedOver>) {
    let mut best: Vec<Fitting> = Vec::with_capacity(wish.choices + 1);
    let mut looked_at: Vec<(usize, Vec<Why>, Option<u32>)> = Vec::new();
    for (number, candidate) in candidates.iter().enumerate() {
        let full = best.len() == wish.choices;
        // No way is quicker than the open one, so nobody after this can be sooner; with the same time, the id decides.
        let last = best.last().filter(|_| full).map(|last| last.millis);
        if last.is_some_and(|last| candidate.open_millis > last) {
            break;
        }
        let why = reasons(book, wish, candidate, now);
        let millis = why
            .is_empty()
            .then(|| ways.round(&candidate.here, candidate.unit.pace));
        let millis = millis.flatten();
        looked_at.push((number, why, millis));
        let Some(millis) = millis else { continue };
        let key = |one: &Fitting| (one.millis, candidates[one.candidate].at);
        let fitting = Fitting {
            candidate: number,
            millis,
        };
        let place = best.partition_point(|other| key(other) < key(&fitting));
        best.insert(place, fitting);
        best.truncate(wish.choices);
    }
    let full = best.len() == wish.choices;
    let last = best.last().filter(|_| full).map(|last| last.millis);
    let passed_over = looked_at
        .into_iter()
        .filter(|(number, _, _)| best.iter().all(|one| one.candidate != *number))
        .filter(|(number, _, _)| last.is_none_or(|last| candidates[*number].open_millis < last))
        .map(|(number, mut why, millis)| {
            let candidate = &candidates[number];
            let mut way = Vec::new();
            if why.is_empty() {
                let round_secs = millis.map(secs);
                why.push(Why::CutOff { round_secs });
                if wish.drawn {
                    way = ways.open_way(&candidate.here);
                }
            }
            PassedOver {
                stopped: wish.hazard.first_on(&way),
                way,
                unit: candidate.unit.id.clone(),
                open_secs: secs(candidate.open_millis),
                why,
            }
        })
        .collect();
    let chosen = best.into_iter().map(|fitting| {
        let candidate = &candidates[fitting.candidate];
        let mut chosen = chosen(book, candidate, fitting.millis, now);
        if wish.drawn {
            chosen.way = ways.round_way(&candidate.here);
        }
        (chosen, candidate.at)
    });
    (chosen.collect(), passed_over)
}

fn chosen(book: &UnitBook, candidate: &Candidate<'_>, millis: u32, now: Timestamp) -> Chosen {
    let age_secs = age_secs(candidate, now);
    let stale_secs = i64::from(book.settings().stale_secs);
    Chosen {
        unit: candidate.unit.id.clone(),
        time_secs: secs(millis),
        open_secs: secs(candidate.open_millis),
        age_secs,
        stale: age_secs.is_some_and(|age| age > stale_secs),
        way: Vec::new(),
        cover: Cover {
            before_secs: None,
            after_secs: None,
            next: None,
        },
    }
}

fn age_secs(candidate: &Candidate<'_>, now: Timestamp) -> Option<i64> {
    let micros = now.micros_since(candidate.here.time?);
    Some(micros.max(0) / MICROS_A_SEC)
}

/// Why a unit does not fit, wherever it is; nothing when it does.
fn reasons(book: &UnitBook, wish: &Wish, candidate: &Candidate<'_>, now: Timestamp) -> Vec<Why> {
    let (unit, state) = (candidate.unit, candidate.state);
    let mut why = Vec::new();
    match state.status {
        UnitStatus::OutOfService => why.push(Why::OutOfService),
        status if is_free(status) => {}
        status => why.push(Why::Busy {
            status,
            until: state.until,
        }),
    }
    let missing = |skill: &&String| !unit.skills.contains(*skill);
    let skills: Vec<String> = wish.skills.iter().filter(missing).cloned().collect();
    if !skills.is_empty() {
        why.push(Why::LacksSkill { skills });
    }
    let lost_secs = i64::from(book.settings().lost_secs);
    if let Some(age_secs) = age_secs(candidate, now).filter(|age| *age > lost_secs) {
        why.push(Why::LostPosition { age_secs });
    }
    if !unit.is_on_shift(book.zone(), now) {
        why.push(Why::OffShift);
    }
    why
}

/// What each chosen unit's home loses, in their order.
fn cover_of(
    book: &UnitBook,
    ways: &Ways<'_>,
    fitting: &[Candidate<'_>],
    chosen: &[(Chosen, usize)],
) -> Vec<Cover> {
    let crowd = ways.crowd(
        fitting
            .iter()
            .map(|candidate| (&candidate.here, candidate.unit.pace)),
    );
    let covers = chosen.iter().map(|(_, at)| {
        let unit = fitting.iter().position(|candidate| candidate.at == *at);
        let home = fitting[unit.unwrap_or_default()].unit.home;
        let two = ways.soonest_two(home, book.home_road(*at), &crowd);
        let other = two
            .iter()
            .flatten()
            .find(|(number, _)| Some(*number) != unit);
        Cover {
            before_secs: two[0].map(|(_, millis)| secs(millis)),
            after_secs: other.map(|(_, millis)| secs(*millis)),
            next: other.map(|(number, _)| fitting[*number].unit.id.clone()),
        }
    });
    covers.collect()
}

/// Whole seconds, rounded up: nobody is there sooner than said.
const fn secs(millis: u32) -> u32 {
    millis.div_ceil(1_000)
}
