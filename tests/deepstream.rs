//! A garage as NVIDIA DeepStream told of it, through a real door into a real log and into history: every event is there once, late ones are
//! counted, and no plate is anywhere. What is expected is worked out here, from the file itself.

use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::sync::Arc;

use serde_json::Value;
use yiping_log::memory::MemoryLog;
use yiping_log::{CityClock, Log};
use yiping_model::{Body, Catalogue, Position, Secret, SourceId, Text, Timestamp, Zone};
use yiping_protocols::{DeepStreamMapping, Format, JsonMapping, TokenKey, Unknown};
use yiping_sources::door::Payload;
use yiping_sources::{Batch, Door, IngestSettings};
use yiping_store::{EventQuery, History as _, Settings, SqliteStore, Store as _};

const SECRET: &str = "a secret of a test";

fn file() -> Option<String> {
    let path = support::test_data()?.join("data/video/deepstream_garage_first1000.jsonl.gz");
    let packed = std::fs::File::open(path).expect("the file is there");
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_string(&mut text)
        .expect("gzip of text");
    Some(text)
}

/// What the file says: how many events there are, how many came behind their camera's newest, and the plates.
#[derive(Debug, Default)]
struct Expected {
    events: u64,
    late: u64,
    plates: BTreeSet<String>,
    kinds: BTreeMap<String, u64>,
}

fn expected(text: &str, lateness_secs: i64) -> Expected {
    let mut expected = Expected::default();
    let (mut known, mut newest) = (BTreeSet::new(), BTreeMap::<String, i64>::new());
    for line in text.lines() {
        let message: Value = serde_json::from_str(line).expect("JSON");
        let text = |at: &str| {
            let found = message.pointer(at).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        let camera = text("/sensor/id");
        let at = Timestamp::parse(&text("/@timestamp"))
            .expect("a time")
            .as_micros();
        let plate = text("/object/vehicle/license");
        let matter = if plate.is_empty() {
            text("/object/id")
        } else {
            plate.clone()
        };
        if !plate.is_empty() {
            expected.plates.insert(plate);
        }
        let newest = newest.entry(camera.clone()).or_insert(at);
        if known.insert((camera, text("/event/type"), matter, at)) {
            expected.events += 1;
            expected.late += u64::from(at < *newest - lateness_secs * 1_000_000);
            *expected.kinds.entry(text("/event/type")).or_default() += 1;
        }
        *newest = at.max(*newest);
    }
    expected
}

async fn log_of(text: &str) -> (Arc<MemoryLog>, u64) {
    let now = Timestamp::parse("2018-09-12T17:30:00Z").expect("a time");
    let clock = CityClock::driven(now);
    let log = Arc::new(MemoryLog::new(clock.clone()));
    let name = || Text {
        zh: "车库".into(),
        en: "garage".into(),
    };
    let catalogue = Catalogue {
        city: name(),
        zone: Zone::named("Asia/Shanghai").expect("built in"),
        areas: Vec::new(),
        properties: BTreeMap::new(),
        things: BTreeMap::new(),
        events: BTreeMap::new(),
    };
    let settings = IngestSettings {
        unknown: Unknown::Accept,
        ..IngestSettings::default()
    };
    let source = SourceId::new("garage").expect("valid");
    let into = Arc::clone(&log) as Arc<dyn Log>;
    let door = Door::new(source, &settings, Arc::new(catalogue), into, clock);
    let tokens = Some(TokenKey::new(Secret::from(SECRET.to_owned())));
    let format = Format::DeepStream(DeepStreamMapping::new(JsonMapping::default(), tokens));
    let mut accepted = 0;
    for line in text.lines() {
        let mut batch = Batch::default();
        let payload = Payload::whole("garage/deepstream", line.as_bytes());
        door.read(&mut batch, &format, payload, None);
        accepted += door.keep(batch).await.expect("memory takes it").accepted;
    }
    // A line that is cut is a dead letter, which shows nothing of it.
    let mut batch = Batch::default();
    let line = text.lines().next().expect("a line");
    let cut = Payload::whole("garage/deepstream", &line.as_bytes()[..line.len() - 2]);
    door.read(&mut batch, &format, cut, None);
    let taken = door.keep(batch).await.expect("memory takes it");
    assert_eq!(taken.rejected, 1);
    (log, accepted)
}

#[tokio::test]
async fn a_garage_is_told_once_with_what_came_late_and_without_a_plate() {
    let Some(text) = file() else { return };
    let (log, accepted) = log_of(&text).await;
    assert_eq!(accepted, 1_000);
    let records = log.read(Position::START, usize::MAX).await.expect("reads");
    for lateness_secs in [0, 1, 60] {
        let expected = expected(&text, lateness_secs);
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings {
            lateness_secs: u32::try_from(lateness_secs).expect("small"),
            ..Settings::default()
        };
        let zone = Zone::named("Asia/Shanghai").expect("built in");
        let path = folder.path().join("history.sqlite");
        let store = SqliteStore::open(&path, &settings, &zone)
            .await
            .expect("opens");
        store.apply(&records.joined()).await.expect("applies");
        let figures = store.sources().await.expect("reads").remove(0);
        assert_eq!(figures.accepted, expected.events);
        assert_eq!(figures.duplicate, 1_000 - expected.events);
        assert_eq!(figures.late, expected.late, "{lateness_secs} s");
        let query = EventQuery {
            thing: None,
            kind: None,
            key: None,
            from: Timestamp::MIN,
            to: Timestamp::from_micros(i64::MAX),
            after: None,
            limit: 10_000,
        };
        let rows = store.events(&query).await.expect("reads");
        let mut kinds = BTreeMap::new();
        for row in &rows {
            *kinds.entry(row.event.kind.to_string()).or_default() += 1;
        }
        assert_eq!(kinds, expected.kinds);
        assert!(
            rows.windows(2)
                .all(|two| two[0].event.phenomenon_time <= two[1].event.phenomenon_time)
        );
        // As many different tokens as plates.
        let tokens: BTreeSet<&str> = rows
            .iter()
            .filter_map(|row| row.event.key.as_ref())
            .map(yiping_model::EventKey::as_str)
            .filter(|key| key.starts_with("plate-"))
            .collect();
        assert_eq!(tokens.len(), expected.plates.len());
    }
    let plates = expected(&text, 0).plates;
    assert!(!plates.is_empty(), "the file holds plates");
    for record in &records {
        let told = match &record.body {
            Body::Event(event) => format!("{event:?}"),
            Body::Reject(reject) => format!("{reject:?}"),
            other => panic!("neither an event nor a dead letter: {other:?}"),
        };
        let told_plate = plates.iter().find(|plate| told.contains(*plate));
        assert_eq!(told_plate, None, "{told}");
    }
}
