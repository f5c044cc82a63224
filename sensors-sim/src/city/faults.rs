//! Faults on request, each seeded, at a rate of its own.
//!
//! Two kinds. Faults of the *device* bend what is said: a clock that is wrong ([`Ails`]), a pause, a value that is told again. They stay
//! below what a rule calls silent or stuck, and spare the kinds of things on whose alarms the scenario has a hand. Faults of the *way* ([`Way`])
//! hold a message up, double it, or put garbage beside it. What ought to be found in the end is the same with and without them.

use std::cmp::Ordering;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use yiping_model::Timestamp;

use super::Message;
use super::noise::Chance;
use super::scenario::Plan;
use super::sensor::Sensor;
use crate::settings::Faults;

/// The longest time for which a message is held up.
const LATE_MAX: Duration = Duration::from_mins(10);
/// The longest time that a message is on its way: held up, doubled, and waiting in a gateway that is dead.
pub(super) const WAY_MAX: Duration = Duration::from_mins(31);
/// A message that overtakes another does so within the lateness that an engine waits for.
const OVERTAKEN_MAX: Duration = Duration::from_secs(45);
const DOUBLED_MAX: Duration = Duration::from_secs(30);
/// Garbage comes right after the message beside which it stands.
const GARBAGE_AFTER: Duration = Duration::from_millis(1);
/// A wrong clock is at most so wrong.
const SKEW_MAX_MILLIS: f64 = 15_000.0;
/// A pause, in messages of one sensor, and within how many there is at most one.
const PAUSE: i64 = 2;
const PAUSE_WITHIN: i64 = 20;
/// The same for a value that is told again and again.
const STUCK: i64 = 5;
const STUCK_WITHIN: i64 = 40;

/// What ails the devices.
#[derive(Debug, Clone)]
pub(super) struct Ails {
    faults: Faults,
    chance: Chance,
}

impl Ails {
    pub(super) fn of(faults: &Faults, root: Chance) -> Self {
        Self {
            faults: faults.clone(),
            chance: root.named("ails"),
        }
    }

    /// For what a sensor says at its time: when the value was measured, and the time that it tells; `None` when it says nothing.
    pub(super) fn bend(&self, sensor: &Sensor, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let own = |name: &str| self.chance.named(name).named(sensor.thing.as_str());
        let turn = sensor.turn(at);
        let spell = |name: &str, rate: f64, length: i64, within: i64| {
            let has_one =
                own(name).unit(turn.div_euclid(within)) < rate * within as f64 / length as f64;
            has_one && turn.rem_euclid(within) < length
        };
        if self.faults.silent > 0.0 && spell("silent", self.faults.silent, PAUSE, PAUSE_WITHIN) {
            return None;
        }
        let mut measured_at = at;
        if self.faults.stuck > 0.0 && spell("stuck", self.faults.stuck, STUCK, STUCK_WITHIN) {
            let back = turn.rem_euclid(STUCK_WITHIN) * sensor.period_micros;
            measured_at = Timestamp::from_micros(at.as_micros() - back);
        }
        let mut told_at = at;
        if self.faults.skewed_clock > 0.0 && own("skewed").unit(0) < self.faults.skewed_clock {
            let millis = (SKEW_MAX_MILLIS * own("skewed").signed(1)) as i64;
            told_at = Timestamp::from_micros(at.as_micros() + millis * 1_000);
        }
        Some((measured_at, told_at))
    }
}

/// Messages on their way to us.
#[derive(Debug, Clone)]
pub(super) struct Way {
    faults: Faults,
    chance: Chance,
    queue: BinaryHeap<Reverse<Sent>>,
}

/// In the order in which messages arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sent(Message);

impl Ord for Sent {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |sent: &Self| (sent.0.at, sent.0.topic.clone(), sent.0.payload.clone());
        self.0
            .at
            .cmp(&other.0.at)
            .then_with(|| key(self).cmp(&key(other)))
    }
}

impl PartialOrd for Sent {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Way {
    /// `None` when nothing happens to messages.
    pub(super) fn of(faults: &Faults, root: Chance) -> Option<Self> {
        let rates = [
            faults.late,
            faults.duplicated,
            faults.out_of_order,
            faults.garbage,
        ];
        rates.iter().any(|rate| *rate > 0.0).then(|| Self {
            faults: faults.clone(),
            chance: root.named("way"),
            queue: BinaryHeap::new(),
        })
    }

    /// When the first of them arrives.
    pub(super) fn first_at(&self) -> Option<Timestamp> {
        self.queue.peek().map(|Reverse(sent)| sent.0.at)
    }

    /// The first that arrives.
    pub(super) fn give(&mut self) -> Option<Message> {
        self.queue.pop().map(|Reverse(sent)| sent.0)
    }

    /// Sets a message on its way.
    pub(super) fn take(&mut self, message: Message, plan: &Plan) {
        let own = self.chance.named(&message.topic);
        let index = message.at.as_micros();
        let happens = |name: &str, rate: f64| rate > 0.0 && own.named(name).unit(index) < rate;
        let up_to =
            |name: &str, most: Duration| most.mul_f64(own.named(name).named("time").unit(index));
        // An event that is too late for its window cannot be counted again, so events are held up for a moment only.
        let is_event =
            message.topic.contains("/tickets/") || message.topic.contains("/detections/");
        let held_up = if happens("late", self.faults.late) && !is_event {
            up_to("late", LATE_MAX)
        } else if happens("out_of_order", self.faults.out_of_order) {
            up_to("out_of_order", OVERTAKEN_MAX)
        } else {
            Duration::ZERO
        };
        let thing = message.topic.rsplit('/').next().unwrap_or_default();
        let arrives = |at: Timestamp| plan.arrives(thing, at);
        let sent_at = arrives(message.at + held_up);
        if happens("duplicated", self.faults.duplicated) {
            let again_at = arrives(sent_at + up_to("duplicated", DOUBLED_MAX));
            self.send(again_at, message.clone());
        }
        if happens("garbage", self.faults.garbage) {
            let payload = garbage(
                &message.payload,
                own.named("garbage").named("what").unit(index),
            );
            let beside = Message {
                payload,
                ..message.clone()
            };
            self.send(sent_at + GARBAGE_AFTER, beside);
        }
        self.send(sent_at, message);
    }

    fn send(&mut self, at: Timestamp, message: Message) {
        self.queue.push(Reverse(Sent(Message { at, ..message })));
    }
}

/// What no door can read.
fn garbage(payload: &[u8], what: f64) -> Vec<u8> {
    match (what * 5.0) as u8 {
        0 => payload[..payload.len() / 2].to_vec(),
        1 => vec![0xff, 0xfe, 0x00, 0x7f, 0x80],
        2 => br#"{"id":"nobody"}"#.to_vec(),
        3 => br#"{"id":"nobody","ts":"yesterday","event":"taken","kind":"crowd","metrics":{"pm25":1}}"#.to_vec(),
        _ => b"[1, 2, 3]".to_vec(),
    }
}

/// A storm of reconnects: after which messages the connection is cut.
#[derive(Debug, Clone)]
pub(crate) struct Cuts {
    rate: f64,
    chance: Chance,
}

impl Cuts {
    pub(crate) fn of(faults: &Faults, seed: u64) -> Self {
        Self {
            rate: faults.reconnect_storm,
            chance: Chance::of(seed).named("cuts"),
        }
    }

    /// Whether the connection is cut after the how-manieth message.
    pub(crate) fn after(&self, published: u64) -> bool {
        self.rate > 0.0 && self.chance.unit(published.cast_signed()) < self.rate
    }
}
