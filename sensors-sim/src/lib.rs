#![doc = include_str!("../README.md")]

pub mod city;
mod dump;
mod figures;
mod http;
mod publish;
mod sampling;
mod settings;
mod trackers;

pub use city::{
    City, CityError, Message, Messages, Town, Truth, TruthAlarm, TruthDerived, TruthLaw, TruthPack,
    TruthRule, Wish, truth,
};
pub use dump::{dump, write_truth};
pub use figures::Figure;
pub use http::HttpTarget;
pub use publish::{MqttTarget, SimError, Totals, run};
pub use sampling::listen;
pub use settings::{Faults, SPEED_MAX, Scenario, Settings, SettingsError};
pub use trackers::track;
