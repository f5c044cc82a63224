//! Changes of the register as the log says them.

use std::collections::BTreeSet;

use yiping_desk::people::{Account, Subject, Who};
use yiping_desk::rights::Role;
use yiping_model::{Act, Decision};

pub(super) fn decision(by: &Who, act: Act) -> Decision {
    Decision {
        person: by.person.clone(),
        seat: by.seat.clone(),
        act,
    }
}

pub(super) fn set_subject(by: &Who, account: &str, subject: Option<&Subject>) -> Decision {
    let (issuer, subject) = subject.map_or_else(Default::default, |subject| {
        (subject.issuer.clone(), subject.sub.clone())
    });
    let account = account.to_owned();
    decision(
        by,
        Act::SetSubject {
            account,
            issuer,
            subject,
        },
    )
}

pub(super) fn set_account(by: &Who, account: &Account) -> Decision {
    let names = |roles: &BTreeSet<Role>| roles.iter().map(|role| role.name().to_owned()).collect();
    let act = Act::SetAccount {
        account: account.name.clone(),
        display: account.display.clone(),
        roles: names(&account.roles),
        areas: account.scope.areas.clone(),
        domains: account.scope.domains.clone(),
        closed: account.closed,
    };
    decision(by, act)
}
