//! The advice straight from the definitions: every time of every unit, by slow searches, and nothing left out early.

use super::super::advice::{Advice, Basis, Chosen, Cover, PassedOver, Why, Wish};
use super::super::roads::NEVER;
use super::super::roads::tests::slow_times;
use super::*;

pub(super) struct Oracle<'a> {
    book: &'a UnitBook,
    wish: &'a Wish,
    target: Place,
    inside: bool,
    all: Vec<Looked>,
}

struct Looked {
    unit: UnitId,
    place: Place,
    age_secs: Option<i64>,
    open: u32,
    round: u32,
    why: Vec<Why>,
}

fn secs(millis: u32) -> u32 {
    millis.div_ceil(1_000)
}

impl<'a> Oracle<'a> {
    /// `None` when there is nowhere to go.
    pub(super) fn answer(book: &'a UnitBook, wish: &'a Wish) -> Option<Advice> {
        let inside = wish.hazard.holds(wish.place);
        let target = match (inside, book.roads()) {
            (false, _) => wish.place,
            (true, None) => wish.hazard.outside(wish.place)?,
            (true, Some(roads)) => {
                let closed = roads.closed(&wish.closed, &wish.hazard);
                roads.place(roads.nearest_open(wish.place, &closed)?)
            }
        };
        let mut oracle = Self {
            book,
            wish,
            target,
            inside,
            all: Vec::new(),
        };
        let (without_place, without_way) = oracle.look();
        let asked = oracle.all.len() + without_place + without_way;
        let (chosen, passed_over) = oracle.choose();
        let straight = Basis::Straight {
            factor: 1.4,
            kmh: 40.0,
        };
        Some(Advice {
            basis: book.roads().map_or(straight, |_| Basis::Roads),
            assembly: inside.then_some(target),
            chosen,
            passed_over_count: passed_over.len(),
            passed_over,
            asked,
            without_place,
            without_way,
        })
    }

    /// Milliseconds of a car from a place to another.
    fn way(&self, from: Place, to: Place, to_node: bool, hindered: bool) -> u32 {
        let straight = self.book.settings().straight;
        let Some(roads) = self.book.roads() else {
            let crossed = hindered && self.wish.hazard.is_crossed(from, to);
            return if crossed {
                NEVER
            } else {
                straight.millis(from.metres_to(to))
            };
        };
        let closed = if hindered {
            roads.closed(&self.wish.closed, &self.wish.hazard)
        } else {
            roads.shut()
        };
        let (start, end) = (roads.nearest(from, 3_000.0), roads.nearest(to, 3_000.0));
        let (Some(start), Some(end)) = (start, end) else {
            return NEVER;
        };
        if hindered && self.wish.hazard.is_crossed(from, roads.place(start.0)) {
            return NEVER;
        }
        match slow_times(roads, end.0, &closed)[start.0.index()] {
            NEVER => NEVER,
            millis if to_node => millis + straight.millis(start.1),
            millis => millis + straight.millis(start.1) + straight.millis(end.1),
        }
    }

    fn time(&self, unit: &Unit, from: Place, to: Place, to_node: bool, hindered: bool) -> u32 {
        match self.way(from, to, to_node, hindered) {
            NEVER => NEVER,
            millis => (u64::from(millis) * u64::from(unit.pace) / 100) as u32,
        }
    }

    /// Looks at every unit; gives how many have no place, and no way.
    fn look(&mut self) -> (usize, usize) {
        let (mut without_place, mut without_way) = (0, 0);
        let mut all = Vec::new();
        for (unit, state) in self.book.units() {
            let known = self.book.place_of(unit.id.as_str());
            let free = [UnitStatus::Available, UnitStatus::Returning].contains(&state.status);
            if known.is_none() && free {
                without_place += 1;
                continue;
            }
            let place = known.map_or(unit.home, |here| here.place);
            let open = self.time(unit, place, self.target, self.inside, false);
            if open == NEVER {
                without_way += 1;
                continue;
            }
            let time = known.and_then(|here| here.time);
            let age_secs = time.map(|time| NOON - time.as_secs());
            all.push(Looked {
                unit: unit.id.clone(),
                place,
                age_secs,
                open,
                round: self.time(unit, place, self.target, self.inside, true),
                why: why(unit, state.status, age_secs),
            });
        }
        self.all = all;
        (without_place, without_way)
    }

    fn choose(&self) -> (Vec<Chosen>, Vec<PassedOver>) {
        let choices = self.wish.choices;
        let fits = |one: &&Looked| one.why.is_empty() && one.round != NEVER;
        let mut fit: Vec<&Looked> = self.all.iter().filter(fits).collect();
        fit.sort_by_key(|one| (one.round, one.unit.clone()));
        fit.truncate(choices);
        let last = if fit.len() == choices {
            fit.last()
        } else {
            None
        };
        let last = last.map(|one| one.round);
        let chosen = fit.iter().map(|one| Chosen {
            unit: one.unit.clone(),
            time_secs: secs(one.round),
            open_secs: secs(one.open),
            age_secs: one.age_secs,
            stale: one.age_secs.is_some_and(|age| age > 120),
            cover: self.cover(&one.unit),
            way: Vec::new(),
        });
        let chosen: Vec<Chosen> = chosen.collect();
        let nearer = |one: &&Looked| last.is_none_or(|last| one.open < last);
        let not_chosen = |one: &&Looked| chosen.iter().all(|chosen| chosen.unit != one.unit);
        let mut passed: Vec<&Looked> = self.all.iter().filter(nearer).filter(not_chosen).collect();
        passed.sort_by_key(|one| (one.open, one.unit.clone()));
        let passed_over = passed.into_iter().map(|one| {
            let round_secs = (one.round != NEVER).then(|| secs(one.round));
            let cut_off = vec![Why::CutOff { round_secs }];
            PassedOver {
                unit: one.unit.clone(),
                open_secs: secs(one.open),
                why: if one.why.is_empty() {
                    cut_off
                } else {
                    one.why.clone()
                },
                way: Vec::new(),
                stopped: None,
            }
        });
        let passed_over = passed_over.collect();
        (chosen, passed_over)
    }

    fn cover(&self, chosen: &UnitId) -> Cover {
        let home = self.book.unit(chosen.as_str()).expect("known").0.home;
        let fitting = self.all.iter().filter(|one| one.why.is_empty());
        let timed = fitting.map(|one| {
            let unit = self.book.unit(one.unit.as_str()).expect("known").0;
            (self.time(unit, one.place, home, false, true), &one.unit)
        });
        let mut timed: Vec<(u32, &UnitId)> = timed.filter(|(millis, _)| *millis != NEVER).collect();
        timed.sort();
        let other = timed.iter().find(|(_, unit)| *unit != chosen);
        Cover {
            before_secs: timed.first().map(|(millis, _)| secs(*millis)),
            after_secs: other.map(|(millis, _)| secs(*millis)),
            next: other.map(|(_, unit)| (*unit).clone()),
        }
    }
}

fn why(unit: &Unit, status: UnitStatus, age_secs: Option<i64>) -> Vec<Why> {
    let mut why = Vec::new();
    match status {
        UnitStatus::Available | UnitStatus::Returning => {}
        UnitStatus::OutOfService => why.push(Why::OutOfService),
        status => why.push(Why::Busy {
            status,
            until: None,
        }),
    }
    if !unit.skills.contains(&"boat".to_owned()) {
        let skills = vec!["boat".to_owned()];
        why.push(Why::LacksSkill { skills });
    }
    if let Some(age_secs) = age_secs.filter(|age| *age > 900) {
        why.push(Why::LostPosition { age_secs });
    }
    if unit.shift.is_some() {
        why.push(Why::OffShift);
    }
    why
}
