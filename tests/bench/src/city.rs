//! The workload city-1k: a thousand sensors, JSON by MQTT, one alarm rule with hysteresis and one window of ten seconds.
//!
//! Each sensor has a cycle of 20 s, shifted by its number: 91 to 100 °C in the first four seconds of it, else 20 to 70. One message in twenty is out
//! of order by up to 3 s and lies inside the hysteresis, so that no order of judging changes what must come out: a hundred changes of alarms a
//! second. A message's time is the time at which it was due, so sending late counts as latency. No two values of one sensor and one millisecond
//! are equal: they would be one observation sent twice, and count once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write as _;

/// How long a sensor's cycle is.
const CYCLE_MS: u64 = 20_000;
/// How long it is hot in each.
const HOT_MS: u64 = 4_000;
/// The length of the windows.
pub(crate) const WINDOW_MS: u64 = 10_000;
/// How far the watermark stays behind.
pub(crate) const LATENESS_MS: u64 = 5_000;
const OUT_OF_ORDER: f64 = 0.05;
const DELAY_MS_MAX: f64 = 3_000.0;

/// One change of an alarm that must come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Change {
    pub(crate) sensor: u32,
    /// Time of the observation that made it.
    pub(crate) at_ms: u64,
    pub(crate) raised: bool,
}

/// The sensors of one gateway, and what must come out of what they said.
#[derive(Debug)]
pub(crate) struct Gateway {
    sensors: Vec<u32>,
    sensors_total: u32,
    random: Random,
    hot: HashSet<u32>,
    said: HashMap<(u32, u64), Vec<i64>>,
    /// Number of messages by sensor and start of the window.
    pub(crate) windows: BTreeMap<(u32, u64), u32>,
}

/// A message, and the change it must make.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) sensor: u32,
    pub(crate) change: Option<Change>,
}

impl Gateway {
    /// Gateway `number` of `gateways`, with its share of the sensors.
    pub(crate) fn new(number: u32, gateways: u32, sensors_total: u32) -> Self {
        Self {
            sensors: (0..sensors_total)
                .filter(|sensor| sensor % gateways == number)
                .collect(),
            sensors_total,
            random: Random(0x5eed_0000_0001 + u64::from(number) * 7_919),
            hot: HashSet::new(),
            said: HashMap::new(),
            windows: BTreeMap::new(),
        }
    }

    /// Writes the payload of message `index`, which is due at `due_ms`.
    pub(crate) fn message(&mut self, index: u64, due_ms: u64, payload: &mut Vec<u8>) -> Message {
        let place = usize::try_from(index % self.sensors.len() as u64).expect("few sensors");
        let sensor = self.sensors[place];
        let (at_ms, hundredths) = self.observation(sensor, due_ms);
        let start = at_ms / WINDOW_MS * WINDOW_MS;
        *self.windows.entry((sensor, start)).or_default() += 1;
        let change = self.judge(sensor, at_ms, hundredths);
        let (whole, rest) = (hundredths / 100, hundredths % 100);
        let (humidity, dust) = (30.0 + self.random.next() * 40.0, self.random.next() * 80.0);
        write!(
            payload,
            r#"{{"id":"s{sensor:05}","ts":{at_ms},"metrics":{{"temp":{whole}.{rest:02},"hum":{humidity:.1},"pm25":{dust:.1}}}}}"#
        )
        .expect("memory takes everything");
        Message { sensor, change }
    }

    /// Time and value, in hundredths.
    fn observation(&mut self, sensor: u32, due_ms: u64) -> (u64, i64) {
        let late = self.random.next() < OUT_OF_ORDER;
        let at_ms = if late {
            due_ms - (self.random.next() * DELAY_MS_MAX) as u64
        } else {
            due_ms
        };
        let shift = u64::from(sensor) * CYCLE_MS / u64::from(self.sensors_total);
        let (lowest, span) = match (late, (due_ms + shift) % CYCLE_MS < HOT_MS) {
            (true, _) => (81.0, 8.0),
            (false, true) => (91.0, 9.0),
            (false, false) => (20.0, 50.0),
        };
        loop {
            let value = (lowest + self.random.next() * span) * 100.0;
            let hundredths = value as i64;
            let said = self.said.entry((sensor, at_ms)).or_default();
            if !said.contains(&hundredths) {
                said.push(hundredths);
                if self.said.len() > 500_000 {
                    self.said
                        .retain(|(_, at), _| *at + 2 * DELAY_MS_MAX as u64 > due_ms);
                }
                return (at_ms, hundredths);
            }
        }
    }

    fn judge(&mut self, sensor: u32, at_ms: u64, hundredths: i64) -> Option<Change> {
        let raised = match hundredths {
            9_001.. => self.hot.insert(sensor).then_some(true),
            ..8_000 => self.hot.remove(&sensor).then_some(false),
            _ => None,
        }?;
        Some(Change {
            sensor,
            at_ms,
            raised,
        })
    }
}

/// A small generator: the same numbers on every machine.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// In `0..1`.
    pub(crate) fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_sensors_make_a_hundred_changes_a_second() {
        let mut gateway = Gateway::new(0, 1, 1_000);
        let mut payload = Vec::new();
        let changes = (0..100_000_u64)
            .filter(|index| {
                payload.clear();
                let due_ms = 1_700_000_000_000 + index * 20_000 / 100_000;
                gateway
                    .message(*index, due_ms, &mut payload)
                    .change
                    .is_some()
            })
            .count();
        // One sensor in five is hot when it begins, and so changes once more.
        assert!((1_900..=2_300).contains(&changes), "{changes} in 20 s");
        let text = String::from_utf8(payload).expect("JSON");
        assert!(text.starts_with(r#"{"id":"s00999","ts":1700000"#), "{text}");
        assert_eq!(gateway.windows.values().sum::<u32>(), 100_000);
    }
}
