//! One item of the feed, as it is written.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use yiping_model::{
    AlarmChange, AlarmEvent, Decision, DerivedResult, Duty, IndexKind, IndexResult, Measured,
    Message, Notice, NoticeId, NoticeStep, Position, Posture, PropertyId, Quality, Quantile,
    Record, Reject, RuleVersion, Stage, Timestamp, WindowResult,
};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item<'a> {
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
    pub(super) fn reject(record: &Record, reject: &'a Reject) -> Self {
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

    pub(super) fn window(record: &Record, window: &'a WindowResult) -> Self {
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

    pub(super) fn index(record: &Record, index: &'a IndexResult) -> Self {
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

    pub(super) fn derived(record: &Record, result: &'a DerivedResult) -> Self {
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

    pub(super) fn alarm(record: &Record, event: &'a AlarmEvent) -> Self {
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

    pub(super) fn decision(record: &Record, decision: &'a Decision) -> Self {
        Self::Decision {
            position: record.position,
            received_ms: record.received_at.as_millis(),
            decision,
        }
    }

    pub(super) fn duty(record: &Record, duty: &'a Duty) -> Self {
        Self::Duty {
            position: record.position,
            received_ms: record.received_at.as_millis(),
            duty,
        }
    }

    pub(super) fn notice(record: &Record, notice: &'a Notice) -> Self {
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
pub(super) struct Display<'a, T>(&'a T);

impl<T: fmt::Display> Serialize for Display<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// The values of a message by property; all, or the one asked for.
pub(super) struct Values<'a>(pub(super) &'a [Measured], pub(super) Option<&'a PropertyId>);

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
pub(super) struct OutOfRange<'a>(pub(super) &'a [Measured], pub(super) Option<&'a PropertyId>);

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
