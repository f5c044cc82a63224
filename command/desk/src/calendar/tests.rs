use proptest::prelude::*;

use super::*;

const MINUTE: Duration = Duration::from_mins(1);

fn calendar(zone: &str, hours: &[&str], holidays: &[&str], workdays: &[&str]) -> Calendar {
    let days = |list: &[&str]| list.iter().map(|&text| day(text)).collect();
    let settings = CalendarSettings {
        hours: hours
            .iter()
            .map(|&text| Hours::try_from(text.to_owned()).expect("hours"))
            .collect(),
        year: vec![Year {
            year: 2026,
            source: "a made-up notice for tests".into(),
            holidays: days(holidays),
            workdays: days(workdays),
        }],
    };
    Calendar::new(Zone::named(zone).expect("built in"), &settings).expect("right")
}

fn day(text: &str) -> Day {
    Day::try_from(text.to_owned()).expect("a day")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("valid")
}

/// Friday is off, and the Sunday after it is worked; both are made up.
fn shanghai() -> Calendar {
    calendar(
        "Asia/Shanghai",
        &["09:00-12:00", "13:30-17:30"],
        &["2026-03-06"],
        &["2026-03-08"],
    )
}

#[test]
fn a_term_of_working_days_leaves_out_its_first_day_and_ends_with_the_work_of_its_last() {
    let calendar = shanghai();
    // From Thursday: Friday is off, Saturday too, Sunday is worked.
    let thursday = at("2026-03-05T08:00:00+08:00");
    let ends = |days| calendar.add_working_days(thursday, days);
    assert_eq!(ends(0), Some(thursday));
    assert_eq!(ends(1), Some(at("2026-03-08T17:30:00+08:00")));
    assert_eq!(ends(2), Some(at("2026-03-09T17:30:00+08:00")));
    assert_eq!(ends(6), Some(at("2026-03-13T17:30:00+08:00")));
    // Late in the evening it is the same day still.
    let evening = at("2026-03-05T23:59:59+08:00");
    assert_eq!(calendar.add_working_days(evening, 1), ends(1));
}

#[test]
fn working_time_passes_only_while_somebody_works() {
    let calendar = shanghai();
    let hours =
        |from: &str, hours: u64| calendar.add_working_time(at(from), Duration::from_hours(hours));
    assert_eq!(
        hours("2026-03-05T11:00:00+08:00", 1),
        Some(at("2026-03-05T12:00:00+08:00"))
    );
    assert_eq!(
        hours("2026-03-05T11:00:00+08:00", 2),
        Some(at("2026-03-05T14:30:00+08:00"))
    );
    assert_eq!(
        hours("2026-03-05T17:00:00+08:00", 1),
        Some(at("2026-03-08T09:30:00+08:00"))
    );
    assert!(calendar.is_working(at("2026-03-08T09:00:00+08:00")));
    assert!(!calendar.is_working(at("2026-03-05T12:00:00+08:00")));
    assert!(!calendar.is_working_day(at("2026-03-06T10:00:00+08:00")));
}

#[test]
fn a_year_of_which_nothing_is_known_is_told() {
    let calendar = shanghai();
    let (december, january) = (
        at("2026-12-31T10:00:00+08:00"),
        at("2027-01-04T10:00:00+08:00"),
    );
    assert_eq!(calendar.unknown_years(december, january), [2027]);
    assert_eq!(
        calendar.unknown_years(december, december),
        Vec::<i16>::new()
    );
    let nothing = Calendar::new(calendar.zone.clone(), &CalendarSettings::default());
    let nothing = nothing.expect("right");
    assert_eq!(nothing.unknown_years(december, january), [2026, 2027]);
}

#[test]
fn a_term_that_never_ends_is_none() {
    let calendar = shanghai();
    let now = at("2026-03-05T11:00:00+08:00");
    assert_eq!(calendar.add_working_days(now, u32::MAX), None);
    assert_eq!(calendar.add_working_time(now, Duration::MAX), None);
    let later = at("2026-03-05T12:00:00+08:00");
    assert_eq!(calendar.working_time(later, now), Duration::ZERO);
}

#[test]
fn what_cannot_be_a_calendar_is_named() {
    let check = |text: &str| {
        let settings: CalendarSettings = toml::from_str(text).map_err(|error| error.to_string())?;
        let zone = Zone::named("Asia/Shanghai").expect("built in");
        let made = Calendar::new(zone, &settings).map_err(|error| error.to_string());
        made.map(drop)
    };
    let year = "[[year]]\nyear = 2026\nsource = \"x\"\n";
    for (text, said) in [
        ("hours = []".to_owned(), "no stretch"),
        (
            "hours = [\"09:00-12:00\", \"11:00-13:00\"]".into(),
            "11:00-13:00 begins before",
        ),
        ("hours = [\"12:00-09:00\"]".into(), "not a stretch"),
        ("hours = [\"9-12\"]".into(), "not a stretch"),
        (
            format!("{year}holidays = [\"2027-01-01\"]\nworkdays = []"),
            "another year",
        ),
        (
            format!("{year}holidays = [\"2026-02-30\"]\nworkdays = []"),
            "not a day",
        ),
        (
            format!("{year}holidays = [\"2026-01-01\"]\nworkdays = [\"2026-01-01\"]"),
            "twice",
        ),
        (
            format!("{year}holidays = []\nworkdays = []\n{year}holidays = []\nworkdays = []"),
            "2026 twice",
        ),
        (
            "[[year]]\nyear = 2026\nsource = \" \"\nholidays = []\nworkdays = []".into(),
            "name the notice",
        ),
        (
            format!("{year}holidays = []\nworkdays = []\nsundays = []"),
            "unknown field",
        ),
    ] {
        let error = check(&text).expect_err(said);
        assert!(error.contains(said), "{error}");
    }
    check("hours = [\"00:00-24:00\"]").expect("all day");
}

/// Minute by minute, from the clock of the zone and the list of days alone.
struct Slow<'a>(&'a Calendar);

impl Slow<'_> {
    fn works(&self, at: Timestamp) -> bool {
        let local = at.as_micros() + self.0.zone.offset_micros(at);
        let text = Timestamp::from_micros(local).to_string();
        let (date, clock) = text.split_once('T').expect("RFC 3339");
        let number = |from: usize| clock[from..from + 2].parse::<i64>().expect("digits");
        let minute = number(0) * 60 + number(3);
        self.is_worked(date)
            && self
                .0
                .hours
                .iter()
                .any(|hours| (hours.from..hours.to).contains(&minute))
    }

    fn is_worked(&self, date: &str) -> bool {
        let listed = |days: &BTreeSet<Date>| days.iter().any(|day| day.to_string() == date);
        // Zeller's congruence, which asks no calendar: 0 is Saturday, 1 Sunday.
        let number = |range: std::ops::Range<usize>| date[range].parse::<i64>().expect("digits");
        let (mut year, mut month, day) = (number(0..4), number(5..7), number(8..10));
        if month < 3 {
            year -= 1;
            month += 12;
        }
        let week = (day + 13 * (month + 1) / 5 + year + year / 4 - year / 100 + year / 400) % 7;
        !listed(&self.0.holidays) && (week > 1 || listed(&self.0.workdays))
    }

    fn add_time(&self, mut at: Timestamp, minutes: u64) -> Timestamp {
        let mut left = minutes;
        while left > 0 {
            left -= u64::from(self.works(at));
            at = at + MINUTE;
        }
        at
    }

    fn time(&self, from: Timestamp, to: Timestamp) -> Duration {
        let mut worked = Duration::ZERO;
        let mut at = from;
        while at < to {
            worked += MINUTE * u32::from(self.works(at));
            at = at + MINUTE;
        }
        worked
    }

    fn add_days(&self, from: Timestamp, days: u32) -> Timestamp {
        let date = |at: Timestamp| {
            let local = at.as_micros() + self.0.zone.offset_micros(at);
            Timestamp::from_micros(local).to_string()[..10].to_owned()
        };
        let (mut at, mut today, mut left) = (from, date(from), days);
        let mut last = from;
        loop {
            at = at + MINUTE;
            if date(at) != today {
                if left == 0 {
                    return last;
                }
                today = date(at);
                left -= u32::from(self.is_worked(&today));
            }
            if left == 0 && self.works(at) {
                last = at + MINUTE;
            }
        }
    }
}

prop_compose! {
    /// Hours before the clocks change at night, and days around the changes of the clock in March and November.
    fn some()(
        zone in prop::sample::select(vec!["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"]),
        cuts in prop::collection::btree_set(240_i64..1_440, 2..=6),
        holidays in prop::collection::btree_set(1_i16..360, 0..40),
        workdays in prop::collection::btree_set(1_i16..360, 0..40),
        minute in 0_i64..360 * 1_440,
    ) -> (Calendar, Timestamp) {
        let zone = Zone::named(zone).expect("built in");
        let cuts: Vec<i64> = cuts.into_iter().collect();
        let hours = cuts.chunks_exact(2).map(|pair| Hours { from: pair[0], to: pair[1] }).collect();
        let date = |number: i16| Date::constant(2026, 1, 1)
            .checked_add(jiff::Span::new().days(number)).expect("a day");
        let holidays: BTreeSet<Date> = holidays.into_iter().map(date).collect();
        let workdays = workdays.into_iter().map(date).filter(|day| !holidays.contains(day)).collect();
        let start = zone.instant(2026, 1, 1, 0, 0, 0).expect("exists");
        let at = start + MINUTE * u32::try_from(minute).expect("small");
        (Calendar { zone, hours, holidays, workdays, known: BTreeMap::new() }, at)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn working_time_is_what_counting_minutes_gives((calendar, from) in some(), minutes in 1_u64..4_000, span in 0_u32..20_000) {
        let slow = Slow(&calendar);
        let time = Duration::from_secs(minutes * 60);
        let ends = calendar.add_working_time(from, time).expect("ends");
        // The instant after the last minute; where work ends with it, both say the end and not the next beginning.
        prop_assert_eq!(ends, slow.add_time(from, minutes));
        prop_assert_eq!(calendar.working_time(from, ends), time);
        let to = from + MINUTE * span;
        prop_assert_eq!(calendar.working_time(from, to), slow.time(from, to));
        prop_assert_eq!(calendar.is_working(from), slow.works(from));
    }

    #[test]
    fn a_term_of_days_is_what_counting_minutes_gives((calendar, from) in some(), days in 1_u32..9) {
        prop_assert_eq!(calendar.add_working_days(from, days), Some(Slow(&calendar).add_days(from, days)));
    }
}
