//! The listener who knows what must come out: every change of an alarm, and every window with its exact count.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use serde::Deserialize;
use tungstenite::{Message, WebSocket};

use crate::city::Change;
use crate::machine::now_us;
use crate::publish::Expected;

/// What the probe heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// When each expected change was due, and how long it took until it was here, both in µs.
    pub(crate) changes: Vec<(u64, u64)>,
    /// Changes that nobody expected, or that came twice.
    pub(crate) strange: u64,
    /// Counts by sensor and start of the window.
    pub(crate) windows: BTreeMap<(u32, u64), u32>,
    pub(crate) doubled_windows: u64,
    /// When windows came, µs since the epoch.
    pub(crate) windows_at: Vec<u64>,
}

#[derive(Debug, Deserialize)]
struct Records {
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item {
    Alarm {
        thing: String,
        change: String,
        at_ms: u64,
    },
    Window {
        thing: String,
        start_ms: u64,
        count: u32,
    },
    #[serde(other)]
    Other,
}

/// Connects to the feed.
pub(crate) fn connect(
    server: SocketAddr,
    token: &str,
    query: &str,
) -> anyhow::Result<WebSocket<TcpStream>> {
    let socket = TcpStream::connect(server).context("the server does not listen")?;
    socket.set_nodelay(true)?;
    let url = format!("ws://{server}/api/v1/feed?{query}&token={token}");
    let (socket, _) = tungstenite::client(url, socket).context("the feed refused")?;
    socket
        .get_ref()
        .set_read_timeout(Some(Duration::from_millis(100)))?;
    Ok(socket)
}

/// Listens until told to stop.
pub(crate) fn listen(
    mut socket: WebSocket<TcpStream>,
    expected: &Expected,
    stop: &Arc<AtomicBool>,
) -> anyhow::Result<Heard> {
    let mut heard = Heard::default();
    while !stop.load(Ordering::Acquire) {
        match socket.read() {
            Ok(Message::Text(text)) => heard.take(&text, now_us(), expected)?,
            Ok(_) => {}
            Err(tungstenite::Error::Io(error)) if is_pause(&error) => {}
            Err(error) => return Err(error).context("the feed broke"),
        }
    }
    Ok(heard)
}

/// Whether nothing came for a while.
fn is_pause(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
    )
}

impl Heard {
    fn take(&mut self, text: &str, now: u64, expected: &Expected) -> anyhow::Result<()> {
        let records: Records = serde_json::from_str(text).context("not a message of the feed")?;
        for item in records.items {
            match item {
                Item::Alarm {
                    thing,
                    change,
                    at_ms,
                } => {
                    let change = Change {
                        sensor: sensor(&thing)?,
                        at_ms,
                        raised: change == "raised",
                    };
                    let due = expected.lock().expect("no panic holds it").remove(&change);
                    match due {
                        Some(due) => self.changes.push((due, now.saturating_sub(due))),
                        None => self.strange += 1,
                    }
                }
                Item::Window {
                    thing,
                    start_ms,
                    count,
                } => {
                    let before = self.windows.insert((sensor(&thing)?, start_ms), count);
                    self.doubled_windows += u64::from(before.is_some());
                    self.windows_at.push(now);
                }
                Item::Other => {}
            }
        }
        Ok(())
    }
}

fn sensor(thing: &str) -> anyhow::Result<u32> {
    let number = thing.strip_prefix('s').and_then(|text| text.parse().ok());
    number.with_context(|| format!("{thing} is no sensor of the workload"))
}
