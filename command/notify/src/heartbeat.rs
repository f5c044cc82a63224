//! The heartbeat: says to somebody outside, again and again, that the centre lives. Whoever hears it notices silence, which the centre itself
//! cannot: a program that is dead tells nobody.
//!
//! `POST <url>` with JSON; any answer 200 to 299 is a delivery. It is no notice: a beat that is lost is followed by another one, so nothing
//! is kept or tried again.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};
use yiping_model::{Position, Secret, Timestamp};

use crate::http::{self, Client};
use crate::metrics;

/// The `[heartbeat]` section of the configuration. Nobody hears one by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HeartbeatSettings {
    /// The address, with its token; none for no heartbeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Secret>,
    /// How often, by the machine's clock.
    pub every_secs: u64,
    /// How long the other side may take to answer.
    pub timeout_ms: u64,
    /// Certificates of who may sign the other side's (PEM), instead of the public ones; empty for those.
    pub ca_file: PathBuf,
}

impl Default for HeartbeatSettings {
    fn default() -> Self {
        Self {
            url: None,
            every_secs: 30,
            timeout_ms: 5_000,
            ca_file: PathBuf::new(),
        }
    }
}

/// A heartbeat that cannot be.
#[derive(Debug, thiserror::Error)]
#[error("heartbeat: {0}")]
pub struct HeartbeatError(String);

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beat {
    /// The city's name.
    pub city: String,
    /// The program's version.
    pub version: &'static str,
    /// The machine's time.
    pub time: Timestamp,
    /// City time.
    pub city_time: Timestamp,
    /// The end of the log: it grows every second while the city is watched.
    pub position: Position,
    /// The last entry of the ledger, `n:digest`: who keeps it can prove later that nothing before it was changed.
    pub ledger: Option<String>,
    /// Why the ledger does not grow; null while all is well.
    pub ledger_trouble: Option<String>,
    /// The seats that the shift wants somebody at, and nobody has.
    pub gaps: Vec<String>,
    /// Open alarms that nobody has acknowledged.
    pub unacknowledged: usize,
}

impl HeartbeatSettings {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// [`HeartbeatError`] says what cannot be.
    pub fn check(&self) -> Result<(), HeartbeatError> {
        if self.every_secs == 0 || self.timeout_ms == 0 {
            let text = "every_secs and timeout_ms must be at least 1";
            return Err(HeartbeatError(text.to_owned()));
        }
        self.client().map(drop)
    }

    fn client(&self) -> Result<Option<(Client, Secret)>, HeartbeatError> {
        let Some(url) = self.url.clone() else {
            return Ok(None);
        };
        http::check(url.reveal()).map_err(HeartbeatError)?;
        let ca_file = Some(self.ca_file.as_path()).filter(|path| !path.as_os_str().is_empty());
        let timeout = Duration::from_millis(self.timeout_ms);
        let client = Client::open(timeout, ca_file).map_err(HeartbeatError)?;
        Ok(Some((client, url)))
    }

    /// Beats until it is dropped; returns at once when nobody is to hear it. One beat is under way at a time.
    ///
    /// # Errors
    /// [`HeartbeatError`] for settings that cannot be.
    pub async fn keep(self, beat: impl Fn() -> Beat + Send + Sync) -> Result<(), HeartbeatError> {
        let Some(other_side) = self.client()? else {
            return Ok(());
        };
        let other_side = Arc::new(other_side);
        let mut every = interval(Duration::from_secs(self.every_secs));
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_heard = true;
        loop {
            every.tick().await;
            let body = serde_json::to_string(&beat()).unwrap_or_default();
            let other_side = Arc::clone(&other_side);
            let sent = spawn_blocking(move || {
                let (client, url) = &*other_side;
                let json = [("content-type", "application/json; charset=utf-8")];
                let answer = client.post(url.reveal(), json, &body)?;
                if answer.is_success() {
                    Ok(())
                } else {
                    Err(answer.told())
                }
            });
            let heard = sent
                .await
                .unwrap_or_else(|_broke| Err("it broke".to_owned()));
            metrics::beat(heard.is_ok());
            match &heard {
                Ok(()) if !is_heard => tracing::info!("the heartbeat is heard again"),
                Err(error) if is_heard => tracing::warn!(error, "the heartbeat is not heard"),
                _ => {}
            }
            is_heard = heard.is_ok();
        }
    }
}
