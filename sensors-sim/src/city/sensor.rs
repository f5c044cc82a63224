//! What a thing says and when: its datastreams that share a period speak together, in one message.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use yiping_model::{Catalogue, Property, PropertyId, Thing, ThingId, Timestamp};

use super::CityError;
use super::moment::Place;
use super::noise::Chance;
use super::scenario::CHLORINE;

const MICROS_PER_MILLI: i64 = 1_000;
const MICROS_PER_SEC: i64 = 1_000_000;

/// What the city can simulate; the ids are those of the packs inside the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    Pm25,
    Pm10,
    So2,
    No2,
    Co,
    O3,
    Temperature,
    Humidity,
    Pressure,
    WindSpeed,
    WindDirection,
    Rain,
    Chlorine,
    Stage,
    Flow,
    WaterTemperature,
    Acidity,
    Oxygen,
    Permanganate,
    Ammonia,
    Phosphorus,
    /// A heartbeat: 1.
    Online,
    People,
    Noise,
    StreetTemperature,
    StreetHumidity,
    Signal,
}

impl Quantity {
    fn of(property: &PropertyId) -> Option<Self> {
        Some(match property.as_str() {
            "pm25" => Self::Pm25,
            "pm10" => Self::Pm10,
            "so2" => Self::So2,
            "no2" => Self::No2,
            "co" => Self::Co,
            "o3" => Self::O3,
            "temperature" => Self::Temperature,
            "humidity" => Self::Humidity,
            "pressure" => Self::Pressure,
            "wind_speed" => Self::WindSpeed,
            "wind_direction" => Self::WindDirection,
            "rain" | "rain_5m" => Self::Rain,
            CHLORINE => Self::Chlorine,
            "stage" => Self::Stage,
            "flow" => Self::Flow,
            "wtemp" => Self::WaterTemperature,
            "ph" => Self::Acidity,
            "do" => Self::Oxygen,
            "codmn" => Self::Permanganate,
            "nh3n" => Self::Ammonia,
            "tp" => Self::Phosphorus,
            "online" | "hall_online" => Self::Online,
            "people" => Self::People,
            "noise_leq" => Self::Noise,
            "street_temp" => Self::StreetTemperature,
            "street_rh" => Self::StreetHumidity,
            "rsrp" => Self::Signal,
            _ => return None,
        })
    }
}

/// One datastream of a sensor.
#[derive(Debug, Clone)]
pub(crate) struct Channel {
    pub(crate) property: PropertyId,
    pub(crate) quantity: Quantity,
    /// The smallest difference that it tells, as steps in one unit: 10 for one decimal.
    pub(crate) steps_per_unit: f64,
    valid: Option<[f64; 2]>,
    /// Rain is told as what fell in the period, unless the unit is a rate.
    pub(crate) sum_over_hours: Option<f64>,
}

impl Channel {
    fn of(known: &Property, quantity: Quantity, period_secs: u32) -> Self {
        // One decimal more than is shown; counts and degrees of a vane have none to spare.
        let spare = i32::from(!matches!(
            quantity,
            Quantity::Rain | Quantity::WindDirection | Quantity::Online | Quantity::People
        ));
        let rate = known.unit.contains("/h");
        Self {
            property: known.id.clone(),
            quantity,
            steps_per_unit: 10_f64.powi(i32::from(known.decimals.min(6)) + spare),
            valid: known.valid,
            sum_over_hours: (quantity == Quantity::Rain && !rate)
                .then(|| f64::from(period_secs) / 3_600.0),
        }
    }

    /// The value as the instrument tells it: within its scale, in its steps.
    pub(crate) fn told(&self, value: f64) -> f64 {
        let scaled = self
            .valid
            .map_or(value, |[low, high]| value.clamp(low, high));
        // Plus zero, so that no value reads -0.
        (scaled * self.steps_per_unit).round() / self.steps_per_unit + 0.0
    }
}

/// The level of a topic that says of which domain a kind of thing is.
fn domain(kind: &str) -> &'static str {
    match kind {
        "rain_gauge" | "stage_gauge" | "wq_section" => "water",
        "hall" => "hall",
        "camera" => "video",
        "gateway" | "street" => "street",
        _ => "air",
    }
}

/// The datastreams of a thing that share a period.
#[derive(Debug, Clone)]
pub(crate) struct Sensor {
    pub(crate) thing: ThingId,
    /// What kind of thing it belongs to.
    pub(crate) kind: String,
    pub(crate) topic: Arc<str>,
    pub(crate) place: Place,
    pub(crate) channels: Vec<Channel>,
    pub(crate) period_micros: i64,
    /// When in its period it speaks: so that a city does not speak all at once.
    phase_micros: i64,
}

impl Sensor {
    /// The sensors of a thing, and the properties that the city cannot simulate.
    pub(crate) fn of(
        thing: &Thing,
        catalogue: &Catalogue,
        root: Chance,
        topic_prefix: &str,
    ) -> Result<(Vec<Self>, Vec<PropertyId>), CityError> {
        let mut by_period: BTreeMap<u32, Vec<Channel>> = BTreeMap::new();
        let mut silent = Vec::new();
        for id in &thing.properties {
            let period = catalogue
                .period_secs(&thing.id, id)
                .filter(|secs| *secs > 0);
            match (Quantity::of(id), catalogue.properties.get(id), period) {
                (Some(quantity), Some(known), Some(secs)) => {
                    let channel = Channel::of(known, quantity, secs);
                    by_period.entry(secs).or_default().push(channel);
                }
                _ => silent.push(id.clone()),
            }
        }
        if thing.id.as_str().contains(['+', '#']) {
            return Err(CityError::Topic(thing.id.clone()));
        }
        let place = Place::of(thing, root);
        let sensors = by_period.into_iter().map(|(period_secs, channels)| {
            let period_micros = i64::from(period_secs) * MICROS_PER_SEC;
            let phase = place.own.named("phase").unit(i64::from(period_secs));
            let phase_millis = (phase * f64::from(period_secs) * 1e3) as i64;
            Self {
                thing: thing.id.clone(),
                kind: thing.kind.clone(),
                topic: format!("{topic_prefix}/{}/{}", domain(&thing.kind), thing.id).into(),
                place,
                channels,
                period_micros,
                phase_micros: phase_millis * MICROS_PER_MILLI,
            }
        });
        Ok((sensors.collect(), silent))
    }

    /// The first time at or after `from` at which it speaks.
    pub(crate) const fn first_at_or_after(&self, from: Timestamp) -> Timestamp {
        let since = from.as_micros().saturating_sub(self.phase_micros);
        let wait = (-since).rem_euclid(self.period_micros);
        Timestamp::from_micros(from.as_micros().saturating_add(wait))
    }

    /// Whose message it is within its thing: the how-manieth since the epoch.
    pub(crate) const fn turn(&self, at: Timestamp) -> i64 {
        at.as_micros().div_euclid(self.period_micros)
    }

    /// The next time after this one at which it speaks besides, when it is asked to speak so often: from each of its own times on, and never at one.
    /// `None` when it speaks so often by itself.
    pub(crate) fn next_besides(&self, at: Timestamp, every_micros: i64) -> Option<Timestamp> {
        if every_micros < 1 || every_micros >= self.period_micros {
            return None;
        }
        let next_own = self
            .first_at_or_after(at + Duration::from_micros(1))
            .as_micros();
        let last_own = next_own - self.period_micros;
        let since = at.as_micros() - last_own;
        let found = last_own + (since / every_micros + 1) * every_micros;
        let found = if found < next_own {
            found
        } else {
            next_own + every_micros
        };
        Some(Timestamp::from_micros(found))
    }

    /// The next time after one at which it spoke.
    pub(crate) const fn next(&self, at: Timestamp) -> Timestamp {
        Timestamp::from_micros(at.as_micros().saturating_add(self.period_micros))
    }
}
