use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;

use super::super::sample::{at, catalogue, id};
use super::*;
use crate::settings::{Faults, Scenario, Settings};

const START: &str = "2026-06-03T02:00:00Z";
const ASKED: &str = "2026-06-03T02:03:00Z";
const OVER: &str = "2026-06-03T02:06:00Z";
const END: &str = "2026-06-03T02:09:00Z";

fn city(faults: Faults) -> City {
    let settings = Settings {
        scenario: Scenario::Leak,
        faults,
        ..Settings::default()
    };
    City::new(&catalogue(), &settings, at(START)).unwrap()
}

fn wish(property: &str, area: &str, every_secs: u32) -> Wish {
    Wish {
        property: id(property),
        area: Some(area.to_owned()),
        datastreams: Vec::new(),
        every_secs,
    }
}

/// All that is said from start to end when this is asked for in between.
fn said(city: &City, wishes: &[Wish], asked: Timestamp, over: Timestamp) -> Vec<Message> {
    let mut messages = city.messages(at(START), at(END));
    let mut said = Vec::new();
    for (until, next) in [(asked, wishes), (over, &[]), (at(END), &[])] {
        while messages.peek_at().is_some_and(|at| at < until) {
            said.extend(messages.next());
        }
        messages.ask(next, until);
    }
    said
}

fn line(message: &Message) -> String {
    let payload = String::from_utf8_lossy(&message.payload);
    format!("{} {} {payload}", message.at, message.topic)
}

/// What is said besides the script, all of which is there as it was.
fn besides(city: &City, said: &[Message]) -> Vec<Message> {
    assert!(said.is_sorted_by_key(|message| message.at));
    let script: BTreeSet<String> = city
        .messages(at(START), at(END))
        .map(|one| line(&one))
        .collect();
    let (own, besides): (Vec<&Message>, _) =
        said.iter().partition(|one| script.contains(&line(one)));
    let own: Vec<String> = own.into_iter().map(line).collect();
    let again: Vec<String> = city
        .messages(at(START), at(END))
        .map(|one| line(&one))
        .collect();
    assert_eq!(own, again, "the script is as it was");
    besides.into_iter().cloned().collect()
}

fn times(said: &[Message], topic: &str) -> Vec<Timestamp> {
    let own = said.iter().filter(|message| &*message.topic == topic);
    own.map(|message| message.at).collect()
}

fn longest_gap(times: &[Timestamp]) -> i64 {
    let gaps = times.windows(2).map(|pair| pair[1].micros_since(pair[0]));
    gaps.max().unwrap_or(i64::MAX)
}

#[test]
fn a_detector_speaks_every_second_while_it_is_asked_and_then_as_before() {
    let city = city(Faults::default());
    let said = said(&city, &[wish("cl2", "3308", 1)], at(ASKED), at(OVER));
    let besides = besides(&city, &said);
    assert_eq!(besides.len(), 6 * 4 * 36, "four between five seconds");
    let is_of_detector = |message: &Message| message.topic.starts_with("city/air/gas-");
    assert!(besides.iter().all(is_of_detector));
    assert!(
        besides
            .iter()
            .all(|one| (at(ASKED)..=at(OVER)).contains(&one.at))
    );
    let all = times(&said, "city/air/gas-0");
    let within = |from: &str, to: &str| -> Vec<Timestamp> {
        let span = at(from)..at(to);
        all.iter().copied().filter(|at| span.contains(at)).collect()
    };
    assert_eq!(longest_gap(&within(START, ASKED)), 5_000_000);
    assert_eq!(longest_gap(&within(ASKED, OVER)), 1_000_000);
    assert_eq!(within(ASKED, OVER).len(), 180);
    assert_eq!(longest_gap(&within(OVER, END)), 5_000_000);
    assert_eq!(within(OVER, END).len(), 36);
}

#[test]
fn only_the_property_in_the_area_is_told_and_never_a_sum_twice() {
    let city = city(Faults::default());
    let one = Wish {
        area: None,
        datastreams: vec![DatastreamId::parse("st-0:so2").unwrap()],
        ..wish("so2", "", 30)
    };
    let wishes = [
        wish("pm25", "330824", 20),
        wish("rain", "3308", 1),
        // Longer than its own period, and of nothing that it has.
        wish("temperature", "3308", 600),
        wish("stage", "3308", 1),
        one,
    ];
    let besides = besides(&city, &said(&city, &wishes, at(ASKED), at(OVER)));
    let topics: BTreeSet<&str> = besides.iter().map(|one| &*one.topic).collect();
    let expected = ["city/air/st-0", "city/air/st-1", "city/air/st-4"];
    assert_eq!(topics, expected.into());
    for message in besides {
        let told: serde_json::Value = serde_json::from_slice(&message.payload).unwrap();
        let own = told["metrics"].as_object().unwrap().keys();
        let wanted = if message.topic.ends_with("st-0") {
            "so2"
        } else {
            "pm25"
        };
        assert_eq!(own.collect::<Vec<_>>(), [wanted]);
    }
}

#[test]
fn the_shortest_of_several_wishes_counts_and_what_is_asked_anew_takes_its_place() {
    let city = city(Faults::default());
    let wishes = [wish("cl2", "3308", 4), wish("cl2", "330802", 2)];
    let all = times(&said(&city, &wishes, at(ASKED), at(OVER)), "city/air/gas-3");
    let within: Vec<Timestamp> = all
        .into_iter()
        .filter(|moment| (at(ASKED)..at(OVER)).contains(moment))
        .collect();
    assert_eq!(longest_gap(&within), 2_000_000);
    // At 0, 2 and 4 s of each of its own five.
    assert_eq!(within.len(), 3 * 36);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_script_is_the_same_whatever_is_asked_and_whenever(
        every in 0_u32..70, from in 0_u64..540_000, lasts in 0_u64..300_000, faulty in any::<bool>(),
    ) {
        let rate = if faulty { 0.05 } else { 0.0 };
        let faults = Faults { silent: rate, stuck: rate, skewed_clock: rate, ..Faults::default() };
        let city = city(faults);
        let asked = at(START) + Duration::from_millis(from);
        let over = (asked + Duration::from_millis(lasts)).min(at(END));
        let wishes = [wish("cl2", "3308", every), wish("no2", "330802", every)];
        let all = said(&city, &wishes, asked, over);
        let besides = besides(&city, &all);
        prop_assert!(besides.iter().all(|one| (asked..=over).contains(&one.at)));
        let within: Vec<Timestamp> = times(&all, "city/air/gas-2")
            .into_iter()
            .filter(|moment| (asked..over).contains(moment))
            .collect();
        if !faulty && within.len() > 1 {
            prop_assert!(longest_gap(&within) <= i64::from(every.clamp(1, 5)) * 1_000_000);
        }
    }

    /// Held up, doubled, overtaken: on the way all are alike.
    #[test]
    fn what_is_on_its_way_keeps_its_order(every in 1_u32..5) {
        let rate = 0.05;
        let faults = Faults { late: rate, duplicated: rate, out_of_order: rate, garbage: rate, ..Faults::default() };
        let city = city(faults);
        let all = said(&city, &[wish("cl2", "3308", every)], at(ASKED), at(OVER));
        prop_assert!(all.is_sorted_by_key(|message| message.at));
        let script = city.messages(at(START), at(END)).count();
        let mut again: BTreeSet<String> = city.messages(at(START), at(END)).map(|one| line(&one)).collect();
        prop_assert!(all.len() > script);
        for message in &all {
            again.remove(&line(message));
        }
        prop_assert!(again.is_empty(), "missing: {again:?}");
    }
}
