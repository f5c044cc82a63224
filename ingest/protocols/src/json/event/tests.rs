use proptest::prelude::*;
use yiping_model::{Measured, PropertyId, Quality, SourceId, ThingId, Timestamp};

use super::*;

fn read(form: EventForm, payload: &str) -> Decoded {
    let mapping = EventMapping::new(form, JsonMapping::default());
    decode(payload.as_bytes(), &mapping, None, 8)
}

fn only(decoded: Decoded) -> RawEvent {
    assert_eq!(decoded.refusals, []);
    let [event] = <[RawEvent; 1]>::try_from(decoded.events).expect("one event");
    event
}

#[test]
fn a_detection_tells_camera_time_kind_track_zone_and_values() {
    let event = only(read(
        EventForm::Detection,
        r#"{"id":"cam-07","ts":1772323200500,"kind":"crowd","track":"t-991","zone":"east","values":{"people":132,"confidence":0.93}}"#,
    ));
    assert_eq!(event.thing.as_str(), "cam-07");
    assert_eq!(event.phenomenon_time.as_millis(), 1_772_323_200_500);
    assert_eq!(event.kind.as_str(), "crowd");
    assert_eq!(event.key.as_ref().map(EventKey::as_str), Some("t-991"));
    assert_eq!(event.part.as_ref().map(EventKey::as_str), Some("east"));
    let values: Vec<(&str, f64)> = event
        .values
        .iter()
        .map(|value| (value.property.as_str(), value.value))
        .collect();
    assert_eq!(values, [("people", 132.0), ("confidence", 0.93)]);
}

#[test]
fn a_step_of_a_ticket_tells_hall_event_ticket_and_window() {
    let event = only(read(
        EventForm::Ticket,
        r#"{"id":"hall-kecheng","ts":"2026-03-01T08:00:00+08:00","event":"called","ticket":"A023","window":3}"#,
    ));
    assert_eq!(event.kind.as_str(), "called");
    assert_eq!(event.key.as_ref().map(EventKey::as_str), Some("A023"));
    assert_eq!(event.part.as_ref().map(EventKey::as_str), Some("3"));
    assert!(event.values.is_empty());
}

#[test]
fn what_may_be_absent_may_be_null_or_empty() {
    for rest in [
        "",
        r#","track":null,"zone":null,"values":null"#,
        r#","values":{}"#,
    ] {
        let text = format!(r#"{{"id":"c","ts":0,"kind":"crowd"{rest}}}"#);
        let event = only(read(EventForm::Detection, &text));
        assert_eq!((event.key, event.part), (None, None));
    }
}

#[test]
fn what_is_wrong_is_refused_by_its_name() {
    for (text, reason) in [
        ("7", Reason::WrongType),
        ("[]", Reason::MissingField),
        ("{", Reason::NotJson),
        (r#"{"ts":0,"kind":"crowd"}"#, Reason::MissingField),
        (r#"{"id":"c","kind":"crowd"}"#, Reason::MissingField),
        (r#"{"id":"c","ts":0}"#, Reason::MissingField),
        (r#"{"id":"c","ts":0,"kind":null}"#, Reason::WrongType),
        (r#"{"id":"c","ts":0,"kind":"two words"}"#, Reason::BadId),
        (r#"{"id":"c","ts":"soon","kind":"crowd"}"#, Reason::BadTime),
        (
            r#"{"id":"c","ts":0,"kind":"crowd","track":""}"#,
            Reason::BadId,
        ),
        (
            r#"{"id":"c","ts":0,"kind":"crowd","track":1.5}"#,
            Reason::WrongType,
        ),
        (
            r#"{"id":"c","ts":0,"kind":"crowd","track":{}}"#,
            Reason::WrongType,
        ),
        (
            r#"{"id":"c","ts":0,"kind":"crowd","values":[1]}"#,
            Reason::WrongType,
        ),
        (
            r#"{"id":"c","ts":0,"kind":"crowd","values":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1}}"#,
            Reason::TooManyValues,
        ),
    ] {
        let decoded = read(EventForm::Detection, text);
        assert_eq!(decoded.events, [], "{text}");
        let reasons: Vec<Reason> = decoded.refusals.iter().map(|one| one.reason).collect();
        assert_eq!(reasons, [reason], "{text}");
    }
}

#[test]
fn a_bad_value_is_refused_alone_and_the_event_counts() {
    let decoded = read(
        EventForm::Detection,
        r#"{"id":"c","ts":0,"kind":"crowd","values":{"people":"many","confidence":0.5}}"#,
    );
    assert_eq!(decoded.events.len(), 1);
    assert_eq!(decoded.events[0].values.len(), 1);
    assert_eq!(decoded.refusals[0].reason, Reason::WrongType);
}

#[test]
fn an_array_is_as_many_events_and_each_stands_for_itself() {
    let decoded = read(
        EventForm::Ticket,
        r#"[{"id":"h","ts":0,"event":"taken"},{"id":"h"},{"id":"h","ts":1,"event":"taken"}]"#,
    );
    let indices: Vec<u32> = decoded.events.iter().map(|event| event.index).collect();
    assert_eq!(indices, [0, 2]);
    assert_eq!(decoded.refusals[0].index, 1);
}

#[test]
fn a_mapping_says_where_other_forms_keep_the_same() {
    let mapping = JsonMapping {
        id: "topic:2".to_owned().try_into().expect("a place"),
        time: "/at".to_owned().try_into().expect("a pointer"),
        kinds: [("取号".to_owned(), EventKind::new("taken").expect("valid"))].into(),
        ..JsonMapping::default()
    };
    let mapping = EventMapping::new(EventForm::Ticket, mapping);
    let payload = r#"{"at":0,"event":"取号","ticket":1024}"#;
    let event = only(decode(payload.as_bytes(), &mapping, Some("hall/h-1"), 8));
    assert_eq!(event.thing.as_str(), "h-1");
    assert_eq!(event.kind.as_str(), "taken");
    assert_eq!(event.key.as_ref().map(EventKey::as_str), Some("1024"));
}

fn key() -> impl Strategy<Value = Option<EventKey>> {
    prop::option::of(
        "[A-Za-z0-9号\"\\\\-]{1,12}".prop_map(|text| EventKey::new(text).expect("valid")),
    )
}

proptest! {
    #[test]
    fn an_event_survives_its_plain_form(
        ticket in any::<bool>(), micros in -1_000_000_000_000_000_i64..2_000_000_000_000_000,
        key in key(), part in key(), values in prop::collection::vec(prop::num::f64::NORMAL, 0..4),
    ) {
        let form = if ticket { EventForm::Ticket } else { EventForm::Detection };
        let event = Event {
            source: SourceId::new("x").expect("valid"),
            thing: ThingId::new("厅-1").expect("valid"),
            phenomenon_time: Timestamp::from_micros(micros),
            kind: EventKind::new("taken").expect("valid"),
            key, part,
            values: values.iter().enumerate().map(|(at, &value)| Measured {
                property: PropertyId::new(format!("p{at}")).expect("valid"), value, quality: Quality::Good,
            }).collect(),
        };
        let mut text = Vec::new();
        encode(form, &event, &mut text);
        let text = String::from_utf8(text).expect("text");
        let read = only(read(form, &text));
        prop_assert_eq!(read.thing, event.thing);
        // A time finer than a millisecond is a fraction, whose last digit a float may miss.
        prop_assert!(read.phenomenon_time.micros_since(event.phenomenon_time).abs() <= 1);
        prop_assert_eq!(read.kind, event.kind);
        prop_assert_eq!(read.key, event.key);
        prop_assert_eq!(read.part, event.part);
        let values: Vec<f64> = read.values.iter().map(|value| value.value).collect();
        prop_assert_eq!(values, event.values.iter().map(|value| value.value).collect::<Vec<_>>());
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[\\[\\]{}\":,a-z0-9. -]{0,80}") {
        let _decoded = read(EventForm::Detection, &text);
    }
}
