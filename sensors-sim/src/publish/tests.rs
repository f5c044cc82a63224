use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener as StdListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;
use crate::city::sample::{at, catalogue};
use crate::settings::Scenario;

const START: &str = "2026-06-03T02:00:00Z";
const UNTIL: &str = "2026-06-03T02:20:00Z";

/// A clock that the test sets.
#[derive(Clone)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn before_everything() -> Self {
        Self(Arc::new(AtomicI64::new(i64::MIN)))
    }

    fn set(&self, text: &str) {
        self.0.store(at(text).as_micros(), Ordering::SeqCst);
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A simulator that runs beside the test.
struct Running {
    clock: Clock,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<Totals, SimError>>,
}

impl Running {
    fn start(port: u16) -> Self {
        Self::start_with(port, settings())
    }

    fn start_with(port: u16, settings: Settings) -> Self {
        Self::start_asked(port, settings, Vec::new())
    }

    fn start_asked(port: u16, settings: Settings, wishes: Vec<Wish>) -> Self {
        let (_, wishes) = watch::channel(wishes);
        let clock = Clock::before_everything();
        let (stop, shutdown) = watch::channel(false);
        let mqtt = MqttTarget {
            host: "127.0.0.1".to_owned(),
            port,
        };
        let shown = clock.clone();
        let task = tokio::spawn(run(
            city(),
            move |_ready| shown.now(),
            mqtt,
            settings,
            wishes,
            shutdown,
        ));
        Self { clock, stop, task }
    }

    async fn stop(self) -> Totals {
        self.stop_within(Duration::from_secs(20)).await
    }

    async fn stop_within(self, limit: Duration) -> Totals {
        self.stop.send(true).unwrap();
        let totals = timeout(limit, self.task).await.expect("it stops in time");
        totals.unwrap().unwrap()
    }
}

fn settings() -> Settings {
    Settings {
        scenario: Scenario::Leak,
        history_hours: 1,
        quick_history_mins: 10,
        outstanding_max: 40,
        ..Settings::default()
    }
}

fn city() -> City {
    City::new(&catalogue(), &settings(), at(START)).unwrap()
}

/// What a run has to have sent when its clock shows [`UNTIL`].
fn due() -> Vec<(String, Vec<u8>)> {
    let until = at(UNTIL) + Duration::from_micros(1);
    let city = city();
    let messages = city.run(until);
    let sent = messages.map(|message| (message.topic.to_string(), message.payload));
    sent.collect()
}

/// Debian's mosquitto on a port and in a folder of its own; killed when dropped.
struct Broker {
    child: Child,
    _folder: tempfile::TempDir,
}

impl Broker {
    fn start(port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("mosquitto.conf");
        let text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nlog_dest stderr\nuser root\n"
        );
        std::fs::write(&settings, text).unwrap();
        let mut child = Command::new("/usr/sbin/mosquitto")
            .arg("-c")
            .arg(&settings)
            .stderr(Stdio::piped())
            .spawn()
            .expect("mosquitto is installed");
        let said = BufReader::new(child.stderr.take().unwrap());
        let mut lines = said.lines().map_while(Result::ok);
        assert!(
            lines.any(|line| line.ends_with(" running")),
            "mosquitto runs"
        );
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            _folder: folder,
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn free_port() -> u16 {
    let listener = StdListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

async fn subscriber(port: u16) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new("test", "127.0.0.1", port);
    options.set_max_packet_size(1 << 16, 1 << 16);
    let (client, mut events) = AsyncClient::new(options, 10);
    client.subscribe("city/#", QoS::AtLeastOnce).await.unwrap();
    while !matches!(
        events.poll().await.unwrap(),
        Event::Incoming(Packet::SubAck(_))
    ) {}
    (client, events)
}

async fn receive(events: &mut EventLoop, count: usize) -> Vec<(String, Vec<u8>)> {
    let mut received = Vec::new();
    while received.len() < count {
        if let Event::Incoming(Packet::Publish(publish)) = events.poll().await.unwrap() {
            received.push((publish.topic, publish.payload.to_vec()));
        }
    }
    received
}

#[tokio::test]
async fn a_subscriber_gets_exactly_the_bytes_of_the_city_from_a_broker_that_came_late() {
    let port = free_port();
    let running = Running::start(port);
    let _broker = Broker::start(port);
    let (_client, mut events) = subscriber(port).await;
    running.clock.set(UNTIL);
    let due = due();
    let received = receive(&mut events, due.len()).await;
    assert_eq!(received, due);
    let totals = running.stop().await;
    assert_eq!((totals.published, totals.resent), (due.len() as u64, 0));
    assert_eq!(totals.acknowledged, totals.published);
}

#[tokio::test]
async fn a_broker_that_restarts_is_found_again_and_nothing_is_missing() {
    let port = free_port();
    let broker = Broker::start(port);
    let running = Running::start(port);
    let (client, mut events) = subscriber(port).await;
    running.clock.set(START);
    let due = due();
    let city = city();
    let first_count = city.run(at(START)).count();
    let mut received = receive(&mut events, first_count).await;
    drop((client, events, broker));
    let _broker = Broker::start(port);
    let (_client, mut events) = subscriber(port).await;
    running.clock.set(UNTIL);
    while received.last() != due.last() {
        received.extend(receive(&mut events, 1).await);
    }
    let totals = running.stop().await;
    // What the first broker had not yet acknowledged comes a second time.
    let mut seen = BTreeSet::new();
    received.retain(|message| seen.insert(message.clone()));
    assert_eq!(received, due);
    assert_eq!(totals.published, due.len() as u64);
    assert_eq!(totals.acknowledged, totals.published);
}

/// Reads one packet of MQTT: its first byte and its body.
async fn packet(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let kind = stream.read_u8().await.unwrap();
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let byte = stream.read_u8().await.unwrap();
        length |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    (kind, body)
}

async fn accept(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    assert_eq!(packet(&mut stream).await.0, 0x10, "CONNECT");
    stream.write_all(&[0x20, 2, 0, 0]).await.unwrap();
    stream
}

/// The next published message: packet id, topic, payload.
async fn published(stream: &mut TcpStream) -> ([u8; 2], String, Vec<u8>) {
    loop {
        let (kind, body) = packet(stream).await;
        if kind >> 4 == 3 {
            assert_eq!(kind & 0b110, 0b010, "QoS 1");
            let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
            let (topic, rest) = body[2..].split_at(length);
            let topic = String::from_utf8(topic.to_vec()).unwrap();
            return ([rest[0], rest[1]], topic, rest[2..].to_vec());
        }
    }
}

#[tokio::test]
async fn what_a_broken_connection_left_unacknowledged_is_sent_again_in_order() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = Running::start(listener.local_addr().unwrap().port());
    running.clock.set(UNTIL);
    let due = due();
    let mut stream = accept(&listener).await;
    let mut first = Vec::new();
    for index in 0..40 {
        let (id, topic, payload) = published(&mut stream).await;
        if index < 5 {
            stream.write_all(&[0x40, 2, id[0], id[1]]).await.unwrap();
        }
        first.push((topic, payload));
    }
    assert_eq!(first, due[..40]);
    drop(stream);
    let mut stream = accept(&listener).await;
    let mut second: Vec<(String, Vec<u8>)> = Vec::new();
    while second.last() != due.last() {
        let (id, topic, payload) = published(&mut stream).await;
        stream.write_all(&[0x40, 2, id[0], id[1]]).await.unwrap();
        second.push((topic, payload));
    }
    let again = due.len() - second.len();
    assert!(again <= 5, "only what was acknowledged is not sent again");
    assert_eq!(second, due[again..]);
    let totals = running.stop().await;
    assert_eq!(
        (totals.published, totals.acknowledged),
        (due.len() as u64, due.len() as u64)
    );
    assert!(totals.resent >= 35);
}

#[tokio::test]
async fn in_a_storm_of_reconnects_nothing_is_missing() {
    let port = free_port();
    let _broker = Broker::start(port);
    let mut stormy = settings();
    stormy.faults.reconnect_storm = 0.02;
    let running = Running::start_with(port, stormy);
    let (_client, mut events) = subscriber(port).await;
    running.clock.set(UNTIL);
    let due = due();
    let mut missing: BTreeSet<(String, Vec<u8>)> = due.iter().cloned().collect();
    let mut received = 0;
    while !missing.is_empty() {
        for message in receive(&mut events, 1).await {
            missing.remove(&message);
            received += 1;
        }
    }
    let totals = running.stop().await;
    assert_eq!(totals.published, due.len() as u64);
    assert!(totals.resent > 0 && received > due.len(), "{totals:?}");
}

#[tokio::test]
async fn no_more_is_under_way_than_the_settings_allow() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = Running::start(listener.local_addr().unwrap().port());
    running.clock.set(UNTIL);
    let mut stream = accept(&listener).await;
    let (id, ..) = published(&mut stream).await;
    for _ in 1..40 {
        published(&mut stream).await;
    }
    stream.write_all(&[0x40, 2, id[0], id[1]]).await.unwrap();
    published(&mut stream).await;
    let totals = running.stop().await;
    assert_eq!((totals.published, totals.acknowledged), (41, 1));
}

#[tokio::test]
async fn a_stop_while_no_broker_is_there_is_quick() {
    let running = Running::start(free_port());
    running.clock.set(UNTIL);
    tokio::task::yield_now().await;
    let totals = running.stop_within(Duration::from_secs(1)).await;
    assert_eq!(totals, Totals::default());
}

#[tokio::test]
async fn a_broker_that_refuses_the_simulator_ends_it_with_the_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let running = Running::start(listener.local_addr().unwrap().port());
    let (mut stream, _) = listener.accept().await.unwrap();
    packet(&mut stream).await;
    stream.write_all(&[0x20, 2, 0, 5]).await.unwrap();
    let refused = running.task.await.unwrap().unwrap_err();
    assert!(refused.to_string().contains("NotAuthorized"), "{refused}");
}

#[tokio::test]
async fn what_is_asked_for_is_sent_besides() {
    let port = free_port();
    let _broker = Broker::start(port);
    let (_client, mut events) = subscriber(port).await;
    let wish = Wish {
        property: crate::city::sample::id("cl2"),
        area: Some("330802".to_owned()),
        datastreams: Vec::new(),
        every_secs: 1,
    };
    let wishes = vec![wish];
    let running = Running::start_asked(port, settings(), wishes.clone());
    running.clock.set(START);
    let lines = |messages: Messages<'_>| -> Vec<(String, Vec<u8>)> {
        let sent = messages.map(|message| (message.topic.to_string(), message.payload));
        sent.collect()
    };
    let city = city();
    let history = lines(city.run(at(START) + Duration::from_micros(1)));
    assert_eq!(receive(&mut events, history.len()).await, history);
    running.clock.set(UNTIL);
    let mut all = city.run(at(UNTIL) + Duration::from_micros(1));
    all.ask(&wishes, at(START));
    let all = lines(all).split_off(history.len());
    assert!(all.len() > 6 * 20 * 60, "six detectors, every second");
    assert_eq!(receive(&mut events, all.len()).await, all);
    let totals = running.stop().await;
    assert_eq!(totals.published, (history.len() + all.len()) as u64);
}
