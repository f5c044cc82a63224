//! Where the log ends, for each class of records: who waits for alarms is not woken for every reading.

use tokio::sync::watch;
use yiping_model::{Class, Position, Record};

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
    pub(crate) fn advance(&self, records: &[Record]) {
        let last_of = |class| {
            let mut latest_first = records.iter().rev();
            latest_first.find(|record| record.body.class() >= class)
        };
        let (result, alarm) = (last_of(Class::Result), last_of(Class::Alarm));
        for (end, last) in [
            (&self.alarms, alarm),
            (&self.results, result),
            (&self.all, records.last()),
        ] {
            if let Some(last) = last {
                end.send_replace(last.position);
            }
        }
    }
}
