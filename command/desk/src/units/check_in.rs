//! The timer of people on scene: green, warning, critical. A function of the log's time and nothing else.

use serde::Serialize;
use yiping_model::Timestamp;

use super::settings::CheckInSettings;

const MICROS_A_SEC: i64 = 1_000_000;

/// How long ago whoever is on scene was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// 正常: lately.
    Green,
    /// 提醒: it is time.
    Warning,
    /// 告急: too long ago.
    Critical,
}

impl Timer {
    /// How it stands at `now`, when they were last heard at `heard`: arriving counts as a check-in.
    pub const fn at(heard: Timestamp, now: Timestamp, settings: CheckInSettings) -> Self {
        let micros = now.micros_since(heard);
        if micros >= settings.critical_secs as i64 * MICROS_A_SEC {
            Self::Critical
        } else if micros >= settings.warn_secs as i64 * MICROS_A_SEC {
            Self::Warning
        } else {
            Self::Green
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_turns_at_its_second() {
        let settings = CheckInSettings {
            every_secs: 600,
            warn_secs: 10,
            critical_secs: 20,
        };
        let heard = Timestamp::from_secs(1_000);
        let at = |micros| {
            let now = Timestamp::from_micros(heard.as_micros() + micros);
            Timer::at(heard, now, settings)
        };
        for (micros, timer) in [
            (-5, Timer::Green),
            (0, Timer::Green),
            (9_999_999, Timer::Green),
            (10_000_000, Timer::Warning),
            (19_999_999, Timer::Warning),
            (20_000_000, Timer::Critical),
            (i64::MAX / 2, Timer::Critical),
        ] {
            assert_eq!(at(micros), timer, "{micros}");
        }
    }
}
