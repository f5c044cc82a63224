use proptest::prelude::*;
use yiping_model::PropertyId;
use yiping_protocols::{Format, JsonMapping};

use super::sample::{at, catalogue};
use super::*;

const START: &str = "2026-06-03T02:00:00Z";
const SCHOOL: &str = "gas-5";

fn city(scenario: Scenario) -> City {
    let settings = Settings {
        scenario,
        ..Settings::default()
    };
    City::new(&catalogue(), &settings, at(START)).unwrap()
}

fn lines(messages: Messages<'_>) -> String {
    let line = |message: Message| {
        let payload = String::from_utf8(message.payload).unwrap();
        format!("{} {} {payload}\n", message.at, message.topic)
    };
    messages.map(line).collect()
}

/// The values of one property over a span, one message in `every_secs`, over all things.
fn series(city: &City, property: &str, span: [&str; 2], every_secs: u64) -> Vec<(Timestamp, f64)> {
    let measures = |sensor: &&Sensor| {
        let mut channels = sensor.channels.iter();
        channels.any(|channel| channel.property.as_str() == property)
    };
    let mut found = Vec::new();
    for sensor in city.sensors.iter().filter(measures) {
        let mut moment = sensor.first_at_or_after(at(span[0]));
        while moment < at(span[1]) {
            let values = city.reading(sensor, moment).values;
            let told = values.iter().find(|one| one.property.as_str() == property);
            found.extend(told.map(|one| (moment, one.value)));
            moment = moment + Duration::from_secs(every_secs);
        }
    }
    found
}

fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let add = |(sum, count), value| (sum + value, count + 1.0);
    let (sum, count) = values.into_iter().fold((0.0, 0.0), add);
    sum / count
}

fn mean_at_hours(series: &[(Timestamp, f64)], hours: std::ops::Range<i64>) -> f64 {
    let local_hour = |moment: Timestamp| (moment.as_secs() / 3_600 + 8) % 24;
    let within = series
        .iter()
        .filter(|(moment, _)| hours.contains(&local_hour(*moment)));
    mean(within.map(|(_, value)| *value))
}

const CHLORINE_RULES: [(&str, u8, f64, f64); 3] = [
    ("cl2-aegl1", 3, 0.5, 0.4),
    ("cl2-aegl2", 2, 2.0, 1.6),
    ("cl2-aegl3", 1, 20.0, 16.0),
];

fn rules() -> TruthPack {
    let rule = |(id, level, raise, clear)| {
        format!(
            "[[rule]]\nid = \"{id}\"\nproperty = \"cl2\"\nlevel = {level}\nthreshold = {{ direction = \"above\", raise = {raise:?}, clear = {clear:?} }}\n"
        )
    };
    toml::from_str(&CHLORINE_RULES.map(rule).concat()).unwrap()
}

#[test]
fn the_same_seed_says_the_same_bytes_for_ever() {
    let city = city(Scenario::Leak);
    let said = lines(city.messages(at(START), at("2026-06-03T02:15:00Z")));
    let digest = said.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    assert_eq!(said.lines().count(), 8 * 15 + 6 * 180);
    assert_eq!(
        digest,
        14_111_789_981_948_544_846,
        "the first line is {:?}",
        said.lines().next()
    );
}

#[test]
fn another_seed_is_another_city() {
    let settings = Settings {
        seed: 2,
        ..Settings::default()
    };
    let other = City::new(&catalogue(), &settings, at(START)).unwrap();
    let span = (at(START), at("2026-06-03T02:01:00Z"));
    let first = lines(city(Scenario::None).messages(span.0, span.1));
    assert_ne!(first, lines(other.messages(span.0, span.1)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_span_says_the_same_however_it_is_cut(mut cuts in prop::collection::vec(0_u64..900_000_000, 1..5)) {
        let city = city(Scenario::Leak);
        let (from, to) = (at("2026-06-03T01:55:00Z"), at("2026-06-03T02:10:00Z"));
        cuts.sort_unstable();
        let mut pieces = String::new();
        let mut begin = from;
        for end in cuts.iter().map(|micros| from + Duration::from_micros(*micros)).chain([to]) {
            pieces += &lines(city.messages(begin, end));
            begin = end;
        }
        prop_assert_eq!(pieces, lines(city.messages(from, to)));
    }
}

#[test]
fn messages_come_in_the_order_of_time_and_each_thing_keeps_its_period() {
    let city = city(Scenario::None);
    let messages: Vec<Message> = city
        .messages(at(START), at("2026-06-03T02:10:00Z"))
        .collect();
    assert!(messages.is_sorted_by_key(|message| message.at));
    let of = |topic: &str| -> Vec<Timestamp> {
        let own = messages.iter().filter(|message| &*message.topic == topic);
        own.map(|message| message.at).collect()
    };
    let station = of("city/air/st-0");
    assert_eq!(station.len(), 10);
    assert!(
        station
            .windows(2)
            .all(|pair| pair[1].micros_since(pair[0]) == 60_000_000)
    );
    let detector = of("city/air/gas-0");
    assert_eq!(detector.len(), 120);
    assert!(
        detector
            .windows(2)
            .all(|pair| pair[1].micros_since(pair[0]) == 5_000_000)
    );
}

#[test]
fn a_door_reads_from_the_bytes_what_the_sensor_told() {
    let city = city(Scenario::None);
    let door = Format::Json(JsonMapping::default());
    for sensor in &city.sensors {
        let moment = sensor.first_at_or_after(at(START));
        let told = city.reading(sensor, moment);
        let message = city.message(sensor, moment, |_| true).unwrap();
        let decoded = door.decode(&message.payload, Some(&message.topic), 100);
        assert!(decoded.refusals.is_empty(), "{:?}", decoded.refusals);
        let read = &decoded.readings[0];
        assert_eq!((&read.thing, read.phenomenon_time), (&told.thing, moment));
        let read: Vec<_> = read
            .values
            .iter()
            .map(|one| (&one.property, one.value))
            .collect();
        let told: Vec<_> = told
            .values
            .iter()
            .map(|one| (&one.property, one.value))
            .collect();
        assert_eq!(read, told);
    }
}

#[test]
fn a_value_has_at_most_one_decimal_more_than_is_shown() {
    let city = city(Scenario::None);
    let station = &city.messages(at(START), at("2026-06-03T02:01:00Z"));
    for line in lines(station.clone()).lines() {
        let (_, metrics) = line.split_once("\"metrics\":{").unwrap();
        for metric in metrics.trim_end_matches('}').split(',') {
            let (name, value) = metric.split_once(':').unwrap();
            let decimals = value.split_once('.').map_or(0, |(_, tail)| tail.len());
            let two = [
                "\"co\"",
                "\"temperature\"",
                "\"humidity\"",
                "\"pressure\"",
                "\"wind_speed\"",
                "\"cl2\"",
            ];
            assert!(
                decimals <= if two.contains(&name) { 2 } else { 1 },
                "{metric}"
            );
        }
    }
}

#[test]
fn a_run_begins_with_the_history_of_slow_things_and_a_little_of_quick_ones() {
    let city = city(Scenario::None);
    let of = |prefix: &str| {
        let mut own = city
            .run(at(START))
            .filter(|message| message.topic.starts_with(prefix));
        (own.next().unwrap().at, own.count() + 1)
    };
    let (first_slow, slow) = of("city/air/st-0");
    assert!(first_slow < at("2026-06-02T00:01:00Z"));
    assert_eq!(slow, 26 * 60);
    let (first_quick, quick) = of("city/air/gas-0");
    assert!(first_quick >= at("2026-06-03T01:00:00Z"));
    assert_eq!(quick, 720);
}

#[test]
fn the_air_has_the_levels_of_an_inland_city_of_zhejiang() {
    let year = ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"];
    let city = city(Scenario::None);
    for (property, means, bounds) in [
        ("pm25", 22.0..34.0, 3.0..115.0),
        ("pm10", 35.0..55.0, 6.0..200.0),
        ("so2", 4.0..9.0, 1.0..30.0),
        ("no2", 17.0..35.0, 5.0..110.0),
        ("co", 0.45..0.9, 0.2..2.0),
        ("o3", 40.0..80.0, 10.0..199.0),
        ("temperature", 15.0..20.0, -6.0..41.0),
        ("humidity", 65.0..85.0, 15.0..100.01),
        ("pressure", 995.0..1_010.0, 970.0..1_035.0),
        ("wind_speed", 1.0..2.5, 0.0..12.0),
        ("wind_direction", 0.0..360.0, 0.0..360.0),
        ("cl2", 0.0..0.1, 0.0..0.2),
    ] {
        let values: Vec<f64> = series(&city, property, year, 6 * 3_600 + 660)
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        let average = mean(values.iter().copied());
        assert!(means.contains(&average), "{property}: mean {average}");
        for value in values {
            assert!(bounds.contains(&value), "{property}: {value}");
        }
    }
}

#[test]
fn the_year_brings_the_rain_of_the_basin() {
    let city = city(Scenario::None);
    let year = ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"];
    let per_minute = mean(
        series(&city, "rain", year, 1_200)
            .into_iter()
            .map(|(_, value)| value),
    );
    let millimetres = per_minute * 60.0 * 24.0 * 365.0;
    assert!(
        (1_000.0..2_600.0).contains(&millimetres),
        "{millimetres} mm"
    );
}

#[test]
fn a_quiet_week_raises_no_alarm() {
    let city = city(Scenario::None);
    let day = (at("2026-06-01T16:00:00Z"), at("2026-06-02T16:00:00Z"));
    assert_eq!(truth(&city, day.0, day.1, &rules()).alarms, []);
    // No hour's mean reaches the concentration of an hourly AQI of 200 (HJ 633-2026, table 3).
    let limits = [
        ("pm25", 150.0),
        ("pm10", 350.0),
        ("so2", 800.0),
        ("no2", 1_200.0),
        ("co", 60.0),
        ("o3", 400.0),
    ];
    for week in [
        ["2026-01-12T00:00:00Z", "2026-01-19T00:00:00Z"],
        ["2026-06-01T00:00:00Z", "2026-06-08T00:00:00Z"],
    ] {
        for (property, limit) in limits {
            let highest = series(&city, property, week, 1_200)
                .into_iter()
                .fold(0.0_f64, |highest, (_, value)| highest.max(value));
            assert!(highest < limit, "{property}: {highest}");
        }
    }
}

#[test]
fn the_day_and_the_week_have_their_rhythm() {
    let city = city(Scenario::None);
    let month = ["2026-04-01T00:00:00Z", "2026-05-13T00:00:00Z"];
    let no2 = series(&city, "no2", month, 1_800);
    let night = mean_at_hours(&no2, 2..5);
    assert!(mean_at_hours(&no2, 7..9) > 1.2 * night);
    assert!(mean_at_hours(&no2, 17..20) > 1.1 * night);
    let o3 = series(&city, "o3", month, 1_800);
    assert!(mean_at_hours(&o3, 13..17) > 1.5 * mean_at_hours(&o3, 5..8));
    let temperature = series(&city, "temperature", month, 1_800);
    assert!(mean_at_hours(&temperature, 13..16) > mean_at_hours(&temperature, 3..6) + 4.0);
}

#[test]
fn at_the_weekend_there_is_less_traffic_in_the_air() {
    let city = city(Scenario::None);
    let year = ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"];
    let weekend = |moment: Timestamp| Moment::of(moment, &city.zone).weekend;
    let (free, working): (Vec<_>, Vec<_>) = series(&city, "no2", year, 5 * 1_800)
        .into_iter()
        .partition(|(moment, _)| weekend(*moment));
    let value = |(_, value): (Timestamp, f64)| value;
    assert!(mean(free.into_iter().map(value)) < 0.95 * mean(working.into_iter().map(value)));
}

#[test]
fn winter_brings_dust_and_summer_brings_ozone() {
    let city = city(Scenario::None);
    let winter = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"];
    let summer = ["2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"];
    let level = |property, span| {
        mean(
            series(&city, property, span, 3_660)
                .into_iter()
                .map(|one| one.1),
        )
    };
    assert!(level("pm25", winter) > 1.3 * level("pm25", summer));
    assert!(level("o3", summer) > 1.3 * level("o3", winter));
}

#[test]
fn rain_and_wind_clean_the_air() {
    let city = city(Scenario::None);
    let place = city.sensors.last().unwrap().place;
    let hours =
        (0..24 * 90).map(|hour| at("2026-03-01T00:00:00Z") + Duration::from_secs(hour * 3_600));
    let air: Vec<(Weather, f64)> = hours
        .map(|hour| {
            let moment = Moment::of(hour, &city.zone);
            let weather = city.climate.at(&moment, &place);
            (weather, Air::of(city.root, &moment, &place, weather).pm25())
        })
        .collect();
    let dust = |keep: &dyn Fn(&Weather) -> bool| {
        mean(
            air.iter()
                .filter(|(weather, _)| keep(weather))
                .map(|(_, dust)| *dust),
        )
    };
    assert!(
        dust(&|weather| weather.rain_lately > 0.5)
            < 0.85 * dust(&|weather| weather.rain_lately <= 0.0)
    );
    assert!(
        dust(&|weather| weather.wind.speed() > 2.0)
            < 0.9 * dust(&|weather| weather.wind.speed() < 1.0)
    );
}

#[test]
fn one_wind_blows_over_the_whole_city() {
    let city = city(Scenario::None);
    let masts: Vec<&Sensor> = city
        .sensors
        .iter()
        .filter(|sensor| sensor.thing.as_str().starts_with("wx"))
        .collect();
    let apart = (0..24 * 30).map(|hour| {
        let moment = Moment::of(at(START) + Duration::from_secs(hour * 3_600), &city.zone);
        let [one, other] =
            [masts[0], masts[1]].map(|mast| city.climate.at(&moment, &mast.place).wind);
        (one.east - other.east).hypot(one.north - other.north)
    });
    let apart: Vec<f64> = apart.collect();
    assert!(mean(apart.iter().copied()) < 0.5);
    assert!(apart.iter().any(|metres| *metres > 0.05));
}

#[test]
fn a_leak_is_deadly_at_the_source_and_a_few_ppm_at_the_school() {
    let city = city(Scenario::Leak);
    let found = truth(&city, city.start(), city.scenario_over().unwrap(), &rules());
    let of = |thing: &str| -> Vec<&TruthAlarm> {
        let own = found
            .alarms
            .iter()
            .filter(|alarm| alarm.thing.as_str() == thing);
        own.collect()
    };
    let began = at("2026-06-03T02:02:00Z");
    assert_eq!(of("gas-0").iter().map(|alarm| alarm.level).min(), Some(1));
    let source = of("gas-0").iter().map(|alarm| alarm.started).min().unwrap();
    assert!(source >= began && source < began + Duration::from_mins(1));
    // The fence between source and school is in the plume, the other three sides are not.
    assert_eq!(of("gas-1").iter().map(|alarm| alarm.level).min(), Some(1));
    assert_eq!(of("gas-2").len() + of("gas-3").len() + of("gas-4").len(), 0);
    let school = of(SCHOOL);
    assert_eq!(school.iter().map(|alarm| alarm.level).min(), Some(2));
    assert!(
        school
            .iter()
            .all(|alarm| (2.0..10.0).contains(&alarm.extreme))
    );
    // 1.5 km at 3.4 m/s.
    let arrived = school.iter().map(|alarm| alarm.started).min().unwrap();
    assert!(arrived > began + Duration::from_secs(440), "{arrived}");
    assert!(found.alarms.iter().all(|alarm| alarm.ended.is_some()));
}

#[test]
fn during_the_leak_the_masts_tell_a_wind_from_the_plant_to_the_school() {
    let city = city(Scenario::Leak);
    let span = ["2026-06-03T02:00:00Z", "2026-06-03T02:40:00Z"];
    // The school lies to the south-west, so the wind comes from the north-east.
    for (moment, degrees) in series(&city, "wind_direction", span, 60) {
        assert!((20.0..70.0).contains(&degrees), "{moment}: {degrees}");
    }
    for (moment, speed) in series(&city, "wind_speed", span, 60) {
        assert!((2.4..4.4).contains(&speed), "{moment}: {speed}");
    }
}

#[test]
fn before_the_leak_the_detectors_are_as_quiet_as_without_it() {
    let detectors = |city: &City| {
        let all = lines(city.messages(at("2026-06-03T01:50:00Z"), at("2026-06-03T02:02:00Z")));
        let own = all
            .lines()
            .filter(|line| line.contains("cl2"))
            .map(str::to_owned);
        own.collect::<Vec<_>>()
    };
    assert_eq!(
        detectors(&city(Scenario::Leak)),
        detectors(&city(Scenario::None))
    );
}

#[test]
fn the_truth_agrees_with_what_was_sent() {
    let city = city(Scenario::Leak);
    let (from, to) = (city.start(), city.scenario_over().unwrap());
    let door = Format::Json(JsonMapping::default());
    let mut sent: Vec<(Timestamp, f64)> = Vec::new();
    for message in city
        .messages(from, to)
        .filter(|message| message.topic.ends_with(SCHOOL))
    {
        let read = door.decode(&message.payload, None, 100).readings.remove(0);
        sent.push((read.phenomenon_time, read.values[0].value));
    }
    for (id, _level, raise, clear) in CHLORINE_RULES {
        let mut spans = Vec::new();
        let mut rest = sent.as_slice();
        while let Some(begin) = rest.iter().position(|(_, value)| *value > raise) {
            let length = rest[begin..]
                .iter()
                .position(|(_, value)| *value < clear)
                .unwrap();
            spans.push((rest[begin].0, rest[begin + length].0));
            rest = &rest[begin + length..];
        }
        let found = truth(&city, from, to, &rules()).alarms;
        let of_school = found
            .iter()
            .filter(|alarm| alarm.thing.as_str() == SCHOOL && alarm.rule.as_str() == id);
        let told: Vec<_> = of_school
            .map(|alarm| (alarm.started, alarm.ended.unwrap()))
            .collect();
        assert_eq!(told, spans, "{id}");
    }
}

#[test]
fn a_city_without_detectors_has_no_place_for_a_leak() {
    let mut catalogue = catalogue();
    catalogue.things.retain(|_, thing| thing.kind != "gas");
    let settings = Settings {
        scenario: Scenario::Leak,
        ..Settings::default()
    };
    let refused = City::new(&catalogue, &settings, at(START)).unwrap_err();
    assert!(
        refused.to_string().contains("scenario leak needs"),
        "{refused}"
    );
}

#[test]
fn a_thing_that_would_be_a_wildcard_is_refused() {
    let mut catalogue = catalogue();
    let (_, mut thing) = catalogue.things.pop_first().unwrap();
    thing.id = ThingId::new("st#1").unwrap();
    catalogue.things.insert(thing.id.clone(), thing);
    let refused = City::new(&catalogue, &Settings::default(), at(START)).unwrap_err();
    assert!(refused.to_string().contains("`st#1`"));
}

#[test]
fn a_property_without_a_model_stays_silent_and_is_named() {
    let mut catalogue = catalogue();
    let station = catalogue
        .things
        .values_mut()
        .find(|thing| thing.kind == "station")
        .unwrap();
    station.properties.push(PropertyId::new("radon").unwrap());
    let city = City::new(&catalogue, &Settings::default(), at(START)).unwrap();
    assert_eq!(city.silent(), [DatastreamId::parse("st-0:radon").unwrap()]);
    assert!(!lines(city.messages(at(START), at("2026-06-03T02:02:00Z"))).contains("radon"));
}
