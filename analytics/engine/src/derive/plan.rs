//! What is derived for each thing: the definitions of the packs, arranged once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use h3o::{LatLng, Resolution};
use yiping_model::{Catalogue, EventKind, PropertyId, Thing, ThingId, WindowLength};

use super::formula::{By, Derived, Joined, Operator, Take, Tell};
use super::law::{ClassItem, ClassLaw};
use crate::rule::Rule;
use crate::written::Lapse;

/// A neighbour's value, and its own beside it, is the newest of so many periods.
const PERIODS: u32 = 3;

/// What is derived for one thing, or one cell, and who hears of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ThingPlan {
    /// Each after those on which it rests.
    pub(crate) formulas: Vec<Formula>,
    /// The properties of which observations are held.
    pub(crate) series: Vec<(Origin, PropertyId)>,
    /// The kinds of events that are held.
    pub(crate) kinds: Vec<EventKind>,
    pub(crate) machines: Vec<MachinePlan>,
    /// How long after an input a value may still rest on it.
    pub(crate) reach: Duration,
    /// Those of which it is the neighbour.
    pub(crate) followers: Vec<ThingId>,
    /// The cells for which its events are counted.
    pub(crate) cells: Vec<ThingId>,
}

/// Who makes an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Own,
    /// Its neighbour; it counts so much later here.
    Neighbour(Duration),
}

/// One derived property of one thing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Formula {
    pub(crate) property: PropertyId,
    pub(crate) every: WindowLength,
    pub(crate) op: Op,
    reach: Duration,
    /// How long its values are held, because others rest on them.
    pub(crate) kept: Duration,
    /// The rules that judge it.
    pub(crate) rules: Vec<u32>,
}

/// Values on which others rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Observed: a series, by its place.
    Series(usize),
    /// Derived: a formula, by its place.
    Formula(usize),
}

/// An operator, with its inputs by their places.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Op {
    Window {
        of: Of,
        length: Duration,
        take: Take,
    },
    Rate {
        of: Of,
        over: Duration,
    },
    Pair {
        machine: usize,
        tell: Tell,
        length: Duration,
    },
    Count {
        kind: usize,
        length: Duration,
    },
    Ratio {
        of: usize,
        over: usize,
        factor: f64,
    },
    Class {
        items: Vec<(ClassItem, Of)>,
        worst: u8,
        length: Duration,
    },
    Neighbour {
        of: usize,
        own: Option<usize>,
        delay: Duration,
        stale: Duration,
        name: Option<PropertyId>,
    },
}

/// Which events make pairs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MachinePlan {
    /// By the place of the kind.
    pub(crate) roles: Vec<Option<Role>>,
    pub(crate) by: By,
    pub(crate) longest: Duration,
    /// How long pairs that are over are held.
    pub(crate) kept: Duration,
    begin: EventKind,
    end: Vec<EventKind>,
    drop: Vec<EventKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Begin,
    End,
    Drop,
}

/// The plans of all things and cells for which something is derived, or which others rest on.
pub(crate) fn arrange(
    derived: &[Derived],
    laws: &[ClassLaw],
    catalogue: &Catalogue,
    rules: &[Rule],
) -> BTreeMap<ThingId, Arc<ThingPlan>> {
    let derived = ordered(derived);
    let mut plans: BTreeMap<ThingId, ThingPlan> = BTreeMap::new();
    for thing in catalogue.things.values() {
        let mut arranging = Arranging {
            plan: ThingPlan::default(),
            catalogue,
            laws,
            rules,
        };
        for one in derived.iter().filter(|one| applies(one, thing)) {
            match cell_of(one, thing) {
                Some(cell) => {
                    arranging.plan.cells.push(cell.clone());
                    add_to_cell(plans.entry(cell).or_default(), one, rules);
                }
                None => arranging.add(one, thing),
            }
        }
        let plan = plans.entry(thing.id.clone()).or_default();
        let followers = std::mem::take(&mut plan.followers);
        *plan = arranging.plan;
        plan.followers = followers;
        plan.cells.sort();
        plan.cells.dedup();
        let follows = plan.series.iter().any(|(origin, _)| *origin != Origin::Own);
        if let Some(neighbour) = thing.neighbour.as_ref().filter(|_| follows) {
            let plan = plans.entry(neighbour.clone()).or_default();
            plan.followers.push(thing.id.clone());
        }
    }
    let used = |plan: &ThingPlan| {
        !plan.formulas.is_empty() || !plan.followers.is_empty() || !plan.cells.is_empty()
    };
    plans.retain(|_, plan| used(plan));
    plans
        .into_iter()
        .map(|(thing, plan)| (thing, Arc::new(plan)))
        .collect()
}

/// Each after those on which it rests; what rests on itself is left out, as packs are checked for it.
fn ordered(derived: &[Derived]) -> Vec<&Derived> {
    let mut left: Vec<&Derived> = derived.iter().collect();
    let mut ordered: Vec<&Derived> = Vec::new();
    loop {
        let waiting: BTreeSet<&PropertyId> = left.iter().map(|one| &one.id).collect();
        let is_ready = |one: &&Derived| !one.rests_on().iter().any(|of| waiting.contains(of));
        let ready: Vec<&Derived> = left.iter().copied().filter(is_ready).collect();
        if ready.is_empty() {
            return ordered;
        }
        left.retain(|one| !is_ready(one));
        ordered.extend(ready);
    }
}

fn applies(derived: &Derived, thing: &Thing) -> bool {
    match &derived.kind {
        Some(kind) => thing.kind == *kind,
        None => thing.properties.contains(&derived.id),
    }
}

fn cell_of(derived: &Derived, thing: &Thing) -> Option<ThingId> {
    let Operator::Count(count) = &derived.operator else {
        return None;
    };
    let resolution = Resolution::try_from(count.cell?).ok()?;
    let place = LatLng::new(thing.lat, thing.lon).ok()?;
    Some(ThingId::of_cell(u64::from(place.to_cell(resolution))))
}

fn add_to_cell(plan: &mut ThingPlan, derived: &Derived, rules: &[Rule]) {
    let Operator::Count(count) = &derived.operator else {
        return;
    };
    if plan
        .formulas
        .iter()
        .all(|formula| formula.property != derived.id)
    {
        let kind = place_of(&mut plan.kinds, &count.of);
        let length = count.length.duration();
        plan.push(derived, Op::Count { kind, length }, length, rules);
    }
}

fn place_of<T: Clone + PartialEq>(list: &mut Vec<T>, item: &T) -> usize {
    let known = list.iter().position(|known| known == item);
    known.unwrap_or_else(|| {
        list.push(item.clone());
        list.len() - 1
    })
}

impl ThingPlan {
    fn push(&mut self, derived: &Derived, op: Op, reach: Duration, rules: &[Rule]) {
        let judge = |(number, rule): (u32, &Rule)| {
            let judges = rule.judges_values() && rule.properties.contains(&derived.id);
            judges.then_some(number)
        };
        self.reach = self.reach.max(reach);
        self.formulas.push(Formula {
            property: derived.id.clone(),
            every: derived.every,
            op,
            reach,
            kept: Duration::ZERO,
            rules: (0..).zip(rules).filter_map(judge).collect(),
        });
    }

    fn formula(&self, property: &PropertyId) -> Option<usize> {
        self.formulas
            .iter()
            .position(|formula| formula.property == *property)
    }

    /// Whether readings and events of the thing matter to others.
    pub(crate) const fn is_heard(&self) -> bool {
        !self.followers.is_empty() || !self.cells.is_empty()
    }
}

struct Arranging<'a> {
    plan: ThingPlan,
    catalogue: &'a Catalogue,
    laws: &'a [ClassLaw],
    rules: &'a [Rule],
}

impl Arranging<'_> {
    fn add(&mut self, derived: &Derived, thing: &Thing) {
        if let Some((op, reach)) = self.op(derived, thing) {
            self.plan.push(derived, op, reach, self.rules);
        }
    }

    /// The operator with its inputs, and how long after an input it may rest on it; `None` where the thing lacks what it needs.
    fn op(&mut self, derived: &Derived, thing: &Thing) -> Option<(Op, Duration)> {
        let or_step =
            |length: Option<Lapse>| length.map_or(derived.every.duration(), Lapse::duration);
        Some(match &derived.operator {
            Operator::Window(window) => {
                let (length, take) = (window.length.duration(), window.take);
                let (of, reach) = self.values(&window.of, length);
                (Op::Window { of, length, take }, reach)
            }
            Operator::Rate(rate) => {
                let over = rate.over.duration();
                let (of, reach) = self.values(&rate.of, over * 3);
                (Op::Rate { of, over }, reach)
            }
            Operator::Pair(pair) => {
                let length = or_step(pair.length);
                let machine = self.machine(pair, length);
                let (tell, reach) = (pair.tell, length + pair.longest.duration());
                (
                    Op::Pair {
                        machine,
                        tell,
                        length,
                    },
                    reach,
                )
            }
            Operator::Count(count) => {
                let kind = place_of(&mut self.plan.kinds, &count.of);
                let length = count.length.duration();
                (Op::Count { kind, length }, length)
            }
            Operator::Ratio(ratio) => {
                let of = self.plan.formula(&ratio.of)?;
                let over = self.plan.formula(&ratio.over)?;
                let reach = |place: usize| self.plan.formulas[place].reach;
                let reach = reach(of).max(reach(over));
                let factor = ratio.factor;
                (Op::Ratio { of, over, factor }, reach)
            }
            Operator::Class(class) => self.class(class, or_step(class.length))?,
            Operator::Neighbour(joined) => {
                let neighbour = thing.neighbour.as_ref()?;
                let delay = joined.delay.map_or(Duration::ZERO, Lapse::duration);
                let period = self.catalogue.period_secs(neighbour, &joined.of);
                let period = period.unwrap_or(derived.every.secs());
                let stale = Duration::from_secs(u64::from(period) * u64::from(PERIODS));
                let series = (Origin::Neighbour(delay), joined.of.clone());
                let of = place_of(&mut self.plan.series, &series);
                let own = (joined.tell == Joined::Difference)
                    .then(|| place_of(&mut self.plan.series, &(Origin::Own, joined.of.clone())));
                let name = PropertyId::new(neighbour.as_str()).ok();
                let op = Op::Neighbour {
                    of,
                    own,
                    delay,
                    stale,
                    name,
                };
                (op, delay + stale)
            }
        })
    }

    /// The values of a property, of which so long is looked at.
    fn values(&mut self, property: &PropertyId, back: Duration) -> (Of, Duration) {
        if let Some(place) = self.plan.formula(property) {
            let formula = &mut self.plan.formulas[place];
            formula.kept = formula.kept.max(back);
            return (Of::Formula(place), formula.reach + back);
        }
        let series = (Origin::Own, property.clone());
        (Of::Series(place_of(&mut self.plan.series, &series)), back)
    }

    fn class(&mut self, class: &super::Class, length: Duration) -> Option<(Op, Duration)> {
        let law = self.laws.iter().find(|law| law.id == class.law)?;
        let mut items = Vec::new();
        let mut reach = length;
        for property in &class.of {
            let item = law.item(property)?.clone();
            let (of, further) = self.values(property, length);
            reach = reach.max(further);
            items.push((item, of));
        }
        let worst = law.worst();
        Some((
            Op::Class {
                items,
                worst,
                length,
            },
            reach,
        ))
    }

    fn machine(&mut self, pair: &super::Pair, length: Duration) -> usize {
        for kind in std::iter::once(&pair.begin)
            .chain(&pair.end)
            .chain(&pair.drop)
        {
            place_of(&mut self.plan.kinds, kind);
        }
        let same = |known: &MachinePlan| {
            let kinds = (&known.begin, &known.end, &known.drop);
            let rest = (known.by, known.longest);
            kinds == (&pair.begin, &pair.end, &pair.drop)
                && rest == (pair.by, pair.longest.duration())
        };
        let machines = &mut self.plan.machines;
        let place = machines.iter().position(same).unwrap_or_else(|| {
            let role = |kind: &EventKind| {
                let begins = (*kind == pair.begin).then_some(Role::Begin);
                let ends = || pair.end.contains(kind).then_some(Role::End);
                let drops = || pair.drop.contains(kind).then_some(Role::Drop);
                begins.or_else(ends).or_else(drops)
            };
            machines.push(MachinePlan {
                roles: self.plan.kinds.iter().map(role).collect(),
                by: pair.by,
                longest: pair.longest.duration(),
                kept: Duration::ZERO,
                begin: pair.begin.clone(),
                end: pair.end.clone(),
                drop: pair.drop.clone(),
            });
            machines.len() - 1
        });
        machines[place].kept = machines[place].kept.max(length);
        place
    }
}
