//! PostgreSQL as Debian has it.

use std::sync::{Arc, LazyLock, Mutex, OnceLock, Weak};

use yiping_model::Secret;

use super::by_day;
use super::server::Server;
use crate::conformance::{Place, conformance, zone};
use crate::{PostgresStore, Settings};

/// The server of those tests that only want a database; it ends with the last of them. A test that does something to its server starts its own.
static SHARED: LazyLock<Mutex<Weak<Server>>> = LazyLock::new(Mutex::default);

struct Database {
    server: Arc<Server>,
    url: OnceLock<Secret>,
}

impl Database {
    fn new() -> Self {
        let mut shared = SHARED.lock().expect("no panic");
        let server = shared
            .upgrade()
            .unwrap_or_else(|| Arc::new(Server::start()));
        *shared = Arc::downgrade(&server);
        Self {
            server,
            url: OnceLock::new(),
        }
    }
}

impl Place for Database {
    type Backend = PostgresStore;
    async fn open(&self, settings: &Settings) -> PostgresStore {
        let url = self
            .url
            .get_or_init(|| Secret::from(self.server.database()));
        PostgresStore::new(url, &by_day(settings), &zone()).expect("an address")
    }
}

conformance!(Database::new());
