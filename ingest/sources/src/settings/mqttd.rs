//! `[[ingest.mqttd]]`: a door to which devices connect by MQTT themselves.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use yiping_model::Secret;

use super::Route;

/// `[[ingest.mqttd]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MqttdSettings {
    /// The source by whose name its records go.
    pub name: String,
    /// Address and port. One that other machines can reach is only taken over TLS, from devices that say who they are.
    pub listen: SocketAddr,
    /// Whether it speaks TLS, with the certificate of the program.
    pub tls: bool,
    /// File of the certificates, PEM, by which the certificates of devices must be signed; without it devices need none.
    pub client_ca: Option<PathBuf>,
    /// The user name that devices must give; without it they need none.
    pub username: Option<String>,
    /// The password that devices must give.
    pub password: Option<Secret>,
    /// Devices at one time; another is refused, one that comes again takes its own place.
    pub connections_max: usize,
    /// How long a device may take to introduce itself.
    pub connect_timeout_secs: u64,
    /// The longest time between signs of life, also for devices that ask for more, or for none.
    pub keep_alive_secs_max: u16,
    /// The longest client id.
    pub client_id_bytes_max: usize,
    /// The largest packet; a larger one ends the connection. CONNECT has a limit of its own, [`MqttdSettings::connect_bytes_max`].
    pub packet_bytes_max: u32,
    /// Bytes of unfinished packets of all devices together, of those larger than `read_bytes`; beyond it such a packet is read on later.
    pub unfinished_bytes_max: u32,
    /// The largest payload; a larger one becomes a dead letter.
    pub payload_bytes_max: usize,
    /// The longest topic; a message on a longer one becomes a dead letter.
    pub topic_bytes_max: usize,
    /// Messages a second of one device; beyond it the door reads it more slowly.
    pub messages_per_sec_max: u32,
    /// Messages a second of all devices of this door.
    pub messages_per_sec_total_max: u32,
    /// Messages of one device without an acknowledgement (version 5: Receive Maximum); beyond it the door reads no further.
    pub unacknowledged_max: NonZeroU16,
    /// Bytes taken from a connection at once.
    pub read_bytes: usize,
    /// Messages in one append; while the log takes so many of one device, as many are gathered and no more.
    pub batch_messages_max: usize,
    /// Which topics are taken, and how their payloads are read; the first that matches counts.
    #[serde(rename = "route")]
    pub routes: Vec<Route>,
}

/// Bytes of a CONNECT besides client id, will and the credentials of this door: its head, properties, and credentials that nobody asks for.
const CONNECT_BYTES_BESIDES: usize = 8 * 1_024;

impl MqttdSettings {
    /// The largest CONNECT. Before it nobody is known, so it may hold what it needs and no more.
    pub fn connect_bytes_max(&self) -> usize {
        let password = self.password.as_ref().map_or("", Secret::reveal);
        let bytes = [
            self.client_id_bytes_max,
            self.topic_bytes_max,
            self.payload_bytes_max,
            self.username.as_ref().map_or(0, String::len),
            password.len(),
        ];
        // The protocol gives none of them more.
        let sum: usize = bytes.map(|bytes| bytes.min(u16::MAX.into())).iter().sum();
        (sum + CONNECT_BYTES_BESIDES).min(self.packet_bytes_max as usize)
    }
}

impl Default for MqttdSettings {
    fn default() -> Self {
        Self {
            name: "mqttd".to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 1883)),
            tls: false,
            client_ca: None,
            username: None,
            password: None,
            connections_max: 4_096,
            connect_timeout_secs: 10,
            keep_alive_secs_max: 3_600,
            client_id_bytes_max: 128,
            packet_bytes_max: 2 * 1024 * 1024,
            unfinished_bytes_max: 64 * 1024 * 1024,
            payload_bytes_max: 256 * 1024,
            topic_bytes_max: 1_024,
            messages_per_sec_max: 200_000,
            messages_per_sec_total_max: 1_000_000,
            unacknowledged_max: NonZeroU16::new(4_096).unwrap_or(NonZeroU16::MIN),
            read_bytes: 64 * 1024,
            batch_messages_max: 4_096,
            routes: Vec::new(),
        }
    }
}
