//! The suite of every backend, and what only this one promises, against real servers that the tests start themselves.

mod faults;
mod plain;
#[path = "../../../../../tests/support/postgres.rs"]
mod server;
mod timescale;

use crate::{PostgresSettings, Settings};

/// The suite speaks of days.
fn by_day(settings: &Settings) -> Settings {
    Settings {
        postgres: PostgresSettings {
            partition_days: 1,
            ..settings.postgres.clone()
        },
        ..settings.clone()
    }
}
