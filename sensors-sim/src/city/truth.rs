//! What ought to be found in what the city says: the alarms, by an evaluation as simple as it can be.
//!
//! Each datastream is walked in the order of time: a value greater than `raise` begins an alarm, a value less than `clear` ends it.
//! The values are those that are sent, rounded and clipped.

use serde::{Deserialize, Serialize};
use yiping_model::{PropertyId, RuleId, ThingId, Timestamp};

use super::City;
use super::sensor::Sensor;
use crate::settings::Scenario;

/// A threshold with hysteresis, in the upward direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TruthRule {
    /// The rule of the pack.
    pub id: RuleId,
    /// The property that it judges.
    pub property: PropertyId,
    /// Warning level, 1 to 4.
    pub level: u8,
    /// A value greater than this begins an alarm.
    pub raise: f64,
    /// A value less than this ends it.
    pub clear: f64,
}

/// What ought to be found in `[from, to)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    /// What happens to the city.
    pub scenario: Scenario,
    /// The seed.
    pub seed: u64,
    /// The first time that was looked at.
    pub from: Timestamp,
    /// The time up to which was looked.
    pub to: Timestamp,
    /// The alarms, by beginning, rule and thing.
    pub alarms: Vec<TruthAlarm>,
}

/// An alarm that ought to be found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TruthAlarm {
    /// The rule.
    pub rule: RuleId,
    /// Whose value.
    pub thing: ThingId,
    /// Which value.
    pub property: PropertyId,
    /// Warning level, 1 to 4.
    pub level: u8,
    /// Phenomenon time of the first value beyond `raise`.
    pub started: Timestamp,
    /// Phenomenon time of the first value below `clear` after that; `None` when it lasts beyond the span.
    pub ended: Option<Timestamp>,
    /// The value at `started`.
    pub value: f64,
    /// The greatest value of the alarm.
    pub extreme: f64,
}

/// The alarms that these rules must find in what the city says in `[from, to)`.
pub fn truth(city: &City, from: Timestamp, to: Timestamp, rules: &[TruthRule]) -> Truth {
    let mut alarms = Vec::new();
    for sensor in &city.sensors {
        let measured = |rule: &&TruthRule| {
            let mut channels = sensor.channels.iter();
            channels.any(|channel| channel.property == rule.property)
        };
        let judging: Vec<&TruthRule> = rules.iter().filter(measured).collect();
        if !judging.is_empty() {
            judge(city, sensor, &judging, (from, to), &mut alarms);
        }
    }
    alarms.sort_by(|one, other| {
        let key = |alarm: &TruthAlarm| (alarm.started, alarm.rule.clone(), alarm.thing.clone());
        key(one).cmp(&key(other))
    });
    Truth {
        scenario: city.scenario,
        seed: city.seed,
        from,
        to,
        alarms,
    }
}

fn judge(
    city: &City,
    sensor: &Sensor,
    rules: &[&TruthRule],
    (from, to): (Timestamp, Timestamp),
    alarms: &mut Vec<TruthAlarm>,
) {
    let mut open: Vec<Option<TruthAlarm>> = vec![None; rules.len()];
    let mut at = sensor.first_at_or_after(from);
    while at < to {
        let values = city.reading(sensor, at).values;
        for (rule, open) in rules.iter().zip(&mut open) {
            let told = values.iter().find(|one| one.property == rule.property);
            match (open.as_mut(), told.map(|one| one.value)) {
                (None, Some(value)) if value > rule.raise => {
                    *open = Some(begun(sensor, rule, at, value));
                }
                (Some(alarm), Some(value)) if value < rule.clear => {
                    alarm.ended = Some(at);
                    alarms.extend(open.take());
                }
                (Some(alarm), Some(value)) => alarm.extreme = alarm.extreme.max(value),
                (_, None) | (None, _) => {}
            }
        }
        at = sensor.next(at);
    }
    alarms.extend(open.into_iter().flatten());
}

fn begun(sensor: &Sensor, rule: &TruthRule, at: Timestamp, value: f64) -> TruthAlarm {
    TruthAlarm {
        rule: rule.id.clone(),
        thing: sensor.thing.clone(),
        property: rule.property.clone(),
        level: rule.level,
        started: at,
        ended: None,
        value,
        extreme: value,
    }
}
