//! Late data through the whole program: what comes after its windows were told and its alarms were raised corrects them, everywhere.

use crate::support;

use serde_json::{Value, json};
use support::{Yiping, free_port, post, until};
use tokio_tungstenite::tungstenite;
use yiping_model::Timestamp;

const MINUTE_MS: i64 = 60_000;

/// A centre that takes what comes by HTTP, and asks history for what came late at once.
fn centre(folder: &tempfile::TempDir) -> Yiping {
    let port = free_port();
    let settings = folder.path().join("yiping.toml");
    let text = format!(
        "[data]\ndir = \"{}\"\n[ingest]\nunknown = \"accept\"\n[engine]\nrecall_gather_secs = 0\n[server]\nlisten = \"127.0.0.1:{port}\"\n",
        folder.path().join("data").display(),
    );
    std::fs::write(&settings, text).expect("written");
    let settings = settings.to_str().expect("UTF-8").to_owned();
    Yiping::start(port, &["run", "--config", &settings], &[])
}

fn city_ms(program: &Yiping) -> i64 {
    let mut things = Value::Null;
    until("the clock has ticked", || {
        things = program.get("/api/v1/things");
        things["position"] != 0
    });
    Timestamp::parse(things["now"].as_str().expect("a time"))
        .expect("RFC 3339")
        .as_millis()
}

fn say(program: &Yiping, readings: &[(i64, f64)]) {
    let readings: Vec<Value> = readings
        .iter()
        .map(|(at, ppm)| json!({"id": "gas-x", "ts": at, "metrics": {"cl2": ppm}}))
        .collect();
    let (status, answer) = post(
        program.port,
        "/api/v1/observations",
        &json!(readings).to_string(),
    )
    .expect("an answer");
    assert_eq!(status, 202, "{answer}");
}

fn rows(program: &Yiping, path: &str) -> Vec<Value> {
    program.get(path)["items"]
        .as_array()
        .expect("a list")
        .clone()
}

fn minutes(program: &Yiping) -> Vec<Value> {
    rows(program, "/api/v1/windows?thing=gas-x&length=1m")
}

/// The alarm of this rule, when there is one.
fn alarm(program: &Yiping, rule: &str) -> Option<Value> {
    let mut alarms = rows(program, "/api/v1/alarms").into_iter();
    alarms.find(|alarm| alarm["rule"] == rule)
}

fn rfc3339(ms: i64) -> Value {
    json!(Timestamp::from_millis(ms))
}

/// Hears the live feed until an alarm of this rule is shown as corrected.
fn hear_correction(program: &Yiping, rule: &str, act: impl FnOnce()) -> Value {
    let token = &support::access::access(program.port).listener;
    let url = format!(
        "ws://127.0.0.1:{}/api/v1/live?scene=wall&token={token}",
        program.port
    );
    let (mut socket, _) = tungstenite::connect(url).expect("the feed answers");
    let first = socket.read().expect("a snapshot");
    assert!(first.to_text().expect("text").contains("snapshot"));
    act();
    loop {
        let message = socket
            .read()
            .expect("the feed goes on: a frame comes every second");
        let Ok(text) = message.to_text() else {
            continue;
        };
        let Ok(message) = serde_json::from_str::<Value>(text) else {
            continue;
        };
        let alarms = message["alarms"].as_array().cloned().unwrap_or_default();
        let corrected = |alarm: &Value| alarm["rule"] == rule && alarm["corrected"] == json!(true);
        if let Some(alarm) = alarms.into_iter().find(corrected) {
            return alarm;
        }
    }
}

#[test]
fn late_data_corrects_windows_and_alarms_on_every_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = centre(&folder);
    let start = (city_ms(&program) / MINUTE_MS - 30) * MINUTE_MS;
    let at = |secs: i64| start + secs * 1_000;
    say(
        &program,
        &[
            (at(0), 0.1),
            (at(60), 0.1),
            (at(120), 1.0),
            (at(180), 0.9),
            (at(600), 0.1),
            (at(700), 0.1),
        ],
    );
    until("the minutes are told and the alarm has returned", || {
        minutes(&program).len() == 4
            && alarm(&program, "cl2-aegl1").is_some_and(|alarm| alarm["ended"] == rfc3339(at(600)))
    });
    let first = alarm(&program, "cl2-aegl1").expect("raised");
    assert_eq!(first["started"], rfc3339(at(120)));
    assert_eq!(
        (&first["corrected"], &first["before"]),
        (&json!(false), &Value::Null)
    );

    // Twice, as after a lost acknowledgement; and a late copy of what came in time.
    let late = [(at(90), 1.9), (at(90), 1.9), (at(0), 0.1)];
    let heard = hear_correction(&program, "cl2-aegl1", || say(&program, &late));
    assert_eq!(heard["started_ms"], json!(at(90)));
    assert_eq!(heard["before"]["started_ms"], json!(at(120)));
    assert_eq!(heard["extreme"], json!(1.9));

    until("history has the revision", || {
        minutes(&program)[1]["revision"] == 1
    });
    let told = minutes(&program);
    let figures = |row: &Value| {
        (
            row["revision"].clone(),
            row["count"].clone(),
            row["max"].clone(),
        )
    };
    assert_eq!(
        figures(&told[0]),
        (json!(0), json!(1), json!(0.1)),
        "a late copy corrects nothing"
    );
    assert_eq!(figures(&told[1]), (json!(1), json!(2), json!(1.9)));
    assert_eq!(figures(&told[2]), (json!(0), json!(1), json!(1.0)));
    let corrected = alarm(&program, "cl2-aegl1").expect("still there");
    assert_eq!(
        (&corrected["id"], &corrected["corrected"]),
        (&first["id"], &json!(true))
    );
    assert_eq!(
        (&corrected["started"], &corrected["ended"]),
        (&rfc3339(at(90)), &first["ended"])
    );
    assert_eq!(corrected["before"]["started"], first["started"]);
}
