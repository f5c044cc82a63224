//! Hourly and daily figures, folded from the figures of shorter stretches.

use std::collections::BTreeMap;

use yiping_model::{Timestamp, Zone};

use crate::{Aggregate, AggregateQuery};

/// What some minute windows of one stretch say together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// An instant of the stretch.
    pub(crate) at: Timestamp,
    /// How many observations.
    pub(crate) count: u64,
    /// Their sum.
    pub(crate) sum: f64,
    /// Smallest value.
    pub(crate) min: f64,
    /// Largest value.
    pub(crate) max: f64,
}

impl Part {
    fn and(self, other: Self) -> Self {
        Self {
            at: self.at,
            count: self.count + other.count,
            sum: self.sum + other.sum,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }

    /// The figures of a stretch that starts here; `None` without observations.
    pub(crate) fn aggregate(self, start: Timestamp) -> Option<Aggregate> {
        (self.count > 0).then(|| Aggregate {
            start,
            count: self.count,
            mean: self.sum / self.count as f64,
            min: self.min,
            max: self.max,
        })
    }
}

/// Puts the parts that belong to one hour or day of the city together. No part may lie in two of them.
pub(crate) fn fold(
    parts: impl Iterator<Item = Part>,
    query: &AggregateQuery,
    zone: &Zone,
) -> Vec<Aggregate> {
    let mut stretches: BTreeMap<Timestamp, Part> = BTreeMap::new();
    for part in parts {
        let start = query.width.start(zone, part.at);
        stretches
            .entry(start)
            .and_modify(|sum| *sum = sum.and(part))
            .or_insert(part);
    }
    stretches
        .into_iter()
        .filter(|(start, _)| (query.from..query.to).contains(start))
        .filter_map(|(start, sum)| sum.aggregate(start))
        .take(query.limit)
        .collect()
}
