//! Secrets: made of the machine's random numbers; passwords kept as argon2id.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use yiping_model::hex;

use super::PeopleError;

const SALT_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;

/// Random bytes.
///
/// # Errors
/// [`PeopleError::Secret`] when the machine gives none.
pub(super) fn random<const N: usize>() -> Result<[u8; N], PeopleError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| PeopleError::Secret(error.to_string()))?;
    Ok(bytes)
}

/// A new secret: 64 hex digits.
///
/// # Errors
/// [`PeopleError::Secret`] when the machine gives no random numbers.
pub fn fresh() -> Result<String, PeopleError> {
    Ok(hex(&random::<SECRET_BYTES>()?).into())
}

/// The hash of a password, in PHC form: argon2id with 19 MiB, two passes and one lane (OWASP's least).
pub(super) fn hash(password: &str) -> Result<String, PeopleError> {
    let salt = SaltString::encode_b64(&random::<SALT_BYTES>()?);
    let salt = salt.map_err(|error| PeopleError::Secret(error.to_string()))?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    Ok(hash
        .map_err(|error| PeopleError::Secret(error.to_string()))?
        .to_string())
}

/// Whether this is the password of the hash.
pub(super) fn verify(password: &str, hash: &str) -> Result<bool, PeopleError> {
    let hash = PasswordHash::new(hash).map_err(|error| PeopleError::Secret(error.to_string()))?;
    let right = Argon2::default().verify_password(password.as_bytes(), &hash);
    Ok(right.is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_and_no_other_is() {
        let kept = hash("衢江-Stage-7").expect("hashes");
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(verify("衢江-Stage-7", &kept).expect("a hash"));
        assert!(!verify("衢江-Stage-8", &kept).expect("a hash"));
        assert_ne!(
            hash("衢江-Stage-7").expect("hashes"),
            kept,
            "each has its salt"
        );
        assert!(verify("x", "no hash").is_err());
    }

    #[test]
    fn secrets_are_long_and_never_the_same() {
        let secret = fresh().expect("random");
        assert_eq!(secret.len(), 64);
        assert_ne!(secret, fresh().expect("random"));
    }
}
