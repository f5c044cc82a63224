//! The suite that every backend passes, called from the tests of the backend.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use yiping_model::{
    Act, AlarmChange, AlarmEvent, AlarmId, Body, Class, DatastreamId, Decision, Finding, Level,
    Measured, Outcome, Position, PropertyId, Quality, Reading, Record, RuleId, SourceId, Stage,
    ThingId, Timestamp, WindowLength, WindowResult,
};

use crate::{Archive, CityClock, Log, LogError};

/// How many records the suite appends so that a backend with the smallest segments has something to drop.
const MANY: u32 = 600;

/// Runs the suite. `empty` makes a new, empty log that stamps with this clock; its retention should keep as little as it can.
///
/// # Panics
/// When the backend does not do what a log must.
pub async fn run<L: Log, F: Future<Output = L>>(empty: impl Fn(CityClock) -> F) {
    let new_log = async || {
        let clock = CityClock::driven(Timestamp::from_secs(1_000));
        let log: Arc<dyn Log> = Arc::new(empty(clock.clone()).await);
        (log, clock)
    };
    an_empty_log_has_nothing(&*new_log().await.0).await;
    what_is_appended_is_read_in_order(&*new_log().await.0).await;
    a_limit_is_kept(&*new_log().await.0).await;
    the_end_wakes_readers(new_log().await.0).await;
    concurrent_appends_are_all_there_once(new_log().await.0).await;
    let (log, clock) = new_log().await;
    time_never_runs_back(&*log, &clock).await;
    let (log, clock) = new_log().await;
    retention_drops_no_decision_no_alarm_and_nothing_that_is_not_archived(&*log, &clock).await;
}

async fn an_empty_log_has_nothing(log: &dyn Log) {
    assert_eq!(*log.end().borrow(), Position::START);
    assert!(read(log, Position::START, 10).await.is_empty());
    let appended = log.append(Vec::new()).await.expect("nothing to do");
    assert_eq!(
        (appended.first, appended.last),
        (Position::START, Position::START)
    );
}

async fn what_is_appended_is_read_in_order(log: &dyn Log) {
    let bodies = vec![Body::Tick, reading(1), decision(2), alarm(3), reading(4)];
    let first = log.append(bodies[..2].to_vec()).await.expect("appended");
    let second = log.append(bodies[2..].to_vec()).await.expect("appended");
    assert!(first.first < first.last && first.last < second.first && second.first < second.last);
    assert_eq!(*log.end().borrow(), second.last);
    let nothing = log.append(Vec::new()).await.expect("nothing to do");
    assert_eq!((nothing.first, nothing.last), (second.last, second.last));

    let records = read_all(log).await;
    let found: Vec<Body> = records.iter().map(|record| record.body.clone()).collect();
    assert_eq!(found, bodies);
    assert_eq!(records[0].position, first.first);
    assert_eq!(records[4].position, second.last);
    assert!(read(log, second.last, 10).await.is_empty());
    assert!(read(log, Position(u64::MAX - 1), 10).await.is_empty());
}

async fn a_limit_is_kept(log: &dyn Log) {
    for number in 0..5 {
        log.append(vec![reading(number), reading(number + 100)])
            .await
            .expect("appended");
    }
    let all = read_all(log).await;
    assert_eq!(all.len(), 10);
    for (index, record) in all.iter().enumerate().skip(1) {
        for limit in 1..12 {
            let chunk = read(log, all[index - 1].position, limit).await;
            assert!(!chunk.is_empty() && chunk.len() <= limit);
            assert_eq!(&chunk[0], record, "the read goes on where it is told to");
        }
    }
    assert!(read(log, Position::START, 0).await.is_empty());
}

async fn the_end_wakes_readers(log: Arc<dyn Log>) {
    let mut end = log.end();
    let waiting = tokio::spawn(async move {
        end.changed().await.expect("the log lives");
        *end.borrow()
    });
    let appended = log.append(vec![reading(1)]).await.expect("appended");
    assert_eq!(waiting.await.expect("woken"), appended.last);
    assert_eq!(read(&*log, Position::START, 1).await.len(), 1);
}

async fn concurrent_appends_are_all_there_once(log: Arc<dyn Log>) {
    let writers: Vec<_> = (0..20_u32)
        .map(|writer| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                for number in 0..20 {
                    let (one, two) = (writer * 1_000 + number * 2, writer * 1_000 + number * 2 + 1);
                    let appended = log
                        .append(vec![reading(one), reading(two)])
                        .await
                        .expect("appended");
                    assert!(appended.first < appended.last);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("done");
    }
    let mut order: Vec<f64> = read_all(&*log).await.iter().map(value).collect();
    for pair in order.chunks(2) {
        assert!(
            (pair[1] - pair[0] - 1.0).abs() < 0.5,
            "an append is torn apart: {pair:?}"
        );
    }
    for writer in 0..20 {
        let range = f64::from(writer) * 1_000.0..f64::from(writer + 1) * 1_000.0;
        let own = order.iter().filter(|value| range.contains(value));
        assert!(
            own.is_sorted(),
            "appends of one caller that waited for each are out of order"
        );
    }
    order.sort_by(f64::total_cmp);
    let numbers = (0..20).flat_map(|writer| (0..40).map(move |number| writer * 1_000 + number));
    let expected: Vec<f64> = numbers.map(f64::from).collect();
    assert_eq!(order, expected);
}

async fn time_never_runs_back(log: &dyn Log, clock: &CityClock) {
    for secs in [2_000, 3_000, 2_500, 3_000, 4_000] {
        clock.advance(Timestamp::from_secs(secs));
        log.append(vec![reading(1)]).await.expect("appended");
    }
    let stamps: Vec<i64> = read_all(log)
        .await
        .iter()
        .map(|record| record.received_at.as_secs())
        .collect();
    assert_eq!(stamps, vec![2_000, 3_000, 3_000, 3_000, 4_000]);
}

async fn retention_drops_no_decision_no_alarm_and_nothing_that_is_not_archived(
    log: &dyn Log,
    clock: &CityClock,
) {
    for number in 0..MANY {
        let body = match number % 50 {
            7 => decision(number),
            8 => alarm(number),
            9 => window(number),
            _ => reading(number),
        };
        log.append(vec![body]).await.expect("appended");
    }
    let before = read_all(log).await;
    clock.advance(clock.now() + Duration::from_hours(400 * 24));
    log.append(vec![Body::Tick]).await.expect("appended");

    let shelf = Arc::new(Shelf::default());
    let archive = || Some(Arc::clone(&shelf) as Arc<dyn Archive>);
    log.retain(Position::START, archive())
        .await
        .expect("nothing to drop");
    assert_eq!(
        read_all(log).await[..before.len()],
        before,
        "a reader stands at the start"
    );

    let keep_from = before[before.len() / 2].position;
    shelf.refuse(true);
    drop(log.retain(keep_from, archive()).await);
    let input = |records: &[Record]| {
        let input = records.iter().filter(|r| r.body.class() == Class::Input);
        input.count()
    };
    assert_eq!(
        input(&read_all(log).await),
        input(&before) + 1,
        "input went although the archive refused it"
    );
    shelf.refuse(false);
    log.retain(keep_from, archive()).await.expect("retained");
    let after = read_all(log).await;
    for record in &before {
        let must_stay = record.position >= keep_from || record.body.class() >= Class::Alarm;
        assert!(
            !must_stay || after.contains(record),
            "dropped {record:?} although it must stay"
        );
        assert!(
            after.contains(record) || record.body.class() != Class::Input || shelf.holds(record),
            "dropped {record:?} although it is not archived"
        );
    }
    assert!(
        after[..after.len() - 1]
            .iter()
            .all(|record| before.contains(record)),
        "retention invented a record"
    );
    let appended = log.append(vec![reading(1)]).await.expect("appended");
    assert!(appended.first > after[after.len() - 1].position);
}

async fn read(log: &dyn Log, after: Position, limit: usize) -> Vec<Record> {
    log.read(after, limit)
        .await
        .expect("readable")
        .joined()
        .into_owned()
}

/// Everything, in steps of different sizes.
async fn read_all(log: &dyn Log) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for limit in [1, 2, 7, 100].into_iter().cycle() {
        let after = records.last().map_or(Position::START, |last| last.position);
        let chunk = read(log, after, limit).await;
        assert!(chunk.len() <= limit);
        if chunk.is_empty() {
            break;
        }
        records.extend(chunk);
    }
    assert!(records.is_sorted_by(|a, b| a.position < b.position));
    assert!(records.is_sorted_by_key(|record| record.received_at));
    records
}

fn value(record: &Record) -> f64 {
    match &record.body {
        Body::Reading(reading) => reading.values[0].value,
        other => panic!("{other:?} is not a reading"),
    }
}

/// An archive in memory, which can be made to refuse.
#[derive(Debug, Default)]
pub struct Shelf {
    parts: Mutex<BTreeMap<Position, Vec<Record>>>,
    refuses: AtomicBool,
}

impl Shelf {
    /// Refuses what comes from now on, or takes it again.
    pub fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::Release);
    }

    /// Whether it holds this record.
    pub fn holds(&self, record: &Record) -> bool {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.values().any(|part| part.contains(record))
    }
}

impl Archive for Shelf {
    fn keep(
        &self,
        first: Position,
        records: &mut dyn Iterator<Item = Result<Record, LogError>>,
    ) -> Result<(), LogError> {
        let part = records.collect::<Result<Vec<_>, _>>()?;
        if self.refuses.load(Ordering::Acquire) {
            return Err(LogError::Archive {
                first,
                detail: "the shelf refuses".into(),
            });
        }
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.insert(first, part);
        Ok(())
    }
}

/// A reading whose value is this number.
pub fn reading(number: u32) -> Body {
    Body::Reading(Reading {
        source: source(),
        thing: ThingId::new("station-1").expect("valid"),
        phenomenon_time: Timestamp::from_secs(i64::from(number)),
        values: [Measured {
            property: PropertyId::new("pm25").expect("valid"),
            value: f64::from(number),
            quality: Quality::Good,
        }]
        .into_iter()
        .collect(),
    })
}

/// A decision that carries this number.
pub fn decision(number: u32) -> Body {
    Body::Decision(Decision {
        person: None,
        seat: "1号席".into(),
        act: Act::Acknowledge {
            alarm: AlarmId::parse("0123456789abcdef0123456789abcdef").expect("valid"),
            note: number.to_string(),
            seen: None,
        },
    })
}

/// A window whose mean is this number.
pub fn window(number: u32) -> Body {
    let mean = f64::from(number);
    Body::Finding(Finding {
        cause: Position(1),
        ordinal: number,
        outcome: Outcome::Window(WindowResult {
            datastream: DatastreamId::parse("station-1:pm25").expect("valid"),
            start: Timestamp::from_secs(0),
            length: WindowLength::HOUR,
            hop: None,
            stage: Stage::Final,
            revision: 0,
            count: 1,
            expected: 1,
            mean,
            min: mean,
            max: mean,
            last: mean,
            std_dev: 0.0,
            quantiles: Vec::new(),
            before: None,
        }),
    })
}

/// An alarm whose value is this number.
pub fn alarm(number: u32) -> Body {
    let rule = RuleId::new("pm25-high").expect("valid");
    let subject = DatastreamId::parse("station-1:pm25").expect("valid");
    let at = Timestamp::from_secs(i64::from(number));
    let value = f64::from(number);
    Body::Finding(Finding {
        cause: Position(1),
        ordinal: number,
        outcome: Outcome::Alarm(AlarmEvent {
            alarm: AlarmId::of(&rule, &subject, &source(), at, value),
            change: AlarmChange::Raised,
            at,
            rule,
            rule_version: None,
            subject,
            key: None,
            level: Level::Orange,
            started: at,
            ended: None,
            value,
            extreme: value,
            threshold: 0.0,
            before: None,
            posture: None,
        }),
    })
}

fn source() -> SourceId {
    SourceId::new("mqtt").expect("valid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryLog;

    #[tokio::test]
    async fn the_log_in_memory_conforms() {
        run(async |clock| MemoryLog::new(clock)).await;
    }
}
