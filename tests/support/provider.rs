//! A real provider of `OpenID` Connect (`tests/oidc`), a browser that goes to it and comes back, and how long it may be away.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Yiping, access, free_port, get_text, status, until};

/// From one look at a provider that is away to the next.
const TRIED_EVERY: Duration = Duration::from_secs(10);

/// The provider; it ends with this value.
pub(crate) struct Provider {
    port: u16,
    _process: Child,
}

impl Provider {
    pub(crate) fn start(port: u16, program: u16) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc");
        let back = format!("http://127.0.0.1:{program}/api/v1/session/oidc/answer");
        let process = Command::new("node")
            .args(["server.js", &port.to_string(), &back])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node runs; `make test` installs what it needs");
        until("the provider answers", || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        Self {
            port,
            _process: process,
        }
    }

    pub(crate) fn control(&self, said: &Value) {
        let answer = agent()
            .post(format!("http://127.0.0.1:{}/control", self.port))
            .send(said.to_string())
            .expect("the provider is controlled");
        assert_eq!(answer.status(), 200);
    }

    pub(crate) fn mode(&self, mode: &str) {
        self.control(&json!({ "mode": mode }));
    }

    /// How often its keys were asked for.
    pub(crate) fn keys_asked(&self) -> u64 {
        let answer = agent()
            .get(format!("http://127.0.0.1:{}/control", self.port))
            .call();
        let text = answer.expect("answers").body_mut().read_to_string();
        let told: Value = serde_json::from_str(&text.expect("text")).expect("JSON");
        told["keysAsked"].as_u64().expect("a number")
    }
}

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .new_agent()
}

/// A browser: it keeps cookies of each server, and follows one step at a time.
#[derive(Default)]
pub(crate) struct Browser {
    cookies: BTreeMap<(u16, String), String>,
}

impl Browser {
    /// Asks, and gives the status, where it leads to, and what is said.
    pub(crate) fn get(&mut self, address: &str) -> (u16, String, String) {
        let rest = address.strip_prefix("http://127.0.0.1:").expect("loopback");
        let port: u16 = rest[..rest.find('/').expect("a path")]
            .parse()
            .expect("a port");
        let carried = self.cookies.iter().filter(|((of, _), _)| *of == port);
        let carried: Vec<_> = carried
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let mut answer = agent()
            .get(address)
            .header("cookie", carried.join("; "))
            .call()
            .unwrap_or_else(|error| panic!("{address}: {error}"));
        for line in answer.headers().get_all("set-cookie") {
            let line = line.to_str().expect("text");
            let pair = line.split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a name and a value");
            let gone = value.is_empty() || line.to_lowercase().contains("expires=thu, 01 jan 1970");
            if gone {
                self.cookies.remove(&(port, name.to_owned()));
            } else {
                self.cookies
                    .insert((port, name.to_owned()), value.to_owned());
            }
        }
        let to = answer.headers().get("location");
        let to = to.map_or(String::new(), |to| to.to_str().expect("text").to_owned());
        let to = if to.starts_with('/') {
            format!("http://127.0.0.1:{port}{to}")
        } else {
            to
        };
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        (answer.status().as_u16(), to, text)
    }

    /// Presses the button and walks until the provider leads back; the address that it leads to. What the app is told when it does not come so far.
    pub(crate) fn walk(&mut self, program: u16) -> Result<String, String> {
        let home = format!("http://127.0.0.1:{program}/");
        let mut at = format!("{home}api/v1/session/oidc?seat=1");
        for _ in 0..8 {
            let (status, to, text) = self.get(&at);
            assert_eq!(status, 303, "{at}: {text}");
            if let Some(told) = to.strip_prefix(&format!("{home}#oidc=")) {
                return Err(told.to_owned());
            }
            if to.starts_with(&home) {
                return Ok(to);
            }
            at = to;
        }
        panic!("the way has no end: {at}");
    }

    /// Comes back to the program; what the app is told, nothing when the person is in.
    pub(crate) fn come_back(&mut self, to: &str, program: u16) -> String {
        let (status, to, text) = self.get(to);
        assert_eq!(status, 303, "{text}");
        let home = format!("http://127.0.0.1:{program}/");
        let rest = to.strip_prefix(&home).expect("to the app");
        rest.trim_start_matches("#oidc=").to_owned()
    }

    pub(crate) fn session(&mut self, program: u16) -> Option<Value> {
        let (status, _, text) = self.get(&format!("http://127.0.0.1:{program}/api/v1/session"));
        (status == 200).then(|| serde_json::from_str(&text).expect("JSON"))
    }
}

/// A fresh browser from the button to the end; what the app is told.
pub(crate) fn sign_in(program: u16) -> String {
    let mut browser = Browser::default();
    match browser.walk(program) {
        Ok(to) => browser.come_back(&to, program),
        Err(told) => told,
    }
}

/// A program whose people may come by the provider at this port.
pub(crate) fn program(folder: &Path, provider: u16, more: &str) -> Yiping {
    let port = free_port();
    let config = folder.join("yiping.toml");
    let text = format!(
        "[data]\ndir = \"{}\"\n[server]\nlisten = \"127.0.0.1:{port}\"\n\
         [people.oidc]\nissuer = \"http://127.0.0.1:{provider}\"\nclient_id = \"yiping\"\n\
         client_secret = \"the-secret-of-the-test\"\n{more}",
        folder.join("data").display()
    );
    std::fs::write(&config, text).expect("written");
    let arguments = ["run", "--config", config.to_str().expect("text")];
    Yiping::start(port, &arguments, &[])
}

pub(crate) fn way(port: u16) -> Value {
    let text = get_text(port, "/api/v1/session/ways").expect("answers");
    serde_json::from_str(&text).expect("JSON")
}

/// While the provider is away, for so long, at least once: a sign-in by it says so, passwords open, and who is signed in stays. How often that was seen.
pub(crate) fn is_away(port: u16, signed_in: &mut Browser, how: &str, length: Duration) -> u32 {
    // What the program heard of it is believed for some seconds: until then it sends people there.
    let start = format!("http://127.0.0.1:{port}/api/v1/session/oidc?seat=1");
    until("the program has noticed", || {
        let (status, to, text) = Browser::default().get(&start);
        assert_eq!(status, 303, "{how}: {text}");
        to.ends_with("#oidc=away")
    });
    let began = Instant::now();
    let mut seen = 0;
    loop {
        // By itself and in time: a request that takes `server.request_timeout_secs` would be answered 503.
        assert_eq!(sign_in(port), "away", "{how}");
        assert_eq!(way(port)["oidc"]["available"], false, "{how}");
        access::access(port).sign_in(port, "viewer");
        let session = signed_in.session(port).expect("still signed in");
        assert_eq!(session["name"], "commander", "{how}");
        assert_eq!(status(port, "/readyz"), Some(200), "{how}");
        seen += 1;
        if began.elapsed() >= length {
            return seen;
        }
        thread::park_timeout(TRIED_EVERY);
    }
}

/// The commander comes by the provider, it is away in this way for so long, and they come by it again; what was seen.
pub(crate) fn ride_out(how: &str, length: Duration) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let provider_port = free_port();
    let yiping = program(folder.path(), provider_port, "link_by_name = true\n");
    let port = yiping.port;
    let provider = Provider::start(provider_port, port);
    provider.control(&json!({ "account": "sub-commander" }));
    let mut commander = Browser::default();
    let to = commander.walk(port).expect("the provider is there");
    assert_eq!(commander.come_back(&to, port), "");
    let provider = if how == "down" {
        drop(provider);
        None
    } else {
        provider.mode(how);
        Some(provider)
    };
    let seen = is_away(port, &mut commander, how, length);
    let provider = provider.unwrap_or_else(|| Provider::start(provider_port, port));
    provider.control(&json!({ "mode": "", "account": "sub-commander" }));
    assert_eq!(sign_in(port), "", "{how}");
    assert!(commander.session(port).is_some(), "{how}");
    assert_eq!(way(port)["oidc"]["available"], true, "{how}");
    let secs = length.as_secs();
    format!(
        "provider {how} for {secs} s: seen away {seen} times, nobody signed out, back at the first try"
    )
}
