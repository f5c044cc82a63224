//! One row, by the columns that the header named.

use smallvec::SmallVec;
use yiping_model::{Disposition, Reason, ThingId, Timestamp};

use super::{MapError, Metric, TableMap, ThingColumn};
use crate::{Decoded, RawReading, RawValue, Refusal};

/// A map bound to the header of one table.
#[derive(Debug, Clone)]
pub struct RowReader {
    map: TableMap,
    when: Vec<usize>,
    thing: Option<usize>,
    metrics: Vec<usize>,
}

impl RowReader {
    pub(super) fn new(map: &TableMap, header: &[&str]) -> Result<Self, MapError> {
        let find = |column: &str| {
            let at = header.iter().position(|name| name.trim() == column);
            at.ok_or_else(|| MapError::NoColumn {
                column: column.to_owned(),
                found: header.join(", "),
            })
        };
        let when = map
            .when
            .columns()
            .into_iter()
            .map(find)
            .collect::<Result<_, _>>()?;
        let thing = match &map.thing {
            ThingColumn::Fixed(_) => None,
            ThingColumn::Column { column, .. } => Some(find(column)?),
        };
        let columns = map.metrics.iter().map(|metric| find(&metric.column));
        Ok(Self {
            when,
            thing,
            metrics: columns.collect::<Result<_, _>>()?,
            map: map.clone(),
        })
    }

    /// When the period of this row began.
    ///
    /// # Errors
    /// What is wrong with the cells that say so.
    pub fn time(&self, cells: &[&str]) -> Result<Timestamp, String> {
        let cells: SmallVec<[&str; 6]> = self.when.iter().map(|&at| cell(cells, at)).collect();
        self.map.when.read(&cells)
    }

    /// The row's reading, and what of it cannot be used. A row of nothing but missing cells is neither.
    pub fn read(&self, cells: &[&str]) -> Decoded {
        let mut values = SmallVec::new();
        let mut refusals = Vec::new();
        for (metric, &at) in self.map.metrics.iter().zip(&self.metrics) {
            let text = cell(cells, at);
            if self.map.missing.iter().any(|missing| missing == text) {
                continue;
            }
            match value_of(metric, text) {
                Ok(value) => values.push(RawValue {
                    property: metric.property.clone(),
                    value,
                }),
                Err((reason, detail)) => refusals.push(refusal(reason, detail, 1)),
            }
        }
        if values.is_empty() {
            let readings = Vec::new();
            return Decoded {
                readings,
                refusals,
                ..Decoded::default()
            };
        }
        match (self.time(cells), self.thing(cells)) {
            (Ok(phenomenon_time), Ok(thing)) => Decoded {
                readings: vec![RawReading {
                    index: 0,
                    thing,
                    phenomenon_time,
                    values,
                }],
                refusals,
                ..Decoded::default()
            },
            (Err(detail), _) => unusable(Reason::BadTime, detail, values.len() + refusals.len()),
            (_, Err(detail)) => unusable(Reason::BadId, detail, values.len() + refusals.len()),
        }
    }

    fn thing(&self, cells: &[&str]) -> Result<ThingId, String> {
        match (&self.map.thing, self.thing) {
            (ThingColumn::Fixed(id), _) => Ok(id.clone()),
            (ThingColumn::Column { rename, column }, at) => {
                let name = at.map_or("", |at| cell(cells, at));
                rename.get(name).cloned().map_or_else(
                    || {
                        ThingId::new(name).map_err(|error| {
                            let name = crate::short(name).escape_debug();
                            format!("`{name}` in `{column}` cannot be an id: {error}")
                        })
                    },
                    Ok,
                )
            }
        }
    }
}

fn cell<'a>(cells: &[&'a str], at: usize) -> &'a str {
    cells.get(at).map_or("", |cell| cell.trim())
}

fn unusable(reason: Reason, detail: String, items: usize) -> Decoded {
    Decoded {
        refusals: vec![refusal(reason, detail, items)],
        ..Decoded::default()
    }
}

fn value_of(metric: &Metric, text: &str) -> Result<f64, (Reason, String)> {
    let shown = || crate::short(text).escape_debug().to_string();
    let number = match &metric.values {
        Some(words) => words.get(text).copied().ok_or_else(|| {
            let detail = format!(
                "`{}` in `{}` is none of the map's values; add it there, or to `missing`",
                shown(),
                metric.column
            );
            (Reason::WrongType, detail)
        })?,
        None => text.parse::<f64>().map_err(|_not_a_number| {
            let detail = format!("`{}` in `{}` is not a number", shown(), metric.column);
            (Reason::WrongType, detail)
        })?,
    };
    let value = crate::scaled(number, metric.scale) + metric.offset;
    if value.is_finite() {
        return Ok(value);
    }
    let detail = format!("`{}` in `{}` is not finite", shown(), metric.column);
    Err((Reason::NotFinite, detail))
}

fn refusal(reason: Reason, detail: String, items: usize) -> Refusal {
    Refusal {
        index: 0,
        disposition: Disposition::Rejected,
        reason,
        detail,
        offset: None,
        items: crate::saturating_u32(items),
    }
}
