//! Command by the whole program: an alarm becomes an incident, a response and its tasks, closed by what the sensor says; the program is killed in the
//! middle; the ledger has all of it.

use crate::support;

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};
use support::access::{access, ask_as, send_as};
use support::city::{demo, now_ms};
use support::{Yiping, get, post, until};
use yiping_model::Timestamp;

/// A photograph of its own: the size of a pixel is another one.
fn photograph(number: u8) -> Vec<u8> {
    let (head, rest) = include_bytes!("../command/desk/testdata/small.png").split_at(33);
    let sized = [0, 0, 1, number, 0, 0, 1, number, 1, 0, 0, 0, 0];
    [head, b"\0\0\0\x09pHYs", &sized, rest].concat()
}

/// The things that people do, each under a key of its own.
struct Table {
    program: Yiping,
    keys: u32,
    people: BTreeMap<&'static str, String>,
}

impl Table {
    fn new(program: Yiping) -> Self {
        let mut table = Self {
            program,
            keys: 0,
            people: BTreeMap::new(),
        };
        table.sign_in();
        table
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

    /// Brings a photograph; the digest by which it is kept.
    fn brings(&self, who: &str, photograph: Vec<u8>) -> String {
        let (port, path) = (self.program.port, "/api/v1/evidence");
        let body = ("image/png", photograph);
        let answer = send_as(port, "POST", path, body, &self.people[who]);
        let (status, kept) = answer.expect("the program answers");
        assert_eq!(status, 200, "{kept}");
        kept["digest"].as_str().expect("text").to_owned()
    }

    /// Does something that must count.
    fn does(&mut self, who: &str, path: &str, mut body: Value) -> Value {
        self.keys += 1;
        body["key"] = json!(format!("key-{}", self.keys));
        let (status, answer) = self.ask(who, "POST", path, &body);
        assert_eq!(status, 200, "{who} {path} {body}: {answer}");
        answer
    }

    /// The same with the version that the incident has now.
    fn orders(&mut self, who: &str, path: &str, act: &Value) -> Value {
        let incident = path.rsplit_once('/').expect("a path").0;
        let (_, whole) = self.ask("leader", "GET", incident, &Value::Null);
        self.does(
            who,
            path,
            json!({ "seen": whole["incident"]["version"], "act": act }),
        )
    }

    fn incident(&self, id: &str) -> Value {
        let (status, whole) = self.ask(
            "leader",
            "GET",
            &format!("/api/v1/incidents/{id}"),
            &Value::Null,
        );
        assert_eq!(status, 200, "{whole}");
        whole["incident"].clone()
    }

    fn stage_of(&self, id: &str, task: &str) -> String {
        let incident = self.incident(id);
        let tasks = incident["tasks"].as_array().expect("tasks");
        let found = tasks
            .iter()
            .find(|known| known["id"] == task)
            .expect("the task");
        found["stage"].as_str().expect("a stage").to_owned()
    }

    /// Values of the first gas detector: each twenty seconds apart, the last of them now.
    fn readings(&self, count: i64, value: f64) {
        let now = now_ms(self.program.port);
        let reading = |place: i64| json!({ "id": "gas-01", "ts": now - place * 20_000, "metrics": { "cl2": value } });
        let all: Vec<Value> = (0..count).rev().map(reading).collect();
        let (status, said) = post(
            self.program.port,
            "/api/v1/observations",
            &json!(all).to_string(),
        )
        .expect("an answer");
        assert_eq!(status, 202, "{said}");
    }
}

/// Raises the alarm, opens the incident of it and starts the response; the incident, and its tasks by template.
fn respond(table: &mut Table) -> (String, BTreeMap<String, String>) {
    let port = table.program.port;
    let before = now_ms(port) - 900_000;
    let reading = json!({ "id": "gas-01", "ts": before, "metrics": { "cl2": 3.0 } });
    post(port, "/api/v1/observations", &reading.to_string()).expect("an answer");
    let mut alarm = Value::Null;
    until("the alarm is raised", || {
        let alarms = get(port, "/api/v1/alarms").expect("alarms");
        let found = alarms["items"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|alarm| alarm["rule"] == "cl2-aegl2")
            .cloned();
        alarm = found.unwrap_or_default();
        !alarm.is_null()
    });
    let origin = json!({ "type": "alarm", "alarm": alarm["id"], "subject": "gas-01:cl2" });
    let open = json!({ "title": "化工园氯气泄漏", "class": "accident", "event_level": 2, "warning": 1, "domain": "air", "origins": [origin] });
    let opened = table.does("officer", "/api/v1/incidents", open.clone());
    let mut again = open;
    again["key"] = json!("another");
    let (status, answer) = table.ask("leader", "POST", "/api/v1/incidents", &again);
    assert_eq!(
        (status, &answer["error"]["code"]),
        (409, &json!("taken")),
        "{answer}"
    );
    let id = opened["incident"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(opened["incident"]["area"], "330802");
    table.orders(
        "officer",
        &format!("/api/v1/incidents/{id}/acts"),
        &json!({ "type": "assess", "note": "风向东北，下风向有学校" }),
    );
    let orders = format!("/api/v1/incidents/{id}/orders");
    let act = json!({ "type": "respond", "plan": "hazardous-gas", "level": 2, "note": "学校在下风向", "roles": { "source-control": "field" } });
    let (status, _) = table.ask(
        "officer",
        "POST",
        &orders,
        &json!({ "key": "x", "seen": 2, "act": act }),
    );
    assert_eq!(status, 403, "an officer starts no response");
    let started = table.orders("leader", &orders, &act);
    assert_eq!(
        (
            &started["incident"]["stage"],
            &started["incident"]["response_level"]
        ),
        (&json!("responding"), &json!(2))
    );
    let incident = table.incident(&id);
    let tasks = incident["tasks"].as_array().expect("tasks").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    (
        id,
        tasks
            .map(|task| (text(&task["template"]), text(&task["id"])))
            .collect(),
    )
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn from_the_alarm_to_the_report_closed_by_proof_over_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let (program, _) = demo(&folder, &["--no-sim"], &[]);
    let mut table = Table::new(program);
    let (id, tasks) = respond(&mut table);
    let (orders, acts) = (
        format!("/api/v1/incidents/{id}/orders"),
        format!("/api/v1/incidents/{id}/acts"),
    );
    table.orders(
        "leader",
        &orders,
        &json!({ "type": "move", "to": "handling" }),
    );
    let now = |table: &Table| Timestamp::from_millis(now_ms(table.program.port));
    let mut queue = Vec::new();
    for (number, (template, task)) in tasks.iter().enumerate() {
        for step in ["sign", "set_out", "arrive", "begin", "finish"] {
            let taken_at = now(&table);
            let photo = |number: u8| json!({ "digest": table.brings("field", photograph(number)), "taken_at": taken_at });
            let photos = if step == "finish" {
                json!([photo(1), photo(2)])
            } else {
                json!([])
            };
            let body =
                json!({ "key": format!("phone-{number}-{step}"), "step": step, "photos": photos });
            let path = format!("/api/v1/tasks/{task}/steps");
            let (status, answer) = table.ask("field", "POST", &path, &body);
            assert_eq!(status, 200, "{template} {step}: {answer}");
            queue.push((path, body));
        }
        if number == 2 {
            // What was answered is kept; the phone sends its whole queue again.
            table.program.kill_and_restart();
            table.program.wait_until_ready();
            table.sign_in();
            for (path, body) in &queue {
                let (status, answer) = table.ask("field", "POST", path, body);
                assert_eq!((status, &answer["again"]), (200, &json!(true)), "{answer}");
            }
        }
    }
    let gas = tasks["stop-leak"].clone();
    let (status, _) = table.ask(
        "leader",
        "POST",
        &format!("/api/v1/tasks/{gas}/orders"),
        &json!({ "key": "v", "step": "verify" }),
    );
    assert_eq!(status, 409, "readings prove it, no person");
    for task in tasks.values().filter(|task| **task != gas) {
        for step in ["verify", "close"] {
            table.does(
                "leader",
                &format!("/api/v1/tasks/{task}/orders"),
                json!({ "step": step }),
            );
        }
    }
    // Twelve minutes of normal readings prove it; the window begins after the peak.
    table.readings(36, 0.1);
    until("the readings prove it", || {
        table.stage_of(&id, &gas) == "verified"
    });
    let close = format!("/api/v1/tasks/{gas}/orders");
    table.does("leader", &close, json!({ "step": "close" }));
    table.readings(1, 2.5);
    until("it is opened again by itself", || {
        table.stage_of(&id, &gas) == "working"
    });
    let (status, answer) = table.ask(
        "leader",
        "POST",
        &orders,
        &json!({ "key": "e", "seen": 4, "act": { "type": "move", "to": "ended", "note": "x" } }),
    );
    assert_eq!(
        (status, &answer["error"]["code"]),
        (409, &json!("open_tasks")),
        "{answer}"
    );
    table.does(
        "leader",
        &close,
        json!({ "step": "withdraw", "note": "转由后续监测任务" }),
    );
    // The command is handed over by two; whoever proposes it does not confirm it.
    table.orders(
        "leader",
        &orders,
        &json!({ "type": "propose", "what": { "type": "hand_over", "to": "commander", "note": "换班" } }),
    );
    let proposal = table.incident(&id)["pending"]["key"].clone();
    let confirm = json!({ "type": "confirm", "proposal": proposal });
    let (status, answer) = table.ask(
        "leader",
        "POST",
        &orders,
        &json!({ "key": "own", "act": confirm }),
    );
    assert_eq!(
        (status, &answer["error"]["code"]),
        (403, &json!("needs_another_person")),
        "{answer}"
    );
    table.orders("commander", &orders, &confirm);
    table.orders(
        "officer",
        &acts,
        &json!({ "type": "report", "report": "first-2h", "note": "电话报省厅" }),
    );
    table.orders(
        "commander",
        &orders,
        &json!({ "type": "move", "to": "ended", "note": "泄漏已切断" }),
    );
    table.orders(
        "officer",
        &acts,
        &json!({ "type": "report", "report": "result", "note": "处理结果报告" }),
    );
    table.orders(
        "commander",
        &orders,
        &json!({ "type": "move", "to": "evaluated", "note": "复盘完成" }),
    );
    let incident = table.incident(&id);
    let acts: Vec<&str> = incident["history"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|trace| trace["act"].as_str().expect("text"))
        .collect();
    assert_eq!(
        acts,
        [
            "open",
            "move",
            "respond",
            "move",
            "propose",
            "hand_over",
            "report",
            "move",
            "report",
            "move"
        ]
    );
    verified(&folder);
}

/// The ledger is whole, and says who did what. It follows within a second.
fn verified(folder: &tempfile::TempDir) {
    let data = folder.path().join("data");
    let run = |command: &str, more: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_yiping"));
        let program = program.args(["ledger", command]).arg(&data).args(more);
        program.output().expect("it runs")
    };
    let ledger = |command: &str, more: &[&str]| {
        let output = run(command, more);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let mut text = String::new();
    until("the ledger has taken the last act", || {
        text = ledger("export", &["--form", "text"]);
        text.contains("to Evaluated")
    });
    ledger("verify", &[]);
    // Each photograph was brought for several tasks, and is one.
    assert!(ledger("evidence", &[]).contains("2 photographs are whole"));
    assert!(text.contains("brought the photograph"));
    let kept = std::fs::read_dir(data.join("evidence")).expect("a folder");
    let kept = kept.map(|file| file.expect("a file").path());
    let changed = kept.min().expect("a photograph");
    std::fs::write(&changed, photograph(9)).expect("changed");
    let found = run("evidence", &[]);
    let digest = changed.file_name().expect("a name").to_string_lossy();
    let told = String::from_utf8_lossy(&found.stderr).into_owned();
    assert!(
        !found.status.success() && told.contains(&format!("changed: photograph {digest}")),
        "{told}"
    );
    for said in [
        "opened incident",
        "started response Ⅱ by plan hazardous-gas",
        "Prove task",
        "Relapse task",
        "as the second of two: the command to commander",
        "gave the report result",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    let engine = text
        .lines()
        .find(|line| line.contains("Prove task"))
        .expect("a line");
    assert!(
        engine.contains(" engine "),
        "the program proved it: {engine}"
    );
}
