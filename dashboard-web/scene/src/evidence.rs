//! The digest of what a screen showed, by which a decision says on what it rests.

use sha2::{Digest as _, Sha256};
use yiping_model::hex;

use crate::message::AlarmView;

/// The digest of an alarm as a screen holds it: SHA-256 of its canonical JSON (RFC 8785), in hex. A browser makes the same of what it received.
pub fn digest(alarm: &AlarmView) -> String {
    let bytes = serde_json_canonicalizer::to_vec(alarm).unwrap_or_default();
    hex(&Sha256::digest(bytes)).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::AlarmStateView;

    /// The same alarm stands in the app's test of its digest.
    #[test]
    fn a_browser_makes_the_same_digest_of_the_same_alarm() {
        let alarm = AlarmView {
            id: "0123456789abcdef0123456789abcdef".into(),
            number: 7,
            level: 2,
            state: AlarmStateView::Unacknowledged,
            rule: "cl2-high".into(),
            thing: "gas-03".into(),
            property: "cl2".into(),
            key: None,
            value: 31.0,
            extreme: 0.000_001_5,
            threshold: 1e21,
            started_ms: 1_772_323_200_000,
            ended_ms: None,
            raised_ms: 1_772_323_200_250,
            raised_by: None,
            acknowledged: None,
            escalated: None,
            quiet: None,
            false_alarm: None,
            corrected: false,
            before: None,
        };
        let canonical = serde_json_canonicalizer::to_string(&alarm).expect("finite");
        assert_eq!(
            canonical,
            r#"{"acknowledged":null,"before":null,"corrected":false,"ended_ms":null,"extreme":0.0000015,"id":"0123456789abcdef0123456789abcdef","key":null,"level":2,"number":7,"property":"cl2","raised_ms":1772323200250,"rule":"cl2-high","started_ms":1772323200000,"state":"unacknowledged","thing":"gas-03","threshold":1e+21,"value":31}"#
        );
        assert_eq!(digest(&alarm).len(), 64);
    }
}
