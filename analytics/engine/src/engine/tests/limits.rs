use super::scenario::{engine, reading, records, run, same};
use crate::{Counts, Settings};
use yiping_model::{Body, Position, Record, Timestamp};

#[test]
fn a_datastream_beyond_the_limit_is_counted_and_the_others_go_on() {
    let mut engine = engine(Settings {
        series_max: 2,
        ..Settings::default()
    });
    let told = run(
        &mut engine,
        "08:00:00 a gas 11
         08:00:00 a level 5
         08:00:00 a noise 5
         08:00:00 b noise 5
         08:00:00 c noise 5
         08:00:01 a gas 1",
    );
    same(
        &told,
        "1.0 A raised leak a:gas 08:00:00-.. 11 extreme 11
         6.0 A returned leak a:gas 08:00:00-08:00:01 11 extreme 11",
    );
    let expected = Counts {
        counted: 3,
        over_limit: 3,
        series: 2,
        ..Counts::default()
    };
    assert_eq!(engine.counts(), expected);
}

#[test]
fn an_observation_beyond_the_limit_of_its_datastream_is_counted_until_windows_close() {
    let mut engine = engine(Settings {
        samples_max: 2,
        ..Settings::default()
    });
    let told = run(
        &mut engine,
        "08:00:00 a gas 1
         08:00:01 a gas 2
         08:00:02 a gas 50
         08:01:10 a noise 1
         08:01:11 a gas 3",
    );
    same(
        &told,
        "4.0 a:gas 10s 08:00:00 n=2/2 mean=1.5 min=1 max=2 last=2 sd=0.500",
    );
    assert_eq!(engine.counts().over_limit, 1);
    assert_eq!(engine.counts().counted, 4);
}

#[test]
fn what_cannot_be_summed_or_dated_is_unusable() {
    let mut engine = engine(Settings::default());
    for (time, value) in [
        (Timestamp::from_secs(1_772_000_000), f64::MAX),
        (Timestamp::from_secs(1_772_000_000), f64::NAN),
        (Timestamp::from_secs(1_772_000_000), f64::NEG_INFINITY),
        (Timestamp::from_micros(i64::MAX), 1.0),
        (Timestamp::from_micros(i64::MIN), 1.0),
    ] {
        engine.handle(&[Record {
            position: Position(1),
            received_at: Timestamp::from_secs(1_772_000_000),
            body: Body::Reading(reading("mqtt", "a", "gas", time, value)),
        }]);
    }
    engine.handle(&records("08:00:00 tick"));
    assert!(engine.drain().is_empty());
    assert_eq!(engine.counts().unusable, 5);
}

#[test]
fn the_largest_values_that_count_have_finite_figures() {
    let mut engine = engine(Settings::default());
    let told = run(
        &mut engine,
        "08:00:00 a gas 1e140
         08:00:01 a gas -1e140
         08:00:11 a gas -1e140
         09:00:00 a gas 0",
    );
    assert!(!told.contains("inf") && !told.contains("NaN"), "{told}");
}
