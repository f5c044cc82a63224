//! The road graph: how long the way from anywhere to one place takes.
//!
//! It is read from GeoJSON (`docs/UNITS.md`): lines with a speed, which meet where they have a point in common. Every question is "from everywhere
//! to here", so one Dijkstra search from the place along the roads backwards answers it for all units at once; times are whole milliseconds, and so
//! the same on every machine. What closes a road (a hazard, a closure) is named with each question, so nothing is precomputed that it would break:
//! `docs/UNITS.md` has the figures of that choice.

mod lines;
mod near;
mod read;
#[cfg(test)]
pub(super) mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use h3o::CellIndex;

use super::hazard::{FINEST, Hazard};
use super::place::Place;
pub use lines::{Drawn, Lines};
use near::Near;
pub use read::RoadError;

/// A node that no way leads from.
pub const NEVER: u32 = u32::MAX;

/// A place where roads meet or bend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(pub(super) u32);

impl Node {
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The roads.
#[derive(Debug, Clone)]
pub struct Roads {
    places: Vec<Place>,
    /// Where the ways into each node begin in `ways`; one more at the end.
    first: Vec<u32>,
    ways: Vec<Way>,
    /// The pieces of each road that has an id.
    named: BTreeMap<String, Vec<u32>>,
    pieces: usize,
    /// How fast each piece is, km/h, to whole ones.
    kmh: Vec<u8>,
    /// Which pieces lead through which cells of resolution 9, in order.
    cells: Vec<(u64, u32)>,
    near: Near,
    /// Pieces that are closed in the file.
    shut: Vec<u32>,
    left_out: usize,
}

/// A way into a node.
#[derive(Debug, Clone, Copy)]
struct Way {
    from: u32,
    millis: u32,
    piece: u32,
}

/// Which pieces of road are not to be used.
#[derive(Debug, Clone)]
pub struct Closed(Vec<bool>);

impl Roads {
    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.places.len()
    }

    /// How many pieces of road, each counted once whichever way it may be used.
    pub const fn pieces(&self) -> usize {
        self.pieces
    }

    /// Nodes of the file that are not connected with most of the others; they were left out.
    pub const fn left_out(&self) -> usize {
        self.left_out
    }

    /// Where a node is.
    pub fn place(&self, node: Node) -> Place {
        self.places[node.0 as usize]
    }

    /// The node that is nearest by the straight way, and how far it is, metres; `None` when none is within `metres_max`.
    pub fn nearest(&self, place: Place, metres_max: f64) -> Option<(Node, f64)> {
        let (node, metres) = self.near.nearest(&self.places, place)?;
        (metres <= metres_max).then_some((Node(node), metres))
    }

    /// The nearest node that an open road leads to.
    pub fn nearest_open(&self, place: Place, closed: &Closed) -> Option<Node> {
        let open = (0..self.places.len() as u32).map(Node).filter(|node| {
            self.ways_into(*node)
                .iter()
                .any(|way| !closed.is(way.piece))
        });
        open.min_by(|one, other| {
            let metres = |node: &Node| self.place(*node).metres_to(place);
            metres(one).total_cmp(&metres(other))
        })
    }

    /// Whether a road of this id is known.
    pub fn has_road(&self, id: &str) -> bool {
        self.named.contains_key(id)
    }

    /// What these roads and this hazard close, besides what is closed in the file.
    pub fn closed(&self, roads: &BTreeSet<String>, hazard: &Hazard) -> Closed {
        let mut closed = vec![false; self.pieces];
        let named = roads.iter().filter_map(|id| self.named.get(id)).flatten();
        for piece in named.chain(&self.shut) {
            closed[*piece as usize] = true;
        }
        for cell in hazard.cells() {
            for piece in self.through(cell) {
                closed[piece as usize] = true;
            }
        }
        Closed(closed)
    }

    /// What is closed in the file.
    pub fn shut(&self) -> Closed {
        self.closed(&BTreeSet::new(), &Hazard::default())
    }

    /// The pieces that lead through a cell of any resolution up to 9.
    fn through(&self, cell: CellIndex) -> impl Iterator<Item = u32> {
        // The cells of one resolution that lie in a coarser one are a range: they differ in the last digits, three bits each.
        let digits = u8::from(FINEST) - u8::from(cell.resolution());
        let lowest = cell.center_child(FINEST).map_or(u64::from(cell), u64::from);
        let spread = (1_u64 << (3 * u32::from(digits))) - 1;
        let highest = lowest | (spread << (3 * (15 - u32::from(u8::from(FINEST)))));
        let from = self.cells.partition_point(|(cell, _)| *cell < lowest);
        let found = self.cells[from..].iter();
        found
            .take_while(move |(cell, _)| *cell <= highest)
            .map(|(_, piece)| *piece)
    }

    fn ways_into(&self, node: Node) -> &[Way] {
        let at = node.0 as usize;
        &self.ways[self.first[at] as usize..self.first[at + 1] as usize]
    }

    /// Milliseconds from each node to `target`; [`NEVER`] where no open way leads.
    pub fn times_to(&self, target: Node, closed: &Closed) -> Vec<u32> {
        let mut times = vec![NEVER; self.places.len()];
        self.search(target, closed, |node, millis| {
            times[node.0 as usize] = millis;
            true
        });
        times
    }

    /// The places from a node on, along the next nodes of [`Self::next_nodes`].
    pub fn way(&self, from: Node, next: &[Option<u32>]) -> Vec<Place> {
        let mut way = vec![self.place(from)];
        let mut at = from.0;
        while let Some(to) = next[at as usize] {
            way.push(self.place(Node(to)));
            at = to;
        }
        way
    }

    /// The next node on the quickest way from each, by the times of [`Self::times_to`] with the same closures.
    pub fn next_nodes(&self, times: &[u32], closed: &Closed) -> Vec<Option<u32>> {
        let mut out = vec![None; self.places.len()];
        for to in 0..self.places.len() as u32 {
            let there = times[to as usize];
            if there == NEVER {
                continue;
            }
            for way in self.ways_into(Node(to)) {
                let quickest = times[way.from as usize] == there.saturating_add(way.millis);
                // A step of no time would lead in circles.
                if quickest && way.millis > 0 && !closed.is(way.piece) {
                    out[way.from as usize] = Some(to);
                }
            }
        }
        out
    }

    /// Tells each node with its time to `target`, nearest first, until `visit` says `false`.
    pub fn search(&self, target: Node, closed: &Closed, mut visit: impl FnMut(Node, u32) -> bool) {
        let mut best = vec![NEVER; self.places.len()];
        let mut open = BinaryHeap::new();
        best[target.0 as usize] = 0;
        open.push(Reverse((0_u32, target.0)));
        while let Some(Reverse((millis, node))) = open.pop() {
            if millis > best[node as usize] {
                continue;
            }
            if !visit(Node(node), millis) {
                return;
            }
            for way in self.ways_into(Node(node)) {
                let through = millis.saturating_add(way.millis);
                if through < best[way.from as usize] && !closed.is(way.piece) {
                    best[way.from as usize] = through;
                    open.push(Reverse((through, way.from)));
                }
            }
        }
    }
}

impl Closed {
    fn is(&self, piece: u32) -> bool {
        self.0[piece as usize]
    }

    /// How many pieces are closed.
    pub fn count(&self) -> usize {
        self.0.iter().filter(|closed| **closed).count()
    }
}
