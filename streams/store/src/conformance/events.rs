//! Events and derived values: the claims, and how they are defined.

use std::collections::{BTreeMap, BTreeSet};

use yiping_model::{
    Body, DerivedResult, Event, EventKey, EventKind, Finding, Outcome, Quality, SourceId, Timestamp,
};

use super::script::{datastream, measured, time};
use super::{Oracle, Place, Script, all_of, figures, told, values};
use crate::{EventQuery, History, Observation, PostgresSettings, Settings, Store, StoredEvent};

pub(crate) fn all_events() -> EventQuery {
    EventQuery {
        thing: None,
        kind: None,
        key: None,
        from: Timestamp::MIN,
        to: Timestamp::from_micros(i64::MAX),
        after: None,
        limit: 1_000,
    }
}

/// An event at `thing` with perhaps one value of `pm25`.
pub(crate) fn event(
    source: &str,
    thing: &str,
    kind: &str,
    key: Option<&str>,
    secs: i64,
    value: Option<f64>,
) -> Event {
    Event {
        source: SourceId::new(source).expect("valid"),
        thing: datastream(&format!("{thing}:x")).thing,
        phenomenon_time: time(secs),
        kind: EventKind::new(kind).expect("valid"),
        key: key.map(|key| EventKey::new(key).expect("valid")),
        part: key.map(|_| EventKey::new("东").expect("valid")),
        values: value
            .map(|value| measured("pm25", value, Quality::Good))
            .into_iter()
            .collect(),
    }
}

pub(crate) fn derived(id: &str, secs: i64, revision: u32, value: Option<f64>) -> Outcome {
    Outcome::Derived(DerivedResult {
        datastream: datastream(id),
        time: time(secs),
        value,
        inputs: 3,
        because: None,
        revision,
        before: None,
    })
}

impl Oracle<'_> {
    /// Each event once, as it came first.
    pub(super) fn events(&self, query: &EventQuery) -> Vec<StoredEvent> {
        let mut known = BTreeSet::new();
        let mut events: Vec<StoredEvent> = Vec::new();
        for record in self.records() {
            let Body::Event(event) = &record.body else {
                continue;
            };
            let identity = (
                event.source.clone(),
                event.thing.clone(),
                event.kind.clone(),
                event.key.clone(),
                event.part.clone(),
                event.phenomenon_time,
            );
            if known.insert(identity) {
                events.push(StoredEvent {
                    position: record.position,
                    received_at: record.received_at,
                    event: event.clone(),
                });
            }
        }
        events.sort_by_key(|row| (row.event.phenomenon_time, row.position));
        events.retain(|row| {
            let event = &row.event;
            query
                .thing
                .as_ref()
                .is_none_or(|thing| *thing == event.thing)
                && query.kind.as_ref().is_none_or(|kind| *kind == event.kind)
                && (query.key.is_none() || query.key == event.key)
                && (query.from..query.to).contains(&event.phenomenon_time)
                && query
                    .after
                    .is_none_or(|after| (event.phenomenon_time, row.position) > after)
        });
        events.truncate(query.limit);
        events
    }

    /// Of each time the last revision, where it says anything.
    pub(super) fn derived(&self, id: &yiping_model::DatastreamId) -> Vec<Observation> {
        let mut last: BTreeMap<Timestamp, (u32, Option<f64>, Timestamp)> = BTreeMap::new();
        for record in self.records() {
            let Body::Finding(Finding {
                outcome: Outcome::Derived(result),
                ..
            }) = &record.body
            else {
                continue;
            };
            if result.datastream != *id {
                continue;
            }
            let told = (result.revision, result.value, record.received_at);
            let kept = last.entry(result.time).or_insert(told);
            if told.0 >= kept.0 {
                *kept = told;
            }
        }
        let row = |(phenomenon_time, (_, value, received_at)): (
            Timestamp,
            (u32, Option<f64>, Timestamp),
        )| {
            Some(Observation {
                phenomenon_time,
                received_at,
                value: value?,
                quality: Quality::Good,
                source: SourceId::new("derived").expect("valid"),
            })
        };
        last.into_iter().filter_map(row).collect()
    }

    pub(super) async fn agree_on_events(&self, store: &impl History) {
        let events = self.events(&all_events());
        let half = events.get(events.len() / 2);
        let after = half.map(|row| (row.event.phenomenon_time, row.position));
        for query in [
            all_events(),
            EventQuery {
                thing: Some(datastream("a:x").thing),
                from: time(60),
                to: time(180),
                ..all_events()
            },
            EventQuery {
                kind: EventKind::new("crowd").ok(),
                limit: 2,
                ..all_events()
            },
            EventQuery {
                key: EventKey::new("t-1").ok(),
                after,
                ..all_events()
            },
        ] {
            let told = store.events(&query).await.expect("reads");
            super::oracle::same(&told, &self.events(&query), &query);
        }
    }
}

pub(crate) async fn an_event_counts_once_and_its_values_are_observations<P: Place>(place: &P) {
    let mut script = Script::new();
    for _again in 0..3 {
        script.event(event("mqtt", "a", "crowd", Some("t-1"), 1, Some(7.0)));
    }
    script.event(event("mqtt", "a", "crowd", Some("t-2"), 1, Some(7.0)));
    script.event(Event {
        part: EventKey::new("西").ok(),
        ..event("mqtt", "a", "crowd", Some("t-2"), 1, None)
    });
    script.event(event("mqtt", "a", "crowd", None, 1, None));
    script.event(event("mqtt", "a", "smoke", None, 1, None));
    script.event(event("http", "a", "smoke", None, 1, None));
    let store = told(place, &script, 2).await;
    let mqtt = figures(&store, "mqtt").await;
    // Five events and one value of them are new; two events and three values had come before.
    assert_eq!((mqtt.received, mqtt.accepted, mqtt.duplicate), (11, 6, 5));
    assert_eq!(values(&store, &all_of("a:pm25")).await, [7.0]);
    assert_eq!(store.events(&all_events()).await.expect("reads").len(), 6);
}

pub(crate) async fn events_are_paged_from_the_oldest<P: Place>(place: &P) {
    let mut script = Script::new();
    for secs in [5, 3, 3, 9, 1] {
        let key = script.records().len().to_string();
        script.event(event("mqtt", "a", "crowd", Some(&key), secs, None));
    }
    let store = told(place, &script, 2).await;
    let mut query = EventQuery {
        limit: 2,
        ..all_events()
    };
    let mut positions = Vec::new();
    loop {
        let page = store.events(&query).await.expect("reads");
        positions.extend(page.iter().map(|row| row.position.0));
        let Some(last) = page.last() else { break };
        query.after = Some((last.event.phenomenon_time, last.position));
    }
    assert_eq!(positions, [5, 2, 3, 1, 4]);
}

pub(crate) async fn late_events_are_counted_and_pruned_ones_are_gone<P: Place>(place: &P) {
    let mut script = Script::new();
    script.event(event("mqtt", "a", "crowd", None, 200, None));
    script.event(event("mqtt", "a", "crowd", None, 139, Some(1.0)));
    script.event(event("mqtt", "a", "crowd", None, 119, None));
    let store = told(place, &script, 1).await;
    assert_eq!(figures(&store, "mqtt").await.late, 3);
    store.prune(time(120)).await.expect("prunes");
    assert_eq!(store.events(&all_events()).await.expect("reads").len(), 2);
}

/// Only of backends that delete rows.
pub(crate) async fn events_are_pruned_a_slice_at_a_time<P: Place>(place: &P) {
    let settings = Settings {
        batch_records_max: 4,
        postgres: PostgresSettings {
            statement_rows_max: 4,
            ..PostgresSettings::default()
        },
        ..Settings::default()
    };
    let mut script = Script::new();
    for secs in 0..10 {
        script.event(event("mqtt", "a", "crowd", None, secs, Some(1.0)));
    }
    let store = place.open(&settings).await;
    store.apply(script.records()).await.expect("applies");
    let mut left = Vec::new();
    loop {
        let done = store.prune(time(120)).await.expect("prunes");
        left.push(store.events(&all_events()).await.expect("reads").len());
        if done {
            break;
        }
    }
    assert_eq!(left, [6, 2, 0]);
    assert!(values(&store, &all_of("a:pm25")).await.is_empty());
}

pub(crate) async fn the_last_revision_of_a_derived_value_is_its_datastreams_value<P: Place>(
    place: &P,
) {
    let mut script = Script::new();
    for (secs, revision, value) in [
        (0, 0, Some(5.0)),
        (60, 0, Some(6.0)),
        (120, 0, Some(7.0)),
        (60, 1, Some(-0.0)),
        (120, 1, None),
        (0, 1, None),
        (0, 2, Some(4.0)),
    ] {
        script.find(derived("a:pm25", secs, revision, value));
        script.advance(1);
    }
    for batch_records in [1, 3] {
        let settings = Settings::default();
        let store = place.open(&settings).await;
        for batch in script.records().chunks(batch_records) {
            store.apply(batch).await.expect("applies");
        }
        Oracle::new(&settings, script.records()).agree(&store).await;
        let latest = store.latest(&[datastream("a:pm25")]).await.expect("reads");
        let latest = latest[0].as_ref().expect("a value");
        assert_eq!(latest.value.to_bits(), (-0.0_f64).to_bits());
        assert_eq!(latest.phenomenon_time, time(60));
        assert_eq!(values(&store, &all_of("a:pm25")).await, [4.0, 0.0]);
    }
}

pub(crate) async fn derived_values_stand_among_observations_in_their_order<P: Place>(place: &P) {
    let mut script = Script::new();
    script.reading("mqtt", "a:pm25", 60, 1.0);
    script.find(derived("a:pm25", 60, 0, Some(0.5)));
    script.find(derived("a:pm25", 120, 0, Some(2.0)));
    script.reading("mqtt", "a:pm25", 90, 3.0);
    let store = told(place, &script, 3).await;
    assert_eq!(
        values(&store, &all_of("a:pm25")).await,
        [0.5, 1.0, 3.0, 2.0]
    );
}
