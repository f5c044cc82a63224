//! `[ingest]`: the doors, their limits, and what to do with what nobody knows.

mod mqttd;
#[cfg(test)]
mod tests;
mod validate;

use serde::{Deserialize, Serialize};
use yiping_model::Secret;
use yiping_protocols::{
    DeepStreamMapping, EventForm, EventMapping, Format, JsonMapping, Limits, Protocol, TokenKey,
    Unknown,
};

pub use mqttd::MqttdSettings;

/// The name by which replayed records go; no other door may take it.
pub const REPLAY_SOURCE: &str = "replay";

/// What is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ingest.{field}: {detail}")]
pub struct SettingsError {
    /// The setting.
    pub field: String,
    /// What is wrong and what to write.
    pub detail: String,
}

/// `[ingest]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IngestSettings {
    /// What becomes of things and properties that the catalogue does not know.
    pub unknown: Unknown,
    /// How long the MQTT doors gather what comes before they look again; 0 looks at once.
    pub gather_ms: u64,
    /// Threads on which the MQTT doors run, and the engine beside them.
    pub threads: usize,
    /// What makes tokens of number plates; without it they are dropped.
    pub token_secret: Option<Secret>,
    /// What a reading may be at most.
    pub limits: Limits,
    /// The HTTP door.
    pub http: HttpSettings,
    /// The MQTT doors to brokers, one for each broker.
    pub mqtt: Vec<MqttSettings>,
    /// The MQTT doors to which devices connect themselves.
    pub mqttd: Vec<MqttdSettings>,
}

impl Default for IngestSettings {
    fn default() -> Self {
        Self {
            unknown: Unknown::default(),
            gather_ms: 2,
            threads: 1,
            token_secret: None,
            limits: Limits::default(),
            http: HttpSettings::default(),
            mqtt: Vec::new(),
            mqttd: Vec::new(),
        }
    }
}

/// `[ingest.http]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// The source by whose name its records go.
    pub name: String,
    /// The largest body; a larger one is answered 413 and becomes a dead letter.
    pub payload_bytes_max: usize,
    /// The longest time that a body may take to arrive.
    pub body_timeout_secs: u64,
    /// Requests at one time; one more is answered 503.
    pub requests_max: usize,
    /// What `Retry-After` says when the log cannot take a body.
    pub retry_after_secs: u32,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            name: "http".to_owned(),
            payload_bytes_max: 1024 * 1024,
            body_timeout_secs: 10,
            requests_max: 64,
            retry_after_secs: 2,
        }
    }
}

/// `[[ingest.mqtt]]`: one broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MqttSettings {
    /// The source by whose name its records go.
    pub name: String,
    /// The broker: `mqtt://host:port`.
    pub url: String,
    /// `"3.1.1"` or `"5"`.
    pub version: MqttVersion,
    /// The name of the session at the broker, stable over restarts and used by nobody else; empty for `yiping-` and `name`.
    pub client_id: String,
    /// User name at the broker.
    pub username: Option<String>,
    /// Password at the broker.
    pub password: Option<Secret>,
    /// Time between signs of life.
    pub keep_alive_secs: u16,
    /// How long the broker keeps our session while we are away (version 5; with 3.1.1 the broker decides).
    pub session_expiry_secs: u32,
    /// Messages that the broker may send before the first is acknowledged (version 5; with 3.1.1 the broker decides).
    pub receive_maximum: u16,
    /// The largest payload; a larger one becomes a dead letter.
    pub payload_bytes_max: usize,
    /// The largest packet that is read at all. Keep the broker's own limit (mosquitto: `max_packet_size`) below it: with version 5 the
    /// broker drops what is larger, with 3.1.1 such a packet ends the connection.
    pub packet_bytes_max: u32,
    /// Messages that wait for the log.
    pub queue_messages_max: usize,
    /// Messages in one append.
    pub batch_messages_max: usize,
    /// The first wait before connecting again; it doubles.
    pub backoff_ms_min: u64,
    /// The longest wait before connecting again.
    pub backoff_ms_max: u64,
    /// What to listen to, and how to read it; the first that matches a topic counts.
    #[serde(rename = "subscription")]
    pub subscriptions: Vec<Subscription>,
}

impl Default for MqttSettings {
    fn default() -> Self {
        Self {
            name: "mqtt".to_owned(),
            url: "mqtt://127.0.0.1:1883".to_owned(),
            version: MqttVersion::default(),
            client_id: String::new(),
            username: None,
            password: None,
            keep_alive_secs: 30,
            session_expiry_secs: 7 * 86_400,
            receive_maximum: 1_024,
            payload_bytes_max: 256 * 1024,
            packet_bytes_max: 16 * 1024 * 1024,
            queue_messages_max: 1_024,
            batch_messages_max: 1_024,
            backoff_ms_min: 250,
            backoff_ms_max: 30_000,
            subscriptions: Vec::new(),
        }
    }
}

/// The version of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MqttVersion {
    /// MQTT 3.1.1
    #[default]
    #[serde(rename = "3.1.1")]
    V311,
    /// MQTT 5
    #[serde(rename = "5")]
    V5,
}

/// What the payloads of a route tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Observations.
    #[default]
    Observation,
    /// What a camera saw.
    Detection,
    /// Steps in the life of tickets.
    Ticket,
}

/// `[[ingest.mqtt.subscription]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subscription {
    /// The topic filter.
    pub topic: String,
    /// How the payloads are written.
    pub protocol: Protocol,
    /// What the payloads tell: observations, or events.
    pub form: Form,
    /// 1: acknowledged and sent again when lost; 0: neither.
    pub qos: u8,
    /// Where the payloads keep id, time and metrics.
    pub mapping: JsonMapping,
}

impl Default for Subscription {
    fn default() -> Self {
        Self {
            topic: String::new(),
            protocol: Protocol::default(),
            form: Form::default(),
            qos: 1,
            mapping: JsonMapping::default(),
        }
    }
}

impl Subscription {
    /// How its messages are read.
    pub fn route(&self) -> Route {
        Route {
            topic: self.topic.clone(),
            protocol: self.protocol,
            form: self.form,
            mapping: self.mapping.clone(),
        }
    }
}

/// `[[ingest.mqttd.route]]`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Route {
    /// The topic filter.
    pub topic: String,
    /// How the payloads are written.
    pub protocol: Protocol,
    /// What the payloads tell: observations, or events.
    pub form: Form,
    /// Where the payloads keep id, time and metrics.
    pub mapping: JsonMapping,
}

impl Route {
    /// How to decode its payloads; with this key number plates become tokens.
    pub fn format(&self, tokens: Option<&TokenKey>) -> Format {
        let mapping = self.mapping.clone();
        match (self.protocol, self.form) {
            (Protocol::Json, Form::Observation) => Format::Json(mapping),
            (Protocol::Json, Form::Detection) => {
                Format::Event(EventMapping::new(EventForm::Detection, mapping))
            }
            (Protocol::Json, Form::Ticket) => {
                Format::Event(EventMapping::new(EventForm::Ticket, mapping))
            }
            (Protocol::DeepStream, _) => {
                Format::DeepStream(DeepStreamMapping::new(mapping, tokens.cloned()))
            }
        }
    }
}
