//! What the city says and what ought to be found in it, as text for people and tools.

use std::io::{self, Write};

use yiping_model::Timestamp;

use crate::city::{City, Truth};

/// Writes every message of `[from, to)` as a line `time topic payload`; gives the number of lines.
///
/// # Errors
/// What the writer says.
pub fn dump(city: &City, from: Timestamp, to: Timestamp, out: &mut dyn Write) -> io::Result<u64> {
    let mut lines = 0;
    for message in city.messages(from, to) {
        write!(out, "{} {} ", message.at, message.topic)?;
        out.write_all(&message.payload)?;
        out.write_all(b"\n")?;
        lines += 1;
    }
    Ok(lines)
}

/// Writes the truth file: JSON, indented.
///
/// # Errors
/// What the writer says.
pub fn write_truth(truth: &Truth, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, truth)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::city::sample::{at, catalogue};
    use crate::city::{TruthPack, truth};
    use crate::settings::{Scenario, Settings};

    fn city() -> City {
        let settings = Settings {
            scenario: Scenario::Leak,
            ..Settings::default()
        };
        City::new(&catalogue(), &settings, at("2026-06-03T02:00:00Z")).unwrap()
    }

    #[test]
    fn every_message_is_a_line_of_time_topic_and_payload() {
        let (city, mut out) = (city(), Vec::new());
        let to = city.start() + Duration::from_mins(1);
        assert_eq!(dump(&city, city.start(), to, &mut out).unwrap(), 8 + 6 * 12);
        let text = String::from_utf8(out).unwrap();
        let first = text.lines().next().unwrap();
        let expected = r#"2026-06-03T02:00:00.318Z city/air/gas-1 {"id":"gas-1","ts":1780452000318,"metrics":{"cl2":0.01}}"#;
        assert_eq!(first, expected);
    }

    #[test]
    fn the_truth_file_can_be_read_back() {
        let city = city();
        let mut out = Vec::new();
        let found = truth(
            &city,
            city.start(),
            city.start() + Duration::from_secs(9),
            &TruthPack::default(),
        );
        write_truth(&found, &mut out).unwrap();
        let read: Truth = serde_json::from_slice(&out).unwrap();
        assert_eq!(read, found);
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("{\n  \"scenario\": \"leak\",\n  \"seed\": 1,"),
            "{text}"
        );
    }
}
