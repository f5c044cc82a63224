//! A UTC day, and the name of the table that holds its observations.

use yiping_model::Timestamp;

const DAY_MICROS: i64 = 86_400_000_000;

/// Days since 1970-01-01 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(i64);

impl Day {
    pub(super) const fn of(at: Timestamp) -> Self {
        Self(at.as_micros().div_euclid(DAY_MICROS))
    }

    pub(super) const fn from_number(number: i64) -> Self {
        Self(number)
    }

    pub(super) const fn number(self) -> i64 {
        self.0
    }

    /// `observation_20260301`; days that have no such date (only a broken door lets them in) are named by their number.
    pub(super) fn table(self) -> String {
        let start = Timestamp::from_micros(self.0.saturating_mul(DAY_MICROS)).to_string();
        match start.split_once('T') {
            Some((date, _)) if date.len() == 10 && !date.starts_with('-') => {
                format!("observation_{}", date.replace('-', ""))
            }
            Some(_) | None if self.0 < 0 => format!("observation_before_{}", self.0.unsigned_abs()),
            Some(_) | None => format!("observation_after_{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_utc() {
        let last = Timestamp::parse("2026-03-01T23:59:59.999999Z").expect("valid");
        assert_eq!(Day::of(last).table(), "observation_20260301");
        let next = Timestamp::from_micros(last.as_micros() + 1);
        assert_eq!(Day::of(next).table(), "observation_20260302");
        assert_eq!(
            Day::of(Timestamp::from_micros(-1)).table(),
            "observation_19691231"
        );
    }

    #[test]
    fn days_beyond_the_calendar_have_names_of_their_own() {
        for micros in [i64::MIN, i64::MAX] {
            let day = Day::of(Timestamp::from_micros(micros));
            assert_eq!(day, Day::from_number(day.number()));
            assert!(day.table().starts_with("observation_"));
            assert!(
                day.table()
                    .bytes()
                    .all(|b| b == b'_' || b.is_ascii_alphanumeric())
            );
        }
    }
}
