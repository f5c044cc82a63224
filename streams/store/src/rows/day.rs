//! UTC days, by which observations are kept together and dropped together.

use std::time::Duration;

use yiping_model::Timestamp;

const DAY_MICROS: i64 = 86_400_000_000;

/// Days since 1970-01-01 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(i64);

impl Day {
    pub(crate) const fn of(at: Timestamp) -> Self {
        Self(at.as_micros().div_euclid(DAY_MICROS))
    }

    pub(crate) const fn from_number(number: i64) -> Self {
        Self(number)
    }

    pub(crate) const fn number(self) -> i64 {
        self.0
    }

    /// The first day of the part that holds this one, where parts are so many days long.
    pub(crate) fn first_of_part(self, days: u16) -> Self {
        let days = i64::from(days.max(1));
        Self(self.0.div_euclid(days) * days)
    }

    /// Its first instant.
    pub(crate) const fn start(self) -> Timestamp {
        Timestamp::from_micros(self.0.saturating_mul(DAY_MICROS))
    }

    /// The first instant of the day that is so many days later.
    pub(crate) fn start_after(self, days: u16) -> Timestamp {
        self.start() + Duration::from_hours(24) * u32::from(days)
    }

    /// `20260301`; days that have no such date (only a broken door lets them in) are named by their number.
    pub(crate) fn name(self) -> String {
        let start = self.start().to_string();
        match start.split_once('T') {
            Some((date, _)) if date.len() == 10 && !date.starts_with('-') => date.replace('-', ""),
            Some(_) | None if self.0 < 0 => format!("before_{}", self.0.unsigned_abs()),
            Some(_) | None => format!("after_{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_utc() {
        let last = Timestamp::parse("2026-03-01T23:59:59.999999Z").expect("valid");
        assert_eq!(Day::of(last).name(), "20260301");
        let next = Timestamp::from_micros(last.as_micros() + 1);
        assert_eq!(Day::of(next).name(), "20260302");
        assert_eq!(Day::of(next).start(), next);
        assert_eq!(Day::of(Timestamp::from_micros(-1)).name(), "19691231");
    }

    #[test]
    fn a_part_holds_its_days_and_no_other() {
        let first = Day::from_number(14).first_of_part(7);
        for number in 14..21 {
            assert_eq!(Day::from_number(number).first_of_part(7), first);
        }
        assert_ne!(Day::from_number(21).first_of_part(7), first);
        assert_eq!(Day::from_number(-1).first_of_part(7).number(), -7);
        assert_eq!(first.start_after(7), Day::from_number(21).start());
    }

    #[test]
    fn days_beyond_the_calendar_have_names_of_their_own() {
        for micros in [i64::MIN, i64::MAX] {
            let day = Day::of(Timestamp::from_micros(micros));
            assert_eq!(day, Day::from_number(day.number()));
            assert!(
                day.name()
                    .bytes()
                    .all(|b| b == b'_' || b.is_ascii_alphanumeric())
            );
        }
    }
}
