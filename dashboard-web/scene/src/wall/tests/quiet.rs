//! What is kept quiet: on the screen as on the ledger.

use yiping_model::{Duty, RuleId, Seen, Unshelved, Why};

use super::*;
use crate::message::QuietView;

fn does(person: &str, act: Act) -> Body {
    Body::Decision(Decision {
        person: Some(person.into()),
        seat: "一号席".into(),
        act,
    })
}

fn shelve(number: i64) -> Body {
    does(
        "li",
        Act::Shelve {
            alarm: alarm_id(number),
            level: Level::Orange,
            domain: None,
            until: at(9_000),
            reason: "筒体清淤".into(),
            seen: Seen {
                position: Position(1),
                digest: String::new(),
            },
        },
    )
}

fn comes_back(shelf: u64) -> Body {
    Body::Duty(Duty::Unshelved(Box::new(Unshelved {
        shelf: Position(shelf),
        why: Why::Over,
        alarm: alarm_id(0),
        rule: RuleId::new("r").expect("valid"),
        subject: datastream("a:pm25"),
    })))
}

fn out(request: Option<u64>) -> Body {
    match request.map(Position) {
        None => does(
            "li",
            Act::AskOutOfService {
                alarm: alarm_id(0),
                rule: RuleId::new("r").expect("valid"),
                thing: ThingId::new("a").expect("valid"),
                domain: None,
                reason: "返厂".into(),
            },
        ),
        Some(request) => does(
            "wang",
            Act::ApproveOutOfService {
                request,
                note: String::new(),
            },
        ),
    }
}

/// For the test of snapshots and deltas: what keeps quiet, brings back, and marks.
pub(super) fn any_quieting() -> impl Strategy<Value = Body> {
    prop_oneof![
        4 => (0_i64..4).prop_map(shelve),
        3 => (1_u64..250).prop_map(|record| comes_back(record * 2)),
        1 => Just(out(None)),
        2 => (1_u64..250).prop_map(|record| out(Some(record * 2))),
        1 => (1_u64..250).prop_map(|record| {
            let request = Position(record * 2);
            does("wang", Act::EndOutOfService { request, reason: "已修复".into() })
        }),
        2 => (0_i64..4).prop_map(|number| {
            does("li", Act::MarkFalse { alarm: alarm_id(number), reason: "邻站 0".into(), seen: None })
        }),
        1 => (0_i64..4).prop_map(|number| {
            does("li", Act::UnmarkFalse { alarm: alarm_id(number), reason: "证实".into() })
        }),
    ]
}

#[test]
fn a_shelved_alarm_says_so_and_stands_in_the_list_with_the_name_of_who_shelved_it() {
    let called = Act::SetAccount {
        account: "li".into(),
        display: "李婷".into(),
        roles: Vec::new(),
        areas: Vec::new(),
        domains: Vec::new(),
        closed: false,
    };
    let mut wall = told(vec![
        does("admin", called),
        alarm(0, AlarmChange::Raised, None),
        alarm(1, AlarmChange::Raised, None),
        shelve(0),
    ]);
    let delta = wall.take_delta().expect("moved");
    let shelved = &delta.shelving.expect("changed").shelved;
    assert_eq!(
        (
            shelved[0].record,
            shelved[0].by.display.as_deref(),
            shelved[0].by.note.as_str()
        ),
        (8, Some("李婷"), "筒体清淤")
    );
    // One datastream, one rule: both are of the point.
    assert!(
        delta
            .alarms
            .iter()
            .all(|alarm| alarm.quiet == Some(QuietView::Shelved))
    );
    let back = Record {
        position: Position(10),
        received_at: at(2_000),
        body: comes_back(8),
    };
    wall.apply(&back);
    let delta = wall.take_delta().expect("moved");
    assert!(delta.shelving.expect("changed").is_empty());
    assert_eq!(delta.alarms.len(), 2);
    assert!(delta.alarms.iter().all(|alarm| alarm.quiet.is_none()));
    wall.apply(&Record {
        position: Position(12),
        ..back
    });
    assert!(!wall.changed_alarms(Position(12)), "never twice");
    assert_eq!(wall.take_delta().expect("moved").shelving, None);
}
