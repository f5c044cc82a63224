//! One thing: its watermark, its datastreams, its indices.
//!
//! The watermark follows the newest phenomenon time of this thing alone, so a device with a wrong clock disturbs nobody else; and the city
//! clock, once the thing is silent, so that its windows close. An observation older than the watermark at its arrival is late.

mod derived;
mod truth;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{
    IndexKind, Measured, Outcome, PropertyId, Quality, Reading, SourceId, ThingId, Timestamp, Turn,
    WindowLength, WindowResult,
};

use crate::cell::{Cells, Part};
use crate::derive::{Deriving, Formula};
use crate::engine::{Counts, Why};
use crate::episodes::Point;
use crate::indices::AqiBook;
use crate::judge::Judge;
use crate::outbox::Outbox;
use crate::pane::Sample;
use crate::setup::Setup;
use crate::silence::{Silences, Teller, Watched};
use crate::stream::{Arrival, Passing, Stream, Taken};
use crate::timers::Armed;

/// How much later than when it is over a period may be reported and still be waited for in silence.
const DELAY_MAX: Duration = Duration::from_hours(1);

/// Beyond it squares of values can no longer be summed; no sensor measures so much.
const MAGNITUDE_MAX: f64 = 1e140;

pub(crate) fn is_usable(value: f64) -> bool {
    // Written so that NaN is not usable either.
    matches!(value.abs(), 0.0..=MAGNITUDE_MAX)
}

/// The state of one thing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Thing {
    pub(crate) id: ThingId,
    /// The largest phenomenon time.
    newest: Timestamp,
    /// How old the newest was at its arrival: what a link or a laboratory took for it, the next one will take too.
    delay: Duration,
    /// When it was last heard, by the city clock.
    heard: Timestamp,
    pub(crate) watermark: Timestamp,
    /// The longest time for which one of its observations stands: until that has passed, the next one is not overdue.
    period: Duration,
    /// By property.
    streams: Vec<Stream>,
    #[serde(skip)]
    turn: Turn,
    /// The cells to which its panes go.
    pub(crate) cells: Vec<usize>,
    /// When the watermark next has something to do in a datastream.
    next_end: Option<Timestamp>,
    book: AqiBook,
    /// The end of the hour in which the watermark stands.
    hour_end: Timestamp,
    /// The end of the last day of which an hour was handed to the book: until then hours are passed even in silence.
    hours_until: Timestamp,
    hourly: Vec<Judge>,
    daily: Vec<Judge>,
    /// Where something is derived of it, or of others from what it says.
    pub(crate) deriving: Option<Box<Deriving>>,
    /// Whether history is wanted of one of its datastreams.
    pub(crate) wanting: bool,
    /// Where its silence is watched.
    pub(crate) watch: Option<usize>,
    /// Whether others are heard through it.
    pub(crate) is_parent: bool,
    #[serde(skip)]
    pub(crate) armed: Armed,
}

/// What a thing works with while it takes a record.
pub(crate) struct Hands<'a> {
    pub(crate) setup: &'a Setup,
    pub(crate) counts: &'a mut Counts,
    pub(crate) outbox: &'a mut Outbox,
    pub(crate) cells: &'a mut Cells,
    pub(crate) silences: &'a mut Silences,
    /// Doors, by their numbers.
    pub(crate) sources: &'a [SourceId],
    /// Panes for cells, not yet handed over.
    pub(crate) parts: &'a mut Vec<Part>,
    /// Things that hold what was dropped with panes.
    pub(crate) closed: &'a mut Vec<usize>,
    /// Where the thing is in the state.
    pub(crate) place: usize,
}

impl Hands<'_> {
    fn teller(&mut self) -> (&mut Silences, Teller<'_>) {
        let (_, now) = self.outbox.cause();
        let teller = Teller {
            setup: self.setup,
            outbox: self.outbox,
            sources: self.sources,
            now,
        };
        (self.silences, teller)
    }
}

impl Thing {
    pub(crate) fn new(id: ThingId, now: Timestamp, setup: &Setup) -> Self {
        let judges = |kind| {
            let plan = setup.index(kind);
            setup.judges(&plan.rules, &id, &plan.property)
        };
        let deriving = setup.derived(&id).map(|plan| {
            let judges = |formula: &Formula| setup.judges(&formula.rules, &id, &formula.property);
            let judges = plan.formulas.iter().map(judges).collect();
            Box::new(Deriving::new(plan, judges))
        });
        let is_parent = setup.is_parent(&id);
        let hourly = judges(IndexKind::AqiHourly);
        let daily = judges(IndexKind::AqiDaily);
        Self {
            deriving,
            id,
            newest: Timestamp::MIN,
            delay: Duration::ZERO,
            heard: now,
            watermark: Timestamp::MIN,
            period: Duration::ZERO,
            streams: Vec::new(),
            turn: Turn::default(),
            cells: Vec::new(),
            next_end: None,
            book: AqiBook::default(),
            hour_end: Timestamp::MIN,
            hours_until: Timestamp::MIN,
            hourly,
            daily,
            wanting: false,
            watch: None,
            is_parent,
            armed: None,
        }
    }

    /// Puts back what a checkpoint does not carry.
    pub(crate) fn restore(&mut self, setup: &Setup) {
        for stream in &mut self.streams {
            stream.restore(setup);
        }
        if let (Some(deriving), Some(plan)) = (&mut self.deriving, setup.derived(&self.id)) {
            deriving.restore(plan);
        }
    }

    /// When something has to be done here if the thing stays silent, and why.
    pub(crate) fn deadline(&self, setup: &Setup) -> Option<(Timestamp, Why)> {
        let window = self.next_end.map(|end| (end, Why::WindowEnds));
        let hour = (self.hour_end <= self.hours_until).then_some((self.hour_end, Why::HourEnds));
        let ends = window.into_iter().chain(hour).chain(self.step_end()).min();
        let passes = ends.map(|(end, why)| (self.passes(end, setup), why));
        passes.into_iter().chain(self.correction_due(setup)).min()
    }

    /// When its watermark passes this time if it stays silent.
    pub(crate) fn passes(&self, end: Timestamp, setup: &Setup) -> Timestamp {
        let overdue = if end <= self.told_until() {
            end
        } else {
            end + self.patience()
        };
        self.heard.max(overdue) + setup.settings.idle()
    }

    /// The end of the time for which the newest observation stands.
    pub(crate) fn told_until(&self) -> Timestamp {
        self.newest + self.period
    }

    /// How long after its phenomenon time the next observation is due: when its period is over, or as late as the newest was.
    pub(crate) fn patience(&self) -> Duration {
        self.period.max(self.delay.min(self.period + DELAY_MAX))
    }

    /// The thing has been silent until `now`.
    ///
    /// What it has told stands `idle` behind the city clock; beyond that its next observation is waited for, because one that stands for an
    /// hour is heard when the hour is over, and one that is always reported late is no later than the others.
    pub(crate) fn stay_silent(&mut self, now: Timestamp, hands: &mut Hands<'_>) {
        let idle = hands.setup.settings.idle();
        if now >= self.heard + idle {
            let behind = now - idle;
            self.advance(
                behind.min(self.told_until()).max(behind - self.patience()),
                hands,
            );
        }
        self.correct_derived(now, hands);
    }

    /// Takes a reading of this thing that arrives `now` by door number `source`.
    pub(crate) fn take(
        &mut self,
        reading: &Reading,
        source: u32,
        now: Timestamp,
        hands: &mut Hands<'_>,
    ) {
        self.stay_silent(now, hands);
        for measured in &reading.values {
            self.observe(reading, measured, source, hands);
        }
        self.speak(reading.phenomenon_time, now, hands);
        self.heard = now;
        if reading.phenomenon_time > self.newest {
            self.newest = reading.phenomenon_time;
            self.delay = u64::try_from(now.micros_since(self.newest))
                .map_or(Duration::ZERO, Duration::from_micros);
        }
        self.advance(self.newest - hands.setup.settings.lateness(), hands);
    }

    fn observe(
        &mut self,
        reading: &Reading,
        measured: &Measured,
        source: u32,
        hands: &mut Hands<'_>,
    ) {
        let place = self
            .turn
            .find(&self.streams, |stream| &stream.property, &measured.property);
        // A value that cannot be used is no silence.
        if let Ok(known) = place
            && let Some(watch) = self.streams[known].watch
        {
            let (silences, mut teller) = hands.teller();
            silences.observe(watch, &mut teller);
        }
        if measured.quality != Quality::Good || !is_usable(measured.value) {
            hands.counts.unusable += 1;
            return;
        }
        let place = match place {
            Ok(known) => known,
            Err(_) if hands.counts.series >= u64::from(hands.setup.settings.series_max) => {
                hands.counts.over_limit += 1;
                return;
            }
            Err(free) => {
                self.follow(measured.property.clone(), free, source, hands);
                free
            }
        };
        let point = Point {
            time: reading.phenomenon_time,
            // Minus zero is the same value as zero.
            value: measured.value + 0.0,
        };
        let sample = Sample { point, source };
        self.derive_from(&measured.property, sample, hands);
        let arrival = Arrival {
            thing: &self.id,
            source: &reading.source,
            sample,
            watermark: self.watermark,
        };
        let stream = &mut self.streams[place];
        match stream.take(&arrival, hands.setup, hands.outbox) {
            Taken::Counted => hands.counts.counted += 1,
            Taken::Duplicate => hands.counts.duplicate += 1,
            Taken::Late => {
                hands.counts.late += 1;
                hands
                    .parts
                    .extend(stream.late_part(reading.phenomenon_time));
                self.wanting |= !stream.stretches().is_empty();
            }
            Taken::TooLate => hands.counts.too_late += 1,
            Taken::Full => hands.counts.over_limit += 1,
        }
        self.next_end = [self.next_end, stream.next_end()]
            .into_iter()
            .flatten()
            .min();
    }

    fn advance(&mut self, to: Timestamp, hands: &mut Hands<'_>) {
        if to <= self.watermark {
            return;
        }
        self.watermark = to;
        if self.next_end.is_some_and(|end| end <= to) {
            self.close_windows(hands);
        }
        self.pass_steps(hands);
        if to >= self.hour_end {
            self.pass_hours(hands);
        }
    }

    /// Begins a datastream, whose place among the others is free.
    fn follow(&mut self, property: PropertyId, free: usize, source: u32, hands: &mut Hands<'_>) {
        let setup = hands.setup;
        self.period = self.period.max(setup.period(&self.id, &property));
        let plan = setup.plan(&property);
        let cell = plan.site(&self.id).map(|site| {
            let cell = hands.cells.join(site, &property, hands.place);
            self.cells.push(cell);
            (cell, site.rank)
        });
        let judges = setup.judges(&plan.rules, &self.id, &property);
        let silence = setup.silence(&plan, &self.id, &property);
        let watch = silence.map(|(rule, patience)| {
            let watched = Watched {
                thing: &self.id,
                property: &property,
                rule,
                patience,
                source,
            };
            let (silences, mut teller) = hands.teller();
            silences.follow(&watched, &mut teller)
        });
        let mut stream = Stream::new(property, plan, judges, cell);
        if let Some((stream_at, thing_at)) = watch {
            stream.watch = Some(stream_at);
            self.watch = Some(thing_at);
        }
        self.streams.insert(free, stream);
        hands.counts.series += 1;
    }

    fn close_windows(&mut self, hands: &mut Hands<'_>) {
        let setup = hands.setup;
        let mut passing = Passing {
            thing: &self.id,
            watermark: self.watermark,
            setup,
            outbox: hands.outbox,
            parts: hands.parts,
            cells: hands.cells,
        };
        let mut results = Vec::new();
        for stream in &mut self.streams {
            if stream.next_end().is_some_and(|end| end <= self.watermark) {
                let mut told = Vec::new();
                stream.close(&mut passing, &mut told);
                self.wanting |= !stream.stretches().is_empty();
                results.extend(stream.results(&self.id, setup, told));
            }
        }
        self.next_end = self.streams.iter().filter_map(Stream::next_end).min();
        if self.holds_closed() && hands.closed.last() != Some(&hands.place) {
            hands.closed.push(hands.place);
        }
        // In the order of time, and among equals by kind and property, whatever the order of datastreams above.
        results.sort_by_key(|(order, _)| *order);
        for (_, result) in results {
            self.take_hour(&result, setup);
            hands.outbox.push(Outcome::Window(result));
        }
    }

    /// Whether it holds what was dropped with panes.
    pub(crate) fn holds_closed(&self) -> bool {
        self.streams.iter().any(Stream::holds_closed)
    }

    /// The clock has moved on: what was dropped with panes is forgotten.
    pub(crate) fn forget_closed(&mut self) {
        self.streams.iter_mut().for_each(Stream::forget_closed);
    }

    fn take_hour(&mut self, result: &WindowResult, setup: &Setup) {
        if is_hour(result) {
            let zone = &setup.catalogue.zone;
            self.book.take_hour(&setup.laws, zone, result);
            self.expect_hours(result, setup);
        }
    }

    /// The hours of the day of this one are passed even in silence.
    fn expect_hours(&mut self, hour: &WindowResult, setup: &Setup) {
        let day = setup
            .catalogue
            .zone
            .window_start(hour.start, WindowLength::DAY);
        self.hours_until = self.hours_until.max(day + WindowLength::DAY.duration());
    }

    fn pass_hours(&mut self, hands: &mut Hands<'_>) {
        let zone = &hands.setup.catalogue.zone;
        let mut indices = Vec::new();
        self.book.keep_from(self.kept_from(hands.setup));
        let book = &mut self.book;
        book.pass(
            &hands.setup.laws,
            zone,
            &self.id,
            self.watermark,
            &mut indices,
        );
        self.hour_end =
            zone.window_start(self.watermark, WindowLength::HOUR) + WindowLength::HOUR.duration();
        for index in indices {
            let judged = (index.kind, index.start, index.value);
            hands.outbox.push(Outcome::Index(index));
            if let (kind, start, Some(value)) = judged {
                self.judge_index(kind, start, f64::from(value), hands);
            }
        }
    }

    /// An index comes once and in order, so it is settled as soon as it is there.
    fn judge_index(&mut self, kind: IndexKind, time: Timestamp, value: f64, hands: &mut Hands<'_>) {
        let property = &hands.setup.index(kind).property;
        let judges = match kind {
            IndexKind::AqiHourly => &mut self.hourly,
            IndexKind::AqiDaily => &mut self.daily,
        };
        derived::judge_derived(&self.id, property, judges, Point { time, value }, hands);
    }
}

/// Whether the window is one that indices are made of.
fn is_hour(result: &WindowResult) -> bool {
    result.length == WindowLength::HOUR && result.hop.is_none() && result.stage.is_final()
}
