//! The seeded city: what its sensors say at any time.
//!
//! The value of a thing at a time is a pure function of seed, catalogue, scenario, thing and time; nothing is remembered between two
//! questions. So any span of time can be asked for, in any order and cut anywhere, and gives the same bytes. Halls and cameras tell events; a hall's
//! day and a camera's minute follow from the seed as a whole and are cut to what is asked for.

mod air;
mod asked;
mod faults;
mod hall;
mod messages;
mod moment;
mod noise;
mod plume;
#[cfg(test)]
pub(crate) mod sample;
mod scenario;
mod sensor;
mod street;
mod teller;
#[cfg(test)]
mod tests;
mod town;
mod truth;
mod video;
mod water;
mod weather;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use yiping_model::{
    Catalogue, DatastreamId, Event, Measured, PropertyId, Quality, Reading, SourceId, Thing,
    ThingId, Timestamp, Zone,
};
use yiping_protocols::json;

pub use asked::Wish;
pub(crate) use faults::Cuts;
pub use messages::Messages;
pub use town::Town;
pub use truth::{Truth, TruthAlarm, TruthDerived, TruthLaw, TruthPack, TruthRule, truth};

use crate::settings::{Faults, Scenario, Settings, SettingsError};
use air::Air;
use faults::Ails;
use moment::{Moment, Place};
use noise::Chance;
use scenario::{FULL_SCALE_PPM, Plan};
use sensor::{Channel, Quantity, Sensor};
use teller::Teller;
use water::{Rivers, Section};
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
    /// The scenario has no place in this catalogue.
    #[error(
        "scenario {scenario} needs {needs}: choose another, or name a pack that has them in packs.builtin or packs.dirs"
    )]
    NoPlace {
        /// Which.
        scenario: Scenario,
        /// What it needs.
        needs: &'static str,
    },
}

/// One message of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The time at which it is sent: the phenomenon time, unless a fault holds it up.
    pub at: Timestamp,
    /// The MQTT topic: `<prefix>/<domain>/<thing>`, `<prefix>/video/detections/<thing>`, `<prefix>/hall/tickets/<thing>`.
    pub topic: Arc<str>,
    /// The plain JSON form; with faults, now and then garbage.
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
    /// The things of the catalogue, and how long an observation of each stands for.
    things: BTreeMap<ThingId, Thing>,
    periods: BTreeMap<PropertyId, u32>,
    root: Chance,
    climate: Climate,
    rivers: Rivers,
    plan: Plan,
    faults: Faults,
    ails: Ails,
    sensors: Vec<Sensor>,
    tellers: Vec<Teller>,
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
        let tellers = catalogue
            .things
            .values()
            .filter_map(|thing| Teller::of(thing, root, &settings.topic_prefix));
        let scenario_start = start + Duration::from_secs(settings.scenario_after_secs.into());
        let plan = Plan::of(settings.scenario, catalogue, root, scenario_start)?;
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
            things: catalogue.things.clone(),
            periods: catalogue
                .properties
                .values()
                .map(|known| (known.id.clone(), known.period_secs))
                .collect(),
            root,
            climate: Climate::of(root),
            rivers: Rivers::of(catalogue, root),
            plan,
            faults: settings.faults.clone(),
            ails: Ails::of(&settings.faults, root),
            sensors,
            tellers: tellers.collect(),
            silent,
        })
    }

    /// The city time at which the run begins.
    pub const fn start(&self) -> Timestamp {
        self.start
    }

    /// When the last trace of the scenario is gone; `None` without one.
    pub fn scenario_over(&self) -> Option<Timestamp> {
        self.plan.over()
    }

    /// The datastreams of the catalogue for which the city has no model; they are never heard.
    pub fn silent(&self) -> &[DatastreamId] {
        &self.silent
    }

    /// Every message that is sent in `[from, to)`, in the order of time; at the same time, of thing.
    pub fn messages(&self, from: Timestamp, to: Timestamp) -> Messages<'_> {
        Messages::of_span(self, from, to)
    }

    /// The messages of a run up to `to`: the history before the start, then the run itself, in the order of time.
    pub fn run(&self, to: Timestamp) -> Messages<'_> {
        Messages::of_run(self, to)
    }

    /// How long an observation of a property stands for.
    fn period(&self, thing: &Thing, property: &PropertyId) -> Duration {
        let secs = thing
            .period_secs
            .or_else(|| self.periods.get(property).copied());
        Duration::from_secs(secs.unwrap_or(0).into())
    }

    /// When a run begins to tell what this sensor says.
    fn run_begins(&self, sensor: &Sensor) -> Timestamp {
        let quick = sensor.period_micros < QUICK_PERIOD_MICROS;
        self.start
            - if quick {
                self.quick_history
            } else {
                self.history
            }
    }

    /// What a sensor sends of these properties at a time; `None` when nothing of it is heard.
    fn message(
        &self,
        sensor: &Sensor,
        at: Timestamp,
        tells: impl Fn(&PropertyId) -> bool,
    ) -> Option<Message> {
        let mut reading = self.heard(sensor, at)?;
        let all = reading.values.len();
        reading.values.retain(|one| tells(&one.property));
        if reading.values.is_empty() && all > 0 {
            return None;
        }
        let mut payload = Vec::with_capacity(PAYLOAD_BYTES_USUAL);
        json::encode(&reading, &mut payload);
        Some(Message {
            at,
            topic: Arc::clone(&sensor.topic),
            payload,
        })
    }

    /// What is heard of a sensor at its time: the scenario may keep it from us, and faults of the device may bend it.
    fn heard(&self, sensor: &Sensor, at: Timestamp) -> Option<Reading> {
        if !self.plan.lets_through(sensor, at) {
            return None;
        }
        if self.plan.kinds().contains(&sensor.kind.as_str()) {
            return Some(self.reading(sensor, at));
        }
        let (measured_at, told_at) = self.ails.bend(sensor, at)?;
        let mut reading = self.reading(sensor, measured_at);
        reading.phenomenon_time = told_at;
        Some(reading)
    }

    /// What a hall or camera tells in `[from, to)`.
    fn events(&self, teller: &Teller, from: Timestamp, to: Timestamp) -> Vec<Event> {
        teller.events(from, to, &self.zone, &self.plan)
    }

    /// What a sensor tells at a time, in the order of its thing's properties.
    fn reading(&self, sensor: &Sensor, at: Timestamp) -> Reading {
        let now = self.circumstances(sensor, at);
        let value = |channel: &Channel| {
            let (thing, property) = (&sensor.thing, &channel.property);
            let measured_at = self.plan.measured_at(thing, property, at)?;
            Some(if measured_at == at {
                self.measure(channel, sensor, &now)
            } else {
                self.measure(channel, sensor, &self.circumstances(sensor, measured_at))
            })
        };
        let told = sensor.channels.iter().filter_map(|channel| {
            Some(Measured {
                property: channel.property.clone(),
                value: channel.told(value(channel)?),
                quality: Quality::Good,
            })
        });
        Reading {
            source: self.source.clone(),
            thing: sensor.thing.clone(),
            phenomenon_time: at,
            values: told.collect(),
        }
    }

    fn circumstances(&self, sensor: &Sensor, at: Timestamp) -> (Moment, Weather, Air) {
        let moment = Moment::of(at, &self.zone);
        let mut weather = self.climate.at(&moment, &sensor.place);
        self.plan.bend(&mut weather, &moment, &sensor.place);
        let air = Air::of(self.root, &moment, &sensor.place, weather);
        (moment, weather, air)
    }

    fn measure(
        &self,
        channel: &Channel,
        sensor: &Sensor,
        (moment, weather, air): &(Moment, Weather, Air),
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
                let plume = self.plan.chlorine(moment, &sensor.place);
                (plume + 0.015 + noise(0.01)).clamp(0.0, FULL_SCALE_PPM)
            }
            Quantity::Online => f64::from(u8::from(self.plan.is_on(&sensor.thing, moment.at))),
            Quantity::People => video::people(&sensor.thing, &sensor.place, moment, &self.plan),
            Quantity::Noise => street::noise_db(moment, &sensor.place),
            Quantity::StreetTemperature => {
                let drift = self.plan.drift_c(&sensor.thing, moment.at);
                street::temperature_c(moment, &sensor.place, weather) + drift
            }
            Quantity::StreetHumidity => street::humidity(moment, &sensor.place, weather),
            Quantity::Signal => street::signal_dbm(moment, &sensor.place),
            _ => self.measure_water(channel, sensor, moment),
        }
    }

    fn measure_water(&self, channel: &Channel, sensor: &Sensor, moment: &Moment) -> f64 {
        let waste = self.plan.waste(&sensor.thing, moment.at);
        let section = Section::of(&sensor.place, moment, waste);
        match channel.quantity {
            Quantity::Stage => self.stage_m(&sensor.thing, moment),
            Quantity::Flow => {
                let stage_m = self.stage_m(&sensor.thing, moment);
                self.rivers.flow_m3_per_s(&sensor.thing, stage_m)
            }
            Quantity::Acidity => section.acidity(),
            Quantity::Oxygen => section.oxygen(),
            Quantity::Permanganate => section.permanganate(),
            Quantity::Ammonia => section.ammonia(),
            Quantity::Phosphorus => section.phosphorus(),
            _ => section.temperature(),
        }
    }

    fn stage_m(&self, gauge: &ThingId, moment: &Moment) -> f64 {
        let rain = |secs: f64, place: &Place| {
            self.climate.basin(secs, moment, place) + self.plan.storm(secs, place)
        };
        self.rivers.stage_m(gauge, moment, &rain)
    }
}
