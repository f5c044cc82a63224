use proptest::prelude::*;
use yiping_model::{EventKind, PropertyId, Secret};

use super::*;

const MESSAGE: &str = r#"{"messageid":"m-1","mdsversion":"1.0","@timestamp":"2018-09-12T17:20:45.074Z",
    "place":{"id":"1","name":"endeavor","parkingSpot":{"id":"P1-PS-87","level":"P1"}},
    "sensor":{"id":"10_110_127_110_S1","type":"Camera"},
    "object":{"id":"^S10_^O1","speed":3.5,"vehicle":{"license":"浙H·12345","confidence":0.75},
        "face":{"age":30,"name":"somebody"},"signature":[1,2,2.1]},
    "event":{"id":"e-1","type":"parked"},"videoPath":"x"}"#;

fn mapping(secret: Option<&str>) -> DeepStreamMapping {
    let property = |id| PropertyId::new(id).expect("valid");
    let mapping = JsonMapping {
        rename: [
            ("speed".to_owned(), property("vehicle_speed")),
            ("confidence".to_owned(), property("confidence")),
        ]
        .into(),
        kinds: [(
            "parked".to_owned(),
            EventKind::new("vehicle").expect("valid"),
        )]
        .into(),
        ..JsonMapping::default()
    };
    let tokens = secret.map(|secret| TokenKey::new(Secret::from(secret.to_owned())));
    DeepStreamMapping::new(mapping, tokens)
}

fn only(text: &str, mapping: &DeepStreamMapping) -> (RawEvent, Withheld) {
    let decoded = decode(text.as_bytes(), mapping);
    assert_eq!(decoded.refusals, []);
    let [event] = <[RawEvent; 1]>::try_from(decoded.events).expect("one event");
    (event, decoded.withheld)
}

#[test]
fn a_message_is_a_detection_and_nobody_is_named_in_it() {
    let (event, withheld) = only(MESSAGE, &mapping(None));
    assert_eq!(event.thing.as_str(), "10_110_127_110_S1");
    assert_eq!(event.phenomenon_time.as_millis(), 1_536_772_845_074);
    assert_eq!(event.kind.as_str(), "vehicle");
    assert_eq!(event.key.as_ref().map(EventKey::as_str), Some("^S10_^O1"));
    assert_eq!(event.part.as_ref().map(EventKey::as_str), Some("P1-PS-87"));
    let values: Vec<(&str, f64)> = event
        .values
        .iter()
        .map(|value| (value.property.as_str(), value.value))
        .collect();
    assert_eq!(values, [("vehicle_speed", 3.5), ("confidence", 0.75)]);
    let expected = Withheld {
        tokens: 0,
        plates: 1,
        faces: 1,
        signatures: 1,
    };
    assert_eq!(withheld, expected);
    let told = format!("{event:?}");
    assert!(
        !told.contains("12345") && !told.contains("somebody"),
        "{told}"
    );
}

#[test]
fn with_a_secret_the_plate_is_a_token() {
    let (event, withheld) = only(MESSAGE, &mapping(Some("0123456789abcdef")));
    let key = event.key.expect("a token");
    assert!(key.as_str().starts_with("plate-"), "{key}");
    assert!(!key.as_str().contains("12345"));
    assert_eq!((withheld.tokens, withheld.plates), (1, 0));
    let unknown = MESSAGE.replace("浙H·12345", "UNKNOWN");
    let (event, withheld) = only(&unknown, &mapping(Some("0123456789abcdef")));
    assert_eq!(event.key.as_ref().map(EventKey::as_str), Some("^S10_^O1"));
    assert_eq!((withheld.tokens, withheld.plates), (0, 0));
}

#[test]
fn what_is_wrong_is_refused_by_its_name_and_never_quoted_with_a_plate() {
    for (from, to, reason) in [
        (r#""@timestamp":"#, r#""ts":"#, Reason::MissingField),
        (
            r#""2018-09-12T17:20:45.074Z""#,
            r#""soon""#,
            Reason::BadTime,
        ),
        (r#""sensor":"#, r#""camera":"#, Reason::MissingField),
        (
            r#""type":"parked""#,
            r#""kind":"parked""#,
            Reason::MissingField,
        ),
        (r#""id":"^S10_^O1""#, r#""id":"two words""#, Reason::BadId),
        (r#""speed":3.5"#, r#""speed":"fast""#, Reason::WrongType),
    ] {
        let decoded = decode(MESSAGE.replace(from, to).as_bytes(), &mapping(None));
        let reasons: Vec<Reason> = decoded.refusals.iter().map(|one| one.reason).collect();
        assert_eq!(reasons, [reason], "{from}");
        assert!(!decoded.refusals[0].detail.contains("12345"));
    }
    for text in ["", "7", "[1]", "{", "\u{feff}{}"] {
        assert_eq!(
            decode(text.as_bytes(), &mapping(None)).refusals.len(),
            1,
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _decoded = decode(&bytes, &mapping(None));
    }

    #[test]
    fn a_message_cut_anywhere_never_panics(at in 0..MESSAGE.len()) {
        let _decoded = decode(&MESSAGE.as_bytes()[..at], &mapping(None));
    }
}
