//! What the stations smell: six pollutants that follow traffic, sun, wind, rain and season.
//!
//! Levels are those of an inland city of Zhejiang in an ordinary year: PM2.5 15 to 60, PM10 25 to 90, SO2 3 to 12, NO2 10 to 60 and
//! ozone 20 to 160 µg/m³, CO 0.4 to 1.2 mg/m³. Nothing here is a forecast; it has the shapes by which people know real air.

use super::moment::{Moment, Place};
use super::noise::{Chance, step};
use super::weather::Weather;

/// What drives the air at a place and a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Air {
    weather: Weather,
    urbanity: f64,
    /// 0 in the night, about 1 in the rush.
    traffic: f64,
    /// 1 in a usual wind, above when the air stands.
    stagnation: f64,
    /// 1 in dry weather, below after rain.
    washed: f64,
    /// 1 in a well mixed afternoon, above in a shallow night.
    shallow: f64,
    /// 1 in an average air mass.
    mass: f64,
    /// What the sun of the season makes of the hour: 1 about three o'clock in midsummer, 0 in the night.
    afternoon: f64,
    /// 1 in midwinter, -1 in midsummer.
    winter: f64,
    own: Chance,
    secs: f64,
    index: i64,
}

impl Air {
    pub(crate) fn of(root: Chance, moment: &Moment, place: &Place, weather: Weather) -> Self {
        let wind = weather.wind.speed();
        Self {
            weather,
            urbanity: place.urbanity,
            traffic: traffic(moment),
            stagnation: (2.4 / (wind + 0.8)).sqrt().clamp(0.65, 1.5),
            washed: 1.0 / (1.0 + 0.45 * weather.rain_lately.min(4.0)),
            shallow: 1.05 + 0.18 * moment.day(4.5),
            mass: (0.24 * root.named("air mass").course(moment.secs, 216_000.0)).exp(),
            afternoon: (0.5 + 0.5 * moment.day(15.0)).powi(2) * (0.6 + 0.4 * moment.season(0.472)),
            winter: moment.season(0.03),
            own: place.own,
            secs: moment.secs,
            index: moment.at.as_micros(),
        }
    }

    /// Fine dust, µg/m³.
    pub(crate) fn pm25(&self) -> f64 {
        self.sensed("pm25", self.fine_dust(), 1.0, 2.0)
    }

    /// Dust, µg/m³: the fine dust and what the wind and the wheels whirl up.
    pub(crate) fn pm10(&self) -> f64 {
        let whirled =
            6.0 + 0.8 * self.weather.wind.speed().min(6.0) + 5.0 * self.traffic * self.urbanity;
        let dust = 1.22 * self.fine_dust() + whirled * self.washed;
        self.sensed("pm10", dust, 1.5, 4.0)
    }

    /// Sulphur dioxide, µg/m³.
    pub(crate) fn so2(&self) -> f64 {
        let level = (5.6 + 1.2 * self.winter) * self.stagnation * self.mass;
        self.sensed("so2", level * (0.85 + 0.25 * self.urbanity), 0.4, 1.5)
    }

    /// Nitrogen dioxide, µg/m³.
    pub(crate) fn no2(&self) -> f64 {
        self.sensed("no2", self.nitrogen_dioxide(), 1.0, 3.0)
    }

    /// Carbon monoxide, mg/m³.
    pub(crate) fn co(&self) -> f64 {
        let level = 0.28 * self.traffic * self.urbanity * self.stagnation
            + (0.42 + 0.09 * self.winter) * self.shallow
            + 0.0035 * self.fine_dust();
        self.sensed("co", level, 0.02, 0.25)
    }

    /// Ozone, µg/m³: made by the afternoon sun on warm days, eaten by fresh exhaust.
    pub(crate) fn o3(&self) -> f64 {
        let warmth = 0.25 + 0.75 * step((self.weather.temperature - 2.0) / 32.0);
        let made = 108.0 * self.afternoon * (1.0 - 0.6 * self.weather.cloud) * warmth;
        let eaten = 0.55 * self.nitrogen_dioxide();
        let level = 52.0 - 12.0 * self.winter + made - eaten;
        self.sensed("o3", level, 1.5, 12.0)
    }

    fn fine_dust(&self) -> f64 {
        let town = 0.78 + 0.35 * self.urbanity;
        let background = (25.0 + 7.5 * self.winter) * self.mass * self.stagnation;
        background * self.washed * self.shallow * town + 5.0 * self.traffic * self.urbanity
    }

    fn nitrogen_dioxide(&self) -> f64 {
        let town = 7.0 + 12.0 * self.urbanity;
        let season = 1.0 + 0.2 * self.winter;
        let rush = 24.0 * self.traffic * self.urbanity;
        (town * self.shallow + rush) * self.stagnation * season
    }

    /// What the sensor makes of the true level: its own bias, the air of its street, its noise; never below its floor.
    fn sensed(&self, property: &str, level: f64, noise: f64, floor: f64) -> f64 {
        let chance = self.own.named(property);
        let bias = 1.0 + 0.05 * chance.named("bias").signed(0);
        let street = 1.0 + 0.07 * chance.course(self.secs, 1_500.0);
        let read = level * bias * street + noise * chance.named("noise").bell(self.index);
        read.max(floor * (1.0 + 0.05 * chance.unit(self.index)))
    }
}

/// Two rushes, about 8 and 18 o'clock, over a quiet night; at the weekend later and less.
pub(super) fn traffic(moment: &Moment) -> f64 {
    let rush = |peak_hour: f64, width_hours: f64| {
        let apart = (moment.hour - peak_hour) / width_hours;
        (-0.5 * apart * apart).exp()
    };
    let daytime = step((moment.hour - 5.0) / 3.0) * step((23.5 - moment.hour) / 4.0);
    if moment.weekend {
        0.28 * daytime + 0.2 * rush(10.0, 1.8) + 0.25 * rush(18.0, 2.0)
    } else {
        0.35 * daytime + 0.6 * rush(8.0, 1.1) + 0.65 * rush(18.2, 1.4)
    }
}
