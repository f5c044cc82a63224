//! Who is let in, how many, how much and how fast.

use std::num::NonZeroU16;

use tokio::time::{Duration, Instant};
use yiping_model::Reason;

use super::raw::{PING, PONG, acknowledgement, connect, connect_with, packet, publish, text};
use super::*;
use crate::testing::{Mood, message, rejects, things};

/// What a device is answered, from the code on; for version 5 only the code.
async fn answer(house: &House, hello: &[u8]) -> u8 {
    let mut device = Raw::connect(house.port).await;
    device.send(hello).await;
    let answer = device.packet().await;
    assert_eq!((answer[0], answer[2]), (0x20, 0));
    assert!(device.rest().await.is_empty());
    answer[3]
}

#[tokio::test]
async fn one_device_too_many_is_refused_until_another_leaves() {
    let house = House::with(MqttdSettings {
        connections_max: 1,
        ..settings()
    })
    .await;
    let mut first = house.device(4, "first").await;
    assert_eq!(answer(&house, &connect(4, "second")).await, 3);
    assert_eq!(answer(&house, &connect(5, "second")).await, 0x97);
    first.send(&[0xe0, 0]).await;
    assert!(first.rest().await.is_empty());
    house.device(5, "second").await;
    house.close().await;
}

#[tokio::test]
async fn a_device_that_only_comes_again_is_let_in_where_every_place_is_taken() {
    for level in [4, 5] {
        let house = House::with(MqttdSettings {
            connections_max: 2,
            ..settings()
        })
        .await;
        let mut devices = [
            house.device(level, "a").await,
            house.device(level, "b").await,
        ];
        let full = if level == 5 { 0x97 } else { 3 };
        let farewell: &[u8] = if level == 5 { &[0xe0, 2, 0x8e, 0] } else { &[] };
        for _ in 0..3 {
            for (name, device) in ["a", "b"].into_iter().zip(&mut devices) {
                let before = std::mem::replace(device, house.device(level, name).await);
                assert_eq!({ before }.rest().await, farewell);
                // That made no room for others.
                assert_eq!(answer(&house, &connect(level, "c")).await, full);
                assert_eq!(answer(&house, &connect(level, "")).await, full);
            }
        }
        for device in &mut devices {
            device.send(&PING).await;
            assert_eq!(device.packet().await, PONG);
        }
        devices[0].send(&[0xe0, 0]).await;
        assert!(devices[0].rest().await.is_empty());
        house.device(level, "c").await;
        house.close().await;
    }
}

#[tokio::test]
async fn who_may_not_come_in_takes_nobody_over() {
    let house = House::with(MqttdSettings {
        username: Some("station".into()),
        password: Some(String::from("tell nobody").into()),
        ..settings()
    })
    .await;
    let rest = [text("station"), text("tell nobody")].concat();
    let mut device = Raw::connect(house.port).await;
    device
        .send(&connect_with(4, 0b1100_0010, 60, "a", &rest))
        .await;
    device.let_in(4).await;
    assert_eq!(answer(&house, &connect(4, "a")).await, 4);
    device.send(&PING).await;
    assert_eq!(device.packet().await, PONG);
    house.close().await;
}

#[tokio::test]
async fn a_name_that_is_given_is_nobodys() {
    let house = House::open().await;
    let mut devices = Vec::new();
    for name in ["mqttd-guest-1", "mqttd-guest-3", "", ""] {
        devices.push(house.device(4, name).await);
    }
    for device in &mut devices {
        device.send(&PING).await;
        assert_eq!(device.packet().await, PONG, "nobody was taken over");
    }
    house.close().await;
}

#[tokio::test]
async fn a_device_without_the_right_password_is_refused() {
    let house = House::with(MqttdSettings {
        username: Some("station".into()),
        password: Some(String::from("tell nobody").into()),
        ..settings()
    })
    .await;
    let hello = |level: u8, name: &str, password: &str| {
        let rest = [text(name), text(password)].concat();
        connect_with(level, 0b1100_0010, 60, "a", &rest)
    };
    for (name, password) in [
        ("station", "tell everybody"),
        ("station", "tell nobod"),
        ("station", ""),
        ("other", "tell nobody"),
    ] {
        assert_eq!(answer(&house, &hello(4, name, password)).await, 4);
        assert_eq!(answer(&house, &hello(5, name, password)).await, 0x86);
    }
    assert_eq!(answer(&house, &connect(4, "a")).await, 4);
    for level in [4, 5] {
        let mut device = Raw::connect(house.port).await;
        device.send(&hello(level, "station", "tell nobody")).await;
        device.let_in(level).await;
    }
    house.close().await;
}

#[tokio::test]
async fn a_device_without_a_name_is_given_one_unless_it_wants_to_be_remembered() {
    let house = House::open().await;
    let mut first = house.device(4, "").await;
    let mut second = Raw::connect(house.port).await;
    second.send(&connect(5, "")).await;
    let granted = second.packet().await;
    let name = b"mqttd-guest-2";
    let given = granted.windows(name.len()).any(|part| part == name);
    assert!(given, "{granted:?}");
    first.send(&PING).await;
    assert_eq!(first.packet().await, PONG, "they do not share a name");
    assert_eq!(answer(&house, &connect_with(4, 0, 60, "", &[])).await, 2);
    assert_eq!(answer(&house, &connect_with(5, 0, 60, "", &[])).await, 0x85);
    assert_eq!(answer(&house, &connect(4, &"x".repeat(129))).await, 2);
    house.close().await;
}

#[tokio::test]
async fn a_hello_holds_what_it_needs_and_no_more() {
    let settings = MqttdSettings {
        username: Some("u".repeat(9_000)),
        password: Some("p".repeat(9_000).into()),
        ..settings()
    };
    let (name, word) = (text(&"u".repeat(9_000)), text(&"p".repeat(9_000)));
    let limit = settings.connect_bytes_max();
    assert!(limit < 128 * 1_024, "{limit}");
    let house = House::with(settings).await;
    let (topic, will) = (text(&"t".repeat(1_024)), text(&"w".repeat(65_535)));
    for level in [4, 5] {
        let properties: &[u8] = if level == 5 { &[0] } else { &[] };
        let rest = [properties, &topic, &will, &name, &word].concat();
        let mut device = Raw::connect(house.port).await;
        device
            .send(&connect_with(level, 0xc6, 60, &"x".repeat(128), &rest))
            .await;
        device.let_in(level).await;
        device.send(&[0xe0, 0]).await;
        assert!(device.rest().await.is_empty());
    }
    // The head is enough to know that a packet is too large.
    let mut device = Raw::connect(house.port).await;
    let head = packet(0x10, &vec![0; limit]);
    device.send(&head[..4]).await;
    assert!(device.rest().await.is_empty());
    let bodies = house.log.now().await;
    let letters = rejects(&bodies);
    assert_eq!(letters.len(), 1, "not left to the timeout");
    assert_eq!(letters[0].reason, Reason::TooLarge);
    house.close().await;
}

#[tokio::test]
async fn a_version_that_nobody_knows_is_refused() {
    let house = House::open().await;
    assert_eq!(answer(&house, &connect(6, "a")).await, 1);
    house.close().await;
}

#[tokio::test]
async fn what_version_5_wants_beyond_the_door_is_refused() {
    let house = House::open().await;
    let will = [&[0], text(TOPIC).as_slice(), &text("offline")].concat();
    let exactly_once = connect_with(5, 0b1_0110, 60, "a", &will);
    assert_eq!(answer(&house, &exactly_once).await, 0x9b);
    let mut body = text("MQTT");
    body.extend([5, 0b10, 0, 60, 8, 0x15]);
    body.extend(text("SCRAM"));
    body.extend(text("a"));
    assert_eq!(answer(&house, &packet(0x10, &body)).await, 0x8c);
    house.close().await;
}

#[tokio::test]
async fn version_5_is_told_what_is_taken() {
    let house = House::with(MqttdSettings {
        unacknowledged_max: NonZeroU16::new(77).expect("not 0"),
        keep_alive_secs_max: 50,
        packet_bytes_max: 300_000,
        ..settings()
    })
    .await;
    let mut device = Raw::connect(house.port).await;
    device.send(&connect(5, "a")).await;
    let granted = device.packet().await;
    let size = 300_000_u32.to_be_bytes();
    for (property, value) in [
        (0x11, &[0, 0, 0, 0][..]),
        (0x13, &[0, 50]),
        (0x21, &[0, 77]),
        (0x24, &[1]),
        (0x27, &size),
        (0x28, &[0]),
        (0x29, &[0]),
        (0x2a, &[0]),
    ] {
        let said = [&[property], value].concat();
        let told = granted.windows(said.len()).any(|part| part == said);
        assert!(told, "{property:#x}: {granted:?}");
    }
    house.close().await;
}

#[tokio::test]
async fn a_device_that_does_not_introduce_itself_is_sent_away() {
    let house = House::with(MqttdSettings {
        connect_timeout_secs: 1,
        ..settings()
    })
    .await;
    let mut device = Raw::connect(house.port).await;
    device.send(&connect(4, "a")[..5]).await;
    assert!(device.rest().await.is_empty());
    house.close().await;
}

#[tokio::test]
async fn what_is_too_large_or_has_no_route_is_a_dead_letter_and_acknowledged() {
    let house = House::with(MqttdSettings {
        topic_bytes_max: 100,
        payload_bytes_max: 1_000,
        ..settings()
    })
    .await;
    for level in [4, 5] {
        let mut device = house.device(level, "a").await;
        let long = format!("city/{}/air", "x".repeat(100));
        for (id, topic, payload) in [
            (1, TOPIC, "x".repeat(1_001)),
            (2, &long, message("a", 1.0)),
            (3, "elsewhere", message("a", 1.0)),
            (4, TOPIC, message("a", 1.0)),
        ] {
            device
                .send(&publish(level, topic, Some(id), &payload))
                .await;
            assert_eq!(device.packet().await, acknowledgement(id));
        }
    }
    let bodies = house.log.bodies(8).await;
    assert_eq!(things(&bodies), ["a", "a"]);
    let reasons: Vec<Reason> = rejects(&bodies)
        .iter()
        .map(|letter| letter.reason)
        .collect();
    let one_device = [Reason::TooLarge, Reason::TooLarge, Reason::NoMapping];
    assert_eq!(reasons, [one_device, one_device].concat());
    house.close().await;
}

#[tokio::test]
async fn a_full_window_holds_the_older_version_back() {
    let house = House::with(MqttdSettings {
        unacknowledged_max: NonZeroU16::new(3).expect("not 0"),
        ..settings()
    })
    .await;
    let mut device = house.device(4, "a").await;
    house.log.set(Mood::Holds);
    let mut bytes = Vec::new();
    for id in 1..=5 {
        bytes.extend(publish(
            4,
            TOPIC,
            Some(id),
            &message(&format!("t{id}"), 1.0),
        ));
    }
    bytes.extend(PING);
    device.send(&bytes).await;
    house.log.attempted(1).await;
    house.log.set(Mood::Takes);
    for id in 1..=3 {
        assert_eq!(device.packet().await, acknowledgement(id));
    }
    assert_eq!(
        device.packet().await,
        PONG,
        "not read before there was room"
    );
    for id in 4..=5 {
        assert_eq!(device.packet().await, acknowledgement(id));
    }
    house.close().await;
}

#[tokio::test]
async fn version_5_is_cut_off_when_it_exceeds_its_window() {
    let house = House::with(MqttdSettings {
        unacknowledged_max: NonZeroU16::new(2).expect("not 0"),
        ..settings()
    })
    .await;
    let mut device = house.device(5, "a").await;
    let mut bytes = Vec::new();
    for id in 1..=3 {
        bytes.extend(publish(
            5,
            TOPIC,
            Some(id),
            &message(&format!("t{id}"), 1.0),
        ));
    }
    device.send(&bytes).await;
    assert_eq!(device.packet().await, acknowledgement(1));
    assert_eq!(device.packet().await, acknowledgement(2));
    assert_eq!(device.rest().await, [0xe0, 2, 0x93, 0]);
    house.close().await;
}

#[tokio::test]
async fn a_slow_log_holds_devices_back_and_loses_nothing() {
    const MESSAGES: usize = 20_000;
    let house = House::with(MqttdSettings {
        read_bytes: 1_000,
        batch_messages_max: 100,
        ..settings()
    })
    .await;
    let device = house.device(4, "a").await;
    house.log.set(Mood::Holds);
    let (mut reader, mut writer) = device.0.into_split();
    let sending = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        for at in 0..MESSAGES {
            let bytes = publish(4, TOPIC, None, &message(&format!("t{}", at % 1_000), 1.0));
            writer.write_all(&bytes).await.expect("the door reads");
        }
        writer
    });
    house.log.attempted(1).await;
    assert!(
        !sending.is_finished(),
        "two megabytes are on their way, and nobody may hold them"
    );
    house.log.set(Mood::Takes);
    let writer = in_time("sending", sending).await.expect("no panic");
    let bodies = house.log.bodies(MESSAGES as u64).await;
    let expected: Vec<String> = (0..MESSAGES).map(|at| format!("t{}", at % 1_000)).collect();
    assert!(things(&bodies) == expected, "all are there, in order");
    drop(writer);
    let mut rest = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut rest)
        .await
        .expect("the door closes");
    house.close().await;
}

#[tokio::test]
async fn a_large_packet_waits_while_others_are_unfinished_and_a_small_one_does_not() {
    for first_finishes in [true, false] {
        let house = House::with(MqttdSettings {
            read_bytes: 1_000,
            payload_bytes_max: 3_000,
            topic_bytes_max: 100,
            packet_bytes_max: 5_000,
            unfinished_bytes_max: 5_000,
            ..settings()
        })
        .await;
        let large = |name| {
            let text = message(name, 1.0) + &" ".repeat(2_900);
            publish(4, TOPIC, Some(1), &text)
        };
        let mut first = house.device(4, "first").await;
        let bytes = large("first");
        first.send(&[&PING, &bytes[..500]].concat()).await;
        assert_eq!(first.packet().await, PONG, "what came with it is read");
        let mut second = house.device(4, "second").await;
        second.send(&large("second")).await;
        let mut third = house.device(4, "third").await;
        for name in ["third", "fourth"] {
            third
                .send(&publish(4, TOPIC, Some(2), &message(name, 1.0)))
                .await;
            assert_eq!(third.packet().await, acknowledgement(2));
        }
        let mut expected = vec!["third", "fourth"];
        assert_eq!(things(&house.log.now().await), expected);
        if first_finishes {
            first.send(&bytes[500..]).await;
            assert_eq!(first.packet().await, acknowledgement(1));
            expected.push("first");
        } else {
            drop(first);
        }
        assert_eq!(second.packet().await, acknowledgement(1));
        expected.push("second");
        assert_eq!(things(&house.log.now().await), expected);
        house.close().await;
    }
}

#[tokio::test]
async fn a_device_that_sends_too_fast_is_read_more_slowly() {
    let house = House::with(MqttdSettings {
        messages_per_sec_max: 100,
        ..settings()
    })
    .await;
    let mut device = house.device(4, "a").await;
    let start = Instant::now();
    let bytes = publish(4, TOPIC, None, &message("a", 1.0)).repeat(150);
    device.send(&bytes).await;
    house.log.bodies(150).await;
    device.send(&PING).await;
    assert_eq!(device.packet().await, PONG);
    assert!(
        start.elapsed() >= Duration::from_millis(450),
        "{:?}",
        start.elapsed()
    );
    house.close().await;
}

#[tokio::test]
async fn answers_that_nobody_fetches_hold_the_device_back() {
    let house = House::open().await;
    let device = house.device(4, "a").await;
    let (mut reader, mut writer) = device.0.into_split();
    let sending = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        let pings = PING.repeat(4_096);
        for _ in 0..4_096 {
            writer.write_all(&pings).await.expect("the door reads");
        }
    });
    let mut left = 2 * 4_096 * 4_096;
    let mut buffer = vec![0; 1 << 16];
    while left > 0 {
        let read = tokio::io::AsyncReadExt::read(&mut reader, &mut buffer);
        let read = in_time("answers", read).await.expect("the door writes");
        assert!(read > 0, "the door closed");
        left -= read;
    }
    in_time("sending", sending).await.expect("no panic");
    house.close().await;
}

#[tokio::test]
async fn closing_keeps_what_has_come_and_says_so() {
    for level in [4, 5] {
        let house = House::open().await;
        let mut device = house.device(level, "a").await;
        house.log.set(Mood::Holds);
        let bytes = publish(level, TOPIC, Some(1), &message("a", 1.0));
        device.send(&[bytes.as_slice(), &PING].concat()).await;
        assert_eq!(device.packet().await, PONG);
        let log = Arc::clone(&house.log);
        let closing = tokio::spawn(house.close());
        log.set(Mood::Takes);
        assert_eq!(device.packet().await, acknowledgement(1));
        let farewell: &[u8] = if level == 5 { &[0xe0, 2, 0x8b, 0] } else { &[] };
        assert_eq!(device.rest().await, farewell);
        in_time("closing", closing).await.expect("no panic");
        assert_eq!(things(&log.now().await), ["a"]);
    }
}

#[test]
fn the_packet_of_a_hello_is_what_the_standard_shows() {
    assert_eq!(
        connect(4, "a"),
        packet(0x10, b"\0\x04MQTT\x04\x02\0\x3c\0\x01a")
    );
}

#[test]
fn small_writes_are_gathered_into_few_reads() {
    const PAUSE: Duration = Duration::from_millis(200);
    let settings = crate::settings::IngestSettings {
        gather_ms: 200,
        ..Default::default()
    };
    let threads = crate::gather::Threads::start(&settings).expect("threads");
    let devices = tokio::runtime::Runtime::new().expect("threads");
    let opening = threads.handle().spawn(House::open());
    devices.block_on(async {
        let house = opening.await.expect("opens");
        let mut device = house.device(4, "a").await;
        let start = Instant::now();
        for _ in 0..100 {
            device
                .send(&publish(4, TOPIC, None, &message("a", 1.0)))
                .await;
        }
        house.log.bodies(100).await;
        let looks = 3 + start.elapsed().as_millis() / PAUSE.as_millis();
        let reads = house.log.attempts() as u128;
        assert!(reads <= looks, "{reads} reads, {looks} expected");
        house.close().await;
    });
}
