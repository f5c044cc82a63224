#![doc = include_str!("../README.md")]

mod checkpoint;
mod engine;
pub mod episodes;
pub mod indices;
mod judge;
mod outbox;
pub mod pack;
mod pane;
pub mod rule;
mod settings;
mod setup;
mod stream;
mod thing;
mod window;

pub use checkpoint::RestoreError;
pub use engine::{Counts, Deadline, Engine, Why};
pub use episodes::{Episode, Point, episodes};
pub use rule::{Rule, Threshold};
pub use settings::Settings;
