//! The MQTT door: 3.1.1 and 5, `QoS` 1 acknowledged after the records are durable, a session that outlives connections.
//!
//! One connection after the other: `session` runs one, `wire` hides the version, and the loop here connects again with growing waits.
//! When the log refuses, nothing is acknowledged and the connection is dropped, so that the broker sends again what was not kept.

mod session;
#[cfg(test)]
mod tests;
mod wire;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use tokio::sync::watch;
use tokio::time::{Duration, sleep};

use crate::door::Door;
use crate::figures::Figure;
use crate::routes::Routes;
use crate::settings::{MqttSettings, SettingsError, Subscription};
use session::{Ended, Session};

/// Why a message on no topic of ours can come at all.
const NOWHERE: &str =
    "no subscription of the configuration matches the topic; the broker remembers an earlier one";

/// Whether the broker speaks to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Connected and subscribed.
    Up,
    /// Not connected, or not yet subscribed.
    Down,
}

/// The door to one broker.
#[derive(Debug)]
pub struct MqttDoor {
    settings: MqttSettings,
    routes: Routes,
    door: Door,
    link: watch::Sender<Link>,
}

impl MqttDoor {
    /// A door that is not yet connected.
    ///
    /// # Errors
    /// [`SettingsError`] when the settings make no sense.
    pub fn new(settings: MqttSettings, door: Door) -> Result<Self, SettingsError> {
        settings.validate()?;
        Ok(Self {
            routes: Routes::new(
                &door,
                settings.subscriptions.iter().map(Subscription::route),
                settings.payload_bytes_max,
                NOWHERE,
            ),
            settings,
            door,
            link: watch::Sender::new(Link::Down),
        })
    }

    /// Whether the broker speaks to us; wakes when that changes.
    pub fn link(&self) -> watch::Receiver<Link> {
        self.link.subscribe()
    }

    /// Listens until `stop` turns true; connects again for ever.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let source = self.door.source().as_str();
        let (mut attempt, mut outage) = (0, false);
        Figure::MqttConnected.set(source, 0.0);
        while !*stop.borrow() {
            let ended = self.connect(&mut stop).await;
            let was_up = self.link.send_replace(Link::Down) == Link::Up;
            Figure::MqttConnected.set(source, 0.0);
            let reason = match ended {
                Ended::Stopped => break,
                Ended::Lost(reason) => {
                    if was_up {
                        (attempt, outage) = (0, false);
                    }
                    reason
                }
                Ended::Refused(error) => error.to_string(),
            };
            if outage {
                tracing::debug!(source, attempt, %reason, "still no connection");
            } else {
                outage = true;
                tracing::warn!(source, url = self.settings.url, %reason, "connection to the broker ended; trying again until it is back");
            }
            Figure::MqttReconnects.add(source, 1);
            tokio::select! {
                () = sleep(self.backoff(attempt)) => {}
                _told = stop.wait_for(|told| *told) => break,
            }
            attempt = attempt.saturating_add(1);
        }
        tracing::info!(source, "door closed");
    }

    async fn connect(&self, stop: &mut watch::Receiver<bool>) -> Ended {
        match wire::open(&self.settings) {
            Ok((client, wire)) => {
                let session = Session {
                    settings: &self.settings,
                    routes: &self.routes,
                    door: &self.door,
                    link: &self.link,
                    client,
                };
                session.run(wire, stop).await
            }
            Err(error) => Ended::Lost(error.to_string()),
        }
    }

    /// Doubles from the least to the longest wait, less up to a quarter that differs from session to session, so that many doors do not
    /// knock at once; the same for the same session and attempt.
    fn backoff(&self, attempt: u32) -> Duration {
        let doubled = self
            .settings
            .backoff_ms_min
            .saturating_mul(1_u64.checked_shl(attempt).unwrap_or(u64::MAX));
        let millis = doubled.min(self.settings.backoff_ms_max);
        let mut hasher = DefaultHasher::new();
        (self.settings.session_name(), attempt).hash(&mut hasher);
        let jitter = hasher.finish() % (millis / 4 + 1);
        Duration::from_millis(millis - jitter)
    }
}
