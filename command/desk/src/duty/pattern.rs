//! The pattern of shifts: data of the configuration, laid over the calendar.

use std::fmt;
use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use yiping_model::Timestamp;

use super::escalation::EscalationSettings;
use super::shelving::ShelvingSettings;
use crate::calendar::{Calendar, day_of, instant};
use crate::notices::minute;
use crate::rights::{Right, Role, reach};

/// How far the next shift is looked for.
const DAYS_AHEAD: i32 = 400;
const NAME_CHARS_MAX: usize = 64;

/// The `[duty]` section of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DutySettings {
    /// Records of the log read at once, at least 1.
    pub batch_records_max: usize,
    /// Where it has read to is remembered so often.
    pub checkpoint_secs: u64,
    /// When an alarm is escalated that nobody acknowledges.
    pub escalation: EscalationSettings,
    /// What may be kept quiet.
    pub shelving: ShelvingSettings,
    /// The seats, in the order of screens.
    pub seat: Vec<Seat>,
    /// The shifts.
    pub shift: Vec<Shift>,
}

/// A place at which somebody is on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// Its name.
    pub name: String,
    /// Who may take it: an account of this role, or a commander. It must be a role that may be on duty.
    pub role: Role,
}

/// A shift that comes again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Its name.
    pub name: String,
    /// When it begins, by the city's zone: `08:00`.
    pub start: Start,
    /// How long it lasts, 1 to 24 hours.
    pub hours: u8,
    /// On which days it begins: `every`, `working`, `rest`, or days of the week as `["mon", "tue"]`.
    #[serde(default)]
    pub days: Days,
    /// The seats that somebody must have.
    pub seats: Vec<String>,
}

/// A minute of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Start(i64);

/// On which days a shift begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Days {
    /// By the calendar.
    Kind(DayKind),
    /// By the week.
    Week(Vec<WeekDay>),
}

/// A kind of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Every day.
    Every,
    /// Days that are worked, adjusted ones included.
    Working,
    /// The others.
    Rest,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeekDay {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// A shift at its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftTime {
    /// Its name.
    pub name: String,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// The seats that somebody must have.
    pub seats: Vec<String>,
}

/// What cannot be a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A text that is no time of the day.
    #[error("`{0}` is not a time of the day such as 08:00")]
    Start(String),
    /// A number that must be positive is 0.
    #[error("duty.{0} must be at least 1")]
    Zero(&'static str),
    /// A name twice, or none.
    #[error("duty.{what} `{name}`: each needs a name of its own, of 1 to 64 characters")]
    Name {
        /// `seat` or `shift`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A role that is never on duty.
    #[error(
        "duty.seat `{seat}`: {role} is not on duty; take duty_officer, shift_leader or commander"
    )]
    Role {
        /// Which seat.
        seat: String,
        /// Its role.
        role: Role,
    },
    /// A length that cannot be.
    #[error("duty.shift `{0}`: hours must be 1 to 24")]
    Hours(String),
    /// A seat that is not there.
    #[error(
        "duty.shift `{shift}` names the seat `{seat}`, which no [[duty.seat]] has, or names it twice"
    )]
    Seat {
        /// Which shift.
        shift: String,
        /// Which seat.
        seat: String,
    },
    /// A shift that nobody works.
    #[error("duty.shift `{0}` names no seat, or no day of the week")]
    Empty(String),
    /// Stages in the wrong order.
    #[error("duty.escalation: at level {0} the commander would be told before the shift leader")]
    Escalation(usize),
}

impl Default for Days {
    fn default() -> Self {
        Self::Kind(DayKind::Every)
    }
}

impl Default for DutySettings {
    fn default() -> Self {
        let seat = |name: &str, role| Seat {
            name: name.into(),
            role,
        };
        let seats = ["值班长席", "一号席", "二号席"];
        let shift = |name: &str, hour: i64| Shift {
            name: name.into(),
            start: Start(hour * 60),
            hours: 12,
            days: Days::default(),
            seats: seats.map(Into::into).into(),
        };
        Self {
            batch_records_max: 4_096,
            checkpoint_secs: 10,
            escalation: EscalationSettings::default(),
            shelving: ShelvingSettings::default(),
            seat: vec![
                seat(seats[0], Role::ShiftLeader),
                seat(seats[1], Role::DutyOfficer),
                seat(seats[2], Role::DutyOfficer),
            ],
            shift: vec![shift("白班", 8), shift("夜班", 20)],
        }
    }
}

impl TryFrom<String> for Start {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        let read = minute(&text).map(Self);
        read.ok_or_else(|| PatternError::Start(text.chars().take(32).collect()))
    }
}

impl From<Start> for String {
    fn from(start: Start) -> Self {
        start.to_string()
    }
}

impl fmt::Display for Start {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Days {
    fn hold(&self, calendar: &Calendar, day: Date) -> bool {
        match self {
            Self::Kind(DayKind::Every) => true,
            Self::Kind(DayKind::Working) => calendar.works_on(day),
            Self::Kind(DayKind::Rest) => !calendar.works_on(day),
            Self::Week(days) => days.iter().any(|one| one.is(day.weekday())),
        }
    }
}

impl WeekDay {
    const fn is(self, day: Weekday) -> bool {
        matches!(
            (self, day),
            (Self::Mon, Weekday::Monday)
                | (Self::Tue, Weekday::Tuesday)
                | (Self::Wed, Weekday::Wednesday)
                | (Self::Thu, Weekday::Thursday)
                | (Self::Fri, Weekday::Friday)
                | (Self::Sat, Weekday::Saturday)
                | (Self::Sun, Weekday::Sunday)
        )
    }
}

impl DutySettings {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// [`PatternError`] says what cannot be.
    pub fn check(&self) -> Result<(), PatternError> {
        for (name, number) in [
            ("batch_records_max", self.batch_records_max as u64),
            ("checkpoint_secs", self.checkpoint_secs),
        ] {
            if number == 0 {
                return Err(PatternError::Zero(name));
            }
        }
        named("seat", self.seat.iter().map(|seat| &seat.name))?;
        named("shift", self.shift.iter().map(|shift| &shift.name))?;
        for Seat { name, role } in &self.seat {
            if !role.is_of_people() || reach(*role, Right::Duty) == crate::rights::Reach::None {
                let (seat, role) = (name.clone(), *role);
                return Err(PatternError::Role { seat, role });
            }
        }
        for shift in &self.shift {
            self.check_shift(shift)?;
        }
        self.shelving.check()?;
        self.escalation.check()
    }

    fn check_shift(&self, shift: &Shift) -> Result<(), PatternError> {
        let name = || shift.name.clone();
        if !(1..=24).contains(&shift.hours) {
            return Err(PatternError::Hours(name()));
        }
        let no_day = matches!(&shift.days, Days::Week(days) if days.is_empty());
        if shift.seats.is_empty() || no_day {
            return Err(PatternError::Empty(name()));
        }
        for (place, seat) in shift.seats.iter().enumerate() {
            let known = self.seat.iter().any(|one| one.name == *seat);
            if !known || shift.seats[..place].contains(seat) {
                return Err(PatternError::Seat {
                    shift: name(),
                    seat: seat.clone(),
                });
            }
        }
        Ok(())
    }
}

fn named<'a>(
    what: &'static str,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), PatternError> {
    let mut seen: Vec<&String> = Vec::new();
    for name in names {
        let length = name.chars().count();
        if length == 0 || length > NAME_CHARS_MAX || seen.contains(&name) {
            let name = name.clone();
            return Err(PatternError::Name { what, name });
        }
        seen.push(name);
    }
    Ok(())
}

/// The shifts of a city, laid over its calendar.
#[derive(Debug, Clone)]
pub struct Pattern {
    calendar: Calendar,
    seats: Vec<Seat>,
    shifts: Vec<Shift>,
}

impl Pattern {
    /// The pattern of these settings, which must have been checked.
    pub fn new(calendar: Calendar, settings: &DutySettings) -> Self {
        Self {
            calendar,
            seats: settings.seat.clone(),
            shifts: settings.shift.clone(),
        }
    }

    /// The seats, in the order of screens.
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// The seat of this name.
    pub fn seat(&self, name: &str) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.name == name)
    }

    /// The calendar that it lies over.
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The shift that lasts; where two overlap, the one that began later.
    pub fn shift_at(&self, now: Timestamp) -> Option<ShiftTime> {
        let today = day_of(self.calendar.zone(), now);
        let days = [today.yesterday().ok(), Some(today)];
        let begun = days.into_iter().flatten().flat_map(|day| self.on(day));
        begun
            .filter(|shift| shift.start <= now && now < shift.end)
            .max_by_key(|shift| shift.start)
    }

    /// The shift that begins next.
    pub fn next_after(&self, now: Timestamp) -> Option<ShiftTime> {
        let today = day_of(self.calendar.zone(), now);
        (0..DAYS_AHEAD).find_map(|ahead| {
            let day = today.checked_add(ahead.days()).ok()?;
            let coming = self.on(day).filter(|shift| shift.start > now);
            coming.min_by_key(|shift| shift.start)
        })
    }

    /// The shifts that begin on this day.
    fn on(&self, day: Date) -> impl Iterator<Item = ShiftTime> {
        let shifts = self.shifts.iter();
        shifts.filter_map(move |shift| {
            if !shift.days.hold(&self.calendar, day) {
                return None;
            }
            let start = instant(self.calendar.zone(), day, shift.start.0)?;
            Some(ShiftTime {
                name: shift.name.clone(),
                start,
                end: start + Duration::from_hours(shift.hours.into()),
                seats: shift.seats.clone(),
            })
        })
    }
}
