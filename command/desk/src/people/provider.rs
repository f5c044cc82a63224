//! Sign-in by a provider: which identity of it belongs to which account.
//!
//! Accounts are made by administrators here, never by the provider. It only answers for who a person is.

use serde::{Deserialize, Serialize};
use yiping_model::{Secret, Text, Timestamp};

use super::account::{Account, Key};
use super::policy::{Policy, PolicyError};
use super::register::{Refused, Register};

/// Longest identity that is kept. `OpenID` Connect allows 255 bytes.
const SUB_BYTES_MAX: usize = 255;

/// The `[people.oidc]` section of the configuration: a provider of `OpenID` Connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oidc {
    /// Its address, as it calls itself.
    pub issuer: String,
    /// As what it knows this centre.
    pub client_id: String,
    /// By what it knows that it is this centre; empty where it asks for none.
    pub client_secret: Secret,
    /// What people call it, on the button.
    pub name: Text,
    /// The claim that says the person's name there.
    pub claim: String,
    /// Whether an account that has no identity yet takes the one whose claim is the account's name, at the first sign-in.
    pub link_by_name: bool,
    /// File of the certificates (PEM) by which its own is signed, instead of the public ones; empty for those.
    pub ca_file: String,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: Secret::from(String::new()),
            name: Text {
                zh: "统一身份认证".into(),
                en: "Single sign-on".into(),
            },
            claim: "preferred_username".into(),
            link_by_name: false,
            ca_file: String::new(),
        }
    }
}

impl Oidc {
    pub(super) fn check(&self) -> Result<(), PolicyError> {
        let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        let within = |start: &str| {
            let rest = self.issuer.strip_prefix(start);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        };
        let secure = self.issuer.len() > 8 && self.issuer.starts_with("https://");
        if !secure && !here.into_iter().any(within) {
            return Err(PolicyError::Oidc(
                "issuer",
                "an address such as https://sso.city.example/realms/city",
            ));
        }
        if self.client_id.is_empty() {
            return Err(PolicyError::Oidc("client_id", "a text that is not empty"));
        }
        if self.claim.is_empty() {
            return Err(PolicyError::Oidc(
                "claim",
                "the name of a claim, for example preferred_username",
            ));
        }
        Ok(())
    }
}

/// A person as a provider knows one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The provider.
    pub issuer: String,
    /// Its name for the person, which never changes there.
    pub sub: String,
}

/// Who a provider says has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// By what an account knows the person.
    pub subject: Subject,
    /// The person's name there, if the provider told it.
    pub name: Option<String>,
}

impl Register {
    /// The open account of this identity, and whether it takes it just now, because the names are the same.
    ///
    /// # Errors
    /// [`Refused::None`] when no account has it.
    pub fn known_by(
        &mut self,
        identity: &Identity,
        oidc: &Oidc,
    ) -> Result<(String, bool), Refused> {
        let subject = Some(&identity.subject);
        let known = self
            .accounts
            .values()
            .find(|account| account.subject.as_ref() == subject);
        if let Some(known) = known {
            if known.closed {
                return Err(unknown(identity));
            }
            return Ok((known.name.clone(), false));
        }
        let named = identity.name.as_ref().filter(|_| oidc.link_by_name);
        let named = named.and_then(|name| self.accounts.get_mut(name));
        let account = named.filter(|account| !account.closed && account.subject.is_none());
        let account = account.ok_or_else(|| unknown(identity))?;
        account.subject = subject.cloned();
        Ok((account.name.clone(), true))
    }

    /// Begins a session of a person for whom the provider answers.
    ///
    /// # Errors
    /// As [`Register::begin`].
    pub fn begin_vouched(
        &mut self,
        key: &Key,
        account: &str,
        seat: &str,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<(), Refused> {
        self.begin(key.clone(), account, seat, policy, now)?;
        if let Some(session) = self.sessions.get_mut(key) {
            session.vouched = true;
        }
        Ok(())
    }

    /// Whether this account may have this identity: it is a possible one, and nobody else's.
    pub(super) fn check_subject(&self, name: &str, subject: &Subject) -> Result<(), Refused> {
        if !(1..=SUB_BYTES_MAX).contains(&subject.sub.len())
            || subject.sub.chars().any(char::is_control)
        {
            return Err(Refused::Form(format!(
                "`subject` must have 1 to {SUB_BYTES_MAX} printable bytes, as the provider calls the person (`sub`)"
            )));
        }
        let others = |account: &&Account| account.name != name;
        let mut others = self.accounts.values().filter(others);
        match others.find(|other| other.subject.as_ref() == Some(subject)) {
            Some(other) => Err(Refused::Conflict(format!(
                "this identity belongs to the account `{}`",
                other.name
            ))),
            None => Ok(()),
        }
    }
}

fn unknown(identity: &Identity) -> Refused {
    Refused::None(format!("account of {}", identity.subject.sub))
}
