//! How strict the door is.

use serde::{Deserialize, Serialize};
use yiping_model::Timestamp;

use super::provider::Oidc;

/// The `[people]` section of the configuration. The figures are our defaults: GB/T 22239-2019 asks for identity, complexity, time-outs and
/// for what happens to failed sign-ins, but names no figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// A person who asks for nothing for so long is signed out.
    pub idle_minutes: u32,
    /// A person is signed out so long after signing in, whatever was done: longer than a shift of twelve hours and its handover.
    pub session_hours: u32,
    /// Most sessions of one person at a time; the oldest ends.
    pub sessions_max: usize,
    /// Failed sign-ins under one name from one address, after which that address waits.
    pub tries_max: u32,
    /// How long it waits.
    pub wait_minutes: u32,
    /// Shortest password, in characters.
    pub password_chars_min: usize,
    /// How many of small letters, capitals, digits and others a password must have.
    pub password_classes_min: usize,
    /// A password must be changed after so many days; 0 for never.
    pub password_days_max: u32,
    /// Whether people have a second factor: one-time codes of their phone.
    pub totp: Second,
    /// A link by which a person sets the password opens so long.
    pub link_hours: u32,
    /// Most accounts, closed ones included.
    pub accounts_max: usize,
    /// Most tokens, revoked ones included.
    pub tokens_max: usize,
    /// Who else answers for people; nobody by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc: Option<Oidc>,
}

/// Whether people have a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Second {
    /// Nobody is asked for one.
    Off,
    /// Whoever sets one up.
    Optional,
    /// Everybody who signs in by password; who has none sets one up before anything else.
    Required,
}

/// A policy that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A number that must be positive is 0.
    #[error("people.{0} must be at least 1")]
    Zero(&'static str),
    /// There are only four classes.
    #[error("people.password_classes_min = {0} is more than the four there are")]
    Classes(usize),
    /// Something of the provider is not as it must be.
    #[error("people.oidc.{0} must be {1}")]
    Oidc(&'static str, &'static str),
}

/// What is wrong with a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Too short.
    #[error("the password must have at least {0} characters")]
    Short(usize),
    /// Too long to be hashed in time.
    #[error("the password must have at most {PASSWORD_CHARS_MAX} characters")]
    Long,
    /// Too few kinds of characters.
    #[error("the password must mix at least {0} of: small letters, capitals, digits, others")]
    Plain(usize),
    /// It says who it is of.
    #[error("the password must not contain the account's name")]
    Named,
    /// It is the old one.
    #[error("the new password must not be the old one")]
    Same,
}

/// Longest password.
pub(super) const PASSWORD_CHARS_MAX: usize = 128;

const MICROS_A_MINUTE: i64 = 60_000_000;

impl Default for Policy {
    fn default() -> Self {
        Self {
            idle_minutes: 30,
            session_hours: 14,
            sessions_max: 8,
            tries_max: 5,
            wait_minutes: 15,
            password_chars_min: 10,
            password_classes_min: 3,
            password_days_max: 0,
            totp: Second::Optional,
            link_hours: 48,
            accounts_max: 10_000,
            tokens_max: 1_000,
            oidc: None,
        }
    }
}

impl Policy {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// [`PolicyError`] naming the key.
    pub fn check(&self) -> Result<(), PolicyError> {
        let positive = [
            ("idle_minutes", self.idle_minutes as usize),
            ("session_hours", self.session_hours as usize),
            ("sessions_max", self.sessions_max),
            ("tries_max", self.tries_max as usize),
            ("wait_minutes", self.wait_minutes as usize),
            ("password_chars_min", self.password_chars_min),
            ("accounts_max", self.accounts_max),
            ("tokens_max", self.tokens_max),
        ];
        if let Some((key, _)) = positive.into_iter().find(|(_, value)| *value == 0) {
            return Err(PolicyError::Zero(key));
        }
        if self.password_classes_min > 4 {
            return Err(PolicyError::Classes(self.password_classes_min));
        }
        self.oidc.as_ref().map_or(Ok(()), Oidc::check)
    }

    /// Whether a password may be set for this account.
    ///
    /// # Errors
    /// [`PasswordFault`]: the first rule that it breaks.
    pub fn check_password(&self, name: &str, password: &str) -> Result<(), PasswordFault> {
        let chars = password.chars().count();
        if chars < self.password_chars_min {
            return Err(PasswordFault::Short(self.password_chars_min));
        }
        if chars > PASSWORD_CHARS_MAX {
            return Err(PasswordFault::Long);
        }
        let classes: [fn(char) -> bool; 4] = [
            |c| c.is_ascii_lowercase(),
            |c| c.is_ascii_uppercase(),
            |c| c.is_ascii_digit(),
            |c| !c.is_ascii_alphanumeric(),
        ];
        let mixed = classes.into_iter().filter(|&of| password.contains(of));
        if mixed.count() < self.password_classes_min {
            return Err(PasswordFault::Plain(self.password_classes_min));
        }
        if password.to_ascii_lowercase().contains(name) {
            return Err(PasswordFault::Named);
        }
        Ok(())
    }

    /// Whether a session that began and was last heard then has ended.
    pub(super) fn is_over(&self, began: Timestamp, seen: Timestamp, now: Timestamp) -> bool {
        let minutes = |since| now.micros_since(since) / MICROS_A_MINUTE;
        minutes(seen) >= i64::from(self.idle_minutes)
            || minutes(began) >= i64::from(self.session_hours) * 60
    }

    pub(super) fn is_old(&self, password_set: Timestamp, now: Timestamp) -> bool {
        let days = now.micros_since(password_set) / (MICROS_A_MINUTE * 60 * 24);
        self.password_days_max > 0 && days >= i64::from(self.password_days_max)
    }

    pub(super) fn wait_micros(&self) -> i64 {
        i64::from(self.wait_minutes) * MICROS_A_MINUTE
    }
}
