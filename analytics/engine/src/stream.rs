//! One datastream: its open observations, its windows, and its rules, which judge the same observations.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{AlarmId, DatastreamId, PropertyId, SourceId, ThingId, Timestamp};

use crate::judge::Judge;
use crate::outbox::Outbox;
use crate::pane::{Offered, Sample, Samples};
use crate::setup::{Plan, Setup};
use crate::window::{Closed, Windows};

/// What became of an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Counted,
    Duplicate,
    Late,
    Full,
}

/// An observation on its way in.
pub(crate) struct Arrival<'a> {
    pub(crate) thing: &'a ThingId,
    pub(crate) source: &'a SourceId,
    pub(crate) sample: Sample,
    pub(crate) watermark: Timestamp,
}

/// The state of one datastream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stream {
    pub(crate) property: PropertyId,
    /// What open windows and unsettled alarms still need.
    samples: Samples,
    /// How many of `samples`, from the first, are older than the watermark and known to the judges as settled.
    settled: usize,
    windows: Windows,
    judges: Vec<Judge>,
    #[serde(skip)]
    plan: Arc<Plan>,
}

impl Stream {
    pub(crate) fn new(property: PropertyId, setup: &Setup) -> Self {
        let plan = setup.plan(&property);
        Self {
            property,
            samples: Samples::default(),
            settled: 0,
            windows: Windows::default(),
            judges: plan.rules.iter().copied().map(Judge::new).collect(),
            plan,
        }
    }

    /// Puts back what a checkpoint does not carry.
    pub(crate) fn restore(&mut self, setup: &Setup) {
        self.plan = setup.plan(&self.property);
    }

    /// When the watermark has something to do here.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        if self.plan.lengths.is_empty() {
            let newest = self.samples.as_slice().last();
            return newest.map(|sample| sample.point.time + Duration::from_micros(1));
        }
        self.windows.next_end()
    }

    pub(crate) fn take(
        &mut self,
        arrival: &Arrival<'_>,
        setup: &Setup,
        outbox: &mut Outbox,
    ) -> Taken {
        let sample = arrival.sample;
        if sample.point.time < arrival.watermark {
            // A device that sends again after a lost acknowledgement is not late.
            return if self.samples.holds(&sample) {
                Taken::Duplicate
            } else {
                Taken::Late
            };
        }
        self.settle(arrival.watermark, arrival.thing, setup, outbox);
        match self.samples.offer(sample, setup.settings.samples_max) {
            Offered::Duplicate => Taken::Duplicate,
            Offered::Full => Taken::Full,
            Offered::Held(place) => {
                if place == 0 {
                    let zone = &setup.catalogue.zone;
                    self.windows.align(&self.samples, &self.plan.lengths, zone);
                }
                self.judge(place, arrival, setup, outbox);
                Taken::Counted
            }
        }
    }

    fn judge(&mut self, place: usize, arrival: &Arrival<'_>, setup: &Setup, outbox: &mut Outbox) {
        let point = arrival.sample.point;
        let unsettled = &self.samples.as_slice()[self.settled..];
        let newest = place + 1 == self.settled + unsettled.len();
        for judge in &mut self.judges {
            let rule = setup.rule(judge.rule);
            let fresh = || {
                let subject = DatastreamId {
                    thing: arrival.thing.clone(),
                    property: self.property.clone(),
                };
                AlarmId::of(&rule.id, &subject, arrival.source, point.time, point.value)
            };
            let mut told = Vec::new();
            if newest {
                judge.newest(&rule.threshold, point, fresh, &mut told);
            } else {
                let points = unsettled.iter().map(|sample| sample.point);
                judge.again(&rule.threshold, points, fresh, &mut told);
            }
            outbox.tell(rule, arrival.thing, &self.property, told);
        }
    }

    /// Hands what is older than the watermark to the judges: no observation can come before it any more.
    fn settle(
        &mut self,
        watermark: Timestamp,
        thing: &ThingId,
        setup: &Setup,
        outbox: &mut Outbox,
    ) {
        let until = self.samples.before(watermark);
        if until <= self.settled {
            return;
        }
        let settling = &self.samples.as_slice()[self.settled..until];
        for judge in &mut self.judges {
            let rule = setup.rule(judge.rule);
            let points = settling.iter().map(|sample| sample.point);
            let mut told = Vec::new();
            judge.settle(&rule.threshold, points, watermark, &mut told);
            outbox.tell(rule, thing, &self.property, told);
        }
        self.settled = until;
    }

    /// Closes what ends at or before the watermark.
    pub(crate) fn close(
        &mut self,
        watermark: Timestamp,
        thing: &ThingId,
        setup: &Setup,
        closed: &mut Vec<Closed>,
        outbox: &mut Outbox,
    ) {
        self.settle(watermark, thing, setup, outbox);
        if self.plan.lengths.is_empty() {
            self.samples.drop_first(self.settled);
            self.settled = 0;
            return;
        }
        let (lengths, zone) = (&self.plan.lengths, &setup.catalogue.zone);
        let samples = &mut self.samples;
        // Whatever lies in a closed pane is older than the watermark, so it was settled.
        self.settled -= self
            .windows
            .close(watermark, samples, lengths, zone, closed);
    }
}
