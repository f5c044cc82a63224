//! How the tests are let in: as a program that listens, as one that sends, and as an officer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::Deserialize;

use super::agent;

/// The seat of the officer.
pub(crate) const SEAT: &str = "1号席";

/// What the file of a demonstration says.
#[derive(Debug, Deserialize)]
pub(crate) struct Access {
    pub(crate) password: String,
    pub(crate) wall: String,
    pub(crate) source: String,
    pub(crate) listener: String,
    #[serde(skip)]
    officer: OnceLock<String>,
}

/// The data folders of the programs of this test, by their ports.
static FOLDERS: Mutex<BTreeMap<u16, PathBuf>> = Mutex::new(BTreeMap::new());
static KNOWN: Mutex<BTreeMap<u16, Arc<Access>>> = Mutex::new(BTreeMap::new());

/// Sees to it that a program can be asked: one with a configuration of its own gets accounts before its first start.
pub(crate) fn prepare(port: u16, arguments: &[String], environment: &[(String, String)]) {
    let after = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1).map(PathBuf::from)
    };
    let folder = after("--data-dir").unwrap_or_else(|| {
        let config = after("--config").expect("a configuration or a data folder");
        folder_of(&config)
    });
    if arguments.first().is_some_and(|command| command == "run")
        && !folder.join("sign-in.json").exists()
    {
        let made = Command::new(env!("CARGO_BIN_EXE_yiping"))
            .args(["people", "demo", "--data-dir"])
            .arg(&folder)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("the program starts");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
    }
    keeps(port, folder);
}

/// Notes where the program of this port keeps its data; how another was asked there before is forgotten.
pub(crate) fn keeps(port: u16, folder: PathBuf) {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.remove(&port);
    let mut folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    folders.insert(port, folder);
}

fn folder_of(config: &Path) -> PathBuf {
    let text = std::fs::read_to_string(config).expect("a configuration");
    let table: toml::Table = toml::from_str(&text).expect("TOML");
    let folder = table["data"]["dir"].as_str().expect("a data folder");
    PathBuf::from(folder)
}

/// How to be let in by the program of this port, which was ready once: its accounts are made before it answers.
pub(crate) fn access(port: u16) -> Arc<Access> {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(access) = known.get(&port) {
        return Arc::clone(access);
    }
    let folders = FOLDERS.lock().unwrap_or_else(PoisonError::into_inner);
    let file = folders
        .get(&port)
        .unwrap_or_else(|| panic!("no program of this test has port {port}"))
        .join("sign-in.json");
    drop(folders);
    let text = std::fs::read(&file).expect("the program says how to sign in");
    let access: Arc<Access> = Arc::new(serde_json::from_slice(&text).expect("JSON"));
    known.insert(port, Arc::clone(&access));
    access
}

impl Access {
    /// What a request to this path carries: an acknowledgement the officer's session, other posts the token of a source, the rest that of a
    /// listener.
    pub(crate) fn bearer(&self, port: u16, method: &str, path: &str) -> String {
        let secret = match method {
            "POST" if path.ends_with("/ack") => self.officer(port),
            "POST" => &self.source,
            _ => &self.listener,
        };
        format!("Bearer {secret}")
    }

    fn officer(&self, port: u16) -> &str {
        self.officer.get_or_init(|| self.sign_in(port, "officer"))
    }

    /// Signs an account of the demonstration in; what its requests carry.
    pub(crate) fn sign_in(&self, port: u16, name: &str) -> String {
        let body = serde_json::json!({ "name": name, "password": self.password, "seat": SEAT });
        let answer = agent()
            .post(format!("http://127.0.0.1:{port}/api/v1/session"))
            .header("content-type", "application/json")
            .send(body.to_string())
            .expect("the program answers");
        let cookie = answer.headers()["set-cookie"].to_str().expect("text");
        let secret = cookie
            .strip_prefix("yiping=")
            .and_then(|rest| rest.split(';').next());
        secret.expect("the session's cookie").to_owned()
    }
}

/// The status that an empty JSON body gets, as whoever carries this secret.
pub(crate) fn status_as(port: u16, method: &str, path: &str, secret: Option<&str>) -> u16 {
    let mut request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("http://127.0.0.1:{port}{path}"))
        .header("content-type", "application/json");
    if let Some(secret) = secret {
        request = request.header("authorization", format!("Bearer {secret}"));
    }
    let agent = agent();
    let request = agent
        .configure_request(request.body("{}").expect("a request"))
        .allow_non_standard_methods(true)
        .build();
    let answer = agent.run(request).expect("an answer");
    answer.status().as_u16()
}

/// The status and the JSON that a request gets, as whoever carries this secret; `None` when nobody answers.
pub(crate) fn ask_as(
    port: u16,
    method: &str,
    path: &str,
    body: &serde_json::Value,
    secret: &str,
) -> Option<(u16, serde_json::Value)> {
    let body = body.to_string().into_bytes();
    send_as(port, method, path, ("application/json", body), secret)
}

/// The same with a body of another kind.
pub(crate) fn send_as(
    port: u16,
    method: &str,
    path: &str,
    (kind, body): (&str, Vec<u8>),
    secret: &str,
) -> Option<(u16, serde_json::Value)> {
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("http://127.0.0.1:{port}{path}"))
        .header("content-type", kind)
        .header("authorization", format!("Bearer {secret}"));
    let agent = agent();
    let request = agent
        .configure_request(request.body(body).expect("a request"))
        .allow_non_standard_methods(true)
        .build();
    let mut answer = agent.run(request).ok()?;
    let text = answer.body_mut().read_to_string().ok()?;
    let json = serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text));
    Some((answer.status().as_u16(), json))
}
