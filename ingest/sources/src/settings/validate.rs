//! What can be checked of the settings before a port opens.

use std::collections::BTreeSet;

use yiping_model::SourceId;
use yiping_protocols::token::SECRET_BYTES_MIN;
use yiping_protocols::{JsonMapping, Protocol, topic};

use super::{
    Form, HttpSettings, IngestSettings, MqttSettings, MqttdSettings, REPLAY_SOURCE, Route,
    SettingsError,
};

impl IngestSettings {
    /// Checks everything that can be checked before a port opens.
    ///
    /// # Errors
    /// [`SettingsError`] for the first setting that makes no sense.
    pub fn validate(&self) -> Result<(), SettingsError> {
        self.http.validate()?;
        require(self.threads > 0, "threads", "must be at least 1")?;
        require(
            self.limits.values_max > 0,
            "limits.values_max",
            "must be at least 1",
        )?;
        let secret = self.token_secret.as_ref();
        require(
            secret.is_none_or(|secret| secret.reveal().len() >= SECRET_BYTES_MIN),
            "token_secret",
            "has fewer than 16 bytes, and could be found by trying",
        )?;
        let mut names = BTreeSet::from([self.http.name.as_str()]);
        let mut sessions = BTreeSet::new();
        for (at, mqtt) in self.mqtt.iter().enumerate() {
            let field = |name: &str| format!("mqtt[{at}].{name}");
            mqtt.validate().map_err(|error| SettingsError {
                field: field(&error.field),
                ..error
            })?;
            require(
                names.insert(&mqtt.name),
                &field("name"),
                "is taken; give every door its own name",
            )?;
            require(
                sessions.insert((mqtt.url.as_str(), mqtt.session_name())),
                &field("client_id"),
                "is taken at this broker; two sessions of one name throw each other out",
            )?;
        }
        let mut ports = BTreeSet::new();
        for (at, mqttd) in self.mqttd.iter().enumerate() {
            let field = |name: &str| format!("mqttd[{at}].{name}");
            mqttd.validate().map_err(|error| SettingsError {
                field: field(&error.field),
                ..error
            })?;
            require(
                names.insert(&mqttd.name),
                &field("name"),
                "is taken; give every door its own name",
            )?;
            require(
                mqttd.listen.port() == 0 || ports.insert(mqttd.listen),
                &field("listen"),
                "is taken by another door; choose another port",
            )?;
        }
        Ok(())
    }
}

impl HttpSettings {
    fn validate(&self) -> Result<(), SettingsError> {
        source(&self.name, "http.name")?;
        require(
            self.payload_bytes_max > 0,
            "http.payload_bytes_max",
            "must be at least 1",
        )?;
        require(
            self.requests_max > 0,
            "http.requests_max",
            "must be at least 1",
        )?;
        require(
            self.body_timeout_secs > 0,
            "http.body_timeout_secs",
            "must be at least 1",
        )
    }
}

impl MqttSettings {
    /// The name of the session at the broker.
    pub fn session_name(&self) -> String {
        if self.client_id.is_empty() {
            format!("yiping-{}", self.name)
        } else {
            self.client_id.clone()
        }
    }

    /// Host and port of the broker.
    ///
    /// # Errors
    /// [`SettingsError`] when the address is of another form.
    pub fn address(&self) -> Result<(String, u16), SettingsError> {
        // It may hold a password, which is not repeated.
        require(
            !self.url.contains('@'),
            "url",
            "must not hold credentials; write them as username and password",
        )?;
        let wrong = || SettingsError {
            field: "url".to_owned(),
            detail: format!(
                "`{}` is not an address such as mqtt://127.0.0.1:1883",
                self.url
            ),
        };
        let rest = self.url.strip_prefix("mqtt://").ok_or_else(wrong)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_not_a_port| wrong())?)
            }
            _ => (rest, 1883),
        };
        let plain = !host.is_empty() && !host.contains(['/', '@', ' ', '?', '#']);
        plain.then(|| (host.to_owned(), port)).ok_or_else(wrong)
    }

    /// Checks everything that can be checked before connecting.
    ///
    /// # Errors
    /// [`SettingsError`] for the first setting that makes no sense.
    pub fn validate(&self) -> Result<(), SettingsError> {
        source(&self.name, "name")?;
        self.address()?;
        require(
            self.session_name().len() <= 128,
            "client_id",
            "has more than 128 bytes; shorten it",
        )?;
        require(
            self.password.is_none() || self.username.is_some(),
            "username",
            "is missing; a password needs one",
        )?;
        require(
            self.keep_alive_secs >= 5,
            "keep_alive_secs",
            "must be at least 5",
        )?;
        require(
            self.receive_maximum > 0,
            "receive_maximum",
            "must be at least 1",
        )?;
        require(
            self.queue_messages_max > 0,
            "queue_messages_max",
            "must be at least 1",
        )?;
        require(
            self.batch_messages_max > 0,
            "batch_messages_max",
            "must be at least 1",
        )?;
        require(
            self.payload_bytes_max > 0,
            "payload_bytes_max",
            "must be at least 1",
        )?;
        require(
            self.packet_bytes_max as usize >= self.payload_bytes_max.saturating_add(70_000),
            "packet_bytes_max",
            "must exceed payload_bytes_max by 70000, the room of the longest topic",
        )?;
        require(
            self.backoff_ms_min > 0,
            "backoff_ms_min",
            "must be at least 1",
        )?;
        require(
            self.backoff_ms_max >= self.backoff_ms_min,
            "backoff_ms_max",
            "must not be below backoff_ms_min",
        )?;
        self.validate_subscriptions()
    }

    fn validate_subscriptions(&self) -> Result<(), SettingsError> {
        require(
            !self.subscriptions.is_empty(),
            "subscription",
            "is missing; add [[ingest.mqtt.subscription]] with a topic",
        )?;
        for (at, subscription) in self.subscriptions.iter().enumerate() {
            let field = |name: &str| format!("subscription[{at}].{name}");
            require(subscription.qos <= 1, &field("qos"), "must be 0 or 1")?;
            subscription.route().validate(field)?;
        }
        Ok(())
    }
}

impl Route {
    fn validate(&self, field: impl Fn(&str) -> String) -> Result<(), SettingsError> {
        require(
            topic::valid_filter(&self.topic),
            &field("topic"),
            "is not a topic filter such as city/+/air or city/#",
        )?;
        self.validate_form(&field)?;
        let mut factors = self.mapping.scale.values();
        require(
            factors.all(|factor| factor.is_finite() && *factor != 0.0),
            &field("mapping.scale"),
            "must hold finite factors other than 0",
        )
    }

    fn validate_form(&self, field: impl Fn(&str) -> String) -> Result<(), SettingsError> {
        let (given, plain) = (&self.mapping, JsonMapping::default());
        if self.protocol == Protocol::DeepStream {
            require(
                (&given.id, &given.time, &given.metrics)
                    == (&plain.id, &plain.time, &plain.metrics),
                &field("mapping"),
                "takes no id, time and metrics: DeepStream's places are known",
            )?;
            return require(
                self.form != Form::Ticket,
                &field("form"),
                "is for JSON; DeepStream's events are detections",
            );
        }
        require(
            self.form == Form::Observation || given.metrics == plain.metrics,
            &field("mapping.metrics"),
            "is for observations; an event keeps its numbers in `values`",
        )?;
        require(
            self.form != Form::Observation || given.kinds.is_empty(),
            &field("mapping.kinds"),
            "is for events; write form = \"detection\" or \"ticket\"",
        )
    }
}

/// What a packet holds besides topic and payload: its head, a packet id, and room for properties.
const PACKET_BYTES_BESIDES: usize = 1_024;

impl MqttdSettings {
    /// Checks everything that can be checked before listening.
    ///
    /// # Errors
    /// [`SettingsError`] for the first setting that makes no sense.
    pub fn validate(&self) -> Result<(), SettingsError> {
        source(&self.name, "name")?;
        let known = self.client_ca.is_some() || self.password.is_some();
        require(
            self.listen.ip().is_loopback() || (self.tls && known),
            "listen",
            "is not a loopback address: others are answered only over TLS, and only devices that say who they are; set tls, and client_ca or username and password, or use 127.0.0.1 or [::1]",
        )?;
        require(
            self.tls || self.client_ca.is_none(),
            "client_ca",
            "needs tls = true",
        )?;
        require(
            self.password.is_none() || self.username.is_some(),
            "username",
            "is missing; a password needs one",
        )?;
        for (holds, field) in [
            (self.connections_max > 0, "connections_max"),
            (self.connect_timeout_secs > 0, "connect_timeout_secs"),
            (self.keep_alive_secs_max > 0, "keep_alive_secs_max"),
            (self.client_id_bytes_max > 0, "client_id_bytes_max"),
            (self.payload_bytes_max > 0, "payload_bytes_max"),
            (self.topic_bytes_max > 0, "topic_bytes_max"),
            (self.messages_per_sec_max > 0, "messages_per_sec_max"),
            (
                self.messages_per_sec_total_max > 0,
                "messages_per_sec_total_max",
            ),
            (self.read_bytes > 0, "read_bytes"),
            (self.batch_messages_max > 0, "batch_messages_max"),
        ] {
            require(holds, field, "must be at least 1")?;
        }
        let least = self
            .payload_bytes_max
            .saturating_add(self.topic_bytes_max)
            .saturating_add(PACKET_BYTES_BESIDES);
        require(
            self.packet_bytes_max as usize >= least,
            "packet_bytes_max",
            "must exceed payload_bytes_max and topic_bytes_max together by 1024",
        )?;
        require(
            self.unfinished_bytes_max >= self.packet_bytes_max,
            "unfinished_bytes_max",
            "must be at least packet_bytes_max",
        )?;
        require(
            !self.routes.is_empty(),
            "route",
            "is missing; add [[ingest.mqttd.route]] with a topic",
        )?;
        for (at, route) in self.routes.iter().enumerate() {
            route.validate(|name| format!("route[{at}].{name}"))?;
        }
        Ok(())
    }
}

/// What the program names itself: the replay of a table, what the engine judges of its own, derived values in history.
const RESERVED: [&str; 3] = [REPLAY_SOURCE, SourceId::ENGINE, SourceId::DERIVED];

fn source(name: &str, field: &str) -> Result<(), SettingsError> {
    SourceId::new(name)
        .map(|_valid| ())
        .map_err(|error| SettingsError {
            field: field.to_owned(),
            detail: format!("`{name}` cannot be the name of a source: {error}"),
        })?;
    require(
        !RESERVED.contains(&name),
        field,
        &format!(
            "`{name}` is the program's own name for what comes through no door; choose another"
        ),
    )
}

fn require(holds: bool, field: &str, detail: &str) -> Result<(), SettingsError> {
    if holds {
        return Ok(());
    }
    Err(SettingsError {
        field: field.to_owned(),
        detail: detail.to_owned(),
    })
}
