//! Rules on events: which matters there are, and what is told of them. A hold of 30 s.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use yiping_model::{
    AlarmChange, AlarmEvent, Body, Event, EventKey, EventKind, Finding, Measured, Outcome,
    Position, PropertyId, Quality, Record, SourceId, ThingId, Timestamp,
};

use super::oracle::time;
use super::scenario::{catalogue, laws, rule};
use crate::rule::{By, Happening, Lapse};
use crate::{Engine, Operator, Rule, Settings, Threshold};

const HOLD: u32 = 30;

fn watcher() -> Engine {
    let threshold = Threshold::Above {
        raise: 1.0,
        clear: 0.0,
    };
    let on = |id: &str, by, least: &[(&str, f64)]| Rule {
        properties: Vec::new(),
        operator: Operator::Event(Happening {
            kind: EventKind::new("smoke").expect("valid"),
            min: least
                .iter()
                .map(|(property, least)| (PropertyId::new(property).expect("valid"), *least))
                .collect(),
            by,
            hold: Lapse::from_secs(HOLD),
        }),
        ..rule(id, "bare", threshold)
    };
    let rules = vec![
        on("each", By::Track, &[("confidence", 6.0)]),
        on("all", By::Thing, &[]),
    ];
    Engine::new(Arc::new(catalogue()), rules, laws(), Settings::default())
}

/// Second, track, confidence, and by how many seconds it is delayed; some come twice.
type Seen = (u32, u8, u8, u32, bool);

fn story() -> impl Strategy<Value = Vec<Seen>> {
    let one = (0_u32..600, 0_u8..3, 0_u8..10, 0_u32..120, any::<bool>());
    prop::collection::vec(one, 1..60).prop_map(|mut seen| {
        // An event is what it is: of one track at one time there is one.
        let mut known = BTreeSet::new();
        seen.retain(|one| known.insert((one.0, one.1)));
        seen
    })
}

fn event(seen: Seen) -> Body {
    let (secs, track, confidence, ..) = seen;
    let measured = Measured {
        property: PropertyId::new("confidence").expect("valid"),
        value: confidence.into(),
        quality: Quality::Good,
    };
    Body::Event(Event {
        source: SourceId::new("mqtt").expect("valid"),
        thing: ThingId::new("cam").expect("valid"),
        phenomenon_time: time(secs),
        kind: EventKind::new("smoke").expect("valid"),
        key: (track > 0).then(|| EventKey::new(format!("t{track}")).expect("valid")),
        part: None,
        values: std::iter::once(measured).collect(),
    })
}

fn log(story: &[Seen]) -> Vec<Record> {
    let mut bodies: Vec<(u32, Body)> = (0..900).map(|secs| (secs, Body::Tick)).collect();
    for one in story {
        bodies.push((one.0 + one.3, event(*one)));
        if one.4 {
            bodies.push((one.0 + one.3 + 7, event(*one)));
        }
    }
    bodies.sort_by_key(|(secs, _)| *secs);
    let numbered = (1..).zip(bodies);
    numbered
        .map(|(number, (secs, body))| Record {
            position: Position(number),
            received_at: time(secs),
            body,
        })
        .collect()
}

/// Rule, track, beginning, end, value at the beginning, extreme.
type Matter = (&'static str, u8, Timestamp, Option<Timestamp>, u64, u64);

fn slow(story: &[Seen]) -> BTreeSet<Matter> {
    let mut matters = BTreeSet::new();
    for (rule, tracks) in [("each", vec![0, 1, 2]), ("all", vec![9])] {
        for track in tracks {
            let of_track = |one: &&Seen| track == 9 || (one.1 == track && one.2 >= 6);
            let mut seen: Vec<&Seen> = story.iter().filter(of_track).collect();
            seen.sort();
            for run in seen.chunk_by(|one, next| next.0 - one.0 <= HOLD) {
                let at_first = run.iter().filter(|one| one.0 == run[0].0);
                let value = at_first.map(|one| u64::from(one.2)).max();
                let extreme = run.iter().map(|one| u64::from(one.2)).max();
                let end = time(run[run.len() - 1].0 + HOLD);
                let track = if track == 9 { 0 } else { track };
                matters.insert((
                    rule,
                    track,
                    time(run[0].0),
                    Some(end),
                    value.expect("not empty"),
                    extreme.expect("not empty"),
                ));
            }
        }
    }
    matters
}

/// The last word on every alarm; they are begun once, and every correction says what was said before.
fn last(findings: &[Finding]) -> BTreeSet<Matter> {
    let mut known: BTreeMap<_, AlarmEvent> = BTreeMap::new();
    for finding in findings {
        let Outcome::Alarm(event) = &finding.outcome else {
            continue;
        };
        let said = known.get(&event.alarm);
        assert_eq!(
            said.is_none(),
            event.change == AlarmChange::Raised,
            "{event:?}"
        );
        if let Some(before) = event.before {
            let said = said.expect("said");
            assert_eq!((before.started, before.ended), (said.started, said.ended));
        }
        if let AlarmChange::Withdrawn { merged_into } = &event.change {
            assert!(known.contains_key(merged_into.as_ref().expect("joined")));
            known.remove(&event.alarm);
        } else {
            known.insert(event.alarm.clone(), event.clone());
            let open = known.values().filter(|one| {
                one.ended.is_none() && (&one.rule, &one.key) == (&event.rule, &event.key)
            });
            assert!(open.count() <= 1, "two open alarms of one track");
        }
    }
    known
        .into_values()
        .map(|event| {
            assert_eq!(event.subject.to_string(), "cam:smoke");
            let track = event.key.map_or(0, |key| key.as_str().as_bytes()[1] - b'0');
            let rule = if event.rule.as_str() == "each" {
                "each"
            } else {
                "all"
            };
            let (value, extreme) = (event.value as u64, event.extreme as u64);
            (rule, track, event.started, event.ended, value, extreme)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn settled_matters_do_not_depend_on_the_order_of_arrival_nor_on_copies(story in story()) {
        let mut engine = watcher();
        engine.handle(&log(&story));
        prop_assert_eq!(last(&engine.drain()), slow(&story));
    }

    #[test]
    fn a_restart_at_any_point_and_any_batches_change_nothing(
        story in story(), cut in any::<prop::sample::Index>(), size in 1_usize..50,
    ) {
        let bytes = |findings: &[Finding]| serde_json::to_string(findings).expect("plain values");
        let log = log(&story);
        let mut whole = watcher();
        whole.handle(&log);
        let expected = whole.drain();
        let (before, after) = log.split_at(cut.index(log.len()));
        let mut first = watcher();
        first.handle(before);
        let mut findings = first.drain();
        let mut second = watcher();
        second.restore(&first.checkpoint().joined()).expect("the same configuration");
        prop_assert_eq!(second.next_deadline(), first.next_deadline());
        for batch in after.chunks(size) {
            second.handle(batch);
        }
        findings.extend(second.drain());
        prop_assert_eq!(bytes(&findings), bytes(&expected));
        prop_assert_eq!(second.checkpoint(), whole.checkpoint());
    }
}

#[test]
fn a_track_beyond_the_limit_is_counted_and_the_others_go_on() {
    let mut engine = Engine::new(
        Arc::new(catalogue()),
        vec![watcher_rule()],
        laws(),
        Settings {
            tracks_max: 1,
            ..Settings::default()
        },
    );
    engine.handle(&log(&[
        (0, 1, 9, 0, false),
        (1, 2, 9, 0, false),
        (60, 1, 9, 0, false),
    ]));
    assert_eq!(engine.counts().over_limit, 1);
    assert_eq!(last(&engine.drain()).len(), 2);
}

#[test]
fn an_event_older_than_late_truth_reaches_is_counted_and_raises_nothing() {
    let mut engine = watcher();
    let late = Record {
        position: Position(1),
        received_at: time(0) + Duration::from_hours(49),
        body: event((0, 1, 9, 0, false)),
    };
    engine.handle(&[late]);
    assert!(engine.drain().is_empty());
    assert_eq!(engine.counts().too_late, 2);
}

fn watcher_rule() -> Rule {
    let text = r#"
        id = "each"
        title = { zh = "烟火", en = "smoke" }
        level = 1
        source = "test"
        event = { kind = "smoke", min = { confidence = 6 }, hold = "30s" }
    "#;
    toml::from_str(text).expect("a rule")
}
