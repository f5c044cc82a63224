//! The machine: time, processor time and memory of a process, cores, and how long its disk takes to sync.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;

/// The core of the program under test.
pub(crate) const PROGRAM_CORE: &str = "1";
/// The core of broker, generator and probe.
pub(crate) const LOAD_CORE: &str = "0";
const CLOCK_TICKS_PER_SEC: f64 = 100.0;

/// Microseconds since the epoch.
pub(crate) fn now_us() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// Waits until then, µs since the epoch.
pub(crate) fn wait_until(at_us: u64) {
    while let Some(left) = at_us.checked_sub(now_us()).filter(|left| *left > 0) {
        std::thread::sleep(Duration::from_micros(left.min(50_000)));
    }
}

/// Whether parts can be pinned: there are two cores.
pub(crate) fn has_two_cores() -> bool {
    fs::read_to_string("/proc/cpuinfo")
        .unwrap_or_default()
        .matches("processor\t")
        .count()
        >= 2
}

/// A command on this core, where there are two.
pub(crate) fn on_core(core: &str, program: &Path) -> Command {
    if has_two_cores() {
        let mut command = Command::new("taskset");
        command.args(["-c", core]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

/// What a process has used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// User and system, all threads.
    pub(crate) cpu_secs: f64,
    /// The most memory it ever had.
    pub(crate) peak_mib: f64,
}

/// Asks the kernel about a process.
pub(crate) fn usage(process: u32) -> Usage {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |place: usize| -> f64 {
        let field = fields.split_whitespace().nth(place);
        field.and_then(|text| text.parse().ok()).unwrap_or(0.0)
    };
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak_kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    Usage {
        cpu_secs: (ticks(11) + ticks(12)) / CLOCK_TICKS_PER_SEC,
        peak_mib: peak_kib.unwrap_or(0.0) / 1_024.0,
    }
}

/// The load of the last minute.
pub(crate) fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|first| first.parse().ok())
        .unwrap_or(0.0)
}

/// How long syncing 64 KiB takes in this folder: the median and the 99th of a hundred, in ms.
pub(crate) fn sync_ms(folder: &Path) -> anyhow::Result<(f64, f64)> {
    let path = folder.join("sync.probe");
    let mut file = File::create(&path).context("cannot write where the data are to lie")?;
    let bytes = vec![0x5a; 64 * 1_024];
    let mut took = Vec::new();
    for _ in 0..200 {
        file.write_all(&bytes)?;
        let from = Instant::now();
        file.sync_data()?;
        took.push(from.elapsed().as_secs_f64() * 1e3);
    }
    fs::remove_file(&path)?;
    Ok((quantile(&mut took, 0.5), quantile(&mut took, 0.99)))
}

/// A quantile; NaN of nothing.
pub(crate) fn quantile(values: &mut [f64], q: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len().saturating_sub(1) as f64 * q).round() as usize;
    values.get(place).copied().unwrap_or(f64::NAN)
}
