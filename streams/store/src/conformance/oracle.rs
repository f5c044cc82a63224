//! History as it is defined, without any care for speed: every answer is worked out anew from all records.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use yiping_model::{
    Alarm, AlarmBook, AlarmState, Body, DatastreamId, Disposition, Event, Finding, IndexKind,
    IndexResult, Measured, Outcome, Position, Quality, RecallPoint, Record, SourceId, Stage,
    ThingId, Timestamp, WindowResult,
};

use super::script::{datastream, length, time};
use crate::{
    Aggregate, AggregateQuery, AggregateWidth, AlarmQuery, History, HopFilter, IndexQuery,
    Observation, ObservationQuery, Point, Recalled, Settings, SourceFigures, Store, WindowQuery,
};

const FROM: Timestamp = Timestamp::MIN;
const TO: Timestamp = Timestamp::from_micros(i64::MAX);

/// The definition.
#[derive(Debug)]
pub(crate) struct Oracle<'a> {
    settings: &'a Settings,
    records: &'a [Record],
}

/// All windows.
pub(crate) const fn all_windows() -> WindowQuery {
    WindowQuery {
        thing: None,
        property: None,
        length: None,
        hop: None,
        from: FROM,
        to: TO,
        limit: 1_000,
    }
}

/// Equal to the sign of a zero.
pub(super) fn same<T: Debug>(told: &T, expected: &T, question: &impl Debug) {
    assert_eq!(
        format!("{told:#?}"),
        format!("{expected:#?}"),
        "{question:?}"
    );
}

struct Heard<'a> {
    record: &'a Record,
    source: &'a SourceId,
    thing: &'a ThingId,
    at: Timestamp,
    /// `None` for an event itself.
    measured: Option<&'a Measured>,
    event: Option<&'a Event>,
    duplicate: bool,
    late: bool,
}

impl<'a> Oracle<'a> {
    pub(crate) const fn new(settings: &'a Settings, records: &'a [Record]) -> Self {
        Self { settings, records }
    }

    /// Demands that the store gives the same answers.
    pub(crate) async fn agree(&self, store: &(impl Store + History)) {
        let position = self
            .records
            .last()
            .map_or(Position::START, |record| record.position);
        assert_eq!(store.position().await.expect("reads"), position);
        store.refresh(time(1_000_000)).await.expect("works out");
        let sources = store.sources().await.expect("reads");
        same(&sources, &self.sources(), &"sources");
        self.agree_on_observations(store).await;
        self.agree_on_latest(store).await;
        self.agree_on_aggregates(store).await;
        self.agree_on_windows(store).await;
        self.agree_on_indices(store).await;
        self.agree_on_alarms(store).await;
        self.agree_on_rejects(store).await;
        self.agree_on_events(store).await;
    }

    pub(super) const fn settings(&self) -> &'a Settings {
        self.settings
    }

    pub(super) const fn records(&self) -> &'a [Record] {
        self.records
    }

    async fn agree_on_observations(&self, store: &impl History) {
        let heard = self.heard();
        let mut heard: BTreeSet<DatastreamId> =
            heard.iter().filter_map(Heard::datastream).collect();
        heard.extend(self.outcomes().filter_map(|outcome| match outcome {
            Outcome::Derived(result) => Some(result.datastream.clone()),
            _ => None,
        }));
        for datastream in heard {
            for (from, to, limit) in [
                (FROM, TO, 10_000),
                (FROM, TO, 2),
                (time(60), time(180), 10_000),
                (time(60), time(180), 1),
            ] {
                let query = ObservationQuery {
                    datastream: datastream.clone(),
                    from,
                    to,
                    limit,
                };
                let expected = self.observations(&query);
                let told = store.observations(&query).await.expect("reads");
                same(&told, &expected, &query);
                let told = store.series(&query).await.expect("reads");
                let points: Vec<Point> = expected.iter().map(point).collect();
                same(&told, &points, &query);
                let told = store.recall(&query).await.expect("reads");
                self.agree_on_recall(&told, &query);
            }
        }
    }

    fn agree_on_recall(&self, told: &Recalled, query: &ObservationQuery) {
        let last = self.records.last();
        let position = last.map_or(Position::START, |record| record.position);
        assert_eq!(told.as_of, position);
        let all = ObservationQuery {
            limit: usize::MAX,
            ..query.clone()
        };
        let expected: Vec<_> = self
            .observed(&all)
            .into_iter()
            .filter(|row| row.quality == Quality::Good)
            .take(query.limit)
            .map(|row| (row.phenomenon_time, row.value, row.source, row.received_at))
            .collect();
        let source = |point: &RecallPoint| told.sources[point.source as usize].clone();
        let told: Vec<_> = told
            .points
            .iter()
            .map(|point| (point.time, point.value, source(point), point.received_at))
            .collect();
        same(&told, &expected, query);
    }

    async fn agree_on_latest(&self, store: &impl History) {
        let asked = ["站-b:pm25", "nowhere:pm25", "a:pm10", "a:pm25", "a:pm10"].map(datastream);
        let expected: Vec<Option<Observation>> = asked
            .iter()
            .map(|datastream| {
                let all = ObservationQuery {
                    datastream: datastream.clone(),
                    from: FROM,
                    to: TO,
                    limit: usize::MAX,
                };
                self.observations(&all).pop()
            })
            .collect();
        let told = store.latest(&asked).await.expect("reads");
        same(&told, &expected, &"latest");
        assert!(store.latest(&[]).await.expect("reads").is_empty());
    }

    pub(crate) async fn agree_on_aggregates(&self, store: &impl History) {
        for id in ["a:pm25", "a:pm10"] {
            for width in [AggregateWidth::Hour, AggregateWidth::Day] {
                for (from, to, limit) in [
                    (FROM, TO, 1_000),
                    (FROM, TO, 1),
                    (time(120), time(7_200), 1_000),
                    (time(-86_400), time(121), 1_000),
                ] {
                    let query = AggregateQuery {
                        datastream: datastream(id),
                        width,
                        from,
                        to,
                        limit,
                    };
                    let told = store.aggregates(&query).await.expect("reads");
                    let expected = self.aggregates(&query);
                    let equal = told.len() == expected.len()
                        && told.iter().zip(&expected).all(|(a, b)| near(a, b));
                    assert!(equal, "{told:#?} is not {expected:#?} for {query:?}");
                }
            }
        }
    }

    async fn agree_on_windows(&self, store: &impl History) {
        let subject = datastream("a:pm25");
        for thing in [None, Some(subject.thing)] {
            for property in [None, Some(subject.property.clone())] {
                for (length, hop) in [
                    (None, None),
                    (Some(length(3_600)), None),
                    (None, Some(HopFilter::Tumbling)),
                    (Some(length(3_600)), Some(HopFilter::Every(length(60)))),
                ] {
                    for (from, to, limit) in [(FROM, TO, 1_000), (time(0), time(60), 2)] {
                        let query = WindowQuery {
                            thing: thing.clone(),
                            property: property.clone(),
                            length,
                            hop,
                            from,
                            to,
                            limit,
                        };
                        let told = store.windows(&query).await.expect("reads");
                        same(&told, &self.windows(&query), &query);
                    }
                }
            }
        }
    }

    async fn agree_on_indices(&self, store: &impl History) {
        let a = ThingId::new("a").expect("valid");
        for thing in [None, Some(a)] {
            for kind in [None, Some(IndexKind::AqiDaily)] {
                for (from, to, limit) in [(FROM, TO, 1_000), (time(0), time(60), 1)] {
                    let query = IndexQuery {
                        thing: thing.clone(),
                        kind,
                        from,
                        to,
                        limit,
                    };
                    let told = store.indices(&query).await.expect("reads");
                    same(&told, &self.indices(&query), &query);
                }
            }
        }
    }

    /// Demands the same alarms.
    pub(crate) async fn agree_on_alarms(&self, store: &impl History) {
        let alarms = self.alarms_ever();
        for state in [
            None,
            Some(AlarmState::Unacknowledged),
            Some(AlarmState::Acknowledged),
            Some(AlarmState::ReturnedUnacknowledged),
            Some(AlarmState::Normal),
        ] {
            for (from, to, limit) in [(FROM, TO, 10_000), (time(0), time(30), 2)] {
                let query = AlarmQuery {
                    state,
                    from,
                    to,
                    limit,
                };
                let told = store.alarms(&query).await.expect("reads");
                same(&told, &answer(&alarms, &query), &query);
            }
        }
    }

    fn heard(&self) -> Vec<Heard<'a>> {
        let mut heard: Vec<Heard<'a>> = Vec::new();
        let mut latest: BTreeMap<&ThingId, Timestamp> = BTreeMap::new();
        for record in self.records {
            let (source, thing, at, event, values) = match &record.body {
                Body::Reading(reading) => {
                    let at = reading.phenomenon_time;
                    (&reading.source, &reading.thing, at, None, &reading.values)
                }
                Body::Event(event) => {
                    let at = event.phenomenon_time;
                    (&event.source, &event.thing, at, Some(event), &event.values)
                }
                _ => continue,
            };
            let late = latest
                .get(thing)
                .is_some_and(|&latest| at < latest - self.settings.lateness());
            let itself = event.map(|event| (None, Some(event)));
            let values = values.iter().map(|measured| (Some(measured), None));
            for (measured, event) in itself.into_iter().chain(values) {
                let mut new = Heard {
                    record,
                    source,
                    thing,
                    at,
                    measured,
                    event,
                    duplicate: false,
                    late,
                };
                new.duplicate = heard.iter().any(|old| old.identity() == new.identity());
                heard.push(new);
            }
            let latest = latest.entry(thing).or_insert(at);
            *latest = at.max(*latest);
        }
        heard
    }

    fn sources(&self) -> Vec<SourceFigures> {
        let mut sources: BTreeMap<&SourceId, SourceFigures> = BTreeMap::new();
        for record in self.records {
            let Some(source) = source_of(record) else {
                continue;
            };
            let figures = sources.entry(source).or_insert_with(|| SourceFigures {
                source: source.clone(),
                received: 0,
                accepted: 0,
                duplicate: 0,
                quarantined: 0,
                rejected: 0,
                late: 0,
                last_received_at: record.received_at,
            });
            figures.last_received_at = record.received_at;
            if let Body::Reject(reject) = &record.body {
                figures.received += u64::from(reject.items);
                match reject.disposition {
                    Disposition::Quarantined => figures.quarantined += u64::from(reject.items),
                    Disposition::Rejected => figures.rejected += u64::from(reject.items),
                }
            }
        }
        for heard in self.heard() {
            let figures = sources.get_mut(heard.source).expect("noted above");
            figures.received += 1;
            figures.duplicate += u64::from(heard.duplicate);
            figures.accepted += u64::from(!heard.duplicate);
            figures.late += u64::from(!heard.duplicate && heard.late);
        }
        sources.into_values().collect()
    }

    /// Equal times are ordered by value, equal values by the source that was heard first.
    fn observed(&self, query: &ObservationQuery) -> Vec<Observation> {
        let sources: Vec<&SourceId> = self.records.iter().filter_map(source_of).collect();
        let rank = |source: &SourceId| sources.iter().position(|heard| *heard == source);
        let mut rows: Vec<Observation> = self
            .heard()
            .iter()
            .filter(|heard| !heard.duplicate)
            .filter(|heard| heard.datastream().as_ref() == Some(&query.datastream))
            .filter_map(|heard| {
                let measured = heard.measured?;
                Some(Observation {
                    phenomenon_time: heard.at,
                    received_at: heard.record.received_at,
                    value: measured.value,
                    quality: measured.quality,
                    source: heard.source.clone(),
                })
            })
            .filter(|row| query.from <= row.phenomenon_time && row.phenomenon_time < query.to)
            .collect();
        rows.sort_by(|a, b| {
            a.phenomenon_time
                .cmp(&b.phenomenon_time)
                .then(a.value.total_cmp(&b.value))
                .then(rank(&a.source).cmp(&rank(&b.source)))
        });
        rows
    }

    /// The same with what was derived, which comes after what was observed at the same time and value.
    fn observations(&self, query: &ObservationQuery) -> Vec<Observation> {
        let mut rows = self.observed(query);
        let derived = self.derived(&query.datastream).into_iter();
        rows.extend(
            derived
                .filter(|row| query.from <= row.phenomenon_time && row.phenomenon_time < query.to),
        );
        rows.sort_by(|a, b| {
            let by_time = a.phenomenon_time.cmp(&b.phenomenon_time);
            by_time.then(a.value.total_cmp(&b.value))
        });
        rows.truncate(query.limit);
        rows
    }

    /// Equal starts are ordered by datastream, then length, then hop.
    fn windows(&self, query: &WindowQuery) -> Vec<WindowResult> {
        let mut last: BTreeMap<_, &WindowResult> = BTreeMap::new();
        for outcome in self.outcomes() {
            if let Outcome::Window(window) = outcome {
                let key = (window.start, &window.datastream, window.length, window.hop);
                let kept = last.entry(key).or_insert(window);
                if (window.revision, window.stage) >= (kept.revision, kept.stage) {
                    *kept = window;
                }
            }
        }
        let asked = |window: &&WindowResult| {
            let id = &window.datastream;
            let hop = match query.hop {
                None => true,
                Some(HopFilter::Tumbling) => window.hop.is_none(),
                Some(HopFilter::Every(hop)) => window.hop == Some(hop),
            };
            query.thing.as_ref().is_none_or(|thing| *thing == id.thing)
                && query
                    .property
                    .as_ref()
                    .is_none_or(|property| *property == id.property)
                && query.length.is_none_or(|length| length == window.length)
                && hop
                && (query.from..query.to).contains(&window.start)
        };
        last.into_values()
            .filter(asked)
            .take(query.limit)
            .cloned()
            .collect()
    }

    /// Hours and days begin in Shanghai, eight hours before those of UTC.
    fn aggregates(&self, query: &AggregateQuery) -> Vec<Aggregate> {
        let secs = match query.width {
            AggregateWidth::Hour => 3_600,
            AggregateWidth::Day => 86_400,
        };
        let minutes = self.windows(&WindowQuery {
            thing: Some(query.datastream.thing.clone()),
            property: Some(query.datastream.property.clone()),
            length: Some(length(60)),
            hop: Some(HopFilter::Tumbling),
            limit: usize::MAX,
            ..all_windows()
        });
        let mut stretches: BTreeMap<i64, Vec<WindowResult>> = BTreeMap::new();
        for minute in minutes {
            let local = minute.start.as_secs() + 28_800;
            let start = local - local.rem_euclid(secs) - 28_800;
            if minute.stage == Stage::Final && minute.count > 0 {
                stretches.entry(start).or_default().push(minute);
            }
        }
        let count = |minutes: &[WindowResult]| -> u64 {
            minutes.iter().map(|minute| u64::from(minute.count)).sum()
        };
        stretches
            .into_iter()
            .map(|(start, minutes)| Aggregate {
                start: Timestamp::from_secs(start),
                count: count(&minutes),
                mean: minutes
                    .iter()
                    .map(|minute| minute.mean * f64::from(minute.count) / count(&minutes) as f64)
                    .sum(),
                min: minutes.iter().map(|m| m.min).fold(f64::INFINITY, f64::min),
                max: minutes
                    .iter()
                    .map(|m| m.max)
                    .fold(f64::NEG_INFINITY, f64::max),
            })
            .filter(|row| (query.from..query.to).contains(&row.start))
            .take(query.limit)
            .collect()
    }

    /// Equal starts are ordered by thing, then by the name of the report.
    fn indices(&self, query: &IndexQuery) -> Vec<IndexResult> {
        let mut last: BTreeMap<_, &IndexResult> = BTreeMap::new();
        for outcome in self.outcomes() {
            if let Outcome::Index(index) = outcome {
                let kind = serde_json::to_string(&index.kind).expect("a name");
                let kept = last
                    .entry((index.start, &index.thing, kind))
                    .or_insert(index);
                if index.revision >= kept.revision {
                    *kept = index;
                }
            }
        }
        let asked = |index: &&IndexResult| {
            query
                .thing
                .as_ref()
                .is_none_or(|thing| *thing == index.thing)
                && query.kind.is_none_or(|kind| kind == index.kind)
                && (query.from..query.to).contains(&index.start)
        };
        last.into_values()
            .filter(asked)
            .take(query.limit)
            .cloned()
            .collect()
    }

    /// Every alarm as the book last gave it, the newest first, equal times by id.
    fn alarms_ever(&self) -> Vec<Alarm> {
        let mut book = AlarmBook::default();
        let mut alarms = BTreeMap::new();
        for record in self.records {
            if let Some(alarm) = book.apply(record) {
                alarms.insert(alarm.event.alarm.clone(), alarm);
            }
        }
        let mut alarms: Vec<Alarm> = alarms.into_values().collect();
        alarms.sort_by_key(|alarm| Reverse(alarm.raised_at));
        alarms
    }

    fn outcomes(&self) -> impl Iterator<Item = &'a Outcome> {
        self.records.iter().filter_map(|record| match &record.body {
            Body::Finding(Finding { outcome, .. }) => Some(outcome),
            _ => None,
        })
    }
}

/// The door through which a record came; `None` for what the program itself or a person said.
fn source_of(record: &Record) -> Option<&SourceId> {
    match &record.body {
        Body::Reading(reading) => Some(&reading.source),
        Body::Event(event) => Some(&event.source),
        Body::Reject(reject) => Some(&reject.source),
        _ => None,
    }
}

fn point(row: &Observation) -> Point {
    Point {
        phenomenon_time: row.phenomenon_time,
        value: row.value,
    }
}

/// Equal but for the rounding of sums taken in another order.
fn near(a: &Aggregate, b: &Aggregate) -> bool {
    let scale = a.min.abs().max(a.max.abs());
    (a.start, a.count, a.min, a.max) == (b.start, b.count, b.min, b.max)
        && (a.mean - b.mean).abs() <= 1e-9 * scale
}

fn answer(alarms: &[Alarm], query: &AlarmQuery) -> Vec<Alarm> {
    alarms
        .iter()
        .filter(|alarm| query.state.is_none_or(|state| state == alarm.state()))
        .filter(|alarm| (query.from..query.to).contains(&alarm.raised_at))
        .take(query.limit)
        .cloned()
        .collect()
}

impl Heard<'_> {
    fn datastream(&self) -> Option<DatastreamId> {
        Some(DatastreamId {
            thing: self.thing.clone(),
            property: self.measured?.property.clone(),
        })
    }

    fn identity(&self) -> impl PartialEq {
        let event = self
            .event
            .map(|event| (&event.kind, event.key.as_ref(), event.part.as_ref()));
        let value = self.measured.map(|measured| measured.value.to_bits());
        (
            self.source,
            self.thing,
            self.at,
            self.datastream(),
            value,
            event,
        )
    }
}
