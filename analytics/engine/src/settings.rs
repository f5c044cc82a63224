//! The limits of the engine.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::WindowLength;

/// How long the engine waits, and how much it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How far the watermark of a thing stays behind its newest phenomenon time: what comes out of order by less is still in time.
    pub lateness_secs: u32,
    /// A thing silent for so long no longer holds its windows open: its watermark follows the city clock at this distance, up to the end of what
    /// its newest observation stands for, and beyond that later by one period, or by as much as the newest was old when it came.
    pub idle_secs: u32,
    /// Datastreams the engine follows; observations of further ones are counted and drive no figure.
    pub series_max: u32,
    /// Observations held of one datastream, in windows that are still open; further ones are counted and drive no figure. The same holds, for
    /// derived values, of the observations of one property, and of the events, of one thing.
    pub samples_max: u32,
    /// How far behind the watermark of its thing an observation may come and still correct windows, indices, derived values and alarms; older ones are in history only.
    pub revise_hours: u32,
    /// How long, by the city clock, late observations are gathered before history is asked for the time that they touch, and
    /// before derived values are told again.
    pub recall_gather_secs: u32,
    /// Observations that history may recall at once; a stretch of time that holds more is not corrected, and counted. Late observations noted of one
    /// datastream have the same limit.
    pub recall_points_max: u32,
    /// Tracks and things of which events have or had alarms within `revise_hours`; events of further ones are counted and raise none.
    pub tracks_max: u32,
    /// Window lengths of properties that the catalogue does not know.
    pub default_windows: Vec<WindowLength>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lateness_secs: 60,
            idle_secs: 120,
            series_max: 200_000,
            samples_max: 100_000,
            revise_hours: 48,
            recall_gather_secs: 10,
            recall_points_max: 200_000,
            tracks_max: 20_000,
            default_windows: WindowLength::from_secs(60)
                .into_iter()
                .chain([WindowLength::HOUR])
                .collect(),
        }
    }
}

impl Settings {
    pub(crate) const fn lateness(&self) -> Duration {
        Duration::from_secs(self.lateness_secs as u64)
    }

    pub(crate) const fn revise(&self) -> Duration {
        Duration::from_hours(self.revise_hours as u64)
    }

    pub(crate) const fn gather(&self) -> Duration {
        Duration::from_secs(self.recall_gather_secs as u64)
    }

    pub(crate) const fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_secs as u64)
    }
}
