//! The log on the local disk.
//!
//! A directory of segment files, each named after the first position it may hold (`00000000000000000001.log`), and the files `lock` and
//! `id` (16 hex digits: which log this is). One
//! writer takes the appends that wait, writes them as one commit, syncs, publishes, answers; while it syncs, the next commit gathers. It works
//! on a thread of its own, or on that of a caller who may block (`desk`, [`AtHand`]). Readers that keep up share the commits in memory; the others read the segments. Nobody sees a record before it is durable.
//!
//! All numbers are little-endian; every `crc` is CRC-32C.
//!
//! ```text
//! segment     magic "YIPING\x1aL" | version u32 = 2 | keeps u32 | first u64 | not before i64 | salt u64 | until u64
//!             | crc u32                                                                                                52 bytes
//!             commit *
//! commit      crc u32 | length u32 | count u32 | last u64                                                              20 bytes
//!             record * count, together `length` bytes
//! record      crc u32 | length u32 | position u64 | received at i64 | kind u8                                          25 bytes
//!             payload, `length` bytes
//! ```
//!
//! - The crc of a segment header and of a record covers everything after it (of a segment: before it). That of a commit header covers, first,
//!   the segment's salt and the commit's own offset, then what follows in the header: no other bytes pass for it.
//! - `keeps` says what retention has left: 0 everything, 1 alarms and decisions, 2 results, alarms and decisions, 3 decisions. `not before`
//!   is `received at` of the record before the segment. Times are µs. Segments that begin after `first` and not after `until` were merged
//!   into this one. Version 1, which is read too, has no `until` (44 bytes), and `keeps` is 0 or 1.
//! - Positions ascend, and have gaps only where retention was. `received at` never decreases.
//! - A commit is one write: it counts whole or not at all. `recover` argues why a broken end may be cut, and when it may not.
//!
//! Limits: a commit has at most 16 MiB; [`Settings`] has the others. Any error of the disk stops the log until it is opened again: nothing
//! is acknowledged on the word of a sync that came after a failed one.

mod at_hand;
mod desk;
#[cfg(test)]
pub(crate) mod faults;
mod files;
mod format;
mod lock;
mod merge;
#[cfg(test)]
mod model;
mod reader;
mod recover;
mod remains;
mod retention;
mod segment;
mod settings;
mod tail;
#[cfg(test)]
mod tests;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;

use async_trait::async_trait;
use tokio::sync::watch;
use tracing::{error, info, warn};
use yiping_model::{Body, Class, Position, Timestamp};

pub use at_hand::AtHand;
pub(crate) use files::{Files, RealFiles};
pub use settings::{Retain, Settings};

use crate::{Appended, Archive, Chunk, CityClock, Log, LogError, LogId};
use desk::{Answer, Desk};
use lock::DirLock;
use reader::Reader;
use retention::Retention;
use tail::Tail;
use writer::Writer;

/// The log on the local disk.
#[derive(Debug)]
pub struct DiskLog {
    id: LogId,
    shared: Arc<Shared>,
    clock: CityClock,
    desk: Arc<Desk>,
    finished: watch::Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

/// What work on blocking threads needs.
#[derive(Debug)]
struct Shared {
    files: Arc<dyn Files>,
    dir: PathBuf,
    settings: Settings,
    reader: Arc<Reader>,
    retaining: Mutex<()>,
    /// The writer's thread has it; retention holds it while it works. The model test has none.
    lock: Weak<Option<DirLock>>,
}

impl DiskLog {
    /// Opens the log in `dir`, or begins one there, and cuts off what a crash left unfinished. Blocks the thread.
    ///
    /// `clock` gets the time of the last record ([`Timestamp::MIN`] in an empty log) and makes the clock that stamps the next ones.
    ///
    /// # Errors
    /// [`LogError`]: the settings do not fit, another process has the log, the disk refuses, or a durable record is damaged.
    pub fn open(
        dir: &Path,
        settings: Settings,
        clock: impl FnOnce(Timestamp) -> CityClock,
    ) -> Result<Self, LogError> {
        settings.check()?;
        std::fs::create_dir_all(dir).map_err(LogError::io("create directory", dir))?;
        let lock = DirLock::take(dir)?;
        Self::start(Arc::new(RealFiles), dir, settings, clock, Some(lock))
    }

    fn start(
        files: Arc<dyn Files>,
        dir: &Path,
        settings: Settings,
        clock: impl FnOnce(Timestamp) -> CityClock,
        lock: Option<DirLock>,
    ) -> Result<Self, LogError> {
        crate::metrics::describe();
        let writer = open_writer(Arc::clone(&files), dir, &settings)?;
        let id = LogId::of(&*files, dir)?;
        let clock = clock(writer.last_received_at);
        clock.advance(writer.last_received_at);
        info!(dir = %dir.display(), %id, last = %writer.last, "log opened");
        if !settings.sync {
            warn!(
                "log.sync is false: a power cut may lose what was acknowledged last; set it to true for anything but measuring"
            );
        }

        let (finish, finished) = watch::channel(());
        let lock = Arc::new(lock);
        let lock_of_writer = Arc::downgrade(&lock);
        let reader = Arc::clone(&writer.reader);
        let desk = Arc::new(Desk::new(writer, settings.queue_records_max));
        let desk_of_writer = Arc::clone(&desk);
        let work = move || {
            desk_of_writer.run();
            drop(lock);
            drop(finish);
        };
        let thread = std::thread::Builder::new()
            .name("log-writer".into())
            .spawn(work)
            .map_err(LogError::io("start the writer of", dir))?;
        Ok(Self {
            id,
            shared: Arc::new(Shared {
                files,
                dir: dir.to_owned(),
                settings,
                reader,
                retaining: Mutex::new(()),
                lock: lock_of_writer,
            }),
            clock,
            desk,
            finished,
            thread: Some(thread),
        })
    }

    /// The clock that stamps the records.
    pub const fn clock(&self) -> &CityClock {
        &self.clock
    }

    /// Writes what was appended before, then stops. Later appends get [`LogError::Closed`]; what is durable can still be read.
    ///
    /// Dropping the log does the same, but blocks the thread meanwhile.
    pub async fn close(&self) {
        self.desk.close();
        let mut finished = self.finished.clone();
        while finished.changed().await.is_ok() {}
    }

    /// This log for threads that may block: an append is written and synced by the caller, with all that waits.
    pub fn at_hand(self: &Arc<Self>) -> AtHand {
        AtHand::new(Arc::clone(self))
    }

    /// Lays an append down at the desk; `None` when there is nothing to append.
    async fn lay_down(&self, bodies: Vec<Body>) -> Result<Option<Answer>, LogError> {
        if bodies.is_empty() {
            return Ok(None);
        }
        let most = self.shared.settings.commit_records_max;
        let count = u32::try_from(bodies.len())
            .ok()
            .filter(|&count| count <= most);
        let Some(count) = count else {
            return Err(too_many(bodies, most));
        };
        let now = || self.clock.now();
        self.desk.lay_down(bodies, count, now).await.map(Some)
    }

    async fn answered(&self, answer: Option<Answer>) -> Result<Appended, LogError> {
        let Some(answer) = answer else {
            let last = self.shared.reader.last();
            return Ok(Appended { first: last, last });
        };
        answer
            .await
            .unwrap_or_else(|_gone| Err(self.desk.stopped()))
    }
}

#[async_trait]
impl Log for DiskLog {
    fn id(&self) -> LogId {
        self.id
    }

    async fn append(&self, bodies: Vec<Body>) -> Result<Appended, LogError> {
        let answer = self.lay_down(bodies).await?;
        self.desk.call();
        self.answered(answer).await
    }

    async fn read(&self, after: Position, limit: usize) -> Result<Chunk, LogError> {
        if let Some(chunk) = self.shared.reader.read_tail(after, limit) {
            return Ok(chunk);
        }
        let reader = Arc::clone(&self.shared.reader);
        blocking(move || reader.read_segments(after, limit)).await
    }

    fn end(&self) -> watch::Receiver<Position> {
        self.end_of(Class::Input)
    }

    fn end_of(&self, class: Class) -> watch::Receiver<Position> {
        self.shared.reader.end_of(class)
    }

    async fn retain(
        &self,
        keep_from: Position,
        archive: Option<Arc<dyn Archive>>,
    ) -> Result<(), LogError> {
        let now = self.clock.now();
        let shared = Arc::clone(&self.shared);
        let desk = Arc::clone(&self.desk);
        blocking(move || {
            let _one_at_a_time = shared
                .retaining
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let Some(_lock) = shared.lock.upgrade() else {
                return Err(desk.stopped());
            };
            let retention = Retention {
                files: &*shared.files,
                dir: &shared.dir,
                reader: &shared.reader,
                rules: &shared.settings.retain,
                segment_bytes: shared.settings.segment_bytes,
                archive: archive.as_deref(),
            };
            retention.run(now, keep_from)
        })
        .await
    }
}

impl Drop for DiskLog {
    fn drop(&mut self) {
        self.desk.close();
        let finished = self.thread.take().map(JoinHandle::join);
        if let Some(Err(_panic)) = finished {
            error!("the writer of the log panicked: what it had not acknowledged is lost");
        }
    }
}

/// Recovers what is in `dir` and makes the writer that goes on with it.
fn open_writer(files: Arc<dyn Files>, dir: &Path, settings: &Settings) -> Result<Writer, LogError> {
    let found = recover::recover(&*files, dir)?;
    let tail = Tail::new(
        found.last,
        settings.tail_records_max,
        settings.tail_bytes_max,
    );
    let reader = Reader::new(Arc::clone(&files), found.segments, found.last, tail);
    Ok(Writer::new(
        files,
        dir.to_owned(),
        settings.clone(),
        Arc::new(reader),
        found.active,
        found.last_received_at,
    ))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_runtime_ends) => Err(LogError::Closed),
        })
}

fn too_many(bodies: Vec<Body>, most: u32) -> LogError {
    let count = bodies.len();
    let why = format!("an append of {count} records exceeds commit_records_max = {most}; split it");
    LogError::Unwritable { why, bodies }
}
