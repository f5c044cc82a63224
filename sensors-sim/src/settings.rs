//! What may be chosen about the simulated city.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// So fast that nothing is waited for.
pub const SPEED_MAX: f64 = 1e6;
/// More than this is no fault but another city.
const FAULT_RATE_MAX: f64 = 0.1;
/// A month: more history than a demonstration needs and a laptop generates in a minute.
const HISTORY_HOURS_MAX: u32 = 31 * 24;

/// The simulator's part of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Same seed, same city: the same messages to the byte.
    pub seed: u64,
    /// How many city seconds pass in a second of ours.
    pub speed: f64,
    /// What happens to the city.
    pub scenario: Scenario,
    /// City seconds from the start of the run to the start of the scenario.
    pub scenario_after_secs: u32,
    /// Hours of readings before the start that are sent first, so that the day's indices exist at once.
    pub history_hours: u32,
    /// The same, in minutes, for things that speak more often than once a minute: they would fill the history with
    /// themselves; never longer than `history_hours`.
    pub quick_history_mins: u32,
    /// What goes wrong between the things and us.
    pub faults: Faults,
    /// First level of every topic: `<prefix>/air/<thing>`.
    pub topic_prefix: String,
    /// The name by which the broker knows the simulator; two at one broker need two names.
    pub client_id: String,
    /// Messages that may be under way to the broker without its acknowledgement.
    pub outstanding_max: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            speed: 1.0,
            scenario: Scenario::None,
            scenario_after_secs: 120,
            history_hours: 26,
            quick_history_mins: 60,
            faults: Faults::default(),
            topic_prefix: "city".to_owned(),
            client_id: "yiping-sim".to_owned(),
            outstanding_max: 256,
        }
    }
}

/// What goes wrong, each at a rate of its own, 0 to 0.1; 0 is never.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Share of the observations that come up to ten minutes late.
    pub late: f64,
    /// Share of the messages that come twice.
    pub duplicated: f64,
    /// Share of the messages that others overtake, by up to 45 seconds.
    pub out_of_order: f64,
    /// Share of the things whose clock is wrong, by up to 15 seconds.
    pub skewed_clock: f64,
    /// Share of the time in which a sensor pauses, for two messages.
    pub silent: f64,
    /// Share of the time in which a sensor repeats its value, for five messages.
    pub stuck: f64,
    /// Share of the messages beside which garbage comes.
    pub garbage: f64,
    /// Share of the messages after which the connection is cut.
    pub reconnect_storm: f64,
}

impl Faults {
    fn rates(&self) -> [(&'static str, f64); 8] {
        [
            ("late", self.late),
            ("duplicated", self.duplicated),
            ("out_of_order", self.out_of_order),
            ("skewed_clock", self.skewed_clock),
            ("silent", self.silent),
            ("stuck", self.stuck),
            ("garbage", self.garbage),
            ("reconnect_storm", self.reconnect_storm),
        ]
    }
}

/// What happens to the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// Nothing: an ordinary day.
    None,
    /// Chlorine escapes upwind of a school.
    Leak,
    /// A storm over the upper basin sends a wave down the river.
    Flood,
    /// A square fills beyond its capacity.
    Crowd,
    /// All windows of a hall but one stop.
    HallBreakdown,
    /// A gateway loses more and more, is dead, and comes back.
    GatewayDying,
    /// A thermometer drifts away from its neighbour.
    SensorDrifting,
    /// Waste water passes sections of a river.
    Discharge,
    /// Somebody climbs a fence, and it burns behind it.
    Fire,
    /// An air station falls ill, analyser by analyser.
    StationFailing,
}

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 10] = [
        Self::None,
        Self::Leak,
        Self::Flood,
        Self::Crowd,
        Self::HallBreakdown,
        Self::GatewayDying,
        Self::SensorDrifting,
        Self::Discharge,
        Self::Fire,
        Self::StationFailing,
    ];

    /// Its name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Leak => "leak",
            Self::Flood => "flood",
            Self::Crowd => "crowd",
            Self::HallBreakdown => "hall_breakdown",
            Self::GatewayDying => "gateway_dying",
            Self::SensorDrifting => "sensor_drifting",
            Self::Discharge => "discharge",
            Self::Fire => "fire",
            Self::StationFailing => "station_failing",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Scenario {
    type Err = SettingsError;
    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let found = Self::ALL.into_iter().find(|known| known.name() == text);
        found.ok_or_else(|| SettingsError::Scenario(text.chars().take(64).collect()))
    }
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// Not a speed.
    #[error("speed {0} is not between 0.001 and 1000000")]
    Speed(f64),
    /// Too much history.
    #[error("history_hours {0} is more than {HISTORY_HOURS_MAX}")]
    History(u32),
    /// Not the first level of a topic.
    #[error("topic_prefix `{0}` must not be empty or hold +, #, / or a control character")]
    TopicPrefix(String),
    /// Not a client's name.
    #[error("client_id must not be empty or begin with a space")]
    ClientId,
    /// Not a scenario.
    #[error("there is no scenario `{0}`: {names}", names = Scenario::ALL.map(Scenario::name).join(", "))]
    Scenario(String),
    /// Not a rate of a fault.
    #[error("faults.{name} {rate} is not between 0 and {FAULT_RATE_MAX}")]
    Fault {
        /// Which fault.
        name: &'static str,
        /// Its rate.
        rate: f64,
    },
    /// Nothing could ever be sent.
    #[error("outstanding_max must be at least 1")]
    Outstanding,
}

impl Settings {
    /// Says what cannot be.
    ///
    /// # Errors
    /// [`SettingsError`] for the first setting that is out of its bounds.
    pub fn check(&self) -> Result<(), SettingsError> {
        if !(0.001..=SPEED_MAX).contains(&self.speed) {
            return Err(SettingsError::Speed(self.speed));
        }
        if self.history_hours > HISTORY_HOURS_MAX {
            return Err(SettingsError::History(self.history_hours));
        }
        let reserved = |c: char| matches!(c, '+' | '#' | '/') || c.is_control();
        if self.topic_prefix.is_empty() || self.topic_prefix.contains(reserved) {
            return Err(SettingsError::TopicPrefix(self.topic_prefix.clone()));
        }
        if self.client_id.is_empty() || self.client_id.starts_with(' ') {
            return Err(SettingsError::ClientId);
        }
        if self.outstanding_max == 0 {
            return Err(SettingsError::Outstanding);
        }
        let wrong = |(_name, rate): &(&str, f64)| !(0.0..=FAULT_RATE_MAX).contains(rate);
        if let Some((name, rate)) = self.faults.rates().into_iter().find(wrong) {
            return Err(SettingsError::Fault { name, rate });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_their_bounds() {
        assert_eq!(Settings::default().check(), Ok(()));
    }

    #[test]
    fn a_setting_out_of_its_bounds_is_named() {
        let wrong = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            settings.check().unwrap_err().to_string()
        };
        assert!(wrong(|s| s.speed = f64::NAN).contains("speed"));
        assert!(wrong(|s| s.speed = 0.0).contains("speed"));
        assert!(wrong(|s| s.history_hours = 100_000).contains("history_hours"));
        assert!(wrong(|s| s.topic_prefix = "a/#".to_owned()).contains("topic_prefix"));
        assert!(wrong(|s| s.client_id = String::new()).contains("client_id"));
        assert!(wrong(|s| s.faults.garbage = 0.5).contains("faults.garbage"));
        assert!(wrong(|s| s.outstanding_max = 0).contains("outstanding_max"));
    }

    #[test]
    fn a_scenario_is_known_by_its_name() {
        for scenario in Scenario::ALL {
            assert_eq!(scenario.name().parse(), Ok(scenario));
            let quoted = serde_json::to_string(&scenario).unwrap();
            assert_eq!(quoted, format!("\"{scenario}\""));
        }
        let refused = "flod".parse::<Scenario>().unwrap_err().to_string();
        assert!(
            refused.contains("`flod`") && refused.contains("flood"),
            "{refused}"
        );
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        let found = serde_json::from_str::<Settings>(r#"{"sed": 2}"#);
        assert!(
            found
                .unwrap_err()
                .to_string()
                .contains("unknown field `sed`")
        );
    }
}
