//! The register: which units there are. Data, as TOML (`docs/UNITS.md`).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use yiping_model::{Text, Timestamp, UnitId, Zone};

use super::place::Place;
use crate::notices::Quiet;

const SKILLS_MAX: usize = 32;
const STOCK_MAX: usize = 256;
/// What stands where an id would in the paths of the API.
const RESERVED: [&str; 3] = ["mine", "plume", "recommend"];

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// 人员
    Person,
    /// 车辆, with its crew
    Vehicle,
    /// 装备 that is brought: a pump, a drone, a boat
    Equipment,
    /// 物资库
    Warehouse,
    /// 避难场所
    Shelter,
    /// 医院
    Hospital,
}

impl UnitKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Person,
        Self::Vehicle,
        Self::Equipment,
        Self::Warehouse,
        Self::Shelter,
        Self::Hospital,
    ];

    /// The name in the register, in requests and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Vehicle => "vehicle",
            Self::Equipment => "equipment",
            Self::Warehouse => "warehouse",
            Self::Shelter => "shelter",
            Self::Hospital => "hospital",
        }
    }

    /// The name on Chinese screens.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Person => "人员",
            Self::Vehicle => "车辆",
            Self::Equipment => "装备",
            Self::Warehouse => "物资库",
            Self::Shelter => "避难场所",
            Self::Hospital => "医院",
        }
    }

    /// Whether it can be sent somewhere.
    pub const fn moves(self) -> bool {
        matches!(self, Self::Person | Self::Vehicle | Self::Equipment)
    }

    /// Whether people are with it when it is on scene, who must be heard.
    pub const fn has_people(self) -> bool {
        matches!(self, Self::Person | Self::Vehicle)
    }
}

impl fmt::Display for UnitKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A stretch of every day in the city's zone, over midnight when its end is earlier: `20:00-08:00`.
pub type Hours = Quiet;

/// One unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Its name.
    pub name: Text,
    /// What it is.
    pub kind: UnitKind,
    /// What it can do: words of the city's own, lower case, `fire`, `hazmat`, `boat`.
    #[serde(default)]
    pub skills: Vec<String>,
    /// Code of its home area, GB/T 2260.
    #[serde(default)]
    pub area: Option<String>,
    /// Where it stands when it is at home.
    pub home: Place,
    /// When it is on duty; every hour when left out.
    #[serde(default)]
    pub shift: Option<Hours>,
    /// The account of who carries its phone: that person tells its position and status.
    #[serde(default)]
    pub account: Option<String>,
    /// Whether a phone or a tracker tells where it is. One that has none is taken to be at home while it is available.
    #[serde(default = "yes")]
    pub tracked: bool,
    /// Its time on a road, in hundredths of that of a car: 100 by default, 150 for a heavy one.
    #[serde(default = "hundred")]
    pub pace: u16,
    /// How many it has room for: a shelter, a hospital.
    #[serde(default)]
    pub capacity: Option<Capacity>,
    /// What it has.
    #[serde(default)]
    pub stock: Vec<Stock>,
    /// Whether it is there no more. Its id is not given to another one: the ledger speaks of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

const fn yes() -> bool {
    true
}

const fn hundred() -> u16 {
    100
}

/// Room for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Places or beds.
    pub places: u32,
    /// Of those, taken at the start; counted on as the item `taken`.
    #[serde(default)]
    pub taken: u32,
}

/// Some goods of one sort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stock {
    /// What it is: `sandbags`, `foam_litres`.
    pub item: String,
    /// Its name.
    pub name: Text,
    /// In what it is counted, for example `袋`.
    pub unit: String,
    /// How much there is at the start.
    pub amount: u32,
}

impl Unit {
    /// Whether it is on duty at `now`.
    pub fn is_on_shift(&self, zone: &Zone, now: Timestamp) -> bool {
        self.shift
            .is_none_or(|hours| hours.ends(zone, now).is_some())
    }
}

/// The file of units.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The units, in any order.
    #[serde(default, rename = "unit")]
    pub units: Vec<Unit>,
}

/// A unit that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// Two have one id.
    #[error("two units have the id `{0}`: give one of them another")]
    Twice(UnitId),
    /// Two have one account.
    #[error("units `{0}` and `{1}` both have the account `{2}`: a person carries one phone")]
    Account(UnitId, UnitId, String),
    /// More than the limit.
    #[error("{0} units, the limit is {1}: raise units.units_max")]
    TooMany(usize, usize),
    /// A unit says something that cannot be.
    #[error("unit `{unit}`: {what}")]
    Unit {
        /// Which.
        unit: UnitId,
        /// What is wrong, and what to do.
        what: String,
    },
}

impl Register {
    /// Checks what the types cannot, and puts the units in the order of their ids.
    ///
    /// # Errors
    /// [`RegisterError`] for the first unit that cannot be.
    pub fn checked(mut self, units_max: usize) -> Result<Self, RegisterError> {
        if self.units.len() > units_max {
            return Err(RegisterError::TooMany(self.units.len(), units_max));
        }
        self.units.sort_by(|one, other| one.id.cmp(&other.id));
        // One that is retired carries no phone.
        let mut accounts: BTreeMap<&str, &UnitId> = BTreeMap::new();
        for (at, unit) in self.units.iter().enumerate() {
            if at > 0 && self.units[at - 1].id == unit.id {
                return Err(RegisterError::Twice(unit.id.clone()));
            }
            unit.check().map_err(|what| RegisterError::Unit {
                unit: unit.id.clone(),
                what,
            })?;
            let Some(account) = unit.account.as_deref().filter(|_| !unit.retired) else {
                continue;
            };
            if let Some(other) = accounts.insert(account, &unit.id) {
                let account = account.to_owned();
                return Err(RegisterError::Account(
                    other.clone(),
                    unit.id.clone(),
                    account,
                ));
            }
        }
        Ok(self)
    }
}

/// Whether this unit may be added to checked ones that stand in the order of their ids, or stand there in the place of the one of its id.
///
/// # Errors
/// [`RegisterError`].
pub fn admits(units: &[Unit], unit: &Unit, units_max: usize) -> Result<(), RegisterError> {
    unit.check().map_err(|what| RegisterError::Unit {
        unit: unit.id.clone(),
        what,
    })?;
    let is_new = units
        .binary_search_by(|known| known.id.cmp(&unit.id))
        .is_err();
    if is_new && units.len() >= units_max {
        return Err(RegisterError::TooMany(units.len() + 1, units_max));
    }
    let Some(account) = unit.account.as_deref().filter(|_| !unit.retired) else {
        return Ok(());
    };
    let carries = |other: &&Unit| {
        !other.retired && other.id != unit.id && other.account.as_deref() == Some(account)
    };
    match units.iter().find(carries) {
        Some(other) => Err(RegisterError::Account(
            other.id.clone(),
            unit.id.clone(),
            account.to_owned(),
        )),
        None => Ok(()),
    }
}

impl Unit {
    fn check(&self) -> Result<(), String> {
        let word = |text: &str| {
            (1..=32).contains(&text.len())
                && text
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if RESERVED.contains(&self.id.as_str()) {
            return Err("this id is a path of the API: choose another".into());
        }
        if !self.home.is_sound() {
            return Err("`home` is no place: give [longitude, latitude] in degrees".into());
        }
        if self.skills.len() > SKILLS_MAX || self.stock.len() > STOCK_MAX {
            return Err(format!(
                "at most {SKILLS_MAX} skills and {STOCK_MAX} items of stock"
            ));
        }
        let names = self.skills.iter().map(String::as_str);
        let items = self.stock.iter().map(|stock| stock.item.as_str());
        if let Some(wrong) = names.chain(items).find(|text| !word(text)) {
            return Err(format!(
                "`{wrong}` is no word: 1 to 32 of a–z, 0–9 and _, for example `hazmat`"
            ));
        }
        if !(20..=1_000).contains(&self.pace) {
            return Err("`pace` must be between 20 and 1000 hundredths of a car's time".into());
        }
        if let Some(capacity) = self.capacity
            && capacity.taken > capacity.places
        {
            return Err("`capacity.taken` is more than `capacity.places`".into());
        }
        let mut seen: Vec<&str> = self.stock.iter().map(|stock| stock.item.as_str()).collect();
        seen.extend(self.capacity.map(|_| TAKEN));
        seen.sort_unstable();
        let twice = seen.windows(2).find(|pair| pair[0] == pair[1]);
        if let Some([item, _]) = twice {
            return Err(format!("`{item}` stands twice in its stock"));
        }
        Ok(())
    }
}

/// The item by which taken places are counted.
pub const TAKEN: &str = "taken";

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"
        [[unit]]
        id = "v-2"
        name = { zh = "模拟二号车", en = "Simulated vehicle 2" }
        kind = "vehicle"
        skills = ["fire", "hazmat"]
        area = "330802"
        home = [118.87, 28.97]
        shift = "20:00-08:00"
        pace = 120

        [[unit]]
        id = "s-1"
        name = { zh = "模拟一号避难场所", en = "Simulated shelter 1" }
        kind = "shelter"
        home = [118.88, 28.96]
        tracked = false
        capacity = { places = 300 }
        stock = [{ item = "blankets", name = { zh = "毛毯", en = "blankets" }, unit = "条", amount = 400 }]
    "#;

    fn read(text: &str) -> Register {
        toml::from_str(text).expect("a register")
    }

    #[test]
    fn a_register_is_read_and_put_in_order() {
        let register = read(TWO).checked(10).expect("sound");
        let ids: Vec<&str> = register.units.iter().map(|unit| unit.id.as_str()).collect();
        assert_eq!(ids, ["s-1", "v-2"]);
        assert_eq!(register.units[1].pace, 120);
        assert!(register.units[1].tracked);
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_to_do() {
        let refused = |from: &str, to: &str| {
            read(&TWO.replacen(from, to, 1))
                .checked(10)
                .expect_err(to)
                .to_string()
        };
        assert!(refused("s-1", "v-2").contains("two units have the id `v-2`"));
        assert!(refused("\"fire\"", "\"Fire\"").contains("`Fire` is no word"));
        assert!(refused("[118.87, 28.97]", "[28.97, 118.87]").contains("`home` is no place"));
        assert!(refused("pace = 120", "pace = 5").contains("`pace`"));
        assert!(refused("v-2", "mine").contains("a path of the API"));
        assert!(refused("places = 300", "places = 3, taken = 4").contains("`capacity.taken`"));
        assert!(refused("\"blankets\"", "\"taken\"").contains("`taken` stands twice"));
        let many = read(TWO).checked(1).expect_err("too many").to_string();
        assert!(many.contains("raise units.units_max"), "{many}");
        assert!(toml::from_str::<Register>(&TWO.replacen("pace", "speed", 1)).is_err());
        assert!(toml::from_str::<Register>(&TWO.replacen("\"shelter\"", "\"castle\"", 1)).is_err());
    }

    #[test]
    fn a_shift_goes_over_midnight() {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let register = read(TWO).checked(10).expect("sound");
        let at = |text| Timestamp::parse(text).expect("a time");
        let night = &register.units[1];
        assert!(night.is_on_shift(&zone, at("2026-03-01T20:00:00+08:00")));
        assert!(night.is_on_shift(&zone, at("2026-03-01T07:59:59+08:00")));
        assert!(!night.is_on_shift(&zone, at("2026-03-01T08:00:00+08:00")));
        assert!(register.units[0].is_on_shift(&zone, at("2026-03-01T12:00:00+08:00")));
    }
}
