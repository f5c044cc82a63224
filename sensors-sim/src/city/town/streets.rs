//! The grid of streets.

use std::collections::VecDeque;

use serde_json::{Value, json};
use yiping_model::Catalogue;

use super::super::noise::Chance;

/// Distance of crossings, degrees of latitude: about a kilometre.
const STEP: f64 = 0.009;
/// Streets begin so far outside of the things.
const MARGIN: f64 = 0.03;
/// A crossing is moved by so much of a step at most.
const MOVED: f64 = 0.15;
/// The share of small streets that are not there.
const LEFT_OUT: f64 = 0.12;
/// Of eight streets one is a trunk road and one a main road.
const TRUNK: usize = 8;
const MAIN: usize = 4;

/// Crossings in rows, and the streets between neighbours.
#[derive(Debug, Clone, Default)]
pub(super) struct Streets {
    columns: usize,
    rows: usize,
    crossings: Vec<[f64; 2]>,
    /// Of each crossing, the street to the east and to the north.
    east: Vec<Street>,
    north: Vec<Street>,
}

/// What leads from a crossing to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Street {
    None,
    Plain,
    /// Over a river; its number.
    Bridge(u32),
}

impl Streets {
    pub(super) fn of(catalogue: &Catalogue, chance: Chance) -> Self {
        let (mut west, mut south, mut east, mut north) = (f64::MAX, f64::MAX, f64::MIN, f64::MIN);
        for thing in catalogue.things.values() {
            (west, east) = (west.min(thing.lon), east.max(thing.lon));
            (south, north) = (south.min(thing.lat), north.max(thing.lat));
        }
        if west > east {
            return Self::default();
        }
        let wide = STEP / f64::midpoint(south, north).to_radians().cos();
        let count =
            |from: f64, to: f64, step: f64| ((to - from + 2.0 * MARGIN) / step) as usize + 2;
        let (columns, rows) = (count(west, east, wide), count(south, north, STEP));
        let moved = chance.named("crossing");
        let crossings = (0..columns * rows).map(|at| {
            let (column, row) = ((at % columns) as f64, (at / columns) as f64);
            let place = |from: f64, number: f64, step: f64, index: i64| {
                let exact = (MOVED * moved.signed(index) + number).mul_add(step, from - MARGIN);
                (exact * 1e6).round() / 1e6
            };
            [
                place(west, column, wide, 2 * at as i64),
                place(south, row, STEP, 2 * at as i64 + 1),
            ]
        });
        let mut streets = Self {
            columns,
            rows,
            crossings: crossings.collect(),
            east: vec![Street::None; columns * rows],
            north: vec![Street::None; columns * rows],
        };
        streets.lay(&rivers(catalogue), chance.named("street"));
        streets
    }

    fn lay(&mut self, rivers: &[[[f64; 2]; 2]], chance: Chance) {
        let mut bridges = 0;
        for at in 0..self.crossings.len() {
            let (column, row) = (at % self.columns, at / self.columns);
            // A street to the east lies in a row, one to the north in a column.
            let ways = [
                (column + 1 < self.columns, at + 1, row),
                (row + 1 < self.rows, at + self.columns, column),
            ];
            for (side, (exists, to, line)) in ways.into_iter().enumerate() {
                let small = !line.is_multiple_of(MAIN);
                let luck = chance.unit(2 * at as i64 + side as i64);
                if !exists || (small && luck < LEFT_OUT) {
                    continue;
                }
                let way = [self.crossings[at], self.crossings[to]];
                let wet = rivers.iter().any(|river| cross(*river, way));
                let street = match (wet, small) {
                    (false, _) => Street::Plain,
                    (true, true) => continue,
                    (true, false) => {
                        bridges += 1;
                        Street::Bridge(bridges)
                    }
                };
                let streets = if side == 0 {
                    &mut self.east
                } else {
                    &mut self.north
                };
                streets[at] = street;
            }
        }
    }

    /// The crossing next to a place; `None` when there are none.
    pub(super) fn nearest(&self, place: [f64; 2]) -> Option<usize> {
        let far = |at: usize| {
            let [lon, lat] = self.crossings[at];
            let shrink = lat.to_radians().cos();
            ((lon - place[0]) * shrink).hypot(lat - place[1])
        };
        let all = 0..self.crossings.len();
        all.min_by(|one, other| far(*one).total_cmp(&far(*other)))
    }

    pub(super) fn crossing(&self, at: usize) -> [f64; 2] {
        self.crossings[at]
    }

    fn neighbours(&self, at: usize) -> impl Iterator<Item = usize> {
        let open = |streets: &[Street], at: usize| streets[at] != Street::None;
        let west = at.checked_sub(1).filter(|west| open(&self.east, *west));
        let south = at.checked_sub(self.columns);
        let south = south.filter(|south| open(&self.north, *south));
        let east = open(&self.east, at).then_some(at + 1);
        let north = open(&self.north, at).then_some(at + self.columns);
        [west, south, east, north].into_iter().flatten()
    }

    /// The way along streets from a crossing to one that is `streets` of them away, or as far as there is one; which, chance says.
    pub(super) fn way(&self, from: usize, streets: usize, chance: Chance) -> Vec<usize> {
        let mut before = vec![usize::MAX; self.crossings.len()];
        before[from] = from;
        let mut next = VecDeque::from([(from, 0)]);
        let mut last = Vec::new();
        let mut last_far = 0;
        while let Some((at, far)) = next.pop_front() {
            if far > last_far {
                last.clear();
                last_far = far;
            }
            last.push(at);
            if far == streets {
                continue;
            }
            for to in self.neighbours(at) {
                if before[to] == usize::MAX {
                    before[to] = at;
                    next.push_back((to, far + 1));
                }
            }
        }
        let mut at = last[(chance.unit(0) * last.len() as f64) as usize];
        let mut way = vec![at];
        while at != from {
            at = before[at];
            way.push(at);
        }
        way.reverse();
        way
    }

    /// Each row and column as few lines as there are, each bridge one of its own.
    pub(super) fn geojson(&self) -> Value {
        let mut features = Vec::new();
        for row in 0..self.rows {
            let line = (0..self.columns).map(|column| row * self.columns + column);
            self.lines(line, &self.east, row, &mut features);
        }
        for column in 0..self.columns {
            let line = (0..self.rows).map(|row| row * self.columns + column);
            self.lines(line, &self.north, column, &mut features);
        }
        json!({ "type": "FeatureCollection", "features": features })
    }

    fn lines(
        &self,
        crossings: impl Iterator<Item = usize>,
        streets: &[Street],
        number: usize,
        features: &mut Vec<Value>,
    ) {
        let speed_kmh = if number.is_multiple_of(TRUNK) {
            80
        } else if number.is_multiple_of(MAIN) {
            60
        } else {
            40
        };
        let mut feature = |line: &[[f64; 2]], id: Option<String>| {
            if line.len() < 2 {
                return;
            }
            let mut properties = json!({ "speed_kmh": speed_kmh });
            if let Some(id) = id {
                properties["id"] = Value::from(id);
            }
            features.push(json!({
                "type": "Feature",
                "properties": properties,
                "geometry": { "type": "LineString", "coordinates": line },
            }));
        };
        let mut line: Vec<[f64; 2]> = Vec::new();
        let mut bridge = None;
        for at in crossings {
            line.push(self.crossings[at]);
            if let Some(number) = bridge.take() {
                feature(&line, Some(format!("bridge-{number}")));
                line.drain(..line.len() - 1);
            }
            match streets[at] {
                Street::Plain => {}
                Street::None => {
                    feature(&line, None);
                    line.clear();
                }
                Street::Bridge(number) => {
                    feature(&line, None);
                    line.drain(..line.len() - 1);
                    bridge = Some(number);
                }
            }
        }
        feature(&line, None);
    }
}

/// The lines from each gauge and section to the next one upstream.
fn rivers(catalogue: &Catalogue) -> Vec<[[f64; 2]; 2]> {
    let on_river = |kind: &str| kind == "stage_gauge" || kind == "section";
    let gauges = catalogue
        .things
        .values()
        .filter(|thing| on_river(&thing.kind));
    let lines = gauges.filter_map(|thing| {
        let upstream = catalogue.things.get(thing.neighbour.as_ref()?)?;
        Some([[thing.lon, thing.lat], [upstream.lon, upstream.lat]])
    });
    lines.collect()
}

/// Whether two pieces of line cross.
fn cross([one, other]: [[f64; 2]; 2], [from, to]: [[f64; 2]; 2]) -> bool {
    let side = |a: [f64; 2], b: [f64; 2], c: [f64; 2]| {
        (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0.0
    };
    side(one, other, from) != side(one, other, to) && side(from, to, one) != side(from, to, other)
}
