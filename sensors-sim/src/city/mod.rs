//! The seeded city: what its sensors say at any time.
//!
//! The value of a thing at a time is a pure function of seed, catalogue, scenario, thing and time; nothing is remembered between two
//! questions. So any span of time can be asked for, in any order and cut anywhere, and gives the same bytes.

mod air;
mod leak;
mod moment;
mod noise;
mod plume;
#[cfg(test)]
pub(crate) mod sample;
mod sensor;
#[cfg(test)]
mod tests;
mod truth;
mod weather;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::FusedIterator;
use std::sync::Arc;
use std::time::Duration;

use yiping_model::{
    Catalogue, DatastreamId, Measured, Quality, Reading, SourceId, ThingId, Timestamp, Zone,
};
use yiping_protocols::json;

pub use truth::{Truth, TruthAlarm, TruthRule, truth};

use crate::settings::{Scenario, Settings, SettingsError};
use air::Air;
use leak::{FULL_SCALE_PPM, Leak};
use moment::Moment;
use noise::Chance;
use sensor::{Channel, Quantity, Sensor};
use weather::{Climate, Weather};

/// A thing that speaks more often than this is quick: its history is kept short.
const QUICK_PERIOD_MICROS: i64 = 60_000_000;
const PAYLOAD_BYTES_USUAL: usize = 160;

/// Why a catalogue cannot be simulated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CityError {
    /// A setting is out of its bounds.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The id would be a wildcard of MQTT.
    #[error("thing `{0}` cannot be part of an mqtt topic: use an id without + and #")]
    Topic(ThingId),
    /// The scenario needs a chemical park.
    #[error(
        "scenario leak needs two things of kind gas with the property cl2 at different places: choose scenario none, or a pack with detectors"
    )]
    NoPlaceForLeak,
}

/// One message of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Phenomenon time, and the time at which it is sent.
    pub at: Timestamp,
    /// The MQTT topic, `<prefix>/air/<thing>`.
    pub topic: Arc<str>,
    /// The plain JSON form.
    pub payload: Vec<u8>,
}

/// A city that can be asked what its sensors say at any time.
#[derive(Debug, Clone)]
pub struct City {
    seed: u64,
    scenario: Scenario,
    start: Timestamp,
    history: Duration,
    quick_history: Duration,
    source: SourceId,
    zone: Zone,
    root: Chance,
    climate: Climate,
    leak: Option<Leak>,
    sensors: Vec<Sensor>,
    silent: Vec<DatastreamId>,
}

impl City {
    /// The city of this catalogue, seed and scenario; `start` is the city time at which the run begins.
    ///
    /// # Errors
    /// [`CityError`] when a setting is out of its bounds, or the catalogue has no place for the scenario.
    pub fn new(
        catalogue: &Catalogue,
        settings: &Settings,
        start: Timestamp,
    ) -> Result<Self, CityError> {
        settings.check()?;
        let root = Chance::of(settings.seed);
        let mut sensors = Vec::new();
        let mut silent = Vec::new();
        for thing in catalogue.things.values() {
            let (speaking, unknown) = Sensor::of(thing, catalogue, root, &settings.topic_prefix)?;
            sensors.extend(speaking);
            silent.extend(unknown.into_iter().map(|property| DatastreamId {
                thing: thing.id.clone(),
                property,
            }));
        }
        let leak_start = start + Duration::from_secs(settings.scenario_after_secs.into());
        let leak = match settings.scenario {
            Scenario::None => None,
            Scenario::Leak => {
                Some(Leak::plan(catalogue, root, leak_start).ok_or(CityError::NoPlaceForLeak)?)
            }
        };
        let history = Duration::from_secs(u64::from(settings.history_hours) * 3_600);
        let quick_history = Duration::from_secs(u64::from(settings.quick_history_mins) * 60);
        Ok(Self {
            seed: settings.seed,
            scenario: settings.scenario,
            start,
            history,
            quick_history: quick_history.min(history),
            source: SourceId::new("sim").expect("a word is an id"),
            zone: catalogue.zone.clone(),
            root,
            climate: Climate::of(root),
            leak,
            sensors,
            silent,
        })
    }

    /// The city time at which the run begins.
    pub const fn start(&self) -> Timestamp {
        self.start
    }

    /// When the last trace of the scenario is gone; `None` without one.
    pub fn scenario_over(&self) -> Option<Timestamp> {
        self.leak.as_ref().map(Leak::over)
    }

    /// The datastreams of the catalogue for which the city has no model; they are never heard.
    pub fn silent(&self) -> &[DatastreamId] {
        &self.silent
    }

    /// Every message of `[from, to)`, in the order of time; at the same time, of thing.
    pub fn messages(&self, from: Timestamp, to: Timestamp) -> Messages<'_> {
        self.messages_where(|_sensor| from, to)
    }

    /// The messages of a run up to `to`: the history before the start, then the run itself, in the order of time.
    pub fn run(&self, to: Timestamp) -> Messages<'_> {
        let first = |sensor: &Sensor| {
            let quick = sensor.period_micros < QUICK_PERIOD_MICROS;
            self.start
                - if quick {
                    self.quick_history
                } else {
                    self.history
                }
        };
        self.messages_where(first, to)
    }

    fn messages_where(&self, from: impl Fn(&Sensor) -> Timestamp, to: Timestamp) -> Messages<'_> {
        let due = self.sensors.iter().enumerate();
        Messages {
            city: self,
            due: due
                .map(|(index, sensor)| Reverse((sensor.first_at_or_after(from(sensor)), index)))
                .collect(),
            to,
        }
    }

    fn message(&self, sensor: &Sensor, at: Timestamp) -> Message {
        let mut payload = Vec::with_capacity(PAYLOAD_BYTES_USUAL);
        json::encode(&self.reading(sensor, at), &mut payload);
        Message {
            at,
            topic: Arc::clone(&sensor.topic),
            payload,
        }
    }

    /// What a sensor tells at a time, in the order of its thing's properties.
    fn reading(&self, sensor: &Sensor, at: Timestamp) -> Reading {
        let moment = Moment::of(at, &self.zone);
        let mut weather = self.climate.at(&moment, &sensor.place);
        if let Some(leak) = &self.leak {
            weather.wind = leak.bend(weather.wind, &moment);
        }
        let air = Air::of(self.root, &moment, &sensor.place, weather);
        let told = sensor.channels.iter().map(|channel| Measured {
            property: channel.property.clone(),
            value: channel.told(self.measure(channel, sensor, &moment, &weather, &air)),
            quality: Quality::Good,
        });
        Reading {
            source: self.source.clone(),
            thing: sensor.thing.clone(),
            phenomenon_time: at,
            values: told.collect(),
        }
    }

    fn measure(
        &self,
        channel: &Channel,
        sensor: &Sensor,
        moment: &Moment,
        weather: &Weather,
        air: &Air,
    ) -> f64 {
        let chance = || sensor.place.own.named(channel.property.as_str());
        let noise = |deviation: f64| deviation * chance().bell(moment.at.as_micros());
        match channel.quantity {
            Quantity::Pm25 => air.pm25(),
            Quantity::Pm10 => air.pm10(),
            Quantity::So2 => air.so2(),
            Quantity::No2 => air.no2(),
            Quantity::Co => air.co(),
            Quantity::O3 => air.o3(),
            Quantity::Temperature => weather.temperature + noise(0.08),
            Quantity::Humidity => (weather.humidity + noise(0.4)).clamp(5.0, 100.0),
            Quantity::Pressure => weather.pressure + noise(0.1),
            Quantity::WindSpeed => (weather.wind.speed() + noise(0.15)).max(0.0),
            Quantity::WindDirection => {
                // Rounded first, so that 359.6 reads 0 and not 360.
                channel
                    .told(weather.wind.origin_degrees() + noise(4.0))
                    .rem_euclid(360.0)
            }
            Quantity::Rain => match channel.sum_over_hours {
                None => weather.rain,
                // The gauge tips in whole steps: a step that is not yet full tips with the chance of its share.
                Some(hours) => {
                    let steps = weather.rain * hours * channel.steps_per_unit;
                    (steps + chance().unit(moment.at.as_micros())).floor() / channel.steps_per_unit
                }
            },
            Quantity::Chlorine => {
                let plume = self
                    .leak
                    .as_ref()
                    .map_or(0.0, |leak| leak.ppm(moment, &sensor.place));
                (plume + 0.015 + noise(0.01)).clamp(0.0, FULL_SCALE_PPM)
            }
        }
    }
}

/// The messages of a span, in the order of time.
#[derive(Debug, Clone)]
pub struct Messages<'a> {
    city: &'a City,
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
    to: Timestamp,
}

impl Iterator for Messages<'_> {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        let mut first = self.due.peek_mut()?;
        let Reverse((at, index)) = *first;
        if at >= self.to {
            return None;
        }
        let sensor = &self.city.sensors[index];
        *first = Reverse((sensor.next(at), index));
        drop(first);
        Some(self.city.message(sensor, at))
    }
}

impl FusedIterator for Messages<'_> {}
