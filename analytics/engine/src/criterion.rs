//! What a rule looks for in the observations of one datastream: a small state machine, which takes them in the order in which they are judged.
//!
//! What an operator remembers, beside the episode that lasts, rests on a bounded stretch of time, its [`Criterion::lead`]: whoever has judged
//! that much before a moment knows what there is to know at it. So late truth needs no more than that.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::Timestamp;

use crate::episodes::{Episode, Point};
use crate::rule::{Stuck, Threshold};

/// A window of values from which a change is taken holds one each so small a part of it.
const GRAIN: u32 = 1_024;

const HOUR_MICROS: f64 = 3.6e9;

/// What a rule looks for, in the numbers of one datastream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Criterion {
    /// A value beyond the threshold.
    Beyond(Threshold),
    /// A value beyond the threshold, and none for `delay` that clears. A pause longer than `gap` says nothing of what was meanwhile.
    Lasting {
        threshold: Threshold,
        delay: Duration,
        gap: Duration,
    },
    /// A change per hour beyond the threshold, taken over this time.
    Rate {
        threshold: Threshold,
        over: Duration,
    },
    /// One value for so long and so often, without a pause longer than `gap`.
    Stuck {
        lasts: Duration,
        min_count: u32,
        gap: Duration,
        except: Vec<f64>,
    },
}

/// What is known after some observations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Phase {
    /// The episode that lasts.
    pub(crate) open: Option<Episode>,
    memory: Option<Box<Memory>>,
}

/// What else an operator remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Memory {
    /// It is beyond since, but not for long enough; the last observation.
    Waiting { since: Episode, last: Timestamp },
    /// The same value since, so often; the last observation.
    Run {
        first: Point,
        last: Timestamp,
        count: u32,
    },
    /// The newest value at or before the beginning of the time over which the change is taken, and those after it.
    Window(VecDeque<Point>),
}

/// What an observation changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    /// Nothing, but perhaps the extreme of the episode that lasts.
    Quiet,
    /// The open episode began, perhaps at an earlier observation.
    Began,
    /// This one ended.
    Ended(Episode),
}

impl Criterion {
    /// Of an observation that stands for `period`.
    pub(crate) fn threshold(threshold: Threshold, delay: Duration, period: Duration) -> Self {
        if delay.is_zero() {
            return Self::Beyond(threshold);
        }
        Self::Lasting {
            threshold,
            delay,
            gap: delay.max(period * 2),
        }
    }

    pub(crate) const fn rate(threshold: Threshold, over: Duration) -> Self {
        Self::Rate { threshold, over }
    }

    pub(crate) fn stuck(rule: &Stuck, period: Duration) -> Self {
        let lasts = rule.lasts.duration();
        Self::Stuck {
            lasts,
            min_count: rule.min_count,
            gap: (lasts / rule.min_count.max(1)).max(period * 2),
            except: rule.except.clone(),
        }
    }

    /// What is told as the threshold that was crossed: a value, a change per hour, or how many seconds a value may stay.
    pub(crate) const fn bar(&self) -> f64 {
        match self {
            Self::Beyond(threshold)
            | Self::Lasting { threshold, .. }
            | Self::Rate { threshold, .. } => threshold.raise(),
            Self::Stuck { lasts, .. } => lasts.as_secs_f64(),
        }
    }

    /// How much time before a moment tells all that is remembered at it.
    pub(crate) fn lead(&self) -> Duration {
        match self {
            Self::Beyond(_) => Duration::ZERO,
            Self::Lasting { delay, gap, .. } => *delay + *gap,
            Self::Rate { over, .. } => *over * 2 + grain(*over),
            Self::Stuck {
                lasts,
                min_count,
                gap,
                ..
            } => (*lasts).max(*gap * *min_count) + *gap,
        }
    }

    /// Judges the next observation.
    pub(crate) fn judge(&self, phase: &mut Phase, point: Point) -> Step {
        match self {
            Self::Beyond(threshold) => beyond(threshold, &mut phase.open, point),
            Self::Lasting {
                threshold,
                delay,
                gap,
            } => lasting(threshold, *delay, *gap, phase, point),
            Self::Rate { threshold, over } => match change(*over, phase, point) {
                Some(change) => beyond(threshold, &mut phase.open, change),
                None => Step::Quiet,
            },
            Self::Stuck {
                lasts,
                min_count,
                gap,
                except,
            } => {
                let long = |run: Run| {
                    run.count >= *min_count && since(run.first.time, point.time) >= *lasts
                };
                stuck(*gap, except, long, phase, point)
            }
        }
    }

    /// Takes an observation of the lead: what it is remembered for, without its judgement where that would need an earlier one still.
    pub(crate) fn warm(&self, phase: &mut Phase, point: Point) {
        if let Self::Rate { over, .. } = self {
            change(*over, phase, point);
        } else {
            self.judge(phase, point);
        }
    }

    /// The episodes of observations in their order, from this phase on; the one that lasts comes last.
    pub(crate) fn episodes(
        &self,
        phase: &mut Phase,
        points: impl IntoIterator<Item = Point>,
    ) -> Vec<Episode> {
        let mut episodes: Vec<Episode> = Vec::new();
        for point in points {
            if let Step::Ended(episode) = self.judge(phase, point) {
                episodes.push(episode);
            }
        }
        episodes.extend(phase.open);
        episodes
    }

    /// Whether a late observation could change episodes of which this one holds its time, or none.
    pub(crate) fn is_touched(&self, around: Option<Episode>, point: Point) -> bool {
        let Self::Beyond(threshold) = self else {
            return true;
        };
        let Some(episode) = around else {
            return threshold.raises(point.value);
        };
        let at = point.time;
        let inside = episode.start.time < at && episode.end.is_none_or(|end| end.time > at);
        let extreme = threshold.more_extreme(episode.extreme, point.value);
        !inside || threshold.clears(point.value) || extreme.to_bits() != episode.extreme.to_bits()
    }
}

fn beyond(threshold: &Threshold, open: &mut Option<Episode>, point: Point) -> Step {
    if let Some(episode) = open {
        if threshold.clears(point.value) {
            let ended = Episode {
                end: Some(point),
                ..*episode
            };
            *open = None;
            return Step::Ended(ended);
        }
        episode.extreme = threshold.more_extreme(episode.extreme, point.value);
        return Step::Quiet;
    }
    if threshold.raises(point.value) {
        *open = Some(Episode::begun(point));
        return Step::Began;
    }
    Step::Quiet
}

fn lasting(
    threshold: &Threshold,
    delay: Duration,
    gap: Duration,
    phase: &mut Phase,
    point: Point,
) -> Step {
    if phase.open.is_some() {
        return beyond(threshold, &mut phase.open, point);
    }
    if let Some(Memory::Waiting { since: held, last }) = phase.memory.as_deref_mut()
        && !threshold.clears(point.value)
        && since(*last, point.time) <= gap
    {
        held.extreme = threshold.more_extreme(held.extreme, point.value);
        *last = point.time;
        if since(held.start.time, point.time) < delay {
            return Step::Quiet;
        }
        phase.open = Some(*held);
        phase.memory = None;
        return Step::Began;
    }
    phase.memory = threshold.raises(point.value).then(|| {
        Box::new(Memory::Waiting {
            since: Episode::begun(point),
            last: point.time,
        })
    });
    Step::Quiet
}

/// The change per hour up to this observation; `None` when nothing was observed from which it can be taken.
fn change(over: Duration, phase: &mut Phase, point: Point) -> Option<Point> {
    let memory = phase
        .memory
        .get_or_insert_with(|| Box::new(Memory::Window(VecDeque::new())));
    let Memory::Window(window) = memory.as_mut() else {
        return None;
    };
    let begin = point.time - over;
    while window.get(1).is_some_and(|second| second.time <= begin) {
        window.pop_front();
    }
    let oldest = begin - over;
    while window.front().is_some_and(|first| first.time < oldest) {
        window.pop_front();
    }
    let base = window.front().copied().filter(|base| base.time <= begin);
    // One each grain of time, whichever is judged first: it does not depend on where the window began.
    let grain = i64::try_from(grain(over).as_micros()).unwrap_or(i64::MAX);
    let cell = |time: Timestamp| time.as_micros().div_euclid(grain);
    if window
        .back()
        .is_none_or(|newest| cell(newest.time) != cell(point.time))
    {
        window.push_back(point);
    }
    let base = base?;
    let hours = point.time.micros_since(base.time) as f64 / HOUR_MICROS;
    Some(Point {
        time: point.time,
        value: (point.value - base.value) / hours,
    })
}

fn grain(over: Duration) -> Duration {
    (over / GRAIN).max(Duration::from_micros(1))
}

/// The same value so far.
#[derive(Clone, Copy)]
struct Run {
    first: Point,
    count: u32,
}

fn stuck(
    gap: Duration,
    except: &[f64],
    long: impl FnOnce(Run) -> bool,
    phase: &mut Phase,
    point: Point,
) -> Step {
    let same = |value: f64| value.to_bits() == point.value.to_bits();
    if phase.open.is_some_and(|open| same(open.start.value)) {
        return Step::Quiet;
    }
    let step = match phase.open.take() {
        Some(open) => Step::Ended(Episode {
            end: Some(point),
            ..open
        }),
        None => Step::Quiet,
    };
    if except.contains(&point.value) {
        phase.memory = None;
        return step;
    }
    let mut run = Run {
        first: point,
        count: 1,
    };
    if let Some(Memory::Run { first, last, count }) = phase.memory.as_deref()
        && same(first.value)
        && since(*last, point.time) <= gap
    {
        run = Run {
            first: *first,
            count: count.saturating_add(1),
        };
    }
    if run.count > 1 && long(run) {
        phase.open = Some(Episode::begun(run.first));
        phase.memory = None;
        return Step::Began;
    }
    let Run { first, count } = run;
    let last = point.time;
    match phase.memory.as_deref_mut() {
        Some(memory) => *memory = Memory::Run { first, last, count },
        None => phase.memory = Some(Box::new(Memory::Run { first, last, count })),
    }
    step
}

fn since(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::from_micros(u64::try_from(later.micros_since(earlier)).unwrap_or(0))
}
