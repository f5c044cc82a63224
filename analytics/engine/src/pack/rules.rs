//! What the rules of a pack must keep beyond their syntax.

use std::time::Duration;

use yiping_model::{Property, PropertyId};

use super::Draft;
use super::case::Given;
use super::check::blank;
use super::document::{Entry, Problems, nearest};
use crate::rule::{Bound, Happening, Limits, Operator, Rule, Silence, Stuck, Threshold};

/// A value that stays is told after so many observations at most.
const COUNT_MAX: u32 = 10_000;

const UNSOUND: &str = "`clear` must not lie beyond `raise`, and both must be finite";

impl Draft {
    pub(super) fn check_rule(&self, entry: &Entry<Rule>, problems: &mut Problems) {
        let rule = &entry.value;
        let mut wrong: Vec<String> = Vec::new();
        let mut tell = |is_wrong: bool, text: &str| {
            if is_wrong {
                wrong.push(text.to_owned());
            }
        };
        tell(blank(&rule.title), "`title` must not be blank");
        tell(
            rule.source.trim().is_empty(),
            "`source` must say where the thresholds come from, or whose decision they are",
        );
        for (place, property) in rule.properties.iter().enumerate() {
            match self.property(property) {
                Err(unknown) => tell(true, &unknown),
                Ok(property) => self.check_operator(rule, property, &mut tell),
            }
            let again = rule.properties[..place].contains(property);
            tell(again, &format!("property `{property}` is named twice"));
        }
        if let Operator::Event(event) = &rule.operator {
            self.check_event(event, &mut tell);
        }
        tell(
            !self.cases.iter().any(|case| case.value.rule == rule.id),
            "it has no `[[rule.case]]`: a rule that was never tried is not trusted",
        );
        for text in wrong {
            entry.tell(format!("rule `{}`: {text}", rule.id), problems);
        }
        self.check_cases_of(rule, problems);
    }

    fn check_event(&self, rule: &Happening, tell: &mut impl FnMut(bool, &str)) {
        let event = match self.event(&rule.kind) {
            Ok(event) => event,
            Err(unknown) => return tell(true, &unknown),
        };
        for (property, least) in &rule.min {
            tell(!least.is_finite(), "`min` must be finite numbers");
            if !event.properties.contains(property) {
                let near = nearest(
                    property.as_str(),
                    event.properties.iter().map(PropertyId::as_str),
                );
                let text = format!("event `{}` is told without `{property}`{near}", event.id);
                tell(true, &text);
            }
        }
    }

    fn check_operator(&self, rule: &Rule, property: &Property, tell: &mut impl FnMut(bool, &str)) {
        let period = Duration::from_secs(property.period_secs.into());
        match &rule.operator {
            Operator::Threshold(limits) => {
                tell(
                    rule.properties.len() > 1,
                    "a threshold has the unit of one property, so it judges one",
                );
                self.check_limits(limits, property, tell);
                tell(
                    rule.of_war && !self.has_milder(rule, limits),
                    "a rule of war raises sooner than a rule of both postures of the same property, direction and level; there is none with which it can be compared",
                );
            }
            Operator::Rate(change) => {
                tell(
                    rule.properties.len() > 1,
                    "a rate has the unit of one property, so it judges one",
                );
                tell(!change.threshold().is_sound(), UNSOUND);
                tell(
                    change.over.duration() < period,
                    &format!(
                        "`over` must not be shorter than the period of `{}`",
                        property.id
                    ),
                );
            }
            Operator::NoData(silence) => {
                tell(
                    *silence == Silence::Periods(0),
                    "`periods` must be at least 1",
                );
                tell(
                    silence.after(period) < period,
                    &format!(
                        "`after` must not be shorter than the period of `{}`",
                        property.id
                    ),
                );
                let mut rules = self.rules.iter().map(|entry| &entry.value);
                let other = rules.find(|other| {
                    matches!(other.operator, Operator::NoData(_))
                        && other.id != rule.id
                        && other.properties.contains(&property.id)
                });
                if let Some(other) = other {
                    let text = format!(
                        "`no_data` of `{}` is judged by rule `{}` too; one is enough",
                        property.id, other.id
                    );
                    tell(true, &text);
                }
            }
            Operator::Stuck(stuck) => check_stuck(stuck, period, tell),
            Operator::Event(_) => {}
        }
    }

    /// Whether a rule that always speaks says of the same property the same, later.
    fn has_milder(&self, rule: &Rule, limits: &Limits) -> bool {
        let mut rules = self.rules.iter().map(|entry| &entry.value);
        rules.any(|other| {
            let Operator::Threshold(milder) = &other.operator else {
                return false;
            };
            let same = (&other.properties, other.level) == (&rule.properties, rule.level);
            same && !other.of_war && limits.raises_before(milder)
        })
    }

    fn check_limits(
        &self,
        limits: &Limits,
        property: &Property,
        tell: &mut impl FnMut(bool, &str),
    ) {
        let things = self.things.iter().map(|entry| &entry.value);
        let made_of = |kind: &str| {
            let mut derived = self.derived.iter().map(|entry| &entry.value);
            derived.any(|made| made.id == property.id && made.kind.as_deref() == Some(kind))
        };
        let things =
            things.filter(|thing| thing.properties.contains(&property.id) || made_of(&thing.kind));
        if let (Some(raise), Some(clear)) = (limits.raise.value(), limits.clear.value()) {
            let threshold = Threshold::new(limits.direction, raise, clear);
            tell(!threshold.is_sound(), UNSOUND);
        }
        for name in limits.names() {
            let known = things.clone().flat_map(|thing| thing.limits.keys());
            let known: Vec<&str> = known.map(String::as_str).collect();
            if !known.contains(&name) {
                let near = nearest(name, known);
                let text = format!(
                    "no thing that observes `{}` has a limit `{name}`{near}",
                    property.id
                );
                tell(true, &text);
            }
        }
        for thing in things {
            let own = &thing.limits;
            let complete = limits.raise.of(own).zip(limits.clear.of(own));
            tell(
                complete.is_some() && limits.of(own).is_none() && limits.names().next().is_some(),
                &format!("with the limits of thing `{}`: {UNSOUND}", thing.id),
            );
        }
        if let Bound::Value(raise) = limits.raise {
            let inside = |[low, high]: [f64; 2]| (low..=high).contains(&raise);
            let text = format!(
                "`raise` {raise} lies outside the valid range of `{}`",
                property.id
            );
            tell(!property.valid.is_none_or(inside), &text);
        }
    }

    fn check_cases_of(&self, rule: &Rule, problems: &mut Problems) {
        let on_events = matches!(rule.operator, Operator::Event(_));
        for case in self.cases.iter().filter(|case| case.value.rule == rule.id) {
            let sound = |given: &Given| match given {
                Given::Value(_, value) => value.is_finite() && !on_events,
                Given::Event(event) => {
                    on_events && event.values.values().all(|value| value.is_finite())
                }
            };
            if case.value.given.is_empty() || !case.value.given.iter().all(sound) {
                let text = if on_events {
                    "`given` must hold events, as in `{ at = 0, kind = \"…\" }`"
                } else {
                    "`given` must hold observations with finite values"
                };
                case.tell(text, problems);
            }
            for given in &case.value.given {
                if let Given::Event(event) = given
                    && let Err(unknown) = self.event(&event.kind)
                {
                    case.tell(unknown, problems);
                }
            }
            if let Operator::Threshold(limits) = &rule.operator {
                let missing = limits
                    .names()
                    .find(|name| !case.value.limits.contains_key(*name));
                if let Some(name) = missing {
                    let text = format!("`limits` must say `{name}`, which the rule refers to");
                    case.tell(text, problems);
                }
            }
        }
    }
}

fn check_stuck(stuck: &Stuck, period: Duration, tell: &mut impl FnMut(bool, &str)) {
    tell(
        !(2..=COUNT_MAX).contains(&stuck.min_count),
        "`min_count` must be at least 2, and at most 10000",
    );
    tell(
        stuck.lasts.duration() < period,
        "`for` must not be shorter than the period of the property",
    );
    tell(
        !stuck.except.iter().all(|value| value.is_finite()),
        "`except` must be finite numbers",
    );
}
