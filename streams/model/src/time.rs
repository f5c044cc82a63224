//! Time as the log knows it: UTC microseconds, and windows aligned in the city's zone.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const MICROS_PER_SEC: i64 = 1_000_000;

/// What was wrong with a time or a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The text is not an RFC 3339 instant with an offset.
    #[error("`{0}` is not an RFC 3339 time such as 2026-03-01T08:00:00+08:00")]
    NotRfc3339(String),
    /// The instant lies outside the years 1 to 9999.
    #[error("time {0} µs lies outside the years 1 to 9999")]
    OutOfRange(i64),
    /// The text is not a window length.
    #[error("`{0}` is not a window length such as 10s, 1m, 1h or 1d")]
    NotALength(String),
    /// The hop of a window is not less than its length.
    #[error(
        "`{0}` is not a window that hops: write length/hop with a hop less than the length, such as 1h/5m; for windows that follow each other write the length alone"
    )]
    NotAHop(String),
    /// The text is not an IANA zone name.
    #[error("`{0}` is not a time zone such as Asia/Shanghai")]
    NotAZone(String),
}

/// An instant: microseconds since 1970-01-01T00:00:00Z.
///
/// In JSON it is an RFC 3339 string in UTC; in compact binary forms the bare number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Before everything else.
    pub const MIN: Self = Self(i64::MIN);

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From milliseconds since the epoch, saturating.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// From seconds since the epoch, saturating.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(MICROS_PER_SEC))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the epoch, rounded down.
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SEC)
    }

    /// Reads an RFC 3339 time; an offset is required.
    ///
    /// # Errors
    /// [`TimeError::NotRfc3339`] when the text is anything else.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        text.parse::<jiff::Timestamp>()
            .map(|instant| Self(instant.as_microsecond()))
            .map_err(|_not_a_time| TimeError::NotRfc3339(text.chars().take(64).collect()))
    }

    /// How far `self` lies after `earlier`, in microseconds; negative when before it.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The distance between the two, whichever is first.
    pub const fn abs_diff(self, other: Self) -> Duration {
        Duration::from_micros(self.0.abs_diff(other.0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
        )
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(instant) => write!(out, "{instant}"),
            Err(_outside) => write!(out, "{}µs", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            Self::parse(&text).map_err(de::Error::custom)
        } else {
            i64::deserialize(deserializer).map(Self)
        }
    }
}

/// The length of a tumbling window, in whole seconds: `10s`, `1m`, `1h`, `1d`.
///
/// A length divides a day, or is a day; windows start at local midnight plus a multiple of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowLength(u32);

impl WindowLength {
    /// One hour.
    pub const HOUR: Self = Self(3_600);
    /// One day.
    pub const DAY: Self = Self(86_400);

    /// From seconds; `None` unless it divides a day.
    pub const fn from_secs(secs: u32) -> Option<Self> {
        if secs > 0 && 86_400 % secs == 0 {
            Some(Self(secs))
        } else {
            None
        }
    }

    /// The length in seconds.
    pub const fn secs(self) -> u32 {
        self.0
    }

    /// The length as a duration.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0 as u64)
    }

    /// Reads `10s`, `1m`, `1h`, `1d`.
    ///
    /// # Errors
    /// [`TimeError::NotALength`] for another form, or a length that does not divide a day.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::NotALength(text.chars().take(32).collect());
        read_length(text)
            .and_then(Self::from_secs)
            .ok_or_else(wrong)
    }
}

/// Reads a length of time, a whole number and its unit (`90s`, `10m`, `1h`, `2d`), in seconds; `None` for another form or too long a time.
pub fn read_length(text: &str) -> Option<u32> {
    let (place, unit) = text.char_indices().next_back()?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    text[..place].parse::<u32>().ok()?.checked_mul(factor)
}

/// Writes a length of time in its largest whole unit: `90s`, `10m`, `1h`, `2d`.
///
/// # Errors
/// What `out` says.
pub fn write_length(secs: u64, out: &mut impl fmt::Write) -> fmt::Result {
    match secs {
        secs if secs % 86_400 == 0 => write!(out, "{}d", secs / 86_400),
        secs if secs % 3_600 == 0 => write!(out, "{}h", secs / 3_600),
        secs if secs % 60 == 0 => write!(out, "{}m", secs / 60),
        secs => write!(out, "{secs}s"),
    }
}

impl fmt::Display for WindowLength {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_length(self.0.into(), out)
    }
}

impl Serialize for WindowLength {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for WindowLength {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            Self::parse(&text).map_err(de::Error::custom)
        } else {
            let secs = u32::deserialize(deserializer)?;
            Self::from_secs(secs)
                .ok_or_else(|| de::Error::custom("window length does not divide a day"))
        }
    }
}

/// The city's time zone: where its days, hours and windows begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Looks an IANA name up in the tables built into the program.
    ///
    /// # Errors
    /// [`TimeError::NotAZone`] for an unknown name.
    pub fn named(name: &str) -> Result<Self, TimeError> {
        TimeZone::get(name)
            .map(Self)
            .map_err(|_unknown| TimeError::NotAZone(name.chars().take(64).collect()))
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Microseconds to add to UTC for local time at `at`.
    pub fn offset_micros(&self, at: Timestamp) -> i64 {
        let offset = jiff::Timestamp::from_microsecond(at.0)
            .map_or(0, |instant| self.0.to_offset(instant).seconds());
        i64::from(offset) * MICROS_PER_SEC
    }

    /// The start of the window of this length that holds `at`.
    pub fn window_start(&self, at: Timestamp, length: WindowLength) -> Timestamp {
        let offset = self.offset_micros(at);
        let span = i64::from(length.0) * MICROS_PER_SEC;
        let local = at.0.saturating_add(offset);
        Timestamp(
            local
                .div_euclid(span)
                .saturating_mul(span)
                .saturating_sub(offset),
        )
    }

    /// The instant of a local civil time; `None` where the calendar has no such time.
    pub fn instant(
        &self,
        year: i16,
        month: i8,
        day: i8,
        hour: i8,
        minute: i8,
        second: i8,
    ) -> Option<Timestamp> {
        let civil = jiff::civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
        let instant = self.0.to_ambiguous_timestamp(civil).compatible().ok()?;
        Some(Timestamp(instant.as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shanghai() -> Zone {
        Zone::named("Asia/Shanghai").expect("built in")
    }

    #[test]
    fn a_day_begins_at_local_midnight() {
        let at = Timestamp::parse("2026-03-01T00:30:00+08:00").expect("valid");
        let start = shanghai().window_start(at, WindowLength::DAY);
        assert_eq!(start.to_string(), "2026-02-28T16:00:00Z");
    }

    #[test]
    fn a_time_without_an_offset_is_refused() {
        assert!(Timestamp::parse("2026-03-01T00:30:00").is_err());
        assert!(Timestamp::parse("yesterday").is_err());
    }

    #[test]
    fn a_length_that_does_not_divide_a_day_is_refused() {
        assert!(WindowLength::parse("7h").is_err());
        assert!(WindowLength::parse("0s").is_err());
        assert!(WindowLength::parse("分").is_err());
        assert_eq!(
            WindowLength::parse("90m").expect("divides").to_string(),
            "90m"
        );
    }

    #[test]
    fn the_zone_knows_its_calendar() {
        let at = shanghai().instant(2026, 3, 1, 8, 0, 0).expect("exists");
        assert_eq!(at.to_string(), "2026-03-01T00:00:00Z");
        assert!(shanghai().instant(2026, 2, 30, 0, 0, 0).is_none());
    }

    proptest! {
        #[test]
        fn a_time_survives_its_text(micros in -62_135_596_800_000_000_i64..253_402_300_799_000_000) {
            let at = Timestamp::from_micros(micros);
            prop_assert_eq!(Timestamp::parse(&at.to_string()).expect("its own text"), at);
        }

        #[test]
        fn a_window_holds_its_instant(secs in 694_224_000_i64..4_000_000_000, length in prop::sample::select(vec![1_u32, 10, 60, 600, 3600, 86400])) {
            let length = WindowLength::from_secs(length).expect("divides a day");
            let at = Timestamp::from_secs(secs);
            let start = shanghai().window_start(at, length);
            prop_assert!(start <= at && at < start + length.duration());
        }
    }
}
