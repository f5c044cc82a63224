//! Devices that go, with and without a word.

use yiping_model::{Disposition, Reason};

use super::raw::{PING, PONG, acknowledgement, connect, connect_willing, publish};
use super::*;
use crate::testing::{Mood, message, rejects, things};

async fn willing(house: &House, level: u8, keep_alive: u16, will: &str) -> Raw {
    let mut device = Raw::connect(house.port).await;
    let hello = connect_willing(level, keep_alive, "pump-7", TOPIC, will);
    device.send(&hello).await;
    device.let_in(level).await;
    device
}

#[tokio::test]
async fn a_will_that_is_a_reading_is_kept_as_one() {
    for level in [4, 5] {
        let house = House::open().await;
        let device = willing(&house, level, 60, &message("pump-7", 0.0)).await;
        drop(device);
        assert_eq!(things(&house.log.bodies(1).await), ["pump-7"]);
        house.close().await;
    }
}

#[tokio::test]
async fn any_other_will_is_a_dead_letter_that_says_who_is_gone() {
    let house = House::open().await;
    let device = willing(&house, 4, 60, "offline").await;
    drop(device);
    let bodies = house.log.bodies(1).await;
    let letter = rejects(&bodies)[0];
    assert_eq!(
        (letter.reason, letter.disposition),
        (Reason::Gone, Disposition::Quarantined)
    );
    assert_eq!(
        (letter.origin.as_str(), letter.sample.as_str()),
        (TOPIC, "offline")
    );
    assert!(
        letter.detail.contains("\"pump-7\" is gone (lost)"),
        "{}",
        letter.detail
    );
    house.close().await;
}

#[tokio::test]
async fn a_device_that_takes_leave_is_not_gone() {
    let house = House::open().await;
    for (level, farewell) in [
        (4, vec![0xe0, 0]),
        (5, vec![0xe0, 0]),
        (5, vec![0xe0, 1, 0]),
    ] {
        let mut device = willing(&house, level, 60, "offline").await;
        device.send(&farewell).await;
        assert!(device.rest().await.is_empty());
    }
    let mut device = house.device(4, "b").await;
    device
        .send(&publish(4, TOPIC, Some(1), &message("b", 1.0)))
        .await;
    assert_eq!(device.packet().await, acknowledgement(1));
    assert_eq!(house.log.now().await.len(), 1);
    house.close().await;
}

#[tokio::test]
async fn version_5_takes_leave_without_its_will_only_when_all_is_well() {
    // With its will, unspecified error, one of its own making, quota exceeded, administrative action.
    for farewell in [
        vec![0xe0, 2, 0x04, 0],
        vec![0xe0, 1, 0x80],
        vec![0xe0, 2, 0x83, 0],
        vec![0xe0, 1, 0x97],
        vec![0xe0, 1, 0x98],
    ] {
        let house = House::open().await;
        let mut device = willing(&house, 5, 60, "offline").await;
        device.send(&farewell).await;
        assert!(device.rest().await.is_empty(), "{farewell:x?}");
        let bodies = house.log.now().await;
        assert_eq!(bodies.len(), 1, "{farewell:x?}");
        let letter = rejects(&bodies)[0];
        assert_eq!(letter.reason, Reason::Gone, "{farewell:x?}");
        assert!(letter.detail.contains("(farewell)"), "{}", letter.detail);
        house.close().await;
    }
}

#[tokio::test]
async fn a_device_that_is_silent_for_too_long_is_gone() {
    for level in [4, 5] {
        let house = House::open().await;
        let mut device = willing(&house, level, 1, "offline").await;
        let farewell: &[u8] = if level == 5 { &[0xe0, 2, 0x8d, 0] } else { &[] };
        assert_eq!(device.rest().await, farewell);
        let bodies = house.log.bodies(1).await;
        assert!(rejects(&bodies)[0].detail.contains("(silent)"));
        house.close().await;
    }
}

#[tokio::test]
async fn a_device_that_the_log_keeps_waiting_is_not_silent() {
    let house = House::with(MqttdSettings {
        unacknowledged_max: std::num::NonZeroU16::MIN,
        ..settings()
    })
    .await;
    let mut device = willing(&house, 4, 2, "offline").await;
    house.log.set(Mood::Holds);
    device
        .send(&publish(4, TOPIC, Some(1), &message("a", 1.0)))
        .await;
    house.log.attempted(1).await;
    // Another device with the same patience that is not held is gone meanwhile.
    let mut other = Raw::connect(house.port).await;
    other
        .send(&connect_willing(4, 2, "other", TOPIC, "offline"))
        .await;
    other.let_in(4).await;
    house.log.attempted(2).await;
    house.log.set(Mood::Takes);
    assert_eq!(device.packet().await, acknowledgement(1));
    device.send(&PING).await;
    assert_eq!(device.packet().await, PONG, "it is still connected");
    assert!(other.rest().await.is_empty());
    let bodies = house.log.now().await;
    assert_eq!((things(&bodies), bodies.len()), (vec!["a"], 2));
    let gone = &rejects(&bodies)[0].detail;
    assert!(gone.contains("\"other\" is gone (silent)"), "{gone}");
    house.close().await;
}

#[tokio::test]
async fn a_device_that_its_rate_keeps_waiting_is_not_silent() {
    let house = House::with(MqttdSettings {
        messages_per_sec_max: 1,
        ..settings()
    })
    .await;
    let mut device = willing(&house, 4, 1, "offline").await;
    // Three seconds too early, and gone after one and a half.
    let bytes = publish(4, TOPIC, None, &message("a", 1.0)).repeat(4);
    device.send(&bytes).await;
    house.log.bodies(4).await;
    device.send(&PING).await;
    assert_eq!(device.packet().await, PONG, "it is still connected");
    assert_eq!(things(&house.log.now().await), ["a"; 4]);
    assert_eq!(house.log.now().await.len(), 4);
    house.close().await;
}

#[tokio::test]
async fn the_latest_connection_of_a_device_takes_over() {
    for level in [4, 5] {
        let house = House::open().await;
        let mut first = willing(&house, level, 60, "offline").await;
        house.log.set(Mood::Holds);
        first
            .send(&publish(level, TOPIC, Some(1), &message("first", 1.0)))
            .await;
        house.log.attempted(1).await;
        let mut second = Raw::connect(house.port).await;
        second.send(&connect(level, "pump-7")).await;
        house.log.set(Mood::Takes);
        assert_eq!(
            first.packet().await,
            acknowledgement(1),
            "what had come is kept"
        );
        let farewell: &[u8] = if level == 5 { &[0xe0, 2, 0x8e, 0] } else { &[] };
        assert_eq!(first.rest().await, farewell);
        second.let_in(level).await;
        second
            .send(&publish(level, TOPIC, Some(1), &message("second", 1.0)))
            .await;
        assert_eq!(second.packet().await, acknowledgement(1));
        let bodies = house.log.now().await;
        assert_eq!(things(&bodies), ["first", "second"]);
        assert!(rejects(&bodies)[0].detail.contains("(taken_over)"));
        assert_eq!(bodies.len(), 3);
        // And the place is given back once, by who holds it.
        let third = house.device(level, "pump-7").await;
        assert!(second.rest().await.len() <= 4);
        drop(third);
        house.close().await;
    }
}
