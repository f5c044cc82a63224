mod invitation;
mod provider;
mod second;

use std::collections::BTreeSet;

use proptest::prelude::*;
use yiping_model::Timestamp;

use super::*;
use crate::rights::{ROLES, Reach, Right, Role, Scope};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_secs(1_780_000_000 + minute * 60)
}

fn form(name: &str, roles: &[Role], areas: &[&str]) -> AccountForm {
    AccountForm {
        name: name.into(),
        display: name.into(),
        roles: roles.iter().copied().collect(),
        scope: Scope {
            areas: areas.iter().map(|&area| area.to_owned()).collect(),
            domains: Vec::new(),
        },
        closed: false,
    }
}

/// A register with these accounts, each signed in with its name as the secret.
fn with(accounts: &[(&str, &[Role], &[&str])]) -> Register {
    let mut register = Register::default();
    let policy = Policy::default();
    for (name, roles, areas) in accounts {
        let made = form(name, roles, areas);
        register
            .make(&Who::operator(), made, "hash".into(), true, &policy, at(0))
            .expect("valid");
        let key = Key::of(name);
        register
            .set_password(name, "hash".into(), &key, at(0))
            .expect("known");
        register
            .begin(key, name, "1号席", &policy, at(0))
            .expect("known");
    }
    register
}

fn who(register: &Register, name: &str, minute: i64) -> Option<Who> {
    register.who(&Key::of(name), &Policy::default(), at(minute))
}

#[test]
fn a_session_ends_when_nothing_is_asked_and_when_its_time_is_over() {
    let mut register = with(&[("li", &[Role::DutyOfficer], &[])]);
    let policy = Policy::default();
    assert!(who(&register, "li", 29).is_some());
    assert!(who(&register, "li", 30).is_none(), "idle");
    let mut minute = 0;
    while register.hear(&Key::of("li"), &policy, at(minute)).is_some() {
        minute += 20;
    }
    assert_eq!(minute, 14 * 60, "absolute");
}

#[test]
fn a_wall_is_never_signed_out_until_its_token_is_revoked() {
    let mut register = Register::default();
    let by = Who::operator();
    let wall = TokenForm {
        name: "hall".into(),
        role: Role::Wall,
        seat: "大厅".into(),
    };
    let key = Key::of("secret");
    register
        .issue(&by, &wall, key.clone(), &Policy::default(), at(0))
        .expect("valid");
    let year = 60 * 24 * 365;
    let seen = register
        .hear(&key, &Policy::default(), at(year))
        .expect("open");
    assert!(seen.is_device() && seen.may(Right::Watch) && !seen.may(Right::Acknowledge));
    assert_eq!((seen.person, seen.seat.as_str()), (None, "大厅"));
    register.revoke(&by, "hall").expect("known");
    assert!(register.who(&key, &Policy::default(), at(0)).is_none());
}

#[test]
fn a_closed_account_and_a_changed_role_end_the_sessions() {
    let mut register = with(&[("li", &[Role::Viewer], &[]), ("wu", &[Role::Viewer], &[])]);
    let by = Who::operator();
    let mut closed = form("li", &[Role::Viewer], &[]);
    closed.closed = true;
    register
        .change(&by, closed, Entry::default(), at(1))
        .expect("valid");
    assert!(who(&register, "li", 1).is_none());
    let more = form("wu", &[Role::Viewer, Role::Commander], &[]);
    register
        .change(&by, more, Entry::default(), at(1))
        .expect("valid");
    assert!(who(&register, "wu", 1).is_none());
}

#[test]
fn a_new_display_name_ends_no_session() {
    let mut register = with(&[("li", &[Role::Viewer], &[])]);
    let mut named = form("li", &[Role::Viewer], &[]);
    named.display = "李".into();
    register
        .change(&Who::operator(), named, Entry::default(), at(1))
        .expect("valid");
    assert_eq!(who(&register, "li", 1).expect("signed in").display, "李");
}

#[test]
fn a_password_that_somebody_else_set_must_be_changed_first() {
    let mut register = Register::default();
    let policy = Policy::default();
    let made = form("li", &[Role::Commander], &[]);
    register
        .make(&Who::operator(), made, "hash".into(), true, &policy, at(0))
        .expect("valid");
    let key = Key::of("li");
    register
        .begin(key.clone(), "li", "", &policy, at(0))
        .expect("known");
    let before = who(&register, "li", 0).expect("signed in");
    assert!(before.must_change && !before.may(Right::Watch));
    register
        .set_password("li", "other".into(), &key, at(0))
        .expect("known");
    assert!(
        who(&register, "li", 0)
            .expect("signed in")
            .may(Right::Watch)
    );
}

#[test]
fn the_first_account_is_made_once() {
    let mut register = Register::default();
    let first = register
        .first("root", "管理员", "hash".into(), at(0))
        .expect("nobody was there");
    assert_eq!(first.roles, BTreeSet::from([Role::Administrator]));
    assert!(matches!(
        register.first("again", "二", "hash".into(), at(0)),
        Err(Refused::NotAllowed(_))
    ));
}

#[test]
fn nobody_raises_oneself_or_reaches_beyond_oneself() {
    let mut register = with(&[
        ("city", &[Role::Administrator], &["3308"]),
        ("county", &[Role::Administrator], &["330802"]),
        ("officer", &[Role::DutyOfficer], &["330802"]),
    ]);
    let mut tried = |by: &str, to: AccountForm| {
        let by = who(&register, by, 0).expect("signed in");
        register
            .change(&by, to, Entry::default(), at(0))
            .map(|_| ())
    };
    let refused = |outcome| matches!(outcome, Err(Refused::NotAllowed(_)));
    // Upwards: who is no administrator, and an administrator of a part.
    assert!(refused(tried(
        "officer",
        form("officer", &[Role::Administrator], &["330802"])
    )));
    assert!(refused(tried(
        "county",
        form("city", &[Role::Administrator], &["330802"])
    )));
    assert!(refused(tried(
        "county",
        form("officer", &[Role::DutyOfficer], &["3308"])
    )));
    assert!(refused(tried(
        "county",
        form("officer", &[Role::DutyOfficer], &[])
    )));
    // Oneself.
    assert!(refused(tried(
        "city",
        form("city", &[Role::Commander], &["3308"])
    )));
    // Sideways.
    assert!(refused(tried(
        "county",
        form("officer", &[Role::DutyOfficer], &["330803"])
    )));
    // Down is what they are for.
    tried("city", form("officer", &[Role::ShiftLeader], &["330802"])).expect("within");
}

#[test]
fn an_administrator_never_becomes_an_auditor_nor_the_other_way() {
    let mut register = with(&[
        ("a", &[Role::Administrator], &[]),
        ("b", &[Role::Auditor], &[]),
    ]);
    let by = Who::operator();
    let mut tried = |name: &str, roles: &[Role]| {
        register
            .change(&by, form(name, roles, &[]), Entry::default(), at(0))
            .is_ok()
    };
    assert!(!tried("a", &[Role::Administrator, Role::Auditor]));
    assert!(!tried("a", &[Role::Auditor]));
    assert!(tried("a", &[Role::Viewer]));
    assert!(!tried("a", &[Role::Auditor]), "not later either");
    assert!(!tried("b", &[Role::Administrator]));
}

#[test]
fn a_name_is_given_once_to_an_account_or_a_token() {
    let mut register = with(&[("li", &[Role::Viewer], &[])]);
    let by = Who::operator();
    let again = form("li", &[Role::Viewer], &[]);
    assert!(matches!(
        register.make(&by, again, "hash".into(), true, &Policy::default(), at(0)),
        Err(Refused::Taken(_))
    ));
    let token = TokenForm {
        name: "li".into(),
        role: Role::Source,
        seat: String::new(),
    };
    assert!(matches!(
        register.issue(&by, &token, Key::of("x"), &Policy::default(), at(0)),
        Err(Refused::Taken(_))
    ));
}

#[test]
fn of_too_many_sessions_the_first_ends() {
    let mut register = with(&[("li", &[Role::Viewer], &[])]);
    let policy = Policy {
        sessions_max: 2,
        ..Policy::default()
    };
    for (minute, secret) in [(1, "second"), (2, "third")] {
        register
            .begin(Key::of(secret), "li", "", &policy, at(minute))
            .expect("known");
    }
    let opens = |secret| who(&register, secret, 3).is_some();
    assert_eq!(
        (opens("li"), opens("second"), opens("third")),
        (false, true, true)
    );
}

#[test]
fn who_fails_too_often_waits_and_keeps_nobody_else_out() {
    let (mut throttle, policy) = (Throttle::default(), Policy::default());
    for minute in 0..5 {
        let now = at(minute);
        assert_eq!(throttle.check("li", "10.0.0.9", &policy, now), Ok(()));
        assert_eq!(throttle.failed("li", "10.0.0.9", &policy, now), minute == 4);
    }
    let waits = throttle.check("li", "10.0.0.9", &policy, at(5));
    assert_eq!(waits, Err(Wait { secs: 14 * 60 }));
    assert_eq!(throttle.check("li", "10.0.0.8", &policy, at(5)), Ok(()));
    assert_eq!(throttle.check("li", "10.0.0.9", &policy, at(19)), Ok(()));
    assert!(
        !throttle.failed("li", "10.0.0.9", &policy, at(19)),
        "it counts anew"
    );
    throttle.succeeded("li", "10.0.0.9");
    assert_eq!(throttle.check("li", "10.0.0.9", &policy, at(19)), Ok(()));
}

#[test]
fn a_password_breaks_a_named_rule_or_none() {
    let policy = Policy::default();
    let check = |password: &str| policy.check_password("zhang", password);
    assert_eq!(check("aB3"), Err(PasswordFault::Short(10)));
    assert_eq!(check("abcdefghijkl"), Err(PasswordFault::Plain(3)));
    assert_eq!(check("Zhang-2026-07"), Err(PasswordFault::Named));
    assert_eq!(check(&"aB3-".repeat(40)), Err(PasswordFault::Long));
    assert_eq!(check("衢江水位abcd88"), Ok(()));
}

#[test]
fn forms_that_are_none_say_what_is_wrong() {
    let mut register = Register::default();
    let mut said = |form: AccountForm| {
        let made = register.make(
            &Who::operator(),
            form,
            "hash".into(),
            true,
            &Policy::default(),
            at(0),
        );
        made.expect_err("refused").to_string()
    };
    assert!(said(form("Zhang Wei", &[Role::Viewer], &[])).contains("zhang.wei"));
    assert!(said(form("a", &[], &[])).contains("roles"));
    assert!(said(form("a", &[Role::Wall], &[])).contains("roles"));
    assert!(said(form("a", &[Role::Viewer], &["33080"])).contains("GB/T 2260"));
}

fn roles() -> impl Strategy<Value = BTreeSet<Role>> {
    prop::collection::btree_set(prop::sample::select(ROLES.to_vec()), 0..4)
}

fn scope() -> impl Strategy<Value = Scope> {
    let areas =
        prop::sample::subsequence(vec!["33", "3308", "330802", "330803", "330802001"], 0..3);
    let domains = prop::sample::subsequence(vec!["air", "water"], 0..2);
    (areas, domains).prop_map(|(areas, domains)| Scope {
        areas: areas.into_iter().map(Into::into).collect(),
        domains: domains.into_iter().map(Into::into).collect(),
    })
}

/// Every place that a scope of the test can speak of, and one outside all.
fn places() -> Vec<(Option<&'static str>, Option<&'static str>)> {
    let areas = [
        None,
        Some("330802001"),
        Some("330802002"),
        Some("330803001"),
        Some("330701"),
        Some("110101"),
    ];
    let domains = [None, Some("air"), Some("water"), Some("video")];
    areas
        .into_iter()
        .flat_map(|area| domains.into_iter().map(move |domain| (area, domain)))
        .collect()
}

proptest! {
    /// However people change each other's accounts, nobody comes to act where no administrator of the beginning could act.
    #[test]
    fn what_is_covered_never_grows(steps in prop::collection::vec((0_usize..4, 0_usize..4, roles(), scope(), any::<bool>()), 1..30)) {
        let names = ["a", "b", "c", "d"];
        let mut register = with(&[
            ("a", &[Role::Administrator], &["3308"]),
            ("b", &[Role::Administrator], &["330802"]),
            ("c", &[Role::DutyOfficer], &["330802"]),
            ("d", &[Role::Auditor], &["3308"]),
        ]);
        for (by, to, roles, scope, closed) in steps {
            let account = register.account(names[by]).cloned();
            let Some(account) = account else { continue };
            let by = Who::of_account(&account, "", false, Standing::Off);
            let wanted = AccountForm { name: names[to].into(), display: "x".into(), roles, scope, closed };
            let before = register.clone();
            if register.change(&by, wanted.clone(), Entry::default(), at(1)).is_err() {
                prop_assert_eq!(&before, &register, "what is refused changes nothing");
                continue;
            }
            prop_assert!(by.may(Right::Accounts));
            prop_assert_ne!(by.person.as_deref(), Some(names[to]));
            for (area, domain) in places() {
                if wanted.scope.covers(area, domain) {
                    prop_assert!(by.scope.covers(area, domain), "{area:?} {domain:?}");
                }
                prop_assert!(!wanted.scope.covers(Some("330701"), domain), "beyond the city");
            }
        }
        for account in register.accounts() {
            let both = [Role::Administrator, Role::Auditor].iter().all(|role| account.had.contains(role));
            prop_assert!(!both, "{} was both", account.name);
        }
    }

    #[test]
    fn several_roles_reach_as_far_as_the_one_that_reaches_farthest(roles in roles(), scope in scope()) {
        let who = Who { roles: roles.clone(), scope: scope.clone(), must_change: false, ..Who::operator() };
        for (right, reaches) in crate::rights::TABLE {
            let columns = ROLES.iter().zip(reaches).filter(|(role, _)| roles.contains(role));
            let farthest = columns.map(|(_, reach)| reach).max().unwrap_or(Reach::None);
            for (area, domain) in places() {
                let expected = match farthest {
                    Reach::All => true,
                    Reach::Own => scope.covers(area, domain),
                    Reach::None => false,
                };
                prop_assert_eq!(who.may_at(right, area, domain), expected);
            }
        }
    }
}
