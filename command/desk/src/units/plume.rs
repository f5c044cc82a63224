//! Where a gas that leaks makes a hazard: a Gaussian plume along the wind, as H3 cells that nobody may enter.
//!
//! `C = Q / (2π u σy σz) · exp(−y²/2σy²) · [exp(−(z−H)²/2σz²) + exp(−(z+H)²/2σz²)]`, with Briggs' σ for rural and urban ground. It is
//! steady, over flat ground, for a gas that is as light as air: a heavy gas (chlorine) creeps, spreads wider and goes round hills, and below 1 m/s of wind there is no
//! plume. So it is a first guess and is called so; whoever commands draws the hazard.

use std::collections::BTreeSet;
use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use super::hazard::{Hazard, STEP_METRES, cell_of};
use super::place::Place;

/// Briggs' σ hold up to ten kilometres.
pub const REACH_METRES_MAX: f64 = 10_000.0;
/// A slower wind carries no plume.
pub const WIND_MS_MIN: f64 = 1.0;
/// Where people breathe.
const NOSE_METRES: f64 = 1.5;
/// The ground is looked at so often along the plume and across it.
const LOOK_METRES: f64 = STEP_METRES / 2.0;
/// Points of an outline on each side.
const OUTLINE_STEPS: u32 = 32;
const METRES_A_DEGREE: f64 = 111_195.08;

/// How much the air mixes, by Pasquill: A very unstable to F stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stability {
    /// Very unstable: strong sun, little wind.
    A,
    /// Unstable.
    B,
    /// Slightly unstable.
    C,
    /// Neutral: wind, or clouds.
    D,
    /// Slightly stable.
    E,
    /// Stable: a clear night, little wind.
    F,
}

impl Stability {
    /// By its letter.
    pub const fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'A' => Self::A,
            'B' => Self::B,
            'C' => Self::C,
            'D' => Self::D,
            'E' => Self::E,
            'F' => Self::F,
            _ => return None,
        })
    }
}

/// What the wind blows over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Fields.
    Rural,
    /// Houses.
    Urban,
}

/// A leak that goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plume {
    /// Where.
    pub source: Place,
    /// How high above the ground, metres.
    pub height_metres: f64,
    /// How much, grams a second.
    pub grams_a_sec: f64,
    /// From where the wind blows, degrees: 0 from the north, 90 from the east.
    pub wind_from_degrees: f64,
    /// How fast, metres a second.
    pub wind_ms: f64,
    /// How much the air mixes.
    pub stability: Stability,
    /// What it blows over.
    pub ground: Ground,
}

/// The hazard of a plume.
#[derive(Debug, Clone, PartialEq)]
pub struct Cloud {
    /// Where the limit is exceeded, and the cells around the source.
    pub hazard: Hazard,
    /// How far downwind the limit is exceeded, metres.
    pub reach_metres: f64,
    /// Whether it is exceeded as far as the formula holds, and beyond for all that is known.
    pub is_cut: bool,
}

/// σy and σz, metres, at so many metres downwind.
pub fn sigmas(stability: Stability, ground: Ground, metres: f64) -> (f64, f64) {
    use Stability::{A, B, C, D, E, F};
    let x = metres;
    let root = |slope: f64| slope.mul_add(x, 1.0).sqrt();
    match ground {
        Ground::Rural => {
            let across = match stability {
                A => 0.22,
                B => 0.16,
                C => 0.11,
                D => 0.08,
                E => 0.06,
                F => 0.04,
            };
            let up = match stability {
                A => 0.20 * x,
                B => 0.12 * x,
                C => 0.08 * x / root(0.000_2),
                D => 0.06 * x / root(0.001_5),
                E => 0.03 * x / 0.000_3_f64.mul_add(x, 1.0),
                F => 0.016 * x / 0.000_3_f64.mul_add(x, 1.0),
            };
            (across * x / root(0.000_1), up)
        }
        Ground::Urban => {
            let across = match stability {
                A | B => 0.32,
                C => 0.22,
                D => 0.16,
                E | F => 0.11,
            };
            let up = match stability {
                A | B => 0.24 * x * root(0.001),
                C => 0.20 * x,
                D => 0.14 * x / root(0.000_3),
                E | F => 0.08 * x / root(0.001_5),
            };
            (across * x / root(0.000_4), up)
        }
    }
}

impl Plume {
    /// Milligrams a cubic metre at so many metres downwind, beside the axis, above the ground.
    pub fn milligrams(&self, downwind: f64, beside: f64, above: f64) -> f64 {
        if downwind <= 0.0 {
            return 0.0;
        }
        let (across, up) = sigmas(self.stability, self.ground, downwind);
        let bell = |distance: f64, sigma: f64| (-(distance / sigma).powi(2) / 2.0).exp();
        let vertical = bell(above - self.height_metres, up) + bell(above + self.height_metres, up);
        let grams = self.grams_a_sec / (2.0 * PI * self.wind_ms * across * up);
        grams * bell(beside, across) * vertical * 1_000.0
    }

    /// Where more than `limit` milligrams a cubic metre are breathed. The cells around the source are always part of it.
    pub fn cloud(&self, limit: f64) -> Cloud {
        let mut cells = BTreeSet::new();
        if let Some(cell) = cell_of(self.source) {
            cells.extend(cell.grid_disk::<Vec<_>>(1));
        }
        let mut reach_metres = 0.0;
        let looks = (REACH_METRES_MAX / LOOK_METRES) as u32;
        for look in 1..=looks {
            let downwind = f64::from(look) * LOOK_METRES;
            let axis = self.milligrams(downwind, 0.0, NOSE_METRES);
            if axis <= limit {
                continue;
            }
            reach_metres = downwind;
            let (across, _) = sigmas(self.stability, self.ground, downwind);
            let half = across * (2.0 * (axis / limit).ln()).sqrt();
            let sides = (half / LOOK_METRES).ceil().max(1.0);
            for side in 0..=2 * sides as u32 {
                let beside = half * (f64::from(side) / sides - 1.0);
                cells.extend(cell_of(self.at(downwind, beside)));
            }
        }
        Cloud {
            hazard: Hazard::of(cells),
            is_cut: reach_metres >= f64::from(looks) * LOOK_METRES,
            reach_metres,
        }
    }

    /// The line round where more than `limit` milligrams a cubic metre are breathed, from the source along its right side and back, and how far
    /// downwind it reaches, in metres; `None` where the limit is nowhere exceeded.
    pub fn outline(&self, limit: f64) -> Option<(Vec<Place>, f64)> {
        let looks = (REACH_METRES_MAX / LOOK_METRES) as u32;
        let mut reach = 0.0;
        for look in 1..=looks {
            let downwind = f64::from(look) * LOOK_METRES;
            if self.milligrams(downwind, 0.0, NOSE_METRES) > limit {
                reach = downwind;
            }
        }
        if reach == 0.0 {
            return None;
        }
        let mut right = vec![self.source];
        let mut left = Vec::new();
        for step in 1..=OUTLINE_STEPS {
            // Closer near the source, where it widens.
            let share = f64::from(step) / f64::from(OUTLINE_STEPS);
            let downwind = reach * share * share;
            let axis = self.milligrams(downwind, 0.0, NOSE_METRES);
            if axis > limit {
                let (across, _) = sigmas(self.stability, self.ground, downwind);
                let half = across * (2.0 * (axis / limit).ln()).sqrt();
                right.push(self.at(downwind, half));
                left.push(self.at(downwind, -half));
            }
        }
        right.push(self.at(reach, 0.0));
        right.extend(left.into_iter().rev());
        Some((right, reach))
    }

    /// The place so far downwind, and so far to the right of it.
    fn at(&self, downwind: f64, beside: f64) -> Place {
        let towards = (self.wind_from_degrees + 180.0).to_radians();
        let (sin, cos) = towards.sin_cos();
        let east = downwind * sin + beside * cos;
        let north = downwind * cos - beside * sin;
        let wide = METRES_A_DEGREE * self.source.lat.to_radians().cos();
        Place {
            lon: self.source.lon + east / wide,
            lat: self.source.lat + north / METRES_A_DEGREE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use Ground::{Rural, Urban};
    use Stability::{A, B, C, D, E, F};

    fn plume(stability: Stability, ground: Ground) -> Plume {
        Plume {
            source: Place::from([118.88, 28.88]),
            height_metres: 2.0,
            grams_a_sec: 500.0,
            wind_from_degrees: 270.0,
            wind_ms: 2.0,
            stability,
            ground,
        }
    }

    #[test]
    fn an_outline_is_where_the_limit_is_met() {
        let plume = plume(D, Rural);
        let limit = 5.8;
        let (outline, reach) = plume.outline(limit).expect("it is exceeded");
        assert!((plume.cloud(limit).reach_metres - reach).abs() < 1.0);
        // All points but the source and the tip lie on the line: the wind blows to the east.
        let wide = METRES_A_DEGREE * plume.source.lat.to_radians().cos();
        for point in &outline[1..] {
            let downwind = (point.lon - plume.source.lon) * wide;
            let beside = (point.lat - plume.source.lat) * METRES_A_DEGREE;
            let found = plume.milligrams(downwind, beside, NOSE_METRES);
            let tip = (downwind - reach).abs() < 1.0;
            assert!(
                tip || (found / limit - 1.0).abs() < 1e-6,
                "{downwind} {found}"
            );
        }
        assert!(plume.outline(1e9).is_none());
    }

    /// From the tests of GasDispersion.jl (MIT, commit 27ac30071c7d), at 1.2 m.
    #[test]
    fn the_sigmas_are_those_of_a_published_package() {
        let across = [
            (A, Rural, 0.263_984_161_425_457_5),
            (B, Rural, 0.191_988_481_036_696_36),
            (C, Rural, 0.131_992_080_712_728_75),
            (D, Rural, 0.095_994_240_518_348_18),
            (A, Urban, 0.383_907_873_164_334_56),
            (B, Urban, 0.383_907_873_164_334_56),
            (D, Urban, 0.191_953_936_582_167_28),
            (E, Urban, 0.131_968_331_400_24),
        ];
        for (stability, ground, expected) in across {
            let (found, _) = sigmas(stability, ground, 1.2);
            assert!(
                (found - expected).abs() < 1e-9,
                "{stability:?} {ground:?} {found}"
            );
        }
        let up = [
            (B, Rural, 0.144),
            (C, Rural, 0.095_988_482_073_185_36),
            (D, Rural, 0.071_935_287_348_986_33),
            (E, Rural, 0.035_987_044_663_920_99),
            (F, Rural, 0.019_193_090_487_424_527),
            (D, Urban, 0.167_969_768_162_351_35),
            (F, Urban, 0.095_913_716_465_315_12),
        ];
        for (stability, ground, expected) in up {
            let (_, found) = sigmas(stability, ground, 1.2);
            assert!(
                (found - expected).abs() < 1e-9,
                "{stability:?} {ground:?} {found}"
            );
        }
    }

    proptest! {
        /// What flows through any plane across the wind is what leaks.
        #[test]
        fn nothing_is_lost_on_the_way(downwind in 100.0_f64..5_000.0, class in 0_usize..6, urban in any::<bool>()) {
            let ground = if urban { Urban } else { Rural };
            let plume = plume([A, B, C, D, E, F][class], ground);
            let (across, up) = sigmas(plume.stability, plume.ground, downwind);
            let (wide, high) = (across / 8.0, up / 8.0);
            let mut milligrams = 0.0;
            for column in -48..48 {
                for row in 0..96 {
                    let (beside, above) = ((f64::from(column) + 0.5) * wide, (f64::from(row) + 0.5) * high);
                    milligrams += plume.milligrams(downwind, beside, above) * wide * high;
                }
            }
            let grams = milligrams * plume.wind_ms / 1_000.0;
            prop_assert!((grams / plume.grams_a_sec - 1.0).abs() < 0.01, "{}", grams);
        }

        /// A cell is told exactly when a point of the plume that is looked at lies in it, and no point beyond the limit is far from one.
        #[test]
        fn every_point_beyond_the_limit_lies_in_the_hazard(
            from in 0.0_f64..360.0, share in 0.0_f64..1.0, side in -1.0_f64..1.0, limit in 1.0_f64..50.0,
        ) {
            let plume = Plume { wind_from_degrees: from, ..plume(D, Urban) };
            let cloud = plume.cloud(limit);
            let downwind = share * cloud.reach_metres;
            let (across, _) = sigmas(plume.stability, plume.ground, downwind.max(1.0));
            let beside = side * 3.0 * across;
            if plume.milligrams(downwind, beside, NOSE_METRES) > limit {
                let place = plume.at(downwind, beside);
                let near = cloud.hazard.holds(place) || place.along(plume.source, 25.0).take(5).any(|near| cloud.hazard.holds(near));
                prop_assert!(near, "{} m downwind, {} m beside", downwind, beside);
            }
        }
    }

    #[test]
    fn a_plume_lies_downwind_and_a_stable_night_carries_it_farther() {
        let day = plume(B, Rural).cloud(10.0);
        let night = plume(F, Rural).cloud(10.0);
        assert!(
            night.reach_metres > 3.0 * day.reach_metres,
            "{} {}",
            night.reach_metres,
            day.reach_metres
        );
        // The wind comes from the west.
        assert!(day.hazard.holds(Place::from([118.884, 28.88])));
        assert!(!day.hazard.holds(Place::from([118.873, 28.88])));
        assert!(!day.is_cut && plume(F, Rural).cloud(0.001).is_cut);
        let weak = plume(B, Rural).cloud(1e9);
        assert_eq!((weak.reach_metres, weak.hazard.cells().count()), (0.0, 7));
    }
}
