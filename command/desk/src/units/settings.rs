//! What may be set about units.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::place::Bounds;

/// Limits and figures of units. Every default is ours: no standard gives one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The file of units, TOML (`docs/UNITS.md`); empty for none.
    pub register: PathBuf,
    /// The file of roads, GeoJSON (`docs/UNITS.md`); empty for none: ways are straight then, and answers say so.
    pub roads: PathBuf,
    /// Units of the register.
    pub units_max: usize,
    /// A position that is older is marked as stale.
    pub stale_secs: u32,
    /// And so old, its unit is not recommended.
    pub lost_secs: u32,
    /// How many units a recommendation names.
    pub choices: usize,
    /// Nearer units that were not chosen, of one answer; the rest is counted.
    pub passed_over_max: usize,
    /// H3 cells of one hazard.
    pub hazard_cells_max: usize,
    /// Positions of persons and trackers.
    pub position: PositionSettings,
    /// The straight way, where there is no road.
    pub straight: StraightSettings,
    /// Check-ins of people on scene.
    pub check_in: CheckInSettings,
}

/// Which positions are taken, and for how long they are kept in memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PositionSettings {
    /// West, south, east, north, degrees: outside of it no position is kept.
    pub bounds: Bounds,
    /// How far a position's time may lie ahead of the city clock.
    pub max_ahead_secs: u32,
    /// And behind it.
    pub max_behind_secs: u32,
    /// A position that may be farther off is refused.
    pub accuracy_metres_max: u16,
    /// Positions in one message.
    pub batch_max: usize,
    /// Whether positions of persons are taken while they are off their shift and not deployed.
    pub off_duty: bool,
    /// Points of a unit's trail.
    pub trail_points: usize,
    /// How long a point of a trail is remembered.
    pub trail_minutes: u32,
}

/// How long the straight way takes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StraightSettings {
    /// Metres of way for a metre of distance.
    pub factor: f64,
    /// Kilometres an hour.
    pub kmh: f64,
    /// How far a unit or a place may be from the next road; farther there is no way.
    pub to_road_metres_max: f64,
}

/// When whoever is on scene must be heard again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckInSettings {
    /// So often whoever is on scene is asked for.
    pub every_secs: u32,
    /// After so long a warning.
    pub warn_secs: u32,
    /// After so long it is critical.
    pub critical_secs: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            register: PathBuf::new(),
            roads: PathBuf::new(),
            units_max: 10_000,
            stale_secs: 120,
            lost_secs: 900,
            choices: 5,
            passed_over_max: 50,
            hazard_cells_max: 20_000,
            position: PositionSettings::default(),
            straight: StraightSettings::default(),
            check_in: CheckInSettings::default(),
        }
    }
}

impl Default for PositionSettings {
    fn default() -> Self {
        Self {
            bounds: Bounds([117.5, 27.9, 119.9, 30.0]),
            max_ahead_secs: 60,
            max_behind_secs: 3_600,
            accuracy_metres_max: 500,
            batch_max: 1_000,
            off_duty: false,
            trail_points: 60,
            trail_minutes: 60,
        }
    }
}

impl Default for StraightSettings {
    fn default() -> Self {
        Self {
            factor: 1.4,
            kmh: 40.0,
            to_road_metres_max: 3_000.0,
        }
    }
}

impl Default for CheckInSettings {
    fn default() -> Self {
        Self {
            every_secs: 600,
            warn_secs: 900,
            critical_secs: 1_200,
        }
    }
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("units.{name} must be {must}")]
pub struct SettingsError {
    name: &'static str,
    must: &'static str,
}

impl Settings {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// [`SettingsError`] for the first setting that is out of its bounds.
    pub fn check(&self) -> Result<(), SettingsError> {
        let positive = "at least 1";
        let checks = [
            (self.units_max > 0, "units_max", positive),
            (self.stale_secs > 0, "stale_secs", positive),
            (
                self.lost_secs >= self.stale_secs,
                "lost_secs",
                "at least stale_secs",
            ),
            (
                (1..=100).contains(&self.choices),
                "choices",
                "between 1 and 100",
            ),
            (
                self.position.bounds.is_sound(),
                "position.bounds",
                "west, south, east, north in degrees, west < east and south < north",
            ),
            (
                self.position.accuracy_metres_max > 0,
                "position.accuracy_metres_max",
                positive,
            ),
            (self.position.batch_max > 0, "position.batch_max", positive),
            (
                (1.0..=10.0).contains(&self.straight.factor),
                "straight.factor",
                "between 1 and 10",
            ),
            (
                (1.0..=200.0).contains(&self.straight.kmh),
                "straight.kmh",
                "between 1 and 200",
            ),
            (
                (0.0..=100_000.0).contains(&self.straight.to_road_metres_max),
                "straight.to_road_metres_max",
                "between 0 and 100000",
            ),
            (
                self.check_in.every_secs > 0
                    && self.check_in.warn_secs >= self.check_in.every_secs
                    && self.check_in.critical_secs > self.check_in.warn_secs,
                "check_in.critical_secs",
                "more than check_in.warn_secs, and that at least check_in.every_secs, and that at least 1",
            ),
        ];
        let wrong = checks.into_iter().find(|(right, _, _)| !right);
        wrong.map_or(Ok(()), |(_, name, must)| Err(SettingsError { name, must }))
    }
}

impl StraightSettings {
    /// Milliseconds of the straight way over so many metres.
    pub fn millis(&self, metres: f64) -> u32 {
        (metres * self.factor * 3_600.0 / self.kmh).round() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_sound_and_what_is_not_is_named() {
        assert_eq!(Settings::default().check(), Ok(()));
        let settings = Settings {
            lost_secs: 1,
            ..Settings::default()
        };
        let said = settings.check().expect_err("too short").to_string();
        assert_eq!(said, "units.lost_secs must be at least stale_secs");
    }

    #[test]
    fn the_straight_way_takes_its_time() {
        // 1 km × 1.4 at 40 km/h.
        assert_eq!(StraightSettings::default().millis(1_000.0), 126_000);
    }
}
