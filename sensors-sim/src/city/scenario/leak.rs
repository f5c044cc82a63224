//! The scenario `leak`: chlorine escapes in the chemical park, and the wind carries it to a school.
//!
//! The source stands beside the detector nearest to the middle of the gas detectors; the wind turns, in the half hour before, to blow
//! from there to the school. The leak opens in two minutes, blows full for five, weakens while the tank empties, and is shut after
//! twenty. The strength is chosen so that the school gets [`SCHOOL_PEAK_PPM`] on the middle line: a leak that matters there is a deadly
//! one at the fence. What was given off arrives after distance / wind speed.

use std::time::Duration;

use yiping_model::{Catalogue, PropertyId, Thing, Timestamp};

use crate::city::moment::{Moment, Place, metres_between};
use crate::city::noise::{Chance, step};
use crate::city::plume::{Plume, Spot, Stability};
use crate::city::weather::{Climate, Wind};

/// The property of the gas.
pub(crate) const CHLORINE: &str = "cl2";
/// What the school gets when the leak is full and the wind points straight at it.
const SCHOOL_PEAK_PPM: f64 = 4.5;
/// Names by which the school's detector is known.
const SCHOOL_WORDS: [&str; 3] = ["学校", "小学", "中学"];
/// From the leaking flange to the nearest detector.
const SOURCE_UPWIND_M: f64 = 60.0;
const RELEASE_HEIGHT_M: f64 = 2.0;
const DETECTOR_HEIGHT_M: f64 = 2.0;
/// The wind of the scenario: fresh enough to arrive soon, light enough to stay dense.
const WIND_M_PER_S: f64 = 3.4;
/// The end of a detector's scale.
pub(crate) const FULL_SCALE_PPM: f64 = 100.0;
/// 1 ppm of a gas of 70.906 g/mol at 25 °C and 1,013.25 hPa (24.465 L/mol), in kg/m³.
const KG_PER_M3_OF_ONE_PPM: f64 = 70.906 / 24.465 * 1e-6;
const OPENING_SECS: f64 = 120.0;
const FULL_SECS: f64 = 420.0;
const SHUT_SECS: f64 = 1_200.0;
/// Strength just before it is shut.
const LAST_SHARE: f64 = 0.4;
/// What still drips and evaporates thins out by half in this time.
const HALVING_SECS: f64 = 75.0;
/// After this nothing more is given off.
const DRY_SECS: f64 = 2_400.0;
const TURN_BEFORE_SECS: f64 = 1_800.0;
const TURNED_BEFORE_SECS: f64 = 600.0;
const TURN_BACK_SECS: f64 = 3_000.0;
const TURNED_BACK_SECS: f64 = 4_800.0;

/// A leak that is going to happen, happens or has happened.
#[derive(Debug, Clone)]
pub(crate) struct Leak {
    start: Timestamp,
    source: (f64, f64),
    /// Unit vector along the wind: east, north.
    along: (f64, f64),
    plume: Plume,
    /// At full strength.
    kg_per_s: f64,
    wander: Chance,
}

impl Leak {
    /// Finds source and school among the gas detectors; `None` unless two of them stand apart.
    pub(crate) fn plan(catalogue: &Catalogue, root: Chance, start: Timestamp) -> Option<Self> {
        let detectors: Vec<&Thing> = catalogue
            .things
            .values()
            .filter(|thing| thing.kind == "gas" && measures_chlorine(thing))
            .collect();
        let middle = (
            median(detectors.iter().map(|thing| thing.lon))?,
            median(detectors.iter().map(|thing| thing.lat))?,
        );
        let school = school(&detectors, middle)?;
        let nearest = detectors
            .iter()
            .filter(|thing| thing.id != school.id)
            .min_by(|one, other| apart_m(one, middle).total_cmp(&apart_m(other, middle)))?;
        let (east, north) = metres_between((nearest.lon, nearest.lat), (school.lon, school.lat));
        let distance_m = east.hypot(north);
        if distance_m < 1.0 {
            return None;
        }
        let along = (east / distance_m, north / distance_m);
        let plume = Plume {
            wind_m_per_s: WIND_M_PER_S,
            release_height_m: RELEASE_HEIGHT_M,
            stability: stability(catalogue, root, start, nearest),
        };
        let at_school = plume.kg_per_m3(Spot {
            downwind_m: distance_m + SOURCE_UPWIND_M,
            crosswind_m: 0.0,
            height_m: DETECTOR_HEIGHT_M,
        });
        Some(Self {
            start,
            source: upwind_of(nearest, along),
            along,
            plume,
            kg_per_s: SCHOOL_PEAK_PPM * KG_PER_M3_OF_ONE_PPM / at_school,
            wander: root.named("leak"),
        })
    }

    /// What there is of it here, in ppm.
    pub(crate) fn ppm(&self, moment: &Moment, place: &Place) -> f64 {
        let (east, north) = place.metres_from(self.source.0, self.source.1);
        let downwind_m = east * self.along.0 + north * self.along.1;
        if downwind_m <= 0.0 {
            return 0.0;
        }
        let travel_secs = downwind_m / self.plume.wind_m_per_s;
        let given_off_secs = moment.at.micros_since(self.start) as f64 / 1e6 - travel_secs;
        let share = strength(given_off_secs);
        if share <= 0.0 {
            return 0.0;
        }
        // The plume wanders about its middle line, by a share of its own width.
        let wander = self.wander.named("aside").course(given_off_secs, 90.0);
        let aside_m = 0.6 * wander * self.plume.stability.sigma_y(downwind_m);
        let thick = 0.12 * self.wander.named("thick").course(given_off_secs, 25.0);
        let density = self.plume.kg_per_m3(Spot {
            downwind_m,
            crosswind_m: east * self.along.1 - north * self.along.0 - aside_m,
            height_m: DETECTOR_HEIGHT_M,
        });
        self.kg_per_s * share * thick.exp() * density / KG_PER_M3_OF_ONE_PPM
    }

    /// The wind that the scenario makes of the natural one.
    pub(crate) fn bend(&self, natural: Wind, moment: &Moment) -> Wind {
        let secs = moment.at.micros_since(self.start) as f64 / 1e6;
        let turned = step((secs + TURN_BEFORE_SECS) / (TURN_BEFORE_SECS - TURNED_BEFORE_SECS));
        let back = step((secs - TURN_BACK_SECS) / (TURNED_BACK_SECS - TURN_BACK_SECS));
        let wanted = Wind {
            east: self.along.0 * WIND_M_PER_S,
            north: self.along.1 * WIND_M_PER_S,
        };
        // A twelfth of the natural wind stays, so that no two places read the same.
        natural.towards(wanted, turned * (1.0 - back) * 11.0 / 12.0)
    }

    /// When the last of it has passed everywhere within 10 km.
    pub(crate) fn over(&self) -> Timestamp {
        self.start + Duration::from_secs_f64(DRY_SECS + 10_000.0 / WIND_M_PER_S)
    }
}

/// Share of the full strength, by the seconds since it began.
fn strength(secs: f64) -> f64 {
    if !(0.0..DRY_SECS).contains(&secs) {
        return 0.0;
    }
    let emptying = ((secs - FULL_SECS) / (SHUT_SECS - FULL_SECS)).clamp(0.0, 1.0);
    let blowing = step(secs / OPENING_SECS) * (1.0 - (1.0 - LAST_SHARE) * emptying);
    let shut_secs = (secs - SHUT_SECS).max(0.0);
    blowing * (-std::f64::consts::LN_2 * shut_secs / HALVING_SECS).exp()
}

fn measures_chlorine(thing: &Thing) -> bool {
    thing
        .properties
        .iter()
        .map(PropertyId::as_str)
        .any(|id| id == CHLORINE)
}

/// The detector that has a school in its name, the nearest if several; else the one that stands farthest from the middle.
fn school<'a>(detectors: &[&'a Thing], middle: (f64, f64)) -> Option<&'a Thing> {
    let by_distance =
        |one: &&&Thing, other: &&&Thing| apart_m(one, middle).total_cmp(&apart_m(other, middle));
    let named = detectors
        .iter()
        .filter(|thing| SCHOOL_WORDS.iter().any(|word| thing.name.zh.contains(word)))
        .min_by(by_distance);
    named
        .or_else(|| detectors.iter().max_by(by_distance))
        .copied()
}

fn apart_m(thing: &Thing, middle: (f64, f64)) -> f64 {
    let (east, north) = metres_between(middle, (thing.lon, thing.lat));
    east.hypot(north)
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

/// Where the source is: on the line from the nearest detector, a little against the wind.
fn upwind_of(nearest: &Thing, along: (f64, f64)) -> (f64, f64) {
    let (east_m, north_m) = metres_between(
        (nearest.lon, nearest.lat),
        (nearest.lon + 1.0, nearest.lat + 1.0),
    );
    (
        nearest.lon - along.0 * SOURCE_UPWIND_M / east_m,
        nearest.lat - along.1 * SOURCE_UPWIND_M / north_m,
    )
}

fn stability(catalogue: &Catalogue, root: Chance, start: Timestamp, near: &Thing) -> Stability {
    let moment = Moment::of(start, &catalogue.zone);
    let weather = Climate::of(root).at(&moment, &Place::of(near, root));
    Stability::of(WIND_M_PER_S, weather.sun, weather.cloud)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strength_opens_weakens_and_ends_without_a_jump() {
        assert!(strength(-1.0).abs() < f64::EPSILON);
        assert!((strength(200.0) - 1.0).abs() < 1e-9);
        assert!((strength(SHUT_SECS) - LAST_SHARE).abs() < 1e-9);
        assert!(strength(DRY_SECS).abs() < f64::EPSILON);
        let mut last = 0.0;
        for second in 0..2_500 {
            let share = strength(f64::from(second));
            assert!((share - last).abs() < 0.02, "{second}");
            last = share;
        }
    }
}
