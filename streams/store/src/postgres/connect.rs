//! The way to the database: pools that connect when they are asked, and connections that are given up when an answer is late.

use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, PgPool, Postgres};
use yiping_model::Secret;

use crate::error::Doing;
use crate::{PostgresSettings, Settings, StoreError};

/// The pool of the one writing connection, and that of the readers.
pub(super) fn pools(url: &Secret, settings: &Settings) -> Result<(PgPool, PgPool), StoreError> {
    let options = PgConnectOptions::from_str(url.reveal())
        .map_err(|error| StoreError::Address(format!("cannot be read: {error}")))?
        .application_name("yiping")
        .disable_statement_logging();
    let writing = pool(&options, 1, &settings.postgres);
    let readers = match settings.read_connections {
        0 => writing.clone(),
        some => pool(&options, some, &settings.postgres),
    };
    Ok((writing, readers))
}

fn pool(options: &PgConnectOptions, connections: u32, settings: &PostgresSettings) -> PgPool {
    let session = format!(
        "SET timezone = 'UTC'; SET client_min_messages = 'warning'; SET jit = off; SET synchronous_commit = on;
        SET statement_timeout = {0}; SET lock_timeout = {0}",
        settings.answer_timeout_ms
    );
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(settings.connect_timeout())
        .after_connect(move |connection, _| {
            let session = session.clone();
            Box::pin(async move {
                sqlx::raw_sql(AssertSqlSafe(session))
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .connect_lazy_with(options.clone())
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    answer: Duration,
}

impl Limits {
    pub(super) fn of(settings: &PostgresSettings) -> Self {
        Self {
            answer: settings.answer_timeout(),
        }
    }

    /// A connection out of the pool.
    pub(super) async fn lease(
        self,
        pool: &PgPool,
        doing: &'static str,
    ) -> Result<Lease, StoreError> {
        let connection = pool.acquire().await.doing(doing)?;
        Ok(Lease {
            connection,
            sound: false,
        })
    }

    /// The outcome, or the error that it did not come.
    pub(super) async fn in_time<T>(
        self,
        doing: &'static str,
        outcome: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let limit_ms = self.answer.as_millis();
        tokio::time::timeout(self.answer, outcome)
            .await
            .unwrap_or(Err(StoreError::Silent { doing, limit_ms }))
    }
}

/// A connection for one transaction. Unless it comes back with an answer it is closed: nobody knows what is still under way on it.
#[derive(Debug)]
pub(super) struct Lease {
    connection: PoolConnection<Postgres>,
    sound: bool,
}

impl Lease {
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Gives it back with this outcome.
    pub(super) fn back<T>(mut self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        self.sound = outcome.is_ok();
        outcome
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.sound {
            self.connection.close_on_drop();
        }
    }
}
