//! Windows told again, from what history recalled of the datastreams that they rest on.
//!
//! A window is summed up twice in the very way in which it is summed up when it closes: as it was told last (without what was late then), and
//! as it is (without what is later than the recall). It is told again when something late is new to it.

use std::collections::BTreeSet;

use yiping_model::{Position, Stage, Timestamp, WindowBefore, WindowResult, WindowSpec, Zone};

use crate::late::{Late, Recalled, Revised, Revisions};
use crate::pane::Summary;
use crate::window::{Layout, Span, Told};

/// A datastream on which windows rest.
pub(crate) struct Member<'a> {
    pub(crate) recalled: &'a Recalled<'a>,
    pub(crate) late: &'a Late,
    /// From then on its observations are still open, and part of no window.
    pub(crate) open_from: Option<Timestamp>,
}

/// Windows of one datastream, or of a cell.
pub(crate) struct Revising<'a> {
    /// One, or the things of a cell in the order of the catalogue.
    pub(crate) members: &'a [Member<'a>],
    pub(crate) for_cell: bool,
    /// Windows that end by then are closed.
    pub(crate) closed_until: Timestamp,
    /// By what history held up to here.
    pub(crate) as_of: Position,
    pub(crate) layout: &'a Layout,
    pub(crate) zone: &'a Zone,
}

/// A window told again.
pub(crate) struct Again {
    pub(crate) told: Told,
    pub(crate) revision: u32,
    pub(crate) before: WindowBefore,
}

impl Again {
    /// Its result; `first` makes one of what is told for the first time.
    pub(crate) fn into_result(self, first: impl FnOnce(Told) -> WindowResult) -> WindowResult {
        WindowResult {
            revision: self.revision,
            before: Some(self.before),
            ..first(self.told)
        }
    }
}

impl Revising<'_> {
    /// The closed windows to which something late is new, in the order in which windows are told.
    pub(crate) fn windows(&self, revisions: &mut Revisions) -> Vec<Again> {
        let mut again = Vec::new();
        for (_, spec, start) in self.touched() {
            let span = Span::of(start, spec.length);
            let said = revisions.of(start, spec);
            if !self.brings(span, said.upto) {
                continue;
            }
            let Some(summary) = self.sum(span, self.as_of) else {
                continue;
            };
            let revised = Revised {
                revision: said.revision + 1,
                upto: self.as_of,
            };
            revisions.set(start, spec, revised);
            again.push(Again {
                told: Told {
                    at: span.end,
                    span,
                    spec,
                    stage: Stage::Final,
                    summary,
                },
                revision: revised.revision,
                before: before(self.sum(span, said.upto)),
            });
        }
        again
    }

    /// Closed windows, whole within what was recalled, that hold something late.
    fn touched(&self) -> BTreeSet<(Timestamp, WindowSpec, Timestamp)> {
        let mut touched = BTreeSet::new();
        for member in self.members {
            let (from, to) = (member.recalled.from, member.recalled.to);
            for noted in member.late.within(from, to) {
                for spec in &self.layout.specs {
                    let at = noted.sample.point.time;
                    let spans = Layout::windows_holding(*spec, at, self.zone);
                    let spans = spans.filter(|span| {
                        from <= span.start && span.end <= to && span.end <= self.closed_until
                    });
                    touched.extend(spans.map(|span| (span.end, *spec, span.start)));
                }
            }
        }
        touched
    }

    fn brings(&self, span: Span, told: Position) -> bool {
        self.members.iter().any(|member| {
            let mut late = member.late.within(span.start, span.end).iter();
            late.any(|noted| {
                noted.position <= self.as_of && member.recalled.brings(noted, self.for_cell, told)
            })
        })
    }

    fn sum(&self, span: Span, upto: Position) -> Option<Summary> {
        let sketched = !self.layout.quantiles.is_empty();
        let mut sum: Option<Summary> = None;
        let mut pane = Span::of(span.start, self.layout.pane);
        while pane.start < span.end {
            let parts = self.members.iter().filter_map(|member| {
                let is_open = |at| member.open_from.is_some_and(|open| open <= at);
                let known = member
                    .recalled
                    .known(pane, member.late, self.for_cell, upto)
                    .filter(|sample| !is_open(sample.point.time));
                Summary::of(&known.map(|sample| sample.point), sketched)
            });
            let together = parts.reduce(|all, part| all.merged(&part));
            sum = match (sum, together) {
                (Some(sum), Some(pane)) => Some(sum.merged(&pane)),
                (sum, pane) => sum.or(pane),
            };
            pane = Span::of(pane.end, self.layout.pane);
        }
        sum
    }
}

fn before(said: Option<Summary>) -> WindowBefore {
    said.map_or(
        WindowBefore {
            count: 0,
            mean: 0.0,
            min: 0.0,
            max: 0.0,
        },
        |said| WindowBefore {
            count: said.count,
            mean: said.mean,
            min: said.min,
            max: said.max,
        },
    )
}
