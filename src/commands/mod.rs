//! What each command does.

pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod drill;
pub(crate) mod ledger;
pub(crate) mod people;
pub(crate) mod replay;
pub(crate) mod run;
pub(crate) mod sim;

use std::io::Write as _;
use std::path::Path;

use crate::config::{self, Config};

/// Writes a line for the person at the terminal.
pub(crate) fn say(line: &str) {
    // Nobody can be told that standard output is gone.
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// Writes an error for the person at the terminal.
pub(crate) fn complain(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// Where a browser finds the program.
pub(crate) fn address(config: &Config) -> String {
    let scheme = if config.tls.is_set() { "https" } else { "http" };
    format!("{scheme}://{}", config.server.listen)
}

/// The configuration of a command: file and environment.
pub(crate) fn configuration(file: Option<&Path>) -> anyhow::Result<Config> {
    Ok(config::load(file, std::env::vars())?)
}
