//! What moved since the last delta was taken: the keys only, so that a burst costs one entry a key.

use std::collections::{BTreeMap, BTreeSet};

use yiping_model::{AlarmId, DatastreamId, IncidentId, Position, SourceId, ThingId};

use crate::message::{IndexKindView, TREND_POINTS, TrendPoint, TrendView};
use crate::row::Taken;

#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    /// The position that these follow.
    pub(crate) after: Position,
    pub(crate) things: BTreeSet<ThingId>,
    pub(crate) points: BTreeMap<DatastreamId, BTreeMap<i64, TrendPoint>>,
    pub(crate) indices: BTreeSet<(ThingId, IndexKindView)>,
    pub(crate) alarms: BTreeSet<AlarmId>,
    pub(crate) sources: BTreeSet<SourceId>,
    pub(crate) cells: BTreeSet<DatastreamId>,
    pub(crate) channels: BTreeSet<String>,
    pub(crate) told: BTreeSet<AlarmId>,
    pub(crate) shelving: bool,
    pub(crate) incidents: BTreeSet<IncidentId>,
    pub(crate) waiting: BTreeSet<AlarmId>,
}

impl Changes {
    pub(crate) fn after(position: Position) -> Self {
        Self {
            after: position,
            ..Self::default()
        }
    }

    /// Remembers a point that its trend took. The oldest stays even when it has fallen off the trend: a screen begins with it.
    pub(crate) fn point(
        &mut self,
        datastream: &DatastreamId,
        trend: &TrendView,
        taken: Taken,
        point: TrendPoint,
    ) {
        let points = self.points.entry(datastream.clone()).or_default();
        match taken {
            Taken::Passed => return,
            Taken::Began => points.clear(),
            Taken::Appended | Taken::Replaced => {}
        }
        points.insert(point.start_ms, point);
        if points.len() > 2 * TREND_POINTS {
            let span_ms = i64::from(trend.step_secs) * 1_000 * TREND_POINTS as i64;
            let oldest = points.first_key_value().map(|(start, _)| *start);
            points.retain(|start, _| *start > trend.last_ms - span_ms || Some(*start) == oldest);
        }
    }
}
