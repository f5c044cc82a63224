use yiping_model::{
    DatastreamId, IndexKind, IndexResult, PropertyId, Stage, ThingId, Timestamp, WindowLength,
    WindowResult, Zone,
};

use super::{Above, AqiBook, AqiLaws, Concentration};

fn laws() -> AqiLaws {
    toml::from_str(include_str!("../../../packs/air/aqi.toml")).expect("the pack's laws")
}

fn shanghai() -> Zone {
    Zone::named("Asia/Shanghai").expect("built in")
}

fn rounded(value: f64, decimals: u8) -> i64 {
    let value = Concentration::from_f64(value).expect("a concentration");
    Concentration::rounded_mean([value], decimals).expect("one value")
}

/// A station that tells hour after hour.
struct Station {
    laws: AqiLaws,
    zone: Zone,
    book: AqiBook,
    start: Timestamp,
    out: Vec<IndexResult>,
}

impl Station {
    fn at(local: &str) -> Self {
        Self {
            laws: laws(),
            zone: shanghai(),
            book: AqiBook::default(),
            start: Timestamp::parse(&format!("{local}:00:00+08:00")).expect("a local hour"),
            out: Vec::new(),
        }
    }

    fn hour(&mut self, values: &[(&str, f64)]) {
        self.counted_hour(values, 60);
    }

    fn counted_hour(&mut self, values: &[(&str, f64)], count: u32) {
        for (property, mean) in values {
            let window = WindowResult {
                datastream: DatastreamId::parse(&format!("s1:{property}")).expect("valid"),
                start: self.start,
                length: WindowLength::HOUR,
                hop: None,
                stage: Stage::Final,
                revision: 0,
                count,
                expected: 60,
                mean: *mean,
                min: *mean,
                max: *mean,
                last: *mean,
                std_dev: 0.0,
                quantiles: Vec::new(),
                before: None,
            };
            self.book.take_hour(&self.laws, &self.zone, &window);
        }
        self.skip(1);
    }

    fn skip(&mut self, hours: u32) {
        self.start = self.start + WindowLength::HOUR.duration() * hours;
        let thing = ThingId::new("s1").expect("valid");
        let (laws, zone) = (&self.laws, &self.zone);
        self.book
            .pass(laws, zone, &thing, self.start, &mut self.out);
    }

    fn last(&self, kind: IndexKind) -> &IndexResult {
        let mut found = self.out.iter().rev().filter(|result| result.kind == kind);
        found.next().expect("one was given")
    }
}

const CLEAN: [(&str, f64); 6] = [
    ("so2", 10.0),
    ("no2", 20.0),
    ("co", 0.5),
    ("o3", 60.0),
    ("pm10", 40.0),
    ("pm25", 30.0),
];

fn clean_but(property: &str, value: f64) -> Vec<(&str, f64)> {
    let mut values = CLEAN.to_vec();
    values.retain(|(name, _)| *name != property);
    values.push((property, value));
    values
}

fn part(result: &IndexResult, property: &str) -> (String, Option<f64>, Option<u16>) {
    let found = result
        .parts
        .iter()
        .find(|p| p.property.as_str() == property);
    let found = found.expect("judged");
    (found.item.clone(), found.concentration, found.iaqi)
}

#[test]
fn a_half_is_rounded_to_the_even_neighbour() {
    assert_eq!([rounded(60.5, 0), rounded(61.5, 0)], [60, 62]);
    assert_eq!([rounded(0.25, 1), rounded(0.35, 1)], [2, 4]);
    assert_eq!([rounded(-0.5, 0), rounded(-1.5, 0)], [0, -2]);
    assert_eq!(rounded(60.499_999_999_999_99, 0), 60);
    assert_eq!(rounded(61.499_999_999_999_99, 0), 62);
    assert!(Concentration::from_f64(f64::NAN).is_none());
    assert!(Concentration::from_f64(1e300).is_none());
}

#[test]
fn a_mean_that_floats_would_miss_is_exact() {
    let tenth = Concentration::from_f64(0.1).expect("valid");
    let third = Concentration::from_f64(0.4).expect("valid");
    assert_eq!(Concentration::rounded_mean([tenth, third], 1), Some(2));
    assert_eq!(Concentration::rounded_mean([], 1), None);
}

#[test]
fn the_tables_agree_with_other_programs() {
    let laws = laws();
    let mut rows = csv::Reader::from_reader(include_str!("../../testdata/iaqi.csv").as_bytes());
    for row in rows.records() {
        let row = row.expect("a row");
        let law = laws.laws.iter().find(|law| law.name == row[0]);
        let value = row[2].parse().expect("a number");
        let index = law.expect("a law of the pack").iaqi(&row[1], value);
        assert_eq!(index, row[3].parse().ok(), "{row:?}");
    }
}

#[test]
fn tables_that_make_no_sense_are_named() {
    assert_eq!(laws().problems(), Vec::<String>::new());
    let mut wrong = laws();
    wrong.levels.pop();
    wrong.laws.swap(0, 1);
    wrong.laws[0].hourly[0] = "SO2_2H".into();
    wrong.laws[1].items[0].hours_min = 25;
    wrong.laws[1].items[1].above = Above::Item("PM10_24H".into());
    wrong.laws[1].items[2].breakpoints.push(5);
    let problems = wrong.problems().join("\n");
    for part in [
        "levels must ascend",
        "laws must ascend by `from`",
        "HJ 633-2026: `SO2_2H` of the hourly report is not in the table",
        "HJ 633-2012, SO2_24H: `hours` must be",
        "HJ 633-2012, SO2_1H: `PM10_24H` must be",
        "HJ 633-2012, NO2_24H: `breakpoints` must",
    ] {
        assert!(problems.contains(part), "{part} is missing in:\n{problems}");
    }
}

#[test]
fn a_date_that_does_not_exist_is_refused() {
    let text = toml::to_string(&laws()).expect("has a text");
    assert_eq!(toml::from_str(&text), Ok(laws()));
    let wrong = text.replace("2026-03-01", "2026-02-30");
    let error = toml::from_str::<AqiLaws>(&wrong).expect_err("no such day");
    assert!(error.message().contains("is not a date"), "{error}");
}

#[test]
fn the_law_changes_at_local_midnight() {
    let mut station = Station::at("2026-02-27T00");
    for _ in 0..49 {
        station.hour(&clean_but("pm25", 60.0));
    }
    let days: Vec<_> = station
        .out
        .iter()
        .filter(|result| result.kind == IndexKind::AqiDaily)
        .collect();
    assert_eq!(days.len(), 2);
    assert_eq!(days[1].law, "HJ 633-2012");
    assert_eq!((days[1].value, days[1].level), (Some(82), Some(2)));
    let hour = station.last(IndexKind::AqiHourly);
    assert_eq!((hour.law.as_str(), hour.value), ("HJ 633-2026", Some(100)));
    assert_eq!(hour.start.to_string(), "2026-02-28T16:00:00Z");
    assert_eq!(
        part(hour, "pm25"),
        ("PM25_1H".into(), Some(60.0), Some(100))
    );
}

#[test]
fn the_older_law_judges_particles_of_an_hour_by_their_last_day() {
    let mut station = Station::at("2015-01-01T00");
    for _ in 0..19 {
        station.hour(&CLEAN);
    }
    assert_eq!(station.last(IndexKind::AqiHourly).value, None);
    station.hour(&CLEAN);
    let hour = station.last(IndexKind::AqiHourly);
    assert_eq!((hour.value, hour.level), (Some(43), Some(1)));
    assert_eq!(
        part(hour, "pm25"),
        ("PM25_24H".into(), Some(30.0), Some(43))
    );
    assert!(hour.primary.is_empty());
}

#[test]
fn sulphur_dioxide_above_its_hourly_table_is_judged_by_each_law() {
    let mut old = Station::at("2015-01-01T00");
    let mut new = Station::at("2026-04-01T00");
    for _ in 0..24 {
        old.hour(&clean_but("so2", 900.0));
        new.hour(&clean_but("so2", 900.0));
    }
    let hour = old.last(IndexKind::AqiHourly);
    assert_eq!(
        part(hour, "so2"),
        ("SO2_24H".into(), Some(900.0), Some(213))
    );
    let hour = new.last(IndexKind::AqiHourly);
    assert_eq!(part(hour, "so2"), ("SO2_1H".into(), Some(900.0), Some(200)));
    assert_eq!((hour.value, hour.level), (Some(200), Some(4)));
    assert_eq!(hour.primary.len(), 1);
}

#[test]
fn ozone_above_its_8_hour_table_is_judged_by_each_law() {
    let mut old = Station::at("2015-01-01T00");
    let mut new = Station::at("2026-04-01T00");
    for hour in 0..24 {
        let ozone = if hour == 12 { 1_000.0 } else { 820.0 };
        old.hour(&clean_but("o3", ozone));
        new.hour(&clean_but("o3", ozone));
    }
    let day = old.last(IndexKind::AqiDaily);
    assert_eq!(part(day, "o3"), ("O3_1H".into(), Some(1_000.0), Some(400)));
    let day = new.last(IndexKind::AqiDaily);
    assert_eq!(part(day, "o3"), ("O3_8H".into(), Some(842.0), Some(300)));
}

#[test]
fn an_index_with_a_pollutant_missing_is_published_only_when_it_is_bad() {
    let mut station = Station::at("2026-04-01T00");
    station.hour(&CLEAN[1..]);
    let hour = station.last(IndexKind::AqiHourly);
    assert_eq!((hour.value, hour.level), (None, None));
    assert_eq!(part(hour, "so2"), ("SO2_1H".into(), None, None));
    let mut dusty = clean_but("pm10", 121.0);
    dusty.retain(|(name, _)| *name != "so2");
    station.hour(&dusty);
    let hour = station.last(IndexKind::AqiHourly);
    assert_eq!((hour.value, hour.level), (Some(101), Some(3)));
    assert_eq!(hour.primary[0].as_str(), "pm10");
}

#[test]
fn an_hour_needs_forty_five_minutes() {
    let mut station = Station::at("2026-04-01T00");
    station.counted_hour(&CLEAN, 44);
    assert!(station.out.is_empty());
    station.counted_hour(&CLEAN, 45);
    assert_eq!(station.out.len(), 1);
    station.skip(22);
    let day = station.last(IndexKind::AqiDaily);
    assert_eq!(day.value, None);
    assert!(day.parts.iter().all(|part| part.concentration.is_none()));
}

#[test]
fn all_that_share_the_maximum_are_primary() {
    let mut station = Station::at("2026-04-01T00");
    let mut values = clean_but("pm10", 120.0);
    values.retain(|(name, _)| *name != "pm25");
    values.push(("pm25", 60.0));
    station.hour(&values);
    let hour = station.last(IndexKind::AqiHourly);
    let names: Vec<_> = hour.primary.iter().map(PropertyId::as_str).collect();
    assert_eq!((hour.value, names), (Some(100), vec!["pm10", "pm25"]));
}

#[test]
fn a_silence_of_ten_years_gives_no_empty_hours() {
    let mut station = Station::at("2026-04-01T05");
    station.hour(&CLEAN);
    station.skip(24 * 3_650);
    assert_eq!(station.out.len(), 2);
    station.hour(&CLEAN);
    assert_eq!(station.out.len(), 3);
}

#[test]
fn a_book_taken_up_from_its_bytes_goes_on_as_if_nothing_happened() {
    let mut station = Station::at("2026-02-28T10");
    for _ in 0..30 {
        station.hour(&CLEAN);
        let bytes = postcard::to_stdvec(&station.book).expect("encodes");
        station.book = postcard::from_bytes(&bytes).expect("decodes");
    }
    let mut whole = Station::at("2026-02-28T10");
    for _ in 0..30 {
        whole.hour(&CLEAN);
    }
    assert_eq!(station.out, whole.out);
}

#[test]
fn what_the_law_does_not_know_is_passed_over() {
    let mut station = Station::at("2026-04-01T00");
    station.hour(&[("temperature", 20.0)]);
    station.skip(48);
    assert!(station.out.is_empty());
    assert_eq!(station.book.clone(), {
        let mut empty = AqiBook::default();
        let thing = ThingId::new("s1").expect("valid");
        let (laws, zone) = (&station.laws, &station.zone);
        empty.pass(laws, zone, &thing, station.start, &mut Vec::new());
        empty
    });
}
