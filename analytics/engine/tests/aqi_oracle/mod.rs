//! A second, slow calculation of the air quality index, over a whole series at once, from decimal texts.
//!
//! It shares nothing with the engine but the words of the law: its tables are written out again, its means are integers read from text,
//! and an individual index is found by trying every integer. Beijing's calendar is UTC+8.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use yiping_model::{IndexKind, IndexResult};

const HOUR_SECS: i64 = 3_600;
const ZONE_SECS: i64 = 8 * 3_600;
/// 2026-03-01 00:00 in Beijing.
const NEW_LAW_SECS: i64 = 1_772_294_400;
/// Units of a concentration in the series: billionths.
const BILLION: i128 = 1_000_000_000;

const SCALE: [i128; 8] = [0, 50, 100, 150, 200, 300, 400, 500];
const SO2_24H: &[i128] = &[0, 50, 150, 475, 800, 1600, 2100, 2620];
const SO2_1H: &[i128] = &[0, 150, 500, 650, 800];
const NO2_24H: &[i128] = &[0, 40, 80, 180, 280, 565, 750, 940];
const NO2_1H: &[i128] = &[0, 100, 200, 700, 1200, 2340, 3090, 3840];
const CO_24H: &[i128] = &[0, 2, 4, 14, 24, 36, 48, 60];
const CO_1H: &[i128] = &[0, 5, 10, 35, 60, 90, 120, 150];
const O3_8H: &[i128] = &[0, 100, 160, 215, 265, 800];
const O3_1H: &[i128] = &[0, 160, 200, 300, 400, 800, 1000, 1200];
const PM10_2012: &[i128] = &[0, 50, 150, 250, 350, 420, 500, 600];
const PM10_2026: &[i128] = &[0, 50, 120, 250, 350, 420, 500, 600];
const PM25_2012: &[i128] = &[0, 35, 75, 115, 150, 250, 350, 500];
const PM25_2026: &[i128] = &[0, 35, 60, 115, 150, 250, 350, 500];

/// One hourly mean of one pollutant.
#[derive(Debug, Clone)]
pub(crate) struct Hour {
    /// Start of the hour, seconds since 1970 in UTC.
    pub(crate) start_secs: i64,
    /// The pollutant: `so2`, `no2`, `co`, `o3`, `pm10` or `pm25`.
    pub(crate) pollutant: &'static str,
    /// The mean as a decimal text, in the unit of the table.
    pub(crate) mean: String,
    /// Whether at least 45 minutes of it were measured.
    pub(crate) valid: bool,
}

/// An index as both calculations tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// End of the period, which orders the reports; at the same end the hour comes first.
    pub(crate) end_secs: i64,
    /// Hour or day.
    pub(crate) kind: IndexKind,
    /// The law.
    pub(crate) law: String,
    /// The index.
    pub(crate) value: Option<u16>,
    /// Its level.
    pub(crate) level: Option<u8>,
    /// Primary pollutants.
    pub(crate) primary: Vec<String>,
    /// Item, rounded concentration as text, individual index.
    pub(crate) parts: Vec<(String, Option<String>, Option<u16>)>,
}

impl Report {
    /// What the engine said.
    pub(crate) fn of(result: &IndexResult) -> Self {
        let hours = match result.kind {
            IndexKind::AqiHourly => 1,
            IndexKind::AqiDaily => 24,
        };
        let text = |value: f64| value.to_string();
        let parts = result.parts.iter();
        Self {
            end_secs: result.start.as_secs() + hours * HOUR_SECS,
            kind: result.kind,
            law: result.law.clone(),
            value: result.value,
            level: result.level,
            primary: result.primary.iter().map(ToString::to_string).collect(),
            parts: parts
                .map(|part| (part.item.clone(), part.concentration.map(text), part.iaqi))
                .collect(),
        }
    }
}

/// Every index that these hours give, in order.
pub(crate) fn reports(rows: &[Hour]) -> Vec<Report> {
    let mut series = Series::new(rows);
    let mut hours = BTreeSet::new();
    let mut days = BTreeSet::new();
    for row in rows {
        let local = row.start_secs + ZONE_SECS;
        days.insert(local - local.rem_euclid(24 * HOUR_SECS) - ZONE_SECS);
        if row.valid {
            hours.insert(row.start_secs);
            series.put(row);
        }
    }
    let hourly = hours.iter().map(|start| series.report(*start, false));
    let daily = days.iter().map(|start| series.report(*start, true));
    let mut all: Vec<Report> = hourly.chain(daily).collect();
    all.sort_by_key(|report| (report.end_secs, report.kind));
    all
}

/// The valid means of each pollutant, hour after hour from the first.
struct Series {
    start_secs: i64,
    means: BTreeMap<&'static str, Vec<Option<i128>>>,
}

struct Item {
    name: &'static str,
    pollutant: &'static str,
    table: &'static [i128],
    hours: i64,
    decimals: u32,
    /// The index above the table; `None` where there is none.
    above: Option<u16>,
}

impl Series {
    fn new(rows: &[Hour]) -> Self {
        let starts = || rows.iter().map(|row| row.start_secs);
        let (first, last) = (starts().min().unwrap_or(0), starts().max().unwrap_or(0));
        let hours = usize::try_from((last - first) / HOUR_SECS).expect("last is not before first");
        let pollutants: BTreeSet<&str> = rows.iter().map(|row| row.pollutant).collect();
        Self {
            start_secs: first,
            means: pollutants
                .into_iter()
                .map(|name| (name, vec![None; hours + 1]))
                .collect(),
        }
    }

    fn put(&mut self, row: &Hour) {
        let place = (row.start_secs - self.start_secs) / HOUR_SECS;
        let means = self
            .means
            .get_mut(row.pollutant)
            .expect("every pollutant has a series");
        means[usize::try_from(place).expect("not before the first")] = Some(billionths(&row.mean));
    }

    fn report(&self, start_secs: i64, daily: bool) -> Report {
        let new_law = start_secs >= NEW_LAW_SECS;
        let mut parts = Vec::new();
        for name in report_items(new_law, daily) {
            parts.push(self.judge(&item(name, new_law), start_secs, daily, new_law));
        }
        let index = parts.iter().filter_map(|(_, part)| part.2).max();
        let complete = parts.iter().all(|(_, part)| part.2.is_some());
        let value = index.filter(|index| complete || *index > 100);
        let is_primary = |part: &&(&str, Part)| value > Some(50) && part.1.2 == value;
        Report {
            end_secs: start_secs + if daily { 24 } else { 1 } * HOUR_SECS,
            kind: [IndexKind::AqiHourly, IndexKind::AqiDaily][usize::from(daily)],
            law: if new_law {
                "HJ 633-2026"
            } else {
                "HJ 633-2012"
            }
            .to_owned(),
            value,
            level: value.map(level),
            primary: parts
                .iter()
                .filter(is_primary)
                .map(|(pollutant, _)| (*pollutant).to_owned())
                .collect(),
            parts: parts.into_iter().map(|(_, part)| part).collect(),
        }
    }

    fn judge(&self, item: &Item, start_secs: i64, daily: bool, new_law: bool) -> Judged {
        let value = self.concentration(item, start_secs, daily);
        let above = value.is_some_and(|value| iaqi(item, value).is_none());
        if above {
            let other = if item.pollutant == "o3" {
                "O3_1H"
            } else {
                "SO2_24H"
            };
            return self.judge(&self::item(other, new_law), start_secs, daily, new_law);
        }
        let part = (
            item.name.to_owned(),
            value.map(|value| text(value, item.decimals)),
            value.and_then(|value| iaqi(item, value)),
        );
        (item.pollutant, part)
    }

    /// The rounded concentration, in units of the item's last decimal.
    fn concentration(&self, item: &Item, start_secs: i64, daily: bool) -> Option<i128> {
        let first_end = if daily { item.hours } else { 1 };
        let last_end = if daily { 24 } else { 1 };
        (first_end..=last_end)
            .filter_map(|end| self.mean(item, start_secs + end * HOUR_SECS))
            .max()
    }

    fn mean(&self, item: &Item, end_secs: i64) -> Option<i128> {
        let means = self.means.get(item.pollutant)?;
        let end = (end_secs - self.start_secs) / HOUR_SECS;
        let hours = usize::try_from((end - item.hours).max(0)).ok()?..usize::try_from(end).ok()?;
        let hours = means.iter().take(hours.end).skip(hours.start);
        let values: Vec<i128> = hours.filter_map(|mean| *mean).collect();
        let enough = match item.hours {
            24 => 20,
            8 => 6,
            _ => 1,
        };
        (values.len() >= enough).then(|| {
            let unit = BILLION / 10_i128.pow(item.decimals);
            half_even(values.iter().sum(), values.len() as i128 * unit)
        })
    }
}

type Part = (String, Option<String>, Option<u16>);
type Judged = (&'static str, Part);

fn report_items(new_law: bool, daily: bool) -> [&'static str; 6] {
    if daily {
        [
            "SO2_24H", "NO2_24H", "CO_24H", "O3_8H", "PM10_24H", "PM25_24H",
        ]
    } else if new_law {
        ["SO2_1H", "NO2_1H", "CO_1H", "O3_1H", "PM10_1H", "PM25_1H"]
    } else {
        ["SO2_1H", "NO2_1H", "CO_1H", "O3_1H", "PM10_24H", "PM25_24H"]
    }
}

fn item(name: &'static str, new_law: bool) -> Item {
    let (pollutant, table) = match name {
        "SO2_24H" => ("so2", SO2_24H),
        "SO2_1H" => ("so2", SO2_1H),
        "NO2_24H" => ("no2", NO2_24H),
        "NO2_1H" => ("no2", NO2_1H),
        "CO_24H" => ("co", CO_24H),
        "CO_1H" => ("co", CO_1H),
        "O3_8H" => ("o3", O3_8H),
        "O3_1H" => ("o3", O3_1H),
        "PM10_24H" | "PM10_1H" => ("pm10", [PM10_2012, PM10_2026][usize::from(new_law)]),
        _ => ("pm25", [PM25_2012, PM25_2026][usize::from(new_law)]),
    };
    Item {
        name,
        pollutant,
        table,
        hours: match name.rsplit('_').next() {
            Some("24H") => 24,
            Some("8H") => 8,
            _ => 1,
        },
        decimals: u32::from(pollutant == "co"),
        above: match (name, new_law) {
            ("SO2_1H", true) => Some(200),
            ("O3_8H", true) => Some(300),
            ("SO2_1H" | "O3_8H", false) => None,
            _ => Some(500),
        },
    }
}

/// The smallest integer at which the line through the breakpoints has reached the concentration.
fn iaqi(item: &Item, concentration: i128) -> Option<u16> {
    let unit = 10_i128.pow(item.decimals);
    for segment in 1..item.table.len() {
        let (low, high) = (item.table[segment - 1] * unit, item.table[segment] * unit);
        let (from, to) = (SCALE[segment - 1], SCALE[segment]);
        let reached =
            |index: &i128| (index - from) * (high - low) >= (concentration - low) * (to - from);
        if concentration <= high {
            let index = (from..=to).find(reached)?;
            return u16::try_from(index).ok();
        }
    }
    item.above
}

fn level(index: u16) -> u8 {
    match index {
        0..=50 => 1,
        51..=100 => 2,
        101..=150 => 3,
        151..=200 => 4,
        201..=300 => 5,
        _ => 6,
    }
}

fn half_even(dividend: i128, divisor: i128) -> i128 {
    let candidates = [dividend / divisor, dividend / divisor + 1];
    let distance = candidates.map(|candidate| (candidate * divisor - dividend).abs());
    match distance[0].cmp(&distance[1]) {
        std::cmp::Ordering::Less => candidates[0],
        std::cmp::Ordering::Greater => candidates[1],
        std::cmp::Ordering::Equal => candidates[usize::from(candidates[0] % 2 != 0)],
    }
}

fn billionths(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<9}");
    digits.parse().expect("a decimal text of at most 9 places")
}

fn text(value: i128, decimals: u32) -> String {
    let unit = 10_i128.pow(decimals);
    match value % unit {
        0 => (value / unit).to_string(),
        rest => format!("{}.{rest}", value / unit),
    }
}

/// The Beijing stations of 2013 to 2015 in `folder`, by name: every hourly value as the table has it, CO in mg/m³.
pub(crate) fn beijing(folder: &str) -> Vec<(String, Vec<Hour>)> {
    let names = [
        "Changping",
        "Dingling",
        "Guanyuan",
        "Gucheng",
        "Nongzhanguan",
        "Shunyi",
        "Tiantan",
        "Wanshouxigong",
    ];
    let read = |name: &str| {
        let path = format!("{folder}/data/air/beijing_{name}_2013_2015.csv.gz");
        let file = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        (
            name.to_owned(),
            beijing_rows(flate2::read::GzDecoder::new(file)),
        )
    };
    names.into_iter().map(read).collect()
}

fn beijing_rows(input: impl Read) -> Vec<Hour> {
    const COLUMNS: [(usize, &str); 6] = [
        (5, "pm25"),
        (6, "pm10"),
        (7, "so2"),
        (8, "no2"),
        (9, "co"),
        (10, "o3"),
    ];
    let mut hours = Vec::new();
    for row in csv::Reader::from_reader(input).records() {
        let row = row.expect("a row");
        let local = format!(
            "{}-{:0>2}-{:0>2}T{:0>2}:00:00+08:00",
            &row[1], &row[2], &row[3], &row[4]
        );
        let start = yiping_model::Timestamp::parse(&local).expect("a local hour");
        for (column, pollutant) in COLUMNS {
            if row[column] == *"NA" {
                continue;
            }
            let thousandth = billionths(&row[column]) / 1_000;
            let mean = match pollutant {
                "co" => format!("{}.{:09}", thousandth / BILLION, thousandth % BILLION),
                _ => row[column].to_owned(),
            };
            hours.push(Hour {
                start_secs: start.as_secs(),
                pollutant,
                mean,
                valid: true,
            });
        }
    }
    hours
}
