//! What happens to the city: nothing, or one of a list. Each is a pure function of time that bends what the quiet city would say.

mod breakdown;
mod crowd;
mod discharge;
mod drift;
mod dying;
mod failing;
mod fire;
mod flood;
mod leak;

use yiping_model::{Catalogue, PropertyId, Thing, ThingId, Timestamp};

pub(crate) use breakdown::Breakdown;
pub(crate) use fire::Sight;
pub(crate) use leak::{CHLORINE, FULL_SCALE_PPM};

use super::CityError;
use super::moment::{Moment, Place};
use super::noise::Chance;
use super::sensor::Sensor;
use super::weather::Weather;
use crate::settings::Scenario;
use crowd::Crowd;
use discharge::Discharge;
use drift::Drift;
use dying::Dying;
use failing::Failing;
use fire::Fire;
use flood::Flood;
use leak::Leak;

/// What is going to happen, happens or has happened.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    Quiet,
    Leak(Box<Leak>),
    Flood(Flood),
    Crowd(Crowd),
    Breakdown(Breakdown),
    Dying(Dying),
    Drift(Drift),
    Discharge(Discharge),
    Fire(Fire),
    Failing(Failing),
}

impl Plan {
    /// Finds the place for it in the catalogue.
    pub(crate) fn of(
        scenario: Scenario,
        catalogue: &Catalogue,
        root: Chance,
        start: Timestamp,
    ) -> Result<Self, CityError> {
        let no_place = |needs| CityError::NoPlace { scenario, needs };
        Ok(match scenario {
            Scenario::None => Self::Quiet,
            Scenario::Leak => {
                let needs = "two things of kind gas with the property cl2 at different places";
                let leak = Leak::plan(catalogue, root, start);
                Self::Leak(Box::new(leak.ok_or_else(|| no_place(needs))?))
            }
            Scenario::Flood => {
                let flood = Flood::plan(catalogue, start);
                Self::Flood(flood.ok_or_else(|| no_place("stage gauges, one upstream of another"))?)
            }
            Scenario::Crowd => {
                let crowd = Crowd::plan(catalogue, start);
                Self::Crowd(
                    crowd
                        .ok_or_else(|| no_place("a camera that counts people, with a capacity"))?,
                )
            }
            Scenario::HallBreakdown => {
                let breakdown = Breakdown::plan(catalogue, start);
                Self::Breakdown(breakdown.ok_or_else(|| no_place("a thing of kind hall"))?)
            }
            Scenario::GatewayDying => {
                let dying = Dying::plan(catalogue, start);
                Self::Dying(dying.ok_or_else(|| no_place("a gateway with things behind it"))?)
            }
            Scenario::SensorDrifting => {
                let drift = Drift::plan(catalogue, start);
                Self::Drift(
                    drift.ok_or_else(|| no_place("a post with street_temp and a neighbour"))?,
                )
            }
            Scenario::Discharge => {
                let discharge = Discharge::plan(catalogue, start);
                Self::Discharge(discharge.ok_or_else(|| no_place("a thing of kind wq_section"))?)
            }
            Scenario::Fire => {
                let fire = Fire::plan(catalogue, start);
                Self::Fire(fire.ok_or_else(|| no_place("two cameras that look at fences"))?)
            }
            Scenario::StationFailing => {
                let failing = Failing::plan(catalogue, start);
                Self::Failing(failing.ok_or_else(|| no_place("a station with three analysers"))?)
            }
        })
    }

    /// When the last trace of it is gone; `None` without one.
    pub(crate) fn over(&self) -> Option<Timestamp> {
        Some(match self {
            Self::Quiet => return None,
            Self::Leak(leak) => leak.over(),
            Self::Flood(flood) => flood.over(),
            Self::Crowd(crowd) => crowd.over(),
            Self::Breakdown(breakdown) => breakdown.over(),
            Self::Dying(dying) => dying.over(),
            Self::Drift(drift) => drift.over(),
            Self::Discharge(discharge) => discharge.over(),
            Self::Fire(fire) => fire.over(),
            Self::Failing(failing) => failing.over(),
        })
    }

    /// The kinds of things on whose alarms it may have a hand; empty for a city in which nothing happens.
    pub(crate) const fn kinds(&self) -> &'static [&'static str] {
        match self {
            Self::Quiet => &[],
            Self::Leak(_) => &["gas"],
            Self::Flood(_) => &["rain_gauge", "stage_gauge"],
            Self::Crowd(_) | Self::Fire(_) => &["camera"],
            Self::Breakdown(_) => &["hall"],
            Self::Dying(_) | Self::Drift(_) => &["street", "gateway"],
            Self::Discharge(_) => &["wq_section"],
            Self::Failing(_) => &["station"],
        }
    }

    /// The weather that it makes of the natural one.
    pub(crate) fn bend(&self, weather: &mut Weather, moment: &Moment, place: &Place) {
        match self {
            Self::Leak(leak) => weather.wind = leak.bend(weather.wind, moment),
            Self::Flood(flood) => flood.bend(weather, moment, place),
            _ => {}
        }
    }

    /// What falls on a place at a time beyond the natural rain, mm/h.
    pub(crate) fn storm(&self, secs: f64, place: &Place) -> f64 {
        match self {
            Self::Flood(flood) => flood.storm(secs, place),
            _ => 0.0,
        }
    }

    /// Chlorine, ppm.
    pub(crate) fn chlorine(&self, moment: &Moment, place: &Place) -> f64 {
        match self {
            Self::Leak(leak) => leak.ppm(moment, place),
            _ => 0.0,
        }
    }

    /// People whom it brings before a camera, and the track that they are.
    pub(crate) fn crowd(&self, camera: &ThingId, at: Timestamp) -> Option<(f64, String)> {
        match self {
            Self::Crowd(crowd) => crowd.people(camera, at),
            _ => None,
        }
    }

    /// What happens in a hall.
    pub(crate) fn breakdown(&self, hall: &ThingId) -> Option<&Breakdown> {
        match self {
            Self::Breakdown(breakdown) if breakdown.hall == *hall => Some(breakdown),
            _ => None,
        }
    }

    /// Whether what this sensor says at a time gets through.
    pub(crate) fn lets_through(&self, sensor: &Sensor, at: Timestamp) -> bool {
        match self {
            Self::Dying(dying) => dying.lets_through(sensor, at),
            Self::Failing(failing) => failing.lets_through(sensor, at),
            _ => true,
        }
    }

    /// When a message of a thing comes to us that is on its way at a time.
    pub(crate) fn arrives(&self, thing: &str, at: Timestamp) -> Timestamp {
        match self {
            Self::Dying(dying) => dying.arrives(thing, at),
            _ => at,
        }
    }

    /// When the value was measured that a thing tells at a time; `None` when it tells none.
    pub(crate) fn measured_at(
        &self,
        thing: &ThingId,
        property: &PropertyId,
        at: Timestamp,
    ) -> Option<Timestamp> {
        match self {
            Self::Failing(failing) => failing.measured_at(thing, property, at),
            _ => Some(at),
        }
    }

    /// What a camera at a fence sees of it.
    pub(crate) fn sight(&self, camera: &ThingId, at: Timestamp) -> Option<Sight> {
        match self {
            Self::Fire(fire) => fire.sight(camera, at),
            _ => None,
        }
    }

    /// Whether a camera has power.
    pub(crate) fn is_on(&self, camera: &ThingId, at: Timestamp) -> bool {
        match self {
            Self::Fire(fire) => fire.is_on(camera, at),
            _ => true,
        }
    }

    /// How much waste water is at a section, 1 where it runs in.
    pub(crate) fn waste(&self, section: &ThingId, at: Timestamp) -> f64 {
        match self {
            Self::Discharge(discharge) => discharge.density(section, at),
            _ => 0.0,
        }
    }

    /// What a sensor tells too much, °C.
    pub(crate) fn drift_c(&self, thing: &ThingId, at: Timestamp) -> f64 {
        match self {
            Self::Drift(drift) => drift.celsius(thing, at),
            _ => 0.0,
        }
    }
}

fn observes(thing: &Thing, property: &str) -> bool {
    thing
        .properties
        .iter()
        .any(|known| known.as_str() == property)
}

fn secs_since(at: Timestamp, start: Timestamp) -> f64 {
    at.micros_since(start) as f64 / 1e6
}
