#![doc = include_str!("../README.md")]

mod changes;
mod command;
mod delta;
mod events;
pub mod evidence;
mod facts;
pub mod feed;
mod latest;
pub mod message;
mod pairs;
mod row;
#[cfg(test)]
mod types;
pub mod views;
pub mod wall;

pub use delta::apply_delta;
pub use facts::{Limits, SceneFacts};
pub use wall::{WallCheckpoint, WallScene};
