//! What is derived of a thing: its inputs are handed on, its steps are passed with the watermark, its values are judged like observations.

use std::time::Duration;

use yiping_model::{
    AlarmId, DatastreamId, Event, Outcome, PropertyId, Quality, Reading, ThingId, Timestamp,
};

use super::{Hands, Thing, is_usable};
use crate::derive::{Heard, Moment};
use crate::engine::Why;
use crate::episodes::{Episode, Point};
use crate::judge::{Judge, Truth};
use crate::pane::Sample;

impl Thing {
    /// Takes an event of this thing that arrives `now` by door number `source`; `values` are what was measured with it.
    pub(crate) fn happen(
        &mut self,
        event: &Event,
        values: &Reading,
        source: u32,
        now: Timestamp,
        hands: &mut Hands<'_>,
    ) -> Heard {
        self.stay_silent(now, hands);
        let heard = self.happen_of(event, source, hands.place, now, hands);
        self.take(values, source, now, hands);
        heard
    }

    /// Hands on an event of the thing at this place: this one, or a member of this cell.
    pub(crate) fn happen_of(
        &mut self,
        event: &Event,
        source: u32,
        thing: usize,
        now: Timestamp,
        hands: &Hands<'_>,
    ) -> Heard {
        let moment = moment(self.watermark, now, hands);
        self.deriving.as_mut().map_or(Heard::Counted, |deriving| {
            deriving.happen(event, source, thing, moment)
        })
    }

    /// Hands on a usable observation of this thing.
    pub(super) fn derive_from(
        &mut self,
        property: &PropertyId,
        sample: Sample,
        hands: &mut Hands<'_>,
    ) {
        let (now, watermark) = (hands.outbox.cause().1, self.watermark);
        if let Some(deriving) = &mut self.deriving {
            let moment = moment(watermark, now, hands);
            if deriving.observe(false, property, sample, moment) == Heard::Full {
                hands.counts.over_limit += 1;
            }
        }
    }

    /// It was heard with a word of this time.
    pub(super) fn speak(&mut self, time: Timestamp, now: Timestamp, hands: &Hands<'_>) {
        if let Some(deriving) = &mut self.deriving {
            deriving.speak(time, moment(self.watermark, now, hands));
        }
    }

    /// Takes what its neighbour measured.
    pub(crate) fn hear_neighbour(
        &mut self,
        reading: &Reading,
        source: u32,
        now: Timestamp,
        hands: &mut Hands<'_>,
    ) {
        let moment = moment(self.watermark, now, hands);
        let Some(deriving) = &mut self.deriving else {
            return;
        };
        for measured in &reading.values {
            if measured.quality != Quality::Good || !is_usable(measured.value) {
                continue;
            }
            let point = Point {
                time: reading.phenomenon_time,
                value: measured.value + 0.0,
            };
            let sample = Sample { point, source };
            if deriving.observe(true, &measured.property, sample, moment) == Heard::Full {
                hands.counts.over_limit += 1;
            }
        }
    }

    /// When a step ends, and when late inputs are used, if the thing stays silent.
    pub(super) fn step_end(&self) -> Option<(Timestamp, Why)> {
        let end = self.deriving.as_ref()?.next_end()?;
        Some((end, Why::StepEnds))
    }

    pub(super) fn correction_due(&self, hands: &crate::setup::Setup) -> Option<(Timestamp, Why)> {
        let at = self.deriving.as_ref()?.correction_due(&hands.settings)?;
        Some((at, Why::Corrects))
    }

    /// Passes the steps that the watermark has passed.
    pub(super) fn pass_steps(&mut self, hands: &mut Hands<'_>) {
        let moment = moment(self.watermark, hands.outbox.cause().1, hands);
        let Some(deriving) = &mut self.deriving else {
            return;
        };
        while let Some(told) = deriving.pass(&self.id, moment) {
            for (formula, result) in told {
                let (time, value) = (result.time, result.value);
                hands.outbox.push(Outcome::Derived(result));
                if let Some(value) = value {
                    let (property, judges) = deriving.judged(formula);
                    judge_derived(&self.id, property, judges, Point { time, value }, hands);
                }
            }
        }
        deriving.reach(moment);
    }

    /// Tells again what late inputs change, once they were gathered for long enough.
    pub(super) fn correct_derived(&mut self, now: Timestamp, hands: &mut Hands<'_>) {
        let setup = hands.setup;
        let due = self.correction_due(setup).is_some_and(|(at, _)| at <= now);
        let moment = moment(self.watermark, now, hands);
        let Some(deriving) = self.deriving.as_mut().filter(|_| due) else {
            return;
        };
        let Some(corrected) = deriving.correct(&self.id, moment) else {
            return;
        };
        hands.counts.revised += corrected.results.len() as u64;
        hands.counts.over_limit += corrected.lost;
        let results = corrected.results.into_iter().map(Outcome::Derived);
        results.for_each(|result| hands.outbox.push(result));
        let kept = self.watermark - setup.settings.revise();
        for (formula, first) in corrected.judged {
            let (_, judges) = deriving.judged(formula);
            let mut judges = std::mem::take(judges);
            let again = Again {
                thing: &self.id,
                property: deriving.property(formula),
                first,
                kept: kept.min(first),
                watermark: self.watermark,
            };
            let zone = &setup.catalogue.zone;
            let values = |from| deriving.values(formula, from, zone);
            again.judge(&mut judges, values, hands);
            *deriving.judged(formula).1 = judges;
        }
    }
}

fn moment<'a>(watermark: Timestamp, now: Timestamp, hands: &Hands<'a>) -> Moment<'a> {
    Moment {
        now,
        watermark,
        settings: &hands.setup.settings,
        zone: &hands.setup.catalogue.zone,
    }
}

/// Judges a value that the engine derived. It comes once and in order, so it is settled as soon as it is there.
pub(super) fn judge_derived(
    thing: &ThingId,
    property: &PropertyId,
    judges: &mut [Judge],
    point: Point,
    hands: &mut Hands<'_>,
) {
    let setup = hands.setup;
    for judge in judges {
        let rule = setup.rule(judge.rule);
        let fresh = || {
            let subject = DatastreamId {
                thing: thing.clone(),
                property: property.clone(),
            };
            AlarmId::of(
                &rule.id,
                &subject,
                &setup.own_source,
                point.time,
                point.value,
            )
        };
        let mut told = Vec::new();
        judge.newest(point, fresh, &mut told);
        let after = point.time + Duration::from_micros(1);
        judge.settle(std::iter::once(point), after, &mut told);
        hands.outbox.tell(setup, judge, thing, property, told);
    }
}

/// Derived values that changed are judged again, from the first of them on, or from the beginning of the alarm that lasts there.
pub(super) struct Again<'a> {
    pub(super) thing: &'a ThingId,
    pub(super) property: &'a PropertyId,
    /// The first value that changed.
    pub(super) first: Timestamp,
    /// Alarms that were over by then are no longer corrected.
    pub(super) kept: Timestamp,
    pub(super) watermark: Timestamp,
}

impl Again<'_> {
    /// `values` gives the values from a time on.
    pub(super) fn judge(
        &self,
        judges: &mut [Judge],
        values: impl Fn(Timestamp) -> Vec<Point>,
        hands: &mut Hands<'_>,
    ) {
        let setup = hands.setup;
        let subject = DatastreamId {
            thing: self.thing.clone(),
            property: self.property.clone(),
        };
        for judge in judges {
            judge.forget(self.kept);
            let begin = judge.covering(self.first);
            let from =
                begin.map_or(self.first, |alarm| alarm.start.time) - judge.criterion().lead();
            let rule = setup.rule(judge.rule);
            let fresh = |episode: &Episode, nth: u64| {
                let at = episode.start.time + Duration::from_micros(nth);
                AlarmId::of(
                    &rule.id,
                    &subject,
                    &setup.own_source,
                    at,
                    episode.start.value,
                )
            };
            let truth = Truth {
                from,
                to: None,
                settled: values(from).into_iter(),
                unsettled: &[],
                watermark: self.watermark,
            };
            let mut told = Vec::new();
            judge.correct(truth, fresh, &mut told);
            hands
                .outbox
                .tell(setup, judge, self.thing, self.property, told);
        }
    }
}
