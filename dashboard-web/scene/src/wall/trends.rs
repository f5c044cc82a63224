//! Windows and indices: what trends are made of.

use yiping_model::{DatastreamId, IndexResult, Property, Timestamp, WindowResult};

use super::{INDEX_POINTS, WallScene, step_secs};
use crate::message::TrendPoint;
use crate::row::{self, Taken};
use crate::views;

impl WallScene {
    /// A trend follows the shortest windows of its datastream: those that the catalogue names, or else the shortest that came.
    pub(super) fn take_window(&mut self, window: &WindowResult, received_at: Timestamp) {
        let datastream = &window.datastream;
        if datastream.thing.is_cell() {
            self.take_cell(window, received_at);
            return;
        }
        if !self.state.latest.holds_observed(datastream) {
            return;
        }
        let known = self.catalogue.properties.get(&datastream.property);
        let length = known.and_then(Property::shortest_window);
        if window.hop.is_some() || length.is_some_and(|length| length != window.length) {
            return;
        }
        self.take_point(datastream, views::trend_point(window));
    }

    pub(super) fn take_point(&mut self, datastream: &DatastreamId, point: TrendPoint) {
        let trends = &mut self.state.trends;
        if let Some(trend) = trends.get_mut(datastream) {
            if point.step_secs > trend.step_secs {
                return;
            }
            let taken = row::take(trend, &point);
            self.changes.point(datastream, trend, taken, point);
        } else {
            let trend = row::begin(&point);
            self.changes.point(datastream, &trend, Taken::Began, point);
            trends.insert(datastream.clone(), trend);
        }
    }

    pub(super) fn take_index(&mut self, index: &IndexResult) {
        if !self.state.things.contains_key(&index.thing) {
            return;
        }
        let key = (index.thing.clone(), views::index_kind(index.kind));
        let mut view = views::index(index);
        if let Some(held) = self.state.indices.get_mut(&key) {
            let ahead = row::steps(held.start_ms, view.start_ms, step_secs(index.kind));
            match row::put(&mut held.trend, ahead, index.value, INDEX_POINTS) {
                Taken::Passed => return,
                _ if ahead < 0 => {}
                _ => {
                    view.trend = std::mem::take(&mut held.trend);
                    *held = view;
                }
            }
        } else {
            self.state.indices.insert(key.clone(), view);
        }
        self.changes.indices.insert(key);
    }
}
