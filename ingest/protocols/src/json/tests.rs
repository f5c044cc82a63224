use proptest::prelude::*;
use yiping_model::{Measured, Quality, Reading, SourceId};

use super::*;

const VALUES_MAX: usize = 256;

const TOPIC: Option<&str> = Some("city/air/station-7");

/// Decodes by the careful way, and holds the short way to it.
fn decoded(payload: &[u8], mapping: &JsonMapping, values_max: usize) -> Decoded {
    let careful = decode(payload, mapping, TOPIC, values_max);
    if let Some(reading) = decode_plain(payload, mapping, TOPIC, values_max) {
        let short = Decoded {
            readings: vec![reading],
            ..Decoded::default()
        };
        assert_eq!(short, careful, "{}", String::from_utf8_lossy(payload));
    }
    careful
}

fn plain(payload: impl AsRef<[u8]>) -> Decoded {
    decoded(payload.as_ref(), &JsonMapping::default(), VALUES_MAX)
}

fn mapped(payload: &str, mapping: &str) -> Decoded {
    let mapping: JsonMapping = toml::from_str(mapping).expect("a valid mapping");
    decoded(payload.as_bytes(), &mapping, VALUES_MAX)
}

fn only(decoded: &Decoded) -> (Reason, Option<u32>) {
    assert!(decoded.readings.is_empty(), "{decoded:?}");
    assert_eq!(decoded.refusals.len(), 1, "{decoded:?}");
    (decoded.refusals[0].reason, decoded.refusals[0].offset)
}

fn values(decoded: &Decoded) -> Vec<(&str, f64)> {
    decoded
        .readings
        .iter()
        .flat_map(|reading| &reading.values)
        .map(|value| (value.property.as_str(), value.value))
        .collect()
}

#[test]
fn a_message_is_one_reading() {
    let decoded = plain(r#"{"id":"站点-7","ts":1772323200000,"metrics":{"pm25":12.5,"pm10":30}}"#);
    assert_eq!(decoded.refusals, []);
    let reading = &decoded.readings[0];
    assert_eq!(reading.thing.as_str(), "站点-7");
    assert_eq!(reading.phenomenon_time, Timestamp::from_secs(1_772_323_200));
    assert_eq!(values(&decoded), [("pm25", 12.5), ("pm10", 30.0)]);
}

#[test]
fn a_time_is_epoch_milliseconds_or_a_text_with_an_offset() {
    for (ts, micros) in [
        ("1772323200000", 1_772_323_200_000_000),
        ("1772323200000.5", 1_772_323_200_000_500),
        ("1.7723232e12", 1_772_323_200_000_000),
        ("\"2026-03-01T08:00:00+08:00\"", 1_772_323_200_000_000),
        ("-1", -1_000),
    ] {
        let decoded = plain(format!(r#"{{"id":"a","ts":{ts},"metrics":{{"x":1}}}}"#));
        assert_eq!(
            decoded.readings[0].phenomenon_time,
            Timestamp::from_micros(micros),
            "{ts}"
        );
    }
    for (ts, reason) in [
        ("\"2026-03-01T08:00:00\"", Reason::BadTime),
        ("\"yesterday\"", Reason::BadTime),
        ("1e300", Reason::BadTime),
        ("99999999999999999999", Reason::BadTime),
        ("9223372036854775807", Reason::BadTime),
        ("null", Reason::WrongType),
        ("{}", Reason::WrongType),
    ] {
        let decoded = plain(format!(
            r#"{{"id":"a","ts":{ts},"metrics":{{"x":1,"y":2}}}}"#
        ));
        assert_eq!(only(&decoded), (reason, Some(15)), "{ts}");
        assert_eq!(decoded.refusals[0].items, 2);
    }
}

#[test]
fn a_bad_metric_is_refused_alone() {
    for (bad, reason) in [
        ("\"12\"", Reason::WrongType),
        ("null", Reason::WrongType),
        ("true", Reason::WrongType),
        ("{\"v\":1}", Reason::WrongType),
        ("[1]", Reason::WrongType),
        ("\"NaN\"", Reason::NotFinite),
        ("\"-Infinity\"", Reason::NotFinite),
        ("1e999", Reason::NotFinite),
        ("-1e999", Reason::NotFinite),
    ] {
        let decoded = plain(format!(
            r#"{{"id":"a","ts":0,"metrics":{{"x":1,"bad":{bad},"y":2}}}}"#
        ));
        assert_eq!(values(&decoded), [("x", 1.0), ("y", 2.0)], "{bad}");
        assert_eq!(decoded.refusals.len(), 1);
        assert_eq!(decoded.refusals[0].reason, reason, "{bad}");
        assert_eq!(decoded.refusals[0].offset, Some(40), "{bad}");
    }
}

#[test]
fn what_is_not_one_whole_json_text_is_refused_by_name_and_place() {
    for (payload, reason, offset) in [
        (&b""[..], Reason::NotJson, 0),
        (b"  \n", Reason::NotJson, 0),
        (b"\xef\xbb\xbf{}", Reason::NotJson, 0),
        (b"{\"id\":\"a\xff\"}", Reason::NotText, 8),
        (b"\x00\x01\x02", Reason::NotJson, 0),
        (b"{\"id\":\"a\",", Reason::NotJson, 9),
        (b"{\"id\":\"a\"}{}", Reason::NotJson, 10),
        (b"{\n \"x\": NaN}", Reason::NotJson, 8),
        (b"[{},", Reason::NotJson, 3),
        (b"[]", Reason::MissingField, 0),
        (b"42", Reason::WrongType, 0),
        (b" [7]", Reason::WrongType, 2),
        (b"{}", Reason::MissingField, 0),
        (b"{\"metrics\":{}}", Reason::MissingField, 11),
        (b"{\"metrics\":[1]}", Reason::WrongType, 11),
        (b"{\"metrics\":{\"x\":1}}", Reason::MissingField, 0),
        (b"{\"id\":7,\"metrics\":{\"x\":1}}", Reason::WrongType, 6),
        (b"{\"id\":\"\",\"metrics\":{\"x\":1}}", Reason::BadId, 6),
        (b"{\"id\":\"a/b\",\"metrics\":{\"x\":1}}", Reason::BadId, 6),
        (
            b"{\"id\":\"\\ud800\",\"metrics\":{\"x\":1}}",
            Reason::NotJson,
            6,
        ),
    ] {
        let text = String::from_utf8_lossy(payload);
        assert_eq!(only(&plain(payload)), (reason, Some(offset)), "{text}");
    }
}

#[test]
fn depth_and_size_cost_no_stack() {
    let depth = 500_000;
    let bomb = "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(only(&plain(&bomb)).0, Reason::WrongType);
    assert_eq!(only(&plain("{\"a\":".repeat(depth))).0, Reason::NotJson);
    let decoded = plain(format!(
        r#"{{"id":"a","ts":0,"metrics":{{"x":1,"bomb":{bomb}}}}}"#
    ));
    assert_eq!(values(&decoded), [("x", 1.0)]);
    assert_eq!(decoded.refusals[0].reason, Reason::WrongType);
}

#[test]
fn a_flood_of_refusals_is_summed_up() {
    let decoded = plain(format!("[{}7]", "7,".repeat(99_999)));
    assert_eq!(decoded.refusals.len(), crate::REFUSALS_MAX + 1);
    let items: u32 = decoded.refusals.iter().map(|refusal| refusal.items).sum();
    assert_eq!(items, 100_000);
}

#[test]
fn the_messages_of_an_array_stand_for_themselves() {
    let decoded =
        plain(r#"[{"id":"a","ts":0,"metrics":{"x":1}}, 7, {"id":"b","ts":0,"metrics":{"x":2}}]"#);
    let indices: Vec<u32> = decoded
        .readings
        .iter()
        .map(|reading| reading.index)
        .collect();
    assert_eq!(indices, [0, 2]);
    assert_eq!(decoded.refusals[0].index, 1);
}

#[test]
fn of_equal_names_the_last_counts_even_when_it_is_bad() {
    let decoded = plain(r#"{"id":"a","id":"b","ts":0,"metrics":{"x":1,"x":2,"y":3,"y":null}}"#);
    assert_eq!(decoded.readings[0].thing.as_str(), "b");
    assert_eq!(values(&decoded), [("x", 2.0)]);
    assert_eq!(decoded.refusals.len(), 1);
}

#[test]
fn too_many_metrics_are_refused_together() {
    let metrics: Vec<String> = (0..=VALUES_MAX).map(|at| format!("\"m{at}\":1")).collect();
    let decoded = plain(format!(
        r#"{{"id":"a","ts":0,"metrics":{{{}}}}}"#,
        metrics.join(",")
    ));
    assert_eq!(only(&decoded).0, Reason::TooManyValues);
    assert_eq!(decoded.refusals[0].items, 257);
}

#[test]
fn a_mapping_reads_another_form() {
    let decoded = mapped(
        r#"{"head":{"t":"2026-03-01T08:00:00+08:00"},"data":[{"PM2.5(ug)":7,"CO":700}]}"#,
        r#"
        id = "topic:3"
        time = "/head/t"
        metrics = "/data/0"
        rename = { "PM2.5(ug)" = "pm25", CO = "co" }
        scale = { CO = 0.001 }
        "#,
    );
    assert_eq!(decoded.refusals, []);
    assert_eq!(decoded.readings[0].thing.as_str(), "station-7");
    assert_eq!(values(&decoded), [("pm25", 7.0), ("co", 0.7)]);
}

#[test]
fn a_flat_message_is_its_own_metrics() {
    let decoded = mapped(
        r#"{"dev":"a","t":0,"x":1,"y":2}"#,
        "id = \"/dev\"\ntime = \"/t\"\nmetrics = \"\"",
    );
    assert_eq!(values(&decoded), [("x", 1.0), ("y", 2.0)]);
}

#[test]
fn a_topic_without_that_level_gives_no_id() {
    let decoded = mapped(r#"{"ts":0,"metrics":{"x":1}}"#, "id = \"topic:9\"");
    assert_eq!(only(&decoded), (Reason::MissingField, None));
}

#[test]
fn a_mapping_that_says_no_place_is_refused() {
    for text in [
        "id = \"id\"",
        "id = \"topic:0\"",
        "id = \"\"",
        "time = \"ts\"",
        "metric = \"/m\"",
    ] {
        assert!(toml::from_str::<JsonMapping>(text).is_err(), "{text}");
    }
    let mapping = JsonMapping::default();
    let text = toml::to_string(&mapping).expect("has a TOML form");
    assert_eq!(
        toml::from_str::<JsonMapping>(&text).expect("its own text"),
        mapping
    );
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("1e999".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(|number| format!("{number:e}")),
        "[a-z\\\\\"/衢\u{0}]{0,6}".prop_map(|text| serde_json::to_string(&text).expect("a text")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let name = prop::sample::select(vec!["id", "ts", "metrics", "x", "a b", "\\u0069d"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name, inner), 0..5).prop_map(|members| {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("\"{name}\": {value}"))
                    .collect();
                format!("{{{}}}", members.join(", "))
            }),
        ]
    })
}

/// A message in which anything may be doubled, missing or odd, and most are not.
fn nearly_plain() -> impl Strategy<Value = String> {
    let number = prop::sample::select(vec![
        "1",
        "-0",
        "0",
        "12.50",
        "1e3",
        "-7",
        "1772323200000",
        "18446744073709551615",
        "1e308",
        "1e999",
        "0.1",
        "123456789012345678901234567890",
        "\"1\"",
        "null",
        "NaN",
        "01",
        "{}",
    ]);
    let name = prop::sample::select(vec!["pm25", "so2", "pm\\u0032", "流", "a b", ""]);
    let metrics = prop::collection::vec((name, number.clone()), 0..4).prop_map(|members| {
        let members = members
            .iter()
            .map(|(name, number)| format!("\"{name}\":{number}"));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    });
    let id = prop::sample::select(vec![
        "\"s1\"",
        "\"站-7\"",
        "\"s\\u0031\"",
        "\"\"",
        "7",
        "\"a b\"",
    ]);
    let member = prop_oneof![
        4 => id.prop_map(|id| format!("\"id\":{id}")),
        4 => number.prop_map(|ts| format!("\"ts\":{ts}")),
        4 => metrics.prop_map(|metrics| format!("\"metrics\":{metrics}")),
        1 => Just("\"x\":[1,{\"y\":null}]".to_owned()),
    ];
    let tail = prop::sample::select(vec!["", "", " ", "x", "{}"]);
    (prop::collection::vec(member, 1..5), tail)
        .prop_map(|(members, tail)| format!("{{{}}}{tail}", members.join(",")))
}

#[test]
fn the_short_way_takes_every_faultless_message_of_the_plain_form() {
    for payload in [
        r#"{"id":"s00042","ts":1700000000000,"metrics":{"temp":44.03,"hum":37.6,"pm25":14.0}}"#,
        r#" { "metrics" : { "temp" : -1 } , "x" : [ {} ], "ts" : 0.5 , "id" : "站" } "#,
    ] {
        let read = decode_plain(payload.as_bytes(), &JsonMapping::default(), TOPIC, 3);
        assert!(read.is_some(), "{payload}");
        assert_eq!(
            decoded(payload.as_bytes(), &JsonMapping::default(), 3)
                .readings
                .len(),
            1
        );
    }
}

#[test]
fn the_short_way_knows_renaming_scaling_and_ids_in_the_topic() {
    let mapping: JsonMapping = toml::from_str(
        "id = \"topic:3\"\ntime = \"/t\"\nrename = { PM = \"pm25\" }\nscale = { PM = 0.001 }",
    )
    .expect("valid");
    let payload = br#"{"t":1,"metrics":{"PM":700}}"#;
    let read = decode_plain(payload, &mapping, TOPIC, 8).expect("plain");
    assert_eq!(
        (read.thing.as_str(), read.values[0].value),
        ("station-7", 0.7)
    );
    assert_eq!(decoded(payload, &mapping, 8).readings, [read]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn the_short_way_never_differs_from_the_careful_one(payload in nearly_plain(), few in 1_usize..4) {
        decoded(payload.as_bytes(), &JsonMapping::default(), few);
        let rename: JsonMapping = toml::from_str("rename = { so2 = \"pm25\" }").expect("valid");
        decoded(payload.as_bytes(), &rename, few);
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic_and_are_never_dropped(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        let decoded = plain(&payload);
        prop_assert!(!decoded.readings.is_empty() || !decoded.refusals.is_empty());
    }

    #[test]
    fn arbitrary_json_never_panics_and_is_never_dropped(payload in any_json()) {
        let decoded = plain(&payload);
        prop_assert!(!decoded.readings.is_empty() || !decoded.refusals.is_empty());
        for refusal in &decoded.refusals {
            prop_assert!(refusal.offset.is_none_or(|offset| offset as usize <= payload.len()));
        }
    }

    #[test]
    fn one_pass_and_the_walk_find_the_same(payload in any_json()) {
        let Ok(message) = serde_json::from_str::<&RawValue>(&payload) else {
            return Ok(());
        };
        prop_assume!(message.get().starts_with('{'));
        let mapping = JsonMapping::default();
        let one_pass = parts::fields(message, &mapping);
        for (pointer, direct) in [
            ("/id", one_pass.as_ref().map(|fields| fields.id)),
            ("/ts", one_pass.as_ref().map(|fields| fields.time)),
            ("/metrics", one_pass.as_ref().map(|fields| fields.metrics)),
        ] {
            let pointer = Pointer::try_from(pointer.to_owned()).expect("a pointer");
            let walked = parts::walk(message, &pointer);
            match (walked, direct) {
                (Ok(walked), Ok(direct)) => prop_assert_eq!(walked.map(RawValue::get), direct.map(RawValue::get)),
                (Err(_), Err(_)) => {}
                (walked, direct) => prop_assert!(false, "{walked:?} {direct:?}"),
            }
        }
    }

    #[test]
    fn what_the_simulator_writes_is_read_back(
        thing in "[a-z衢\"\\\\:-]{1,20}",
        micros in -62_135_596_800_000_i64..4_000_000_000_000_000,
        numbers in prop::collection::btree_map("[a-z0-9_]{1,8}", any::<f64>().prop_filter("finite", |number| number.is_finite()), 1..6),
    ) {
        let reading = Reading {
            source: SourceId::new("sim").expect("valid"),
            thing: ThingId::new(&thing).expect("valid"),
            phenomenon_time: Timestamp::from_micros(micros),
            values: numbers.iter().map(|(property, &value)| Measured {
                property: PropertyId::new(property).expect("valid"),
                value,
                quality: Quality::Good,
            }).collect(),
        };
        let mut payload = Vec::new();
        encode(&reading, &mut payload);
        let decoded = plain(&payload);
        prop_assert_eq!(&decoded.refusals, &[]);
        prop_assert_eq!(&decoded.readings[0].thing, &reading.thing);
        prop_assert_eq!(decoded.readings[0].phenomenon_time, reading.phenomenon_time);
        let back: Vec<(String, u64)> = decoded.readings[0].values.iter().map(|value| (value.property.to_string(), value.value.to_bits())).collect();
        let sent: Vec<(String, u64)> = numbers.into_iter().map(|(property, value)| (property, value.to_bits())).collect();
        prop_assert_eq!(back, sent);
    }
}
