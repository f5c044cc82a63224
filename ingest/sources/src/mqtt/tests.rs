//! Against Debian's mosquitto, one for each test, on a free port of loopback.

mod broker;

use std::sync::Arc;

use tokio::task::JoinHandle;
use yiping_log::CityClock;
use yiping_model::{Body, Reason};
use yiping_protocols::Unknown;

use super::*;
use crate::settings::MqttVersion;
use crate::testing::device::publish;
use crate::testing::{Mood, TestLog, clock, door, in_time, message, rejects, things};
use broker::Broker;

const TOPIC: &str = "city/quzhou/air";

struct City {
    clock: CityClock,
    log: Arc<TestLog>,
    settings: MqttSettings,
}

struct Running {
    link: watch::Receiver<Link>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

fn city(broker: &Broker, version: MqttVersion) -> City {
    let clock = clock();
    City {
        log: TestLog::new(&clock),
        clock,
        settings: MqttSettings {
            url: format!("mqtt://127.0.0.1:{}", broker.port()),
            version,
            backoff_ms_min: 10,
            backoff_ms_max: 100,
            subscriptions: vec![Subscription {
                topic: "city/+/air".into(),
                ..Subscription::default()
            }],
            ..MqttSettings::default()
        },
    }
}

impl City {
    /// A door that is not yet connected.
    fn starting(&self) -> Running {
        let door = door("mqtt", Unknown::Accept, &self.log, &self.clock);
        let door = MqttDoor::new(self.settings.clone(), door).expect("valid");
        let (stop, told) = watch::channel(false);
        Running {
            link: door.link(),
            stop,
            task: tokio::spawn(door.run(told)),
        }
    }

    /// A door that is connected and subscribed.
    async fn start(&self) -> Running {
        let mut running = self.starting();
        running.is(Link::Up).await;
        running
    }
}

impl Running {
    async fn is(&mut self, wanted: Link) {
        let link = self.link.wait_for(|link| *link == wanted);
        let link = tokio::time::timeout(Duration::from_secs(30), link).await;
        link.expect("the link changes in time")
            .expect("the door lives");
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        in_time("stopping", self.task)
            .await
            .expect("the door does not panic");
    }

    /// Ends it as `kill -9` would: nothing is finished, nobody says goodbye.
    async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.expect_err("it was aborted").is_cancelled());
    }
}

async fn both(test: impl AsyncFn(MqttVersion)) {
    test(MqttVersion::V311).await;
    test(MqttVersion::V5).await;
}

#[tokio::test]
async fn messages_of_either_version_arrive_in_order() {
    both(async |version| {
        let broker = Broker::start().await;
        let city = city(&broker, version);
        let running = city.start().await;
        publish(
            broker.port(),
            version,
            &[(TOPIC, message("a", 1.0)), (TOPIC, message("b", 2.0))],
        )
        .await;
        assert_eq!(things(&city.log.bodies(2).await), ["a", "b"]);
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn bad_payloads_become_dead_letters_and_disturb_nothing() {
    both(async |version| {
        let broker = Broker::start().await;
        let city = city(&broker, version);
        let running = city.start().await;
        let payloads: [(&str, Vec<u8>); 7] = [
            (TOPIC, message("before", 1.0).into()),
            (TOPIC, vec![b'x'; 1024 * 1024]),
            (TOPIC, vec![0, 159, 146, 150]),
            (TOPIC, br#"{"id":"a","ts":1,"metrics":{"x":NaN}}"#.to_vec()),
            (TOPIC, Vec::new()),
            (
                TOPIC,
                message("a", 1.0)
                    .replace("1772323200000", "2087856000000")
                    .into(),
            ),
            (TOPIC, message("after", 1.0).into()),
        ];
        publish(broker.port(), version, &payloads).await;
        let bodies = city.log.bodies(7).await;
        assert_eq!(things(&bodies), ["before", "after"]);
        let rejects = rejects(&bodies);
        let reasons: Vec<Reason> = rejects.iter().map(|reject| reject.reason).collect();
        assert_eq!(
            reasons,
            [
                Reason::TooLarge,
                Reason::NotText,
                Reason::NotJson,
                Reason::NotJson,
                Reason::TimeAhead
            ]
        );
        assert_eq!(rejects[0].size_bytes, 1024 * 1024);
        assert_eq!(rejects[0].sample, "x".repeat(256));
        assert_eq!(rejects[0].origin, TOPIC);
        assert!(
            running.link.has_changed().is_ok_and(|changed| !changed),
            "the connection holds"
        );
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_the_log_refused_is_sent_again_by_the_broker() {
    both(async |version| {
        let broker = Broker::start().await;
        let city = city(&broker, version);
        let mut running = city.start().await;
        city.log.set(Mood::Refuses);
        publish(broker.port(), version, &[(TOPIC, message("a", 1.0))]).await;
        city.log.attempted(2).await;
        assert!(city.log.now().await.is_empty());
        city.log.set(Mood::Takes);
        assert_eq!(things(&city.log.bodies(1).await), ["a"]);
        running.is(Link::Up).await;
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_acknowledged_before_it_is_durable() {
    both(async |version| {
        let broker = Broker::start().await;
        let city = city(&broker, version);
        let running = city.start().await;
        city.log.set(Mood::Holds);
        publish(
            broker.port(),
            version,
            &[(TOPIC, message("a", 1.0)), (TOPIC, message("b", 1.0))],
        )
        .await;
        city.log.attempted(1).await;
        running.kill().await;
        city.log.set(Mood::Takes);
        assert!(city.log.now().await.is_empty());
        let running = city.start().await;
        assert_eq!(things(&city.log.bodies(2).await), ["a", "b"]);
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_acknowledged_does_not_come_again() {
    both(async |version| {
        let broker = Broker::start().await;
        let city = city(&broker, version);
        let running = city.start().await;
        publish(broker.port(), version, &[(TOPIC, message("a", 1.0))]).await;
        city.log.bodies(1).await;
        running.stop().await;
        publish(
            broker.port(),
            version,
            &[(TOPIC, message("while-away", 1.0))],
        )
        .await;
        let running = city.start().await;
        publish(broker.port(), version, &[(TOPIC, message("b", 1.0))]).await;
        assert_eq!(things(&city.log.bodies(3).await), ["a", "while-away", "b"]);
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_broker_that_comes_back_is_found_and_the_session_goes_on() {
    both(async |version| {
        let mut broker = Broker::start().await;
        let city = city(&broker, version);
        let mut running = city.start().await;
        city.log.set(Mood::Holds);
        publish(broker.port(), version, &[(TOPIC, message("held", 1.0))]).await;
        city.log.attempted(1).await;
        broker.stop().await;
        city.log.set(Mood::Takes);
        running.is(Link::Down).await;
        broker.restart().await;
        running.is(Link::Up).await;
        publish(broker.port(), version, &[(TOPIC, message("after", 1.0))]).await;
        // The held message was taken when its connection was already gone, so the broker sends it again: twice in the log.
        assert_eq!(things(&city.log.bodies(3).await), ["held", "held", "after"]);
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_broker_that_is_not_there_yet_is_waited_for() {
    let mut broker = Broker::start().await;
    let city = city(&broker, MqttVersion::V5);
    broker.stop().await;
    let mut running = city.starting();
    broker.restart().await;
    running.is(Link::Up).await;
    running.stop().await;
}

#[tokio::test]
async fn a_door_without_a_broker_stops_at_once() {
    let mut broker = Broker::start().await;
    let city = city(&broker, MqttVersion::V311);
    broker.stop().await;
    city.starting().stop().await;
}

#[tokio::test]
async fn tiny_queues_and_a_broker_without_limits_do_not_lock_up() {
    both(async |version| {
        let broker = Broker::start().await;
        let mut city = city(&broker, version);
        city.settings.queue_messages_max = 2;
        city.settings.batch_messages_max = 3;
        city.settings.receive_maximum = u16::MAX;
        let running = city.start().await;
        let messages: Vec<(&str, String)> = (0..2_000)
            .map(|at| (TOPIC, message(&format!("t{at}"), 1.0)))
            .collect();
        publish(broker.port(), version, &messages).await;
        let bodies = city.log.bodies(2_000).await;
        let expected: Vec<String> = (0..2_000).map(|at| format!("t{at}")).collect();
        assert_eq!(things(&bodies), expected);
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_first_subscription_that_matches_reads_the_message() {
    let broker = Broker::start().await;
    let mut city = city(&broker, MqttVersion::V311);
    let by_topic = Subscription {
        topic: "衢州/+/上报".into(),
        qos: 0,
        mapping: toml::from_str("id = \"topic:2\"\nrename = { \"PM2.5\" = \"pm25\" }")
            .expect("valid"),
        ..Subscription::default()
    };
    city.settings.subscriptions.insert(0, by_topic);
    let running = city.start().await;
    let payload = r#"{"ts":1772323200000,"metrics":{"PM2.5":7}}"#.to_owned();
    publish(
        broker.port(),
        MqttVersion::V5,
        &[("衢州/西区/上报", payload), (TOPIC, message("b", 1.0))],
    )
    .await;
    let bodies = city.log.bodies(2).await;
    assert_eq!(things(&bodies), ["西区", "b"]);
    let Body::Reading(reading) = &bodies[0] else {
        panic!("the first is a reading");
    };
    assert_eq!(reading.values[0].property.as_str(), "pm25");
    running.stop().await;
}

#[tokio::test]
async fn a_topic_that_only_the_broker_remembers_is_a_dead_letter() {
    let broker = Broker::start().await;
    let mut city = city(&broker, MqttVersion::V5);
    city.start().await.stop().await;
    city.settings.subscriptions[0].topic = "elsewhere/#".into();
    let running = city.start().await;
    publish(
        broker.port(),
        MqttVersion::V5,
        &[(TOPIC, message("a", 1.0))],
    )
    .await;
    let bodies = city.log.bodies(1).await;
    assert_eq!(rejects(&bodies)[0].reason, Reason::NoMapping);
    running.stop().await;
}

#[tokio::test]
async fn waits_grow_to_their_limit_and_are_the_same_for_the_same_session() {
    let clock = clock();
    let log = TestLog::new(&clock);
    let settings = MqttSettings {
        subscriptions: vec![Subscription {
            topic: "#".into(),
            ..Subscription::default()
        }],
        ..MqttSettings::default()
    };
    let door = door("mqtt", Unknown::Accept, &log, &clock);
    let door = MqttDoor::new(settings, door).expect("valid");
    for (attempt, longest) in [
        (0, 250),
        (1, 500),
        (5, 8_000),
        (7, 30_000),
        (63, 30_000),
        (u32::MAX, 30_000),
    ] {
        let wait = door.backoff(attempt).as_millis();
        assert!(
            wait <= longest && wait >= longest * 3 / 4,
            "{attempt}: {wait}"
        );
        assert_eq!(door.backoff(attempt).as_millis(), wait);
    }
}

#[tokio::test]
async fn a_subscription_says_that_its_messages_are_events() {
    let broker = Broker::start().await;
    let mut city = city(&broker, MqttVersion::V5);
    city.settings.subscriptions = vec![Subscription {
        topic: "city/hall/tickets/+".into(),
        form: crate::settings::Form::Ticket,
        ..Subscription::default()
    }];
    let running = city.start().await;
    let millis = crate::testing::NOW.as_millis();
    let text = format!(r#"{{"id":"hall-1","ts":{millis},"event":"taken","ticket":"A1"}}"#);
    let topic = "city/hall/tickets/hall-1";
    publish(broker.port(), MqttVersion::V5, &[(topic, text)]).await;
    let bodies = city.log.bodies(1).await;
    assert!(matches!(&bodies[0], Body::Event(event) if event.thing.as_str() == "hall-1"));
    running.stop().await;
}
