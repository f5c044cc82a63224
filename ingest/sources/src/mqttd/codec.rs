//! Both versions of the protocol behind one face, on rmqtt-codec: what a device may say, and what this door answers.
//!
//! MQTT 3.1 is read as 3.1.1, because the codec does. What a server must not be sent is a [`Violation`], which ends the connection.

use bytes::{BufMut as _, Bytes, BytesMut};
use rmqtt_codec::error::{DecodeError, EncodeError};
use rmqtt_codec::v5::{
    ConnectAckReason, DisconnectReasonCode, SubscribeAckReason, UnsubscribeAckReason,
};
use rmqtt_codec::{v3, v5};
use tokio_util::codec::{Decoder as _, Encoder as _};

use super::frame::FrameError;

/// The version of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V311,
    V5,
}

/// What a device did that it must not do, in the words of version 5; 3.1.1 knows no words and closes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub(super) struct Violation {
    pub(super) code: DisconnectReasonCode,
    pub(super) detail: String,
    /// Whether it is only that a device without a name wants to be remembered.
    pub(super) nameless: bool,
}

impl Violation {
    pub(super) fn new(code: DisconnectReasonCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            nameless: false,
        }
    }

    pub(super) fn misplaced(detail: &str) -> Self {
        Self::new(DisconnectReasonCode::ProtocolError, detail)
    }

    /// Its name in the figures.
    pub(super) const fn name(&self) -> &'static str {
        match self.code {
            DisconnectReasonCode::PacketTooLarge => "packet_bytes",
            DisconnectReasonCode::TopicNameInvalid => "topic",
            DisconnectReasonCode::TopicAliasInvalid => "topic_alias",
            DisconnectReasonCode::QosNotSupported => "qos_2",
            DisconnectReasonCode::ReceiveMaximumExceeded => "unacknowledged",
            DisconnectReasonCode::ProtocolError => "protocol",
            _ => "malformed",
        }
    }
}

impl From<FrameError> for Violation {
    fn from(error: FrameError) -> Self {
        let code = match error {
            FrameError::Length => DisconnectReasonCode::MalformedPacket,
            FrameError::TooLarge(..) => DisconnectReasonCode::PacketTooLarge,
        };
        Self::new(code, error.to_string())
    }
}

/// A packet from a device.
#[derive(Debug)]
pub(super) enum Packet {
    Connect(Hello),
    Publish(Publish),
    Subscribe {
        packet_id: u16,
        filters: usize,
    },
    Unsubscribe {
        packet_id: u16,
        filters: usize,
    },
    Ping,
    /// A farewell; whether the will is to be told all the same: version 5 discards it only at a normal one (3.14.4).
    Disconnect {
        will: bool,
    },
    /// One that only a server sends, or that answers what this door never says.
    Misplaced,
}

/// A device's CONNECT.
#[derive(Debug)]
pub(super) struct Hello {
    pub(super) client_id: String,
    pub(super) keep_alive_secs: u16,
    pub(super) username: Option<String>,
    pub(super) password: Option<Bytes>,
    pub(super) will: Option<Will>,
    /// What it wants that this door does not have.
    pub(super) denial: Option<Denial>,
}

/// What a device wants to have said when it goes away without a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Will {
    pub(super) topic: String,
    pub(super) payload: Bytes,
}

/// A PUBLISH.
#[derive(Debug)]
pub(super) struct Publish {
    pub(super) topic: String,
    pub(super) qos: u8,
    pub(super) packet_id: Option<u16>,
    pub(super) payload: Bytes,
    /// Whether the topic is abbreviated.
    pub(super) alias: bool,
}

/// Why a device is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denial {
    Version,
    ClientId,
    Credentials,
    SignIn,
    WillQos,
    Full,
}

/// What is granted to a device that is let in.
#[derive(Debug)]
pub(super) struct Grant {
    /// The name that it was given, when it brought none.
    pub(super) client_id: Option<String>,
    pub(super) keep_alive_secs: Option<u16>,
    pub(super) unacknowledged_max: std::num::NonZeroU16,
    pub(super) packet_bytes_max: u32,
}

/// Refuses bytes that no CONNECT begins with.
pub(super) fn begins(bytes: &[u8]) -> Result<(), Violation> {
    match bytes.first() {
        None | Some(0x10) => Ok(()),
        Some(_) => Err(Violation::misplaced("the first packet is not CONNECT")),
    }
}

/// The version that a CONNECT asks for, from the body of its packet; `None` for one that nobody knows.
pub(super) fn version(packet: &[u8], head: usize) -> Result<Option<Version>, Violation> {
    match packet.get(head..) {
        Some([0, 4, b'M', b'Q', b'T', b'T', level, ..]) => Ok(match level {
            4 => Some(Version::V311),
            5 => Some(Version::V5),
            _ => None,
        }),
        Some([0, 6, b'M', b'Q', b'I', b's', b'd', b'p', 3, ..]) => Ok(Some(Version::V311)),
        _ => Err(Violation::misplaced("what connects does not speak MQTT")),
    }
}

/// Reads and writes the packets of one connection.
#[derive(Debug)]
pub(super) enum Codec {
    V311(v3::Codec),
    V5(v5::Codec),
}

impl Codec {
    pub(super) fn new(version: Version) -> Self {
        // The frame is whole and within the limit before it comes here.
        match version {
            Version::V311 => Self::V311(v3::Codec::default()),
            Version::V5 => Self::V5(v5::Codec::default()),
        }
    }

    pub(super) const fn version(&self) -> Version {
        match self {
            Self::V311(_) => Version::V311,
            Self::V5(_) => Version::V5,
        }
    }

    /// Reads one whole packet.
    pub(super) fn read(&mut self, mut packet: BytesMut) -> Result<Packet, Violation> {
        let incomplete = || Err(DecodeError::InvalidLength.into());
        match self {
            Self::V311(codec) => match codec.decode(&mut packet).map_err(Violation::from)? {
                Some((packet, _)) => Ok(packet_311(packet)),
                None => incomplete(),
            },
            Self::V5(codec) => match codec.decode(&mut packet).map_err(Violation::from)? {
                Some((packet, _)) => Ok(packet_5(packet)),
                None => incomplete(),
            },
        }
    }

    /// Lets a device in.
    pub(super) fn write_grant(&mut self, out: &mut BytesMut, grant: Grant) {
        written(match self {
            Self::V311(codec) => {
                let return_code = v3::ConnectAckReason::ConnectionAccepted;
                let ack = v3::ConnectAck {
                    return_code,
                    session_present: false,
                };
                codec.encode(v3::Packet::ConnectAck(ack), out)
            }
            Self::V5(codec) => {
                let ack = v5::ConnectAck {
                    session_expiry_interval_secs: Some(0),
                    receive_max: grant.unacknowledged_max,
                    max_qos: v5::QoS::AtLeastOnce,
                    max_packet_size: Some(grant.packet_bytes_max),
                    assigned_client_id: grant.client_id.map(Into::into),
                    server_keepalive_sec: grant.keep_alive_secs,
                    wildcard_subscription_available: false,
                    subscription_identifiers_available: false,
                    shared_subscription_available: false,
                    ..v5::ConnectAck::default()
                };
                codec.encode(v5::Packet::ConnectAck(Box::new(ack)), out)
            }
        });
    }

    /// Turns a device away.
    pub(super) fn write_denial(&mut self, out: &mut BytesMut, denial: Denial) {
        let (code_311, code_5) = match denial {
            Denial::Version => (
                v3::ConnectAckReason::UnacceptableProtocolVersion,
                ConnectAckReason::UnsupportedProtocolVersion,
            ),
            Denial::ClientId => (
                v3::ConnectAckReason::IdentifierRejected,
                ConnectAckReason::ClientIdentifierNotValid,
            ),
            Denial::Credentials => (
                v3::ConnectAckReason::BadUserNameOrPassword,
                ConnectAckReason::BadUserNameOrPassword,
            ),
            Denial::SignIn => (
                v3::ConnectAckReason::NotAuthorized,
                ConnectAckReason::BadAuthenticationMethod,
            ),
            Denial::WillQos => (
                v3::ConnectAckReason::NotAuthorized,
                ConnectAckReason::QosNotSupported,
            ),
            Denial::Full => (
                v3::ConnectAckReason::ServiceUnavailable,
                ConnectAckReason::QuotaExceeded,
            ),
        };
        written(match self {
            Self::V311(codec) => {
                let ack = v3::ConnectAck {
                    return_code: code_311,
                    session_present: false,
                };
                codec.encode(v3::Packet::ConnectAck(ack), out)
            }
            Self::V5(codec) => {
                let ack = v5::ConnectAck {
                    reason_code: code_5,
                    ..v5::ConnectAck::default()
                };
                codec.encode(v5::Packet::ConnectAck(Box::new(ack)), out)
            }
        });
    }

    /// Refuses every filter of a SUBSCRIBE.
    pub(super) fn write_no_subscription(&mut self, out: &mut BytesMut, id: u16, filters: usize) {
        let Some(packet_id) = std::num::NonZeroU16::new(id) else {
            return;
        };
        written(match self {
            Self::V311(codec) => {
                let status = vec![v3::SubscribeReturnCode::Failure; filters];
                codec.encode(v3::Packet::SubscribeAck { packet_id, status }, out)
            }
            Self::V5(codec) => {
                let ack = v5::SubscribeAck {
                    packet_id,
                    properties: Vec::new(),
                    reason_string: Some("this door only takes messages".into()),
                    status: vec![SubscribeAckReason::NotAuthorized; filters],
                };
                codec.encode(v5::Packet::SubscribeAck(ack), out)
            }
        });
    }

    /// Answers an UNSUBSCRIBE: there was no subscription.
    pub(super) fn write_unsubscribed(&mut self, out: &mut BytesMut, id: u16, filters: usize) {
        let Some(packet_id) = std::num::NonZeroU16::new(id) else {
            return;
        };
        written(match self {
            Self::V311(codec) => codec.encode(v3::Packet::UnsubscribeAck { packet_id }, out),
            Self::V5(codec) => {
                let ack = v5::UnsubscribeAck {
                    packet_id,
                    properties: Vec::new(),
                    reason_string: None,
                    status: vec![UnsubscribeAckReason::NoSubscriptionExisted; filters],
                };
                codec.encode(v5::Packet::UnsubscribeAck(ack), out)
            }
        });
    }

    /// Says why the connection ends; 3.1.1 has no words for that.
    pub(super) fn write_farewell(&mut self, out: &mut BytesMut, code: DisconnectReasonCode) {
        if let Self::V5(codec) = self {
            let farewell = v5::Disconnect::new(code);
            written(codec.encode(v5::Packet::Disconnect(farewell), out));
        }
    }
}

/// Acknowledges a message; both versions write it alike.
pub(super) fn write_acknowledgement(out: &mut BytesMut, packet_id: u16) {
    out.put_slice(&[0x40, 2]);
    out.put_u16(packet_id);
}

/// Answers a PINGREQ; both versions write it alike.
pub(super) fn write_pong(out: &mut BytesMut) {
    out.put_slice(&[0xd0, 0]);
}

/// What this door says always has a form; were it not so, the device would miss an answer and connect again.
fn written(result: Result<(), EncodeError>) {
    if let Err(error) = result {
        tracing::error!(%error, "an answer has no form");
    }
}

impl From<DecodeError> for Violation {
    fn from(error: DecodeError) -> Self {
        let code = match error {
            DecodeError::MaxSizeExceeded { .. } => DisconnectReasonCode::PacketTooLarge,
            DecodeError::InvalidTopicName => DisconnectReasonCode::TopicNameInvalid,
            DecodeError::InvalidTopicFilter => DisconnectReasonCode::ProtocolError,
            _ => DisconnectReasonCode::MalformedPacket,
        };
        Self {
            nameless: matches!(error, DecodeError::InvalidClientId),
            ..Self::new(code, format!("a packet cannot be read: {error}"))
        }
    }
}

fn packet_311(packet: v3::Packet) -> Packet {
    match packet {
        v3::Packet::Connect(hello) => Packet::Connect(Hello {
            client_id: hello.client_id.to_string(),
            keep_alive_secs: hello.keep_alive,
            username: hello.username.map(|name| name.to_string()),
            password: hello.password,
            will: hello.last_will.map(|will| Will {
                topic: will.topic.to_string(),
                payload: will.message,
            }),
            denial: None,
        }),
        v3::Packet::Publish(message) => Packet::Publish(publish(*message)),
        v3::Packet::Subscribe {
            packet_id,
            topic_filters,
        } => Packet::Subscribe {
            packet_id: packet_id.get(),
            filters: topic_filters.len(),
        },
        v3::Packet::Unsubscribe {
            packet_id,
            topic_filters,
        } => Packet::Unsubscribe {
            packet_id: packet_id.get(),
            filters: topic_filters.len(),
        },
        v3::Packet::PingRequest => Packet::Ping,
        v3::Packet::Disconnect => Packet::Disconnect { will: false },
        _ => Packet::Misplaced,
    }
}

fn packet_5(packet: v5::Packet) -> Packet {
    match packet {
        v5::Packet::Connect(hello) => Packet::Connect(Hello {
            denial: denial_5(&hello),
            client_id: hello.client_id.to_string(),
            keep_alive_secs: hello.keep_alive,
            username: hello.username.map(|name| name.to_string()),
            password: hello.password,
            will: hello.last_will.map(|will| Will {
                topic: will.topic.to_string(),
                payload: will.message,
            }),
        }),
        v5::Packet::Publish(message) => Packet::Publish(publish(*message)),
        v5::Packet::Subscribe(asked) => Packet::Subscribe {
            packet_id: asked.packet_id.get(),
            filters: asked.topic_filters.len(),
        },
        v5::Packet::Unsubscribe(asked) => Packet::Unsubscribe {
            packet_id: asked.packet_id.get(),
            filters: asked.topic_filters.len(),
        },
        v5::Packet::PingRequest => Packet::Ping,
        v5::Packet::Disconnect(farewell) => Packet::Disconnect {
            will: farewell.reason_code != DisconnectReasonCode::NormalDisconnection,
        },
        _ => Packet::Misplaced,
    }
}

/// A will of `QoS` 2 must be refused by who does not take `QoS` 2 (MQTT 5.0, 3.2.2.3.4); in 3.1.1 it only concerns those who would receive it.
fn denial_5(hello: &v5::Connect) -> Option<Denial> {
    let will = hello.last_will.as_ref();
    if hello.auth_method.is_some() {
        return Some(Denial::SignIn);
    }
    will.is_some_and(|will| will.qos == v5::QoS::ExactlyOnce)
        .then_some(Denial::WillQos)
}

fn publish(message: rmqtt_codec::types::Publish) -> Publish {
    let alias = message.properties.and_then(|known| known.topic_alias);
    Publish {
        topic: message.topic.to_string(),
        qos: message.qos.value(),
        packet_id: message.packet_id.map(std::num::NonZeroU16::get),
        payload: message.payload,
        alias: alias.is_some(),
    }
}
