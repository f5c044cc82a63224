//! A time as the city lives it, and a place as its air knows it.

use yiping_model::{Thing, Timestamp, Zone};

use super::noise::Chance;

const MICROS_PER_SEC: f64 = 1e6;
const SECS_PER_DAY: f64 = 86_400.0;
const SECS_PER_YEAR: f64 = 365.2425 * SECS_PER_DAY;
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A time in the city's own terms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// The instant.
    pub(crate) at: Timestamp,
    /// Seconds since the epoch.
    pub(crate) secs: f64,
    /// Local hour of the day, `[0, 24)`.
    pub(crate) hour: f64,
    /// Saturday or Sunday.
    pub(crate) weekend: bool,
    /// Share of the year that has passed, `[0, 1)`.
    pub(crate) year: f64,
}

impl Moment {
    pub(crate) fn of(at: Timestamp, zone: &Zone) -> Self {
        let secs = at.as_micros() as f64 / MICROS_PER_SEC;
        let local = secs + zone.offset_micros(at) as f64 / MICROS_PER_SEC;
        let day = (local / SECS_PER_DAY).floor() as i64;
        Self {
            at,
            secs,
            hour: local.rem_euclid(SECS_PER_DAY) / 3_600.0,
            // 1970-01-01 was a Thursday, so days 2 and 3 of the first week were its weekend.
            weekend: matches!(day.rem_euclid(7), 2 | 3),
            year: (local / SECS_PER_YEAR).rem_euclid(1.0),
        }
    }

    /// Seconds since the epoch, some hours ago: for what the air remembers.
    pub(crate) fn secs_before(&self, hours: f64) -> f64 {
        self.secs - hours * 3_600.0
    }

    /// A wave over the year: 1 at `peak` (share of the year), -1 half a year later.
    pub(crate) fn season(&self, peak: f64) -> f64 {
        (std::f64::consts::TAU * (self.year - peak)).cos()
    }

    /// A wave over the day: 1 at `peak_hour`, -1 twelve hours later.
    pub(crate) fn day(&self, peak_hour: f64) -> f64 {
        (std::f64::consts::TAU * (self.hour - peak_hour) / 24.0).cos()
    }
}

/// Where a thing stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Longitude, degrees east.
    pub(crate) lon: f64,
    /// Latitude, degrees north.
    pub(crate) lat: f64,
    /// 0 in the mountains, 1 at the busiest crossing.
    pub(crate) urbanity: f64,
    /// The chance that the county has in common.
    pub(crate) county: Chance,
    /// The chance of this thing alone.
    pub(crate) own: Chance,
}

impl Place {
    pub(crate) fn of(thing: &Thing, root: Chance) -> Self {
        let own = root.named("thing").named(thing.id.as_str());
        let area = thing.area.as_deref().unwrap_or("");
        let urbanity = town_share(area) + 0.5 * own.named("urbanity").unit(0);
        Self {
            lon: thing.lon,
            lat: thing.lat,
            urbanity: urbanity.clamp(0.0, 1.0),
            county: root.named("county").named(area),
            own,
        }
    }

    /// Metres east and north of a point, on the plane that touches the earth there.
    pub(crate) fn metres_from(&self, lon: f64, lat: f64) -> (f64, f64) {
        metres_between((lon, lat), (self.lon, self.lat))
    }
}

/// Metres east and north from one point (longitude, latitude) to another.
pub(crate) fn metres_between(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let east = (to.0 - from.0).to_radians() * from.1.to_radians().cos() * EARTH_RADIUS_M;
    let north = (to.1 - from.1).to_radians() * EARTH_RADIUS_M;
    (east, north)
}

/// How much of an area is town, by the last two digits of its GB/T 2260 code: 01 to 20 are city districts, 81 and above county-level
/// cities, the rest counties.
fn town_share(area: &str) -> f64 {
    let last_two = area.get(4..6).and_then(|digits| digits.parse::<u8>().ok());
    match last_two {
        Some(1..=20) => 0.45,
        Some(81..=99) => 0.3,
        _ => 0.15,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_city_lives_by_its_own_zone() {
        let zone = Zone::named("Asia/Shanghai").expect("built in");
        let at = Timestamp::parse("2026-06-06T23:30:00Z").expect("valid");
        let moment = Moment::of(at, &zone);
        assert!((moment.hour - 7.5).abs() < 1e-9);
        assert!(moment.weekend, "2026-06-07 is a Sunday in Quzhou");
        assert!((moment.year - 157.3 / 365.0).abs() < 0.01);
        let monday = Timestamp::parse("2026-06-07T16:00:00Z").expect("valid");
        assert!(!Moment::of(monday, &zone).weekend);
    }

    #[test]
    fn a_hundredth_of_a_degree_north_is_1112_metres() {
        let (east, north) = metres_between((118.87, 28.97), (118.87, 28.98));
        assert!(east.abs() < 1e-6);
        assert!((north - 1_111.95).abs() < 0.1);
    }

    #[test]
    fn a_city_district_is_more_town_than_a_county() {
        assert!(town_share("330802") > town_share("330881"));
        assert!(town_share("330881") > town_share("330824"));
        assert!(town_share("") > 0.0);
    }
}
