//! Incidents and tasks, folded from the log.
//!
//! [`CommandBook`] takes the records of kind 9 in the order of the log and says of each whether it counts. It is a function of them: whoever folds the
//! same log has the same book, so of two that act at once the first in the log is first for everybody. [`Desk`] adds
//! what readings say of tasks, and knows what the program has to say next.

mod book;
mod desk;
mod drawn;
mod enact;
mod intake;
mod judge;
mod pair;
mod posture;
mod refusal;
mod sampling;
#[cfg(test)]
pub(crate) mod tests;

pub use book::{Book as CommandBook, Counts, INCIDENTS_OPEN_MAX, Outcome, TASKS_MAX};
pub use desk::Desk;
pub use intake::{ORDER_CHARS_MAX, ORDERS_MAX};
pub(crate) use judge::can_go;
pub use posture::{DEFERRED_MAX, WARS_OVER_MAX};
pub use refusal::Refusal;
pub use sampling::{ASKED_MAX, Asked, NAMED_MAX, PERIOD_SECS_MIN, Sampled};
