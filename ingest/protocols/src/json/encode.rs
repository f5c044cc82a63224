//! The other direction, for the simulator.

use std::io::Write as _;

use yiping_model::Reading;

/// Appends a reading in the plain form. Numbers take their shortest text; a time finer than a millisecond keeps its fraction.
pub fn encode(reading: &Reading, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":");
    quoted(reading.thing.as_str(), out);
    let micros = reading.phenomenon_time.as_micros();
    let sign = if micros < 0 { "-" } else { "" };
    let (millis, rest) = (micros.unsigned_abs() / 1_000, micros.unsigned_abs() % 1_000);
    written(write!(out, ",\"ts\":{sign}{millis}"));
    if rest > 0 {
        written(write!(out, ".{rest:03}"));
    }
    out.extend_from_slice(b",\"metrics\":{");
    for (at, measured) in reading.values.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        quoted(measured.property.as_str(), out);
        out.push(b':');
        written(serde_json::to_writer(&mut *out, &measured.value));
    }
    out.extend_from_slice(b"}}");
}

fn quoted(text: &str, out: &mut Vec<u8>) {
    written(serde_json::to_writer(out, text));
}

fn written<E: std::fmt::Debug>(result: Result<(), E>) {
    result.expect("a vector takes every byte, and text and numbers have JSON forms");
}
