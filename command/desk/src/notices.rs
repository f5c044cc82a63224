//! Notices: what is told to people who look at no screen. Which change of which alarm, in which words, when, how often it is tried.
//!
//! The outbox lies in the log. One task reads the log into an [`Outbox`], appends what the outbox wants said, and gives what is due to the
//! channels; everything that must not go wrong is here, and can be tried out with crashes between any two steps:
//!
//! * Many changes at once are told of together ([`Route::group_secs`]); each is in exactly one notice.
//! * A notice has the hash of route, channel and the finding that it tells of as its id, so the same decision makes the same notice.
//! * It is queued only when the log has been read to where it ended at the start, or after an append that may or may not have come through:
//!   by then the outbox knows whether the log already holds it.
//! * What is told of an alarm that waits because an incident is at war (`docs/COMMAND.md`) is held until it does not wait any more, and told then
//!   if the alarm lasts.
//! * It is not begun again once the log says that it was delivered. An answer that was lost (a crash, a line that broke) is no delivery: the
//!   notice is sent again under the same id.

mod outbox;
mod patience;
mod plan;
mod quiet;
mod together;
mod words;

#[cfg(test)]
mod tests;

pub use outbox::{Due, Outbox, Row, Standing, State};
pub use patience::Patience;
pub use plan::{Change, Plan, PlanError, Posture, Route};
pub(crate) use quiet::minute;
pub use quiet::{NotQuiet, Quiet};
pub use words::{Language, Measure, NoField, RuleWords, Template, Words};
