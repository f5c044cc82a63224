//! Replay: historical tables become a live feed. The rows of all files, merged by time, drive the city clock: a row speaks of a period, and
//! is heard when the period is over.
//!
//! A row that cannot be read becomes a dead letter with its file and line as origin. Every time step is one append, a tick and its readings,
//! and the clock moves only after it: so every record is stamped with its own step's time, at any speed.

mod merge;
mod table;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use tokio::sync::{mpsc, watch};
use tokio::time::{Duration, Instant, sleep, sleep_until};
use yiping_log::LogError;
use yiping_model::Timestamp;
use yiping_protocols::{MapError, TableMap};

use crate::door::{Batch, Door, Payload, Taken};
use crate::figures::Figure;
use merge::Step;
use table::Table;

/// Steps that wait between the files and the log.
const STEPS_AHEAD_MAX: usize = 64;
const TICK: Duration = Duration::from_secs(1);
const PROGRESS: Duration = Duration::from_secs(5);
const BUSY_WAIT: Duration = Duration::from_millis(100);
const BUSY_TRIES_MAX: u32 = 100;

/// Why a replay cannot begin, or did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A file cannot be read.
    #[error("cannot read {path}: {detail}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system or the table said.
        detail: String,
    },
    /// A file does not fit the map.
    #[error("{path} does not fit the map")]
    Map {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        #[source]
        error: MapError,
    },
    /// A file that is not in order is too large to be put in order.
    #[error(
        "{path} is not sorted by time and has {rows} rows, more than {rows_max} can be sorted in memory; sort the file by time"
    )]
    NotSorted {
        /// The file.
        path: PathBuf,
        /// How many rows it has.
        rows: u64,
        /// How many may be sorted.
        rows_max: u64,
    },
    /// No row of any file has a time.
    #[error("no row of the {files} files has a time; check `[table] time` of the map")]
    Empty {
        /// How many files there are.
        files: usize,
    },
    /// The log has already passed the first row.
    #[error("the log is at {log}, past the first row's time {first}; use an empty data directory")]
    Passed {
        /// City time at the end of the log.
        log: Timestamp,
        /// When the first row is heard.
        first: Timestamp,
    },
    /// The speed is not one.
    #[error("speed {0} is not a number above 0")]
    Speed(f64),
    /// The log refused.
    #[error("the log refused replayed rows")]
    Log(#[source] LogError),
}

/// Tables that have been looked through and can be replayed.
#[derive(Debug)]
pub struct Replay {
    tables: Vec<Table>,
    map: TableMap,
    speed: Option<f64>,
    first: Timestamp,
    rows: u64,
}

/// What was replayed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Rows read.
    pub rows: u64,
    /// Observations that count.
    pub accepted: u64,
    /// Observations set aside.
    pub quarantined: u64,
    /// Observations refused.
    pub rejected: u64,
    /// Whether the last row was reached.
    pub finished: bool,
}

impl Replay {
    /// Looks the files (CSV, or CSV in gzip) through once: their columns, their order, their rows. `speed` is how many seconds of the city
    /// pass in one of the machine; `None` is as fast as possible. A file that is not sorted by time may have at most `rows_sorted_max` rows.
    ///
    /// # Errors
    /// [`ReplayError`] when a file cannot be read, does not fit the map, or cannot be sorted.
    pub async fn open(
        files: Vec<PathBuf>,
        map: TableMap,
        speed: Option<f64>,
        rows_sorted_max: u64,
    ) -> Result<Self, ReplayError> {
        if let Some(speed) = speed.filter(|speed| !speed.is_finite() || *speed <= 0.0) {
            return Err(ReplayError::Speed(speed));
        }
        let scanning_map = map.clone();
        let files_count = files.len();
        let scan = move || {
            let scanned = files
                .into_iter()
                .map(|path| Table::scan(path, &scanning_map, rows_sorted_max));
            scanned.collect::<Result<Vec<_>, _>>()
        };
        let tables = tokio::task::spawn_blocking(scan)
            .await
            .expect("scanning tables does not panic, and nobody aborts it")?;
        let first = tables.iter().filter_map(Table::first).min();
        Ok(Self {
            first: first.ok_or(ReplayError::Empty { files: files_count })?,
            rows: tables.iter().map(Table::rows).sum(),
            tables,
            map,
            speed,
        })
    }

    /// City time at which the first row is heard; a driven clock may start there.
    pub fn begins_at(&self) -> Timestamp {
        self.first + self.period()
    }

    /// How many rows there are.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    fn period(&self) -> Duration {
        Duration::from_secs(self.map.period_secs().into())
    }

    /// Replays into the log behind this door, whose clock must be a driven one, until the last row or until `told` turns true.
    ///
    /// # Errors
    /// [`ReplayError::Passed`] when the log is already past the first row; [`ReplayError::Log`] when it refuses.
    pub async fn run(
        self,
        door: &Door,
        mut told: watch::Receiver<bool>,
    ) -> Result<Replayed, ReplayError> {
        let (log, first) = (door.clock().now(), self.begins_at());
        if log > first {
            return Err(ReplayError::Passed { log, first });
        }
        tracing::info!(rows = self.rows, files = self.tables.len(), from = %first, speed = self.speed, "replay begins");
        let period = self.period();
        let mut player = Player {
            door,
            speed: self.speed,
            origin: (Instant::now(), first),
            rows: self.rows,
            replayed: Replayed::default(),
            reported: Instant::now(),
        };
        door.clock().advance(first);
        let (sender, mut steps) = mpsc::channel(STEPS_AHEAD_MAX);
        let merging =
            tokio::task::spawn_blocking(move || merge::merge(self.tables, &self.map, &sender));
        while let Some(step) = tokio::select! {
            biased;
            _stop = told.wait_for(|stop| *stop) => None,
            step = steps.recv() => step,
        } {
            let heard_at = step.at + period;
            if !player.wait(heard_at, &mut told).await? {
                break;
            }
            door.clock().advance(heard_at);
            player.play(step).await?;
        }
        let stopped = *told.borrow();
        drop(steps);
        merging
            .await
            .expect("merging tables does not panic, and nobody aborts it")?;
        player.replayed.finished = !stopped;
        tracing::info!(rows = player.replayed.rows, city = %door.clock().now(), finished = !stopped, "replay ends");
        Ok(player.replayed)
    }
}

struct Player<'a> {
    door: &'a Door,
    speed: Option<f64>,
    /// A moment of the machine, and the city time it stands for.
    origin: (Instant, Timestamp),
    rows: u64,
    replayed: Replayed,
    reported: Instant,
}

impl Player<'_> {
    /// Waits until the city has reached this time, with a tick every second. False when stopped.
    async fn wait(
        &self,
        at: Timestamp,
        told: &mut watch::Receiver<bool>,
    ) -> Result<bool, ReplayError> {
        let Some(speed) = self.speed else {
            return Ok(true);
        };
        let (machine, city) = self.origin;
        let due = machine + at.abs_diff(city).div_f64(speed);
        loop {
            let now = Instant::now();
            if now >= due {
                return Ok(true);
            }
            tokio::select! {
                biased;
                _stop = told.wait_for(|stop| *stop) => return Ok(false),
                () = sleep_until(due.min(now + TICK)) => {}
            }
            if Instant::now() < due {
                let passed = (Instant::now() - machine).mul_f64(speed);
                self.door.clock().advance((city + passed).min(at));
                let mut batch = Batch::default();
                batch.tick();
                self.keep(batch).await?;
            }
        }
    }

    async fn play(&mut self, step: Step) -> Result<(), ReplayError> {
        let mut batch = Batch::default();
        batch.tick();
        for row in &step.rows {
            let payload = Payload::whole(&row.origin, row.text.as_bytes());
            self.door.admit(&mut batch, row.decoded.clone(), payload);
        }
        let rows = step.rows.len() as u64;
        let taken = self.keep(batch).await?;
        Figure::ReplayRows.add(self.door.source().as_str(), rows);
        self.replayed.rows += rows;
        self.replayed.accepted += taken.accepted;
        self.replayed.quarantined += taken.quarantined;
        self.replayed.rejected += taken.rejected;
        self.report();
        Ok(())
    }

    /// A full log is waited for; nothing else feeds a replay, so nobody waits behind it.
    async fn keep(&self, batch: Batch) -> Result<Taken, ReplayError> {
        let mut tries = 0;
        loop {
            match self.door.keep(batch.clone()).await {
                Ok(taken) => return Ok(taken),
                Err(error) if error.is_retryable() && tries < BUSY_TRIES_MAX => {
                    tries += 1;
                    sleep(BUSY_WAIT).await;
                }
                Err(error) => return Err(ReplayError::Log(error)),
            }
        }
    }

    fn report(&mut self) {
        if self.reported.elapsed() < PROGRESS {
            return;
        }
        self.reported = Instant::now();
        let percent = self.replayed.rows * 100 / self.rows.max(1);
        tracing::info!(rows = self.replayed.rows, city = %self.door.clock().now(), percent, "replay goes on");
    }
}
