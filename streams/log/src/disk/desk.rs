//! Where appends wait, and who writes them.
//!
//! Appends wait in a queue; the writer lies beside it. Whoever takes it up writes everything that waits as one commit. That is the writer's own
//! thread, which is woken for it, or the caller himself, when he may block ([`Desk::write`]): then no thread is woken, which at a few
//! thousand readings a second costs more than the writing.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};

use tokio::sync::{Semaphore, oneshot};
use tracing::{error, info};
use yiping_model::{Body, Timestamp};

use super::writer::{Request, Writer, answer};
use crate::metrics::Stopwatch;
use crate::{Appended, LogError};

/// The queue, and the writer.
#[derive(Debug)]
pub(super) struct Desk {
    waiting: Mutex<Waiting>,
    /// Something waits that the writer's thread should see to.
    arrived: Condvar,
    /// `None` while a turn lasts, and after the last one.
    writer: Mutex<Option<Box<Writer>>>,
    /// How many records more may wait.
    room: Arc<Semaphore>,
    /// Why the writer stopped, when it had to.
    failed: OnceLock<LogError>,
}

#[derive(Debug, Default)]
struct Waiting {
    requests: VecDeque<Request>,
    /// Nothing more is taken.
    closed: bool,
}

pub(super) type Answer = oneshot::Receiver<Result<Appended, LogError>>;

impl Desk {
    /// A desk for this writer, at which so many records may wait.
    pub(super) fn new(writer: Writer, records_max: u32) -> Self {
        Self {
            waiting: Mutex::default(),
            arrived: Condvar::new(),
            writer: Mutex::new(Some(Box::new(writer))),
            room: Arc::new(Semaphore::new(records_max as usize)),
            failed: OnceLock::new(),
        }
    }

    /// Lays an append down, once there is room; [`Desk::call`] or [`Desk::write`] must follow.
    pub(super) async fn lay_down(
        &self,
        bodies: Vec<Body>,
        count: u32,
        now: impl FnOnce() -> Timestamp,
    ) -> Result<Answer, LogError> {
        let room = Arc::clone(&self.room)
            .acquire_many_owned(count)
            .await
            .map_err(|_closed| self.stopped())?;
        let (reply, answer) = oneshot::channel();
        let mut waiting = lock(&self.waiting);
        if waiting.closed {
            return Err(self.stopped());
        }
        waiting.requests.push_back(Request {
            bodies,
            taken_at: now(),
            reply,
            room: Some(room),
        });
        Ok(answer)
    }

    /// Has the writer's thread see to what waits.
    pub(super) fn call(&self) {
        self.arrived.notify_one();
    }

    /// Writes what waits, unless somebody is at it: who is looks again when he is done. Blocks the thread.
    pub(super) fn write(&self) {
        match self.writer.try_lock() {
            Ok(mut writer) => self.turn(&mut writer),
            Err(TryLockError::Poisoned(broken)) => self.turn(&mut broken.into_inner()),
            Err(TryLockError::WouldBlock) => return,
        }
        // What came meanwhile is left to the thread: nobody works for others without end.
        if !lock(&self.waiting).requests.is_empty() {
            self.call();
        }
    }

    /// Takes nothing more; the thread writes what waits and ends.
    pub(super) fn close(&self) {
        lock(&self.waiting).closed = true;
        self.call();
    }

    /// Why nothing is taken any more.
    pub(super) fn stopped(&self) -> LogError {
        self.failed.get().cloned().unwrap_or(LogError::Closed)
    }

    /// What the writer's thread does, until the desk is closed or the disk fails.
    pub(super) fn run(&self) {
        while self.wait() {
            self.turn(&mut lock(&self.writer));
        }
        if let Some(writer) = lock(&self.writer).take() {
            info!(last = %writer.last, "log closed");
        }
        self.room.close();
    }

    /// Waits until something waits; false when nothing will any more.
    fn wait(&self) -> bool {
        let nothing = |waiting: &mut Waiting| waiting.requests.is_empty() && !waiting.closed;
        let waiting = self.arrived.wait_while(lock(&self.waiting), nothing);
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        !waiting.requests.is_empty()
    }

    /// One commit. A writer that failed, or panicked, is not put back.
    fn turn(&self, place: &mut Option<Box<Writer>>) {
        let Some(mut writer) = place.take() else {
            return self.refuse(&LogError::Closed);
        };
        match self.commit(&mut writer) {
            Ok(()) => *place = Some(writer),
            Err(error) => {
                error!(%error, last = %writer.last, "log stopped: nothing more is taken until it is opened again");
                self.refuse(&error);
            }
        }
    }

    fn commit(&self, writer: &mut Writer) -> Result<(), LogError> {
        let watch = Stopwatch::start();
        writer.wait_for_company();
        let next = || lock(&self.waiting).requests.pop_front();
        while let Some(request) = next() {
            if let Err(request) = writer.take(request) {
                lock(&self.waiting).requests.push_front(request);
                break;
            }
        }
        writer.commit(watch)
    }

    /// Refuses what waits, and all that would come.
    fn refuse(&self, error: &LogError) {
        let error = self.failed.get_or_init(|| error.clone());
        let waiting = {
            let mut waiting = lock(&self.waiting);
            waiting.closed = true;
            std::mem::take(&mut waiting.requests)
        };
        for request in waiting {
            answer(request.reply, Err(error.clone()));
        }
        self.call();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
