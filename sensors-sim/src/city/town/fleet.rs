//! The units: some of each sort in each county, with names that say that they are invented.

use serde_json::{Value, json};
use yiping_model::{Catalogue, Timestamp, Zone};

use super::super::noise::Chance;
use super::streets::Streets;

/// Homes lie so many degrees around a thing of the county.
const AROUND: f64 = 0.02;
/// The share of those with a tracker that are out on a round; the others stand at home.
const OUT: f64 = 0.7;
/// How far off a tracker is, metres, as it says itself.
const ACCURACY_METRES: u16 = 8;
const METRES_A_DEGREE: f64 = 111_195.0;

/// A sort of units.
struct Sort {
    id: &'static str,
    zh: &'static str,
    en: &'static str,
    kind: &'static str,
    skills: &'static [&'static str],
    /// In each county.
    count: usize,
    /// How far a round leads, in streets, and how fast, kilometres an hour; none stands still and has no tracker.
    round: Option<(usize, f64)>,
    more: fn() -> Value,
}

fn nothing() -> Value {
    json!({})
}

fn shelter() -> Value {
    json!({
        "capacity": { "places": 400 },
        "stock": [
            { "item": "blankets", "name": { "zh": "毛毯", "en": "blankets" }, "unit": "条", "amount": 500 },
            { "item": "water_bottles", "name": { "zh": "瓶装水", "en": "bottles of water" }, "unit": "瓶", "amount": 2_000 },
        ],
    })
}

fn hospital() -> Value {
    json!({ "capacity": { "places": 300, "taken": 210 } })
}

fn warehouse() -> Value {
    json!({
        "stock": [
            { "item": "sandbags", "name": { "zh": "沙袋", "en": "sandbags" }, "unit": "袋", "amount": 5_000 },
            { "item": "lime_kg", "name": { "zh": "石灰", "en": "lime" }, "unit": "kg", "amount": 3_000 },
            { "item": "foam_litres", "name": { "zh": "泡沫液", "en": "foam concentrate" }, "unit": "L", "amount": 4_000 },
            { "item": "masks", "name": { "zh": "防毒面具", "en": "gas masks" }, "unit": "具", "amount": 300 },
        ],
    })
}

#[rustfmt::skip]
const SORTS: [Sort; 11] = [
    Sort { id: "fire", zh: "消防车", en: "fire engine", kind: "vehicle", skills: &["fire", "rescue"], count: 4, round: Some((5, 40.0)), more: || json!({ "pace": 120 }) },
    Sort { id: "hazmat", zh: "防化车", en: "hazmat vehicle", kind: "vehicle", skills: &["hazmat", "fire"], count: 1, round: Some((4, 40.0)), more: || json!({ "pace": 120 }) },
    Sort { id: "ambulance", zh: "救护车", en: "ambulance", kind: "vehicle", skills: &["medic"], count: 3, round: Some((5, 45.0)), more: nothing },
    Sort { id: "police", zh: "巡逻车", en: "patrol car", kind: "vehicle", skills: &["police", "traffic"], count: 4, round: Some((9, 35.0)), more: nothing },
    Sort { id: "monitoring", zh: "环境监测车", en: "monitoring vehicle", kind: "vehicle", skills: &["monitoring"], count: 1, round: Some((6, 35.0)), more: nothing },
    Sort { id: "responder-day", zh: "应急队员（白班）", en: "responder, day", kind: "person", skills: &["rescue"], count: 2, round: Some((2, 15.0)), more: || json!({ "shift": "08:00-20:00" }) },
    Sort { id: "responder-night", zh: "应急队员（夜班）", en: "responder, night", kind: "person", skills: &["rescue"], count: 2, round: Some((2, 15.0)), more: || json!({ "shift": "20:00-08:00" }) },
    Sort { id: "pump", zh: "排涝泵", en: "pump", kind: "equipment", skills: &["pump"], count: 1, round: None, more: || json!({ "pace": 150 }) },
    Sort { id: "warehouse", zh: "应急物资库", en: "warehouse", kind: "warehouse", skills: &[], count: 1, round: None, more: warehouse },
    Sort { id: "shelter", zh: "避难场所", en: "shelter", kind: "shelter", skills: &[], count: 2, round: None, more: shelter },
    Sort { id: "hospital", zh: "医院", en: "hospital", kind: "hospital", skills: &["medic"], count: 1, round: None, more: hospital },
];

/// One unit.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) id: String,
    /// As the register has it.
    pub(super) entry: Value,
    pub(super) accuracy_metres: u16,
    /// Its round; `None` when it has no tracker.
    round: Option<Round>,
    /// The hours in which a person carries a phone, minutes of the day from and to; always when `None`.
    shift: Option<[i64; 2]>,
}

/// To and fro along streets.
#[derive(Debug, Clone)]
struct Round {
    crossings: Vec<usize>,
    metres_a_sec: f64,
    /// Metres ahead at the epoch.
    ahead: f64,
    noise: Chance,
}

pub(super) fn members(catalogue: &Catalogue, streets: &Streets, chance: Chance) -> Vec<Member> {
    let mut members = Vec::new();
    for area in &catalogue.areas {
        let things = catalogue.things.values();
        let things = things.filter(|thing| thing.area.as_ref() == Some(&area.code));
        let places: Vec<[f64; 2]> = things.map(|thing| [thing.lon, thing.lat]).collect();
        if places.is_empty() {
            continue;
        }
        for sort in &SORTS {
            for number in 1..=sort.count {
                let id = format!("sim-{}-{}-{number}", area.code, sort.id);
                let chance = chance.named(&id);
                let near = places[(chance.unit(0) * places.len() as f64) as usize];
                let home = [
                    AROUND.mul_add(chance.signed(1), near[0]),
                    AROUND.mul_add(chance.signed(2), near[1]),
                ];
                let Some(home) = streets.nearest(home) else {
                    return members;
                };
                let mut entry = json!({
                    "id": id,
                    "name": {
                        "zh": format!("模拟·{}{}{number}号", area.name.zh, sort.zh),
                        "en": format!("Simulated {} {} {number}", area.name.en, sort.en),
                    },
                    "kind": sort.kind,
                    "skills": sort.skills,
                    "area": area.code,
                    "home": streets.crossing(home),
                    "tracked": sort.round.is_some(),
                });
                if let (Value::Object(entry), Value::Object(more)) = (&mut entry, (sort.more)()) {
                    entry.extend(more);
                }
                members.push(Member {
                    shift: shift(sort.id),
                    round: sort
                        .round
                        .map(|round| Round::of(round, home, streets, chance)),
                    accuracy_metres: ACCURACY_METRES,
                    id,
                    entry,
                });
            }
        }
    }
    members
}

fn shift(id: &str) -> Option<[i64; 2]> {
    match id {
        "responder-day" => Some([480, 1_200]),
        "responder-night" => Some([1_200, 480]),
        _ => None,
    }
}

impl Round {
    fn of((length, kmh): (usize, f64), home: usize, streets: &Streets, chance: Chance) -> Self {
        let is_out = chance.unit(3) < OUT;
        let crossings = if is_out {
            streets.way(home, length, chance.named("round"))
        } else {
            vec![home]
        };
        Self {
            crossings,
            metres_a_sec: kmh / 3.6,
            ahead: 20_000.0 * chance.unit(4),
            noise: chance.named("fix"),
        }
    }
}

impl Member {
    /// Where its tracker says that it is; `None` when it says nothing.
    pub(super) fn place(
        &self,
        streets: &Streets,
        zone: &Zone,
        at: Timestamp,
        secs: f64,
    ) -> Option<[f64; 2]> {
        let round = self.round.as_ref()?;
        if let Some([from, to]) = self.shift {
            let local = at.as_micros().saturating_add(zone.offset_micros(at));
            let minute = local.div_euclid(60_000_000).rem_euclid(1_440);
            let off = if from < to {
                minute < from || minute >= to
            } else {
                (to..from).contains(&minute)
            };
            if off {
                return None;
            }
        }
        let [lon, lat] = round.exact(streets, secs);
        let index = at.as_secs();
        let off = f64::from(ACCURACY_METRES) / 2.0 / METRES_A_DEGREE;
        let fine = |degrees: f64| (degrees * 1e6).round() / 1e6;
        Some([
            fine(off.mul_add(round.noise.signed(2 * index), lon)),
            fine(off.mul_add(round.noise.signed(2 * index + 1), lat)),
        ])
    }
}

impl Round {
    fn exact(&self, streets: &Streets, secs: f64) -> [f64; 2] {
        let places: Vec<[f64; 2]> = self
            .crossings
            .iter()
            .map(|at| streets.crossing(*at))
            .collect();
        let lengths: Vec<f64> = places
            .windows(2)
            .map(|pair| metres(pair[0], pair[1]))
            .collect();
        let whole: f64 = lengths.iter().sum();
        if whole <= 0.0 {
            return places[0];
        }
        let driven = self
            .metres_a_sec
            .mul_add(secs, self.ahead)
            .rem_euclid(2.0 * whole);
        let mut left = if driven > whole {
            2.0 * whole - driven
        } else {
            driven
        };
        for (pair, length) in places.windows(2).zip(&lengths) {
            if left <= *length {
                let share = left / length;
                let between = |from: f64, to: f64| (to - from).mul_add(share, from);
                return [
                    between(pair[0][0], pair[1][0]),
                    between(pair[0][1], pair[1][1]),
                ];
            }
            left -= length;
        }
        places[places.len() - 1]
    }
}

fn metres(one: [f64; 2], other: [f64; 2]) -> f64 {
    let shrink = f64::midpoint(one[1], other[1]).to_radians().cos();
    ((other[0] - one[0]) * shrink).hypot(other[1] - one[1]) * METRES_A_DEGREE
}
