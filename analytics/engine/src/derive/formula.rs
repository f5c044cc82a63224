//! What a pack derives: `[[derived]]` of `derived.toml`, in a closed list of operators.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{EventKind, PropertyId, WindowLength};

use crate::written::{Lapse, one_of};

/// Longer looks back are refused: everything within them is held in memory.
pub(crate) const LENGTH_MAX: Duration = Duration::from_hours(7 * 24);

/// How long a pair may last unless the pack says otherwise.
const LONGEST: Lapse = Lapse::from_secs(86_400);

/// A property that is not observed but derived, in steps of event time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Derived {
    /// The property that it makes.
    pub id: PropertyId,
    /// For the things of this kind; `None` for every thing that lists the property.
    pub kind: Option<String>,
    /// The distance between two values; steps are counted from local midnight.
    pub every: WindowLength,
    /// How it is made.
    pub operator: Operator,
}

/// How a value is made at the end `T` of a step. What is looked at lies after `T - length`, up to and with `T`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Operator {
    /// Observations of one property, summed up.
    Window(Window),
    /// Change per hour.
    Rate(Rate),
    /// What begins and ends: tickets, open windows.
    Pair(Pair),
    /// How many events.
    Count(Count),
    /// One derived value over another, of the same step.
    Ratio(Ratio),
    /// A class by law.
    Class(Class),
    /// Joined with the thing's neighbour.
    Neighbour(Neighbour),
}

/// Observations of the last `length`, summed up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Of which property, observed or derived.
    pub of: PropertyId,
    /// How far back.
    pub length: Lapse,
    /// To what.
    pub take: Take,
}

/// The newest value less the one `over` before it, per hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Of which property, observed or derived.
    pub of: PropertyId,
    /// Over which time.
    pub over: Lapse,
}

/// Pairs of events of one thing and one ticket, or one part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// What begins one.
    pub begin: EventKind,
    /// What ends one.
    pub end: Vec<EventKind>,
    /// What ends one without its aim: left, absent.
    #[serde(default)]
    pub drop: Vec<EventKind>,
    /// Which events belong together.
    pub by: By,
    /// What is told of them.
    pub tell: Tell,
    /// How far back, for whatever is told of pairs that are over or begun.
    #[serde(default)]
    pub length: Option<Lapse>,
    /// A pair that has lasted so long is forgotten: its end was never told.
    #[serde(default = "longest")]
    pub longest: Lapse,
}

/// How many events in the last `length`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Of which kind.
    pub of: EventKind,
    /// How far back.
    pub length: Lapse,
    /// Counted for the H3 cell of this resolution, over all its things, and not for each thing.
    #[serde(default)]
    pub cell: Option<u8>,
}

/// One derived value over another, of the same thing and step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// The upper one.
    pub of: PropertyId,
    /// The lower one; where it is 0 there is no value.
    pub over: PropertyId,
    /// What the quotient is multiplied with: 100 for per cent.
    #[serde(default = "one")]
    pub factor: f64,
}

/// The worst class of the means of the last `length`, by a law of `classes.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// The law's id.
    pub law: String,
    /// The properties that are judged.
    pub of: Vec<PropertyId>,
    /// Over which time the mean is taken; one step unless it is said.
    #[serde(default)]
    pub length: Option<Lapse>,
}

/// A value joined with that of the thing's `neighbour`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Neighbour {
    /// Of which property; it must be observed.
    pub of: PropertyId,
    /// What is told.
    pub tell: Joined,
    /// How much earlier the neighbour is looked at: the time that water takes.
    #[serde(default)]
    pub delay: Option<Lapse>,
}

/// To what a run of values is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub enum Take {
    /// All together.
    Sum,
    /// Arithmetic mean.
    Mean,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The newest (the larger one of equals).
    Last,
    /// How many.
    Count,
    /// The smallest value that is not exceeded by this share of them.
    Quantile(f64),
}

/// What is told of pairs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub enum Tell {
    /// How many are open.
    Open,
    /// Of those that ended, the mean of their durations, in seconds.
    DurationMean,
    /// Of those that ended, the duration that is not exceeded by this share of them, in seconds.
    DurationQuantile(f64),
    /// How many were dropped.
    Dropped,
    /// How many have begun.
    Begun,
    /// How many ended.
    Ended,
}

/// Which events belong to one pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Those of one key: a ticket, a track.
    Ticket,
    /// Those of one part of the thing: a service window, a zone.
    Part,
}

/// What is told of a value and that of the neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Joined {
    /// Its own, less the neighbour's.
    Difference,
    /// The neighbour's.
    Value,
}

impl TryFrom<String> for Take {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let take = match text.as_str() {
            "sum" => Some(Self::Sum),
            "mean" => Some(Self::Mean),
            "min" => Some(Self::Min),
            "max" => Some(Self::Max),
            "last" => Some(Self::Last),
            "count" => Some(Self::Count),
            other => quantile(other).map(Self::Quantile),
        };
        take.ok_or_else(|| {
            format!("`{text}` is not one of sum, mean, min, max, last, count, or a quantile such as q0.8")
        })
    }
}

impl TryFrom<String> for Tell {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let tell = match text.as_str() {
            "open" => Some(Self::Open),
            "duration_mean" => Some(Self::DurationMean),
            "dropped" => Some(Self::Dropped),
            "begun" => Some(Self::Begun),
            "ended" => Some(Self::Ended),
            other => other
                .strip_prefix("duration_")
                .and_then(quantile)
                .map(Self::DurationQuantile),
        };
        tell.ok_or_else(|| {
            format!("`{text}` is not one of open, begun, ended, dropped, duration_mean, or a quantile such as duration_q0.8")
        })
    }
}

fn quantile(text: &str) -> Option<f64> {
    let q: f64 = text.strip_prefix('q')?.parse().ok()?;
    (0.0..=1.0).contains(&q).then_some(q)
}

const fn longest() -> Lapse {
    LONGEST
}

const fn one() -> f64 {
    1.0
}

/// As it is written: one of the operators.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: PropertyId,
    #[serde(default)]
    kind: Option<String>,
    every: WindowLength,
    window: Option<Window>,
    rate: Option<Rate>,
    pair: Option<Pair>,
    count: Option<Count>,
    ratio: Option<Ratio>,
    class: Option<Class>,
    neighbour: Option<Neighbour>,
}

impl TryFrom<Written> for Derived {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        let given = [
            ("window", written.window.map(Operator::Window)),
            ("rate", written.rate.map(Operator::Rate)),
            ("pair", written.pair.map(Operator::Pair)),
            ("count", written.count.map(Operator::Count)),
            ("ratio", written.ratio.map(Operator::Ratio)),
            ("class", written.class.map(Operator::Class)),
            ("neighbour", written.neighbour.map(Operator::Neighbour)),
        ];
        let operator =
            one_of(given).map_err(|wrong| format!("derived `{}` {wrong}", written.id))?;
        Ok(Self {
            id: written.id,
            kind: written.kind,
            every: written.every,
            operator,
        })
    }
}

impl Derived {
    /// The properties on which it rests.
    pub fn rests_on(&self) -> Vec<&PropertyId> {
        match &self.operator {
            Operator::Window(window) => vec![&window.of],
            Operator::Rate(rate) => vec![&rate.of],
            Operator::Ratio(ratio) => vec![&ratio.of, &ratio.over],
            Operator::Class(class) => class.of.iter().collect(),
            Operator::Neighbour(joined) => vec![&joined.of],
            Operator::Pair(_) | Operator::Count(_) => Vec::new(),
        }
    }

    /// The kinds of events on which it rests.
    pub fn hears(&self) -> Vec<&EventKind> {
        match &self.operator {
            Operator::Pair(pair) => std::iter::once(&pair.begin)
                .chain(&pair.end)
                .chain(&pair.drop)
                .collect(),
            Operator::Count(count) => vec![&count.of],
            _ => Vec::new(),
        }
    }

    /// The lengths of time that it names, by key.
    pub(crate) fn lengths(&self) -> Vec<(&'static str, Lapse)> {
        match &self.operator {
            Operator::Window(window) => vec![("length", window.length)],
            Operator::Rate(rate) => vec![("over", rate.over)],
            Operator::Pair(pair) => {
                let length = pair.length.map(|length| ("length", length));
                length
                    .into_iter()
                    .chain([("longest", pair.longest)])
                    .collect()
            }
            Operator::Count(count) => vec![("length", count.length)],
            Operator::Class(class) => class.length.map(|it| ("length", it)).into_iter().collect(),
            Operator::Neighbour(_) | Operator::Ratio(_) => Vec::new(),
        }
    }
}
