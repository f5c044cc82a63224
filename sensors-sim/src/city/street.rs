//! The street as a lamp post hears and feels it.

use super::air::traffic;
use super::moment::{Moment, Place};
use super::weather::Weather;

/// dB, equivalent level of half a minute: traffic over a quiet ground, each post its own.
pub(super) fn noise_db(moment: &Moment, place: &Place) -> f64 {
    let own = place.own.named("noise_leq");
    let post = 3.0 * own.signed(0);
    let passing = 2.2 * own.bell(moment.at.as_micros());
    46.0 + post + 13.0 * traffic(moment) + 2.0 * own.course(moment.secs, 600.0) + passing
}

/// °C: the air, and a little of the pavement.
pub(super) fn temperature_c(moment: &Moment, place: &Place, weather: &Weather) -> f64 {
    let own = place.own.named("street_temp");
    weather.temperature
        + 1.2 * weather.sun
        + 0.3 * own.signed(0)
        + 0.05 * own.bell(moment.at.as_micros())
}

/// Per cent, relative.
pub(super) fn humidity(moment: &Moment, place: &Place, weather: &Weather) -> f64 {
    let noise = place.own.named("street_rh").bell(moment.at.as_micros());
    (weather.humidity - 2.0 + 0.5 * noise).clamp(5.0, 100.0)
}

/// dBm: how well a gateway is heard by its mast.
pub(super) fn signal_dbm(moment: &Moment, place: &Place) -> f64 {
    let own = place.own.named("rsrp");
    -92.0 + 5.0 * own.course(moment.secs, 1_800.0) + 1.5 * own.bell(moment.at.as_micros())
}
