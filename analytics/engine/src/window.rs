//! The tumbling windows of one datastream.
//!
//! The shortest window is the pane: its observations are held until the watermark passes its end, then summed up in their order. The longer
//! windows are sums of panes, taken in the order of time. So no figure depends on the order of arrival, and a day costs no more memory than
//! its open pane.

use serde::{Deserialize, Serialize};
use yiping_model::{DatastreamId, Stage, Timestamp, WindowLength, WindowResult, Zone};

use crate::pane::{Samples, Summary};

/// A stretch of time, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl Span {
    fn holding(at: Timestamp, length: WindowLength, zone: &Zone) -> Self {
        let start = zone.window_start(at, length);
        Self {
            start,
            end: start + length.duration(),
        }
    }
}

/// A window whose end has passed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Closed {
    pub(crate) span: Span,
    pub(crate) length: WindowLength,
    pub(crate) summary: Summary,
}

/// The open windows of one datastream.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Windows {
    /// The pane of the oldest observation held; `None` when none is.
    pane: Option<Span>,
    /// The open window of each longer length, in the order of lengths.
    longer: Vec<Option<(Span, Summary)>>,
}

impl Windows {
    /// To be called when the oldest observation held has become another.
    pub(crate) fn align(&mut self, samples: &Samples, lengths: &[WindowLength], zone: &Zone) {
        let oldest = samples.as_slice().first();
        self.pane = lengths
            .first()
            .zip(oldest)
            .map(|(length, sample)| Span::holding(sample.point.time, *length, zone));
    }

    /// When the next window ends.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        let longer = self.longer.iter().flatten().map(|(span, _)| span.end);
        longer.chain(self.pane.map(|pane| pane.end)).min()
    }

    /// Closes what ends at or before the watermark, and gives the observations of closed panes back to `samples`: how many.
    pub(crate) fn close(
        &mut self,
        watermark: Timestamp,
        samples: &mut Samples,
        lengths: &[WindowLength],
        zone: &Zone,
        out: &mut Vec<Closed>,
    ) -> usize {
        let mut dropped = 0;
        while let Some(end) = self.next_end().filter(|end| *end <= watermark) {
            match self.pane {
                Some(pane) if pane.end == end => {
                    let count = samples.before(pane.end);
                    let summary = Summary::of(&samples.as_slice()[..count]);
                    samples.drop_first(count);
                    dropped += count;
                    self.align(samples, lengths, zone);
                    if let Some(summary) = summary {
                        self.settle_pane(pane, &summary, lengths, zone, out);
                    }
                }
                _ => self.close_longer(end, lengths, out),
            }
        }
        dropped
    }

    fn settle_pane(
        &mut self,
        pane: Span,
        summary: &Summary,
        lengths: &[WindowLength],
        zone: &Zone,
        out: &mut Vec<Closed>,
    ) {
        let Some((shortest, longer)) = lengths.split_first() else {
            return;
        };
        out.push(Closed {
            span: pane,
            length: *shortest,
            summary: *summary,
        });
        self.longer.resize(longer.len(), None);
        for (open, length) in self.longer.iter_mut().zip(longer) {
            let span = Span::holding(pane.start, *length, zone);
            match open {
                Some((held, sum)) if *held == span => sum.append(summary),
                _ => {
                    // Where the zone's clock is set back, a window may begin before the one before it ended.
                    let before = open.replace((span, *summary));
                    out.extend(before.map(|(span, summary)| Closed {
                        span,
                        length: *length,
                        summary,
                    }));
                }
            }
        }
    }

    fn close_longer(&mut self, end: Timestamp, lengths: &[WindowLength], out: &mut Vec<Closed>) {
        for (open, length) in self.longer.iter_mut().zip(lengths.iter().skip(1)) {
            if let Some((span, summary)) = open.take_if(|(span, _)| span.end == end) {
                out.push(Closed {
                    span,
                    length: *length,
                    summary,
                });
            }
        }
    }
}

impl Closed {
    /// The result, with as many observations expected as the period promises.
    pub(crate) fn into_result(
        self,
        datastream: &DatastreamId,
        period_secs: Option<u32>,
    ) -> WindowResult {
        let expected = period_secs.and_then(|period| self.length.secs().checked_div(period));
        WindowResult {
            datastream: datastream.clone(),
            start: self.span.start,
            length: self.length,
            hop: None,
            stage: Stage::Final,
            revision: 0,
            count: self.summary.count,
            expected: expected.unwrap_or(0),
            mean: self.summary.mean,
            min: self.summary.min,
            max: self.summary.max,
            last: self.summary.last,
            std_dev: self.summary.std_dev(),
            quantiles: Vec::new(),
            before: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::episodes::Point;
    use crate::pane::Sample;

    #[test]
    fn where_the_clock_is_set_back_every_observation_still_counts_once_in_each_length() {
        let zone = Zone::named("America/New_York").expect("built in");
        let lengths = ["1h", "12h", "1d"].map(|text| WindowLength::parse(text).expect("valid"));
        let start = Timestamp::parse("2026-10-30T00:30:00-04:00").expect("valid");
        let (mut samples, mut windows, mut closed) =
            (Samples::default(), Windows::default(), Vec::new());
        for hour in 0..96 {
            let point = Point {
                time: start + WindowLength::HOUR.duration() * hour,
                value: 1.0,
            };
            samples.offer(Sample { point, source: 0 }, 1_000);
            windows.align(&samples, &lengths, &zone);
            windows.close(point.time, &mut samples, &lengths, &zone, &mut closed);
        }
        let after = start + WindowLength::DAY.duration() * 9;
        windows.close(after, &mut samples, &lengths, &zone, &mut closed);
        for length in lengths {
            let of_length = closed.iter().filter(|window| window.length == length);
            let count: u32 = of_length.map(|window| window.summary.count).sum();
            assert_eq!(count, 96, "{length}");
        }
        assert_eq!(windows.next_end(), None);
    }
}
