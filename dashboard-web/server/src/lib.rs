#![doc = include_str!("../README.md")]

mod admission;
mod api;
mod app;
mod buckets;
mod connections;
mod duty;
mod guard;
pub mod live;
pub mod metrics;
pub mod packs;
pub mod people;
mod provider;
mod proxies;
pub mod refusal;
mod router;
mod serve;
mod settings;
mod state;
pub mod units;

pub use admission::Need;
pub use duty::{DutyHandle, DutyRoom};
pub use live::{LiveError, LiveHandle, follow};
pub use packs::PacksHandle;
pub use people::{People, PeopleError};
pub use provider::{ANSWER_MAX, Ask, Provider};
pub use proxies::{Network, NoNetwork};
pub use router::{Extra, router};
pub use serve::serve;
pub use settings::{LiveSettings, Settings, SettingsError};
pub use state::{LedgerHead, LedgerView, NoticesView, Probe, ServerState};
pub use units::UnitsHandle;
