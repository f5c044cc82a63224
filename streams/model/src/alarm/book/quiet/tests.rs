use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::alarm::{AlarmChange, Level, Posture};
use crate::decision::Seen;
use crate::duty::{Duty, Unshelved, Why};
use crate::finding::{Finding, Outcome};
use crate::id::{DatastreamId, RuleId, ThingId};
use crate::record::Body;
use crate::shelving::Quiet;
use crate::time::Timestamp;

/// A book, and the records that it took, one a minute.
#[derive(Default)]
struct Story {
    book: AlarmBook,
    log: Vec<Record>,
}

fn id(number: u64) -> AlarmId {
    AlarmId::parse(&format!("{number:032x}")).expect("an id")
}

fn at(minute: u64) -> Timestamp {
    Timestamp::from_secs(minute.cast_signed() * 60)
}

/// Alarms 0 to 9 are of the rule `r0`, 10 to 19 of `r1`, and so on; all of one datastream. From 20 on they are of rules of war.
fn event(number: u64, level: Level, change: AlarmChange) -> AlarmEvent {
    let returned = matches!(change, AlarmChange::Returned);
    AlarmEvent {
        alarm: id(number),
        change,
        at: at(0),
        rule: RuleId::new(format!("r{}", number / 10)).expect("an id"),
        rule_version: None,
        subject: DatastreamId::parse("gas-1:cl2").expect("an id"),
        key: None,
        level,
        started: at(0),
        ended: returned.then(|| at(1)),
        value: 2.0,
        extreme: 2.0,
        threshold: 1.0,
        before: None,
        posture: (number >= 20).then(|| Posture::War {
            area: Some("330803".into()),
        }),
    }
}

fn shelve(number: u64, level: Level, until: u64) -> Act {
    Act::Shelve {
        alarm: id(number),
        level,
        domain: None,
        until: at(until),
        reason: "筒体清淤".into(),
        seen: Seen {
            position: Position(1),
            digest: "0".repeat(64),
        },
    }
}

fn mark(number: u64) -> Act {
    Act::MarkFalse {
        alarm: id(number),
        reason: "邻站 0".into(),
        seen: None,
    }
}

fn ask_out() -> Act {
    Act::AskOutOfService {
        alarm: id(0),
        rule: RuleId::new("r0").expect("an id"),
        thing: ThingId::new("gas-1").expect("an id"),
        domain: None,
        reason: "返厂".into(),
    }
}

impl Story {
    fn now(&self) -> u64 {
        self.log.len() as u64 + 1
    }

    fn tell(&mut self, body: Body) -> bool {
        let record = Record {
            position: Position(self.now()),
            received_at: at(self.now()),
            body,
        };
        self.book.apply(&record);
        self.log.push(record);
        self.book.last_change().position == Position(self.log.len() as u64)
    }

    fn raise(&mut self, number: u64, level: Level) {
        self.engine(event(number, level, AlarmChange::Raised));
    }

    fn engine(&mut self, event: AlarmEvent) {
        self.tell(Body::Finding(Finding {
            cause: Position(1),
            ordinal: 0,
            outcome: Outcome::Alarm(event),
        }));
    }

    /// Whether the act of this person counted.
    fn does(&mut self, person: &str, act: Act) -> bool {
        self.tell(Body::Decision(Decision {
            person: Some(person.into()),
            seat: "一号席".into(),
            act,
        }))
    }

    /// From now on incidents of these areas are at war.
    fn at_war(&mut self, areas: &[&str]) {
        let record = Record {
            position: Position(self.now()),
            received_at: at(self.now()),
            body: Body::Tick,
        };
        let areas = areas.iter().map(|area| (*area).into()).collect();
        self.book.at_war(areas, &record);
        self.log.push(record);
    }

    fn comes_back(&mut self, made_by: u64) -> bool {
        self.tell(Body::Duty(Duty::Unshelved(Box::new(Unshelved {
            shelf: Position(made_by),
            why: Why::Over,
            alarm: id(0),
            rule: RuleId::new("r0").expect("an id"),
            subject: DatastreamId::parse("gas-1:cl2").expect("an id"),
        }))))
    }

    fn quiet(&self, number: u64) -> Option<Quiet> {
        self.book.open().get(&id(number)).expect("open").quiet
    }
}

#[test]
fn a_shelf_holds_what_its_point_raises_until_it_ends_and_counts_once() {
    let mut story = Story::default();
    story.raise(0, Level::Yellow);
    assert!(story.does("li", shelve(0, Level::Yellow, 60)));
    assert_eq!(story.quiet(0), Some(Quiet::Shelved(Position(2))));
    assert!(!story.does("wu", shelve(0, Level::Yellow, 60)));
    let by = &story.book.shelving().shelves()[&Position(2)].by;
    assert_eq!(by.person.as_deref(), Some("li"));
    // The sensor chatters: the next one of the point is born quiet, one of another rule is not.
    story.raise(1, Level::Yellow);
    story.raise(10, Level::Blue);
    assert_eq!(story.quiet(1), Some(Quiet::Shelved(Position(2))));
    assert_eq!(story.quiet(10), None);
    assert!(story.comes_back(2));
    assert_eq!(story.book.last_change().back, [id(0), id(1)]);
    assert_eq!((story.quiet(0), story.quiet(1)), (None, None));
    // Never twice, also by hand.
    assert!(!story.comes_back(2));
    assert!(!story.does(
        "li",
        Act::Unshelve {
            shelf: Position(2),
            reason: String::new()
        }
    ));
    let since = story.book.open()[&id(0)].waits_since();
    assert_eq!(since, at(6), "who must acknowledge has from then on");
}

#[test]
fn what_gets_worse_calls_at_once() {
    let mut story = Story::default();
    story.raise(0, Level::Yellow);
    assert!(story.does("li", shelve(0, Level::Yellow, 60)));
    // Another rule of the datastream says something graver.
    story.raise(10, Level::Orange);
    assert_eq!(story.quiet(0), None);
    assert_eq!(story.book.last_change().back, [id(0)]);
    let shelf = &story.book.shelving().shelves()[&Position(2)];
    assert_eq!(shelf.worsened, Some(at(3)));
    // It holds nothing any more, until the house takes it down.
    story.raise(1, Level::Yellow);
    assert_eq!(story.quiet(1), None);
    assert!(story.comes_back(2));
    assert!(story.book.shelving().shelves().is_empty());
    // The alarm itself gets graver.
    assert!(story.does("li", shelve(0, Level::Yellow, 60)));
    story.engine(event(0, Level::Red, AlarmChange::Amended));
    assert_eq!(story.quiet(0), None);
    assert!(story.book.last_change().back.contains(&id(0)));
}

#[test]
fn what_is_quiet_itself_or_over_brings_nothing_back() {
    let mut story = Story::default();
    story.raise(0, Level::Yellow);
    story.raise(10, Level::Orange);
    assert!(story.does("li", shelve(0, Level::Yellow, 60)));
    assert!(story.does("li", shelve(10, Level::Orange, 60)));
    story.raise(11, Level::Orange);
    story.engine(event(20, Level::Red, AlarmChange::Returned));
    assert!(story.quiet(0).is_some() && story.quiet(11).is_some());
}

#[test]
fn a_shelving_that_comes_too_late_does_not_count() {
    let mut story = Story::default();
    story.raise(0, Level::Yellow);
    story.engine(event(0, Level::Orange, AlarmChange::Amended));
    assert!(!story.does("li", shelve(0, Level::Yellow, 60)), "graver");
    assert!(!story.does("li", shelve(0, Level::Orange, 4)), "over");
    assert!(!story.does("li", shelve(7, Level::Orange, 60)), "unknown");
    story.engine(event(
        0,
        Level::Orange,
        AlarmChange::Withdrawn { merged_into: None },
    ));
    assert!(!story.does("li", shelve(0, Level::Orange, 60)), "closed");
}

#[test]
fn a_false_alarm_is_marked_once_also_after_it_closed_and_the_mark_can_be_withdrawn() {
    let mut story = Story::default();
    story.raise(0, Level::Yellow);
    assert!(story.does("li", mark(0)));
    assert!(!story.does("wu", mark(0)));
    let unmark = Act::UnmarkFalse {
        alarm: id(0),
        reason: "现场证实".into(),
    };
    assert!(story.does("wu", unmark.clone()));
    assert!(!story.does("wu", unmark));
    story.engine(event(
        0,
        Level::Yellow,
        AlarmChange::Withdrawn { merged_into: None },
    ));
    assert!(story.does("wu", mark(0)));
    let alarm = story.book.get(&id(0)).expect("lately closed");
    let by = alarm.false_alarm.as_ref().expect("marked");
    assert_eq!(
        (by.person.as_deref(), by.note.as_str()),
        (Some("wu"), "邻站 0")
    );
}

#[test]
fn out_of_service_takes_two_people_and_comes_back_by_hand() {
    let mut story = Story::default();
    story.raise(0, Level::Yellow);
    assert!(story.does("li", ask_out()));
    assert!(!story.does("wu", ask_out()), "it is asked already");
    let approve = Act::ApproveOutOfService {
        request: Position(2),
        note: String::new(),
    };
    assert!(
        !story.does("li", approve.clone()),
        "not by the one who asked"
    );
    assert_eq!(story.quiet(0), None);
    assert!(story.does("wang", approve.clone()));
    assert!(!story.does("zhou", approve));
    assert_eq!(story.quiet(0), Some(Quiet::OutOfService(Position(2))));
    story.raise(1, Level::Red);
    assert!(story.quiet(1).is_some(), "whatever it says");
    let end = Act::EndOutOfService {
        request: Position(2),
        reason: "已修复".into(),
    };
    assert!(story.does("li", end.clone()));
    assert_eq!(story.book.last_change().back, [id(0), id(1)]);
    assert!(!story.does("li", end));
}

#[test]
fn what_is_quiet_for_another_reason_than_before_has_changed() {
    let mut story = Story::default();
    story.raise(0, Level::Yellow);
    assert!(story.does("li", shelve(0, Level::Yellow, 60)));
    assert!(story.does("li", ask_out()));
    assert_eq!(story.book.last_change().quiet, []);
    let (request, note) = (Position(3), String::new());
    assert!(story.does("wang", Act::ApproveOutOfService { request, note }));
    assert_eq!(story.quiet(0), Some(Quiet::OutOfService(request)));
    assert_eq!(story.book.last_change().quiet, [id(0)]);
    let reason = "已修复".into();
    assert!(story.does("li", Act::EndOutOfService { request, reason }));
    assert_eq!(story.quiet(0), Some(Quiet::Shelved(Position(2))));
    assert_eq!(story.book.last_change().quiet, [id(0)]);
}

#[test]
fn an_alarm_of_war_calls_while_an_incident_at_war_holds_its_thing() {
    let mut story = Story::default();
    story.raise(20, Level::Orange);
    assert!(story.book.open().is_empty(), "nobody hears of it at peace");
    assert!(story.book.known(&id(20)).is_some(), "it is on record");
    for elsewhere in [&["330802"][..], &["33080301"], &[]] {
        story.at_war(elsewhere);
        assert!(story.book.open().is_empty(), "{elsewhere:?}");
    }
    story.raise(0, Level::Yellow);
    story.at_war(&["330802", "330803"]);
    let woken = story.book.open()[&id(20)].clone();
    assert_eq!((woken.number, woken.quiet), (2, None));
    assert_eq!(story.book.last_change().back, [id(20)]);
    assert_eq!(woken.waits_since(), at(story.now() - 1), "from the war on");
    story.at_war(&["3308", "330802"]);
    assert_eq!(story.book.last_change().position, Position(0));
    story.at_war(&[]);
    assert_eq!(story.book.last_change().quiet, [id(20)]);
    assert_eq!(story.book.open().len(), 1);
    // Raised at war it calls at once.
    story.at_war(&["330803"]);
    story.raise(21, Level::Orange);
    assert_eq!(story.quiet(21), None);
    // What ended is not asked about any more at peace, nor in the next war.
    story.engine(event(21, Level::Orange, AlarmChange::Returned));
    assert!(story.book.open().contains_key(&id(21)));
    story.at_war(&[]);
    story.at_war(&["330803"]);
    assert!(!story.book.open().contains_key(&id(21)));
    assert!(story.book.open().contains_key(&id(20)));
}

#[test]
fn an_alarm_of_war_of_a_thing_without_an_area_sleeps() {
    let mut story = Story::default();
    story.at_war(&["330803"]);
    let lost = AlarmEvent {
        posture: Some(Posture::War { area: None }),
        ..event(20, Level::Orange, AlarmChange::Raised)
    };
    story.engine(lost);
    assert!(story.book.open().is_empty());
}

#[test]
fn who_keeps_alarms_one_by_one_may_put_a_sleeping_one_among_the_open() {
    let mut story = Story::default();
    story.raise(20, Level::Orange);
    story.raise(21, Level::Orange);
    story.engine(event(21, Level::Orange, AlarmChange::Returned));
    let both = [20, 21].map(|number| (id(number), story.book.known(&id(number)).expect("kept")));
    let kept = serde_json::json!({ "open": BTreeMap::from(both), "closed": {} });
    let book: AlarmBook = serde_json::from_value(kept).expect("a book");
    assert_eq!(book.asleep, story.book.asleep);
    assert_eq!(book.closed, story.book.closed);
    assert!(book.open.is_empty() && book.numbers == story.book.numbers);
}

#[test]
fn a_record_of_before_has_no_posture() {
    let written = serde_json::to_value(event(0, Level::Blue, AlarmChange::Raised)).expect("JSON");
    assert_eq!(written.get("posture"), None);
    let written = serde_json::to_value(event(20, Level::Blue, AlarmChange::Raised)).expect("JSON");
    assert_eq!(written["posture"]["war"]["area"], "330803");
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Raise(u64, u8),
    End(u64),
    Acknowledge(u64),
    Shelve(u64, u8),
    Return(u64),
    Ask,
    Approve(u64),
    EndOut(u64),
    Mark(u64),
    Wars(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let alarm = || 0_u64..30;
    let record = || 1_u64..60;
    prop_oneof![
        5 => (alarm(), 1_u8..5).prop_map(|(alarm, level)| Step::Raise(alarm, level)),
        2 => alarm().prop_map(Step::End),
        2 => alarm().prop_map(Step::Acknowledge),
        5 => (alarm(), 1_u8..5).prop_map(|(alarm, level)| Step::Shelve(alarm, level)),
        2 => record().prop_map(Step::Return),
        1 => Just(Step::Ask),
        2 => record().prop_map(Step::Approve),
        1 => record().prop_map(Step::EndOut),
        1 => alarm().prop_map(Step::Mark),
        2 => (0_u8..8).prop_map(Step::Wars),
    ]
}

impl Story {
    fn step(&mut self, step: Step) {
        let level = |level: u8| Level::try_from(level).expect("1 to 4");
        match step {
            Step::Raise(alarm, of) => self.raise(alarm, level(of)),
            Step::End(alarm) => self.engine(event(alarm, Level::Yellow, AlarmChange::Returned)),
            Step::Acknowledge(alarm) => {
                let note = String::new();
                let (alarm, seen) = (id(alarm), None);
                self.does("li", Act::Acknowledge { alarm, note, seen });
            }
            Step::Shelve(alarm, of) => {
                self.does("li", shelve(alarm, level(of), self.now() + 30));
            }
            Step::Return(made_by) => {
                self.comes_back(made_by);
            }
            Step::Ask => {
                self.does("li", ask_out());
            }
            Step::Approve(request) => {
                let (request, note) = (Position(request), String::new());
                self.does("wang", Act::ApproveOutOfService { request, note });
            }
            Step::EndOut(request) => {
                let (request, reason) = (Position(request), String::new());
                self.does("wang", Act::EndOutOfService { request, reason });
            }
            Step::Mark(alarm) => {
                self.does("li", mark(alarm));
            }
            Step::Wars(of) => {
                let areas = ["3308", "330802", "330803"];
                let of = (0..3).filter(|bit| of & (1 << bit) != 0);
                let areas: Vec<&str> = of.map(|bit| areas[bit]).collect();
                self.at_war(&areas);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// What each alarm says of itself is what a look at all shelves says; what is kept and read again is the same book; nobody sees an alarm go
    /// quiet or come back without being told.
    #[test]
    fn the_marks_of_alarms_are_those_of_the_shelves(steps in prop::collection::vec(step(), 1..60)) {
        let mut story = Story::default();
        for step in steps {
            let before: Vec<_> = story.book.open().iter().map(|(id, alarm)| (id.clone(), alarm.quiet.is_some())).collect();
            let slept: Vec<_> = story.book.asleep.keys().cloned().collect();
            story.step(step);
            for (id, asleep) in &story.book.asleep {
                prop_assert!(asleep.event.is_asleep(&story.book.shelving().wars) && asleep.event.ended.is_none());
                let was_open = before.iter().any(|(other, _)| other == id);
                prop_assert!(!was_open || story.book.last_change().quiet.contains(id));
            }
            for (id, alarm) in story.book.open() {
                prop_assert_eq!(alarm.quiet, story.book.shelving().quiet(&alarm.event));
                let was_quiet = before.iter().find(|(other, _)| other == id).map(|(_, quiet)| *quiet);
                let told = story.book.last_change();
                let was_quiet = was_quiet.or_else(|| slept.contains(id).then_some(true));
                prop_assert_eq!(was_quiet == Some(true) && alarm.quiet.is_none(), told.back.contains(id));
                prop_assert!(was_quiet != Some(false) || alarm.quiet.is_none() || told.quiet.contains(id));
                prop_assert!(alarm.acknowledgement.is_none() || alarm.back_at.is_none());
            }
            let kept = serde_json::to_vec(&story.book).expect("JSON");
            let again: AlarmBook = serde_json::from_slice(&kept).expect("a book");
            prop_assert_eq!((again.open(), again.shelving()), (story.book.open(), story.book.shelving()));
            prop_assert_eq!(&again.asleep, &story.book.asleep);
        }
    }
}
