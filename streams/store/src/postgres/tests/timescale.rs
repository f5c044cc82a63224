//! TimescaleDB, as the WebAssembly build in `tests/timescale/`: one server, one connection, one session, so one test at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use yiping_model::{Stage, WindowResult};

use self::server::Server;
use super::by_day;
use crate::conformance::{Oracle, Place, Script, conformance, time, window, zone};
use crate::{PostgresSettings, PostgresStore, Settings, Store, Timescale};

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

/// What the workers of TimescaleDB do, which this build does not have; every part that is there, whether it is old or not.
const PACK_BY_COLUMNS: [&str; 2] = [
    "SELECT compress_chunk(part) FROM show_chunks('city.observations') part",
    "SELECT compress_chunk(part) FROM show_chunks('city.windows') part",
];
/// How many parts lie by columns.
const PACKED: &str = "SELECT count(*) FROM timescaledb_information.chunks
    WHERE is_compressed AND hypertable_schema = 'city'";

/// Readings of five minutes around midnight with their windows, told as this revision and value.
fn five_minutes(script: &mut Script, revision: u32, value: f64) {
    for minute in 0..5 {
        let secs = minute * 60;
        script.reading("mqtt", "a:pm25", secs, value + minute as f64);
        script.reading("mqtt", "b:pm25", secs, -0.0);
        script.window("a:pm25", 60, secs, revision, value + minute as f64);
        script.window("b:pm25", 3_600, 120, revision, value);
    }
}

#[tokio::test]
async fn the_hour_and_the_day_that_go_on_are_as_new_as_their_last_minute() {
    let turn = Turn::new();
    let settings = Settings::default();
    let mut script = Script::new();
    let store = turn.open(&settings).await;
    for minute in 58..63 {
        let taken = script.records().len();
        script.window("a:pm25", 60, minute * 60, 0, minute as f64);
        let records = &script.records()[taken..];
        store.apply(records).await.expect("applies");
        let oracle = Oracle::new(&settings, script.records());
        oracle.agree_on_aggregates(&store).await;
        let now = time((minute + 1) * 60);
        store.refresh(now).await.expect("works out");
    }
}

#[tokio::test]
async fn late_rows_and_corrections_reach_parts_that_were_packed_by_columns() {
    let turn = Turn::new();
    let settings = Settings::default();
    let mut script = Script::new();
    five_minutes(&mut script, 0, 10.0);
    let mut taken = 0;
    for revision in 1..3 {
        let store = turn.open(&settings).await;
        let records = &script.records()[taken..];
        store.apply(records).await.expect("applies");
        taken = script.records().len();
        Oracle::new(&settings, script.records()).agree(&store).await;
        drop(store);
        turn.server().execute(&PACK_BY_COLUMNS).await;
        assert_eq!(turn.server().number(PACKED).await, 4);
        // Late: new rows between the packed ones, old ones again, another source, and windows that say something else.
        five_minutes(&mut script, revision, 20.0 * f64::from(revision));
        five_minutes(&mut script, revision, 10.0);
        script.reading("http", "a:pm25", 60, 11.0);
        script.reading("mqtt", "a:pm25", 61, 0.0);
        script.reading("mqtt", "a:pm25", 61, -0.0);
        script.result(WindowResult {
            stage: Stage::Early,
            ..window("a:pm25", 60, 0, 0, 99.0)
        });
    }
    let store = turn.open(&settings).await;
    let records = &script.records()[taken..];
    store.apply(records).await.expect("applies");
    Oracle::new(&settings, script.records()).agree(&store).await;
}
