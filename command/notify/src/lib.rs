#![doc = include_str!("../README.md")]

mod api;
mod channel;
mod follow;
mod heartbeat;
mod http;
mod mail;
pub mod metrics;
mod settings;
mod sms;
mod webhook;

#[cfg(test)]
mod tests;

pub use api::{list_openapi, test_openapi};
pub use follow::{Notices, Progress};
pub use heartbeat::{Beat, HeartbeatError, HeartbeatSettings};
pub use http::Client;
pub use settings::{ChannelSettings, Settings, SettingsError};
