#![doc = include_str!("../README.md")]

mod book;
pub mod drills;
mod duty;
mod error;
pub mod evidence;
mod follow;
pub mod incidents;
pub mod metrics;
pub mod offline;
pub mod pages;
pub mod report;
mod say;
mod settings;

pub use book::Book;
pub use duty::{DutyDesk, DutyProgress, Keeping};
pub use error::LedgerError;
pub use follow::{Progress, follow};
pub use settings::Settings;
