//! Who is who: accounts of people, tokens of screens and programs, sessions, and what each of them may do.
//!
//! The register is a plain value. It holds no secret that opens a door: of a password only its hash, of a token and of a session only a
//! digest. Times are of the machine's clock, not of the city's: a city at sixty times the speed of life does not sign its officers out.

mod account;
mod policy;
mod register;
#[cfg(test)]
mod tests;
mod throttle;

pub use account::{Account, AccountForm, Key, Token, TokenForm, Who};
pub use policy::{PasswordFault, Policy, PolicyError};
pub use register::{Refused, Register};
pub use throttle::{Throttle, Wait};
