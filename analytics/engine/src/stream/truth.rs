//! What a datastream does about late truth: it notes what came late, and corrects itself by what history recalls.

use std::time::Duration;

use yiping_model::{AlarmId, DatastreamId, SourceId, ThingId, Timestamp, WindowResult};

use super::{Arrival, Stream, Taken};
use crate::cell::{Cell, Cells, Part};
use crate::episodes::{Episode, Point};
use crate::judge::{Judge, Truth};
use crate::late::{Late, Noted, Recalled, Stretch, Trail};
use crate::outbox::Outbox;
use crate::pane::Sample;
use crate::revise::{Member, Revising};
use crate::setup::Setup;
use crate::window::{Layout, Place, Span};

/// How much time is asked for at first to see where an alarm ends that late truth begins.
const AHEAD: Duration = Duration::from_mins(10);

const MOMENT: Duration = Duration::from_micros(1);

/// What a datastream works with while it is corrected.
pub(crate) struct Correcting<'a> {
    pub(crate) thing: &'a ThingId,
    pub(crate) watermark: Timestamp,
    pub(crate) setup: &'a Setup,
    pub(crate) outbox: &'a mut Outbox,
    pub(crate) sources: &'a [SourceId],
    pub(crate) cells: &'a Cells,
}

impl Stream {
    /// Notes an observation that is older than the watermark.
    pub(super) fn miss(
        &mut self,
        arrival: &Arrival<'_>,
        setup: &Setup,
        outbox: &mut Outbox,
    ) -> Taken {
        let (sample, watermark) = (arrival.sample, arrival.watermark);
        let (position, now) = outbox.cause();
        // A device that sends again after a lost acknowledgement is not late.
        let held = self.samples.holds(&sample);
        if held || self.closed.holds(&sample) {
            return Taken::Duplicate;
        }
        if self.plan.is_idle() {
            return Taken::Late;
        }
        let horizon = watermark - setup.settings.revise();
        if sample.point.time < horizon {
            return Taken::TooLate;
        }
        self.settle(watermark, arrival.thing, setup, outbox);
        let mut late = self.late.take().unwrap_or_default();
        let noted = Noted {
            sample,
            received_at: now,
            position,
            for_cell: false,
        };
        let taken = if late.len() >= setup.settings.recall_points_max as usize {
            Taken::Full
        } else if late.note(noted) {
            self.want(sample.point, watermark, setup, &mut late, outbox);
            Taken::Late
        } else {
            Taken::Duplicate
        };
        let kept = late.stretches.kept_from(horizon);
        for judge in &mut self.judges {
            judge.forget(kept);
        }
        self.late = Some(late);
        self.align(setup);
        taken
    }

    /// Notes what lies in the first samples, which come in time here and late for the cell.
    pub(super) fn note_for_cell(&mut self, count: usize, outbox: &Outbox) {
        let (position, received_at) = outbox.cause();
        let mut late = self.late.take().unwrap_or_default();
        for sample in &self.samples.as_slice()[..count] {
            late.note(Noted {
                sample: *sample,
                received_at,
                position,
                for_cell: true,
            });
        }
        self.late = Some(late);
    }

    /// The word for its cell that something of this time came late.
    pub(crate) fn late_part(&self, at: Timestamp) -> Option<Part> {
        self.cell.map(|(cell, rank)| Part {
            cell,
            rank,
            span: Span { start: at, end: at },
            summary: None,
        })
    }

    /// From when on its observations are held in open panes.
    pub(crate) fn open_from(&self) -> Option<Timestamp> {
        self.pane.map(|pane| pane.start)
    }

    /// What is noted as late.
    pub(crate) fn late(&self) -> Option<&Late> {
        self.late.as_deref()
    }

    /// Forgets what neither it nor its cell needs any more.
    pub(crate) fn forget_late(&mut self, horizon: Timestamp, cell: &Cell) {
        if let Some(late) = &mut self.late {
            late.forget(horizon, |at| cell.needs(at));
        }
    }

    /// The cell to which its panes belong, by its place.
    pub(crate) fn cell(&self) -> Option<usize> {
        self.cell.map(|(cell, _)| cell)
    }

    /// Wants history of the time that a late observation touches.
    fn want(
        &self,
        point: Point,
        watermark: Timestamp,
        setup: &Setup,
        late: &mut Late,
        outbox: &Outbox,
    ) {
        let mut touched: Option<Span> = None;
        let mut touch = |from: Timestamp, to: Timestamp| {
            let span = touched.unwrap_or(Span {
                start: from,
                end: to,
            });
            touched = Some(Span {
                start: span.start.min(from),
                end: span.end.max(to),
            });
        };
        let specs = self.plan.layout.iter().flat_map(|layout| &layout.specs);
        for spec in specs {
            for span in Layout::windows_holding(*spec, point.time, &setup.catalogue.zone) {
                if span.end <= watermark {
                    touch(span.start, span.end);
                } else {
                    late.wait_for(span);
                }
            }
        }
        let mut judges = self.judges.iter();
        // What is already wanted may change what was announced, and so what this one does.
        if judges.any(|judge| judge.is_touched(point))
            || (!self.judges.is_empty() && !late.stretches.is_empty())
        {
            let lead = self.lead();
            let ahead = point.time + AHEAD.max(lead);
            touch(point.time - lead, ahead.min(watermark));
        }
        if let Some(span) = touched {
            self.add_stretch(span, watermark, late, outbox);
        }
    }

    /// The longest of what its judges must be told before the time that they judge.
    fn lead(&self) -> Duration {
        let leads = self.judges.iter().map(|judge| judge.criterion().lead());
        leads.max().unwrap_or_default()
    }

    /// Adds a stretch to those that are wanted, as long as it takes to begin and to end without an alarm as announced.
    fn add_stretch(&self, span: Span, watermark: Timestamp, late: &mut Late, outbox: &Outbox) {
        let (mut from, mut to) = (span.start, span.end.min(watermark));
        loop {
            let mut judges = self.judges.iter();
            let earlier = |judge: &Judge| {
                let lead = judge.criterion().lead();
                let episode = judge.covering(from + lead)?;
                Some(episode.start.time - lead)
            };
            if let Some(earlier) = judges.clone().find_map(earlier) {
                from = earlier;
            } else if let Some(episode) = judges
                .find_map(|judge| judge.covering(to))
                .filter(|_| to < watermark)
            {
                let end = episode.end.map_or(watermark, |end| end.time + MOMENT);
                to = end.min(watermark);
            } else {
                break;
            }
        }
        if to == watermark && !self.judges.is_empty() && late.trail.is_none() {
            late.trail = Some(Trail::from(watermark));
        }
        let (cause, since) = outbox.cause();
        late.stretches.add(Stretch {
            from,
            to,
            cause,
            since,
        });
    }

    /// Corrects windows and alarms by what history recalled; gives the windows that are told again.
    pub(crate) fn recall(
        &mut self,
        recalled: &Recalled<'_>,
        correcting: &mut Correcting<'_>,
    ) -> Vec<(Place, WindowResult)> {
        let (watermark, setup) = (correcting.watermark, correcting.setup);
        let mut results = Vec::new();
        self.settle(watermark, correcting.thing, setup, correcting.outbox);
        let Some(mut late) = self.late.take() else {
            return results;
        };
        if late.stretches.want(recalled.from, recalled.to) {
            results = self.revise(recalled, &mut late, correcting);
            let complete = self.judge_again(recalled, &late, correcting);
            late.learn(recalled);
            let answered = late
                .stretches
                .answer(recalled.from, recalled.to, recalled.as_of);
            if late.stretches.is_empty() {
                late.trail = None;
            }
            for stretch in answered.into_iter().filter(|_| !complete) {
                let twice = Duration::from_micros(
                    u64::try_from(stretch.to.micros_since(stretch.from)).unwrap_or(0),
                );
                let further = twice.max(AHEAD);
                let back = if self.lead().is_zero() {
                    Duration::ZERO
                } else {
                    further
                };
                let span = Span {
                    start: stretch.from - back,
                    end: stretch.to + further,
                };
                self.add_stretch(span, watermark, &mut late, correcting.outbox);
            }
            let cell = self.cell.map(|(cell, _)| &correcting.cells.list[cell]);
            let needed = |at| cell.is_some_and(|cell| cell.needs(at));
            late.forget(watermark - setup.settings.revise(), needed);
        }
        self.late = Some(late);
        self.align(setup);
        results
    }

    fn revise(
        &self,
        recalled: &Recalled<'_>,
        late: &mut Late,
        correcting: &Correcting<'_>,
    ) -> Vec<(Place, WindowResult)> {
        let (setup, thing) = (correcting.setup, correcting.thing);
        let Some(layout) = &self.plan.layout else {
            return Vec::new();
        };
        let mut revisions = std::mem::take(&mut late.revisions);
        let again = Revising {
            members: &[Member {
                recalled,
                late,
                open_from: self.open_from(),
            }],
            for_cell: false,
            closed_until: correcting.watermark,
            as_of: recalled.as_of,
            layout,
            zone: &setup.catalogue.zone,
        }
        .windows(&mut revisions);
        late.revisions = revisions;
        let datastream = self.datastream(thing);
        let period = setup.catalogue.period_secs(thing, &self.property);
        let result = |told: crate::window::Told| {
            told.into_result(datastream.clone(), period.as_slice(), layout)
        };
        let again = again.into_iter();
        again
            .map(|window| (window.told.order(), window.into_result(result)))
            .collect()
    }

    /// Whether every rule could be judged again.
    fn judge_again(
        &mut self,
        recalled: &Recalled<'_>,
        late: &Late,
        correcting: &mut Correcting<'_>,
    ) -> bool {
        let watermark = correcting.watermark;
        let trail = late.trail.as_ref();
        let trail = trail.filter(|trail| trail.since <= recalled.to);
        let span = Span {
            start: recalled.from,
            end: recalled.to,
        };
        let known = recalled.known(span, late, false, recalled.as_of);
        let further = trail.map_or(&[][..], |trail| &trail.samples);
        let further = further
            .iter()
            .filter(|sample| sample.point.time >= recalled.to);
        let settled: Vec<Sample> = known.chain(further.copied()).collect();
        let unsettled: Vec<Point> = self.samples.as_slice()[self.settled..]
            .iter()
            .map(|sample| sample.point)
            .collect();
        let subject = self.datastream(correcting.thing);
        let mut complete = true;
        for judge in &mut self.judges {
            let rule = correcting.setup.rule(judge.rule);
            let source = |episode: &Episode| {
                let mut all = settled.iter().chain(self.samples.as_slice());
                let first = all.find(|sample| sample.point == episode.start);
                first.map_or(&correcting.setup.own_source, |first| {
                    &correcting.sources[first.source as usize]
                })
            };
            let fresh = |episode: &Episode, nth: u64| {
                let at = episode.start.time + MOMENT * u32::try_from(nth).unwrap_or(u32::MAX);
                AlarmId::of(&rule.id, &subject, source(episode), at, episode.start.value)
            };
            let truth = Truth {
                from: recalled.from,
                to: trail.is_none().then_some(recalled.to),
                settled: settled.iter().map(|sample| sample.point),
                unsettled: &unsettled,
                watermark,
            };
            let mut told = Vec::new();
            complete &= judge.correct(truth, fresh, &mut told);
            let setup = correcting.setup;
            correcting
                .outbox
                .tell(setup, judge, correcting.thing, &self.property, told);
        }
        complete
    }

    /// Gives up what is late in stretches that cannot be recalled; gives how many observations that are.
    pub(crate) fn give_up(&mut self, recalled: &Recalled<'_>) -> u64 {
        let Some(late) = &mut self.late else {
            return 0;
        };
        let answered = late
            .stretches
            .answer(recalled.from, recalled.to, recalled.as_of);
        let late_in = |stretch: &Stretch| late.within(stretch.from, stretch.to).len() as u64;
        answered.iter().map(late_in).sum()
    }

    fn datastream(&self, thing: &ThingId) -> DatastreamId {
        DatastreamId {
            thing: thing.clone(),
            property: self.property.clone(),
        }
    }

    /// The stretches of which history is wanted.
    pub(crate) fn stretches(&self) -> &[Stretch] {
        let late = self.late.as_ref();
        late.map_or(&[], |late| late.stretches.as_slice())
    }
}
