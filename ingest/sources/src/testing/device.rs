//! A device that publishes, by a client that others made.

use rumqttc::{mqttbytes, v5};

use super::in_time;
use crate::settings::MqttVersion;

const PACKET_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Publishes in this order at `QoS` 1 and returns when the broker has acknowledged all.
pub(crate) async fn publish<P: AsRef<[u8]>>(
    port: u16,
    version: MqttVersion,
    messages: &[(&str, P)],
) {
    match version {
        MqttVersion::V311 => in_time("publishing", publish_311(port, messages)).await,
        MqttVersion::V5 => in_time("publishing", publish_5(port, messages)).await,
    }
}

async fn publish_311<P: AsRef<[u8]>>(port: u16, messages: &[(&str, P)]) {
    let mut options = rumqttc::MqttOptions::new("device", "127.0.0.1", port);
    options.set_max_packet_size(PACKET_BYTES_MAX, PACKET_BYTES_MAX);
    let (client, mut wire) = rumqttc::AsyncClient::new(options, messages.len());
    for (topic, payload) in messages {
        let qos = mqttbytes::QoS::AtLeastOnce;
        let sent = client.try_publish(*topic, qos, false, payload.as_ref());
        sent.expect("there is room for all");
    }
    let mut acknowledged = 0;
    while acknowledged < messages.len() {
        let event = wire.poll().await.expect("the broker is there");
        if let rumqttc::Event::Incoming(mqttbytes::v4::Packet::PubAck(_)) = event {
            acknowledged += 1;
        }
    }
}

async fn publish_5<P: AsRef<[u8]>>(port: u16, messages: &[(&str, P)]) {
    let mut options = v5::MqttOptions::new("device", "127.0.0.1", port);
    options.set_outgoing_inflight_upper_limit(10);
    let (client, mut wire) = v5::AsyncClient::new(options, messages.len());
    for (topic, payload) in messages {
        let qos = v5::mqttbytes::QoS::AtLeastOnce;
        let payload = payload.as_ref().to_vec();
        let sent = client.try_publish(*topic, qos, false, payload);
        sent.expect("there is room for all");
    }
    let mut acknowledged = 0;
    while acknowledged < messages.len() {
        let event = wire.poll().await.expect("the broker is there");
        if let v5::Event::Incoming(v5::mqttbytes::v5::Packet::PubAck(_)) = event {
            acknowledged += 1;
        }
    }
}
