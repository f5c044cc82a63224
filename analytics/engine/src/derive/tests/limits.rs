use yiping_model::{DerivedResult, PropertyId};

use super::{
    AqiLaws, Arc, Body, Derived, Engine, File, Position, Record, Settings, Told, What, at, body,
    catalogue, derived, engine, property_id, records, time, vectors,
};

fn rain(secs: u32, value: i32) -> Told {
    Told {
        secs,
        delay: 0,
        thing: "g1",
        what: What::Rain(value),
    }
}

#[test]
fn what_is_older_than_late_truth_reaches_is_counted_and_changes_nothing() {
    let event = |secs, delay| Told {
        secs,
        delay,
        thing: "h1",
        what: What::Event("taken", 1, 1),
    };
    let mut engine = engine(Settings::default());
    engine.handle(&records(&[event(0, 0), event(200_000, 0)]));
    assert!(!engine.drain().is_empty());
    let late = Record {
        position: Position(100),
        received_at: time(200_100),
        body: body(&event(60, 0)),
    };
    engine.handle(std::slice::from_ref(&late));
    let tick = Record {
        position: Position(101),
        received_at: time(200_200),
        body: Body::Tick,
    };
    engine.handle(&[tick]);
    let counts = engine.counts().events;
    assert_eq!((counts.counted, counts.late, counts.too_late), (2, 0, 1));
    assert!(
        derived(&engine.drain())
            .iter()
            .all(|result| result.revision == 0)
    );
}

#[test]
fn where_room_is_short_what_only_late_truth_needs_is_forgotten_first() {
    let told: Vec<Told> = (0..360).map(|nth| rain(nth * 600, 1)).collect();
    let settings = Settings {
        samples_max: 200,
        ..Settings::default()
    };
    let mut engine = engine(settings);
    engine.handle(&records(&told)[..360]);
    let results = derived(&engine.drain());
    assert_eq!(engine.counts().over_limit, 0);
    let sums: Vec<&DerivedResult> = results
        .iter()
        .filter(|result| result.datastream.property.as_str() == "sum_10m")
        .collect();
    assert!(sums.len() > 3_000);
    assert!(sums.iter().all(|sum| sum.value == Some(1.0)));
}

#[test]
fn beyond_the_limit_an_input_is_counted_and_drives_nothing() {
    let told: Vec<Told> = (0..30).map(|nth| rain(nth, 1)).collect();
    let settings = Settings {
        samples_max: 20,
        ..Settings::default()
    };
    let mut engine = engine(settings);
    engine.handle(&records(&told));
    assert_eq!(engine.counts().over_limit, 10);
    let results = derived(&engine.drain());
    let first = results.iter().find(|result| result.time == at("08:01:00"));
    assert_eq!(first.map(|sum| sum.inputs), Some(20));
}

#[test]
fn a_class_is_that_of_the_worst_item_and_names_it() {
    let formulas = r#"
        [[derived]]
        id = "water_class"
        kind = "gauge"
        every = "1m"
        class = { law = "gb3838", of = ["do", "nh3n", "tp"], length = "10m" }
    "#;
    let file: File = toml::from_str(formulas).expect("formulas");
    let (laws, derivations): (_, Vec<Derived>) = (vec![vectors::law()], file.derived);
    let catalogue = Arc::new(catalogue());
    let mut engine = Engine::new(
        catalogue,
        Vec::new(),
        AqiLaws::default(),
        Settings::default(),
    )
    .deriving(derivations, laws);
    let mut records = records(&[rain(10, 0)]);
    if let Body::Reading(reading) = &mut records[0].body {
        let measured = reading.values[0].clone();
        reading.values = [("do", 6.4), ("nh3n", 0.9)]
            .map(|(of, value)| yiping_model::Measured {
                property: property_id(of),
                value,
                ..measured.clone()
            })
            .into_iter()
            .collect();
    }
    engine.handle(&records);
    let said = derived(&engine.drain());
    let because = said[0].because.as_ref().map(PropertyId::as_str);
    assert_eq!(
        (said[0].value, because, said[0].inputs),
        (Some(3.0), Some("nh3n"), 2)
    );
    // After ten minutes nothing is known any more; that is told once.
    assert_eq!((said.len(), said[10].value), (11, None));
}
