//! A drill by the whole program, beside a source that is real: what is marked, what it is worth, and that nothing real knows of it.

use crate::support;

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};
use support::access::{access, ask_as};
use support::city::{demo, now_ms};
use support::{Yiping, get, post, until};
use yiping_model::Timestamp;

/// People at one program.
struct Seats {
    program: Yiping,
    keys: u32,
    people: BTreeMap<&'static str, String>,
    /// What was really measured: when, and how much.
    posted: Vec<(i64, f64)>,
}

impl Seats {
    fn new(program: Yiping) -> Self {
        let mut seats = Self {
            program,
            keys: 0,
            people: BTreeMap::new(),
            posted: Vec::new(),
        };
        seats.sign_in();
        seats
    }

    fn sign_in(&mut self) {
        let port = self.program.port;
        let sign_in = |name| (name, access(port).sign_in(port, name));
        self.people = ["officer", "leader", "commander", "field"]
            .map(sign_in)
            .into();
    }

    fn ask(&self, who: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let answer = ask_as(self.program.port, method, path, body, &self.people[who]);
        answer.expect("the program answers")
    }

    fn read(&self, path: &str) -> Value {
        let (status, answer) = self.ask("leader", "GET", path, &Value::Null);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    fn refused(&self, who: &str, path: &str, body: &Value, status: u16, code: &str) {
        let (found, answer) = self.ask(who, "POST", path, body);
        assert_eq!(
            (found, answer["error"]["code"].as_str()),
            (status, Some(code)),
            "{who} {path}: {answer}"
        );
    }

    fn does(&mut self, who: &str, path: &str, mut body: Value) -> Value {
        self.keys += 1;
        body["key"] = json!(format!("key-{}", self.keys));
        let (status, answer) = self.ask(who, "POST", path, &body);
        assert_eq!(status, 200, "{who} {path} {body}: {answer}");
        answer
    }

    /// An act under the version that the incident has in the drill.
    fn acts(&mut self, who: &str, incident: &str, kind: &str, act: &Value) -> Value {
        let path = format!("/drill/api/v1/incidents/{incident}");
        let seen = self.read(&path)["incident"]["version"].clone();
        let body = json!({ "seen": seen, "act": act });
        self.does(who, &format!("{path}/{kind}"), body)
    }

    /// The real sensor says something.
    fn measures(&mut self, value: f64) {
        let now = now_ms(self.program.port);
        let reading = json!({ "id": "gas-01", "ts": now, "metrics": { "cl2": value } });
        let said = post(
            self.program.port,
            "/api/v1/observations",
            &reading.to_string(),
        );
        assert_eq!(said.expect("an answer").0, 202);
        self.posted.push((now, value));
    }

    /// The alarms of this world by the rule that matters here, as far as time alone does not change them.
    fn alarms(&self, world: &str) -> Vec<Value> {
        let alarms = get(self.program.port, &format!("{world}/api/v1/alarms")).expect("alarms");
        let alarms = alarms["items"].as_array().expect("a list").iter();
        let alarms = alarms.filter(|alarm| alarm["rule"] == "cl2-aegl2");
        let kept = [
            "id",
            "number",
            "rule",
            "thing",
            "started",
            "value",
            "acknowledged",
        ];
        alarms
            .map(|alarm| kept.map(|key| (key.to_owned(), alarm[key].clone())))
            .map(|fields| Value::Object(fields.into_iter().collect()))
            .collect()
    }
}

fn ledger(folder: &tempfile::TempDir, command: &str, more: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_yiping"))
        .args(["ledger", command])
        .arg(folder.path().join("data"))
        .args(more)
        .output()
        .expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// From the first alarm of the leak to tasks that are signed; the incident.
fn command_the_leak(seats: &mut Seats) -> String {
    let mut leak = Value::Null;
    until("the leak is found in the drill", || {
        leak = seats.alarms("/drill").first().cloned().unwrap_or_default();
        !leak.is_null()
    });
    let (id, thing) = (
        leak["id"].as_str().expect("an id").to_owned(),
        leak["thing"].as_str().expect("a thing").to_owned(),
    );
    let ack = |seats: &Seats| {
        let shown = seats.read(&format!("/drill/api/v1/alarms/{id}/shown"));
        let seen = json!({ "position": shown["position"], "digest": shown["digest"] });
        json!({ "note": "演练签收", "seen": seen })
    };
    let path = format!("/api/v1/alarms/{id}/ack");
    let (status, _) = seats.ask("officer", "POST", &path, &ack(seats));
    assert_eq!(status, 404, "in the real city there is no such alarm");
    until("it is acknowledged as it is shown", || {
        let inside = format!("/drill{path}");
        seats.ask("officer", "POST", &inside, &ack(seats)).0 == 200
    });
    let subject = format!("{thing}:cl2");
    let open = json!({
        "title": "化工园氯气泄漏", "class": "accident", "event_level": 2, "domain": "air",
        "origins": [{ "type": "alarm", "alarm": id, "subject": subject }],
    });
    let opened = seats.does("officer", "/drill/api/v1/incidents", open);
    assert_eq!(opened["incident"]["title"], "【演练】化工园氯气泄漏");
    let incident = opened["incident"]["id"].as_str().expect("an id").to_owned();
    seats.acts(
        "officer",
        &incident,
        "acts",
        &json!({ "type": "assess", "note": "风向东北" }),
    );
    let respond =
        json!({ "type": "respond", "plan": "hazardous-gas", "level": 2, "note": "学校在下风向" });
    seats.acts("leader", &incident, "orders", &respond);
    let path = format!("/drill/api/v1/incidents/{incident}");
    let whole = seats.read(&path);
    for task in whole["incident"]["tasks"].as_array().expect("tasks") {
        let task = task["id"].as_str().expect("an id");
        let path = format!("/drill/api/v1/tasks/{task}/steps");
        seats.does("field", &path, json!({ "step": "sign" }));
    }
    incident
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn a_leak_as_a_drill_beside_a_source_that_is_real() {
    let folder = tempfile::tempdir().expect("a folder");
    let (program, _) = demo(&folder, &["--no-sim", "--speed", "60"], &[]);
    let mut seats = Seats::new(program);
    seats.measures(3.0);
    until("the real alarm is raised", || seats.alarms("").len() == 1);
    let real = seats.alarms("");
    let none = seats.read("/api/v1/drill");
    assert_eq!(
        (&none["inside"], &none["drill"]),
        (&json!(false), &Value::Null)
    );
    let (status, _) = seats.ask("leader", "GET", "/drill/api/v1/alarms", &Value::Null);
    assert_eq!(status, 404, "there is no drill yet");

    let leak = json!({ "scenario": "leak", "seed": 11, "after_secs": 30, "participants": ["officer", "leader", "field"] });
    seats.refused("officer", "/api/v1/drills", &leak, 403, "not_allowed");
    seats.refused(
        "commander",
        "/api/v1/drills",
        &json!({ "scenario": "war" }),
        400,
        "bad_body",
    );
    let (status, drill) = seats.ask("commander", "POST", "/api/v1/drills", &leak);
    assert_eq!(
        (status, drill["id"].as_str()),
        (200, Some("drill-1")),
        "{drill}"
    );
    seats.refused("commander", "/api/v1/drills", &leak, 409, "drill_runs");
    let beside = seats.read("/api/v1/drill");
    assert_eq!(
        (&beside["inside"], &beside["drill"]["id"]),
        (&json!(false), &json!("drill-1"))
    );
    let inside = seats.read("/drill/api/v1/drill");
    assert_eq!(
        (&inside["inside"], &inside["takes_part"]),
        (&json!(true), &json!(true))
    );
    assert!(inside["real_unacknowledged"].as_u64() > Some(0), "{inside}");
    assert_eq!(inside["real"]["level"], 2, "{inside}");

    let incident = command_the_leak(&mut seats);
    assert_eq!(
        seats.alarms(""),
        real,
        "the real alarm is as it was, and alone"
    );
    assert_eq!(seats.read("/api/v1/incidents")["items"], json!([]));
    assert_eq!(
        seats.read("/drill/api/v1/incidents")["items"][0]["number"],
        1
    );
    // Something real happens in the midst of it: it breaks in.
    let second =
        json!({ "id": "gas-02", "ts": now_ms(seats.program.port), "metrics": { "cl2": 30.0 } });
    post(
        seats.program.port,
        "/api/v1/observations",
        &second.to_string(),
    )
    .expect("an answer");
    until("the real alarm breaks in", || {
        seats.read("/drill/api/v1/drill")["real"]["level"] == 1
    });
    seats.refused(
        "officer",
        "/drill/api/v1/duty/take",
        &json!({ "seat": "一号席" }),
        403,
        "not_in_a_drill",
    );
    let learnt = json!({ "key": "x", "act": { "type": "lesson", "note": "x" } });
    let acts = format!("/drill/api/v1/incidents/{incident}/acts");
    seats.refused("commander", &acts, &learnt, 403, "not_a_participant");

    // A restart in the middle of it.
    seats.program.kill_and_restart();
    seats.program.wait_until_ready();
    seats.sign_in();
    until("its rooms are open again", || {
        let path = format!("/drill/api/v1/incidents/{incident}");
        seats.ask("leader", "GET", &path, &Value::Null).0 == 200
    });
    seats.measures(2.9);
    let stop = "/api/v1/drills/drill-1/stop";
    seats.refused(
        "commander",
        stop,
        &json!({ "aborted": true }),
        400,
        "bad_body",
    );
    let (status, stopped) = seats.ask("commander", "POST", stop, &json!({}));
    assert_eq!(
        (status, &stopped["aborted"]),
        (200, &json!(false)),
        "{stopped}"
    );
    seats.refused("commander", stop, &json!({}), 409, "over");
    assert_eq!(seats.read("/api/v1/drill")["drill"], Value::Null);
    assert_eq!(seats.read("/drill/api/v1/drill")["drill"]["id"], "drill-1");
    let lesson = json!({ "type": "lesson", "note": "阀门钥匙应放在门卫处" });
    seats.does("officer", &acts, json!({ "act": lesson }));

    let mut score = Value::Null;
    until("the ledger has the end", || {
        score = seats.read("/api/v1/drills/drill-1/score");
        score["figures"][4]["count"].as_u64() > Some(0)
    });
    assert!(score["expected"].as_u64() > Some(0), "{score}");
    assert_eq!(
        (&score["figures"][4]["leg"], &score["aborted"]),
        (&json!("dispatch_to_signed"), &json!(false))
    );
    assert_eq!(
        (&score["incidents"], &score["figures"][0]["count"]),
        (&json!([incident]), &json!(1))
    );
    assert_eq!(
        score["signing"]["met"].as_u64().unwrap_or(0)
            + score["signing"]["late"].as_u64().unwrap_or(0),
        score["figures"][4]["count"].as_u64().unwrap_or(0)
    );

    let mut report = Value::Null;
    until("the report has the lesson", || {
        report = seats.read(&format!("/drill/api/v1/incidents/{incident}/report"));
        report["report"]["timeline"]
            .as_array()
            .is_some_and(|lines| lines.iter().any(|line| line["what"] == "lesson"))
    });
    assert_eq!(report["report"]["drill"], "drill-1");
    assert_eq!(
        report["report"]["lessons"][0]["note"],
        "阀门钥匙应放在门卫处"
    );
    assert_eq!(
        report["report"]["alarms"][0]["acknowledged"]["person"],
        "officer"
    );
    assert!(
        report["ledger"]["digest"]
            .as_str()
            .is_some_and(|digest| digest.len() == 64)
    );
    let (status, _) = seats.ask(
        "leader",
        "GET",
        &format!("/api/v1/incidents/{incident}/report"),
        &Value::Null,
    );
    assert_eq!(status, 404, "no real incident has this id");

    real_figures_are_those_of_the_real_source(&seats);
    let text = ledger(&folder, "export", &["--form", "text"]);
    for said in [
        "began a drill: scenario leak",
        "started response",
        "acknowledged alarm",
        "ended the drill",
        "wrote a lesson",
    ] {
        let line = text.lines().find(|line| line.contains(said));
        let line = line.unwrap_or_else(|| panic!("{said} is not in\n{text}"));
        assert!(line.contains("[DRILL drill-1]"), "{line}");
    }
    let marked = text
        .lines()
        .filter(|line| line.contains("Raised Orange cl2-aegl2") && !line.contains("[DRILL"));
    assert!(
        marked
            .clone()
            .all(|line| line.contains("gas-01") || line.contains("gas-02")),
        "{text}"
    );
    assert!(marked.count() >= 2);
    ledger(&folder, "verify", &[]);
}

fn real_figures_are_those_of_the_real_source(seats: &Seats) {
    let hours = Timestamp::from_millis(seats.posted[0].0 - 3_600_000);
    let of = |world: &str, thing: &str| -> Vec<(i64, f64)> {
        let path =
            format!("{world}/api/v1/datastreams/{thing}:cl2/observations?from={hours}&limit=10000");
        let rows = seats.read(&path);
        let rows = rows["items"].as_array().expect("rows").iter();
        rows.map(|row| {
            let at = Timestamp::parse(row["phenomenon_time"].as_str().expect("a time"));
            (
                at.expect("RFC 3339").as_millis(),
                row["value"].as_f64().expect("a value"),
            )
        })
        .collect()
    };
    until("history has what was measured", || {
        of("", "gas-01").len() >= seats.posted.len()
    });
    assert_eq!(
        of("", "gas-01"),
        seats.posted,
        "real history holds what was really measured"
    );
    assert!(of("", "gas-03").is_empty());
    assert!(
        of("/drill", "gas-01").len() > 10,
        "the drill has a history of its own"
    );
    let sources = seats.read("/api/v1/sources");
    let names: Vec<&str> = sources["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["source"].as_str().or(one["id"].as_str()))
        .collect();
    assert!(!names.contains(&"drill"), "{sources}");
    let figures = support::get_text(seats.program.port, "/metrics").expect("figures");
    let open = figures
        .lines()
        .find(|line| line.starts_with("yiping_command_open_incidents"));
    assert!(open.is_none_or(|line| line.ends_with(" 0")), "{open:?}");
}
