//! The units of a demo: they drive on its roads, are recommended by road, and what was said of them outlives `kill -9`.

use crate::support;

use serde_json::{Value, json};
use support::access::access;
use support::city::demo;
use support::{Yiping, until};

/// A duty officer who is signed in.
struct Officer {
    port: u16,
    bearer: String,
}

impl Officer {
    fn of(program: &Yiping) -> Self {
        let port = program.port;
        let session = access(port).sign_in(port, "officer");
        let bearer = format!("Bearer {session}");
        Self { port, bearer }
    }

    /// The status and the answer; a body is put, nothing is asked for.
    fn ask(&self, path: &str, body: Option<&str>) -> (u16, Value) {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent = config.build().new_agent();
        let answer = match body {
            None => agent.get(url).header("authorization", &self.bearer).call(),
            Some(body) => agent
                .put(url)
                .header("authorization", &self.bearer)
                .header("content-type", "application/json")
                .send(body),
        };
        let mut answer = answer.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().expect("text");
        (status, serde_json::from_str(&text).expect("JSON"))
    }

    fn vehicles(&self) -> Vec<Value> {
        let (status, answer) = self.ask("/api/v1/units?kind=vehicle", None);
        assert_eq!(status, 200, "{answer}");
        answer["items"].as_array().expect("a list").clone()
    }
}

fn heard(unit: &Value) -> bool {
    unit["place"]["time"].is_string()
}

#[test]
fn units_of_a_demo_drive_are_recommended_by_road_and_outlive_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let speed = ["--speed", "20", "--scenario", "none"];
    let (mut program, _) = demo(&folder, &speed, &[("YIPING__SIM__HISTORY_HOURS", "0")]);
    let officer = Officer::of(&program);
    until("the trackers are heard", || {
        officer.vehicles().iter().all(heard)
    });
    let before = officer.vehicles();
    until("some have moved", || {
        let now = officer.vehicles();
        let moved = now
            .iter()
            .zip(&before)
            .filter(|(now, before)| now["place"]["at"] != before["place"]["at"]);
        moved.count() > 20
    });

    let home = &before[0]["home"];
    let place = format!("lon={}&lat={}", home[0], home[1]);
    let path = format!("/api/v1/units/recommend?{place}&skills=hazmat");
    let (status, advice) = officer.ask(&path, None);
    assert_eq!(status, 200, "{advice}");
    assert_eq!(advice["basis"], json!({ "basis": "roads" }));
    let chosen = advice["chosen"].as_array().expect("a list");
    assert_eq!(chosen.len(), 5);
    let soonest = chosen[0]["unit"].as_str().expect("an id").to_owned();

    let assigned = r#"{"status": "assigned"}"#;
    let path = format!("/api/v1/units/{soonest}/status");
    let (status, sent) = officer.ask(&path, Some(assigned));
    assert_eq!(status, 200, "{sent}");
    program.kill_and_restart();
    program.wait_until_ready();
    let officer = Officer::of(&program);
    until("the status is there again", || {
        let known = officer.vehicles();
        let unit = known.iter().find(|unit| unit["id"] == soonest.as_str());
        unit.is_some_and(|unit| unit["status"] == "assigned" && unit["by"] == "officer")
    });
    let (status, refused) = officer.ask(&path, Some(assigned));
    assert_eq!(status, 409, "{refused}");
}
