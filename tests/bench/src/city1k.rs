//! One run of the workload city-1k.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde::Serialize;

use crate::city::{LATENESS_MS, WINDOW_MS};
use crate::machine::{self, now_us, quantile, wait_until};
use crate::probe::{self, Heard};
use crate::program::{Door, House, Keep, Pace};
use crate::publish::{self, Expected, Load, Sent};

const SENSORS: u32 = 1_000;
const GATEWAYS: u32 = 4;
/// What the feed is asked for.
const QUERY: &str = "kinds=alarm,window&property=temp";
/// How long after the last message a result may come.
const DRAIN_US: u64 = 3_000_000;
/// A run whose generator was later than this says nothing about latency.
const GENERATOR_LATE_MS_MAX: f64 = 200.0;

/// What is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) door: Door,
    pub(crate) keep: Keep,
    pub(crate) acknowledged: bool,
    pub(crate) rate: f64,
}

/// What came out. Times in ms.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    case: &'static str,
    rate_per_sec: f64,
    secs: f64,
    load_before: f64,
    generator_late_ms_max: f64,
    valid: bool,
    changes_expected: usize,
    changes_missing: usize,
    changes_strange: u64,
    alarm_ms_p50: f64,
    alarm_ms_p99: f64,
    alarm_ms_p99_while_windows_close: f64,
    windows_expected: usize,
    windows_wrong: usize,
    windows_missing: usize,
    windows_doubled: u64,
    cpu_secs_per_million: f64,
    cores: f64,
    peak_mib: f64,
    broker_cores: Option<f64>,
    puback_ms_p50: Option<f64>,
    puback_ms_p99: Option<f64>,
    sync_ms_p50: f64,
    sync_ms_p99: f64,
    history_behind_records: Option<f64>,
}

/// Runs the case once.
pub(crate) fn run(case: Case, span: Span, yiping: &Path, data: &Path) -> anyhow::Result<Outcome> {
    let sync_ms = machine::sync_ms(data)?;
    let load_before = machine::load_average();
    let house = House::open(yiping, case.door, case.keep, Pace::Gathered, data)?;
    let run = Run::make(case, span, &house)?;
    let figures = Figures::of(&run, span);
    let secs = span.secs - span.warm_secs;
    Ok(Outcome {
        case: case.name,
        rate_per_sec: case.rate,
        secs: span.secs,
        load_before,
        generator_late_ms_max: figures.generator_late_ms_max,
        valid: figures.generator_late_ms_max <= GENERATOR_LATE_MS_MAX,
        changes_expected: figures.changes_expected,
        changes_missing: figures.changes_missing,
        changes_strange: run.heard.strange,
        alarm_ms_p50: figures.alarm_ms(0.5),
        alarm_ms_p99: figures.alarm_ms(0.99),
        alarm_ms_p99_while_windows_close: figures.while_windows_close_ms(&run.heard),
        windows_expected: figures.windows_expected,
        windows_wrong: figures.windows_wrong,
        windows_missing: figures.windows_missing,
        windows_doubled: run.heard.doubled_windows,
        cpu_secs_per_million: run.cpu_secs / (case.rate * secs / 1e6),
        cores: run.cpu_secs / secs,
        peak_mib: house.program.usage().peak_mib,
        broker_cores: run.broker_cpu_secs.map(|cpu_secs| cpu_secs / secs),
        puback_ms_p50: figures.puback_ms(0.5),
        puback_ms_p99: figures.puback_ms(0.99),
        sync_ms_p50: sync_ms.0,
        sync_ms_p99: sync_ms.1,
        history_behind_records: run.history_behind_records,
    })
}

/// How long a run is, and how much of it does not count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) secs: f64,
    pub(crate) warm_secs: f64,
}

/// What was sent and heard, and what it cost.
#[derive(Debug)]
struct Run {
    begin_us: u64,
    sent: Vec<Sent>,
    heard: Heard,
    expected: Expected,
    cpu_secs: f64,
    broker_cpu_secs: Option<f64>,
    history_behind_records: Option<f64>,
}

impl Run {
    fn make(case: Case, span: Span, house: &House) -> anyhow::Result<Self> {
        let expected = Expected::default();
        let stop = Arc::new(AtomicBool::new(false));
        let listening = {
            let socket = probe::connect(house.server, &house.token, QUERY)?;
            let (expected, stop) = (Arc::clone(&expected), Arc::clone(&stop));
            thread::spawn(move || probe::listen(socket, &expected, &stop))
        };
        let begin_us = now_us() + 500_000;
        let load = Load {
            broker: house.devices,
            gateways: GATEWAYS,
            sensors: SENSORS,
            rate: case.rate,
            secs: span.secs,
            acknowledged: case.acknowledged,
            begin_us,
        };
        let start = |number| {
            let (load, expected) = (load.clone(), Arc::clone(&expected));
            thread::spawn(move || publish::send(&load, number, &expected))
        };
        let sending: Vec<_> = (0..GATEWAYS).map(start).collect();
        let end_us = begin_us + (span.secs * 1e6) as u64;
        wait_until(span.warm_us(begin_us));
        let before = Costs::of(house);
        wait_until(end_us);
        let after = Costs::of(house);
        let history_behind_records = (case.keep == Keep::LogAndHistory)
            .then(|| house.figure("yiping_store_lag_records"))
            .flatten();
        let mut sent = Vec::new();
        for gateway in sending {
            sent.push(gateway.join().expect("no panic")?);
        }
        wait_until(now_us().max(end_us) + DRAIN_US);
        stop.store(true, Ordering::Release);
        Ok(Self {
            begin_us,
            sent,
            heard: listening.join().expect("no panic")?,
            expected,
            cpu_secs: after.program - before.program,
            broker_cpu_secs: after
                .broker
                .zip(before.broker)
                .map(|(after, before)| after - before),
            history_behind_records,
        })
    }
}

impl Span {
    fn warm_us(self, begin_us: u64) -> u64 {
        begin_us + (self.warm_secs * 1e6) as u64
    }
}

/// Processor seconds.
struct Costs {
    program: f64,
    broker: Option<f64>,
}

impl Costs {
    fn of(house: &House) -> Self {
        let broker = house.broker.as_ref();
        Self {
            program: house.program.usage().cpu_secs,
            broker: broker.map(|broker| broker.usage().cpu_secs),
        }
    }
}

/// What the generator expects against what the probe heard.
#[derive(Debug)]
struct Figures {
    generator_late_ms_max: f64,
    changes_expected: usize,
    changes_missing: usize,
    /// When each change was due, and how long it took in ms, after the warm-up.
    changes: Vec<(u64, f64)>,
    windows_expected: usize,
    windows_wrong: usize,
    windows_missing: usize,
    acknowledged_us: Vec<u32>,
}

impl Figures {
    fn of(run: &Run, span: Span) -> Self {
        let (sent, heard, begin_us) = (&run.sent, &run.heard, run.begin_us);
        let warm_us = span.warm_us(begin_us);
        let missing = run.expected.lock().expect("no panic holds it");
        let changes: Vec<(u64, f64)> = heard
            .changes
            .iter()
            .filter(|(due, _)| *due >= warm_us)
            .map(|(due, took)| (*due, *took as f64 / 1e3))
            .collect();
        let mut windows: BTreeMap<(u32, u64), u32> = BTreeMap::new();
        for gateway in sent {
            windows.extend(&gateway.windows);
        }
        let last_ms = windows.keys().map(|(_, start)| *start).max().unwrap_or(0);
        // Only windows that began after the first message and that later messages must have closed.
        let must = windows.iter().filter(|((_, start), _)| {
            *start >= begin_us / 1_000 && *start + 2 * WINDOW_MS + LATENESS_MS < last_ms + WINDOW_MS
        });
        let (mut windows_expected, mut windows_wrong, mut windows_missing) = (0, 0, 0);
        for (window, count) in must {
            windows_expected += 1;
            match heard.windows.get(window) {
                Some(heard) if heard == count => {}
                Some(_) => windows_wrong += 1,
                None => windows_missing += 1,
            }
        }
        Self {
            generator_late_ms_max: sent.iter().map(|one| one.late_us_max).max().unwrap_or(0) as f64
                / 1e3,
            changes_expected: missing.len() + heard.changes.len(),
            changes_missing: missing.len(),
            changes,
            windows_expected,
            windows_wrong,
            windows_missing,
            acknowledged_us: sent
                .iter()
                .flat_map(|one| one.acknowledged_us.iter().copied())
                .collect(),
        }
    }

    fn alarm_ms(&self, q: f64) -> f64 {
        let mut took: Vec<f64> = self.changes.iter().map(|(_, took)| *took).collect();
        quantile(&mut took, q)
    }

    /// The 99th of the changes that were due in a second in which windows came.
    fn while_windows_close_ms(&self, heard: &Heard) -> f64 {
        let busy: std::collections::BTreeSet<u64> =
            heard.windows_at.iter().map(|at| at / 1_000_000).collect();
        let mut took: Vec<f64> = self
            .changes
            .iter()
            .filter(|(due, _)| busy.contains(&(due / 1_000_000)))
            .map(|(_, took)| *took)
            .collect();
        quantile(&mut took, 0.99)
    }

    fn puback_ms(&self, q: f64) -> Option<f64> {
        let mut took: Vec<f64> = self
            .acknowledged_us
            .iter()
            .map(|took| f64::from(*took) / 1e3)
            .collect();
        (!took.is_empty()).then(|| quantile(&mut took, q))
    }
}
