//! The feed: records of the log as they come, for programs. `docs/asyncapi.yaml` describes its messages.
//!
//! A message holds what a filter took of the records `after < record <= position`, each as one item; a program that connects again with its
//! last position misses nothing that the log still holds. Times are epoch milliseconds (`_ms`). Items are written straight into the text of
//! their message: nothing is built in between.

use std::collections::BTreeSet;

use yiping_model::{
    Body, Class, Event, EventKey, Outcome, Position, PropertyId, Reading, Record, ThingId,
    Timestamp,
};

mod item;

use item::{Item, OutOfRange, Values};

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

#[cfg(test)]
mod tests;
