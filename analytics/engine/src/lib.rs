#![doc = include_str!("../README.md")]

pub mod rule;

pub use rule::{Rule, Threshold};
