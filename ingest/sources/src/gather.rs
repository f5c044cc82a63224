//! The threads on which the MQTT doors run: before such a thread goes to sleep, it waits for a moment.
//!
//! A city of sensors sends small pieces all the time. To be woken for each costs more than to read it: at 5,000 messages a second that is most of
//! what a door costs. A thread that handed something to the log and has nothing more to do sleeps `gather_ms` without looking, so what came
//! meanwhile, on all its connections, is read in one go. Under load there is always something to do and it never sleeps. It sleeps once for what it
//! handed over, and not again when it is woken for the log's answer: so a message waits `gather_ms` at most, and so does its acknowledgement;
//! a first message after silence does not wait at all.

use std::cell::Cell;
use std::io;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::settings::IngestSettings;

thread_local! {
    /// Whether this thread handed something to the log since it last slept.
    static WORKED: Cell<bool> = const { Cell::new(false) };
}

/// Says that something is being handed to the log.
pub(crate) fn note_work() {
    WORKED.set(true);
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
            .thread_name("mqtt-doors")
            .enable_all();
        let pause = Duration::from_millis(settings.gather_ms);
        if !pause.is_zero() {
            builder.on_thread_park(move || {
                if WORKED.take() {
                    thread::sleep(pause);
                }
            });
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
