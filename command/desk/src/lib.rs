#![doc = include_str!("../README.md")]

pub mod calendar;
pub mod duty;
pub mod ledger;
pub mod notices;
pub mod people;
pub mod rights;
