//! Roads as lines for a map: pieces joined to lines, and lines made simpler until they are few enough.

use std::collections::BTreeMap;

use super::super::place::{Bounds, Place};
use super::Roads;

/// Nearer than this to its line no point is told, metres; doubled until the points are few enough.
const OFF_METRES: f64 = 4.0;
/// Lines are not made simpler than this: then the slowest roads are left out.
const OFF_METRES_MAX: f64 = 256.0;

/// Roads of one speed.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// Their speed, km/h, to whole ones.
    pub kmh: u8,
    /// Each from its beginning to its end.
    pub lines: Vec<Vec<Place>>,
}

/// The roads of a part of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The fastest first.
    pub roads: Vec<Lines>,
    /// No point of a road lies farther than this from its line, metres.
    pub off_metres: f64,
    /// So many lines were left out, because together they had too many points: those of the slowest roads.
    pub left_out: usize,
}

impl Roads {
    /// The roads that touch these bounds, of at most so many points together.
    pub fn lines(&self, within: Bounds, points_max: usize) -> Drawn {
        let mut of_speed: BTreeMap<u8, Vec<(u32, u32)>> = BTreeMap::new();
        for (piece, (from, to)) in self.ends().into_iter().enumerate() {
            if within.may_meet(self.places[from as usize], self.places[to as usize]) {
                of_speed
                    .entry(self.kmh[piece])
                    .or_default()
                    .push((from, to));
            }
        }
        let mut roads: Vec<Lines> = of_speed
            .into_iter()
            .rev()
            .map(|(kmh, pieces)| Lines {
                kmh,
                lines: joined(&pieces)
                    .into_iter()
                    .map(|line| line.into_iter().map(|node| self.places[node as usize]))
                    .map(|line| simpler(&line.collect::<Vec<_>>(), OFF_METRES))
                    .collect(),
            })
            .collect();
        let (mut off_metres, mut left_out) = (OFF_METRES, 0);
        while points(&roads) > points_max {
            if off_metres < OFF_METRES_MAX {
                // A line made simpler twice is off by both: the second time by as much as the first was.
                for line in roads.iter_mut().flat_map(|road| &mut road.lines) {
                    *line = simpler(line, off_metres);
                }
                off_metres *= 2.0;
            } else {
                left_out += roads.pop().map_or(0, |slowest| slowest.lines.len());
            }
        }
        Drawn {
            roads,
            off_metres,
            left_out,
        }
    }

    /// The two ends of each piece.
    fn ends(&self) -> Vec<(u32, u32)> {
        let mut ends = vec![(0, 0); self.pieces];
        for (to, pair) in self.first.windows(2).enumerate() {
            for way in &self.ways[pair[0] as usize..pair[1] as usize] {
                ends[way.piece as usize] = (way.from, to as u32);
            }
        }
        ends
    }
}

fn points(roads: &[Lines]) -> usize {
    let lines = roads.iter().flat_map(|road| &road.lines);
    lines.map(Vec::len).sum()
}

/// Pieces joined to lines, which end where not exactly two of them meet.
fn joined(pieces: &[(u32, u32)]) -> Vec<Vec<u32>> {
    let mut at: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (piece, (one, other)) in pieces.iter().enumerate() {
        at.entry(*one).or_default().push(piece);
        at.entry(*other).or_default().push(piece);
    }
    let mut used = vec![false; pieces.len()];
    let mut lines = Vec::new();
    let ends = at.iter().filter(|(_, met)| met.len() != 2);
    // What is left after all ends is rings.
    for (node, met) in ends.chain(&at) {
        for piece in met {
            if used[*piece] {
                continue;
            }
            let (mut line, mut here, mut along) = (vec![*node], *node, *piece);
            loop {
                used[along] = true;
                let (one, other) = pieces[along];
                here = if here == one { other } else { one };
                line.push(here);
                let met = &at[&here];
                let on = met.iter().find(|next| met.len() == 2 && !used[**next]);
                let Some(next) = on else { break };
                along = *next;
            }
            lines.push(line);
        }
    }
    lines
}

/// A line without the points that lie nearer than this to what is left of it (Douglas and Peucker).
fn simpler(line: &[Place], off_metres: f64) -> Vec<Place> {
    let mut kept = vec![false; line.len()];
    let mut open = vec![(0, line.len().saturating_sub(1))];
    for end in [0, line.len().saturating_sub(1)] {
        if let Some(kept) = kept.get_mut(end) {
            *kept = true;
        }
    }
    while let Some((from, to)) = open.pop() {
        let between = (from + 1..to).map(|at| (metres_off(line[at], line[from], line[to]), at));
        let Some((off, at)) = between.max_by(|one, other| one.0.total_cmp(&other.0)) else {
            continue;
        };
        if off > off_metres {
            kept[at] = true;
            open.extend([(from, at), (at, to)]);
        }
    }
    let told = line.iter().zip(kept).filter(|(_, kept)| *kept);
    told.map(|(place, _)| *place).collect()
}

/// Metres from a point to the straight way between two.
fn metres_off(point: Place, one: Place, other: Place) -> f64 {
    let narrow = one.lat.to_radians().cos();
    let (x, y) = ((other.lon - one.lon) * narrow, other.lat - one.lat);
    let (px, py) = ((point.lon - one.lon) * narrow, point.lat - one.lat);
    let long = x * x + y * y;
    let share = if long > 0.0 {
        ((px * x + py * y) / long).clamp(0.0, 1.0)
    } else {
        0.0
    };
    point.metres_to(one.towards(other, share))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::json;

    use super::super::tests::town;
    use super::*;

    type Step = ([u64; 2], [u64; 2]);

    /// Each piece of road as its two ends, the lesser first.
    fn steps(lines: impl Iterator<Item = Vec<Place>>) -> BTreeSet<Step> {
        let bits = |place: Place| <[f64; 2]>::from(place).map(f64::to_bits);
        let lines: Vec<Vec<Place>> = lines.collect();
        let pairs = lines.iter().flat_map(|line| line.windows(2));
        pairs
            .map(|pair| {
                let (one, other) = (bits(pair[0]), bits(pair[1]));
                (one.min(other), one.max(other))
            })
            .collect()
    }

    fn off_all(point: Place, line: &[Place]) -> f64 {
        let pairs = line
            .windows(2)
            .map(|pair| metres_off(point, pair[0], pair[1]));
        pairs.fold(f64::MAX, f64::min)
    }

    proptest! {
        #[test]
        fn every_piece_lies_on_one_line_and_no_line_has_another(
            chance in prop::collection::vec(any::<u8>(), 1..90), side in 2_usize..7,
        ) {
            let roads = town(side, 0.002, &chance);
            let pieces: Vec<(u32, u32)> = roads.ends();
            let lines = joined(&pieces);
            let place = |node: &u32| roads.places[*node as usize];
            prop_assert_eq!(lines.iter().map(|line| line.len() - 1).sum::<usize>(), pieces.len());
            let joined = steps(lines.iter().map(|line| line.iter().map(place).collect()));
            let all = steps(pieces.iter().map(|(one, other)| vec![place(one), place(other)]));
            prop_assert_eq!(joined, all);
        }

        #[test]
        fn a_simpler_line_is_near_to_the_line_and_keeps_its_ends(
            points in prop::collection::vec((118.0_f64..118.02, 28.9_f64..28.92), 2..60), off in 1.0_f64..500.0,
        ) {
            let line: Vec<Place> = points.into_iter().map(|(lon, lat)| Place { lon, lat }).collect();
            let told = simpler(&line, off);
            prop_assert_eq!((told.first(), told.last()), (line.first(), line.last()));
            for point in &line {
                prop_assert!(off_all(*point, &told) <= off + 1e-6);
            }
        }

        #[test]
        fn never_more_points_than_were_asked_for(
            chance in prop::collection::vec(any::<u8>(), 1..90), points_max in 0_usize..80,
        ) {
            let roads = town(6, 0.01, &chance);
            let drawn = roads.lines(Bounds::EARTH, points_max);
            prop_assert!(points(&drawn.roads) <= points_max);
            let all = roads.lines(Bounds::EARTH, usize::MAX);
            prop_assert_eq!(all.left_out, 0);
            let count = |drawn: &Drawn| drawn.roads.iter().map(|road| road.lines.len()).sum::<usize>();
            prop_assert_eq!(count(&drawn) + drawn.left_out, count(&all));
        }
    }

    #[test]
    fn a_straight_road_is_two_points_whatever_its_pieces_and_what_is_elsewhere_is_not_told() {
        let road = json!({ "type": "FeatureCollection", "features": [{
            "type": "Feature",
            "properties": { "speed_kmh": 60 },
            "geometry": { "type": "LineString", "coordinates": [[118.8, 28.9], [118.85, 28.9], [118.9, 28.9]] },
        }] });
        let roads = Roads::read(road.to_string().as_bytes()).expect("roads");
        assert!(roads.pieces() > 10, "pieces are at most 500 m");
        let drawn = roads.lines(Bounds::EARTH, 100);
        let ends = [[118.8, 28.9], [118.9, 28.9]].map(Place::from).to_vec();
        assert_eq!(
            drawn.roads,
            [Lines {
                kmh: 60,
                lines: vec![ends]
            }]
        );
        let west = roads.lines(Bounds([118.0, 28.0, 118.81, 29.0]), 100);
        let east = west.roads[0].lines[0].last().expect("a point").lon;
        assert!(east > 118.81 && east < 118.82, "{east}");
        assert!(
            roads
                .lines(Bounds([10.0, 10.0, 11.0, 11.0]), 100)
                .roads
                .is_empty()
        );
    }
}
