//! Floods: many alarms in one notice.

use yiping_model::DatastreamId;

use super::*;

fn grouping() -> Route {
    Route {
        group_secs: 30,
        ..route("")
    }
}

/// What is queued so many seconds after noon; it is in the log then.
fn queued(outbox: &mut Outbox, plan: &Plan, position: u64, secs: i64) -> Vec<Message> {
    let said = outbox.unsaid(
        Timestamp::from_secs(NOON + secs),
        &Patience::default(),
        1_000,
        plan,
    );
    let mut messages = Vec::new();
    for (place, notice) in (position..).zip(said) {
        if let NoticeStep::Queued(message) = &notice.step {
            messages.push((**message).clone());
        }
        outbox.take(&record(place, NOON + secs, Body::Notice(notice)), plan);
    }
    messages
}

fn about(message: &Message) -> usize {
    message.cause.alarms().count()
}

#[test]
fn a_flood_is_one_notice_that_lists_the_first_and_counts_all() {
    let (mut outbox, plan) = (Outbox::default(), plan(&[grouping()]));
    for alarm in 1_u64..=7 {
        let change = if alarm == 3 {
            AlarmChange::Returned
        } else {
            AlarmChange::Raised
        };
        let level = if alarm == 7 {
            Level::Orange
        } else {
            Level::Yellow
        };
        let at = NOON + alarm.cast_signed();
        outbox.take(&raised(alarm, alarm, change, level, at), &plan);
    }
    assert_eq!(
        queued(&mut outbox, &plan, 8, 30),
        [],
        "the first came at one"
    );
    assert_eq!(outbox.standing(Timestamp::from_secs(NOON)).waiting, 7);
    let wakes = outbox.wakes(Timestamp::from_secs(NOON + 30));
    assert_eq!(wakes.map(|wait| wait.as_secs()), Some(1));
    let said = queued(&mut outbox, &plan, 8, 31);
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].title, "【二级（橙）】氯气过高：报警 6、恢复正常 1");
    let lines: Vec<&str> = said[0].text.lines().collect();
    assert_eq!(
        lines[0],
        "衢州市 【二级（橙）】氯气过高：报警 6、恢复正常 1"
    );
    assert_eq!(lines[1], "【二级（橙）】报警：氯气过高 一号罐区 gas-1");
    assert_eq!(
        (lines[6], lines[7], lines.len()),
        ("另有 2 条", "http://wall/", 8)
    );
    assert_eq!(about(&said[0]), 7);
    assert_eq!(outbox.standing(Timestamp::from_secs(NOON)).waiting, 1);
    assert_eq!(queued(&mut outbox, &plan, 9, 90), []);

    // The log says it of all of them: none comes again, though its finding does.
    outbox.take(
        &raised(20, 2, AlarmChange::Raised, Level::Yellow, NOON + 2),
        &plan,
    );
    let twice = queued(&mut outbox, &plan, 21, 200);
    assert_eq!(
        twice.len(),
        1,
        "another finding of the same alarm is another change"
    );
    let mut again = raised(4, 4, AlarmChange::Raised, Level::Yellow, NOON + 4);
    again.position = Position(30);
    outbox.take(&again, &plan);
    assert_eq!(queued(&mut outbox, &plan, 31, 300), []);
}

#[test]
fn one_alone_is_told_as_ever_and_what_comes_later_is_another_notice() {
    let (mut outbox, plan) = (Outbox::default(), plan(&[grouping()]));
    for (position, secs) in [(1, 0), (2, 30), (3, 59)] {
        outbox.take(
            &raised(
                position,
                position,
                AlarmChange::Raised,
                Level::Blue,
                NOON + secs,
            ),
            &plan,
        );
    }
    let said = queued(&mut outbox, &plan, 4, 60);
    assert_eq!(said.iter().map(about).collect::<Vec<_>>(), [1, 2]);
    assert!(matches!(said[0].cause, NoticeCause::Alarm { .. }));
    assert_eq!(said[0].title, "【四级（蓝）】报警：氯气过高 一号罐区 gas-1");
}

#[test]
fn the_highest_level_never_waits_and_takes_what_is_gathered_of_its_alarm_along() {
    let (mut outbox, plan) = (Outbox::default(), plan(&[grouping()]));
    outbox.take(
        &raised(1, 1, AlarmChange::Raised, Level::Orange, NOON),
        &plan,
    );
    outbox.take(
        &raised(2, 2, AlarmChange::Raised, Level::Orange, NOON),
        &plan,
    );
    outbox.take(&raised(3, 9, AlarmChange::Raised, Level::Red, NOON), &plan);
    let said = queued(&mut outbox, &plan, 4, 0);
    assert_eq!(said.iter().map(about).collect::<Vec<_>>(), [1]);
    assert_eq!(said[0].title, "【一级（红）】报警：氯气过高 一号罐区 gas-1");
    outbox.take(
        &raised(5, 2, AlarmChange::Amended, Level::Red, NOON + 1),
        &plan,
    );
    outbox.take(
        &raised(6, 2, AlarmChange::Returned, Level::Red, NOON + 1),
        &plan,
    );
    let said = queued(&mut outbox, &plan, 7, 1);
    assert_eq!(said.iter().map(about).collect::<Vec<_>>(), [2, 1]);
    let word = |message: &Message| message.title.contains("恢复正常");
    assert_eq!(said.iter().map(word).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_notice_has_room_for_two_hundred() {
    let (mut outbox, plan) = (Outbox::default(), plan(&[grouping()]));
    for alarm in 1..=450 {
        outbox.take(
            &raised(alarm, alarm, AlarmChange::Raised, Level::Blue, NOON),
            &plan,
        );
    }
    let full = queued(&mut outbox, &plan, 500, 0);
    assert_eq!(full.iter().map(about).collect::<Vec<_>>(), [200, 200]);
    let rest = queued(&mut outbox, &plan, 600, 30);
    assert_eq!(rest.iter().map(about).collect::<Vec<_>>(), [50]);
}

/// Silent things behind one gateway, of two rules, are one notice; what is not silent goes by its rule.
#[test]
fn what_is_silent_behind_one_gateway_is_told_of_together() {
    let mut words = words(false);
    let mut catalogue = (*words.catalogue).clone();
    let gateway = ThingId::new("gas-1").expect("valid");
    for id in ["lamp-1", "lamp-2"] {
        let mut thing = catalogue.things[&gateway].clone();
        thing.id = ThingId::new(id).expect("valid");
        thing.parent = Some(gateway.clone());
        catalogue.things.insert(thing.id.clone(), thing);
    }
    words.catalogue = Arc::new(catalogue);
    for (rule, measure) in [
        ("silent", Measure::Seconds),
        ("stuck", Measure::Seconds),
        ("bright", Measure::Value),
    ] {
        words
            .rules
            .insert(RuleId::new(rule).expect("valid"), rule_words(measure));
    }
    let english = Route {
        language: Language::En,
        ..grouping()
    };
    let plan = Plan::new(&[english], words).expect("right");
    let mut outbox = Outbox::default();
    let told = [
        ("gas-1", "silent"),
        ("lamp-1", "silent"),
        ("lamp-2", "stuck"),
        ("lamp-2", "bright"),
        ("lamp-1", "bright"),
    ];
    for (position, (thing, rule)) in (1..).zip(told) {
        let mut event = raised(position, position, AlarmChange::Raised, Level::Blue, NOON);
        if let Body::Finding(finding) = &mut event.body
            && let Outcome::Alarm(alarm) = &mut finding.outcome
        {
            alarm.subject = DatastreamId::parse(&format!("{thing}:cl2")).expect("valid");
            alarm.rule = RuleId::new(rule).expect("valid");
        }
        outbox.take(&event, &plan);
    }
    let said = queued(&mut outbox, &plan, 10, 30);
    assert_eq!(said.iter().map(about).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(
        said[0].title,
        "[Level IV (blue)] Tank farm 1 gas-1 and behind it: alarm 3"
    );
}

#[test]
fn a_number_is_the_smallest_that_is_free_as_on_the_wall() {
    let own = route(r#","text":"{number}""#);
    let (mut outbox, plan) = (Outbox::default(), plan(&[own]));
    let withdrawn = AlarmChange::Withdrawn { merged_into: None };
    let told = [
        (1, AlarmChange::Raised),
        (2, AlarmChange::Raised),
        (1, withdrawn),
        (3, AlarmChange::Raised),
        (2, AlarmChange::Returned),
    ];
    for (position, (alarm, change)) in (1..).zip(told) {
        outbox.take(&raised(position, alarm, change, Level::Blue, NOON), &plan);
    }
    let said = queued(&mut outbox, &plan, 10, 0);
    let numbers: Vec<&str> = said.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(numbers, ["1", "2", "1", "1", "2"]);
}
