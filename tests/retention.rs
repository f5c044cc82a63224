//! What the log keeps and what a start reads of it: the program with a small log, a full one, an archive, killed and ended in peace.

use crate::support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use support::{Yiping, for_each_record, free_port, post, until};
use yiping_model::{Body, Class};

/// Readings of one post.
const BATCH: u64 = 1_000;

/// `yiping run` with the rig's pack, its HTTP door only, and these settings besides.
fn program(data: &Path, settings: &str) -> Yiping {
    let port = free_port();
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pack-rig");
    let text = format!(
        "[data]\ndir = \"{}\"\nretention_check_secs = 1\n[ingest]\nunknown = \"accept\"\n[packs]\ndirs = [\"{}\"]\n{settings}",
        data.display(),
        pack.display()
    );
    let file = data.join("yiping.toml");
    std::fs::write(&file, text).expect("written");
    let arguments = ["run", "--config", file.to_str().expect("UTF-8")];
    let listen = format!("127.0.0.1:{port}");
    Yiping::start(port, &arguments, &[("YIPING__SERVER__LISTEN", &listen)])
}

/// Posts `count` readings in batches, a millisecond apart, hot at every thousandth; gives the phenomenon times.
fn fill(port: u16, count: u64) -> BTreeSet<u64> {
    let start_ms = now_ms() - count;
    let times: Vec<u64> = (start_ms..start_ms + count).collect();
    for batch in times.chunks(usize::try_from(BATCH).expect("small")) {
        let mut body = String::from("[");
        for at in batch {
            let value = if at % 1_000 < 5 { 95.0 } else { 20.0 };
            let separator = if body.len() > 1 { "," } else { "" };
            write!(
                body,
                r#"{separator}{{"id":"s{:02}","ts":{at},"metrics":{{"temp":{value}}}}}"#,
                at % 50
            )
            .expect("a string takes text");
        }
        body.push(']');
        let answer = post(port, "/api/v1/observations", &body).expect("an answer");
        assert_eq!(answer.0, 202, "{}", answer.1);
    }
    times.into_iter().collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test stands outside: it measures"
)]
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.expect("after 1970").as_millis()).expect("fits")
}

/// A figure of `/metrics`, when it is there.
fn figure(port: u16, name: &str) -> Option<f64> {
    let text = support::get_text(port, "/metrics")?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.rsplit(' ').next()?.parse().ok()
}

fn start_figure(port: u16, what: &str, reader: &str) -> Option<f64> {
    figure(
        port,
        &format!("yiping_log_start_{what}{{reader=\"{reader}\"}}"),
    )
}

/// How many records the readers of the log read at their start, when they are through.
fn read_at_start(port: u16) -> Vec<(&'static str, f64)> {
    let readers = ["findings of the engine", "engine", "history", "wall"];
    until("the readers are up to date", || {
        readers
            .iter()
            .all(|reader| start_figure(port, "records", reader).is_some())
    });
    for reader in readers {
        let secs = start_figure(port, "seconds", reader).expect("both are shown");
        assert!(secs < 60.0, "{reader} read {secs} s of the log");
    }
    let records = readers.map(|reader| {
        let records = start_figure(port, "records", reader);
        (reader, records.expect("both are shown"))
    });
    records.to_vec()
}

#[test]
fn a_start_reads_little_of_a_large_log_after_a_kill_and_next_to_nothing_after_an_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        "[runner]\ncheckpoint_records = 10000\n[server.live]\ncheckpoint_records = 10000\n";
    let mut program = program(folder.path(), settings);
    let total = 100 * BATCH;
    fill(program.port, total);
    let kept = ["engine.checkpoint", "wall.checkpoint"].map(|name| folder.path().join(name));
    until("every reader has taken everything and kept a place", || {
        kept.iter().all(|path| path.exists())
            && figure(program.port, "yiping_runner_lag_records") == Some(0.0)
            && accepted(&program) == total
    });

    program.kill_and_restart();
    program.wait_until_ready();
    for (reader, records) in read_at_start(program.port) {
        println!("after a kill {reader} read {records} of {total} records");
        assert!(
            records <= 50_000.0,
            "{reader} read {records} of {total} records after a kill"
        );
    }
    assert!(program.terminate().1, "SIGTERM ends it well");
    program.start_again();
    program.wait_until_ready();
    for (reader, records) in read_at_start(program.port) {
        assert!(
            records <= 1_000.0,
            "{reader} read {records} records after an end in peace"
        );
    }
    assert_eq!(accepted(&program), total, "a start counts nothing twice");
}

fn accepted(program: &Yiping) -> u64 {
    let answer = program.get("/api/v1/sources");
    let rows = answer["items"].as_array().expect("a list");
    let row = rows.iter().find(|row| row["source"] == "http");
    row.and_then(|row| row["accepted"].as_u64()).unwrap_or(0)
}

#[test]
fn what_the_log_drops_is_archived_and_alarms_and_decisions_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = "[log]\nsegment_bytes = 65536\n[log.retain]\nbytes_max = 400000\n[archive]\nformat = \"parquet\"\n\
                    [runner]\ncheckpoint_secs = 1\n[server.live]\ncheckpoint_secs = 1\n";
    let mut program = program(folder.path(), settings);
    let mut sent = fill(program.port, 2 * BATCH);
    let alarm = first_alarm(&program);
    let answer = support::acknowledge(program.port, &alarm);
    assert_eq!(answer.0, 200, "{}", answer.1);
    sent.extend(fill(program.port, 20 * BATCH));

    until("the log is within its limit", || {
        figure(program.port, "yiping_log_size_bytes").is_some_and(|bytes| bytes <= 400_000.0)
            && figure(
                program.port,
                "yiping_log_dropped_records_total{class=\"input\"}",
            )
            .is_some_and(|records| records > 10_000.0)
    });
    program.kill_and_restart();
    program.wait_until_ready();
    program.wait_until_filled();
    let raised =
        program.get("/api/v1/alarms?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=10000");
    let raised = raised["items"].as_array().expect("a list").len();
    assert!(program.terminate().1, "SIGTERM ends it well");

    let archived = archived_times(&folder.path().join("archive"));
    assert!(archived.len() > 10_000, "only {} archived", archived.len());
    let (mut in_log, mut alarms, mut decisions) = (BTreeSet::new(), BTreeSet::new(), 0);
    for_each_record(&folder.path().join("log"), |record| match &record.body {
        Body::Reading(reading) => {
            in_log.insert(u64::try_from(reading.phenomenon_time.as_millis()).expect("after 1970"));
        }
        Body::Finding(finding) if record.body.class() == Class::Alarm => {
            if let yiping_model::Outcome::Alarm(event) = &finding.outcome {
                alarms.insert(event.alarm.clone());
            }
        }
        Body::Decision(_) => decisions += 1,
        _ => {}
    });
    let missing = sent
        .iter()
        .filter(|at| !archived.contains(at) && !in_log.contains(at));
    assert_eq!(missing.count(), 0, "readings in neither log nor archive");
    // Eight accounts and three tokens of the demonstration, the officer's sign-in, and the acknowledgement.
    assert_eq!(decisions, 13, "the decisions stay");
    assert_eq!(alarms.len(), raised, "the alarms stay");
}

fn first_alarm(program: &Yiping) -> String {
    let mut id = None;
    until("an alarm is raised", || {
        let answer =
            program.get("/api/v1/alarms?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=1");
        id = answer["items"][0]["id"].as_str().map(str::to_owned);
        id.is_some()
    });
    id.expect("waited for")
}

/// The phenomenon times, in ms, of all rows of an archive.
fn archived_times(dir: &Path) -> BTreeSet<u64> {
    let inside = |dir: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(dir).expect("a folder");
        entries
            .map(|entry| entry.expect("an entry").path())
            .collect()
    };
    let mut times = BTreeSet::new();
    for file in inside(dir).iter().flat_map(|day| inside(day)) {
        let reader = SerializedFileReader::new(File::open(&file).expect("there"));
        for row in reader.expect("Parquet").get_row_iter(None).expect("rows") {
            let micros = row.expect("whole").get_timestamp_micros(2).expect("a time");
            times.insert(u64::try_from(micros / 1_000).expect("after 1970"));
        }
    }
    times
}
