//! Rules: what a pack says about its properties and events, in a closed list of operators.

mod text;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{EventKind, Level, PropertyId, RuleId, RuleVersion, Text};

use crate::criterion::Criterion;

pub use crate::written::Lapse;

/// A rule of a pack.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "text::RuleText")]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What the alarm is called.
    pub title: Text,
    /// The properties that it judges, each datastream of them by itself; none when it judges events.
    pub properties: Vec<PropertyId>,
    /// Warning level of its alarms.
    pub level: Level,
    /// When it raises, and when it returns to normal.
    pub operator: Operator,
    /// Where the thresholds come from: a standard with its clause, or whose decision they are.
    pub source: String,
    /// Whether its alarms call people only where an incident is at war (战时); it is judged by always.
    pub of_war: bool,
    /// Which text of it this is; `None` for a rule of no pack.
    pub version: Option<RuleVersion>,
}

/// The closed list of operators.
#[derive(Debug, Clone, PartialEq)]
pub enum Operator {
    /// Values beyond a limit.
    Threshold(Limits),
    /// Values that change too fast.
    Rate(Change),
    /// No values.
    NoData(Silence),
    /// The same value again and again.
    Stuck(Stuck),
    /// Something happened.
    Event(Happening),
}

/// Which way lies beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Greater is beyond.
    Above,
    /// Less is beyond.
    Below,
}

/// A limit: a number, or the thing's own by its name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Bound {
    /// The same for all.
    Value(f64),
    /// What the thing's `limits` say under this name, and so much more. A thing without it is not judged.
    Own {
        /// Its name.
        limit: String,
        /// Added to it.
        offset: f64,
    },
}

/// The operator `threshold`, as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Which way lies beyond.
    pub direction: Direction,
    /// Beyond this it raises.
    pub raise: Bound,
    /// On the other side of this it returns.
    pub clear: Bound,
    /// For how long it must have been beyond `raise` without passing `clear`; at once where it is not said.
    pub delay: Option<Lapse>,
}

/// The operator `rate`: change per hour, as a threshold judges it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Which way lies beyond.
    pub direction: Direction,
    /// Beyond this it raises, in the unit of the property per hour.
    pub raise: f64,
    /// On the other side of this it returns.
    pub clear: f64,
    /// From which distance of time the change is taken.
    pub over: Lapse,
}

/// The operator `no_data`: how long a datastream may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "text::SilenceText")]
pub enum Silence {
    /// So many of its periods.
    Periods(u32),
    /// So long.
    After(Lapse),
}

/// The operator `stuck`: the same value, bit for bit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stuck {
    /// For how long.
    #[serde(rename = "for")]
    pub lasts: Lapse,
    /// In at least so many observations.
    pub min_count: u32,
    /// Values that may stay: a rain gauge's 0.
    #[serde(default)]
    pub except: Vec<f64>,
}

/// The operator `event`: an event of this kind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Happening {
    /// Which kind.
    pub kind: EventKind,
    /// What must be measured with it, at least; an event without one of these values does not count.
    #[serde(default)]
    pub min: BTreeMap<PropertyId, f64>,
    /// What has an alarm of its own.
    #[serde(default)]
    pub by: By,
    /// How long after the last event it returns.
    pub hold: Lapse,
}

/// What has an alarm of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Each track (the key of the events) of each thing.
    #[default]
    Track,
    /// Each thing.
    Thing,
}

/// A threshold with hysteresis: between `clear` and `raise` an alarm neither begins nor ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Threshold {
    /// Raises at a value greater than `raise`, returns at a value less than `clear`; `clear <= raise`.
    Above {
        /// Beyond this it raises.
        raise: f64,
        /// Below this it returns.
        clear: f64,
    },
    /// Raises at a value less than `raise`, returns at a value greater than `clear`; `clear >= raise`.
    Below {
        /// Beyond this it raises.
        raise: f64,
        /// Above this it returns.
        clear: f64,
    },
}

impl Rule {
    /// What it judges in the observations of one datastream, by the own limits of its thing and by its period; `None` when it does not judge
    /// this datastream, or not by its observations.
    pub(crate) fn criterion(
        &self,
        limits: &BTreeMap<String, f64>,
        period: Duration,
    ) -> Option<Criterion> {
        match &self.operator {
            Operator::Threshold(rule) => {
                let threshold = rule.of(limits)?;
                let delay = rule.delay.map_or(Duration::ZERO, Lapse::duration);
                Some(Criterion::threshold(threshold, delay, period))
            }
            Operator::Rate(rule) => Some(Criterion::rate(rule.threshold(), rule.over.duration())),
            Operator::Stuck(rule) => Some(Criterion::stuck(rule, period)),
            Operator::NoData(_) | Operator::Event(_) => None,
        }
    }

    /// Whether it judges by observations as they come, and not by their absence or by events.
    pub(crate) const fn judges_values(&self) -> bool {
        !matches!(self.operator, Operator::NoData(_) | Operator::Event(_))
    }
}

impl Limits {
    /// A threshold that is the same for all things, and raises at once.
    pub const fn plain(threshold: Threshold) -> Self {
        let (direction, raise, clear) = match threshold {
            Threshold::Above { raise, clear } => (Direction::Above, raise, clear),
            Threshold::Below { raise, clear } => (Direction::Below, raise, clear),
        };
        Self {
            direction,
            raise: Bound::Value(raise),
            clear: Bound::Value(clear),
            delay: None,
        }
    }

    /// The threshold of a thing that has these limits; `None` when it lacks one that is named, or when with its own `clear` would lie beyond `raise`.
    pub fn of(&self, limits: &BTreeMap<String, f64>) -> Option<Threshold> {
        let (raise, clear) = (self.raise.of(limits)?, self.clear.of(limits)?);
        let threshold = Threshold::new(self.direction, raise, clear);
        threshold.is_sound().then_some(threshold)
    }

    /// Whether it raises at lesser values than another one, whatever the thing's own limits; `false` where that cannot be told.
    pub fn raises_before(&self, other: &Self) -> bool {
        let (own, others) = match (&self.raise, &other.raise) {
            (Bound::Value(own), Bound::Value(others)) => (own, others),
            (
                Bound::Own { limit, offset },
                Bound::Own {
                    limit: other_limit,
                    offset: other_offset,
                },
            ) if limit == other_limit => (offset, other_offset),
            _ => return false,
        };
        self.direction == other.direction
            && match self.direction {
                Direction::Above => own < others,
                Direction::Below => own > others,
            }
    }

    /// The names of the limits that a thing must have to be judged.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.raise, &self.clear]
            .into_iter()
            .filter_map(|bound| match bound {
                Bound::Own { limit, .. } => Some(limit.as_str()),
                Bound::Value(_) => None,
            })
    }
}

impl Bound {
    /// The number, for a thing with these limits.
    pub fn of(&self, limits: &BTreeMap<String, f64>) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Own { limit, offset } => Some(limits.get(limit)? + offset),
        }
    }

    /// The number that is the same for all things.
    pub const fn value(&self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Own { .. } => None,
        }
    }
}

impl Change {
    /// The threshold of the change per hour.
    pub const fn threshold(&self) -> Threshold {
        Threshold::new(self.direction, self.raise, self.clear)
    }
}

impl Happening {
    /// Under which name its alarms speak of a thing: the kind of the event, in the place of a property.
    pub fn subject(&self) -> PropertyId {
        PropertyId::new(self.kind.as_str()).expect("a kind is a word, like the id of a property")
    }
}

impl Silence {
    /// How long a datastream of this period may be silent.
    pub fn after(&self, period: Duration) -> Duration {
        match self {
            Self::Periods(count) => period * *count,
            Self::After(lapse) => lapse.duration(),
        }
    }
}

impl Threshold {
    /// In this direction.
    pub const fn new(direction: Direction, raise: f64, clear: f64) -> Self {
        match direction {
            Direction::Above => Self::Above { raise, clear },
            Direction::Below => Self::Below { raise, clear },
        }
    }

    /// The value beyond which it raises.
    pub const fn raise(&self) -> f64 {
        match *self {
            Self::Above { raise, .. } | Self::Below { raise, .. } => raise,
        }
    }

    /// Whether this value begins an alarm.
    pub fn raises(&self, value: f64) -> bool {
        match *self {
            Self::Above { raise, .. } => value > raise,
            Self::Below { raise, .. } => value < raise,
        }
    }

    /// Whether this value ends an alarm.
    pub fn clears(&self, value: f64) -> bool {
        match *self {
            Self::Above { clear, .. } => value < clear,
            Self::Below { clear, .. } => value > clear,
        }
    }

    /// The one of two values that lies further in the direction of the rule.
    pub const fn more_extreme(&self, one: f64, other: f64) -> f64 {
        match *self {
            Self::Above { .. } => one.max(other),
            Self::Below { .. } => one.min(other),
        }
    }

    /// Whether both values are finite and `clear` does not lie beyond `raise`: then no value both begins and ends an alarm.
    pub fn is_sound(&self) -> bool {
        match *self {
            Self::Above { raise, clear } => {
                raise.is_finite() && clear.is_finite() && clear <= raise
            }
            Self::Below { raise, clear } => {
                raise.is_finite() && clear.is_finite() && clear >= raise
            }
        }
    }
}
