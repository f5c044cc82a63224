//! What the book makes of a story of records.

use super::*;
use crate::alarm::{Level, RuleVersion};
use crate::id::{DatastreamId, RuleId, SourceId, ThingId};
use crate::time::Timestamp;

struct Story {
    book: AlarmBook,
    position: Position,
}

impl Story {
    fn new() -> Self {
        Self {
            book: AlarmBook::default(),
            position: Position::START,
        }
    }

    fn engine(&mut self, thing: &str, change: AlarmChange, ended: Option<i64>) -> Alarm {
        let event = event(thing, change, ended);
        let finding = Finding {
            cause: self.position,
            ordinal: 0,
            outcome: Outcome::Alarm(event),
        };
        self.tell(Body::Finding(finding))
            .expect("an event changes its alarm")
    }

    fn acknowledge(&mut self, thing: &str, seat: &str) -> Option<Alarm> {
        let alarm = event(thing, AlarmChange::Raised, None).alarm;
        self.tell(Body::Decision(Decision {
            person: None,
            seat: seat.into(),
            act: Act::Acknowledge {
                alarm,
                note: String::new(),
                seen: None,
            },
        }))
    }

    fn tell(&mut self, body: Body) -> Option<Alarm> {
        self.position = self.position.next();
        let received_at = Timestamp::from_secs(i64::try_from(self.position.0).expect("small"));
        self.book.apply(&Record {
            position: self.position,
            received_at,
            body,
        })
    }
}

fn event(thing: &str, change: AlarmChange, ended: Option<i64>) -> AlarmEvent {
    let rule = RuleId::new("r").expect("valid");
    let subject = DatastreamId::parse(&format!("{thing}:pm25")).expect("valid");
    let started = Timestamp::from_secs(10);
    AlarmEvent {
        alarm: AlarmId::of(
            &rule,
            &subject,
            &SourceId::new("s").expect("valid"),
            started,
            1.0,
        ),
        change,
        at: started,
        rule,
        rule_version: None,
        subject,
        key: None,
        level: Level::Orange,
        started,
        ended: ended.map(Timestamp::from_secs),
        value: 1.0,
        extreme: 1.0,
        threshold: 0.5,
        before: None,
        posture: None,
    }
}

#[test]
fn an_alarm_is_closed_only_when_it_is_both_over_and_acknowledged() {
    let mut story = Story::new();
    assert_eq!(
        story.engine("a", AlarmChange::Raised, None).state(),
        AlarmState::Unacknowledged
    );
    assert_eq!(
        story.engine("a", AlarmChange::Returned, Some(20)).state(),
        AlarmState::ReturnedUnacknowledged
    );
    assert_eq!(story.book.open().len(), 1);
    assert_eq!(
        story.acknowledge("a", "1号席").expect("open").state(),
        AlarmState::Normal
    );
    assert!(story.book.open().is_empty());
}

#[test]
fn the_first_of_two_acknowledgements_counts() {
    let mut story = Story::new();
    story.engine("a", AlarmChange::Raised, None);
    assert!(story.acknowledge("a", "1号席").is_some());
    assert!(story.acknowledge("a", "2号席").is_none());
    let alarm = story.book.open().values().next().expect("still active");
    assert_eq!(alarm.acknowledgement.as_ref().expect("given").seat, "1号席");
}

#[test]
fn an_unknown_alarm_cannot_be_acknowledged() {
    assert!(Story::new().acknowledge("nowhere", "1号席").is_none());
}

#[test]
fn numbers_are_reused_only_after_closing() {
    let mut story = Story::new();
    assert_eq!(story.engine("a", AlarmChange::Raised, None).number, 1);
    assert_eq!(story.engine("b", AlarmChange::Raised, None).number, 2);
    story.acknowledge("a", "1号席");
    story.engine("a", AlarmChange::Returned, Some(20));
    assert_eq!(story.engine("c", AlarmChange::Raised, None).number, 1);
    assert_eq!(story.engine("b", AlarmChange::Returned, Some(30)).number, 2);
}

#[test]
fn a_book_that_was_kept_gives_the_same_numbers() {
    let mut story = Story::new();
    for thing in ["a", "b", "c", "d"] {
        story.engine(thing, AlarmChange::Raised, None);
    }
    for thing in ["b", "d"] {
        story.acknowledge(thing, "1号席");
        story.engine(thing, AlarmChange::Returned, Some(20));
    }
    let kept = serde_json::to_string(&story.book).expect("JSON");
    let book: AlarmBook = serde_json::from_str(&kept).expect("a book");
    assert_eq!(book.open(), story.book.open());
    assert_eq!(book.numbers, story.book.numbers);
    story.book = book;
    let numbers =
        ["e", "f", "g"].map(|thing| story.engine(thing, AlarmChange::Raised, None).number);
    assert_eq!(numbers, [2, 4, 5]);
}

#[test]
fn late_truth_reopens_an_alarm_with_its_acknowledgement() {
    let mut story = Story::new();
    story.engine("a", AlarmChange::Raised, None);
    story.engine("a", AlarmChange::Returned, Some(20));
    story.acknowledge("a", "1号席");
    let reopened = story.engine("a", AlarmChange::Amended, None);
    assert_eq!(reopened.state(), AlarmState::Acknowledged);
    assert!(reopened.corrected);
}

#[test]
fn an_alarm_keeps_the_version_of_its_rule_that_raised_it() {
    let mut book = AlarmBook::default();
    let versions = ["1.0.0", "1.1.0"].map(|version| RuleVersion {
        pack: "air".into(),
        version: version.into(),
        digest: RuleVersion::digest_of(version),
    });
    let changes = [
        (AlarmChange::Raised, None),
        (AlarmChange::Returned, Some(20)),
    ];
    for ((change, ended), version) in changes.into_iter().zip(&versions) {
        let event = AlarmEvent {
            rule_version: Some(version.clone()),
            ..event("a", change, ended)
        };
        book.apply(&Record {
            position: Position(1),
            received_at: Timestamp::from_secs(1),
            body: Body::Finding(Finding {
                cause: Position(1),
                ordinal: 0,
                outcome: Outcome::Alarm(event),
            }),
        });
    }
    let alarm = book.open().values().next().expect("nobody acknowledged");
    assert_eq!(alarm.raised_by.as_ref(), Some(&versions[0]));
    assert_eq!(alarm.event.rule_version.as_ref(), Some(&versions[1]));
}

#[test]
fn an_alarm_of_an_older_program_has_no_version() {
    let mut written = serde_json::to_value(event("a", AlarmChange::Raised, None));
    let written = written.as_mut().expect("has a JSON form");
    assert_eq!(written.get("rule_version"), None);
    let read: AlarmEvent = serde_json::from_value(written.take()).expect("an event");
    assert_eq!(read.rule_version, None);
}

#[test]
fn a_withdrawn_alarm_is_closed() {
    let mut story = Story::new();
    story.engine("a", AlarmChange::Raised, None);
    assert_eq!(
        story
            .engine("a", AlarmChange::Withdrawn { merged_into: None }, None)
            .state(),
        AlarmState::Normal
    );
    assert!(story.book.open().is_empty());
}

#[test]
fn thing_ids_with_colons_make_subjects() {
    assert_eq!(
        event("urn:x", AlarmChange::Raised, None).subject.thing,
        ThingId::new("urn:x").expect("valid")
    );
}
