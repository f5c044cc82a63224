//! The last window of each property over the things of an H3 cell.

use yiping_model::{Property, Timestamp, WindowResult};

use super::WallScene;
use crate::views;

impl WallScene {
    /// Takes a window of a cell, of the shortest tumbling ones of its property. One that is not newer than what is held, nor the same told
    /// again, is for history.
    pub(super) fn take_cell(&mut self, window: &WindowResult, received_at: Timestamp) {
        let datastream = &window.datastream;
        let known = self.catalogue.properties.get(&datastream.property);
        let length = known.and_then(Property::shortest_window);
        if window.hop.is_some() || length != Some(window.length) {
            return;
        }
        let view = views::cell_window(window, received_at);
        if let Some(held) = self.state.cells.get_mut(datastream) {
            if view.start_ms < held.start_ms {
                return;
            }
            *held = view;
        } else {
            let is_full = self.state.cells.len() >= self.given.limits.cells_max;
            if is_full || !self.hear_thing(&datastream.thing) {
                self.state.unshown += 1;
                return;
            }
            self.state.cells.insert(datastream.clone(), view);
        }
        self.changes.cells.insert(datastream.clone());
    }
}
