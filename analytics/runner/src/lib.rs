#![doc = include_str!("../README.md")]

mod account;
mod error;
pub mod metrics;
mod past;
mod recall;
mod retry;
mod run;
mod settings;

pub use error::RunnerError;
pub use past::{Memory, NoPast, Past, PastError, Remembered};
pub use run::{Progress, run};
pub use settings::Settings;
