//! The second factor of an account, from the offer to its end.

use super::*;

const SECRET: TotpSecret = TotpSecret::new(*b"12345678901234567890");

fn policy(totp: Second) -> Policy {
    Policy {
        totp,
        ..Policy::default()
    }
}

fn standing(register: &Register, name: &str, policy: &Policy) -> Standing {
    let who = register.who(&Key::of(name), policy, at(0));
    who.expect("signed in").second
}

/// Codes on paper and their digests.
fn paper() -> (Vec<String>, Vec<Key>) {
    (0..RECOVERY_CODES as u8)
        .map(|n| recovery_code([n; 10]))
        .unzip()
}

/// A register whose `li` has set the second factor up at minute 0.
fn set_up() -> Register {
    let mut register = with(&[("li", &[Role::DutyOfficer], &[])]);
    offer(&mut register).expect("none yet");
    let code = SECRET.code_at(at(0));
    register
        .set_second(&Key::of("li"), &code, paper().1, at(0))
        .expect("right");
    register
}

fn offer(register: &mut Register) -> Result<(), Refused> {
    let policy = Policy::default();
    let key = Key::of("li");
    let who = register.who(&key, &policy, at(0)).expect("signed in");
    register.offer_second(&key, &who, SECRET)
}

#[test]
fn it_counts_when_the_first_code_was_right_and_not_before() {
    let policy = Policy::default();
    let mut register = with(&[("li", &[Role::DutyOfficer], &[])]);
    let key = Key::of("li");
    let code = SECRET.code_at(at(0));
    assert!(register.set_second(&key, &code, Vec::new(), at(0)).is_err());
    offer(&mut register).expect("none yet");
    assert!(
        register
            .set_second(&key, "000000", Vec::new(), at(0))
            .is_err()
    );
    assert!(!register.asks_code("li", &policy));
    assert_eq!(standing(&register, "li", &policy), Standing::None);
    register
        .set_second(&key, &code, paper().1, at(0))
        .expect("right");
    assert!(register.asks_code("li", &policy));
    assert_eq!(standing(&register, "li", &policy), Standing::Set);
    // The code that confirmed it is used, and there is one factor only.
    assert_eq!(register.pass("li", &code, at(0)), Err(WrongCode));
    assert!(matches!(offer(&mut register), Err(Refused::Conflict(_))));
}

#[test]
fn a_code_opens_once_whether_of_the_phone_or_on_paper() {
    let mut register = set_up();
    let (codes, _) = paper();
    let mut pass = |code: &str, minute| register.pass("li", code, at(minute));
    assert_eq!(pass(&SECRET.code_at(at(1)), 1), Ok(Passed::Code));
    assert_eq!(pass(&SECRET.code_at(at(1)), 1), Err(WrongCode));
    assert_eq!(pass(&SECRET.code_at(at(0)), 1), Err(WrongCode));
    let typed = codes[3].to_lowercase().replace('-', " ");
    assert_eq!(pass(&typed, 1), Ok(Passed::Recovery));
    assert_eq!(pass(&codes[3], 1), Err(WrongCode));
    for (n, code) in codes.iter().enumerate().filter(|(n, _)| *n != 3) {
        assert_eq!(pass(code, 1), Ok(Passed::Recovery), "{n}");
    }
    for none in ["", " ", "------", &recovery_code([99; 10]).0] {
        assert_eq!(pass(none, 1), Err(WrongCode), "{none}");
    }
}

#[test]
fn it_is_asked_for_as_the_policy_says() {
    let without = with(&[("li", &[Role::DutyOfficer], &[])]);
    let having = set_up();
    for (totp, none, some) in [
        (Second::Off, Standing::Off, Standing::Off),
        (Second::Optional, Standing::None, Standing::Set),
        (Second::Required, Standing::Missing, Standing::Set),
    ] {
        let policy = policy(totp);
        assert_eq!(standing(&without, "li", &policy), none);
        assert_eq!(standing(&having, "li", &policy), some);
        assert_eq!(having.asks_code("li", &policy), some == Standing::Set);
        let who = without.who(&Key::of("li"), &policy, at(0)).expect("in");
        assert_eq!(who.may(Right::Watch), totp != Second::Required);
    }
}

#[test]
fn an_administrator_takes_it_away_and_the_sessions_end() {
    let mut register = set_up();
    let away = Entry {
        drop_second: true,
        ..Entry::default()
    };
    let same = form("li", &[Role::DutyOfficer], &[]);
    register
        .change(&Who::operator(), same.clone(), Entry::default(), at(1))
        .expect("valid");
    assert!(register.asks_code("li", &Policy::default()), "kept");
    register
        .change(&Who::operator(), same, away, at(1))
        .expect("valid");
    assert!(!register.asks_code("li", &Policy::default()));
    assert!(who(&register, "li", 1).is_none());
}

#[test]
fn the_register_is_kept_with_it_and_never_shows_it() {
    let register = set_up();
    let kept = serde_json::to_string(&register).expect("text");
    assert!(kept.contains(&SECRET.base32()), "people.json holds it");
    assert!(
        paper()
            .0
            .iter()
            .all(|code| !kept.contains(&code.replace('-', "")))
    );
    assert_eq!(
        serde_json::from_str::<Register>(&kept).expect("the same"),
        register
    );
    assert!(!format!("{register:?}").contains(&SECRET.base32()));
}
