//! Accounts, tokens and sessions, and who stands behind a request.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use yiping_model::{Timestamp, hex};

use super::provider::Subject;
use super::second::{SecondFactor, Standing};
use super::totp::TotpSecret;
use crate::rights::{self, Reach, Right, Role, Scope};

/// The digest of the secret that a session or a token is carried by. The secret itself is known only to who carries it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// The key of this secret.
    pub fn of(secret: &str) -> Self {
        Self(hex(&Sha256::digest(secret.as_bytes())).into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key(…)")
    }
}

/// The account of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The name to sign in with; also the name on the ledger. It never changes, and is not given to another person.
    pub name: String,
    /// The person's name on screens.
    pub display: String,
    /// What the person is here for; at least one.
    pub roles: BTreeSet<Role>,
    /// Where the person may act.
    #[serde(default)]
    pub scope: Scope,
    /// Whether the account is closed. It is never removed: the ledger speaks of it.
    #[serde(default)]
    pub closed: bool,
    /// Roles that it ever had: what excludes one of them is not given to it.
    #[serde(default)]
    pub had: BTreeSet<Role>,
    /// The hash of the password, in PHC form.
    pub password: String,
    /// When the password was set.
    pub password_set: Timestamp,
    /// Whether somebody else set it, so that it must be changed first.
    #[serde(default)]
    pub must_change: bool,
    /// What is asked for besides the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<SecondFactor>,
    /// As whom a provider knows the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// When the person was last heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Timestamp>,
    /// A link by which the person sets the password, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
}

/// A link by which a person sets the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The digest of what opens.
    pub key: Key,
    /// Until when.
    pub until: Timestamp,
}

/// What an account is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountForm {
    /// The name to sign in with: 1 to 32 of `a–z`, `0–9`, `.`, `_`, `-`.
    pub name: String,
    /// The person's name on screens, 1 to 32 characters.
    pub display: String,
    /// At least one role of people.
    pub roles: BTreeSet<Role>,
    /// Where the person may act.
    pub scope: Scope,
    /// Whether it is closed.
    pub closed: bool,
}

/// What an administrator sets of how a person is let in. The default sets nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The hash of a password, which the person must change.
    pub password: Option<String>,
    /// Whether the second factor is taken away, for example because the phone is lost.
    pub drop_second: bool,
    /// As whom a provider knows the person; `Some(None)` takes that away.
    pub subject: Option<Option<Subject>>,
}

/// What a screen or a program is let in by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its name, which is not given twice.
    pub name: String,
    /// `wall`, `source` or `listener`.
    pub role: Role,
    /// The seat that a wall belongs to; empty for a program.
    #[serde(default)]
    pub seat: String,
    /// The digest of what opens.
    pub key: Key,
    /// When it was issued.
    pub issued: Timestamp,
    /// Whether it opens nothing any more.
    #[serde(default)]
    pub revoked: bool,
}

/// What a token is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenForm {
    /// Its name, like that of an account.
    pub name: String,
    /// `wall`, `source` or `listener`.
    pub role: Role,
    /// The seat that a wall belongs to, at most 64 characters.
    pub seat: String,
}

/// A person who is signed in somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) account: String,
    pub(super) seat: String,
    pub(super) began: Timestamp,
    /// The last request.
    pub(super) seen: Timestamp,
    /// A second factor that waits for its first code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) offered: Option<TotpSecret>,
    /// Whether a provider answers for the person: neither a password nor a code of ours was asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) vouched: bool,
}

/// Who stands behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The account's name; `None` for a screen or a program.
    pub person: Option<String>,
    /// The name on screens.
    pub display: String,
    /// The roles.
    pub roles: BTreeSet<Role>,
    /// Where they reach.
    pub scope: Scope,
    /// The seat; empty when none was named.
    pub seat: String,
    /// Whether the password must be changed before anything else is done.
    pub must_change: bool,
    /// How the person stands to a second factor; [`Standing::Missing`] comes before anything else too.
    pub second: Standing,
}

impl Who {
    /// The program itself, from the command line: whoever can write its files.
    pub fn operator() -> Self {
        Self {
            person: None,
            display: "operator".into(),
            roles: BTreeSet::from([Role::Administrator]),
            scope: Scope::default(),
            seat: "command line".into(),
            must_change: false,
            second: Standing::Off,
        }
    }

    /// How far a right reaches; nowhere before a password is changed that must be, and a second factor set up.
    pub fn reach(&self, right: Right) -> Reach {
        if self.must_change || self.must_set_up() {
            return Reach::None;
        }
        let reaches = self.roles.iter().map(|role| rights::reach(*role, right));
        reaches.max().unwrap_or(Reach::None)
    }

    /// Whether a second factor must be set up before anything else is done.
    pub fn must_set_up(&self) -> bool {
        self.second == Standing::Missing
    }

    /// Whether the right reaches anywhere.
    pub fn may(&self, right: Right) -> bool {
        self.reach(right) > Reach::None
    }

    /// Whether the right reaches to this area and domain.
    pub fn may_at(&self, right: Right, area: Option<&str>, domain: Option<&str>) -> bool {
        match self.reach(right) {
            Reach::None => false,
            Reach::Own => self.scope.covers(area, domain),
            Reach::All => true,
        }
    }

    /// Whether it is a screen or a program.
    pub fn is_device(&self) -> bool {
        self.roles.iter().all(|role| !role.is_of_people())
    }

    /// The person of this account at this seat.
    pub fn of_account(account: &Account, seat: &str, must_change: bool, second: Standing) -> Self {
        Self {
            person: Some(account.name.clone()),
            display: account.display.clone(),
            roles: account.roles.clone(),
            scope: account.scope.clone(),
            seat: seat.to_owned(),
            must_change,
            second,
        }
    }

    pub(super) fn of_token(token: &Token) -> Self {
        Self {
            person: None,
            display: token.name.clone(),
            roles: BTreeSet::from([token.role]),
            scope: Scope::default(),
            seat: token.seat.clone(),
            must_change: false,
            second: Standing::Off,
        }
    }
}
