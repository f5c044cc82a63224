//! The engine's air quality index against a second, slow calculation.

mod aqi_oracle;
mod data;

use aqi_oracle::{Hour, Report};
use proptest::prelude::*;
use yiping_engine::indices::{AqiBook, AqiLaws};
use yiping_model::{DatastreamId, Stage, ThingId, Timestamp, WindowLength, WindowResult, Zone};

const POLLUTANTS: [&str; 6] = ["so2", "no2", "co", "o3", "pm10", "pm25"];

/// 2026-02-26 16:00 in Beijing: the law changes in the third day of the series.
const SERIES_START_SECS: i64 = 1_772_092_800;

fn laws() -> AqiLaws {
    toml::from_str(include_str!("../../packs/air/aqi.toml")).expect("the pack's laws")
}

/// Feeds the hours one by one; after each hour the watermark stands at its end, and at last three days later.
fn engine(hours: &[Hour]) -> Vec<Report> {
    let laws = laws();
    let zone = Zone::named("Asia/Shanghai").expect("built in");
    let thing = ThingId::new("s1").expect("valid");
    let mut book = AqiBook::default();
    let mut out = Vec::new();
    for same_hour in hours.chunk_by(|a, b| a.start_secs == b.start_secs) {
        for hour in same_hour {
            book.take_hour(&laws, &zone, &window(hour));
        }
        let end = Timestamp::from_secs(same_hour[0].start_secs + 3_600);
        book.pass(&laws, &zone, &thing, end, &mut out);
    }
    let last = hours.last().map_or(0, |hour| hour.start_secs);
    let end = Timestamp::from_secs(last + 3 * 86_400);
    book.pass(&laws, &zone, &thing, end, &mut out);
    out.iter().map(Report::of).collect()
}

fn window(hour: &Hour) -> WindowResult {
    let mean: f64 = hour.mean.parse().expect("a decimal text");
    WindowResult {
        datastream: DatastreamId::parse(&format!("s1:{}", hour.pollutant)).expect("valid"),
        start: Timestamp::from_secs(hour.start_secs),
        length: WindowLength::HOUR,
        hop: None,
        stage: Stage::Final,
        revision: 0,
        count: if hour.valid { 45 } else { 44 },
        expected: 60,
        mean,
        min: mean,
        max: mean,
        last: mean,
        std_dev: 0.0,
        quantiles: Vec::new(),
        before: None,
    }
}

/// An hourly mean in thousandths: mostly clean air, often exactly halfway between two roundings, sometimes beyond the table.
fn mean() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => 0_u32..200_000,
        3 => (0_u32..2_000).prop_map(|halves| halves * 500),
        2 => (0_u32..2_000).prop_map(|hundredths| hundredths * 50),
        1 => 700_000_u32..3_000_000,
    ]
}

/// What one pollutant did in one hour: silence, too few minutes, or a mean.
fn hours() -> impl Strategy<Value = Vec<Hour>> {
    let told = prop_oneof![
        1 => Just(None),
        1 => mean().prop_map(|mean| Some((mean, false))),
        9 => mean().prop_map(|mean| Some((mean, true))),
    ];
    let scale = prop::sample::select(vec![1, 1, 4, 40]);
    let silence = (0_usize..96, 0_usize..40);
    (prop::collection::vec(told, 6 * 96), scale, silence).prop_map(|(told, scale, silence)| {
        let mut hours = Vec::new();
        for (place, told) in told.into_iter().enumerate() {
            let (index, pollutant) = (place / 6, POLLUTANTS[place % 6]);
            let silent = (silence.0..silence.0 + silence.1).contains(&index);
            let Some((thousandths, valid)) = told.filter(|_| !silent) else {
                continue;
            };
            let thousandths = thousandths / scale;
            hours.push(Hour {
                start_secs: SERIES_START_SECS + 3_600 * i64::try_from(index).expect("small"),
                pollutant,
                mean: format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000),
                valid,
            });
        }
        hours
    })
}

fn check(name: &str, hours: &[Hour]) -> usize {
    let expected = aqi_oracle::reports(hours);
    let found = engine(hours);
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(found.len(), expected.len(), "{name}");
    expected.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_engine_agrees_with_the_oracle_on_any_series_with_gaps(hours in hours()) {
        check("random", &hours);
    }
}

#[test]
fn the_engine_agrees_with_the_oracle_on_three_years_of_eight_stations() {
    let Some(folder) = data::folder() else { return };
    std::thread::scope(|threads| {
        for (station, hours) in aqi_oracle::beijing(&folder) {
            threads.spawn(move || assert!(check(&station, &hours) > 20_000));
        }
    });
}

#[test]
fn the_tables_agree_with_every_shared_vector() {
    let Some(folder) = data::folder() else { return };
    let path = format!("{folder}/standards/aqi_vectors.csv");
    let mut rows = csv::Reader::from_path(&path).expect("the vectors");
    let laws = laws();
    let mut count = 0;
    for row in rows.records() {
        let row = row.expect("a row");
        let mut found = laws.laws.iter();
        let law = found.find(|law| law.name.replace(' ', "") == row[0]);
        let value = row[2].parse().expect("a number");
        let index = law.expect("a law of the pack").iaqi(&row[1], value);
        assert_eq!(index, row[3].parse().ok(), "{row:?}");
        count += 1;
    }
    assert!(count > 200, "only {count} vectors");
}
