//! The windows of one property over the things of an H3 cell.
//!
//! Its things hand over their settled panes; a pane of the cell is theirs put together in the order of the catalogue, and from there on it is
//! like any other. It is settled when every thing of the cell that was heard has passed its end. A thing that lags or is dead is passed by the
//! city clock, as in its own windows, so it holds the cell back no longer than those.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yiping_model::{DatastreamId, Outcome, PropertyId, ThingId, Timestamp};

use crate::outbox::Outbox;
use crate::pane::Summary;
use crate::setup::{Setup, Site};
use crate::timers::Armed;
use crate::window::{Span, Windows};

/// A pane that a thing hands to its cell.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The cell, by its place.
    pub(crate) cell: usize,
    pub(crate) rank: u32,
    pub(crate) span: Span,
    pub(crate) summary: Summary,
}

/// The state of one property in one cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cell {
    index: u64,
    property: PropertyId,
    /// The things that were heard, by their places.
    pub(crate) members: Vec<usize>,
    /// What they handed over of panes that are not settled, by start and rank.
    parts: BTreeMap<Timestamp, (Span, BTreeMap<u32, Summary>)>,
    windows: Windows,
    /// Everything before it is settled.
    watermark: Timestamp,
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
            armed: None,
        }
    }

    /// The cell as a thing.
    pub(crate) fn thing(&self) -> ThingId {
        ThingId::of_cell(self.index)
    }

    /// Takes a pane of one of its things, unless it is settled.
    pub(crate) fn take(&mut self, part: Part) {
        if part.span.end <= self.watermark {
            return;
        }
        let (_, parts) = self
            .parts
            .entry(part.span.start)
            .or_insert_with(|| (part.span, BTreeMap::new()));
        parts.insert(part.rank, part.summary);
    }

    /// When its things have to have passed which time.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        let pane = self.parts.values().next().map(|(span, _)| span.end);
        pane.into_iter().chain(self.windows.next_end()).min()
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
        told.sort_by_key(crate::window::Told::order);
        let datastream = DatastreamId {
            thing: self.thing(),
            property: self.property.clone(),
        };
        let periods = setup.cell_periods_secs(&self.property, self.index);
        for window in told {
            let result = window.into_result(datastream.clone(), periods, layout);
            outbox.push(Outcome::Window(result));
        }
    }
}
