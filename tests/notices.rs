//! Notices of the whole program: channels that are down, slow or broken, and a program that is killed. Ten minutes of it: `tests/long.rs`.

use crate::support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use support::outage::{heat, ride_out};
use support::outside::{Kind, Mood, Side};
use support::{Yiping, for_each_record, get_text, until};
use tokio::runtime::Runtime;
use yiping_model::{Body, NoticeStep};

/// Each change is a notice.
const ALONE: &str = "group_secs = 0\n";

fn start(folder: &Path, side: &Side, route: &str) -> Yiping {
    let notify = format!(
        "[notify.patience]\nbackoff_ms_min = 20\nbackoff_ms_max = 100\n{}\
         [[notify.route]]\nname = \"rig\"\nchannels = [\"duty\"]\ndomains = [\"rig\"]\n{route}",
        side.channel("duty")
    );
    support::outage::start(folder, &notify)
}

fn listed(program: &Yiping, state: &str) -> usize {
    let path = format!("/api/v1/notices?state={state}");
    let text = get_text(program.port, &path).unwrap_or_default();
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    answer["items"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_broken_webhook_and_kills_lose_no_notice_and_repeat_none_that_was_delivered() {
    const NOTICES: u32 = 30;
    let runtime = Runtime::new().expect("a runtime");
    let side = Side::start(&runtime, Kind::Webhook);
    side.be(&runtime, Mood::Broken);
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = start(folder.path(), &side, ALONE);

    // While it answers 500, kills lose nothing and bring nothing twice.
    heat(&program, 0..NOTICES);
    for _ in 0..3 {
        let heard = side.in_vain();
        until("the broken webhook is asked", || {
            side.in_vain() >= heard + 40
        });
        program.kill_and_restart();
    }
    program.wait_until_ready();
    until("everything waits", || {
        listed(&program, "waiting") == NOTICES as usize
    });
    let health = program.get("/healthz");
    assert_eq!(health["notices"]["waiting"], NOTICES);
    assert!(health["notices"]["failing_since"].is_string(), "{health}");
    side.be(&runtime, Mood::Well);
    until("everything is delivered", || {
        listed(&program, "delivered") == NOTICES as usize
    });
    let taken = side.taken();
    assert_eq!(taken.len(), NOTICES as usize);
    assert!(taken.values().all(|times| *times == 1), "{taken:?}");
    assert_eq!(program.get("/healthz")["notices"]["waiting"], 0);

    // Killed in the midst of deliveries, an answer may be lost: then the same notice comes again under the same id.
    for round in 1..=3 {
        heat(&program, NOTICES * round..NOTICES * (round + 1));
        let target = (NOTICES * round) as usize + 3;
        until("some are taken", || side.taken().len() >= target);
        program.kill_and_restart();
        program.wait_until_ready();
        until("all are taken", || {
            side.taken().len() == (NOTICES * (round + 1)) as usize
        });
    }
    until("nothing waits", || {
        program.get("/healthz")["notices"]["waiting"] == 0
    });
    let end = program.readiness()["end"].as_u64();
    until("the ledger has read it all", || {
        program.get("/healthz")["ledger"]["position"].as_u64() >= end
    });
    assert!(program.terminate().1, "it ends well");
    let all = 4 * NOTICES;
    let again: u32 = side.taken().values().map(|times| times - 1).sum();
    assert!(
        again <= 3 * 4,
        "at most those on their way at each kill: {again}"
    );
    assert_steps(folder.path(), all as usize);
    assert_ledger(folder.path(), all as usize);
}

#[test]
fn a_flood_of_alarms_is_a_notice_or_two_and_tells_of_each_alarm_once() {
    const ALARMS: usize = 60;
    let runtime = Runtime::new().expect("a runtime");
    let side = Side::start(&runtime, Kind::Webhook);
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = start(
        folder.path(),
        &side,
        "group_secs = 2\nchanges = [\"raised\"]\n",
    );
    heat(&program, 0..60);
    let told = || {
        let answer = program.get("/api/v1/notices?state=delivered");
        let notices = answer["items"].as_array().cloned().unwrap_or_default();
        let alarms = notices
            .iter()
            .filter_map(|notice| notice["alarms"].as_array());
        let alarms: Vec<String> = alarms.flatten().map(Value::to_string).collect();
        (notices.len(), alarms)
    };
    until("all are told of", || told().1.len() >= ALARMS);
    let (notices, mut alarms) = told();
    alarms.sort();
    alarms.dedup();
    assert_eq!(alarms.len(), ALARMS);
    assert!(notices <= 3, "{notices} notices");
    assert_eq!(side.taken().len(), notices);
    assert!(program.terminate().1, "it ends well");
}

#[test]
fn channels_that_are_down_slow_and_broken_lose_nothing_and_hold_up_no_other() {
    let settings =
        "timeout_ms = 1500\n[notify.patience]\nbackoff_ms_min = 50\nbackoff_ms_max = 400\n";
    println!("{}", ride_out(settings, 6, Duration::from_secs(6)));
}

/// What one carries who is signed in under this name, from this folder's list.
fn sign_in(program: &Yiping, folder: &Path, name: &str) -> String {
    let access = fs::read(folder.join("sign-in.json")).expect("the list");
    let access: Value = serde_json::from_slice(&access).expect("JSON");
    let body = json!({ "name": name, "password": access["password"], "seat": "1号席" });
    let answer = ureq::post(format!("http://127.0.0.1:{}/api/v1/session", program.port))
        .header("content-type", "application/json")
        .send(body.to_string())
        .expect("the program answers");
    let cookie = answer.headers()["set-cookie"].to_str().expect("text");
    let secret = cookie.split(['=', ';']).nth(1).expect("a cookie");
    secret.to_owned()
}

#[test]
fn the_button_is_for_who_leads_and_the_ledger_says_who_pressed_it() {
    let runtime = Runtime::new().expect("a runtime");
    let side = Side::start(&runtime, Kind::Webhook);
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = start(folder.path(), &side, ALONE);
    for (name, status) in [
        ("viewer", 403),
        ("officer", 403),
        ("auditor", 403),
        ("leader", 202),
        ("administrator", 202),
    ] {
        let secret = sign_in(&program, folder.path(), name);
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let address = format!("http://127.0.0.1:{}/api/v1/notices/test", program.port);
        let answer = agent
            .post(address)
            .header("authorization", format!("Bearer {secret}"))
            .header("content-type", "application/json")
            .send(r#"{"channel":"duty"}"#);
        assert_eq!(answer.expect("an answer").status(), status, "{name}");
    }
    until("both tests are taken", || side.taken().len() == 2);
    until("both are on the ledger", || {
        let entries = ledger(folder.path());
        let pressed = |name: &str| {
            let by = format!(r#""by":{{"person":{{"name":"{name}","seat":"1号席"}}}}"#);
            let mut lines = entries.lines();
            lines.any(|line| line.contains(&by) && line.contains(r#""step":"queued""#))
        };
        pressed("leader") && pressed("administrator") && entries.contains(r#""step":"delivered""#)
    });
    assert!(program.terminate().1, "it ends well");
}

/// In the log each notice is queued once and delivered once.
fn assert_steps(folder: &Path, all: usize) {
    let mut steps: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for_each_record(&folder.join("log"), |record| {
        if let Body::Notice(notice) = &record.body {
            let counts = steps.entry(notice.notice.to_string()).or_default();
            match notice.step {
                NoticeStep::Queued(_) => counts.0 += 1,
                NoticeStep::Delivered { .. } => counts.1 += 1,
                NoticeStep::Failed { .. } => {}
                NoticeStep::GivenUp { .. } => panic!("{notice:?}"),
            }
        }
    });
    assert_eq!(steps.len(), all);
    assert!(steps.values().all(|counts| *counts == (1, 1)), "{steps:?}");
}

/// The ledger, which is whole, in lines of JSON.
fn ledger(folder: &Path) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_yiping"))
        .args(["ledger", "export"])
        .arg(folder)
        .output()
        .expect("the program starts");
    assert!(ran.status.success(), "{ran:?}");
    String::from_utf8(ran.stdout).expect("text")
}

/// And so it stands on the ledger, without what failed in between.
fn assert_ledger(folder: &Path, all: usize) {
    let entries = ledger(folder);
    let count = |step: &str| entries.matches(&format!(r#""step":"{step}""#)).count();
    assert_eq!((count("queued"), count("delivered")), (all, all));
    assert_eq!(count("failed"), 0);
}
