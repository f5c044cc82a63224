#![doc = include_str!("../README.md")]

mod admission;
mod api;
mod app;
mod connections;
mod guard;
pub mod live;
pub mod metrics;
pub mod people;
pub mod refusal;
mod router;
mod serve;
mod settings;
mod state;

pub use admission::Need;
pub use live::{LiveError, LiveHandle, follow};
pub use people::{People, PeopleError};
pub use router::{Extra, router};
pub use serve::serve;
pub use settings::{LiveSettings, Settings, SettingsError};
pub use state::{LedgerHead, LedgerView, NoticesView, Probe, ServerState};
