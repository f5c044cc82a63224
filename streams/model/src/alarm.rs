//! The life of an alarm (ISA-18.2): raised by the engine, acknowledged by a person, returned to normal by the readings; shelved, out of
//! service, marked as false.
//!
//! [`AlarmBook`] folds the log's alarm events and acknowledgements into the alarms that are open. Every room that needs them (history, the
//! screens) folds the same records with this one type, so they cannot disagree.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::decision::{Act, Decision};
use crate::duty::{Duty, Escalated};
use crate::finding::{Finding, Outcome};
use crate::id::{AlarmId, DatastreamId, EventKey, RuleId, hex};
use crate::record::{Body, Position, Record};
use crate::shelving::{Quiet, Shelving};
use crate::time::Timestamp;

mod quiet;

/// How many closed alarms the book remembers, so that late truth can still amend them with their acknowledgement.
const CLOSED_KEPT_MAX: usize = 4_096;

/// Warning level, the statutory four: 1 red, 2 orange, 3 yellow, 4 blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Level {
    /// 一级, 红
    Red = 1,
    /// 二级, 橙
    Orange = 2,
    /// 三级, 黄
    Yellow = 3,
    /// 四级, 蓝
    Blue = 4,
}

impl TryFrom<u8> for Level {
    type Error = String;
    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::Red),
            2 => Ok(Self::Orange),
            3 => Ok(Self::Yellow),
            4 => Ok(Self::Blue),
            other => Err(format!(
                "level {other} is not 1 (red), 2 (orange), 3 (yellow) or 4 (blue)"
            )),
        }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level as Self
    }
}

/// Which text of a rule speaks: rules change, and what they once said stays as it was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleVersion {
    /// The pack that holds the rule.
    pub pack: SmolStr,
    /// The pack's own version.
    pub version: SmolStr,
    /// The first 12 hex digits of SHA-256 of the rule as its pack writes it (see [`RuleVersion::digest_of`]).
    pub digest: SmolStr,
}

impl RuleVersion {
    /// The digest of a rule's definition in canonical form: JSON without spaces, its keys sorted.
    pub fn digest_of(definition: &str) -> SmolStr {
        hex(&Sha256::digest(definition.as_bytes())[..6])
    }
}

/// What the engine says about an alarm. Each event carries the whole engine-side state, so the last one is enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmEvent {
    /// The alarm; never changes.
    pub alarm: AlarmId,
    /// What happened.
    pub change: AlarmChange,
    /// City time at which the engine said so.
    pub at: Timestamp,
    /// The rule.
    pub rule: RuleId,
    /// Its text at that time; `None` for a rule of no pack, and in records of a program that did not write it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_version: Option<RuleVersion>,
    /// The datastream it speaks of.
    pub subject: DatastreamId,
    /// The track whose alarm it is, where each has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<EventKey>,
    /// Warning level.
    pub level: Level,
    /// Phenomenon time of the first observation beyond the threshold.
    pub started: Timestamp,
    /// Phenomenon time of the observation that ended it; `None` while it lasts.
    pub ended: Option<Timestamp>,
    /// The value at `started`.
    pub value: f64,
    /// The most extreme value since `started`, in the direction of the rule.
    pub extreme: f64,
    /// The threshold that was crossed.
    pub threshold: f64,
    /// What the event before this one said, where late data corrected it (amended, withdrawn).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<AlarmBefore>,
    /// In which posture its rule speaks; `None` for in both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posture: Option<Posture>,
}

/// In which posture the rule of an alarm speaks. The engine judges by it always; people hear of it in that posture only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posture {
    /// 战时: while an incident is at war whose area holds the thing.
    War {
        /// The area of the thing when it was judged; no incident holds a thing of which it is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        area: Option<SmolStr>,
    },
}

impl Posture {
    /// Its name, as in the record.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::War { .. } => "war",
        }
    }
}

impl AlarmEvent {
    /// Whether its rule speaks at war only, and no incident at war is in an area that holds its thing. `wars` are the areas of those.
    pub fn is_asleep<'a>(&self, wars: impl IntoIterator<Item = &'a SmolStr>) -> bool {
        let Some(Posture::War { area }) = &self.posture else {
            return false;
        };
        let holds = |war: &SmolStr| area.as_ref().is_some_and(|area| area.starts_with(&**war));
        !wars.into_iter().any(holds)
    }

    /// The pack of its rule, where it is known.
    pub fn domain(&self) -> Option<SmolStr> {
        self.rule_version.as_ref().map(|rule| rule.pack.clone())
    }
}

/// What a corrected alarm said before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AlarmBefore {
    /// Phenomenon time of its beginning.
    pub started: Timestamp,
    /// Phenomenon time of its end; `None` when it lasted.
    pub ended: Option<Timestamp>,
    /// The most extreme value.
    pub extreme: f64,
}

/// What happened to an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmChange {
    /// It is new.
    Raised,
    /// The condition ended.
    Returned,
    /// Data that came out of order moved its beginning or end, or reopened it.
    Amended,
    /// Data that came out of order cut an earlier alarm in two; this one is the new, later part.
    Split {
        /// The alarm that keeps the earlier part.
        from: AlarmId,
    },
    /// Data that came out of order showed that it never was an alarm of its own.
    Withdrawn {
        /// The alarm that covers its time, where there is one.
        merged_into: Option<AlarmId>,
    },
}

impl AlarmChange {
    /// Its name, as in the record.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Returned => "returned",
            Self::Amended => "amended",
            Self::Split { .. } => "split",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// Where an alarm stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmState {
    /// The condition lasts and nobody has acknowledged.
    Unacknowledged,
    /// The condition lasts and somebody has acknowledged.
    Acknowledged,
    /// The condition ended and nobody has acknowledged.
    ReturnedUnacknowledged,
    /// Ended and acknowledged, or withdrawn: closed.
    Normal,
}

/// Who acknowledged; and in the same form who did something else about an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The account of who did; `None` in records before there were accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The seat; may be empty.
    pub seat: String,
    /// City time.
    pub at: Timestamp,
    /// What was written with it.
    pub note: String,
}

/// That nobody acknowledged in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// How often: 1 to the shift leader, 2 to the commander.
    pub stage: u8,
    /// The role to which the last time.
    pub to: String,
    /// City time of the last time.
    pub at: Timestamp,
}

/// An alarm as the log tells it so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// The number by which people call it while it is open: the smallest that was free. The same on every screen.
    pub number: u32,
    /// When it was first raised, by the city clock.
    pub raised_at: Timestamp,
    /// The text of the rule that raised it, where it is recorded; what later texts say of it does not change this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_by: Option<RuleVersion>,
    /// The engine's last word.
    pub event: AlarmEvent,
    /// Whether late data ever changed it.
    pub corrected: bool,
    /// The first acknowledgement.
    pub acknowledgement: Option<Acknowledgement>,
    /// Whether it was escalated before anybody acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// Who says that it was a false alarm, and how that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_alarm: Option<Acknowledgement>,
    /// Why it calls nobody at this moment. Not kept with the alarm: the book's [`Shelving`] says it.
    #[serde(skip)]
    pub quiet: Option<Quiet>,
    /// While it waits: when it came back from the shelf, or into service; who must acknowledge has from then on. Kept as `quiet` is.
    #[serde(skip)]
    pub back_at: Option<Timestamp>,
    /// The record that changed it last; being kept quiet is no change of it.
    pub position: Position,
}

impl Alarm {
    /// Where it stands.
    pub const fn state(&self) -> AlarmState {
        if matches!(self.event.change, AlarmChange::Withdrawn { .. }) {
            return AlarmState::Normal;
        }
        match (self.event.ended.is_some(), self.acknowledgement.is_some()) {
            (false, false) => AlarmState::Unacknowledged,
            (false, true) => AlarmState::Acknowledged,
            (true, false) => AlarmState::ReturnedUnacknowledged,
            (true, true) => AlarmState::Normal,
        }
    }

    /// City time from which somebody has to acknowledge it.
    pub fn waits_since(&self) -> Timestamp {
        self.back_at
            .map_or(self.raised_at, |back| back.max(self.raised_at))
    }
}

/// The open alarms, and the lately closed ones, folded from the log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Alarms")]
pub struct AlarmBook {
    open: BTreeMap<AlarmId, Alarm>,
    closed: BTreeMap<AlarmId, Alarm>,
    /// Those of rules of war that last where no incident is at war: nobody hears of them.
    asleep: BTreeMap<AlarmId, Alarm>,
    shelving: Shelving,
    /// Which numbers the open alarms leave.
    #[serde(skip)]
    numbers: Numbers,
    #[serde(skip)]
    last: LastChange,
}

/// A book as it is kept.
#[derive(Deserialize)]
struct Alarms {
    open: BTreeMap<AlarmId, Alarm>,
    closed: BTreeMap<AlarmId, Alarm>,
    #[serde(default)]
    asleep: BTreeMap<AlarmId, Alarm>,
    #[serde(default)]
    shelving: Shelving,
}

/// What the last record did to the book that changed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastChange {
    /// The record.
    pub position: Position,
    /// Whether it changed what is kept quiet.
    pub shelving: bool,
    /// Open alarms that are quiet since then, or for another reason, and those that sleep since then.
    pub quiet: Vec<AlarmId>,
    /// Open alarms that call people again since then, or for the first time because an incident is at war.
    pub back: Vec<AlarmId>,
}

/// The numbers that are free: those that came back, and all from `fresh` on.
#[derive(Debug, Clone, PartialEq)]
struct Numbers {
    back: BTreeSet<u32>,
    fresh: u32,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            back: BTreeSet::new(),
            fresh: 1,
        }
    }
}

impl Numbers {
    /// The smallest one, which is then taken.
    fn take(&mut self) -> u32 {
        self.back.pop_first().unwrap_or_else(|| {
            self.fresh += 1;
            self.fresh - 1
        })
    }

    fn give_back(&mut self, number: u32) {
        self.back.insert(number);
        while self.fresh > 1 && self.back.remove(&(self.fresh - 1)) {
            self.fresh -= 1;
        }
    }
}

impl From<Alarms> for AlarmBook {
    fn from(kept: Alarms) -> Self {
        let Alarms {
            mut open,
            mut closed,
            mut asleep,
            shelving,
        } = kept;
        // Who keeps alarms one by one knows of no war, nor which of them sleep.
        for (id, mut alarm) in std::mem::take(&mut open)
            .into_iter()
            .chain(std::mem::take(&mut asleep))
        {
            alarm.quiet = shelving.quiet(&alarm.event);
            alarm.back_at = shelving.back.get(&id).copied();
            let home = match (alarm.quiet, alarm.event.ended) {
                (Some(Quiet::AtPeace), None) => &mut asleep,
                (Some(Quiet::AtPeace), Some(_)) => {
                    alarm.quiet = None;
                    &mut closed
                }
                _ => &mut open,
            };
            home.insert(id, alarm);
        }
        let taken: BTreeSet<u32> = open.values().map(|alarm| alarm.number).collect();
        let fresh = taken.last().map_or(1, |last| last + 1);
        let back = (1..fresh)
            .filter(|number| !taken.contains(number))
            .collect();
        Self {
            open,
            closed,
            asleep,
            shelving,
            numbers: Numbers { back, fresh },
            last: LastChange::default(),
        }
    }
}

impl AlarmBook {
    /// Takes a record; gives the alarm that it changed, in its new state. `None` for a record that is not about alarms, and for a second
    /// acknowledgement. [`AlarmBook::last_change`] says what it did beside that.
    pub fn apply(&mut self, record: &Record) -> Option<Alarm> {
        self.last = LastChange::default();
        let changed = self.change(record);
        if changed.is_some() {
            self.last.position = record.position;
        }
        changed
    }

    fn change(&mut self, record: &Record) -> Option<Alarm> {
        match &record.body {
            Body::Finding(Finding {
                outcome: Outcome::Alarm(event),
                ..
            }) => Some(self.apply_event(event, record)),
            Body::Decision(decision) => self.apply_decision(decision, record),
            Body::Duty(Duty::Escalated(escalated)) => self.apply_escalation(escalated, record),
            Body::Duty(Duty::Unshelved(one)) => self.unshelve(one.shelf, record),
            Body::Finding(_)
            | Body::Tick
            | Body::Reading(_)
            | Body::Event(_)
            | Body::Reject(_)
            | Body::Recall(_)
            | Body::Notice(_)
            | Body::Positions(_)
            | Body::Command(_)
            | Body::Drill(_)
            | Body::Duty(_) => None,
        }
    }

    /// The alarms that are not closed, by id.
    pub const fn open(&self) -> &BTreeMap<AlarmId, Alarm> {
        &self.open
    }

    /// An open or lately closed alarm.
    pub fn get(&self, id: &AlarmId) -> Option<&Alarm> {
        self.open.get(id).or_else(|| self.closed.get(id))
    }

    /// The same, and one of a rule of war that lasts where no incident is at war: it is on record, and nobody is asked about it.
    pub fn known(&self, id: &AlarmId) -> Option<&Alarm> {
        self.get(id).or_else(|| self.asleep.get(id))
    }

    fn apply_event(&mut self, event: &AlarmEvent, record: &Record) -> Alarm {
        let position = record.position;
        let mut alarm = self.take(&event.alarm).unwrap_or_else(|| Alarm {
            number: self.numbers.take(),
            raised_at: event.at,
            raised_by: event.rule_version.clone(),
            event: event.clone(),
            corrected: false,
            acknowledgement: None,
            escalation: None,
            false_alarm: None,
            quiet: None,
            back_at: None,
            position,
        });
        alarm.corrected |= matches!(
            event.change,
            AlarmChange::Amended | AlarmChange::Split { .. } | AlarmChange::Withdrawn { .. }
        );
        alarm.event = event.clone();
        alarm.position = position;
        self.weigh(&mut alarm, record);
        self.put(alarm)
    }

    fn apply_decision(&mut self, decision: &Decision, record: &Record) -> Option<Alarm> {
        let Act::Acknowledge {
            alarm: id, note, ..
        } = &decision.act
        else {
            return self.apply_quieting(decision, record);
        };
        if self.known(id)?.acknowledgement.is_some() {
            return None;
        }
        let mut alarm = self.take(id)?;
        alarm.acknowledgement = Some(Acknowledgement {
            person: decision.person.clone(),
            seat: decision.seat.clone(),
            at: record.received_at,
            note: note.clone(),
        });
        alarm.position = record.position;
        Some(self.put(alarm))
    }

    /// What comes after the acknowledgement, or a second time, changes nothing.
    fn apply_escalation(&mut self, escalated: &Escalated, record: &Record) -> Option<Alarm> {
        let id = &escalated.event.alarm;
        let held = self.open.get(id).or_else(|| self.asleep.get(id))?;
        let stage = held.escalation.as_ref().map_or(0, |last| last.stage);
        if held.acknowledgement.is_some() || escalated.stage <= stage {
            return None;
        }
        let mut alarm = self.take(id)?;
        alarm.escalation = Some(Escalation {
            stage: escalated.stage,
            to: escalated.to.clone(),
            at: record.received_at,
        });
        alarm.position = record.position;
        Some(self.put(alarm))
    }

    fn take(&mut self, id: &AlarmId) -> Option<Alarm> {
        if let Some(alarm) = self.open.remove(id) {
            return Some(alarm);
        }
        let mut alarm = self.closed.remove(id).or_else(|| self.asleep.remove(id))?;
        alarm.number = self.numbers.take();
        Some(alarm)
    }

    fn put(&mut self, mut alarm: Alarm) -> Alarm {
        let asleep = alarm.quiet == Some(Quiet::AtPeace);
        // Nobody will acknowledge one that ended while it slept.
        let ended_asleep = asleep && alarm.event.ended.is_some();
        let is_closed = alarm.state() == AlarmState::Normal || ended_asleep;
        if is_closed || asleep || alarm.acknowledgement.is_some() {
            alarm.back_at = None;
            self.shelving.back.remove(&alarm.event.alarm);
        }
        if is_closed || asleep {
            self.numbers.give_back(alarm.number);
        }
        if is_closed && !asleep {
            alarm.quiet = None;
        }
        let mut kept = alarm.clone();
        let home = if is_closed {
            kept.quiet = None;
            &mut self.closed
        } else if asleep {
            &mut self.asleep
        } else {
            &mut self.open
        };
        home.insert(alarm.event.alarm.clone(), kept);
        if self.closed.len() > CLOSED_KEPT_MAX {
            let oldest = self
                .closed
                .values()
                .min_by_key(|closed| closed.position)
                .map(|closed| closed.event.alarm.clone());
            if let Some(oldest) = oldest {
                self.closed.remove(&oldest);
            }
        }
        alarm
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{SourceId, ThingId};

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
}
