//! What rules and derived values have in common as they are written: a length of time, and one operator of several.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{read_length, write_length};

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
        let secs = read_length(&text).filter(|secs| (1..=YEAR_SECS).contains(secs));
        secs.map(Self).ok_or_else(|| {
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
        write_length(self.0.into(), out)
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
