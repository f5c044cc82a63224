//! From step to step: the values of all formulas of a thing, each a function of the inputs up to the step.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{PropertyId, Timestamp, WindowLength, Zone};

use super::formula::Take;
use super::inputs::{Inputs, MOMENT, Stretches, within};
use super::pairs::Machine;
use super::plan::{Formula, Of, Op, ThingPlan};
use crate::episodes::Point;
use crate::pane::{Sample, Summary};
use crate::thing::is_usable;

const HOUR_SECS: f64 = 3_600.0;

/// What came out of a formula.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Figure {
    pub(crate) value: Option<f64>,
    pub(crate) inputs: u32,
    pub(crate) because: Option<PropertyId>,
}

impl Figure {
    pub(crate) fn of(value: Option<f64>, inputs: usize) -> Self {
        Self {
            // Minus zero is the same value as zero.
            value: value
                .map(|value| value + 0.0)
                .filter(|value| is_usable(*value)),
            inputs: u32::try_from(inputs).unwrap_or(u32::MAX),
            because: None,
        }
    }

    pub(crate) fn count(count: usize) -> Self {
        Self::of(Some(count as f64), count)
    }
}

/// A formula that is due.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Due {
    /// The formula, by its place.
    pub(crate) formula: usize,
    pub(crate) figure: Figure,
    /// That there is no value is told once, after there was one.
    pub(crate) is_told: bool,
}

/// What is carried from step to step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Walk {
    machines: Vec<Machine>,
    /// Of each formula, the values on which others still rest.
    values: Vec<Vec<Sample>>,
    /// Whether each had a value the last time.
    had: Vec<bool>,
}

/// The first step after this time at which the thing speaks.
pub(crate) fn next_step(
    alive: &Stretches,
    after: Timestamp,
    plan: &ThingPlan,
    zone: &Zone,
) -> Option<Timestamp> {
    let after = after + MOMENT;
    for (from, to) in alive.from(after) {
        let from = (*from).max(after);
        let steps = plan
            .formulas
            .iter()
            .map(|formula| step_from(from, formula.every, zone));
        if let Some(step) = steps.min().filter(|step| step <= to) {
            return Some(step);
        }
    }
    None
}

fn step_from(at: Timestamp, every: WindowLength, zone: &Zone) -> Timestamp {
    let start = zone.window_start(at, every);
    if start == at {
        at
    } else {
        start + every.duration()
    }
}

/// The place of the smallest value that this share of `count` sorted ones does not exceed.
pub(crate) fn rank(q: f64, count: usize) -> Option<usize> {
    let rank = (q * count as f64).ceil() as usize;
    (count > 0).then(|| rank.clamp(1, count) - 1)
}

impl Walk {
    /// One that goes on where the pairs are at; what rests on derived values is right once it was walked for `warm_up`.
    pub(crate) fn from(pairs: &[Machine], plan: &ThingPlan) -> Self {
        Self {
            machines: pairs.to_vec(),
            values: vec![Vec::new(); plan.formulas.len()],
            had: vec![false; plan.formulas.len()],
        }
    }

    /// How long before the first value of interest a walk has to begin.
    pub(crate) fn warm_up(plan: &ThingPlan) -> Duration {
        let formulas = plan.formulas.iter();
        let needed = formulas.map(|formula| formula.kept.max(formula.every.duration()));
        needed.max().unwrap_or_default()
    }

    /// Gives what is due at this step, which follows the one before.
    pub(crate) fn step(
        &mut self,
        at: Timestamp,
        plan: &ThingPlan,
        inputs: &Inputs,
        zone: &Zone,
    ) -> Vec<Due> {
        for (machine, plan) in self.machines.iter_mut().zip(&plan.machines) {
            machine.go(at, plan, inputs);
        }
        let mut due: Vec<Due> = Vec::new();
        for (place, formula) in plan.formulas.iter().enumerate() {
            if zone.window_start(at, formula.every) != at {
                continue;
            }
            let figure = self.figure(at, formula, inputs, &due);
            let had = std::mem::replace(&mut self.had[place], figure.value.is_some());
            self.keep(place, formula, at, figure.value);
            due.push(Due {
                formula: place,
                is_told: had || figure.value.is_some(),
                figure,
            });
        }
        due
    }

    fn keep(&mut self, place: usize, formula: &Formula, at: Timestamp, value: Option<f64>) {
        if formula.kept == Duration::ZERO {
            return;
        }
        let values = &mut self.values[place];
        values.extend(value.map(|value| Sample {
            point: Point { time: at, value },
            source: 0,
        }));
        let old = values.partition_point(|sample| sample.point.time <= at - formula.kept);
        values.drain(..old);
    }

    fn run<'a>(
        &'a self,
        of: Of,
        inputs: &'a Inputs,
        from: Timestamp,
        to: Timestamp,
    ) -> &'a [Sample] {
        let all = match of {
            Of::Series(place) => inputs.series[place].as_slice(),
            Of::Formula(place) => &self.values[place],
        };
        within(all, from, to, |sample| sample.point.time)
    }

    fn figure(&self, at: Timestamp, formula: &Formula, inputs: &Inputs, due: &[Due]) -> Figure {
        match &formula.op {
            Op::Window { of, length, take } => {
                summed_up(self.run(*of, inputs, at - *length, at), *take)
            }
            Op::Rate { of, over } => rate(self.run(*of, inputs, at - *over * 3, at), at, *over),
            Op::Pair {
                machine,
                tell,
                length,
            } => self.machines[*machine].tell(*tell, *length),
            Op::Count { kind, length } => {
                let events = inputs.events_within(at - *length, at).iter();
                Figure::count(events.filter(|event| event.kind == *kind).count())
            }
            Op::Ratio { of, over, factor } => {
                let of_step = |place: usize| due.iter().find(|due| due.formula == place);
                let figures = of_step(*of).zip(of_step(*over));
                figures.map_or_else(Figure::default, |(of, over)| {
                    let values = of.figure.value.zip(over.figure.value);
                    let values = values.filter(|(_, over)| *over != 0.0);
                    let inputs = of.figure.inputs.saturating_add(over.figure.inputs);
                    Figure {
                        inputs,
                        ..Figure::of(values.map(|(of, over)| of / over * factor), 0)
                    }
                })
            }
            Op::Class {
                items,
                worst,
                length,
            } => {
                let mut class = Figure::default();
                for (item, of) in items {
                    let run = self.run(*of, inputs, at - *length, at);
                    let mean = summed_up(run, Take::Mean);
                    class.inputs = class.inputs.saturating_add(mean.inputs);
                    let of_item = mean.value.and_then(|mean| item.class(mean, *worst));
                    let of_item = of_item.map(f64::from);
                    // The first of equals is named.
                    if of_item > class.value {
                        class.value = of_item;
                        class.because = Some(item.property.clone());
                    }
                }
                class
            }
            Op::Neighbour {
                of,
                own,
                delay,
                stale,
                name,
            } => {
                let newest = |place: usize, at: Timestamp| {
                    let run = self.run(Of::Series(place), inputs, at - *stale, at);
                    run.last().map(|sample| sample.point.value)
                };
                let other = newest(*of, at - *delay);
                let value = match own {
                    None => other,
                    Some(own) => newest(*own, at).zip(other).map(|(own, other)| own - other),
                };
                let inputs = usize::from(value.is_some()) * (1 + usize::from(own.is_some()));
                Figure {
                    because: value.and(name.clone()),
                    ..Figure::of(value, inputs)
                }
            }
        }
    }
}

fn summed_up(run: &[Sample], take: Take) -> Figure {
    let values = || run.iter().map(|sample| sample.point.value);
    let value = match take {
        Take::Sum => (!run.is_empty()).then(|| values().sum()),
        Take::Mean => {
            let points = run.iter().map(|sample| sample.point);
            Summary::of(&points, false).map(|summary| summary.mean)
        }
        Take::Min => values().reduce(f64::min),
        Take::Max => values().reduce(f64::max),
        Take::Last => values().next_back(),
        Take::Count => Some(run.len() as f64),
        Take::Quantile(q) => {
            let mut sorted: Vec<f64> = values().collect();
            sorted.sort_by(f64::total_cmp);
            rank(q, sorted.len()).map(|rank| sorted[rank])
        }
    };
    Figure::of(value, run.len())
}

/// The newest of the last `over`, less the one so much before it (at most as much again), by the time that lies between them.
fn rate(run: &[Sample], at: Timestamp, over: Duration) -> Figure {
    let newest = run.last().filter(|sample| sample.point.time > at - over);
    let earlier = newest.and_then(|newest| {
        let time = newest.point.time;
        let run = within(run, time - over * 2, time - over, |sample| {
            sample.point.time
        });
        run.last()
    });
    let value = newest.zip(earlier).map(|(newest, earlier)| {
        let secs = newest.point.time.micros_since(earlier.point.time) as f64 / 1e6;
        (newest.point.value - earlier.point.value) * HOUR_SECS / secs
    });
    Figure::of(value, if value.is_some() { 2 } else { 0 })
}
