//! Sign-in by a provider: the real program against a real provider of `OpenID` Connect (`tests/oidc`), which is down, slow and broken, changes its
//! keys, and says what is not true; and people who come back with what is not theirs.

mod support;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use support::{Yiping, access, free_port, until};

/// The provider; it ends with this value.
struct Provider {
    port: u16,
    _process: Child,
}

impl Provider {
    fn start(port: u16, program: u16) -> Self {
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

    fn control(&self, said: &Value) {
        let answer = agent()
            .post(format!("http://127.0.0.1:{}/control", self.port))
            .send(said.to_string())
            .expect("the provider is controlled");
        assert_eq!(answer.status(), 200);
    }

    fn mode(&self, mode: &str) {
        self.control(&json!({ "mode": mode }));
    }

    /// How often its keys were asked for.
    fn keys_asked(&self) -> u64 {
        let answer = agent()
            .get(format!("http://127.0.0.1:{}/control", self.port))
            .call();
        let text = answer.expect("answers").body_mut().read_to_string();
        let told: Value = serde_json::from_str(&text.expect("text")).expect("JSON");
        told["keysAsked"].as_u64().expect("a number")
    }
}

fn agent() -> ureq::Agent {
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
struct Browser {
    cookies: BTreeMap<(u16, String), String>,
}

impl Browser {
    /// Asks, and gives the status, where it leads to, and what is said.
    fn get(&mut self, address: &str) -> (u16, String, String) {
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
    fn walk(&mut self, program: u16) -> Result<String, String> {
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
    fn come_back(&mut self, to: &str, program: u16) -> String {
        let (status, to, text) = self.get(to);
        assert_eq!(status, 303, "{text}");
        let home = format!("http://127.0.0.1:{program}/");
        let rest = to.strip_prefix(&home).expect("to the app");
        rest.trim_start_matches("#oidc=").to_owned()
    }

    fn session(&mut self, program: u16) -> Option<Value> {
        let (status, _, text) = self.get(&format!("http://127.0.0.1:{program}/api/v1/session"));
        (status == 200).then(|| serde_json::from_str(&text).expect("JSON"))
    }
}

/// A fresh browser from the button to the end; what the app is told.
fn sign_in(program: u16) -> String {
    let mut browser = Browser::default();
    match browser.walk(program) {
        Ok(to) => browser.come_back(&to, program),
        Err(told) => told,
    }
}

/// A program whose people may come by the provider at this port.
fn program(folder: &Path, provider: u16, more: &str) -> Yiping {
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

/// The administrator says as whom the provider knows the officer.
fn link(port: u16, subject: &str) -> (u16, Value) {
    let administrator = access::access(port).sign_in(port, "administrator");
    let form = json!({ "display": "值班员", "roles": ["duty_officer"], "subject": subject });
    let mut answer = agent()
        .put(format!("http://127.0.0.1:{port}/api/v1/accounts/officer"))
        .header("authorization", format!("Bearer {administrator}"))
        .header("content-type", "application/json")
        .send(form.to_string())
        .expect("the program answers");
    let text = answer.body_mut().read_to_string().expect("text");
    let told = serde_json::from_str(&text).expect("JSON");
    (answer.status().as_u16(), told)
}

fn way(port: u16) -> Value {
    let text = support::get_text(port, "/api/v1/session/ways").expect("answers");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_person_comes_by_the_provider_and_nobody_comes_by_what_is_not_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let provider_port = free_port();
    let yiping = program(folder.path(), provider_port, "");
    let port = yiping.port;
    let provider = Provider::start(provider_port, port);
    provider.control(&json!({ "account": "sub-7" }));
    // Nobody made an account for this identity: the app is told what an administrator must know.
    assert_eq!(sign_in(port), "unknown&subject=sub-7");
    let (status, told) = link(port, "sub-7");
    assert_eq!((status, &told["subject"]), (200, &json!("sub-7")));
    let mut officer = Browser::default();
    let to = officer.walk(port).expect("the provider is there");
    assert_eq!(officer.come_back(&to, port), "");
    let session = officer.session(port).expect("signed in");
    assert_eq!(
        (&session["name"], &session["seat"]),
        (&json!("officer"), &json!("1"))
    );
    // What was used is used, in this browser and in another one.
    assert_eq!(officer.come_back(&to, port), "state");
    assert_eq!(Browser::default().come_back(&to, port), "state");
    states_and_codes(port);
    for mode in [
        "audience",
        "issuer",
        "nonce",
        "expired",
        "signature",
        "unsigned",
    ] {
        provider.mode(mode);
        assert_eq!(sign_in(port), "token", "{mode}");
    }
    provider.mode("denied");
    assert_eq!(sign_in(port), "refused");
    provider.mode("");
    assert_eq!(sign_in(port), "");
    keys_change(port, &provider);
    assert!(officer.session(port).is_some());
    let (status, _) = link(port, "");
    assert_eq!(status, 200);
    assert_eq!(sign_in(port), "unknown&subject=sub-7");
    assert!(
        officer.session(port).is_none(),
        "the link's end ends the sessions"
    );
    on_the_ledger(yiping, folder.path());
}

/// Another's state, another's code, and none.
fn states_and_codes(port: u16) {
    let mut mine = Browser::default();
    let mut other = Browser::default();
    let (to, others) = (
        mine.walk(port).expect("there"),
        other.walk(port).expect("there"),
    );
    let said = |address: &str, name: &str| {
        let query = address.split_once('?').expect("a query").1;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(key, _)| *key == name).expect("it is there");
        value.to_owned()
    };
    let base = format!("http://127.0.0.1:{port}/api/v1/session/oidc/answer");
    // A link that somebody sends me to be signed in as that person.
    assert_eq!(mine.come_back(&others, port), "state");
    assert_eq!(
        mine.come_back(&format!("{base}?code=x&state=made-up"), port),
        "state"
    );
    assert_eq!(mine.come_back(&base, port), "state");
    assert!(mine.session(port).is_none());
    // My state with the code of another's sign-in: PKCE binds the code to its state.
    let mixed = format!(
        "{base}?code={}&state={}",
        said(&others, "code"),
        said(&to, "state")
    );
    assert_eq!(mine.come_back(&mixed, port), "token");
    assert_eq!(mine.come_back(&to, port), "state", "a state counts once");
}

fn keys_change(port: u16, provider: &Provider) {
    let mut browser = Browser::default();
    let to = browser.walk(port).expect("there");
    // The provider forgets its codes with its keys: the one in hand is taken with what it says next.
    let before = provider.keys_asked();
    provider.mode("next-key");
    assert_eq!(browser.come_back(&to, port), "");
    assert_eq!(
        provider.keys_asked(),
        before + 1,
        "the new key was asked for"
    );
    provider.mode("unknown-key");
    for _ in 0..3 {
        let mut browser = Browser::default();
        let to = browser.walk(port).expect("there");
        let before = provider.keys_asked();
        assert_eq!(browser.come_back(&to, port), "token");
        assert_eq!(provider.keys_asked(), before, "once a minute and no more");
    }
    provider.mode("");
    assert_eq!(sign_in(port), "");
}

fn on_the_ledger(mut yiping: Yiping, folder: &Path) {
    let end = yiping.get("/readyz")["end"].as_u64();
    until("the ledger has read so far", || {
        yiping.get("/healthz")["ledger"]["position"].as_u64() >= end
    });
    let (_, well) = yiping.terminate();
    assert!(well);
    let data = folder.join("data");
    let exported = Command::new(env!("CARGO_BIN_EXE_yiping"))
        .args(["ledger", "export"])
        .arg(&data)
        .output()
        .expect("the program starts");
    let ledger = String::from_utf8(exported.stdout).expect("text");
    let count = |what: &str| ledger.matches(what).count();
    assert_eq!(count("\"set_subject\""), 2, "{ledger}");
    assert!(count("\"provider\"") >= 4, "{ledger}");
    assert_eq!(count("the-secret-of-the-test"), 0);
    let log = yiping.output();
    assert!(
        !log.contains("the-secret-of-the-test") && !log.contains(" ERROR "),
        "{log}"
    );
}

#[test]
fn while_the_provider_is_away_passwords_open_and_nobody_is_signed_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let provider_port = free_port();
    let yiping = program(folder.path(), provider_port, "link_by_name = true\n");
    let port = yiping.port;
    // By itself and in time: a request that takes `server.request_timeout_secs` would be answered 503.
    let is_away = |what: &str| {
        assert_eq!(sign_in(port), "away", "{what}");
        assert_eq!(way(port)["oidc"]["available"], false, "{what}");
        access::access(port).sign_in(port, "viewer");
    };
    assert_eq!(way(port)["oidc"]["available"], true, "nobody asked yet");
    is_away("down");
    let provider = Provider::start(provider_port, port);
    provider.mode("slow");
    is_away("slow");
    provider.mode("500");
    is_away("500");
    provider.mode("garbage");
    is_away("garbage");
    provider.control(&json!({ "mode": "", "account": "sub-commander" }));
    // It is back, and the account takes the identity whose name it has.
    let mut commander = Browser::default();
    let to = commander.walk(port).expect("there");
    assert_eq!(way(port)["oidc"]["available"], true);
    assert_eq!(commander.come_back(&to, port), "");
    // A name of nobody, and a name that is taken by another identity.
    provider.control(&json!({ "account": "stranger" }));
    assert_eq!(sign_in(port), "unknown&subject=stranger");
    provider.control(&json!({ "account": "commander" }));
    assert_eq!(sign_in(port), "unknown&subject=commander");
    provider.control(&json!({ "account": "sub-commander" }));
    // It goes away while somebody is on the way: that sign-in fails in time, and who is signed in stays.
    for mode in ["slow", "500", "garbage"] {
        provider.mode("");
        let mut late = Browser::default();
        let to = late.walk(port).expect("there");
        provider.mode(mode);
        assert_eq!(late.come_back(&to, port), "away", "{mode}");
        let session = commander.session(port).expect("still signed in");
        assert_eq!(session["name"], "commander");
    }
    drop(provider);
    assert!(commander.session(port).is_some());
    assert_eq!(support::status(port, "/readyz"), Some(200));
}
