mod cells;
mod command;
mod quiet;
mod silenced;
mod told;

use proptest::prelude::*;
use yiping_model::{
    Act, AlarmChange, AlarmEvent, Decision, DerivedBefore, Disposition, EventKey, EventKind,
    Finding, IndexResult, Level, Measured, Quality, Reason, Reject, RuleId, Stage, Text, Thing,
    WindowResult, WindowSpec, Zone,
};

use super::*;
use crate::apply_delta;
use crate::message::AlarmStateView;

fn text(name: &str) -> Text {
    Text {
        zh: name.into(),
        en: name.into(),
    }
}

fn property_id(id: &str) -> PropertyId {
    PropertyId::new(id).expect("valid")
}

fn datastream(id: &str) -> DatastreamId {
    DatastreamId::parse(id).expect("valid")
}

fn source(id: &str) -> SourceId {
    SourceId::new(id).expect("valid")
}

fn length(secs: u32) -> WindowLength {
    WindowLength::from_secs(secs).expect("divides a day")
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn facts() -> SceneFacts {
    let property = yiping_model::Property {
        id: property_id("pm25"),
        title: text("细颗粒物"),
        symbol: "PM2.5".into(),
        unit: "µg/m³".into(),
        decimals: 0,
        valid: None,
        period_secs: 60,
        windows: [60, 3_600].map(length).map(WindowSpec::tumbling).to_vec(),
        quantiles: Vec::new(),
        cells: None,
        early: None,
    };
    let thing = Thing {
        id: ThingId::new("a").expect("valid"),
        name: text("实验小学"),
        kind: "station".into(),
        lon: 118.87,
        lat: 28.94,
        area: Some("330802".into()),
        properties: vec![property_id("pm25")],
        period_secs: None,
        parent: ThingId::new("gw").ok(),
        neighbour: None,
        limits: std::collections::BTreeMap::new(),
    };
    SceneFacts {
        catalogue: Arc::new(Catalogue {
            city: text("衢州"),
            zone: Zone::named("Asia/Shanghai").expect("built in"),
            areas: Vec::new(),
            properties: [(property.id.clone(), property)].into(),
            things: [(thing.id.clone(), thing)].into(),
            events: std::collections::BTreeMap::new(),
        }),
        rules: Vec::new(),
        derived_steps: BTreeMap::new(),
        simulated: true,
    }
}

fn limits() -> Limits {
    Limits {
        things_max: 3,
        properties_max: 2,
        sources_max: 2,
        cells_max: 2,
    }
}

fn wall() -> WallScene {
    WallScene::new(facts(), limits())
}

fn reading(door: &str, stream: &str, secs: i64, value: f64) -> Body {
    let stream = datastream(stream);
    Body::Reading(Reading {
        source: source(door),
        thing: stream.thing,
        phenomenon_time: at(secs),
        values: [Measured {
            property: stream.property,
            value,
            quality: Quality::Good,
        }]
        .into_iter()
        .collect(),
    })
}

fn event(stream: &str, key: &str, secs: i64, value: f64) -> Body {
    let stream = datastream(stream);
    Body::Event(Event {
        source: source("s"),
        thing: stream.thing,
        phenomenon_time: at(secs),
        kind: EventKind::new("crowd").expect("valid"),
        key: EventKey::new(key).ok(),
        part: None,
        values: [Measured {
            property: stream.property,
            value,
            quality: Quality::Good,
        }]
        .into_iter()
        .collect(),
    })
}

fn derived(stream: &str, secs: i64, value: Option<f64>, revision: u32) -> Body {
    finding(Outcome::Derived(DerivedResult {
        datastream: datastream(stream),
        time: at(secs),
        value,
        inputs: 1,
        because: Some(property_id("do")),
        revision,
        before: (revision > 0).then_some(DerivedBefore { value: Some(7.0) }),
    }))
}

fn finding(outcome: Outcome) -> Body {
    Body::Finding(Finding {
        cause: Position::START,
        ordinal: 0,
        outcome,
    })
}

fn window(stream: &str, start: i64, secs: u32, mean: f64) -> Body {
    finding(Outcome::Window(WindowResult {
        datastream: datastream(stream),
        start: at(start),
        length: length(secs),
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
    }))
}

fn index(thing: &str, kind: IndexKind, start: i64, value: Option<u16>) -> Body {
    finding(Outcome::Index(IndexResult {
        thing: ThingId::new(thing).expect("valid"),
        kind,
        start: at(start),
        law: "HJ 633-2026".into(),
        revision: 0,
        value,
        level: value.map(|_| 1),
        primary: Vec::new(),
        parts: Vec::new(),
        before: None,
    }))
}

fn alarm_id(number: i64) -> AlarmId {
    let rule = RuleId::new("r").expect("valid");
    AlarmId::of(&rule, &datastream("a:pm25"), &source("s"), at(number), 1.0)
}

fn alarm(number: i64, change: AlarmChange, ended: Option<i64>) -> Body {
    finding(Outcome::Alarm(AlarmEvent {
        alarm: alarm_id(number),
        change,
        at: at(number),
        rule: RuleId::new("r").expect("valid"),
        rule_version: None,
        subject: datastream("a:pm25"),
        key: None,
        level: Level::Orange,
        started: at(number),
        ended: ended.map(at),
        value: 1.0,
        extreme: 2.0,
        threshold: 0.5,
        before: None,
        posture: None,
    }))
}

/// What is said of the silence of a gateway or a door since a second of the log's clock.
fn silence(thing: &str, since: i64, change: AlarmChange, ended: Option<i64>) -> Body {
    let Body::Finding(mut found) = alarm(since, change, ended) else {
        panic!("an alarm")
    };
    if let Outcome::Alarm(event) = &mut found.outcome {
        event.subject = datastream(&format!("{thing}:no_data"));
        event.alarm = AlarmId::of(&event.rule, &event.subject, &source("s"), at(since), 1.0);
    }
    Body::Finding(found)
}

fn acknowledge(number: i64, seat: &str) -> Body {
    Body::Decision(Decision {
        person: None,
        seat: seat.into(),
        act: Act::Acknowledge {
            alarm: alarm_id(number),
            note: String::new(),
            seen: None,
        },
    })
}

fn reject(door: &str) -> Body {
    Body::Reject(Reject {
        source: source(door),
        disposition: Disposition::Rejected,
        reason: Reason::NotJson,
        detail: "not JSON".into(),
        origin: "city/a".into(),
        offset: None,
        size_bytes: 1,
        items: 1,
        sample: "{".into(),
    })
}

/// Records with growing positions (retention leaves gaps) and times.
fn records(bodies: Vec<Body>) -> Vec<Record> {
    let numbered = (1_u64..).zip(bodies);
    numbered
        .map(|(number, body)| Record {
            position: Position(number * 2),
            received_at: at(1_000 + i64::try_from(number).expect("small")),
            body,
        })
        .collect()
}

fn told(bodies: Vec<Body>) -> WallScene {
    let mut wall = wall();
    for record in records(bodies) {
        wall.apply(&record);
    }
    wall
}

/// Three neighbours.
const CELLS: [&str; 3] = [
    "h3:8741a6c5affffff",
    "h3:8741a6c58ffffff",
    "h3:8741a6c5effffff",
];

fn any_body() -> impl Strategy<Value = Body> {
    let stream = prop::sample::select(vec!["a:pm25", "a:o3", "x:pm25", "y:so2", "z:pm25"]);
    let door = prop::sample::select(vec!["s", "t", "u"]);
    let change = prop_oneof![
        Just((AlarmChange::Raised, None)),
        Just((AlarmChange::Returned, Some(9))),
        Just((AlarmChange::Amended, None)),
        Just((AlarmChange::Withdrawn { merged_into: None }, None)),
    ];
    let silent = prop::sample::select(vec!["gw", "door:s", "door:t", "a"]);
    let silence_of = |(thing, since, (change, ended))| silence(thing, since, change, ended);
    let cell = prop::sample::select(CELLS.to_vec());
    let kind = prop::sample::select(vec![IndexKind::AqiHourly, IndexKind::AqiDaily]);
    let secs = prop::sample::select(vec![10_u32, 60, 3_600]);
    prop_oneof![
        1 => Just(Body::Tick),
        6 => (door.clone(), stream.clone(), 0_i64..6, 0_u8..3)
            .prop_map(|(door, stream, secs, value)| reading(door, stream, secs, value.into())),
        3 => (stream.clone(), 0_i64..30, 0_u8..4)
            .prop_map(|(stream, secs, key)| event(stream, &format!("t-{key}"), secs, key.into())),
        4 => (stream.clone(), 0_i64..90, prop::option::of(0_u8..9), 0_u32..3).prop_map(
            |(stream, step, value, revision)| {
                derived(stream, step * 60, value.map(f64::from), revision)
            }
        ),
        8 => (stream, 0_i64..200, secs, 0_u8..9).prop_map(|(stream, step, secs, mean)| {
            window(stream, step * i64::from(secs), secs, mean.into())
        }),
        2 => (kind, 0_i64..40, prop::option::of(1_u16..500)).prop_map(|(kind, step, value)| {
            index("a", kind, step * i64::from(step_secs(kind)), value)
        }),
        3 => (0_i64..4, change.clone())
            .prop_map(|(number, (change, ended))| alarm(number, change, ended)),
        3 => (silent, 1_000_i64..1_100, change).prop_map(silence_of),
        3 => (cell, 0_i64..9, 0_u8..9).prop_map(|(cell, step, mean)| {
            window(&format!("{cell}:pm25"), step * 60, 60, mean.into())
        }),
        2 => (0_i64..4, door.clone()).prop_map(|(number, seat)| acknowledge(number, seat)),
        1 => door.prop_map(reject),
        3 => quiet::any_quieting(),
        8 => told::any_word(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_snapshot_and_the_deltas_after_it_are_the_later_snapshot(
        bodies in prop::collection::vec(any_body(), 1..250),
        cuts in prop::collection::btree_set(0_usize..250, 0..12),
    ) {
        let mut wall = wall();
        let mut screen = wall.snapshot().state;
        let mut position = 0;
        let mut show = |wall: &mut WallScene| {
            let delta = wall.take_delta().expect("the position moved");
            assert_eq!(delta.after, position);
            position = delta.position;
            apply_delta(&mut screen, &delta);
            let snapshot = wall.snapshot();
            assert_eq!(snapshot.position, position);
            assert_eq!(&screen, &snapshot.state);
        };
        for (number, record) in records(bodies).iter().enumerate() {
            wall.apply(record);
            if cuts.contains(&number) {
                show(&mut wall);
            }
        }
        wall.apply(&Record { position: Position(10_000), received_at: at(9_999), body: Body::Tick });
        show(&mut wall);
        prop_assert!(wall.take_delta().is_none());
    }

    #[test]
    fn the_state_does_not_depend_on_when_deltas_were_taken_or_where_it_was_restarted(
        bodies in prop::collection::vec(any_body(), 1..120),
        cut in 0_usize..120,
    ) {
        let mut straight = wall();
        let mut restarted = wall();
        for (number, record) in records(bodies).iter().enumerate() {
            straight.apply(record);
            if number == cut {
                let kept = serde_json::to_vec(&restarted.checkpoint()).expect("has a JSON form");
                let read = serde_json::from_slice(&kept).expect("its own form");
                restarted = WallScene::restore(facts(), limits(), read).expect("the same facts");
                prop_assert!(restarted.take_delta().is_none());
            }
            restarted.apply(record);
            restarted.take_delta();
        }
        prop_assert_eq!(straight.snapshot(), restarted.snapshot());
        prop_assert_eq!(straight.unshown(), restarted.unshown());
    }
}

#[test]
fn the_wall_knows_its_catalogue_before_anything_was_heard() {
    let snapshot = wall().snapshot();
    assert_eq!(snapshot.position, 0);
    assert_eq!(snapshot.city.zone, "Asia/Shanghai");
    assert_eq!(snapshot.state.things[0].id, "a");
    assert!(snapshot.state.latest.is_empty());
}

#[test]
fn the_newest_phenomenon_wins_and_a_duplicate_changes_nothing() {
    let mut wall = told(vec![
        reading("s", "a:pm25", 20, 1.0),
        reading("s", "a:pm25", 10, 9.0),
        reading("s", "a:pm25", 20, 2.0),
    ]);
    wall.take_delta();
    let before = wall.snapshot().state.latest;
    assert_eq!(before[0].value.to_bits(), 2.0_f64.to_bits());
    wall.apply(&Record {
        position: Position(99),
        received_at: at(9_999),
        body: reading("s", "a:pm25", 20, 1.0),
    });
    assert_eq!(wall.snapshot().state.latest, before);
    assert!(wall.take_delta().expect("moved").latest.is_empty());
}

#[test]
fn an_unknown_thing_appears_when_it_is_heard_until_the_limit() {
    let wall = told(vec![
        reading("s", "x:pm25", 1, 1.0),
        reading("s", "y:pm25", 1, 1.0),
        reading("s", "z:pm25", 1, 1.0),
        reading("s", "x:a", 1, 1.0),
        reading("s", "x:b", 1, 1.0),
    ]);
    let state = wall.snapshot().state;
    let ids: Vec<_> = state.things.iter().map(|thing| thing.id.as_str()).collect();
    assert_eq!(ids, ["a", "x", "y"]);
    assert_eq!(state.things[1].properties, ["pm25", "a"]);
    assert_eq!(wall.unshown(), 2);
}

#[test]
fn a_trend_follows_the_shortest_windows_of_its_datastream() {
    let state = told(vec![
        reading("s", "a:pm25", 1, 1.0),
        window("a:pm25", 60, 60, 1.0),
        window("a:pm25", 0, 3_600, 5.0),
        window("a:pm25", 180, 60, 3.0),
        window("a:pm25", 10, 10, 7.0),
    ])
    .snapshot()
    .state;
    assert_eq!(state.trends[0].means, [Some(1.0), None, Some(3.0)]);
    assert_eq!(state.trends[0].step_secs, 60);
}

#[test]
fn an_index_carries_its_last_day_and_late_truth_corrects_it() {
    let hour = |number: i64, value| index("a", IndexKind::AqiHourly, number * 3_600, value);
    let state = told(vec![
        hour(0, Some(50)),
        hour(2, Some(70)),
        hour(0, Some(55)),
        hour(2, None),
    ])
    .snapshot()
    .state;
    assert_eq!(state.indices[0].trend, [Some(55), None, None]);
    assert_eq!(state.indices[0].value, None);
    assert_eq!(state.indices[0].start_ms, 7_200_000);
}

#[test]
fn a_closed_alarm_leaves_the_wall_in_one_delta() {
    let mut wall = told(vec![
        alarm(1, AlarmChange::Raised, None),
        acknowledge(1, "1号席"),
    ]);
    let delta = wall.take_delta().expect("moved");
    assert_eq!(delta.alarms[0].state, AlarmStateView::Acknowledged);
    wall.apply(&Record {
        position: Position(50),
        received_at: at(5_000),
        body: alarm(1, AlarmChange::Returned, Some(9)),
    });
    let delta = wall.take_delta().expect("moved");
    assert_eq!(delta.closed, [alarm_id(1).to_string()]);
    assert!(wall.snapshot().state.alarms.is_empty());
}

#[test]
fn a_door_shows_what_came_and_how_late() {
    let state = told(vec![reading("s", "a:pm25", 996, 1.0), reject("s")])
        .snapshot()
        .state;
    let door = &state.sources[0];
    assert_eq!((door.readings, door.rejects), (1, 1));
    assert_eq!((door.delay_ms, door.last_received_ms), (5_000, 1_002_000));
}

#[test]
fn a_checkpoint_of_another_catalogue_is_of_no_use() {
    let kept = told(vec![Body::Tick]).checkpoint();
    let other = SceneFacts {
        simulated: false,
        ..facts()
    };
    assert!(WallScene::restore(other, limits(), kept).is_none());
}

#[test]
fn the_last_events_of_a_thing_are_shown_each_once_and_their_values_are_its_last() {
    let mut bodies: Vec<Body> = (0..12)
        .map(|secs| event("a:pm25", &format!("t-{secs}"), secs, secs as f64))
        .collect();
    // One again, one that comes late, and one older than all that are held.
    bodies.push(event("a:pm25", "t-11", 11, 11.0));
    bodies.push(event("a:pm25", "late", 7, 0.0));
    bodies.push(event("a:pm25", "old", 1, 0.0));
    let state = told(bodies).snapshot().state;
    let keys: Vec<&str> = state
        .events
        .iter()
        .filter_map(|event| event.key.as_deref())
        .collect();
    assert_eq!(
        keys,
        ["t-5", "t-6", "late", "t-7", "t-8", "t-9", "t-10", "t-11"]
    );
    assert_eq!(state.latest[0].at_ms, 11_000);
}

#[test]
fn a_derived_value_is_the_last_value_of_its_datastream_and_a_point_of_its_trend() {
    let wall = told(vec![
        derived("a:wait", 60, Some(1.0), 0),
        derived("a:wait", 120, Some(7.0), 0),
        derived("a:wait", 180, None, 0),
        derived("a:wait", 240, Some(4.0), 0),
        derived("a:wait", 120, Some(3.0), 1),
        derived("a:wait", 240, Some(5.0), 1),
        // Back to what it was: no duplicate, but the next revision.
        derived("a:wait", 240, Some(4.0), 2),
    ]);
    let state = wall.snapshot().state;
    let latest = &state.latest[0];
    assert_eq!((latest.value, latest.at_ms), (4.0, 240_000));
    assert_eq!(latest.because.as_deref(), Some("do"));
    let trend = &state.trends[0];
    assert_eq!(trend.means, [Some(1.0), Some(3.0), None, Some(4.0)]);
    assert_eq!(trend.last_ms, 180_000);
    assert_eq!(trend.corrected[0].before, Some(7.0));
    assert!(
        wall.snapshot().state.things.iter().any(|thing| {
            thing.id == "a" && thing.properties.iter().any(|known| known == "wait")
        })
    );
}

#[test]
fn a_derived_value_that_is_taken_back_is_no_longer_shown() {
    let mut wall = told(vec![
        derived("a:wait", 60, Some(1.0), 0),
        derived("a:wait", 120, Some(7.0), 0),
    ]);
    wall.take_delta();
    let mut say = |position, body| {
        wall.apply(&Record {
            position: Position(position),
            received_at: at(2_000),
            body,
        });
        let delta = wall.take_delta().expect("moved");
        (delta, wall.snapshot().state)
    };
    let (delta, state) = say(90, derived("a:wait", 120, None, 1));
    assert_eq!((delta.gone.len(), delta.latest.len()), (1, 0));
    assert_eq!(delta.gone[0].property, "wait");
    assert!(state.latest.is_empty());
    assert_eq!(state.trends[0].means, [Some(1.0), None]);
    assert_eq!(state.trends[0].corrected[0].before, Some(7.0));
    // What was said of the time before is no answer to what is the case.
    let (delta, state) = say(91, derived("a:wait", 60, Some(2.0), 1));
    assert!(delta.gone.is_empty() && state.latest.is_empty());
    let (delta, _) = say(92, derived("a:wait", 120, Some(6.0), 2));
    assert_eq!((delta.gone.len(), delta.latest.len()), (0, 1));
}

#[test]
fn the_trend_of_a_derived_value_has_its_own_step() {
    // The thing says that its observations stand for ten minutes; a value is derived each minute.
    let mut facts = facts();
    facts.derived_steps = [(property_id("wait"), 60)].into();
    let catalogue = Arc::get_mut(&mut facts.catalogue).expect("nobody else has it");
    let thing = catalogue.things.get_mut("a").expect("known");
    thing.period_secs = Some(600);
    let mut wall = WallScene::new(facts, limits());
    let steps = (1..4).map(|step| derived("a:wait", step * 60, Some(step as f64), 0));
    for record in records(steps.collect()) {
        wall.apply(&record);
    }
    let trend = &wall.snapshot().state.trends[0];
    assert_eq!(trend.step_secs, 60);
    assert_eq!(trend.means, [Some(1.0), Some(2.0), Some(3.0)]);
}
