//! PostgreSQL as Debian has it.

use std::sync::{Arc, LazyLock, Mutex, OnceLock, Weak};
use std::time::Duration;

use sqlx::{Connection, PgConnection};
use yiping_model::{Position, Secret};

use super::by_day;
use super::server::Server;
use crate::conformance::{Place, Script, conformance, log_id, time, zone};
use crate::{PostgresStore, Settings, Store, StoreError};

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

    fn url(&self) -> &Secret {
        self.url
            .get_or_init(|| Secret::from(self.server.database()))
    }

    /// Somebody else.
    async fn connect(&self) -> PgConnection {
        let connection = PgConnection::connect(self.url().reveal()).await;
        connection.expect("connects")
    }
}

impl Place for Database {
    type Backend = PostgresStore;
    async fn open(&self, settings: &Settings) -> PostgresStore {
        PostgresStore::new(self.url(), &by_day(settings), &zone()).expect("an address")
    }
}

conformance!(Database::new());

#[tokio::test]
async fn events_are_pruned_a_slice_at_a_time() {
    crate::conformance::events_are_pruned_a_slice_at_a_time(&Database::new()).await;
}

#[tokio::test]
async fn tables_of_before_there_was_a_log_id_learn_it_from_the_first_log_that_comes() {
    let database = Database::new();
    let settings = Settings::default();
    let mut script = Script::new();
    script.tick();
    script.tick();
    let store = database.open(&settings).await;
    store.apply(&script.records()[..1]).await.expect("applies");
    drop(store);
    let before =
        "ALTER TABLE progress DROP COLUMN log; DELETE FROM schema_version WHERE version = 3";
    let mut owner = database.connect().await;
    sqlx::raw_sql(before)
        .execute(&mut owner)
        .await
        .expect("goes back");
    let [ours, theirs] = ["00000000000000aa", "00000000000000bb"].map(log_id);
    let (store, another) = (
        database.open(&settings).await,
        database.open(&settings).await,
    );
    assert_eq!(store.fill_from(ours).await.expect("ours"), Position(1));
    another.fill_from(theirs).await.expect("not known yet");
    store.apply(script.records()).await.expect("applies");
    let refused = another.apply(script.records()).await;
    assert!(matches!(refused, Err(StoreError::OtherLog { .. })));
}

#[tokio::test]
async fn an_old_timescale_is_waited_for_and_not_used() {
    let database = Database::new();
    let mut owner = database.connect().await;
    // Another extension that says it is that one.
    let pretend = "UPDATE pg_extension SET extname = 'timescaledb', extversion = '2.17.2'";
    sqlx::raw_sql(pretend)
        .execute(&mut owner)
        .await
        .expect("pretends");
    let store = database.open(&Settings::default()).await;
    let refused = store.position().await.expect_err("refused");
    assert!(
        matches!(refused, StoreError::OldTimescale { .. }),
        "{refused}"
    );
    assert!(refused.is_retryable());
    let remove = "UPDATE pg_extension SET extname = 'plpgsql'";
    sqlx::raw_sql(remove)
        .execute(&mut owner)
        .await
        .expect("removes");
    store.position().await.expect("without");
    // Tables that were made with it are not gone on with either.
    let made =
        "UPDATE progress SET timescale = true; UPDATE pg_extension SET extname = 'timescaledb'";
    sqlx::raw_sql(made)
        .execute(&mut owner)
        .await
        .expect("pretends");
    let refused = database.open(&Settings::default()).await.position().await;
    assert!(matches!(refused, Err(StoreError::OldTimescale { .. })));
}

#[tokio::test]
async fn a_part_that_is_being_read_is_not_waited_for_and_dropped_later() {
    let database = Database::new();
    let store = database.open(&Settings::default()).await;
    let mut script = Script::new();
    script.reading("mqtt", "a:pm25", 0, 1.0);
    store.apply(script.records()).await.expect("applies");
    let mut reader = database.connect().await;
    let read = "BEGIN; LOCK TABLE observations IN ACCESS SHARE MODE";
    sqlx::raw_sql(read)
        .execute(&mut reader)
        .await
        .expect("locks");
    let prune = tokio::time::timeout(Duration::from_secs(15), store.prune(time(120)));
    let refused = prune.await.expect("much sooner than an answer must come");
    assert!(refused.is_err_and(|error| error.is_retryable()));
    let end = sqlx::raw_sql("ROLLBACK").execute(&mut reader).await;
    end.expect("unlocks");
    assert!(store.prune(time(120)).await.expect("prunes"));
    let left = "SELECT count(*) FROM parts";
    let left: i64 = sqlx::query_scalar(left)
        .fetch_one(&mut reader)
        .await
        .expect("reads");
    assert_eq!(left, 0);
}
