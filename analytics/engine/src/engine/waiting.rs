//! What happens though nothing arrives: the deadlines of things, and cells that wait for their things.

use yiping_model::Timestamp;

use super::{Deadline, Engine, Why};
use crate::silence::Teller;
use crate::thing::Thing;
use crate::timers::Who;

impl Engine {
    pub(super) fn arm_thing(&mut self, place: usize) {
        let thing = &mut self.state.things[place];
        if let Some((at, _)) = thing.deadline(&self.setup) {
            self.timers.arm(Who::Thing(place), &mut thing.armed, at);
        }
    }

    pub(super) fn arm_cell(&mut self, place: usize) {
        if let Some(at) = self.cell_passes(place) {
            let cell = &mut self.state.cells.list[place];
            self.timers.arm(Who::Cell(place), &mut cell.armed, at);
        }
    }

    pub(super) fn arm_stream(&mut self, place: usize) {
        let silences = &mut self.state.silences;
        if let Some(at) = silences.deadline(place) {
            self.timers
                .arm(Who::Stream(place), silences.armed(place), at);
        }
    }

    pub(super) fn arm_streams(&mut self) {
        for place in self.state.silences.take_waking() {
            self.arm_stream(place);
        }
    }

    /// A thing said something by this door: neither is silent.
    pub(super) fn listen(&mut self, place: usize, source: u32, now: Timestamp) {
        let Self {
            setup,
            state,
            outbox,
            ..
        } = self;
        let mut teller = Teller {
            setup,
            outbox,
            sources: &state.sources,
            now,
        };
        let thing = &mut state.things[place];
        if thing.watch.is_none() && thing.is_parent {
            thing.watch = state.silences.place_of(&thing.id);
        }
        match thing.watch {
            Some(watch) => state.silences.hear(watch, source, &mut teller),
            None => state.silences.hear_door(source, &mut teller),
        }
    }

    /// The patience with a datastream may be over.
    pub(super) fn miss(&mut self, stream: usize, at: Timestamp) {
        let Self {
            setup,
            state,
            outbox,
            ..
        } = self;
        let mut teller = Teller {
            setup,
            outbox,
            sources: &state.sources,
            now: at,
        };
        *state.silences.armed(stream) = None;
        state.silences.ring(stream, &mut teller);
        self.arm_streams();
    }

    pub(super) fn deadline_of(&self, who: Who) -> Option<Deadline> {
        match who {
            Who::Thing(place) => {
                let thing = &self.state.things[place];
                let (at, why) = thing.deadline(&self.setup)?;
                let thing = thing.id.clone();
                Some(Deadline { at, thing, why })
            }
            Who::Stream(place) => Some(Deadline {
                at: self.state.silences.deadline(place)?,
                thing: self.state.silences.thing_of(place)?.clone(),
                why: Why::Silence,
            }),
            Who::Track(place) => Some(Deadline {
                at: self.state.happenings.deadline(place, &self.setup)?,
                thing: self.state.happenings.thing_of(place).clone(),
                why: Why::EventsEnd,
            }),
            Who::Cell(place) => Some(Deadline {
                at: self.cell_passes(place)?,
                thing: self.state.cells.list[place].thing(),
                why: Why::CellEnds,
            }),
        }
    }

    /// When the things of the cell that lag have passed what it waits for, if they stay silent; `None` when it waits for nothing.
    fn cell_passes(&self, place: usize) -> Option<Timestamp> {
        let end = self.state.cells.list[place].next_end()?;
        let lagging = self.lagging(place, end);
        lagging
            .map(|(_, thing)| thing.passes(end, &self.setup))
            .max()
    }

    fn lagging(&self, cell: usize, end: Timestamp) -> impl Iterator<Item = (usize, &Thing)> {
        let members = self.state.cells.list[cell].members.iter();
        members
            .map(|member| (*member, &self.state.things[*member]))
            .filter(move |(_, thing)| thing.watermark < end)
    }

    /// Lets the cells that may have something to tell do so, `now`.
    pub(super) fn tell_cells(&mut self, now: Timestamp) {
        while let Some(place) = self.due_cells.pop() {
            while self.cell_passes(place).is_none_or(|at| at <= now)
                && let Some(end) = self.state.cells.list[place].next_end()
            {
                let silent: Vec<usize> = self.lagging(place, end).map(|(place, _)| place).collect();
                for member in silent {
                    self.act(member, |thing, hands| thing.stay_silent(now, hands));
                }
                let members = self.state.cells.list[place].members.iter();
                let reached = members.map(|member| self.state.things[*member].watermark);
                let watermark = reached.min().unwrap_or(end);
                let cell = &mut self.state.cells.list[place];
                cell.close(watermark, &self.setup, &mut self.outbox);
                if !cell.late.stretches.is_empty() {
                    self.wanting_cells.insert(place);
                }
            }
            self.arm_cell(place);
        }
    }
}
