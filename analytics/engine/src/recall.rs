//! The parts of a recall, put together: history's answer as the engine uses it.

use serde::{Deserialize, Serialize};
use yiping_model::{DatastreamId, Position, Recall, SourceId, Timestamp};

use crate::episodes::Point;
use crate::late::Recalled;
use crate::pane::Sample;

/// A recall of which all parts up to the last one taken have come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Parts {
    pub(crate) datastream: DatastreamId,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) as_of: Position,
    next: u32,
    count: u32,
    /// With the time of the first arrival.
    samples: Vec<(Sample, Timestamp)>,
}

impl Parts {
    /// Begins with a recall's first part.
    pub(crate) fn of(recall: &Recall) -> Self {
        Self {
            datastream: recall.datastream.clone(),
            from: recall.from,
            to: recall.to,
            as_of: recall.as_of,
            next: 0,
            count: recall.parts,
            samples: Vec::new(),
        }
    }

    /// Whether this is the next part.
    pub(crate) fn goes_on_with(&self, recall: &Recall) -> bool {
        let same = self.datastream == recall.datastream && self.count == recall.parts;
        let stretch = (self.from, self.to, self.as_of) == (recall.from, recall.to, recall.as_of);
        same && stretch && self.next == recall.part
    }

    /// Takes the next part; `number` gives a door its number.
    pub(crate) fn take(&mut self, recall: &Recall, mut number: impl FnMut(&SourceId) -> u32) {
        self.next += 1;
        let numbers: Vec<u32> = recall.sources.iter().map(&mut number).collect();
        let sample = |point: &yiping_model::RecallPoint| {
            let source = *numbers.get(point.source as usize)?;
            let usable = crate::thing::is_usable(point.value);
            let value = point.value + 0.0;
            let time = point.time;
            let point_of = Point { time, value };
            let sample = Sample {
                point: point_of,
                source,
            };
            usable.then_some((sample, point.received_at))
        };
        self.samples.extend(recall.points.iter().filter_map(sample));
    }

    pub(crate) const fn is_whole(&self) -> bool {
        self.next == self.count
    }

    /// In the order of the engine, each once, by its first arrival.
    pub(crate) fn sort(&mut self) {
        self.samples
            .sort_by(|(one, at), (other, then)| one.order(other).then_with(|| at.cmp(then)));
        self.samples
            .dedup_by(|(next, _), (held, _)| next.order(held).is_eq());
    }

    pub(crate) fn recalled(&self) -> Recalled<'_> {
        Recalled {
            from: self.from,
            to: self.to,
            as_of: self.as_of,
            samples: &self.samples,
        }
    }
}
