#![doc = include_str!("../README.md")]

mod book;
mod error;
mod follow;
pub mod incidents;
pub mod metrics;
pub mod offline;
mod settings;

pub use book::Book;
pub use error::LedgerError;
pub use follow::{Progress, follow};
pub use settings::Settings;
