//! The compact form of a finding that is a window: most of what the engine says.
//!
//! Postcard has no names of fields and cannot leave one out, as the JSON form of [`WindowResult`] does, so this is a form of its own. Its
//! layout is frozen.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Outcome, Quantile, Stage, WindowBefore, WindowResult};
use crate::id::{DatastreamId, PropertyId, ThingId};
use crate::record::Position;
use crate::time::{Timestamp, WindowLength};

/// What a window is on disk.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CompactWindow<'w> {
    cause: Position,
    ordinal: u32,
    thing: Cow<'w, ThingId>,
    property: Cow<'w, PropertyId>,
    start: Timestamp,
    length: WindowLength,
    hop: Option<WindowLength>,
    stage: Stage,
    revision: u32,
    count: u32,
    expected: u32,
    mean: f64,
    min: f64,
    max: f64,
    last: f64,
    std_dev: f64,
    quantiles: Cow<'w, [Quantile]>,
    before: Option<WindowBefore>,
}

impl<'w> CompactWindow<'w> {
    /// The form of this window, which `finding` says.
    pub(crate) const fn of(finding: &'w Finding, window: &'w WindowResult) -> Self {
        Self {
            cause: finding.cause,
            ordinal: finding.ordinal,
            thing: Cow::Borrowed(&window.datastream.thing),
            property: Cow::Borrowed(&window.datastream.property),
            start: window.start,
            length: window.length,
            hop: window.hop,
            stage: window.stage,
            revision: window.revision,
            count: window.count,
            expected: window.expected,
            mean: window.mean,
            min: window.min,
            max: window.max,
            last: window.last,
            std_dev: window.std_dev,
            quantiles: Cow::Borrowed(window.quantiles.as_slice()),
            before: window.before,
        }
    }

    /// The finding of this form.
    pub(crate) fn finding(self) -> Finding {
        Finding {
            cause: self.cause,
            ordinal: self.ordinal,
            outcome: Outcome::Window(WindowResult {
                datastream: DatastreamId {
                    thing: self.thing.into_owned(),
                    property: self.property.into_owned(),
                },
                start: self.start,
                length: self.length,
                hop: self.hop,
                stage: self.stage,
                revision: self.revision,
                count: self.count,
                expected: self.expected,
                mean: self.mean,
                min: self.min,
                max: self.max,
                last: self.last,
                std_dev: self.std_dev,
                quantiles: self.quantiles.into_owned(),
                before: self.before,
            }),
        }
    }
}
