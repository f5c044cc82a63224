//! Tokens in place of what names a person: the same name gives the same token, and without the secret nobody finds the way back.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use yiping_model::{EventKey, Secret, hex};

/// The shortest secret, in bytes: a shorter one could be found by trying.
pub const SECRET_BYTES_MIN: usize = 16;

/// Half of the digest: 128 bits.
const TOKEN_BYTES: usize = 16;

/// The secret of the configuration that makes tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKey(Secret);

impl TokenKey {
    /// A key of this secret.
    pub const fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// The token of a number plate: HMAC-SHA256, so that plates cannot be tried out by whoever has the tokens. However a plate is spaced, and
    /// in whatever case its letters are, it is the same.
    pub(crate) fn plate(&self, plate: &str) -> Option<EventKey> {
        let mut digest = Hmac::<Sha256>::new_from_slice(self.0.reveal().as_bytes()).ok()?;
        digest.update(b"plate\0");
        for letter in plate.chars().filter(|letter| letter.is_alphanumeric()) {
            let mut bytes = [0; 4];
            let upper = letter.to_ascii_uppercase();
            digest.update(upper.encode_utf8(&mut bytes).as_bytes());
        }
        let digest = digest.finalize().into_bytes();
        EventKey::new(format!("plate-{}", hex(&digest[..TOKEN_BYTES]))).ok()
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(secret: &str, plate: &str) -> String {
        let key = TokenKey::new(Secret::from(secret.to_owned()));
        key.plate(plate).expect("a token").as_str().to_owned()
    }

    #[test]
    fn a_token_is_the_keyed_digest_of_the_plate() {
        // HMAC-SHA256 by OpenSSL: printf 'plate\0浙H12345' | openssl dgst -sha256 -hmac 0123456789abcdef
        assert_eq!(
            token("0123456789abcdef", "浙H12345"),
            "plate-5ccc760e3c23beb7693e3d90393e0276"
        );
    }

    #[test]
    fn a_plate_is_the_same_however_it_is_written_and_another_with_another_secret() {
        let one = token("0123456789abcdef", "浙H·12345");
        assert_eq!(one, token("0123456789abcdef", " 浙h 123-45"));
        assert_ne!(one, token("0123456789abcdef", "浙H12346"));
        assert_ne!(one, token("fedcba9876543210", "浙H12345"));
    }
}
