//! The weather of an inland basin at 29° N: fronts of some days, the rhythm of the day, showers, one wind over the whole city.
//!
//! Levels follow the climate of Quzhou in round numbers: January near 6 °C, July near 29 °C, about 1,700 mm of rain a year, light winds
//! from the east to north-east; spells of rain stay below every rainstorm signal. Fronts travel eastwards, so what comes to Kaihua comes to Longyou a few hours later.

use super::moment::{Moment, Place, metres_between};
use super::noise::{Chance, step};

/// The meridian and parallel from which fronts are timed: the middle of the city.
const MIDDLE: (f64, f64) = (118.87, 28.97);
const FRONT_SPEED_M_PER_S: f64 = 9.0;
/// mm/h: twelve hours of it stay below the first of the rainstorm signals.
const RAIN_BASE_MAX: f64 = 3.2;
const HOUR_SECS: f64 = 3_600.0;
const DAY_SECS: f64 = 86_400.0;
/// Local hour at which the sun stands highest: the city lies 1.1° west of its zone's meridian.
const SOLAR_NOON_HOUR: f64 = 12.08;

/// A wind at 10 m above ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Wind {
    /// Metres per second towards the east.
    pub(crate) east: f64,
    /// Metres per second towards the north.
    pub(crate) north: f64,
}

impl Wind {
    /// Metres per second.
    pub(crate) fn speed(self) -> f64 {
        self.east.hypot(self.north)
    }

    /// Degrees from north, clockwise, from where it blows; `[0, 360)`.
    pub(crate) fn origin_degrees(self) -> f64 {
        (-self.east)
            .atan2(-self.north)
            .to_degrees()
            .rem_euclid(360.0)
    }

    /// Between this and another wind: 0 is this one, 1 the other.
    pub(crate) fn towards(self, other: Self, share: f64) -> Self {
        Self {
            east: self.east + (other.east - self.east) * share,
            north: self.north + (other.north - self.north) * share,
        }
    }
}

/// The weather at a place and a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weather {
    /// °C.
    pub(crate) temperature: f64,
    /// Relative, per cent.
    pub(crate) humidity: f64,
    /// hPa at the station.
    pub(crate) pressure: f64,
    /// At 10 m.
    pub(crate) wind: Wind,
    /// mm/h.
    pub(crate) rain: f64,
    /// mm/h, mean of the last four hours.
    pub(crate) rain_lately: f64,
    /// Sine of the sun's height, 0 at night.
    pub(crate) sun: f64,
    /// Share of the sky.
    pub(crate) cloud: f64,
}

/// The courses that make the weather.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Climate {
    front: Chance,
    wet: Chance,
    cloud: Chance,
    east: Chance,
    north: Chance,
}

impl Climate {
    pub(crate) fn of(root: Chance) -> Self {
        let weather = root.named("weather");
        Self {
            front: weather.named("front"),
            wet: weather.named("wet"),
            cloud: weather.named("cloud"),
            east: weather.named("east"),
            north: weather.named("north"),
        }
    }

    /// The weather here and at this moment.
    pub(crate) fn at(&self, moment: &Moment, place: &Place) -> Weather {
        let secs = front_secs(moment.secs, place);
        let rain_base = self.rain_base(secs, moment);
        let rain_lately = [1.0, 2.0, 3.0, 4.0]
            .iter()
            .map(|hours| self.rain_base(front_secs(moment.secs_before(*hours), place), moment))
            .sum::<f64>()
            / 4.0;
        let bursts = place.county.named("shower").bursts(moment.secs, 480.0);
        let cloud = self.cloud(secs, rain_base);
        let swing = (2.5 + 2.5 * (1.0 - cloud)) * moment.day(14.5);
        let temperature = self.temperature(secs, moment, place) + swing - rain_base.min(4.0) * 0.4;
        Weather {
            temperature,
            humidity: self.humidity(secs, swing, cloud, rain_base, place),
            pressure: self.pressure(secs, moment, place),
            wind: self.wind(moment, place),
            rain: rain_base * bursts,
            rain_lately,
            sun: sun(moment, place.lat),
            cloud,
        }
    }

    fn temperature(&self, secs: f64, moment: &Moment, place: &Place) -> f64 {
        let front = 3.5 * self.front.course(secs, 3.3 * DAY_SECS);
        let quick = 0.5 * place.own.named("temperature").course(moment.secs, 900.0);
        let mountain = 2.0 * (1.0 - place.urbanity);
        18.0 + 11.6 * moment.season(0.55) + front + quick - mountain
    }

    fn humidity(&self, secs: f64, swing: f64, cloud: f64, rain: f64, place: &Place) -> f64 {
        let mass = 6.0 * self.wet.course(secs, 2.1 * DAY_SECS);
        let own = 1.5 * place.own.named("humidity").course(secs, 1_200.0);
        let level = 70.0 - 3.2 * swing + 8.0 * cloud + 6.0 * rain.min(2.5) + mass + own;
        level.clamp(18.0, 99.5)
    }

    fn pressure(&self, secs: f64, moment: &Moment, place: &Place) -> f64 {
        // High pressure comes with the cold side of a front; two tides a day at 10 and 22 o'clock.
        let front = -6.0 * self.front.course(secs, 3.3 * DAY_SECS);
        let tide = 1.1 * (std::f64::consts::TAU * (moment.hour - 10.0) / 12.0).cos();
        let height = 14.0 * (1.0 - place.urbanity);
        1_008.0 - 8.5 * moment.season(0.55) + front + tide - height
    }

    fn cloud(&self, secs: f64, rain: f64) -> f64 {
        let level = 0.5 + 0.5 * self.cloud.course(secs, 11.0 * HOUR_SECS);
        level.max(step(rain * 2.0))
    }

    /// Rain of the spell as a whole, before single showers; most of the time none.
    fn rain_base(&self, secs: f64, moment: &Moment) -> f64 {
        let spell = 0.75 * self.wet.course(secs, 15.0 * HOUR_SECS)
            + 0.35 * self.wet.course(secs, 4.0 * HOUR_SECS);
        // The plum rains: June has the most, December the least.
        let threshold = 0.42 - 0.08 * moment.season(0.45);
        let rate = (spell - threshold).max(0.0).powf(1.2) * 9.0;
        // An ordinary day has no rainstorm in it: that is for the scenario.
        RAIN_BASE_MAX * (rate / RAIN_BASE_MAX).tanh()
    }

    /// Rain over the land about a place at some time, in mm/h, before single showers; the season is that of the moment.
    pub(crate) fn basin(&self, secs: f64, moment: &Moment, place: &Place) -> f64 {
        self.rain_base(front_secs(secs, place), moment)
    }

    fn wind(&self, moment: &Moment, place: &Place) -> Wind {
        let part = |city: Chance, name: &str, mean: f64| {
            let slow = 1.7 * city.course(moment.secs, 31.0 * HOUR_SECS);
            let quick = 0.6 * city.course(moment.secs, 5.0 * HOUR_SECS);
            let county = 0.35
                * place
                    .county
                    .named(name)
                    .course(moment.secs, 7.0 * HOUR_SECS);
            let gust = 0.25 * place.own.named(name).course(moment.secs, 420.0);
            mean + slow + quick + county + gust
        };
        let breeze = 1.0 + 0.25 * moment.day(15.0);
        Wind {
            east: breeze * part(self.east, "east", -1.1),
            north: breeze * part(self.north, "north", -0.5),
        }
    }
}

/// The time by which a front that travels east is told: later in the east.
fn front_secs(secs: f64, place: &Place) -> f64 {
    let (east, _north) = metres_between(MIDDLE, (place.lon, place.lat));
    secs - east / FRONT_SPEED_M_PER_S
}

/// Sine of the sun's height from latitude, declination and hour angle; 0 below the horizon.
fn sun(moment: &Moment, lat: f64) -> f64 {
    let declination = 23.44_f64.to_radians() * moment.season(0.472);
    let hour_angle = std::f64::consts::TAU * (moment.hour - SOLAR_NOON_HOUR) / 24.0;
    let lat = lat.to_radians();
    let sine = lat.sin() * declination.sin() + lat.cos() * declination.cos() * hour_angle.cos();
    sine.max(0.0)
}
