//! Fan-out: one device speaks, a hundred programs hear every word.

use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use bytes::{Buf as _, BytesMut};
use serde::Serialize;
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;

use crate::city1k::Span;
use crate::machine::{self, now_us, quantile, wait_until};
use crate::probe;
use crate::program::{Door, House, Keep, Pace};
use crate::publish;

const LISTENERS: usize = 100;
/// A reading carries the time at which it was due, in µs, as the value of its first property.
const MARK: &[u8] = b"\"t\":";
const MARK_DIGITS: usize = 16;

/// What came out. Times in ms.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    case: &'static str,
    listeners: usize,
    rate_per_sec: f64,
    load_before: f64,
    deliveries_per_sec: f64,
    delivered: f64,
    delivery_ms_p50: f64,
    delivery_ms_p99: f64,
    item_bytes: f64,
    cores: f64,
    cpu_us_per_delivery: f64,
    peak_mib: f64,
}

/// Publishes at this rate for so long; everybody counts.
pub(crate) fn run(
    (name, pace): (&'static str, Pace),
    rate: f64,
    span: Span,
    yiping: &Path,
    data: &Path,
) -> anyhow::Result<Outcome> {
    let Span { secs, warm_secs } = span;
    let load_before = machine::load_average();
    let house = House::open(yiping, Door::Embedded, Keep::Nothing, pace, data)?;
    let begin_us = now_us() + 1_500_000;
    let warm_us = begin_us + (warm_secs * 1e6) as u64;
    let end_us = begin_us + (secs * 1e6) as u64;
    let stop = Arc::new(AtomicBool::new(false));
    let mut sockets = Vec::new();
    for _ in 0..LISTENERS {
        sockets.push(
            probe::connect(house.server, &house.token, "kinds=reading&thing=fan")?.into_inner(),
        );
    }
    let listening = {
        let stop = Arc::clone(&stop);
        thread::spawn(move || listen(sockets, warm_us, stop))
    };
    let device = publish::connect(house.devices, "fan")?;
    let sending = thread::spawn(move || send(device, rate, secs, begin_us));
    wait_until(warm_us);
    let before = house.program.usage();
    wait_until(end_us);
    let after = house.program.usage();
    sending.join().expect("no panic")?;
    wait_until(end_us + 1_500_000);
    stop.store(true, Ordering::Release);
    let heard = listening.join().expect("no panic")?;
    let mut took = heard.took_ms;
    let sent = (rate * (secs - warm_secs)).round();
    let deliveries = took.len() as f64;
    let cpu_secs = after.cpu_secs - before.cpu_secs;
    Ok(Outcome {
        case: name,
        listeners: LISTENERS,
        rate_per_sec: rate,
        load_before,
        deliveries_per_sec: deliveries / (secs - warm_secs),
        delivered: deliveries / (sent * LISTENERS as f64),
        delivery_ms_p50: quantile(&mut took, 0.5),
        delivery_ms_p99: quantile(&mut took, 0.99),
        item_bytes: heard.bytes as f64 / f64::from(heard.items),
        cores: cpu_secs / (secs - warm_secs),
        cpu_us_per_delivery: cpu_secs * 1e6 / deliveries,
        peak_mib: house.program.usage().peak_mib,
    })
}

fn send(mut device: TcpStream, rate: f64, secs: f64, begin_us: u64) -> anyhow::Result<()> {
    use std::io::Write as _;
    let total = (rate * secs) as u64;
    let mut out = BytesMut::new();
    let mut next = 0;
    while next < total {
        let due = (now_us().saturating_sub(begin_us) as f64 * rate / 1e6) as u64;
        if due <= next {
            thread::sleep(Duration::from_micros(500));
            continue;
        }
        while next < due.min(total) {
            let at_us = begin_us + (next as f64 * 1e6 / rate) as u64;
            let payload = format!(
                r#"{{"id":"fan","ts":{},"metrics":{{"t":{at_us},"n":{next},"a":0.25,"b":1.5}}}}"#,
                at_us / 1_000
            );
            publish::write_publish(&mut out, "city/fan".to_owned(), payload.as_bytes(), None)?;
            next += 1;
        }
        device.write_all(&out).context("the device is cut off")?;
        out.clear();
    }
    thread::sleep(Duration::from_secs(1));
    Ok(())
}

#[derive(Debug, Default)]
struct Heard {
    took_ms: Vec<f64>,
    bytes: u64,
    items: u32,
}

/// Every listener is a task of this one thread.
fn listen(sockets: Vec<TcpStream>, warm_us: u64, stop: Arc<AtomicBool>) -> anyhow::Result<Heard> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async move {
        let mut listeners = JoinSet::new();
        for socket in sockets {
            socket.set_nonblocking(true)?;
            let socket = tokio::net::TcpStream::from_std(socket)?;
            listeners.spawn(count(socket, warm_us, Arc::clone(&stop)));
        }
        let mut all = Heard::default();
        while let Some(heard) = listeners.join_next().await {
            let heard = heard??;
            all.took_ms.extend(heard.took_ms);
            all.bytes += heard.bytes;
            all.items += heard.items;
        }
        Ok(all)
    })
}

/// Looks for marks in the bytes of the socket: cheap enough for a hundred listeners on one core.
async fn count(
    mut socket: tokio::net::TcpStream,
    warm_us: u64,
    stop: Arc<AtomicBool>,
) -> anyhow::Result<Heard> {
    let mut heard = Heard::default();
    let mut held = BytesMut::with_capacity(65_536);
    // The feed speaks at least once a second, so the word to stop is heard.
    while !stop.load(Ordering::Acquire) {
        let count = socket.read_buf(&mut held).await.context("the feed broke")?;
        anyhow::ensure!(count > 0, "the feed ended");
        let now = now_us();
        heard.bytes += count as u64;
        let mut from = 0;
        while let Some(mark) = find(&held[from..]) {
            let digits = from + mark + MARK.len();
            let Some(text) = held.get(digits..digits + MARK_DIGITS) else {
                break;
            };
            let at = std::str::from_utf8(text)
                .ok()
                .and_then(|text| text.parse::<u64>().ok())
                .context("a mark without a time")?;
            heard.items += 1;
            if at >= warm_us {
                heard.took_ms.push(now.saturating_sub(at) as f64 / 1e3);
            }
            from = digits + MARK_DIGITS;
        }
        let keep = held.len().min(MARK.len() + MARK_DIGITS - 1);
        held.advance(from.max(held.len() - keep));
    }
    Ok(heard)
}

fn find(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(quote) = bytes[from..].iter().position(|byte| *byte == MARK[0]) {
        let at = from + quote;
        if bytes[at..].starts_with(MARK) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
