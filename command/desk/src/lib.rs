#![doc = include_str!("../README.md")]

pub mod command;
pub mod fuse;
pub mod incident;
pub mod ledger;
pub mod notices;
pub mod people;
pub mod plan;
pub mod rights;
pub mod units;
pub mod task;
