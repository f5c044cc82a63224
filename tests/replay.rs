//! Three years of eight real stations through the whole program: every hourly and daily AQI equals an independent calculation, whatever
//! the speed.

use crate::support;

#[path = "../analytics/engine/tests/aqi_oracle/mod.rs"]
mod aqi_oracle;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use aqi_oracle::Report;
use serde_json::Value;
use support::{Process, free_port, get, test_data, until, until_within};
use yiping_model::{Body, IndexResult, Outcome};

const MAP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/beijing.map.toml");

/// The eight tables of the test data.
fn tables(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder.join("data/air"))
        .expect("the test data hold data/air")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("beijing_"))
        })
        .collect();
    files.sort();
    assert_eq!(files.len(), 8);
    files
}

fn replay(
    files: &[std::path::PathBuf],
    data: &Path,
    port: u16,
    speed: &str,
    exit: bool,
) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yiping"));
    command
        .arg("replay")
        .args(files)
        .args(["--map", MAP, "--speed", speed, "--data-dir"])
        .arg(data);
    command.args(["--port", &port.to_string()]);
    if exit {
        command.arg("--exit");
    }
    support::access::keeps(port, data.to_owned());
    Process::start(&mut command)
}

#[test]
fn three_years_of_eight_stations_give_the_indices_of_the_law() {
    let Some(folder) = test_data() else { return };
    let files = tables(&folder);
    let data = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let mut program = replay(&files, data.path(), port, "max", false);
    until_within(
        Duration::from_mins(10),
        "the replay has been worked through",
        || {
            assert!(!program.has_ended(), "it ended:\n{}", program.output());
            program.output().contains("replay finished")
                && support::status(port, "/readyz") == Some(200)
        },
    );
    let mut compared = 0;
    for (station, hours) in aqi_oracle::beijing(folder.to_str().expect("UTF-8")) {
        let expected = aqi_oracle::reports(&hours);
        let found = indices(port, &station);
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{station}");
        }
        // The last day's report is due only when the day is over, and the tables end with it.
        assert!(
            expected.len() - found.len() <= 1,
            "{station}: {} of {}",
            found.len(),
            expected.len()
        );
        compared += found.len();
    }
    assert!(compared > 200_000, "only {compared} indices");
    assert_places(port);
    println!("{compared} hourly and daily indices equal the independent calculation");
    assert!(
        program.terminate().1,
        "SIGTERM ends it well:\n{}",
        program.output()
    );
}

/// All indices of a station, in the oracle's order.
fn indices(port: u16, station: &str) -> Vec<Report> {
    let mut found = Vec::new();
    for kind in ["aqi_hourly", "aqi_daily"] {
        let mut from = "2013-01-01T00:00:00Z".to_owned();
        loop {
            let path = format!(
                "/api/v1/indices?thing={station}&kind={kind}&from={from}&to=2017-01-01T00:00:00Z&limit=10000"
            );
            let answer = get(port, &path).expect("indices");
            let rows: Vec<IndexResult> = answer["items"]
                .as_array()
                .expect("a list")
                .iter()
                .map(index)
                .collect();
            found.extend(rows.iter().map(Report::of));
            let Some(last) = rows.last().filter(|_| answer["truncated"] == true) else {
                break;
            };
            from = (last.start + Duration::from_secs(1)).to_string();
        }
    }
    found.sort_by_key(|report| (report.end_secs, report.kind));
    found
}

/// An index as the API tells it: the engine's own words, but for `metric` where the engine says `property`.
fn index(answer: &Value) -> IndexResult {
    let mut answer = answer.clone();
    for part in answer["parts"].as_array_mut().expect("a list") {
        let metric = part["metric"].take();
        let fields = part.as_object_mut().expect("an object");
        fields.remove("metric");
        fields.insert("property".into(), metric);
    }
    serde_json::from_value(answer).expect("an index")
}

/// The wall shows the stations where the map places them.
fn assert_places(port: u16) {
    let map: toml::Table =
        toml::from_str(&std::fs::read_to_string(MAP).expect("the map")).expect("TOML");
    let answer = get(port, "/api/v1/things").expect("things");
    let things = answer["items"].as_array().expect("a list");
    let placed = map["thing"].as_array().expect("things");
    assert_eq!(things.len(), placed.len());
    for thing in placed {
        let id = thing["id"].as_str().expect("an id");
        let shown = things
            .iter()
            .find(|shown| shown["id"] == id)
            .unwrap_or_else(|| panic!("{id} is not shown"));
        for (axis, key) in ["lon", "lat"].into_iter().enumerate() {
            let shown = shown["place"][axis].as_f64().expect("a number");
            assert!(
                (shown - thing[key].as_float().expect("a number")).abs() < 1e-9,
                "{id} {key}: {shown}"
            );
        }
    }
}

#[test]
fn a_replay_gives_the_same_findings_at_any_speed() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("two_weeks.csv");
    std::fs::write(&table, two_weeks()).expect("written");
    let findings: Vec<Vec<String>> = ["max", "20000000", "1000000"]
        .iter()
        .map(|speed| {
            let data = folder.path().join(speed);
            let mut program = replay(
                std::slice::from_ref(&table),
                &data,
                free_port(),
                speed,
                true,
            );
            until("the replay ends by itself", || program.has_ended());
            settled(&data.join("log"))
        })
        .collect();
    assert!(
        findings[0].len() > 1_000,
        "only {} findings",
        findings[0].len()
    );
    assert!(
        findings[0].iter().any(|finding| finding.contains("alarm")),
        "no alarm in two weeks of bad air"
    );
    assert_eq!(findings[0], findings[1]);
    assert_eq!(findings[0], findings[2]);
}

#[test]
fn the_same_log_gives_the_same_findings_to_the_byte_at_any_batch_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("two_weeks.csv");
    std::fs::write(&table, two_weeks()).expect("written");
    let data = folder.path().join("data");
    let mut program = replay(
        std::slice::from_ref(&table),
        &data,
        free_port(),
        "max",
        true,
    );
    until("the replay ends by itself", || program.has_ended());
    for batch in ["1", "7", "100", "100000"] {
        let check = Command::new(env!("CARGO_BIN_EXE_yiping"))
            .args(["check", "--map", MAP, "--log"])
            .arg(data.join("log"))
            .args(["--batch", batch])
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&check.stdout).into_owned()
            + &String::from_utf8_lossy(&check.stderr);
        assert!(check.status.success(), "batch {batch}: {said}");
        assert!(compared(&said) > 1_000, "batch {batch}: {said}");
    }
}

/// How many findings `check --log` says it has compared.
fn compared(said: &str) -> usize {
    let before = said.split(" findings, to the byte").next().unwrap_or("");
    let number = before.rsplit(' ').next().unwrap_or("");
    number.parse().unwrap_or(0)
}

/// A fortnight of one station in the form of the Beijing tables: air that grows bad and good again, with gaps.
fn two_weeks() -> String {
    let mut text = String::from(
        "No,year,month,day,hour,PM2.5,PM10,SO2,NO2,CO,O3,TEMP,PRES,DEWP,RAIN,wd,WSPM,station\n",
    );
    for hour in 0..14 * 24 {
        let swing = (f64::from(hour) / 30.0).sin().abs();
        let pm25 = if hour % 37 == 5 {
            "NA".to_owned()
        } else {
            format!("{:.0}", 10.0 + 400.0 * swing)
        };
        let row = format!(
            "{},2014,1,{},{},{pm25},{:.0},12,{:.0},{:.0},30,-2.0,1020.5,-15,0,NNW,1.5,Tiantan\n",
            hour + 1,
            1 + hour / 24,
            hour % 24,
            20.0 + 500.0 * swing,
            20.0 + 60.0 * swing,
            500.0 + 3_000.0 * swing,
        );
        text.push_str(&row);
    }
    text
}

/// Everything the engine said, without the place in the log that caused it.
fn settled(log: &Path) -> Vec<String> {
    let mut findings = Vec::new();
    support::for_each_record(log, |record| {
        if let Body::Finding(finding) = &record.body {
            let kind = match &finding.outcome {
                Outcome::Alarm(_) => "alarm",
                Outcome::Index(_) => "index",
                Outcome::Derived(_) => "derived",
                Outcome::Window(_) => "window",
            };
            findings.push(format!(
                "{kind} {}",
                serde_json::to_string(&finding.outcome).expect("JSON")
            ));
        }
    });
    findings
}
