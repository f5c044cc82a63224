//! The whole program from outside: the real binary, a real mosquitto, free ports, folders of their own.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(
    clippy::disallowed_methods,
    reason = "tests stand outside: they measure and they look for the test data"
)]

pub(crate) mod access;
pub(crate) mod city;
pub(crate) mod outage;
pub(crate) mod outside;
pub(crate) mod postgres;
pub(crate) mod provider;
pub(crate) mod rig;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The test data folder, or a word that the test is skipped.
pub(crate) fn test_data() -> Option<PathBuf> {
    let folder = std::env::var_os("YIPING_TEST_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: YIPING_TEST_DATA is not set, so the real data are not here");
    }
    folder
}

/// A port that nobody listens at and that this process has not given before: what a test knows by a port never meets the next program. Below those that
/// Linux gives to outgoing connections (32768 and up), so that none takes it while its program is away.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(20_000);
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        assert!(port < 32_000, "twelve thousand ports are given or taken");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Waits for a condition; two minutes at most.
pub(crate) fn until(what: &str, holds: impl FnMut() -> bool) {
    until_within(Duration::from_mins(2), what, holds);
}

/// Waits for a condition that takes long on a slow machine.
pub(crate) fn until_within(limit: Duration, what: &str, holds: impl FnMut() -> bool) {
    assert!(within(limit, holds), "waited {limit:?}: {what}");
}

/// Whether a condition comes to hold in this time.
pub(crate) fn within(limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    while !holds() {
        if Instant::now() >= deadline {
            return false;
        }
        thread::park_timeout(Duration::from_millis(5));
    }
    true
}

/// A child process that does not outlive its test.
pub(crate) struct Process {
    child: Child,
    output: Arc<Mutex<String>>,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let output = Arc::new(Mutex::new(String::new()));
        let streams: [Box<dyn std::io::Read + Send>; 2] = [
            Box::new(child.stdout.take().expect("piped")),
            Box::new(child.stderr.take().expect("piped")),
        ];
        for stream in streams {
            let output = Arc::clone(&output);
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let mut text = output.lock().expect("no panic holds it");
                    text.push_str(&line);
                    text.push('\n');
                }
            });
        }
        Self { child, output }
    }

    pub(crate) fn output(&self) -> String {
        self.output.lock().expect("no panic holds it").clone()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("a child can be asked")
            .is_some()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a killed child ends");
    }

    /// SIGTERM; gives how long it took and whether it ended well.
    pub(crate) fn terminate(&mut self) -> (Duration, bool) {
        let from = Instant::now();
        let status = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .expect("kill exists");
        assert!(status.success());
        let ended = self.child.wait().expect("it ends");
        (from.elapsed(), ended.success())
    }
}

impl Drop for Process {
    /// Asks first, so that a program can close in order; then kills.
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        drop(
            Command::new("kill")
                .arg(self.child.id().to_string())
                .status(),
        );
        let deadline = Instant::now() + Duration::from_secs(6);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::park_timeout(Duration::from_millis(5));
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A mosquitto with queues that hold whatever a test sends.
pub(crate) struct Broker {
    pub(crate) port: u16,
    _process: Process,
    _folder: tempfile::TempDir,
}

impl Broker {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let settings = folder.path().join("mosquitto.conf");
        let text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_inflight_messages 1000\nmax_queued_messages 0\n"
        );
        fs::write(&settings, text).expect("written");
        let program = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"]
            .into_iter()
            .find(|path| Path::new(path).exists())
            .expect("mosquitto is installed: make test installs it");
        let process = Process::start(Command::new(program).arg("-c").arg(&settings));
        until("mosquitto answers", || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        Self {
            port,
            _process: process,
            _folder: folder,
        }
    }
}

/// The program under test, on its own port and folder.
pub(crate) struct Yiping {
    pub(crate) port: u16,
    process: Process,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Yiping {
    /// Starts it; the arguments must name the same port. Waits until it is ready.
    pub(crate) fn start(port: u16, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|&argument| argument.to_owned())
            .collect();
        let environment: Vec<(String, String)> = environment
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        access::prepare(port, &arguments, &environment);
        let process = Process::start(&mut Self::command(&arguments, &environment));
        let mut program = Self {
            port,
            process,
            arguments,
            environment,
        };
        program.wait_until_ready();
        program
    }

    fn command(arguments: &[String], environment: &[(String, String)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yiping"));
        command.args(arguments).envs(
            environment
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        command
    }

    pub(crate) fn wait_until_ready(&mut self) {
        let port = self.port;
        let process = &mut self.process;
        until("the program is ready", || {
            assert!(
                !process.has_ended(),
                "the program ended:\n{}",
                process.output()
            );
            status(port, "/readyz") == Some(200)
        });
    }

    /// `kill -9`, then starts it again at once; does not wait until it is ready.
    pub(crate) fn kill_and_restart(&mut self) {
        self.process.kill();
        self.process = Process::start(&mut Self::command(&self.arguments, &self.environment));
    }

    /// Starts it again after it has ended.
    pub(crate) fn start_again(&mut self) {
        self.process = Process::start(&mut Self::command(&self.arguments, &self.environment));
    }

    pub(crate) fn output(&self) -> String {
        self.process.output()
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        get(self.port, path)
            .unwrap_or_else(|error| panic!("GET {path}: {error}\n{}", self.output()))
    }

    /// What `/readyz` says, ready or not.
    pub(crate) fn readiness(&self) -> Value {
        let text = get_text(self.port, "/readyz").expect("the program answers");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Waits until every reader of the log, and history, has what it holds now; `/readyz` calls a program ready that is a little behind.
    pub(crate) fn wait_until_filled(&self) {
        let end = self.readiness()["end"].as_u64();
        until("what the log holds is everywhere", || {
            let now = self.readiness();
            let readers = now["readers"].as_array().expect("a list");
            let mut all = readers.iter().chain([&now["history"]]);
            now["history"]["away"].is_null() && all.all(|one| one["position"].as_u64() >= end)
        });
    }

    pub(crate) fn terminate(&mut self) -> (Duration, bool) {
        self.process.terminate()
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .new_agent()
}

/// The status of a GET, or `None` when nobody answers.
pub(crate) fn status(port: u16, path: &str) -> Option<u16> {
    agent()
        .get(format!("http://127.0.0.1:{port}{path}"))
        .call()
        .ok()
        .map(|answer| answer.status().as_u16())
}

/// The text that a GET answers with, or `None` when nobody answers.
pub(crate) fn get_text(port: u16, path: &str) -> Option<String> {
    let bearer = access::access(port).bearer(port, "GET", path);
    let mut answer = agent()
        .get(format!("http://127.0.0.1:{port}{path}"))
        .header("authorization", bearer)
        .call()
        .ok()?;
    answer.body_mut().read_to_string().ok()
}

/// The JSON that a GET answers with 200.
pub(crate) fn get(port: u16, path: &str) -> Result<Value, String> {
    let bearer = access::access(port).bearer(port, "GET", path);
    let mut answer = agent()
        .get(format!("http://127.0.0.1:{port}{path}"))
        .header("authorization", bearer)
        .call()
        .map_err(|error| error.to_string())?;
    let status = answer.status();
    let text = answer
        .body_mut()
        .with_config()
        .limit(256 << 20)
        .read_to_string()
        .map_err(|error| error.to_string())?;
    if status != 200 {
        return Err(format!("{status}: {text}"));
    }
    serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))
}

/// Posts JSON; the status and the answer, or `None` when nobody answers.
pub(crate) fn post(port: u16, path: &str, body: &str) -> Option<(u16, String)> {
    let bearer = access::access(port).bearer(port, "POST", path);
    let mut answer = agent()
        .post(format!("http://127.0.0.1:{port}{path}"))
        .header("authorization", bearer)
        .header("content-type", "application/json")
        .send(body)
        .ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.body_mut().read_to_string().ok()?))
}

/// Acknowledges what the scene shows of an alarm now, as the officer; the status and the answer.
pub(crate) fn acknowledge(port: u16, id: &str) -> (u16, String) {
    let shown = get(port, &format!("/api/v1/alarms/{id}/shown")).expect("the alarm is open");
    acknowledge_seen(port, id, &shown)
}

/// The same on the evidence of what was shown before.
pub(crate) fn acknowledge_seen(port: u16, id: &str, shown: &Value) -> (u16, String) {
    let seen = serde_json::json!({ "position": shown["position"], "digest": shown["digest"] });
    let body = serde_json::json!({ "note": "", "seen": seen }).to_string();
    post(port, &format!("/api/v1/alarms/{id}/ack"), &body).expect("an answer")
}

/// Every record of a log that no program holds open, in order.
pub(crate) fn for_each_record(folder: &Path, mut visit: impl FnMut(&yiping_model::Record)) {
    use yiping_log::{CityClock, DiskLog, Log};
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let log = DiskLog::open(
        folder,
        yiping_log::disk::Settings::default(),
        CityClock::driven,
    )
    .expect("the log opens");
    let mut after = yiping_model::Position::START;
    loop {
        let chunk = runtime
            .block_on(log.read(after, 10_000))
            .expect("the log reads");
        let Some(last) = chunk.last() else { break };
        chunk.iter().for_each(&mut visit);
        after = last.position;
    }
}
