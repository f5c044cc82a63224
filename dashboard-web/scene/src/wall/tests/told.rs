use yiping_model::{AlarmTold, Message, Notice, NoticeCause, NoticeId, NoticeStep};

use super::*;
use crate::evidence;
use crate::message::{ChangeView, ChannelView, NoticeStateView};

fn step(notice: u8, step: NoticeStep) -> Body {
    Body::Notice(Notice {
        notice: NoticeId::of(&[&notice.to_string()]),
        step,
    })
}

fn queued(notice: u8, channel: &str, alarms: &[i64], not_before: Option<i64>) -> Body {
    let told = |alarm: &i64| AlarmTold {
        alone: NoticeId::of(&["alone", &alarm.to_string()]),
        alarm: alarm_id(*alarm),
        change: AlarmChange::Raised,
    };
    let cause = match alarms {
        [alarm] => NoticeCause::Alarm {
            route: "grave".into(),
            alarm: alarm_id(*alarm),
            change: AlarmChange::Raised,
            level: Level::Orange,
        },
        several => NoticeCause::Group {
            route: "grave".into(),
            level: Level::Orange,
            about: several.iter().map(told).collect(),
        },
    };
    step(
        notice,
        NoticeStep::Queued(Box::new(Message {
            channel: channel.into(),
            cause,
            not_before: not_before.map(at),
            title: "t".into(),
            text: "t".into(),
        })),
    )
}

fn failed(notice: u8, attempt: u32) -> Body {
    step(
        notice,
        NoticeStep::Failed {
            attempt,
            reason: "503".into(),
            next: at(9_999),
        },
    )
}

fn delivered(notice: u8) -> Body {
    let (attempt, answer) = (2, "ok".into());
    step(notice, NoticeStep::Delivered { attempt, answer })
}

fn given_up(notice: u8) -> Body {
    let (attempts, reason) = (9, "503".into());
    step(notice, NoticeStep::GivenUp { attempts, reason })
}

fn account(name: &str, display: &str) -> Body {
    Body::Decision(Decision {
        person: None,
        seat: String::new(),
        act: Act::SetAccount {
            account: name.into(),
            display: display.into(),
            roles: Vec::new(),
            areas: Vec::new(),
            domains: Vec::new(),
            closed: false,
        },
    })
}

fn acknowledged_by(number: i64, person: &str) -> Body {
    let Body::Decision(decision) = acknowledge(number, "一号席") else {
        panic!("a decision");
    };
    Body::Decision(Decision {
        person: Some(person.into()),
        ..decision
    })
}

/// Whatever happens to notices and to names.
pub(super) fn any_word() -> impl Strategy<Value = Body> {
    let channel = prop::sample::select(vec!["短信", "mail"]);
    let person = prop::sample::select(vec!["officer", "leader"]);
    let alarms = prop::collection::vec(0_i64..4, 0..4);
    prop_oneof![
        4 => (0_u8..9, channel, alarms, prop::option::of(1_000_i64..1_200))
            .prop_map(|(notice, channel, alarms, held)| queued(notice, channel, &alarms, held)),
        2 => (0_u8..9, 1_u32..4).prop_map(|(notice, attempt)| failed(notice, attempt)),
        2 => (0_u8..9).prop_map(delivered),
        1 => (0_u8..9).prop_map(given_up),
        1 => (person.clone(), 0_u8..3).prop_map(|(name, display)| account(name, &display.to_string())),
        1 => (0_i64..4, person).prop_map(|(number, person)| acknowledged_by(number, person)),
    ]
}

/// How a channel stands: waiting and since when, failing since when, given up.
fn standing(view: &ChannelView) -> (&str, u32, Option<i64>, Option<i64>, u32) {
    (
        &view.channel,
        view.waiting,
        view.waiting_since_ms,
        view.failing_since_ms,
        view.given_up,
    )
}

#[test]
fn the_wall_says_of_each_channel_what_waits_since_when_and_what_was_given_up() {
    let mut bodies = vec![
        queued(1, "短信", &[1], None),
        queued(2, "短信", &[2], None),
        queued(3, "mail", &[1], Some(2_000)),
        failed(2, 1),
        failed(2, 2),
    ];
    let state = told(bodies.clone()).snapshot().state;
    let channels: Vec<_> = state.channels.iter().map(standing).collect();
    let (one, failing) = (Some(1_001_000), Some(1_004_000));
    assert_eq!(
        channels,
        [
            ("mail", 1, Some(2_000_000), None, 0),
            ("短信", 2, one, failing, 0)
        ]
    );

    bodies.extend([delivered(1), given_up(2), delivered(3)]);
    let state = told(bodies).snapshot().state;
    let channels: Vec<_> = state.channels.iter().map(standing).collect();
    assert_eq!(
        channels,
        [("mail", 0, None, None, 0), ("短信", 0, None, None, 1)]
    );
    assert_eq!(state.channels[1].given_up_ms, Some(1_007_000));
}

#[test]
fn an_open_alarm_says_who_was_told_and_what_became_of_it() {
    let bodies = vec![
        alarm(1, AlarmChange::Raised, None),
        alarm(2, AlarmChange::Raised, None),
        queued(1, "短信", &[1, 2], None),
        queued(2, "mail", &[1], None),
        delivered(1),
        failed(2, 1),
        queued(3, "mail", &[3], None),
    ];
    let state = told(bodies.clone()).snapshot().state;
    assert_eq!(
        state.told.len(),
        2,
        "an alarm that is not open is not told of"
    );
    let of = |state: &StateView, number| {
        let id = alarm_id(number).to_string();
        let mut told = state.told.iter().filter(move |told| told.alarm == id);
        told.next().map(|told| told.notices.clone())
    };
    let first = of(&state, 1).expect("told");
    let second = of(&state, 2).expect("told");
    assert_eq!((first.len(), second.len()), (2, 1));
    assert_eq!(first[0].state, NoticeStateView::Delivered);
    assert_eq!((first[0].attempts, first[0].at_ms), (2, 1_005_000));
    assert_eq!(first[0], second[0]);
    assert_eq!(first[1].state, NoticeStateView::Waiting);
    assert_eq!(first[1].change, ChangeView::Raised);
    assert_eq!((first[1].attempts, first[1].at_ms), (1, 1_004_000));

    let over = [
        acknowledge(1, "1"),
        alarm(1, AlarmChange::Returned, Some(9)),
        delivered(2),
    ];
    let mut wall = told(bodies.into_iter().chain(over).collect());
    let state = wall.snapshot().state;
    assert_eq!(of(&state, 1), None, "it is closed");
    let delta = wall.take_delta().expect("moved");
    assert_eq!(delta.told.len(), 1, "only of those that are open");
}

#[test]
fn of_a_flood_of_notices_an_alarm_keeps_the_last() {
    let mut bodies = vec![alarm(1, AlarmChange::Raised, None)];
    bodies.extend((0..40).map(|notice| queued(notice, "短信", &[1], None)));
    let state = told(bodies).snapshot().state;
    assert_eq!(state.told[0].notices.len(), crate::message::TOLD_PER_ALARM);
    let last = NoticeId::of(&["39"]).to_string();
    assert_eq!(
        state.told[0].notices.last().map(|one| one.notice.clone()),
        Some(last)
    );
    assert_eq!(state.channels[0].waiting, 40);
}

#[test]
fn who_acknowledged_is_called_by_the_name_on_screens() {
    let mut wall = told(vec![
        account("officer", "值班员"),
        alarm(1, AlarmChange::Raised, None),
        alarm(2, AlarmChange::Raised, None),
        acknowledged_by(1, "officer"),
        acknowledged_by(2, "stranger"),
    ]);
    let names = |wall: &WallScene| {
        let state = wall.snapshot().state;
        let given = state
            .alarms
            .into_iter()
            .filter_map(|alarm| alarm.acknowledged);
        let mut names: Vec<_> = given.map(|given| (given.person, given.display)).collect();
        names.sort();
        names
    };
    let known = |display: &str| (Some("officer".into()), Some(display.to_owned()));
    let stranger = (Some("stranger".into()), None);
    assert_eq!(names(&wall), [known("值班员"), stranger.clone()]);
    assert_eq!(wall.display("officer"), Some("值班员"));

    // Who is called otherwise is so at once, and nobody else is told anew.
    wall.take_delta();
    wall.apply(&Record {
        position: Position(99),
        received_at: at(9_999),
        body: account("officer", "值班员甲"),
    });
    assert_eq!(names(&wall), [known("值班员甲"), stranger]);
    assert_eq!(wall.take_delta().expect("moved").alarms.len(), 1);
}

/// A decision rests on the digest of what was not acknowledged yet: neither a name nor a notice moves it.
#[test]
fn neither_a_name_nor_a_notice_changes_the_evidence() {
    let digest = |bodies: Vec<Body>| {
        let shown = told(bodies).alarm_view(&alarm_id(1));
        evidence::digest(&shown.expect("open"))
    };
    let raised = alarm(1, AlarmChange::Raised, None);
    let plain = digest(vec![raised.clone()]);
    let more = vec![
        raised,
        queued(1, "短信", &[1], None),
        account("officer", "值班员"),
        failed(1, 1),
        delivered(1),
    ];
    assert_eq!(plain, digest(more));
}
