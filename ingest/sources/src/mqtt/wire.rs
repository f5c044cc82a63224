//! Both versions of the protocol behind one face. One [`Wire`] is one connection: it is made for it and ends with it.
//!
//! rumqttc can connect again by itself, but then events and acknowledgements of the old connection live on in the new one, where their
//! packet ids name other messages. A fresh client and event loop for every connection makes that impossible: an acknowledgement for an old
//! connection goes to a channel that nobody reads.

use std::time::Duration;

use bytes::Bytes;
use rumqttc::{mqttbytes, v5};
use yiping_model::Secret;

use crate::settings::{MqttSettings, MqttVersion, SettingsError, Subscription};

/// Packet ids have 16 bits, so a broker cannot have more messages in flight than this.
const PACKET_IDS: usize = 65_535;
/// Room for SUBSCRIBE and DISCONNECT beside the acknowledgements.
const OTHER_REQUESTS: usize = 2;
const OUTGOING_BYTES_MAX: usize = 1024 * 1024;
/// We publish nothing, so one slot for outgoing messages is enough.
const OUTGOING_MESSAGES_MAX: u16 = 1;

/// The side that asks: subscribe, acknowledge, disconnect. Nothing here waits.
#[derive(Debug, Clone)]
pub(super) enum Client {
    V311(rumqttc::AsyncClient),
    V5(v5::AsyncClient),
}

/// The side that must be polled.
pub(super) enum Wire {
    V311(Box<rumqttc::EventLoop>),
    V5(Box<v5::EventLoop>),
}

/// What comes over a wire.
#[derive(Debug)]
pub(super) enum Event {
    Connected,
    /// The broker answered the subscription; the places of the filters it refused.
    Subscribed(Vec<usize>),
    Message(Message),
    /// Our DISCONNECT, and all before it, is written.
    Disconnected,
    Other,
}

/// A message as it came.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) topic: String,
    pub(super) payload: Bytes,
    /// For the acknowledgement; `None` at `QoS` 0.
    pub(super) packet_id: Option<u16>,
}

/// A connection that is not yet made: polling makes it.
pub(super) fn open(settings: &MqttSettings) -> Result<(Client, Wire), SettingsError> {
    let (host, port) = settings.address()?;
    let keep_alive = Duration::from_secs(settings.keep_alive_secs.into());
    let password = settings.password.as_ref().map_or("", Secret::reveal);
    let capacity = PACKET_IDS + OTHER_REQUESTS;
    Ok(match settings.version {
        MqttVersion::V311 => {
            let mut options = rumqttc::MqttOptions::new(settings.session_name(), host, port);
            options
                .set_keep_alive(keep_alive)
                .set_clean_session(false)
                .set_manual_acks(true)
                .set_inflight(OUTGOING_MESSAGES_MAX)
                .set_max_packet_size(settings.packet_bytes_max as usize, OUTGOING_BYTES_MAX);
            if let Some(username) = &settings.username {
                options.set_credentials(username, password);
            }
            let (client, wire) = rumqttc::AsyncClient::new(options, capacity);
            (Client::V311(client), Wire::V311(Box::new(wire)))
        }
        MqttVersion::V5 => {
            let mut options = v5::MqttOptions::new(settings.session_name(), host, port);
            options
                .set_keep_alive(keep_alive)
                .set_clean_start(false)
                .set_manual_acks(true)
                .set_session_expiry_interval(Some(settings.session_expiry_secs))
                .set_receive_maximum(Some(settings.receive_maximum))
                .set_max_packet_size(Some(settings.packet_bytes_max))
                .set_outgoing_inflight_upper_limit(OUTGOING_MESSAGES_MAX);
            if let Some(username) = &settings.username {
                options.set_credentials(username, password);
            }
            let (client, wire) = v5::AsyncClient::new(options, capacity);
            (Client::V5(client), Wire::V5(Box::new(wire)))
        }
    })
}

impl Client {
    /// Asks for all subscriptions in one packet. Returns whether it was sent off.
    pub(super) fn subscribe(&self, subscriptions: &[Subscription]) -> bool {
        match self {
            Self::V311(client) => client
                .try_subscribe_many(subscriptions.iter().map(|subscription| {
                    let topic = subscription.topic.clone();
                    mqttbytes::v4::SubscribeFilter::new(topic, qos_311(subscription.qos))
                }))
                .is_ok(),
            Self::V5(client) => client
                .try_subscribe_many(subscriptions.iter().map(|subscription| {
                    v5::mqttbytes::v5::Filter {
                        // Kept messages come with the first subscription, not again with every connection.
                        retain_forward_rule: v5::mqttbytes::v5::RetainForwardRule::OnNewSubscribe,
                        ..v5::mqttbytes::v5::Filter::new(
                            subscription.topic.clone(),
                            qos_5(subscription.qos),
                        )
                    }
                }))
                .is_ok(),
        }
    }

    /// Acknowledges a message of this connection. Returns whether it was sent off; it is not when the connection has ended, and then the
    /// broker sends the message again.
    pub(super) fn acknowledge(&self, packet_id: u16) -> bool {
        match self {
            Self::V311(client) => {
                let mut message = mqttbytes::v4::Publish::new("", mqttbytes::QoS::AtLeastOnce, "");
                message.pkid = packet_id;
                client.try_ack(&message).is_ok()
            }
            Self::V5(client) => {
                let qos = v5::mqttbytes::QoS::AtLeastOnce;
                let mut message = v5::mqttbytes::v5::Publish::new("", qos, Bytes::new(), None);
                message.pkid = packet_id;
                client.try_ack(&message).is_ok()
            }
        }
    }

    /// Says goodbye, after everything that was asked before.
    pub(super) fn disconnect(&self) -> bool {
        match self {
            Self::V311(client) => client.try_disconnect().is_ok(),
            Self::V5(client) => client.try_disconnect().is_ok(),
        }
    }
}

impl Wire {
    /// Waits for the next event; an error ends the connection.
    pub(super) async fn poll(&mut self) -> Result<Event, String> {
        match self {
            Self::V311(wire) => match wire.poll().await {
                Ok(event) => Ok(event_311(event)),
                Err(error) => Err(error.to_string()),
            },
            Self::V5(wire) => match wire.poll().await {
                Ok(event) => Ok(event_5(event)),
                Err(error) => Err(error.to_string()),
            },
        }
    }
}

fn event_311(event: rumqttc::Event) -> Event {
    use mqttbytes::v4::{Packet, SubscribeReasonCode};
    match event {
        rumqttc::Event::Incoming(Packet::ConnAck(_)) => Event::Connected,
        rumqttc::Event::Incoming(Packet::SubAck(answer)) => {
            Event::Subscribed(places(&answer.return_codes, |code| {
                matches!(code, SubscribeReasonCode::Success(_))
            }))
        }
        rumqttc::Event::Incoming(Packet::Publish(message)) => Event::Message(Message {
            topic: message.topic,
            payload: message.payload,
            packet_id: (message.qos != mqttbytes::QoS::AtMostOnce).then_some(message.pkid),
        }),
        rumqttc::Event::Outgoing(rumqttc::Outgoing::Disconnect) => Event::Disconnected,
        _ => Event::Other,
    }
}

fn event_5(event: v5::Event) -> Event {
    use v5::mqttbytes::v5::{Packet, SubscribeReasonCode};
    match event {
        v5::Event::Incoming(Packet::ConnAck(_)) => Event::Connected,
        v5::Event::Incoming(Packet::SubAck(answer)) => {
            Event::Subscribed(places(&answer.return_codes, |code| {
                matches!(code, SubscribeReasonCode::Success(_))
            }))
        }
        v5::Event::Incoming(Packet::Publish(message)) => Event::Message(Message {
            topic: String::from_utf8_lossy(&message.topic).into_owned(),
            payload: message.payload,
            packet_id: (message.qos != v5::mqttbytes::QoS::AtMostOnce).then_some(message.pkid),
        }),
        v5::Event::Outgoing(rumqttc::Outgoing::Disconnect) => Event::Disconnected,
        _ => Event::Other,
    }
}

fn places<T>(codes: &[T], granted: impl Fn(&T) -> bool) -> Vec<usize> {
    let refused = codes.iter().enumerate().filter(|(_, code)| !granted(code));
    refused.map(|(at, _)| at).collect()
}

const fn qos_311(level: u8) -> mqttbytes::QoS {
    if level == 0 {
        mqttbytes::QoS::AtMostOnce
    } else {
        mqttbytes::QoS::AtLeastOnce
    }
}

const fn qos_5(level: u8) -> v5::mqttbytes::QoS {
    if level == 0 {
        v5::mqttbytes::QoS::AtMostOnce
    } else {
        v5::mqttbytes::QoS::AtLeastOnce
    }
}
