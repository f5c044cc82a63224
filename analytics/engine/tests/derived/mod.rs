//! One thing whose values are derived, and the tables of the test data.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;

use serde::Deserialize;
use yiping_engine::derive::Derived;
use yiping_engine::indices::AqiLaws;
use yiping_engine::{Engine, Settings};
use yiping_model::{Catalogue, Text, Thing, ThingId, Zone};

/// The text of a packed table of the test data, where those are.
pub(crate) fn table(path: &str) -> Option<String> {
    let folder = crate::data::folder()?;
    let file = std::fs::File::open(format!("{folder}/data/{path}")).expect("the table");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("a table");
    Some(text)
}

/// An engine that knows one thing, and derives by these formulas.
pub(crate) fn engine(id: &str, kind: &str, period_secs: Option<u32>, formulas: &str) -> Engine {
    #[derive(Deserialize)]
    struct File {
        derived: Vec<Derived>,
    }
    let text = |text: &str| Text {
        zh: text.into(),
        en: text.into(),
    };
    let thing = Thing {
        id: ThingId::new(id).expect("valid"),
        name: text(id),
        kind: kind.into(),
        lon: 0.0,
        lat: 0.0,
        area: None,
        properties: Vec::new(),
        period_secs,
        parent: None,
        neighbour: None,
        limits: BTreeMap::new(),
    };
    let catalogue = Catalogue {
        city: text("city"),
        zone: Zone::named("Asia/Shanghai").expect("built in"),
        areas: Vec::new(),
        properties: BTreeMap::new(),
        things: BTreeMap::from([(thing.id.clone(), thing)]),
        events: BTreeMap::new(),
    };
    let file: File = toml::from_str(formulas).expect("formulas");
    let laws = AqiLaws::default();
    Engine::new(Arc::new(catalogue), Vec::new(), laws, Settings::default())
        .deriving(file.derived, Vec::new())
}
