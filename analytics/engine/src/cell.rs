//! The windows of one property over the things of an H3 cell.
//!
//! Its things hand over their settled panes; a pane of the cell is theirs put together in the order of the catalogue, and from there on it is
//! like any other. It is settled when every thing of the cell that was heard has passed its end. A thing that lags or is dead is passed by the
//! city clock, as in its own windows, so it holds the cell back no longer than those. What comes later, late in its own datastream or only here,
//! corrects the cell's windows when history has told the stretch of time of every thing of the cell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yiping_model::{DatastreamId, Outcome, PropertyId, ThingId, Timestamp, WindowResult};

use crate::late::{Late, Stretch};
use crate::outbox::Outbox;
use crate::pane::Summary;
use crate::recall::Parts;
use crate::revise::{Member, Revising};
use crate::setup::{Setup, Site};
use crate::stream::Stream;
use crate::timers::Armed;
use crate::window::{Layout, Span, Told, Windows};

/// A pane that a thing hands to its cell, or the word that something of this time came late.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The cell, by its place.
    pub(crate) cell: usize,
    pub(crate) rank: u32,
    pub(crate) span: Span,
    /// `None` when it came late.
    pub(crate) summary: Option<Summary>,
}

/// The state of one property in one cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cell {
    index: u64,
    pub(crate) property: PropertyId,
    /// The things that were heard, by their places.
    pub(crate) members: Vec<usize>,
    /// What they handed over of panes that are not settled, by start and rank.
    parts: BTreeMap<Timestamp, (Span, BTreeMap<u32, Summary>)>,
    windows: Windows,
    /// Everything before it is settled.
    pub(crate) watermark: Timestamp,
    pub(crate) late: Late,
    /// What history told of its things, by their places, until it has told of all.
    pub(crate) answers: BTreeMap<usize, Parts>,
    #[serde(skip)]
    pub(crate) armed: Armed,
}

/// All cells, and what was handed to them and is not yet taken.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Cells {
    pub(crate) list: Vec<Cell>,
    places: BTreeMap<(u64, PropertyId), usize>,
}

impl Cells {
    /// The place of the cell to which this thing belongs from here on.
    pub(crate) fn join(&mut self, site: Site, property: &PropertyId, thing: usize) -> usize {
        let key = (site.cell, property.clone());
        let list = &mut self.list;
        let place = *self.places.entry(key).or_insert_with(|| {
            list.push(Cell::new(site.cell, property.clone()));
            list.len() - 1
        });
        self.list[place].members.push(thing);
        place
    }
}

impl Cell {
    fn new(index: u64, property: PropertyId) -> Self {
        Self {
            index,
            property,
            members: Vec::new(),
            parts: BTreeMap::new(),
            windows: Windows::default(),
            watermark: Timestamp::MIN,
            late: Late::default(),
            answers: BTreeMap::new(),
            armed: None,
        }
    }

    /// The cell as a thing.
    pub(crate) fn thing(&self) -> ThingId {
        ThingId::of_cell(self.index)
    }

    /// Takes a pane of one of its things. What is settled here, or came late there, touches windows that are told again.
    pub(crate) fn take(&mut self, part: Part, setup: &Setup, outbox: &Outbox) {
        let Some(summary) = part.summary.filter(|_| part.span.end > self.watermark) else {
            self.miss(part.span.start, setup, outbox);
            return;
        };
        let (_, parts) = self
            .parts
            .entry(part.span.start)
            .or_insert_with(|| (part.span, BTreeMap::new()));
        parts.insert(part.rank, summary);
    }

    fn miss(&mut self, at: Timestamp, setup: &Setup, outbox: &Outbox) {
        let plan = setup.plan(&self.property);
        let specs = plan.layout.iter().flat_map(|layout| &layout.specs);
        let (cause, since) = outbox.cause();
        for spec in specs {
            for span in Layout::windows_holding(*spec, at, &setup.catalogue.zone) {
                if span.end > self.watermark {
                    self.late.wait_for(span);
                } else {
                    self.late.stretches.add(Stretch {
                        from: span.start,
                        to: span.end,
                        cause,
                        since,
                    });
                }
            }
        }
    }

    /// Whether something late of this time may still be needed here.
    pub(crate) fn needs(&self, at: Timestamp) -> bool {
        self.late.is_wanted(at)
    }

    /// When its things have to have passed which time.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        let pane = self.parts.values().next().map(|(span, _)| span.end);
        let ends = pane.into_iter().chain(self.windows.next_end());
        ends.chain(self.late.next_end()).min()
    }

    /// Tells what ends at or before this time, which all its things have passed.
    pub(crate) fn close(&mut self, watermark: Timestamp, setup: &Setup, outbox: &mut Outbox) {
        let plan = setup.plan(&self.property);
        let Some(layout) = &plan.layout else {
            return;
        };
        let (zone, mut told) = (&setup.catalogue.zone, Vec::new());
        self.watermark = self.watermark.max(watermark);
        while let Some(first) = self.parts.first_entry()
            && first.get().0.end <= watermark
        {
            let (span, parts) = first.remove();
            let together = parts.into_values().reduce(|all, part| all.merged(&part));
            if let Some(summary) = together {
                self.windows.take(span, &summary, layout, zone, &mut told);
            }
        }
        self.windows.close(watermark, layout, &mut told);
        let (cause, now) = outbox.cause();
        self.late.want_closed(watermark, cause, now);
        told.sort_by_key(Told::order);
        for window in told {
            outbox.push(Outcome::Window(self.result(window, setup, layout)));
        }
    }

    fn result(&self, window: Told, setup: &Setup, layout: &Layout) -> WindowResult {
        let datastream = DatastreamId {
            thing: self.thing(),
            property: self.property.clone(),
        };
        let periods = setup.cell_periods_secs(&self.property, self.index);
        window.into_result(datastream, periods, layout)
    }

    /// Keeps what history told of one of its things, when it is wanted.
    pub(crate) fn hear(&mut self, member: usize, parts: &Parts) {
        let (from, to, as_of) = (parts.from, parts.to, parts.as_of);
        let wanted = self.late.stretches.as_slice().iter();
        let answers = |stretch: &Stretch| stretch.is_answered(from, to, as_of);
        if wanted.clone().any(answers) {
            self.answers.insert(member, parts.clone());
        }
    }

    /// The first stretch of which history has told of all things.
    pub(crate) fn told_of_all(&self) -> Option<Stretch> {
        let mut wanted = self.late.stretches.as_slice().iter();
        let all = |stretch: &&Stretch| {
            let mut members = self.members.iter();
            members.all(|member| self.is_told(*member, stretch))
        };
        wanted.find(all).copied()
    }

    /// Whether history has told of this stretch of one of its things.
    pub(crate) fn is_told(&self, member: usize, stretch: &Stretch) -> bool {
        let told = self.answers.get(&member);
        told.is_some_and(|told| stretch.is_answered(told.from, told.to, told.as_of))
    }

    /// Tells its windows of a stretch again; `streams` are those of its things, in the order of the catalogue.
    pub(crate) fn revise(
        &mut self,
        stretch: Stretch,
        streams: &[(usize, Option<&Stream>)],
        setup: &Setup,
        outbox: &mut Outbox,
    ) -> u64 {
        let plan = setup.plan(&self.property);
        let Some(layout) = &plan.layout else {
            return 0;
        };
        let none = Late::default();
        let recalled: Vec<_> = streams
            .iter()
            .filter_map(|(member, stream)| Some((self.answers.get(member)?.recalled(), *stream)))
            .collect();
        let as_of = recalled.iter().map(|(recalled, _)| recalled.as_of).min();
        let members: Vec<Member<'_>> = recalled
            .iter()
            .map(|(recalled, stream)| Member {
                recalled,
                late: stream.and_then(Stream::late).unwrap_or(&none),
                open_from: stream.and_then(Stream::open_from),
            })
            .collect();
        let again = Revising {
            members: &members,
            for_cell: true,
            closed_until: self.watermark,
            as_of: as_of.unwrap_or(stretch.cause),
            layout,
            zone: &setup.catalogue.zone,
        }
        .windows(&mut self.late.revisions);
        let count = again.len() as u64;
        for window in again {
            let result = window.into_result(|told| self.result(told, setup, layout));
            outbox.push(Outcome::Window(result));
        }
        self.drop_stretch(stretch);
        self.late
            .forget_revisions(self.watermark - setup.settings.revise());
        count
    }

    /// The stretch is done with.
    pub(crate) fn drop_stretch(&mut self, stretch: Stretch) {
        self.late
            .stretches
            .answer(stretch.from, stretch.to, stretch.cause);
        let stretches = self.late.stretches.as_slice();
        self.answers.retain(|_, told| {
            stretches
                .iter()
                .any(|stretch| stretch.is_answered(told.from, told.to, told.as_of))
        });
    }
}
