//! A demo from outside: its clock, its alarms, and what comes of a scenario.

use std::time::Duration;

use serde_json::Value;
use yiping_model::Timestamp;

use super::{Yiping, free_port, get, get_text, until, until_within, within};

/// How long after the truth's end the last alarm may be told, in city time: beside the two minutes of an engine that waits, the records that it may be behind.
const TOLD_WITHIN_MS: i64 = 1_800_000;

/// How long history may take to answer about what came late.
const CORRECTED_WITHIN: Duration = Duration::from_mins(1);

/// Everything that may go wrong on the way, and with devices.
pub(crate) const FAULTS: [(&str, &str); 8] = [
    ("YIPING__SIM__FAULTS__LATE", "0.02"),
    ("YIPING__SIM__FAULTS__DUPLICATED", "0.03"),
    ("YIPING__SIM__FAULTS__OUT_OF_ORDER", "0.05"),
    ("YIPING__SIM__FAULTS__SKEWED_CLOCK", "0.1"),
    ("YIPING__SIM__FAULTS__SILENT", "0.02"),
    ("YIPING__SIM__FAULTS__STUCK", "0.05"),
    ("YIPING__SIM__FAULTS__GARBAGE", "0.02"),
    ("YIPING__SIM__FAULTS__RECONNECT_STORM", "0.002"),
];

/// An alarm that has ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    pub(crate) rule: String,
    pub(crate) thing: String,
    pub(crate) property: String,
    pub(crate) started_ms: i64,
    /// `i64::MAX` when it lasts.
    pub(crate) ended_ms: i64,
}

impl Told {
    fn of(alarm: &Value, property: &str) -> Self {
        let text = |key: &str| alarm[key].as_str().unwrap_or("-").to_owned();
        let at = |key: &str| Timestamp::parse(&text(key)).map_or(i64::MAX, Timestamp::as_millis);
        Self {
            rule: text("rule"),
            thing: text("thing"),
            property: text(property),
            started_ms: at("started"),
            ended_ms: at("ended"),
        }
    }

    /// Without its times.
    pub(crate) fn what(&self) -> [&str; 3] {
        [&self.rule, &self.thing, &self.property]
    }
}

/// A demo on ports of its own; gives the port of its MQTT door too.
pub(crate) fn demo(
    folder: &tempfile::TempDir,
    more: &[&str],
    environment: &[(&str, &str)],
) -> (Yiping, u16) {
    let (port, broker) = (free_port(), free_port());
    let data = folder.path().join("data");
    let (port_text, broker_text) = (port.to_string(), broker.to_string());
    let mut arguments = vec![
        "demo",
        "--port",
        &port_text,
        "--mqtt",
        &broker_text,
        "--data-dir",
    ];
    arguments.push(data.to_str().expect("UTF-8"));
    arguments.extend(more);
    (Yiping::start(port, &arguments, environment), broker)
}

/// City time; waits for the first record, before which a new log has none.
pub(crate) fn now_ms(port: u16) -> i64 {
    let mut things = Value::Null;
    until("the clock has ticked", || {
        things = get(port, "/api/v1/things").expect("things");
        things["position"] != 0
    });
    Timestamp::parse(things["now"].as_str().expect("a time"))
        .expect("RFC 3339")
        .as_millis()
}

/// The alarms of which history knows, but for those of rules of war, of which nobody hears in peace.
pub(crate) fn alarms(port: u16) -> Vec<Value> {
    let listed = get(port, "/api/v1/alarms").expect("alarms");
    let all = listed["items"].as_array().expect("a list").iter();
    all.filter(|alarm| alarm["posture"].is_null())
        .cloned()
        .collect()
}

/// A demo of this scenario, so many times faster than life, and its truth file.
fn begin(
    folder: &tempfile::TempDir,
    scenario: &str,
    speed: &str,
    settings: &[(&str, &str)],
) -> (Yiping, Value) {
    let mut environment = vec![
        ("YIPING__SIM__HISTORY_HOURS", "1"),
        ("YIPING__SIM__QUICK_HISTORY_MINS", "5"),
    ];
    environment.extend(settings);
    let arguments = ["--scenario", scenario, "--speed", speed, "--seed", "11"];
    let (program, _door) = demo(folder, &arguments, &environment);
    let mut truth = Value::Null;
    until("the truth is written", || {
        let text =
            std::fs::read_to_string(folder.path().join("data/truth.json")).unwrap_or_default();
        truth = serde_json::from_str(&text).unwrap_or_default();
        truth.is_object()
    });
    (program, truth)
}

fn at_ms(truth: &Value, key: &str) -> i64 {
    Timestamp::parse(truth[key].as_str().expect("a time"))
        .expect("RFC 3339")
        .as_millis()
}

/// Waits until city time has come so far.
fn until_city_ms(program: &Yiping, over: i64) {
    until_within(Duration::from_hours(1), "the city has come so far", || {
        now_ms(program.port) > over
    });
}

/// Whether what was told is the truth. Silences are told by the city clock, from when the last word arrived until the next one did: the way takes its time,
/// more so at speed, and faults hold words up; so their times are so near. All others are equal.
pub(crate) fn agree(told: &[Told], expected: &[Told], silences_within_ms: i64) -> bool {
    let near = |one: &Told, other: &Told| {
        let is_silence = one.rule.ends_with("-silent");
        let within_ms = if is_silence { silences_within_ms } else { 0 };
        let near = |one: i64, other: i64| one.abs_diff(other) <= within_ms.unsigned_abs();
        one.what() == other.what()
            && near(one.started_ms, other.started_ms)
            && near(one.ended_ms, other.ended_ms)
    };
    told.len() == expected.len()
        && told
            .iter()
            .zip(expected)
            .all(|(one, other)| near(one, other))
}

/// Runs a scenario over the demo's own door; gives the alarms that were told, and those of the truth, when they agree or nothing comes of waiting. With the
/// speed `max` the city waits for whoever hears it, so that no silence comes of a busy machine.
pub(crate) fn play(
    scenario: &str,
    speed: &str,
    settings: &[(&str, &str)],
    silences_within_ms: i64,
) -> (Vec<Told>, Vec<Told>) {
    let folder = tempfile::tempdir().expect("a folder");
    let (program, truth) = begin(&folder, scenario, speed, settings);
    until_city_ms(&program, at_ms(&truth, "to") + TOLD_WITHIN_MS);
    let sorted = |alarms: &mut dyn Iterator<Item = Told>| {
        let mut rows: Vec<Told> = alarms.collect();
        rows.sort();
        rows
    };
    let expected = truth["alarms"].as_array().expect("a list");
    let expected = sorted(&mut expected.iter().map(|alarm| Told::of(alarm, "property")));
    let mut told = Vec::new();
    // What late data correct is told when history has answered, which it does by our clock, however fast the city's is.
    within(CORRECTED_WITHIN, || {
        let all = alarms(program.port);
        let held = all.iter().filter(|alarm| alarm["withdrawn"] != true);
        told = sorted(&mut held.map(|alarm| Told::of(alarm, "metric")));
        agree(&told, &expected, silences_within_ms)
    });
    (told, expected)
}

/// So many hours of a city in which nothing happens: no alarm is raised, not even one that is taken back. Gives the figures of what was said.
pub(crate) fn quiet(hours: u32) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let (program, truth) = begin(&folder, "none", "max", &[]);
    let over = at_ms(&truth, "from") + i64::from(hours) * 3_600_000;
    until_city_ms(&program, over + TOLD_WITHIN_MS);
    assert_eq!(alarms(program.port), Vec::<Value>::new());
    let figures = get_text(program.port, "/metrics").expect("figures");
    let said = figures.lines().filter(|line| {
        line.starts_with("yiping_sim_messages_") || line.starts_with("yiping_engine_observations")
    });
    let said: Vec<_> = said.collect();
    format!("{hours} h without an alarm:\n{}", said.join("\n"))
}
