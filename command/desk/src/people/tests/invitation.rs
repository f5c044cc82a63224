//! Links by which people set their passwords.

use super::*;

fn root() -> Who {
    Who::operator()
}

#[test]
fn a_link_opens_once_and_is_the_only_way_in() {
    let mut register = with(&[("li", &[Role::DutyOfficer], &[])]);
    let policy = Policy::default();
    let first = Key::of("first");
    register
        .invite(
            &root(),
            "li",
            first.clone(),
            "nobody's".into(),
            &policy,
            at(1),
        )
        .expect("an account");
    assert!(who(&register, "li", 1).is_none(), "the session ended");
    assert_eq!(register.account("li").expect("open").password, "nobody's");
    // A second link makes the first one void.
    let second = Key::of("second");
    register
        .invite(
            &root(),
            "li",
            second.clone(),
            "nobody's".into(),
            &policy,
            at(2),
        )
        .expect("an account");
    assert!(register.accept(&first, "new".into(), at(3)).is_err());
    let account = register
        .accept(&second, "new".into(), at(3))
        .expect("opens");
    assert_eq!((account.name.as_str(), account.must_change), ("li", false));
    assert_eq!(account.password, "new");
    assert!(register.accept(&second, "again".into(), at(4)).is_err());
}

#[test]
fn a_link_is_void_when_it_is_old_or_the_account_is_closed_or_another_password_set() {
    let policy = Policy::default();
    let invited = || {
        let mut register = with(&[("li", &[Role::DutyOfficer], &[])]);
        let key = Key::of("link");
        register
            .invite(&root(), "li", key, "nobody's".into(), &policy, at(0))
            .expect("an account");
        register
    };
    let key = Key::of("link");
    let minutes = i64::from(policy.link_hours) * 60;
    assert!(invited().accept(&key, "x".into(), at(minutes - 1)).is_ok());
    assert!(invited().accept(&key, "x".into(), at(minutes)).is_err());

    let mut closed = invited();
    let mut shut = form("li", &[Role::DutyOfficer], &[]);
    shut.closed = true;
    closed
        .change(&root(), shut, Entry::default(), at(1))
        .expect("closes");
    closed
        .change(
            &root(),
            form("li", &[Role::DutyOfficer], &[]),
            Entry::default(),
            at(1),
        )
        .expect("opens");
    assert!(closed.accept(&key, "x".into(), at(2)).is_err());

    let mut set = invited();
    let entry = Entry {
        password: Some("set".into()),
        ..Entry::default()
    };
    set.change(&root(), form("li", &[Role::DutyOfficer], &[]), entry, at(1))
        .expect("sets");
    assert!(set.accept(&key, "x".into(), at(2)).is_err());

    let mut renamed = invited();
    let mut other = form("li", &[Role::ShiftLeader], &[]);
    other.display = "李".into();
    renamed
        .change(&root(), other, Entry::default(), at(1))
        .expect("changes");
    assert!(renamed.accept(&key, "x".into(), at(2)).is_ok());
}

#[test]
fn nobody_invites_or_ends_whom_one_may_not_change() {
    let mut register = with(&[
        ("county", &[Role::Administrator], &["330802"]),
        ("city", &[Role::Administrator], &["3308"]),
        ("li", &[Role::DutyOfficer], &["330803"]),
        ("zhou", &[Role::DutyOfficer], &["330802"]),
    ]);
    let county = who(&register, "county", 1).expect("signed in");
    for name in ["county", "city", "li", "nobody"] {
        let key = Key::of("link");
        let invited = register.invite(&county, name, key, "x".into(), &Policy::default(), at(1));
        assert!(invited.is_err(), "{name}");
        assert!(register.end_sessions(&county, name).is_err(), "{name}");
    }
    assert_eq!(register.sessions_of("li"), 1);
    assert_eq!(register.sessions_of("zhou"), 1);
    register.end_sessions(&county, "zhou").expect("own area");
    assert_eq!(register.sessions_of("zhou"), 0);
}

#[test]
fn it_is_known_when_somebody_was_last_heard_of() {
    let mut register = with(&[("li", &[Role::DutyOfficer], &[])]);
    let policy = Policy::default();
    assert_eq!(register.account("li").expect("open").seen, Some(at(0)));
    register.hear(&Key::of("li"), &policy, at(5)).expect("in");
    assert_eq!(register.account("li").expect("open").seen, Some(at(5)));
}
