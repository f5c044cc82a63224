//! The city of the packs inside the program: what it says, what goes wrong with it, and what ought to be found.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod pack;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use yiping_model::Timestamp;
use yiping_protocols::{Decoded, EventForm, EventMapping, Format, JsonMapping};
use yiping_sim::{City, Faults, Message, Messages, Scenario};

use pack::{MORNING, PACKS, at, city, faults, quiet};

fn line(message: &Message) -> (Timestamp, String, Vec<u8>) {
    (
        message.at,
        message.topic.to_string(),
        message.payload.clone(),
    )
}

fn lines(messages: Messages<'_>) -> Vec<(Timestamp, String, Vec<u8>)> {
    messages.map(|message| line(&message)).collect()
}

/// What the door of a topic makes of a message.
fn decoded(message: &Message) -> Decoded {
    let event = |form| Format::Event(EventMapping::new(form, JsonMapping::default()));
    let door = match &*message.topic {
        topic if topic.starts_with("city/video/detections/") => event(EventForm::Detection),
        topic if topic.starts_with("city/hall/tickets/") => event(EventForm::Ticket),
        _ => Format::Json(JsonMapping::default()),
    };
    door.decode(&message.payload, Some(&message.topic), 100)
}

#[test]
fn the_city_has_its_things_and_every_datastream_is_heard() {
    let city = quiet(MORNING);
    assert_eq!(city.silent(), []);
    let catalogue = pack::catalogue(&PACKS);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for thing in catalogue.things.values() {
        *kinds.entry(&thing.kind).or_default() += 1;
        for other in [&thing.parent, &thing.neighbour].into_iter().flatten() {
            assert!(
                catalogue.things.contains_key(other),
                "{} names {other}",
                thing.id
            );
        }
    }
    let expected = [
        ("camera", 30),
        ("gas", 12),
        ("gateway", 10),
        ("hall", 8),
        ("rain_gauge", 20),
        ("stage_gauge", 20),
        ("station", 60),
        ("street", 200),
        ("weather", 6),
        ("wq_section", 8),
    ];
    assert_eq!(kinds, expected.into());
    let spoke: BTreeSet<String> = city
        .messages(city.start(), city.start() + Duration::from_mins(10))
        .filter_map(|message| message.topic.rsplit('/').next().map(str::to_owned))
        .collect();
    assert_eq!(spoke.len(), catalogue.things.len());
}

#[test]
fn every_message_is_read_by_its_door_and_names_only_what_the_catalogue_knows() {
    let city = quiet(MORNING);
    let catalogue = pack::catalogue(&PACKS);
    let mut kinds = BTreeSet::new();
    for message in city.messages(city.start(), city.start() + Duration::from_mins(30)) {
        let read = decoded(&message);
        assert!(
            read.refusals.is_empty(),
            "{}: {:?}",
            message.topic,
            read.refusals
        );
        assert_eq!(
            read.readings.len() + read.events.len(),
            1,
            "{}",
            message.topic
        );
        for event in read.events {
            assert_eq!(event.phenomenon_time, message.at);
            let known = &catalogue.events[event.kind.as_str()];
            assert!(
                event
                    .values
                    .iter()
                    .all(|value| known.properties.contains(&value.property))
            );
            kinds.insert(event.kind.to_string());
        }
    }
    for kind in ["taken", "called", "begun", "ended", "rated", "vehicle"] {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
}

#[test]
fn the_same_seed_says_the_same_bytes_for_ever() {
    let city = city(
        |settings| {
            settings.scenario = Scenario::HallBreakdown;
            settings.faults = faults();
        },
        MORNING,
    );
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let mut count = 0;
    for message in city.messages(city.start(), city.start() + Duration::from_mins(10)) {
        for byte in message.topic.bytes().chain(message.payload.iter().copied()) {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        count += 1;
    }
    assert_eq!((count, digest), (7_219, 11_802_676_182_631_222_422));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_span_says_the_same_however_it_is_cut(mut cuts in prop::collection::vec(0_u64..420_000_000, 1..4), broken in any::<bool>()) {
        let city = city(|settings| {
            settings.scenario = Scenario::HallBreakdown;
            if broken {
                settings.faults = faults();
            }
        }, MORNING);
        let (from, to) = (city.start(), city.start() + Duration::from_mins(7));
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut begin = from;
        for end in cuts.iter().map(|micros| from + Duration::from_micros(*micros)).chain([to]) {
            pieces.extend(lines(city.messages(begin, end)));
            begin = end;
        }
        prop_assert_eq!(pieces, lines(city.messages(from, to)));
    }
}

#[test]
fn faults_of_the_way_lose_nothing_and_garbage_is_refused() {
    let without = quiet(MORNING);
    let with = city(
        |settings| {
            settings.faults = Faults {
                skewed_clock: 0.0,
                silent: 0.0,
                stuck: 0.0,
                ..faults()
            };
        },
        MORNING,
    );
    let (from, to) = (without.start(), without.start() + Duration::from_mins(20));
    // What was said in the first ten minutes has arrived after twenty.
    let said: BTreeSet<_> = without
        .messages(from, from + Duration::from_mins(10))
        .map(|message| (message.topic.to_string(), message.payload))
        .collect();
    let (mut missing, mut good, mut garbage, mut late, mut again) = (said.clone(), 0, 0, 0, 0);
    for message in with.messages(from, to) {
        let read = decoded(&message);
        if !read.refusals.is_empty() {
            assert!(read.readings.is_empty() && read.events.is_empty());
            garbage += 1;
            continue;
        }
        good += 1;
        let when = read.readings.first().map(|reading| reading.phenomenon_time);
        let when = when.or_else(|| read.events.first().map(|event| event.phenomenon_time));
        let held_up = message.at.micros_since(when.unwrap());
        assert!((0..=630_000_000).contains(&held_up), "{held_up} µs");
        late += usize::from(held_up > 60_000_000);
        let key = (message.topic.to_string(), message.payload);
        again += usize::from(said.contains(&key) && !missing.remove(&key));
    }
    assert_eq!(missing, BTreeSet::new());
    for (what, count, rate) in [
        ("garbage", garbage, 0.02),
        ("late", late, 0.018),
        ("again", 2 * again, 0.03),
    ] {
        let share = f64::from(u32::try_from(count).unwrap()) / f64::from(good);
        assert!((0.4 * rate..2.0 * rate).contains(&share), "{what}: {share}");
    }
}

#[test]
fn what_is_on_its_way_through_a_dead_gateway_comes_when_it_is_back() {
    let with = |faults: Faults| {
        city(
            |settings| {
                settings.scenario = Scenario::GatewayDying;
                settings.faults = faults;
            },
            MORNING,
        )
    };
    let late = Faults {
        late: 0.1,
        ..faults()
    };
    let (plain, held_up) = (with(Faults::default()), with(late));
    let minute = |minutes| plain.start() + Duration::from_mins(minutes);
    let heard = |city: &City, from, to| {
        let of_post = |message: &Message| message.topic.contains("/street-00");
        let own = city.messages(minute(from), minute(to)).filter(of_post);
        own.map(|message| line(&message)).collect::<Vec<_>>()
    };
    let all = heard(&held_up, 0, 60);
    let dead = minute(12)..minute(32);
    assert!(all.iter().all(|line| !dead.contains(&line.0)));
    let waited = all.iter().filter(|line| line.0 == dead.end).count();
    assert!(waited > 0, "something was on its way");
    let payloads: BTreeSet<_> = all.iter().map(|line| &line.2).collect();
    let lost = heard(&plain, 0, 45)
        .into_iter()
        .filter(|line| !payloads.contains(&line.2));
    assert_eq!(lost.count(), 0);
    let after = all.iter().filter(|line| line.0 >= dead.end);
    assert!(after.eq(&heard(&held_up, 32, 60)));
}

#[test]
fn faults_of_a_device_skip_repeat_and_mistake_the_time() {
    let with = |change: fn(&mut Faults)| city(|settings| change(&mut settings.faults), MORNING);
    let hour =
        |city: &City| lines(city.messages(city.start(), city.start() + Duration::from_hours(1)));
    let ordinary = hour(&quiet(MORNING));
    let fewer = hour(&with(|faults| faults.silent = 0.05)).len();
    let share = 1.0 - fewer as f64 / ordinary.len() as f64;
    assert!((0.03..0.06).contains(&share), "{share} is silent");
    let same: BTreeSet<_> = ordinary.iter().collect();
    for change in [
        |faults: &mut Faults| faults.stuck = 0.05,
        |faults: &mut Faults| faults.skewed_clock = 0.05,
    ] {
        let bent = hour(&with(change));
        assert_eq!(bent.len(), ordinary.len());
        let others = bent.iter().filter(|line| !same.contains(line)).count() as f64;
        let share = others / ordinary.len() as f64;
        assert!((0.02..0.09).contains(&share), "{share} differ");
    }
}

/// The events of a hall over a span, as they are sent: kind, ticket, window, grade.
fn tickets(city: &City, hall: &str, from: &str, to: &str) -> Vec<(Timestamp, String, String)> {
    let topic = format!("city/hall/tickets/{hall}");
    let own = city
        .messages(at(from), at(to))
        .filter(|message| *message.topic == *topic);
    own.map(|message| {
        let said: Value = serde_json::from_slice(&message.payload).unwrap();
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        (message.at, text("event"), text("ticket"))
    })
    .collect()
}

#[test]
fn every_ticket_of_a_day_is_called_served_or_left_and_the_hall_closes_as_it_opened() {
    let city = quiet("2026-06-03T00:00:00Z");
    let day = tickets(
        &city,
        "hall-kecheng-01",
        "2026-06-02T16:00:00Z",
        "2026-06-03T16:00:00Z",
    );
    let mut lives: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (_at, event, ticket) in day.iter().filter(|(_, _, ticket)| !ticket.is_empty()) {
        lives.entry(ticket).or_default().push(event);
    }
    assert!((250..700).contains(&lives.len()), "{} tickets", lives.len());
    for (ticket, life) in &lives {
        let known = [
            ["taken", "called", "begun", "ended"].as_slice(),
            &["taken", "called", "begun", "ended", "rated"],
            &["taken", "called", "left"],
            &["taken", "left"],
        ];
        assert!(known.contains(&life.as_slice()), "{ticket}: {life:?}");
    }
    let count = |kind: &str| day.iter().filter(|(_, event, _)| event == kind).count();
    assert_eq!(count("opened"), count("closed"));
    assert!(count("rated") * 3 > count("ended"));
    // On a Sunday nobody sits.
    assert_eq!(
        tickets(
            &city,
            "hall-kecheng-01",
            "2026-06-06T16:00:00Z",
            "2026-06-07T16:00:00Z"
        ),
        []
    );
}
