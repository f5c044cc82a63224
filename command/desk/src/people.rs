//! Who is who: accounts of people, tokens of screens and programs, sessions, and what each of them may do.
//!
//! The register is a plain value. Of a password it holds only the hash, of a token and of a session only a digest; what it shares with
//! a person's phone opens nothing without the password. Times are of the machine's clock, not of the city's: a city at sixty times the speed of life does not sign its officers out.

mod account;
mod invitation;
mod policy;
mod provider;
mod register;
mod second;
#[cfg(test)]
mod tests;
mod throttle;
mod totp;

pub use account::{Account, AccountForm, Entry, Invitation, Key, Token, TokenForm, Who};
pub use policy::{PasswordFault, Policy, PolicyError, Second};
pub use provider::{Identity, Oidc, Subject};
pub use register::{Refused, Register};
pub use second::{Passed, RECOVERY_CODES, SecondFactor, Standing, WrongCode, recovery_code};
pub use throttle::{Throttle, Wait};
pub use totp::TotpSecret;
