//! A device that writes its bytes itself.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::testing::in_time;

pub(super) struct Raw(pub(super) TcpStream);

impl Raw {
    pub(super) async fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await;
        Self(stream.expect("the door listens"))
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("the door reads");
    }

    /// The next packet.
    pub(super) async fn packet(&mut self) -> Vec<u8> {
        let mut packet = vec![0; 2];
        let head = self.0.read_exact(&mut packet);
        in_time("an answer", head).await.expect("an answer");
        assert!(packet[1] < 0x80, "answers are short");
        packet.resize(2 + usize::from(packet[1]), 0);
        let body = self.0.read_exact(&mut packet[2..]);
        in_time("the rest of an answer", body)
            .await
            .expect("the rest");
        packet
    }

    /// Whatever still comes before the door closes.
    pub(super) async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let read = in_time("the end", self.0.read_to_end(&mut rest)).await;
        match read {
            Ok(_) => rest,
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
                rest
            }
        }
    }

    pub(super) async fn let_in(&mut self, level: u8) {
        let answer = self.packet().await;
        assert_eq!(answer[0], 0x20, "CONNACK");
        assert_eq!(answer[2..4], [0, 0], "no session, accepted");
        if level == 4 {
            assert_eq!(answer.len(), 4);
        }
    }
}

/// A packet of this first byte.
pub(super) fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mut rest = body.len();
    while rest > 0x7f {
        bytes.push(0x80 | (rest & 0x7f) as u8);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes.extend_from_slice(body);
    bytes
}

pub(super) fn text(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u16).to_be_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// A CONNECT with flags, keep-alive and what follows the client id.
pub(super) fn connect_with(
    level: u8,
    flags: u8,
    keep_alive: u16,
    client_id: &str,
    payload: &[u8],
) -> Vec<u8> {
    let mut body = text("MQTT");
    body.extend([level, flags]);
    body.extend(keep_alive.to_be_bytes());
    if level == 5 {
        body.push(0);
    }
    body.extend(text(client_id));
    body.extend_from_slice(payload);
    packet(0x10, &body)
}

pub(super) fn connect(level: u8, client_id: &str) -> Vec<u8> {
    connect_with(level, 0b10, 60, client_id, &[])
}

/// A CONNECT with a will.
pub(super) fn connect_willing(
    level: u8,
    keep_alive: u16,
    client_id: &str,
    topic: &str,
    payload: &str,
) -> Vec<u8> {
    let mut rest = if level == 5 { vec![0] } else { Vec::new() };
    rest.extend(text(topic));
    rest.extend(text(payload));
    connect_with(level, 0b110, keep_alive, client_id, &rest)
}

/// A PUBLISH; `QoS` 1 when it has a packet id.
pub(super) fn publish(level: u8, topic: &str, packet_id: Option<u16>, payload: &str) -> Vec<u8> {
    let mut body = text(topic);
    body.extend(packet_id.into_iter().flat_map(u16::to_be_bytes));
    if level == 5 {
        body.push(0);
    }
    body.extend_from_slice(payload.as_bytes());
    packet(if packet_id.is_some() { 0x32 } else { 0x30 }, &body)
}

pub(super) const PING: [u8; 2] = [0xc0, 0];
pub(super) const PONG: [u8; 2] = [0xd0, 0];

pub(super) fn acknowledgement(packet_id: u16) -> Vec<u8> {
    packet(0x40, &packet_id.to_be_bytes())
}
