//! The scenario `hall_breakdown`: in a full hall all windows but one stop for three quarters of an hour.
//!
//! It needs an open hall whatever the hour, so the hall sits from an hour before the start to three hours after, in place of what it would have
//! sat then (延时服务, an extended session).

use std::time::Duration;

use yiping_model::{Catalogue, ThingId, Timestamp};

const SITS_BEFORE: Duration = Duration::from_hours(1);
const SITS_AFTER: Duration = Duration::from_hours(3);
const BROKEN: Duration = Duration::from_mins(45);
/// Its last ticket is served, and the figures of the hour have passed.
const OVER: Duration = Duration::from_mins(330);

/// A hall that breaks down.
#[derive(Debug, Clone)]
pub(crate) struct Breakdown {
    pub(crate) hall: ThingId,
    start: Timestamp,
}

impl Breakdown {
    /// The hall with the most windows.
    pub(super) fn plan(catalogue: &Catalogue, start: Timestamp) -> Option<Self> {
        let halls = catalogue
            .things
            .values()
            .filter(|thing| thing.kind == "hall");
        let windows =
            |thing: &yiping_model::Thing| thing.limits.get("windows").copied().unwrap_or(0.0);
        let hall = halls.max_by(|one, other| windows(one).total_cmp(&windows(other)))?;
        Some(Self {
            hall: hall.id.clone(),
            start,
        })
    }

    pub(super) fn over(&self) -> Timestamp {
        self.start + OVER
    }

    /// When the hall sits on its account.
    pub(crate) fn sitting(&self) -> (Timestamp, Timestamp) {
        (self.start - SITS_BEFORE, self.start + SITS_AFTER)
    }

    /// When all windows but one stand still.
    pub(crate) fn broken(&self) -> (Timestamp, Timestamp) {
        (self.start, self.start + BROKEN)
    }
}
