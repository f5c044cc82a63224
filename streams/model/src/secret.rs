//! What must be kept but never shown.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text that is never shown: not in a log, not in an error, not when the configuration is printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one who needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether these bytes are the text; takes as long for wrong ones as for right ones.
    pub fn matches(&self, bytes: &[u8]) -> bool {
        let pairs = self.0.bytes().zip(bytes);
        let differences = pairs.fold(0, |seen, (known, given)| seen | (known ^ given));
        differences == 0 && self.0.len() == bytes.len()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}
