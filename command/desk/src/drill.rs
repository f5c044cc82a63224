//! Drills (演练): which there were, which one runs, and how one went.
//!
//! A drill is the same house over a log of its own (`yiping_log::DrillLog`), so there is nothing here of windows, alarms or tasks: only when it began and
//! ended ([`DrillBook`]), and what its entries on the ledger are worth ([`Score`]).

mod score;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use yiping_model::{Body, DrillForm, DrillId, DrillStep, Drilled, Position, Record, Timestamp};

pub use score::{FalseAct, Met, Score};

/// Drills that are remembered; the log has all of them.
const DRILLS_MAX: usize = 100;

/// A drill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneDrill {
    /// Its id.
    pub id: DrillId,
    /// The record that opened it.
    pub position: Position,
    /// When.
    pub opened: Timestamp,
    /// What it is.
    pub form: DrillForm,
    /// How it ended; `None` while it runs.
    pub stopped: Option<Stopped>,
}

/// How a drill ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// The record.
    pub position: Position,
    /// When.
    pub at: Timestamp,
    /// Who ended it.
    pub person: Option<String>,
    /// Whether it was broken off.
    pub aborted: bool,
    /// Why.
    pub note: String,
}

/// All drills at a position of the log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DrillBook {
    position: Position,
    /// How many there ever were.
    counted: u64,
    drills: VecDeque<OneDrill>,
}

impl OneDrill {
    /// Whether it goes on.
    pub const fn runs(&self) -> bool {
        self.stopped.is_none()
    }

    /// Whether an account takes part.
    pub fn takes_part(&self, account: &str) -> bool {
        let participants = &self.form.participants;
        participants.is_empty() || participants.iter().any(|one| one == account)
    }
}

impl DrillBook {
    /// The last record that was taken.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Those that are remembered, the oldest first.
    pub fn drills(&self) -> impl DoubleEndedIterator<Item = &OneDrill> {
        self.drills.iter()
    }

    /// One of them.
    pub fn drill(&self, id: &str) -> Option<&OneDrill> {
        self.drills.iter().find(|one| one.id.as_str() == id)
    }

    /// The last one, whether it runs or not.
    pub fn last(&self) -> Option<&OneDrill> {
        self.drills.back()
    }

    /// The one that runs: there is never more than one.
    pub fn running(&self) -> Option<&OneDrill> {
        self.last().filter(|one| one.runs())
    }

    /// The id of the next one.
    pub fn next_id(&self) -> DrillId {
        let id = format!("drill-{}", self.counted + 1);
        DrillId::new(id).expect("a word and a number are an id")
    }

    /// Goes on from here, because the log holds nothing for it until here.
    pub fn pass(&mut self, position: Position) {
        self.position = self.position.max(position);
    }

    /// Takes the next record; one at or before its position changes nothing. Of two that begin at once the first counts, and so of two that end one.
    pub fn take(&mut self, record: &Record) {
        if record.position <= self.position {
            return;
        }
        self.position = record.position;
        let Body::Drill(drill) = &record.body else {
            return;
        };
        match &drill.what {
            Drilled::Step(DrillStep::Opened(form)) if self.running().is_none() => {
                self.counted += 1;
                self.drills.push_back(OneDrill {
                    id: drill.drill.clone(),
                    position: record.position,
                    opened: record.received_at,
                    form: (**form).clone(),
                    stopped: None,
                });
                if self.drills.len() > DRILLS_MAX {
                    self.drills.pop_front();
                }
            }
            Drilled::Step(DrillStep::Stopped {
                person,
                aborted,
                note,
            }) => {
                let last = self.drills.back_mut();
                if let Some(one) = last.filter(|one| one.runs() && one.id == drill.drill) {
                    one.stopped = Some(Stopped {
                        position: record.position,
                        at: record.received_at,
                        person: person.clone(),
                        aborted: *aborted,
                        note: note.clone(),
                    });
                }
            }
            Drilled::Step(DrillStep::Opened(_)) | Drilled::Record(_) => {}
        }
    }
}
