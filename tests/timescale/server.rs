//! TimescaleDB as the WebAssembly build of this folder, for as long as somebody needs it: one server, one connection, one session.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use yiping_model::Secret;

/// A running server. It ends when its input does, that is, with who started it.
#[derive(Debug)]
pub(crate) struct Server {
    _process: Child,
    url: Secret,
}

impl Server {
    pub(crate) fn start() -> Self {
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

    pub(crate) fn url(&self) -> &Secret {
        &self.url
    }

    /// Executes these statements while nobody else is connected, and leaves the session clean: it outlives its connections.
    pub(crate) async fn execute(&self, statements: &[&str]) {
        let mut connection = PgConnection::connect(self.url.reveal())
            .await
            .expect("connects");
        for statement in ["ROLLBACK", "DEALLOCATE ALL"].iter().chain(statements) {
            sqlx::raw_sql(AssertSqlSafe(*statement))
                .execute(&mut connection)
                .await
                .expect(statement);
        }
        connection.close().await.expect("closes");
    }

    /// The number that this statement gives, asked for as above.
    #[cfg(test)]
    pub(crate) async fn number(&self, select: &'static str) -> i64 {
        self.execute(&[]).await;
        let mut connection = PgConnection::connect(self.url.reveal())
            .await
            .expect("connects");
        let number = sqlx::query_scalar(select).fetch_one(&mut connection).await;
        connection.close().await.expect("closes");
        number.expect(select)
    }
}
