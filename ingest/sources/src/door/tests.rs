use yiping_model::Reason;
use yiping_protocols::{JsonMapping, Unknown};

use super::*;
use crate::testing::{Mood, TestLog, clock, door, door_into, message, rejects, things};

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

/// A log on disk that takes little at once.
fn small_log(folder: &std::path::Path, clock: &CityClock) -> Arc<yiping_log::DiskLog> {
    let settings = yiping_log::disk::Settings {
        commit_bytes_max: 1 << 16,
        commit_records_max: 1_000,
        record_bytes_max: 1 << 14,
        ..yiping_log::disk::Settings::default()
    };
    let clock = clock.clone();
    let log = yiping_log::DiskLog::open(folder, settings, |_end| clock);
    Arc::new(log.expect("opens"))
}

async fn all_of(log: &yiping_log::DiskLog) -> Vec<Body> {
    let (mut bodies, mut after) = (Vec::new(), yiping_model::Position::START);
    loop {
        let chunk = log.read(after, usize::MAX).await.expect("readable");
        let Some(last) = chunk.last() else {
            return bodies;
        };
        after = last.position;
        bodies.extend(chunk.iter().map(|record| record.body.clone()));
    }
}

#[tokio::test]
async fn a_batch_beyond_the_limits_of_the_log_is_kept_in_parts() {
    let (clock, folder) = (clock(), tempfile::tempdir().expect("a place"));
    let log = small_log(folder.path(), &clock);
    let door = door_into("test", Unknown::Accept, Arc::clone(&log) as _, &clock);
    let names: Vec<String> = (0..5_000).map(|at| format!("station-{at}")).collect();
    let messages: Vec<String> = names.iter().map(|name| message(name, 1.0)).collect();
    let payload = format!("[{}]", messages.join(","));
    let mut batch = Batch::default();
    door.read(
        &mut batch,
        &json(),
        Payload::whole("http", payload.as_bytes()),
        None,
    );
    let taken = door.keep(batch).await.expect("kept in parts");
    assert_eq!(taken.accepted, 5_000);
    assert_eq!(things(&all_of(&log).await), names);
}

#[tokio::test]
async fn a_reading_that_no_record_can_hold_is_a_dead_letter() {
    let (clock, folder) = (clock(), tempfile::tempdir().expect("a place"));
    let log = small_log(folder.path(), &clock);
    let door = door_into("test", Unknown::Accept, Arc::clone(&log) as _, &clock);
    let metrics: Vec<String> = (0..200).map(|at| format!(r#""{at:0>128}":1"#)).collect();
    let wide = format!(
        r#"{{"id":"wide","ts":{},"metrics":{{{}}}}}"#,
        crate::testing::NOW.as_millis(),
        metrics.join(",")
    );
    let mut batch = Batch::default();
    for text in [message("a", 1.0), wide, message("b", 1.0)] {
        door.read(
            &mut batch,
            &json(),
            Payload::whole("t", text.as_bytes()),
            None,
        );
    }
    let taken = door.keep(batch).await.expect("the others are kept");
    assert_eq!((taken.accepted, taken.rejected), (2, 200));
    assert_eq!(taken.refusals[0].reason, Reason::TooLarge);
    let bodies = all_of(&log).await;
    assert_eq!(things(&bodies), ["a", "b"]);
    assert_eq!((rejects(&bodies)[0].items, bodies.len()), (200, 3));
}
