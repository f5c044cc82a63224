//! A demo from outside: its clock, its alarms.

use serde_json::Value;
use yiping_model::Timestamp;

use super::{Yiping, free_port, get, until};

/// A demo on ports of its own; gives the port of its MQTT door too.
pub(crate) fn demo(
    folder: &tempfile::TempDir,
    more: &[&str],
    environment: &[(&str, &str)],
) -> (Yiping, u16) {
    let (port, broker) = (free_port(), free_port());
    let data = folder.path().join("data");
    let (port_text, broker_text) = (port.to_string(), broker.to_string());
    let mut arguments = vec![
        "demo",
        "--port",
        &port_text,
        "--mqtt",
        &broker_text,
        "--data-dir",
    ];
    arguments.push(data.to_str().expect("UTF-8"));
    arguments.extend(more);
    (Yiping::start(port, &arguments, environment), broker)
}

/// City time; waits for the first record, before which a new log has none.
pub(crate) fn now_ms(port: u16) -> i64 {
    let mut things = Value::Null;
    until("the clock has ticked", || {
        things = get(port, "/api/v1/things").expect("things");
        things["position"] != 0
    });
    Timestamp::parse(things["now"].as_str().expect("a time"))
        .expect("RFC 3339")
        .as_millis()
}

/// The alarms that are not closed.
pub(crate) fn alarms(port: u16) -> Vec<Value> {
    get(port, "/api/v1/alarms").expect("alarms")["items"]
        .as_array()
        .expect("a list")
        .clone()
}
