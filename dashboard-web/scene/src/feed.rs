//! The feed: records of the log as they come, for programs. `docs/asyncapi.yaml` describes its messages.
//!
//! A message holds what a filter took of the records `after < record <= position`, each as one item; a program that connects again with its
//! last position misses nothing that the log still holds. Times are epoch milliseconds (`_ms`). Items are written straight into the text of
//! their message: nothing is built in between.

use std::collections::BTreeSet;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use yiping_model::{
    AlarmChange, AlarmEvent, Body, Class, Decision, DerivedResult, Duty, Event, EventKey,
    IndexKind, IndexResult, Measured, Message, Notice, NoticeId, NoticeStep, Outcome, Position,
    Posture, PropertyId, Quality, Quantile, Reading, Record, Reject, RuleVersion, Stage, ThingId,
    Timestamp, WindowResult,
};

/// What kinds of items there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    /// A message of a thing.
    Reading,
    /// Something that happened at a thing.
    Event,
    /// A dead letter.
    Reject,
    /// A window result.
    Window,
    /// An index by law.
    Index,
    /// A value that was derived.
    Derived,
    /// A change of an alarm.
    Alarm,
    /// A person's act.
    Decision,
    /// A step of what is told to people outside.
    Notice,
    /// What the house itself did about a shift.
    Duty,
}

impl ItemKind {
    /// All of them, in the order of their names' table in the documentation.
    pub const ALL: [Self; 10] = [
        Self::Reading,
        Self::Event,
        Self::Reject,
        Self::Window,
        Self::Index,
        Self::Derived,
        Self::Alarm,
        Self::Decision,
        Self::Notice,
        Self::Duty,
    ];

    /// The class of the records that become such items.
    const fn class(self) -> Class {
        match self {
            Self::Reading | Self::Event | Self::Reject => Class::Input,
            Self::Window | Self::Index | Self::Derived => Class::Result,
            Self::Alarm => Class::Alarm,
            Self::Decision | Self::Notice | Self::Duty => Class::Decision,
        }
    }

    /// The name, as in `kinds` and in an item's `type`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Event => "event",
            Self::Reject => "reject",
            Self::Window => "window",
            Self::Index => "index",
            Self::Derived => "derived",
            Self::Alarm => "alarm",
            Self::Decision => "decision",
            Self::Notice => "notice",
            Self::Duty => "duty",
        }
    }
}

/// Which records a program wants to hear of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Filter {
    kinds: BTreeSet<ItemKind>,
    thing: Option<ThingId>,
    property: Option<PropertyId>,
}

/// A name in `kinds` that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a kind; the kinds are reading, event, reject, window, index, derived, alarm, decision, notice, duty"
)]
pub struct UnknownKind(pub String);

impl Filter {
    /// Kinds by their names, separated by commas; `thing` and `property` narrow readings, events, windows, indices, derived
    /// values and alarms (`None` takes all). A filter by property passes no index, for an index has none, and no event without such a value.
    ///
    /// # Errors
    /// [`UnknownKind`] for a name that is not a kind.
    pub fn new(
        kinds: &str,
        thing: Option<ThingId>,
        property: Option<PropertyId>,
    ) -> Result<Self, UnknownKind> {
        let kind = |name: &str| {
            let found = ItemKind::ALL.into_iter().find(|kind| kind.name() == name);
            found.ok_or_else(|| UnknownKind(name.chars().take(32).collect()))
        };
        Ok(Self {
            kinds: kinds.split(',').map(kind).collect::<Result<_, _>>()?,
            thing,
            property,
        })
    }

    /// The least class of records that can pass.
    pub fn least_class(&self) -> Class {
        let least = self.kinds.iter().map(|kind| kind.class()).min();
        least.unwrap_or(Class::Decision)
    }

    /// The record as an item, when it is wanted.
    fn item<'a>(&'a self, record: &'a Record) -> Option<Item<'a>> {
        let (kind, item) = match &record.body {
            Body::Tick
            | Body::Recall(_)
            | Body::Positions(_)
            | Body::Command(_)
            | Body::Drill(_) => return None,
            Body::Event(event) => (ItemKind::Event, self.event(record, event)?),
            Body::Reading(reading) => (ItemKind::Reading, self.reading(record, reading)?),
            Body::Reject(reject) => (ItemKind::Reject, Item::reject(record, reject)),
            Body::Decision(decision) => (ItemKind::Decision, Item::decision(record, decision)),
            Body::Notice(notice) => (ItemKind::Notice, Item::notice(record, notice)),
            Body::Duty(duty) => (ItemKind::Duty, Item::duty(record, duty)),
            Body::Finding(finding) => match &finding.outcome {
                Outcome::Window(window) => {
                    let subject = &window.datastream;
                    self.wants(&subject.thing, Some(&subject.property))
                        .then_some((ItemKind::Window, Item::window(record, window)))?
                }
                Outcome::Derived(result) => {
                    let subject = &result.datastream;
                    self.wants(&subject.thing, Some(&subject.property))
                        .then_some((ItemKind::Derived, Item::derived(record, result)))?
                }
                Outcome::Index(index) => self
                    .wants(&index.thing, None)
                    .then_some((ItemKind::Index, Item::index(record, index)))?,
                Outcome::Alarm(event) => self
                    .wants(&event.subject.thing, Some(&event.subject.property))
                    .then_some((ItemKind::Alarm, Item::alarm(record, event)))?,
            },
        };
        self.kinds.contains(&kind).then_some(item)
    }

    fn wants(&self, thing: &ThingId, property: Option<&PropertyId>) -> bool {
        self.thing.as_ref().is_none_or(|wanted| wanted == thing)
            && (self.property.is_none() || self.property.as_ref() == property)
    }

    fn reading<'a>(&'a self, record: &'a Record, reading: &'a Reading) -> Option<Item<'a>> {
        let has = |wanted: &PropertyId| reading.values.iter().any(|one| one.property == *wanted);
        let wanted = self.kinds.contains(&ItemKind::Reading)
            && self
                .thing
                .as_ref()
                .is_none_or(|thing| *thing == reading.thing)
            && self.property.as_ref().is_none_or(has);
        wanted.then(|| Item::Reading {
            position: record.position,
            source: reading.source.as_str(),
            thing: reading.thing.as_str(),
            at_ms: reading.phenomenon_time.as_millis(),
            received_ms: record.received_at.as_millis(),
            values: Values(&reading.values, self.property.as_ref()),
            out_of_range: OutOfRange(&reading.values, self.property.as_ref()),
        })
    }

    fn event<'a>(&'a self, record: &'a Record, event: &'a Event) -> Option<Item<'a>> {
        let has = |wanted: &PropertyId| event.values.iter().any(|one| one.property == *wanted);
        let wanted = self.kinds.contains(&ItemKind::Event)
            && self
                .thing
                .as_ref()
                .is_none_or(|thing| *thing == event.thing)
            && self.property.as_ref().is_none_or(has);
        wanted.then(|| Item::Event {
            position: record.position,
            source: event.source.as_str(),
            thing: event.thing.as_str(),
            kind: event.kind.as_str(),
            key: event.key.as_ref().map(EventKey::as_str),
            part: event.part.as_ref().map(EventKey::as_str),
            at_ms: event.phenomenon_time.as_millis(),
            received_ms: record.received_at.as_millis(),
            values: Values(&event.values, self.property.as_ref()),
            out_of_range: OutOfRange(&event.values, self.property.as_ref()),
        })
    }
}

/// One message of the feed while it is written.
#[derive(Debug, Clone)]
pub struct FeedMessage {
    text: Vec<u8>,
    items: usize,
    after: Position,
    position: Position,
    now: Timestamp,
}

impl FeedMessage {
    /// An empty message that leads on from this position.
    pub fn after(position: Position) -> Self {
        Self {
            text: format!(r#"{{"type":"records","after":{position},"items":["#).into_bytes(),
            items: 0,
            after: position,
            position,
            now: Timestamp::default(),
        }
    }

    /// Takes the next record; true when the filter took it.
    pub fn take(&mut self, filter: &Filter, record: &Record) -> bool {
        self.pass(record);
        let Some(item) = filter.item(record) else {
            return false;
        };
        if self.items > 0 {
            self.text.push(b',');
        }
        serde_json::to_writer(&mut self.text, &item).expect("an item is made of texts and numbers");
        self.items += 1;
        true
    }

    /// Comes to this record without looking at it, because the filter cannot take it or has been asked.
    pub const fn pass(&mut self, record: &Record) {
        self.position = record.position;
        self.now = record.received_at;
    }

    /// How many items it holds.
    pub const fn items(&self) -> usize {
        self.items
    }

    /// Its bytes so far.
    pub const fn size_bytes(&self) -> usize {
        self.text.len()
    }

    /// From which position it leads on.
    pub const fn begins_after(&self) -> Position {
        self.after
    }

    /// To which position it leads.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        let tail = format!(
            r#"],"position":{},"now_ms":{}}}"#,
            self.position,
            self.now.as_millis()
        );
        self.text.extend_from_slice(tail.as_bytes());
        String::from_utf8(self.text).expect("JSON is text")
    }
}

/// The message that says that records between the two positions are not in the log any more.
pub fn gap(after: Position, position: Position) -> String {
    format!(r#"{{"type":"gap","after":{after},"position":{position}}}"#)
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item<'a> {
    Reading {
        position: Position,
        source: &'a str,
        thing: &'a str,
        at_ms: i64,
        received_ms: i64,
        values: Values<'a>,
        #[serde(skip_serializing_if = "OutOfRange::is_empty")]
        out_of_range: OutOfRange<'a>,
    },
    Event {
        position: Position,
        source: &'a str,
        thing: &'a str,
        kind: &'a str,
        key: Option<&'a str>,
        part: Option<&'a str>,
        at_ms: i64,
        received_ms: i64,
        values: Values<'a>,
        #[serde(skip_serializing_if = "OutOfRange::is_empty")]
        out_of_range: OutOfRange<'a>,
    },
    Reject {
        position: Position,
        source: &'a str,
        received_ms: i64,
        reason: &'static str,
        detail: &'a str,
        origin: &'a str,
        items: u32,
    },
    Window {
        position: Position,
        thing: &'a str,
        property: &'a str,
        start_ms: i64,
        length_secs: u32,
        hop_secs: u32,
        early: bool,
        revision: u32,
        count: u32,
        expected: u32,
        mean: f64,
        min: f64,
        max: f64,
        last: f64,
        std_dev: f64,
        #[serde(skip_serializing_if = "<[Quantile]>::is_empty")]
        quantiles: &'a [Quantile],
    },
    Index {
        position: Position,
        thing: &'a str,
        index: &'static str,
        start_ms: i64,
        law: &'a str,
        revision: u32,
        value: Option<u16>,
        level: Option<u8>,
        primary: &'a [PropertyId],
    },
    Derived {
        position: Position,
        thing: &'a str,
        property: &'a str,
        at_ms: i64,
        revision: u32,
        value: Option<f64>,
        inputs: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        because: Option<&'a str>,
    },
    Alarm {
        position: Position,
        alarm: Display<'a, yiping_model::AlarmId>,
        change: &'static str,
        rule: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        rule_version: Option<&'a RuleVersion>,
        level: u8,
        /// Set when its rule speaks at war only.
        #[serde(skip_serializing_if = "Option::is_none")]
        posture: Option<&'static str>,
        thing: &'a str,
        property: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
        /// Phenomenon time of the observation that made this change: of the end when it returned, else of the beginning.
        at_ms: i64,
        started_ms: i64,
        ended_ms: Option<i64>,
        said_ms: i64,
        value: f64,
        extreme: f64,
        threshold: f64,
    },
    Decision {
        position: Position,
        received_ms: i64,
        #[serde(flatten)]
        decision: &'a Decision,
    },
    Duty {
        position: Position,
        received_ms: i64,
        #[serde(flatten)]
        duty: &'a Duty,
    },
    Notice {
        position: Position,
        received_ms: i64,
        notice: Display<'a, NoticeId>,
        step: &'static str,
        /// What is told; with the step `queued` only.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'a Message>,
        /// Which try, or how many; from the first try on.
        #[serde(skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        /// Why it failed, or what the other side answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        next_ms: Option<i64>,
    },
}

impl<'a> Item<'a> {
    fn reject(record: &Record, reject: &'a Reject) -> Self {
        Self::Reject {
            position: record.position,
            source: reject.source.as_str(),
            received_ms: record.received_at.as_millis(),
            reason: reject.reason.name(),
            detail: &reject.detail,
            origin: &reject.origin,
            items: reject.items,
        }
    }

    fn window(record: &Record, window: &'a WindowResult) -> Self {
        Self::Window {
            position: record.position,
            thing: window.datastream.thing.as_str(),
            property: window.datastream.property.as_str(),
            start_ms: window.start.as_millis(),
            length_secs: window.length.secs(),
            hop_secs: window.hop.unwrap_or(window.length).secs(),
            early: window.stage == Stage::Early,
            revision: window.revision,
            count: window.count,
            expected: window.expected,
            mean: window.mean,
            min: window.min,
            max: window.max,
            last: window.last,
            std_dev: window.std_dev,
            quantiles: &window.quantiles,
        }
    }

    fn index(record: &Record, index: &'a IndexResult) -> Self {
        Self::Index {
            position: record.position,
            thing: index.thing.as_str(),
            index: match index.kind {
                IndexKind::AqiHourly => "aqi_hourly",
                IndexKind::AqiDaily => "aqi_daily",
            },
            start_ms: index.start.as_millis(),
            law: &index.law,
            revision: index.revision,
            value: index.value,
            level: index.level,
            primary: &index.primary,
        }
    }

    fn derived(record: &Record, result: &'a DerivedResult) -> Self {
        Self::Derived {
            position: record.position,
            thing: result.datastream.thing.as_str(),
            property: result.datastream.property.as_str(),
            at_ms: result.time.as_millis(),
            revision: result.revision,
            value: result.value,
            inputs: result.inputs,
            because: result.because.as_ref().map(PropertyId::as_str),
        }
    }

    fn alarm(record: &Record, event: &'a AlarmEvent) -> Self {
        let returned = matches!(event.change, AlarmChange::Returned);
        let at = event.ended.filter(|_| returned).unwrap_or(event.started);
        Self::Alarm {
            position: record.position,
            alarm: Display(&event.alarm),
            change: event.change.name(),
            rule: event.rule.as_str(),
            rule_version: event.rule_version.as_ref(),
            level: event.level.into(),
            posture: event.posture.as_ref().map(Posture::name),
            thing: event.subject.thing.as_str(),
            property: event.subject.property.as_str(),
            key: event.key.as_ref().map(yiping_model::EventKey::as_str),
            at_ms: at.as_millis(),
            started_ms: event.started.as_millis(),
            ended_ms: event.ended.map(Timestamp::as_millis),
            said_ms: event.at.as_millis(),
            value: event.value,
            extreme: event.extreme,
            threshold: event.threshold,
        }
    }

    fn decision(record: &Record, decision: &'a Decision) -> Self {
        Self::Decision {
            position: record.position,
            received_ms: record.received_at.as_millis(),
            decision,
        }
    }

    fn duty(record: &Record, duty: &'a Duty) -> Self {
        Self::Duty {
            position: record.position,
            received_ms: record.received_at.as_millis(),
            duty,
        }
    }

    fn notice(record: &Record, notice: &'a Notice) -> Self {
        let (message, attempt, detail, next) = match &notice.step {
            NoticeStep::Queued(message) => (Some(&**message), None, None, None),
            NoticeStep::Failed {
                attempt,
                reason,
                next,
            } => (None, Some(*attempt), Some(reason.as_str()), Some(*next)),
            NoticeStep::Delivered { attempt, answer } => {
                (None, Some(*attempt), Some(answer.as_str()), None)
            }
            NoticeStep::GivenUp { attempts, reason } => {
                (None, Some(*attempts), Some(reason.as_str()), None)
            }
        };
        Self::Notice {
            position: record.position,
            received_ms: record.received_at.as_millis(),
            notice: Display(&notice.notice),
            step: notice.step.name(),
            message,
            attempt,
            detail,
            next_ms: next.map(Timestamp::as_millis),
        }
    }
}

/// Something as its text.
struct Display<'a, T>(&'a T);

impl<T: fmt::Display> Serialize for Display<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// The values of a message by property; all, or the one asked for.
struct Values<'a>(&'a [Measured], Option<&'a PropertyId>);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(values, wanted) = self;
        let mut map = serializer.serialize_map(None)?;
        for one in *values {
            if wanted.is_none_or(|wanted| *wanted == one.property) {
                map.serialize_entry(one.property.as_str(), &Plain(one.value))?;
            }
        }
        map.end()
    }
}

/// A number without `.0` when it is whole.
struct Plain(f64);

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Every whole number up to here has its own float.
        const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() < WHOLE_MAX {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// The properties whose value is outside the range that they can have.
struct OutOfRange<'a>(&'a [Measured], Option<&'a PropertyId>);

impl OutOfRange<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        let outside = self
            .0
            .iter()
            .filter(|one| one.quality == Quality::OutOfRange)
            .filter(|one| self.1.is_none_or(|wanted| *wanted == one.property));
        outside.map(|one| one.property.as_str())
    }

    fn is_empty(&self) -> bool {
        self.names().next().is_none()
    }
}

impl Serialize for OutOfRange<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

#[cfg(test)]
mod tests;
