//! TimescaleDB, as the WebAssembly build in `tests/timescale/`: one server, one connection, one session, so one test at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::server::Server;
use super::by_day;
use crate::conformance::{Place, conformance, zone};
use crate::{PostgresSettings, PostgresStore, Settings, Timescale};

#[path = "../../../../../tests/timescale/server.rs"]
mod server;

static SERVER: Mutex<Option<Server>> = Mutex::new(None);

/// The turn of one test, in a schema of its own.
struct Turn {
    server: MutexGuard<'static, Option<Server>>,
    fresh: AtomicBool,
}

impl Turn {
    fn new() -> Self {
        let mut server = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
        server.get_or_insert_with(Server::start);
        Self {
            server,
            fresh: AtomicBool::new(true),
        }
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("started")
    }

    /// What the last connection left is cleared away.
    async fn clear(&self) {
        let fresh: &[&str] = if self.fresh.swap(false, Ordering::SeqCst) {
            &[
                "DROP SCHEMA IF EXISTS city CASCADE",
                "CREATE SCHEMA city",
                "SET search_path = city, public",
            ]
        } else {
            &[]
        };
        self.server().execute(fresh).await;
    }
}

impl Place for Turn {
    type Backend = PostgresStore;
    async fn open(&self, settings: &Settings) -> PostgresStore {
        self.clear().await;
        let by_day = by_day(settings);
        let settings = Settings {
            read_connections: 0,
            postgres: PostgresSettings {
                timescale: Timescale::Told(true),
                statement_rows_max: 1_000,
                ..by_day.postgres.clone()
            },
            ..by_day
        };
        PostgresStore::new(self.server().url(), &settings, &zone()).expect("an address")
    }
}

conformance!(Turn::new());
