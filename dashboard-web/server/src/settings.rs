//! The `[server]` section of the configuration.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use yiping_scene::Limits;

use crate::proxies::Network;

/// Where the server listens, and the limits of what it serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address and port of the wall and the API. Only with a certificate (`[tls]`) an address is taken that others can reach.
    pub listen: SocketAddr,
    /// The host names by which it is asked, besides loopback names and addresses. A page that points a name of its own here is not answered.
    pub names: Vec<String>,
    /// The address at which people's browsers ask it, where that is not the one they show (a proxy speaks TLS for it); empty otherwise.
    pub public_url: String,
    /// Who stands before the program and names in `x-forwarded-for` for whom it asks; nobody else is believed that.
    pub proxies: Vec<Network>,
    /// Requests a second of one session, of one token, or of one address without either.
    pub requests_per_second: u32,
    /// And so many at once, after a rest.
    pub requests_burst: u32,
    /// Most connections at the same time; must exceed `live.clients_max`, for each screen holds one. Whoever comes later waits.
    pub connections_max: usize,
    /// Time that an API request may take.
    pub request_timeout_secs: u64,
    /// Largest body of a request to the API; the doors have their own limit.
    pub body_bytes_max: usize,
    /// Most rows of one answer of history.
    pub rows_max: usize,
    /// Most points of one series; a year of minutes fits.
    pub points_max: usize,
    /// How long an acknowledgement waits until the live scene shows it.
    pub ack_wait_ms: u64,
    /// `/readyz` says 503 when a reader of the log is further behind than this.
    pub ready_lag_records: u64,
    /// `/readyz` says 503 when no record came for so long; the log ticks every second.
    pub ready_silence_secs: u64,
    /// Live screens at the same time.
    pub live: LiveSettings,
    /// What a scene may hold.
    pub scene: Limits,
}

/// The live feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveSettings {
    /// Most screens at the same time.
    pub clients_max: usize,
    /// A screen that does not take a message, or does not answer, for so long is disconnected.
    pub client_stall_secs: u64,
    /// Changes are gathered for so long before they are sent; a changed alarm is sent at once.
    pub delta_ms: u64,
    /// Records of the feed are gathered for so long before they are sent.
    pub gather_ms: u64,
    /// How many deltas are remembered for screens that lag or come back.
    pub ring_frames: usize,
    /// How many bytes of deltas are remembered.
    pub ring_bytes: usize,
    /// How many records the fold takes at once.
    pub batch_records: usize,
    /// How often the scene's state is kept, so that a start reads little.
    pub checkpoint_secs: u64,
    /// Records after which it is kept though the time has not come.
    pub checkpoint_records: u64,
}

/// Why settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The address can be reached from other machines.
    #[error(
        "server.listen = \"{0}\" is not a loopback address: without a certificate only this machine is answered; set tls.certificate and tls.key, or use 127.0.0.1 or [::1]"
    )]
    NotLoopback(SocketAddr),
    /// The screens could take every connection.
    #[error(
        "server.connections_max = {connections} must exceed server.live.clients_max = {clients}, or screens shut everybody else out"
    )]
    TooFewConnections {
        /// Connections.
        connections: usize,
        /// Screens.
        clients: usize,
    },
    /// The public address is none.
    #[error(
        "server.public_url = {0:?} must be an address without a path, such as https://yiping.city.example"
    )]
    PublicUrl(String),
    /// A number that must be positive is 0.
    #[error("server.{0} must be at least 1")]
    Zero(&'static str),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            names: Vec::new(),
            public_url: String::new(),
            proxies: Vec::new(),
            requests_per_second: 500,
            requests_burst: 5_000,
            connections_max: 1_024,
            request_timeout_secs: 15,
            body_bytes_max: 64 * 1_024,
            rows_max: 10_000,
            points_max: 600_000,
            ack_wait_ms: 4_000,
            ready_lag_records: 20_000,
            ready_silence_secs: 5,
            live: LiveSettings::default(),
            scene: Limits::default(),
        }
    }
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            clients_max: 512,
            client_stall_secs: 15,
            delta_ms: 100,
            gather_ms: 1,
            ring_frames: 1_024,
            ring_bytes: 32 * 1_024 * 1_024,
            batch_records: 4_096,
            checkpoint_secs: 30,
            checkpoint_records: 500_000,
        }
    }
}

impl Settings {
    /// The origin of pages that come from the public address.
    pub(crate) fn public_origin(&self) -> Option<&str> {
        let origin = self.public_url.trim_end_matches('/');
        let host = ["https://", "http://"]
            .into_iter()
            .find_map(|scheme| origin.strip_prefix(scheme))?;
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        (!host.is_empty() && host.chars().all(plain)).then_some(origin)
    }

    /// Checks what the types cannot; `secure` says whether there is a certificate.
    ///
    /// # Errors
    /// [`SettingsError`] naming the key.
    pub fn validate(&self, secure: bool) -> Result<(), SettingsError> {
        if !self.listen.ip().is_loopback() && !secure {
            return Err(SettingsError::NotLoopback(self.listen));
        }
        if self.connections_max <= self.live.clients_max {
            return Err(SettingsError::TooFewConnections {
                connections: self.connections_max,
                clients: self.live.clients_max,
            });
        }
        if !self.public_url.is_empty() && self.public_origin().is_none() {
            return Err(SettingsError::PublicUrl(self.public_url.clone()));
        }
        let positive = [
            ("requests_per_second", self.requests_per_second.into()),
            ("requests_burst", self.requests_burst.into()),
            ("request_timeout_secs", self.request_timeout_secs),
            ("body_bytes_max", self.body_bytes_max as u64),
            ("rows_max", self.rows_max as u64),
            ("points_max", self.points_max as u64),
            ("ack_wait_ms", self.ack_wait_ms),
            ("ready_silence_secs", self.ready_silence_secs),
            ("live.clients_max", self.live.clients_max as u64),
            ("live.client_stall_secs", self.live.client_stall_secs),
            ("live.ring_frames", self.live.ring_frames as u64),
            ("live.ring_bytes", self.live.ring_bytes as u64),
            ("live.batch_records", self.live.batch_records as u64),
            ("live.checkpoint_secs", self.live.checkpoint_secs),
            ("live.checkpoint_records", self.live.checkpoint_records),
            ("scene.things_max", self.scene.things_max as u64),
            ("scene.properties_max", self.scene.properties_max as u64),
            ("scene.sources_max", self.scene.sources_max as u64),
            ("scene.cells_max", self.scene.cells_max as u64),
        ];
        match positive.into_iter().find(|(_, value)| *value == 0) {
            Some((key, _)) => Err(SettingsError::Zero(key)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(Settings::default().validate(false), Ok(()));
    }

    #[test]
    fn an_address_that_others_can_reach_is_refused() {
        let open = Settings {
            listen: SocketAddr::from(([0, 0, 0, 0], 8080)),
            ..Settings::default()
        };
        let error = open.validate(false).expect_err("not loopback").to_string();
        assert!(error.contains("tls.certificate"), "{error}");
        assert_eq!(open.validate(true), Ok(()));
    }

    #[test]
    fn screens_cannot_take_every_connection() {
        let settings = Settings {
            connections_max: 512,
            ..Settings::default()
        };
        assert!(matches!(
            settings.validate(false),
            Err(SettingsError::TooFewConnections { .. })
        ));
    }

    #[test]
    fn a_limit_of_zero_is_refused_by_its_name() {
        let mut settings = Settings::default();
        settings.live.ring_frames = 0;
        assert_eq!(
            settings.validate(false),
            Err(SettingsError::Zero("live.ring_frames"))
        );
    }
}
