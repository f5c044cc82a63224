use proptest::prelude::*;
use yiping_model::{AlarmChange, AlarmId, Outcome};

use super::{
    BTreeMap, DatastreamId, DerivedResult, Finding, Settings, Timestamp, Told, What, at, derived,
    engine, oracle, records, settled,
};

fn story(delay_secs_max: u32) -> impl Strategy<Value = Vec<Told>> {
    let kind = prop::sample::select(vec!["taken", "taken", "called", "left"]);
    // Few times, so that much happens in the same moment.
    let secs = prop_oneof![0_u32..3600, (0_u32..60).prop_map(|n| n * 60)];
    let event =
        (kind, 0_u8..6, 0_u8..3).prop_map(|(kind, ticket, part)| What::Event(kind, ticket, part));
    let hall = (prop::sample::select(vec!["h1", "h2"]), event);
    let gauge = (
        prop::sample::select(vec!["g1", "g2"]),
        (-2_i32..12).prop_map(What::Rain),
    );
    let who = prop_oneof![hall, gauge];
    let one = (secs, 0..=delay_secs_max, who).prop_map(|(secs, delay, (thing, what))| Told {
        secs,
        delay,
        thing,
        what,
    });
    prop::collection::vec(one, 1..80)
}

fn close(
    one: &BTreeMap<(DatastreamId, Timestamp), (f64, u32)>,
    other: &BTreeMap<(DatastreamId, Timestamp), (f64, u32)>,
) -> Result<(), TestCaseError> {
    for (name, value) in one {
        prop_assert!(other.contains_key(name), "{name:?} = {value:?} is missing");
    }
    for (name, (value, inputs)) in other {
        let Some((said, of)) = one.get(name) else {
            return Err(TestCaseError::fail(format!(
                "{name:?} = {value} is too much"
            )));
        };
        let near = (value - said).abs() <= 1e-9 * value.abs().max(1.0);
        prop_assert!(
            near && inputs == of,
            "{name:?}: {said} of {of}, {value} of {inputs}"
        );
    }
    Ok(())
}

/// What a screen shows in the end, which takes each result in turn as the last value of its datastream unless it holds a newer one.
fn shown(results: &[DerivedResult]) -> BTreeMap<DatastreamId, (Timestamp, Option<f64>)> {
    let mut shown: BTreeMap<DatastreamId, (Timestamp, Option<f64>)> = BTreeMap::new();
    for result in results {
        let held = shown
            .entry(result.datastream.clone())
            .or_insert((Timestamp::MIN, None));
        if result.time >= held.0 {
            *held = (result.time, result.value);
        }
    }
    shown
}

/// The alarms that are left in the end: rule, subject, beginning and end.
fn alarms(findings: &[Finding]) -> Vec<String> {
    let mut alarms: BTreeMap<AlarmId, Option<String>> = BTreeMap::new();
    for finding in findings {
        if let Outcome::Alarm(event) = &finding.outcome {
            let said = format!(
                "{} {} {} {:?}",
                event.rule, event.subject, event.started, event.ended
            );
            let gone = matches!(event.change, AlarmChange::Withdrawn { .. });
            alarms.insert(event.alarm.clone(), (!gone).then_some(said));
        }
    }
    let mut left: Vec<String> = alarms.into_values().flatten().collect();
    left.sort();
    left
}

fn findings(told: &[Told]) -> Vec<Finding> {
    let mut engine = engine(Settings::default());
    engine.handle(&records(told));
    engine.drain()
}

fn in_order(told: &[Told]) -> Vec<Told> {
    told.iter()
        .map(|told| Told {
            delay: 0,
            ..told.clone()
        })
        .collect()
}

fn same_in_the_end(
    one: &BTreeMap<DatastreamId, (Timestamp, Option<f64>)>,
    other: &BTreeMap<DatastreamId, (Timestamp, Option<f64>)>,
) -> Result<(), TestCaseError> {
    for (name, (_, value)) in other {
        let said = one.get(name).and_then(|(_, value)| *value);
        let near = |(one, other): (f64, f64)| (one - other).abs() <= 1e-9 * other.abs().max(1.0);
        let same = said.is_some() == value.is_some() && said.zip(*value).is_none_or(near);
        prop_assert!(same, "{name}: {said:?} is shown, and not {value:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn within_the_lateness_every_order_gives_the_same_values_at_once(told in story(59)) {
        let found = findings(&told);
        let results = derived(&found);
        prop_assert!(results.iter().all(|result| result.revision == 0));
        close(&oracle::everything(&told), &settled(&results))?;
        prop_assert_eq!(alarms(&found), alarms(&findings(&in_order(&told))));
    }

    #[test]
    fn what_comes_later_ends_in_the_same_values(told in story(9_000)) {
        let found = findings(&told);
        close(&oracle::everything(&told), &settled(&derived(&found)))?;
        let straight = findings(&in_order(&told));
        prop_assert_eq!(alarms(&found), alarms(&straight));
        same_in_the_end(&shown(&derived(&found)), &shown(&derived(&straight)))?;
    }

    #[test]
    fn batches_and_restarts_change_no_byte(told in story(1_500), cuts in prop::collection::vec(0_usize..80, 0..6)) {
        let records = records(&told);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(records.len())).collect();
        cuts.extend([0, records.len()]);
        cuts.sort_unstable();
        let mut other = engine(Settings::default());
        let mut found = Vec::new();
        for part in cuts.windows(2) {
            let checkpoint = other.checkpoint().joined();
            other = engine(Settings::default());
            other.restore(&checkpoint).expect("its own");
            other.handle(&records[part[0]..part[1]]);
            found.extend(other.drain());
        }
        prop_assert_eq!(found, findings(&told));
    }

    #[test]
    fn what_is_told_twice_counts_once(told in story(30), later in 0_u32..400) {
        let again = told.iter().map(|told| Told { delay: told.delay + later, ..told.clone() });
        let twice: Vec<Told> = told.iter().cloned().chain(again).collect();
        let results = derived(&findings(&twice));
        prop_assert_eq!(settled(&results), settled(&derived(&findings(&told))));
    }
}

#[test]
fn a_hall_at_night_goes_on_telling_that_nobody_waits() {
    let told = [
        Told {
            secs: 0,
            delay: 0,
            thing: "h1",
            what: What::Event("taken", 1, 1),
        },
        Told {
            secs: 90,
            delay: 0,
            thing: "h1",
            what: What::Event("called", 1, 1),
        },
    ];
    let settled = settled(&derived(&findings(&told)));
    let waiting: Vec<f64> = settled
        .iter()
        .filter(|((name, _), _)| name.to_string() == "h1:waiting")
        .map(|(_, (value, _))| *value)
        .collect();
    assert_eq!(waiting.len(), 181);
    assert_eq!(waiting[..4], [1.0, 1.0, 0.0, 0.0]);
    assert_eq!(waiting.last(), Some(&0.0));
    assert!(settled.keys().all(|(_, time)| *time >= at("08:00:00")));
}

#[test]
fn a_thing_that_fell_silent_for_a_day_says_nothing_more() {
    let told = [Told {
        secs: 0,
        delay: 0,
        thing: "h1",
        what: What::Event("taken", 1, 1),
    }];
    let mut engine = engine(Settings::default());
    let mut records = records(&told);
    let last = records.last_mut().expect("a tick");
    last.received_at = Timestamp::parse("2036-03-01T08:00:00+08:00").expect("a time");
    engine.handle(&records);
    let results = derived(&engine.drain());
    let newest = results
        .iter()
        .map(|result| result.time)
        .max()
        .expect("some");
    assert_eq!(newest.to_string(), "2026-03-02T00:00:00Z");
    assert_eq!(engine.next_deadline(), None);
}
