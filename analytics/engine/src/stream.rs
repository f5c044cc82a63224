//! One datastream: its open observations, its windows, and its rules, which judge the same observations.

mod truth;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{AlarmId, DatastreamId, PropertyId, SourceId, ThingId, Timestamp, WindowResult};

use crate::cell::{Cells, Part};
use crate::judge::Judge;
use crate::late::Late;
use crate::outbox::Outbox;
use crate::pane::{Offered, Sample, Samples, Summary};
use crate::setup::{Plan, Setup};
use crate::window::{Layout, Place, Span, Told, Windows};

pub(crate) use truth::Correcting;

/// What became of an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Counted,
    Duplicate,
    Late,
    /// Older than late truth reaches.
    TooLate,
    Full,
}

/// An observation on its way in.
pub(crate) struct Arrival<'a> {
    pub(crate) thing: &'a ThingId,
    pub(crate) source: &'a SourceId,
    pub(crate) sample: Sample,
    pub(crate) watermark: Timestamp,
}

/// What a datastream works with while its thing's watermark moves on.
pub(crate) struct Passing<'a> {
    pub(crate) thing: &'a ThingId,
    pub(crate) watermark: Timestamp,
    pub(crate) setup: &'a Setup,
    pub(crate) outbox: &'a mut Outbox,
    /// Panes for cells.
    pub(crate) parts: &'a mut Vec<Part>,
    pub(crate) cells: &'a Cells,
}

/// The state of one datastream.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stream {
    pub(crate) property: PropertyId,
    /// What open panes and unsettled alarms still need.
    samples: Samples,
    /// How many of `samples`, from the first, are older than the watermark and known to the judges as settled.
    settled: usize,
    /// The pane of the oldest observation held; `None` when none is.
    pane: Option<Span>,
    windows: Windows,
    judges: Vec<Judge>,
    late: Option<Box<Late>>,
    /// Where its silence is watched.
    pub(crate) watch: Option<usize>,
    /// What was dropped with the panes that closed since the clock last moved on.
    closed: Samples,
    /// The cell to which its panes belong, by its place, and the rank of its thing there.
    cell: Option<(usize, u32)>,
    next_end: Option<Timestamp>,
    #[serde(skip)]
    plan: Arc<Plan>,
}

impl Stream {
    pub(crate) fn new(
        property: PropertyId,
        plan: Arc<Plan>,
        judges: Vec<Judge>,
        cell: Option<(usize, u32)>,
    ) -> Self {
        Self {
            property,
            samples: Samples::default(),
            settled: 0,
            pane: None,
            windows: Windows::default(),
            judges,
            late: None,
            watch: None,
            closed: Samples::default(),
            cell,
            next_end: None,
            plan,
        }
    }

    /// Puts back what a checkpoint does not carry.
    pub(crate) fn restore(&mut self, setup: &Setup) {
        self.plan = setup.plan(&self.property);
    }

    /// When the watermark has something to do here.
    pub(crate) const fn next_end(&self) -> Option<Timestamp> {
        self.next_end
    }

    pub(crate) fn take(
        &mut self,
        arrival: &Arrival<'_>,
        setup: &Setup,
        outbox: &mut Outbox,
    ) -> Taken {
        let sample = arrival.sample;
        if sample.point.time < arrival.watermark {
            return self.miss(arrival, setup, outbox);
        }
        if self.plan.is_idle() {
            return Taken::Counted;
        }
        self.settle(arrival.watermark, arrival.thing, setup, outbox);
        if self.plan.layout.is_none() && self.settled > self.samples.as_slice().len() / 2 {
            self.drop_settled();
        }
        match self.samples.offer(sample, setup.settings.samples_max) {
            Offered::Duplicate => Taken::Duplicate,
            Offered::Full => Taken::Full,
            Offered::Held(place) => {
                if place == 0 || self.plan.layout.is_none() {
                    self.align(setup);
                }
                self.judge(place, arrival, setup, outbox);
                Taken::Counted
            }
        }
    }

    /// To be called when the oldest observation held has become another.
    fn align(&mut self, setup: &Setup) {
        let samples = self.samples.as_slice();
        let Some(layout) = &self.plan.layout else {
            // All that is left to do is to settle.
            self.next_end = samples
                .last()
                .map(|newest| newest.point.time + Duration::from_micros(1));
            return;
        };
        let zone = &setup.catalogue.zone;
        self.pane = samples
            .first()
            .map(|oldest| Span::holding(oldest.point.time, layout.pane, zone));
        let pane_end = self.pane.map(|pane| pane.end);
        let late_end = self.late.as_ref().and_then(|late| late.next_end());
        let ends = pane_end.into_iter().chain(self.windows.next_end());
        self.next_end = ends.chain(late_end).min();
    }

    fn judge(&mut self, place: usize, arrival: &Arrival<'_>, setup: &Setup, outbox: &mut Outbox) {
        let point = arrival.sample.point;
        let unsettled = &self.samples.as_slice()[self.settled..];
        let newest = place + 1 == self.settled + unsettled.len();
        for judge in &mut self.judges {
            let rule = setup.rule(judge.rule);
            let fresh = |nth| {
                let subject = DatastreamId {
                    thing: arrival.thing.clone(),
                    property: self.property.clone(),
                };
                let at = point.time + Duration::from_micros(nth);
                AlarmId::of(&rule.id, &subject, arrival.source, at, point.value)
            };
            let mut told = Vec::new();
            if newest {
                judge.newest(point, || fresh(0), &mut told);
            } else {
                let points = unsettled.iter().map(|sample| sample.point);
                judge.again(points, fresh, &mut told);
            }
            outbox.tell(setup, judge, arrival.thing, &self.property, told);
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
        let until = self.samples.before(watermark, self.settled);
        if until == self.settled {
            return;
        }
        let settling = &self.samples.as_slice()[self.settled..until];
        for judge in &mut self.judges {
            let points = settling.iter().map(|sample| sample.point);
            let mut told = Vec::new();
            judge.settle(points, watermark, &mut told);
            outbox.tell(setup, judge, thing, &self.property, told);
        }
        if let Some(late) = &mut self.late {
            late.follow(settling, watermark, setup.settings.recall_points_max);
        }
        self.settled = until;
    }

    /// Closes what ends at or before the watermark.
    pub(crate) fn close(&mut self, passing: &mut Passing<'_>, told: &mut Vec<Told>) {
        let (watermark, setup) = (passing.watermark, passing.setup);
        self.settle(watermark, passing.thing, setup, passing.outbox);
        let plan = Arc::clone(&self.plan);
        if let Some(layout) = &plan.layout {
            while let Some(pane) = self.pane.filter(|pane| pane.end <= watermark) {
                self.settle_pane(pane, layout, passing, told);
            }
            self.windows.close(watermark, layout, told);
            if let Some(late) = &mut self.late {
                let (cause, now) = passing.outbox.cause();
                late.want_closed(watermark, cause, now);
            }
        } else {
            self.drop_settled();
        }
        self.align(setup);
    }

    /// The clock has moved on: nobody asks any more for what was dropped with the panes, and its room is given back.
    pub(crate) fn forget_closed(&mut self) {
        self.closed = Samples::default();
    }

    /// Whether it holds what was dropped with panes.
    pub(crate) fn holds_closed(&self) -> bool {
        !self.closed.as_slice().is_empty()
    }

    /// Without windows nobody needs what is settled.
    fn drop_settled(&mut self) {
        self.samples.drop_first(self.settled);
        self.settled = 0;
    }

    fn settle_pane(
        &mut self,
        pane: Span,
        layout: &Layout,
        passing: &mut Passing<'_>,
        told: &mut Vec<Told>,
    ) {
        // Whatever lies in a closed pane is older than the watermark, so it was settled.
        let count = self.samples.before(pane.end, 0);
        let samples = &self.samples.as_slice()[..count];
        let points = samples.iter().map(|sample| sample.point);
        if let Some(summary) = Summary::of(&points, !layout.quantiles.is_empty()) {
            let zone = &passing.setup.catalogue.zone;
            self.windows.take(pane, &summary, layout, zone, told);
            if let Some((cell, rank)) = self.cell {
                if passing.cells.list[cell].watermark >= pane.end {
                    self.note_for_cell(count, passing.outbox);
                }
                passing.parts.push(Part {
                    cell,
                    rank,
                    span: pane,
                    summary: Some(summary),
                });
            }
        }
        self.samples.move_first(count, &mut self.closed);
        self.settled -= count;
        self.align(passing.setup);
    }

    /// What its windows say, as results.
    pub(crate) fn results(
        &self,
        thing: &ThingId,
        setup: &Setup,
        told: Vec<Told>,
    ) -> impl Iterator<Item = (Place, WindowResult)> {
        let period = setup.catalogue.period_secs(thing, &self.property);
        let subject = DatastreamId {
            thing: thing.clone(),
            property: self.property.clone(),
        };
        let plan = Arc::clone(&self.plan);
        told.into_iter().filter_map(move |window| {
            let order = window.order();
            let layout = plan.layout.as_ref()?;
            let result = window.into_result(subject.clone(), period.as_slice(), layout);
            Some((order, result))
        })
    }
}
