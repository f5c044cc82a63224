use yiping_model::Reason;
use yiping_protocols::{JsonMapping, Unknown};

use super::*;
use crate::testing::{Mood, TestLog, clock, door, message, rejects, things};

fn json() -> Format {
    Format::Json(JsonMapping::default())
}

#[tokio::test]
async fn all_that_comes_is_counted_and_in_the_log() {
    let (clock, format) = (clock(), json());
    let log = TestLog::new(&clock);
    let door = door("test", Unknown::Accept, &log, &clock);
    let mut batch = Batch::default();
    let good = message("a", 1.0);
    door.read(
        &mut batch,
        &format,
        Payload::whole("t/1", good.as_bytes()),
        None,
    );
    door.read(&mut batch, &format, Payload::whole("t/2", b"\xff"), None);
    let huge = Payload {
        origin: "t/3",
        bytes: b"start",
        size_bytes: 1_000_000,
    };
    let refusal = Refusal::whole(Reason::TooLarge, "payload has 1000000 bytes".into(), None);
    door.refuse(&mut batch, refusal, huge);
    let taken = door.keep(batch).await.expect("the log takes it");
    assert_eq!(
        (taken.accepted, taken.quarantined, taken.rejected),
        (1, 0, 2)
    );
    assert_eq!(taken.received(), 3);
    let bodies = log.now().await;
    assert_eq!(things(&bodies), ["a"]);
    let rejects = rejects(&bodies);
    assert_eq!(rejects[0].reason, Reason::NotText);
    assert_eq!(rejects[0].origin, "t/2");
    assert_eq!(rejects[1].size_bytes, 1_000_000);
    assert_eq!(rejects[1].sample, "start");
}

#[tokio::test]
async fn one_payload_cannot_flood_the_dead_letters() {
    let clock = clock();
    let log = TestLog::new(&clock);
    let door = door("test", Unknown::Quarantine, &log, &clock);
    let messages: Vec<String> = (0..5_000)
        .map(|at| message(&format!("stranger-{at}"), 1.0))
        .collect();
    let payload = format!("[{}]", messages.join(","));
    let mut batch = Batch::default();
    door.read(
        &mut batch,
        &json(),
        Payload::whole("http", payload.as_bytes()),
        None,
    );
    let taken = door.keep(batch).await.expect("the log takes it");
    assert_eq!(taken.quarantined, 5_000);
    assert_eq!(log.now().await.len(), REFUSALS_MAX + 1);
}

#[tokio::test]
async fn nothing_is_taken_when_the_log_refuses() {
    let clock = clock();
    let log = TestLog::new(&clock);
    log.set(Mood::Refuses);
    let door = door("test", Unknown::Accept, &log, &clock);
    let mut batch = Batch::default();
    let good = message("a", 1.0);
    door.read(
        &mut batch,
        &json(),
        Payload::whole("t", good.as_bytes()),
        None,
    );
    assert!(!batch.is_empty());
    assert!(door.keep(batch).await.is_err());
    assert!(log.now().await.is_empty());
}
