//! What one connection's bytes say: packets into a batch and answers, without waiting for anything.

use std::sync::atomic::Ordering;

use bytes::{Buf as _, BytesMut};
use rmqtt_codec::v5::DisconnectReasonCode as Code;
use yiping_model::reject::SAMPLE_BYTES_MAX;
use yiping_model::{Disposition, Reason};
use yiping_protocols::Refusal;

use super::Hall;
use super::codec::{Codec, Packet, Publish, Version, Violation, Will, write_pong};
use super::frame::{self, Message};
use crate::door::{Batch, Payload};
use crate::figures::Figure;

/// Bytes of answers that a device does not fetch, beyond which it is not read.
pub(super) const ANSWERS_BYTES_MAX: usize = 64 * 1024;

/// A batch, and what to acknowledge once it is durable.
#[derive(Debug, Default)]
pub(super) struct Load {
    pub(super) batch: Batch,
    pub(super) packet_ids: Vec<u16>,
    /// Messages in it.
    pub(super) messages: usize,
}

impl Load {
    pub(super) fn is_empty(&self) -> bool {
        self.batch.is_empty() && self.packet_ids.is_empty()
    }

    /// Whether it should be kept before more is taken into it.
    pub(super) fn is_full(&self, messages_max: usize) -> bool {
        self.batch.is_full() || self.messages >= messages_max
    }
}

/// Why packets are not taken further.
#[derive(Debug)]
pub(super) enum Halt {
    /// There is no further whole packet.
    Drained,
    /// The batch or the window is full.
    Full,
    /// The device took leave; whether its will is to be told all the same.
    Farewell { will: bool },
    /// The device did what it must not.
    Violated(Violation),
}

impl Hall {
    /// Takes packets off the buffer into the load until something halts it; so many messages wait for their acknowledgement already.
    pub(super) fn take(
        &self,
        codec: &mut Codec,
        buffer: &mut BytesMut,
        out: &mut BytesMut,
        load: &mut Load,
        unacknowledged: usize,
    ) -> Halt {
        let limit = self.settings.packet_bytes_max as usize;
        let batch_max = self.settings.batch_messages_max;
        let version = codec.version();
        let window = usize::from(self.settings.unacknowledged_max.get());
        loop {
            // Version 5 knows the window and must not exceed it; 3.1.1 does not, and waits.
            let waiting = unacknowledged + load.packet_ids.len();
            let full = version == Version::V311 && waiting >= window;
            if full || load.is_full(batch_max) || out.len() > ANSWERS_BYTES_MAX {
                return Halt::Full;
            }
            let frame = match frame::whole(buffer, limit) {
                Ok(Some(frame)) => frame,
                Ok(None) => return Halt::Drained,
                Err(error) => return Halt::Violated(error.into()),
            };
            let packet = &buffer[..frame.length];
            let taken = match frame::message(packet, frame.head, version) {
                Some(message) => self.publish(load, message, waiting),
                None => self.attend(codec, packet.into(), out, load, waiting),
            };
            // What halts it stays in the buffer, to be shown.
            match taken {
                Ok(()) => buffer.advance(frame.length),
                Err(halt) => return halt,
            }
        }
    }

    fn attend(
        &self,
        codec: &mut Codec,
        packet: BytesMut,
        out: &mut BytesMut,
        load: &mut Load,
        waiting: usize,
    ) -> Result<(), Halt> {
        let source = self.door.source().as_str();
        match codec.read(packet).map_err(Halt::Violated)? {
            Packet::Publish(publish) => {
                let message = accepted(&publish).map_err(Halt::Violated)?;
                self.publish(load, message, waiting)?;
            }
            Packet::Subscribe { packet_id, filters } => {
                Figure::MqttdRefusals.add_because(source, "subscription", filters as u64);
                if !self.told_no_subscriptions.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        source,
                        "a device asked for messages; this door only takes them, so such devices need a broker"
                    );
                }
                codec.write_no_subscription(out, packet_id, filters);
            }
            Packet::Unsubscribe { packet_id, filters } => {
                codec.write_unsubscribed(out, packet_id, filters);
            }
            Packet::Ping => write_pong(out),
            Packet::Disconnect { will } => return Err(Halt::Farewell { will }),
            Packet::Connect(_) | Packet::Misplaced => {
                let violation = Violation::misplaced("a packet came that has no place here");
                return Err(Halt::Violated(violation));
            }
        }
        Ok(())
    }

    fn publish(&self, load: &mut Load, message: Message<'_>, waiting: usize) -> Result<(), Halt> {
        let violated = |code, detail: &str| Err(Halt::Violated(Violation::new(code, detail)));
        let Message {
            topic,
            packet_id,
            payload,
        } = message;
        if topic.is_empty() || topic.contains(['+', '#', '\0']) {
            return violated(
                Code::TopicNameInvalid,
                "a topic is empty, or holds + or # or NUL",
            );
        }
        if packet_id.is_some() && waiting >= usize::from(self.settings.unacknowledged_max.get()) {
            return violated(
                Code::ReceiveMaximumExceeded,
                "more messages wait for their acknowledgement than Receive Maximum allows",
            );
        }
        let payload = Payload::whole(topic, payload);
        let limit = self.settings.topic_bytes_max;
        if topic.len() > limit {
            let detail = format!("topic has {} bytes, the limit is {limit}", topic.len());
            let refusal = Refusal::whole(Reason::TooLarge, detail, None);
            self.door.refuse(&mut load.batch, refusal, payload);
        } else {
            self.routes
                .read(&self.door, &mut load.batch, topic, payload);
        }
        load.packet_ids.extend(packet_id);
        load.messages += 1;
        Ok(())
    }

    /// Says what a device wanted to have said when it goes away without a word.
    pub(super) fn tell(&self, batch: &mut Batch, will: &Will, client_id: &str, how: &str) {
        Figure::MqttdEnds.add_because(self.door.source().as_str(), "gone", 1);
        let topic = will.topic.as_str();
        let payload = Payload::whole(topic, &will.payload);
        let decoded = self
            .routes
            .format(topic, payload.size_bytes)
            .map(|format| self.door.decode(format, payload, Some(topic)));
        let why = match decoded {
            Ok(decoded) if decoded.is_sound() => {
                let payload = self.routes.shown(topic, payload);
                self.door.admit(batch, decoded, payload);
                return;
            }
            Ok(decoded) => decoded.refusals.into_iter().next(),
            Err(refusal) => Some(refusal),
        };
        let why = why.map_or_else(|| "it is empty".to_owned(), |refusal| refusal.detail);
        let detail = format!("device {client_id:?} is gone ({how}); its will is no reading: {why}");
        let gone = Refusal {
            disposition: Disposition::Quarantined,
            ..Refusal::whole(Reason::Gone, detail, None)
        };
        let payload = self.routes.shown(topic, payload);
        self.door.refuse(batch, gone, payload);
    }

    /// Makes a dead letter of what a device did that it must not do.
    pub(super) fn record(&self, batch: &mut Batch, violation: &Violation, who: &str, rest: &[u8]) {
        let source = self.door.source().as_str();
        Figure::MqttdRefusals.add_because(source, violation.name(), 1);
        let detail = format!("{who:?} was cut off: {violation}");
        let reason = match violation.code {
            Code::PacketTooLarge => Reason::TooLarge,
            _ => Reason::BadPacket,
        };
        let payload = Payload {
            origin: who,
            bytes: &rest[..rest.len().min(SAMPLE_BYTES_MAX)],
            size_bytes: rest.len(),
        };
        let payload = if self.routes.any_private() {
            payload.unseen()
        } else {
            payload
        };
        self.door
            .refuse(batch, Refusal::whole(reason, detail, None), payload);
    }
}

/// The message of a PUBLISH that is not of the plain form.
fn accepted(publish: &Publish) -> Result<Message<'_>, Violation> {
    if publish.qos > 1 {
        return Err(Violation::new(
            Code::QosNotSupported,
            "QoS 2 is not taken; publish with QoS 1",
        ));
    }
    if publish.alias {
        return Err(Violation::new(
            Code::TopicAliasInvalid,
            "topic aliases are not taken, as Topic Alias Maximum says",
        ));
    }
    Ok(Message {
        topic: &publish.topic,
        packet_id: publish.packet_id,
        payload: &publish.payload,
    })
}
