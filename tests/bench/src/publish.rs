//! Gateways that publish on time, whatever the other side does.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bytes::{Bytes, BytesMut};
use rumqttc::mqttbytes::QoS;
use rumqttc::mqttbytes::v4::{Connect, Packet, Publish};

use crate::city::{Change, Gateway};
use crate::machine::now_us;

/// Messages of one connection that may be without acknowledgement.
const IN_FLIGHT_MAX: u64 = 2_000;
const PACKET_BYTES_MAX: usize = 65_536;
const BURST_MESSAGES: u64 = 512;

/// What the gateways are to send.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) broker: SocketAddr,
    pub(crate) gateways: u32,
    pub(crate) sensors: u32,
    pub(crate) rate: f64,
    pub(crate) secs: f64,
    pub(crate) acknowledged: bool,
    /// When the first message is due, in µs since the epoch.
    pub(crate) begin_us: u64,
}

/// The changes that must come out, with the time at which each was due, in µs.
pub(crate) type Expected = Arc<Mutex<BTreeMap<Change, u64>>>;

/// What one gateway did.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) messages: u64,
    pub(crate) windows: BTreeMap<(u32, u64), u32>,
    pub(crate) late_us_max: u64,
    /// From sending to PUBACK, in µs.
    pub(crate) acknowledged_us: Vec<u32>,
}

/// Sends the share of gateway `number`.
pub(crate) fn send(load: &Load, number: u32, expected: &Expected) -> anyhow::Result<Sent> {
    let mut socket = connect(load.broker, &format!("gateway-{number}"))?;
    let acks = Arc::new(Acks::default());
    let reading = load.acknowledged.then(|| {
        let (socket, acks) = (socket.try_clone(), Arc::clone(&acks));
        thread::spawn(move || acks.read(socket?))
    });
    let rate = load.rate / f64::from(load.gateways);
    let total = (rate * load.secs) as u64;
    let mut city = Gateway::new(number, load.gateways, load.sensors);
    let mut sent = Sent::default();
    let (mut out, mut payload) = (BytesMut::new(), Vec::new());
    let due_us = |message: u64| load.begin_us + (message as f64 * 1e6 / rate) as u64;
    while sent.messages < total {
        let now = now_us();
        let due = (now.saturating_sub(load.begin_us) as f64 * rate / 1e6) as u64;
        if due <= sent.messages {
            thread::sleep(Duration::from_micros(500));
            continue;
        }
        sent.late_us_max = sent.late_us_max.max(now - due_us(sent.messages));
        for index in sent.messages..due.min(total).min(sent.messages + BURST_MESSAGES) {
            payload.clear();
            let message = city.message(index, due_us(index) / 1_000, &mut payload);
            if let Some(change) = message.change {
                let mut expected = expected.lock().expect("no panic holds it");
                expected.insert(change, due_us(index));
            }
            let topic = format!("city/sensors/s{:05}", message.sensor);
            write_publish(
                &mut out,
                topic,
                &payload,
                load.acknowledged.then_some(index),
            )?;
            sent.messages += 1;
        }
        acks.sent(sent.messages);
        socket.write_all(&out).context("gateway is cut off")?;
        out.clear();
        while load.acknowledged && sent.messages - acks.count() > IN_FLIGHT_MAX {
            thread::sleep(Duration::from_micros(200));
        }
    }
    if let Some(reading) = reading {
        acks.wait(total)?;
        drop(socket.shutdown(std::net::Shutdown::Both));
        sent.acknowledged_us = reading.join().expect("no panic")?;
    } else {
        // The socket stays open until everything has been taken.
        thread::sleep(Duration::from_secs(1));
    }
    sent.windows = city.windows;
    Ok(sent)
}

/// Connects as an MQTT 3.1.1 client.
pub(crate) fn connect(broker: SocketAddr, client: &str) -> anyhow::Result<TcpStream> {
    let mut socket = TcpStream::connect(broker)
        .with_context(|| format!("nobody listens for MQTT at {broker}"))?;
    socket.set_nodelay(true)?;
    let mut out = BytesMut::new();
    let mut hello = Connect::new(client);
    hello.keep_alive = 0;
    hello.write(&mut out)?;
    socket.write_all(&out)?;
    let mut answer = [0; 4];
    socket.read_exact(&mut answer)?;
    ensure!(answer == [0x20, 2, 0, 0], "CONNECT was refused: {answer:?}");
    Ok(socket)
}

/// Appends a publication; to be acknowledged (`QoS` 1) when it has a number.
pub(crate) fn write_publish(
    out: &mut BytesMut,
    topic: String,
    payload: &[u8],
    number: Option<u64>,
) -> anyhow::Result<()> {
    let qos = number.map_or(QoS::AtMostOnce, |_| QoS::AtLeastOnce);
    let mut publish = Publish::from_bytes(topic, qos, Bytes::copy_from_slice(payload));
    publish.pkid = number.map_or(0, packet_id);
    publish.write(out)?;
    Ok(())
}

fn packet_id(number: u64) -> u16 {
    u16::try_from(number % 65_000).expect("less than 65 000") + 1
}

/// The acknowledgements of one connection.
#[derive(Debug, Default)]
struct Acks {
    count: AtomicU64,
    /// When each unacknowledged burst was sent: the last message of it, and the time in µs.
    sent: Mutex<Vec<(u64, u64)>>,
}

impl Acks {
    fn sent(&self, upto: u64) {
        let mut sent = self.sent.lock().expect("no panic holds it");
        sent.push((upto, now_us()));
    }

    fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }

    fn wait(&self, total: u64) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.count() < total {
            ensure!(
                Instant::now() < deadline,
                "{} messages were never acknowledged",
                total - self.count()
            );
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Reads acknowledgements until the connection ends; how long each took. They come in the order of the messages.
    fn read(&self, mut socket: TcpStream) -> anyhow::Result<Vec<u32>> {
        let mut took = Vec::new();
        let (mut buffer, mut chunk) = (BytesMut::new(), vec![0; 65_536]);
        loop {
            let count = match socket.read(&mut chunk) {
                Ok(0) | Err(_) => return Ok(took),
                Ok(count) => count,
            };
            buffer.extend_from_slice(&chunk[..count]);
            let now = now_us();
            let before = took.len();
            while let Ok(packet) = Packet::read(&mut buffer, PACKET_BYTES_MAX) {
                if matches!(packet, Packet::PubAck(_)) {
                    took.push(0);
                }
            }
            let mut sent = self.sent.lock().expect("no panic holds it");
            for (place, took) in took.iter_mut().enumerate().skip(before) {
                let burst = sent.partition_point(|(upto, _)| *upto <= place as u64);
                let at = sent.get(burst).map_or(now, |(_, at)| *at);
                *took = u32::try_from(now - at).unwrap_or(u32::MAX);
            }
            let passed = sent.partition_point(|(upto, _)| *upto <= took.len() as u64);
            sent.drain(..passed);
            drop(sent);
            self.count.store(took.len() as u64, Ordering::Release);
        }
    }
}
