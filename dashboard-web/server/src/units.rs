//! The units: one book of them, folded from the log as it grows and kept for the next start.
//!
//! The book stands behind a lock that is held for a look or for a batch of records, never across an await.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::sleep;
use yiping_desk::units::place::Bounds;
use yiping_desk::units::{BookCheckpoint, UnitBook};
use yiping_log::{CatchUp, Checkpoint, CityClock, Log, LogError};
use yiping_model::{Class, Position, Timestamp};

/// Positions may wait so long before they are folded; what people do is folded at once.
const GATHER: Duration = Duration::from_millis(200);
const BATCH_RECORDS: usize = 4_096;
const KEEP_EVERY: Duration = Duration::from_mins(1);
/// Sheets of roads that are remembered, each below a megabyte.
const SHEETS_MAX: usize = 8;

/// The roads of a part of the map as they are sent.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    within: Bounds,
    /// JSON.
    pub(crate) text: Bytes,
    /// By which a map says that it has them.
    pub(crate) tag: String,
}

/// The units, for whoever asks. Clones are the same.
#[derive(Clone)]
pub struct UnitsHandle(Arc<Shared>);

struct Shared {
    book: RwLock<UnitBook>,
    position: watch::Sender<Position>,
    kept: AtomicU64,
    /// By which the door of positions judges.
    clock: CityClock,
    /// The sheets of roads that were asked for last: roads never change while the program runs.
    sheets: Mutex<VecDeque<Sheet>>,
}

impl fmt::Debug for UnitsHandle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("UnitsHandle").finish_non_exhaustive()
    }
}

impl UnitsHandle {
    /// The book as it was kept, or as it is given when nothing fitting was kept.
    pub async fn open(
        book: UnitBook,
        log: &dyn Log,
        checkpoint: &Checkpoint,
        clock: CityClock,
    ) -> Self {
        let end = *log.end().borrow();
        let book = match load(checkpoint).await {
            Some(kept) => book.restored(kept, end),
            None => book,
        };
        let position = book.position();
        tracing::info!(
            units = book.everything().len(),
            position = position.0,
            "units open"
        );
        Self(Arc::new(Shared {
            clock,
            book: RwLock::new(book),
            position: watch::Sender::new(position),
            kept: AtomicU64::new(position.0),
            sheets: Mutex::default(),
        }))
    }

    /// The position from which a restart would read: the log must keep what follows it.
    pub fn keep_from(&self) -> Position {
        let is_empty = self.look(|book| book.everything().len() == 0);
        if is_empty {
            // Without units nothing but decisions is of interest, and those are never dropped.
            return Position(u64::MAX);
        }
        Position(self.0.kept.load(Ordering::Acquire))
    }

    /// A look at the book.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&UnitBook) -> T) -> T {
        look(&self.0.book.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The roads within these bounds, if somebody asked for them lately.
    pub(crate) fn sheet(&self, within: Bounds) -> Option<Sheet> {
        let sheets = self.0.sheets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sheets = sheets.iter();
        sheets.find(|sheet| sheet.within == within).cloned()
    }

    /// Remembers the roads within these bounds.
    pub(crate) fn keep_sheet(&self, within: Bounds, text: String) -> Sheet {
        let mut digest = DefaultHasher::new();
        text.hash(&mut digest);
        let sheet = Sheet {
            within,
            tag: format!("W/\"{:016x}\"", digest.finish()),
            text: text.into(),
        };
        let mut sheets = self.0.sheets.lock().unwrap_or_else(PoisonError::into_inner);
        sheets.truncate(SHEETS_MAX - 1);
        sheets.push_front(sheet.clone());
        sheet
    }

    /// City time, for the door of positions.
    pub(crate) fn clock(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Waits until the book has taken this record; `false` when it has not within `patience`.
    pub async fn reaches(&self, position: Position, patience: Duration) -> bool {
        let mut reached = self.0.position.subscribe();
        let wait = reached.wait_for(|folded| *folded >= position);
        matches!(tokio::time::timeout(patience, wait).await, Ok(Ok(_)))
    }

    async fn fold_forever(&self, log: &dyn Log) -> Result<(), LogError> {
        let (mut end, mut decisions) = (log.end(), log.end_of(Class::Decision));
        let mut catch_up = CatchUp::begin("units", self.position(), *end.borrow());
        loop {
            let position = self.position();
            tokio::select! {
                grown = decisions.wait_for(|end| *end > position) => drop(grown.map_err(closed)?),
                grown = async {
                    sleep(GATHER).await;
                    end.wait_for(|end| *end > position).await.map(drop)
                } => grown.map_err(closed)?,
            }
            while self.position() < *log.end().borrow() {
                let records = log.read(self.position(), BATCH_RECORDS).await?;
                catch_up.took(&records);
                let Some(last) = records.last() else { break };
                let mut book = self.0.book.write().unwrap_or_else(PoisonError::into_inner);
                for record in &records {
                    book.apply(record);
                }
                drop(book);
                self.0.position.send_replace(last.position);
            }
        }
    }

    fn position(&self) -> Position {
        *self.0.position.borrow()
    }

    async fn keep_forever(&self, checkpoint: &Checkpoint) {
        let mut beat = checkpoint.beat(KEEP_EVERY);
        loop {
            beat.comes().await;
            beat.begun(self.position());
            self.keep(checkpoint).await;
        }
    }

    /// Keeps the book. A failure costs a longer start, no data: it is said, and tried again.
    async fn keep(&self, checkpoint: &Checkpoint) {
        let kept = self.look(UnitBook::checkpoint);
        let position = kept.position();
        if position == self.keep_from() {
            return;
        }
        let checkpoint = checkpoint.clone();
        let saved = blocking(move || {
            let bytes = serde_json::to_vec(&kept)
                .expect("a checkpoint is made of texts, numbers and lists");
            checkpoint.save(position, &bytes)
        });
        match saved.await {
            Ok(()) => self.0.kept.store(position.0, Ordering::Release),
            Err(error) => {
                tracing::warn!(%error, "the units cannot be kept: the next start reads more of the log");
            }
        }
    }
}

/// Folds the log into the book until `shutdown`; then keeps it.
///
/// # Errors
/// [`LogError`] when the log cannot be read.
pub async fn follow(
    units: UnitsHandle,
    log: Arc<dyn Log>,
    checkpoint: Checkpoint,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), LogError> {
    tokio::select! {
        () = shutdown => {}
        ended = units.fold_forever(&*log) => ended?,
        () = units.keep_forever(&checkpoint) => {}
    }
    units.keep(&checkpoint).await;
    Ok(())
}

async fn load(checkpoint: &Checkpoint) -> Option<BookCheckpoint> {
    let checkpoint = checkpoint.clone();
    match blocking(move || checkpoint.load()).await {
        Ok(kept) => {
            let (_, bytes) = kept?;
            let kept = serde_json::from_slice(&bytes);
            kept.inspect_err(|error| {
                tracing::info!(%error, "kept units have another form: folding the log from its beginning");
            })
            .ok()
        }
        Err(error) => {
            tracing::warn!(%error, "kept units cannot be read: folding the log from its beginning");
            None
        }
    }
}

fn closed(_gone: watch::error::RecvError) -> LogError {
    LogError::Closed
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(LogError::Closed))
}
