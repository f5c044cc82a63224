#![doc = include_str!("../README.md")]

mod api;
mod app;
mod connections;
mod guard;
pub mod live;
pub mod metrics;
mod router;
mod serve;
mod settings;
mod state;

pub use live::{LiveError, LiveHandle, follow};
pub use router::{Extra, router};
pub use serve::serve;
pub use settings::{LiveSettings, Settings, SettingsError};
pub use state::{LedgerHead, LedgerView, Probe, ServerState};
