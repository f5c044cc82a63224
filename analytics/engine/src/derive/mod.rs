//! Derived values: what packs make of observations and events, step by step in event time.
//!
//! A thing's inputs are held, sorted and each once, for as long as late truth may reach back. When its watermark passes the end of a step, every
//! formula that is due is a function of the inputs up to there, so the order of arrival changes nothing. What comes later than the step is
//! gathered for a while; then every step that it touches is computed twice, without it and with it, and told again where the two differ. The
//! same holds for what a neighbour says, and for the events of a cell, which is a thing of its own here.

mod formula;
mod inputs;
mod law;
mod pairs;
mod plan;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{
    DatastreamId, DerivedBefore, DerivedResult, Event, PropertyId, ThingId, Timestamp, Zone,
};

use crate::episodes::Point;
use crate::judge::Judge;
use crate::pane::Sample;
use crate::settings::Settings;
use inputs::{Happened, Inputs, MOMENT, Put, SILENCE};
use pairs::Machine;
use walk::{Due, Figure, Walk};

pub(crate) use formula::LENGTH_MAX;
pub use formula::{
    By, Class, Count, Derived, Joined, Neighbour, Operator, Pair, Rate, Ratio, Take, Tell, Window,
};
pub use law::{ClassItem, ClassLaw, Limits};
pub(crate) use plan::{Formula, Origin, ThingPlan, arrange};

/// Old inputs are forgotten in portions of so much.
const PORTION: Duration = Duration::from_hours(1);

/// After everything else.
const FAR: Timestamp = Timestamp::from_micros(i64::MAX);

/// What became of an input of derived values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// In time, or nothing that is derived here.
    Counted,
    Duplicate,
    /// It will correct what it touches.
    Late,
    TooLate,
    Full,
}

/// What came later than its step, gathered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Late {
    inputs: Inputs,
    /// The first step that it touches, and from when on no step is touched but by what the first ones made of pairs.
    touched: (Timestamp, Timestamp),
    /// City time of the first one.
    since: Timestamp,
}

impl Late {
    fn touch(&mut self, from: Timestamp, to: Timestamp) {
        self.touched = (self.touched.0.min(from), self.touched.1.max(to));
    }
}

/// The derived values of one thing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deriving {
    known: Inputs,
    late: Option<Box<Late>>,
    walk: Walk,
    /// The pairs as they were before what is held.
    pairs: Vec<Machine>,
    /// Every step up to here was passed.
    passed: Timestamp,
    /// The step to pass next.
    next: Option<Timestamp>,
    /// From when on every input is held.
    whole_from: Timestamp,
    /// How often a value was told again, by time and formula.
    revisions: BTreeMap<(Timestamp, usize), u32>,
    /// By formula.
    judges: Vec<Vec<Judge>>,
    #[serde(skip)]
    plan: Arc<ThingPlan>,
}

/// When and within which limits an input comes.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) now: Timestamp,
    pub(crate) watermark: Timestamp,
    pub(crate) settings: &'a Settings,
    pub(crate) zone: &'a Zone,
}

/// What was told again.
pub(crate) struct Corrected {
    pub(crate) results: Vec<DerivedResult>,
    /// Formulas that have rules, with the time from which on they are judged again.
    pub(crate) judged: Vec<(usize, Timestamp)>,
    /// Inputs that found no room.
    pub(crate) lost: u64,
}

impl Deriving {
    /// `judges` are those of each formula of the plan.
    pub(crate) fn new(plan: Arc<ThingPlan>, judges: Vec<Vec<Judge>>) -> Self {
        let pairs = vec![Machine::new(); plan.machines.len()];
        Self {
            known: Inputs::new(plan.series.len()),
            late: None,
            walk: Walk::from(&pairs, &plan),
            pairs,
            passed: Timestamp::MIN,
            next: None,
            whole_from: Timestamp::MIN,
            revisions: BTreeMap::new(),
            judges,
            plan,
        }
    }

    /// Puts back what a checkpoint does not carry.
    pub(crate) fn restore(&mut self, plan: Arc<ThingPlan>) {
        self.plan = plan;
    }

    pub(crate) fn plan(&self) -> &Arc<ThingPlan> {
        &self.plan
    }

    /// The time that the watermark has to reach for the next step to be passed.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.next.map(|step| step + MOMENT)
    }

    /// When what came late is to be used.
    pub(crate) fn correction_due(&self, settings: &Settings) -> Option<Timestamp> {
        self.late
            .as_ref()
            .map(|late| late.since + settings.gather())
    }

    /// The rules of a formula, and what they judge.
    pub(crate) fn judged(&mut self, formula: usize) -> (&PropertyId, &mut Vec<Judge>) {
        (
            &self.plan.formulas[formula].property,
            &mut self.judges[formula],
        )
    }

    /// The formula that makes this property.
    pub(crate) fn property(&self, formula: usize) -> &PropertyId {
        &self.plan.formulas[formula].property
    }

    /// The thing was heard, with a measurement or an event of this time.
    pub(crate) fn speak(&mut self, time: Timestamp, moment: Moment<'_>) {
        let end = time + SILENCE;
        if time > self.passed {
            self.known.alive.add(time, end);
            if self.next.is_none_or(|next| time <= next) {
                self.look_ahead(moment.zone);
            }
        } else if !self.known.alive.hold(time, end) && self.reaches(time, moment) {
            let late = self.late_since(moment.now);
            late.inputs.alive.add(time, end);
            late.touch(time, end);
        }
    }

    /// Whether late truth reaches so far back.
    fn reaches(&self, time: Timestamp, moment: Moment<'_>) -> bool {
        let horizon = moment.watermark - moment.settings.revise();
        time >= horizon && time >= self.whole_from + self.keep()
    }

    fn late_since(&mut self, now: Timestamp) -> &mut Late {
        let series = self.plan.series.len();
        self.late.get_or_insert_with(|| {
            Box::new(Late {
                inputs: Inputs::new(series),
                touched: (FAR, Timestamp::MIN),
                since: now,
            })
        })
    }

    fn look_ahead(&mut self, zone: &Zone) {
        self.next = walk::next_step(&self.known.alive, self.passed, &self.plan, zone);
    }

    /// Takes an observation of the thing, or of its neighbour.
    pub(crate) fn observe(
        &mut self,
        neighbour: bool,
        property: &PropertyId,
        sample: Sample,
        moment: Moment<'_>,
    ) -> Heard {
        let plan = Arc::clone(&self.plan);
        let mut heard = Heard::Counted;
        for (place, (origin, of)) in plan.series.iter().enumerate() {
            if of != property || neighbour != (*origin != Origin::Own) {
                continue;
            }
            let delay = match origin {
                Origin::Own => Duration::ZERO,
                Origin::Neighbour(delay) => *delay,
            };
            let time = sample.point.time;
            let max = moment.settings.samples_max;
            let this = self.hear(time, time + delay, moment, |inputs, ask| {
                if ask {
                    let known = inputs.observed(place, &sample);
                    return if known { Put::Known } else { Put::New };
                }
                inputs.observe(place, sample, max)
            });
            if this != Heard::Counted {
                heard = this;
            }
        }
        heard
    }

    /// Takes an event of the thing, or of one in its cell.
    pub(crate) fn happen(
        &mut self,
        event: &Event,
        source: u32,
        thing: usize,
        moment: Moment<'_>,
    ) -> Heard {
        let Some(kind) = self.plan.kinds.iter().position(|kind| *kind == event.kind) else {
            return Heard::Counted;
        };
        let happened = Happened {
            time: event.phenomenon_time,
            kind,
            key: event.key.clone(),
            part: event.part.clone(),
            source,
            thing,
        };
        let (time, max) = (happened.time, moment.settings.samples_max);
        self.hear(time, time, moment, |inputs, ask| {
            if ask {
                let known = inputs.happened(&happened);
                return if known { Put::Known } else { Put::New };
            }
            inputs.happen(happened.clone(), max)
        })
    }

    /// Takes an input that was made at `time` and counts from `from` on. `take` puts it among others, or only asks whether it is there.
    fn hear(
        &mut self,
        time: Timestamp,
        from: Timestamp,
        moment: Moment<'_>,
        take: impl Fn(&mut Inputs, bool) -> Put,
    ) -> Heard {
        if from > self.passed {
            let mut kept = take(&mut self.known, false);
            if kept == Put::Full && self.make_room() {
                kept = take(&mut self.known, false);
            }
            return match kept {
                Put::New => Heard::Counted,
                Put::Known => Heard::Duplicate,
                Put::Full => Heard::Full,
            };
        }
        if take(&mut self.known, true) == Put::Known {
            return Heard::Duplicate;
        }
        if !self.reaches(time, moment) {
            return Heard::TooLate;
        }
        let reach = self.plan.reach;
        let late = self.late_since(moment.now);
        match take(&mut late.inputs, false) {
            Put::Known => return Heard::Duplicate,
            Put::Full => return Heard::Full,
            Put::New => {}
        }
        late.touch(from, from + reach);
        Heard::Late
    }

    /// How long before a value inputs are needed for it, and to walk up to it.
    fn keep(&self) -> Duration {
        self.plan.reach + self.plan.reach
    }

    /// Forgets what only late truth would need; `false` when there is nothing of the kind.
    fn make_room(&mut self) -> bool {
        let needed = self.passed - self.keep();
        let room = self.late.is_none() && needed > self.whole_from;
        if room {
            self.forget(needed);
        }
        room
    }

    fn forget(&mut self, before: Timestamp) {
        for (machine, plan) in self.pairs.iter_mut().zip(&self.plan.machines) {
            machine.go(before - MOMENT, plan, &self.known);
        }
        self.known.forget(before);
        self.whole_from = before;
    }

    /// Passes the next step, when the watermark has.
    pub(crate) fn pass(
        &mut self,
        thing: &ThingId,
        moment: Moment<'_>,
    ) -> Option<Vec<(usize, DerivedResult)>> {
        let step = self.next.filter(|step| *step < moment.watermark)?;
        let due = self.walk.step(step, &self.plan, &self.known, moment.zone);
        self.passed = step;
        self.look_ahead(moment.zone);
        let told = due.into_iter().filter(|due| due.is_told);
        let result = |due: Due| {
            (
                due.formula,
                self.result(thing, step, due.formula, due.figure),
            )
        };
        Some(told.map(result).collect())
    }

    /// Every step before the watermark has been passed: what comes for them is late. Forgets what is older than late truth reaches.
    pub(crate) fn reach(&mut self, moment: Moment<'_>) {
        self.passed = self.passed.max(moment.watermark - MOMENT);
        let horizon = moment.watermark - moment.settings.revise();
        let needed = horizon - self.keep();
        if self.late.is_none() && needed > self.whole_from + PORTION {
            self.forget(needed);
            self.revisions.retain(|(at, _), _| *at >= needed);
        }
    }

    fn result(
        &self,
        thing: &ThingId,
        time: Timestamp,
        formula: usize,
        figure: Figure,
    ) -> DerivedResult {
        DerivedResult {
            datastream: DatastreamId {
                thing: thing.clone(),
                property: self.property(formula).clone(),
            },
            time,
            value: figure.value,
            inputs: figure.inputs,
            because: figure.because,
            revision: 0,
            before: None,
        }
    }

    /// Uses what came late: every step that it touches is told again where that makes a difference.
    pub(crate) fn correct(&mut self, thing: &ThingId, moment: Moment<'_>) -> Option<Corrected> {
        let late = self.late.take()?;
        let plan = Arc::clone(&self.plan);
        let mut whole = self.known.clone();
        // What late truth brings is taken in even where that is a little more than is held otherwise, but for the limit of the late ones.
        let lost = whole.absorb(&late.inputs, moment.settings.samples_max.saturating_mul(2));
        let mut results = Vec::new();
        let mut first: BTreeMap<usize, Timestamp> = BTreeMap::new();
        let (from, to) = late.touched;
        let mut said = Walk::from(&self.pairs, &plan);
        let mut truth = said.clone();
        let mut at = from - Walk::warm_up(&plan) - MOMENT;
        let next = |at| walk::next_step(&whole.alive, at, &plan, moment.zone);
        while let Some(step) = next(at).filter(|step| *step <= self.passed) {
            // What is open may be another for longer than an input is looked at; in the end both are at one again.
            if step > to && said == truth {
                break;
            }
            at = step;
            let mut before = Vec::new();
            if self.known.alive.hold(step, step) {
                before = said.step(step, &plan, &self.known, moment.zone);
            }
            let after = truth.step(step, &plan, &whole, moment.zone);
            for due in after.into_iter().filter(|_| step >= from) {
                let said = before.iter().find(|said| said.formula == due.formula);
                // That there is no value is told once: it must be told here, when it was told of an earlier step that now has one.
                let untold = due.is_told && said.is_none_or(|said| !said.is_told);
                let said = said.map_or_else(Figure::default, |said| said.figure.clone());
                if said != due.figure {
                    first.entry(due.formula).or_insert(step);
                    results.push(self.again(thing, step, due, said.value));
                } else if untold {
                    results.push(self.again(thing, step, due, None));
                }
            }
        }
        if next(at).is_none_or(|step| step > self.passed) {
            self.walk = truth;
        }
        self.known = whole;
        self.look_ahead(moment.zone);
        let judged = first.into_iter();
        let judged = judged.filter(|(formula, _)| !self.judges[*formula].is_empty());
        Some(Corrected {
            results,
            judged: judged.collect(),
            lost,
        })
    }

    fn again(
        &mut self,
        thing: &ThingId,
        step: Timestamp,
        due: Due,
        said: Option<f64>,
    ) -> DerivedResult {
        let revision = self.revisions.entry((step, due.formula)).or_insert(0);
        *revision += 1;
        DerivedResult {
            revision: *revision,
            before: Some(DerivedBefore { value: said }),
            ..self.result(thing, step, due.formula, due.figure)
        }
    }

    /// The values of a formula from this time on, as they are told.
    pub(crate) fn values(&self, formula: usize, from: Timestamp, zone: &Zone) -> Vec<Point> {
        let from = from.max(self.whole_from + self.keep());
        let mut walk = Walk::from(&self.pairs, &self.plan);
        let mut at = from - Walk::warm_up(&self.plan) - MOMENT;
        let mut values = Vec::new();
        while let Some(step) = walk::next_step(&self.known.alive, at, &self.plan, zone)
            .filter(|step| *step <= self.passed)
        {
            at = step;
            let due = walk.step(step, &self.plan, &self.known, zone);
            let of = due.into_iter().find(|due| due.formula == formula);
            let value = of.and_then(|due| due.figure.value).filter(|_| step >= from);
            values.extend(value.map(|value| Point { time: step, value }));
        }
        values
    }
}
