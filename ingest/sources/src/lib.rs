#![doc = include_str!("../README.md")]

pub mod door;
mod figures;
mod gather;
pub mod http;
pub mod mqtt;
pub mod mqttd;
pub mod replay;
mod routes;
pub mod settings;
#[cfg(test)]
mod testing;

pub use door::{Batch, Door, Taken};
pub use gather::Threads;
pub use mqtt::{Link, MqttDoor};
pub use mqttd::Mqttd;
pub use replay::{Replay, ReplayError, Replayed};
pub use settings::{HttpSettings, IngestSettings, MqttSettings, MqttdSettings, SettingsError};
