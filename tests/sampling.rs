//! The sampling of a war reaches the sources: the simulated city, which asks as a gateway would, reports so often and goes back to its own period.

use serde_json::{Value, json};
use yiping_model::Timestamp;

use crate::support::access::{access, ask_as};
use crate::support::city::{alarms, demo};
use crate::support::{get, until};

/// The times of the last reports of a detector, in milliseconds from one to the next.
fn gaps(port: u16, from: &str, last: usize) -> Vec<i64> {
    let path = format!(
        "/api/v1/datastreams/gas-02:cl2/observations?from={from}&to=2100-01-01T00:00:00Z&limit=10000"
    );
    let answer = get(port, &path).expect("observations");
    let rows = answer["items"].as_array().expect("a list").iter();
    let at = |row: &Value| {
        let text = row["phenomenon_time"].as_str().expect("a time");
        Timestamp::parse(text).expect("RFC 3339").as_millis()
    };
    let mut times: Vec<i64> = rows.map(at).collect();
    times.sort_unstable();
    let gaps: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps[gaps.len().saturating_sub(last)..].to_vec()
}

#[test]
fn at_war_the_detectors_of_the_area_report_every_second_and_at_peace_as_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [
        ("YIPING__SIM__HISTORY_HOURS", "1"),
        ("YIPING__SIM__QUICK_HISTORY_MINS", "5"),
    ];
    let (program, _) = demo(&folder, &["--scenario", "none"], &settings);
    let port = program.port;
    let access = access(port);
    let (leader, source) = (access.sign_in(port, "leader"), access.source.clone());
    let mut keys = 0;
    let mut does = |path: &str, mut body: Value| -> Value {
        keys += 1;
        body["key"] = json!(format!("key-{keys}"));
        let (status, answer) = ask_as(port, "POST", path, &body, &leader).expect("an answer");
        assert_eq!(status, 200, "{path} {body}: {answer}");
        answer["incident"].clone()
    };
    let sampling = || {
        let asked = ask_as(port, "GET", "/api/v1/sampling", &Value::Null, &source);
        let (status, answer) = asked.expect("an answer");
        assert_eq!(status, 200, "{answer}");
        answer["items"].clone()
    };
    assert_eq!(sampling(), json!([]));
    let open = json!({ "title": "氯气泄漏", "class": "accident", "event_level": 2, "area": "330802", "domain": "air" });
    let incident = does("/api/v1/incidents", open);
    let id = incident["id"].as_str().expect("an id").to_owned();
    let (acts, orders) = (
        format!("/api/v1/incidents/{id}/acts"),
        format!("/api/v1/incidents/{id}/orders"),
    );
    let assessed = does(
        &acts,
        json!({ "seen": incident["version"], "act": { "type": "assess" } }),
    );
    let respond = json!({ "type": "respond", "plan": "hazardous-gas", "level": 2, "datastreams": { "cl2": "gas-02:cl2" } });
    let running = does(
        &orders,
        json!({ "seen": assessed["version"], "act": respond }),
    );
    let war = does(
        &orders,
        json!({ "seen": running["version"], "act": { "type": "to_war" } }),
    );
    let asked = sampling();
    let item = &asked[0];
    assert_eq!(
        (&item["property"], &item["area"], &item["every_secs"]),
        (&json!("cl2"), &json!("330802"), &json!(1))
    );
    let named = item["datastreams"].as_array().expect("a list");
    assert!(named.contains(&json!("gas-02:cl2")), "{named:?}");
    let since = war["at_war_since"].as_str().expect("a time").to_owned();
    until("a detector reports every second", || {
        gaps(port, &since, 6) == [1_000; 6]
    });
    does(
        &orders,
        json!({ "seen": war["version"], "act": { "type": "to_peace" } }),
    );
    assert_eq!(sampling(), json!([]));
    until("it reports every five seconds again", || {
        gaps(port, &since, 2) == [5_000; 2]
    });
    assert_eq!(alarms(port), Vec::<Value>::new());
}
