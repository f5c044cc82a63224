#![doc = include_str!("../README.md")]

mod cell;
mod checkpoint;
mod criterion;
pub mod derive;
mod engine;
pub mod episodes;
mod happening;
pub mod indices;
mod judge;
mod late;
mod outbox;
pub mod pack;
mod pane;
mod pieces;
mod recall;
mod revise;
pub mod rule;
mod settings;
mod setup;
mod silence;
mod sketch;
mod stream;
#[cfg(test)]
mod testing;
mod thing;
mod timers;
mod window;
mod written;

pub use checkpoint::RestoreError;
pub use engine::{Counts, Deadline, Engine, EventCounts, Wanted, Why};
pub use episodes::{Episode, Point};
pub use pieces::Pieces;
pub use rule::{Direction, Limits, Operator, Rule, Threshold};
pub use settings::Settings;
pub use sketch::RELATIVE_ERROR;
