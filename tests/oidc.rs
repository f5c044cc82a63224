//! Sign-in by a provider: the real program against a real provider of `OpenID` Connect (`tests/oidc`), which is down, slow and broken, changes its
//! keys, and says what is not true; and people who come back with what is not theirs.

use crate::support;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use support::provider::{Browser, Provider, agent, is_away, program, sign_in, way};
use support::{Yiping, access, free_port, until};

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
    let end = yiping.readiness()["end"].as_u64();
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
    assert_eq!(way(port)["oidc"]["available"], true, "nobody asked yet");
    assert_eq!(sign_in(port), "away", "it was never there");
    assert_eq!(way(port)["oidc"]["available"], false);
    access::access(port).sign_in(port, "viewer");
    let provider = Provider::start(provider_port, port);
    provider.control(&json!({ "account": "sub-commander" }));
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
        is_away(port, &mut commander, mode, Duration::ZERO);
    }
    drop(provider);
    is_away(port, &mut commander, "down", Duration::ZERO);
}
