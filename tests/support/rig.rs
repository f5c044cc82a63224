//! The rig: two programs get the same messages, one in peace, the other through bad weather. Afterwards history and alarms of both must be what was
//! sent.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rumqttc::{Client, Connection, Event, MqttOptions, Outgoing, Packet, QoS};
use serde_json::Value;

use super::{Yiping, for_each_record, free_port, get, get_text, post, until, within};

const SENSORS: u64 = 200;
const MESSAGES_PER_SEC: u64 = 2_000;
const KILLS: u32 = 20;
/// Each sensor is hot in the first two of every eight messages.
const CYCLE: u64 = 8;
/// Above it the pack's rule raises an alarm; what is not hot is so cool that it ends.
const HOT: f64 = 90.0;
/// Alarms are asked for in such stretches.
const ALARMS_STRETCH_MS: u64 = 5_000;

/// What one sensor sent: time in epoch ms → value.
type Sent = BTreeMap<u64, f64>;

/// Messages on their way without an acknowledgement.
const OUTSTANDING_MAX: usize = 1_000;
/// One of the two programs: its name, its doors, and where it keeps history, in the words of its configuration.
#[derive(Debug)]
pub(crate) struct Site {
    name: &'static str,
    door: String,
    store: String,
}

impl Site {
    pub(crate) fn new(name: &'static str, door: String) -> Self {
        Self {
            name,
            door,
            store: String::new(),
        }
    }

    /// With a door of its own to which devices publish.
    pub(crate) fn with_door(name: &'static str, port: u16) -> Self {
        let door = format!(
            "[[ingest.mqttd]]\nname = \"rig\"\nlisten = \"127.0.0.1:{port}\"\n[[ingest.mqttd.route]]\ntopic = \"rig/#\"\n"
        );
        Self::new(name, door)
    }

    /// With these lines in its section `[store]`.
    pub(crate) fn keeping(self, store: String) -> Self {
        Self { store, ..self }
    }

    /// A broker keeps nothing for a subscription that it has not yet seen.
    fn is_open(&self, program: &Yiping) -> bool {
        let figures = get_text(program.port, "/metrics").expect("figures");
        !self.door.contains("[[ingest.mqtt]]")
            || figures.lines().any(|line| {
                line.starts_with("yiping_ingest_mqtt_connected{") && line.ends_with(" 1")
            })
    }

    fn start(&self, folder: &Path) -> Yiping {
        let (data, port) = (folder.join(self.name), free_port());
        std::fs::create_dir_all(&data).expect("a folder");
        let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pack-rig");
        let text = format!(
            "[data]\ndir = \"{}\"\n[ingest]\nunknown = \"accept\"\n[packs]\ndirs = [\"{}\"]\n[server]\nlisten = \"127.0.0.1:{port}\"\n\
             [engine]\nlateness_secs = 5\n[store]\nlateness_secs = 5\n{}\n{}",
            data.display(),
            pack.display(),
            self.store,
            self.door
        );
        let file = data.join("yiping.toml");
        std::fs::write(&file, text).expect("written");
        let file = file.to_str().expect("UTF-8");
        Yiping::start(port, &["run", "--config", file], &[])
    }
}

/// The test: the first program is left in peace, the second has this weather, and everything is published to all of these ports. What happened, in
/// figures.
pub(crate) fn survives(
    sites: &[Site; 2],
    ports: &[u16],
    weather: impl FnOnce(&mut Yiping),
) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let [mut calm, mut tried] = sites.each_ref().map(|site| site.start(folder.path()));
    for (site, program) in sites.iter().zip([&calm, &tried]) {
        until("the broker knows the subscription", || {
            site.is_open(program)
        });
    }
    let stop = Arc::new(AtomicBool::new(false));
    let rig = Rig::start();
    let publishers: Vec<_> = ports
        .iter()
        .map(|&port| {
            let rig = Arc::clone(&rig);
            thread::spawn(move || rig.publish(port))
        })
        .collect();
    let poster = thread::spawn({
        let stop = Arc::clone(&stop);
        let port = tried.port;
        move || post_until(port, &stop)
    });

    weather(&mut tried);
    rig.stop();
    stop.store(true, Ordering::Release);
    let mut resent = 0;
    for publisher in publishers {
        resent += publisher.join().expect("the publisher ends well");
    }
    let sent = rig.sent();
    let kept_by_post = poster.join().expect("the poster ends well");
    tried.wait_until_ready();

    let total: usize = sent.iter().map(BTreeMap::len).sum();
    assert!(
        total > 20_000 && kept_by_post.len() > 50,
        "only {total} messages and {} posts: the test did not load the program",
        kept_by_post.len()
    );
    for (name, program) in [("calm", &calm), ("tried", &tried)] {
        let mut have = 0;
        let all = within(Duration::from_mins(2), || {
            have = accepted(program, "rig");
            have >= total as u64
        });
        assert!(
            all,
            "the {name} program accepted {have} of {total} messages:\n{:#}\n{}",
            program.get("/api/v1/sources"),
            program.output()
        );
    }
    assert_histories(&calm, &tried, &sent, &kept_by_post);
    let expected = alarms_of(&sent);
    for program in [&calm, &tried] {
        assert_eq!(alarms(program, &rig), expected);
    }
    assert_figures_add_up(&tried);
    assert!(
        calm.terminate().1 && tried.terminate().1,
        "SIGTERM ends both well"
    );
    assert_in_log(&folder.path().join(sites[1].name), &sent);
    assert_on_ledger(&folder.path().join(sites[1].name));
    format!(
        "{total} messages by MQTT, {resent} of them sent again, {} posts acknowledged, {} alarms",
        kept_by_post.len(),
        expected.len()
    )
}

/// Both histories hold exactly what was sent, and the tried one what was acknowledged by its HTTP door.
fn assert_histories(calm: &Yiping, tried: &Yiping, sent: &[Sent], kept_by_post: &Sent) {
    let mut wrong = Vec::new();
    for (number, messages) in sent.iter().enumerate() {
        let sensor = name(number as u64);
        for (name, program) in [("calm", calm), ("tried", tried)] {
            let kept = observations(program, &sensor);
            compare(&format!("{name} {sensor}"), messages, &kept, &mut wrong);
        }
    }
    let kept: Sent = observations(tried, "poster").into_iter().collect();
    for (at, value) in kept_by_post {
        if kept.get(at) != Some(value) {
            wrong.push(format!(
                "by post {at}: 202 was answered, history says {:?}",
                kept.get(at)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences, the first: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(10)]
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test stands outside: it measures"
)]
fn now_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    u64::try_from(since.as_millis()).expect("fits")
}

/// What is sent, and when; every publisher sends the same.
struct Rig {
    start_ms: u64,
    from: Instant,
    /// How many messages there are in the end.
    messages: AtomicU64,
}

impl Rig {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test stands outside: it measures"
    )]
    fn start() -> Arc<Self> {
        Arc::new(Self {
            start_ms: now_ms() / 1_000 * 1_000,
            from: Instant::now(),
            messages: AtomicU64::new(u64::MAX),
        })
    }

    /// How many messages are due.
    fn due(&self) -> u64 {
        let micros = u64::try_from(self.from.elapsed().as_micros()).expect("fits");
        let due = micros * MESSAGES_PER_SEC / 1_000_000;
        due.min(self.messages.load(Ordering::Acquire))
    }

    /// Nothing is sent that is not due within a second.
    fn stop(&self) {
        let last = self.due() + MESSAGES_PER_SEC;
        self.messages.store(last, Ordering::Release);
    }

    /// Sensor, time and value of a message.
    fn message(&self, number: u64) -> (u64, u64, f64) {
        let (sensor, turn) = (number % SENSORS, number / SENSORS);
        let at = self.start_ms + number * 1_000 / MESSAGES_PER_SEC;
        let hot = (turn + sensor) % CYCLE < 2;
        let value = if hot {
            95.0
        } else {
            20.0 + (number % 500) as f64 / 10.0
        };
        (sensor, at, value)
    }

    /// What each sensor sent, once all is sent.
    fn sent(&self) -> Vec<Sent> {
        let mut sent = vec![Sent::new(); usize::try_from(SENSORS).expect("fits")];
        for number in 0..self.messages.load(Ordering::Acquire) {
            let (sensor, at, value) = self.message(number);
            sent[usize::try_from(sensor).expect("fits")].insert(at, value);
        }
        sent
    }

    /// Sends everything to this port until all of it is acknowledged, over as many connections as it takes; how many messages went twice.
    fn publish(&self, port: u16) -> u64 {
        let (mut next, mut resent) = (0, 0);
        let mut outstanding = VecDeque::new();
        loop {
            let mut options = MqttOptions::new("rig-publisher", "127.0.0.1", port);
            options.set_inflight(u16::try_from(OUTSTANDING_MAX).expect("fits"));
            let (client, mut connection) = Client::new(options, 2 * OUTSTANDING_MAX);
            for &number in &outstanding {
                self.send(&client, number);
            }
            resent += outstanding.len() as u64;
            if self.serve(&client, &mut connection, &mut next, &mut outstanding) {
                return resent;
            }
            thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Sends over one connection until it breaks; whether everything is acknowledged.
    fn serve(
        &self,
        client: &Client,
        connection: &mut Connection,
        next: &mut u64,
        outstanding: &mut VecDeque<u64>,
    ) -> bool {
        loop {
            while *next < self.due() && outstanding.len() < OUTSTANDING_MAX {
                self.send(client, *next);
                outstanding.push_back(*next);
                *next += 1;
            }
            if outstanding.is_empty() && *next == self.messages.load(Ordering::Acquire) {
                client.disconnect().expect("queued");
            }
            match connection.recv_timeout(Duration::from_millis(5)) {
                Ok(Ok(Event::Incoming(Packet::PubAck(_)))) => {
                    outstanding.pop_front().expect("it was sent");
                }
                Ok(Ok(Event::Outgoing(Outgoing::Disconnect))) => return true,
                Ok(Err(_broken)) => return false,
                _ => {}
            }
        }
    }

    fn send(&self, client: &Client, number: u64) {
        let (sensor, at, value) = self.message(number);
        let topic = format!("rig/s{sensor:03}");
        let payload = format!(r#"{{"id":"s{sensor:03}","ts":{at},"metrics":{{"temp":{value}}}}}"#);
        client
            .try_publish(topic, QoS::AtLeastOnce, false, payload)
            .expect("there is room");
    }
}

/// Posts one reading at a time; gives those that were answered with 202.
fn post_until(port: u16, stop: &AtomicBool) -> Sent {
    let mut acknowledged = Sent::new();
    let mut last = 0;
    while !stop.load(Ordering::Acquire) {
        last = now_ms().max(last + 1);
        let value = (last % 700) as f64 / 10.0;
        let body = format!(r#"{{"id":"poster","ts":{last},"metrics":{{"temp":{value}}}}}"#);
        if let Some((202, _)) = post(port, "/api/v1/observations", &body) {
            acknowledged.insert(last, value);
        }
        thread::park_timeout(Duration::from_millis(10));
    }
    acknowledged
}

fn name(sensor: u64) -> String {
    format!("s{sensor:03}")
}

fn accepted(program: &Yiping, source: &str) -> u64 {
    let Ok(answer) = get(program.port, "/api/v1/sources") else {
        return 0;
    };
    figures(&answer, source)
        .and_then(|row| row["accepted"].as_u64())
        .unwrap_or(0)
}

fn figures<'a>(answer: &'a Value, source: &str) -> Option<&'a Value> {
    answer["items"]
        .as_array()?
        .iter()
        .find(|row| row["source"] == source)
}

fn observations(program: &Yiping, thing: &str) -> Vec<(u64, f64)> {
    let path = format!(
        "/api/v1/datastreams/{thing}:temp/observations?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=10000"
    );
    let answer = program.get(&path);
    assert_eq!(answer["truncated"], false, "more than one answer holds");
    let rows = answer["items"].as_array().expect("a list");
    rows.iter()
        .map(|row| {
            let at = row["phenomenon_time"].as_str().expect("a time");
            (millis(at), row["value"].as_f64().expect("a number"))
        })
        .collect()
}

/// Epoch ms of a time of the API.
fn millis(text: &str) -> u64 {
    let at = yiping_model::Timestamp::parse(text).expect("RFC 3339");
    u64::try_from(at.as_millis()).expect("after 1970")
}

fn compare(name: &str, sent: &Sent, kept: &[(u64, f64)], wrong: &mut Vec<String>) {
    let sent: Vec<(u64, f64)> = sent.iter().map(|(&at, &value)| (at, value)).collect();
    if sent != kept {
        let mut line = format!("{name}: sent {}, kept {}", sent.len(), kept.len());
        if let Some(missing) = sent.iter().find(|row| !kept.contains(row)) {
            write!(line, ", missing {missing:?}").expect("a string takes text");
        }
        wrong.push(line);
    }
}

/// Thing, beginning and end in epoch ms.
type Alarm = (String, u64, Option<u64>);

/// The alarms that these messages must raise: one for each stretch of hot ones.
fn alarms_of(sent: &[Sent]) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    for (number, messages) in sent.iter().enumerate() {
        let mut hot_since = None;
        for (&at, &value) in messages {
            if value > HOT {
                hot_since = hot_since.or(Some(at));
            } else if let Some(since) = hot_since.take() {
                alarms.push((name(number as u64), since, Some(at)));
            }
        }
        alarms.extend(hot_since.map(|since| (name(number as u64), since, None)));
    }
    alarms.sort();
    alarms
}

/// The alarms of the rig's sensors, asked for in stretches that one answer holds.
fn alarms(program: &Yiping, rig: &Rig) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    let (mut from, end) = (rig.start_ms, now_ms() + 1_000);
    while from < end {
        let to = from + ALARMS_STRETCH_MS;
        let [begin, stop] = [from, to].map(|ms| yiping_model::Timestamp::from_millis(ms as i64));
        let path = format!("/api/v1/alarms?from={begin}&to={stop}&limit=10000");
        let answer = program.get(&path);
        assert_eq!(
            answer["truncated"], false,
            "more alarms than one answer holds"
        );
        let items = answer["items"].as_array().expect("a list");
        alarms.extend(items.iter().filter_map(alarm));
        from = to;
    }
    alarms.sort();
    alarms
}

fn alarm(row: &Value) -> Option<Alarm> {
    let thing = row["thing"].as_str().expect("a thing");
    assert_eq!(row["withdrawn"], false, "{row}");
    let ended = row["ended"].as_str().map(millis);
    let started = millis(row["started"].as_str().expect("a time"));
    thing
        .starts_with('s')
        .then(|| (thing.to_owned(), started, ended))
}

fn assert_figures_add_up(program: &Yiping) {
    let answer = program.get("/api/v1/sources");
    for row in answer["items"].as_array().expect("a list") {
        let count = |key: &str| row[key].as_u64().expect("a count");
        assert_eq!(
            count("received"),
            count("accepted") + count("duplicate") + count("quarantined") + count("rejected"),
            "{row}"
        );
    }
}

/// What was decided stands on the ledger once each, in the order of the log.
fn assert_on_ledger(data: &Path) {
    let mut decided = Vec::new();
    for_each_record(&data.join("log"), |record| {
        if record.body.class() >= yiping_model::Class::Alarm {
            decided.push(record.position);
        }
    });
    let mut entered = Vec::new();
    let mut each =
        |_digest, entry: yiping_desk::ledger::Entry<'static>| entered.push(entry.position);
    yiping_command::offline::verify(&data.join("ledger"), None, Some(&mut each))
        .expect("the ledger is whole");
    // A program that was killed may have decided what it had no time to enter.
    assert_eq!(entered, decided[..entered.len()]);
    assert!(
        !entered.is_empty(),
        "nothing was decided: the test is too weak"
    );
}

/// Everything sent stands in the log at least once.
fn assert_in_log(data: &Path, sent: &[Sent]) {
    let mut missing: std::collections::BTreeSet<(String, u64)> = sent
        .iter()
        .enumerate()
        .flat_map(|(sensor, messages)| messages.keys().map(move |&at| (name(sensor as u64), at)))
        .collect();
    for_each_record(&data.join("log"), |record| {
        if let yiping_model::Body::Reading(reading) = &record.body {
            let at = u64::try_from(reading.phenomenon_time.as_millis()).expect("after 1970");
            missing.remove(&(reading.thing.as_str().to_owned(), at));
        }
    });
    assert!(
        missing.is_empty(),
        "{} acknowledged messages are not in the log",
        missing.len()
    );
}
