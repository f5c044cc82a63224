//! What an entry says.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use yiping_model::{
    AlarmEvent, Body, Command, Decision, DrillId, DrillStep, Drilled, Duty, Finding, Notice,
    NoticeCause, NoticeStep, Outcome, Position, Record, Timestamp,
};

use super::hash::{DIGITS, Digest};

/// One entry, as it is written: the fields in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry<'a> {
    /// Its number; the opening of the ledger has 0.
    pub n: u64,
    /// Where the record stands in the log.
    pub position: Position,
    /// When the log took it, by the city clock.
    pub at: Timestamp,
    /// The drill in which it was; nothing of it is real.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Cow<'a, DrillId>>,
    /// Who acted.
    pub by: By<'a>,
    /// What was decided, as the log has it.
    #[serde(flatten)]
    pub line: Line<'a>,
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By<'a> {
    /// The program, by its rules.
    Engine,
    /// Somebody at this seat: before there were accounts nobody knew who; the command line.
    Seat(Cow<'a, str>),
    /// A person, by the account's name.
    Person {
        /// The account.
        name: Cow<'a, str>,
        /// The seat; may be empty.
        seat: Cow<'a, str>,
    },
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line<'a> {
    /// What the engine said of an alarm.
    Alarm(Box<Cow<'a, AlarmEvent>>),
    /// A person's act.
    Decision(Cow<'a, Decision>),
    /// A notice that was queued, delivered or given up; what failed in between is in the log only.
    Notice(Cow<'a, Notice>),
    /// An act on an incident or a task.
    Command(Box<Cow<'a, Command>>),
    /// What the house itself did about a shift: it escalated an alarm, or says what is not as it was.
    Duty(Box<Cow<'a, Duty>>),
    /// A drill began or ended. Not `drill`: that is which one.
    #[serde(rename = "drill_step")]
    Drill(Box<Cow<'a, DrillStep>>),
}

impl<'a> By<'a> {
    fn of(person: Option<&'a str>, seat: &'a str) -> Self {
        let seat = Cow::Borrowed(seat);
        match person {
            Some(name) => Self::Person {
                name: Cow::Borrowed(name),
                seat,
            },
            None => Self::Seat(seat),
        }
    }
}

impl Entry<'static> {
    /// Reads a line of a ledger, with or without its line feed: its digest, and the entry.
    ///
    /// # Errors
    /// When it is no line of an entry; the opening is none.
    pub fn read(line: &[u8]) -> Result<(Digest, Self), serde_json::Error> {
        let (digits, content) = line.split_at_checked(DIGITS).unwrap_or((line, b""));
        let digest = String::from_utf8_lossy(digits).parse();
        let digest = digest.map_err(serde::de::Error::custom)?;
        Ok((digest, serde_json::from_slice(content)?))
    }
}

impl<'a> Entry<'a> {
    /// The entry that a record makes, under this number; `None` for a record that decides nothing.
    pub fn of(record: &'a Record, n: u64) -> Option<Self> {
        let (drill, told) = match &record.body {
            Body::Drill(drill) => {
                let told = match &drill.what {
                    Drilled::Step(step) => {
                        let by = match step {
                            DrillStep::Opened(form) => form.person.as_deref(),
                            DrillStep::Stopped { person, .. } => person.as_deref(),
                        };
                        let line = Line::Drill(Box::new(Cow::Borrowed(step)));
                        Some((by.map_or(By::Engine, |name| By::of(Some(name), "")), line))
                    }
                    Drilled::Record(body) => told(body),
                };
                (Some(Cow::Borrowed(&drill.drill)), told)
            }
            body => (None, told(body)),
        };
        let (by, line) = told?;
        Some(Self {
            n,
            position: record.position,
            at: record.received_at,
            drill,
            by,
            line,
        })
    }
}

/// Who acted, and what was decided; `None` for what decides nothing.
fn told(body: &Body) -> Option<(By<'_>, Line<'_>)> {
    let (by, line) = match body {
        Body::Finding(Finding {
            outcome: Outcome::Alarm(event),
            ..
        }) => (By::Engine, Line::Alarm(Box::new(Cow::Borrowed(event)))),
        Body::Decision(decision) => {
            let by = By::of(decision.person.as_deref(), &decision.seat);
            (by, Line::Decision(Cow::Borrowed(decision)))
        }
        Body::Notice(notice) => {
            let by = match &notice.step {
                NoticeStep::Failed { .. } => return None,
                NoticeStep::Queued(message) => match &message.cause {
                    NoticeCause::Test { person, seat } => By::of(person.as_deref(), seat),
                    NoticeCause::Alarm { .. }
                    | NoticeCause::Group { .. }
                    | NoticeCause::Escalation { .. } => By::Engine,
                },
                NoticeStep::Delivered { .. } | NoticeStep::GivenUp { .. } => By::Engine,
            };
            (by, Line::Notice(Cow::Borrowed(notice)))
        }
        Body::Command(command) => {
            let by = match &command.act {
                act if act.is_automatic() => By::Engine,
                _ => By::of(command.person.as_deref(), &command.seat),
            };
            (by, Line::Command(Box::new(Cow::Borrowed(command))))
        }
        Body::Duty(duty) => (By::Engine, Line::Duty(Box::new(Cow::Borrowed(duty)))),
        Body::Finding(_)
        | Body::Tick
        | Body::Reading(_)
        | Body::Event(_)
        | Body::Reject(_)
        | Body::Recall(_)
        | Body::Drill(_)
        | Body::Positions(_) => return None,
    };
    Some((by, line))
}

/// A place on the ledger: its entries stand in the order of records and of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The first entry of this time or later.
    Time(Timestamp),
    /// The entry of this record, or the first that follows it.
    Record(Position),
}

impl Place {
    /// Whether it lies after this entry.
    pub fn is_after(self, entry: &Entry<'_>) -> bool {
        match self {
            Self::Time(at) => entry.at < at,
            Self::Record(position) => entry.position < position,
        }
    }
}
