//! A small city for the tests: six stations, two weather masts, a chemical park with its fence and a school.

use std::collections::BTreeMap;

use yiping_model::{Area, Catalogue, Property, PropertyId, Text, Thing, ThingId, Timestamp, Zone};

const POLLUTANTS: [&str; 6] = ["pm25", "pm10", "so2", "no2", "co", "o3"];
const WEATHER: [&str; 6] = [
    "temperature",
    "humidity",
    "pressure",
    "wind_speed",
    "wind_direction",
    "rain",
];
/// The source is the first; the others stand around it, the school 1.5 km to the south-west.
const DETECTORS: [(&str, f64, f64); 6] = [
    ("巨化园区 1 号罐区", 118.8800, 28.8800),
    ("西南围墙", 118.8772, 28.8778),
    ("东北围墙", 118.8830, 28.8825),
    ("东南围墙", 118.8830, 28.8775),
    ("西北围墙", 118.8772, 28.8825),
    ("巨化小学", 118.8690, 28.8705),
];

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn id(text: &str) -> PropertyId {
    PropertyId::new(text).unwrap()
}

pub(crate) fn catalogue() -> Catalogue {
    let stations = (0..6).map(|index| {
        let place = (
            118.50 + 0.1 * f64::from(index),
            28.85 + 0.04 * f64::from(index),
        );
        let area = ["330802", "330824", "330881"][index as usize % 3];
        thing(
            ("st", index),
            "站",
            "station",
            place,
            area,
            (&POLLUTANTS, None),
        )
    });
    let masts = (0..2).map(|index| {
        let place = (118.70 + 0.3 * f64::from(index), 28.9);
        thing(
            ("wx", index),
            "气象",
            "weather",
            place,
            "330802",
            (&WEATHER, None),
        )
    });
    let detectors = (0_i32..).zip(DETECTORS).map(|(index, (name, lon, lat))| {
        thing(
            ("gas", index),
            name,
            "gas",
            (lon, lat),
            "330802",
            (&["cl2"], Some(5)),
        )
    });
    let things = stations.chain(masts).chain(detectors);
    Catalogue {
        city: text("衢州"),
        zone: Zone::named("Asia/Shanghai").unwrap(),
        areas: vec![Area {
            code: "330802".to_owned(),
            name: text("柯城区"),
        }],
        properties: properties(),
        things: things.map(|thing| (thing.id.clone(), thing)).collect(),
        events: BTreeMap::new(),
    }
}

fn properties() -> BTreeMap<PropertyId, Property> {
    let ids = POLLUTANTS.iter().chain(&WEATHER).chain(&["cl2"]);
    let all = ids.map(|name| Property {
        id: id(name),
        title: text(name),
        symbol: (*name).to_owned(),
        unit: if *name == "rain" { "mm" } else { "" }.to_owned(),
        decimals: match *name {
            "pm25" | "pm10" | "so2" | "no2" | "o3" | "wind_direction" => 0,
            _ => 1,
        },
        valid: (*name == "humidity").then_some([0.0, 100.0]),
        period_secs: 60,
        windows: Vec::new(),
        quantiles: Vec::new(),
        cells: None,
        early: None,
    });
    all.map(|known| (known.id.clone(), known)).collect()
}

fn thing(
    (prefix, index): (&str, i32),
    name: &str,
    kind: &str,
    (lon, lat): (f64, f64),
    area: &str,
    (properties, period_secs): (&[&str], Option<u32>),
) -> Thing {
    Thing {
        id: ThingId::new(format!("{prefix}-{index}")).unwrap(),
        name: text(name),
        kind: kind.to_owned(),
        lon,
        lat,
        area: Some(area.to_owned()),
        properties: properties.iter().map(|name| id(name)).collect(),
        period_secs,
        parent: None,
        neighbour: None,
        limits: BTreeMap::new(),
    }
}

fn text(name: &str) -> Text {
    Text {
        zh: name.to_owned(),
        en: name.to_owned(),
    }
}
