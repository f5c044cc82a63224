mod together;
mod war;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use yiping_model::{
    Act, AlarmChange, AlarmEvent, AlarmId, Area, Body, Catalogue, DatastreamId, Decision, Duty,
    Escalated, Finding, Level, Message, Notice, NoticeCause, NoticeId, NoticeStep, Outcome,
    Position, Property, PropertyId, Record, RuleId, RuleVersion, Seen, SourceId, Text, Thing,
    ThingId, Timestamp, Zone,
};

use super::*;

fn text(zh: &str, en: &str) -> Text {
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

fn catalogue() -> Arc<Catalogue> {
    let property = Property {
        id: PropertyId::new("cl2").expect("valid"),
        title: text("氯气", "Chlorine"),
        symbol: "Cl₂".into(),
        unit: "ppm".into(),
        decimals: 1,
        valid: None,
        period_secs: 1,
        windows: Vec::new(),
        quantiles: Vec::new(),
        cells: None,
        early: None,
    };
    let thing = Thing {
        id: ThingId::new("gas-1").expect("valid"),
        name: text("一号罐区", "Tank farm 1"),
        kind: "gas".into(),
        lon: 118.9,
        lat: 28.9,
        area: Some("330802".into()),
        properties: vec![property.id.clone()],
        period_secs: None,
        parent: None,
        neighbour: None,
        limits: BTreeMap::new(),
    };
    Arc::new(Catalogue {
        city: text("衢州市", "Quzhou"),
        zone: Zone::named("Asia/Shanghai").expect("built in"),
        areas: vec![Area {
            code: "330802".into(),
            name: text("柯城区", "Kecheng"),
        }],
        properties: BTreeMap::from([(property.id.clone(), property)]),
        things: BTreeMap::from([(thing.id.clone(), thing)]),
        events: BTreeMap::new(),
    })
}

fn rule_words(measure: Measure) -> RuleWords {
    RuleWords {
        title: text("氯气过高", "Chlorine too high"),
        measure,
    }
}

fn words(simulated: bool) -> Words {
    let rule = RuleId::new("cl2-high").expect("valid");
    Words {
        catalogue: catalogue(),
        rules: BTreeMap::from([(rule, rule_words(Measure::Value))]),
        link: "http://wall/".into(),
        simulated,
        drill: false,
    }
}

fn route(extra: &str) -> Route {
    // As the configuration reads it; each change is a notice.
    let text = format!(r#"{{"name":"grave","channels":["duty"],"group_secs":0{extra}}}"#);
    serde_json::from_str(&text).expect("a route")
}

fn plan(routes: &[Route]) -> Plan {
    Plan::check(routes, &["duty", "other"]).expect("right");
    Plan::new(routes, words(false)).expect("right")
}

/// An alarm's event as the log holds it: of the how-manieth alarm, at a city second.
fn raised(position: u64, alarm: u64, change: AlarmChange, level: Level, secs: i64) -> Record {
    let rule = RuleId::new("cl2-high").expect("valid");
    let subject = DatastreamId::parse("gas-1:cl2").expect("valid");
    let source = SourceId::new("mqtt").expect("valid");
    let at = Timestamp::from_secs(secs);
    let begun = Timestamp::from_secs(alarm.cast_signed());
    let event = AlarmEvent {
        alarm: AlarmId::of(&rule, &subject, &source, begun, 2.0),
        change,
        at,
        rule,
        rule_version: Some(RuleVersion {
            pack: "air".into(),
            version: "1".into(),
            digest: "0".into(),
        }),
        subject,
        key: None,
        level,
        started: at,
        ended: None,
        value: 2.0,
        extreme: 2.55,
        threshold: 2.0,
        before: None,
        posture: None,
    };
    record(
        position,
        secs,
        Body::Finding(Finding {
            cause: Position(position - 1),
            ordinal: 0,
            outcome: Outcome::Alarm(event),
        }),
    )
}

fn record(position: u64, secs: i64, body: Body) -> Record {
    Record {
        position: Position(position),
        received_at: Timestamp::from_secs(secs),
        body,
    }
}

/// What a plan makes of one event, through an outbox: the messages that are queued.
fn told(routes: &[Route], event: &Record) -> Vec<Message> {
    let (mut outbox, plan) = (Outbox::default(), plan(routes));
    outbox.take(event, &plan);
    let said = outbox.unsaid(event.received_at, &Patience::default(), 100, &plan);
    said.into_iter()
        .map(|notice| match notice.step {
            NoticeStep::Queued(message) => *message,
            other => panic!("{other:?}"),
        })
        .collect()
}

/// 2026-03-01T12:00:00+08:00
const NOON: i64 = 1_772_337_600;

#[test]
fn a_message_says_what_where_how_much_and_when_in_both_languages() {
    let event = raised(2, 1, AlarmChange::Raised, Level::Red, NOON);
    let said = told(&[route("")], &event);
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].title, "【一级（红）】报警：氯气过高 一号罐区 gas-1");
    assert!(
        said[0]
            .text
            .contains("氯气：2.5 ppm，限值 2.0 ppm\n开始：2026-03-01 12:00:00\n"),
        "{}",
        said[0].text
    );
    assert!(said[0].text.contains("柯城区") && said[0].text.ends_with("http://wall/"));
    let said = told(&[route(r#","language":"en""#)], &event);
    assert_eq!(
        said[0].title,
        "[Level I (red)] alarm: Chlorine too high Tank farm 1 gas-1"
    );
    let own = route(r#","title":"{number} {thing}!","text":"{value} at {time}""#);
    let said = told(&[own], &event);
    assert_eq!(
        (&*said[0].title, &*said[0].text),
        ("1 一号罐区 gas-1!", "2.5 ppm at 2026-03-01 12:00:00")
    );
}

#[test]
fn a_value_has_the_unit_that_its_rule_gives_it() {
    let said = |measure: Measure| {
        let mut words = words(false);
        for rule in words.rules.values_mut() {
            *rule = rule_words(measure.clone());
        }
        let route = route(r#","text":"{property} {value} {threshold}""#);
        let plan = Plan::new(&[route], words).expect("right");
        let event = raised(2, 1, AlarmChange::Raised, Level::Red, NOON);
        let Body::Finding(finding) = &event.body else {
            panic!("{event:?}");
        };
        plan.wanted(&event, finding, 1, false)[0]
            .1
            .message
            .text
            .clone()
    };
    assert_eq!(said(Measure::Value), "氯气 2.5 ppm 2.0 ppm");
    assert_eq!(said(Measure::PerHour), "氯气 2.5 ppm/h 2.0 ppm/h");
    assert_eq!(said(Measure::Seconds), "氯气 3 s 2 s");
    assert_eq!(said(Measure::OfEvent(None)), "氯气 2.5 ppm —");
    let other = PropertyId::new("people").expect("valid");
    assert_eq!(said(Measure::OfEvent(Some(other))), "people 2.55 2");
}

#[test]
fn a_simulated_city_says_so_first() {
    let plan = Plan::new(&[route("")], words(true)).expect("right");
    let mut outbox = Outbox::default();
    outbox.take(&raised(2, 1, AlarmChange::Raised, Level::Red, NOON), &plan);
    let said = outbox.unsaid(Timestamp::from_secs(NOON), &Patience::default(), 100, &plan);
    let NoticeStep::Queued(message) = &said[0].step else {
        panic!("{said:?}");
    };
    assert!(message.title.starts_with("【模拟】") && message.text.starts_with("【模拟】"));
    let (_, test) = plan.test("duty", None, String::new(), Timestamp::from_secs(1), 0);
    assert!(test.title.starts_with("【模拟】【测试】"));
}

#[test]
fn a_drill_says_so_before_anything_else() {
    let mut words = words(true);
    words.drill = true;
    let plan = Plan::new(&[route("")], words).expect("right");
    let mut outbox = Outbox::default();
    outbox.take(&raised(2, 1, AlarmChange::Raised, Level::Red, NOON), &plan);
    let said = outbox.unsaid(Timestamp::from_secs(NOON), &Patience::default(), 100, &plan);
    let NoticeStep::Queued(message) = &said[0].step else {
        panic!("{said:?}");
    };
    assert!(message.title.starts_with("【演练】") && message.text.starts_with("【演练】"));
    assert_eq!(plan.words().mark(Language::En), "[DRILL] ");
}

#[test]
fn a_route_takes_what_it_names_and_no_more() {
    let of = |change, level| raised(2, 1, change, level, NOON);
    let count = |extra: &str, event: &Record| told(&[route(extra)], event).len();
    let yellow = of(AlarmChange::Raised, Level::Yellow);
    assert_eq!(count(r#","level":3"#, &yellow), 1);
    assert_eq!(count(r#","level":2"#, &yellow), 0);
    assert_eq!(count(r#","areas":["3308"]"#, &yellow), 1);
    assert_eq!(count(r#","areas":["330803"]"#, &yellow), 0);
    assert_eq!(count(r#","domains":["air"]"#, &yellow), 1);
    assert_eq!(count(r#","domains":["water"]"#, &yellow), 0);
    assert_eq!(count("", &of(AlarmChange::Amended, Level::Red)), 0);
    let amended = r#","changes":["amended"]"#;
    assert_eq!(count(amended, &of(AlarmChange::Amended, Level::Red)), 1);
    assert_eq!(count(amended, &yellow), 0);
    let withdrawn = AlarmChange::Withdrawn { merged_into: None };
    assert_eq!(count("", &of(withdrawn, Level::Blue)), 1);
    let both = Route {
        channels: vec!["duty".into(), "other".into()],
        ..route("")
    };
    assert_eq!(told(&[both], &yellow).len(), 2);
}

#[test]
fn a_route_that_cannot_be_is_named() {
    let check =
        |routes: &[Route]| Plan::check(routes, &["duty"]).map_err(|error| error.to_string());
    assert!(check(&[route("")]).is_ok());
    let twice = check(&[route(""), route("")]).expect_err("a name twice");
    assert!(twice.contains("grave"), "{twice}");
    let nowhere = Route {
        channels: vec!["dutty".into()],
        ..route("")
    };
    assert!(check(&[nowhere]).expect_err("unknown").contains("dutty"));
    let nobody = Route {
        channels: Vec::new(),
        ..route("")
    };
    assert!(check(&[nobody]).is_err());
    assert!(check(&[route(r#","changes":[]"#)]).is_err());
    let for_ever = Route {
        group_secs: 601,
        ..route("")
    };
    let wrong = check(&[for_ever]).expect_err("too long");
    assert!(wrong.contains("group_secs"), "{wrong}");
    for template in ["{thin}", "{thing", "{}"] {
        let wrong = route(&format!(r#","text":"{template}""#));
        assert!(check(&[wrong]).expect_err("unknown").contains("text"));
    }
    for quiet in [
        "22:00",
        "22:00-22:00",
        "24:00-07:00",
        "7:00-8:00",
        "22:00-07:60",
    ] {
        assert!(Quiet::try_from(quiet.to_owned()).is_err(), "{quiet}");
    }
    let quiet = Quiet::try_from("22:05-07:00".to_owned()).expect("valid");
    assert_eq!(quiet.to_string(), "22:05-07:00");
}

#[test]
fn quiet_hours_hold_until_their_end_but_never_the_gravest() {
    let night = route(r#","quiet":"22:00-07:00""#);
    let held = |clock: &str, level| {
        let at = Timestamp::parse(clock).expect("valid");
        let event = raised(2, 1, AlarmChange::Raised, level, at.as_secs());
        let until = told(std::slice::from_ref(&night), &event)[0].not_before;
        until.map(|until| until.to_string())
    };
    let orange = Level::Orange;
    assert_eq!(held("2026-03-01T21:59:59+08:00", orange), None);
    let morning = Some("2026-03-01T23:00:00Z".to_owned());
    assert_eq!(held("2026-03-01T22:00:00+08:00", orange), morning);
    assert_eq!(held("2026-03-02T06:59:59+08:00", orange), morning);
    assert_eq!(held("2026-03-02T07:00:00+08:00", orange), None);
    assert_eq!(held("2026-03-01T23:00:00+08:00", Level::Red), None);
}

#[test]
fn quiet_hours_end_by_the_clock_on_the_wall_when_the_clocks_change() {
    let zone = Zone::named("Europe/Berlin").expect("built in");
    let quiet = Quiet::try_from("22:00-07:00".to_owned()).expect("valid");
    let at = Timestamp::parse("2026-03-28T23:00:00+01:00").expect("valid");
    let end = quiet.ends(&zone, at).expect("within");
    assert_eq!(end.to_string(), "2026-03-29T05:00:00Z", "07:00 summer time");
}

#[test]
fn waits_grow_to_their_limit_and_differ_from_notice_to_notice() {
    let patience = Patience {
        backoff_ms_min: 100,
        backoff_ms_max: 1_000,
        attempts_max: 5,
        give_up_minutes: 10,
    };
    let (one, other) = (NoticeId::of(&["1"]), NoticeId::of(&["2"]));
    let waits: Vec<u128> = (1..=6)
        .map(|attempt| patience.wait(attempt, &one).as_millis())
        .collect();
    for (wait, least) in waits.iter().zip([100, 200, 400, 800, 1_000, 1_000]) {
        assert!((least..=least + least / 4).contains(wait), "{waits:?}");
    }
    assert_ne!(patience.wait(1, &one), patience.wait(1, &other));
    let at = Timestamp::from_secs;
    assert!(patience.next(4, at(0), at(599), &one).is_some());
    assert_eq!(patience.next(5, at(0), at(0), &one), None, "too often");
    assert_eq!(patience.next(1, at(0), at(600), &one), None, "too long");
    assert!(patience.wait(u32::MAX, &one).as_millis() <= 1_250);
}

#[test]
fn a_channel_takes_no_more_in_a_minute_than_it_may_and_the_gravest_first() {
    let mut outbox = Outbox::begin(Position::START);
    let plan = plan(&[route("")]);
    let now = Timestamp::from_secs(NOON);
    let mut log = Vec::new();
    for alarm in 1..=5 {
        let level = if alarm == 5 { Level::Red } else { Level::Blue };
        log.push(raised(alarm, alarm, AlarmChange::Raised, level, NOON));
    }
    for record in &log {
        outbox.take(record, &plan);
    }
    for notice in outbox.unsaid(now, &Patience::default(), 100, &plan) {
        let next = log.len() as u64 + 1;
        log.push(record(next, NOON, Body::Notice(notice)));
        outbox.take(&log[log.len() - 1], &plan);
    }
    let first = outbox.due(now, 10, |_| 2);
    assert_eq!(first.len(), 2);
    let NoticeCause::Alarm { level, .. } = first[0].message.cause else {
        panic!("{first:?}");
    };
    assert_eq!(level, Level::Red);
    assert_eq!(outbox.due(Timestamp::from_secs(NOON + 59), 10, |_| 2), []);
    assert_eq!(
        outbox.due(Timestamp::from_secs(NOON + 60), 10, |_| 2).len(),
        2
    );
}

#[test]
fn what_is_too_many_or_too_old_is_given_up_and_everybody_can_see_it() {
    let mut outbox = Outbox::begin(Position::START);
    let plan = plan(&[route("")]);
    for alarm in 1..=3 {
        let event = raised(alarm, alarm, AlarmChange::Raised, Level::Blue, NOON);
        outbox.take(&event, &plan);
    }
    let now = Timestamp::from_secs(NOON + 1);
    let said = outbox.unsaid(now, &Patience::default(), 2, &plan);
    let names: Vec<_> = said.iter().map(|notice| notice.step.name()).collect();
    assert_eq!(names, ["queued", "queued", "queued", "given_up"]);
    for (place, notice) in said.iter().enumerate() {
        let body = Body::Notice(notice.clone());
        outbox.take(&record(4 + place as u64, NOON + 1, body), &plan);
    }
    let standing = outbox.standing(now);
    assert_eq!((standing.waiting, standing.given_up), (2, 1));
    assert_eq!(
        outbox
            .standing(Timestamp::from_secs(NOON + 90_000))
            .given_up,
        0
    );
    assert_eq!(outbox.rows().len(), 3);

    outbox.take(
        &raised(9, 9, AlarmChange::Raised, Level::Blue, NOON + 2),
        &plan,
    );
    let said = outbox.unsaid(
        Timestamp::from_secs(NOON + 90_000),
        &Patience::default(),
        9,
        &plan,
    );
    let last = said.last().map(|notice| notice.step.name());
    assert_eq!(last, Some("given_up"), "{said:?}");
}

#[test]
fn a_channel_that_is_gone_gives_up_and_an_alarm_from_before_is_not_told_of() {
    let mut outbox = Outbox::begin(Position(5));
    let plan = plan(&[route("")]);
    let now = Timestamp::from_secs(NOON);
    outbox.take(&raised(5, 1, AlarmChange::Raised, Level::Red, NOON), &plan);
    assert_eq!(outbox.unsaid(now, &Patience::default(), 9, &plan), []);
    outbox.take(&raised(6, 2, AlarmChange::Raised, Level::Red, NOON), &plan);
    let queued = outbox.unsaid(now, &Patience::default(), 9, &plan).remove(0);
    outbox.take(&record(7, NOON, Body::Notice(queued)), &plan);
    let due = outbox.due(now, 1, |_| 0).remove(0);
    outbox.answered(&due, Err(None), now, &Patience::default());
    let said: Vec<Notice> = outbox.unsaid(now, &Patience::default(), 9, &plan);
    assert!(matches!(
        &said[0].step,
        NoticeStep::GivenUp { attempts: 1, .. }
    ));
    outbox.take(&record(8, NOON, Body::Notice(said[0].clone())), &plan);
    assert_eq!(outbox.rows()[0].state, State::GivenUp);
    assert_eq!(outbox.wakes(now), None);
}

#[test]
fn a_finding_that_stands_twice_in_the_log_is_told_of_once() {
    let mut outbox = Outbox::begin(Position::START);
    let plan = plan(&[route("")]);
    let now = Timestamp::from_secs(NOON);
    let event = raised(1, 1, AlarmChange::Raised, Level::Red, NOON);
    let again = |position| Record {
        position: Position(position),
        ..event.clone()
    };
    outbox.take(&event, &plan);
    outbox.take(&again(2), &plan);
    let said = outbox.unsaid(now, &Patience::default(), 9, &plan);
    assert_eq!(said.len(), 1);
    outbox.take(&record(3, NOON, Body::Notice(said[0].clone())), &plan);
    outbox.take(&again(4), &plan);
    assert_eq!(outbox.unsaid(now, &Patience::default(), 9, &plan), []);
}

#[test]
fn an_escalation_is_told_by_the_routes_that_name_it_once_a_stage() {
    let routes = [
        route(""),
        Route {
            name: "leaders".into(),
            ..route(r#","changes":["escalated"]"#)
        },
    ];
    let plan = plan(&routes);
    let raised = raised(1, 7, AlarmChange::Raised, Level::Red, NOON);
    let Body::Finding(Finding {
        outcome: Outcome::Alarm(event),
        ..
    }) = &raised.body
    else {
        panic!("an alarm");
    };
    let escalated = |position, stage| {
        let one = Escalated {
            stage,
            to: "shift_leader".into(),
            people: Vec::new(),
            due: Timestamp::from_secs(NOON + 60),
            event: event.clone(),
        };
        record(
            position,
            NOON + 61,
            Body::Duty(Duty::Escalated(Box::new(one))),
        )
    };
    let mut outbox = Outbox::begin(Position::START);
    for record in [escalated(2, 1), escalated(3, 1), escalated(4, 2)] {
        outbox.take(&record, &plan);
    }
    let said = outbox.unsaid(
        Timestamp::from_secs(NOON + 62),
        &Patience::default(),
        100,
        &plan,
    );
    let told: Vec<_> = said
        .iter()
        .map(|notice| match &notice.step {
            NoticeStep::Queued(message) => (message.cause.clone(), message.title.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told.len(), 2);
    assert!(told[0].1.contains("无人签收，已升级"), "{}", told[0].1);
    for ((cause, _), expected) in told.iter().zip([1, 2]) {
        let NoticeCause::Escalation { route, stage, .. } = cause else {
            panic!("{cause:?}");
        };
        assert_eq!((route.as_str(), *stage), ("leaders", expected));
    }
}

fn decided(position: u64, secs: i64, act: Act) -> Record {
    let (person, seat) = (Some("li".to_owned()), String::new());
    record(
        position,
        secs,
        Body::Decision(Decision { person, seat, act }),
    )
}

fn shelves(event: &Record, until: i64) -> Act {
    let Body::Finding(Finding {
        outcome: Outcome::Alarm(event),
        ..
    }) = &event.body
    else {
        panic!("{event:?}");
    };
    Act::Shelve {
        alarm: event.alarm.clone(),
        level: Level::Orange,
        domain: None,
        until: Timestamp::from_secs(until),
        reason: "筒体清淤".into(),
        seen: Seen {
            position: Position(1),
            digest: String::new(),
        },
    }
}

#[test]
fn what_is_shelved_tells_nobody_and_what_came_back_is_told_anew() {
    let plan = plan(&[Route {
        group_secs: 30,
        ..route("")
    }]);
    let orange =
        |position, number, secs| raised(position, number, AlarmChange::Raised, Level::Orange, secs);
    let first = orange(1, 7, NOON);
    let mut outbox = Outbox::begin(Position::START);
    let mut said = |records: &[Record], secs| {
        for one in records {
            outbox.take(one, &plan);
        }
        let now = Timestamp::from_secs(secs);
        let said = outbox.unsaid(now, &Patience::default(), 100, &plan);
        let abouts = said.into_iter().map(|notice| match notice.step {
            NoticeStep::Queued(message) => message.cause.alarms().count(),
            other => panic!("{other:?}"),
        });
        abouts.collect::<Vec<_>>()
    };
    // It waits for others when it is shelved; the sensor chatters meanwhile.
    let quiet = [
        first.clone(),
        decided(2, NOON + 5, shelves(&first, NOON + 600)),
        orange(3, 8, NOON + 60),
        raised(4, 7, AlarmChange::Returned, Level::Orange, NOON + 70),
    ];
    assert_eq!(said(&quiet, NOON + 500), Vec::<usize>::new());
    let back = Act::Unshelve {
        shelf: Position(2),
        reason: "已清淤".into(),
    };
    // `raised` leaves `ended` open: both last, and nobody has acknowledged.
    assert_eq!(said(&[decided(5, NOON + 510, back)], NOON + 600), [2]);
    // A graver one brings it back at once; that one does not wait.
    let worse = [
        decided(6, NOON + 610, shelves(&first, NOON + 6_000)),
        raised(7, 9, AlarmChange::Raised, Level::Red, NOON + 700),
    ];
    assert_eq!(said(&worse, NOON + 701), [1]);
    assert_eq!(said(&[], NOON + 800), [2]);
}
