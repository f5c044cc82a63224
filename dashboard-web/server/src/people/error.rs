//! Why somebody is not let in, or the register not changed.

use std::io;
use std::path::PathBuf;

use yiping_desk::people::{PasswordFault, Refused, Wait, WrongCode};
use yiping_log::LogError;

impl From<WrongCode> for PeopleError {
    fn from(_: WrongCode) -> Self {
        Self::WrongCode
    }
}

/// Why somebody is not let in, or the register not changed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// Name, password or token: it is not said which.
    #[error("name and password do not fit together, or the account is closed")]
    Wrong,
    /// Name and password are right, and a code is missing.
    #[error(
        "the account has a second factor: send `code` too, as the phone shows it, or one of the recovery codes"
    )]
    SecondFactor,
    /// Name and password are right, and the code is not.
    #[error("the code is wrong, or was used already")]
    WrongCode,
    /// There is no second factor to take away.
    #[error("the account has no second factor")]
    NoSecondFactor,
    /// After too many failures.
    #[error("too many sign-ins failed: try again in {} s", .0.secs)]
    Wait(Wait),
    /// Too many sign in at once.
    #[error("too many people sign in at this moment: try again")]
    Busy,
    /// The first administrator was made already, or the link is an old one.
    #[error(
        "this link makes no administrator: it was used, or a newer start of the program printed another"
    )]
    FirstGone,
    /// The new password breaks a rule.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// The register refuses the change.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The log does not take the change.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The file cannot be read or written.
    #[error("cannot {what} the register of people {}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The machine gives no random numbers, or a hash cannot be made.
    #[error("no secret can be made: {0}")]
    Secret(String),
}
