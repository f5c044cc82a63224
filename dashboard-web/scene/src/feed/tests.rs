use serde_json::{Value, json};
use yiping_model::{
    Act, AlarmChange, AlarmEvent, AlarmId, DatastreamId, Decision, DerivedResult, Disposition,
    Finding, Level, Measured, Message, Notice, NoticeCause, NoticeId, NoticeStep, Quality, Reason,
    Reject, RuleId, RuleVersion, SourceId, Stage, WindowLength, WindowResult,
};

use super::*;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn record(position: u64, body: Body) -> Record {
    Record {
        position: Position(position),
        received_at: at(1_000),
        body,
    }
}

fn reading(thing: &str, values: &[(&str, f64, Quality)]) -> Body {
    Body::Reading(Reading {
        source: SourceId::new("http").expect("valid"),
        thing: ThingId::new(thing).expect("valid"),
        phenomenon_time: at(900),
        values: values
            .iter()
            .map(|&(property, value, quality)| Measured {
                property: PropertyId::new(property).expect("valid"),
                value,
                quality,
            })
            .collect(),
    })
}

fn finding(outcome: Outcome) -> Body {
    Body::Finding(Finding {
        cause: Position(1),
        ordinal: 0,
        outcome,
    })
}

fn alarm(change: AlarmChange, ended: Option<i64>) -> Body {
    let rule = RuleId::new("hot").expect("valid");
    let subject = DatastreamId::parse("s1:temp").expect("valid");
    let source = SourceId::new("http").expect("valid");
    finding(Outcome::Alarm(AlarmEvent {
        alarm: AlarmId::of(&rule, &subject, &source, at(900), 91.0),
        change,
        at: at(950),
        rule,
        rule_version: Some(RuleVersion {
            pack: "air".into(),
            version: "1".into(),
            digest: "44136fa355b3".into(),
        }),
        subject,
        key: None,
        level: Level::Yellow,
        started: at(900),
        ended: ended.map(at),
        value: 91.0,
        extreme: 95.0,
        threshold: 90.0,
        before: None,
        posture: None,
    }))
}

fn window(stream: &str) -> Body {
    finding(Outcome::Window(WindowResult {
        datastream: DatastreamId::parse(stream).expect("valid"),
        start: at(900),
        length: WindowLength::from_secs(10).expect("divides a day"),
        hop: None,
        stage: Stage::Final,
        revision: 0,
        count: 3,
        expected: 10,
        mean: 2.5,
        min: 1.0,
        max: 4.0,
        last: 4.0,
        std_dev: 0.5,
        quantiles: Vec::new(),
        before: None,
    }))
}

fn told(filter: &Filter, records: &[Record]) -> Value {
    let mut message = FeedMessage::after(Position(4));
    for record in records {
        message.take(filter, record);
    }
    serde_json::from_str(&message.finish()).expect("JSON")
}

#[test]
fn a_message_leads_from_one_position_to_another_whatever_it_holds() {
    let filter = Filter::new("alarm", None, None).expect("a kind");
    let records = [record(5, Body::Tick), record(9, Body::Tick)];
    assert_eq!(
        told(&filter, &records),
        json!({"type": "records", "after": 4, "items": [], "position": 9, "now_ms": 1_000_000})
    );
}

#[test]
fn a_change_of_an_alarm_names_the_observation_that_made_it() {
    let filter = Filter::new("alarm", None, None).expect("a kind");
    let records = [
        record(5, alarm(AlarmChange::Raised, None)),
        record(6, alarm(AlarmChange::Returned, Some(930))),
    ];
    let items = told(&filter, &records)["items"].take();
    let picked = |item: &Value| (item["change"].clone(), item["at_ms"].clone());
    let changes: Vec<_> = items
        .as_array()
        .expect("a list")
        .iter()
        .map(picked)
        .collect();
    assert_eq!(
        changes,
        [
            (json!("raised"), json!(900_000)),
            (json!("returned"), json!(930_000))
        ]
    );
    let version = json!({"pack": "air", "version": "1", "digest": "44136fa355b3"});
    assert_eq!(items[0]["rule_version"], version);
}

#[test]
fn only_the_wanted_kinds_things_and_properties_pass() {
    let records = [
        record(
            5,
            reading(
                "s1",
                &[
                    ("temp", 1.5, Quality::Good),
                    ("hum", 40.0, Quality::OutOfRange),
                ],
            ),
        ),
        record(6, reading("s2", &[("temp", 2.5, Quality::Good)])),
        record(7, window("s1:temp")),
        record(8, window("s1:hum")),
        record(9, alarm(AlarmChange::Raised, None)),
    ];
    let thing = || Some(ThingId::new("s1").expect("valid"));
    let property = || Some(PropertyId::new("temp").expect("valid"));
    let positions = |filter: Result<Filter, UnknownKind>| -> Vec<u64> {
        let told = told(&filter.expect("kinds"), &records);
        let items = told["items"].as_array().expect("a list").clone();
        items
            .iter()
            .filter_map(|item| item["position"].as_u64())
            .collect()
    };
    assert_eq!(positions(Filter::new("reading", None, None)), [5, 6]);
    assert_eq!(
        positions(Filter::new("reading,window", thing(), None)),
        [5, 7, 8]
    );
    assert_eq!(
        positions(Filter::new("window,alarm", None, property())),
        [7, 9]
    );
    let narrow = Filter::new("reading", thing(), property()).expect("kinds");
    let item = told(&narrow, &records)["items"][0].take();
    assert_eq!(item["values"], json!({"temp": 1.5}));
    assert_eq!(item.get("out_of_range"), None);
}

#[test]
fn a_value_outside_its_range_is_named_and_a_whole_number_is_written_whole() {
    let filter = Filter::new("reading", None, None).expect("a kind");
    let values = [
        ("n", 1_700_000_000_000_000.0, Quality::Good),
        ("far", 1e300, Quality::OutOfRange),
    ];
    let mut message = FeedMessage::after(Position(4));
    assert!(message.take(&filter, &record(5, reading("s1", &values))));
    let text = message.finish();
    assert!(text.contains(r#""n":1700000000000000,"#), "{text}");
    assert!(text.contains(r#""out_of_range":["far"]"#), "{text}");
}

#[test]
fn dead_letters_and_decisions_are_told() {
    let filter = Filter::new("reject,decision", None, None).expect("kinds");
    let records = [
        record(
            5,
            Body::Reject(Reject {
                source: SourceId::new("http").expect("valid"),
                disposition: Disposition::Rejected,
                reason: Reason::NotJson,
                detail: "no".into(),
                origin: "peer".into(),
                offset: None,
                size_bytes: 1,
                items: 2,
                sample: "{".into(),
            }),
        ),
        record(
            6,
            Body::Decision(Decision {
                person: None,
                seat: "1号席".into(),
                act: Act::Acknowledge {
                    alarm: AlarmId::parse("0123456789abcdef0123456789abcdef").expect("valid"),
                    note: "已派人".into(),
                    seen: None,
                },
            }),
        ),
    ];
    let items = told(&filter, &records)["items"].take();
    assert_eq!(items[0]["reason"], "not_json");
    assert_eq!(items[1]["seat"], "1号席");
}

#[test]
fn the_steps_of_a_notice_are_told_to_who_asks_for_them() {
    let notice = |step| {
        Body::Notice(Notice {
            notice: NoticeId::of(&["x"]),
            step,
        })
    };
    let message = Message {
        channel: "duty".into(),
        cause: NoticeCause::Test {
            person: None,
            seat: "1号席".into(),
        },
        not_before: None,
        title: "测试".into(),
        text: "x".into(),
    };
    let records = [
        record(5, notice(NoticeStep::Queued(Box::new(message)))),
        record(
            6,
            notice(NoticeStep::Failed {
                attempt: 1,
                reason: "HTTP 500".into(),
                next: at(9),
            }),
        ),
        record(
            7,
            notice(NoticeStep::Delivered {
                attempt: 2,
                answer: "ok".into(),
            }),
        ),
    ];
    let filter = Filter::new("notice", None, None).expect("a kind");
    assert_eq!(filter.least_class(), Class::Decision);
    let items = told(&filter, &records)["items"].take();
    assert_eq!(items[0]["message"]["channel"], "duty");
    assert_eq!(items[0].get("attempt"), None);
    assert_eq!(items[1]["step"], "failed");
    assert_eq!(items[1]["next_ms"], at(9).as_millis());
    assert_eq!(
        (&items[2]["attempt"], &items[2]["detail"]),
        (&2.into(), &"ok".into())
    );
    let others = Filter::new("decision,alarm", None, None).expect("kinds");
    assert_eq!(
        told(&others, &records)["items"].as_array().map(Vec::len),
        Some(0)
    );
}

#[test]
fn an_unknown_kind_is_named() {
    let error = Filter::new("alarm,alert", None, None).expect_err("no such kind");
    assert!(error.to_string().starts_with("`alert` is not a kind"));
}

#[test]
fn events_and_derived_values_are_told_and_narrowed() {
    let event = |thing: &str| {
        Body::Event(Event {
            source: SourceId::new("mqtt").expect("valid"),
            thing: ThingId::new(thing).expect("valid"),
            phenomenon_time: at(900),
            kind: yiping_model::EventKind::new("crowd").expect("valid"),
            key: EventKey::new("t-9").ok(),
            part: None,
            values: [Measured {
                property: PropertyId::new("people").expect("valid"),
                value: 132.0,
                quality: Quality::Good,
            }]
            .into_iter()
            .collect(),
        })
    };
    let derived = finding(Outcome::Derived(DerivedResult {
        datastream: DatastreamId::parse("hall:waiting").expect("valid"),
        time: at(960),
        value: None,
        inputs: 0,
        because: None,
        revision: 0,
        before: None,
    }));
    let records = [
        record(5, event("cam-1")),
        record(6, event("cam-2")),
        record(7, derived),
    ];
    let thing = ThingId::new("cam-1").ok();
    let filter = Filter::new("event,derived", thing, None).expect("kinds");
    assert_eq!(filter.least_class(), Class::Input);
    assert_eq!(
        told(&filter, &records)["items"],
        json!([{"type": "event", "position": 5, "source": "mqtt", "thing": "cam-1", "kind": "crowd", "key": "t-9", "part": null,
            "at_ms": 900_000, "received_ms": 1_000_000, "values": {"people": 132}}])
    );
    let filter = Filter::new("derived", None, PropertyId::new("waiting").ok()).expect("kinds");
    assert_eq!(
        told(&filter, &records)["items"],
        json!([{"type": "derived", "position": 7, "thing": "hall", "property": "waiting", "at_ms": 960_000, "revision": 0,
            "value": null, "inputs": 0}])
    );
}
