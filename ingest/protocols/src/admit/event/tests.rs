use std::collections::BTreeMap;
use std::sync::Arc;

use yiping_model::{
    Catalogue, EventKey, PropertyId, Quality, SourceId, Text, Thing, ThingId, Zone,
};

use super::super::{Limits, RawValue};
use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_772_323_200);

fn text() -> Text {
    Text {
        zh: "人群".into(),
        en: "crowd".into(),
    }
}

fn gate(unknown: Unknown) -> Gate {
    let people = PropertyId::new("people").expect("valid");
    let property = |id: &PropertyId| yiping_model::Property {
        id: id.clone(),
        title: text(),
        symbol: String::new(),
        unit: "1".into(),
        decimals: 0,
        valid: Some([0.0, 10_000.0]),
        period_secs: 60,
        windows: Vec::new(),
        quantiles: Vec::new(),
        cells: None,
        early: None,
    };
    let speed = PropertyId::new("speed").expect("valid");
    let camera = Thing {
        id: ThingId::new("cam").expect("valid"),
        name: text(),
        kind: "camera".into(),
        lon: 118.9,
        lat: 28.9,
        area: None,
        properties: Vec::new(),
        period_secs: None,
        parent: None,
        neighbour: None,
        limits: BTreeMap::new(),
    };
    let crowd = EventType {
        id: EventKind::new("crowd").expect("valid"),
        title: text(),
        properties: vec![people.clone()],
    };
    let catalogue = Catalogue {
        city: text(),
        zone: Zone::named("Asia/Shanghai").expect("built in"),
        areas: Vec::new(),
        properties: [people, speed]
            .into_iter()
            .map(|id| (id.clone(), property(&id)))
            .collect(),
        things: BTreeMap::from([(camera.id.clone(), camera)]),
        events: BTreeMap::from([(crowd.id.clone(), crowd)]),
    };
    let source = SourceId::new("test").expect("valid");
    Gate::new(source, Arc::new(catalogue), Limits::default(), unknown)
}

fn raw(thing: &str, kind: &str, values: &[(&str, f64)]) -> RawEvent {
    RawEvent {
        index: 2,
        thing: ThingId::new(thing).expect("valid"),
        phenomenon_time: NOW,
        kind: EventKind::new(kind).expect("valid"),
        key: EventKey::new("t-1").ok(),
        part: None,
        values: values
            .iter()
            .map(|&(property, value)| RawValue {
                property: PropertyId::new(property).expect("valid"),
                value,
            })
            .collect(),
    }
}

fn refused(admitted: &AdmittedEvent) -> Vec<(Disposition, Reason, u32)> {
    let refusals = admitted.refusals.iter();
    refusals
        .map(|refusal| (refusal.disposition, refusal.reason, refusal.items))
        .collect()
}

#[test]
fn an_event_of_a_known_thing_and_kind_counts_with_its_values() {
    let admitted =
        gate(Unknown::Quarantine).admit_event(raw("cam", "crowd", &[("people", 132.0)]), NOW);
    let event = admitted.event.as_ref().expect("admitted");
    assert_eq!(event.source.as_str(), "test");
    assert_eq!(event.key, EventKey::new("t-1").ok());
    assert_eq!(event.values[0].quality, Quality::Good);
    assert_eq!(refused(&admitted), []);
}

#[test]
fn what_nobody_knows_is_set_aside_by_its_name_or_counts() {
    for (thing, kind, reason) in [
        ("stranger", "crowd", Reason::UnknownThing),
        ("cam", "parade", Reason::UnknownKind),
    ] {
        let event = raw(thing, kind, &[("people", 1.0), ("speed", 1.0)]);
        let admitted = gate(Unknown::Quarantine).admit_event(event.clone(), NOW);
        assert_eq!(admitted.event, None);
        assert_eq!(refused(&admitted), [(Disposition::Quarantined, reason, 3)]);
        let admitted = gate(Unknown::Accept).admit_event(event, NOW);
        assert!(admitted.event.is_some_and(|event| event.values.len() == 2));
    }
}

#[test]
fn a_value_that_the_kind_does_not_tell_is_set_aside_and_the_event_counts() {
    let event = raw("cam", "crowd", &[("speed", 1.0), ("people", -1.0)]);
    let admitted = gate(Unknown::Quarantine).admit_event(event.clone(), NOW);
    assert_eq!(
        refused(&admitted),
        [(Disposition::Quarantined, Reason::UnknownProperty, 1)]
    );
    let event = admitted.event.expect("admitted");
    assert_eq!(event.values.len(), 1);
    assert_eq!(event.values[0].quality, Quality::OutOfRange);
}

#[test]
fn time_is_judged_as_for_readings() {
    for (offset_secs, reason) in [
        (301, Reason::TimeAhead),
        (-400 * 86_400 - 1, Reason::TimeBehind),
    ] {
        let event = RawEvent {
            phenomenon_time: Timestamp::from_secs(NOW.as_secs() + offset_secs),
            ..raw("cam", "crowd", &[("people", 1.0)])
        };
        let admitted = gate(Unknown::Accept).admit_event(event, NOW);
        assert_eq!(admitted.event, None);
        assert_eq!(refused(&admitted), [(Disposition::Rejected, reason, 2)]);
    }
}

#[test]
fn no_camera_calls_itself_a_cell() {
    let admitted = gate(Unknown::Accept).admit_event(raw("h3:8831aa", "crowd", &[]), NOW);
    assert_eq!(
        refused(&admitted),
        [(Disposition::Rejected, Reason::BadId, 1)]
    );
}
