//! One-time codes as the person's phone shows them: TOTP (RFC 6238) with SHA-1, 30 seconds and six digits, which every authenticator app knows.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha1::Sha1;
use std::fmt;
use yiping_model::Timestamp;

/// Seconds for which a code is shown.
const STEP_SECS: i64 = 30;
/// Steps that a phone's clock may be off, either way.
const STEPS_OFF_MAX: u64 = 1;
const DIGITS: usize = 6;
/// RFC 4226 asks for 160 bits.
const SECRET_BYTES: usize = 20;

/// What the person's phone and the register share. Its bytes are text in base32 where they are shown or kept.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; SECRET_BYTES]);

impl TotpSecret {
    /// One of these random bytes.
    pub const fn new(random: [u8; SECRET_BYTES]) -> Self {
        Self(random)
    }

    /// As a person types it into a phone.
    pub fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// As a phone reads it from a QR code (the Key URI format of authenticator apps).
    pub fn uri(&self, account: &str) -> String {
        // An account's name has only characters that stand for themselves in an address.
        format!(
            "otpauth://totp/Yiping:{account}?secret={}&issuer=Yiping&algorithm=SHA1&digits={DIGITS}&period={STEP_SECS}",
            self.base32()
        )
    }

    /// The step for which this code stands at that time, when it is one after `used`; `None` when it is no code of now, or was used.
    pub(super) fn step_of(&self, code: &str, used: u64, now: Timestamp) -> Option<u64> {
        let here = step(now);
        let near = here.saturating_sub(STEPS_OFF_MAX)..=here + STEPS_OFF_MAX;
        near.filter(|step| *step > used)
            .find(|step| same(&self.code(*step), code))
    }

    /// The code that a phone shows at that time.
    pub fn code_at(&self, at: Timestamp) -> String {
        self.code(step(at))
    }

    fn code(&self, step: u64) -> String {
        let number = number(&self.0, step) % 10_u32.pow(DIGITS as u32);
        format!("{number:0DIGITS$}")
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TotpSecret(…)")
    }
}

impl Serialize for TotpSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.base32())
    }
}

impl<'de> Deserialize<'de> for TotpSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE32_NOPAD.decode(text.as_bytes()).ok();
        let secret = bytes.and_then(|bytes| bytes.try_into().ok()).map(Self);
        secret.ok_or_else(|| serde::de::Error::custom("a secret of one-time codes is damaged"))
    }
}

fn step(at: Timestamp) -> u64 {
    u64::try_from(at.as_micros() / (STEP_SECS * 1_000_000)).unwrap_or(0)
}

/// HOTP's dynamic truncation (RFC 4226 section 5.3): 31 bits of the hash, from where its last four bits say.
fn number(secret: &[u8], step: u64) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let from = usize::from(hash[19] & 15);
    let four = [hash[from], hash[from + 1], hash[from + 2], hash[from + 3]];
    u32::from_be_bytes(four) & 0x7fff_ffff
}

/// Takes as long for a wrong code as for a right one.
fn same(known: &str, given: &str) -> bool {
    let pairs = known.bytes().zip(given.bytes());
    let differences = pairs.fold(0, |seen, (known, given)| seen | (known ^ given));
    differences == 0 && known.len() == given.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's test vectors for SHA-1.
    const RFC: TotpSecret = TotpSecret::new(*b"12345678901234567890");

    fn secs(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn codes_are_those_of_rfc_6238_appendix_b() {
        // The table has eight digits: ours are its last six.
        for (at, eight) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(RFC.code_at(secs(at)), eight[2..], "{at}");
            let number = number(&RFC.0, step(secs(at))) % 100_000_000;
            assert_eq!(format!("{number:08}"), eight, "{at}");
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_not_by_two() {
        let code = RFC.code_at(secs(1_000_000_000));
        let taken = |at| RFC.step_of(&code, 0, secs(at)).is_some();
        let begins = 1_000_000_000 / STEP_SECS * STEP_SECS;
        assert!(taken(begins - 30) && taken(begins + 59));
        assert!(!taken(begins - 31) && !taken(begins + 60));
    }

    #[test]
    fn a_used_step_and_those_before_it_are_over() {
        let now = secs(1_000_000_000);
        let code = RFC.code_at(now);
        let step = RFC.step_of(&code, 0, now).expect("right");
        assert_eq!(RFC.step_of(&code, step, now), None);
        assert_eq!(
            RFC.step_of(&RFC.code_at(secs(999_999_970)), step, now),
            None
        );
        assert!(
            RFC.step_of(&RFC.code_at(secs(1_000_000_030)), step, now)
                .is_some()
        );
        for wrong in ["", "0", "000000", "0050471", "94287082"] {
            assert_eq!(RFC.step_of(wrong, 0, now), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_kept_as_it_is_typed_and_never_shown_by_debug() {
        let kept = serde_json::to_string(&RFC).expect("text");
        assert_eq!(kept, "\"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\"");
        assert_eq!(
            serde_json::from_str::<TotpSecret>(&kept).expect("the same"),
            RFC
        );
        assert!(serde_json::from_str::<TotpSecret>("\"GEZDGNBV\"").is_err());
        assert_eq!(format!("{RFC:?}"), "TotpSecret(…)");
        assert_eq!(
            RFC.uri("zhang.wei"),
            "otpauth://totp/Yiping:zhang.wei?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Yiping&algorithm=SHA1&digits=6&period=30"
        );
    }
}
