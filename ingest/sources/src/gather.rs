//! The threads of the live way, on which MQTT doors and engine run: before such a thread goes to sleep, it waits for a moment.
//!
//! A city of sensors sends small pieces all the time. To be woken for each costs more than to read it: at 5,000 messages a second that is most of
//! what a door costs. A thread that handed something to the log and has nothing more to do looks again `gather_ms` after it last looked, so what
//! came meanwhile, on all its connections, is read in one go. Under load there is always something to do and it never sleeps: a message
//! waits `gather_ms` at most, and a first message after silence does not wait at all.
//!
//! These threads may wait for the disk, so what they append they write themselves (`yiping_log::disk::AtHand`): message, commit and finding
//! are one turn of one thread.

use std::cell::Cell;
use std::io;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::Instant;

use crate::settings::IngestSettings;

thread_local! {
    /// Whether this thread handed something to the log since it last slept.
    static WORKED: Cell<bool> = const { Cell::new(false) };
    /// When it last went to look for more, after it had.
    static LOOKED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Says that something is being handed to the log.
pub(crate) fn note_work() {
    WORKED.set(true);
}

/// Waits until so long after the last look, if something was handed over since.
fn rest(pause: Duration) {
    if !WORKED.take() {
        return;
    }
    if let Some(looked) = LOOKED.get() {
        thread::sleep(pause.saturating_sub(looked.elapsed()));
    }
    LOOKED.set(Some(Instant::now()));
}

/// The threads; dropped, they end without being waited for.
#[derive(Debug)]
pub struct Threads {
    runtime: Option<Runtime>,
    handle: Handle,
}

impl Threads {
    /// Starts them.
    ///
    /// # Errors
    /// What the system says when it has no threads for us.
    pub fn start(settings: &IngestSettings) -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder
            .worker_threads(settings.threads)
            .thread_name("live-way")
            .enable_all();
        let pause = Duration::from_millis(settings.gather_ms);
        if !pause.is_zero() {
            builder.on_thread_park(move || rest(pause));
        }
        let runtime = builder.build()?;
        Ok(Self {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        })
    }

    /// Where to run something on them.
    pub const fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
