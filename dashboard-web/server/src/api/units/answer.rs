//! How a unit is told.

use serde::Serialize;
use utoipa::ToSchema;
use yiping_desk::units::register::TAKEN;
use yiping_desk::units::{Place, Spot, Timer, Unit, UnitBook, UnitState};
use yiping_model::{Text, Timestamp};

const MICROS_A_SEC: i64 = 1_000_000;

/// A name in both languages of the screens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitName {
    /// Chinese.
    zh: String,
    /// English.
    en: String,
}

/// A unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitAnswer {
    /// Its id.
    id: String,
    /// Its name.
    name: UnitName,
    /// `person`, `vehicle`, `equipment`, `warehouse`, `shelter` or `hospital`.
    kind: &'static str,
    /// What it can do.
    skills: Vec<String>,
    /// Code of its home area.
    area: Option<String>,
    /// The account of who carries its phone.
    account: Option<String>,
    /// Longitude and latitude of its home.
    #[schema(value_type = Vec<f64>, min_items = 2, max_items = 2)]
    home: Place,
    /// Whether it is on duty.
    on_shift: bool,
    /// `available`, `assigned`, `en_route`, `on_scene`, `returning` or `out_of_service`.
    status: &'static str,
    /// Since when; null when nothing was said.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// When it will be free, as far as it was said.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// What was written with the status.
    note: String,
    /// The account of who said it.
    by: Option<String>,
    /// The record that said it, for `seen` of the next; 0 when none did.
    said: u64,
    /// Where it is taken to be; null when nobody knows.
    place: Option<UnitPlace>,
    /// `green`, `warning` or `critical` while people are on scene with it; null while none are.
    #[schema(value_type = Option<String>)]
    check_in: Option<Timer>,
    /// When whoever is on scene was heard last: the arrival, or a check-in.
    #[schema(value_type = Option<String>, format = DateTime)]
    heard: Option<Timestamp>,
    /// Room for people; null when it has none.
    room: Option<RoomAnswer>,
    /// What it has.
    stock: Vec<StockAnswer>,
}

/// Where a unit is taken to be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitPlace {
    /// Longitude and latitude, WGS-84.
    #[schema(value_type = Vec<f64>, min_items = 2, max_items = 2)]
    at: Place,
    /// When its phone or tracker said so; null when it is taken to be at home.
    #[schema(value_type = Option<String>, format = DateTime)]
    time: Option<Timestamp>,
    /// How old that is; null at home.
    age_secs: Option<f64>,
    /// Whether that is old.
    stale: bool,
    /// Whether it is so old that the unit is not recommended.
    lost: bool,
}

/// Room for people.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoomAnswer {
    /// Places or beds.
    places: u32,
    /// Of those, taken.
    taken: u32,
}

/// Goods of one sort.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockAnswer {
    /// What it is.
    item: String,
    /// Its name.
    name: UnitName,
    /// In what it is counted.
    unit: String,
    /// How much there is.
    amount: u32,
}

/// A point of a trail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrailPoint {
    /// Longitude and latitude, WGS-84.
    #[schema(value_type = Vec<f64>, min_items = 2, max_items = 2)]
    at: Place,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    /// How far off it may be, metres.
    accuracy_m: Option<u16>,
}

impl From<&Text> for UnitName {
    fn from(text: &Text) -> Self {
        Self {
            zh: text.zh.clone(),
            en: text.en.clone(),
        }
    }
}

impl From<&Spot> for TrailPoint {
    fn from(spot: &Spot) -> Self {
        Self {
            at: spot.place,
            time: spot.time,
            accuracy_m: spot.accuracy_metres,
        }
    }
}

impl UnitAnswer {
    pub(crate) fn of(book: &UnitBook, unit: &Unit, state: &UnitState) -> Self {
        let now = book.now();
        let amount = |item: &str| state.stock.get(item).copied().unwrap_or_default();
        let stock = unit.stock.iter().map(|stock| StockAnswer {
            item: stock.item.clone(),
            name: UnitName::from(&stock.name),
            unit: stock.unit.clone(),
            amount: amount(&stock.item),
        });
        Self {
            id: unit.id.to_string(),
            name: UnitName::from(&unit.name),
            kind: unit.kind.name(),
            skills: unit.skills.clone(),
            area: unit.area.clone(),
            account: unit.account.clone(),
            home: unit.home,
            on_shift: unit.is_on_shift(book.zone(), now),
            status: state.status.name(),
            since: state.since,
            until: state.until,
            note: state.note.clone(),
            by: state.by.clone(),
            said: state.said.0,
            place: place(book, unit),
            check_in: book.timer(unit.id.as_str(), now),
            heard: state.heard,
            room: unit.capacity.map(|capacity| RoomAnswer {
                places: capacity.places,
                taken: amount(TAKEN),
            }),
            stock: stock.collect(),
        }
    }
}

fn place(book: &UnitBook, unit: &Unit) -> Option<UnitPlace> {
    let here = book.place_of(unit.id.as_str())?;
    let micros = here.time.map(|time| book.now().micros_since(time).max(0));
    let older = |secs: u32| micros.is_some_and(|micros| micros / MICROS_A_SEC > i64::from(secs));
    Some(UnitPlace {
        at: here.place,
        time: here.time,
        age_secs: micros.map(|micros| micros as f64 / MICROS_A_SEC as f64),
        stale: older(book.settings().stale_secs),
        lost: older(book.settings().lost_secs),
    })
}
