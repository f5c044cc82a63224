//! Duty (值班): shifts and their seats, who has them, what is escalated, the duty log, and the handover of a seat.
//!
//! All of it is in the log: a person takes, leaves and hands over a seat by a decision, and the house escalates by a record of its own. One
//! fold of the log, the [`DutyBook`], says how it stands, so a restart changes nothing and two people at once get one answer: the first
//! record that fits counts, the others change nothing.
//!
//! * [`Pattern`]: shifts as data, by the city's calendar.
//! * [`DutyBook`]: seats, open alarms, promises; what the house must say ([`DutyBook::unsaid`]), each once.
//! * [`ShelvingSettings`]: what may be kept quiet, and for how long; what is, the alarm book says.
//! * [`LogLine`]: what the ledger says, as a line of the duty log.
//! * [`Document`]: what is handed over, and its digest.

mod book;
mod escalation;
mod handover;
mod lines;
mod pattern;
mod shelving;

#[cfg(test)]
mod tests;

pub use book::{Done, DutyBook, Holding, Promise, SeatStanding, Signed, Standing};
pub use escalation::{EscalationSettings, Facts, House, STAGES};
pub use handover::{
    Document, Figures, Giver, LedgerHead, OpenAlarm, OutRow, ShelvedRow, Shown, Tally, percentile,
};
pub use lines::LogLine;
pub use pattern::{Days, DutySettings, Pattern, PatternError, Seat, Shift, ShiftTime, Start};
pub use shelving::{NoShelving, ShelvingSettings};
