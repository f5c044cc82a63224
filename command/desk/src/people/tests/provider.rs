//! Identities of a provider and the accounts that they belong to.

use super::*;

fn oidc(link_by_name: bool) -> Oidc {
    Oidc {
        issuer: "https://sso.example".into(),
        client_id: "yiping".into(),
        link_by_name,
        ..Oidc::default()
    }
}

fn subject(sub: &str) -> Subject {
    Subject {
        issuer: "https://sso.example".into(),
        sub: sub.into(),
    }
}

fn identity(sub: &str, name: &str) -> Identity {
    Identity {
        subject: subject(sub),
        name: Some(name.into()),
    }
}

fn link(register: &mut Register, name: &str, sub: Option<&str>) -> Result<(), Refused> {
    let entry = Entry {
        subject: Some(sub.map(subject)),
        ..Entry::default()
    };
    let same = form(name, &[Role::Viewer], &[]);
    register
        .change(&Who::operator(), same, entry, at(0))
        .map(|_| ())
}

#[test]
fn an_identity_opens_the_account_that_an_administrator_gave_it() {
    let mut register = with(&[("li", &[Role::Viewer], &[]), ("wu", &[Role::Viewer], &[])]);
    let oidc = oidc(false);
    assert!(
        register.known_by(&identity("7", "li"), &oidc).is_err(),
        "nobody was linked"
    );
    link(&mut register, "li", Some("7")).expect("free");
    assert!(who(&register, "li", 0).is_none(), "sessions end");
    let known = register.known_by(&identity("7", "somebody"), &oidc);
    assert_eq!(known, Ok(("li".into(), false)));
    // It belongs to one account, and a change of something else leaves it there.
    assert!(matches!(
        link(&mut register, "wu", Some("7")),
        Err(Refused::Conflict(_))
    ));
    let mut other = form("li", &[Role::Viewer], &[]);
    other.display = "李".into();
    register
        .change(&Who::operator(), other, Entry::default(), at(0))
        .expect("valid");
    assert!(register.known_by(&identity("7", ""), &oidc).is_ok());
    let elsewhere = Identity {
        subject: Subject {
            issuer: "https://other.example".into(),
            sub: "7".into(),
        },
        name: None,
    };
    assert!(
        register.known_by(&elsewhere, &oidc).is_err(),
        "another provider's 7"
    );
    link(&mut register, "li", None).expect("known");
    assert!(register.known_by(&identity("7", "li"), &oidc).is_err());
    for none in ["", "\n", &"x".repeat(256)] {
        assert!(matches!(
            link(&mut register, "li", Some(none)),
            Err(Refused::Form(_))
        ));
    }
}

#[test]
fn by_name_an_account_takes_an_identity_once() {
    let mut register = with(&[("li", &[Role::Viewer], &[])]);
    let oidc = oidc(true);
    assert!(register.known_by(&identity("7", "nobody"), &oidc).is_err());
    assert_eq!(
        register.known_by(&identity("7", "li"), &oidc),
        Ok(("li".into(), true))
    );
    assert_eq!(
        register.known_by(&identity("7", "li"), &oidc),
        Ok(("li".into(), false))
    );
    // Who takes that name at the provider later is somebody else.
    assert!(register.known_by(&identity("8", "li"), &oidc).is_err());
    let mut closed = form("li", &[Role::Viewer], &[]);
    closed.closed = true;
    register
        .change(&Who::operator(), closed, Entry::default(), at(0))
        .expect("valid");
    assert!(register.known_by(&identity("7", "li"), &oidc).is_err());
}

#[test]
fn who_is_vouched_for_is_asked_for_no_password_and_no_code_of_ours() {
    let mut register = Register::default();
    let policy = Policy {
        totp: Second::Required,
        ..Policy::default()
    };
    let li = form("li", &[Role::Viewer], &[]);
    register
        .make(&Who::operator(), li, "hash".into(), true, &policy, at(0))
        .expect("valid");
    register
        .begin(Key::of("own"), "li", "", &policy, at(0))
        .expect("known");
    register
        .begin_vouched(&Key::of("vouched"), "li", "", &policy, at(0))
        .expect("known");
    let may = |secret: &str| {
        let who = register.who(&Key::of(secret), &policy, at(0));
        who.expect("in").may(Right::Watch)
    };
    assert!(!may("own") && may("vouched"));
    let kept = serde_json::to_string(&register).expect("text");
    assert_eq!(
        serde_json::from_str::<Register>(&kept).expect("the same"),
        register
    );
}

#[test]
fn a_provider_is_asked_over_tls_or_on_this_machine() {
    for (issuer, good) in [
        ("https://sso.example/realms/city", true),
        ("http://127.0.0.1:9000", true),
        ("http://sso.example", false),
        ("http://127.0.0.1.example", false),
        ("https://", false),
        ("", false),
    ] {
        let policy = Policy {
            oidc: Some(Oidc {
                issuer: issuer.into(),
                ..oidc(false)
            }),
            ..Policy::default()
        };
        assert_eq!(policy.check().is_ok(), good, "{issuer}");
    }
}
