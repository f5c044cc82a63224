//! Who can be at a place soonest.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yiping_desk::units::{
    Advice, AdviceError, Basis, Chosen, PassedOver, Place, UnitBook, UnitKind, Why, Wish, advise,
};
use yiping_model::{Text, Timestamp};

use super::super::error::{ApiError, ErrorAnswer};
use super::super::params::Params;
use super::answer::UnitName;
use super::{hazard, kind_of, place, words};
use crate::state::ServerState;

/// Who can be there soonest, and why not others.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecommendAnswer {
    /// The log position of this state.
    position: u64,
    /// City time of that position.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// What the times rest on: `{"basis": "roads"}`, or `{"basis": "straight", "factor", "kmh"}` where there is no road graph.
    #[schema(value_type = Object)]
    basis: Basis,
    /// Where they are to go when the place lies in the hazard: a point outside of it. Nothing is said of the wind.
    #[schema(value_type = Option<Vec<f64>>)]
    assembly: Option<Place>,
    /// The soonest first.
    chosen: Vec<ChosenAnswer>,
    /// Nearer units that were not chosen, nearest first; not all when they are many.
    passed_over: Vec<PassedOverAnswer>,
    /// How many nearer units were not chosen.
    passed_over_count: usize,
    /// Units of the kinds that were asked for.
    asked: usize,
    /// Of those, how many have no known place.
    without_place: usize,
    /// Of those, how many no way leads from, even without hazard and closed roads.
    without_way: usize,
}

/// A unit that can be there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChosenAnswer {
    /// Its id.
    unit: String,
    /// Its name.
    name: UnitName,
    /// How long it takes.
    time_secs: u32,
    /// How long it would take without hazard and closed roads.
    open_secs: u32,
    /// How old its position is; null when it is taken to be at home.
    age_secs: Option<i64>,
    /// Whether that is old.
    stale: bool,
    /// How soon the next unit that fits is at its home.
    cover: CoverAnswer,
    /// Its way as longitudes and latitudes; empty unless `drawn=true`.
    #[schema(value_type = Vec<Vec<f64>>)]
    way: Vec<Place>,
}

/// How soon the next unit that fits is at a home.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CoverAnswer {
    /// With the chosen unit; null when no way leads there.
    before_secs: Option<u32>,
    /// Without it; null when nobody is left.
    after_secs: Option<u32>,
    /// The id of who that is.
    next: Option<String>,
}

/// A nearer unit that was not chosen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PassedOverAnswer {
    /// Its id.
    unit: String,
    /// Its name.
    name: UnitName,
    /// How long it would take without hazard and closed roads.
    open_secs: u32,
    /// Why not; at least one reason.
    why: Vec<WhyAnswer>,
    /// The way that the hazard or a closed road cuts; empty unless `drawn=true`.
    #[schema(value_type = Vec<Vec<f64>>)]
    way: Vec<Place>,
    /// Where on it the hazard begins.
    #[schema(value_type = Option<Vec<f64>>)]
    stopped: Option<Place>,
}

/// Why a nearer unit was not chosen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhyAnswer {
    /// `why` names the reason (`busy`, `out_of_service`, `lacks_skill`, `lost_position`, `off_shift`, `cut_off`), beside it what belongs to it.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    why: Why,
    /// In words.
    text: UnitName,
}

/// The units that can be at a place soonest, why each nearer one is not among them, and what their homes lose.
#[utoipa::path(
    get,
    path = "/api/v1/units/recommend",
    tag = "units",
    params(
        ("lon" = f64, Query, description = "Longitude of the place, degrees, WGS-84", example = 118.87),
        ("lat" = f64, Query, description = "Latitude", example = 28.97),
        ("skills" = Option<String>, Query, description = "What a unit must be able to do, all of it, separated by commas"),
        ("kinds" = Option<String>, Query, description = "Of `person`, `vehicle`, `equipment`, `warehouse`, `shelter`, `hospital`, separated by commas; by default the first three. For what stands where it is, the time is that of the way from there"),
        ("avoid" = Option<String>, Query, description = "H3 cells that nobody may enter, separated by commas"),
        ("closed" = Option<String>, Query, description = "Ids of roads that are closed, separated by commas"),
        ("drawn" = Option<bool>, Query, description = "Whether ways are told, for a map"),
        ("choices" = Option<u32>, Query, description = "How many units, 1 to 100; by default `units.choices`"),
    ),
    responses(
        (status = 200, description = "The soonest first", body = RecommendAnswer),
        (status = 400, description = "A parameter cannot be read, or there is no way to the place", body = ErrorAnswer),
    )
)]
pub(in super::super) async fn recommend(
    State(state): State<ServerState>,
    params: Params,
) -> Result<Json<RecommendAnswer>, ApiError> {
    let wish = state.units.look(|book| wish(book, params))?;
    // A search takes some milliseconds: not on the threads that everybody waits for.
    let units = state.units.clone();
    let searched = tokio::task::spawn_blocking(move || {
        units.look(|book| {
            let advice = advise(book, &wish, book.now())?;
            Ok(RecommendAnswer::of(book, advice))
        })
    });
    let answer = searched
        .await
        .map_err(|broken| ApiError::Internal(broken.to_string()))?;
    answer
        .map(Json)
        .map_err(|error: AdviceError| ApiError::BadQuery(error.to_string()))
}

fn wish(book: &UnitBook, mut params: Params) -> Result<Wish, ApiError> {
    let settings = book.settings();
    let place = place(&mut params)?;
    let skills = params.parsed("skills", "fire,hazmat", words)?;
    let kinds = params.parsed("kinds", "vehicle,person", |text| {
        let kinds = text.split(',').map(|kind| kind_of(kind.trim()));
        kinds.collect::<Option<BTreeSet<UnitKind>>>()
    })?;
    let hazard = hazard(book, &mut params)?;
    let closed = params.parsed("closed", "bridge-1", words)?;
    let drawn = params.parsed("drawn", "true", |text| text.parse().ok())?;
    let choices = params.parsed("choices", "5", |text| {
        text.parse()
            .ok()
            .filter(|choices| (1..=100).contains(choices))
    })?;
    params.finish()?;
    Ok(Wish {
        skills: skills.unwrap_or_default(),
        kinds: kinds.unwrap_or_default(),
        hazard,
        closed: closed.unwrap_or_default(),
        drawn: drawn.unwrap_or(false),
        ..Wish::to(place, choices.unwrap_or(settings.choices))
    })
}

impl RecommendAnswer {
    fn of(book: &UnitBook, advice: Advice) -> Self {
        let chosen = advice.chosen.into_iter();
        let passed_over = advice.passed_over.into_iter();
        Self {
            position: book.position().0,
            now: book.now(),
            basis: advice.basis,
            assembly: advice.assembly,
            chosen: chosen.map(|one| chosen_answer(book, one)).collect(),
            passed_over: passed_over
                .map(|one| passed_over_answer(book, one))
                .collect(),
            passed_over_count: advice.passed_over_count,
            asked: advice.asked,
            without_place: advice.without_place,
            without_way: advice.without_way,
        }
    }
}

fn name(book: &UnitBook, id: &str) -> UnitName {
    let nameless = Text {
        zh: id.to_owned(),
        en: id.to_owned(),
    };
    UnitName::from(book.unit(id).map_or(&nameless, |(unit, _)| &unit.name))
}

fn chosen_answer(book: &UnitBook, one: Chosen) -> ChosenAnswer {
    ChosenAnswer {
        name: name(book, one.unit.as_str()),
        unit: one.unit.to_string(),
        time_secs: one.time_secs,
        open_secs: one.open_secs,
        age_secs: one.age_secs,
        stale: one.stale,
        cover: CoverAnswer {
            before_secs: one.cover.before_secs,
            after_secs: one.cover.after_secs,
            next: one.cover.next.map(|unit| unit.to_string()),
        },
        way: one.way,
    }
}

fn passed_over_answer(book: &UnitBook, one: PassedOver) -> PassedOverAnswer {
    let why = one.why.into_iter().map(|why| WhyAnswer {
        text: UnitName::from(&why.text(book.zone())),
        why,
    });
    PassedOverAnswer {
        name: name(book, one.unit.as_str()),
        unit: one.unit.to_string(),
        open_secs: one.open_secs,
        way: one.way,
        stopped: one.stopped,
        why: why.collect(),
    }
}
