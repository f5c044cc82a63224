//! Quiet hours: a stretch of every day in the city's zone.

use std::fmt;

use serde::{Deserialize, Serialize};
use yiping_model::{Timestamp, WindowLength, Zone};

const MICROS_A_MINUTE: i64 = 60_000_000;
const MINUTES_A_DAY: i64 = 1_440;

/// Every day from one minute to another, over midnight when the second is the earlier one: `22:00-07:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Quiet {
    from: i64,
    to: i64,
}

/// A text that is no stretch of a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a stretch of a day such as 22:00-07:00")]
pub struct NotQuiet(String);

pub(crate) fn minute(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |text: &str| (text.len() == 2).then(|| text.parse::<u8>().ok()).flatten();
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60).then(|| i64::from(hours) * 60 + i64::from(minutes))
}

impl TryFrom<String> for Quiet {
    type Error = NotQuiet;

    fn try_from(text: String) -> Result<Self, NotQuiet> {
        let read = || {
            let (from, to) = text.split_once('-')?;
            Some((minute(from)?, minute(to)?))
        };
        match read() {
            Some((from, to)) if from != to => Ok(Self { from, to }),
            _ => Err(NotQuiet(text.chars().take(32).collect())),
        }
    }
}

impl From<Quiet> for String {
    fn from(quiet: Quiet) -> Self {
        quiet.to_string()
    }
}

impl fmt::Display for Quiet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |minute: i64| (minute / 60, minute % 60);
        let ((from, past), (to, past_to)) = (clock(self.from), clock(self.to));
        write!(out, "{from:02}:{past:02}-{to:02}:{past_to:02}")
    }
}

impl Quiet {
    /// When the quiet hours end in which `now` lies; `None` when it lies in none.
    pub fn ends(&self, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
        let local = |at: Timestamp| at.as_micros().saturating_add(zone.offset_micros(at));
        let midnight = local(zone.window_start(now, WindowLength::DAY));
        let minute = (local(now) - midnight).div_euclid(MICROS_A_MINUTE);
        let over_midnight = self.to < self.from;
        let is_within = if over_midnight {
            minute >= self.from || minute < self.to
        } else {
            (self.from..self.to).contains(&minute)
        };
        let days = i64::from(over_midnight && minute >= self.from);
        let end = midnight + (self.to + days * MINUTES_A_DAY) * MICROS_A_MINUTE;
        // The zone's offset at the end counts, which may be another one.
        let about = Timestamp::from_micros(end - zone.offset_micros(now));
        is_within.then(|| Timestamp::from_micros(end - zone.offset_micros(about)))
    }
}
