//! The nearest node of a point: nodes in squares, searched ring by ring.

use super::super::place::{Bounds, Place};

const NODES_A_SQUARE: f64 = 2.0;
const SQUARES_A_SIDE_MAX: f64 = 4_000.0;

/// Nodes in squares of equal degrees.
#[derive(Debug, Clone)]
pub(super) struct Near {
    bounds: Bounds,
    columns: usize,
    rows: usize,
    /// Where the nodes of each square begin in `nodes`; one more at the end.
    first: Vec<u32>,
    nodes: Vec<u32>,
}

impl Near {
    pub(super) fn of(places: &[Place]) -> Self {
        let (mut west, mut south, mut east, mut north) =
            (180.0_f64, 90.0_f64, -180.0_f64, -90.0_f64);
        for place in places {
            (west, east) = (west.min(place.lon), east.max(place.lon));
            (south, north) = (south.min(place.lat), north.max(place.lat));
        }
        let side = (places.len() as f64 / NODES_A_SQUARE)
            .sqrt()
            .ceil()
            .clamp(1.0, SQUARES_A_SIDE_MAX) as usize;
        let mut near = Self {
            bounds: Bounds([west, south, east, north]),
            columns: side,
            rows: side,
            first: vec![0; side * side + 1],
            nodes: vec![0; places.len()],
        };
        let squares: Vec<usize> = places.iter().map(|place| near.square_of(*place)).collect();
        for square in &squares {
            near.first[square + 1] += 1;
        }
        for square in 1..near.first.len() {
            near.first[square] += near.first[square - 1];
        }
        let mut next = near.first.clone();
        for (node, square) in squares.iter().enumerate() {
            near.nodes[next[*square] as usize] = node as u32;
            next[*square] += 1;
        }
        near
    }

    fn column_and_row(&self, place: Place) -> (usize, usize) {
        let Bounds([west, south, east, north]) = self.bounds;
        let within = |value: f64, from: f64, to: f64, count: usize| {
            let share = (value - from) / (to - from).max(f64::MIN_POSITIVE);
            // A cast saturates, so that a point beside the squares lies in the square next to it.
            ((share * count as f64) as usize).min(count - 1)
        };
        (
            within(place.lon, west, east, self.columns),
            within(place.lat, south, north, self.rows),
        )
    }

    fn square_of(&self, place: Place) -> usize {
        let (column, row) = self.column_and_row(place);
        row * self.columns + column
    }

    /// The nearest node, the first of those that are equally near, and its distance in metres.
    pub(super) fn nearest(&self, places: &[Place], place: Place) -> Option<(u32, f64)> {
        let (column, row) = self.column_and_row(place);
        let side = self.square_metres();
        let mut best: Option<(f64, u32)> = None;
        for ring in 0..self.columns.max(self.rows) {
            // Whatever lies in this ring is at least so far away, also from a point beside the squares.
            let least = side * (ring as f64 - 1.0);
            if best.is_some_and(|(metres, _)| metres < least) {
                break;
            }
            self.each_in_ring(column, row, ring, |node| {
                let metres = places[node as usize].metres_to(place);
                let nearer = best.is_none_or(|(least, first)| {
                    metres < least || (metres.total_cmp(&least).is_eq() && node < first)
                });
                if nearer {
                    best = Some((metres, node));
                }
            });
        }
        best.map(|(metres, node)| (node, metres))
    }

    /// The shorter side of a square at its narrowest.
    fn square_metres(&self) -> f64 {
        let Bounds([west, south, east, north]) = self.bounds;
        let at = |lon: f64, lat: f64| Place { lon, lat };
        let wide = |lat: f64| at(west, lat).metres_to(at(east, lat)) / self.columns as f64;
        let high = at(west, south).metres_to(at(west, north)) / self.rows as f64;
        wide(south).min(wide(north)).min(high)
    }

    fn each_in_ring(&self, column: usize, row: usize, ring: usize, mut each: impl FnMut(u32)) {
        let columns = column.saturating_sub(ring)..=(column + ring).min(self.columns - 1);
        for at_column in columns {
            let rows = row.saturating_sub(ring)..=(row + ring).min(self.rows - 1);
            let on_side = at_column.abs_diff(column) == ring;
            for at_row in rows {
                if !on_side && at_row.abs_diff(row) != ring {
                    continue;
                }
                let square = at_row * self.columns + at_column;
                let range = self.first[square] as usize..self.first[square + 1] as usize;
                for node in &self.nodes[range] {
                    each(*node);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_nearest_node_is_that_of_a_look_at_all(
            nodes in prop::collection::vec((118.0_f64..118.5, 28.9_f64..29.0), 1..60),
            lon in 117.7_f64..118.8, lat in 28.6_f64..29.3,
        ) {
            let places: Vec<Place> = nodes.into_iter().map(|(lon, lat)| Place { lon, lat }).collect();
            let place = Place { lon, lat };
            let slow = places
                .iter()
                .enumerate()
                .map(|(node, other)| (other.metres_to(place), node as u32))
                .min_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            let found = Near::of(&places).nearest(&places, place);
            prop_assert_eq!(found.map(|(node, metres)| (metres, node)), slow);
        }
    }

    #[test]
    fn no_nodes_have_no_nearest() {
        assert_eq!(
            Near::of(&[]).nearest(&[], Place { lon: 1.0, lat: 1.0 }),
            None
        );
        let one = [Place { lon: 1.0, lat: 1.0 }];
        assert_eq!(Near::of(&one).nearest(&one, one[0]), Some((0, 0.0)));
    }
}
