//! A point of the city and distances between points.

use serde::{Deserialize, Serialize};

/// Metres of one degree of latitude on a sphere of 6,371,008.8 m, the mean radius of the Earth (IUGG).
const METRES_A_DEGREE: f64 = 111_195.08;

/// A point, WGS-84 (CGCS2000). In JSON it is `[longitude, latitude]`, as in GeoJSON.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 2]", into = "[f64; 2]")]
pub struct Place {
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
}

impl From<[f64; 2]> for Place {
    fn from([lon, lat]: [f64; 2]) -> Self {
        Self { lon, lat }
    }
}

impl From<Place> for [f64; 2] {
    fn from(place: Place) -> Self {
        [place.lon, place.lat]
    }
}

impl Place {
    /// Whether it is a point of the Earth.
    pub fn is_sound(self) -> bool {
        (-180.0..=180.0).contains(&self.lon) && (-90.0..=90.0).contains(&self.lat)
    }

    /// Metres to another point, on a plane that touches the Earth between them: right to a thousandth within 200 km.
    pub fn metres_to(self, other: Self) -> f64 {
        let middle = f64::midpoint(self.lat, other.lat).to_radians();
        let east = (other.lon - self.lon) * middle.cos();
        let north = other.lat - self.lat;
        east.hypot(north) * METRES_A_DEGREE
    }

    /// The point at this share of the way to another.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        Self {
            lon: (other.lon - self.lon).mul_add(share, self.lon),
            lat: (other.lat - self.lat).mul_add(share, self.lat),
        }
    }

    /// Points along the way to another, both ends among them, no two farther apart than `metres_max`.
    pub fn along(self, other: Self, metres_max: f64) -> impl Iterator<Item = Self> {
        let parts = (self.metres_to(other) / metres_max).ceil().max(1.0);
        (0..=parts as u32).map(move |part| self.towards(other, f64::from(part) / parts))
    }
}

/// A rectangle of the map: west, south, east, north, degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bounds(pub [f64; 4]);

impl Bounds {
    /// The whole Earth.
    pub const EARTH: Self = Self([-180.0, -90.0, 180.0, 90.0]);

    /// Whether a point lies in it.
    pub fn holds(self, place: Place) -> bool {
        let [west, south, east, north] = self.0;
        (west..=east).contains(&place.lon) && (south..=north).contains(&place.lat)
    }

    /// Whether it is a rectangle of the Earth.
    pub fn is_sound(self) -> bool {
        let [west, south, east, north] = self.0;
        Self::EARTH.holds(Place::from([west, south]))
            && Self::EARTH.holds(Place::from([east, north]))
            && west < east
            && south < north
    }

    /// Whether the straight way between two points may touch it.
    pub fn may_meet(self, one: Place, other: Place) -> bool {
        let [west, south, east, north] = self.0;
        one.lon.max(other.lon) >= west
            && one.lon.min(other.lon) <= east
            && one.lat.max(other.lat) >= south
            && one.lat.min(other.lat) <= north
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_a_degree_and_of_longitude_less() {
        let here = Place::from([118.87, 28.97]);
        let north = here.metres_to(Place::from([118.87, 29.97]));
        let east = here.metres_to(Place::from([119.87, 28.97]));
        assert!((north - 111_195.0).abs() < 1.0, "{north}");
        // The great circle (haversine, the same sphere) is 97,279.8 m.
        assert!((east - 97_279.8).abs() < 30.0, "{east}");
    }

    #[test]
    fn points_along_a_way_are_close_and_hold_both_ends() {
        let (one, other) = (Place::from([118.0, 29.0]), Place::from([118.01, 29.003]));
        let points: Vec<Place> = one.along(other, 100.0).collect();
        assert_eq!(points.first(), Some(&one));
        assert!(
            points
                .last()
                .is_some_and(|last| last.metres_to(other) < 1e-6)
        );
        assert!(
            points
                .windows(2)
                .all(|pair| pair[0].metres_to(pair[1]) <= 100.1)
        );
        assert_eq!(one.along(one, 100.0).count(), 2);
    }
}
