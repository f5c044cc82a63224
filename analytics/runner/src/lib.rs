#![doc = include_str!("../README.md")]

mod account;
mod error;
pub mod metrics;
mod retry;
mod run;
mod settings;

pub use error::RunnerError;
pub use run::run;
pub use settings::Settings;
