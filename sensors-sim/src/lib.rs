#![doc = include_str!("../README.md")]

pub mod city;
mod dump;
mod figures;
mod publish;
mod settings;
mod trackers;

pub use city::{
    City, CityError, Message, Messages, Town, Truth, TruthAlarm, TruthDerived, TruthLaw, TruthPack,
    TruthRule, truth,
};
pub use dump::{dump, write_truth};
pub use figures::Figure;
pub use publish::{MqttTarget, SimError, Totals, run};
pub use settings::{Faults, SPEED_MAX, Scenario, Settings, SettingsError};
pub use trackers::{PositionTarget, track};
