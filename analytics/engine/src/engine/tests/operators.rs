//! The operators that look at several observations, against slow and obvious ones that look at all of them at once.

use std::collections::BTreeSet;

use proptest::prelude::*;
use yiping_model::Timestamp;

use super::late::play;
use super::oracle::{
    Listener, Stretch, Told, arrivals, end_of_story, long_story, settled, spans, time,
};
use super::scenario::{check, engine};
use crate::{Settings, Threshold};

/// Seconds and value, in the order of judging.
type Values = Vec<(u32, f64)>;

fn sorted(told: &[Told]) -> Values {
    let unique: BTreeSet<_> = told.iter().map(|t| (t.0, t.1, t.2)).collect();
    unique.iter().map(|t| (t.0, t.1.into())).collect()
}

/// The stretch that begins here and lasts until a value of which `ends` holds.
fn stretch(values: &[(u32, f64)], from: usize, ends: impl Fn(usize) -> bool) -> (Stretch, usize) {
    let end = (from + 1..values.len())
        .find(|i| ends(*i))
        .unwrap_or(values.len());
    let inside = values[from..end].iter().map(|(_, value)| *value);
    let extreme = inside.fold(f64::NEG_INFINITY, f64::max);
    let at = |i: usize| -> Option<Timestamp> { values.get(i).map(|(secs, _)| time(*secs)) };
    let (start, ended) = (time(values[from].0), at(end));
    ((start, ended, values[from].1, extreme), end)
}

/// Above 10 for 20 s without a value below 5, and without a pause of more than 20 s.
fn slow_lasting(told: &[Told]) -> Vec<Stretch> {
    let values = sorted(told);
    let mut alarms = Vec::new();
    let mut first = 0;
    while first < values.len() {
        let (begin, value) = values[first];
        first += 1;
        if value <= 10.0 {
            continue;
        }
        let breaks = |i: usize| values[i].1 < 5.0 || values[i].0 - values[i - 1].0 > 20;
        let until = (first..values.len()).find(|i| breaks(*i));
        let until = until.unwrap_or(values.len());
        let known = (first..until).find(|i| values[*i].0 - begin >= 20);
        first = match known {
            Some(known) => {
                let clears = |i: usize| i > known && values[i].1 < 5.0;
                let (alarm, end) = stretch(&values, first - 1, clears);
                alarms.push(alarm);
                end + 1
            }
            None => until,
        };
    }
    alarms
}

/// The change over 30 s, per hour, above 600 and not yet below 0 again.
fn slow_swift(told: &[Told]) -> Vec<Stretch> {
    let values = sorted(told);
    let change = |(secs, value): (u32, f64)| {
        let before = values.iter().filter(|(then, _)| {
            let ago = secs.saturating_sub(*then);
            (30..=60).contains(&ago)
        });
        let newest = before.clone().map(|(then, _)| *then).max()?;
        let base = before.filter(|(then, _)| *then == newest);
        let base = base.map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
        let hours = f64::from(secs - newest) / 3_600.0;
        Some((secs, (value - base) / hours))
    };
    let changes: Values = values.iter().copied().filter_map(change).collect();
    let mut alarms = Vec::new();
    let mut from = 0;
    while from < changes.len() {
        if changes[from].1 > 600.0 {
            let (alarm, end) = stretch(&changes, from, |i| changes[i].1 < 0.0);
            alarms.push(alarm);
            from = end;
        }
        from += 1;
    }
    alarms
}

/// The same value, but 0, for 20 s and three times, without a pause of more than 10 s before that is known.
fn slow_frozen(told: &[Told]) -> Vec<Stretch> {
    let values = sorted(told);
    let same = |one: usize, other: usize| values[one].1.to_bits() == values[other].1.to_bits();
    let mut alarms: Vec<Stretch> = Vec::new();
    let mut first = 0;
    while first < values.len() {
        let (begin, value) = values[first];
        let mut next = first + 1;
        while next < values.len() && same(next, first) && value.abs() > 0.0 {
            if values[next].0 - values[next - 1].0 > 10 {
                break;
            }
            if next - first >= 2 && values[next].0 - begin >= 20 {
                let (alarm, end) = stretch(&values, first, |i| !same(i, first));
                alarms.push(alarm);
                next = end;
                break;
            }
            next += 1;
        }
        first = next;
    }
    alarms
}

fn slow(property: &str, told: &[Told]) -> Vec<Stretch> {
    match property {
        "lasting" => slow_lasting(told),
        "swift" => slow_swift(told),
        _ => slow_frozen(told),
    }
}

/// Few values, so that some stay.
fn calm(mut told: Vec<Told>, property: &str) -> Vec<Told> {
    if property == "frozen" {
        for one in &mut told {
            one.1 = [0, 1, 1, 1, 2][one.1.unsigned_abs() as usize % 5];
            one.0 /= 2;
        }
    }
    told
}

fn property() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["lasting", "swift", "frozen"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn settled_alarms_do_not_depend_on_the_order_of_arrival(told in long_story(200, 60), property in property()) {
        let told = calm(told, property);
        let mut engine = engine(Settings::default());
        engine.handle(&arrivals(&told, property));
        engine.handle(&[end_of_story()]);
        let mut listener = Listener::late(property);
        listener.hear(&engine.drain());
        prop_assert_eq!(engine.counts().late, 0);
        prop_assert_eq!(settled(listener.stretches()), settled(slow(property, &told)));
    }

    #[test]
    fn at_every_moment_the_alarms_are_those_of_what_is_known(told in long_story(200, 60), property in property()) {
        let mut told = calm(told, property);
        let records = arrivals(&told, property);
        told.sort_by_key(|(secs, _, _, delay)| secs + delay);
        let mut engine = engine(Settings::default());
        let mut listener = Listener::late(property);
        for (count, record) in (1..).zip(&records) {
            engine.handle(std::slice::from_ref(record));
            listener.hear(&engine.drain());
            prop_assert_eq!(spans(&listener.stretches()), spans(&slow(property, &told[..count])));
        }
    }

    #[test]
    fn late_data_settle_to_a_full_recomputation(
        told in prop_oneof![long_story(200, 600), long_story(900, 900)],
        pauses in prop::collection::vec(0_usize..6, 1..8), property in property(),
    ) {
        let told = calm(told, property);
        let play = play(&told, property, |_| "a", &pauses);
        let mut listener = Listener::late(property);
        listener.hear(&play.findings);
        prop_assert_eq!(settled(listener.stretches()), settled(slow(property, &told)));
    }
}

#[test]
fn a_threshold_with_a_delay_raises_when_that_is_over_and_begins_with_the_first_value_beyond() {
    check(
        "08:00:00 a lasting 11
         08:00:10 a lasting 7
         08:00:19 a lasting 12
         08:00:20 a lasting 6
         08:00:25 a lasting 4",
        "4.0 A raised lasting a:lasting 08:00:00-.. 11 extreme 12
         5.0 A returned lasting a:lasting 08:00:00-08:00:25 11 extreme 12",
    );
}

#[test]
fn the_numbers_of_a_thing_decide_where_a_limit_is_named() {
    let limits = crate::Limits {
        raise: crate::rule::Bound::Own {
            limit: "warning".into(),
            offset: -0.5,
        },
        ..crate::Limits::plain(Threshold::Above {
            raise: 0.0,
            clear: 1.0,
        })
    };
    let own = [("warning".to_owned(), 3.0)].into();
    let threshold = Threshold::Above {
        raise: 2.5,
        clear: 1.0,
    };
    assert_eq!(limits.of(&own), Some(threshold));
    assert_eq!(limits.of(&std::collections::BTreeMap::new()), None);
}
