//! Where the log ends, for each class of records: who waits for alarms is not woken for every reading.

use tokio::sync::watch;
use yiping_model::{Class, Position};

/// Where a reader that has read up to `position` may go on from, when nothing after it is of the class that it wants: `end` is the log's
/// end, `wanted` that of the class. What lies between need not be read.
pub fn passed_over(
    end: &watch::Receiver<Position>,
    wanted: &watch::Receiver<Position>,
    position: Position,
) -> Option<Position> {
    // In this order: whatever this end counts, the other counts already.
    let last = *end.borrow();
    (last > position && *wanted.borrow() <= position).then_some(last)
}

/// The last records of a commit: of all, of results, and of alarms or what is kept longer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lasts {
    any: Option<Position>,
    result: Option<Position>,
    alarm: Option<Position>,
}

impl Lasts {
    /// Takes the next record.
    pub(crate) fn note(&mut self, position: Position, class: Class) {
        self.any = Some(position);
        if class >= Class::Result {
            self.result = self.any;
        }
        if class >= Class::Alarm {
            self.alarm = self.any;
        }
    }

    /// No record of it is of a class that is kept longer.
    pub(crate) const fn class(&self) -> Class {
        match self {
            Self { alarm: Some(_), .. } => Class::Decision,
            Self {
                result: Some(_), ..
            } => Class::Result,
            Self { .. } => Class::Input,
        }
    }
}

/// The ends of a log, which grow.
#[derive(Debug)]
pub(crate) struct Ends {
    /// Of all records.
    all: watch::Sender<Position>,
    results: watch::Sender<Position>,
    alarms: watch::Sender<Position>,
}

impl Ends {
    /// Of a log that ends here; what its last records are is not known, so they count as all classes.
    pub(crate) fn new(end: Position) -> Self {
        Self {
            all: watch::Sender::new(end),
            results: watch::Sender::new(end),
            alarms: watch::Sender::new(end),
        }
    }

    /// The last record.
    pub(crate) fn last(&self) -> Position {
        *self.all.borrow()
    }

    /// Wakes when a record of this class, or of one that is kept longer, becomes durable.
    pub(crate) fn of(&self, class: Class) -> watch::Receiver<Position> {
        match class {
            Class::Input => self.all.subscribe(),
            Class::Result => self.results.subscribe(),
            Class::Alarm | Class::Decision => self.alarms.subscribe(),
        }
    }

    /// Tells of a commit.
    pub(crate) fn advance(&self, lasts: &Lasts) {
        for (end, last) in [
            (&self.alarms, lasts.alarm),
            (&self.results, lasts.result),
            (&self.all, lasts.any),
        ] {
            if let Some(last) = last {
                end.send_replace(last);
            }
        }
    }
}
