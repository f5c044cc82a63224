//! What sources are asked for: at peace, in one war, in several that overlap.

use proptest::prelude::*;
use yiping_model::command::Sampling;
use yiping_model::{Catalogue, PropertyId, Text, Thing, Zone};

use super::*;
use crate::command::{Asked, Sampled};

fn asks(property: &str, every_secs: u32) -> Sampling {
    Sampling {
        property: PropertyId::new(property).expect("valid"),
        every_secs,
    }
}

fn war(sampling: Vec<Sampling>) -> CommandAct {
    CommandAct::ToWar(Box::new(WarForm {
        sampling,
        ..WarForm::default()
    }))
}

fn rows(city: &City) -> Vec<(String, Option<String>, u32)> {
    let row = |asked: &Asked| {
        (
            asked.property.to_string(),
            asked.area.clone(),
            asked.every_secs,
        )
    };
    city.book.sampling().items.iter().map(row).collect()
}

fn row(property: &str, area: &str, every_secs: u32) -> (String, Option<String>, u32) {
    (property.to_owned(), Some(area.to_owned()), every_secs)
}

/// Two detectors in one district and one in another, and a gauge that stands nowhere.
fn catalogue() -> Catalogue {
    let text = |text: &str| Text {
        zh: text.into(),
        en: text.into(),
    };
    let things = [
        ("a1", Some("330803"), "cl2"),
        ("a2", Some("330803"), "cl2"),
        ("b1", Some("330802"), "cl2"),
        ("lost", None, "cl2"),
        ("g1", Some("330803"), "stage"),
    ];
    let things = things.map(|(id, area, property)| Thing {
        id: ThingId::new(id).expect("valid"),
        name: text(id),
        kind: "gas".into(),
        lon: 118.9,
        lat: 28.9,
        area: area.map(str::to_owned),
        properties: vec![PropertyId::new(property).expect("valid")],
        period_secs: Some(5),
        parent: None,
        neighbour: None,
        limits: BTreeMap::new(),
    });
    Catalogue {
        city: text("衢州市"),
        zone: Zone::named("Asia/Shanghai").expect("built in"),
        areas: Vec::new(),
        properties: BTreeMap::new(),
        things: things.map(|thing| (thing.id.clone(), thing)).into(),
        events: BTreeMap::new(),
    }
}

fn named(city: &City) -> Vec<Vec<String>> {
    let found = city.book.sampling().datastreams(&catalogue());
    let names = |(own, more): (Vec<DatastreamId>, bool)| {
        assert!(!more);
        own.iter().map(ToString::to_string).collect()
    };
    found.into_iter().map(names).collect()
}

#[test]
fn at_peace_nobody_is_asked_and_one_war_asks_until_it_is_over() {
    let mut city = City::default();
    let id = city.responding(0, Some("330803"), 2);
    assert_eq!(city.book.sampling(), &Sampled::default());
    // A war whose plan asks for nothing changes nothing, nor does what happens at peace.
    assert_eq!(city.act("li", &id, war(Vec::new())), Ok(Counts::New));
    assert_eq!(city.act("li", &id, to_peace()), Ok(Counts::New));
    assert_eq!(city.book.sampling(), &Sampled::default());
    let wishes = vec![asks("cl2", 1), asks("stage", 60)];
    assert_eq!(city.act("li", &id, war(wishes)), Ok(Counts::New));
    let began = city.book.sampling().clone();
    assert_eq!(
        rows(&city),
        [row("cl2", "330803", 1), row("stage", "330803", 60)]
    );
    assert_eq!(named(&city), [vec!["a1:cl2", "a2:cl2"], vec!["g1:stage"]]);
    let since = city.book.incident(&id).and_then(|one| one.war.as_ref());
    let since = since.expect("at war").since;
    assert!(
        began
            .items
            .iter()
            .all(|asked| asked.incident == id && asked.since == since)
    );
    // What does not change the list does not change its version.
    city.tell();
    city.raise(1, "b", Level::Blue);
    assert_eq!(city.book.sampling(), &began);
    assert_eq!(city.act("li", &id, to_peace()), Ok(Counts::New));
    let over = city.book.sampling();
    assert!(over.items.is_empty() && over.version > began.version);
    city.read_again();
}

#[test]
fn of_wars_that_overlap_the_shorter_period_counts() {
    let mut city = City::default();
    let wide = city.responding(0, Some("3308"), 2);
    let narrow = city.responding(1, Some("330803"), 1);
    let same = city.responding(2, Some("3308"), 3);
    assert_eq!(
        city.act("li", &wide, war(vec![asks("cl2", 5)])),
        Ok(Counts::New)
    );
    assert_eq!(
        city.act("li", &narrow, war(vec![asks("cl2", 1)])),
        Ok(Counts::New)
    );
    assert_eq!(
        rows(&city),
        [row("cl2", "330803", 1), row("cl2", "3308", 5)]
    );
    // Each is named once, where its period is the shortest; what stands nowhere is not asked.
    assert_eq!(named(&city), [vec!["a1:cl2", "a2:cl2"], vec!["b1:cl2"]]);
    // The same area, shorter; and then the district within asks for nothing more.
    assert_eq!(
        city.act("li", &same, war(vec![asks("cl2", 1)])),
        Ok(Counts::New)
    );
    assert_eq!(rows(&city), [row("cl2", "3308", 1)]);
    assert_eq!(city.book.sampling().items[0].incident, same);
    assert_eq!(city.act("li", &same, to_peace()), Ok(Counts::New));
    assert_eq!(city.act("li", &narrow, to_peace()), Ok(Counts::New));
    assert_eq!(rows(&city), [row("cl2", "3308", 5)]);
    city.read_again();
}

#[test]
fn an_incident_without_an_area_asks_only_what_its_alarms_speak_of() {
    let mut city = City::default();
    let id = city.responding(0, None, 2);
    assert_eq!(
        city.act("li", &id, war(vec![asks("cl2", 0)])),
        Ok(Counts::New)
    );
    assert!(rows(&city).is_empty(), "it has no alarm");
    let subject = DatastreamId::parse("lost:cl2").expect("valid");
    let origin = Origin::Alarm {
        alarm: alarm_id(7),
        subject,
    };
    let seen = city.book.incident(&id).map(|incident| incident.version);
    let attach = CommandAct::Attach(Attached {
        origins: vec![origin],
        note: String::new(),
    });
    let attach = command(Some("li"), "attach", &id, seen, attach);
    let outcome = city.append(Body::Command(attach)).expect("an act");
    assert_eq!(outcome.verdict, Ok(Counts::New));
    assert_eq!(
        rows(&city),
        [("cl2".to_owned(), None, 1)],
        "never below a second"
    );
    assert_eq!(named(&city), [vec!["lost:cl2"]]);
    city.read_again();
}

proptest! {
    /// Against the slow answer: of each datastream the shortest period that any war asks for where it stands.
    #[test]
    fn every_datastream_has_the_shortest_period_that_is_asked_for(
        wars in prop::collection::vec((0_usize..4, 0_usize..2, 1_u32..4), 0..6),
        over in prop::collection::vec(any::<bool>(), 6),
    ) {
        const PLACES: [&str; 4] = ["33", "3308", "330803", "330802"];
        const PROPERTIES: [&str; 2] = ["cl2", "stage"];
        let mut city = City::default();
        let mut lasting = Vec::new();
        for (number, (place, property, every)) in wars.into_iter().enumerate() {
            let id = city.responding(number, Some(PLACES[place]), 2);
            let begun = city.act("li", &id, war(vec![asks(PROPERTIES[property], every)]));
            prop_assert_eq!(begun, Ok(Counts::New));
            if over[number] {
                prop_assert_eq!(city.act("li", &id, to_peace()), Ok(Counts::New));
            } else {
                lasting.push((PLACES[place], PROPERTIES[property], every));
            }
        }
        let sampled = city.book.sampling();
        let catalogue = catalogue();
        let mut found = BTreeMap::new();
        for (asked, (own, _)) in sampled.items.iter().zip(sampled.datastreams(&catalogue)) {
            for datastream in own {
                let before = found.insert(datastream.to_string(), asked.every_secs);
                prop_assert_eq!(before, None, "named once");
            }
        }
        let mut expected = BTreeMap::new();
        for thing in catalogue.things.values() {
            let (area, property) = (thing.area.as_deref(), &thing.properties[0]);
            let of_it = lasting.iter().filter(|(place, of, _)| {
                *of == property.as_str() && area.is_some_and(|area| area.starts_with(place))
            });
            if let Some(every) = of_it.map(|(_, _, every)| *every).min() {
                expected.insert(format!("{}:{property}", thing.id), every);
            }
        }
        prop_assert_eq!(found, expected);
        city.read_again();
    }
}
