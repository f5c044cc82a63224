//! TimescaleDB, as the WebAssembly build in `tests/timescale/`: one server, one connection, one session, so one test at a time.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use yiping_model::Secret;

use super::by_day;
use crate::conformance::{Place, conformance, zone};
use crate::{PostgresSettings, PostgresStore, Settings, Timescale};

static SERVER: Mutex<Option<Server>> = Mutex::new(None);

/// It ends when its input does, that is, with the tests.
#[derive(Debug)]
struct Server {
    _process: Child,
    url: Secret,
}

impl Server {
    fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/timescale");
        let mut process = Command::new("node")
            .arg("server.js")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs; `make test` installs what it needs");
        let output = process.stdout.take().expect("piped");
        let mut port = String::new();
        BufReader::new(output)
            .read_line(&mut port)
            .expect("the server says its port");
        let url = format!(
            "postgres://postgres:postgres@127.0.0.1:{}/postgres",
            port.trim()
        );
        Self {
            _process: process,
            url: Secret::from(url),
        }
    }
}

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

    /// The session outlives its connections: what the last one left is cleared away.
    async fn clear(&self, url: &Secret) {
        let mut statements = vec!["ROLLBACK", "DEALLOCATE ALL"];
        if self.fresh.swap(false, Ordering::SeqCst) {
            statements.push("DROP SCHEMA IF EXISTS city CASCADE");
            statements.push("CREATE SCHEMA city");
            statements.push("SET search_path = city, public");
        }
        let mut connection = PgConnection::connect(url.reveal()).await.expect("connects");
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await
                .expect(statement);
        }
        connection.close().await.expect("closes");
    }
}

impl Place for Turn {
    type Backend = PostgresStore;
    async fn open(&self, settings: &Settings) -> PostgresStore {
        let url = &self.server.as_ref().expect("started").url;
        self.clear(url).await;
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
        PostgresStore::new(url, &settings, &zone()).expect("an address")
    }
}

conformance!(Turn::new());
