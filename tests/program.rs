//! The program as a newcomer and as an integrator meet it: what it says, what it refuses, and that bad input disturbs nothing.

use crate::support;

use std::process::Command;

use rumqttc::{Client, MqttOptions, QoS};
use serde_json::{Value, json};
use support::city::{alarms, demo, now_ms};
use support::{get, post, until};

fn run(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_yiping"))
        .args(arguments)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

/// What a broken sensor may send, and the reason by which it is refused.
fn bad_messages(now: i64) -> Vec<(&'static str, Vec<u8>)> {
    let ten_years_ms = 3_652 * 86_400_000_i64;
    vec![
        ("not_json", b"{\"id\":\"a\",".to_vec()),
        ("not_text", vec![0xff, 0xfe, 0x00, 0x9f, 0x92, 0x96]),
        ("wrong_type", br#"{"id":"a","ts":1,"metrics":7}"#.to_vec()),
        (
            "not_finite",
            format!(r#"{{"id":"a","ts":{now},"metrics":{{"pm25":"NaN"}}}}"#).into_bytes(),
        ),
        (
            "not_finite",
            format!(r#"{{"id":"a","ts":{now},"metrics":{{"pm25":1e999}}}}"#).into_bytes(),
        ),
        (
            "missing_field",
            br#"{"id":"a","metrics":{"pm25":1}}"#.to_vec(),
        ),
        (
            "bad_time",
            br#"{"id":"a","ts":"yesterday","metrics":{"pm25":1}}"#.to_vec(),
        ),
        (
            "time_ahead",
            format!(
                r#"{{"id":"a","ts":{},"metrics":{{"pm25":1}}}}"#,
                now + ten_years_ms
            )
            .into_bytes(),
        ),
        (
            "time_behind",
            format!(
                r#"{{"id":"a","ts":{},"metrics":{{"pm25":1}}}}"#,
                now - ten_years_ms
            )
            .into_bytes(),
        ),
        ("too_large", vec![b'x'; 1 << 20]),
    ]
}

#[test]
fn bad_input_becomes_counted_named_dead_letters_and_disturbs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (program, broker) = demo(&folder, &["--no-sim"], &[]);
    let now = now_ms(program.port);
    let good = |step: i64| {
        format!(
            r#"{{"id":"well","ts":{},"metrics":{{"pm25":{step}}}}}"#,
            now + step
        )
    };
    let bad = bad_messages(now);
    publish(
        broker,
        bad.iter().map(|(_, payload)| payload.as_slice()),
        &good,
    );
    until("the good ones and the bad ones have come", || {
        let row = source(program.port, "mqtt");
        row["accepted"] == json!(bad.len() + 1) && row["rejected"] == json!(bad.len())
    });
    let rejects = get(program.port, "/api/v1/rejects?source=mqtt").expect("rejects");
    let mut found: Vec<&str> = rejects["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| row["reason"].as_str().expect("a name"))
        .collect();
    let mut expected: Vec<&str> = bad.iter().map(|(reason, _)| *reason).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "{rejects}");

    for (reason, payload) in bad
        .iter()
        .filter(|(reason, _)| !["not_text", "too_large"].contains(reason))
    {
        let text = std::str::from_utf8(payload).expect("text");
        let (status, answer) = post(program.port, "/api/v1/observations", text).expect("an answer");
        assert!([400, 422].contains(&status), "{reason}: {status} {answer}");
    }
    let (status, answer) = post(
        program.port,
        "/api/v1/observations",
        &format!("[{}]", good(500)),
    )
    .expect("an answer");
    assert_eq!(status, 202, "{answer}");
    for row in get(program.port, "/api/v1/sources").expect("sources")["items"]
        .as_array()
        .expect("a list")
    {
        let count = |key: &str| row[key].as_u64().expect("a count");
        assert_eq!(
            count("received"),
            count("accepted") + count("duplicate") + count("quarantined") + count("rejected"),
            "{row}"
        );
    }
    assert!(
        !program.output().contains("panicked"),
        "{}",
        program.output()
    );
}

fn source(port: u16, name: &str) -> Value {
    let answer = get(port, "/api/v1/sources").expect("sources");
    let rows = answer["items"].as_array().expect("a list");
    rows.iter()
        .find(|row| row["source"] == name)
        .cloned()
        .unwrap_or(Value::Null)
}

/// Publishes the bad payloads with a good one before and after each.
fn publish<'a>(broker: u16, bad: impl Iterator<Item = &'a [u8]>, good: &dyn Fn(i64) -> String) {
    let mut options = MqttOptions::new("integrator", "127.0.0.1", broker);
    options.set_max_packet_size(4 << 20, 4 << 20);
    let (client, mut connection) = Client::new(options, 100);
    client
        .publish("city/air/well", QoS::AtLeastOnce, false, good(0))
        .expect("queued");
    for (step, payload) in (1..).zip(bad) {
        client
            .publish("city/air/bad", QoS::AtLeastOnce, false, payload)
            .expect("queued");
        client
            .publish("city/air/well", QoS::AtLeastOnce, false, good(step))
            .expect("queued");
    }
    client.disconnect().expect("queued");
    // Ends with the connection.
    for event in connection.iter() {
        if event.is_err() {
            break;
        }
    }
}

#[test]
fn a_program_that_was_stopped_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut program, _) = demo(&folder, &["--no-sim"], &[]);
    let now = now_ms(program.port);
    let reading = format!(r#"{{"id":"gas-03","ts":{now},"metrics":{{"cl2":3.5}}}}"#);
    assert_eq!(
        post(program.port, "/api/v1/observations", &reading)
            .expect("an answer")
            .0,
        202
    );
    until("the alarms are raised", || alarms(program.port).len() == 2);
    let before = alarms(program.port);
    let id = before[0]["id"].as_str().expect("an id").to_owned();
    let shown = program.get(&format!("/api/v1/alarms/{id}/shown"));
    let acknowledge = || support::acknowledge_seen(program.port, &id, &shown);
    assert_eq!(acknowledge().0, 200);
    let (status, told) = acknowledge();
    assert!(
        status == 409 && told.contains(support::access::SEAT),
        "{status} {told}"
    );

    let (took, well) = program.terminate();
    assert!(
        well && took.as_secs() < 5,
        "SIGTERM took {took:?}:\n{}",
        program.output()
    );
    program.start_again();
    program.wait_until_ready();
    program.wait_until_filled();
    let after = alarms(program.port);
    assert_eq!(after.len(), 2);
    let acknowledged = after
        .iter()
        .find(|alarm| alarm["id"] == id.as_str())
        .expect("the same alarm");
    assert_eq!(acknowledged["state"], "acknowledged");
    assert_eq!(acknowledged["acknowledged"]["seat"], support::access::SEAT);
    assert_eq!(acknowledged["acknowledged"]["person"], "officer");
    let again = post(program.port, "/api/v1/observations", &reading).expect("an answer");
    assert_eq!(again.0, 202);
    until("the second copy is counted as a duplicate", || {
        source(program.port, "http")["duplicate"] == 1
    });
    assert_eq!(alarms(program.port).len(), 2, "a duplicate raises nothing");
}

#[test]
fn the_ledger_holds_every_decision_and_a_changed_byte_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut program, _) = demo(&folder, &["--no-sim"], &[]);
    let now = now_ms(program.port);
    let reading = format!(r#"{{"id":"gas-03","ts":{now},"metrics":{{"cl2":3.5}}}}"#);
    post(program.port, "/api/v1/observations", &reading).expect("an answer");
    until("the alarms are raised", || alarms(program.port).len() == 2);
    let id = alarms(program.port)[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(support::acknowledge(program.port, &id).0, 200);
    let head = || program.get("/healthz")["ledger"]["head"].clone();
    // Eight accounts and three tokens of the demonstration, what a first start finds, three alarms (one of a rule of war), the officer's sign-in, and the acknowledgement.
    until("all that was decided is on the ledger", || {
        head()["n"] == 17
    });
    let digest = head()["digest"].as_str().expect("a digest").to_owned();
    program.terminate();

    let data = folder.path().join("data");
    let data = data.to_str().expect("UTF-8");
    let known = format!("17:{digest}");
    let (well, told) = run(&["ledger", "verify", data, "--head", &known]);
    assert!(
        well && told.contains("17 entries") && told.contains(&digest),
        "{told}"
    );
    let (well, told) = run(&["ledger", "export", data, "--form", "text"]);
    assert!(
        well && told.contains("officer (1号席)  acknowledged"),
        "{told}"
    );

    let file = format!("{data}/ledger/ledger.jsonl");
    let text = std::fs::read_to_string(&file).expect("a ledger");
    std::fs::write(&file, text.replace("1号席", "2号席")).expect("writes");
    let (well, told) = run(&["ledger", "verify", data]);
    // The sign-in names the seat too.
    assert!(!well && told.contains("entry 16 "), "{told}");
    program.start_again();
    program.wait_until_ready();
    until("the program says that its ledger was changed", || {
        let trouble = program.get("/healthz")["ledger"]["trouble"].clone();
        trouble
            .as_str()
            .is_some_and(|why| why.contains("entry 16 "))
    });
}

#[test]
fn the_same_seed_makes_the_same_bytes() {
    let dump = |seed: &str| {
        let arguments = [
            "sim",
            "--seed",
            seed,
            "--dump",
            "600",
            "--from",
            "2026-06-01T08:00:00+08:00",
        ];
        let (well, said) = run(&arguments);
        assert!(well, "{said}");
        said
    };
    let first = dump("5");
    assert!(
        first.lines().count() > 1_000,
        "{} lines",
        first.lines().count()
    );
    assert_eq!(first, dump("5"));
    assert_ne!(first, dump("6"));
}

#[test]
fn the_help_teaches_and_mistakes_are_named_with_their_place() {
    let (well, said) = run(&["--help"]);
    assert!(well);
    for word in [
        "demo",
        "run",
        "sim",
        "replay",
        "check",
        "First steps",
        "YIPING__SERVER__LISTEN",
    ] {
        assert!(said.contains(word), "--help does not say {word}: {said}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.toml");
    std::fs::write(
        &file,
        "[server]\nlisten = \"127.0.0.1:9000\"\n\n[ingest.limit]\nvalues_max = 3\n",
    )
    .expect("written");
    let (well, said) = run(&["check", "--config", file.to_str().expect("UTF-8")]);
    assert!(
        !well && said.contains("mine.toml:4") && said.contains("did you mean `limits`?"),
        "{said}"
    );

    std::fs::write(&file, "[server]\nlisten = \"0.0.0.0:9000\"\n").expect("written");
    let (well, said) = run(&["run", "--config", file.to_str().expect("UTF-8")]);
    assert!(!well && said.contains("without a certificate"), "{said}");

    let pack = folder.path().join("pack");
    std::fs::create_dir_all(&pack).expect("a folder");
    std::fs::write(pack.join("pack.toml"), "id = \"x\"\ntitel = \"x\"\n").expect("written");
    std::fs::write(&file, format!("[packs]\ndirs = [\"{}\"]\n", pack.display())).expect("written");
    let (well, said) = run(&["check", "--config", file.to_str().expect("UTF-8")]);
    assert!(
        !well && said.contains("pack.toml:2") && said.contains("title"),
        "{said}"
    );
}

#[test]
fn the_open_api_document_lists_the_outer_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let (program, _) = demo(&folder, &["--no-sim"], &[]);
    let document = get(program.port, "/api/openapi.json").expect("the document");
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1")),
        "{}",
        document["openapi"]
    );
    for path in [
        "/api/v1/observations",
        "/api/v1/things",
        "/api/v1/datastreams",
        "/api/v1/datastreams/{id}/observations",
        "/api/v1/windows",
        "/api/v1/alarms",
        "/api/v1/alarms/{id}/ack",
        "/api/v1/rejects",
        "/api/v1/sources",
        "/api/v1/live",
        "/healthz",
        "/readyz",
        "/metrics",
    ] {
        assert!(
            document["paths"][path].is_object(),
            "{path} is not described"
        );
    }
    assert_eq!(support::status(program.port, "/healthz"), Some(200));
    assert!(support::get_text(program.port, "/metrics").is_some());
}

/// Also what other rooms serve: the doors, and the notices. What a route asks stands in the document, which the router writes as it guards.
#[test]
fn every_route_of_the_whole_program_keeps_to_the_table_of_rights() {
    use yiping_desk::rights::{ROLES, Reach, Role, TABLE, reach};
    let folder = tempfile::tempdir().expect("a folder");
    let (program, _) = demo(&folder, &["--no-sim"], &[]);
    let (port, access) = (program.port, support::access::access(program.port));
    let status = |method: &str, path: &str, secret: Option<&str>| {
        support::access::status_as(port, method, path, secret)
    };
    let mut everybody = vec![
        (Role::Wall, access.wall.clone()),
        (Role::Source, access.source.clone()),
        (Role::Listener, access.listener.clone()),
    ];
    let accounts = "viewer officer leader commander department field administrator auditor";
    for (name, role) in accounts.split(' ').zip(ROLES) {
        everybody.push((role, access.sign_in(port, name)));
    }
    let document = program.get("/api/openapi.json");
    let mut asked = std::collections::BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let place = path.replace("{id}", "x").replace("{name}", "nobody");
        for (method, told) in methods.as_object().expect("methods") {
            // It would end the walk; the server's own tests sign out.
            if (method.as_str(), path.as_str()) == ("delete", "/api/v1/session") {
                continue;
            }
            let method = method.to_uppercase();
            let said = told["description"].as_str().unwrap_or_default();
            let asks = |right| said.contains(&format!("the right `{right}`"));
            let right = TABLE
                .map(|(right, _)| right)
                .into_iter()
                .find(|&right| asks(right));
            asked.extend(right);
            if told["security"].is_null() {
                continue;
            }
            assert_eq!(
                status(&method, &place, None),
                401,
                "nobody: {method} {path}"
            );
            for (role, secret) in &everybody {
                let refused = matches!(status(&method, &place, Some(secret)), 401 | 403);
                let expected = right.is_some_and(|right| reach(*role, right) == Reach::None);
                assert_eq!(refused, expected, "{role}: {method} {path}");
            }
        }
    }
    assert_eq!(
        asked.len(),
        TABLE.len(),
        "each right is asked by some route"
    );
}
