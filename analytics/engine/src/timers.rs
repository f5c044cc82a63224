//! When something has to be done though nothing arrives. A timer may ring too early, never too late: whoever it wakes looks again.
//!
//! So a reading that only moves its thing's deadline further away costs no change here.

use std::collections::BTreeSet;

use yiping_model::Timestamp;

/// Whom a timer wakes, by its place in the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Thing(usize),
    Cell(usize),
    /// A datastream whose silence is watched, by its place there.
    Stream(usize),
    /// A track of events, by its place among them.
    Track(usize),
}

/// When somebody is woken; kept by the one who is.
pub(crate) type Armed = Option<Timestamp>;

/// The timers that are set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timers(BTreeSet<(Timestamp, Who)>);

impl Timers {
    /// Wakes at this time, unless that is to happen earlier.
    pub(crate) fn arm(&mut self, who: Who, armed: &mut Armed, at: Timestamp) {
        match *armed {
            Some(earlier) if earlier <= at => return,
            Some(later) => {
                self.0.remove(&(later, who));
            }
            None => {}
        }
        self.0.insert((at, who));
        *armed = Some(at);
    }

    /// The next one that rings by `now`.
    pub(crate) fn ring(&mut self, now: Timestamp) -> Option<(Timestamp, Who)> {
        if self.0.first()?.0 > now {
            return None;
        }
        self.0.pop_first()
    }

    /// All of them, in the order of time.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Timestamp, Who)> {
        self.0.iter().copied()
    }
}
