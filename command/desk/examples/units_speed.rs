//! How long a recommendation takes: `cargo run --release -p yiping-desk --example units_speed`. 5,000 units on a grid of roads of the size of Quzhou,
//! asked at places all over it, with and without a hazard.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "an example that measures and prints"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use h3o::{LatLng, Resolution};
use yiping_desk::units::{
    Hazard, Place, Register, Roads, Settings, Unit, UnitBook, UnitKind, Wish, advise,
};
use yiping_model::{
    Body, Fix, Position, Positions, Record, SourceId, Text, Timestamp, UnitId, Zone,
};

const UNITS: usize = 5_000;
const ASKED: usize = 500;
/// Crossings of a side: 150 × 150 crossings, about 900 m apart.
const SIDE: u64 = 150;
const WEST: f64 = 118.0;
const SOUTH: f64 = 28.3;
const STEP: f64 = 0.009;
const NOW: Timestamp = Timestamp::from_secs(1_772_337_600);

/// Numbers that look random and are the same each time (`SplitMix64`).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn place(&mut self) -> Place {
        let side = SIDE as f64 * STEP;
        let lon = self.share().mul_add(side, WEST);
        Place {
            lon,
            lat: self.share().mul_add(side, SOUTH),
        }
    }
}

fn roads(chance: &mut Chance) -> Result<Roads, Box<dyn std::error::Error>> {
    let at = |column: u64, row: u64| [WEST + column as f64 * STEP, SOUTH + row as f64 * STEP];
    let mut features = Vec::new();
    for column in 0..SIDE {
        for row in 0..SIDE {
            for (right, up) in [(1, 0), (0, 1)] {
                if column + right == SIDE || row + up == SIDE || chance.share() < 0.1 {
                    continue;
                }
                features.push(serde_json::json!({
                    "type": "Feature",
                    "properties": { "speed_kmh": 30 + 10 * (chance.next() % 6) },
                    "geometry": { "type": "LineString", "coordinates": [at(column, row), at(column + right, row + up)] },
                }));
            }
        }
    }
    let text = serde_json::json!({ "type": "FeatureCollection", "features": features });
    Ok(Roads::read(text.to_string().as_bytes())?)
}

fn book(
    chance: &mut Chance,
    roads: Option<Arc<Roads>>,
) -> Result<UnitBook, Box<dyn std::error::Error>> {
    let mut units = Vec::new();
    let mut fixes = Vec::new();
    for number in 0..UNITS {
        let id = UnitId::new(format!("u-{number:04}"))?;
        let name = Text {
            zh: format!("模拟{number}号"),
            en: format!("Simulated {number}"),
        };
        let skills = ["fire", "hazmat", "medic", "boat"];
        let place = chance.place();
        fixes.push(Fix {
            unit: id.clone(),
            time: NOW,
            lon: place.lon,
            lat: place.lat,
            accuracy_metres: Some(10),
        });
        units.push(Unit {
            id,
            name,
            kind: UnitKind::Vehicle,
            skills: skills[..=(chance.next() as usize % 4)]
                .iter()
                .map(|&skill| skill.to_owned())
                .collect(),
            area: None,
            home: chance.place(),
            shift: None,
            account: None,
            tracked: true,
            pace: 100,
            capacity: None,
            stock: Vec::new(),
            retired: false,
        });
    }
    let settings = Settings::default();
    let register = Register { units }.checked(settings.units_max)?;
    let mut book = UnitBook::new(register, roads, settings, Zone::named("Asia/Shanghai")?);
    let began = Instant::now();
    book.apply(&Record {
        position: Position(1),
        received_at: NOW,
        body: Body::Positions(Positions {
            source: SourceId::new("positions")?,
            fixes,
        }),
    });
    println!(
        "{UNITS} positions folded in {:.1} ms",
        millis(began.elapsed())
    );
    Ok(book)
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

fn ask(
    what: &str,
    book: &UnitBook,
    chance: &mut Chance,
    hazard: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut spans = Vec::with_capacity(ASKED);
    let mut named = 0;
    for _ in 0..ASKED {
        let place = chance.place();
        let mut wish = Wish::to(place, 5);
        wish.skills.insert("boat".into());
        if hazard {
            let near = LatLng::new(place.lat + 0.02, place.lon)?.to_cell(Resolution::Eight);
            wish.hazard = Hazard::of(near.grid_disk::<Vec<_>>(3));
        }
        let began = Instant::now();
        let advice = advise(book, &wish, NOW)?;
        spans.push(began.elapsed());
        named += advice.chosen.len() + advice.passed_over.len();
    }
    spans.sort_unstable();
    let at = |share: f64| millis(spans[(spans.len() as f64 * share) as usize]);
    let worst = spans.last().copied().unwrap_or_default();
    println!(
        "{what}: median {:.1} ms, p99 {:.1} ms, longest {:.1} ms; {named} units named in {ASKED} answers",
        at(0.5),
        at(0.99),
        millis(worst)
    );
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut chance = Chance(1);
    let began = Instant::now();
    let roads = Arc::new(roads(&mut chance)?);
    println!(
        "{} nodes, {} pieces of road, read in {:.0} ms",
        roads.nodes(),
        roads.pieces(),
        millis(began.elapsed())
    );
    let on_roads = book(&mut chance, Some(Arc::clone(&roads)))?;
    ask("by road", &on_roads, &mut chance, false)?;
    ask(
        "by road, round a hazard of 37 cells",
        &on_roads,
        &mut chance,
        true,
    )?;
    let straight = book(&mut chance, None)?;
    ask("straight", &straight, &mut chance, false)?;
    ask("straight, beside a hazard", &straight, &mut chance, true)?;
    Ok(())
}
