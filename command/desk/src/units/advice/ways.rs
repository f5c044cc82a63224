//! The ways of one question: over the roads, or straight where there are none.

use std::cell::OnceCell;

use super::super::book::{OnRoad, UnitBook, Whereabouts};
use super::super::hazard::Hazard;
use super::super::place::Place;
use super::super::roads::{Closed, NEVER, Node, Roads};
use super::super::settings::StraightSettings;
use super::{AdviceError, Basis, Wish};

/// The times to one place.
pub(super) struct Ways<'a> {
    hazard: &'a Hazard,
    straight: StraightSettings,
    /// Where everybody goes.
    target: Place,
    assembly: Option<Place>,
    roads: Option<Searched<'a>>,
}

struct Searched<'a> {
    roads: &'a Roads,
    closed: Closed,
    /// From the target to its node, milliseconds.
    leg_millis: u32,
    /// To the target's node, with what is closed; and as if nothing were, where that differs.
    round: Vec<u32>,
    open: Option<Vec<u32>>,
    /// The next node from each, both ways, for a map: made when it is asked for.
    round_next: OnceCell<Vec<Option<u32>>>,
    open_next: OnceCell<Vec<Option<u32>>>,
}

/// Units by the node at which they join the roads, for a search that meets them one by one.
pub(super) struct Crowd {
    units: Vec<Member>,
    /// Sorted by node; the number of a unit in `units`.
    by_node: Vec<(Node, usize)>,
    pace_min: u16,
}

struct Member {
    place: Place,
    road: Option<OnRoad>,
    pace: u16,
}

/// A unit's number, and its time in milliseconds.
pub(super) type Timed = (usize, u32);

impl<'a> Ways<'a> {
    pub(super) fn to(book: &'a UnitBook, wish: &'a Wish) -> Result<Self, AdviceError> {
        let straight = book.settings().straight;
        let inside = wish.hazard.holds(wish.place);
        let mut ways = Self {
            hazard: &wish.hazard,
            straight,
            target: wish.place,
            assembly: None,
            roads: None,
        };
        let Some(roads) = book.roads() else {
            if inside {
                let out = wish.hazard.outside(wish.place);
                ways.assembly = Some(out.ok_or(AdviceError::NoWayOut)?);
                ways.target = ways.assembly.unwrap_or(wish.place);
            }
            return Ok(ways);
        };
        if let Some(unknown) = wish.closed.iter().find(|id| !roads.has_road(id)) {
            return Err(AdviceError::UnknownRoad(unknown.chars().take(64).collect()));
        }
        let far = straight.to_road_metres_max;
        let near = roads.nearest(wish.place, far);
        let (near, metres) = near.ok_or(AdviceError::NoRoad(far))?;
        let closed = roads.closed(&wish.closed, &wish.hazard);
        let (node, leg_millis) = if inside {
            let out = roads.nearest_open(wish.place, &closed);
            let out = out.ok_or(AdviceError::NoWayOut)?;
            ways.target = roads.place(out);
            ways.assembly = Some(ways.target);
            (out, 0)
        } else {
            (near, straight.millis(metres))
        };
        let round = roads.times_to(node, &closed);
        let hindered = !wish.hazard.is_empty() || !wish.closed.is_empty();
        ways.roads = Some(Searched {
            open: hindered.then(|| roads.times_to(node, &roads.shut())),
            roads,
            closed,
            leg_millis,
            round,
            round_next: OnceCell::new(),
            open_next: OnceCell::new(),
        });
        Ok(ways)
    }

    pub(super) const fn basis(&self) -> Basis {
        match self.roads {
            Some(_) => Basis::Roads,
            None => Basis::Straight {
                factor: self.straight.factor,
                kmh: self.straight.kmh,
            },
        }
    }

    pub(super) const fn assembly(&self) -> Option<Place> {
        self.assembly
    }

    /// Milliseconds of the quickest way as if nothing were closed but what always is; [`NEVER`] when there is none.
    pub(super) fn open(&self, here: &Whereabouts, pace: u16) -> u32 {
        let Some(searched) = &self.roads else {
            return paced(
                self.straight.millis(here.place.metres_to(self.target)),
                pace,
            );
        };
        let times = searched.open.as_ref().unwrap_or(&searched.round);
        searched.millis(times, here.road, pace)
    }

    /// Milliseconds of the quickest way that leads through no hazard and over no closed road.
    pub(super) fn round(&self, here: &Whereabouts, pace: u16) -> Option<u32> {
        let millis = match &self.roads {
            None if self.hazard.is_crossed(here.place, self.target) => NEVER,
            None => self.open(here, pace),
            Some(searched) => {
                let joins = here.road.map(|road| searched.roads.place(road.node));
                if joins.is_some_and(|joins| self.hazard.is_crossed(here.place, joins)) {
                    NEVER
                } else {
                    searched.millis(&searched.round, here.road, pace)
                }
            }
        };
        (millis != NEVER).then_some(millis)
    }

    /// The quickest way as if nothing were closed, for a map.
    pub(super) fn open_way(&self, here: &Whereabouts) -> Vec<Place> {
        let Some(searched) = &self.roads else {
            return vec![here.place, self.target];
        };
        let times = searched.open.as_ref().unwrap_or(&searched.round);
        let next = || searched.roads.next_nodes(times, &searched.roads.shut());
        self.drawn(here, searched, times, searched.open_next.get_or_init(next))
    }

    /// The quickest way round what is closed, for a map.
    pub(super) fn round_way(&self, here: &Whereabouts) -> Vec<Place> {
        let Some(searched) = &self.roads else {
            return vec![here.place, self.target];
        };
        let times = &searched.round;
        let next = || searched.roads.next_nodes(times, &searched.closed);
        self.drawn(here, searched, times, searched.round_next.get_or_init(next))
    }

    fn drawn(
        &self,
        here: &Whereabouts,
        searched: &Searched<'_>,
        times: &[u32],
        next: &[Option<u32>],
    ) -> Vec<Place> {
        let Some(road) = here.road.filter(|road| times[road.node.index()] != NEVER) else {
            return Vec::new();
        };
        let mut drawn = vec![here.place];
        drawn.extend(searched.roads.way(road.node, next));
        drawn.push(self.target);
        drawn
    }

    pub(super) fn crowd<'b>(&self, units: impl Iterator<Item = (&'b Whereabouts, u16)>) -> Crowd {
        let units: Vec<Member> = units
            .map(|(here, pace)| {
                let joins = |road: &OnRoad| {
                    let roads = self.roads.as_ref().map(|searched| searched.roads);
                    roads.map(|roads| roads.place(road.node))
                };
                // Whoever cannot leave the hazard covers nothing.
                let free = |road: &OnRoad| {
                    joins(road).is_some_and(|at| !self.hazard.is_crossed(here.place, at))
                };
                Member {
                    place: here.place,
                    road: here.road.filter(free),
                    pace,
                }
            })
            .collect();
        let joined = units.iter().enumerate();
        let mut by_node: Vec<(Node, usize)> = joined
            .filter_map(|(number, unit)| Some((unit.road?.node, number)))
            .collect();
        by_node.sort_unstable();
        Crowd {
            pace_min: units.iter().map(|unit| unit.pace).min().unwrap_or(100),
            units,
            by_node,
        }
    }

    /// The two units that are soonest at a home, in order; ties by number.
    pub(super) fn soonest_two(
        &self,
        home: Place,
        road: Option<OnRoad>,
        crowd: &Crowd,
    ) -> [Option<Timed>; 2] {
        match (&self.roads, road) {
            (Some(searched), Some(road)) => searched.soonest_two(road, crowd),
            (Some(_), None) => [None, None],
            (None, _) => self.soonest_two_straight(home, crowd),
        }
    }

    fn soonest_two_straight(&self, home: Place, crowd: &Crowd) -> [Option<Timed>; 2] {
        let timed = crowd.units.iter().enumerate().map(|(number, unit)| {
            let millis = self.straight.millis(unit.place.metres_to(home));
            (number, paced(millis, unit.pace))
        });
        let mut timed: Vec<Timed> = timed.collect();
        timed.sort_by_key(|(number, millis)| (*millis, *number));
        let free = |timed: &Timed| !self.hazard.is_crossed(crowd.units[timed.0].place, home);
        let mut two = timed.into_iter().filter(free);
        [two.next(), two.next()]
    }
}

impl Searched<'_> {
    fn millis(&self, times: &[u32], road: Option<OnRoad>, pace: u16) -> u32 {
        let Some(road) = road else { return NEVER };
        let there = times[road.node.index()];
        if there == NEVER {
            return NEVER;
        }
        let sum = there.saturating_add(road.millis);
        paced(sum.saturating_add(self.leg_millis), pace)
    }

    fn soonest_two(&self, home: OnRoad, crowd: &Crowd) -> [Option<Timed>; 2] {
        let mut two: [Option<Timed>; 2] = [None, None];
        self.roads.search(home.node, &self.closed, |node, millis| {
            let so_far = millis.saturating_add(home.millis);
            // Whoever is met from here on takes at least so long.
            if two[1].is_some_and(|(_, second)| paced(so_far, crowd.pace_min) > second) {
                return false;
            }
            let from = crowd.by_node.partition_point(|(at, _)| *at < node);
            let here = crowd.by_node[from..].iter();
            for (_, number) in here.take_while(|(at, _)| *at == node) {
                let unit = &crowd.units[*number];
                let leg = unit.road.map_or(0, |road| road.millis);
                let timed = (*number, paced(so_far.saturating_add(leg), unit.pace));
                two = insert(two, timed);
            }
            true
        });
        two
    }
}

fn insert([first, second]: [Option<Timed>; 2], timed: Timed) -> [Option<Timed>; 2] {
    let sooner = |other: Option<Timed>| {
        other.is_none_or(|(number, millis)| (timed.1, timed.0) < (millis, number))
    };
    if sooner(first) {
        [Some(timed), first]
    } else if sooner(second) {
        [first, Some(timed)]
    } else {
        [first, second]
    }
}

/// A car's time for a unit of this pace.
fn paced(millis: u32, pace: u16) -> u32 {
    let paced = u64::from(millis) * u64::from(pace) / 100;
    u32::try_from(paced).unwrap_or(NEVER - 1)
}
