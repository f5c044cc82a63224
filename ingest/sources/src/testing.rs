//! What the tests of this crate share.

pub(crate) mod device;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::time::{Duration, timeout};
use yiping_log::memory::MemoryLog;
use yiping_log::{Appended, Archive, Chunk, CityClock, Log, LogError, LogId};
use yiping_model::{Body, Catalogue, Position, Reject, SourceId, Text, Timestamp, Zone};
use yiping_protocols::Unknown;

use crate::door::Door;
use crate::settings::IngestSettings;

/// City time in tests.
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_772_323_200);
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for what must come soon; a test that hangs fails instead.
pub(crate) async fn in_time<T>(what: &str, coming: impl Future<Output = T>) -> T {
    let Ok(come) = timeout(PATIENCE, coming).await else {
        panic!("{what} took longer than {PATIENCE:?}");
    };
    come
}

/// A log in memory that can be told to refuse, or to hold appends back.
pub(crate) struct TestLog {
    inner: MemoryLog,
    mood: watch::Sender<Mood>,
    /// Appends that were begun.
    attempts: watch::Sender<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Takes,
    Refuses,
    Holds,
}

impl TestLog {
    pub(crate) fn new(clock: &CityClock) -> Arc<Self> {
        Arc::new(Self {
            inner: MemoryLog::new(clock.clone()),
            mood: watch::Sender::new(Mood::Takes),
            attempts: watch::Sender::new(0),
        })
    }

    pub(crate) fn set(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// How many appends have been begun.
    pub(crate) fn attempts(&self) -> usize {
        *self.attempts.borrow()
    }

    /// Waits until so many appends have been begun.
    pub(crate) async fn attempted(&self, count: usize) {
        let mut attempts = self.attempts.subscribe();
        let attempted = attempts.wait_for(|seen| *seen >= count);
        in_time("appending", attempted)
            .await
            .expect("the log lives");
    }

    /// Waits until the log holds so many records; all it holds then.
    pub(crate) async fn bodies(&self, count: u64) -> Vec<Body> {
        let mut end = self.inner.end();
        let ended = end.wait_for(|end| end.0 >= count);
        in_time("recording", ended).await.expect("the log lives");
        self.now().await
    }

    /// All that the log holds.
    pub(crate) async fn now(&self) -> Vec<Body> {
        let chunk = self.inner.read(Position::START, usize::MAX).await;
        let records = chunk.expect("memory can be read");
        records.iter().map(|record| record.body.clone()).collect()
    }

    /// The times at which the records were received.
    pub(crate) async fn received_at(&self) -> Vec<Timestamp> {
        let chunk = self.inner.read(Position::START, usize::MAX).await;
        let records = chunk.expect("memory can be read");
        records.iter().map(|record| record.received_at).collect()
    }
}

#[async_trait]
impl Log for TestLog {
    fn id(&self) -> LogId {
        self.inner.id()
    }

    async fn append(&self, bodies: Vec<Body>) -> Result<Appended, LogError> {
        self.attempts.send_modify(|attempts| *attempts += 1);
        let mut mood = self.mood.subscribe();
        if *mood.borrow() == Mood::Refuses {
            return Err(LogError::Busy(1));
        }
        mood.wait_for(|mood| *mood == Mood::Takes)
            .await
            .expect("the log lives");
        self.inner.append(bodies).await
    }

    async fn read(&self, after: Position, limit: usize) -> Result<Chunk, LogError> {
        self.inner.read(after, limit).await
    }

    fn end(&self) -> watch::Receiver<Position> {
        self.inner.end()
    }

    async fn retain(
        &self,
        keep_from: Position,
        archive: Option<Arc<dyn Archive>>,
    ) -> Result<(), LogError> {
        self.inner.retain(keep_from, archive).await
    }
}

pub(crate) fn clock() -> CityClock {
    CityClock::driven(NOW)
}

/// A door into this log, which does this with what nobody knows.
pub(crate) fn door(source: &str, unknown: Unknown, log: &Arc<TestLog>, clock: &CityClock) -> Door {
    door_into(source, unknown, Arc::clone(log) as Arc<dyn Log>, clock)
}

/// The same into any log.
pub(crate) fn door_into(
    source: &str,
    unknown: Unknown,
    log: Arc<dyn Log>,
    clock: &CityClock,
) -> Door {
    let catalogue = Catalogue {
        city: Text {
            zh: "衢州".into(),
            en: "Quzhou".into(),
        },
        zone: Zone::named("Asia/Shanghai").expect("built in"),
        areas: Vec::new(),
        properties: BTreeMap::new(),
        things: BTreeMap::new(),
        events: BTreeMap::new(),
    };
    Door::new(
        SourceId::new(source).expect("valid"),
        &IngestSettings {
            unknown,
            ..IngestSettings::default()
        },
        Arc::new(catalogue),
        log,
        clock.clone(),
    )
}

/// One message in the plain form.
pub(crate) fn message(thing: &str, value: f64) -> String {
    let millis = NOW.as_millis();
    format!(r#"{{"id":"{thing}","ts":{millis},"metrics":{{"pm25":{value}}}}}"#)
}

/// The things of the readings, in order.
pub(crate) fn things(bodies: &[Body]) -> Vec<&str> {
    bodies
        .iter()
        .filter_map(|body| match body {
            Body::Reading(reading) => Some(reading.thing.as_str()),
            _ => None,
        })
        .collect()
}

/// The dead letters, in order.
pub(crate) fn rejects(bodies: &[Body]) -> Vec<&Reject> {
    bodies
        .iter()
        .filter_map(|body| match body {
            Body::Reject(reject) => Some(reject),
            _ => None,
        })
        .collect()
}
