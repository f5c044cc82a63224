//! The scenario `flood`: six hours of storm over the upper basin, and the wave that it sends down the river.
//!
//! The river is the one with the most gauges in a row. The storm stands between its first gauges; the rain about a place falls off with the
//! distance from there. What the rivers make of it is `water.rs`: the wave passes gauge after gauge, each hours after the one before.

use std::time::Duration;

use yiping_model::{Catalogue, Thing, Timestamp};

use super::secs_since;
use crate::city::moment::{Moment, Place};
use crate::city::noise::step;
use crate::city::weather::Weather;

const HOUR_SECS: f64 = 3_600.0;
const PEAK_MM_PER_H: f64 = 45.0;
const RADIUS_M: f64 = 30_000.0;
const RISE_HOURS: f64 = 1.0;
const FALL_FROM_HOURS: f64 = 4.0;
const FALL_TO_HOURS: f64 = 6.0;
/// The last gauge is below every limit again.
const OVER: Duration = Duration::from_hours(48);

#[derive(Debug, Clone)]
pub(crate) struct Flood {
    start: Timestamp,
    middle: (f64, f64),
}

impl Flood {
    pub(super) fn plan(catalogue: &Catalogue, start: Timestamp) -> Option<Self> {
        let gauges = catalogue
            .things
            .values()
            .filter(|thing| thing.kind == "stage_gauge");
        let chain = gauges
            .map(|thing| upstream(catalogue, thing))
            .max_by_key(Vec::len)?;
        let [.., third, second, first] = chain.as_slice() else {
            return None;
        };
        let mean = |of: fn(&Thing) -> f64| (of(first) + of(second) + of(third)) / 3.0;
        Some(Self {
            start,
            middle: (mean(|thing| thing.lon), mean(|thing| thing.lat)),
        })
    }

    pub(super) fn over(&self) -> Timestamp {
        self.start + OVER
    }

    /// mm/h.
    pub(super) fn storm(&self, secs: f64, place: &Place) -> f64 {
        let hours = (secs - secs_since(self.start, Timestamp::from_secs(0))) / HOUR_SECS;
        let falling = (hours - FALL_FROM_HOURS) / (FALL_TO_HOURS - FALL_FROM_HOURS);
        let share = step(hours / RISE_HOURS) * (1.0 - step(falling));
        if share <= 0.0 {
            return 0.0;
        }
        let (east, north) = place.metres_from(self.middle.0, self.middle.1);
        let apart = east.hypot(north) / RADIUS_M;
        PEAK_MM_PER_H * share * (-0.5 * apart * apart).exp()
    }

    /// Rain, and what comes with it: clouds, wet air, washed air.
    pub(super) fn bend(&self, weather: &mut Weather, moment: &Moment, place: &Place) {
        let now = self.storm(moment.secs, place);
        let lately = [1.0, 2.0, 3.0, 4.0].map(|hours| self.storm(moment.secs_before(hours), place));
        let wet = step(now / 5.0);
        // It pours in gusts, at every place in its own.
        let gusts = place.own.named("storm").bursts(moment.secs, 600.0);
        weather.rain += now * (0.5 + 0.5 * gusts);
        weather.rain_lately += lately.iter().sum::<f64>() / 4.0;
        weather.cloud = weather.cloud.max(wet);
        weather.humidity += (98.0 - weather.humidity).max(0.0) * wet;
        weather.sun *= 1.0 - 0.7 * wet;
    }
}

/// A gauge and those above it, each once.
fn upstream<'a>(catalogue: &'a Catalogue, gauge: &'a Thing) -> Vec<&'a Thing> {
    let mut chain = vec![gauge];
    let mut last = gauge;
    while let Some(up) = last
        .neighbour
        .as_ref()
        .and_then(|id| catalogue.things.get(id))
    {
        if chain.iter().any(|known| known.id == up.id) {
            break;
        }
        chain.push(up);
        last = up;
    }
    chain
}
