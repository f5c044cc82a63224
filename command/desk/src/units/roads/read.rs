//! Roads from GeoJSON.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::super::hazard::{STEP_METRES, cell_of};
use super::super::place::Place;
use super::near::Near;
use super::{Roads, Way};

/// Longer pieces are divided, so that a unit in the middle of one is not taken for one at its end.
const PIECE_METRES_MAX: f64 = 500.0;
/// Points closer than a tenth of a metre are one: millionths of a degree.
const DEGREE_PARTS: f64 = 1e6;
/// Nodes of one graph: about 100 bytes each.
const NODES_MAX: usize = 2_000_000;

/// Why a file is no road graph.
#[derive(Debug, thiserror::Error)]
pub enum RoadError {
    /// Not the JSON of a `FeatureCollection`.
    #[error("the roads are no GeoJSON FeatureCollection of LineStrings: {0}")]
    Form(#[source] serde_json::Error),
    /// A feature says something that cannot be.
    #[error("road {number} (counted from 1): {what}")]
    Feature {
        /// Which, counted from 1.
        number: usize,
        /// What is wrong, and what to do.
        what: &'static str,
    },
    /// More than the program takes.
    #[error("the roads have more than {NODES_MAX} nodes: leave out small ones")]
    TooMany,
    /// Nothing there.
    #[error("the roads are none: give at least one LineString")]
    None,
}

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    geometry: Geometry,
    properties: Properties,
}

#[derive(Deserialize)]
struct Geometry {
    r#type: String,
    coordinates: Vec<Point>,
}

/// Longitude, latitude; a height may follow.
#[derive(Deserialize)]
#[serde(untagged)]
enum Point {
    Plane([f64; 2]),
    High([f64; 3]),
}

#[derive(Deserialize)]
struct Properties {
    speed_kmh: f64,
    #[serde(default)]
    oneway: bool,
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    id: Option<String>,
}

/// A piece of road between two nodes.
struct Piece {
    from: u32,
    to: u32,
    millis: u32,
    kmh: u8,
    oneway: bool,
    closed: bool,
    road: Option<usize>,
}

#[derive(Default)]
struct Reader {
    places: Vec<Place>,
    nodes: HashMap<(i32, i32), u32>,
    pieces: Vec<Piece>,
    names: Vec<String>,
}

impl Roads {
    /// Reads roads.
    ///
    /// # Errors
    /// [`RoadError`] for what is no road graph.
    pub fn read(text: &[u8]) -> Result<Self, RoadError> {
        let collection: Collection = serde_json::from_slice(text).map_err(RoadError::Form)?;
        let mut reader = Reader::default();
        for (at, feature) in collection.features.into_iter().enumerate() {
            reader.take(feature).map_err(|what| RoadError::Feature {
                number: at + 1,
                what,
            })?;
            if reader.places.len() > NODES_MAX {
                return Err(RoadError::TooMany);
            }
        }
        let left_out = reader.keep_the_largest_part();
        if reader.pieces.is_empty() {
            return Err(RoadError::None);
        }
        Ok(reader.into_roads(left_out))
    }
}

impl Reader {
    fn take(&mut self, feature: Feature) -> Result<(), &'static str> {
        let Properties {
            speed_kmh,
            oneway,
            closed,
            id,
        } = feature.properties;
        if feature.geometry.r#type != "LineString" {
            return Err("its geometry is no LineString: divide a MultiLineString");
        }
        if !(1.0..=200.0).contains(&speed_kmh) {
            return Err("`speed_kmh` must be between 1 and 200");
        }
        let points = feature.geometry.coordinates.into_iter();
        let points: Vec<Place> = points
            .map(|point| match point {
                Point::Plane(plane) => plane.into(),
                Point::High([lon, lat, _]) => [lon, lat].into(),
            })
            .collect();
        if points.len() < 2 {
            return Err("it has fewer than two points");
        }
        if !points.iter().all(|point| point.is_sound()) {
            return Err("a point is no place: write longitude, latitude in degrees, WGS-84");
        }
        let road = id.map(|id| {
            self.names.push(id);
            self.names.len() - 1
        });
        for pair in points.windows(2) {
            let mut from = self.node(pair[0]);
            for point in pair[0].along(pair[1], PIECE_METRES_MAX).skip(1) {
                let to = self.node(point);
                let metres = self.places[from as usize].metres_to(self.places[to as usize]);
                if from != to {
                    let millis = (metres * 3_600.0 / speed_kmh).round().max(1.0) as u32;
                    self.pieces.push(Piece {
                        from,
                        to,
                        millis,
                        kmh: speed_kmh.round() as u8,
                        oneway,
                        closed,
                        road,
                    });
                }
                from = to;
            }
        }
        Ok(())
    }

    fn node(&mut self, place: Place) -> u32 {
        let part = |degrees: f64| (degrees * DEGREE_PARTS).round() as i32;
        let next = self.places.len() as u32;
        let node = self.nodes.entry((part(place.lon), part(place.lat)));
        let node = *node.or_insert(next);
        if node == next {
            self.places.push(place);
        }
        node
    }

    /// Leaves out what is not connected with most of the roads; gives how many nodes that were.
    fn keep_the_largest_part(&mut self) -> usize {
        let mut parent: Vec<u32> = (0..self.places.len() as u32).collect();
        for piece in &self.pieces {
            let (one, other) = (root(&mut parent, piece.from), root(&mut parent, piece.to));
            parent[one.max(other) as usize] = one.min(other);
        }
        let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
        for node in 0..self.places.len() as u32 {
            *sizes.entry(root(&mut parent, node)).or_default() += 1;
        }
        // Of two that are as large, the one that comes first in the file.
        let Some((largest, size)) = sizes
            .into_iter()
            .max_by_key(|(part, size)| (*size, u32::MAX - part))
        else {
            return 0;
        };
        let before = self.places.len();
        let mut renamed = vec![u32::MAX; before];
        let mut kept = Vec::with_capacity(size);
        for (node, new) in renamed.iter_mut().enumerate() {
            if root(&mut parent, node as u32) == largest {
                *new = kept.len() as u32;
                kept.push(self.places[node]);
            }
        }
        self.pieces
            .retain(|piece| renamed[piece.from as usize] != u32::MAX);
        for piece in &mut self.pieces {
            piece.from = renamed[piece.from as usize];
            piece.to = renamed[piece.to as usize];
        }
        self.places = kept;
        before - size
    }

    fn into_roads(self, left_out: usize) -> Roads {
        let mut first = vec![0_u32; self.places.len() + 1];
        let both = self.pieces.iter().enumerate().flat_map(|(at, piece)| {
            let way = |from, to| {
                let millis = piece.millis;
                let piece = at as u32;
                (
                    to,
                    Way {
                        from,
                        millis,
                        piece,
                    },
                )
            };
            let back = (!piece.oneway).then(|| way(piece.to, piece.from));
            [Some(way(piece.from, piece.to)), back]
                .into_iter()
                .flatten()
        });
        let mut ways: Vec<(u32, Way)> = both.collect();
        ways.sort_by_key(|(to, way)| (*to, way.from, way.millis, way.piece));
        for (to, _) in &ways {
            first[*to as usize + 1] += 1;
        }
        for node in 1..first.len() {
            first[node] += first[node - 1];
        }
        let mut cells = Vec::new();
        let mut named: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            let (from, to) = (
                self.places[piece.from as usize],
                self.places[piece.to as usize],
            );
            let met = from.along(to, STEP_METRES).filter_map(cell_of);
            cells.extend(met.map(|cell| (u64::from(cell), at as u32)));
            if let Some(road) = piece.road {
                let name = self.names[road].clone();
                named.entry(name).or_default().push(at as u32);
            }
        }
        cells.sort_unstable();
        cells.dedup();
        let shut = self.pieces.iter().enumerate();
        let shut = shut.filter(|(_, piece)| piece.closed);
        Roads {
            near: Near::of(&self.places),
            shut: shut.map(|(at, _)| at as u32).collect(),
            pieces: self.pieces.len(),
            kmh: self.pieces.iter().map(|piece| piece.kmh).collect(),
            ways: ways.into_iter().map(|(_, way)| way).collect(),
            places: self.places,
            first,
            named,
            cells,
            left_out,
        }
    }
}

fn root(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        parent[node as usize] = parent[parent[node as usize] as usize];
        node = parent[node as usize];
    }
    node
}
