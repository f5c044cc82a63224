//! The city of the packs inside the program: what it says, what goes wrong with it, and what ought to be found.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod pack;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use yiping_model::Timestamp;
use yiping_protocols::{Decoded, EventForm, EventMapping, Format, JsonMapping};
use yiping_sim::{City, Faults, Message, Messages, Scenario, Settings, Truth, TruthAlarm, truth};

use pack::rules;

const PACKS: [&str; 5] = ["air", "water", "service-hall", "video", "street"];

/// A Wednesday, 10 o'clock in Quzhou.
const MORNING: &str = "2026-06-03T02:00:00Z";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn city(change: impl FnOnce(&mut Settings), start: &str) -> City {
    pack::city_of(&PACKS, change, start)
}

fn quiet(start: &str) -> City {
    city(|_settings| {}, start)
}

fn happening(scenario: Scenario) -> City {
    city(|settings| settings.scenario = scenario, MORNING)
}

fn faults() -> Faults {
    Faults {
        late: 0.02,
        duplicated: 0.03,
        out_of_order: 0.05,
        skewed_clock: 0.1,
        silent: 0.02,
        stuck: 0.05,
        garbage: 0.02,
        reconnect_storm: 0.0,
    }
}

fn found(city: &City, packs: &[&str]) -> Truth {
    truth(
        city,
        city.start(),
        city.scenario_over().unwrap(),
        &rules(packs),
    )
}

fn of<'a>(truth: &'a Truth, rule: &str) -> Vec<&'a TruthAlarm> {
    let own = truth
        .alarms
        .iter()
        .filter(|alarm| alarm.rule.as_str() == rule);
    own.collect()
}

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
fn a_quiet_week_raises_no_alarm() {
    for (packs, start) in [
        (["water"].as_slice(), "2026-06-14T16:00:00Z"),
        (&["water"], "2026-01-11T16:00:00Z"),
        (&["service-hall"], "2026-05-31T16:00:00Z"),
        (&["video"], "2026-06-07T16:00:00Z"),
        (&["street"], "2026-06-20T16:00:00Z"),
        (&["air"], "2026-06-20T16:00:00Z"),
    ] {
        let city = quiet(start);
        let to = city.start() + Duration::from_hours(24 * 7);
        let found = truth(&city, city.start(), to, &rules(packs));
        assert_eq!(found.alarms, [], "{packs:?} from {start}");
    }
}

#[test]
fn at_any_hour_the_leak_is_red_at_the_store_and_orange_at_the_school() {
    for (seed, start) in [
        (1, "2026-06-03T02:00:00Z"),
        (1, "2026-06-03T06:30:00Z"),
        (2, "2026-06-03T11:00:00Z"),
        (3, "2026-12-03T18:00:00Z"),
    ] {
        let city = city(
            |settings| {
                settings.seed = seed;
                settings.scenario = Scenario::Leak;
            },
            start,
        );
        let found = found(&city, &["air"]);
        let extreme = |thing: &str| {
            let own = found
                .alarms
                .iter()
                .filter(|alarm| alarm.thing.as_str() == thing);
            own.map(|alarm| alarm.extreme).fold(0.0, f64::max)
        };
        let (store, school) = (extreme("gas-01"), extreme("gas-12"));
        assert!(store > 20.0, "{start}: {store} ppm at the store");
        assert!(
            (2.0..20.0).contains(&school),
            "{start}: {school} ppm at the school"
        );
        assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
    }
}

#[test]
fn a_flood_wave_travels_down_the_river_and_passes_every_gauge_later_than_the_one_above() {
    let city = happening(Scenario::Flood);
    let mut peaks: BTreeMap<String, (f64, Timestamp)> = BTreeMap::new();
    for message in city.messages(city.start(), city.scenario_over().unwrap()) {
        let Some(gauge) = message.topic.strip_prefix("city/water/stage-") else {
            continue;
        };
        let said: Value = serde_json::from_slice(&message.payload).unwrap();
        let stage = said["metrics"]["stage"].as_f64().unwrap();
        let peak = peaks.entry(gauge.to_owned()).or_insert((stage, message.at));
        if stage > peak.0 {
            *peak = (stage, message.at);
        }
    }
    let river = [
        "01", "02", "03", "04", "05", "06", "07", "17", "18", "19", "20",
    ];
    let times: Vec<Timestamp> = river
        .iter()
        .map(|number| peaks[&format!("qz-{number}")].1)
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    let hours = times[7].micros_since(times[0]) as f64 / 3.6e9;
    assert!(
        (8.0..30.0).contains(&hours),
        "{hours} h from the first gauge to Quzhou"
    );

    let found = found(&city, &["water"]);
    let reached = |rule: &str| -> BTreeSet<&str> {
        of(&found, rule)
            .iter()
            .map(|alarm| alarm.thing.as_str())
            .collect()
    };
    assert!(
        reached("stage-warning").contains("stage-qz-17"),
        "the wave reaches Quzhou"
    );
    assert!(reached("stage-guaranteed").contains("stage-qz-01"));
    // Two rivers rise outside the storm.
    for dry in ["stage-qz-10", "stage-qz-14"] {
        assert!(!reached("stage-near-warning").contains(dry));
    }
    assert!(!of(&found, "rain-red").is_empty());
    assert!(of(&found, "rain-blue").len() >= of(&found, "rain-red").len());
    assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
    for wrong in [
        "stage-stuck",
        "rain-stuck",
        "stage-silent",
        "rain-silent",
        "water-class-off-target",
    ] {
        assert_eq!(of(&found, wrong), Vec::<&TruthAlarm>::new());
    }
}

#[test]
fn the_storm_washes_the_air() {
    let dust = |scenario: Scenario| {
        let city = happening(scenario);
        let from = city.start() + Duration::from_hours(4);
        let of_kaihua = |message: &Message| message.topic.starts_with("city/air/air-330824");
        let values = city
            .messages(from, from + Duration::from_hours(1))
            .filter(of_kaihua)
            .map(|message| {
                let said: Value = serde_json::from_slice(&message.payload).unwrap();
                said["metrics"]["pm25"].as_f64().unwrap()
            });
        let (sum, count) =
            values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        sum / count
    };
    let (wet, dry) = (dust(Scenario::Flood), dust(Scenario::None));
    assert!(wet < 0.7 * dry, "{wet} µg/m³ in the storm, {dry} without");
}

#[test]
fn a_crowd_is_one_alarm_of_its_track_and_one_of_the_place() {
    let city = city(
        |settings| settings.scenario = Scenario::Crowd,
        "2026-06-03T13:30:00Z",
    );
    let found = found(&city, &["video"]);
    let told: Vec<(&str, &str)> = found
        .alarms
        .iter()
        .map(|alarm| (alarm.rule.as_str(), alarm.thing.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("crowd-dense", "cam-qz-03"),
            ("people-over-capacity", "cam-qz-03")
        ]
    );
    assert!(
        found.alarms[0].key.is_some() && found.alarms.iter().all(|alarm| alarm.ended.is_some())
    );
}

#[test]
fn a_hall_that_breaks_down_keeps_people_waiting_at_any_hour() {
    for start in [MORNING, "2026-06-03T16:30:00Z", "2026-06-06T05:00:00Z"] {
        let city = city(
            |settings| settings.scenario = Scenario::HallBreakdown,
            start,
        );
        let found = found(&city, &["service-hall"]);
        for rule in ["hall-queue-long", "hall-wait-long"] {
            let things: Vec<&str> = of(&found, rule)
                .iter()
                .map(|alarm| alarm.thing.as_str())
                .collect();
            assert_eq!(things, ["hall-kecheng-01"], "{rule} from {start}");
        }
        assert!(
            found.alarms.iter().all(|alarm| alarm.ended.is_some()),
            "{start}"
        );
        assert!(
            found
                .alarms
                .iter()
                .all(|alarm| alarm.thing.as_str() == "hall-kecheng-01")
        );
    }
}

#[test]
fn a_gateway_that_dies_is_one_alarm_and_its_posts_are_none() {
    let city = happening(Scenario::GatewayDying);
    let found = found(&city, &["street"]);
    let told: Vec<_> = found
        .alarms
        .iter()
        .map(|alarm| {
            (
                alarm.rule.as_str(),
                alarm.thing.as_str(),
                alarm.property.as_str(),
            )
        })
        .collect();
    assert_eq!(told, [("street-silent", "gw-01", "no_data")]);
    // Before it is dead it loses messages, and never two of a sensor in a row.
    let heard = |from: u64, to: u64| {
        let minute = |minutes| city.start() + Duration::from_mins(minutes);
        let of_post = |message: &Message| &*message.topic == "city/street/street-007";
        city.messages(minute(from), minute(to))
            .filter(of_post)
            .count()
    };
    assert_eq!((heard(0, 2), heard(13, 31)), (4, 0));
    assert!((11..20).contains(&heard(2, 12)), "{}", heard(2, 12));
}

#[test]
fn a_drifting_sensor_is_one_alarm() {
    let found = found(&happening(Scenario::SensorDrifting), &["street"]);
    let told: Vec<_> = found
        .alarms
        .iter()
        .map(|alarm| (alarm.rule.as_str(), alarm.thing.as_str()))
        .collect();
    assert_eq!(told, [("street-temp-drift", "street-002")]);
}

#[test]
fn waste_water_passes_two_sections_and_is_too_thin_for_the_third() {
    let found = found(&happening(Scenario::Discharge), &["water"]);
    let told: Vec<_> = found
        .alarms
        .iter()
        .map(|alarm| (alarm.rule.as_str(), alarm.thing.as_str(), alarm.extreme))
        .collect();
    // Worse than class V where class II is wanted, and IV where III is.
    assert_eq!(
        told,
        [
            ("water-class-off-target", "wq-qz-06", 6.0),
            ("water-class-off-target", "wq-qz-07", 4.0)
        ]
    );
    assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
    let hours = found.alarms[1]
        .started
        .micros_since(found.alarms[0].started) as f64
        / 3.6e9;
    assert!((3.0..7.0).contains(&hours), "{hours} h");
}

#[test]
fn a_fire_is_seen_by_two_cameras_after_somebody_has_come_and_takes_one_of_them() {
    let found = found(&happening(Scenario::Fire), &["video"]);
    let told: Vec<_> = found
        .alarms
        .iter()
        .map(|alarm| (alarm.rule.as_str(), alarm.thing.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("intrusion", "cam-qz-22"),
            ("smoke-or-fire", "cam-qz-23"),
            ("smoke-or-fire", "cam-qz-22"),
            ("camera-offline", "cam-qz-23")
        ]
    );
    assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
}

#[test]
fn a_station_fails_analyser_by_analyser_and_then_as_a_whole() {
    let found = found(&happening(Scenario::StationFailing), &["air"]);
    let told: Vec<_> = found
        .alarms
        .iter()
        .map(|alarm| {
            let what = (alarm.rule.as_str(), alarm.property.as_str());
            (alarm.thing.as_str(), what)
        })
        .collect();
    let station = "air-330802-01";
    assert_eq!(
        told,
        [
            (station, ("air-stuck", "o3")),
            (station, ("air-silent", "pm10")),
            (station, ("air-silent", "no_data"))
        ]
    );
    assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
}

#[test]
fn with_faults_the_same_alarms_are_the_truth() {
    for scenario in Scenario::ALL {
        // In a quiet city everything is looked at, so an hour of it is enough.
        let to = |city: &City| {
            city.scenario_over()
                .unwrap_or_else(|| city.start() + Duration::from_hours(1))
        };
        let of = |faults: Faults| {
            let city = city(
                |settings| {
                    settings.scenario = scenario;
                    settings.faults = faults;
                },
                MORNING,
            );
            truth(&city, city.start(), to(&city), &rules(&PACKS)).alarms
        };
        let without = of(Faults::default());
        assert_eq!(of(faults()), without, "{scenario}");
        assert_eq!(without.is_empty(), scenario == Scenario::None);
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
