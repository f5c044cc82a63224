//! MAP.toml: how the rows of a historical table become readings. The phenomenon time is the start of the period a row speaks of.
//!
//! ```toml
//! [table]
//! time = { columns = ["year", "month", "day", "hour"], zone = "Asia/Shanghai" }
//! thing = { column = "station" }        # or { fixed = "station-7" }; rename = { old = "new" } where ids differ
//! period_secs = 3600                    # what one row stands for
//! missing = ["NA", ""]                  # cells that hold no value
//! delimiter = ","
//!
//! [[metric]]
//! column = "CO"
//! property = "co"
//! scale = 0.001                         # value = cell × scale + offset
//!
//! [[metric]]
//! column = "wd"
//! property = "wind_direction"
//! values = { N = 0.0, E = 90.0 }        # where cells are words
//!
//! [[thing]]
//! id = "station-7"
//! name = { zh = "七号站", en = "Station 7" }
//! kind = "station"
//! lon = 118.87
//! lat = 28.93
//! area = "330802"
//! ```
//!
//! `time` may also be `{ column = "ts", format = "rfc3339" }`, `"epoch_ms"`, `"epoch_s"`, or a pattern such as `"%d/%m/%Y %H:%M"`
//! with a `zone`.

mod row;
#[cfg(test)]
mod tests;
mod when;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;
use yiping_model::{PropertyId, Text, Thing, ThingId};

pub use row::RowReader;
use when::When;

const PERIOD_SECS_MAX: u32 = 86_400;

/// What is wrong with a map, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// The text is not the TOML that a map is.
    #[error("map cannot be read: {0}")]
    Toml(String),
    /// A value of the map makes no sense.
    #[error("map line {line}: {detail}")]
    Value {
        /// The line.
        line: usize,
        /// What is wrong and what to write.
        detail: String,
    },
    /// The table lacks a column that the map names.
    #[error("table has no column `{column}`; it has {found}")]
    NoColumn {
        /// The column.
        column: String,
        /// What the header holds.
        found: String,
    },
}

/// A checked map.
#[derive(Debug, Clone, PartialEq)]
pub struct TableMap {
    when: When,
    thing: ThingColumn,
    period_secs: u32,
    missing: Vec<String>,
    delimiter: u8,
    metrics: Vec<Metric>,
    things: Vec<Thing>,
}

#[derive(Debug, Clone, PartialEq)]
enum ThingColumn {
    Fixed(ThingId),
    Column {
        column: String,
        rename: BTreeMap<String, ThingId>,
    },
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metric {
    column: String,
    property: PropertyId,
    #[serde(default = "one")]
    scale: f64,
    #[serde(default)]
    offset: f64,
    values: Option<BTreeMap<String, f64>>,
}

const fn one() -> f64 {
    1.0
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapText {
    table: TableText,
    #[serde(default)]
    metric: Vec<Spanned<Metric>>,
    #[serde(default)]
    thing: Vec<Spanned<ThingText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableText {
    time: Spanned<when::WhenText>,
    thing: Spanned<ThingColumnText>,
    period_secs: Spanned<u32>,
    #[serde(default = "nothing")]
    missing: Vec<String>,
    #[serde(default = "comma")]
    delimiter: Spanned<char>,
}

fn nothing() -> Vec<String> {
    vec![String::new()]
}

fn comma() -> Spanned<char> {
    Spanned::new(0..0, ',')
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThingColumnText {
    column: Option<String>,
    fixed: Option<ThingId>,
    #[serde(default)]
    rename: BTreeMap<String, ThingId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThingText {
    id: ThingId,
    name: Text,
    kind: String,
    lon: f64,
    lat: f64,
    area: Option<String>,
}

impl TableMap {
    /// Reads and checks a MAP.toml.
    ///
    /// # Errors
    /// [`MapError`] with the line and what to write instead.
    pub fn parse(text: &str) -> Result<Self, MapError> {
        let raw: MapText =
            toml::from_str(text).map_err(|error| MapError::Toml(error.to_string()))?;
        let wrong = |span: std::ops::Range<usize>, detail: String| MapError::Value {
            line: text[..span.start].matches('\n').count() + 1,
            detail,
        };
        let table = raw.table;
        let when = When::check(table.time.get_ref()).map_err(|e| wrong(table.time.span(), e))?;
        let thing_span = table.thing.span();
        let thing = thing_column(table.thing.into_inner()).map_err(|e| wrong(thing_span, e))?;
        let period_secs = *table.period_secs.get_ref();
        if !(1..=PERIOD_SECS_MAX).contains(&period_secs) {
            let detail = format!(
                "period_secs is {period_secs}; write the seconds one row stands for, 1 to {PERIOD_SECS_MAX}"
            );
            return Err(wrong(table.period_secs.span(), detail));
        }
        let delimiter = u8::try_from(*table.delimiter.get_ref())
            .ok()
            .filter(u8::is_ascii)
            .ok_or_else(|| {
                let detail = "delimiter must be one ASCII character such as \",\"".to_owned();
                wrong(table.delimiter.span(), detail)
            })?;
        if raw.metric.is_empty() {
            let detail = "no [[metric]]: name at least one column and its property".to_owned();
            return Err(wrong(0..0, detail));
        }
        check_metrics(&raw.metric).map_err(|(span, detail)| wrong(span, detail))?;
        check_things(&raw.thing).map_err(|(span, detail)| wrong(span, detail))?;
        let metrics: Vec<Metric> = raw.metric.into_iter().map(Spanned::into_inner).collect();
        let things = things_of(raw.thing, &metrics, period_secs);
        Ok(Self {
            when,
            thing,
            period_secs,
            missing: table.missing,
            delimiter,
            metrics,
            things,
        })
    }

    /// The things that the map places.
    pub fn things(&self) -> Vec<Thing> {
        self.things.clone()
    }

    /// Seconds that one row stands for.
    pub const fn period_secs(&self) -> u32 {
        self.period_secs
    }

    /// The character between cells.
    pub const fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Finds the map's columns in the header of a table.
    ///
    /// # Errors
    /// [`MapError::NoColumn`] for the first that is not there.
    pub fn bind<'a>(
        &self,
        header: impl IntoIterator<Item = &'a str>,
    ) -> Result<RowReader, MapError> {
        RowReader::new(self, &header.into_iter().collect::<Vec<_>>())
    }
}

fn thing_column(text: ThingColumnText) -> Result<ThingColumn, String> {
    match (text.column, text.fixed) {
        (Some(column), None) => Ok(ThingColumn::Column {
            column,
            rename: text.rename,
        }),
        (None, Some(id)) if text.rename.is_empty() => Ok(ThingColumn::Fixed(id)),
        _ => Err(
            "thing must be { column = \"station\" } (with rename where ids differ) or { fixed = \"station-7\" }"
                .to_owned(),
        ),
    }
}

type Wrong = (std::ops::Range<usize>, String);

fn check_metrics(metrics: &[Spanned<Metric>]) -> Result<(), Wrong> {
    let mut properties = BTreeSet::new();
    for spanned in metrics {
        let metric = spanned.get_ref();
        if !properties.insert(&metric.property) {
            let detail = format!(
                "property `{}` stands twice; a reading holds each property once",
                metric.property
            );
            return Err((spanned.span(), detail));
        }
        let words = metric.values.iter().flat_map(BTreeMap::values);
        let mut numbers = [metric.scale, metric.offset]
            .into_iter()
            .chain(words.copied());
        if metric.scale == 0.0 || !numbers.all(f64::is_finite) {
            let detail = format!(
                "scale, offset and values of `{}` must be finite numbers, and scale not 0",
                metric.column
            );
            return Err((spanned.span(), detail));
        }
    }
    Ok(())
}

fn check_things(things: &[Spanned<ThingText>]) -> Result<(), Wrong> {
    let mut ids = BTreeSet::new();
    for spanned in things {
        let thing = spanned.get_ref();
        if !ids.insert(&thing.id) {
            let detail = format!("thing `{}` stands twice; keep one", thing.id);
            return Err((spanned.span(), detail));
        }
        if !(-180.0..=180.0).contains(&thing.lon) || !(-90.0..=90.0).contains(&thing.lat) {
            let detail = format!(
                "thing `{}` lies at lon {} lat {}; write degrees, lon -180 to 180, lat -90 to 90",
                thing.id, thing.lon, thing.lat
            );
            return Err((spanned.span(), detail));
        }
    }
    Ok(())
}

fn things_of(things: Vec<Spanned<ThingText>>, metrics: &[Metric], period_secs: u32) -> Vec<Thing> {
    let properties: Vec<PropertyId> = metrics
        .iter()
        .map(|metric| metric.property.clone())
        .collect();
    things
        .into_iter()
        .map(Spanned::into_inner)
        .map(|thing| Thing {
            id: thing.id,
            name: thing.name,
            kind: thing.kind,
            lon: thing.lon,
            lat: thing.lat,
            area: thing.area,
            properties: properties.clone(),
            period_secs: Some(period_secs),
            parent: None,
            neighbour: None,
            limits: BTreeMap::new(),
        })
        .collect()
}
