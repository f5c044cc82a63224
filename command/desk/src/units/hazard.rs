//! Where nobody may go: a set of H3 cells.
//!
//! A point lies in the hazard when its cell of resolution 9 (about 0.1 km², 200 m a side), or one that holds it, is in the set. A finer cell counts as
//! the one of resolution 9 that it lies in, which is the careful side.

use std::collections::{BTreeMap, BTreeSet};

use h3o::{CellIndex, LatLng, Resolution};

use super::place::{Bounds, Place};

/// The cells by which points are told.
pub(super) const FINEST: Resolution = Resolution::Nine;
/// How close together the points are by which a way is told.
pub(super) const STEP_METRES: f64 = 100.0;
/// How far from the place a point outside of the hazard is looked for, in cells.
const RINGS_MAX: u32 = 300;

/// Cells that are not to be entered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hazard {
    /// By resolution.
    cells: BTreeMap<Resolution, BTreeSet<CellIndex>>,
    bounds: Option<Bounds>,
}

/// A text that names no cell, or too many of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HazardError {
    /// Not a cell.
    #[error("`{0}` is no H3 cell: write its index as 15 hex digits, for example 8941aca4d4bffff")]
    NotACell(String),
    /// Too many.
    #[error("more than {0} cells: name coarser ones")]
    TooMany(usize),
}

/// The cell of [`FINEST`] in which a point lies; `None` for what is no point of the Earth.
pub(super) fn cell_of(place: Place) -> Option<CellIndex> {
    let point = LatLng::new(place.lat, place.lon).ok()?;
    Some(point.to_cell(FINEST))
}

impl Hazard {
    /// The hazard of these cells, by their index in hex digits.
    ///
    /// # Errors
    /// [`HazardError`] for what is no cell, and for more than `cells_max`.
    pub fn read<'a>(
        cells: impl IntoIterator<Item = &'a str>,
        cells_max: usize,
    ) -> Result<Self, HazardError> {
        let mut read = Vec::new();
        for text in cells {
            if read.len() == cells_max {
                return Err(HazardError::TooMany(cells_max));
            }
            let cell = text
                .parse::<CellIndex>()
                .map_err(|_not_one| HazardError::NotACell(text.chars().take(32).collect()))?;
            read.push(cell);
        }
        Ok(Self::of(read))
    }

    /// The hazard of these cells.
    pub fn of(cells: impl IntoIterator<Item = CellIndex>) -> Self {
        let mut hazard = Self::default();
        for cell in cells {
            let cell = cell.parent(FINEST).unwrap_or(cell);
            let kept = hazard.cells.entry(cell.resolution()).or_default();
            if kept.insert(cell) {
                hazard.bounds = Some(around(cell, hazard.bounds));
            }
        }
        hazard
    }

    /// No hazard.
    pub const fn none() -> Self {
        Self {
            cells: BTreeMap::new(),
            bounds: None,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cells.
    pub fn cells(&self) -> impl Iterator<Item = CellIndex> {
        self.cells.values().flatten().copied()
    }

    /// The corners of each cell, longitude and latitude, for a map.
    pub fn polygons(&self) -> Vec<Vec<[f64; 2]>> {
        let corners = |cell: CellIndex| {
            let corners = cell.boundary();
            let corners = corners.iter();
            corners.map(|corner| [corner.lng(), corner.lat()]).collect()
        };
        self.cells().map(corners).collect()
    }

    /// Whether a point lies in it.
    pub fn holds(&self, place: Place) -> bool {
        self.bounds.is_some_and(|bounds| bounds.holds(place))
            && cell_of(place).is_some_and(|cell| self.holds_cell(cell))
    }

    fn holds_cell(&self, cell: CellIndex) -> bool {
        self.cells.iter().any(|(resolution, cells)| {
            let holder = cell.parent(*resolution);
            holder.is_some_and(|holder| cells.contains(&holder))
        })
    }

    /// Whether the straight way between two points leads through it.
    pub fn is_crossed(&self, one: Place, other: Place) -> bool {
        let near = self
            .bounds
            .is_some_and(|bounds| bounds.may_meet(one, other));
        near && one.along(other, STEP_METRES).any(|point| self.holds(point))
    }

    /// The first point of a line that lies in it, taken every 100 m.
    pub fn first_on(&self, line: &[Place]) -> Option<Place> {
        let steps = line.windows(2);
        let mut points = steps.flat_map(|pair| pair[0].along(pair[1], STEP_METRES));
        points.find(|point| self.holds(*point))
    }

    /// Its outline: the sides of cells beyond which no cell of it lies.
    pub fn outline(&self) -> Vec<[Place; 2]> {
        let edges = self.cells().flat_map(h3o::CellIndex::edges);
        let outer = edges.filter(|edge| !self.holds_cell(edge.destination()));
        let sides = outer.filter_map(|edge| {
            let line = edge.boundary();
            let [first, .., last] = &*line else {
                return None;
            };
            Some([first, last].map(|point| Place::from([point.lng(), point.lat()])))
        });
        sides.collect()
    }

    /// The corners of each cell.
    pub fn corners(&self) -> Vec<Vec<Place>> {
        let cells = self.cells().map(|cell| {
            let corners = cell.boundary();
            let corners = corners.iter();
            corners
                .map(|point| Place::from([point.lng(), point.lat()]))
                .collect()
        });
        cells.collect()
    }

    /// A point outside of it, near this one.
    pub fn outside(&self, place: Place) -> Option<Place> {
        let origin = cell_of(place)?;
        (1..=RINGS_MAX).find_map(|distance| {
            let ring: Vec<CellIndex> = origin.grid_ring(distance);
            let free = ring.into_iter().filter(|cell| !self.holds_cell(*cell));
            let places = free.map(|cell| {
                let centre = LatLng::from(cell);
                Place::from([centre.lng(), centre.lat()])
            });
            places.min_by(|one, other| {
                let metres = |point: &Place| point.metres_to(place);
                metres(one).total_cmp(&metres(other))
            })
        })
    }
}

/// The bounds widened by a cell and a quarter of its size: what descends from a cell sticks out of it, however small, but its parts lie within
/// 1.06 of the cell's radius around its centre (each step of the grid is √7 finer, and a child's centre lies √3 of its own radius away).
fn around(cell: CellIndex, before: Option<Bounds>) -> Bounds {
    const NOTHING: Bounds = Bounds([180.0, 90.0, -180.0, -90.0]);
    let mut own = NOTHING.0;
    for corner in cell.boundary().iter() {
        own[0] = own[0].min(corner.lng());
        own[1] = own[1].min(corner.lat());
        own[2] = own[2].max(corner.lng());
        own[3] = own[3].max(corner.lat());
    }
    let [west, south, east, north] = own;
    let (wide, high) = ((east - west) / 4.0, (north - south) / 4.0);
    let Bounds(before) = before.unwrap_or(NOTHING);
    Bounds([
        before[0].min(west - wide),
        before[1].min(south - high),
        before[2].max(east + wide),
        before[3].max(north + high),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn here() -> Place {
        Place::from([118.87, 28.97])
    }

    #[test]
    fn a_point_lies_in_a_cell_that_holds_it_whatever_its_size() {
        let fine = cell_of(here()).expect("a cell");
        for resolution in [Resolution::Nine, Resolution::Seven, Resolution::Five] {
            let cell = fine.parent(resolution).expect("coarser");
            let hazard = Hazard::of([cell]);
            assert!(hazard.holds(here()), "{resolution}");
            assert!(!hazard.holds(Place::from([119.87, 28.97])));
        }
        let finer = LatLng::new(28.97, 118.87).expect("a point");
        let hazard = Hazard::of([finer.to_cell(Resolution::Twelve)]);
        assert!(hazard.holds(here()));
        assert_eq!(hazard.cells().collect::<Vec<_>>(), [fine]);
        assert!(!Hazard::default().holds(here()));
    }

    #[test]
    fn a_way_past_is_not_a_way_through() {
        let cell = cell_of(here()).expect("a cell").parent(Resolution::Seven);
        let hazard = Hazard::of(cell);
        let west = Place::from([118.77, 28.97]);
        let east = Place::from([118.97, 28.97]);
        let north = Place::from([118.87, 29.17]);
        assert!(hazard.is_crossed(west, east));
        assert!(hazard.is_crossed(here(), north));
        assert!(!hazard.is_crossed(west, north));
        let out = hazard.outside(here()).expect("a point");
        assert!(!hazard.holds(out) && out.metres_to(here()) < 3_000.0);
    }

    #[test]
    fn an_outline_goes_round_once_and_a_way_is_stopped_where_it_enters() {
        let middle = cell_of(here()).expect("a cell");
        let disk: Vec<CellIndex> = middle.grid_disk(2);
        let hazard = Hazard::of(disk);
        let outline = hazard.outline();
        // A disk of two rings has 30 sides; each end is the beginning of one other.
        assert_eq!((outline.len(), hazard.corners().len()), (30, 19));
        let near = |one: Place, other: Place| one.metres_to(other) < 1.0;
        for [from, to] in &outline {
            let ends = outline.iter().flatten();
            assert_eq!(ends.clone().filter(|end| near(**end, *from)).count(), 2);
            assert_eq!(ends.filter(|end| near(**end, *to)).count(), 2);
        }
        let west = Place::from([118.77, 28.97]);
        let stop = hazard.first_on(&[west, here()]).expect("it enters");
        assert!(hazard.holds(stop) && stop.metres_to(here()) < 1_000.0);
        assert_eq!(hazard.first_on(&[west, Place::from([118.77, 29.1])]), None);
    }

    #[test]
    fn what_is_no_cell_is_named() {
        assert_eq!(
            Hazard::read(["8941"], 10).expect_err("short"),
            HazardError::NotACell("8941".into())
        );
        let cell = cell_of(here()).expect("a cell").to_string();
        assert!(Hazard::read([cell.as_str(), &cell], 1).is_err());
        assert!(Hazard::read([cell.as_str()], 1).is_ok_and(|hazard| hazard.holds(here())));
    }

    #[test]
    fn what_sticks_out_of_a_large_cell_lies_in_it() {
        let cell = LatLng::new(28.771_242_454_833_576, 118.745_670_857_138_12).expect("a point");
        let hazard = Hazard::of([cell.to_cell(Resolution::Four)]);
        assert!(hazard.holds(Place::from([
            118.617_112_904_553_82,
            28.922_487_760_799_566
        ])));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        /// The bounds are only a shortcut.
        #[test]
        fn the_bounds_leave_nothing_out(
            cells in prop::collection::vec((118.0_f64..119.0, 28.5_f64..29.5, 4_u8..=9), 1..5),
            lon in 117.5_f64..119.5, lat in 28.0_f64..30.0,
        ) {
            let cells = cells.into_iter().map(|(lon, lat, resolution)| {
                let resolution = Resolution::try_from(resolution).expect("a resolution");
                LatLng::new(lat, lon).expect("a point").to_cell(resolution)
            });
            let hazard = Hazard::of(cells);
            let place = Place::from([lon, lat]);
            let slow = cell_of(place).is_some_and(|cell| hazard.holds_cell(cell));
            prop_assert_eq!(hazard.holds(place), slow);
        }
    }
}
