//! The other direction, for the simulator.

use std::io::Write as _;

use yiping_model::{Measured, Reading, ThingId, Timestamp};

/// Appends a reading in the plain form. Numbers take their shortest text; a time finer than a millisecond keeps its fraction.
pub fn encode(reading: &Reading, out: &mut Vec<u8>) {
    head(&reading.thing, reading.phenomenon_time, out);
    out.extend_from_slice(b",\"metrics\":");
    values(&reading.values, out);
    out.push(b'}');
}

/// The beginning that all plain forms share: who, and when.
pub(super) fn head(thing: &ThingId, at: Timestamp, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":");
    quoted(thing.as_str(), out);
    let micros = at.as_micros();
    let sign = if micros < 0 { "-" } else { "" };
    let (millis, rest) = (micros.unsigned_abs() / 1_000, micros.unsigned_abs() % 1_000);
    written(write!(out, ",\"ts\":{sign}{millis}"));
    if rest > 0 {
        written(write!(out, ".{rest:03}"));
    }
}

pub(super) fn values(values: &[Measured], out: &mut Vec<u8>) {
    out.push(b'{');
    for (at, measured) in values.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        quoted(measured.property.as_str(), out);
        out.push(b':');
        written(serde_json::to_writer(&mut *out, &measured.value));
    }
    out.push(b'}');
}

pub(super) fn quoted(text: &str, out: &mut Vec<u8>) {
    written(serde_json::to_writer(out, text));
}

fn written<E: std::fmt::Debug>(result: Result<(), E>) {
    result.expect("a vector takes every byte, and text and numbers have JSON forms");
}
