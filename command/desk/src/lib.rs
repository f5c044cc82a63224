#![doc = include_str!("../README.md")]

pub mod calendar;
pub mod command;
pub mod drill;
pub mod duty;
pub mod evidence;
pub mod fuse;
pub mod hotline;
pub mod incident;
pub mod ledger;
pub mod notices;
pub mod people;
pub mod plan;
pub mod report;
pub mod rights;
pub mod task;
pub mod units;
