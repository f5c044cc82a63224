//! The second factor: a one-time code beside the password, and codes on paper for a lost phone.
//!
//! Setting up has two steps: a session is offered a secret, and the first right code makes it count. A code opens once.

use serde::{Deserialize, Serialize};
use yiping_model::Timestamp;

use super::account::{Account, Key, Who};
use super::policy::{Policy, Second};
use super::register::{Refused, Register};
use super::totp::TotpSecret;

/// How many codes on paper there are.
pub const RECOVERY_CODES: usize = 10;

/// The second factor of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    secret: TotpSecret,
    /// The last step whose code was used: no earlier code opens.
    used: u64,
    /// Digests of the codes on paper that were not used.
    recovery: Vec<Key>,
}

/// How an account stands to a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// None is asked for here, and none can be set up.
    Off,
    /// It has none, and may.
    None,
    /// It must set one up before anything else.
    Missing,
    /// It has one.
    Set,
}

/// By which kind of code somebody passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// That of the phone.
    Code,
    /// One on paper.
    Recovery,
}

/// A code that does not open: wrong, used, or of another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongCode;

impl SecondFactor {
    fn pass(&mut self, code: &str, now: Timestamp) -> Result<Passed, WrongCode> {
        let code = plain(code);
        if let Some(step) = self.secret.step_of(&code, self.used, now) {
            self.used = step;
            return Ok(Passed::Code);
        }
        let key = Key::of(&code);
        let found = self.recovery.iter().position(|known| *known == key);
        self.recovery.remove(found.ok_or(WrongCode)?);
        Ok(Passed::Recovery)
    }
}

impl Policy {
    /// How this account stands to a second factor; `vouched` says that a provider answers for the person.
    pub(super) fn standing(&self, account: &Account, vouched: bool) -> Standing {
        match (self.totp, &account.second) {
            (Second::Off, _) => Standing::Off,
            (_, Some(_)) => Standing::Set,
            (Second::Required, None) if !vouched => Standing::Missing,
            (_, None) => Standing::None,
        }
    }
}

impl Register {
    /// Whether this account opens only with a code.
    pub fn asks_code(&self, account: &str, policy: &Policy) -> bool {
        let account = self.account(account);
        account.is_some_and(|account| policy.standing(account, false) == Standing::Set)
    }

    /// Whether this account has a second factor, whatever the policy says.
    pub fn has_second(&self, account: &str) -> bool {
        let account = self.accounts.get(account);
        account.is_some_and(|account| account.second.is_some())
    }

    /// Uses a code of an account that has a second factor.
    ///
    /// # Errors
    /// [`WrongCode`].
    pub fn pass(&mut self, account: &str, code: &str, now: Timestamp) -> Result<Passed, WrongCode> {
        let account = self.accounts.get_mut(account).ok_or(WrongCode)?;
        let second = account.second.as_mut().ok_or(WrongCode)?;
        second.pass(code, now)
    }

    /// Offers a secret to a person's session; it counts when [`Register::set_second`] has heard its first code.
    ///
    /// # Errors
    /// [`Refused`] when there is one already, or none is to be.
    pub fn offer_second(
        &mut self,
        key: &Key,
        who: &Who,
        secret: TotpSecret,
    ) -> Result<(), Refused> {
        match who.second {
            Standing::None | Standing::Missing => {}
            Standing::Off => {
                return Err(Refused::NotAllowed(
                    "this centre asks for no one-time codes: people.totp is \"off\"".into(),
                ));
            }
            Standing::Set => return Err(Refused::Conflict(
                "the account has a second factor already: remove it first, or ask an administrator"
                    .into(),
            )),
        }
        let session = self.sessions.get_mut(key);
        let session = session.ok_or_else(|| Refused::None("session of a person".into()))?;
        session.offered = Some(secret);
        Ok(())
    }

    /// Makes the offered secret the second factor of its account, when the code is one of it; `recovery` are the digests of the codes on paper.
    ///
    /// # Errors
    /// [`Refused::Form`] when the code is wrong or nothing was offered.
    pub fn set_second(
        &mut self,
        key: &Key,
        code: &str,
        recovery: Vec<Key>,
        now: Timestamp,
    ) -> Result<&Account, Refused> {
        let session = self.sessions.get(key);
        let offered = session.and_then(|session| Some((session, session.offered.as_ref()?)));
        let Some((session, secret)) = offered else {
            return Err(Refused::Form(
                "nothing is to be confirmed: POST /api/v1/session/totp first".into(),
            ));
        };
        let Some(used) = secret.step_of(&plain(code), 0, now) else {
            return Err(Refused::Form(
                "this is not the code that the phone shows now: are its date and time set by the network?".into(),
            ));
        };
        let (name, secret) = (session.account.clone(), secret.clone());
        // What was offered to the account's other sessions is over with it.
        for session in self.sessions.values_mut().filter(|one| one.account == name) {
            session.offered = None;
        }
        let Some(account) = self
            .accounts
            .get_mut(&name)
            .filter(|one| one.second.is_none())
        else {
            return Err(Refused::Conflict(
                "the account has a second factor already".into(),
            ));
        };
        account.second = Some(SecondFactor {
            secret,
            used,
            recovery,
        });
        Ok(account)
    }

    /// Takes the second factor of an account away; false when it had none.
    pub fn drop_second(&mut self, account: &str) -> bool {
        let account = self.accounts.get_mut(account);
        account.is_some_and(|account| account.second.take().is_some())
    }
}

/// A code as it was typed, without what only helps the eye.
fn plain(code: &str) -> String {
    let kept = code.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|char| char.to_ascii_uppercase()).collect()
}

/// A code on paper, of ten random bytes: four groups of four letters and digits, and the digest by which it is known.
pub fn recovery_code(random: [u8; 10]) -> (String, Key) {
    let code = data_encoding::BASE32_NOPAD.encode(&random);
    let groups: Vec<&str> = [0, 4, 8, 12].map(|from| &code[from..from + 4]).into();
    (groups.join("-"), Key::of(&code))
}
