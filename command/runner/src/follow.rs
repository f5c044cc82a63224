//! Follows the log and writes into the book what was decided.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};
use yiping_desk::ledger::Head;
use yiping_log::{Log, passed_over};
use yiping_model::{Class, Position};

use crate::{Book, LedgerError, Settings, metrics};

/// So many bytes of entries are written without waiting for more.
const WAITING_BYTES_MAX: usize = 256 * 1_024;
/// What was decided is looked for this long after the last look, at the earliest.
const LOOK: Duration = Duration::from_millis(100);
/// While nothing is decided it goes on past what came, this often: what was passed over need not be read when something is.
const PASS: Duration = Duration::from_secs(1);
/// After a failure it is tried again after this long: all of the ledger is checked then.
const RETRY: Duration = Duration::from_secs(10);

/// Where the ledger stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// What retention must not drop lies behind this record.
    pub position: Position,
    /// The last entry that is durable; `None` before the ledger is open.
    pub head: Option<Head>,
    /// Why it does not grow; `None` while all is well.
    pub trouble: Option<String>,
}

/// Keeps the ledger in `folder` until `shutdown` turns true; `progress` shows how far it is.
///
/// It never ends with an error: a city is watched though its ledger is broken, which is told, and the log keeps what is missing in it.
pub async fn follow(
    log: Arc<dyn Log>,
    folder: PathBuf,
    settings: Settings,
    mut shutdown: watch::Receiver<bool>,
    progress: watch::Sender<Progress>,
) {
    let mut trouble = Trouble {
        progress: &progress,
        told: false,
    };
    while !*shutdown.borrow() {
        let (id, hash) = (log.id(), settings.hash);
        let place = folder.clone();
        let opened = blocking(move || Book::open(&place, id, hash)).await;
        let ended = match opened {
            Ok(book) => {
                let follower = Follower {
                    log: Arc::clone(&log),
                    settings: &settings,
                    progress: &progress,
                };
                follower.run(book, &mut shutdown, &mut trouble).await
            }
            Err(error) => Err(error),
        };
        let Err(error) = ended else { return };
        trouble.tell(&error);
        tokio::select! {
            () = sleep(RETRY) => {}
            _stop = shutdown.wait_for(|stop| *stop) => {}
        }
    }
}

/// Runs what blocks on a thread that may.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    tokio::task::spawn_blocking(work).await?
}

/// Tells once that there is no going on, and once that there is again.
struct Trouble<'a> {
    progress: &'a watch::Sender<Progress>,
    told: bool,
}

impl Trouble<'_> {
    fn tell(&mut self, error: &LedgerError) {
        metrics::failed();
        let text = error.to_string();
        if !self.told {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "the ledger does not grow; the log keeps what is missing in it"
            );
        }
        self.told = true;
        self.progress
            .send_modify(|progress| progress.trouble = Some(text));
    }

    fn over(&mut self) {
        if self.told {
            self.told = false;
            tracing::info!("the ledger grows again");
        }
    }
}

/// What comes next.
#[derive(PartialEq, Eq)]
enum Next {
    /// There may be decisions to read.
    More,
    /// It is time to write.
    Due,
    /// Write, and end.
    Stop,
}

struct Follower<'a> {
    log: Arc<dyn Log>,
    settings: &'a Settings,
    progress: &'a watch::Sender<Progress>,
}

impl Follower<'_> {
    async fn run(
        &self,
        mut book: Book,
        shutdown: &mut watch::Receiver<bool>,
        trouble: &mut Trouble<'_>,
    ) -> Result<(), LedgerError> {
        let (end, mut wanted) = (self.log.end(), self.log.end_of(Class::Alarm));
        let gather = Duration::from_millis(self.settings.gather_ms.max(1));
        let remember = Duration::from_secs(self.settings.checkpoint_secs.max(1));
        let mut kept_at = Instant::now();
        self.show(&book, *end.borrow());
        loop {
            let position = book.position();
            let until = kept_at
                + if book.waiting_bytes() > 0 {
                    gather
                } else {
                    remember
                };
            let look = until.min(Instant::now() + PASS);
            let next = tokio::select! {
                more = timeout_at(look, wanted.wait_for(|end| *end > position)) => match more {
                    Ok(Ok(_)) => Next::More,
                    Ok(Err(_)) => Next::Stop,
                    Err(_) => Next::Due,
                },
                _stop = shutdown.wait_for(|stop| *stop) => Next::Stop,
            };
            if next == Next::More {
                let limit = self.settings.batch_records_max.max(1);
                let records = self.log.read(position, limit).await?;
                book.take(records.of(Class::Alarm))?;
                if let Some(last) = records.last() {
                    book.pass(last.position);
                }
            } else if let Some(last) = passed_over(&end, &wanted, position) {
                book.pass(last);
            }
            let stopped = next == Next::Stop;
            let full = book.waiting_bytes() >= WAITING_BYTES_MAX;
            if stopped || full || Instant::now() >= until {
                book = blocking(move || book.keep().map(|()| book)).await?;
                kept_at = Instant::now();
                trouble.over();
                self.show(&book, *end.borrow());
            }
            if stopped {
                return Ok(());
            }
            if book.position() >= *wanted.borrow() {
                tokio::select! {
                    () = sleep(LOOK) => {}
                    _stop = shutdown.wait_for(|stop| *stop) => {}
                }
            }
        }
    }

    fn show(&self, book: &Book, end: Position) {
        metrics::show(book.head(), book.position(), end);
        self.progress.send_replace(Progress {
            position: book.position(),
            head: Some(book.head()),
            trouble: None,
        });
    }
}

#[cfg(test)]
mod tests;
