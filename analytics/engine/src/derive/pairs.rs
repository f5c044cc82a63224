//! What begins and ends: events of one ticket, or of one part of a thing, put together in the order of time.
//!
//! A second beginning of what is open begins it anew: tickets are numbered again every day. An end without a beginning is nothing. Of what
//! happens to one ticket in the same moment, what is open ends first; so a window that closes and opens at noon is open afterwards, and one that
//! opens and closes was open for no time.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{EventKey, Timestamp};

use super::formula::{By, Tell};
use super::inputs::{Happened, Inputs, within};
use super::plan::{MachinePlan, Role};
use super::walk::Figure;

/// A pair that is over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Over {
    at: Timestamp,
    lasted_micros: i64,
    dropped: bool,
}

/// The pairs of one kind, up to some time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    open: BTreeMap<EventKey, Timestamp>,
    /// When pairs have begun, in the order of time.
    begun: Vec<Timestamp>,
    /// In the order of time.
    over: Vec<Over>,
    upto: Timestamp,
}

impl Machine {
    /// One that has seen nothing.
    pub(crate) fn new() -> Self {
        Self {
            upto: Timestamp::MIN,
            ..Self::default()
        }
    }

    /// Takes the events up to and with `to`.
    pub(crate) fn go(&mut self, to: Timestamp, plan: &MachinePlan, inputs: &Inputs) {
        let mut rest = inputs.events_within(self.upto, to);
        while let Some(first) = rest.first() {
            let (moment, later) =
                rest.split_at(rest.partition_point(|event| event.time <= first.time));
            self.take(first.time, plan, moment);
            rest = later;
        }
        self.upto = to;
        self.open.retain(|_, begun| to < *begun + plan.longest);
        let from = to - plan.kept;
        self.begun
            .drain(..self.begun.partition_point(|at| *at <= from));
        self.over
            .drain(..self.over.partition_point(|over| over.at <= from));
    }

    /// Takes the events of one moment.
    fn take(&mut self, at: Timestamp, plan: &MachinePlan, moment: &[Happened]) {
        let mut by_key: BTreeMap<&EventKey, (u32, Vec<Role>)> = BTreeMap::new();
        for event in moment {
            let key = match plan.by {
                By::Ticket => &event.key,
                By::Part => &event.part,
            };
            let role = plan.roles.get(event.kind).copied().flatten();
            let (Some(key), Some(role)) = (key, role) else {
                continue;
            };
            let (begins, ends) = by_key.entry(key).or_default();
            match role {
                Role::Begin => *begins += 1,
                Role::End | Role::Drop => ends.push(role),
            }
        }
        for (key, (mut begins, ends)) in by_key {
            let mut ends = ends.into_iter();
            loop {
                let begun = self.open.get(key).copied();
                let begun = begun.filter(|begun| at < *begun + plan.longest);
                if let Some(begun) = begun
                    && let Some(role) = ends.next()
                {
                    self.open.remove(key);
                    self.over.push(Over {
                        at,
                        lasted_micros: at.micros_since(begun),
                        dropped: role == Role::Drop,
                    });
                } else if begins > 0 {
                    begins -= 1;
                    self.open.insert(key.clone(), at);
                    self.begun.push(at);
                } else {
                    break;
                }
            }
        }
    }

    /// What is told of them, at the time to which it has gone.
    pub(crate) fn tell(&self, tell: Tell, length: Duration) -> Figure {
        let over = within(&self.over, self.upto - length, self.upto, |over| over.at);
        let ended = || over.iter().filter(|over| !over.dropped);
        let durations = || -> Vec<i64> {
            let mut durations: Vec<i64> = ended().map(|over| over.lasted_micros).collect();
            durations.sort_unstable();
            durations
        };
        match tell {
            Tell::Open => Figure::count(self.open.len()),
            Tell::Begun => {
                Figure::count(within(&self.begun, self.upto - length, self.upto, |at| *at).len())
            }
            Tell::Ended => Figure::count(ended().count()),
            Tell::Dropped => Figure::count(over.iter().filter(|over| over.dropped).count()),
            Tell::DurationMean => {
                let durations = durations();
                let sum: i64 = durations.iter().sum();
                let mean = sum as f64 / durations.len() as f64 / 1e6;
                Figure::of((!durations.is_empty()).then_some(mean), durations.len())
            }
            Tell::DurationQuantile(q) => {
                let durations = durations();
                let rank = super::walk::rank(q, durations.len());
                let value = rank.map(|rank| durations[rank] as f64 / 1e6);
                Figure::of(value, durations.len())
            }
        }
    }
}
