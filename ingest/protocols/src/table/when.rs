//! The time of a row: from number columns in the city's calendar, or from one column in a stated form.

use serde::Deserialize;
use yiping_model::{Timestamp, Zone};

const PARTS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
/// Year, month and day at least; hour, minute, second where the table has them.
const PARTS_MIN: usize = 3;

/// `time` as it stands in the map.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhenText {
    columns: Option<Vec<String>>,
    column: Option<String>,
    format: Option<String>,
    zone: Option<String>,
}

/// `time`, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum When {
    /// Year, month, day, … each in its column.
    Parts { columns: Vec<String>, zone: Zone },
    /// One column.
    Single { column: String, form: Form },
}

/// The form of a time in one column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    Rfc3339,
    EpochMillis,
    EpochSecs,
    /// A pattern of local time in this zone, or with an offset of its own.
    Pattern {
        pattern: String,
        zone: Option<Zone>,
    },
}

impl When {
    pub(super) fn check(text: &WhenText) -> Result<Self, String> {
        let zone = text
            .zone
            .as_deref()
            .map(Zone::named)
            .transpose()
            .map_err(|error| error.to_string())?;
        match (&text.columns, &text.column, &text.format) {
            (Some(columns), None, None) => parts(columns, zone),
            (None, Some(column), Some(format)) => {
                let form = form(format, zone)?;
                let column = column.clone();
                Ok(Self::Single { column, form })
            }
            _ => Err(
                "time must be { columns = [\"year\", \"month\", \"day\", \"hour\"], zone = \"Asia/Shanghai\" } or { column = \"ts\", format = \"rfc3339\" }"
                    .to_owned(),
            ),
        }
    }

    pub(super) fn columns(&self) -> Vec<&str> {
        match self {
            Self::Parts { columns, .. } => columns.iter().map(String::as_str).collect(),
            Self::Single { column, .. } => vec![column],
        }
    }

    /// The time that these cells, one for each column, say.
    pub(super) fn read(&self, cells: &[&str]) -> Result<Timestamp, String> {
        match self {
            Self::Parts { columns, zone } => {
                let mut numbers: [i16; 6] = [0; 6];
                for ((number, cell), column) in numbers.iter_mut().zip(cells).zip(columns) {
                    *number = cell.parse().map_err(|_not_a_number| {
                        format!("`{cell}` in `{column}` is not a number")
                    })?;
                }
                civil(zone, numbers)
                    .ok_or_else(|| format!("the calendar has no {}", cells.join("-")))
            }
            Self::Single { form, .. } => {
                let cell = cells.first().copied().unwrap_or_default();
                form.read(cell)
                    .ok_or_else(|| format!("`{}` is not {}", crate::short(cell), form.wanted()))
            }
        }
    }
}

fn parts(columns: &[String], zone: Option<Zone>) -> Result<When, String> {
    if !(PARTS_MIN..=PARTS.len()).contains(&columns.len()) {
        return Err(format!(
            "time.columns must name the columns of {} in this order, at least the first three",
            PARTS.join(", ")
        ));
    }
    let zone =
        zone.ok_or("time.zone is missing: write the zone of the table, such as \"Asia/Shanghai\"")?;
    let columns = columns.to_vec();
    Ok(When::Parts { columns, zone })
}

fn form(format: &str, zone: Option<Zone>) -> Result<Form, String> {
    let form = match format {
        "rfc3339" => Form::Rfc3339,
        "epoch_ms" => Form::EpochMillis,
        "epoch_s" => Form::EpochSecs,
        pattern if pattern.contains('%') => {
            if zone.is_none() && !pattern.contains("%z") && !pattern.contains("%:z") {
                return Err(format!(
                    "`{pattern}` says no offset: add the zone of the table, such as zone = \"Asia/Shanghai\""
                ));
            }
            let pattern = pattern.to_owned();
            return Ok(Form::Pattern { pattern, zone });
        }
        other => {
            return Err(format!(
                "time.format `{other}` is not known; write rfc3339, epoch_ms, epoch_s or a pattern such as \"%Y-%m-%d %H:%M\""
            ));
        }
    };
    if zone.is_some() {
        return Err(format!(
            "format {format} has its own zone; remove time.zone"
        ));
    }
    Ok(form)
}

impl Form {
    fn read(&self, cell: &str) -> Option<Timestamp> {
        match self {
            Self::Rfc3339 => Timestamp::parse(cell).ok(),
            Self::EpochMillis => cell.parse().ok().map(Timestamp::from_millis),
            Self::EpochSecs => cell.parse().ok().map(Timestamp::from_secs),
            Self::Pattern { pattern, zone } => pattern_time(pattern, zone.as_ref(), cell),
        }
    }

    fn wanted(&self) -> String {
        match self {
            Self::Rfc3339 => "an RFC 3339 time such as 2026-03-01T08:00:00+08:00".to_owned(),
            Self::EpochMillis => "a whole number of milliseconds since 1970".to_owned(),
            Self::EpochSecs => "a whole number of seconds since 1970".to_owned(),
            Self::Pattern { pattern, .. } => format!("a time of the form {pattern}"),
        }
    }
}

fn pattern_time(pattern: &str, zone: Option<&Zone>, cell: &str) -> Option<Timestamp> {
    let parsed = jiff::fmt::strtime::parse(pattern, cell).ok()?;
    if parsed.offset().is_some() {
        let instant = parsed.to_timestamp().ok()?;
        return Some(Timestamp::from_micros(instant.as_microsecond()));
    }
    let date = parsed.to_date().ok()?;
    let number = |part: Option<i8>| i16::from(part.unwrap_or(0));
    let numbers = [
        date.year(),
        i16::from(date.month()),
        i16::from(date.day()),
        number(parsed.hour()),
        number(parsed.minute()),
        number(parsed.second()),
    ];
    civil(zone?, numbers)
}

fn civil(zone: &Zone, [year, rest @ ..]: [i16; 6]) -> Option<Timestamp> {
    let mut small = [0_i8; 5];
    for (small, part) in small.iter_mut().zip(rest) {
        *small = i8::try_from(part).ok()?;
    }
    let [month, day, hour, minute, second] = small;
    zone.instant(year, month, day, hour, minute, second)
}
