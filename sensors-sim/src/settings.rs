//! What may be chosen about the simulated city.

use serde::{Deserialize, Serialize};

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
            topic_prefix: "city".to_owned(),
            client_id: "yiping-sim".to_owned(),
            outstanding_max: 256,
        }
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
        if !(0.001..=1e6).contains(&self.speed) {
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
        assert!(wrong(|s| s.outstanding_max = 0).contains("outstanding_max"));
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
