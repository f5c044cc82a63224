//! The laws of the air quality index, HJ 633, as dated data: what one concentration means by them.

use serde::{Deserialize, Serialize};
use yiping_model::{PropertyId, Text, Timestamp, Zone};

use super::concentration::{Concentration, DECIMALS_MAX};

/// The laws of the air quality index, and the names of its levels. Empty ones give no index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AqiLaws {
    /// The levels, from the best.
    #[serde(rename = "level")]
    pub levels: Vec<AqiLevel>,
    /// The laws, by the date from which they are in force, ascending; the first one applies to everything before it too.
    #[serde(rename = "law")]
    pub laws: Vec<AqiLaw>,
}

/// One level of the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AqiLevel {
    /// The largest index that belongs to it; the last level has none.
    pub up_to: Option<u16>,
    /// What it is called.
    pub title: Text,
}

/// One law.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AqiLaw {
    /// Its number, for example `HJ 633-2026`.
    pub name: String,
    /// The local date from which it is in force.
    pub from: LocalDate,
    /// An hour is valid when its observations stand for at least this many minutes.
    pub hour_minutes_min: u32,
    /// With a pollutant missing, an index is published only when that of the others is greater than this.
    pub missing_publish_above: u16,
    /// Primary pollutants are named when the index is greater than this.
    pub primary_above: u16,
    /// The individual indices to which the breakpoints of every item belong.
    pub iaqi: Vec<u16>,
    /// Items of the hourly report: their hours end with the hour reported.
    pub hourly: Vec<String>,
    /// Items of the daily report: the largest of the means whose hours lie within the day.
    pub daily: Vec<String>,
    /// The table.
    #[serde(rename = "item")]
    pub items: Vec<AqiItem>,
}

/// One column of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AqiItem {
    /// Its name, for example `PM25_24H`.
    pub name: String,
    /// The property that it judges.
    pub property: PropertyId,
    /// The hours over which the hourly means are averaged: 1, 8 or 24.
    pub hours: u8,
    /// How many of them must be valid.
    pub hours_min: u8,
    /// Decimals to which the concentration is rounded before it is judged.
    pub decimals: u8,
    /// Concentrations, in the property's unit, to which the individual indices belong; a short column ends early.
    pub breakpoints: Vec<u32>,
    /// What is done above the last breakpoint.
    pub above: Above,
}

/// What is done above an item's last breakpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Above {
    /// The individual index stays at this number.
    Iaqi(u16),
    /// This item has none; another item of the same pollutant is judged in its place.
    Item(String),
}

/// A day of the calendar, written `2026-03-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalDate {
    year: i16,
    month: i8,
    day: i8,
}

impl AqiLaws {
    /// The law in force at a time, by the local date; `None` only when there is no law at all.
    pub fn at(&self, zone: &Zone, at: Timestamp) -> Option<&AqiLaw> {
        let in_force = |law: &&AqiLaw| law.from.start(zone).is_some_and(|start| start <= at);
        self.laws
            .iter()
            .rev()
            .find(in_force)
            .or_else(|| self.laws.first())
    }

    /// The level of an index, from 1.
    pub fn level(&self, index: u16) -> Option<u8> {
        let holds = |level: &AqiLevel| level.up_to.is_none_or(|top| index <= top);
        let place = self.levels.iter().position(holds)?;
        u8::try_from(place + 1).ok()
    }

    /// What is wrong with these tables, a sentence each; empty for tables that can be used.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut tell = |wrong: bool, text: &str| {
            if wrong {
                problems.push(text.to_owned());
            }
        };
        let ends: Vec<u16> = self.levels.iter().map_while(|level| level.up_to).collect();
        tell(
            self.levels.len() != ends.len() + 1 || !ascending(&ends),
            "levels must ascend, and the last one, and only that, has no `up_to`",
        );
        tell(self.laws.is_empty(), "there is no law");
        let dates: Vec<LocalDate> = self.laws.iter().map(|law| law.from).collect();
        tell(!ascending(&dates), "laws must ascend by `from`");
        for law in &self.laws {
            law.find_problems(&mut problems);
        }
        problems
    }
}

impl AqiLaw {
    /// The item of this name.
    pub fn item(&self, name: &str) -> Option<&AqiItem> {
        self.items.iter().find(|item| item.name == name)
    }

    /// Whether any item judges this property.
    pub fn judges(&self, property: &PropertyId) -> bool {
        self.items.iter().any(|item| item.property == *property)
    }

    /// The individual index of a concentration by one item; `None` for an unknown item, and where the item has no index so high up.
    pub fn iaqi(&self, item: &str, concentration: f64) -> Option<u16> {
        let item = self.item(item)?;
        let value = Concentration::from_f64(concentration)?;
        item.iaqi(
            &self.iaqi,
            Concentration::rounded_mean([value], item.decimals)?,
        )
    }

    fn find_problems(&self, problems: &mut Vec<String>) {
        let name = &self.name;
        if !ascending(&self.iaqi) {
            problems.push(format!("{name}: `iaqi` must ascend"));
        }
        if self.hour_minutes_min > 60 {
            problems.push(format!("{name}: an hour has only 60 minutes"));
        }
        for (report, items) in [("hourly", &self.hourly), ("daily", &self.daily)] {
            if items.is_empty() {
                problems.push(format!("{name}: the {report} report has no items"));
            }
            for item in items.iter().filter(|item| self.item(item).is_none()) {
                problems.push(format!(
                    "{name}: `{item}` of the {report} report is not in the table"
                ));
            }
        }
        for item in &self.items {
            let wrong = item.problem(self);
            problems.extend(wrong.map(|wrong| format!("{name}, {}: {wrong}", item.name)));
        }
    }
}

impl AqiItem {
    /// Whether a concentration, in units of the item's last decimal, lies above the table.
    pub(super) fn is_above(&self, concentration: i64) -> bool {
        let last = self.breakpoints.last().copied();
        last.is_some_and(|last| concentration > self.scaled(last))
    }

    /// The individual index of a concentration in units of the item's last decimal, on the law's `scale`.
    ///
    /// Interpolated between breakpoints and rounded up. A concentration that noise has pushed below zero counts as zero (our reading).
    pub(super) fn iaqi(&self, scale: &[u16], concentration: i64) -> Option<u16> {
        let mut low = (0, 0);
        for (index, breakpoint) in scale.iter().zip(&self.breakpoints) {
            let high = (i64::from(*index), self.scaled(*breakpoint));
            if concentration <= high.1 {
                let rise = (high.0 - low.0) * (concentration.max(0) - low.1);
                let run = (high.1 - low.1).max(1);
                return u16::try_from(low.0 + (rise + run - 1).div_euclid(run)).ok();
            }
            low = high;
        }
        match self.above {
            Above::Iaqi(index) => Some(index),
            Above::Item(_) => None,
        }
    }

    const fn scaled(&self, breakpoint: u32) -> i64 {
        breakpoint as i64 * 10_i64.pow(self.decimals as u32)
    }

    fn problem(&self, law: &AqiLaw) -> Option<String> {
        if law
            .items
            .iter()
            .filter(|other| other.name == self.name)
            .count()
            > 1
        {
            return Some("stands in the table more than once".to_owned());
        }
        if !(1..=24).contains(&self.hours) || !(1..=self.hours).contains(&self.hours_min) {
            return Some("`hours` must be 1 to 24, and `hours_min` 1 to `hours`".to_owned());
        }
        if self.decimals > DECIMALS_MAX {
            return Some(format!("`decimals` must be at most {DECIMALS_MAX}"));
        }
        if self.breakpoints.first() != Some(&0)
            || !(2..=law.iaqi.len()).contains(&self.breakpoints.len())
            || !ascending(&self.breakpoints)
        {
            return Some(
                "`breakpoints` must ascend from 0, at most one for each `iaqi`".to_owned(),
            );
        }
        let Above::Item(name) = &self.above else {
            return None;
        };
        let usable = law.item(name).is_some_and(|other| {
            other.property == self.property && matches!(other.above, Above::Iaqi(_))
        });
        (!usable).then(|| {
            format!("`{name}` must be an item of the same property that ends with an `iaqi`")
        })
    }
}

impl LocalDate {
    /// The date's first instant.
    pub fn start(self, zone: &Zone) -> Option<Timestamp> {
        zone.instant(self.year, self.month, self.day, 0, 0, 0)
    }
}

impl TryFrom<String> for LocalDate {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let parse = || {
            Timestamp::parse(&format!("{text}T00:00:00Z")).ok()?;
            let (year, rest) = text.split_once('-')?;
            let (month, day) = rest.split_once('-')?;
            Some(Self {
                year: year.parse().ok()?,
                month: month.parse().ok()?,
                day: day.parse().ok()?,
            })
        };
        parse().ok_or_else(|| format!("`{text}` is not a date such as 2026-03-01"))
    }
}

impl From<LocalDate> for String {
    fn from(date: LocalDate) -> Self {
        format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
    }
}

fn ascending<T: PartialOrd>(values: &[T]) -> bool {
    values.windows(2).all(|pair| pair[0] < pair[1])
}
