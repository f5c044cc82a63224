//! Working time: which days are worked, at which hours, and when so much of it has passed.
//!
//! Days and hours are of the city's zone. A day is worked when it is Monday to Friday, unless a notice of the State Council (国务院办公厅)
//! makes it a holiday (节假日) or moves work to it (调休上班). Those days are data, year by year, each with its source; for a year of which
//! nothing is known, weekends alone decide, and [`Calendar::unknown_years`] says so: no date here is guessed.
//!
//! How a term of working days runs [M] (Civil Code of the PRC, 201 to 203): the day on which it begins does not count, and it ends when work
//! ends on its last day. A stretch of work must lie within one day; where a clock is set forward or back within it, it is as long as it passes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use yiping_model::{Timestamp, Zone};

use crate::notices::minute;

/// How far a term is followed: whoever never works never is done.
const DAYS_MAX: u32 = 36_525;
const MICROS_A_DAY: i64 = 86_400_000_000;
const MINUTES_A_DAY: i64 = 1_440;

/// The `[calendar]` section of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarSettings {
    /// When a working day is worked.
    pub hours: Vec<Hours>,
    /// The years of which holidays and adjusted days are known.
    pub year: Vec<Year>,
}

/// The days of a year that are not as the week has them, by the notice for that year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// Which.
    pub year: i16,
    /// The notice, so that somebody can look it up: its title and number.
    pub source: String,
    /// Days off, on whatever day of the week: `2026-01-01`.
    pub holidays: Vec<Day>,
    /// Saturdays and Sundays that are worked.
    pub workdays: Vec<Day>,
}

/// A day of the calendar, `2026-01-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

/// A stretch of a working day, from one minute to a later one: `09:00-12:00`; `24:00` is its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hours {
    from: i64,
    to: i64,
}

/// What cannot be a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// A text that is no day.
    #[error("`{0}` is not a day such as 2026-01-01")]
    Day(String),
    /// A text that is no stretch of a day.
    #[error("`{0}` is not a stretch of a working day such as 09:00-12:00")]
    Hours(String),
    /// Stretches that overlap or are not in order.
    #[error("calendar.hours: {0} begins before the stretch before it ends")]
    Order(Hours),
    /// Nobody works.
    #[error("calendar.hours names no stretch of the day, so no term would ever end")]
    NoHours,
    /// A year twice.
    #[error("calendar.year names {0} twice")]
    Twice(i16),
    /// A day of another year.
    #[error("calendar.year {year}: {day} lies in another year")]
    OtherYear {
        /// Which year.
        year: i16,
        /// Which day.
        day: Day,
    },
    /// A day that is both, or twice.
    #[error("calendar.year {year}: {day} stands there twice")]
    DayTwice {
        /// Which year.
        year: i16,
        /// Which day.
        day: Day,
    },
    /// A year whose days come from nowhere.
    #[error("calendar.year {0}: `source` must name the notice that its days are taken from")]
    NoSource(i16),
}

impl Default for CalendarSettings {
    fn default() -> Self {
        Self {
            hours: vec![
                Hours { from: 540, to: 720 },
                Hours {
                    from: 810,
                    to: 1_050,
                },
            ],
            year: Vec::new(),
        }
    }
}

impl TryFrom<String> for Day {
    type Error = CalendarError;

    fn try_from(text: String) -> Result<Self, CalendarError> {
        let is_plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let date = text.parse().ok().filter(|_| is_plain).map(Self);
        date.ok_or_else(|| CalendarError::Day(text.chars().take(32).collect()))
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

impl TryFrom<String> for Hours {
    type Error = CalendarError;

    fn try_from(text: String) -> Result<Self, CalendarError> {
        let read = || {
            let (from, to) = text.split_once('-')?;
            let to = if to == "24:00" {
                MINUTES_A_DAY
            } else {
                minute(to)?
            };
            Some((minute(from)?, to))
        };
        match read() {
            Some((from, to)) if from < to => Ok(Self { from, to }),
            _ => Err(CalendarError::Hours(text.chars().take(32).collect())),
        }
    }
}

impl From<Hours> for String {
    fn from(hours: Hours) -> Self {
        hours.to_string()
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        let (from, past) = (from / 60, from % 60);
        let (to, past_to) = (to / 60, to % 60);
        write!(out, "{from:02}:{past:02}-{to:02}:{past_to:02}")
    }
}

/// The working time of a city.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: Zone,
    hours: Vec<Hours>,
    holidays: BTreeSet<Date>,
    workdays: BTreeSet<Date>,
    known: BTreeMap<i16, String>,
}

impl Calendar {
    /// The calendar of these settings in this zone.
    ///
    /// # Errors
    /// [`CalendarError`] says which of them cannot be.
    pub fn new(zone: Zone, settings: &CalendarSettings) -> Result<Self, CalendarError> {
        let hours = settings.hours.clone();
        if hours.is_empty() {
            return Err(CalendarError::NoHours);
        }
        if let Some(pair) = hours.windows(2).find(|pair| pair[1].from < pair[0].to) {
            return Err(CalendarError::Order(pair[1]));
        }
        let mut calendar = Self {
            zone,
            hours,
            holidays: BTreeSet::new(),
            workdays: BTreeSet::new(),
            known: BTreeMap::new(),
        };
        for year in &settings.year {
            calendar.add(year)?;
        }
        Ok(calendar)
    }

    fn add(&mut self, of: &Year) -> Result<(), CalendarError> {
        let year = of.year;
        if of.source.trim().is_empty() {
            return Err(CalendarError::NoSource(year));
        }
        if self.known.insert(year, of.source.clone()).is_some() {
            return Err(CalendarError::Twice(year));
        }
        for (days, into) in [
            (&of.holidays, &mut self.holidays),
            (&of.workdays, &mut self.workdays),
        ] {
            for &day in days {
                if day.0.year() != year {
                    return Err(CalendarError::OtherYear { year, day });
                }
                if !into.insert(day.0) {
                    return Err(CalendarError::DayTwice { year, day });
                }
            }
        }
        match self.holidays.intersection(&self.workdays).next() {
            Some(&day) => Err(CalendarError::DayTwice {
                year,
                day: Day(day),
            }),
            None => Ok(()),
        }
    }

    /// The zone of its days.
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The local day of this instant.
    pub(crate) fn day(&self, at: Timestamp) -> Date {
        day_of(&self.zone, at)
    }

    /// Whether this day is worked.
    pub(crate) fn works_on(&self, day: Date) -> bool {
        let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        !self.holidays.contains(&day) && (!is_weekend || self.workdays.contains(&day))
    }

    /// Whether the day of this instant is worked.
    pub fn is_working_day(&self, at: Timestamp) -> bool {
        self.works_on(self.day(at))
    }

    /// Whether somebody works at this instant.
    pub fn is_working(&self, at: Timestamp) -> bool {
        let stretches = self.stretches(self.day(at));
        stretches.iter().any(|(from, to)| *from <= at && at < *to)
    }

    /// The years from one instant to another of whose holidays nothing is known: a term through them is only as good as the week.
    pub fn unknown_years(&self, from: Timestamp, to: Timestamp) -> Vec<i16> {
        let years = self.day(from).year()..=self.day(to).year();
        years
            .filter(|year| !self.known.contains_key(year))
            .collect()
    }

    /// When a term of so many working days ends that begins at this instant: its day does not count, and the term ends with the work of its last
    /// day. A term of no days ends at once; `None` for one that does not end within a hundred years.
    pub fn add_working_days(&self, at: Timestamp, days: u32) -> Option<Timestamp> {
        if days == 0 {
            return Some(at);
        }
        let mut left = days;
        for day in days_from(self.day(at)).skip(1) {
            if self.works_on(day) {
                left -= 1;
            }
            if left == 0 {
                return self.stretches(day).last().map(|(_, end)| *end);
            }
        }
        None
    }

    /// The first instant by which so much working time has passed since this one; `None` when that takes more than a hundred years.
    pub fn add_working_time(&self, at: Timestamp, time: Duration) -> Option<Timestamp> {
        let mut left = i64::try_from(time.as_micros()).ok()?;
        if left == 0 {
            return Some(at);
        }
        for day in days_from(self.day(at)) {
            for (from, to) in self.stretches(day) {
                let from = from.max(at);
                let span = to.micros_since(from).max(0);
                if left <= span {
                    let micros = u64::try_from(left).ok()?;
                    return Some(from + Duration::from_micros(micros));
                }
                left -= span;
            }
        }
        None
    }

    /// How much working time lies between two instants; none when the second is not later.
    pub fn working_time(&self, from: Timestamp, to: Timestamp) -> Duration {
        let last = self.day(to);
        let days = days_from(self.day(from)).take_while(|day| *day <= last);
        let spans = days
            .flat_map(|day| self.stretches(day))
            .map(|(start, end)| {
                let span = end.min(to).micros_since(start.max(from));
                u64::try_from(span).unwrap_or(0)
            });
        Duration::from_micros(spans.sum())
    }

    /// When this day is worked, in order.
    fn stretches(&self, day: Date) -> Vec<(Timestamp, Timestamp)> {
        if !self.works_on(day) {
            return Vec::new();
        }
        let at = |minute| instant(&self.zone, day, minute);
        let hours = self.hours.iter();
        hours
            .filter_map(|hours| Some((at(hours.from)?, at(hours.to)?)))
            .collect()
    }
}

/// This day and those that follow, as far as a term is followed.
fn days_from(first: Date) -> impl Iterator<Item = Date> {
    let mut next = Some(first);
    std::iter::from_fn(move || {
        let day = next?;
        next = day.tomorrow().ok();
        Some(day)
    })
    .take(DAYS_MAX as usize)
}

/// The local day of an instant.
pub(crate) fn day_of(zone: &Zone, at: Timestamp) -> Date {
    let local = at.as_micros().saturating_add(zone.offset_micros(at));
    let days = i32::try_from(local.div_euclid(MICROS_A_DAY)).unwrap_or(0);
    let epoch = Date::constant(1970, 1, 1);
    epoch
        .checked_add(jiff::Span::new().days(days))
        .unwrap_or(epoch)
}

/// The instant of a minute of a local day; 1440 is the next day's first. `None` beyond the year 9999.
pub(crate) fn instant(zone: &Zone, day: Date, minute: i64) -> Option<Timestamp> {
    let (day, minute) = if minute >= MINUTES_A_DAY {
        (day.tomorrow().ok()?, minute - MINUTES_A_DAY)
    } else {
        (day, minute)
    };
    let (hour, minute) = (
        i8::try_from(minute / 60).ok()?,
        i8::try_from(minute % 60).ok()?,
    );
    zone.instant(day.year(), day.month(), day.day(), hour, minute, 0)
}

#[cfg(test)]
mod tests;
