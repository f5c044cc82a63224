//! The rivers: what falls on their land runs off, gathers, and travels down from gauge to gauge.
//!
//! The land about a gauge gives back what fell on it within a day, most of it after two to six hours (a cascade of two linear reservoirs,
//! Nash 1957, in half-hour steps). What passes a gauge is a share of that and the rest of what passed the gauge upstream, as long before as
//! a wave takes on the way. All of it is in mm/h over the land, so that no river overflows by being long. Stage and flow follow from it by laws of our own.

use std::collections::BTreeMap;

use yiping_model::{Catalogue, ThingId};

use super::moment::{Moment, Place, metres_between};
use super::noise::Chance;

/// Half hours of rain that a gauge remembers.
const STEPS: u32 = 48;
const STEP_HOURS: f64 = 0.5;
/// Storage time of each of the two reservoirs.
const STORAGE_HOURS: f64 = 2.0;
/// How much of the rain comes down the river.
const RUNOFF_SHARE: f64 = 0.6;
/// Share of a gauge's own land in what passes it; the rest comes from upstream.
const OWN_SHARE: f64 = 0.08;
/// How fast a wave travels, and how much longer the river is than the straight line.
const WAVE_M_PER_S: f64 = 2.0;
pub(super) const MEANDER: f64 = 1.3;
/// Metres of stage below the warning stage on an ordinary dry day.
const DRY_BELOW_WARNING_M: f64 = 3.6;
const WARNING_UNKNOWN_M: f64 = 100.0;

/// A gauge on a river.
#[derive(Debug, Clone)]
struct Gauge {
    place: Place,
    warning_m: f64,
    /// The gauge upstream, and how many seconds a wave takes from there.
    upstream: Option<(ThingId, f64)>,
}

/// All gauges.
#[derive(Debug, Clone)]
pub(super) struct Rivers {
    gauges: BTreeMap<ThingId, Gauge>,
    /// What a half hour's rain gives back in each of the half hours after it; sums to 1.
    response: Vec<f64>,
}

impl Rivers {
    pub(super) fn of(catalogue: &Catalogue, root: Chance) -> Self {
        let all = catalogue.things.values();
        let gauges = all.filter(|thing| thing.kind == "stage_gauge");
        let gauge = |thing: &yiping_model::Thing| {
            let upstream = thing.neighbour.as_ref().and_then(|id| {
                let up = catalogue.things.get(id)?;
                let (east, north) = metres_between((up.lon, up.lat), (thing.lon, thing.lat));
                let river_m = east.hypot(north) * MEANDER;
                Some((id.clone(), river_m / WAVE_M_PER_S))
            });
            Gauge {
                place: Place::of(thing, root),
                warning_m: thing
                    .limits
                    .get("warning")
                    .copied()
                    .unwrap_or(WARNING_UNKNOWN_M),
                upstream,
            }
        };
        let weight = |step: u32| {
            let hours = (f64::from(step) + 0.5) * STEP_HOURS / STORAGE_HOURS;
            hours * (-hours).exp()
        };
        let total: f64 = (0..STEPS).map(weight).sum();
        Self {
            gauges: gauges
                .map(|thing| (thing.id.clone(), gauge(thing)))
                .collect(),
            response: (0..STEPS).map(|step| weight(step) / total).collect(),
        }
    }

    /// Metres above the datum; `rain` is the rate over the land of a place at a time, mm/h.
    pub(super) fn stage_m(
        &self,
        thing: &ThingId,
        moment: &Moment,
        rain: &impl Fn(f64, &Place) -> f64,
    ) -> f64 {
        let Some(gauge) = self.gauges.get(thing) else {
            return WARNING_UNKNOWN_M;
        };
        let breath = 0.2 * gauge.place.own.named("base").course(moment.secs, 400_000.0);
        let ripple = 0.004 * gauge.place.own.named("ripple").bell(moment.at.as_micros());
        let rise = rise_m(self.passing(gauge, moment.secs, rain, self.gauges.len()));
        gauge.warning_m - DRY_BELOW_WARNING_M + breath + rise + ripple
    }

    /// m³/s, by a rating curve over the dry bed.
    pub(super) fn flow_m3_per_s(&self, thing: &ThingId, stage_m: f64) -> f64 {
        let warning = self
            .gauges
            .get(thing)
            .map_or(WARNING_UNKNOWN_M, |gauge| gauge.warning_m);
        let depth = (stage_m - warning + DRY_BELOW_WARNING_M + 0.8).max(0.05);
        60.0 * depth.powf(1.67)
    }

    /// What passes a gauge at a time, mm/h over the land; at most `hops` gauges up.
    fn passing(
        &self,
        gauge: &Gauge,
        secs: f64,
        rain: &impl Fn(f64, &Place) -> f64,
        hops: usize,
    ) -> f64 {
        let own = RUNOFF_SHARE * self.runoff(&gauge.place, secs, rain);
        let upstream = gauge.upstream.as_ref().filter(|_| hops > 0);
        match upstream.and_then(|(id, delay)| Some((self.gauges.get(id)?, delay))) {
            None => own,
            Some((up, delay)) => {
                OWN_SHARE * own + (1.0 - OWN_SHARE) * self.passing(up, secs - delay, rain, hops - 1)
            }
        }
    }

    fn runoff(&self, place: &Place, secs: f64, rain: &impl Fn(f64, &Place) -> f64) -> f64 {
        // Rain is asked for on the half hour, so that a gauge remembers the same rain from reading to reading; between two it is joined.
        let step_secs = STEP_HOURS * 3_600.0;
        let fell = |half_hour: f64| rain(half_hour * step_secs, place);
        let now = (secs / step_secs).floor();
        let share = secs / step_secs - now;
        let mut later = fell(now + 1.0);
        let mut sum = 0.0;
        let mut half_hour = now;
        for weight in &self.response {
            let earlier = fell(half_hour);
            sum += weight * (earlier + (later - earlier) * share);
            later = earlier;
            half_hour -= 1.0;
        }
        sum
    }
}

/// Metres above the dry river.
fn rise_m(passing_mm_per_h: f64) -> f64 {
    1.25 * ((passing_mm_per_h + 1.0).powf(0.62) - 1.0)
}

/// What a section tells: an ordinary river of class II, warmer and poorer in oxygen in summer; and what waste water makes of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section {
    own: Chance,
    secs: f64,
    index: i64,
    water_c: f64,
    day: f64,
    /// Waste water, 1 where it runs in.
    waste: f64,
}

impl Section {
    pub(super) fn of(place: &Place, moment: &Moment, waste: f64) -> Self {
        let drift = 1.5 * place.own.named("wtemp").course(moment.secs, 200_000.0);
        Self {
            own: place.own,
            secs: moment.secs,
            index: moment.at.as_micros(),
            water_c: 17.5 + 8.0 * moment.season(0.58) + drift,
            day: moment.day(15.0),
            waste,
        }
    }

    /// °C.
    pub(super) fn temperature(&self) -> f64 {
        self.water_c + 0.4 * self.day + self.noise("wtemp", 0.05)
    }

    /// pH.
    pub(super) fn acidity(&self) -> f64 {
        7.5 + 0.15 * self.day + self.around("ph", 0.2) + self.noise("ph", 0.01)
    }

    /// mg/L: near what water of this temperature can hold, at 0 m (Benson and Krause, in round numbers).
    pub(super) fn oxygen(&self) -> f64 {
        let saturated = 14.6 - 0.393 * self.water_c + 0.0073 * self.water_c * self.water_c
            - 0.000_066 * self.water_c.powi(3);
        let eaten = 1.0 - 0.4 * self.waste.min(1.0);
        saturated * (0.92 + 0.03 * self.day + self.around("do", 0.02)) * eaten
            + self.noise("do", 0.03)
    }

    /// mg/L.
    pub(super) fn permanganate(&self) -> f64 {
        2.4 + 7.0 * self.waste + self.around("codmn", 0.7) + self.noise("codmn", 0.05)
    }

    /// mg/L.
    pub(super) fn ammonia(&self) -> f64 {
        0.22 + 2.3 * self.waste + self.around("nh3n", 0.12) + self.noise("nh3n", 0.005)
    }

    /// mg/L, as P.
    pub(super) fn phosphorus(&self) -> f64 {
        0.055 + 0.12 * self.waste + self.around("tp", 0.02) + self.noise("tp", 0.001)
    }

    fn around(&self, name: &str, swing: f64) -> f64 {
        swing * self.own.named(name).course(self.secs, 90_000.0)
    }

    fn noise(&self, name: &str, deviation: f64) -> f64 {
        deviation * self.own.named(name).named("noise").bell(self.index)
    }
}
