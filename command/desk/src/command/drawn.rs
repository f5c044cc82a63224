//! What somebody draws or reckons can be shown: hazards and estimates.

use smol_str::SmolStr;
use yiping_model::command::{EstimateForm, HAZARD_LINES_MAX, HazardForm};

use super::refusal::Refusal;
use crate::units::plume::{Stability, WIND_MS_MIN};
use crate::units::{Hazard, Place as UnitPlace};

/// Cells of a hazard: a hundred square kilometres.
const HAZARD_CELLS_MAX: usize = 1_000;
/// Points of the way in.
const HAZARD_POINTS_MAX: usize = 200;
/// Characters of a line of a hazard.
const HAZARD_CHARS_MAX: usize = 40;
/// Metres around a place that can be isolated.
const ISOLATE_METRES_MAX: u32 = 20_000;

/// What is drawn can be shown on a map, and on a phone.
pub(super) fn hazard(form: &HazardForm) -> Result<(), Refusal> {
    let cells = form.cells.iter().map(SmolStr::as_str);
    if Hazard::read(cells, HAZARD_CELLS_MAX).is_err() {
        return Err(Refusal::Form(
            "a hazard has at most 1000 H3 cells, each of 15 hex digits",
        ));
    }
    if form.lines.len() > HAZARD_LINES_MAX || form.approach.len() > HAZARD_POINTS_MAX {
        return Err(Refusal::Form(
            "a hazard has at most 3 lines, and 200 points of the way in",
        ));
    }
    let short = |text: &String| text.chars().count() <= HAZARD_CHARS_MAX;
    if !form.lines.iter().chain([&form.label]).all(short) {
        return Err(Refusal::Form(
            "a line of a hazard has at most 40 characters",
        ));
    }
    let sound = |[lon, lat]: &[f64; 2]| UnitPlace::from([*lon, *lat]).is_sound();
    let blows = form.wind.is_none_or(|wind| {
        (0.0..=360.0).contains(&wind.from_degrees) && (0.0..=100.0).contains(&wind.speed_ms)
    });
    let near = form
        .isolate_metres
        .is_none_or(|metres| metres <= ISOLATE_METRES_MAX);
    if form.approach.iter().all(sound) && blows && near {
        Ok(())
    } else {
        Err(Refusal::Form(
            "a hazard has places on Earth, a wind from 0 to 360 degrees, and isolates at most 20000 metres",
        ))
    }
}

pub(super) fn estimate(form: &EstimateForm) -> Result<(), Refusal> {
    let wind = WIND_MS_MIN..=100.0;
    if !(1e-3..=1e6).contains(&form.grams_a_sec) {
        return Err(Refusal::Form("a leak has 0.001 to 1,000,000 g/s"));
    }
    if !wind.contains(&form.wind_ms) || !(0.0..=360.0).contains(&form.wind_from) {
        return Err(Refusal::Form(
            "a wind has 0 to 360 degrees and 1 to 100 m/s: a slower one carries no plume",
        ));
    }
    match Stability::of(form.stability) {
        Some(_) => Ok(()),
        None => Err(Refusal::Form("the stability is A to F")),
    }
}
