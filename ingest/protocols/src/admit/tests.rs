use std::collections::BTreeMap;

use yiping_model::{Property, Text, Thing, Zone};

use super::*;

fn text() -> Text {
    Text {
        zh: "站".into(),
        en: "station".into(),
    }
}

fn catalogue() -> Arc<Catalogue> {
    let pm25 = Property {
        id: PropertyId::new("pm25").expect("valid"),
        title: text(),
        symbol: "PM2.5".into(),
        unit: "µg/m³".into(),
        decimals: 0,
        valid: Some([0.0, 1000.0]),
        period_secs: 3600,
        windows: Vec::new(),
        quantiles: Vec::new(),
        cells: None,
        early: None,
    };
    let station = Thing {
        id: ThingId::new("station").expect("valid"),
        name: text(),
        kind: "station".into(),
        lon: 118.9,
        lat: 28.9,
        area: None,
        properties: vec![pm25.id.clone()],
        period_secs: None,
        parent: None,
        neighbour: None,
        limits: BTreeMap::new(),
    };
    Arc::new(Catalogue {
        city: text(),
        zone: Zone::named("Asia/Shanghai").expect("built in"),
        areas: Vec::new(),
        properties: BTreeMap::from([(pm25.id.clone(), pm25)]),
        things: BTreeMap::from([(station.id.clone(), station)]),
        events: BTreeMap::new(),
    })
}

fn gate(unknown: Unknown, limits: Limits) -> Gate {
    let source = SourceId::new("test").expect("valid");
    Gate::new(source, catalogue(), limits, unknown)
}

const NOW: Timestamp = Timestamp::from_secs(1_772_323_200);

fn raw(thing: &str, at: Timestamp, values: &[(&str, f64)]) -> RawReading {
    RawReading {
        index: 3,
        thing: ThingId::new(thing).expect("valid"),
        phenomenon_time: at,
        values: values
            .iter()
            .map(|&(property, value)| RawValue {
                property: PropertyId::new(property).expect("valid"),
                value,
            })
            .collect(),
    }
}

fn refused(admitted: &Admitted) -> Vec<(Disposition, Reason, u32)> {
    admitted
        .refusals
        .iter()
        .map(|refusal| (refusal.disposition, refusal.reason, refusal.items))
        .collect()
}

#[test]
fn a_value_outside_the_range_is_kept_and_marked() {
    let mut gate = gate(Unknown::Quarantine, Limits::default());
    for (value, quality) in [
        (0.0, Quality::Good),
        (1000.0, Quality::Good),
        (-0.1, Quality::OutOfRange),
        (1000.1, Quality::OutOfRange),
    ] {
        let admitted = gate.admit(raw("station", NOW, &[("pm25", value)]), NOW);
        let reading = admitted.reading.expect("admitted");
        assert_eq!(reading.values[0].quality, quality, "{value}");
        assert_eq!(reading.source.as_str(), "test");
    }
}

#[test]
fn time_is_judged_by_the_city_clock_to_the_limit_itself() {
    let mut gate = gate(Unknown::Accept, Limits::default());
    let day = 86_400;
    for (offset_secs, expected) in [
        (300, None),
        (301, Some(Reason::TimeAhead)),
        (10 * 365 * day, Some(Reason::TimeAhead)),
        (-400 * day, None),
        (-400 * day - 1, Some(Reason::TimeBehind)),
        (-10 * 365 * day, Some(Reason::TimeBehind)),
    ] {
        let at = Timestamp::from_secs(NOW.as_secs() + offset_secs);
        let admitted = gate.admit(raw("station", at, &[("pm25", 1.0), ("x", 2.0)]), NOW);
        let reason = refused(&admitted).first().copied();
        assert_eq!(
            reason,
            expected.map(|reason| (Disposition::Rejected, reason, 2)),
            "{offset_secs}"
        );
    }
}

#[test]
fn a_clock_that_counts_seconds_is_told_so() {
    let mut gate = gate(Unknown::Accept, Limits::default());
    let at = Timestamp::from_millis(NOW.as_secs());
    let admitted = gate.admit(raw("station", at, &[("pm25", 1.0)]), NOW);
    assert!(admitted.refusals[0].detail.contains("not seconds"));
    assert_eq!(admitted.refusals[0].index, 3);
}

#[test]
fn what_the_catalogue_does_not_know_is_set_aside_under_quarantine() {
    let mut gate = gate(Unknown::Quarantine, Limits::default());
    let stranger = gate.admit(raw("stranger", NOW, &[("pm25", 1.0), ("x", 1.0)]), NOW);
    assert_eq!(stranger.reading, None);
    assert_eq!(
        refused(&stranger),
        [(Disposition::Quarantined, Reason::UnknownThing, 2)]
    );
    let partly = gate.admit(raw("station", NOW, &[("pm25", 1.0), ("x", 1.0)]), NOW);
    assert_eq!(partly.reading.expect("its known part").values.len(), 1);
    assert_eq!(
        partly.refusals,
        SmallVec::<[Refusal; 1]>::from_elem(
            Refusal {
                index: 3,
                disposition: Disposition::Quarantined,
                reason: Reason::UnknownProperty,
                detail: "the catalogue does not know property `x`".into(),
                offset: None,
                items: 1,
            },
            1
        )
    );
}

#[test]
fn strangers_are_accepted_up_to_their_limit() {
    let limits = Limits {
        series_max: 2,
        ..Limits::default()
    };
    let mut gate = gate(Unknown::Accept, limits);
    let first = gate.admit(raw("a", NOW, &[("x", 1.0), ("y", 1.0), ("z", 1.0)]), NOW);
    assert_eq!(first.reading.as_ref().expect("two fit").values.len(), 2);
    assert_eq!(
        refused(&first),
        [(Disposition::Rejected, Reason::TooManySeries, 1)]
    );
    let again = gate.admit(raw("a", NOW, &[("x", 2.0)]), NOW);
    assert!(again.reading.is_some(), "a known stranger may go on");
    let catalogued = gate.admit(raw("station", NOW, &[("pm25", 1.0)]), NOW);
    assert!(
        catalogued.reading.is_some(),
        "the limit is not for catalogued things"
    );
}

#[test]
fn numbers_that_are_none_and_crowds_are_refused() {
    let limits = Limits {
        values_max: 2,
        ..Limits::default()
    };
    let mut gate = gate(Unknown::Accept, limits);
    let admitted = gate.admit(raw("station", NOW, &[("pm25", f64::NAN)]), NOW);
    assert_eq!(
        refused(&admitted),
        [(Disposition::Rejected, Reason::NotFinite, 1)]
    );
    let crowd = gate.admit(
        raw("station", NOW, &[("a", 1.0), ("b", 1.0), ("c", 1.0)]),
        NOW,
    );
    assert_eq!(
        refused(&crowd),
        [(Disposition::Rejected, Reason::TooManyValues, 3)]
    );
}

#[test]
fn a_limit_of_time_beyond_all_time_lets_everything_in() {
    let limits = Limits {
        max_ahead_secs: u32::MAX,
        max_behind_days: u32::MAX,
        ..Limits::default()
    };
    let mut gate = gate(Unknown::Accept, limits);
    let long_ago = Timestamp::from_secs(-62_135_596_800);
    let admitted = gate.admit(raw("station", long_ago, &[("pm25", 1.0)]), NOW);
    assert!(admitted.reading.is_some());
}

#[test]
fn a_device_cannot_call_itself_a_cell() {
    let mut gate = gate(Unknown::Accept, Limits::default());
    let admitted = gate.admit(raw("h3:88419a4c3bfffff", NOW, &[("pm25", 1.0)]), NOW);
    assert_eq!(admitted.reading, None);
    assert_eq!(admitted.refusals[0].reason, Reason::BadId);
}

#[test]
fn a_known_datastream_counts_once_however_its_readings_are_mixed_with_bad_ones() {
    let limits = Limits {
        series_max: 2,
        ..Limits::default()
    };
    let mut gate = gate(Unknown::Accept, limits);
    for _ in 0..3 {
        let good = gate.admit(raw("x", NOW, &[("a", 1.0)]), NOW);
        assert!(good.reading.is_some());
        let mixed = gate.admit(raw("x", NOW, &[("a", 1.0), ("b", f64::NAN)]), NOW);
        assert_eq!(mixed.refusals[0].reason, Reason::NotFinite);
    }
    let second = gate.admit(raw("y", NOW, &[("a", 1.0)]), NOW);
    assert!(second.reading.is_some());
    let third = gate.admit(raw("z", NOW, &[("a", 1.0)]), NOW);
    assert_eq!(third.refusals[0].reason, Reason::TooManySeries);
}
