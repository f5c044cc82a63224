#![doc = include_str!("../README.md")]

pub mod calendar;
pub mod command;
pub mod duty;
pub mod fuse;
pub mod hotline;
pub mod incident;
pub mod ledger;
pub mod notices;
pub mod people;
pub mod plan;
pub mod rights;
pub mod task;
pub mod units;
