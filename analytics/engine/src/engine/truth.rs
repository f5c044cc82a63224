//! Late truth: what the engine wants to be told by history, and what it does with the answer.

use yiping_model::{DatastreamId, Recall, Record, Timestamp};

use super::{Engine, Wanted};
use crate::recall::Parts;
use crate::stream::Stream;

impl Engine {
    /// The stretches of time of which it wants to be told by history, those that have been wanted longest first; only what was gathered for
    /// long enough.
    pub fn wanted(&self) -> Vec<Wanted> {
        let Some(ripe) = self.ripe() else {
            return Vec::new();
        };
        let things = self.wanting.iter().map(|place| &self.state.things[*place]);
        let own = things.flat_map(|thing| thing.wanted(ripe));
        let cells = self.wanting_cells.iter();
        let together = cells.flat_map(|place| self.wanted_by_cell(*place, ripe));
        let mut wanted: Vec<Wanted> = own.chain(together).collect();
        wanted.sort_by_key(|wanted| wanted.cause);
        wanted
    }

    /// How many observations a recall may hold.
    pub const fn recall_points_max(&self) -> u32 {
        self.setup.settings.recall_points_max
    }

    fn ripe(&self) -> Option<Timestamp> {
        let wants = !self.wanting.is_empty() || !self.wanting_cells.is_empty();
        wants.then(|| self.state.now - self.setup.settings.gather())
    }

    /// What a cell wants to be told of its things, of which it was not told yet.
    fn wanted_by_cell(&self, place: usize, ripe: Timestamp) -> impl Iterator<Item = Wanted> {
        let cell = &self.state.cells.list[place];
        let stretches = cell.late.stretches.as_slice().iter();
        let ripe = stretches.filter(move |stretch| stretch.since <= ripe);
        ripe.flat_map(move |stretch| {
            let members = cell.members.iter();
            let untold = members.filter(move |member| !cell.is_told(**member, stretch));
            untold.map(move |member| Wanted {
                datastream: DatastreamId {
                    thing: self.state.things[*member].id.clone(),
                    property: cell.property.clone(),
                },
                from: stretch.from,
                to: stretch.to,
                cause: stretch.cause,
            })
        })
    }

    /// Takes a part of an answer; with the last one it is used.
    pub(super) fn hear(&mut self, recall: &Recall, record: &Record) {
        let held = self.state.recall.take();
        let mut parts = match held {
            Some(held) if held.goes_on_with(recall) => held,
            _ if recall.part == 0 => Parts::of(recall),
            _ => return,
        };
        if recall.parts > 0 {
            parts.take(recall, |source| self.source(source));
            if !parts.is_whole() {
                self.state.recall = Some(parts);
                return;
            }
            parts.sort();
        }
        let Some(place) = self.places.get(&parts.datastream.thing).copied() else {
            return;
        };
        self.tell_from(record);
        if self.wanting.contains(&place) {
            self.with(place, record.received_at, |thing, hands| {
                if recall.parts == 0 {
                    thing.give_up(&parts, hands);
                } else {
                    thing.recall(&parts, hands);
                }
            });
        }
        if !self.state.things[place].wanting {
            self.wanting.remove(&place);
        }
        let stream = self.state.things[place].stream(&parts.datastream.property);
        if let Some(cell) = stream.and_then(Stream::cell)
            && self.wanting_cells.contains(&cell)
        {
            self.tell_cell(cell, place, &parts, recall.parts == 0);
        }
    }

    /// Tells a cell what history told, or did not tell, of one of its things; when it was told of all, it tells its windows again.
    fn tell_cell(&mut self, cell: usize, member: usize, parts: &Parts, refused: bool) {
        let Self { setup, state, .. } = self;
        let place = &mut state.cells.list[cell];
        if refused {
            let (from, to, as_of) = (parts.from, parts.to, parts.as_of);
            for stretch in place.late.stretches.answer(from, to, as_of) {
                place.drop_stretch(stretch);
            }
        } else {
            place.hear(member, parts);
        }
        while let Some(stretch) = place.told_of_all() {
            let plan = setup.plan(&place.property);
            let mut members = place.members.clone();
            members
                .sort_by_key(|member| plan.site(&state.things[*member].id).map(|site| site.rank));
            let streams = members.into_iter();
            let streams =
                streams.map(|member| (member, state.things[member].stream(&place.property)));
            let streams: Vec<_> = streams.collect();
            state.counts.revised += place.revise(stretch, &streams, setup, &mut self.outbox);
        }
        for member in &place.members {
            state.things[*member].forget_late(place, setup);
        }
        if place.late.stretches.is_empty() {
            self.wanting_cells.remove(&cell);
        }
    }
}
