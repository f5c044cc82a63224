//! What rules and derived values have in common as they are written: a length of time, and one operator of several.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A length of time as it is written: `90s`, `10m`, `1h`, `2d`; a year at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lapse(u32);

const YEAR_SECS: u32 = 366 * 86_400;

impl Lapse {
    /// So many seconds.
    pub const fn from_secs(secs: u32) -> Self {
        Self(secs)
    }

    /// In seconds.
    pub const fn secs(self) -> u32 {
        self.0
    }

    /// As a duration.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0 as u64)
    }
}

impl TryFrom<String> for Lapse {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let parse = || {
            let (place, unit) = text.char_indices().next_back()?;
            let factor = match unit {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                _ => return None,
            };
            let count: u32 = text[..place].parse().ok()?;
            let secs = count.checked_mul(factor)?;
            (1..=YEAR_SECS).contains(&secs).then_some(Self(secs))
        };
        parse().ok_or_else(|| {
            format!(
                "`{text}` is not a length of time: a whole number and s, m, h or d, as in `90s` or `10m`, a year at most"
            )
        })
    }
}

impl From<Lapse> for String {
    fn from(lapse: Lapse) -> Self {
        lapse.to_string()
    }
}

impl fmt::Display for Lapse {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            secs if secs % 86_400 == 0 => write!(out, "{}d", secs / 86_400),
            secs if secs % 3_600 == 0 => write!(out, "{}h", secs / 3_600),
            secs if secs % 60 == 0 => write!(out, "{}m", secs / 60),
            secs => write!(out, "{secs}s"),
        }
    }
}

/// The one that is written, of these by their names.
pub(crate) fn one_of<T, const N: usize>(
    operators: [(&'static str, Option<T>); N],
) -> Result<T, String> {
    let names = operators.each_ref().map(|(name, _)| format!("`{name}`"));
    let mut written = operators.into_iter().filter_map(|(_, operator)| operator);
    match (written.next(), written.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(format!(
            "needs exactly one operator of {}",
            names.join(", ")
        )),
    }
}
