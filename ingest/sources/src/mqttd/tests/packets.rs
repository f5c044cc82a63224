//! What devices say, packet by packet.

use yiping_model::{Body, Kind, Reason};

use super::raw::{PING, PONG, acknowledgement, connect, packet, publish, text};
use super::*;
use crate::settings::Form;
use crate::testing::{Mood, message, rejects, things};

#[tokio::test]
async fn packets_may_come_byte_by_byte_or_all_at_once() {
    for level in [4, 5] {
        let house = House::open().await;
        let mut device = Raw::connect(house.port).await;
        let mut all = connect(level, "a");
        for (id, name) in [(7, "one"), (8, "two")] {
            all.extend(publish(level, TOPIC, Some(id), &message(name, 1.0)));
        }
        all.extend(PING);
        for byte in &all {
            device.send(&[*byte]).await;
        }
        device.let_in(level).await;
        let mut answers = [
            device.packet().await,
            device.packet().await,
            device.packet().await,
        ];
        answers.sort_unstable();
        let expected = [acknowledgement(7), acknowledgement(8), PONG.to_vec()];
        assert_eq!(answers, expected);

        let mut other = Raw::connect(house.port).await;
        let glued = [connect(level, "b"), all[connect(level, "a").len()..].into()].concat();
        other.send(&glued).await;
        other.let_in(level).await;
        for _ in 0..3 {
            other.packet().await;
        }
        assert_eq!(
            things(&house.log.bodies(4).await),
            ["one", "two", "one", "two"]
        );
        house.close().await;
    }
}

#[tokio::test]
async fn nothing_is_acknowledged_before_it_is_durable() {
    for level in [4, 5] {
        let house = House::open().await;
        let mut device = house.device(level, "a").await;
        house.log.set(Mood::Holds);
        let bytes = publish(level, TOPIC, Some(9), &message("a", 1.0));
        device.send(&[bytes.as_slice(), &PING].concat()).await;
        // The answer to what came after the message is here, so the message has been read and waits for the log alone.
        assert_eq!(device.packet().await, PONG);
        house.log.attempted(1).await;
        assert!(house.log.now().await.is_empty());
        device.send(&PING).await;
        assert_eq!(device.packet().await, PONG);
        house.log.set(Mood::Takes);
        assert_eq!(device.packet().await, acknowledgement(9));
        assert_eq!(things(&house.log.now().await), ["a"]);
        house.close().await;
    }
}

#[tokio::test]
async fn what_the_log_refuses_is_not_acknowledged_and_ends_the_connection() {
    for level in [4, 5] {
        let house = House::open().await;
        let mut device = house.device(level, "a").await;
        house.log.set(Mood::Refuses);
        device
            .send(&publish(level, TOPIC, Some(9), &message("a", 1.0)))
            .await;
        let farewell: &[u8] = if level == 5 { &[0xe0, 2, 0x89, 0] } else { &[] };
        assert_eq!(device.rest().await, farewell);
        house.log.set(Mood::Takes);
        let mut device = house.device(level, "a").await;
        device
            .send(&publish(level, TOPIC, Some(9), &message("a", 1.0)))
            .await;
        assert_eq!(device.packet().await, acknowledgement(9));
        assert_eq!(things(&house.log.now().await), ["a"]);
        house.close().await;
    }
}

#[tokio::test]
async fn subscriptions_are_refused_and_the_connection_stays() {
    for (level, refused) in [(4, 0x80), (5, 0x87)] {
        let house = House::open().await;
        let mut device = house.device(level, "a").await;
        let properties: &[u8] = if level == 5 { &[0] } else { &[] };
        let mut body = [&[0, 3], properties].concat();
        for filter in ["city/#", "+"] {
            body.extend(text(filter));
            body.push(1);
        }
        device.send(&packet(0x82, &body)).await;
        let answer = device.packet().await;
        assert_eq!((answer[0], &answer[2..4]), (0x90, &[0, 3][..]));
        assert_eq!(answer[answer.len() - 2..], [refused, refused]);

        let body = [&[0, 4], properties, text("city/#").as_slice()].concat();
        device.send(&packet(0xa2, &body)).await;
        let answer = device.packet().await;
        assert_eq!((answer[0], &answer[2..4]), (0xb0, &[0, 4][..]));

        device
            .send(&publish(level, TOPIC, Some(5), &message("a", 1.0)))
            .await;
        assert_eq!(device.packet().await, acknowledgement(5));
        house.close().await;
    }
}

/// What a device must not send, and what version 5 says to it.
fn violations() -> Vec<(&'static str, Vec<u8>, u8)> {
    let good = message("a", 1.0);
    let mut with_alias = text(TOPIC);
    with_alias.extend([3, 0x23, 0, 1]);
    let mut exactly_once = text(TOPIC);
    exactly_once.extend([0, 1, 0]);
    let unfinished = [&[0, 9][..], b"short"].concat();
    vec![
        ("a second CONNECT", connect(5, "a"), 0x82),
        ("a PUBREL for nothing", packet(0x62, &[0, 1, 0x92, 0]), 0x82),
        ("what only a server sends", vec![0xd0, 0], 0x82),
        ("an AUTH", packet(0xf0, &[0x18, 0]), 0x82),
        ("QoS 2", packet(0x34, &exactly_once), 0x9b),
        ("QoS 3", packet(0x36, &exactly_once), 0x81),
        ("a topic alias", packet(0x30, &with_alias), 0x94),
        ("a wildcard", publish(5, "city/+/air", None, &good), 0x90),
        ("no topic", publish(5, "", None, &good), 0x90),
        ("packet id 0", publish(5, TOPIC, Some(0), &good), 0x81),
        ("a topic beyond its packet", packet(0x30, &unfinished), 0x81),
        (
            "an endless length",
            vec![0x30, 0xff, 0xff, 0xff, 0xff, 1],
            0x81,
        ),
        (
            "a packet beyond the limit",
            vec![0x30, 0xff, 0xff, 0x7f],
            0x95,
        ),
        ("wrong flags", packet(0x80, &[0, 1, 0, 0, 1, b'a', 0]), 0x81),
    ]
}

#[tokio::test]
async fn a_violation_ends_the_connection_with_its_reason_and_is_a_dead_letter() {
    for (name, bytes, code) in violations() {
        let house = House::open().await;
        let mut device = house.device(5, "rude").await;
        let before = publish(5, TOPIC, Some(1), &message("before", 1.0));
        device.send(&[before, bytes.clone()].concat()).await;
        assert_eq!(device.packet().await, acknowledgement(1), "{name}");
        assert_eq!(device.rest().await, [0xe0, 2, code, 0], "{name}");
        let bodies = house.log.bodies(2).await;
        assert_eq!(things(&bodies), ["before"], "{name}");
        let letters = rejects(&bodies);
        let reason = if code == 0x95 {
            Reason::TooLarge
        } else {
            Reason::BadPacket
        };
        assert_eq!(letters[0].reason, reason, "{name}");
        assert_eq!(letters[0].origin, "rude", "{name}");
        assert!(
            letters[0].detail.contains("cut off"),
            "{}",
            letters[0].detail
        );
        house.close().await;
    }
}

#[tokio::test]
async fn a_violation_of_the_older_version_ends_the_connection_without_a_word() {
    let house = House::open().await;
    let mut device = house.device(4, "rude").await;
    let mut exactly_once = text(TOPIC);
    exactly_once.extend([0, 1]);
    exactly_once.extend(message("a", 1.0).as_bytes());
    device.send(&packet(0x34, &exactly_once)).await;
    assert!(device.rest().await.is_empty());
    let bodies = house.log.bodies(1).await;
    let letter = rejects(&bodies)[0];
    assert_eq!(letter.reason, Reason::BadPacket);
    assert!(
        letter.detail.contains("publish with QoS 1"),
        "{}",
        letter.detail
    );
    house.close().await;
}

#[tokio::test]
async fn who_does_not_speak_the_protocol_is_a_dead_letter_and_gets_no_answer() {
    let house = House::open().await;
    let mut browser = Raw::connect(house.port).await;
    browser.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nand a good deal more, so that a packet seems whole, since this is taken for a length").await;
    assert!(browser.rest().await.is_empty());
    let bodies = house.log.bodies(1).await;
    assert_eq!(rejects(&bodies)[0].reason, Reason::BadPacket);
    assert!(rejects(&bodies)[0].sample.starts_with("GET / HTTP/1.1"));
    house.close().await;
}

#[tokio::test]
async fn what_is_no_connect_is_known_by_its_first_byte() {
    let house = House::open().await;
    for first in [0x00, 0x11, 0x16, 0x30, 0xc0] {
        let mut stranger = Raw::connect(house.port).await;
        stranger.send(&[first]).await;
        assert!(stranger.rest().await.is_empty());
        let bodies = house.log.now().await;
        let last = rejects(&bodies).pop().expect("not left to the timeout");
        assert_eq!(last.reason, Reason::BadPacket);
        assert_eq!(last.size_bytes, 1);
    }
    assert_eq!(house.log.now().await.len(), 5);
    house.close().await;
}

#[tokio::test]
async fn an_arrangement_of_properties_disturbs_nothing() {
    let house = House::open().await;
    let mut device = house.device(5, "a").await;
    // Message expiry, content type, and a user property twice.
    let mut properties = vec![0x02, 0, 0, 0, 9, 0x03];
    properties.extend(text("application/json"));
    for _ in 0..2 {
        properties.push(0x26);
        properties.extend(text("maker"));
        properties.extend(text("衢州"));
    }
    let mut body = text(TOPIC);
    body.extend([0, 6, properties.len() as u8]);
    body.extend(properties);
    body.extend(message("a", 1.0).as_bytes());
    device.send(&packet(0x32, &body)).await;
    assert_eq!(device.packet().await, acknowledgement(6));
    assert_eq!(things(&house.log.now().await), ["a"]);
    house.close().await;
}

#[tokio::test]
async fn a_route_says_that_its_messages_are_events() {
    let form = |topic: &str, form| Route {
        topic: topic.into(),
        form,
        ..Route::default()
    };
    let house = House::with(MqttdSettings {
        routes: vec![
            form("city/video/detections/+", Form::Detection),
            form("city/hall/tickets/+", Form::Ticket),
            form("city/#", Form::Observation),
        ],
        ..settings()
    })
    .await;
    let millis = crate::testing::NOW.as_millis();
    let mut device = house.device(5, "a").await;
    for (id, topic, text) in [
        (
            1,
            "city/video/detections/cam-1",
            format!(r#"{{"id":"cam-1","ts":{millis},"kind":"crowd","track":7}}"#),
        ),
        (
            2,
            "city/hall/tickets/hall-1",
            format!(r#"{{"id":"hall-1","ts":{millis},"event":"taken","ticket":"A1"}}"#),
        ),
        (3, "city/video/cam-1", message("cam-1", 1.0)),
    ] {
        device.send(&publish(5, topic, Some(id), &text)).await;
        assert_eq!(device.packet().await, acknowledgement(id));
    }
    let bodies = house.log.bodies(3).await;
    let kinds: Vec<Kind> = bodies.iter().map(Body::kind).collect();
    assert_eq!(kinds, [Kind::Event, Kind::Event, Kind::Reading]);
    house.close().await;
}

#[tokio::test]
async fn what_may_name_persons_is_shown_in_no_dead_letter() {
    let house = House::with(MqttdSettings {
        payload_bytes_max: 200,
        routes: vec![Route {
            topic: "garage/#".into(),
            protocol: yiping_protocols::Protocol::DeepStream,
            ..Route::default()
        }],
        ..settings()
    })
    .await;
    let mut device = house.device(5, "a").await;
    let plate = r#"{"object":{"vehicle":{"license":"H12345"}},"#;
    let large = format!("{plate}{}", " ".repeat(200));
    for (id, text) in [(1, plate.to_owned()), (2, large)] {
        device.send(&publish(5, "garage/1", Some(id), &text)).await;
        assert_eq!(device.packet().await, acknowledgement(id));
    }
    // What is no packet at all is held back too.
    device.send(b"\x00\x06H12345").await;
    let bodies = house.log.bodies(3).await;
    let letters = rejects(&bodies);
    assert_eq!(letters[0].size_bytes as usize, plate.len());
    for letter in letters {
        assert_eq!(letter.sample, "");
        assert!(!letter.detail.contains("12345"), "{}", letter.detail);
    }
    house.close().await;
}
