//! The windows of one datastream, or of one property over the things of a cell.
//!
//! Observations are summed up once, in panes: the longest stretches of which every window is made whole (the greatest common divisor of
//! lengths, hops and the pace of early results). A pane is settled when the watermark has passed its end; panes come in the order of time, and
//! every open window that holds one takes it in. So no figure depends on the order of arrival, and an open window costs the same however long
//! it is.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use yiping_model::{
    DatastreamId, Property, Stage, Timestamp, WindowLength, WindowResult, WindowSpec, Zone,
};

use crate::pane::Summary;

/// A stretch of time, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl Span {
    pub(crate) fn of(start: Timestamp, length: WindowLength) -> Self {
        Self {
            start,
            end: start + length.duration(),
        }
    }

    pub(crate) fn holding(at: Timestamp, length: WindowLength, zone: &Zone) -> Self {
        Self::of(zone.window_start(at, length), length)
    }

    pub(crate) fn holds(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

/// How the time of a property is cut into panes and windows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub(crate) pane: WindowLength,
    /// Ascending, each once.
    pub(crate) specs: Vec<WindowSpec>,
    pub(crate) quantiles: Vec<f64>,
    early: Option<WindowLength>,
}

impl Layout {
    /// Tumbling windows of these lengths; `None` of none.
    pub(crate) fn tumbling(lengths: &[WindowLength]) -> Option<Self> {
        let specs = lengths.iter().copied().map(WindowSpec::tumbling).collect();
        Self::new(specs, Vec::new(), None)
    }

    /// `None` for a property without windows.
    pub(crate) fn of(property: &Property) -> Option<Self> {
        let (specs, quantiles) = (property.windows.clone(), property.quantiles.clone());
        Self::new(specs, quantiles, property.early)
    }

    fn new(
        mut specs: Vec<WindowSpec>,
        quantiles: Vec<f64>,
        early: Option<WindowLength>,
    ) -> Option<Self> {
        specs.sort_unstable();
        specs.dedup();
        let early = early.filter(|early| specs.iter().any(|spec| tells_early(spec, *early)));
        let parts = specs.iter().flat_map(|spec| [spec.length, spec.step()]);
        let pane = parts.chain(early).map(WindowLength::secs).reduce(gcd)?;
        Some(Self {
            pane: WindowLength::from_secs(pane)?,
            specs,
            quantiles,
            early,
        })
    }

    /// The windows of this kind that hold this time, earliest first.
    pub(crate) fn windows_holding(
        spec: WindowSpec,
        at: Timestamp,
        zone: &Zone,
    ) -> impl Iterator<Item = Span> {
        let latest = zone.window_start(at, spec.step());
        let (length, step) = (spec.length.secs(), spec.step().secs());
        (0..length.div_ceil(step))
            .rev()
            .map(move |back| Span::of(latest - spec.step().duration() * back, spec.length))
            .filter(move |span| span.holds(at))
    }
}

/// A hopping window tells at every hop anyway.
fn tells_early(spec: &WindowSpec, early: WindowLength) -> bool {
    spec.hop.is_none() && spec.length > early
}

const fn gcd(one: u32, other: u32) -> u32 {
    let (mut one, mut other) = (one, other);
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// Windows are told in the order of time, and at the same time by kind.
pub(crate) type Place = (Timestamp, WindowSpec, Timestamp);

/// What a window says.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// The event time from which on it could be said.
    pub(crate) at: Timestamp,
    pub(crate) span: Span,
    pub(crate) spec: WindowSpec,
    pub(crate) stage: Stage,
    pub(crate) summary: Summary,
}

/// The open windows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Windows {
    /// Of each kind, in the order of time.
    open: Vec<VecDeque<(Span, Summary)>>,
    /// Until when the newest pane is waited with before open windows tell what they hold.
    early_end: Option<Timestamp>,
}

impl Windows {
    /// When there is something to tell if no pane comes.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        let first = self.open.iter().filter_map(VecDeque::front);
        first.map(|(span, _)| span.end).chain(self.early_end).min()
    }

    /// Takes in a pane, which follows all panes before it.
    pub(crate) fn take(
        &mut self,
        pane: Span,
        summary: &Summary,
        layout: &Layout,
        zone: &Zone,
        out: &mut Vec<Told>,
    ) {
        self.close(pane.start, layout, out);
        self.open.resize(layout.specs.len(), VecDeque::new());
        for (open, spec) in self.open.iter_mut().zip(&layout.specs) {
            if spec.hop.is_none() {
                // Where the zone's clock is set back, a window may begin before the one before it ended.
                let start = zone.window_start(pane.start, spec.length);
                let other = open.pop_front_if(|(span, _)| span.start != start);
                out.extend(other.map(|window| told(window, *spec)));
            }
            for span in Layout::windows_holding(*spec, pane.start, zone) {
                match open.iter_mut().find(|(held, _)| *held == span) {
                    Some((_, sum)) => sum.merge(summary),
                    None => open.push_back((span, summary.clone())),
                }
            }
        }
        if let Some(early) = layout.early {
            self.early_end = Some(Span::holding(pane.start, early, zone).end);
        }
    }

    /// Tells what ends at or before the watermark.
    pub(crate) fn close(&mut self, watermark: Timestamp, layout: &Layout, out: &mut Vec<Told>) {
        let early_end = self.early_end.take_if(|end| *end <= watermark);
        for (open, spec) in self.open.iter_mut().zip(&layout.specs) {
            while let Some(window) = open.pop_front_if(|(span, _)| span.end <= watermark) {
                out.push(told(window, *spec));
            }
            if let Some(window) = open.front() {
                out.extend(early(window, *spec, layout, early_end));
            }
        }
    }
}

fn told((span, summary): (Span, Summary), spec: WindowSpec) -> Told {
    Told {
        at: span.end,
        span,
        spec,
        stage: Stage::Final,
        summary,
    }
}

fn early(
    (span, summary): &(Span, Summary),
    spec: WindowSpec,
    layout: &Layout,
    end: Option<Timestamp>,
) -> Option<Told> {
    let end = end.filter(|end| span.start < *end && *end < span.end)?;
    let told = layout.early.is_some_and(|early| tells_early(&spec, early));
    told.then(|| Told {
        at: end,
        span: *span,
        spec,
        stage: Stage::Early,
        summary: summary.clone(),
    })
}

impl Told {
    /// Its place among all that is told.
    pub(crate) const fn order(&self) -> Place {
        (self.at, self.spec, self.span.start)
    }

    /// The result, with as many observations expected as these periods promise.
    pub(crate) fn into_result(
        self,
        datastream: DatastreamId,
        periods_secs: &[u32],
        layout: &Layout,
    ) -> WindowResult {
        let length = self.spec.length;
        let expected = |period: &u32| length.secs().checked_div(*period).unwrap_or(0);
        let sketch = self.summary.sketch.as_ref();
        WindowResult {
            datastream,
            start: self.span.start,
            length,
            hop: self.spec.hop,
            stage: self.stage,
            revision: 0,
            count: self.summary.count,
            expected: periods_secs.iter().map(expected).sum(),
            mean: self.summary.mean,
            min: self.summary.min,
            max: self.summary.max,
            last: self.summary.last.value,
            std_dev: self.summary.std_dev(),
            quantiles: sketch.map_or(Vec::new(), |sketch| sketch.quantiles(&layout.quantiles)),
            before: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::episodes::Point;

    fn layout(specs: &[&str], early: Option<&str>) -> Layout {
        let specs = specs
            .iter()
            .map(|text| WindowSpec::parse(text).expect("valid"));
        let early = early.map(|text| WindowLength::parse(text).expect("valid"));
        Layout::new(specs.collect(), Vec::new(), early).expect("not empty")
    }

    #[test]
    fn a_pane_is_the_longest_stretch_of_which_every_window_is_made_whole() {
        let pane = |specs: &[&str], early| layout(specs, early).pane.to_string();
        assert_eq!(pane(&["1m", "1h"], None), "1m");
        assert_eq!(pane(&["1h/10m", "90m"], None), "10m");
        assert_eq!(pane(&["1h"], Some("4m")), "4m");
        assert_eq!(pane(&["1h"], Some("1h")), "1h");
        assert_eq!(pane(&["8m/6m"], None), "2m");
    }

    #[test]
    fn where_the_clock_is_set_back_every_observation_still_counts_once_in_each_length() {
        let zone = Zone::named("America/New_York").expect("built in");
        let layout = layout(&["1h", "12h", "1d"], None);
        let start = Timestamp::parse("2026-10-30T00:30:00-04:00").expect("valid");
        let (mut windows, mut out) = (Windows::default(), Vec::new());
        for hour in 0..96 {
            let point = Point {
                time: start + WindowLength::HOUR.duration() * hour,
                value: 1.0,
            };
            let summary = Summary::of(&std::iter::once(point), false).expect("one");
            let pane = Span::holding(point.time, layout.pane, &zone);
            windows.take(pane, &summary, &layout, &zone, &mut out);
        }
        windows.close(start + WindowLength::DAY.duration() * 9, &layout, &mut out);
        for spec in &layout.specs {
            let of_kind = out.iter().filter(|window| window.spec == *spec);
            let count: u32 = of_kind.map(|window| window.summary.count).sum();
            assert_eq!(count, 96, "{spec}");
        }
        assert_eq!(windows.next_end(), None);
    }
}
