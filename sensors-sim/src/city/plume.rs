//! The Gaussian plume: how a steady leak thins out downwind.
//!
//! C = Q / (2π u σy σz) · exp(−y² / 2σy²) · (exp(−(z−H)² / 2σz²) + exp(−(z+H)² / 2σz²)), with the spreads σ of Briggs for open
//! country (G. A. Briggs, Diffusion estimation for small emissions, 1973) and the stability classes of Pasquill and Turner.

use std::f64::consts::PI;

/// How strongly the air mixes: A strongly, F hardly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stability {
    /// Very unstable.
    A,
    /// Unstable.
    B,
    /// Slightly unstable.
    C,
    /// Neutral.
    D,
    /// Slightly stable.
    E,
    /// Stable.
    F,
}

impl Stability {
    /// The class of a wind at 10 m, the sine of the sun's height (0 at night) and the share of the sky under cloud.
    ///
    /// Where the table names two classes it is the more stable one, which thins out less.
    pub(crate) fn of(wind_m_per_s: f64, sun: f64, cloud: f64) -> Self {
        use Stability::{A, B, C, D, E, F};
        let row = [2.0, 3.0, 5.0, 6.0].partition_point(|&limit| wind_m_per_s >= limit);
        let column = match sun * (1.0 - 0.5 * cloud) {
            // Turner: the sun above 60°, 35° and 15°.
            strength if strength > 0.866 => 0,
            strength if strength > 0.574 => 1,
            strength if strength > 0.0 => 2,
            _ if cloud >= 0.5 => 3,
            _ => 4,
        };
        [
            [A, B, B, F, F],
            [B, B, C, E, F],
            [B, C, C, D, E],
            [C, D, D, D, D],
            [C, D, D, D, D],
        ][row][column]
    }

    /// Spread across the wind at a distance, in metres.
    pub(crate) fn sigma_y(self, distance_m: f64) -> f64 {
        let rate = match self {
            Self::A => 0.22,
            Self::B => 0.16,
            Self::C => 0.11,
            Self::D => 0.08,
            Self::E => 0.06,
            Self::F => 0.04,
        };
        rate * distance_m / (1.0 + 0.0001 * distance_m).sqrt()
    }

    /// Spread upwards at a distance, in metres.
    pub(crate) fn sigma_z(self, distance_m: f64) -> f64 {
        match self {
            Self::A => 0.20 * distance_m,
            Self::B => 0.12 * distance_m,
            Self::C => 0.08 * distance_m / (1.0 + 0.0002 * distance_m).sqrt(),
            Self::D => 0.06 * distance_m / (1.0 + 0.0015 * distance_m).sqrt(),
            Self::E => 0.03 * distance_m / (1.0 + 0.0003 * distance_m),
            Self::F => 0.016 * distance_m / (1.0 + 0.0003 * distance_m),
        }
    }
}

/// A place as the plume sees it.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "the unit stands last in a name")]
pub(crate) struct Spot {
    /// Metres downwind of the source.
    pub(crate) downwind_m: f64,
    /// Metres beside the middle line.
    pub(crate) crosswind_m: f64,
    /// Metres above ground.
    pub(crate) height_m: f64,
}

/// A steady source in a steady wind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plume {
    /// Metres per second at 10 m.
    pub(crate) wind_m_per_s: f64,
    /// Metres above ground at which it leaves.
    pub(crate) release_height_m: f64,
    /// How the air mixes.
    pub(crate) stability: Stability,
}

impl Plume {
    /// What a source of 1 kg/s brings to a spot, in kg/m³; nothing upwind.
    pub(crate) fn kg_per_m3(&self, spot: Spot) -> f64 {
        if spot.downwind_m < 1.0 {
            return 0.0;
        }
        let across = self.stability.sigma_y(spot.downwind_m);
        let upward = self.stability.sigma_z(spot.downwind_m);
        let bell = |distance: f64, spread: f64| (-0.5 * (distance / spread).powi(2)).exp();
        let reflected = bell(spot.height_m - self.release_height_m, upward)
            + bell(spot.height_m + self.release_height_m, upward);
        bell(spot.crosswind_m, across) * reflected
            / (2.0 * PI * self.wind_m_per_s * across * upward)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(letter: &str) -> Stability {
        match letter {
            "A" => Stability::A,
            "B" => Stability::B,
            "C" => Stability::C,
            "D" => Stability::D,
            "E" => Stability::E,
            "F" => Stability::F,
            other => panic!("no class {other}"),
        }
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "where the collected standards lie is told to tests by the environment"
    )]
    fn the_spreads_are_those_of_the_collected_standards() {
        let Ok(folder) = std::env::var("YIPING_TEST_DATA") else {
            eprintln!("skipped: YIPING_TEST_DATA is not set");
            return;
        };
        let path = std::path::Path::new(&folder).join("standards/plume.csv");
        let mut rows = csv::Reader::from_path(path).unwrap();
        let mut checked = 0;
        for row in rows.records().map(Result::unwrap) {
            if &row[0] != "Briggs rural (CCPS)" {
                continue;
            }
            let (distance, expected): (f64, f64) =
                (row[3].parse().unwrap(), row[4].parse().unwrap());
            let found = match &row[1] {
                "sigma_y" => class(&row[2]).sigma_y(distance),
                "sigma_z" => class(&row[2]).sigma_z(distance),
                other => panic!("no quantity {other}"),
            };
            assert!((found / expected - 1.0).abs() < 1e-12, "{row:?}: {found}");
            checked += 1;
        }
        assert_eq!(checked, 9);
    }

    #[test]
    fn a_plume_carries_past_every_distance_what_the_source_gives_off() {
        // Conservation of mass: the flow u·C through a plane across the wind is the source, at any distance.
        for stability in ["A", "B", "C", "D", "E", "F"].map(class) {
            let plume = Plume {
                wind_m_per_s: 2.5,
                release_height_m: 10.0,
                stability,
            };
            let (across, upward) = (stability.sigma_y(600.0), stability.sigma_z(600.0));
            let (step_y, step_z) = (across / 10.0, upward / 10.0);
            let flow: f64 = (-60..60)
                .flat_map(|y| (0..120).map(move |z| (f64::from(y) + 0.5, f64::from(z) + 0.5)))
                .map(|(y, z)| {
                    plume.kg_per_m3(Spot {
                        downwind_m: 600.0,
                        crosswind_m: y * step_y,
                        height_m: z * step_z,
                    })
                })
                .sum();
            let flow = flow * plume.wind_m_per_s * step_y * step_z;
            assert!((flow - 1.0).abs() < 1e-3, "{stability:?}: {flow}");
        }
    }

    #[test]
    fn a_worked_case_of_class_d_comes_out() {
        // σy(1 km) = 80/√1.1 = 76.277, σz(1 km) = 60/√2.5 = 37.947; 1 kg/s at ground in 3 m/s: 1 / (π·3·76.277·37.947).
        let plume = Plume {
            wind_m_per_s: 3.0,
            release_height_m: 0.0,
            stability: Stability::D,
        };
        let found = plume.kg_per_m3(Spot {
            downwind_m: 1_000.0,
            crosswind_m: 0.0,
            height_m: 0.0,
        });
        assert!((found / 3.6657e-5 - 1.0).abs() < 1e-3, "{found}");
    }

    #[test]
    fn nothing_goes_upwind() {
        let plume = Plume {
            wind_m_per_s: 3.0,
            release_height_m: 2.0,
            stability: Stability::D,
        };
        let spot = Spot {
            downwind_m: -50.0,
            crosswind_m: 0.0,
            height_m: 2.0,
        };
        assert!(plume.kg_per_m3(spot).abs() < f64::EPSILON);
    }

    #[test]
    fn wind_sun_and_cloud_name_the_class() {
        assert_eq!(Stability::of(1.0, 0.95, 0.0), Stability::A);
        assert_eq!(Stability::of(3.4, 0.7, 0.0), Stability::C);
        assert_eq!(Stability::of(3.4, 0.0, 0.8), Stability::D);
        assert_eq!(Stability::of(3.4, 0.0, 0.1), Stability::E);
        assert_eq!(Stability::of(1.0, 0.0, 0.1), Stability::F);
        assert_eq!(Stability::of(8.0, 0.9, 0.0), Stability::C);
    }
}
